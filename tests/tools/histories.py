"""Random histories of a plan over the sample: any number of shards in any order, some twice, some killed, some merges in between.
Whatever happened, the merge has the bytes of one scan.

    python3 tests/tools/histories.py PROGRAM FOLDER [HISTORIES] [SEED]
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import time

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
VILLAGE = SAMPLES / "village"
INPUTS = {
    "raster": [VILLAGE / "ortho.tif", "--within", VILLAGE / "boundary.geojson"],
    "photos": [SAMPLES / "photos"],
}


def digests(folder: pathlib.Path) -> dict[str, str]:
    """Of every result, but for when and where it ran."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.name == "journal.jsonl":
            continue
        content = file.read_bytes()
        if file.name == "scan.json":
            record = json.loads(content)
            del record["run"]
            content = json.dumps(record, sort_keys=True).encode()
        found[str(file.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


class History:
    """One plan and what befell it."""

    def __init__(self, program: str, folder: pathlib.Path, dice: random.Random) -> None:
        self.program, self.folder, self.dice = program, folder, dice
        self.plan, self.results = folder / "plan", folder / "results"
        self.killed = 0

    def run(self, *words: object, fine: tuple[int, ...] = (0,)) -> None:
        ended = subprocess.run([self.program, *map(str, words), "-q"], capture_output=True, text=True, check=False)
        assert ended.returncode in fine, f"{words} ended with {ended.returncode}: {ended.stderr}"

    def shard(self, number: int) -> list[object]:
        return ["scan", "--plan", self.plan, "--shard", number, "--threads", 1]

    def kill(self, number: int) -> None:
        worker = subprocess.Popen([self.program, *map(str, self.shard(number)), "-q"])
        time.sleep(self.dice.random() * 0.8)
        self.killed += worker.poll() is None
        worker.kill()
        worker.wait()

    def live(self, inputs: list[object]) -> dict[str, str]:
        for folder in (self.plan, self.results):
            shutil.rmtree(folder, ignore_errors=True)
        self.run("plan", *inputs, "-o", self.plan, "--shards", self.dice.randint(1, 9))
        shards = len(json.loads((self.plan / "plan.json").read_text())["shards"])
        order = list(range(shards)) + [self.dice.randrange(shards)]
        self.dice.shuffle(order)
        for number in order:
            if self.dice.random() < 0.4:
                self.kill(number)
            if self.dice.random() < 0.1:
                self.run("merge", "--plan", self.plan, "-o", self.results, "--partial", fine=(0, 2))
            self.run(*self.shard(number))
        self.run("merge", "--plan", self.plan, "-o", self.results)
        return digests(self.results)


def main() -> None:
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    histories = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    dice = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 19)
    folder.mkdir(parents=True, exist_ok=True)
    history = History(program, folder, dice)
    one = {}
    for kind, inputs in INPUTS.items():
        history.run("scan", *inputs, "-o", folder / kind, "--no-pyramid")
        one[kind] = digests(folder / kind)
    for number in range(histories):
        kind = list(INPUTS)[number % len(INPUTS)]
        found = history.live(INPUTS[kind])
        names = found.keys() | one[kind].keys()
        different = [name for name in sorted(names) if found.get(name) != one[kind].get(name)]
        assert not different, f"history {number} of {kind}: {different}"
    print(f"{histories} histories the same, {history.killed} workers killed")


if __name__ == "__main__":
    main()
