"""Writes the network as ONNX with the metadata that `papaver scan` needs; fp32, and int8 by static quantisation.

    python -m papaver_train.export --run build/run --out ../papaver.onnx --threshold 0.5 --scale 1 --shift 0
    python -m papaver_train.export --quantise ../papaver.onnx --calibration build/calibration.npy --out ../papaver-int8.onnx

The graph is put together node by node (opset 13, IR 8), so that old runtimes load it and no exporter has a say in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .net import MEAN, STD, VARIANTS, Conv, PoppyNet

# A halo of 48 shows every cell 56 pixels around its middle, as windows of 224 with half an overlap do.
TILE, OVERLAP, CELL, HALO = 800, 12, 16, 48
SMOOTH_HALO = 64  # its cells reach 81 pixels, not 66


class Graph:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self.nodes, self.weights, self.count = [], [], 0

    def tensor(self, array: np.ndarray) -> str:
        """A constant."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str | None = None, **attributes) -> str:
        """A node; returns its output's name."""
        self.count += 1
        name = name or f"{kind.lower()}{self.count}"
        self.nodes.append(
            helper.make_node(kind, inputs, [name], name=f"n{self.count}_{kind}", **attributes)
        )
        return name

    def conv(
        self, layer: Conv | torch.nn.Conv2d, x: str, scale: float = 1.0, shift: float = 0.0
    ) -> str:
        """A convolution with its padding and activation."""
        conv = layer.conv if isinstance(layer, Conv) else layer
        if isinstance(layer, Conv) and layer.pad:
            left, right, top, bottom = layer.pad
            pads = [top, left, bottom, right]
        else:
            pads = [conv.padding[0]] * 4
        weight, bias = (
            conv.weight.detach().numpy() * np.float32(scale),
            conv.bias.detach().numpy() * np.float32(scale) + np.float32(shift),
        )
        x = self.node(
            "Conv",
            [x, self.tensor(weight), self.tensor(bias)],
            pads=pads,
            strides=list(conv.stride),
            group=conv.groups,
            kernel_shape=list(conv.kernel_size),
        )
        if isinstance(layer, Conv) and layer.act:
            x = self.node("Clip", [x, self.tensor(np.float32(0)), self.tensor(np.float32(6))])
        return x


def pooled(g: Graph, x: str, smooth: bool) -> str:
    """Cells out of 2 x 2 by their maximum; `smooth`: as `net.smooth_pool`."""
    if not smooth:
        return g.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
    best = g.node("MaxPool", [x], kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1])
    sizes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    return g.node("AveragePool", [best], count_include_pad=1, **sizes)


def build(net: PoppyNet, metadata: dict, scale: float = 1.0, shift: float = 0.0) -> onnx.ModelProto:
    """The model: standardised RGB (N, 3, H, W) -> probabilities (N, 2, H / 16, W / 16) of background and poppy."""
    g = Graph()
    x = g.conv(net.stem, "image")
    fine = ""
    for i, block in enumerate(net.blocks):
        y = g.conv(block.expand, x) if block.expand else x
        y = g.conv(block.project, g.conv(block.depthwise, y))
        x = g.node("Add", [x, y]) if block.skip else y
        if i + 1 == net.fine_at:
            fine = pooled(g, x, net.smooth)
    x = g.conv(net.head, g.node("Concat", [x, fine], axis=1) if net.coarse else fine)
    poppy = g.node("Sigmoid", [g.conv(net.out, x, scale, shift)])
    rest = g.node("Sub", [g.tensor(np.float32(1)), poppy])
    g.node("Concat", [rest, poppy], name="scores", axis=1)
    graph = helper.make_graph(
        g.nodes,
        "papaver",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "height", "width"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2, "rows", "columns"])],
        g.weights,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="papaver_train",
    )
    helper.set_model_props(model, {k: json.dumps(v) for k, v in metadata.items()})
    onnx.checker.check_model(model, full_check=True)
    return model


def metadata(threshold: float, coarsest: float = 3.5, halo: int = HALO) -> dict:
    """The contract's keys."""
    return {
        "model_type": "Classifier",
        "class_names": {"0": "background", "1": "poppy"},
        "resolution": 2.0,
        "tile_size": TILE,
        "tiles_overlap": OVERLAP,
        "standardization_mean": [MEAN] * 3,
        "standardization_std": [STD] * 3,
        "papaver_activation": "probability",
        "papaver_positive": ["poppy"],
        "papaver_threshold": threshold,
        "papaver_resolution_range": [0.8, coarsest],
        "papaver_cell": CELL,
        "papaver_halo": halo,
    }


def calibration_crops(library: Path, shared: Path | None, count: int = 64) -> np.ndarray:
    """(n, 224, 224, 3) uint8 crops of training scenes."""
    from .scenes import crop
    from .train import SEEDS, make_world

    world = make_world(library, shared, "train")
    return np.stack(
        [
            crop(np.random.default_rng(SEEDS["train"] + 900_000 + k), world).image
            for k in range(count)
        ]
    )


def quantise(
    source: Path, calibration: Path, target: Path, told: dict | None = None, narrow: bool = True
) -> None:
    """Static QDQ int8, calibrated on training crops (n, h, w, 3) uint8; the last layers stay in float.

    `narrow` weights have seven bits, so that sums overflow on no processor: all get the same. `told` is added to the metadata.
    """
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            images = np.load(calibration)
            self.batches = iter(
                [
                    ((images[i : i + 4].astype(np.float32) / 255 - MEAN) / STD)
                    .transpose(0, 3, 1, 2)
                    .copy()
                    for i in range(0, len(images), 4)
                ]
            )

        def get_next(self):
            batch = next(self.batches, None)
            return None if batch is None else {"image": batch}

    model = onnx.load(source)
    props = {p.key: p.value for p in model.metadata_props}
    prepared = target.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    last = [n.name for n in onnx.load(prepared).graph.node if n.op_type in ("Sigmoid", "Sub")]
    tail = [n.name for n in onnx.load(prepared).graph.node if "scores" in n.output]
    quantize_static(
        str(prepared),
        str(target),
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        nodes_to_exclude=last + tail,
        reduce_range=narrow,
        extra_options={"ActivationSymmetric": False},
    )
    prepared.unlink()
    out = onnx.load(target)
    helper.set_model_props(
        out, props | {key: json.dumps(value) for key, value in (told or {}).items()}
    )
    onnx.save(out, target)


def main() -> None:
    """Exports a checkpoint, or quantises an exported model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("build/run"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="calibration: sigmoid(scale * logit + shift)"
    )
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--dispatch", type=float, help="the threshold for direct dispatch")
    parser.add_argument(
        "--expected",
        type=Path,
        help="JSON: candidates a square kilometre on kinds of ground, at both thresholds",
    )
    parser.add_argument("--net", choices=list(VARIANTS), default="standard")
    parser.add_argument("--quantise", type=Path)
    parser.add_argument(
        "--calibration",
        type=Path,
        default=Path("build/calibration.npy"),
        help="made from training scenes if it is not there",
    )
    parser.add_argument(
        "--first",
        type=float,
        help="with --quantise: the score below which the int8 file clears ground, as a first pass of the model",
    )
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path)
    args = parser.parse_args()
    if args.quantise:
        if not args.calibration.exists():
            args.calibration.parent.mkdir(parents=True, exist_ok=True)
            np.save(args.calibration, calibration_crops(args.library, args.shared))
        told = {}
        if args.first is not None:
            digest = hashlib.sha256(args.quantise.read_bytes()).hexdigest()
            told = {"papaver_first_of": digest, "papaver_first_threshold": args.first}
        quantise(args.quantise, args.calibration, args.out, told)
        return
    net = PoppyNet(args.net)
    net.load(args.run / "last.pt")
    told = metadata(args.threshold, halo=SMOOTH_HALO if net.smooth else HALO)
    if args.dispatch is not None:
        told["papaver_dispatch_threshold"] = args.dispatch
    if args.expected:
        told["papaver_expected"] = json.loads(args.expected.read_text())
    onnx.save(build(net, told, args.scale, args.shift), args.out)


if __name__ == "__main__":
    main()
