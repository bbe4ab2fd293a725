"""What both stages list of the card's rows and of the sets that part the flower from its leaves, beside what the first one lists alone.

    python -m papaver_train.both ../papaver.onnx ../papaver-verifier.onnx --library build/library --shared ../../../shared/data --n 200

The scenes are those of `evaluate --rows` and of `contrast`, at 2 cm a pixel: where a survey is finer, the second stage sees more in it than here.
A plot is listed by its best cell within 0.5 m.
"""

from __future__ import annotations

import argparse
import functools
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from .contrast import SETS, place_of
from .evaluate import ROWS, scene
from .judge import Judge, draw, line
from .pool import Looked
from .scenes import MODEL_CM
from .train import make_world
from .verify import JUDGE_VIEWS, listed, scored, session


@functools.cache
def verifier(path: Path) -> tuple[onnxruntime.InferenceSession, dict]:
    """The second stage, and what its file says; a session of its own in each process."""
    props = {p.key: json.loads(p.value) for p in onnx.load(path).metadata_props}
    return session(path), props


def looked_at(judge: Judge, made, path: Path) -> tuple[bool, bool]:
    """Whether the first stage alone, and whether both, list the plot of a scene."""
    dense = judge.model.run(made.image[None])[0]
    masked = np.where(place_of(dense, made.cover, made.meta["spots"]), dense, -1)
    cell = np.array(np.unravel_index(int(masked.argmax()), masked.shape))
    best, (run, props) = float(masked.max()), verifier(path)
    alone = best >= judge.model.threshold
    if best < props["papaver_candidate_threshold"]:
        return alone, False
    taken = Looked(judge.model, made.image, made.image, MODEL_CM, "").take(best, cell, 0, "")
    rows = {k: np.array([v]) for k, v in vars(taken).items()}
    second = 1 - scored(run, rows, JUDGE_VIEWS)[:, 0]
    return alone, bool(listed(second, rows, props["papaver_evidence_threshold"])[0])


def of_row(judge: Judge, task) -> tuple[bool, bool]:
    """One plot of a row, as `evaluate.best_of` draws it."""
    seed, which, path = task
    _, plot, sizes, gsds = ROWS[which]
    rng = np.random.default_rng(seed)
    count, gsd = int(round(draw(rng, *sizes))), draw(rng, *gsds)
    made = scene(np.random.default_rng(seed + 1), judge.world, plot, count, gsd, others=False)
    return looked_at(judge, made, path)


def of_set(judge: Judge, task) -> tuple[bool, bool]:
    """One plot of a set, as `contrast.one` draws it."""
    seed, which, path = task
    contrast, rng = SETS[which], np.random.default_rng(seed)
    names = [s for s in contrast.sprites if all(s in t for t in judge.world.library.values())]
    name = names[int(rng.integers(len(names)))]
    count, gsd = int(round(draw(rng, *contrast.sizes))), draw(rng, 0.9, 2.0)
    made = scene(rng, judge.world, name, count, gsd, others=False, hosts=contrast.hosts)
    return looked_at(judge, made, path)


def main() -> None:
    """Prints a line a row and a line a set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("verifier", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--part", choices=["validation", "test"], default="test")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    world = make_world(args.library, args.shared, args.part, None, None, args.foliage, args.real)
    judge = Judge(args.model, world, args.part, args.jobs)
    kinds = (
        (of_row, [row[0] for row in ROWS], 100_000, 100_000),
        (of_set, [one.name for one in SETS], 1_100_000, 10_000),
    )
    for what, names, first, step in kinds:
        for which, name in enumerate(names):
            base = judge.base + first + step * which
            tasks = [(base + 7 * k, which, args.verifier) for k in range(args.n)]
            alone, both = np.array(judge.map(what, tasks)).sum(0)
            print(line(name, int(both), args.n) + f"  first stage alone {alone}", flush=True)


if __name__ == "__main__":
    main()
