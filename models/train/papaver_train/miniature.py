"""The whole chain in a few minutes, without any data: render a few plants, train both stages briefly, export, score; fails if nothing was learnt.

python -m papaver_train.miniature --out build/miniature.onnx
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from .dense import Model
from .pool import load
from .scenes import crop
from .train import SEEDS, make_world
from .verify import area as area_of
from .verify import scored, session


def separation(model: Model, library: Path, count: int = 24) -> float:
    """Chance that a cell full of poppy scores above a cell without (area under the ROC curve) on fresh scenes."""
    world, yes, no = make_world(library, None, "train"), [], []
    for k in range(count):
        made = crop(np.random.default_rng(SEEDS["validation"] + k), world)
        scores = model.run(made.image[None])[0]
        yes.append(scores[made.cover >= 0.4])
        no.append(scores[made.cover == 0])
    positive, negative = np.concatenate(yes), np.concatenate(no)
    return float(np.searchsorted(np.sort(negative), positive).mean() / len(negative))


def twin_areas(second: Path, pool: Path) -> float:
    """Chance that the second stage scores a poppy's candidate above another's, among those it learnt from."""
    rows = load(pool, "train-*.npz")
    return area_of(1 - scored(session(second), rows)[:, 0], rows["label"] > 0)


def main() -> None:
    """Runs the steps as their own programs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=Path("build/miniature"))
    parser.add_argument("--out", type=Path, default=Path("build/miniature.onnx"))
    parser.add_argument("--steps", type=int, default=140)
    args = parser.parse_args()
    begun, library, run = time.time(), args.work / "library", args.work / "run"
    steps = [
        ["library", "--out", str(library), "--parts", "train", "--limit", "2", "--samples", "4"],
        [
            "train",
            "--library",
            str(library),
            "--run",
            str(run),
            "--steps",
            str(args.steps),
            "--batch",
            "8",
            "--replay",
            "0.5",
            "--freeze",
            "3",
        ],
        ["export", "--run", str(run), "--out", str(args.out)],
    ]
    pool, second = args.work / "pool", args.out.with_name("verifier.onnx")
    steps += [
        ["pool", str(args.out), "--library", str(library), "--pairs", "10", "--out", str(pool)],
        [
            "verify",
            "fit",
            str(args.out),
            "--pool",
            str(pool),
            "--watch",
            "train-*.npz",
            "--steps",
            "60",
            "--out",
            str(second),
        ],
    ]
    shutil.rmtree(pool, ignore_errors=True)
    (run / "last.pt").unlink(missing_ok=True)
    for module, *options in steps:
        print(f"{time.time() - begun:5.0f} s  {module}", flush=True)
        subprocess.run([sys.executable, "-m", f"papaver_train.{module}", *options], check=True)
    area = separation(Model(args.out), library)
    print(
        f"{time.time() - begun:5.0f} s  {args.out}: area under the ROC curve {area:.3f} over cells of fresh scenes with the same plants"
    )
    pair = twin_areas(second, pool)
    print(f"{second}: area {pair:.3f} over the candidates it learnt from")
    if min(area, pair) < 0.75:
        raise SystemExit(
            "error: the miniature learnt nothing\nhint: look at build/miniature/run/log.jsonl; or take more --steps"
        )


if __name__ == "__main__":
    main()
