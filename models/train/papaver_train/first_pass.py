"""What a cheap first pass that clears empty ground would lose and save, with the model as it is.

    python -m papaver_train.first_pass plots ../papaver.onnx --library build/library --shared ../../../shared/data --part validation --n 800
    python -m papaver_train.first_pass judge ../papaver.onnx --shared ../../../shared/data --sample ../../samples/village

A first pass looks at a window before the model does, and the model looks only where it has to: at a window (or a part of one) in which, or within
`MARGIN` cells of which, the first pass reaches a threshold. A plot that the model finds is lost when no cell of it that the model calls has the
first pass at its threshold within MARGIN cells: where the window's other cells would have kept it, it counts as lost all the same. The
threshold is the highest that loses at most one in a thousand of the found plots of one half; the other half judges, and the other way round. What
the model looks at gets the scores it had.

`plots` makes the scenes (rows of the card), `first_heads` learns heads, `look` looks, `judge` prints the tables; `check`
prints what the first pass that comes with the program loses. All is kept in --out, and gone on with.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from scipy.stats import beta

from .dense import Model, candidates, read_at
from .evaluate import ROWS, scene
from .judge import Judge, draw
from .net import CELL, MEAN, STD
from .pool import SITES
from .train import make_world

SIDE, HALO = 800, 48
MARGIN, CORE = HALO // CELL, (SIDE - 2 * HALO) // CELL
# Parts of a window that are looked at or not: so many along a side, of PART cells.
PARTS, PART = 4, 11
# A window shrinks to what is kept in steps of so many cells (src/scan/plan/tiling.rs).
TRIM = 8
LOST, SEED = 0.001, 1_400_000
LAST = 9
BLANK = 0.01
# Cells are kept from here on (src/scan/run.rs).
FLOOR = 0.05
SAMPLE = "sample survey"


@dataclass(frozen=True)
class Way:
    """A first pass."""

    name: str
    cell: int = CELL
    """Pixels of 2 cm that one of its cells covers: 16 at the model's resolution, 24 at two thirds of it, 32 at half, 48 at a third."""
    int8: bool = False
    tap: int = 0
    """A head learnt on the features after so many blocks (LAST: on what the last layer sees); 0: the model's own score."""

    @property
    def shared(self) -> bool:
        """Whether the model can go on from what the first pass has made."""
        return self.cell == CELL and 0 < self.tap

    def file(self, model: Path, folder: Path) -> Path:
        """The network that it runs."""
        if self.tap:
            return folder / f"head-{self.tap}-{self.cell}.onnx"
        return folder / "int8.onnx" if self.int8 else model


WAYS = (
    Way("the model at 2/3", 24),
    Way("the model at 1/2", 32),
    Way("the model at 1/3", 48),
    Way("int8", int8=True),
    Way("int8 at 1/2", 32, int8=True),
    Way("head after 1 block", tap=1),
    Way("head after 3 blocks", tap=3),
    Way("head after 3 blocks at 1/2", 32, tap=3),
    Way("head after 5 blocks at 1/2", 32, tap=5),
    Way("new last layers at 1/2", 32, tap=LAST),
    Way("new last layers at 1/3", 48, tap=LAST),
)


def prepared(window: np.ndarray, cell: int) -> np.ndarray:
    """(h, w, 3) uint8 -> what a first pass whose cells cover `cell` pixels takes: shrunk, filled up with grey to whole cells, standardised."""
    height, width = (-(-n // cell) for n in window.shape[:2])
    below, right = height * cell - window.shape[0], width * cell - window.shape[1]
    if below or right:
        grey = (127,) * 3
        window = cv2.copyMakeBorder(window, 0, below, 0, right, cv2.BORDER_CONSTANT, value=grey)
    if cell != CELL:
        size = (width * CELL, height * CELL)
        window = cv2.resize(window, size, interpolation=cv2.INTER_AREA)
    x = (window.astype(np.float32) / 255 - MEAN) / STD
    return np.ascontiguousarray(x.transpose(2, 0, 1)[None])


def spread(scores: np.ndarray, cell: int, rows: int, columns: int) -> np.ndarray:
    """A map whose cells cover `cell` pixels, on the model's cells: the best that touches each."""
    for axis, count in enumerate((rows, columns)):
        first = np.arange(count) * CELL
        last = np.minimum((first + CELL - 1) // cell, scores.shape[axis] - 1)
        scores = np.maximum(np.take(scores, first // cell, axis), np.take(scores, last, axis))
    return scores


def reached(grid: np.ndarray) -> np.ndarray:
    """The best within MARGIN cells of each cell."""
    side = 2 * MARGIN + 1
    return cv2.dilate(grid.astype(np.float32), np.ones((side, side), np.uint8))


def bound(lost: int, found: int) -> float:
    """The exact one-sided 95 % bound of a share (Clopper and Pearson 1934)."""
    return float(beta.ppf(0.95, lost + 1, found - lost)) if lost < found else 1.0


class Pass:
    """A first pass, ready to look."""

    def __init__(self, way: Way, file: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.way = way
        self.session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )

    def run(self, ready: np.ndarray) -> np.ndarray:
        """What the network gives for a prepared window, the last class alone."""
        return self.session.run(None, {self.session.get_inputs()[0].name: ready})[0][0, -1]

    def look(self, window: np.ndarray) -> np.ndarray:
        """(h, w, 3) uint8 -> a score a cell of the model."""
        rows, columns = window.shape[0] // CELL, window.shape[1] // CELL
        return spread(self.run(prepared(window, self.way.cell)), self.way.cell, rows, columns)


@dataclass
class Plots:
    """Scenes with a plot each."""

    images: np.ndarray
    """(n, side, side, 3) uint8."""
    full: np.ndarray
    """(n, rows, columns): the model's scores."""
    near: np.ndarray
    """(n, rows, columns): cells within 0.5 m of poppy."""
    row: np.ndarray
    """(n,): its row of the card."""

    def hits(self, threshold: float) -> np.ndarray:
        """(n, rows, columns): the cells by which each plot is found."""
        return (self.full >= threshold) & self.near


def planted(judge: Judge, task: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(image, the model's scores, cells near the plot) of a plot of a row."""
    seed, row = task
    _, plot, sizes, gsds = ROWS[row]
    rng = np.random.default_rng(seed)
    count, gsd = int(round(draw(rng, *sizes))), draw(rng, *gsds)
    made = scene(np.random.default_rng(seed + 1), judge.world, plot, count, gsd, others=False)
    near = cv2.dilate((made.cover > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return made.image, judge.model.run(made.image[None])[0], near


def make_plots(judge: Judge, name: str, n: int, rows: list[int], out: Path) -> None:
    """Writes n plots of each row that is not there."""
    for row in rows:
        path = out / f"plots-{name}-{row}.npz"
        if path.exists():
            continue
        seeds = [judge.base + SEED + 100_000 * row + 7 * k for k in range(n)]
        got = judge.map(planted, [(seed, row) for seed in seeds])
        images, full, near = (np.stack(part) for part in zip(*got, strict=True))
        part = path.with_suffix(".part.npz")
        np.savez(part, images=images, full=full, near=near)
        part.rename(path)
        print(f"{path.name}: {n} plots", flush=True)


def load_plots(out: Path, name: str) -> Plots | None:
    """The plots of all rows that were made."""
    paths = sorted(out.glob(f"plots-{name}-?.npz"))
    if not paths:
        return None
    parts = [np.load(p) for p in paths]
    rows = [
        np.full(len(p["full"]), int(path.stem[-1])) for p, path in zip(parts, paths, strict=True)
    ]
    images, full, near = (np.concatenate([p[k] for p in parts]) for k in ("images", "full", "near"))
    return Plots(images, full, near, np.concatenate(rows))


def windows(image: np.ndarray) -> Iterator[np.ndarray]:
    """The windows of the program that lie wholly in an image and hold no collar."""
    step = SIDE - 2 * HALO
    for y in range(0, image.shape[0] - SIDE + 1, step):
        for x in range(0, image.shape[1] - SIDE + 1, step):
            window = image[y : y + SIDE, x : x + SIDE]
            if (window.max(-1) == 0).mean() < BLANK:
                yield np.ascontiguousarray(window)


# Ground without poppy that no training saw, but for the last, whose other frames were trained on. {name: [(pattern, GSD in cm)]}
GROUNDS = {
    "brighton_beach": [("photos/brighton_beach/DJI_00[123][0369].JPG", 1.8)],
    "minsk_osm": SITES["validation"],
    "garfield, north": SITES["garfield_north"],
    "caliterra, held out": [
        ("photos/caliterra/IMG_936[58].jpg", 3.5),
        ("photos/caliterra/IMG_9371.jpg", 3.5),
    ],
}


def spaced(items: list, count: int) -> list:
    """So many of a list that is not empty, evenly spaced; all where it has no more."""
    return [items[k] for k in np.unique(np.linspace(0, len(items) - 1, count).round().astype(int))]


def ground_windows(name: str, args) -> np.ndarray:
    """(n, SIDE, SIDE, 3): windows of a ground, so many a frame, or of the sample's orthomosaic, four times as many; kept in a file."""
    where = args.out / f"windows-{name}.npy"
    if not where.exists():
        if name == SAMPLE:
            whole = cv2.imread(str(args.sample / "ortho.tif"), cv2.IMREAD_COLOR_RGB)
            got = spaced(list(windows(whole)), 4 * args.each)
        else:
            got = []
            for pattern, gsd in GROUNDS[name]:
                for path in sorted(args.shared.glob(pattern)):
                    got += spaced(list(windows(read_at(path, gsd))), args.each)
        save(where, np.stack(got))
    return np.load(where, mmap_mode="r")


def save(where: Path, array: np.ndarray) -> None:
    """Writes an array whole or not at all."""
    part = where.with_suffix(".part.npy")
    np.save(part, array)
    part.rename(where)


def looked(way: Way, file: Path, images: np.ndarray, where: Path) -> np.ndarray:
    """(n, rows, columns): what a first pass gives for every image; kept in a file."""
    if not where.exists():
        first = Pass(way, file)
        save(where, np.stack([first.look(image) for image in images]).astype(np.float32))
        print(where.name, flush=True)
    return np.load(where)


def values(maps: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """(found,): of each plot that the model finds, the best first-pass score within MARGIN cells of a cell by which it is found."""
    return np.array(
        [reached(m)[h].max() for m, h in zip(maps, hits, strict=True) if h.any()], np.float32
    )


def threshold_of(kept: np.ndarray, lost: float = LOST) -> float:
    """The highest threshold that loses at most a share of plots whose best first-pass scores are given."""
    return float(np.sort(kept)[int(lost * len(kept))])


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one thread's CPU time."""

    first: float
    """The first pass over a window of SIDE pixels."""
    full: float
    """The model over such a window."""
    part: float
    """The model over a part of it, with its halo."""


def costs(model: Path, ways: list[Way], folder: Path, window: np.ndarray, runs: int) -> list[Cost]:
    """The cost of every way: the least of so many runs, one way after the other in each. Standardising is left out, as every pass needs it."""
    shipped = Pass(Way("the model"), model)
    passes = [Pass(way, way.file(model, folder)) for way in ways]
    whole = prepared(window, CELL)
    part = np.ascontiguousarray(whole[..., : PART * CELL + 2 * HALO, : PART * CELL + 2 * HALO])
    jobs = [lambda: shipped.run(whole), lambda: shipped.run(part)]
    for first in passes:
        ready = prepared(window, first.way.cell)
        size = ready.shape[:1:-1]

        def job(first=first, ready=ready, size=size) -> None:
            if first.way.cell != CELL:
                cv2.resize(window, size, interpolation=cv2.INTER_AREA)
            first.run(ready)

        jobs.append(job)
    best = np.full(len(jobs), np.inf)
    for _ in range(runs + 1):
        for k, job in enumerate(jobs):
            begun = time.process_time()
            job()
            best[k] = min(best[k], time.process_time() - begun)
    best *= 1e3
    return [Cost(first, best[0], best[1]) for first in best[2:]]


@dataclass(frozen=True)
class Cleared:
    """What a first pass at a threshold leaves of some windows."""

    windows: float
    """Share of windows that are cleared."""
    parts: float
    """Share of their parts that are cleared."""
    trimmed: float
    """Pixels the model still sees, halo included, where each window shrinks round what is kept: a share of all windows' pixels."""


def trimmed_pixels(keep: np.ndarray) -> int:
    """Pixels of the window round the cells of a core that are kept, its halo included; it shrinks in steps of TRIM cells."""
    if not keep.any():
        return 0
    sides = []
    for axis in (0, 1):
        used = np.nonzero(keep.any(1 - axis))[0]
        first, last = used[0] // TRIM * TRIM, min(-(-(used[-1] + 1) // TRIM) * TRIM, CORE)
        sides.append((last - first) * CELL + 2 * HALO)
    return sides[0] * sides[1]


def cleared(maps: np.ndarray, threshold: float) -> Cleared:
    """What a first pass leaves of windows."""
    core = slice(MARGIN, MARGIN + CORE)
    near = np.stack([reached(m)[core, core] for m in maps])
    parts = near.reshape(-1, PARTS, PART, PARTS, PART).max((2, 4))
    seen = sum(trimmed_pixels(keep) for keep in near >= threshold)
    return Cleared(
        float((near.max((1, 2)) < threshold).mean()),
        float((parts < threshold).mean()),
        seen / (len(maps) * SIDE**2),
    )


def gains(way: Way, cost: Cost, left: Cleared) -> tuple[float, float, float]:
    """How many times faster: whole windows, trimmed windows, parts."""
    again = 1 - cost.first / cost.full if way.shared else 1.0
    return (
        cost.full / (cost.first + (1 - left.windows) * cost.full * again),
        cost.full / (cost.first + left.trimmed * cost.full * again),
        cost.full / (cost.first + (1 - left.parts) * PARTS**2 * cost.part * again),
    )


def false_lost(full: np.ndarray, maps: np.ndarray, called: float, threshold: float):
    """(candidates of the model in the windows, those of them whose cells the first pass clears)."""
    core = slice(MARGIN, MARGIN + CORE)
    count = gone = 0
    for scores, first in zip(full, maps, strict=True):
        near = reached(first)[core, core]
        for c in candidates(scores[core, core], called):
            count += 1
            gone += int(near[tuple(c["cells"].T)].max() < threshold)
    return count, gone


@dataclass
class Looks:
    """All that was looked at, of one way: first-pass scores of found plots by set, maps of windows by ground."""

    plots: dict[str, tuple[np.ndarray, np.ndarray]]
    """{set: (the best score of each found plot, its row)}."""
    grounds: dict[str, np.ndarray]


def gather(args, way: Way, model: Model, sets: dict[str, Plots]) -> Looks:
    """Looks at all sets and grounds, or reads what was kept."""
    file, tag = way.file(args.model, args.out), f"{way.cell}-{way.tap}-{int(way.int8)}"
    found = {}
    for name, plots in sets.items():
        hits = plots.hits(model.threshold)
        maps = looked(way, file, plots.images, args.out / f"maps-{name}-{tag}.npy")
        found[name] = values(maps, hits), plots.row[hits.any((1, 2))]
    grounds = {
        name: looked(way, file, ground_windows(name, args), args.out / f"ground-{name}-{tag}.npy")
        for name in (*GROUNDS, *([SAMPLE] if args.sample else []))
    }
    return Looks(found, grounds)


@dataclass(frozen=True)
class Verdict:
    """A threshold, and what it loses of plots that did not choose it."""

    threshold: float
    """The lower of both halves' thresholds."""
    gone: np.ndarray
    """(found,): plots that the other half's threshold loses."""


def judged(kept: np.ndarray, lost: float) -> Verdict:
    """Every other plot chooses, the rest judge; then the other way round."""
    chosen = [threshold_of(kept[k::2], lost) for k in (0, 1)]
    gone = np.zeros(len(kept), bool)
    for k in (0, 1):
        gone[k::2] = kept[k::2] < chosen[1 - k]
    return Verdict(min(chosen), gone)


def rows_of(gone: np.ndarray, row: np.ndarray) -> str:
    """Plots lost of all, with the bound of the share, and of each row."""
    each = [f"{int(gone[row == r].sum())}/{int((row == r).sum())}" for r in np.unique(row)]
    most = 100 * bound(int(gone.sum()), len(gone))
    return (
        f"{int(gone.sum())}/{len(gone)} lost, at most {most:.2f} points; by row {', '.join(each)}"
    )


def sets_of(out: Path) -> dict[str, Plots]:
    """The sets that were made to judge by."""
    names = ("validation", "second")
    return {name: p for name in names if (p := load_plots(out, name)) is not None}


def look(args, ways: list[Way]) -> None:
    """Looks, and keeps what was seen."""
    model, sets = Model(args.model), sets_of(args.out)
    for way in (Way("the model"), *ways):
        gather(args, way, model, sets if way.name != "the model" else {})


def table(args, ways: list[Way]) -> None:
    """Prints what each way loses and saves."""
    model, sets = Model(args.model), sets_of(args.out)
    full = gather(args, Way("the model"), model, {}).grounds
    window = ground_windows("brighton_beach", args)[0]
    spent = costs(args.model, ways, args.out, window, args.runs)
    for way, cost in zip(ways, spent, strict=True):
        looks = gather(args, way, model, sets)
        print(
            f"\n{way.name}: {cost.first:.1f} ms of {cost.full:.1f} = {cost.first / cost.full:.2f}; a part of a window {cost.part:.1f} ms"
        )
        kept, row = looks.plots["validation"]
        for lost in args.lost:
            verdict = judged(kept, lost)
            t = verdict.threshold
            print(f"  threshold {t:.5f}: {rows_of(verdict.gone, row)}")
            if "second" in looks.plots:
                others, kinds = looks.plots["second"]
                print(f"    second set: {rows_of(others < t, kinds)}")
            for name, maps in looks.grounds.items():
                left = cleared(maps, t)
                whole, trimmed, parts = gains(way, cost, left)
                said = ", ".join(
                    f"{gone} of {count} from {called}"
                    for called in (model.threshold, FLOOR)
                    for count, gone in [false_lost(full[name], maps, called, t)]
                )
                print(
                    f"    {name}: {len(maps)} windows, {100 * left.windows:.1f} % cleared, of their parts {100 * left.parts:.1f} %, trimmed to {100 * left.trimmed:.1f} %; times {whole:.2f}, trimmed {trimmed:.2f}, by parts {parts:.2f}; candidates cleared {said}"
                )


def check(args) -> None:
    """Prints what the first pass that comes with the program loses of found plots at its own threshold, and what it clears of ground."""
    told = {p.key: p.value for p in onnx.load(args.first).metadata_props}
    threshold = float(told["papaver_first_threshold"])
    model, first = Model(args.model), Pass(Way("the first pass"), args.first)
    for name in ("validation", "test"):
        if (plots := load_plots(args.out, name)) is None:
            continue
        hits = plots.hits(model.threshold)
        found = hits.any((1, 2))
        maps = [first.look(image) for image in plots.images[found]]
        best = values(maps, hits[found])
        print(
            f"{name}: the model finds {found.sum()} of {len(found)}, the lowest at {best.min():.3f}"
        )
        print(f"  at {threshold}: {rows_of(best < threshold, plots.row[found])}", flush=True)
    for name in (*GROUNDS, *([SAMPLE] if args.sample else [])):
        seen = ground_windows(name, args)
        left = cleared(np.stack([first.look(window) for window in seen]), threshold)
        print(
            f"{name}: {len(seen)} windows, {100 * left.windows:.0f} % cleared; trimmed, the model sees {100 * left.trimmed:.0f} % of the pixels"
        )


def main() -> None:
    """Makes plots, or prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["plots", "look", "judge", "check"])
    parser.add_argument("model", type=Path)
    parser.add_argument("--first", type=Path, default=Path("../papaver-first.onnx"))
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--sample", type=Path)
    parser.add_argument("--part", choices=["train", "validation", "test"], default="validation")
    parser.add_argument("--name", help="what the set is called (as the part)")
    parser.add_argument("--n", type=int, default=800)
    parser.add_argument("--rows", type=int, nargs="*", default=[0, 1, 2, 3])
    parser.add_argument("--ways", type=int, nargs="*", help="numbers of the ways (all)")
    parser.add_argument("--lost", type=float, nargs="*", default=[LOST])
    parser.add_argument("--each", type=int, default=6, help="windows of each frame of ground")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/first"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    if args.step == "check":
        check(args)
        return
    if args.step != "plots":
        ways = [WAYS[k] for k in args.ways] if args.ways else list(WAYS)
        (table if args.step == "judge" else look)(args, ways)
        return
    world = make_world(args.library, args.shared, args.part, None, None, args.foliage, args.real)
    judge = Judge(args.model, world, args.part, args.jobs)
    make_plots(judge, args.name or args.part, args.n, args.rows, args.out)


if __name__ == "__main__":
    main()
