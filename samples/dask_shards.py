#!/usr/bin/env python3
"""Runs the shards of a plan on a Dask cluster: `python dask_shards.py PLAN [SCHEDULER]`; without a scheduler on this machine.

The program `papaver` (or what PAPAVER names), the plan and the imagery lie at the same paths on every worker; a plan may lie
in a bucket (`s3://…`). A shard whose worker is lost is run again; scores stay with the plan, and only shard numbers travel.
Shards that are still out when workers stand idle are run a second time there: a shard run twice gives the same bytes, so
that the first that is done counts.
"""

import json
import os
import pathlib
import subprocess
import sys
from collections import Counter

from distributed import Client, as_completed

PROGRAM = os.environ.get("PAPAVER", "papaver")
RETRIES = 3


def run_shard(plan: str, shard: int) -> int:
    """Scores one shard; returns its number."""
    program = os.environ.get("PAPAVER", PROGRAM)
    command = [program, "scan", "--quiet", "--threads", "1", "--plan", plan, "--shard", str(shard)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"shard {shard}: {ended.stderr.strip()}")
    return shard


def idle(client: Client) -> list[str]:
    """Workers that have nothing to do, each as often as it could run something."""
    busy = client.processing()
    free = {worker: threads - len(busy.get(worker, ())) for worker, threads in client.nthreads().items()}
    return [worker for worker, slots in free.items() for _ in range(slots)]


def run_all(client: Client, plan: str, shards: int) -> None:
    """Runs every shard, and at the end on idle workers a second time what is still out."""

    def begin(shard: int, **where: object) -> object:
        future = client.submit(run_shard, plan, shard, retries=RETRIES, pure=False, **where)
        shard_of[future.key], copies[shard] = shard, copies[shard] + 1
        return future

    shard_of: dict[str, int] = {}
    copies: Counter[int] = Counter()
    done: set[int] = set()
    futures = [begin(shard) for shard in range(shards)]
    finished = as_completed(futures)
    for future in finished:
        shard = shard_of[future.key]
        copies[shard] -= 1
        if future.status == "finished" and shard not in done:
            done.add(shard)
            print(f"shard {shard} ({len(done)} of {shards})", flush=True)
        elif shard not in done and not copies[shard]:
            future.result()  # nobody else runs it: says why it failed
        if len(done) == shards:
            break
        left = [shard for shard in range(shards) if shard not in done and copies[shard] == 1]
        for shard, worker in zip(left, idle(client)):
            again = begin(shard, workers=[worker], allow_other_workers=True)
            futures.append(again)
            finished.add(again)
    client.cancel(futures)


def main() -> None:
    is_in_bucket = sys.argv[1].startswith("s3://")
    plan = sys.argv[1] if is_in_bucket else str(pathlib.Path(sys.argv[1]).resolve())
    status = [PROGRAM, "plan", "--status", "--json", "--output", plan]
    shards = json.loads(subprocess.run(status, capture_output=True, text=True, check=False).stdout)["shards"]
    results = "papaver-out" if is_in_bucket else f"{plan}/results"
    with Client(sys.argv[2] if len(sys.argv) > 2 else None) as client:
        run_all(client, plan, shards)
    sys.exit(subprocess.run([PROGRAM, "merge", "--plan", plan, "--output", results], check=False).returncode)


if __name__ == "__main__":
    main()
