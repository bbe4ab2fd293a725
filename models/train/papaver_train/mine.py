"""Collects hard negatives: the crops of the real training frames on which the model scores highest. Never of test frames.

    python -m papaver_train.mine ../papaver.onnx --shared ../../../shared/data --out build/mined.npy
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from .dense import Model
from .grounds import RealGround


def main() -> None:
    """Writes (n, 224, 224, 3) uint8."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--extra", type=Path, help="a folder of your own frames without poppy")
    parser.add_argument("--out", type=Path, default=Path("build/mined.npy"))
    parser.add_argument("--keep", type=int, default=400)
    parser.add_argument("--tries", type=int, default=6000)
    args = parser.parse_args()
    model, ground, rng = Model(args.model), RealGround(args.shared, "train", args.extra), np.random.default_rng(77)
    best: list[tuple[float, np.ndarray]] = []
    for _ in range(args.tries):
        patch = ground.patch(rng, 224, negative=True)
        image = (np.clip(patch, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
        best.append((float(model.run(image[None])[0].max()), image))
        if len(best) > 4 * args.keep:
            best = sorted(best, key=lambda b: -b[0])[: args.keep]
    best = sorted(best, key=lambda b: -b[0])[: args.keep]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.save(args.out, np.stack([b[1] for b in best]))
    print(f"{len(best)} crops, scores {best[0][0]:.3f} to {best[-1][0]:.3f}")


if __name__ == "__main__":
    main()
