#!/usr/bin/env python3
"""Whether this tree's program writes what an older one wrote: `tests/tools/golden.py REVISION [--older PROGRAM] [--newer PROGRAM]`.

Both scan the sample's photos and orthomosaic, record, screen, export, bundle and report, each in a folder of the same name;
what they wrote is compared to the byte. A registry's ids, hashes, times and codes are other ones in each run: a file that is
alike but for them is said to be so. Of the rest each difference is listed, in JSON by member. Exits with 1 where there is one.

The programs are built under `nice` in `target/golden`, unless they are named. Needs what `samples/demo.sh` set up.
"""

import argparse
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACE = ROOT / "target" / "golden"
# What is another in every run: hashes, keys and event ids, times, codes of sites, the names of devices.
OF_A_RUN = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{8,}(?:…|\b)"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d(?::\d\d)?\b"
    r"|\b[0-9A-HJKMNP-TV-Z]{6,8}-[0-9A-Z*~$=]"
)
# The steps, and the files that they make beside what they print.
STEPS = [
    "scan photos --within village/boundary.geojson --survey village -o scan-photos",
    "scan village/ortho.tif --within village/boundary.geojson --survey village -o scan-ortho",
    "init --unit 410423 --unit-name Lushan",
    "registry districts districts.geojson --vintage 2025",
    "record scan-photos",
    "record scan-ortho",
    "sites",
    "log",
    "export sites.geojson",
    "export sites.csv",
    "export sites.xlsx",
    "export sites.gpx",
    "export sites.kmz",
    "bundle create county.bundle",
    "bundle inspect county.bundle",
    "verify",
    "report county --season 2026 -o report",
]
LISTED = 12
# What holds keys and signatures of a run: its events are compared by `log`, `sites`, `bundle inspect` and `verify`.
SEALED = (".papaver", ".lock", ".bundle", ".key")


def build(tree: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """The program of a tree."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    subprocess.run(["nice", "-n", "10", "cargo", "build", "--locked"], cwd=tree, env=environment, check=True)
    return target / "debug" / "papaver"


def older(revision: str) -> pathlib.Path:
    """The program of a revision."""
    tree = PLACE / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tree, filter="data")
    settings = ROOT / ".cargo" / "config.toml"
    if settings.exists():
        (tree / ".cargo").mkdir(exist_ok=True)
        shutil.copy(settings, tree / ".cargo")
    return build(tree, PLACE / "older")


def run(program: pathlib.Path, name: str) -> pathlib.Path:
    """Takes the steps in a folder that is called the same for both, and then by this name; what they print lies there too."""
    folder, kept = PLACE / "run", PLACE / name
    for old in (folder, kept):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(ROOT / "samples" / "photos", folder / "photos", ignore=shutil.ignore_patterns("out*"))
    shutil.copytree(ROOT / "samples" / "village", folder / "village", ignore=shutil.ignore_patterns("out*"))
    district = json.loads((folder / "village" / "boundary.geojson").read_text())
    for feature in district["features"]:
        feature["properties"] = {"code": "410423", "name": "Lushan"}
    (folder / "districts.geojson").write_text(json.dumps(district))
    environment = {**os.environ, "PAPAVER_ACTOR": "Li", "LC_ALL": "C", "TZ": "UTC"}
    (folder / "said").mkdir()
    for number, step in enumerate(STEPS, 1):
        print(f"{name}: {step}", flush=True)
        command = [str(program), *step.split()]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        said = folder / "said" / f"{number:02} {step.split()[0]}"
        said.write_bytes(done.stdout + b"exit code %d\n" % done.returncode)
        if done.returncode:
            print(done.stderr.decode(errors="replace").strip())
    for inputs in ("photos", "village"):
        shutil.rmtree(folder / inputs)
    folder.rename(kept)
    return kept


def files(folder: pathlib.Path) -> dict[str, bytes]:
    """Every file by its path; of a workbook or an archive every part."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix in (".xlsx", ".kmz"):
            with zipfile.ZipFile(path) as parts:
                found |= {f"{name}/{part}": parts.read(part) for part in parts.namelist()}
        elif path.is_file() and path.suffix not in SEALED:
            found[name] = path.read_bytes()
    return found


def members(one: object, other: object, place: str = "") -> list[str]:
    """Where two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted(one.keys() | other.keys()):
            where = f"{place}.{key}"
            if key not in one or key not in other:
                found.append(f"{where} only in the {'newer' if key in other else 'older'}")
            else:
                found += members(one[key], other[key], where)
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for n, (a, b) in enumerate(zip(one, other, strict=True)) for line in members(a, b, f"{place}[{n}]")]
    return [] if one == other else [f"{place}: {str(one)[:60]} became {str(other)[:60]}"]


def difference(name: str, one: bytes, other: bytes) -> tuple[str, list[str]]:
    """How two files differ: in a word, and where."""
    if one == other:
        return "same", []
    try:
        texts = one.decode(), other.decode()
    except UnicodeDecodeError:
        return "differs", [f"{len(one)} bytes became {len(other)}, no text"]
    masked = tuple(OF_A_RUN.sub("·", text) for text in texts)
    if masked[0] == masked[1]:
        return "of a run", []
    if name.endswith("json"):
        values = [json.loads(text) for text in masked]
        for value in values:
            # Times, hosts and threads alone.
            value.pop("run", None)
        found = members(*values)
        return ("differs", found) if found else ("of a run", [])
    lines = [text.splitlines() for text in masked]
    only = [f"- {line.strip()[:100]}" for line in lines[0] if line not in lines[1]]
    only += [f"+ {line.strip()[:100]}" for line in lines[1] if line not in lines[0]]
    return "differs", only or ["the same lines in another order"]


def compare(one: pathlib.Path, other: pathlib.Path) -> bool:
    """Prints what differs; whether nothing does."""
    before, after = files(one), files(other)
    counts = {"same": 0, "of a run": 0, "differs": 0}
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            counts["differs"] += 1
            print(f"only in the {'newer' if name in after else 'older'}: {name}")
            continue
        word, where = difference(name, before[name], after[name])
        counts[word] += 1
        if word == "differs":
            print(f"{name}: {len(where)} differences")
            print("".join(f"    {line}\n" for line in where[:LISTED]), end="")
    print(f"{counts['same']} files to the byte, {counts['of a run']} but for ids and times of a run, {counts['differs']} differ")
    return not counts["differs"]


def main() -> None:
    """Builds what is not named, runs both, compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("revision", help="the older revision, as git names it")
    parser.add_argument("--older", type=pathlib.Path, help="its program, where that is built already")
    parser.add_argument("--newer", type=pathlib.Path, help="this tree's program, where that is built already")
    arguments = parser.parse_args()
    one = run((arguments.older or older(arguments.revision)).resolve(), "older")
    other = run((arguments.newer or build(ROOT, PLACE / "newer")).resolve(), "newer")
    sys.exit(0 if compare(one, other) else 1)


if __name__ == "__main__":
    main()
