"""The raster of `benches/tiles.sh`, and the same tiles through rio-tiler.

    tiles.py make FILE SIDE SAMPLE     a JPEG GeoTIFF of SIDE x SIDE pixels: SAMPLE mirrored again and again, UTM 50N, 2 cm
    tiles.py rio FILE TILES            CPU milliseconds of tiles at random places at each zoom, as examples/tile_times.rs
"""

from __future__ import annotations

import math
import pathlib
import random
import statistics
import sys
import time

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

BLOCK = 512


def make(path: pathlib.Path, side: int, sample: pathlib.Path) -> None:
    if path.exists():
        return
    with rasterio.open(sample) as source:
        piece = source.read([1, 2, 3])
    # Its mirror image beside and below it, so that edges meet.
    piece = np.concatenate([piece, piece[:, :, ::-1]], 2)
    piece = np.concatenate([piece, piece[:, ::-1]], 1)
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8", "crs": "EPSG:32650",
        "transform": from_origin(400_000, 3_800_000, 0.02, 0.02), "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK,
        "compress": "jpeg", "photometric": "ycbcr", "interleave": "pixel", "bigtiff": "yes", "jpeg_quality": 80,
    }  # fmt: skip
    part = path.with_suffix(".part")
    with rasterio.open(part, "w", **profile) as out:
        for row in range(0, side, BLOCK):
            rows = np.take(piece, range(row, row + BLOCK), 1, mode="wrap")
            for column in range(0, side, BLOCK):
                block = np.take(rows, range(column, column + BLOCK), 2, mode="wrap")
                width, height = min(BLOCK, side - column), min(BLOCK, side - row)
                out.write(block[:, :height, :width], window=Window(column, row, width, height))
    part.rename(path)


def rio(path: str, count: int) -> None:
    import warnings

    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    warnings.simplefilter("ignore")
    rng = random.Random(7)
    with Reader(path) as reader:
        west, south, east, north = reader.get_geographic_bounds("epsg:4326")
        for zoom in range(24, 11, -1):
            times: list[float] = []
            for _ in range(count):
                lon = west + (east - west) * rng.uniform(0.05, 0.95)
                lat = math.radians(south + (north - south) * rng.uniform(0.05, 0.95))
                x = int((lon + 180) / 360 * 2**zoom)
                y = int((0.5 - math.asinh(math.tan(lat)) / (2 * math.pi)) * 2**zoom)
                before = time.process_time()
                try:
                    reader.tile(x, y, zoom).render(img_format="JPEG")
                except TileOutsideBounds:
                    continue
                times.append((time.process_time() - before) * 1e3)
                if sum(times) > 60_000:
                    break
            times.sort()
            if times:
                print(f"{zoom}\t{statistics.median(times):.1f}\t{times[len(times) * 95 // 100]:.1f}\t{len(times)} tiles", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", path, side, sample]:
            make(pathlib.Path(path), int(side), pathlib.Path(sample))
        case ["rio", path, count]:
            rio(path, int(count))
        case _:
            sys.exit(__doc__)
