"""What happens to a picture after the camera: noise filters, sharpening, further JPEG generations, resampling, seams and doubled objects of mosaics.

Pictures in and out are (h, w, 3) uint8 RGB of one size; nothing moves by more than `REACH_PX`, so the truth beneath stays where it is.
"""

from __future__ import annotations

import cv2
import numpy as np

REACH_PX = 6


def recompressed(rng, image: np.ndarray) -> np.ndarray:
    """One more JPEG generation, its blocks laid anew."""
    top, left = (int(k) for k in rng.integers(0, 8, 2))
    padded = cv2.copyMakeBorder(image, top, 0, left, 0, cv2.BORDER_REPLICATE)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))]
    data = cv2.imencode(".jpg", padded[..., ::-1], quality)[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[top:, left:, ::-1]


def filtered(rng, image: np.ndarray) -> np.ndarray:
    """A camera's noise filter: it leaves edges and wipes out what is fine."""
    image = np.ascontiguousarray(image)
    if rng.random() < 0.4:
        return cv2.medianBlur(image, 3)
    return cv2.bilateralFilter(image, 5, float(rng.uniform(12, 45)), float(rng.uniform(1, 2.5)))


def sharpened(rng, image: np.ndarray) -> np.ndarray:
    """An unsharp mask, as strong as phone and drone cameras set it."""
    image = np.ascontiguousarray(image)
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.7, 2.0)))
    amount = float(rng.uniform(0.3, 1.5))
    return cv2.addWeighted(image, 1 + amount, soft, -amount, 0)


def resized(rng, image: np.ndarray) -> np.ndarray:
    """Resampled to another GSD and back, as orthorectification and tiling do."""
    size, factor = image.shape[1::-1], float(rng.uniform(0.7, 1.3))
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
    return cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)


def tinted(rng, image: np.ndarray) -> np.ndarray:
    """White balance that is off, and another gamma."""
    table = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.15))
    table = np.clip(255 * table * np.exp(rng.normal(0, 0.08, 3)), 0, 255).astype(np.uint8)
    return np.stack([table[image[..., c], c] for c in range(3)], -1)


def seamed(rng, image: np.ndarray) -> np.ndarray:
    """Two photos that meet along a ragged line: one is moved and of another exposure; along the line both show (doubled objects)."""
    height, width = image.shape[:2]
    shift = np.float32([[1, 0, 0], [0, 1, 0]])
    shift[:, 2] = rng.uniform(-REACH_PX, REACH_PX, 2)
    other = cv2.warpAffine(
        np.ascontiguousarray(image), shift, (width, height), borderMode=cv2.BORDER_REFLECT
    )
    other = np.clip(other * rng.uniform(0.85, 1.18), 0, 255)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn, wobble = rng.uniform(0, 6.3), rng.uniform(0, 12)
    line = (x - rng.uniform(0, width)) * np.cos(turn) + (y - rng.uniform(0, height)) * np.sin(turn)
    line += wobble * np.sin((x * np.sin(turn) - y * np.cos(turn)) / rng.uniform(15, 60))
    weight = np.clip(line / rng.uniform(1, 20) + 0.5, 0, 1)[..., None]
    return (image * (1 - weight) + other * weight).astype(np.uint8)


# Each with the share of pictures that it happens to, in this order.
STEPS = (
    (filtered, 0.25),
    (sharpened, 0.25),
    (recompressed, 0.35),
    (tinted, 0.3),
    (seamed, 0.15),
    (resized, 0.3),
    (recompressed, 0.35),
)


def processed(rng, image: np.ndarray) -> np.ndarray:
    """The picture as a survey delivers it: each step by its share."""
    for step, share in STEPS:
        if rng.random() < share:
            image = step(rng, image)
    return np.ascontiguousarray(image)
