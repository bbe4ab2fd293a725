"""Scores the sample survey and real frames without poppy: plots found, false candidates.

python -m papaver_train.survey ../papaver.onnx --sample ../../samples/village --shared ../../../shared/data --parts validation held_out
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import rasterio
from rasterio.features import rasterize
from rasterio.warp import transform_geom

from .dense import Model, candidates, read_at

FRAMES = {
    "training": [
        ("photos/caliterra/IMG_935*.jpg", 3.5),
        ("photos/potato_mit/0*.jpg", 0.45),
        ("photos/boruszyn/img_49*.jpg", 3.5),
    ],
    "validation": [("photos/pumpkins_bsd3/*.png", 2.5)],
    "held_out": [
        ("photos/caliterra/IMG_9365.jpg", 3.5),
        ("photos/caliterra/IMG_9368.jpg", 3.5),
        ("photos/caliterra/IMG_9371.jpg", 3.5),
        ("photos/potato_mit/16*.jpg", 0.45),
        ("photos/potato_mit/tile_1[34]*.jpg", 0.45),
    ],
    "test": [("photos/brighton_beach/*.JPG", 1.8)],
}
# Trees at 10 cm a pixel, read as if they were shrubs at 2 and 3.5 cm: below the folder of the wheel deepforest.
CANOPY = [("OSBS_029.png", 2.0), ("OSBS_029.png", 3.5), ("SOAP_0*.png", 2.0), ("SOAP_0*.png", 3.5)]


def sample(model: Model, folder: Path) -> dict:
    """Which plots of the sample survey have a hit, and which candidates hold none."""
    with rasterio.open(folder / "ortho.tif") as source:
        image = source.read().transpose(1, 2, 0)
        crs, affine = source.crs, source.transform
        features = json.loads((folder / "truth.geojson").read_text())["features"]
        shapes = [
            (transform_geom("EPSG:4326", crs, f["geometry"]), k + 1) for k, f in enumerate(features)
        ]
    cells = (-(-image.shape[0] // 16), -(-image.shape[1] // 16))
    truth = rasterize(
        shapes, out_shape=cells, transform=affine * affine.scale(16, 16), all_touched=True
    )
    scores = model.score(image)
    found, lookalike, false = [], [], []
    for k, f in enumerate(features):
        best = float(scores[truth == k + 1].max()) if (truth == k + 1).any() else 0.0
        p = f["properties"]
        (found if p["kind"] == "poppy" else lookalike).append(
            {**p, "score": round(best, 3), "hit": best >= model.threshold}
        )
    poppy = np.isin(
        truth, [k + 1 for k, f in enumerate(features) if f["properties"]["kind"] == "poppy"]
    )
    near = cv2.dilate(poppy.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    for c in candidates(scores, model.threshold):
        if not near[tuple(c["cells"].T)].any():
            false.append(
                {
                    "score": round(c["score"], 3),
                    "hits": c["hits"],
                    "at_px": (c["centre"][::-1] * 16).tolist(),
                }
            )
    return {"found": found, "lookalike": lookalike, "false": false, "scores": scores}


def frames(
    model: Model, shared: Path, part: str, canopy: Path | None = None, real: Path | None = None
) -> list[dict]:
    """False candidates on frames that hold no poppy."""
    out = []
    places = [(shared, *row) for row in FRAMES[part]] + [
        (canopy, *row) for row in CANOPY if canopy and part == "validation"
    ]
    # Ground textures, by their look some 2 cm a pixel.
    places += [(real, "validation/terrain/*.jpg", 2.0)] if real and part == "validation" else []
    for folder, pattern, gsd in places:
        for path in sorted(folder.glob(pattern)):
            image = read_at(path, gsd)
            scores = model.score(image)
            got = candidates(scores, model.threshold)
            out.append(
                {
                    "frame": f"{path.parent.name}/{path.name}",
                    "hectares": round(image.shape[0] * image.shape[1] * 4e-8, 4),
                    "max": round(float(scores.max()), 3),
                    "false": len(got),
                    "at_px": [(c["centre"][::-1] * 16).tolist() for c in got[:8]],
                }
            )
    return out


def main() -> None:
    """Prints what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--sample", type=Path)
    parser.add_argument("--shared", type=Path)
    parser.add_argument(
        "--canopy",
        type=Path,
        help="the data folder of the wheel deepforest 2.1.0, for validation on trees",
    )
    parser.add_argument(
        "--real",
        type=Path,
        help="the folder of papaver_train.real, for validation on ground textures",
    )
    parser.add_argument(
        "--parts", nargs="*", default=["validation", "held_out"], choices=list(FRAMES)
    )
    parser.add_argument("--threshold", type=float)
    args = parser.parse_args()
    model = Model(args.model)
    model.threshold = args.threshold if args.threshold is not None else model.threshold
    if args.sample:
        result = sample(model, args.sample)
        for row in result["found"] + result["lookalike"]:
            print(
                f"{'HIT ' if row['hit'] else '    '} {row['score']:.3f} {row['kind']:12} {row['plants']:4} {row['stage']:8} {row['place']}"
            )
        print(
            f"plots found {sum(r['hit'] for r in result['found'])}/{len(result['found'])}, false candidates {len(result['false'])}: {result['false'][:12]}"
        )
    for part in args.parts if args.shared else []:
        rows = frames(model, args.shared, part, args.canopy, args.real)
        for row in rows:
            print(
                f"{part:11} {row['frame']:40} {row['hectares']:7.3f} ha  max {row['max']:.3f}  false {row['false']} {row['at_px']}"
            )
        print(
            f"{part}: {sum(r['false'] for r in rows)} false candidates in {sum(r['hectares'] for r in rows):.3f} ha"
        )


if __name__ == "__main__":
    main()
