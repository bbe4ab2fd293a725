"""Scores whole images with an exported model, window by window, as `papaver scan` does; and groups hits into candidates."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime


class Model:
    """An exported model and its contract."""

    def __init__(self, path: Path, threads: int = 1, halo: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        props = self.session.get_modelmeta().custom_metadata_map
        self.meta = {k: json.loads(v) for k, v in props.items()}
        self.cell, self.tile = self.meta["papaver_cell"], self.meta["tile_size"]
        self.halo = self.meta["papaver_halo"] if halo is None else halo
        self.threshold = self.meta["papaver_threshold"]
        self.mean, self.std = (
            np.array(self.meta[f"standardization_{k}"], np.float32)[:, None, None]
            for k in ("mean", "std")
        )

    def run(self, images: np.ndarray) -> np.ndarray:
        """(n, h, w, 3) uint8 -> (n, h / 16, w / 16) probability of poppy."""
        x = (images.astype(np.float32).transpose(0, 3, 1, 2) / 255 - self.mean) / self.std
        return self.session.run(None, {self.session.get_inputs()[0].name: np.ascontiguousarray(x)})[
            0
        ][:, 1]

    def score(self, image: np.ndarray) -> np.ndarray:
        """(h, w, 3) uint8 at the model's resolution -> (ceil(h / 16), ceil(w / 16)); every cell scored once, beyond the halo."""
        h, w = image.shape[:2]
        rows, columns = -(-h // self.cell), -(-w // self.cell)
        step, halo = self.tile - 2 * self.halo, self.halo
        out = np.zeros((rows, columns), np.float32)
        for y in range(0, h, step):
            for x in range(0, w, step):
                window = image[
                    max(0, y - halo) : y + step + halo, max(0, x - halo) : x + step + halo
                ]
                top, left = halo - (y - max(0, y - halo)), halo - (x - max(0, x - halo))
                bottom, right = (
                    self.tile - top - window.shape[0],
                    self.tile - left - window.shape[1],
                )
                window = cv2.copyMakeBorder(window, top, bottom, left, right, cv2.BORDER_CONSTANT)
                scores = self.run(window[None])[0]
                k = halo // self.cell
                part = scores[
                    k : k + min(step // self.cell, rows - y // self.cell),
                    k : k + min(step // self.cell, columns - x // self.cell),
                ]
                out[
                    y // self.cell : y // self.cell + part.shape[0],
                    x // self.cell : x // self.cell + part.shape[1],
                ] = part
        return out


def read_at(path: Path, gsd_cm: float, resolution_cm: float = 2.0) -> np.ndarray:
    """An image of a known GSD, resampled to the model's resolution."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    return resample(image, gsd_cm, resolution_cm)


def resample(image: np.ndarray, gsd_cm: float, resolution_cm: float = 2.0) -> np.ndarray:
    """From one GSD to another."""
    factor = gsd_cm / resolution_cm
    if abs(factor - 1) < 0.005:
        return image
    return cv2.resize(
        image,
        None,
        fx=factor,
        fy=factor,
        interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR,
    )


def candidates(scores: np.ndarray, threshold: float, radius_cells: int = 6) -> list[dict]:
    """Hits no further apart than a radius (6 cells: 2 m) as one candidate: its cells and best score."""
    hits = (scores >= threshold).astype(np.uint8)
    if not hits.any():
        return []
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (radius_cells + 1, radius_cells + 1))
    _, labels = cv2.connectedComponents(cv2.dilate(hits, kernel))
    labels = labels * hits
    out = []
    for k in np.unique(labels[labels > 0]):
        cells = np.argwhere(labels == k)
        best = scores[labels == k]
        out.append(
            {
                "cells": cells,
                "score": float(best.max()),
                "hits": len(cells),
                "centre": cells[best.argmax()],
            }
        )
    return sorted(out, key=lambda c: -c["score"])
