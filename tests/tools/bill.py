"""Whether the bill of materials of a release names what lies in it, each part with its version and its terms.

usage: python3 bill.py RELEASE

RELEASE is the folder that make.sh packed. Every file of `share` and `samples` has to lie at the place of a data set, every
library with GDAL has to be there, and every text that is referred to.
"""

from __future__ import annotations

import json
import pathlib
import sys

SOME_OF_EACH = {"library", "data", "machine-learning-model"}


def place(component: dict) -> str | None:
    return next((p["value"] for p in component.get("properties", []) if p["name"] == "papaver:place"), None)


def main(folder: str) -> None:
    release = pathlib.Path(folder)
    bill = json.loads((release / "licences/bill.cdx.json").read_text(encoding="utf-8"))
    components = bill["components"]
    for component in components:
        assert component["version"], f"{component['name']} has no version"
        assert component.get("licenses"), f"nothing says under whose terms {component['name']} is"
        for licence in component["licenses"]:
            _, _, text = licence.get("license", {}).get("name", "").partition("as in ")
            assert not text or (release / text).is_file(), f"{text}, named for {component['name']}, is missing"
        if component["version"].startswith("with GDAL"):
            assert list(release.rglob(component["name"])), f"{component['name']} is not in the release"
    assert SOME_OF_EACH <= {component["type"] for component in components}
    places = [p for p in map(place, components) if p]
    for where in places:
        assert (release / where).exists(), f"{where} is not in the release"
    for top in ("share", "samples"):
        for file in (release / top).rglob("*"):
            name = file.relative_to(release).as_posix()
            assert file.is_dir() or any(name == p or name.startswith(f"{p}/") for p in places), (
                f"no data set names {name}"
            )
    print(f"{len(components)} parts, {len(places)} of them data sets")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
