#!/usr/bin/env python3
"""Runs the shards of a plan on a Dask cluster: `python dask_shards.py PLAN [SCHEDULER]`; without a scheduler on this machine.

The program `papaver` (or what PAPAVER names), the plan and the imagery lie at the same paths on every worker; a plan may lie
in a bucket (`s3://…`). A shard whose worker is lost is run again; scores stay with the plan, and only shard numbers travel.
"""

import json
import os
import pathlib
import subprocess
import sys

from distributed import Client, as_completed

PROGRAM = os.environ.get("PAPAVER", "papaver")
RETRIES = 3


def run_shard(plan: str, shard: int) -> int:
    """Scores one shard; returns its number."""
    command = [PROGRAM, "scan", "--quiet", "--threads", "1", "--plan", plan, "--shard", str(shard)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"shard {shard}: {ended.stderr.strip()}")
    return shard


def main() -> None:
    is_in_bucket = sys.argv[1].startswith("s3://")
    plan = sys.argv[1] if is_in_bucket else str(pathlib.Path(sys.argv[1]).resolve())
    status = [PROGRAM, "plan", "--status", "--json", "--output", plan]
    shards = json.loads(subprocess.run(status, capture_output=True, text=True, check=False).stdout)["shards"]
    results = "papaver-out" if is_in_bucket else f"{plan}/results"
    with Client(sys.argv[2] if len(sys.argv) > 2 else None) as client:
        futures = [client.submit(run_shard, plan, k, retries=RETRIES, pure=False) for k in range(shards)]
        for done, future in enumerate(as_completed(futures), 1):
            print(f"shard {future.result()} ({done} of {shards})", flush=True)
    subprocess.run([PROGRAM, "merge", "--plan", plan, "--output", results], check=False)


if __name__ == "__main__":
    main()
