"""One individual of any kind: its mesh, what it is, and how wide the view of it has to be."""

from __future__ import annotations

import numpy as np

from . import blooms, species, yard
from .meshes import Builder


def build(kind: str, seed: int) -> tuple[Builder, dict]:
    """One individual of a kind, and what it is: {'species', 'stage', 'colour', 'double'}."""
    if kind.removeprefix("poppy_") in blooms.STAGES:
        rng, stage = np.random.default_rng(seed), kind.removeprefix("poppy_")
        colour, form = (species.pick(rng, c) for c in (list(blooms.COLOURS), blooms.FORMS))
        info = {"species": "poppy", "stage": stage, "colour": colour, "double": form == "double"}
        return blooms.poppy(rng, stage, colour, form), info
    makers = {"blossom": blooms.blossom, "grey_shrub": blooms.grey_shrub} | yard.MAKERS
    if kind in makers:
        info = {"species": kind, "stage": "", "colour": "", "double": False}
        return makers[kind](np.random.default_rng(seed)), info
    return species.build(kind, seed)


def width_m(kind: str) -> float:
    """How many metres the view of an individual spans."""
    return yard.WIDE.get(kind, 1.0)
