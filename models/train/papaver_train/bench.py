"""Speed and halo of exported models, in one run on one image: pixels a second, cost of the halo, how far windows disagree.

python -m papaver_train.bench ../papaver.onnx ../papaver-int8.onnx --image ../../samples/village/ortho.tif
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from .dense import Model


def speed(model: Model, image: np.ndarray, runs: int) -> float:
    """Million pixels a second of CPU time of one thread over full tiles (scored pixels, halo included)."""
    tile = image[: model.tile, : model.tile][None]
    model.run(tile)
    best = np.inf
    for _ in range(runs):
        begun = time.process_time()
        model.run(tile)
        best = min(best, time.process_time() - begun)
    return model.tile**2 / best / 1e6


def main() -> None:
    """Prints one line a model and one a halo."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    image = cv2.imread(str(args.image), cv2.IMREAD_COLOR_RGB)[1000:3048, 1000:3048]
    for path in args.models:
        model = Model(path)
        rate = speed(model, image, args.runs)
        print(
            f"{path.name:22} {path.stat().st_size / 1e6:5.2f} MB  {rate:6.2f} Mpx/s of one thread's CPU time; useful {rate * (1 - 2 * model.halo / model.tile) ** 2:6.2f} beyond the halo"
        )
        whole = model.run(image[None])[0]
        for halo in (16, 32, 48, 64, 80):
            off = np.abs(Model(path, halo=halo).score(image) - whole)[6:-6, 6:-6]
            print(
                f"  halo {halo:3}: cost {1 / (1 - 2 * halo / model.tile) ** 2:.3f}  largest difference {off.max():.5f}, 99.9 % of cells below {np.quantile(off, 0.999):.5f}"
            )


if __name__ == "__main__":
    main()
