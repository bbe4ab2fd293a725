"""Pictures for the card: plots found, plots missed, look-alikes called poppy; cells at or above the threshold are outlined.

python -m papaver_train.pictures ../papaver.onnx --library build/library --foliage build/foliage --out ../pictures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from .dense import Model
from .evaluate import scene
from .judge import draw
from .scenes import CELL
from .species import FLOWERING, LATER, LEAFY, THINGS
from .train import SEEDS, make_world

SHOWN = 6


def outlined(image: np.ndarray, scores: np.ndarray, threshold: float, words: str) -> np.ndarray:
    """The scene with its hits and a line of words under it."""
    out = image.copy()
    for y, x in np.argwhere(scores >= threshold):
        cv2.rectangle(
            out,
            (int(x) * CELL, int(y) * CELL),
            (int(x) * CELL + CELL - 1, int(y) * CELL + CELL - 1),
            (255, 230, 0),
            1,
        )
    strip = np.zeros((18, out.shape[1], 3), np.uint8)
    cv2.putText(
        strip, words, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA
    )
    return np.vstack([out, strip])


def sheet(path: Path, tiles: list[np.ndarray]) -> None:
    """Three tiles a row, as JPEG."""
    if not tiles:
        path.unlink(missing_ok=True)
        return
    tiles = tiles[:SHOWN] + [np.zeros_like(tiles[0])] * (-len(tiles[:SHOWN]) % 3)
    rows = [np.hstack(tiles[k : k + 3]) for k in range(0, len(tiles), 3)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])


def main() -> None:
    """The first of each kind by seed; none is picked by hand."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument(
        "--foliage",
        type=Path,
        help="rendered crowns; real frames are left out, so that the pictures are the project's own",
    )
    parser.add_argument("--out", type=Path, default=Path("../pictures"))
    parser.add_argument("--tries", type=int, default=120)
    args = parser.parse_args()
    model, world = Model(args.model), make_world(args.library, None, "test", foliage=args.foliage)
    found, missed, false = [], [], []
    kinds = (*FLOWERING, *LEAFY, *LATER, *THINGS)
    for i in range(args.tries):
        rng = np.random.default_rng(SEEDS["test"] + 900_000 + i)
        stage, count, gsd = (
            ("flower", "capsule")[i % 3 == 2],
            int(round(draw(rng, 3, 40))),
            draw(rng, 0.9, 3.0),
        )
        made = scene(rng, world, f"poppy_{stage}", count, gsd, others=False)
        scores = model.run(made.image[None])[0]
        near = cv2.dilate((made.cover > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        hit = bool(near.any() and scores[near].max() >= model.threshold)
        (found if hit else missed).append(
            outlined(made.image, scores, model.threshold, f"{count} plants, {stage}, {gsd:.1f} cm")
        )
        other = kinds[i % len(kinds)]
        made = scene(
            rng, world, other, int(round(draw(rng, 3, 40))), draw(rng, 0.9, 3.0), others=False
        )
        scores = model.run(made.image[None])[0]
        if scores[4:-4, 4:-4].max() >= model.threshold:
            false.append(
                outlined(made.image, scores, model.threshold, f"{other}, {made.meta['gsd']:.1f} cm")
            )
    for name, tiles in (("found", found), ("missed", missed), ("false-alarms", false)):
        sheet(args.out / f"{name}.jpg", tiles)
        print(f"{name}: {len(tiles)} of {args.tries}")


if __name__ == "__main__":
    main()
