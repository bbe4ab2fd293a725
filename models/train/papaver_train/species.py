"""Plants seen from above, true to size: opium poppy in all its stages, and what is mistaken for it.

Sizes after the floras: *P. somniferum* 30-150 cm, hairless glaucous grey-green leaves with wavy, toothed margins,
flowers 8-12 cm (four petals, or double), capsules 3-5 cm; *P. rhoeas* 25-70 cm, hairy pinnate leaves, flowers 5-7 cm.
"""

from __future__ import annotations

import numpy as np

from .meshes import Builder, ball, disc, leaf, petal, srgb, stem, vary

GOLDEN = 2.39996
STAGES = ("rosette", "bolting", "bud", "flower", "capsule", "dry")
GLAUCOUS = [srgb(134, 150, 116), srgb(120, 142, 108), srgb(144, 156, 128), srgb(108, 132, 94), srgb(126, 146, 102)]
GREEN = [srgb(88, 118, 52), srgb(72, 108, 44), srgb(100, 130, 62), srgb(60, 96, 40), srgb(112, 138, 70)]
POPPY_COLOURS = {
    "white": srgb(236, 232, 228), "pale_pink": srgb(236, 200, 208), "pink": srgb(222, 140, 164), "lilac": srgb(190, 150, 196),
    "purple": srgb(130, 62, 132), "magenta": srgb(176, 48, 110), "red": srgb(196, 38, 36), "dark_red": srgb(130, 24, 34),
}


def pick(rng, choices):
    """One of a list."""
    return choices[int(rng.integers(len(choices)))]


def poppy(rng: np.random.Generator, stage: str, colour: str, double: bool) -> Builder:
    """One opium poppy at a stage; colour and form of its flowers where it has any."""
    b = Builder()
    leaves = vary(rng, pick(rng, GLAUCOUS), 0.1)
    if stage == "dry":
        leaves = vary(rng, pick(rng, [srgb(160, 140, 96), srgb(140, 118, 76), srgb(128, 124, 84)]), 0.12)
    if stage == "rosette":
        for i in range(int(rng.integers(7, 15))):
            leaf(b, rng, (0, 0, 0.01), i * GOLDEN + rng.normal(0, 0.2), rng.uniform(0.10, 0.22), rng.uniform(0.04, 0.08), vary(rng, leaves, 0.08),
                 rise=rng.uniform(0.3, 1.1), droop=rng.uniform(0.6, 1.3), wave=0.22, lobes=int(rng.integers(4, 7)), lobe_depth=0.25)
        return b
    height = {"bolting": rng.uniform(0.25, 0.55)}.get(stage, rng.uniform(0.55, 1.2))
    lean = rng.normal(0, 0.06, 2) * height
    count = int(rng.integers(9, 17))
    for i in range(count):
        f = i / count
        z = height * (0.03 + 0.72 * f)
        length = rng.uniform(0.16, 0.28) * (1 - 0.55 * f) * (0.7 if stage == "dry" else 1)
        leaf(b, rng, (lean[0] * z / height, lean[1] * z / height, z), i * GOLDEN + rng.normal(0, 0.25), length, length * rng.uniform(0.34, 0.5),
             vary(rng, leaves, 0.08), rise=rng.uniform(0.5, 1.1), droop=rng.uniform(1.0, 2.2), wave=0.22, lobes=int(rng.integers(4, 8)), lobe_depth=0.22)
    stem(b, (0, 0, 0), (lean[0], lean[1], height), 0.006, leaves)
    if stage == "bolting":
        for i in range(5):
            leaf(b, rng, (lean[0], lean[1], height * 0.95), i * GOLDEN, 0.08, 0.03, leaves * 1.1, rise=1.2, droop=0.6)
        return b
    heads = int(rng.integers(1, 6)) if stage != "bud" else int(rng.integers(1, 5))
    tops = []
    for i in range(heads):
        spread = 0 if i == 0 else rng.uniform(0.06, 0.20)
        a = i * GOLDEN + rng.uniform(0, 6)
        top = np.array([lean[0] + spread * np.cos(a), lean[1] + spread * np.sin(a), height * (1 - 0.12 * (i > 0) * rng.uniform(0.3, 1.5))])
        stem(b, (lean[0] * 0.7, lean[1] * 0.7, height * 0.6), top, 0.004, leaves)
        tops.append(top)
    kinds = {"bud": ["bud"], "flower": ["flower", "flower", "flower", "bud", "capsule"], "capsule": ["capsule"], "dry": ["dry"]}[stage]
    for i, top in enumerate(tops):
        kind = kinds[0] if i == 0 else pick(rng, kinds)
        poppy_head(b, rng, top, kind, colour, double, leaves)
    return b


def poppy_head(b, rng, top, kind, colour, double, leaves) -> None:
    """A bud, flower, green or dry capsule at the top of a stem."""
    tilt = rng.normal(0, 0.18, 2)
    capsule = vary(rng, srgb(146, 164, 132), 0.1)
    if kind == "bud":
        size = rng.uniform(0.009, 0.015)
        shift = rng.normal(0, 0.015, 2)
        ball(b, (top[0] + shift[0], top[1] + shift[1], top[2] - 0.01), (size, size, size * 1.6), leaves * 1.1)
    elif kind == "flower":
        base = vary(rng, POPPY_COLOURS[colour], 0.06)
        blotch = vary(rng, pick(rng, [srgb(60, 26, 66), srgb(90, 40, 90), srgb(40, 20, 40)]), 0.1) if rng.random() < 0.75 else base * 0.85 + 0.05
        radius = rng.uniform(0.043, 0.064)
        if double:
            fringe = rng.uniform(0.05, 0.3)
            for i in range(int(rng.integers(22, 36))):
                petal(b, rng, top, i * GOLDEN, radius * rng.uniform(0.7, 1.05), radius * rng.uniform(0.35, 0.8), vary(rng, base, 0.07),
                      cup=rng.uniform(0.1, 1.4), flare=rng.uniform(0.2, 0.9), tilt=tilt, ruffle=0.15, fringe=fringe)
            return
        turn, cup = rng.uniform(0, 6.3), rng.uniform(0.25, 0.95)
        for i in range(4):
            petal(b, rng, top + np.array([0, 0, 0.002 * (i % 2)]), turn + i * np.pi / 2 + rng.normal(0, 0.1), radius * rng.uniform(0.9, 1.05), radius * rng.uniform(1.35, 1.75),
                  vary(rng, base, 0.05), cup=cup * (1.15 if i % 2 else 1), flare=rng.uniform(0.3, 0.8), tilt=tilt, blotch=blotch, blotch_at=rng.uniform(0.2, 0.38), ruffle=0.08)
        centre = top + np.array([0, 0, 0.012])
        disc(b, rng, centre, 0.019, vary(rng, srgb(214, 206, 150), 0.1), tilt=tilt, rough=0.25)
        ball(b, centre + np.array([0, 0, 0.008]), (0.009, 0.009, 0.011), capsule, top=capsule * 1.25)
    else:
        size = rng.uniform(0.015, 0.025)
        body = capsule if kind == "capsule" else vary(rng, pick(rng, [srgb(176, 156, 112), srgb(150, 126, 88)]), 0.1)
        ball(b, top, (size, size, size * rng.uniform(1.0, 1.4)), body)
        disc(b, rng, top + np.array([0, 0, size * 1.35]), size * rng.uniform(0.6, 0.8), body * 0.75, tilt=tilt, cone=0.1)


def daisy(b, rng, top, radius, count, colour, centre_colour, centre_radius, *, width=0.45, cup=0.25, tip=None) -> None:
    """A flower of several separate petals around a disc."""
    tilt = rng.normal(0, 0.25, 2)
    for i in range(count):
        petal(b, rng, top, i * 2 * np.pi / count + rng.normal(0, 0.06), radius, radius * width, vary(rng, colour, 0.05), cup=cup, flare=0.3, tilt=tilt, tip=tip, segments=6)
    disc(b, rng, top + np.array([0, 0, 0.004]), centre_radius, centre_colour, tilt=tilt, rough=0.2)


def rose_flower(b, rng, top, radius, colour) -> None:
    """A double flower of overlapping petals."""
    tilt = rng.normal(0, 0.3, 2)
    for i in range(int(rng.integers(16, 28))):
        f = 1 - i / 28
        petal(b, rng, top + np.array([0, 0, 0.01 * (1 - f)]), i * GOLDEN, radius * (0.35 + 0.65 * f), radius * rng.uniform(0.7, 1.1) * (0.5 + 0.5 * f),
              vary(rng, colour * (0.8 + 0.2 * f), 0.06), cup=0.3 + 1.0 * (1 - f), flare=0.3, tilt=tilt, ruffle=0.06, segments=6)


def bush(b, rng, radius, height, colour, count, length, aspect, **shape) -> list[np.ndarray]:
    """A dome of leaves; returns points on its surface where flowers may sit."""
    count *= 2
    points = []
    for _ in range(count):
        a, u = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
        r = radius * u
        z = height * np.sqrt(max(0.03, 1 - u * u)) * rng.uniform(0.6, 1.05)
        size = length * rng.uniform(0.7, 1.2)
        leaf(b, rng, (r * np.cos(a), r * np.sin(a), z), a + rng.normal(0, 0.9), size, size * aspect, vary(rng, colour, 0.14), segments=8,
             **{"rise": 0.5, "droop": 1.1, "wave": 0.05, **shape})
        points.append(np.array([r * np.cos(a), r * np.sin(a), z + 0.5 * size * 0.4]))
    return points


def flowering(rng, species: str) -> Builder:
    """A look-alike in flower."""
    b = Builder()
    green = pick(rng, GREEN)
    if species == "corn_poppy":
        height = rng.uniform(0.3, 0.6)
        for i in range(int(rng.integers(12, 24))):
            leaf(b, rng, (0, 0, height * 0.05 * (i % 6)), i * GOLDEN, rng.uniform(0.1, 0.2), rng.uniform(0.03, 0.05), vary(rng, green, 0.1), rise=rng.uniform(0.4, 1.1),
                 lobes=int(rng.integers(5, 8)), lobe_depth=0.75, wave=0.05)
        red = pick(rng, [srgb(206, 36, 28), srgb(214, 54, 34), srgb(190, 28, 30), srgb(226, 96, 84)])
        for _ in range(int(rng.integers(2, 9))):
            a, r = rng.uniform(0, 6.3), rng.uniform(0.02, 0.18)
            top = np.array([r * np.cos(a), r * np.sin(a), height * rng.uniform(0.8, 1.1)])
            stem(b, (0, 0, 0), top, 0.002, green)
            turn, radius, tilt = rng.uniform(0, 6), rng.uniform(0.024, 0.036), rng.normal(0, 0.25, 2)
            for k in range(4):
                petal(b, rng, top, turn + k * np.pi / 2, radius, radius * 1.6, vary(rng, red, 0.05), cup=rng.uniform(0.2, 0.9), flare=0.5, tilt=tilt,
                      blotch=srgb(30, 16, 20) if rng.random() < 0.6 else None, blotch_at=0.25, ruffle=0.1)
            disc(b, rng, top + np.array([0, 0, 0.006]), 0.007, srgb(46, 44, 36), tilt=tilt)
    elif species == "tulip":
        colour = pick(rng, [srgb(206, 40, 44), srgb(236, 196, 60), srgb(224, 130, 160), srgb(236, 232, 224), srgb(120, 50, 110), srgb(230, 120, 50)])
        for k in range(int(rng.integers(1, 5))):
            off = rng.normal(0, 0.06, 2) * (k > 0)
            for i in range(3):
                leaf(b, rng, (*off, 0), i * 2.1 + rng.uniform(0, 1), rng.uniform(0.18, 0.28), rng.uniform(0.04, 0.07), vary(rng, srgb(112, 142, 104), 0.1), rise=1.1, droop=0.9, wave=0.04, curl=0.5)
            top = np.array([*off, rng.uniform(0.3, 0.45)])
            for i in range(6):
                petal(b, rng, top, i * np.pi / 3, 0.06, 0.04, vary(rng, colour, 0.05), cup=rng.uniform(0.9, 1.4), flare=0.3, blotch=srgb(40, 40, 30), blotch_at=0.15, ruffle=0.02)
    elif species in ("rose", "peony"):
        big = species == "peony"
        colour = pick(rng, [srgb(196, 30, 50), srgb(228, 150, 170), srgb(238, 232, 226), srgb(238, 206, 120), srgb(210, 70, 120), srgb(230, 120, 90)][: 6 if not big else 3])
        points = bush(b, rng, rng.uniform(0.22, 0.42), rng.uniform(0.4, 0.8), srgb(58, 84, 42) if not big else srgb(70, 100, 50), 90 if not big else 60, 0.07 if not big else 0.13, 0.55, lobes=0 if not big else 2)
        for _ in range(int(rng.integers(3, 14 if not big else 8))):
            rose_flower(b, rng, pick(rng, points) + np.array([0, 0, 0.05]), rng.uniform(0.03, 0.045) if not big else rng.uniform(0.055, 0.08), colour)
    elif species == "cosmos":
        colour = pick(rng, [srgb(226, 150, 190), srgb(190, 50, 120), srgb(238, 232, 234), srgb(214, 110, 170)])
        points = bush(b, rng, rng.uniform(0.2, 0.35), rng.uniform(0.5, 0.9), vary(rng, green), 70, 0.11, 0.12, lobes=4, lobe_depth=0.9)
        for _ in range(int(rng.integers(4, 14))):
            daisy(b, rng, pick(rng, points) + np.array([0, 0, 0.1]), rng.uniform(0.03, 0.042), 8, colour, srgb(226, 180, 50), 0.008)
    elif species == "chrysanthemum":
        colour = pick(rng, [srgb(236, 200, 50), srgb(240, 236, 226), srgb(236, 222, 130)])
        points = bush(b, rng, rng.uniform(0.15, 0.3), rng.uniform(0.3, 0.6), vary(rng, green), 80, 0.09, 0.4, lobes=4, lobe_depth=0.6)
        for _ in range(int(rng.integers(5, 18))):
            daisy(b, rng, pick(rng, points) + np.array([0, 0, 0.05]), rng.uniform(0.018, 0.028), 14, colour, srgb(220, 170, 30), 0.008, tip=srgb(240, 236, 226))
    elif species == "rape":
        yellow = srgb(232, 212, 40)
        points = bush(b, rng, rng.uniform(0.12, 0.25), rng.uniform(0.6, 1.0), vary(rng, srgb(110, 142, 92)), 26, 0.16, 0.45, lobes=3)
        for _ in range(int(rng.integers(5, 14))):
            top = pick(rng, points) + np.array([0, 0, 0.15])
            for _ in range(int(rng.integers(10, 22))):
                disc(b, rng, top + rng.normal(0, 1, 3) * np.array([0.018, 0.018, 0.025]), 0.008, vary(rng, yellow, 0.08), tilt=rng.normal(0, 0.4, 2), n=2, m=6)
    elif species == "sunflower":
        for i in range(14):
            leaf(b, rng, (0, 0, 0.1 * i), i * GOLDEN, rng.uniform(0.18, 0.3), rng.uniform(0.15, 0.24), vary(rng, green, 0.1), rise=0.5, droop=1.2)
        daisy(b, rng, np.array([*rng.normal(0, 0.05, 2), 1.5]), rng.uniform(0.1, 0.16), 24, srgb(236, 180, 30), srgb(70, 46, 24), rng.uniform(0.045, 0.08), width=0.3)
    elif species in ("potato", "cotton"):
        colour = pick(rng, [srgb(236, 232, 232), srgb(190, 160, 210)]) if species == "potato" else pick(rng, [srgb(238, 232, 200), srgb(226, 160, 180)])
        points = bush(b, rng, rng.uniform(0.2, 0.38), rng.uniform(0.3, 0.7), vary(rng, srgb(66, 100, 44)), 90, 0.1, 0.6, lobes=0 if species == "potato" else 2)
        for _ in range(int(rng.integers(2, 9))):
            top = pick(rng, points) + np.array([0, 0, 0.06])
            for _ in range(int(rng.integers(2, 6)) if species == "potato" else 1):
                daisy(b, rng, top + rng.normal(0, 0.025, 3), 0.015 if species == "potato" else 0.032, 5, colour, srgb(230, 190, 60), 0.004, width=0.9)
    elif species == "bedding":
        colours = [vary(rng, pick(rng, [srgb(200, 40, 40), srgb(230, 120, 40), srgb(236, 200, 60), srgb(150, 60, 150), srgb(236, 232, 236), srgb(220, 110, 160), srgb(80, 70, 180)]), 0.08) for _ in range(2)]
        points = bush(b, rng, rng.uniform(0.1, 0.22), rng.uniform(0.12, 0.3), vary(rng, green), 60, 0.06, 0.5)
        for _ in range(int(rng.integers(8, 30))):
            daisy(b, rng, pick(rng, points) + np.array([0, 0, 0.02]), rng.uniform(0.014, 0.028), 5, pick(rng, colours), srgb(230, 210, 120), 0.004, width=1.0)
    elif species == "shrub_bloom":
        colour = pick(rng, [srgb(236, 232, 230), srgb(226, 170, 190), srgb(170, 120, 190), srgb(236, 214, 90)])
        points = bush(b, rng, rng.uniform(0.35, 0.5), rng.uniform(0.6, 1.2), vary(rng, green), 160, 0.06, 0.5)
        for _ in range(int(rng.integers(15, 60))):
            top = pick(rng, points) + np.array([0, 0, 0.03])
            for _ in range(4):
                disc(b, rng, top + rng.normal(0, 0.014, 3), 0.012, vary(rng, colour, 0.06), tilt=rng.normal(0, 0.4, 2), n=2, m=7)
    return b


def leafy(rng, species: str) -> Builder:
    """A look-alike without a flower: vegetables, weeds, grass, shrubs."""
    b = Builder()
    green = pick(rng, GREEN)
    if species in ("lettuce", "cabbage"):
        cabbage = species == "cabbage"
        colour = vary(rng, pick(rng, [srgb(128, 154, 132), srgb(110, 142, 118), srgb(134, 160, 122)] if cabbage else [srgb(142, 172, 74), srgb(116, 152, 62), srgb(110, 60, 58), srgb(160, 186, 96)]))
        size = rng.uniform(0.16, 0.26) if cabbage else rng.uniform(0.1, 0.18)
        for i in range(int(rng.integers(12, 20))):
            f = i / 20
            leaf(b, rng, (0, 0, 0.02 + 0.06 * f), i * GOLDEN, size * (1 - 0.5 * f), size * rng.uniform(0.7, 1.0) * (1 - 0.4 * f), vary(rng, colour * (1 + 0.3 * f), 0.06), rise=0.3 + 0.9 * f, droop=0.5,
                 wave=0.08 if cabbage else 0.22, curl=0.35, vein=0.3 if cabbage else 0.1)
        if cabbage and rng.random() < 0.6:
            ball(b, (0, 0, 0.11), (size * 0.42, size * 0.42, 0.08), np.clip(colour * 1.35, 0, 0.9), rng=rng, rough=0.03)
    elif species == "brassica":
        colour = vary(rng, pick(rng, [*GLAUCOUS, srgb(120, 152, 134), srgb(96, 134, 116), srgb(134, 164, 140), srgb(104, 140, 92), srgb(112, 104, 128)]), 0.15)
        size, aspect, rise = rng.uniform(0.10, 0.30), rng.uniform(0.45, 1.0), rng.uniform(0.1, 0.6)
        for i in range(int(rng.integers(7, 22))):
            f = i / 22
            leaf(b, rng, (0, 0, 0.02 + 0.08 * f), i * GOLDEN + rng.normal(0, 0.2), size * (1 - 0.5 * f), size * aspect * (1 - 0.3 * f), vary(rng, colour * (1 + 0.3 * f), 0.07), rise=rise + 0.8 * f,
                 droop=rng.uniform(0.3, 0.9), wave=rng.choice([0.02, 0.08, 0.2]), curl=rng.uniform(0.1, 0.5), vein=rng.uniform(0.1, 0.4), lobes=int(rng.choice([0, 0, 3])), lobe_depth=0.3)
        if rng.random() < 0.5:
            heart = np.clip(colour * 1.35, 0, 0.9) if rng.random() < 0.7 else vary(rng, srgb(226, 220, 196))
            ball(b, (0, 0, 0.09), (size * rng.uniform(0.25, 0.5),) * 2 + (0.07,), heart, rng=rng, rough=0.04)
    elif species in ("onion", "garlic"):
        flower = species == "onion" and rng.random() < 0.6
        for _ in range(int(rng.integers(6, 12))):
            leaf(b, rng, (0, 0, 0), rng.uniform(0, 6.3), rng.uniform(0.25, 0.5), rng.uniform(0.012, 0.025), vary(rng, srgb(104, 138, 104), 0.1), rise=rng.uniform(0.9, 1.5), droop=rng.uniform(0.2, 1.6), wave=0, curl=0)
        if flower:
            for _ in range(int(rng.integers(1, 4))):
                ball(b, (*rng.normal(0, 0.08, 2), rng.uniform(0.6, 0.9)), (0.028,) * 3, vary(rng, srgb(214, 214, 196)), rng=rng, rough=0.1)
    elif species == "grass":
        straw = rng.random() < 0.25
        colour = srgb(170, 154, 100) if straw else green
        for _ in range(int(rng.integers(25, 60))):
            r, a = 0.08 * np.sqrt(rng.random()), rng.uniform(0, 6.3)
            leaf(b, rng, (r * np.cos(a), r * np.sin(a), 0), rng.uniform(0, 6.3), rng.uniform(0.08, 0.3), rng.uniform(0.005, 0.012), vary(rng, colour, 0.15), rise=rng.uniform(0.7, 1.5), droop=rng.uniform(0.4, 1.6), wave=0, curl=0, segments=6)
    elif species == "weed":
        bush(b, rng, rng.uniform(0.05, 0.2), rng.uniform(0.05, 0.3), vary(rng, green), int(rng.integers(15, 60)), rng.uniform(0.04, 0.12), rng.uniform(0.25, 0.7), lobes=int(rng.integers(0, 5)))
    elif species == "shrub":
        bush(b, rng, rng.uniform(0.3, 0.5), rng.uniform(0.5, 1.2), vary(rng, pick(rng, [*GREEN, srgb(130, 146, 116), srgb(110, 60, 50)])), int(rng.integers(150, 300)), rng.uniform(0.04, 0.1), rng.uniform(0.3, 0.7))
    elif species == "broadleaf":
        colour = vary(rng, pick(rng, [*GREEN, *GLAUCOUS]))
        size = rng.uniform(0.12, 0.35)
        for i in range(int(rng.integers(5, 14))):
            leaf(b, rng, (0, 0, 0.03 * i * rng.random()), i * GOLDEN, size, size * rng.uniform(0.3, 0.8), vary(rng, colour, 0.08), rise=rng.uniform(0.3, 1.2), droop=rng.uniform(0.6, 1.8), wave=rng.uniform(0, 0.2))
    return b


def thing(rng, species: str) -> Builder:
    """A look-alike that is no plant: litter, laundry, sheets, pots, balls, stones."""
    b = Builder()
    bright = [srgb(236, 234, 232), srgb(220, 150, 170), srgb(200, 40, 44), srgb(130, 60, 140), srgb(60, 100, 180), srgb(236, 200, 60), srgb(190, 150, 200), srgb(60, 150, 90), srgb(30, 30, 34)]
    if species == "litter":
        for _ in range(int(rng.integers(1, 7))):
            size, turn = rng.uniform(0.02, 0.12), rng.uniform(0, 6.3)
            crumple(b, rng, rng.normal(0, 0.18, 2) if _ else np.zeros(2), size, size * rng.uniform(0.4, 1), turn, 0.02, vary(rng, pick(rng, bright)), 0.3)
    elif species == "laundry":
        for i in range(int(rng.integers(1, 5))):
            crumple(b, rng, np.array([(i - 1.5) * 0.22, rng.normal(0, 0.02)]), rng.uniform(0.15, 0.3), rng.uniform(0.08, 0.4), 0, rng.uniform(0.4, 1.5), vary(rng, pick(rng, bright)), 0.12)
    elif species == "sheet":
        crumple(b, rng, np.zeros(2), rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.8), rng.uniform(0, 6.3), 0.03, vary(rng, pick(rng, bright)), 0.06)
    elif species == "pot":
        radius = rng.uniform(0.07, 0.18)
        colour = vary(rng, pick(rng, [srgb(150, 80, 56), srgb(90, 86, 82), srgb(200, 196, 190), srgb(50, 60, 80)]))
        a = np.linspace(0, 2 * np.pi, 18)
        ring = np.stack([np.cos(a), np.sin(a), 0 * a], -1)
        b.grid(np.stack([ring * radius * 0.8, ring * radius + [0, 0, 0.22], ring * radius * 0.88 + [0, 0, 0.22], ring * radius * 0.85 + [0, 0, 0.17]]), colour)
        disc(b, rng, (0, 0, 0.18), radius * 0.87, vary(rng, srgb(70, 54, 40)), rough=0.2)
    else:
        for _ in range(int(rng.integers(1, 6))):
            r = rng.uniform(0.02, 0.12)
            ball(b, (*(rng.normal(0, 0.2, 2) * (_ > 0)), r * 0.5), (r, r * rng.uniform(0.7, 1), r * 0.8), vary(rng, pick(rng, [srgb(150, 146, 138), srgb(190, 184, 172), srgb(206, 120, 40), srgb(226, 222, 214), srgb(120, 104, 86)])), rng=rng, rough=0.08)
    return b


def crumple(b, rng, centre, length, width, turn, z, colour, rough) -> None:
    """A rectangle of cloth, paper or film with folds."""
    n, m = 9, 7
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, n) * length, np.linspace(-0.5, 0.5, m) * width, indexing="ij")
    h = z + rough * min(length, width) * (0.5 * np.sin(u / length * rng.uniform(3, 14) + rng.uniform(0, 6)) + 0.4 * rng.normal(0, 0.5, (n, m)))
    x, y = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
    b.grid(np.stack([x + centre[0], y + centre[1], h], -1), np.clip(colour * (1 + rng.normal(0, 0.05, (n, m, 1))), 0, 0.95))


FLOWERING = ("corn_poppy", "tulip", "rose", "peony", "cosmos", "chrysanthemum", "rape", "sunflower", "potato", "cotton", "bedding", "shrub_bloom")
LEAFY = ("lettuce", "cabbage", "onion", "garlic", "grass", "weed", "shrub", "broadleaf")
LATER = ("brassica",)
THINGS = ("litter", "laundry", "sheet", "pot", "stones")


def build(species: str, seed: int) -> tuple[Builder, dict]:
    """One individual of a species, and what it is: {'species', 'stage', 'colour', 'double'}."""
    rng = np.random.default_rng(seed)
    if species.startswith("poppy_"):
        stage = species.removeprefix("poppy_")
        colour = list(POPPY_COLOURS)[int(rng.choice(8, p=[0.2, 0.15, 0.15, 0.12, 0.12, 0.1, 0.1, 0.06]))]
        double = bool(rng.random() < 0.2)
        return poppy(rng, stage, colour, double), {"species": "poppy", "stage": stage, "colour": colour, "double": double}
    maker = flowering if species in FLOWERING else leafy if species in (*LEAFY, *LATER) else thing
    return maker(rng, species), {"species": species, "stage": "", "colour": "", "double": False}
