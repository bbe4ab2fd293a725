"""Triangle meshes of plant organs, in metres, z up. One `Builder` collects one plant.

Every organ takes a random generator, so that no two plants are alike. Colours are linear reflectances per vertex.
"""

from __future__ import annotations

import numpy as np


def srgb(r: float, g: float, b: float) -> np.ndarray:
    """Linear reflectance of an sRGB colour given in 0..255."""
    c = np.array([r, g, b], float) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def vary(rng: np.random.Generator, colour: np.ndarray, amount: float = 0.12) -> np.ndarray:
    """The colour with a random gain (common and per channel), as individuals differ."""
    gain = rng.normal(1.0, amount) * rng.normal(1.0, amount / 3, 3)
    return np.clip(colour * gain, 0.004, 0.95)


class Builder:
    """Collects vertices, faces and vertex colours."""

    def __init__(self) -> None:
        self.vertices: list[np.ndarray] = []
        self.faces: list[np.ndarray] = []
        self.colours: list[np.ndarray] = []
        self.count = 0

    def grid(self, points: np.ndarray, colours: np.ndarray) -> None:
        """Adds an n x m grid of points (n, m, 3) as a surface; colours broadcast to it."""
        n, m, _ = points.shape
        index = np.arange(n * m).reshape(n, m) + self.count
        a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
        faces = np.concatenate(
            [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
        )
        self.vertices.append(points.reshape(-1, 3))
        self.colours.append(np.broadcast_to(colours, points.shape).reshape(-1, 3))
        self.faces.append(faces)
        self.count += n * m

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(vertices, faces, colours) of the whole plant."""
        return (
            np.concatenate(self.vertices),
            np.concatenate(self.faces),
            np.concatenate(self.colours),
        )


def leaf(
    b: Builder,
    rng,
    base,
    azimuth,
    length,
    width,
    colour,
    *,
    rise=0.7,
    droop=1.4,
    wave=0.15,
    lobes=0,
    lobe_depth=0.4,
    vein=0.12,
    curl=0.25,
    segments=12,
) -> None:
    """A leaf blade: rises at angle `rise`, bends down by `droop` radians over its length; `wave` is the relative height
    of the margin's waves, `lobes` the number of lobes a side, `curl` how far the margins stand up (a gutter)."""
    s = np.linspace(0, 1, segments)
    angle = rise - droop * s**1.3
    step = length / (segments - 1)
    radial = np.concatenate([[0], np.cumsum(np.cos(angle[:-1]))]) * step
    height = np.concatenate([[0], np.cumsum(np.sin(angle[:-1]))]) * step
    half = width / 2 * np.sin(np.pi * np.clip(s * 0.93 + 0.05, 0, 1)) ** 0.7
    if lobes:
        half = half * (
            1 - lobe_depth * (0.5 + 0.5 * np.cos(2 * np.pi * lobes * s + rng.uniform(0, 6)))
        )
    t = np.linspace(-1, 1, 7)
    across = half[:, None] * t[None]
    phase = rng.uniform(0, 2 * np.pi, 2)
    waves = (
        wave
        * width
        * np.abs(t)[None]
        * np.sin(2 * np.pi * rng.uniform(3, 5) * s[:, None] + np.where(t < 0, *phase)[None])
    )
    lift = curl * half[:, None] * t[None] ** 2 + waves
    dirx, diry = np.cos(azimuth), np.sin(azimuth)
    r = radial[:, None] + 0 * across
    points = np.stack(
        [
            base[0] + dirx * r - diry * across,
            base[1] + diry * r + dirx * across,
            base[2] + height[:, None] + lift,
        ],
        -1,
    )
    shade = 1 + vein * (np.abs(t)[None] < 0.2) + rng.normal(0, 0.05, (segments, 7))
    b.grid(points, np.clip(colour[None, None] * shade[..., None], 0, 0.95))


def stem(b: Builder, base, top, radius, colour) -> None:
    """A stem as a thin three-sided tube from base to top."""
    base, top = np.asarray(base, float), np.asarray(top, float)
    a = np.linspace(0, 2 * np.pi, 4)
    ring = np.stack([np.cos(a), np.sin(a), 0 * a], -1) * radius
    b.grid(np.stack([base + ring, top + ring * 0.7]), colour)


def ball(b: Builder, centre, radii, colour, *, top=None, rng=None, rough=0.0, n=9, m=14) -> None:
    """An ellipsoid; `top` colours its upper cap; `rough` shakes the surface."""
    u = np.linspace(0, np.pi, n)[:, None]
    v = np.linspace(0, 2 * np.pi, m)[None]
    unit = np.stack([np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u) + 0 * v], -1)
    scale = 1.0
    if rng is not None and rough:
        scale = 1 + rng.normal(0, rough, (n, m, 1))
        scale[:, -1] = scale[:, 0]
    colours = np.broadcast_to(colour, unit.shape).copy()
    if top is not None:
        colours[unit[..., 2] > 0.8] = top
    if rng is not None and rough:
        colours = np.clip(colours * (1 + rng.normal(0, rough * 1.5, (n, m, 1))), 0, 0.95)
    b.grid(np.asarray(centre) + unit * np.asarray(radii) * scale, colours)


def disc(
    b: Builder, rng, centre, radius, colour, *, tilt=(0.0, 0.0), cone=0.0, n=3, m=14, rough=0.1
) -> None:
    """A disc (or shallow cone) facing up with a tilt; used for stigmas, flower centres, flat clusters."""
    r = np.linspace(0, radius, n)[:, None]
    v = np.linspace(0, 2 * np.pi, m)[None]
    x, y = r * np.cos(v), r * np.sin(v)
    z = tilt[0] * x + tilt[1] * y - cone * r
    colours = np.clip(colour * (1 + rng.normal(0, rough, (n, m, 1))), 0, 0.95)
    b.grid(np.asarray(centre) + np.stack([x, y, z + 0 * v], -1), colours)


def petal(
    b: Builder,
    rng,
    centre,
    azimuth,
    length,
    width,
    colour,
    *,
    cup=0.6,
    flare=0.6,
    tilt=(0.0, 0.0),
    blotch=None,
    blotch_at=0.3,
    ruffle=0.06,
    fringe=0.0,
    tip=None,
    segments=8,
) -> None:
    """A petal from the flower's centre outward: rises at `cup` radians, flattens by `flare`; `blotch` colours its base."""
    s = np.linspace(0, 1, segments)
    angle = cup - flare * s
    step = length / (segments - 1)
    radial = np.concatenate([[0], np.cumsum(np.cos(angle[:-1]))]) * step
    height = np.concatenate([[0], np.cumsum(np.sin(angle[:-1]))]) * step
    t = np.linspace(-1, 1, 7)
    half = (
        width
        / 2
        * np.sqrt(np.clip(1 - (1 - np.clip(s * 1.35, 0, 1)) ** 2, 0.02, 1))
        * (1 - 0.25 * np.clip(s - 0.75, 0, 1) * 4)
    )
    across = half[:, None] * t[None]
    r = radial[:, None] * (1 - 0.18 * t[None] ** 2 * s[:, None])
    if fringe:
        r = r * (1 + fringe * rng.normal(0, 1, (1, 7)) * s[:, None] ** 2)
    z = height[:, None] + ruffle * length * s[:, None] * np.sin(
        rng.uniform(4, 8) * t[None] + rng.uniform(0, 6)
    )
    dirx, diry = np.cos(azimuth), np.sin(azimuth)
    x, y = dirx * r - diry * across, diry * r + dirx * across
    points = np.stack([x, y, z + tilt[0] * x + tilt[1] * y], -1) + np.asarray(centre)
    colours = np.broadcast_to(colour, points.shape).copy()
    if tip is not None:
        colours = colours + (tip - colours) * (s[:, None, None] ** 2)
    if blotch is not None:
        weight = np.clip((blotch_at - s) / 0.12 + 0.5, 0, 1)[:, None, None] * (
            1 - 0.3 * t[None, :, None] ** 2
        )
        colours = colours * (1 - weight) + blotch * weight
    colours = np.clip(colours * (1 + rng.normal(0, 0.05, (segments, 7, 1))), 0, 0.95)
    b.grid(points, colours)
