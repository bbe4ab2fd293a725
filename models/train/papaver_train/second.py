"""A second test library: plants and look-alikes made by another method (points, as in `samples/`), in the same file format.

    python -m papaver_train.second --samples ../../samples --out build/second

The seeds are none of the sample village's. The scenes and the camera stay those of the first test set; only the plants change hands.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from .library import SIZE_PX
from .sprites import SPRITE_CM

CELL_M = SPRITE_CM / 100


def flatten(sprite, to_sun, slope: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(radiance, alpha, shadow) of a cloud of points on the library's grid; the higher point hides the lower."""
    ij = np.floor(sprite.points[:, :2] / CELL_M).astype(int) + SIZE_PX // 2
    keep = ((ij >= 0) & (ij < SIZE_PX)).all(1)
    rgb, top = np.zeros((SIZE_PX, SIZE_PX, 3)), np.full((SIZE_PX, SIZE_PX), -1.0)
    rgb[ij[keep, 1], ij[keep, 0]], top[ij[keep, 1], ij[keep, 0]] = (
        sprite.colours[keep],
        sprite.points[keep, 2],
    )
    shade = np.zeros_like(top, bool)
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    for step in range(1, 170):
        dx, dy = np.round(to_sun * step).astype(int)
        inside = (x + dx >= 0) & (x + dx < SIZE_PX) & (y + dy >= 0) & (y + dy < SIZE_PX)
        above = np.where(
            inside, top[np.clip(y + dy, 0, SIZE_PX - 1), np.clip(x + dx, 0, SIZE_PX - 1)], -1
        )
        shade |= above - step * CELL_M * slope > np.maximum(top, 0) + 0.02
    light = np.where(shade, 0.3, 1.0)
    return rgb * light[..., None], (top >= 0).astype(float), np.where(shade, 0.32, 1.0)


def main() -> None:
    """Writes 12 to 60 individuals a kind as part 'test'."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=Path, default=Path("../../samples"))
    parser.add_argument("--out", type=Path, default=Path("build/second"))
    args = parser.parse_args()
    sys.path.insert(0, str(args.samples))
    import paint
    import plants

    def green(rng):
        return plants.varied(
            rng,
            plants.one(
                rng,
                [paint.colour(92, 116, 54), paint.colour(112, 130, 66), paint.colour(76, 102, 46)],
            ),
        )

    def colour(rng):
        return plants.one(rng, list(plants.PETALS))

    makers = {
        "poppy_flower": (60, lambda r, c: plants.poppy(r, 0.02, c, "flower")),
        "poppy_capsule": (30, lambda r, c: plants.poppy(r, 0.02, c, "capsule")),
        "poppy_bud": (20, lambda r, c: plants.poppy(r, 0.02, c, "bud")),
        "corn_poppy": (20, lambda r, c: plants.corn_poppy(r, 0.02)),
        "rape": (16, lambda r, c: plants.rape(r, 0.02)),
        "cabbage": (
            16,
            lambda r, c: plants.head_of(
                r,
                0.02,
                [paint.colour(128, 152, 130), paint.colour(114, 142, 118)],
                0.22,
                0.08,
                True,
            ),
        ),
        "lettuce": (
            16,
            lambda r, c: plants.head_of(
                r, 0.02, [paint.colour(146, 172, 78), paint.colour(124, 156, 66)], 0.15, 0.22, False
            ),
        ),
        "garlic": (
            12,
            lambda r, c: plants.tuft(r, 0.02, [paint.colour(104, 136, 96)], 0.36, 0.02, 9),
        ),
        "grass": (
            16,
            lambda r, c: plants.tuft(r, 0.02, [green(r)], r.uniform(0.1, 0.25), 0.009, 26),
        ),
        "weed": (
            16,
            lambda r, c: plants.bush(
                r, 0.02, green(r), r.uniform(0.05, 0.16), r.uniform(0.05, 0.2), 22
            ),
        ),
        "shrub": (12, lambda r, c: plants.bush(r, 0.02, green(r), 0.4, 0.6, 130)),
        "rose": (
            16,
            lambda r, c: plants.bush(
                r,
                0.02,
                paint.colour(62, 88, 46),
                0.35,
                0.5,
                120,
                [
                    paint.colour(196, 32, 54),
                    paint.colour(230, 150, 172),
                    paint.colour(236, 228, 220),
                ],
                int(r.integers(4, 11)),
                0.036,
            ),
        ),
    }
    args.out.mkdir(parents=True, exist_ok=True)
    for k, (name, (count, make)) in enumerate(makers.items()):
        for i in range(count):
            seed = 40_000 + 200 * k + i
            rng = np.random.default_rng(seed)
            tint = colour(rng)
            rgb, alpha, shadow = flatten(make(rng, tint), paint.TO_SUN, np.tan(paint.SUN_ELEVATION))
            poppy = name.startswith("poppy_")
            info = {
                "species": "poppy" if poppy else name,
                "stage": name.removeprefix("poppy_") if poppy else "",
                "colour": tint if poppy else "",
                "double": False,
                "part": "test",
                "light": "high",
                "seed": seed,
            }
            np.savez_compressed(
                args.out / f"test-{name}-{seed}.npz",
                rgb=np.clip((rgb / 1.5) ** (1 / 2.2) * 255, 0, 255).astype(np.uint8),
                alpha=(alpha * 255).astype(np.uint8),
                shadow=(shadow * 255).astype(np.uint8),
                info=json.dumps(info),
            )


if __name__ == "__main__":
    main()
