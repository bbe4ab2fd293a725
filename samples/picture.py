"""Draws the README's picture from a finished scan: the orthomosaic with its candidates, beside it the first chips.

usage: python picture.py ORTHO.tif RESULTS PICTURE.jpg [CHIPS]        needs requirements.txt

RESULTS is the folder that `papaver scan` wrote. CHIPS names the ranks to show, such as 1,2,4 (default: the first six).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image, ImageDraw, ImageFont
from rasterio.warp import transform

MAP_PX = (864, 720)
CHIP_PX = 232
GAP = 12
INK, PAPER, MARK = (28, 28, 28), (255, 255, 255), (255, 45, 85)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def overview(ortho: Path, features: list[dict]) -> Image.Image:
    """The whole orthomosaic with a ring and a rank at each candidate."""
    with rasterio.open(ortho) as source:
        pixels = source.read((1, 2, 3), out_shape=(3, MAP_PX[1], MAP_PX[0]), resampling=rasterio.enums.Resampling.average)
        lon = [f["properties"]["lon"] for f in features]
        lat = [f["properties"]["lat"] for f in features]
        x, y = transform("EPSG:4326", source.crs, lon, lat)
        places = [~source.transform * at for at in zip(x, y)]
        scale = MAP_PX[0] / source.width
        metre = scale / source.transform.a
    picture = Image.fromarray(np.moveaxis(pixels, 0, -1))
    draw = ImageDraw.Draw(picture)
    for feature, (column, row) in zip(features, places):
        px, py = column * scale, row * scale
        radius = max(8.0, (feature["properties"]["area_m2"] ** 0.5 * 0.9 + 0.6) * metre)
        draw.ellipse([px - radius, py - radius, px + radius, py + radius], outline=MARK, width=3)
        draw.text((px + radius * 0.75 + 2, py - radius * 0.75 - 2), str(feature["properties"]["rank"]), PAPER, font(17), "lb", stroke_width=3, stroke_fill=INK)
    left, bottom = 18, MAP_PX[1] - 18
    draw.rectangle([left - 6, bottom - 30, left + 20 * metre + 6, bottom + 6], fill=(0, 0, 0))
    draw.rectangle([left, bottom - 4, left + 20 * metre, bottom], fill=PAPER)
    draw.text((left, bottom - 8), "20 m", PAPER, font(15), "lb")
    return picture


def main(ortho: Path, results: Path, into: Path, ranks: list[int]) -> None:
    features = json.loads((results / "candidates.geojson").read_text(encoding="utf-8"))["features"]
    features.sort(key=lambda f: f["properties"]["rank"])
    shown = [f for f in features if f["properties"]["rank"] in ranks][:6]
    rows = (MAP_PX[1] + GAP) // (CHIP_PX + GAP)
    sheet = Image.new("RGB", (MAP_PX[0] + (GAP + CHIP_PX) * 2, MAP_PX[1]), PAPER)
    sheet.paste(overview(ortho, features), (0, 0))
    draw = ImageDraw.Draw(sheet)
    for i, feature in enumerate(shown):
        facts = feature["properties"]
        chip = Image.open(results / facts["chip"]).convert("RGB")
        chip = chip.resize((CHIP_PX, CHIP_PX), Image.Resampling.LANCZOS)
        at = (MAP_PX[0] + GAP + (i // rows) * (CHIP_PX + GAP), (i % rows) * (CHIP_PX + GAP))
        sheet.paste(chip, at)
        draw.text((at[0] + 8, at[1] + 6), f"{facts['rank']}", PAPER, font(22), stroke_width=3, stroke_fill=INK)
    sheet.save(into, quality=82, optimize=True, progressive=True)
    print(f"{into}: {sheet.width} x {sheet.height}, {into.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    chosen = [int(r) for r in sys.argv[4].split(",")] if len(sys.argv) == 5 else [1, 2, 3, 4, 5, 6]
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), chosen)
