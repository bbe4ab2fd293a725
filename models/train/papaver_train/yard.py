"""What stands and lies about houses, seen from above, true to size: people, cycles and prams, garden furniture, tools, cloth and bags, toys, graves."""

from __future__ import annotations

import numpy as np

from .meshes import Builder, ball, disc, srgb, vary
from .species import crumple, pick

YARD = ("person", "cycle", "furniture", "tool", "cloth", "toy", "grave")
# Metres that the longest of a kind may need; all others fit into one.
WIDE = {"cycle": 2.0, "furniture": 2.0, "tool": 2.0, "grave": 2.0}
CLOTHES = [
    srgb(226, 222, 218), srgb(30, 32, 40), srgb(40, 60, 110), srgb(180, 40, 44), srgb(210, 120, 150), srgb(90, 100, 70), srgb(140, 90, 150), srgb(230, 190, 60),
    srgb(120, 120, 124), srgb(236, 140, 60), srgb(70, 140, 160), srgb(160, 140, 110),
]
HAIR = [srgb(26, 22, 20), srgb(50, 36, 26), srgb(120, 96, 60), srgb(190, 186, 180), srgb(230, 226, 210), srgb(180, 40, 40)]
SKIN = [srgb(220, 176, 146), srgb(190, 140, 104), srgb(120, 80, 56)]
METAL = [srgb(40, 42, 46), srgb(150, 152, 156), srgb(190, 40, 40), srgb(40, 80, 150), srgb(60, 120, 70), srgb(226, 226, 224)]
WOOD = [srgb(150, 116, 76), srgb(110, 80, 54), srgb(190, 160, 116)]


def tube(b: Builder, start, end, radius: float, colour, sides: int = 7) -> None:
    """A round bar between two points."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / (np.linalg.norm(end - start) + 1e-9)
    side = np.cross(along, [0.31, 0.17, 0.94])
    side /= np.linalg.norm(side) + 1e-9
    other, a = np.cross(along, side), np.linspace(0, 2 * np.pi, sides)[:, None]
    ring = (np.cos(a) * side + np.sin(a) * other) * radius
    b.grid(np.stack([start + ring, end + ring]), colour)


def wheel(b: Builder, centre, heading: float, radius: float, colour, tilt: float) -> None:
    """A tyre that stands along `heading`, leaning by `tilt` radians, with a few spokes."""
    a = np.linspace(0, 2 * np.pi, 22)
    along = np.array([np.cos(heading), np.sin(heading), 0])
    up = np.array([-np.sin(heading) * np.sin(tilt), np.cos(heading) * np.sin(tilt), np.cos(tilt)])
    rim = np.asarray(centre) + radius * (np.cos(a)[:, None] * along + np.sin(a)[:, None] * up)
    for first, second in zip(rim, rim[1:], strict=False):
        tube(b, first, second, 0.018, colour, 5)
    for k in range(0, 20, 4):
        tube(b, centre, rim[k], 0.003, srgb(160, 160, 164), 4)


def board(b: Builder, centre, length: float, width: float, heading: float, colour) -> None:
    """A flat rectangle that faces up."""
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 3) * length, np.linspace(-0.5, 0.5, 3) * width, indexing="ij")
    x, y = u * np.cos(heading) - v * np.sin(heading), u * np.sin(heading) + v * np.cos(heading)
    b.grid(np.stack([x + centre[0], y + centre[1], 0 * x + centre[2]], -1), colour)


def person(rng: np.random.Generator) -> Builder:
    """Someone who stands, walks, bends or sits; with a hat, a bag or a parasol at times."""
    b = Builder()
    shirt, trousers, skin = vary(rng, pick(rng, CLOTHES), 0.12), vary(rng, pick(rng, CLOTHES), 0.12), vary(rng, pick(rng, SKIN))
    lean, turn, height = rng.uniform(0, 0.12) if rng.random() < 0.7 else rng.uniform(0.2, 0.45), rng.uniform(0, 6.3), rng.uniform(1.1, 1.8)
    ahead, side = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    body = np.array([0, 0, height - 0.42])
    for s in (-1, 1):
        stride = rng.normal(0, 0.14)
        tube(b, s * 0.09 * side + stride * ahead, body + s * 0.08 * side - [0, 0, 0.35], 0.075, trousers)
        ball(b, s * 0.09 * side + (stride + 0.06) * ahead + [0, 0, 0.05], (0.08, 0.06, 0.05), vary(rng, pick(rng, CLOTHES)))
        hand = body + s * rng.uniform(0.2, 0.42) * side + rng.normal(0.1, 0.16) * ahead - [0, 0, rng.uniform(0.1, 0.5)]
        tube(b, body + s * 0.19 * side + lean * ahead + [0, 0, 0.1], hand, 0.045, shirt if rng.random() < 0.7 else skin)
        ball(b, hand, (0.045, 0.045, 0.045), skin)
    for f in np.linspace(0, 1, 4):
        ball(b, body + f * lean * ahead + [0, 0, 0.18 * f - 0.12], (0.16, 0.16, 0.16), shirt)
    for s in (-1, 1):
        ball(b, body + lean * ahead + s * 0.12 * side + [0, 0, 0.08], (0.11, 0.11, 0.1), shirt)
    neck = body + lean * 1.3 * ahead + [0, 0, 0.28]
    ball(b, neck, (0.085, 0.085, 0.11), vary(rng, pick(rng, HAIR)), rng=rng, rough=0.03)
    if rng.random() < 0.25:
        disc(b, rng, neck + [0, 0, 0.1], rng.uniform(0.13, 0.24), vary(rng, pick(rng, [*CLOTHES, srgb(216, 196, 140)])), cone=0.25)
    if rng.random() < 0.35:
        ball(b, body - 0.2 * ahead + rng.normal(0, 0.12) * side, (0.12, 0.14, 0.2), vary(rng, pick(rng, CLOTHES)))
    if rng.random() < 0.08:
        disc(b, rng, neck + [0, 0, 0.35], rng.uniform(0.38, 0.48), vary(rng, pick(rng, CLOTHES)), cone=0.35, m=20)
    return b


def cycle(rng: np.random.Generator) -> Builder:
    """A bicycle, a motorbike or a pram; bicycles also lie on the ground."""
    b = Builder()
    kind, turn, paint = pick(rng, ("bicycle", "bicycle", "motorbike", "pram")), rng.uniform(0, 6.3), vary(rng, pick(rng, METAL), 0.1)
    ahead, side = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    dark = srgb(28, 28, 30)
    if kind == "pram":
        for s in (-1, 1):
            for f in (-0.3, 0.3):
                wheel(b, f * ahead + s * 0.26 * side + [0, 0, 0.12], turn, 0.12, dark, 0.0)
        ball(b, [0, 0, 0.6], (0.3, 0.3, 0.18), paint)
        ball(b, 0.18 * ahead + [0, 0, 0.72], (0.22, 0.24, 0.2), vary(rng, pick(rng, CLOTHES)))
        tube(b, -0.5 * ahead + 0.2 * side + [0, 0, 0.95], -0.5 * ahead - 0.2 * side + [0, 0, 0.95], 0.015, dark)
        return b
    motor = kind == "motorbike"
    tilt = rng.uniform(1.2, 1.5) if not motor and rng.random() < 0.3 else rng.normal(0, 0.15)
    up = np.array([-np.sin(turn) * np.sin(tilt), np.cos(turn) * np.sin(tilt), np.cos(tilt)])
    radius, reach, ground = 0.33 if not motor else 0.29, 0.52 if not motor else 0.62, np.array([0, 0, 0.05])
    for f in (-1, 1):
        wheel(b, ground + f * reach * ahead + radius * up, turn + (rng.normal(0, 0.25) if f > 0 else 0), radius, dark, tilt)
    bar, seat, pedal = ground + 0.4 * ahead + 0.95 * up, ground - 0.2 * ahead + 0.9 * up, ground + 0.3 * up
    for start, end in ((ground - reach * ahead + radius * up, pedal), (pedal, seat), (pedal, bar), (seat, bar), (ground + reach * ahead + radius * up, bar)):
        tube(b, start, end, 0.02 if not motor else 0.05, paint)
    tube(b, bar + 0.28 * side, bar - 0.28 * side, 0.017, dark)
    ball(b, seat, (0.13, 0.08, 0.05), dark)
    if motor:
        ball(b, ground + 0.1 * ahead + 0.75 * up, (0.22, 0.16, 0.14), paint)
        ball(b, ground - 0.3 * ahead + 0.78 * up, (0.28, 0.14, 0.07), dark)
    elif rng.random() < 0.4:
        board(b, bar + 0.2 * ahead + [0, 0, 0.02], 0.35, 0.28, turn, vary(rng, pick(rng, WOOD)))
    return b


def furniture(rng: np.random.Generator) -> Builder:
    """A chair, a table with chairs, a lounger or a parasol."""
    b = Builder()
    kind, turn = pick(rng, ("chair", "table", "lounger", "parasol")), rng.uniform(0, 6.3)
    colour = vary(rng, pick(rng, [*WOOD, *METAL, *CLOTHES]), 0.1)
    if kind == "parasol":
        other = vary(rng, pick(rng, CLOTHES)) if rng.random() < 0.4 else colour
        radius, a = rng.uniform(0.6, 0.95), np.linspace(0, 2 * np.pi, 17)
        for k in range(16):
            edge = np.stack([np.cos(a[k : k + 2]), np.sin(a[k : k + 2]), 0 * a[k : k + 2]], -1) * radius
            b.grid(np.stack([edge * 0.02 + [0, 0, 2.2], edge + [0, 0, 1.95]]), colour if k % 2 else other)
        return b
    places = {"chair": [(0, 0)], "lounger": [(0, 0)], "table": [(0.65 * np.cos(t), 0.65 * np.sin(t)) for t in np.arange(4) * np.pi / 2 + turn]}[kind]
    for x, y in places:
        if rng.random() < 0.15 and kind == "table":
            continue
        length, width = (1.75, 0.6) if kind == "lounger" else (rng.uniform(0.4, 0.5),) * 2
        slats = 5 if rng.random() < 0.5 else 1
        for k in range(slats):
            shift = (k - (slats - 1) / 2) * length / slats
            board(b, (x + shift * np.cos(turn), y + shift * np.sin(turn), 0.42), length / slats * 0.9, width, turn, vary(rng, colour, 0.05))
        tube(b, (x - 0.22 * np.cos(turn) - 0.2 * np.sin(turn), y - 0.22 * np.sin(turn) + 0.2 * np.cos(turn), 0.8),
             (x - 0.22 * np.cos(turn) + 0.2 * np.sin(turn), y - 0.22 * np.sin(turn) - 0.2 * np.cos(turn), 0.8), 0.025, colour)
    if kind == "table":
        top = vary(rng, pick(rng, [*WOOD, srgb(232, 230, 226)]))
        if rng.random() < 0.5:
            disc(b, rng, (0, 0, 0.73), rng.uniform(0.4, 0.6), top, m=24, rough=0.03)
        else:
            board(b, (0, 0, 0.73), rng.uniform(0.7, 1.3), rng.uniform(0.6, 0.8), turn, top)
        for _ in range(int(rng.integers(0, 6))):
            disc(b, rng, (*rng.uniform(-0.3, 0.3, 2), 0.75), rng.uniform(0.03, 0.12), vary(rng, pick(rng, CLOTHES)))
    return b


def tool(rng: np.random.Generator) -> Builder:
    """Long-handled tools, a barrow, buckets, a watering can, a coil of hose."""
    b = Builder()
    kind, turn, colour = pick(rng, ("handles", "barrow", "buckets", "hose")), rng.uniform(0, 6.3), vary(rng, pick(rng, METAL), 0.1)
    ahead = np.array([np.cos(turn), np.sin(turn), 0])
    if kind == "handles":
        for _ in range(int(rng.integers(1, 4))):
            shift, angle = np.array([*rng.normal(0, 0.15, 2), 0.04]), turn + rng.normal(0, 0.4)
            along = np.array([np.cos(angle), np.sin(angle), 0])
            tube(b, shift - 0.75 * along, shift + 0.65 * along, 0.016, vary(rng, pick(rng, WOOD)))
            board(b, shift + 0.75 * along, rng.uniform(0.08, 0.25), rng.uniform(0.15, 0.4), angle, colour)
    elif kind == "barrow":
        ball(b, [0, 0, 0.4], (0.34, 0.28, 0.16), colour)
        disc(b, rng, (0, 0, 0.52), 0.25, vary(rng, pick(rng, [srgb(110, 90, 66), srgb(90, 116, 54), srgb(160, 150, 130)])), rough=0.3)
        wheel(b, 0.45 * ahead + [0, 0, 0.2], turn, 0.2, srgb(28, 28, 30), 0.0)
        for s in (-1, 1):
            side = s * 0.25 * np.array([-ahead[1], ahead[0], 0])
            tube(b, side + [0, 0, 0.4], side - 0.85 * ahead + [0, 0, 0.55], 0.02, vary(rng, pick(rng, WOOD)))
    elif kind == "buckets":
        for _ in range(int(rng.integers(1, 6))):
            at, radius, paint = rng.normal(0, 0.28, 2), rng.uniform(0.08, 0.2), vary(rng, pick(rng, [*METAL, *CLOTHES]))
            a = np.linspace(0, 2 * np.pi, 16)
            ring = np.stack([np.cos(a), np.sin(a), 0 * a], -1) * radius + [*at, 0]
            b.grid(np.stack([ring, ring + [0, 0, 0.28]]), paint)
            disc(b, rng, (*at, rng.uniform(0.05, 0.25)), radius * 0.95, vary(rng, pick(rng, [paint * 0.6, srgb(70, 84, 76), srgb(80, 60, 44)])))
    else:
        a = np.linspace(0, 2 * np.pi * rng.integers(2, 6), 90)
        path = np.stack([np.cos(a), np.sin(a), 0 * a], -1) * (rng.uniform(0.2, 0.4) + rng.normal(0, 0.015, 90))[:, None] + [0, 0, 0.03]
        for first, second in zip(path, path[1:], strict=False):
            tube(b, first, second, 0.014, colour, 5)
    return b


def cloth(rng: np.random.Generator) -> Builder:
    """Flags, towels and bags."""
    b = Builder()
    for _ in range(int(rng.integers(1, 4))):
        at, stripes, turn = rng.normal(0, 0.18, 2), int(rng.integers(1, 4)), rng.uniform(0, 6.3)
        length, width, z = rng.uniform(0.25, 0.6), rng.uniform(0.2, 0.4), rng.uniform(0.03, 1.2)
        if rng.random() < 0.4:
            ball(b, (*at, 0.15), (rng.uniform(0.1, 0.25), rng.uniform(0.08, 0.2), 0.15), vary(rng, pick(rng, CLOTHES)), rng=rng, rough=0.08)
            continue
        for k in range(stripes):
            shift = (k - (stripes - 1) / 2) * width / stripes * np.array([-np.sin(turn), np.cos(turn)])
            crumple(b, rng, at + shift, length, width / stripes, turn, z, vary(rng, pick(rng, CLOTHES), 0.08), 0.05)
    return b


def toy(rng: np.random.Generator) -> Builder:
    """Balls, blocks, rings and small cars in bright colours."""
    b = Builder()
    bright = [srgb(220, 40, 44), srgb(240, 200, 50), srgb(50, 110, 200), srgb(60, 170, 80), srgb(236, 130, 180), srgb(240, 130, 40), srgb(236, 236, 236), srgb(140, 70, 170)]
    for _ in range(int(rng.integers(1, 8))):
        at, size, colour = rng.normal(0, 0.22, 2), rng.uniform(0.03, 0.13), vary(rng, pick(rng, bright), 0.08)
        shape = pick(rng, ("ball", "block", "ring"))
        if shape == "ball":
            ball(b, (*at, size), (size,) * 3, colour, top=vary(rng, pick(rng, bright)))
        elif shape == "block":
            board(b, (*at, size), size * 2, size * rng.uniform(1, 2), rng.uniform(0, 6.3), colour)
        else:
            wheel(b, (*at, 0.03), 0.0, size, colour, np.pi / 2)
    return b


def grave(rng: np.random.Generator) -> Builder:
    """A border of stone round soil or gravel, a headstone, flowers in a bowl."""
    b = Builder()
    stone = vary(rng, pick(rng, [srgb(150, 148, 144), srgb(60, 60, 64), srgb(196, 190, 178)]), 0.1)
    board(b, (0, 0, 0.12), 1.8, 0.85, 0.0, stone)
    board(b, (-0.05, 0, 0.125), 1.5, 0.65, 0.0, vary(rng, pick(rng, [srgb(90, 74, 56), srgb(190, 184, 172), srgb(70, 100, 50)])))
    tube(b, (0.85, -0.35, 0.5), (0.85, 0.35, 0.5), 0.09, stone)
    for _ in range(int(rng.integers(1, 4))):
        at, colour = rng.uniform((-0.6, -0.2), (0.6, 0.2)), vary(rng, pick(rng, CLOTHES))
        for _ in range(int(rng.integers(4, 14))):
            disc(b, rng, (*(at + rng.normal(0, 0.06, 2)), 0.25), rng.uniform(0.012, 0.035), vary(rng, colour, 0.08), tilt=rng.normal(0, 0.3, 2))
    return b


MAKERS = {"person": person, "cycle": cycle, "furniture": furniture, "tool": tool, "cloth": cloth, "toy": toy, "grave": grave}
