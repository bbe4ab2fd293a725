"""Backgrounds: patches of real frames, and rendered ground (noise at true scale, paving, roofs, crop rows)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .meshes import srgb


def noise(rng, n: int, gsd_cm: float, scales_cm, weights) -> np.ndarray:
    """Band-limited noise (n, n), mean 0, made of blobs of the given sizes."""
    out = np.zeros((n, n), np.float32)
    for scale, weight in zip(scales_cm, weights, strict=True):
        m = max(3, int(np.ceil(n * gsd_cm / scale)) + 2)
        if m >= n:
            fine = rng.standard_normal((n, n), dtype=np.float32) * min(1.0, scale / gsd_cm)
            out += np.float32(weight) * fine
        else:
            out += np.float32(weight) * cv2.resize(
                rng.standard_normal((m, m), dtype=np.float32), (n, n), interpolation=cv2.INTER_CUBIC
            )
    return out


PALETTES = {
    "soil": (
        [
            srgb(124, 100, 74),
            srgb(104, 84, 62),
            srgb(150, 126, 98),
            srgb(140, 96, 66),
            srgb(88, 74, 60),
        ],
        0.30,
        (1, 3, 8, 40),
    ),
    "grass": (
        [
            srgb(92, 116, 54),
            srgb(110, 132, 66),
            srgb(76, 100, 44),
            srgb(130, 138, 80),
            srgb(98, 128, 76),
        ],
        0.42,
        (1.2, 3, 10, 60),
    ),
    "straw": ([srgb(182, 164, 112), srgb(160, 140, 96), srgb(198, 182, 136)], 0.28, (1, 2, 6, 40)),
    "concrete": (
        [srgb(176, 172, 164), srgb(150, 148, 144), srgb(196, 190, 178), srgb(120, 118, 116)],
        0.07,
        (1, 6, 40, 150),
    ),
    "gravel": (
        [srgb(150, 144, 134), srgb(120, 114, 106), srgb(180, 172, 158)],
        0.30,
        (1.5, 3, 6, 40),
    ),
    "canopy": (
        [srgb(58, 84, 40), srgb(74, 100, 50), srgb(48, 70, 36), srgb(92, 112, 62)],
        0.75,
        (3, 8, 25, 70),
    ),
    "water": ([srgb(70, 84, 76), srgb(90, 100, 84), srgb(50, 62, 64)], 0.06, (4, 20, 80, 200)),
    "film": ([srgb(214, 216, 214), srgb(190, 196, 200), srgb(70, 70, 74)], 0.10, (2, 10, 30, 90)),
}


def texture(rng, n: int, gsd: float, kind: str) -> np.ndarray:
    """One ground cover (n, n, 3), linear reflectance."""
    colours, rough, scales = PALETTES[kind]
    a, b = colours[int(rng.integers(len(colours)))], colours[int(rng.integers(len(colours)))]
    mix = np.clip(0.5 + noise(rng, n, gsd, (15, 90), (0.25, 0.3)), 0, 1)[..., None]
    base = (a.astype(np.float32) - b.astype(np.float32)) * mix + b.astype(np.float32)
    weights = rng.dirichlet(np.ones(4) * 2) * rough * rng.uniform(0.6, 1.5)
    gain = cv2.exp(noise(rng, n, gsd, scales, weights * 2))
    tint = np.stack([noise(rng, n, gsd, (4, 25), (0.03, 0.03)) for _ in range(3)], -1)
    return np.clip(base * gain[..., None] * (1 + tint), 0.003, 0.95).astype(np.float32)


def tiled(rng, n: int, gsd: float) -> np.ndarray:
    """Roof tiles, paving, metal sheets, solar panels: a lattice with its own colour a piece."""
    palettes = [
        srgb(150, 74, 54),
        srgb(110, 106, 104),
        srgb(90, 60, 50),
        srgb(60, 110, 170),
        srgb(200, 196, 190),
        srgb(30, 40, 66),
        srgb(170, 110, 84),
        srgb(210, 120, 130),
        srgb(236, 234, 230),
    ]
    base = palettes[int(rng.integers(len(palettes)))]
    width, height = rng.uniform(12, 110), rng.uniform(8, 110)
    turn = rng.uniform(0, np.pi)
    y, x = np.mgrid[0:n, 0:n] * gsd
    u, v = (
        (x * np.cos(turn) + y * np.sin(turn)) / width,
        (-x * np.sin(turn) + y * np.cos(turn)) / height,
    )
    u = u + 0.5 * (np.floor(v) % 2) * (rng.random() < 0.5)
    key = (np.floor(u).astype(int) * 7919 + np.floor(v).astype(int) * 104729) % 1009
    gains = np.exp(rng.normal(0, rng.uniform(0.02, 0.2), 1009)).astype(np.float32)
    line = np.minimum(np.minimum(u % 1, 1 - u % 1) * width, np.minimum(v % 1, 1 - v % 1) * height)
    groove = np.clip(line / rng.uniform(0.8, 2.5), rng.uniform(0.3, 1.0), 1)
    wave = 1 + rng.uniform(0, 0.25) * np.sin(2 * np.pi * (u % 1))
    gain = gains[key] * groove * wave * np.exp(noise(rng, n, gsd, (2, 40), (0.05, 0.1)))
    return np.clip(base * gain[..., None], 0.003, 0.95).astype(np.float32)


def rendered_ground(rng, n: int, gsd: float) -> np.ndarray:
    """One or two covers with a border between, lines and hard objects on top; linear reflectance."""
    kinds, odds = list(PALETTES), np.array([0.24, 0.26, 0.07, 0.11, 0.08, 0.1, 0.03, 0.05])

    def cover():
        if rng.random() < 0.16:
            return tiled(rng, n, gsd)
        return texture(rng, n, gsd, str(rng.choice(kinds, p=odds / odds.sum())))

    out = cover()
    if rng.random() < 0.5:
        y, x = np.mgrid[0:n, 0:n] / n - 0.5
        turn, bend = rng.uniform(0, 6.3), rng.uniform(0, 0.15)
        side = (
            x * np.cos(turn)
            + y * np.sin(turn)
            + rng.uniform(-0.3, 0.3)
            + bend * noise(rng, n, gsd, (30, 150), (0.3, 0.7))
        )
        weight = np.clip(side * n * gsd / rng.uniform(2, 25) + 0.5, 0, 1)[..., None].astype(
            np.float32
        )
        out = out * weight + cover() * (1 - weight)
    elif rng.random() < 0.35:
        out = spotted(rng, out, cover(), gsd)
    if rng.random() < 0.3:
        rows(rng, out, gsd)
    if rng.random() < 0.2:
        specks(rng, out, gsd)
    if rng.random() < 0.35:
        for _ in range(int(rng.integers(1, 5))):
            hard_object(rng, out, gsd)
    return out


def spotted(rng, out: np.ndarray, other: np.ndarray, gsd: float) -> np.ndarray:
    """Bare or overgrown spots of 5 cm to 1 m of another cover: a worn lawn, weeds on soil, litter of leaves."""
    field = noise(rng, out.shape[0], gsd, (5, 15, 40, 100), rng.dirichlet(np.ones(4)))
    weight = np.clip((field - rng.uniform(0.1, 0.6)) * rng.uniform(2, 12) + 0.5, 0, 1)[
        ..., None
    ].astype(np.float32)
    return out * (1 - weight) + other * weight


def specks(rng, out: np.ndarray, gsd: float) -> None:
    """Bright or coloured specks of 1 to 4 cm, up to 40 a square metre: glints on leaves, daisies, fallen petals, chips of stone."""
    n = out.shape[0]
    count = int(np.exp(rng.uniform(0, np.log(40))) * (n * gsd / 100) ** 2)
    colour = (
        srgb(*(rng.uniform(170, 255) * np.ones(3)))
        if rng.random() < 0.6
        else srgb(*rng.uniform(60, 255, 3))
    ).astype(np.float32)
    where = np.clip(0.5 + noise(rng, n, gsd, (30, 120), (0.6, 0.8)), 0, 1)
    for size in rng.uniform(0.4, 1.6, 2):
        dots = np.zeros((n, n), np.float32)
        y, x = rng.integers(0, n, (2, count // 2 + 1))
        dots[y, x] = (
            rng.uniform(0.3, 1.2, len(y)) * where[y, x] * (2 * np.pi * max(size / gsd, 0.4) ** 2)
        )
        weight = np.clip(cv2.GaussianBlur(dots, (0, 0), max(size / gsd, 0.4)), 0, 1)[..., None]
        out[:] = out * (1 - weight) + colour * weight


def rows(rng, out: np.ndarray, gsd: float) -> None:
    """Crop rows or ridges: a periodic change of light and colour."""
    n = out.shape[0]
    y, x = np.mgrid[0:n, 0:n] * gsd
    turn, period = rng.uniform(0, np.pi), rng.uniform(18, 120)
    phase = (x * np.cos(turn) + y * np.sin(turn) + 6 * noise(rng, n, gsd, (40,), (1,))) / period
    wave = (0.5 + 0.5 * np.sin(2 * np.pi * phase)) ** rng.uniform(0.7, 3)
    if rng.random() < 0.5:
        crop = texture(rng, n, gsd, "grass" if rng.random() < 0.7 else "canopy")
        broken = np.clip(wave * 2 - 0.6 + noise(rng, n, gsd, (6, 30), (0.3, 0.3)), 0, 1)[..., None]
        out[:] = out * (1 - broken) + crop * broken
    else:
        out *= (1 - rng.uniform(0.1, 0.5) * wave)[..., None]


def hard_object(rng, out: np.ndarray, gsd: float) -> None:
    """A car, a painted line, a panel, a board, a wall: a turned rectangle with a shadow and some structure."""
    n = out.shape[0]
    length, width = [
        (rng.uniform(380, 480), rng.uniform(165, 190)),
        (rng.uniform(100, 600), rng.uniform(4, 15)),
        (rng.uniform(100, 170), rng.uniform(60, 100)),
        (rng.uniform(10, 120), rng.uniform(5, 80)),
    ][int(rng.integers(4))]
    centre, turn = rng.uniform(0, n * gsd, 2), rng.uniform(0, 180)
    colour = (
        srgb(*rng.uniform(20, 245, 3))
        if rng.random() < 0.4
        else srgb(*(np.ones(3) * rng.uniform(20, 245)))
    )
    offset = rng.uniform(-30, 30, 2)
    for move, paint in ((offset, None), (np.zeros(2), colour)):
        box = cv2.boxPoints((tuple((centre + move) / gsd), (length / gsd, width / gsd), turn))
        mask = np.zeros((n, n), np.uint8)
        cv2.fillConvexPoly(
            mask, np.round(box * 16).astype(np.int32), 255, lineType=cv2.LINE_AA, shift=4
        )
        weight = (mask / 255.0)[..., None].astype(np.float32)
        out[:] = (
            out * (1 - 0.6 * weight)
            if paint is None
            else out * (1 - weight)
            + weight * paint * np.exp(noise(rng, n, gsd, (3, 40), (0.04, 0.15)))[..., None]
        )


class RealGround:
    """Real frames of one part, and rendered foliage. Pixels are used at their own sharpness: a frame is read as if its GSD were the scene's."""

    SOURCES = {
        "train": [
            ("photos/caliterra/IMG_93[567]*.jpg", (0.8, 1.6), 5.0),
            ("photos/potato_mit/*.jpg", (1.8, 5.0), 2.5),
            # The south of the site; its north is judged by (pool.SITES).
            ("ground/garfield/*_163234_0000_*", (0.5, 1.2), 0.8),
            ("ground/garfield/*_163346_0013_*", (0.5, 1.2), 0.8),
            ("ground/garfield/*_164724_0138_*", (0.5, 1.2), 0.8),
            ("ground/garfield/*_164955_0158_*", (0.5, 1.2), 0.8),
            ("real:easyidp/*.jpg", (0.6, 2.0), 4.0),
            ("real:textures/*", (0.4, 1.2), 2.0),
            ("real:terrain/*", (0.5, 1.6), 5.0),
        ],
        "validation": [
            ("photos/pumpkins_bsd3/*.png", (0.5, 1.0), 1.0),
            ("real:validation/terrain/*.jpg", (0.5, 1.2), 3.0),
        ],
        "test": [("photos/brighton_beach/DJI_00[12]*.JPG", (0.8, 1.6), 1.0)],
    }
    # As they are, without plants: views along the ground and crowns, and the lotus beds once more, as what flowers there is no poppy. What never lies
    # behind plants teaches that its ground is empty, so ground of any scale is above. {part: [(folder key, pattern, shrink, weight)]}
    NEGATIVES = {
        "train": [
            ("shared", "photos/boruszyn/*.jpg", (0.4, 1.6), 4.0),
            ("canopy", "2019_YELL*.png", (0.4, 1.2), 3.0),
            ("canopy", "AWPE*.JPG", (0.5, 1.6), 1.0),
            ("shared", "orthos/australia_forest*.tif", (0.6, 1.4), 2.0),
            ("real", "easyidp/*.jpg", (0.5, 2.0), 3.0),
            ("real", "views/*", (1.0, 6.0), 1.0),
        ],
        "validation": [
            ("shared", "orthos/florida_forest*.tif", (0.5, 1.0), 1.0),
            ("canopy", "SOAP*.png", (0.5, 1.0), 1.0),
        ],
        "test": [],
    }
    HELD_OUT = (
        "IMG_9365",
        "IMG_9366",
        "IMG_9367",
        "IMG_9368",
        "IMG_9369",
        "IMG_9370",
        "IMG_9371",
        "16_W2xEX",
        "tile_13",
        "tile_14",
    )

    def __init__(
        self,
        shared: Path | None,
        part: str,
        extra: Path | None = None,
        canopy: Path | None = None,
        foliage: Path | None = None,
        real: Path | None = None,
    ) -> None:
        self.frames: list[tuple[np.ndarray, tuple[float, float], float]] = []
        self.negatives: list[tuple[np.ndarray, tuple[float, float], float]] = []
        self.foliage = (
            [
                cv2.imread(str(p), cv2.IMREAD_COLOR_RGB)
                for p in sorted(foliage.glob(f"{part}-?????.png"))
            ]
            if foliage
            else []
        )
        for pattern, shrink, weight in self.SOURCES[part]:
            folder, pattern = (
                (real, pattern.removeprefix("real:"))
                if pattern.startswith("real:")
                else (shared, pattern)
            )
            if folder:
                self.add(self.frames, folder, pattern, shrink, weight)
        for key, pattern, shrink, weight in self.NEGATIVES[part]:
            folder = {"shared": shared, "canopy": canopy, "real": real}[key]
            if folder:
                self.add(self.negatives, folder, pattern, shrink, weight)
        for path in sorted(extra.rglob("*")) if extra else []:
            image = (
                cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
                if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".tif")
                else None
            )
            if image is not None:
                self.frames.append((image, (0.8, 1.6), 1.0))

    def add(
        self, frames: list, folder: Path, pattern: str, shrink: tuple[float, float], weight: float
    ) -> None:
        """Reads the frames of a site; its weight is shared among them."""
        paths = [p for p in sorted(folder.glob(pattern)) if not p.name.startswith(self.HELD_OUT)]
        frames += [
            (cv2.imread(str(p), cv2.IMREAD_COLOR_RGB), shrink, weight / len(paths)) for p in paths
        ]

    def patch(self, rng, n: int, *, negative: bool = False) -> np.ndarray:
        """A square patch (n, n, 3) in linear light; `negative`: also of frames that never lie behind plants."""
        frames = (
            self.negatives if negative and self.negatives and rng.random() < 0.6 else self.frames
        )
        weights = np.array([f[2] for f in frames])
        image, shrink, _ = frames[int(rng.choice(len(frames), p=weights / weights.sum()))]
        h, w = image.shape[:2]
        wider = np.exp(rng.normal(0, 0.25)) if negative else 1.0
        side = int(min(n * rng.uniform(*shrink) * wider, h, w))
        y, x = int(rng.integers(h - side + 1)), int(rng.integers(w - side + 1))
        crop = cv2.resize(
            image[y : y + side, x : x + side],
            (n, n),
            interpolation=cv2.INTER_AREA if side > n else cv2.INTER_CUBIC,
        )
        return linear(np.rot90(crop, int(rng.integers(4))))

    def leaves(self, rng, n: int, gsd: float) -> np.ndarray:
        """Rendered crowns, shrubs or lawn (n, n, 3), linear light, at 0.5 to 1.6 times their size."""
        tile = self.foliage[int(rng.integers(len(self.foliage)))]
        side = max(8, int(n * gsd / rng.uniform(0.5, 1.6)))
        y, x = (int(rng.integers(max(1, tile.shape[0] - side + 1))) for _ in range(2))
        crop = tile[y : y + side, x : x + side]
        if side > crop.shape[0]:
            crop = cv2.copyMakeBorder(
                crop, 0, side - crop.shape[0], 0, side - crop.shape[1], cv2.BORDER_REFLECT
            )
        crop = cv2.resize(
            crop, (n, n), interpolation=cv2.INTER_AREA if side > n else cv2.INTER_LINEAR
        )
        return (
            linear(np.rot90(crop, int(rng.integers(4))))
            * np.exp(rng.normal(0, 0.15, 3) + rng.normal(0, 0.15)).astype(np.float32)
            * 1.5
        )


def linear(image: np.ndarray) -> np.ndarray:
    """8-bit sRGB -> linear light."""
    return LINEAR[image]


LINEAR = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
