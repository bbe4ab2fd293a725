"""Rendered flights through the program: the features of their candidates with the truth, for what learning from verdicts is guarded and judged by.

    python -m papaver_train.flights ../papaver.onnx --program ../../target/release/papaver --library build/library --out build/flights
    python -m papaver_train.flights ../papaver.onnx --program ../../target/release/papaver --library build/library --out build/flights --keep

A flight is one orthomosaic at 2 cm a pixel of scenes 7 m square, each with one plot. `anchors` has nothing but poppies, of all stages; `first`
and `second` are two flights of one county, whose other plants and things are the same few kinds. The program itself scans them, so that the
features are those that it computes. `--keep` writes them where the program and its tests look for them: `models/anchors.json` and
`tests/fixtures/flights.json`. They belong to one model: make them anew with every new one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rasterio.warp import transform

from .evaluate import SIZE, scene
from .judge import Judge, draw
from .pool import POPPY_ODDS
from .train import make_world

ROOT = Path(__file__).resolve().parents[3]
CM, CRS, CORNER = 2.0, "EPSG:32649", (500_000.0, 3_735_000.0)
# A candidate within so many metres of a plant is that plot.
NEAR_M = 1.0
# Blue-green and plain leaves, or none, under a plot: what the first stage finds hardest comes first.
HOSTS = (("garlic", "onion"), ("brassica", "cabbage"), ())


@dataclass(frozen=True)
class Flight:
    """What a flight shows: its seed, scenes along a side, the share of poppies, and the other kinds of its county."""

    seed: int
    side: int
    poppies: float
    others: tuple[str, ...] = ()


COUNTY = ("brassica", "rose", "cloth", "garlic", "blossom", "grey_shrub")
FLIGHTS = {
    "anchors": Flight(31, 11, 1.0),
    "first": Flight(57, 24, 0.12, COUNTY),
    "second": Flight(83, 24, 0.12, COUNTY),
}


def plot_of(rng, flight: Flight, species) -> tuple[str, tuple[str, ...]]:
    """The kind of a scene's plot, and the kinds whose leaves lie under it."""
    if rng.random() < flight.poppies:
        stages = [s for s in POPPY_ODDS if f"poppy_{s}" in species]
        odds = np.array([POPPY_ODDS[s] for s in stages])
        stage = stages[int(rng.choice(len(stages), p=odds / odds.sum()))]
        return f"poppy_{stage}", ()
    kinds = [k for k in flight.others if k in species]
    hosts = HOSTS[int(rng.choice(3, p=[0.2, 0.65, 0.15]))]
    return kinds[int(rng.integers(len(kinds)))], tuple(h for h in hosts if h in species)


def rendered(judge: Judge, task: tuple[int, Flight]) -> tuple[np.ndarray, str, np.ndarray]:
    """One scene: its pixels, the kind of its plot, the places of its plants in pixels."""
    number, flight = task
    rng = np.random.default_rng([flight.seed, number])
    species = judge.world.library[sorted(judge.world.library)[0]]
    plot, hosts = plot_of(rng, flight, species)
    count, gsd = int(round(draw(rng, 3, 60))), draw(rng, 0.9, 2.5)
    over = None if plot.startswith("poppy_") and rng.random() < 0.5 else hosts
    made = scene(rng, judge.world, plot, count, gsd, others=False, hosts=over)
    return made.image, plot, made.meta["spots"] / CM


def painted(judge: Judge, flight: Flight, path: Path) -> list[tuple[str, np.ndarray]]:
    """Writes the orthomosaic of a flight; the kind of each plot, and the places of its plants on the map."""
    side = flight.side
    image = np.zeros((side * SIZE, side * SIZE, 3), np.uint8)
    plots = []
    for number, (pixels, plot, spots) in enumerate(
        judge.map(rendered, [(k, flight) for k in range(side * side)])
    ):
        top, left = number // side * SIZE, number % side * SIZE
        image[top : top + SIZE, left : left + SIZE] = pixels
        east = CORNER[0] + (left + spots[:, 0]) * CM / 100
        north = CORNER[1] - (top + spots[:, 1]) * CM / 100
        plots.append((plot, np.column_stack([east, north])))
    cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    # A world file: the place of the first pixel's middle.
    step = CM / 100
    world = [step, 0, 0, -step, CORNER[0] + step / 2, CORNER[1] - step / 2]
    path.with_suffix(".tfw").write_text("".join(f"{value}\n" for value in world))
    return plots


def scanned(
    program: Path, model: Path, ortho: Path, out: Path
) -> tuple[dict, dict[str, tuple[float, float]]]:
    """The features that the program computes, and where each candidate lies on the map."""
    facts = ["--crs", CRS, "--captured", "2026-05-03", "--unit", "410423", "--restart"]
    scan = [program, "scan", ortho, "-o", out, "--model", model, *facts]
    subprocess.run(scan, check=True)
    features = json.loads((out / "features.json").read_text())
    found = json.loads((out / "candidates.geojson").read_text())["features"]
    lon, lat = ([f["properties"][k] for f in found] for k in ("lon", "lat"))
    east, north = transform("EPSG:4326", CRS, lon, lat)
    places = {f["id"]: at for f, *at in zip(found, east, north, strict=True)}
    return features, places


def rows_of(features: dict, places: dict, plots: list[tuple[str, np.ndarray]]) -> list[dict]:
    """The candidates in order of rank: what they are, and their features."""
    rows = []
    for candidate in features["candidates"]:
        away = [
            (float(np.linalg.norm(spots - places[candidate["id"]], axis=1).min()), plot)
            for plot, spots in plots
            if len(spots)
        ]
        metres, plot = min(away)
        values = [float(f"{v:.4g}") for v in candidate["values"]]
        shipped = round(candidate["shipped"], 4)
        kind = plot if metres < NEAR_M else "ground"
        real = kind.startswith("poppy_")
        rows.append({"kind": kind, "real": real, "shipped": shipped, "values": values})
    return rows


def lines(head: dict, lists: dict[str, list[dict]]) -> str:
    """A JSON object, a candidate a line."""

    def compact(value):
        return json.dumps(value, separators=(",", ":"))

    members = [f"{json.dumps(k)}: {compact(v)}" for k, v in head.items()]
    for name, rows in lists.items():
        members.append(f"{json.dumps(name)}: [\n" + ",\n".join(map(compact, rows)) + "\n]")
    return "{\n" + ",\n".join(members) + "\n}\n"


def flown(judge: Judge, name: str, program: Path, folder: Path) -> dict:
    """The candidates of a flight, with its model and the names of their features; one that is there already is kept."""
    kept = folder / f"{name}.json"
    if not kept.exists():
        ortho, out = folder / f"{name}.tif", folder / name
        plots = painted(judge, FLIGHTS[name], ortho)
        features, places = scanned(program, judge.path, ortho, out)
        record = json.loads((out / "scan.json").read_text())
        verifier = ((record.get("second_stage") or {}).get("verifier") or {}).get("sha256")
        rows = rows_of(features, places, plots)
        models = {"model": record["model"]["sha256"], "verifier": verifier}
        flight = {**models, "names": features["names"], "rows": rows}
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(flight))
        part.rename(kept)
    return json.loads(kept.read_text())


def main() -> None:
    """Renders and scans the flights that are not there yet, and writes what comes of all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--out", type=Path, default=Path("build/flights"))
    parser.add_argument("--only", choices=list(FLIGHTS), help="one flight, and nothing beside it")
    parser.add_argument("--keep", action="store_true", help="write what the program bundles")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    judge = Judge(args.model, make_world(args.library, None, "test"), "test", args.jobs)
    names = [args.only] if args.only else list(FLIGHTS)
    flights = {name: flown(judge, name, args.program, args.out) for name in names}
    for name, flight in flights.items():
        real = sum(row["real"] for row in flight["rows"])
        print(f"{name}: {len(flight['rows'])} candidates, {real} of them poppies", flush=True)
    if args.only:
        return
    head = {key: flights["anchors"][key] for key in ("model", "verifier", "names")}
    anchors = [row for row in flights["anchors"]["rows"] if row["real"]]
    two = {name: flights[name]["rows"] for name in ("first", "second")}
    files = {
        ROOT / "models/anchors.json": lines(head, {"plots": anchors}),
        ROOT / "tests/fixtures/flights.json": lines(head, two),
    }
    for path, text in files.items():
        (path if args.keep else args.out / path.name).write_text(text)


if __name__ == "__main__":
    main()
