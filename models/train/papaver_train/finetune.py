"""Fine-tunes on your own orthomosaics with truth polygons; the same figures before and after, on ground kept aside.

    python -m papaver_train.finetune --survey FOLDER --run build/mine --minutes 20

FOLDER holds GeoTIFFs and, beside each, a GeoJSON of the same name, or one `truth.geojson` for all (`papaver export training-set` writes
it): polygons of plots (property `kind` 'poppy' or absent), of what nobody has settled ('unknown': left out) and, if you like, of
look-alikes. Everything else must be free of poppy. Each raster is cut into blocks of 30 m;
every fourth block is kept aside for the figures. Inside a polygon the cells are not labelled one by one: the tenth of them that
scores highest is taught as poppy, cells outside (beyond a 2-cell rim) as background.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import rasterio
import torch
import torch.nn.functional as F
from rasterio.features import rasterize
from rasterio.warp import transform_bounds, transform_geom

from .dense import Model
from .net import CELL, PoppyNet, standardise
from .train import Crops, make_world, save

BLOCK, SIZE = 1536, 224


def load(folder: Path, resolution_cm: float = 2.0) -> list[tuple[np.ndarray, np.ndarray]]:
    """[(RGB at 2 cm, cells: 0 background, 1 poppy polygon, 255 rim or no data)] of a folder."""
    out = []
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in (".tif", ".tiff")):
        truth = path.with_suffix(".geojson")
        truth = truth if truth.exists() else folder / "truth.geojson"
        if not truth.exists():
            raise SystemExit(
                f"error: {path} has no truth beside it\nhint: save its plots as {path.with_suffix('.geojson').name}"
            )
        with rasterio.open(path) as source:
            if source.crs is None:
                raise SystemExit(
                    f"error: {path} has no coordinate reference system\nhint: gdal_edit.py -a_srs EPSG:4547 {path}"
                )
            image, valid = source.read((1, 2, 3)).transpose(1, 2, 0), source.dataset_mask()
            west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
            metres = (north - south) * 110_950 / source.height
            features = json.loads(truth.read_text())["features"]
            plots, unknown = (
                marked(
                    source,
                    [
                        f["geometry"]
                        for f in features
                        if ((f["properties"] or {}).get("kind") or "poppy") == kind
                    ],
                )
                for kind in ("poppy", "unknown")
            )
            valid = np.where(unknown & ~plots, 0, valid)
        factor = metres * 100 / resolution_cm
        image = cv2.resize(
            image,
            None,
            fx=factor,
            fy=factor,
            interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR,
        )
        rows, columns = image.shape[0] // CELL, image.shape[1] // CELL
        inside, good = (
            cv2.resize((a > 0).astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
            for a in (plots, valid)
        )
        rim = cv2.dilate((inside > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        cells = np.where(inside > 0.5, 1, np.where((rim > 0) | (good < 0.99), 255, 0)).astype(
            np.uint8
        )
        out.append((np.ascontiguousarray(image[: rows * CELL, : columns * CELL]), cells))
    if not out:
        raise SystemExit(
            f"error: no GeoTIFF in {folder}\nhint: give the folder that holds the orthomosaics"
        )
    return out


def marked(source: rasterio.DatasetReader, polygons: list[dict]) -> np.ndarray:
    """Which pixels of a raster lie in polygons of WGS 84."""
    shapes = [transform_geom("EPSG:4326", source.crs, polygon) for polygon in polygons]
    return (
        rasterize(shapes, out_shape=source.shape, transform=source.transform, dtype=np.uint8) > 0
        if shapes
        else np.zeros(source.shape, bool)
    )


def kept_aside(y: int, x: int) -> bool:
    """Whether a pixel's block is for the figures."""
    return (y // BLOCK + 2 * (x // BLOCK)) % 4 == 3


def figures(net: PoppyNet, surveys, threshold: float) -> str:
    """Share of plots found and of background cells called poppy, on the blocks kept aside."""
    found, plots, false, cells = 0, 0, 0, 0
    net.eval()
    for image, truth in surveys:
        for y in range(0, image.shape[0] - 256, BLOCK):
            for x in range(0, image.shape[1] - 256, BLOCK):
                if not kept_aside(y, x):
                    continue
                block = image[y : y + BLOCK, x : x + BLOCK]
                with torch.no_grad():
                    scores = torch.sigmoid(net(standardise(block[None])))[0, 0].numpy()
                part = truth[
                    y // CELL : y // CELL + scores.shape[0], x // CELL : x // CELL + scores.shape[1]
                ]
                n, labels = cv2.connectedComponents((part == 1).astype(np.uint8))
                plots += n - 1
                found += sum(scores[labels == k].max() >= threshold for k in range(1, n))
                false, cells = (
                    false + int((scores[part == 0] >= threshold).sum()),
                    cells + int((part == 0).sum()),
                )
    return f"plots found {found}/{plots}; background cells called poppy {false}/{cells} ({cells * (CELL * 0.02) ** 2 / 1e4:.2f} ha)"


def draw(rng, surveys) -> tuple[np.ndarray, np.ndarray]:
    """A training crop from outside the blocks kept aside, every second one near a plot."""
    while True:
        image, truth = surveys[int(rng.integers(len(surveys)))]
        y, x = (
            int(rng.integers(truth.shape[0] - SIZE // CELL + 1)),
            int(rng.integers(truth.shape[1] - SIZE // CELL + 1)),
        )
        here = np.argwhere(truth == 1)
        if rng.random() < 0.5 and len(here):
            y, x = np.clip(
                here[int(rng.integers(len(here)))] - rng.integers(0, SIZE // CELL, 2),
                0,
                np.array(truth.shape) - SIZE // CELL,
            )
        corners = [(y * CELL + dy, x * CELL + dx) for dy in (0, SIZE - 1) for dx in (0, SIZE - 1)]
        if not any(kept_aside(*c) for c in corners):
            return image[y * CELL : y * CELL + SIZE, x * CELL : x * CELL + SIZE], truth[
                y : y + SIZE // CELL, x : x + SIZE // CELL
            ]


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Background cells, and the best tenth of the plot's cells, by cross entropy."""
    background = F.softplus(logits[truth == 0])
    loss = (background * torch.sigmoid(logits[truth == 0]) ** 2).sum() / max(1, len(logits))
    for z, t in zip(logits, truth, strict=True):
        inside = z[t == 1]
        if len(inside):
            loss = (
                loss
                + F.softplus(-inside.topk(max(1, len(inside) // 10)).values).mean()
                / len(logits)
                * 4
            )
    return loss


def main() -> None:
    """Trains by the clock; half of each batch is rendered scenes where a library is given, so that nothing is forgotten."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--survey", type=Path, required=True)
    parser.add_argument(
        "--init", type=Path, default=Path("../papaver.onnx"), help="an exported model, or last.pt"
    )
    parser.add_argument("--library", type=Path)
    parser.add_argument("--run", type=Path, default=Path("build/mine"))
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument(
        "--threshold",
        type=float,
        help="of the figures (default: the exported model's own, 0.5 of a last.pt)",
    )
    parser.add_argument("--lr", type=float, default=1e-4)
    args = parser.parse_args()
    surveys, rng, net = load(args.survey), np.random.default_rng(5), PoppyNet()
    net.load(args.init)
    net.freeze(3)
    threshold = (
        args.threshold
        if args.threshold is not None
        else Model(args.init).threshold
        if args.init.suffix == ".onnx"
        else 0.5
    )
    args.run.mkdir(parents=True, exist_ok=True)
    print("before:", figures(net, surveys, threshold), flush=True)
    optimiser = torch.optim.AdamW(
        [p for p in net.parameters() if p.requires_grad], lr=args.lr, weight_decay=0.01
    )
    rendered = (
        iter(Crops(make_world(args.library, None, "train"), 0, replay=0.7))
        if args.library
        else None
    )
    begun = time.time()
    while time.time() - begun < args.minutes * 60:
        items = [draw(rng, surveys) for _ in range(8)]
        for _ in range(8 if rendered else 0):
            image, cover, weight = next(rendered)
            items.append(
                (image, np.where(weight == 0, 255, np.where(cover >= 0.1, 1, 0)).astype(np.uint8))
            )
        net.train()
        loss = loss_of(
            net(standardise(np.stack([i[0] for i in items])))[:, 0],
            torch.from_numpy(np.stack([i[1] for i in items])),
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
    print("after: ", figures(net, surveys, threshold))
    save(args.run / "last.pt", net, net, optimiser, {"step": 0, "used": 0.0})
    print(
        f"export it: python -m papaver_train.export --run {args.run} --out mine.onnx --threshold {threshold}"
    )


if __name__ == "__main__":
    main()
