"""Write what the training code sees of a candidate, for the test that the program sees the same: tests/fixtures/sights.json.

Needs what models/train needs.

    PYTHONPATH=models/train python3 tests/tools/sights.py
"""
import json
import pathlib

import numpy as np
from papaver_train.pool import cut, seen
from papaver_train.verifier import NEAR, WIDE
from papaver_train.views import VIEWS

OUT = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "sights.json"
WIDTH, HEIGHT = 300, 260
# Centimetres a pixel, and the point in pixels: in the middle, beside a corner, beyond whose borders both sights reach.
CASES = [(1.0, 150.0, 130.0), (2.0, 20.5, 240.0), (0.5, 281.0, 33.5), (1.37, 101.3, 77.7)]
PLACES = 12


def ground() -> np.ndarray:
    """Grain on slopes: (HEIGHT, WIDTH, 3)."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.int64)
    grain = ((x * 73856093) ^ (y * 19349663)) >> 5
    return np.stack([(grain + k * x + y) % 251 for k in (1, 2, 3)], -1).astype(np.uint8)


def told(image: np.ndarray) -> dict:
    """The mean of each colour, and the pixels along a winding way."""
    side = len(image)
    places = [((7 + 31 * k) % side, (11 + 53 * k) % side) for k in range(PLACES)]
    return {
        "mean": [round(float(v), 3) for v in image.mean((0, 1))],
        "pixels": [[int(v) for v in image[y, x]] for y, x in places],
    }


def main() -> None:
    """Writes the file."""
    image, cases = ground(), []
    for gsd, x, y in CASES:
        sights = []
        for sight in (NEAR, WIDE):
            crop = cut(image, gsd, x, y, sight)
            sights.append([told(seen(crop, sight, view)) for view in VIEWS[:4]])
        cases.append({"gsd_cm": gsd, "at": [x, y], "sights": sights})
    OUT.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
