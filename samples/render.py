"""Renders the sample survey: an orthomosaic of an invented village edge at 2 cm, its truth and its boundary.

    python -m pip install -r requirements.txt
    python render.py            # writes village/ortho.tif, village/truth.geojson, village/boundary.geojson and photos/

Every plant, house and field is invented and drawn from points and polygons by this folder's files; nothing is taken from
photographs. The same seed gives the same picture. The plants are none that the classifier was trained on, and are drawn
by another method than those.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import photos
import rasterio
from layout import Village, greenery, ground, houses, plots
from paint import Canvas, blurred, resize
from PIL import Image, ImageDraw
from rasterio.transform import from_origin
from rasterio.warp import transform

SEED = 20260503
GSD = 0.02
WIDTH_M, HEIGHT_M = 120.0, 100.0
EASTING, NORTHING = 493_200.0, 3_126_480.0  # EPSG:4547, top left corner
CRS = "EPSG:4547"
COLLAR = [(3, 2), (34, 0.6), (71, 2.2), (104, 0.8), (118.6, 4), (119.4, 36), (117.8, 71), (119.2, 97), (92, 99.4), (60, 98), (27, 99.3), (1.4, 97.4), (0.7, 63), (2.4, 30)]


def camera(rng: np.random.Generator, light: np.ndarray) -> np.ndarray:
    """Linear light to 8 bits as an orthomosaic shows it: exposure by mosaic cell, blur, tone, noise."""
    h, w, _ = light.shape
    seam = resize(rng.normal(1, 0.035, (5, 6)), (h, w))
    out = np.empty((h, w, 3), np.uint8)
    for k in range(3):
        band = blurred(light[..., k] * seam * (1.25, 1.22, 1.16)[k] + (0.006, 0.008, 0.012)[k], 0.62)
        band = np.clip(band, 0, 1.4)
        band = band / (1 + 0.12 * band)
        tone = np.power(band, 1 / 2.2, dtype=np.float32)
        tone += 0.45 * (tone - blurred(tone, 1.0))
        grain = blurred(rng.standard_normal((h, w), dtype=np.float32), 0.5) * 0.016
        out[..., k] = np.clip((tone + grain) * 255, 0, 255)
    return out


def coordinates(points: np.ndarray) -> list[list[float]]:
    """Canvas metres to a closed ring of lon, lat (RFC 7946: counter-clockwise, seven decimals)."""
    xs, ys = transform(CRS, "EPSG:4326", EASTING + points[:, 0], NORTHING - points[:, 1])
    ring = [[round(x, 7), round(y, 7)] for x, y in zip(xs, ys, strict=True)]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    ring = ring if area > 0 else ring[::-1]
    return [*ring, ring[0]]


def outline(points: np.ndarray, margin: float = 0.3) -> np.ndarray:
    """Convex hull of plants with a margin in metres (Andrew's monotone chain)."""
    a = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    cloud = (points[:, None] + margin * np.stack([np.cos(a), np.sin(a)], -1)[None]).reshape(-1, 2)
    cloud = cloud[np.lexsort((cloud[:, 1], cloud[:, 0]))]
    half = []
    for run in (cloud, cloud[::-1]):
        chain: list[np.ndarray] = []
        for p in run:
            while len(chain) > 1 and np.linalg.det(np.array([chain[-1] - chain[-2], p - chain[-1]])) <= 0:
                chain.pop()
            chain.append(p)
        half += chain[:-1]
    return np.array(half)


def collection(features: list[dict]) -> str:
    """A GeoJSON feature collection, one feature a line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"


def feature(ring: np.ndarray, properties: dict) -> dict:
    """One polygon."""
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [coordinates(ring)]}}


def write_ortho(path: Path, image: np.ndarray, valid: np.ndarray, quality: int) -> None:
    """JPEG in TIFF (YCbCr, tiles of 512) with an internal mask; the collar is black."""
    image = np.where(valid[..., None], image, 0)
    profile = {"driver": "GTiff", "width": image.shape[1], "height": image.shape[0], "count": 3, "dtype": "uint8", "crs": CRS, "transform": from_origin(EASTING, NORTHING, GSD, GSD),
               "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "JPEG", "photometric": "YCBCR", "jpeg_quality": quality, "interleave": "pixel"}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_PAM_ENABLED=False), rasterio.open(path, "w", **profile) as out:
        out.update_tags(TIFFTAG_DATETIME="2026:05:03 10:24:00", TIFFTAG_IMAGEDESCRIPTION="Rendered sample village; no real place", TIFFTAG_SOFTWARE="samples/render.py")
        out.write(image.transpose(2, 0, 1))
        out.write_mask(valid)


def main() -> None:
    """Paints, lights, photographs and writes the village."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "village")
    parser.add_argument("--quality", type=int, default=58)
    parser.add_argument("--photos", type=Path, default=Path(__file__).parent / "photos")
    parser.add_argument("--photo-quality", type=int, default=46)
    args = parser.parse_args()
    rng = np.random.default_rng(SEED)
    canvas = Canvas(rng, WIDTH_M, HEIGHT_M, GSD)
    village = Village(canvas, rng)
    ground(village)
    roofs = houses(village)
    built = canvas.height.copy()
    greenery(village)
    plots(village, roofs)
    light = canvas.lit()
    if args.photos:
        photos.take(canvas, photos.seen_heights(canvas.height, built), light, args.photos, CRS, EASTING, NORTHING, SEED + 1, args.photo_quality)
    image = camera(rng, light)
    frame = Image.new("L", (canvas.shape[1], canvas.shape[0]))
    ImageDraw.Draw(frame).polygon([(x / GSD, y / GSD) for x, y in COLLAR], fill=255)
    args.out.mkdir(parents=True, exist_ok=True)
    write_ortho(args.out / "ortho.tif", image, np.asarray(frame) > 0, args.quality)
    features = [feature(outline(t["points"]), {k: t[k] for k in ("kind", "plants", "stage", "place")}) for t in village.truth]
    (args.out / "truth.geojson").write_text(collection(features), encoding="utf-8")
    boundary = np.array([(4, 4), (116, 4), (116, 96), (4, 96)], float)
    (args.out / "boundary.geojson").write_text(collection([feature(boundary, {"name": "sample village"})]), encoding="utf-8")


if __name__ == "__main__":
    main()
