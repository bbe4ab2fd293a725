"""Says which plots of a survey with known truth a scan found, and what its other candidates stand on.

usage: python3 against_truth.py TRUTH.geojson CANDIDATES.geojson

A plot counts as found when a candidate's polygon comes within `NEAR_M` of the plot's. Needs nothing beyond Python.
"""

from __future__ import annotations

import json
import math
import sys

NEAR_M = 0.5
METRES_PER_DEGREE = 111_195.0

Ring = list[tuple[float, float]]


def rings(feature: dict, latitude: float) -> list[Ring]:
    """The exterior rings of a feature, in metres on a plane that touches the earth at `latitude`."""
    geometry = feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    x, y = METRES_PER_DEGREE * math.cos(math.radians(latitude)), METRES_PER_DEGREE
    return [[(lon * x, lat * y) for lon, lat in polygon[0]] for polygon in polygons]


def inside(point: tuple[float, float], ring: Ring) -> bool:
    """Whether a ring goes round a point."""
    px, py = point
    odd = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        if (ay > py) != (by > py) and px < ax + (py - ay) / (by - ay) * (bx - ax):
            odd = not odd
    return odd


def to_edge(point: tuple[float, float], ring: Ring) -> float:
    """Metres from a point to a ring."""
    px, py = point
    best = math.inf
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        dx, dy = bx - ax, by - ay
        along = ((px - ax) * dx + (py - ay) * dy) / ((dx * dx + dy * dy) or 1.0)
        along = min(1.0, max(0.0, along))
        best = min(best, math.hypot(px - ax - along * dx, py - ay - along * dy))
    return best


def apart(a: Ring, b: Ring) -> float:
    """Metres between two polygons; 0 where they touch. Edges that cross without a corner inside count by their corners."""
    if any(inside(p, b) for p in a) or any(inside(p, a) for p in b):
        return 0.0
    return min(min(to_edge(p, b) for p in a), min(to_edge(p, a) for p in b))


def main(truth_path: str, candidates_path: str) -> None:
    with open(truth_path, encoding="utf-8") as file:
        truth = json.load(file)["features"]
    with open(candidates_path, encoding="utf-8") as file:
        candidates = json.load(file)["features"]
    latitude = truth[0]["geometry"]["coordinates"][0][0][1]
    places = [(f["properties"], rings(f, latitude)) for f in truth]
    found: dict[int, list[int]] = {}
    others: list[str] = []
    for candidate in sorted(candidates, key=lambda f: f["properties"]["rank"]):
        rank, outline = candidate["properties"]["rank"], rings(candidate, latitude)
        near = [
            i for i, (_, place) in enumerate(places) if min(apart(a, b) for a in outline for b in place) <= NEAR_M
        ]
        plots = [i for i in near if places[i][0]["kind"] == "poppy"]
        for i in plots:
            found.setdefault(i, []).append(rank)
        if not plots:
            on = places[near[0]][0]["kind"].replace("_", " ") if near else "other ground"
            others.append(f"{rank} ({on})")
    plots = [i for i, (facts, _) in enumerate(places) if facts["kind"] == "poppy"]
    for i in plots:
        facts = places[i][0]
        ranks = ", ".join(map(str, found.get(i, []))) or "MISSED"
        print(f"{facts['plants']:>5} plants  {facts['place']:<24} candidate {ranks}")
    print(f"{len(found)} of {len(plots)} poppy plots found")
    print(f"{len(others)} of {len(candidates)} candidates are something else: {', '.join(others) or 'none'}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python3 against_truth.py TRUTH.geojson CANDIDATES.geojson")
    main(sys.argv[1], sys.argv[2])
