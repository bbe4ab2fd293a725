#!/usr/bin/env python3
"""What the source tree is like, in figures: `tests/tools/house.py [REVISION ...]`, each beside the tree as it lies here.

Counted on the code under `src/` without its tests: files over 400 lines, functions over 60, the median function, names
that several types share, functions of six and more parameters, public items, lines in `cli/`, writes of a registry in
`cli/`, clones, readers of GeoJSON, writers of whole files.

The median function is counted whole, from its head to its last brace. Functions over 60 are counted as clippy's
`too_many_lines` does, which `.clippy.toml` sets to 60: lines of code between the braces, without comments.
"""

import collections
import io
import pathlib
import re
import statistics
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTION = re.compile(r"^( *)(?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?(?:unsafe )?fn (\w+)")
TYPE = re.compile(r"^(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type) (\w+)", re.M)
PUBLIC = re.compile(r"^ *pub (?:const fn|fn|struct|enum|trait|type|const|static|mod|use) ", re.M)
WHOLE_FILE = re.compile(r"\bFile::create\b|\bfs::write\(|\.persist(?:_noclobber)?\(|\bNamedTempFile\b|\bfs::rename\(")
# The format by hand: its members by their names, or a crate of its types. A file that GDAL opens is GDAL's.
GEOJSON = re.compile(
    r"\bgeojson::[A-Z]|\[\"features\"\]|\bfeatures: (?:Option<)?Vec<\w*(?:Feature\w*<|Written|Coverage)"
    r"|FeatureCollection\\?\"|\[\"coordinates\"\]|\"coordinates\":"
)
STORE_WRITE = re.compile(r"\.write\(\|?\w*\|?|\.append(?:_on)?\(|\.rehearse\(|\.set_local\(|\.remember_districts\(")


def tree_of(revision: str | None) -> dict[str, str]:
    """The Rust files under `src/`, by path: as they lie here, or of a revision."""
    if revision is None:
        files = (ROOT / "src").rglob("*.rs")
        return {path.relative_to(ROOT).as_posix(): path.read_text() for path in files}
    archive = subprocess.run(
        ["git", "archive", revision, "src"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [m for m in tar.getmembers() if m.name.endswith(".rs")]
        return {m.name: tar.extractfile(m).read().decode() for m in members}


def without_tests(path: str, text: str) -> list[str]:
    """The lines of a file up to its tests; none of a file that is all tests."""
    name = pathlib.PurePosixPath(path)
    if name.stem.endswith("tests") or "tests" in name.parts or name.stem in ("scale", "fixture", "fuzz"):
        return []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line == "#[cfg(test)]" and re.match(r"(?:pub\S* )?mod \w+ \{", "".join(lines[number + 1 : number + 2])):
            return lines[:number]
    return lines


def functions(lines: list[str]) -> list[tuple[str, int, int, int]]:
    """Each function with a body: its name, its lines, its parameters, the lines of code between its braces."""
    found = []
    for start, line in enumerate(lines):
        begins = FUNCTION.match(line)
        if not begins:
            continue
        indent = begins.group(1)
        head = ""
        for end in range(start, len(lines)):
            head += lines[end] + "\n"
            if lines[end].rstrip().endswith(("{", ";", "}")):
                break
        if lines[end].rstrip().endswith(";"):
            continue
        inside = head[head.index("(") + 1 :]
        depth, parameters, word = 0, 0, False
        for before, letter in zip("\0" + inside, inside, strict=False):
            if letter in "([{<":
                depth += 1
            elif letter == ">" and before in "-=":
                continue
            elif letter in ")]}>":
                if depth == 0:
                    break
                depth -= 1
            elif letter == "," and depth == 0:
                parameters, word = parameters + word, False
            elif letter.isalnum():
                word = True
        parameters += word
        opens = end
        if not lines[end].rstrip().endswith("}"):
            end = next((at for at in range(end, len(lines)) if lines[at] == indent + "}"), len(lines) - 1)
        inside = [line for line in lines[opens + 1 : end] if line.strip() and not line.lstrip().startswith("//")]
        found.append((begins.group(2), end - start + 1, parameters, len(inside)))
    return found


def room_of(path: str) -> str:
    """The file of a path; a folder whose `mod.rs` names one thing is one: `ground/geojson/` is read and written there."""
    return re.sub(r"(/geojson)/\w+\.rs$", r"\1", path)


def figures(files: dict[str, str]) -> dict[str, str]:
    """The figures of a tree, by what they count."""
    code = {path: without_tests(path, text) for path, text in files.items()}
    joined = {path: "\n".join(re.sub(r"//.*", "", line) for line in lines) for path, lines in code.items()}
    every = [f for lines in code.values() for f in functions(lines)]
    names = collections.Counter(name for text in joined.values() for name in TYPE.findall(text))
    shared = {name: n for name, n in names.items() if n > 1}
    cli = {path: lines for path, lines in code.items() if path.startswith("src/cli")}
    geojson = {room_of(path) for path, text in joined.items() if GEOJSON.search(text)}
    return {
        "lines of code": str(sum(map(len, code.values()))),
        "files over 400 lines": str(sum(len(lines) > 400 for lines in code.values())),
        "functions": str(len(every)),
        "functions over 60 lines": str(sum(inside > 60 for _, _, _, inside in every)),
        "median function, lines": f"{statistics.median(size for _, size, _, _ in every):g}",
        "names that types share": f"{len(shared)} for {sum(shared.values())}",
        "functions of 6 parameters or more": str(sum(n >= 6 for _, _, n, _ in every)),
        "public items": str(sum(len(PUBLIC.findall(text)) for text in joined.values())),
        "lines in cli/": str(sum(map(len, cli.values()))),
        "writes of a registry in cli/": str(sum(len(STORE_WRITE.findall(joined[path])) for path in cli)),
        "clones": str(sum(len(re.findall(r"\.(?:clone|cloned)\(\)", text)) for text in joined.values())),
        "readers and writers of GeoJSON": str(len(geojson)),
        "files that write whole files": str(sum(bool(WHOLE_FILE.search(text)) for text in joined.values())),
    }


def main() -> None:
    """Prints a table: a column a tree."""
    revisions: list[str | None] = [*sys.argv[1:], None]
    columns = [figures(tree_of(revision)) for revision in revisions]
    heads = [revision[:10] if revision else "here" for revision in revisions]
    print(f"{'':36}" + "".join(f"{head:>14}" for head in heads))
    for row in columns[0]:
        print(f"{row:36}" + "".join(f"{column[row]:>14}" for column in columns))


if __name__ == "__main__":
    main()
