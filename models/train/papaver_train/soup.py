"""The weighted mean of the weights of several runs of one network, as a run of its own (Wortsman and others 2022, "Model soups").

python -m papaver_train.soup build/run build/run-before --shares 0.6 0.4 --out build/soup
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .net import averaged
from .train import write


def main() -> None:
    """Writes `last.pt` with the mean alone: a run to evaluate, to export, or to start from, not one to go on with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument(
        "--shares",
        type=float,
        nargs="+",
        help="of each run (equal if not given); they are scaled to sum to 1",
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    shares = args.shares or [1.0] * len(args.runs)
    if len(shares) != len(args.runs) or min(shares) < 0 or sum(shares) <= 0:
        raise SystemExit(
            "error: the shares do not fit the runs\nhint: give one share of 0 or more for each run"
        )
    weights = [averaged(run / "last.pt") for run in args.runs]
    if any(
        w.keys() != weights[0].keys() or any(w[k].shape != v.shape for k, v in weights[0].items())
        for w in weights
    ):
        raise SystemExit(
            "error: the runs are of different networks\nhint: only runs of one --net have a mean"
        )
    mean = {
        k: sum(s / sum(shares) * w[k] for s, w in zip(shares, weights, strict=True))
        for k in weights[0]
    }
    args.out.mkdir(parents=True, exist_ok=True)
    write(args.out / "last.pt", {"ema": mean})


if __name__ == "__main__":
    main()
