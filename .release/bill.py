"""The bill of materials of a release, as CycloneDX 1.6 JSON: each crate, library and data set with its version and licence.

usage: python3 bill.py RELEASE NAME VERSION ONNXRUNTIME-VERSION GDAL-VERSION MODEL…

RELEASE is the folder that is packed, in which licences.py has written `licences`; each MODEL is built into the program.
Goes to the standard output.
"""

from __future__ import annotations

import csv
import hashlib
import json
import pathlib
import sqlite3
import sys

OWN = "MIT OR Apache-2.0"


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


def as_in(file: str) -> list[dict[str, object]]:
    """Terms that no short name says: the file of the release with their text."""
    return [{"license": {"name": f"as in licences/{file}"}}]


def libraries(licences: pathlib.Path, gdal: str, runtime: str) -> list[dict[str, object]]:
    debian = [
        component(
            "library",
            row["package"],
            row["version"],
            purl=f"pkg:deb/debian/{row['package']}@{row['version']}",
            licenses=as_in(f"debian/{row['package']}.txt"),
        )
        for row in rows(licences / "debian/packages.tsv")
    ]
    with_gdal = [
        component(
            "library",
            row["library"],
            f"with GDAL {gdal}",
            licenses=as_in((pathlib.PurePosixPath("gdal") / row["copyright"]).as_posix().replace("gdal/../", "")),
            externalReferences=[{"type": "vcs", "url": row["source"]}],
        )
        for row in rows(licences / "gdal/libraries.tsv")
    ]
    microsoft = [
        component(
            "library",
            row["file"],
            row["version"],
            purl=f"pkg:pypi/msvc-runtime@{row['version']}",
            licenses=as_in("microsoft/LICENSE.txt"),
        )
        for row in rows(licences / "microsoft/files.tsv")
    ]
    runs_models = component(
        "library", "onnxruntime", runtime, purl=f"pkg:pypi/onnxruntime@{runtime}", licenses=[{"license": {"id": "MIT"}}]
    )
    return [*debian, *with_gdal, *microsoft, runs_models]


def data(place: str, name: str, version: str, source: str | None, licence: dict[str, object]) -> dict[str, object]:
    """A data set that lies at a place in the release; `source` is where others publish it."""
    more = {"externalReferences": [{"type": "website", "url": source}]} if source else {}
    return component(
        "data", name, version, licenses=[licence], properties=[{"name": "papaver:place", "value": place}], **more
    )


def reference_systems(share: pathlib.Path) -> list[dict[str, object]]:
    """PROJ's data, and the registers of others that its database repeats, each of the version that it says."""
    place = share / "proj/proj.db"
    with sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True) as database:
        told = dict(database.execute("SELECT key, value FROM metadata"))
    iogp = {"license": {"name": "Terms of use of the EPSG dataset", "url": "https://epsg.org/terms-of-use.html"}}
    # Its maker publishes it, and says nothing of terms in the file.
    ign = {"license": {"name": "not said in the register", "url": told["IGNF.SOURCE"]}}
    return [
        data("share/proj", "PROJ data", told["PROJ.VERSION"], "https://proj.org", {"license": {"id": "MIT"}}),
        *(
            data("share/proj/proj.db", name, told[f"{key}.VERSION"], source, licence)
            for key, name, source, licence in [
                ("EPSG", "EPSG geodetic parameter dataset", "https://epsg.org", iogp),
                (
                    "ESRI",
                    "coordinate systems of Esri",
                    "https://github.com/Esri/projection-engine-db-doc",
                    {"license": {"id": "Apache-2.0"}},
                ),
                ("IGNF", "coordinate systems of IGN France", told["IGNF.SOURCE"], ign),
                ("NKG", "Nordic transformations", told["NKG.SOURCE"], {"license": {"id": "CC-BY-4.0"}}),
            ]
        ),
    ]


def data_sets(release: pathlib.Path, version: str, gdal: str) -> list[dict[str, object]]:
    """What is neither program nor library: of what version, and under whose terms."""
    packages = {row["package"]: row["version"] for row in rows(release / "licences/debian/packages.tsv")}
    found = [
        *reference_systems(release / "share"),
        data("share/gdal", "GDAL data", gdal, "https://gdal.org", {"license": {"id": "MIT"}}),
        data("samples", "sample survey, rendered", version, None, {"expression": OWN}),
    ]
    if (release / "share/ca-certificates.crt").exists():
        source = "https://wiki.mozilla.org/CA"
        certificates = data(
            "share/ca-certificates.crt",
            "certificate authorities that Mozilla trusts",
            packages["ca-certificates"],
            source,
            {"license": {"id": "MPL-2.0"}},
        )
        found.append(certificates)
    if (release / "share/gconv").exists():
        tables = data(
            "share/gconv",
            "character sets of the C library",
            packages["libc6"],
            "https://sourceware.org/glibc",
            *as_in("debian/libc6.txt"),
        )
        found.append(tables)
    return found


def learnt(model: str) -> dict[str, object]:
    """A model that is built into the program, told from others by its digest."""
    path = pathlib.Path(model)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return component(
        "machine-learning-model",
        path.name,
        digest[:12],
        licenses=[{"expression": OWN}],
        hashes=[{"alg": "SHA-256", "content": digest}],
        pedigree={
            "ancestors": [
                component(
                    "machine-learning-model",
                    "EfficientNet-Lite0",
                    "ImageNet",
                    licenses=[{"license": {"id": "Apache-2.0"}}],
                )
            ],
            "notes": "models/README.md says what it was trained on",
        },
    )


def main(release: str, name: str, version: str, runtime: str, gdal: str, *models: str) -> None:
    folder = pathlib.Path(release)
    licences = folder / "licences"
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component("application", name, version)},
        "components": [
            *crates(licences),
            *pages(licences),
            *libraries(licences, gdal, runtime),
            *data_sets(folder, version, gdal),
            *map(learnt, models),
        ],
    }
    json.dump(bill, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) < 7:
        sys.exit("usage: python3 bill.py RELEASE NAME VERSION ONNXRUNTIME-VERSION GDAL-VERSION MODEL…")
    main(*sys.argv[1:])
