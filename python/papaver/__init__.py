"""Papaver for Python: runs the program that this package holds, and reads what it wrote.

    import papaver

    folder = papaver.scan(["flights/"], "results", within="township.gpkg")
    for candidate in papaver.candidates(folder):
        print(candidate["id"], candidate["properties"]["score"], candidate["geometry"])

A candidate is a reason to look, not a finding. The program itself is there as the command `papaver`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Union

from ._program import command

__all__ = ["Failed", "Partly", "candidates", "coverage", "run", "scan"]

Feature = dict[str, Any]
"""A GeoJSON feature, as docs/schema/candidates.schema.json describes it."""

Name = Union[str, "os.PathLike[str]"]


class Failed(Exception):
    """The program ended without a result; its words say what to do."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words.strip() or f"papaver ended with {code}")
        self.code = code


class Partly(Failed):
    """Results are there, but a part could not be searched; `coverage` says where and why."""


def run(*arguments: Name) -> "subprocess.CompletedProcess[str]":
    """Runs the program with these arguments, as `run("sites", "--json")`; what it printed is in `stdout`.

    Raises Failed where it did not end well.
    """
    program, environment = command()
    words = [*program, *(os.fspath(argument) for argument in arguments)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise Failed(done.returncode, done.stderr)
    return done


def scan(inputs: Name | Iterable[Name], output: Name, *, within: Name | None = None, options: Sequence[str] = ()) -> Path:
    """Scans an orthomosaic, a photo or a folder of them, or several of each, into the folder `output`, and returns it.

    `options` are those of `papaver scan --help`, as `["--threshold", "0.5"]`. The same call again goes on where an
    earlier one was interrupted. Raises Partly where there are results but a part could not be searched, else Failed.
    """
    bounds = [] if within is None else ["--within", within]
    folder = Path(output)
    try:
        run("scan", *([inputs] if isinstance(inputs, (str, os.PathLike)) else inputs), "--output", folder, "--quiet", *bounds, *options)
    except Failed as failed:
        if failed.code == 2 and (folder / "candidates.geojson").exists():
            raise Partly(failed.code, str(failed)) from None
        raise
    return folder


def candidates(folder: Name) -> list[Feature]:
    """The candidates of a scan, by rank: GeoJSON features in WGS 84."""
    return sorted(_features(folder, "candidates.geojson"), key=lambda feature: feature["properties"]["rank"])


def coverage(folder: Name) -> list[Feature]:
    """The ground that a scan searched, and the ground that it did not, each with its reason."""
    return _features(folder, "coverage.geojson")


def _features(folder: Name, name: str) -> list[Feature]:
    with (Path(folder) / name).open(encoding="utf-8") as file:
        features: list[Feature] = json.load(file)["features"]
    return features
