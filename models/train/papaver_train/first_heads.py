"""Heads for a first pass, on features that the shipped model makes on the way: after a few blocks, or at a lower resolution.

    python -m papaver_train.first_heads ../papaver.onnx --shared ../../../shared/data --out build/first

A head sees of each of its cells the mean and the maximum of every channel, and their means over 3 x 3 cells: one hidden layer, one score. It
learns from training plots and training ground alone: the best cell of a plot where the model finds it is to be high, the worst cells elsewhere low.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .dense import Model, read_at
from .export import quantise
from .first_pass import LAST, WAYS, Pass, Plots, Way, load_plots, prepared, reached, windows
from .net import CELL, STAGES
from .pool import SITES

HIDDEN = 24
# A channel that hardly ever changes is not blown up.
STILL = 0.1


def strides() -> list[int]:
    """Pixels of the input that a cell of the features covers, after each block."""
    out, now = [], 2
    for stage in STAGES:
        for i in range(stage.repeats):
            now *= stage.stride if i == 0 else 1
            out.append(now)
    return out


def taps(graph: onnx.GraphProto) -> list[str]:
    """What the blocks give, in their order, and what the last layer sees."""
    clipped = {n.input[0] for n in graph.node if n.op_type == "Clip"}
    added = {n.input[1]: n.output[0] for n in graph.node if n.op_type == "Add"}
    plain = [n for n in graph.node if n.op_type == "Conv" and n.output[0] not in clipped]
    *blocks, last = plain
    return [added.get(n.output[0], n.output[0]) for n in blocks] + [last.input[0]]


def cut(model: onnx.ModelProto, tap: int, head: nn.Sequential | None) -> onnx.ModelProto:
    """The model up to a tap, what a head sees there as 'seen', and the head's 'scores' where there is one."""
    out = copy.deepcopy(model)
    graph, name = out.graph, taps(model.graph)[tap - 1]
    nodes = list(graph.node)
    end = next(k for k, n in enumerate(nodes) if name in n.output)
    del graph.node[:], graph.output[:]
    graph.node.extend(nodes[: end + 1])

    def add(kind: str, inputs: list[str], result: str, **attributes) -> str:
        graph.node.append(
            helper.make_node(kind, inputs, [result], name=f"first_{result}", **attributes)
        )
        return result

    size = 1 if tap == LAST else CELL // strides()[tap - 1]
    if size > 1:
        pool = {"kernel_shape": [size, size], "strides": [size, size]}
        both = [add("AveragePool", [name], "mean", **pool), add("MaxPool", [name], "best", **pool)]
        name = add("Concat", both, "cells", axis=1)
    around = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
    name = add("Concat", [name, add("AveragePool", [name], "around", **around)], "seen", axis=1)
    if head is not None:
        for k, layer in enumerate((head[0], head[2])):
            weights = [layer.weight.detach().numpy(), layer.bias.detach().numpy()]
            names = [f"first_w{k}", f"first_b{k}"]
            graph.initializer.extend(
                numpy_helper.from_array(w, n) for w, n in zip(weights, names, strict=True)
            )
            name = add("Conv", [name, *names], f"layer{k}", kernel_shape=[1, 1])
            name = add("Relu", [name], "hidden") if k == 0 else name
        name = add("Sigmoid", [name], "scores")
    graph.output.append(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", "channels", "rows", "columns"])
    )
    used = {k for n in graph.node for k in n.input}
    weights = [w for w in graph.initializer if w.name in used]
    del graph.initializer[:]
    graph.initializer.extend(weights)
    onnx.checker.check_model(out)
    return out


def gathered(mask: np.ndarray, cell: int) -> np.ndarray:
    """(n, rows, columns) of the model's cells -> the same of cells that cover `cell` pixels: whether any of it is set."""
    for axis in (1, 2):
        count = -(-mask.shape[axis] * CELL // cell)
        parts = [
            mask.take(
                range(k * cell // CELL, min(-(-(k + 1) * cell // CELL), mask.shape[axis])), axis
            )
            for k in range(count)
        ]
        mask = np.stack([p.any(axis) for p in parts], axis)
    return mask


def training_windows(shared: Path, each: int) -> Iterator[np.ndarray]:
    """Windows of training ground, so many a frame."""
    rng = np.random.default_rng(20261130)
    for pattern, gsd in SITES["train"]:
        for path in sorted(shared.glob(pattern)):
            got = list(windows(read_at(path, gsd)))
            yield from (got[k] for k in rng.permutation(len(got))[:each])


@dataclass
class Lesson:
    """What a head learns from: features (n, channels, rows, columns) in half precision and masks (n, rows, columns)."""

    plots: np.ndarray
    wanted: np.ndarray
    """Cells one of which has to be high."""
    empty: np.ndarray
    """Cells of plots' scenes that hold nothing."""
    ground: np.ndarray
    clear: np.ndarray
    """Cells of ground that the model does not call."""


def lesson(first: Pass, cell: int, plots: Plots, ground, called, threshold: float) -> Lesson:
    """Runs the cut network over plots and ground. `called`: (n, rows, columns) where the model calls the ground."""

    def features(images) -> np.ndarray:
        name = first.session.get_inputs()[0].name
        return np.stack(
            [
                first.session.run(None, {name: prepared(k, cell)})[0][0].astype(np.float16)
                for k in images
            ]
        )

    hits = plots.hits(threshold)
    found = hits.any((1, 2))
    wanted = np.stack([reached(h) > 0 for h in hits[found]])
    close = np.stack([reached(h) > 0 for h in plots.near[found]])
    empty = ~close & (plots.full[found] < 0.05)
    return Lesson(
        features(plots.images[found]),
        gathered(wanted, cell),
        ~gathered(~empty, cell),
        features(ground),
        ~gathered(called, cell),
    )


def worst(logits: torch.Tensor, mask: torch.Tensor, count: int) -> torch.Tensor:
    """The highest few of each map within a mask."""
    return logits.masked_fill(~mask, -30).flatten(1).topk(count).values


def fit(taught: Lesson, steps: int) -> nn.Sequential:
    """Learns a head."""
    torch.manual_seed(20261130)
    rng = np.random.default_rng(20261130)
    some = taught.plots[rng.permutation(len(taught.plots))[:200]].astype(np.float32)
    mean, std = some.mean((0, 2, 3)), np.maximum(some.std((0, 2, 3)), STILL)
    channels = len(mean)
    head = nn.Sequential(nn.Conv2d(channels, HIDDEN, 1), nn.ReLU(), nn.Conv2d(HIDDEN, 1, 1))
    optimiser = torch.optim.AdamW(head.parameters(), lr=5e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=steps)

    def scored(features: np.ndarray) -> torch.Tensor:
        x = (features.astype(np.float32) - mean[:, None, None]) / std[:, None, None]
        return head(torch.from_numpy(x))[:, 0]

    for step in range(steps):
        k = rng.integers(0, len(taught.plots), 32)
        g = rng.integers(0, len(taught.ground), 6)
        logits = scored(taught.plots[k])
        best = worst(logits, torch.from_numpy(taught.wanted[k]), 1)[:, 0]
        missed = F.softplus(-best)
        other = worst(logits, torch.from_numpy(taught.empty[k]), 2)
        ground = worst(scored(taught.ground[g]), torch.from_numpy(taught.clear[g]), 8)
        # Every plot counts, and the quarter that is lowest counts twice: a first pass is judged by the plots that it loses.
        low = missed.topk(len(k) // 4).values
        loss = missed.mean() + low.mean() + F.softplus(other).mean() + F.softplus(ground).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 99:
            print(f"  step {step + 1}: loss {float(loss.detach()):.3f}", flush=True)
    with torch.no_grad():
        first = head[0]
        scale = torch.from_numpy(1 / std)[None, :, None, None]
        first.bias -= (first.weight * scale * torch.from_numpy(mean)[None, :, None, None]).sum(
            (1, 2, 3)
        )
        first.weight *= scale
    return head


def learn(way: Way, model: Path, out: Path, plots: Plots, ground, called, steps: int) -> None:
    """Writes the head of a way."""
    path = way.file(model, out)
    whole, threshold = onnx.load(model), Model(model).threshold
    part = path.with_suffix(".seen.onnx")
    onnx.save(cut(whole, way.tap, None), part)
    taught = lesson(Pass(way, part), way.cell, plots, ground, called, threshold)
    print(f"{way.name}: {len(taught.plots)} plots, {len(taught.ground)} windows", flush=True)
    onnx.save(cut(whole, way.tap, fit(taught, steps)), path)
    part.unlink()


def main() -> None:
    """Learns the heads that are not there, and quantises the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=8, help="of each training frame")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--ways", type=int, nargs="*", help="numbers of the ways (all)")
    parser.add_argument("--out", type=Path, default=Path("build/first"))
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    plots = load_plots(args.out, "train")
    if plots is None:
        raise SystemExit(
            f"error: no training plots in {args.out}\nhint: make them first: papaver_train.first_pass plots … --part train"
        )
    ground = list(training_windows(args.shared, args.windows))
    model = Model(args.model)
    called = np.stack([model.run(g[None])[0] >= model.threshold for g in ground])
    for way in [WAYS[k] for k in args.ways] if args.ways else WAYS:
        path = way.file(args.model, args.out)
        if way.tap and not path.exists():
            learn(way, args.model, args.out, plots, ground, called, args.steps)
        if way.int8 and not path.exists():
            rng = np.random.default_rng(20261130)
            middle = slice(64, 288)
            crops = [plots.images[k][middle, middle] for k in rng.integers(0, len(plots.row), 32)]
            crops += [ground[k][:224, :224] for k in rng.integers(0, len(ground), 32)]
            np.save(args.out / "calibration.npy", np.stack(crops))
            quantise(args.model, args.out / "calibration.npy", path)


if __name__ == "__main__":
    main()
