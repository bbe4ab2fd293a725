"""Makes the rasters of the benchmarks. Deterministic; a file that is there is left.

    python3 benches/rasters.py FOLDER [full|small]

The ground is textured grass that costs about as much to inflate as a real orthomosaic. Targets are magenta cells of
16 x 16 pixels, on which tests/fixtures/colour_dense.onnx fires. UTM 50N, 2 cm a pixel, tiled, DEFLATE.

hits_0, hits_10k, hits_300k   one size: no targets; 200 plots of 49 targets; most cells of the whole raster
ground, ground_half           the same ground, whole and with its right half no-data
sparse, dense                 the same patches: 2 % of a sparse 100,000 x 100,000 BigTIFF, and side by side
"""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

BLOCK = 512
CELL = 16
MAGENTA = np.array([255, 0, 255], np.uint8)[:, None, None]


def grass(rng: np.random.Generator, side: int) -> np.ndarray:
    """[3, side, side] of mottled green."""
    light = rng.normal(0, 1, (side // 8, side // 8)).repeat(8, 0).repeat(8, 1) * 12 + rng.normal(0, 7, (side, side))
    return np.clip(np.array([96, 116, 56])[:, None, None] + light, 1, 254).astype(np.uint8)


def create(path: pathlib.Path, width: int, height: int, **options):
    """A raster to write into, under a temporary name beside `path`."""
    profile = {
        "driver": "GTiff", "width": width, "height": height, "count": 3, "dtype": "uint8", "crs": "EPSG:32650",
        "transform": from_origin(400_000, 3_800_000, 0.02, 0.02), "tiled": True, "blockxsize": BLOCK,
        "blockysize": BLOCK, "compress": "deflate", "zlevel": 6, "photometric": "rgb", "interleave": "pixel", **options,
    }  # fmt: skip
    return rasterio.open(path.with_suffix(".part"), "w", **profile)


def finish(path: pathlib.Path) -> None:
    path.with_suffix(".part").rename(path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")


def strewn(cells: int, count: int) -> np.ndarray:
    """`count` of `cells` x `cells`, drawn at random."""
    chosen = np.zeros(cells * cells, bool)
    chosen[np.random.default_rng(7).permutation(cells * cells)[:count]] = True
    return chosen.reshape(cells, cells)


def plots(cells: int, count: int) -> np.ndarray:
    """Plots of 7 x 7 cells, 10 m apart or more, until there are `count` cells."""
    chosen = np.zeros((cells, cells), bool)
    places = [(r, c) for r in range(8, cells - 8, 40) for c in range(8, cells - 8, 40)]
    for r, c in places[: count // 49]:
        chosen[r : r + 7, c : c + 7] = True
    return chosen


def hits(path: pathlib.Path, side: int, chosen: np.ndarray) -> None:
    """Grass with a target in each chosen cell."""
    rng = np.random.default_rng(7)
    ground, per = grass(rng, BLOCK), BLOCK // CELL
    with create(path, side, side) as out:
        for row in range(0, side, BLOCK):
            for column in range(0, side, BLOCK):
                here = chosen[row // CELL :][:per, column // CELL :][:, :per]
                mask = here.repeat(CELL, 0).repeat(CELL, 1)
                out.write(np.where(mask, MAGENTA, ground), window=Window(column, row, BLOCK, BLOCK))
    finish(path)


def ground(path: pathlib.Path, side: int, valid: int) -> None:
    """Grass in the first `valid` columns, no-data in the others."""
    texture = grass(np.random.default_rng(8), BLOCK)
    with create(path, side, side, nodata=0) as out:
        for row in range(0, side, BLOCK):
            for column in range(0, side, BLOCK):
                block = texture if column < valid else np.zeros_like(texture)
                out.write(block, window=Window(column, row, BLOCK, BLOCK))
    finish(path)


def patches(path: pathlib.Path, width: int, height: int, patch: int, origins: list[tuple[int, int]], **options) -> None:
    """Grass patches at the given columns and rows; nothing is written elsewhere."""
    texture = grass(np.random.default_rng(9), BLOCK)
    with create(path, width, height, nodata=0, **options) as out:
        for left, top in origins:
            for row in range(top, top + patch, BLOCK):
                for column in range(left, left + patch, BLOCK):
                    out.write(texture, window=Window(column, row, BLOCK, BLOCK))
    finish(path)


def main(folder: pathlib.Path, small: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    side, some, many = (2_560, 600, 18_750) if small else (10_240, 10_000, 300_000)
    cells = side // CELL
    chosen = {"0": strewn(cells, 0), "10k": plots(cells, some), "300k": strewn(cells, many)}
    jobs = [(f"hits_{name}", hits, side, cells) for name, cells in chosen.items()]
    plain = 2_048 if small else 6_144
    jobs += [("ground", ground, plain, plain), ("ground_half", ground, plain, plain // 2)]
    # 50 patches, one at a random place of each cell of a 10 x 5 grid of the large raster, on the block grid.
    large, patch = (25_600, 512) if small else (100_352, 2_048)
    rng = np.random.default_rng(10)
    step = (large // 10, large // 5)
    scattered = [
        tuple(int(i * s + rng.integers(0, (s - patch) // BLOCK + 1) * BLOCK) // BLOCK * BLOCK for i, s in zip(at, step))
        for at in np.ndindex(10, 5)
    ]
    together = [(i * patch, j * patch) for i, j in np.ndindex(10, 5)]
    jobs += [
        ("sparse", lambda p: patches(p, large, large, patch, scattered, bigtiff="yes", sparse_ok=True)),
        ("dense", lambda p: patches(p, 10 * patch, 5 * patch, patch, together)),
    ]
    for name, make, *arguments in jobs:
        path = folder / f"{name}.tif"
        if not path.exists():
            make(path, *arguments)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:] == ["small"])
