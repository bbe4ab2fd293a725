"""Eight views of one place: the scene turned, mirrored and shifted by up to a cell, so that no score hangs on where the sampling grid falls."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

COUNT, SIDE, REACH = 8, 224, 3
# (quarter turns, mirrored, shift in pixels to the right and down): each of the eight attitudes once, each at another place of the grid.
VIEWS = [
    (0, False, 0, 0),
    (1, True, -3, 3),
    (2, False, 2, -2),
    (3, True, 7, -7),
    (0, True, -4, 4),
    (1, False, 1, -1),
    (2, True, 6, -6),
    (3, False, -5, 5),
]


def window(image: np.ndarray, x: float, y: float, side: int) -> np.ndarray:
    """A square about (x, y), in pixels; black where the image has ended."""
    left, top = round(x - side / 2), round(y - side / 2)
    inner = image[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    above, before = max(0, -top), max(0, -left)
    below, after = side - above - inner.shape[0], side - before - inner.shape[1]
    if not (above or below or before or after):
        return inner
    return cv2.copyMakeBorder(inner, above, below, before, after, cv2.BORDER_CONSTANT)


def attitude(image: np.ndarray, turns: int, mirrored: bool) -> np.ndarray:
    """The image turned by quarters, then mirrored."""
    image = np.rot90(image, turns)
    return np.ascontiguousarray(image[:, ::-1] if mirrored else image)


def views(image: np.ndarray, x: float, y: float, side: int = SIDE) -> np.ndarray:
    """(8, side, side, 3): the place (x, y) stays within a cell of each view's middle."""
    shown = [
        attitude(window(image, x + dx, y + dy, side), turns, mirrored)
        for turns, mirrored, dx, dy in VIEWS
    ]
    return np.stack(shown)


def scores(run: Callable[[np.ndarray], np.ndarray], image: np.ndarray, x, y) -> np.ndarray:
    """The best score near the place in each of its eight views; `run`: images -> dense scores."""
    dense = run(views(image, x, y))
    middle = dense.shape[1] // 2
    near = dense[:, middle - REACH : middle + REACH, middle - REACH : middle + REACH]
    return near.reshape(len(dense), -1).max(1)
