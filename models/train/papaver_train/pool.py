"""The first stage's candidates with their crops and the truth: what the second stage is trained and judged on.

    python -m papaver_train.pool ../papaver.onnx --part train --library build/library --shared ../../../shared/data --pairs 400 --out build/pool

Plots come in twins: the same ground, the same places, the same leaves beneath, the same light, camera and mosaic; poppies in one, other plants,
people or things in the other, so that having been pasted tells nothing. Blocks of rendered ground hold poppies among the look-alikes. Frames without poppy are searched as they are. What the first stage
gives less than FLOOR is no candidate; a plot that it passes over is kept all the same, marked `forced`: to train on, never to judge by.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from .blooms import BLOSSOMS, SHRUBS
from .dense import Model, candidates, resample
from .grounds import rendered_ground
from .judge import Judge, draw
from .mosaic import processed
from .placing import GLAUCOUS_HOSTS, GREEN_HOSTS, choose, hosted, places
from .scenes import IN_BLOOM, beside_trees, camera, clutter, shade
from .species import FLOWERING, LATER, LEAFY, THINGS
from .sprites import Canvas
from .train import make_world
from .verifier import NEAR, WIDE, Sight
from .views import attitude
from .views import scores as eight
from .wide import GSD as WIDE_GSD
from .wide import SIDE as WIDE_SIDE
from .wide import beneath, painted
from .wide import block as wide_block
from .yard import YARD

FLOOR, SPAN_CM, CHUNK, MOST, MOST_OF_BLOCK = 0.1, 1120.0, 10, 3, 12
BARE_FLOOR = 0.25  # on ground without poppy
MARGIN = {NEAR: 16, WIDE: 4}  # a view is moved by 14 cm at most
POPPY_ODDS = {
    "flower": 0.3,
    "bare": 0.25,
    "odd": 0.12,
    "capsule": 0.13,
    "bud": 0.08,
    "bolting": 0.06,
    "rosette": 0.06,
}
OTHERS = (
    (BLOSSOMS, 0.3),
    (FLOWERING, 0.25),
    ((*LEAFY, *LATER, *SHRUBS), 0.2),
    ((*YARD, *THINGS), 0.25),
)
SITES = {
    "train": [
        *[
            (f"ground/garfield/IMG_161122_{k}_RGB.JPG", 2.7)
            for k in ("163234_0000", "163346_0013", "164724_0138", "164955_0158")
        ],
        ("photos/caliterra/IMG_935[468].jpg", 3.5),
        ("photos/boruszyn/img_49[07]*.jpg", 3.5),
        ("photos/potato_mit/0*.jpg", 0.45),
    ],
    "validation": [("ground/minsk_osm/DJI_001*.JPG", 3.25), ("ground/minsk_osm/DJI_0022.JPG", 4.0)],
    # Of garfield, frames 100 m and more north of those above: no ground in both.
    "garfield_north": [
        (f"ground/garfield/IMG_161122_{k}_RGB.JPG", 2.7)
        for k in ("163244_0002", "163338_0011", "164200_0093", "164543_0124", "165235_0181")
    ],
    "test": [("photos/brighton_beach/*.JPG", 1.8)],
}


@dataclass(frozen=True)
class Taken:
    """One candidate: class (0 other, 1 poppy, 2 before the bloom), the first stage's score and mean of eight, both crops with a margin."""

    label: int
    forced: bool
    score: float
    mean: float
    kind: str
    place: str
    gsd: float
    near: np.ndarray
    wide: np.ndarray


def cut(image: np.ndarray, gsd: float, x: float, y: float, sight: Sight) -> np.ndarray:
    """A sight with its margin about a point (pixels of the image), out of the image as it is; mirrored beyond its border."""
    pixels = sight.pixels + 2 * MARGIN[sight]
    half = pixels * sight.cm / gsd / 2
    size = max(2, round(2 * half))
    left, top = round(x - half), round(y - half)
    rows = mirrored(np.arange(top, top + size), image.shape[0])
    columns = mirrored(np.arange(left, left + size), image.shape[1])
    shrinks = size > pixels
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image[rows[:, None], columns], (pixels, pixels), interpolation=kind)


def mirrored(index: np.ndarray, size: int) -> np.ndarray:
    """Indices beyond the border thrown back into 0 … size - 1."""
    index = np.abs(index) % max(1, 2 * size - 2)
    return np.where(index >= size, 2 * size - 2 - index, index)


def moved(crop: np.ndarray, sight: Sight, by, turns: int, flipped: bool) -> np.ndarray:
    """A sight out of a crop with its margin, its middle moved by centimetres to the right and down: (pixels, pixels, 3)."""
    left, top = (MARGIN[sight] + round(cm / sight.cm) for cm in by)
    return attitude(crop[top : top + sight.pixels, left : left + sight.pixels], turns, flipped)


def seen(crop: np.ndarray, sight: Sight, view: tuple[int, bool, int, int]) -> np.ndarray:
    """One view of a crop with its margin; a view moves by pixels of the first stage."""
    turns, flipped, right, down = view
    return moved(crop, sight, (2 * right, 2 * down), turns, flipped)


def drawn_from(rng, species, groups) -> str:
    """A kind that the library holds, by the groups' odds."""
    groups = [([k for k in kinds if k in species], odds) for kinds, odds in groups]
    groups = [(kinds, odds) for kinds, odds in groups if kinds]
    odds = np.array([g[1] for g in groups])
    return choose(rng, groups[int(rng.choice(len(groups), p=odds / odds.sum()))][0])


def twins(rng, world) -> list[tuple[np.ndarray, np.ndarray, str, float, np.ndarray]]:
    """(image at its own GSD, cover of its pixels, kind of plot, GSD, places in cm) of a scene with poppies and of its twin without."""
    gsd = draw(rng, 0.9, 3.0)
    n = round(SPAN_CM / gsd)
    real = bool(world.ground.frames) and rng.random() < 0.6
    light = world.ground.patch(rng, n) if real else rendered_ground(rng, n, gsd)
    if world.ground.foliage and not real and rng.random() < 0.3:
        light = beside_trees(rng, light, world.ground.leaves(rng, n, gsd), gsd)
    species = world.library[str(rng.choice(sorted(world.library)))]
    gain = float(np.clip(np.median(light) / 0.15, 0.3, 1.6)) if real else 1.0
    stages = [((f"poppy_{stage}",), odds) for stage, odds in POPPY_ODDS.items()]
    kinds = drawn_from(rng, species, stages), drawn_from(rng, species, OTHERS)
    hosts = (GREEN_HOSTS, GLAUCOUS_HOSTS, ())[int(rng.choice(3, p=[0.45, 0.15, 0.4]))]
    spots = places(rng, 400.0, int(round(draw(rng, 2, 60))))
    spots = SPAN_CM / 2 + np.clip(spots - spots.mean(0), -260, 260)
    seed, out = int(rng.integers(1 << 40)), []
    for kind in kinds:
        again = np.random.default_rng(seed)
        canvas = Canvas(np.array(light, np.float32), np.zeros((n, n), np.float32), gsd, gain)
        if not real and again.random() < 0.6:
            clutter(again, canvas, species, SPAN_CM)
        kept = spots[: 1 + len(spots) // 4] if kind in YARD else spots
        hosted(again, canvas, species, species[kind], kept, hosts)
        again = np.random.default_rng(seed + 1)
        if again.random() < 0.25:
            shade(again, canvas.light, gsd)
        image = processed(again, camera(again, canvas.light, gentle=False))
        out.append((image, canvas.poppy, kind, gsd, kept))
    return out


def label_of(kind: str, poppy: bool) -> int:
    """The class of a candidate that lies on a plot's poppies or on anything else."""
    if not poppy or not kind.startswith("poppy_"):
        return 0
    return 1 if kind.removeprefix("poppy_") in IN_BLOOM else 2


@dataclass(frozen=True)
class Looked:
    """A scene as the first stage looks at it: the image at its own GSD, and at the model's resolution."""

    model: Model
    image: np.ndarray
    coarse: np.ndarray
    gsd: float
    place: str

    def at(self, cell: np.ndarray) -> np.ndarray:
        """The middle of a cell (row, column) in pixels of the model's: x, y."""
        return (cell[::-1] + 0.5) * self.model.cell

    def take(self, score: float, cell: np.ndarray, label: int, kind: str, forced=False) -> Taken:
        """The candidate of a cell, with the mean of eight views and both crops."""
        x, y = self.at(cell)
        mean = float(eight(self.model.run, self.coarse, x, y).mean())
        own = 2.0 / self.gsd
        crops = (cut(self.image, self.gsd, x * own, y * own, s) for s in (NEAR, WIDE))
        return Taken(label, forced, score, mean, kind, self.place, self.gsd, *crops)


def near_poppies(cover: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The cells of a grid on which poppies lie, and their neighbours."""
    share = cv2.resize(cover, shape[::-1], interpolation=cv2.INTER_AREA)
    return cv2.dilate((share > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def taken_of(model: Model, image, cover, kind, gsd, spots, place) -> list[Taken]:
    """The candidates of one scene, and its plot where none of them lies on it."""
    looked = Looked(model, image, resample(image, gsd), gsd, place)
    coarse = looked.coarse
    rows, columns = (-(-k // model.cell) for k in coarse.shape[:2])
    padded = [
        (0, size * model.cell - k)
        for size, k in zip((rows, columns), coarse.shape[:2], strict=True)
    ]
    dense = model.run(np.pad(coarse, [*padded, (0, 0)])[None])[0]
    near = near_poppies(cover, (rows, columns))
    found, out, hit = candidates(dense, FLOOR), [], False
    inner = [c for c in found if ((c["centre"] > 8) & (c["centre"] < rows - 9)).all()]

    for c in inner[:MOST]:
        poppy = bool(near[tuple(c["cells"].T)].any())
        hit |= poppy
        out.append(looked.take(c["score"], c["centre"], label_of(kind, poppy), kind))
    if not hit:
        cell = np.clip((spots[len(spots) // 2] // 32).astype(int)[::-1], 0, rows - 1)
        poppy = bool(near[tuple(cell)])
        if poppy or not kind.startswith("poppy_"):
            score, label = float(dense[tuple(cell)]), label_of(kind, poppy)
            out.append(looked.take(score, cell, label, kind, forced=True))
    return out


def pair(judge: Judge, seed: int) -> list[Taken]:
    """The candidates of one pair of twins."""
    got = twins(np.random.default_rng(seed), judge.world)
    return [t for scene in got for t in taken_of(judge.model, *scene, f"twins {seed}")]


def sown(rng, world) -> tuple[np.ndarray, np.ndarray, list[tuple[str, np.ndarray]], float]:
    """(image at its own GSD, cover of its pixels, plots of poppies, GSD) of a block of ground as `wide` has it, on which poppies grow too."""
    gsd = 2.0 if rng.random() < 0.3 else draw(rng, 0.9, 3.0)
    canvas, species, others = painted(rng, world, rng.random() < 0.5, gsd)
    extent, plots = gsd * len(canvas.poppy), []
    stages = [((f"poppy_{stage}",), odds) for stage, odds in POPPY_ODDS.items()]
    for _ in range(rng.poisson(2.0)):
        kind = drawn_from(rng, species, stages)
        spots = places(rng, 400.0, int(round(draw(rng, 2, 60))))
        spots = spots + rng.uniform(0, extent - 400, 2)
        green = GREEN_HOSTS if kind == "poppy_bare" and rng.random() < 0.6 else ()
        hosted(rng, canvas, species, species[kind], spots, green)
        plots.append((kind, spots))
    if rng.random() < 0.25:
        shade(rng, canvas.light, gsd)
    image = camera(rng, canvas.light, gentle=False)
    image = processed(rng, image) if rng.random() < 0.5 else image
    named = [(name, spots) for name, spots in [*plots, *others] if len(spots)]
    return image, canvas.poppy, named, gsd


def block(judge: Judge, seed: int) -> list[Taken]:
    """The candidates of one block of ground: those on poppies, and those on anything else."""
    image, cover, plots, gsd = sown(np.random.default_rng(seed), judge.world)
    looked = Looked(judge.model, image, resample(image, gsd), gsd, f"block {seed}")
    scores, out = judge.model.score(looked.coarse), []
    near = near_poppies(cover, scores.shape)
    poppies = [(name, spots) for name, spots in plots if name.startswith("poppy_")]
    for c in candidates(scores, FLOOR)[:MOST_OF_BLOCK]:
        at, poppy = 2.0 * looked.at(c["centre"]), bool(near[tuple(c["cells"].T)].any())
        kind = beneath(poppies, at, np.inf) if poppy else beneath(plots, at)
        out.append(looked.take(c["score"], c["centre"], label_of(kind, poppy), kind))
    return out


def bare(judge: Judge, seed: int) -> list[Taken]:
    """The candidates of one block of ground without poppy: from the model's own threshold on exactly those that `wide` counts."""
    image, plots = wide_block(np.random.default_rng(seed), judge.world)
    looked = Looked(judge.model, image, image, WIDE_GSD, f"block {seed}")
    found = candidates(judge.model.score(image), BARE_FLOOR)
    kinds = [beneath(plots, 2.0 * looked.at(c["centre"])) for c in found]
    return [looked.take(c["score"], c["centre"], 0, k) for c, k in zip(found, kinds, strict=True)]


def frame(model: Model, path: Path, gsd: float) -> list[Taken]:
    """The candidates of a frame that holds no poppy."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    looked = Looked(model, image, resample(image, gsd), gsd, path.name)
    found = candidates(model.score(looked.coarse), FLOOR)
    return [looked.take(c["score"], c["centre"], 0, path.parent.name) for c in found]


def save(path: Path, taken: list[Taken]) -> None:
    """Writes candidates whole or not at all."""
    rows = [asdict(t) for t in taken]
    empty = {k: np.empty(0) for k in Taken.__dataclass_fields__}
    table = {k: np.array([r[k] for r in rows]) for k in rows[0]} if rows else empty
    part = path.with_suffix(".part.npz")
    np.savez(part, **table)
    part.rename(path)


def load(folder: Path, pattern: str) -> dict[str, np.ndarray]:
    """The candidates of all files of a name, as columns."""
    tables = [dict(np.load(p)) for p in sorted(folder.glob(pattern)) if ".part." not in p.name]
    tables = [t for t in tables if len(t["label"])]
    if not tables:
        raise SystemExit(
            f"error: no candidates {pattern} in {folder}\nhint: collect them first: python -m papaver_train.pool … --out {folder}"
        )
    return {k: np.concatenate([t[k] for t in tables]) for k in tables[0]}


def main() -> None:
    """Collects pairs and frames of one part, a file each chunk or frame; those already there are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--part", choices=["train", "validation", "test"], default="train")
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--blocks", type=int, default=0, help="of ground with look-alikes")
    parser.add_argument("--hectares", type=float, default=0.0, help="of ground without poppy")
    parser.add_argument("--sites", nargs="*", default=[], choices=list(SITES))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/pool"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    bares = math.ceil(args.hectares / (WIDE_SIDE * WIDE_GSD / 1e4) ** 2)
    if args.pairs or args.blocks or bares:
        world = make_world(
            args.library, args.shared, args.part, None, None, args.foliage, args.real
        )
        judge = Judge(args.model, world, args.part, args.jobs)
        kinds = (
            ("", pair, args.pairs, 7_000_000),
            ("blocks_", block, args.blocks, 8_000_000),
            ("bare_", bare, bares, 5_000_000),
        )
        for name, collect, count, offset in kinds:
            for first in range(0, count, CHUNK):
                path = args.out / f"{name}{args.part}-{first:05}.npz"
                if not path.exists():
                    seeds = [judge.base + offset + 7 * k for k in range(first, first + CHUNK)]
                    save(path, [t for got in judge.map(collect, seeds) for t in got])
    for site in args.sites:
        for pattern, gsd in SITES[site]:
            for source in sorted(args.shared.glob(pattern)):
                path = args.out / f"site_{site}-{source.parent.name}-{source.stem}.npz"
                if not path.exists():
                    save(path, frame(Model(args.model), source, gsd))


if __name__ == "__main__":
    main()
