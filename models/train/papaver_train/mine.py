"""Collects hard negatives: where a model scores highest on the real training frames, on rendered foliage and, with --hectares, on rendered
ground with look-alikes of the training part. Never on validation or test ground.

    python -m papaver_train.mine ../papaver.onnx --shared ../../../shared/data --canopy build/canopy --foliage build/foliage --out build/mined.npy
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from .dense import Model
from .grounds import RealGround
from .judge import Judge
from .train import make_world
from .wide import GSD, block
from .wide import SIDE as BLOCK

SIDE = 288


def peaks(scores: np.ndarray, count: int, floor: float) -> list[tuple[float, int, int]]:
    """(score, row, column) of the highest cells, no two nearer than seven cells."""
    scores, out = scores.copy(), []
    while len(out) < count:
        y, x = np.unravel_index(int(scores.argmax()), scores.shape)
        if scores[y, x] < floor:
            break
        out.append((float(scores[y, x]), int(y), int(x)))
        scores[max(0, y - 7) : y + 8, max(0, x - 7) : x + 8] = 0
    return out


def hard(
    model: Model, image: np.ndarray, count: int, floor: float
) -> list[tuple[float, np.ndarray]]:
    """The hardest crops (288, 288, 3) of one image at the model's resolution."""
    out = []
    for score, y, x in (
        peaks(model.score(image), count, floor) if min(image.shape[:2]) >= SIDE else []
    ):
        top, left = (
            int(np.clip(16 * k + 8 - SIDE // 2, 0, m - SIDE))
            for k, m in zip((y, x), image.shape[:2], strict=True)
        )
        out.append((score, image[top : top + SIDE, left : left + SIDE].copy()))
    return out


def rendered(judge: Judge, task: tuple[int, float]) -> list[tuple[float, np.ndarray]]:
    """The hardest crops of one block of rendered ground."""
    seed, floor = task
    return hard(judge.model, block(np.random.default_rng(seed), judge.world)[0], 6, floor)


def main() -> None:
    """Writes (n, 288, 288, 3) uint8."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--extra", type=Path, help="a folder of your own frames without poppy")
    parser.add_argument("--canopy", type=Path)
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/mined.npy"))
    parser.add_argument("--keep", type=int, default=1500)
    parser.add_argument(
        "--scales", type=int, default=2, help="scales at which each frame is searched"
    )
    parser.add_argument(
        "--each", type=int, default=40, help="crops of one frame at one scale at most"
    )
    parser.add_argument("--floor", type=float, default=0.02, help="lowest score of a hard negative")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument(
        "--hectares", type=float, default=0.0, help="of rendered ground to be searched too"
    )
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--add", type=Path, help="mined before: kept beside the new")
    parser.add_argument("--halo", type=int, default=32)
    args = parser.parse_args()
    best: list[tuple[float, np.ndarray]] = []
    if (
        args.hectares
    ):  # first, as its children are forked: OpenCV and ONNX Runtime must not have run before
        world = make_world(args.library, None, "train", foliage=args.foliage)
        judge, count = (
            Judge(args.model, world, "train", args.jobs),
            round(args.hectares / (BLOCK * GSD / 1e4) ** 2),
        )
        best += [
            b
            for got in judge.map(
                rendered,
                [
                    (judge.base + 6_000_000 + 7 * (args.seed * 10_000 + k), args.floor)
                    for k in range(count)
                ],
            )
            for b in got
        ]
    model, ground, rng = (
        Model(args.model, halo=args.halo),
        RealGround(args.shared, "train", args.extra, args.canopy, args.foliage, args.real),
        np.random.default_rng(args.seed),
    )
    for image, shrink, _ in [*ground.frames, *ground.negatives]:
        for scale in rng.uniform(*shrink, args.scales):
            sized = cv2.resize(
                image,
                None,
                fx=1 / scale,
                fy=1 / scale,
                interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC,
            )
            top = [int(rng.integers(max(1, m - 2000))) for m in sized.shape[:2]]
            best += hard(
                model, sized[top[0] : top[0] + 2000, top[1] : top[1] + 2000], args.each, args.floor
            )
    for tile in ground.foliage:
        factor = rng.uniform(0.5, 1.0)
        best += hard(
            model,
            cv2.resize(
                tile,
                None,
                fx=max(factor, SIDE / 500 + 0.01),
                fy=max(factor, SIDE / 500 + 0.01),
                interpolation=cv2.INTER_AREA,
            ),
            3,
            args.floor,
        )
    best = sorted(best, key=lambda b: -b[0])[: args.keep]
    if not best:
        raise SystemExit(
            "error: no crop scores above the floor\nhint: there is nothing left to mine; train on, or lower --floor"
        )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    part = args.out.with_suffix(".part.npy")
    crops = np.stack([b[1] for b in best])
    np.save(part, np.concatenate([crops, np.load(args.add)]) if args.add else crops)
    part.rename(args.out)
    print(
        f"{len(best)} crops, scores {best[0][0]:.3f} to {best[-1][0]:.3f}; {sum(b[0] >= model.threshold for b in best)} at or above the threshold"
    )


if __name__ == "__main__":
    main()
