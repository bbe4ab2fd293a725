"""The rendered library in memory, and pasting a plant into a scene of any ground sampling distance (GSD)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

SPRITE_CM = 0.5
FINEST_CM = 1.0  # in memory: no scene is finer than 0.9 cm, and at 0.5 cm thousands of plants take four times as much


@dataclass
class Sprite:
    """One individual: two resolutions (1 and 2 cm) of (h, w, 5): radiance RGB premultiplied, alpha, shadow; trimmed.

    `centre` is where the plant stands, in pixels of the finer one.
    """

    species: str
    stage: str
    colour: str
    light: str
    levels: list[np.ndarray]
    centre: tuple[float, float]


@dataclass
class Canvas:
    """A scene being painted: linear light (h, w, 3) and the visible share of each pixel that is poppy (h, w)."""

    light: np.ndarray
    poppy: np.ndarray
    gsd_cm: float
    gain: float | np.ndarray = 1.0


def load_library(folder: Path, part: str) -> dict[str, dict[str, list[Sprite]]]:
    """{light: {species: [sprite]}} of one part; poppies are keyed `poppy_<stage>`."""
    out: dict[str, dict[str, list[Sprite]]] = {}
    for path in sorted(folder.glob(f"{part}-*.npz")):
        if path.name.endswith(".tmp.npz"):
            continue
        data = np.load(path)
        info = json.loads(str(data["info"]))
        rgb = (data["rgb"].astype(np.float32) / 255) ** 2.2 * 1.5
        full = np.dstack(
            [
                rgb,
                data["alpha"].astype(np.float32)[..., None] / 255,
                data["shadow"].astype(np.float32)[..., None] / 255,
            ]
        )
        full, (x, y) = trim(full)
        half = cv2.resize(full, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        quarter = cv2.resize(half, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        centre = (x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5
        key = f"poppy_{info['stage']}" if info["species"] == "poppy" else info["species"]
        sprite = Sprite(
            info["species"], info["stage"], info["colour"], info["light"], [half, quarter], centre
        )
        out.setdefault(info["light"], {}).setdefault(key, []).append(sprite)
    if not out:
        raise SystemExit(
            f"error: no plants of part '{part}' in {folder}\nhint: render them first: python -m papaver_train.library --out {folder}"
        )
    for species in {k for table in out.values() for k in table}:
        for table in out.values():
            table.setdefault(species, next(t[species] for t in out.values() if species in t))
    return out


def trim(full: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Cuts away what is empty, to multiples of 4 pixels; returns the rest and where the middle has gone."""
    used = (full[..., 3] > 0.02) | (cv2.blur(full[..., 4], (5, 5)) < 0.93)
    ys, xs = np.nonzero(used.any(1))[0], np.nonzero(used.any(0))[0]
    if not len(ys):
        ys = xs = np.array([0, full.shape[0] - 1])
    y0, x0 = ys[0] // 4 * 4, xs[0] // 4 * 4
    y1, x1 = -(-(ys[-1] + 1) // 4) * 4, -(-(xs[-1] + 1) // 4) * 4
    half = (full.shape[0] - 1) / 2
    return np.ascontiguousarray(full[y0:y1, x0:x1], np.float32), (half - x0, half - y0)


def paste(
    canvas: Canvas,
    sprite: Sprite,
    x_cm: float,
    y_cm: float,
    *,
    turn: float = 0.0,
    scale: float = 1.0,
    stretch: float = 1.0,
    flip: bool = False,
) -> None:
    """Paints a plant with its centre at (x, y) cm: its shadow first, then the plant itself. `stretch` makes it longer and as much narrower."""
    g = canvas.gsd_cm
    level = 0 if g < 1.8 else 1
    source = sprite.levels[level]
    zoom = FINEST_CM * 2**level * scale / g
    step = 2**level
    px, py = (sprite.centre[0] + 0.5) / step - 0.5, (sprite.centre[1] + 0.5) / step - 0.5
    hh, ww = source.shape[:2]
    f = -1.0 if flip else 1.0
    c, s = np.cos(turn) * zoom, np.sin(turn) * zoom
    matrix = np.array([[c * stretch, -s * f / stretch, 0], [s * stretch, c * f / stretch, 0]])
    cx, cy = x_cm / g, y_cm / g
    matrix[:, 2] = np.array([cx, cy]) - matrix[:, :2] @ np.array([px, py])
    corners = matrix[:, :2] @ np.array([[-1, ww, ww, -1], [-1, -1, hh, hh]]) + matrix[:, 2:]
    h, w = canvas.poppy.shape
    xa, ya = np.maximum(np.floor(corners.min(1)), 0).astype(int)
    xb, yb = np.minimum(np.ceil(corners.max(1)) + 1, [w, h]).astype(int)
    if xa >= xb or ya >= yb:
        return
    matrix[:, 2] -= [xa, ya]
    warped = warp5(source, matrix, xb - xa, yb - ya)
    view = canvas.light[ya:yb, xa:xb]
    alpha = warped[..., 3:4]
    view *= warped[..., 4:5]
    view *= 1 - alpha
    view += warped[..., :3] * np.asarray(canvas.gain, np.float32)
    cover = canvas.poppy[ya:yb, xa:xb]
    cover *= 1 - warped[..., 3]
    if sprite.species == "poppy":
        cover += warped[..., 3]


def warp5(source: np.ndarray, matrix: np.ndarray, width: int, height: int) -> np.ndarray:
    """warpAffine over five channels: outside, nothing is painted and the light is full."""
    first = cv2.warpAffine(
        source[..., :4],
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(0, 0, 0, 0),
    )
    second = cv2.warpAffine(
        np.ascontiguousarray(source[..., 4]),
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=1.0,
    )
    return np.dstack([first, second])
