"""A model, the world it is judged in, and the shares that come of it."""

from __future__ import annotations

import math
import multiprocessing
from pathlib import Path

import cv2
import numpy as np

from .dense import Model
from .train import SEEDS


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    z, p = 1.959964, hits / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def draw(rng, low: float, high: float) -> float:
    """Log-uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


class Judge:
    """A model and the world it is judged in. Its children are forked, so that they share both."""

    shared: Judge | None = None

    def __init__(self, model: Path, world, part: str, jobs: int) -> None:
        self.path, self.world, self.base, self.model = model, world, SEEDS[part], Model(model)
        Judge.shared = self
        # The children open sessions of their own: a session's threads do not survive a fork.
        self.pool = (
            multiprocessing.get_context("fork").Pool(jobs, begin_child) if jobs > 1 else None
        )

    def map(self, function, tasks: list) -> list:
        """function(judge, task) of every task, in order."""
        if not self.pool:
            return [function(self, t) for t in tasks]
        return self.pool.starmap(call, [(function, t) for t in tasks], chunksize=4)


def begin_child() -> None:
    """Begins a child."""
    cv2.setNumThreads(1)
    Judge.shared.model = Model(Judge.shared.path)


def call(function, task):
    """One task in a child."""
    return function(Judge.shared, task)


def line(name: str, hits: int, n: int) -> str:
    """One row in words."""
    low, high = wilson(hits, n)
    return f"{name:46} {hits:4}/{n:<4} {hits / max(n, 1):.3f} [{low:.3f}, {high:.3f}]"
