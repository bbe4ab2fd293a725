"""One training crop: ground, plants at true scale, then everything a camera and a JPEG do to them.

Out come an RGB crop at the model's resolution (2 cm) and, for each cell of 16 x 16 pixels, the share of it that is poppy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .grounds import RealGround, noise, rendered_ground, spotted
from .mosaic import processed
from .placing import GREEN_HOSTS, VARY, add_strangers, choose, hosts_of, lay, places, planter, put
from .species import FLOWERING, LEAFY, THINGS
from .sprites import Canvas, Sprite

MODEL_CM = 2.0
CELL = 16
KIND_ODDS = [0.38, 0.17, 0.31, 0.14]
STAGE_ODDS = {
    "flower": 0.36,
    "bare": 0.17,
    "odd": 0.12,
    "capsule": 0.13,
    "bud": 0.09,
    "bolting": 0.04,
    "rosette": 0.03,
    "dry": 0.06,
}
# Stages that show a flower or a capsule; the others are leaves: 'before the bloom'.
IN_BLOOM = ("flower", "bare", "odd", "capsule", "dry")


@dataclass
class World:
    """What scenes of one part are made from."""

    library: dict[str, dict[str, list[Sprite]]]
    ground: RealGround
    stage_odds: dict[str, float] = field(default_factory=lambda: STAGE_ODDS)


@dataclass
class Crop:
    """A crop: image (px, px, 3) uint8 RGB, cover (px / 16, px / 16) share of poppy, how it was made, and the share of poppy of 2 x 2 pixels."""

    image: np.ndarray
    cover: np.ndarray
    meta: dict
    mask: np.ndarray | None = None


def plot_of(rng, species: dict[str, list[Sprite]], stage: str, colour: str | None) -> list[Sprite]:
    """The individuals of one plot: mostly one stage, and often one colour."""
    sprites = species[f"poppy_{stage}"]
    if colour and stage in ("flower", "bare", "odd"):
        sprites = [s for s in sprites if s.colour == colour] or sprites
    return sprites


def add_poppies(rng, canvas: Canvas, species, world: World, extent: float) -> dict:
    """Paints a poppy plot, perhaps with other plants in it; returns what it is."""
    stages = [s for s in world.stage_odds if f"poppy_{s}" in species]
    odds = np.array([world.stage_odds[s] for s in stages])
    stage = str(rng.choice(stages, p=odds / odds.sum()))
    count = (
        int(np.clip(np.exp(rng.normal(2.2, 1.1)), 1, 90))
        if rng.random() < 0.7
        else int(rng.integers(2, 6))
    )
    colour = choose(rng, species["poppy_flower"]).colour if rng.random() < 0.6 else None
    main = plot_of(rng, species, stage, colour)
    positions = places(rng, extent, count)
    other = []
    if stage in ("flower", "capsule", "bud") and rng.random() < 0.4:
        other = species[f"poppy_{choose(rng, ['bud', 'flower', 'capsule', 'bolting'])}"]
    inside = []
    if rng.random() < 0.45:
        inside = species[
            choose(
                rng,
                [
                    "rape",
                    "rape",
                    "weed",
                    "grass",
                    "lettuce",
                    "garlic",
                    "broadleaf",
                    "potato",
                    "weed",
                    "grass",
                ],
            )
        ]
    if stage == "bare" and rng.random() < 0.8:
        lay(rng, canvas, hosts_of(rng, species, GREEN_HOSTS), positions)
    jobs = [(main if not other or rng.random() < 0.75 else other, p) for p in positions]
    for p in positions if inside else []:
        jobs += [(inside, p + rng.normal(0, 45, 2)) for _ in range(int(rng.integers(0, 3)))]
    rng.shuffle(jobs)
    gain, size = canvas.gain, np.exp(rng.normal(0, 0.12))
    canvas.gain = gain * np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.07, 3))
    for p in positions if not inside and rng.random() < 0.2 else []:
        planter(rng, canvas, *p)
    for sprites, p in jobs:
        put(rng, canvas, sprites, p[None], size, VARY)
    canvas.gain = gain
    return {"stage": stage, "count": count, "colour": colour, "mixed": bool(inside)}


def add_others(rng, canvas: Canvas, species, extent: float, vary: float = 0.0) -> list[str]:
    """Paints look-alikes and clutter."""
    names = []
    for _ in range(int(rng.integers(1, 4))):
        roll = rng.random()
        name = choose(rng, FLOWERING if roll < 0.5 else LEAFY if roll < 0.8 else THINGS)
        if roll < 0.07:
            name = "corn_poppy"
        elif roll > 0.9:
            name = "brassica" if rng.random() < 0.6 else "cabbage"
        count = int(np.clip(np.exp(rng.normal(1.5 if name in THINGS else 2.4, 1.0)), 1, 80))
        put(rng, canvas, species[name], places(rng, extent, count), vary=vary)
        names.append(name)
    return names


def clutter(rng, canvas: Canvas, species, extent: float) -> None:
    """Grass and weeds all over, so that bare noise is not the signal for 'no plant'."""
    for name in ("grass", "weed") if rng.random() < 0.5 else ("grass",):
        put(rng, canvas, species[name], rng.uniform(0, extent, (int(rng.integers(10, 90)), 2)))


def shade(rng, light: np.ndarray, gsd: float) -> None:
    """The shadow of something outside or of a tree over part of the scene."""
    n = light.shape[0]
    y, x = np.mgrid[0:n, 0:n] / n - 0.5
    turn = rng.uniform(0, 6.3)
    field_ = x * np.cos(turn) + y * np.sin(turn) + rng.uniform(-0.4, 0.4)
    if rng.random() < 0.5:
        field_ = field_ + 0.12 * noise(rng, n, gsd, (20, 70, 200), (0.4, 0.7, 1.0))
    weight = np.clip(field_ * n * gsd / rng.uniform(3, 15) + 0.5, 0, 1)[..., None]
    light *= (1 - weight * (1 - rng.uniform(0.18, 0.5) * np.array([0.9, 1.0, 1.15]))).astype(
        np.float32
    )


def camera(rng, light: np.ndarray, *, gentle: bool) -> np.ndarray:
    """Linear light -> sRGB uint8 with haze, exposure, white balance, blur, sharpening, noise and JPEG."""
    light = light.astype(np.float32, copy=False)
    level = np.percentile(light[::3, ::3], rng.uniform(80, 99))
    exposure = (
        rng.uniform(0.35, 0.85) / max(level, 1e-3) if not gentle else np.exp(rng.normal(0, 0.25))
    )
    light = light * (exposure * np.exp(rng.normal(0, 0.07, 3))).astype(np.float32)
    haze = max(0.0, rng.normal(0.0, 0.04))
    light = light * np.float32(1 - haze) + np.float32(haze * rng.uniform(0.5, 0.9))
    sigma = rng.uniform(0.25, 0.95) if not gentle else rng.uniform(0, 0.5)
    if sigma > 0.2:
        light = cv2.GaussianBlur(light, (0, 0), sigma)
    if rng.random() < 0.12:
        length = int(rng.integers(2, 5))
        kernel = np.ones((1, length), np.float32) / length
        light = cv2.filter2D(light, -1, kernel if rng.random() < 0.5 else kernel.T)
    image = cv2.pow(np.clip(light, 0, 1.2), 1 / rng.uniform(1.9, 2.5))
    if rng.random() < 0.6:
        image = image + np.float32(rng.uniform(0.2, 1.1)) * (
            image - cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 1.5))
        )
    contrast, saturation, offset = (
        rng.uniform(0.85, 1.25),
        rng.uniform(0.7, 1.35),
        rng.normal(0, 0.03),
    )
    mix = contrast * (saturation * np.eye(3) + (1 - saturation) / 3)
    image = cv2.transform(
        image, np.hstack([mix, np.full((3, 1), 0.45 * (1 - contrast) + offset)]).astype(np.float32)
    )
    image += rng.standard_normal(image.shape, dtype=np.float32) * np.float32(
        rng.uniform(0.002, 0.025)
    )
    image = (np.clip(image, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.85:
        ok, data = cv2.imencode(
            ".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 97))]
        )
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1] if ok else image
    return np.ascontiguousarray(image)


def resample(rng, image: np.ndarray, size: int) -> np.ndarray:
    """To the model's resolution, with the interpolations that readers use."""
    if image.shape[0] >= size:
        return cv2.resize(
            image,
            (size, size),
            interpolation=cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR,
        )
    return cv2.resize(
        image,
        (size, size),
        interpolation=(cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[
            int(rng.choice(3, p=[0.5, 0.35, 0.15]))
        ],
    )


def crop(
    rng, world: World, *, size: int = 224, kind: str | None = None, gsd: float | None = None
) -> Crop:
    """One crop; `kind` is 'poppy', 'other', 'plain' (a real frame as it is) or 'foliage' (rendered crowns as they are)."""
    kind = kind or str(rng.choice(["poppy", "other", "plain", "foliage"], p=KIND_ODDS))
    gsd = gsd or float(np.exp(rng.uniform(np.log(0.9), np.log(3.5))))
    n = int(round(size * MODEL_CM / gsd))
    extent = n * gsd
    ground = world.ground
    leafy = bool(ground.foliage) and kind == "foliage"
    real = bool(ground.frames) and not leafy and (kind == "plain" or rng.random() < 0.45)
    light = (
        ground.leaves(rng, n, gsd)
        if leafy
        else ground.patch(rng, n, negative=kind == "plain")
        if real
        else rendered_ground(rng, n, gsd)
    )
    if real and rng.random() < (0.35 if kind == "plain" else 0.2):
        light = (spotted if rng.random() < 0.4 else beside_trees)(
            rng, light, ground.patch(rng, n, negative=True), gsd
        )
    if real and kind == "plain":
        light = cv2.pow(light, np.exp(rng.normal(0, 0.2))) * np.exp(rng.normal(0, 0.15, 3)).astype(
            np.float32
        )
    if ground.foliage and not real and not leafy and rng.random() < 0.25:
        light = beside_trees(rng, light, ground.leaves(rng, n, gsd), gsd)
    canvas = Canvas(np.ascontiguousarray(light, np.float32), np.zeros((n, n), np.float32), gsd)
    meta = {"kind": kind, "gsd": gsd, "real": real}
    species = world.library[str(rng.choice(list(world.library), p=None))]
    if real:
        canvas.gain = float(np.clip(np.median(light) / 0.15, 0.3, 1.6) * rng.uniform(0.8, 1.35))
    if kind not in ("plain", "foliage"):
        if not real and rng.random() < 0.6:
            clutter(rng, canvas, species, extent)
        if kind == "other" or rng.random() < 0.35:
            meta["others"] = add_others(rng, canvas, species, extent, VARY)
        if rng.random() < (0.6 if kind == "other" else 0.2):
            meta["strangers"] = add_strangers(rng, canvas, species, extent)
        if kind == "poppy":
            meta |= add_poppies(rng, canvas, species, world, extent)
        if rng.random() < 0.2:
            clutter_few(rng, canvas, species, extent)
        if rng.random() < 0.25:
            shade(rng, canvas.light, gsd)
    if rng.random() < 0.04:
        collar(rng, canvas)
    image = camera(rng, canvas.light, gentle=kind == "plain" and real)
    image = resample(rng, processed(rng, image), size)
    mask = cv2.resize(canvas.poppy, (size // 2,) * 2, interpolation=cv2.INTER_AREA)
    k, f = int(rng.integers(4)), rng.random() < 0.5
    image, mask = np.rot90(image, k), np.rot90(mask, k)
    if f:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = np.ascontiguousarray(image), np.ascontiguousarray(mask)
    return Crop(image, cover_of(mask), meta, mask)


def cover_of(mask: np.ndarray) -> np.ndarray:
    """The share of poppy of each cell, of a mask of half the crop's size."""
    cells = mask.shape[0] * 2 // CELL
    return cv2.resize(mask, (cells, cells), interpolation=cv2.INTER_AREA)


def beside_trees(rng, light: np.ndarray, leaves: np.ndarray, gsd: float) -> np.ndarray:
    """Foliage, or another ground, along one side of the ground, with a ragged border."""
    n = light.shape[0]
    y, x = np.mgrid[0:n, 0:n] / n - 0.5
    turn = rng.uniform(0, 6.3)
    side = (
        x * np.cos(turn)
        + y * np.sin(turn)
        - rng.uniform(-0.1, 0.4)
        + 0.15 * noise(rng, n, gsd, (25, 90, 250), (0.4, 0.7, 1.0))
    )
    weight = np.clip(side * n * gsd / 6 + 0.5, 0, 1)[..., None].astype(np.float32)
    return light * (1 - weight) + leaves * weight


def clutter_few(rng, canvas: Canvas, species, extent: float) -> None:
    """Some weeds or litter over what is there."""
    put(
        rng,
        canvas,
        species[choose(rng, ["grass", "weed", "litter", "stones", "broadleaf"])],
        rng.uniform(0, extent, (int(rng.integers(1, 12)), 2)),
    )


def collar(rng, canvas: Canvas) -> None:
    """A black or white collar, as at an orthomosaic's border."""
    n = canvas.poppy.shape[0]
    y, x = np.mgrid[0:n, 0:n] / n - 0.5
    turn = rng.uniform(0, 6.3)
    blank = x * np.cos(turn) + y * np.sin(turn) > rng.uniform(0.0, 0.4)
    canvas.light[blank] = 0.0 if rng.random() < 0.7 else 3.0
    canvas.poppy[blank] = 0.0
