"""Write the hand-made detectors and segmenters of the tests into tests/fixtures.

They see magenta (poppy) and yellow (tulip) squares of 16 pixels at 2 cm, so that what a scan must find is known exactly.
Needs `onnx` and `numpy`.

    python3 tests/tools/make_box_models.py

boxes_yolo8.onnx    [N,3,128,128] -> [N,4+2,A] as Ultralytics exports it: its own keys, Python's texts, no resolution given
                    but by us; boxes about each point of a grid of 4 px, not suppressed
boxes_yolo5.onnx    [1,3,128,128] -> [1,A,5+1] with the keys of Deepness, coordinates as shares of the tile
boxes_end2end.onnx  [N,3,H,W] -> [N,1,6]: the box around all magenta of a tile, for targets larger than the overlap
boxes_nan.onnx      the same as boxes_yolo8 with a score that is no number where there is yellow
boxes_half.onnx     the same as boxes_yolo5 with half precision at both ends, as half=True exports it
boxes_bare.onnx     boxes_yolo8 as it comes out of the exporter: without resolution and without what counts as poppy
mask_softmax.onnx   [1,3,128,128] -> [1,2,128,128]
mask_sigmoid.onnx   [1,3,128,128] -> [1,1,64,64] logits, with the keys of Deepness
mask_logits.onnx    mask_softmax without its softmax, which nothing tells
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
TILE, SIDE, STRIDE = 128, 16, 4
#: By how much magenta and yellow exceed everything else: R/2 + B/2 - G and R/2 + G/2 - B.
COLOURS = {"poppy": (0.5, -1.0, 0.5), "tulip": (0.5, 0.5, -1.0)}


def save(name, nodes, weights, inputs, outputs, metadata):
    graph = helper.make_graph(nodes, "papaver-test", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, OUT / name)


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def weight(name, values):
    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def whole(name, values):
    return numpy_helper.from_array(np.asarray(values, np.int64), name)


def as_json(**values):
    return {key: json.dumps(value) for key, value in values.items()}


node = helper.make_node
COUNT = TILE // STRIDE


def scores(names, gain=1.0):
    """Nodes from `images` to `[N,C,COUNT,COUNT]` in 0 to 1: the share of each colour in the square about each point."""
    kernel = np.zeros((len(names), 3, SIDE, SIDE), np.float32)
    for i, name in enumerate(names):
        kernel[i] = np.array(COLOURS[name], np.float32)[:, None, None] / SIDE**2 * gain
    pad = (SIDE - STRIDE) // 2
    conv = node("Conv", ["images", "w"], ["raw"], kernel_shape=[SIDE, SIDE], strides=[STRIDE] * 2, pads=[pad] * 4)
    return [conv, node("Clip", ["raw", "zero", "one"], ["map"])], [weight("w", kernel), weight("zero", 0), weight("one", 1)]


def grid(unit):
    """`[1,4,A]`: middle and size of the square about each point."""
    along = (np.arange(COUNT) + 0.5) * STRIDE
    y, x = np.meshgrid(along, along, indexing="ij")
    side = np.full(x.size, SIDE)
    return np.stack([x.ravel(), y.ravel(), side, side])[None].astype(np.float32) / unit


ULTRALYTICS = {
    "description": "Ultralytics YOLO11n model",
    "author": "Ultralytics",
    "task": "detect",
    "batch": "1",
    "stride": "32",
    "imgsz": "[128, 128]",
    "names": "{0: 'tulip', 1: 'poppy'}",
    "args": "{'batch': 1, 'half': False, 'nms': False}",
}
OURS = as_json(resolution=2.0, tiles_overlap=20, papaver_positive=["poppy"], papaver_threshold=0.6, det_iou_thresh=0.3)

two, held = scores(["tulip", "poppy"])
as_columns = [
    node("Reshape", ["map", "flat"], ["classes"]),
    # As many grids as there are tiles in the batch: the grid, and nought times the scores of one class.
    node("ReduceMax", ["classes"], ["best"], axes=[1], keepdims=1),
    node("Mul", ["best", "zero"], ["nothing"]),
    node("Add", ["nothing", "grid"], ["places"]),
    node("Concat", ["places", "classes"], ["output0"], axis=1),
]
shapes = [tensor("images", ["batch", 3, TILE, TILE])], [tensor("output0", ["batch", 6, COUNT**2])]
flat = [whole("flat", [0, 2, -1]), weight("grid", grid(1))]
save("boxes_yolo8.onnx", two + as_columns, held + flat, *shapes, ULTRALYTICS | OURS)
save("boxes_bare.onnx", two + as_columns, held + flat, *shapes, ULTRALYTICS)

broken = two[:1] + [
    node("Clip", ["raw", "zero", "one"], ["good"]),
    node("Slice", ["good", "from", "to", "axis"], ["yellow"]),
    node("Div", ["yellow", "yellow"], ["ratio"]),  # 0/0 where there is none
    node("Mul", ["ratio", "zero"], ["poison"]),
    node("Add", ["good", "poison"], ["map"]),
]
save("boxes_nan.onnx", broken + as_columns, held + flat + [whole("from", [0]), whole("to", [1]), whole("axis", [1])],
     *shapes, ULTRALYTICS | OURS)

one, held = scores(["poppy"])
as_rows = [
    node("Reshape", ["map", "flat"], ["classes"]),
    node("Mul", ["classes", "zero"], ["nothing"]),
    node("Add", ["nothing", "sure"], ["objectness"]),
    node("Concat", ["grid", "classes", "objectness"], ["columns"], axis=1),
    node("Transpose", ["columns"], ["output"], perm=[0, 2, 1]),
]
yolo5 = held + [whole("flat", [0, 1, -1]), weight("grid", grid(TILE)), weight("sure", 1)]
of_deepness = as_json(model_type="Detector", det_type="YOLO_v5_or_v7_default", class_names={"0": "poppy"}, resolution=2.0,
                      det_conf=0.6, det_iou_thresh=0.3, tiles_overlap=20)
save("boxes_yolo5.onnx", one + as_rows, yolo5, [tensor("images", [1, 3, TILE, TILE])], [tensor("output", [1, COUNT**2, 6])],
     of_deepness)
half = TensorProto.FLOAT16
save("boxes_half.onnx",
     [node("Cast", ["half"], ["images"], to=TensorProto.FLOAT), *one, *as_rows, node("Cast", ["output"], ["boxes"], to=half)],
     yolo5, [tensor("half", [1, 3, TILE, TILE], half)], [tensor("boxes", [1, COUNT**2, 6], half)], of_deepness)

# The first and last column and row that hold magenta, by the largest of position times presence.
along = np.arange(TILE, dtype=np.float32)
around = [
    node("Conv", ["images", "w"], ["raw"], kernel_shape=[1, 1]),
    node("Greater", ["raw", "half"], ["bool"]),
    node("Cast", ["bool"], ["seen"], to=TensorProto.FLOAT),
    *(n for axis, ones in (("x", "row"), ("y", "column")) for n in (
        node("Mul", ["seen", f"after_{ones}"], [f"a_{axis}"]),
        node("ReduceMax", [f"a_{axis}"], [f"to_{axis}"], axes=[1, 2, 3], keepdims=0),
        node("Mul", ["seen", f"before_{ones}"], [f"b_{axis}"]),
        node("ReduceMax", [f"b_{axis}"], [f"left_{axis}"], axes=[1, 2, 3], keepdims=0),
        node("Sub", ["side", f"left_{axis}"], [f"from_{axis}"]))),
    node("ReduceMax", ["seen"], ["any"], axes=[1, 2, 3], keepdims=0),
    node("Mul", ["any", "most"], ["score"]),
    node("Mul", ["any", "none"], ["class"]),
    *(node("Unsqueeze", [name, "last"], [f"{name}_"])
      for name in ("from_x", "from_y", "to_x", "to_y", "score", "class")),
    node("Concat", ["from_x_", "from_y_", "to_x_", "to_y_", "score_", "class_"], ["row"], axis=1),
    node("Unsqueeze", ["row", "last"], ["output0"]),
]
constants = [
    weight("w", np.array(COLOURS["poppy"]).reshape(1, 3, 1, 1)), weight("half", 0.5), weight("side", TILE),
    weight("after_row", (along + 1)[None, None, None, :]), weight("before_row", (TILE - along)[None, None, None, :]),
    weight("after_column", (along + 1)[None, None, :, None]), weight("before_column", (TILE - along)[None, None, :, None]),
    weight("most", 0.9), weight("none", 0), whole("last", [1]),
]
save("boxes_end2end.onnx", around, constants, [tensor("images", ["batch", 3, "height", "width"])],
     [tensor("output0", ["batch", "boxes", 6])],
     {k: v for k, v in ULTRALYTICS.items() if k != "names"} | {"names": "{0: 'poppy'}"} | as_json(resolution=2.0, tiles_overlap=20))

pixel = np.zeros((2, 3, 1, 1), np.float32)
pixel[1, :, 0, 0] = 20 * np.array(COLOURS["poppy"])
raw = node("Conv", ["images", "w", "b"], ["raw"], kernel_shape=[1, 1])
mask = as_json(model_type="Segmentor", class_names={"0": "background", "1": "poppy"}, resolution=2.0, tiles_overlap=20)
at = [tensor("images", [1, 3, TILE, TILE])]
save("mask_softmax.onnx", [raw, node("Softmax", ["raw"], ["output"], axis=1)], [weight("w", pixel), weight("b", [0, -10])],
     at, [tensor("output", [1, 2, TILE, TILE])], mask)
save("mask_logits.onnx", [raw, node("Identity", ["raw"], ["output"])], [weight("w", pixel), weight("b", [0, -10])],
     at, [tensor("output", [1, 2, TILE, TILE])], mask)
save("mask_sigmoid.onnx", [raw, node("AveragePool", ["raw"], ["output"], kernel_shape=[2, 2], strides=[2, 2])],
     [weight("w", pixel[1:]), weight("b", [-10])], at, [tensor("output", [1, 1, TILE // 2, TILE // 2])],
     mask | as_json(papaver_activation="logits", seg_thresh=0.4))
