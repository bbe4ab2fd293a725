"""Gathers the licences of everything that a release carries.

usage: python3 licences.py REPOSITORY LIBRARIES RUNTIME FOLDER

LIBRARIES lists the shared libraries' paths, one a line; RUNTIME is ONNX Runtime's library, beside which its licence lies.
Writes into FOLDER:

rust/           the licence files of each crate in the program, and `crates.tsv`: name, version, licence, repository
debian/         the copyright file of each Debian package that a library or data came from, and `packages.tsv`: package,
                version, source package and its version, from which its source code can be had at Debian's archive
common/         the full texts that Debian's copyright files refer to
onnxruntime/    ONNX Runtime's licence and notices
"""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import subprocess
import sys

LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense|authors)", re.IGNORECASE)
DATA_PACKAGES = ["gdal-data", "proj-data", "libc6"]


def told(*command: str, cwd: pathlib.Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def rust(repository: pathlib.Path, folder: pathlib.Path) -> None:
    """Crates that are compiled into the program: not those of tests, and not those that only build."""
    metadata = json.loads(told("cargo", "metadata", "--locked", "--format-version", "1", cwd=repository))
    packages = {p["id"]: p for p in metadata["packages"]}
    nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
    reached, todo = set(), [metadata["resolve"]["root"]]
    while todo:
        at = todo.pop()
        if at in reached:
            continue
        reached.add(at)
        todo += [d["pkg"] for d in nodes[at]["deps"] if any(k["kind"] is None for k in d["dep_kinds"])]
    used = told("cargo", "tree", "--locked", "-e", "normal", "--prefix", "none", "--format", "{p}", cwd=repository)
    here = {tuple(line.split()[:2]) for line in used.splitlines() if line}
    rows, bare = [], []
    for package in sorted((packages[i] for i in reached), key=lambda p: (p["name"], p["version"])):
        name, version = package["name"], package["version"]
        if package["source"] is None or (name, f"v{version}") not in here:
            continue
        rows.append((name, version, package["license"] or package["license_file"] or "", package["repository"] or ""))
        source = pathlib.Path(package["manifest_path"]).parent
        files = [f for f in source.iterdir() if LICENCE_FILE.match(f.name) and f.is_file()]
        into = folder / f"{name}-{version}"
        into.mkdir(parents=True)
        for file in files:
            shutil.copyfile(file, into / file.name)
        if not files:
            bare.append(name)
            (into / "AUTHORS").write_text(
                "\n".join([f"licence: {package['license']}", *package["authors"], ""]), encoding="utf-8"
            )
    write_tsv(folder / "crates.tsv", [("crate", "version", "licence", "repository"), *rows])
    print(f"{len(rows)} crates; without a licence file of their own: {', '.join(bare) or 'none'}")


def debian(libraries: list[str], folder: pathlib.Path) -> None:
    names = set(DATA_PACKAGES)
    for library in libraries:
        real = str(pathlib.Path(library).resolve())
        owner = ""
        for path in (real, real.removeprefix("/usr"), library):
            asked = subprocess.run(["dpkg-query", "-S", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if asked.returncode == 0:
                owner = asked.stdout.split(": ")[0].split(",")[0].split(":")[0]
                break
        if not owner:
            sys.exit(f"error: no Debian package owns {library}\nhint: make the release on a machine without libraries of its own making")
        names.add(owner)
    folder.mkdir(parents=True)
    rows = []
    for name in sorted(names):
        facts = told("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${source:Package}\t${source:Version}\n", name)
        rows.append(tuple(facts.splitlines()[0].split("\t")))
        shutil.copyfile(f"/usr/share/doc/{name}/copyright", folder / f"{name}.txt")
    write_tsv(folder / "packages.tsv", [("package", "version", "source", "source_version"), *rows])
    print(f"{len(rows)} Debian packages")


def write_tsv(path: pathlib.Path, rows: list[tuple[str, ...]]) -> None:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def main(repository: str, libraries: str, runtime: str, into: str) -> None:
    folder = pathlib.Path(into)
    folder.mkdir()
    rust(pathlib.Path(repository), folder / "rust")
    debian(pathlib.Path(libraries).read_text(encoding="utf-8").split(), folder / "debian")
    shutil.copytree("/usr/share/common-licenses", folder / "common", symlinks=False)
    (folder / "onnxruntime").mkdir()
    for name in ("LICENSE", "ThirdPartyNotices.txt"):
        shutil.copyfile(pathlib.Path(runtime).parent / f"onnxruntime-{name}", folder / "onnxruntime" / name)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: python3 licences.py REPOSITORY LIBRARIES RUNTIME FOLDER")
    main(*sys.argv[1:])
