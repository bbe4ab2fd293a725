"""The bill of materials of a release, as CycloneDX 1.6 JSON: each crate, library and data set with its version and licence.

usage: python3 bill.py LICENCES NAME VERSION ONNXRUNTIME-VERSION GDAL-VERSION MODEL

LICENCES is the folder that licences.py has written, MODEL the model that is built in. Goes to the standard output.
"""

from __future__ import annotations

import csv
import hashlib
import json
import pathlib
import sys


def rows(path: pathlib.Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def component(kind: str, name: str, version: str, **more: object) -> dict[str, object]:
    return {"type": kind, "name": name, "version": version, **more}


def crates(licences: pathlib.Path) -> list[dict[str, object]]:
    return [
        component(
            "library",
            row["crate"],
            row["version"],
            purl=f"pkg:cargo/{row['crate']}@{row['version']}",
            # `MIT/Apache-2.0` is how some still write it.
            licenses=[{"expression": row["licence"].replace("/", " OR ")}],
        )
        for row in rows(licences / "rust/crates.tsv")
    ]


def pages(licences: pathlib.Path) -> list[dict[str, object]]:
    return [
        component(
            "library",
            row["package"],
            row["version"],
            purl=f"pkg:npm/{row['package'].replace('@', '%40')}@{row['version']}",
            licenses=[{"expression": row["licence"].strip("()")}],
        )
        for row in rows(licences / "pages/packages.tsv")
    ]


def libraries(licences: pathlib.Path, gdal: str, runtime: str) -> list[dict[str, object]]:
    debian = [
        component("library", row["package"], row["version"], purl=f"pkg:deb/debian/{row['package']}@{row['version']}")
        for row in rows(licences / "debian/packages.tsv")
    ]
    with_gdal = [
        component("library", row["library"], f"with GDAL {gdal}", externalReferences=[{"type": "vcs", "url": row["source"]}])
        for row in rows(licences / "gdal/libraries.tsv")
    ]
    microsoft = [
        component("library", row["file"], row["version"], purl=f"pkg:pypi/msvc-runtime@{row['version']}")
        for row in rows(licences / "microsoft/files.tsv")
    ]
    return [*debian, *with_gdal, *microsoft, component("library", "onnxruntime", runtime, purl=f"pkg:pypi/onnxruntime@{runtime}")]


def learnt(model: str) -> dict:
    """A model that is built in."""
    path = pathlib.Path(model)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return component("machine-learning-model", path.name, digest[:12], hashes=[{"alg": "SHA-256", "content": digest}])


def main(licences: str, name: str, version: str, runtime: str, gdal: str, *models: str) -> None:
    folder = pathlib.Path(licences)
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component("application", name, version)},
        "components": [
            *crates(folder),
            *pages(folder),
            *libraries(folder, gdal, runtime),
            *map(learnt, models),
        ],
    }
    json.dump(bill, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) < 7:
        sys.exit("usage: python3 bill.py LICENCES NAME VERSION ONNXRUNTIME-VERSION GDAL-VERSION MODEL…")
    main(*sys.argv[1:])
