"""Flowers by themselves: opium poppy whose own leaves are hidden, cropped, eaten or of another green, and other plants' blossoms of the same size.

A blossom stands on its stems alone; the scene lays leaves of other plants under it (`scenes.hosted`), the same ones under poppies and others.
"""

from __future__ import annotations

import numpy as np

from .meshes import Builder, ball, disc, leaf, petal, srgb, stem, vary
from .species import (
    GLAUCOUS,
    GOLDEN,
    GREEN,
    POPPY_COLOURS,
    bush,
    daisy,
    pick,
    poppy_head,
    rose_flower,
)

STAGES = ("bare", "odd")
BLOSSOMS = ("blossom",)
SHRUBS = ("grey_shrub",)
COLOURS = POPPY_COLOURS | {
    "orange_red": srgb(222, 70, 34), "salmon": srgb(232, 142, 120), "black_purple": srgb(62, 24, 52), "blush": srgb(240, 218, 220),
}
FORMS = ("single", "single", "single", "spotted", "bicolour", "double", "fringed", "wilting")


def poppy(rng: np.random.Generator, stage: str, colour: str, form: str) -> Builder:
    """An opium poppy in flower: `bare` has no leaf that shows, `odd` has few, eaten, yellowed or plain green ones."""
    b = Builder()
    leaves = vary(rng, pick(rng, GLAUCOUS if stage == "bare" else [*GREEN, *GREEN, srgb(150, 146, 80), srgb(70, 84, 60)]), 0.15)
    height = rng.uniform(0.45, 1.2)
    lean = rng.normal(0, 0.06, 2) * height
    for i in range(int(rng.integers(2, 9)) if stage == "odd" else 0):
        f, eaten = rng.uniform(0.05, 0.8), rng.random() < 0.5
        length = rng.uniform(0.08, 0.24) * (1 - 0.5 * f)
        leaf(b, rng, (lean[0] * f, lean[1] * f, height * f), i * GOLDEN + rng.normal(0, 0.4), length, length * rng.uniform(0.25, 0.5), vary(rng, leaves, 0.12),
             rise=rng.uniform(0.4, 1.1), droop=rng.uniform(0.8, 2.2), wave=0.2, lobes=int(rng.integers(3, 8)), lobe_depth=0.85 if eaten else 0.25)
    for i in range(int(rng.integers(1, 6))):
        spread, a = rng.uniform(0.05, 0.2) * (i > 0), i * GOLDEN + rng.uniform(0, 6)
        top = np.array([lean[0] + spread * np.cos(a), lean[1] + spread * np.sin(a), height * (1 - 0.12 * (i > 0) * rng.random())])
        stem(b, (lean[0] * 0.7, lean[1] * 0.7, height * 0.55), top, 0.004, leaves)
        kind = "flower" if i == 0 else pick(rng, ("flower", "flower", "flower", "bud", "capsule"))
        if kind == "flower":
            flower(b, rng, top, COLOURS[colour], form)
        else:
            poppy_head(b, rng, top, kind, colour, False, leaves)
    return b


def flower(b: Builder, rng, top, colour, form: str) -> None:
    """One poppy flower: petals, a ring of stamens, the young capsule with its rays."""
    base, tilt, radius = vary(rng, colour, 0.08), rng.normal(0, 0.22, 2), rng.uniform(0.04, 0.07)
    dark = vary(rng, pick(rng, [srgb(60, 26, 66), srgb(90, 40, 90), srgb(40, 20, 40), srgb(120, 20, 50)]), 0.1)
    if form in ("double", "fringed"):
        for i in range(int(rng.integers(20, 40) if form == "double" else rng.integers(8, 20))):
            petal(b, rng, top, i * GOLDEN, radius * rng.uniform(0.7, 1.05), radius * rng.uniform(0.35, 0.8), vary(rng, base, 0.07),
                  cup=rng.uniform(0.1, 1.4), flare=rng.uniform(0.2, 0.9), tilt=tilt, ruffle=0.15, fringe=0.1 if form == "double" else rng.uniform(0.2, 0.45))
        return
    blotch = {"spotted": dark, "bicolour": vary(rng, srgb(238, 232, 230), 0.05)}.get(form, base * 0.85 + 0.04)
    wilt = form == "wilting"
    turn, cup = rng.uniform(0, 6.3), rng.uniform(0.2, 1.0) if not wilt else rng.uniform(-0.6, 0.3)
    for i in range(4 if not wilt else int(rng.integers(1, 4))):
        petal(b, rng, top + np.array([0, 0, 0.002 * (i % 2)]), turn + i * np.pi / 2 + rng.normal(0, 0.15), radius * rng.uniform(0.85, 1.05), radius * rng.uniform(1.25, 1.75),
              vary(rng, base * (0.8 if wilt else 1), 0.06), cup=cup * (1.15 if i % 2 else 1), flare=rng.uniform(0.2, 0.9), tilt=tilt, blotch=blotch,
              blotch_at=rng.uniform(0.2, 0.45), ruffle=0.16 if wilt else 0.08)
    centre = top + np.array([0, 0, 0.012])
    stamens = vary(rng, pick(rng, [srgb(214, 206, 150), srgb(226, 220, 196), srgb(90, 70, 96), srgb(60, 50, 56)]), 0.1)
    disc(b, rng, centre, rng.uniform(0.013, 0.022), stamens, tilt=tilt, rough=0.3)
    capsule, size = vary(rng, pick(rng, [srgb(146, 164, 132), srgb(160, 172, 120), srgb(120, 140, 110)]), 0.1), rng.uniform(0.007, 0.013)
    ball(b, centre + np.array([0, 0, 0.008]), (size, size, size * 1.2), capsule, top=capsule * rng.uniform(1.0, 1.4))


def blossom(rng: np.random.Generator) -> Builder:
    """One to eight flowers of another plant, 3 to 14 cm across, on bare stems."""
    b = Builder()
    kind = pick(rng, ("rose", "rose", "tulip", "daisy", "dahlia", "lily", "hollyhock", "iris", "anemone", "peony", "hydrangea"))
    colour = vary(rng, pick(rng, [*COLOURS.values(), srgb(236, 200, 60), srgb(240, 160, 50), srgb(90, 80, 190), srgb(238, 236, 226)]), 0.1)
    height, heart = rng.uniform(0.2, 1.0), vary(rng, pick(rng, [srgb(226, 190, 60), srgb(210, 170, 40), srgb(70, 46, 24), srgb(130, 150, 60)]), 0.1)
    for i in range(int(rng.integers(1, 9))):
        spread, a = rng.uniform(0.04, 0.25) * (i > 0), i * GOLDEN + rng.uniform(0, 6)
        top = np.array([spread * np.cos(a), spread * np.sin(a), height * rng.uniform(0.75, 1.0)])
        stem(b, (0, 0, height * 0.5), top, 0.003, pick(rng, GREEN))
        head(b, rng, top, kind, colour, heart)
    return b


def head(b: Builder, rng, top, kind: str, colour, heart) -> None:
    """One flower of a kind that is no poppy."""
    tilt = rng.normal(0, 0.25, 2)
    if kind in ("rose", "peony"):
        rose_flower(b, rng, top, rng.uniform(0.025, 0.05) if kind == "rose" else rng.uniform(0.05, 0.08), colour)
    elif kind in ("tulip", "lily", "iris"):
        open_ = {"tulip": (0.8, 1.4), "lily": (-0.1, 0.6), "iris": (-0.3, 1.0)}[kind]
        for i in range(6):
            petal(b, rng, top, i * np.pi / 3, rng.uniform(0.05, 0.08), rng.uniform(0.025, 0.045), vary(rng, colour, 0.06), cup=rng.uniform(*open_), flare=0.4, tilt=tilt, ruffle=0.04)
        if kind == "lily":
            disc(b, rng, top + np.array([0, 0, 0.02]), 0.006, srgb(150, 70, 30), tilt=tilt)
    elif kind == "hydrangea":
        for _ in range(int(rng.integers(25, 60))):
            disc(b, rng, top + rng.normal(0, 0.03, 3), 0.013, vary(rng, colour, 0.08), tilt=rng.normal(0, 0.4, 2), n=2, m=7)
    elif kind in ("hollyhock", "anemone"):
        daisy(b, rng, top, rng.uniform(0.03, 0.06), 5 if kind == "hollyhock" else 7, colour, heart, rng.uniform(0.006, 0.012), width=1.1, cup=rng.uniform(0.2, 0.6))
    else:
        layers = 1 if kind == "daisy" else 3
        for k in range(layers):
            daisy(b, rng, top + np.array([0, 0, 0.006 * k]), rng.uniform(0.03, 0.07) * (1 - 0.25 * k), int(rng.integers(9, 24)), colour, heart if k + 1 == layers else colour,
                  rng.uniform(0.006, 0.02), width=rng.uniform(0.2, 0.5), cup=0.2 + 0.3 * k)


def grey_shrub(rng: np.random.Generator) -> Builder:
    """A grey-green shrub as planted in rows: lavender, sage, santolina, young olive; some in flower."""
    b = Builder()
    colour = vary(rng, pick(rng, [*GLAUCOUS, srgb(150, 158, 140), srgb(120, 134, 120), srgb(160, 160, 134)]), 0.12)
    points = bush(b, rng, rng.uniform(0.15, 0.48), rng.uniform(0.2, 0.9), colour, int(rng.integers(80, 240)), rng.uniform(0.03, 0.1), rng.uniform(0.12, 0.5))
    petals = vary(rng, pick(rng, [srgb(140, 120, 190), srgb(230, 210, 90), srgb(236, 232, 230)]), 0.1)
    for _ in range(int(rng.integers(10, 50)) if rng.random() < 0.3 else 0):
        disc(b, rng, pick(rng, points) + np.array([0, 0, 0.04]), rng.uniform(0.006, 0.014), petals, tilt=rng.normal(0, 0.4, 2), n=2, m=6)
    return b
