"""The plants of the sample village, from points: opium poppy in flower and in capsule, its look-alikes, weeds and tree crowns."""

from __future__ import annotations

import numpy as np
from paint import Cloud, Sprite, colour

GOLDEN = 2.39996
PETALS = {"white": colour(238, 234, 232), "pink": colour(226, 156, 180), "lilac": colour(192, 152, 198), "purple": colour(128, 64, 132),
          "magenta": colour(182, 52, 116), "red": colour(200, 40, 38)}


def varied(rng, shade, amount=0.1):
    """A colour with an individual's deviation."""
    return np.clip(shade * rng.normal(1, amount) * rng.normal(1, amount / 3, 3), 0.004, 0.95)


def one(rng, items):
    """One of a list."""
    return items[int(rng.integers(len(items)))]


def poppy(rng, gsd: float, petals: str, stage: str) -> Sprite:
    """*Papaver somniferum*: 60-110 cm, clasping glaucous wavy leaves, flowers of 9-12 cm, capsules of 3-5 cm."""
    c = Cloud(rng)
    leaf = varied(rng, one(rng, [colour(130, 150, 118), colour(118, 142, 112), colour(140, 156, 126)]))
    height, lean = rng.uniform(0.6, 1.1), rng.normal(0, 0.05, 2)
    count = int(rng.integers(10, 16))
    for i in range(count):
        f = i / count
        c.blade((*(lean * f), height * (0.05 + 0.65 * f)), i * GOLDEN + rng.normal(0, 0.3), rng.uniform(0.17, 0.27) * (1 - 0.5 * f), rng.uniform(0.06, 0.10) * (1 - 0.4 * f),
                rng.uniform(0.5, 1.0), rng.uniform(1.0, 2.0), varied(rng, leaf, 0.06), wave=0.2)
    for i in range(int(rng.integers(1, 5))):
        a, spread = rng.uniform(0, 6.3), 0 if i == 0 else rng.uniform(0.06, 0.18)
        top = np.array([lean[0] + spread * np.cos(a), lean[1] + spread * np.sin(a), height * (1 - 0.1 * (i > 0))])
        kind = stage if i == 0 else one(rng, [stage, stage, "bud", "capsule"])
        if kind == "flower":
            shade = varied(rng, PETALS[petals], 0.06)
            blotch = varied(rng, colour(70, 34, 74)) if rng.random() < 0.7 else shade * 0.9
            c.bowl(top, rng.uniform(0.045, 0.06), rng.uniform(0.01, 0.035), shade, blotch, ruffle=0.22, tilt=rng.normal(0, 0.2, 2))
            c.ball(top + [0, 0, 0.02], 0.011, colour(176, 186, 130))
        elif kind == "capsule":
            size = rng.uniform(0.017, 0.025)
            c.ball(top, size, varied(rng, colour(150, 168, 134)), 1.3)
            c.ball(top + [0, 0, size], size * 0.6, colour(110, 122, 88), 0.4)
        else:
            c.ball(top, 0.012, leaf * 1.1, 1.4)
    return c.sprite(gsd)


def corn_poppy(rng, gsd: float) -> Sprite:
    """*Papaver rhoeas*: 30-60 cm, thin divided green leaves, many red flowers of 5-7 cm."""
    c = Cloud(rng)
    green = varied(rng, colour(92, 122, 60))
    for i in range(16):
        c.blade((0, 0, 0.03 * (i % 6)), i * GOLDEN, rng.uniform(0.1, 0.2), 0.018, rng.uniform(0.5, 1.1), 1.3, varied(rng, green))
    for _ in range(int(rng.integers(2, 7))):
        a, r = rng.uniform(0, 6.3), rng.uniform(0.02, 0.17)
        c.bowl((r * np.cos(a), r * np.sin(a), rng.uniform(0.3, 0.5)), rng.uniform(0.025, 0.034), 0.012, varied(rng, colour(212, 42, 30), 0.06), colour(36, 20, 22), ruffle=0.15, tilt=rng.normal(0, 0.2, 2))
    return c.sprite(gsd)


def rape(rng, gsd: float) -> Sprite:
    """Rape late in its bloom: loose yellow clusters over glaucous leaves and green pods."""
    c = Cloud(rng)
    for i in range(12):
        c.blade((0, 0, 0.1 + 0.04 * i), i * GOLDEN, rng.uniform(0.1, 0.22), rng.uniform(0.04, 0.08), 0.7, 1.4, varied(rng, colour(112, 140, 86)))
    for _ in range(int(rng.integers(8, 16))):
        a, r = rng.uniform(0, 6.3), 0.24 * np.sqrt(rng.random())
        x, y, z = r * np.cos(a), r * np.sin(a), rng.uniform(0.8, 1.1)
        for _ in range(5):
            c.blade((x, y, z - 0.12), rng.uniform(0, 6.3), 0.1, 0.008, 1.0, 0.4, varied(rng, colour(124, 148, 70)))
        for _ in range(int(rng.integers(6, 16))):
            c.ball((x + rng.normal(0, 0.018), y + rng.normal(0, 0.018), z + rng.normal(0, 0.015)), 0.008, varied(rng, colour(234, 214, 44), 0.06), 0.5)
    return c.sprite(gsd)


def head_of(rng, gsd: float, shades, size: float, wave: float, heart: bool) -> Sprite:
    """A rosette vegetable: lettuce (wavy, light) or cabbage (glaucous, with a heart)."""
    c = Cloud(rng)
    shade = varied(rng, one(rng, shades))
    size *= rng.uniform(0.8, 1.2)
    turn = rng.uniform(0, 6.3)
    for i in range(16):
        f = i / 16
        c.blade((0, 0, 0.02 + 0.08 * f), turn + i * GOLDEN + rng.normal(0, 0.15), size * (1 - 0.5 * f), size * 0.8 * (1 - 0.4 * f), 0.3 + 0.8 * f, 0.5, varied(rng, shade * (1 + 0.3 * f), 0.05), wave=wave)
    if heart:
        c.ball((0, 0, 0.08), size * 0.42, np.clip(shade * 1.3, 0, 0.9), 0.8)
    return c.sprite(gsd)


def tuft(rng, gsd: float, shades, size: float, width: float, count: int) -> Sprite:
    """Grass, garlic, wheat: narrow blades from one foot."""
    c = Cloud(rng)
    shade = one(rng, shades)
    for _ in range(count):
        r, a = 0.05 * np.sqrt(rng.random()), rng.uniform(0, 6.3)
        c.blade((r * np.cos(a), r * np.sin(a), 0), rng.uniform(0, 6.3), size * rng.uniform(0.5, 1.1), width, rng.uniform(0.7, 1.4), rng.uniform(0.4, 1.6), varied(rng, shade, 0.14))
    return c.sprite(gsd)


def bush(rng, gsd: float, shade, radius: float, height: float, leaves: int, blooms=None, count=0, bloom_size=0.04) -> Sprite:
    """A dome of leaves, with double flowers (roses) where `blooms` gives their colours."""
    c = Cloud(rng)
    for _ in range(leaves):
        u, a = np.sqrt(rng.random()), rng.uniform(0, 6.3)
        z = height * np.sqrt(1 - 0.95 * u * u) * rng.uniform(0.6, 1.05)
        size = rng.uniform(0.05, 0.1) * (1 + radius)
        c.blade((radius * u * np.cos(a), radius * u * np.sin(a), z), rng.uniform(0, 6.3), size, size * 0.55, 0.5, 1.2, varied(rng, shade, 0.16))
    for _ in range(count):
        u, a = 0.95 * np.sqrt(rng.random()), rng.uniform(0, 6.3)
        z = height * np.sqrt(1 - 0.95 * u * u) + 0.05
        centre = np.array([radius * u * np.cos(a), radius * u * np.sin(a), z])
        petal = varied(rng, one(rng, blooms), 0.06)
        c.bowl(centre, bloom_size, 0.02, petal, petals=7, ruffle=0.25, tilt=rng.normal(0, 0.3, 2))
        c.bowl(centre + [0, 0, 0.012], bloom_size * 0.6, 0.02, petal * 0.8, petals=5, ruffle=0.3)
    return c.sprite(gsd)
