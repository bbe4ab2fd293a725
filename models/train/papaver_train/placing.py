"""Where plants and things stand in a scene: rows, clumps, pots, over the leaves of others."""

from __future__ import annotations

import cv2
import numpy as np

from .blooms import BLOSSOMS, SHRUBS
from .meshes import srgb
from .sprites import Canvas, Sprite, paste
from .yard import YARD

# Whose leaves a flower may stand over: low green crops and weeds; glaucous ones.
GREEN_HOSTS = ("weed", "grass", "potato", "lettuce", "garlic", "shrub", "rape", "broadleaf")
GLAUCOUS_HOSTS = ("brassica", "cabbage", "grey_shrub")
VARY = 0.08


def choose(rng, items):
    """One of a list."""
    return items[int(rng.integers(len(items)))]


def places(rng, extent: float, count: int) -> np.ndarray:
    """Positions (count, 2) in cm: rows, a clump, a scatter, or single plants anywhere."""
    centre = rng.uniform(0.15, 0.85, 2) * extent
    kind = rng.random()
    if kind < 0.35:
        spacing, gap, turn = rng.uniform(15, 45), rng.uniform(25, 70), rng.uniform(0, 6.3)
        columns = max(1, int(np.sqrt(count * rng.uniform(0.3, 4))))
        i = np.arange(count)
        local = np.stack(
            [(i % columns - columns / 2) * spacing, (i // columns - count / columns / 2) * gap], -1
        ) + rng.normal(0, 5, (count, 2))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return centre + local @ rotation.T
    if kind < 0.8:
        return (
            centre + rng.normal(0, 1, (count, 2)) * np.sqrt(count / rng.uniform(2, 20)) * 100 / 2.5
        )
    return rng.uniform(0, 1, (count, 2)) * extent


def put(
    rng,
    canvas: Canvas,
    sprites: list[Sprite],
    positions: np.ndarray,
    size: float = 1.0,
    vary: float = 0.0,
) -> None:
    """Pastes one sprite a position, all `size` times as large as they were rendered; the sun's direction stays.

    `vary`: how much each one's colours and proportions are changed (a standard deviation of the logarithm), as training never has enough individuals.
    """
    gain, stretch = canvas.gain, 1.0
    for x, y in positions:
        if vary:
            canvas.gain, stretch = (
                gain * np.exp(rng.normal(0, vary, 3)),
                np.exp(rng.normal(0, vary)),
            )
        paste(
            canvas,
            choose(rng, sprites),
            x,
            y,
            turn=rng.normal(0, 0.4),
            scale=size * rng.uniform(0.85, 1.15),
            stretch=stretch,
            flip=rng.random() < 0.5,
        )
    canvas.gain = gain


def planter(rng, canvas: Canvas, x: float, y: float) -> None:
    """A pot or a box of soil (20 to 60 cm) for the plant to stand in."""
    width, height = (rng.uniform(20, 60), rng.uniform(18, 40))
    turn, wall = (
        rng.uniform(0, 180),
        srgb(*(rng.uniform(60, 240) * np.ones(3)))
        if rng.random() < 0.5
        else srgb(*rng.uniform(30, 220, 3)),
    )
    soil = srgb(*(rng.uniform(0.6, 1.2) * np.array([110, 88, 66])))
    for size, colour in ((1.0, wall), (0.86, soil)):
        box = cv2.boxPoints(
            (
                (x / canvas.gsd_cm, y / canvas.gsd_cm),
                (size * width / canvas.gsd_cm, size * height / canvas.gsd_cm),
                turn,
            )
        )
        cv2.fillConvexPoly(
            canvas.light,
            np.round(box).astype(np.int32),
            tuple(float(c) for c in colour * np.mean(canvas.gain)),
        )


def hosts_of(rng, species, kinds) -> list[Sprite]:
    """The individuals of one kind of host that the library holds; none where it holds none."""
    there = [kind for kind in kinds if kind in species]
    return species[choose(rng, there)] if there else []


def lay(rng, canvas: Canvas, hosts: list[Sprite], positions: np.ndarray) -> None:
    """Lays other plants' leaves about each position: what hides a flower's own leaves."""
    spots = np.repeat(positions, 2, axis=0)
    spots = spots + rng.normal(0, 14, spots.shape)
    if hosts:
        put(rng, canvas, hosts, spots[rng.random(len(spots)) < 0.8], 1.0, VARY)


def hosted(rng, canvas: Canvas, species, sprites: list[Sprite], positions, kinds) -> None:
    """Flowers or things over the leaves of another plant, poppies and others in the very same way; without `kinds` on the ground as it is."""
    if kinds:
        lay(rng, canvas, hosts_of(rng, species, kinds), positions)
    put(rng, canvas, sprites, positions, vary=VARY)


def add_strangers(rng, canvas: Canvas, species, extent: float) -> list[str]:
    """What generator 9 added: other flowers over leaves of any kind, grey-green shrubs in rows, people and things about houses."""
    names = []
    for _ in range(int(rng.integers(1, 4))):
        roll = rng.random()
        kinds = BLOSSOMS if roll < 0.4 else SHRUBS if roll < 0.5 else YARD
        there = [kind for kind in kinds if kind in species]
        if not there:
            continue
        name = choose(rng, there)
        few = 0.9 if name in YARD else 2.2
        positions = places(rng, extent, int(np.clip(np.exp(rng.normal(few, 0.9)), 1, 60)))
        hosts = () if name not in BLOSSOMS else choose(rng, (GREEN_HOSTS, GLAUCOUS_HOSTS, ()))
        hosted(rng, canvas, species, species[name], positions, hosts)
        names.append(name)
    return names
