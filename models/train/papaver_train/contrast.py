"""What makes the model call: test sets that part the flower from its leaves, and how far a score hangs on the sampling grid.

    python -m papaver_train.contrast ../papaver.onnx --library build/library --shared ../../../shared/data --part test --n 200

Plots of 3 to 60 (or 8 to 80) plants at 0.9 to 2 cm. A plot is called when a cell within 0.5 m of it reaches the threshold, or, under 'mean of
eight', when the mean of its best cell's scores over eight views does. 'Spread': the standard deviation over these views, of all plots and
look-alikes that score 0.05 and more in any of them.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .evaluate import scene
from .judge import Judge, draw, line
from .placing import GLAUCOUS_HOSTS, GREEN_HOSTS
from .scenes import IN_BLOOM
from .train import make_world
from .views import scores as eight

FLOOR = 0.05


@dataclass(frozen=True)
class Contrast:
    """Plots of one kind: which sprites, over whose leaves."""

    name: str
    sprites: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    sizes: tuple[int, int] = (8, 80)
    poppy: bool = True


BEFORE = ("poppy_bud", "poppy_bolting", "poppy_rosette")
SETS = [
    Contrast("poppy flowers, no leaf of their own, bare ground", ("poppy_bare",)),
    Contrast("poppy flowers, no leaf of their own, over green", ("poppy_bare",), GREEN_HOSTS),
    Contrast("poppy flowers, few, eaten or green leaves", ("poppy_odd",)),
    Contrast("poppy flowers with their leaves", ("poppy_flower",)),
    Contrast("poppy leaves, no flower: before the bloom", BEFORE),
    Contrast("other blossoms, bare ground", ("blossom",), (), (3, 60), False),
    Contrast("other blossoms over green leaves", ("blossom",), GREEN_HOSTS, (3, 60), False),
    Contrast("other blossoms over glaucous leaves", ("blossom",), GLAUCOUS_HOSTS, (3, 60), False),
    Contrast("glaucous leaves of others", ("brassica", "grey_shrub"), (), (3, 60), False),
    Contrast("people", ("person",), (), (1, 12), False),
    Contrast("cycles, furniture, tools", ("cycle", "furniture", "tool"), (), (1, 6), False),
    Contrast("cloth, toys, graves", ("cloth", "toy", "grave"), (), (1, 8), False),
]


def in_bloom(contrast: Contrast) -> bool:
    """Whether flowers or capsules of poppy show in these plots."""
    return contrast.poppy and contrast.sprites[0].removeprefix("poppy_") in IN_BLOOM


def place_of(dense: np.ndarray, cover: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """The cells within 0.5 m of a plot: of its poppy's cover, or of its positions where it holds none."""
    near = (cover > 0.01).astype(np.uint8)
    if not near.any():
        for column, row in (spots // 32).astype(int):
            near[np.clip(row, 0, near.shape[0] - 1), np.clip(column, 0, near.shape[1] - 1)] = 1
    return cv2.dilate(near, np.ones((3, 3), np.uint8)) > 0


def one(judge: Judge, task: tuple[int, int]) -> tuple[float, list[float]]:
    """(best score at the plot, the scores of its best cell over eight views) of one plot of a set."""
    seed, which = task
    contrast, rng = SETS[which], np.random.default_rng(seed)
    names = [s for s in contrast.sprites if all(s in t for t in judge.world.library.values())]
    name = names[int(rng.integers(len(names)))]
    count, gsd = int(round(draw(rng, *contrast.sizes))), draw(rng, 0.9, 2.0)
    made = scene(rng, judge.world, name, count, gsd, others=False, hosts=contrast.hosts)
    dense = judge.model.run(made.image[None])[0]
    masked = np.where(place_of(dense, made.cover, made.meta["spots"]), dense, -1)
    row, column = np.unravel_index(int(masked.argmax()), masked.shape)
    views = eight(judge.model.run, made.image, 16 * column + 8, 16 * row + 8)
    return float(masked.max()), [float(v) for v in views]


def spread_of(views: np.ndarray) -> tuple[float, int]:
    """(mean standard deviation over the eight views of what scores above the floor in any of them, how many these are)."""
    seen = views[views.max(1) >= FLOOR]
    return (float(seen.std(1).mean()) if len(seen) else 0.0), len(seen)


def main() -> None:
    """Prints a line a set, and the spread over all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--part", choices=["validation", "test"], default="test")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--sets", type=int, nargs="*", help="numbers of the sets (all)")
    parser.add_argument("--threshold", type=float)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    world = make_world(args.library, args.shared, args.part, None, None, args.foliage, args.real)
    judge = Judge(args.model, world, args.part, args.jobs)
    threshold = args.threshold if args.threshold is not None else judge.model.threshold
    result: dict = {"model": args.model.name, "part": args.part, "threshold": threshold, "sets": {}}
    every = []
    for which in args.sets if args.sets is not None else range(len(SETS)):
        base = judge.base + 1_100_000 + 10_000 * which
        got = judge.map(one, [(base + 7 * k, which) for k in range(args.n)])
        best, views = np.array([g[0] for g in got]), np.array([g[1] for g in got])
        every.append(views)
        mean = views.mean(1)
        hits = [int((s >= threshold).sum()) for s in (best, mean)]
        result["sets"][SETS[which].name] = {
            "one": hits[0],
            "mean_of_eight": hits[1],
            "n": args.n,
            "poppy": SETS[which].poppy,
            "scores": [round(float(s), 4) for s in best],
        }
        print(line(SETS[which].name, hits[0], args.n) + f"  mean of eight {hits[1]}", flush=True)
    result["spread"], result["seen"] = spread_of(np.concatenate(every))
    print(f"spread over eight views {result['spread']:.3f} ({result['seen']} places)")
    if args.json:
        args.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
