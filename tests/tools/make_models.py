"""Write the hand-made ONNX models of the tests into tests/fixtures.

They fire on magenta in the middle of a cell, so that what a scan must find is known exactly. Needs `onnx` and `numpy`.

    python3 tests/tools/make_models.py

colour_dense.onnx   [N,3,H,W] -> [N,2,H/16,W/16] probabilities, dynamic sizes, cell 16, halo 32
colour_tile.onnx    [N,3,64,64] -> [N,2] logits, dynamic batch
colour_batch4.onnx  [4,3,64,64] -> [4,2] logits, fixed batch
verifier.onnx       image [N,3,32,32], surroundings [N,3,16,16] -> scores [N,3], features [N,6]: poppy by the magenta of the image's middle
and files that a scan must refuse: two_inputs, no_resolution, not_json, grey_input, boxes.
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def save(name, nodes, weights, inputs, outputs, metadata):
    graph = helper.make_graph(nodes, "papaver-test", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value if key == "resolution" and value == "two cm" else json.dumps(value)
    onnx.checker.check_model(model)
    onnx.save(model, OUT / name)


def tensor(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def weight(name, values):
    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def magenta(size, middle):
    """A convolution of one cell: mean over its middle of R/2 + B/2 - G, as [background, poppy] logits."""
    kernel = np.zeros((2, 3, size, size), np.float32)
    a, b = size // 2 - middle // 2, size // 2 + middle // 2
    for channel, gain in enumerate((0.5, -1.0, 0.5)):
        kernel[1, channel, a:b, a:b] = 40 * gain / middle**2
    return kernel


BASE = {
    "model_type": "Classifier",
    "class_names": {"0": "background", "1": "poppy"},
    "resolution": 2.0,
    "tiles_overlap": 50,
    "papaver_positive": ["poppy"],
    "papaver_threshold": 0.5,
    "papaver_resolution_range": [0.5, 4.0],
}
weights = lambda size: [weight("w", magenta(size, size // 2)), weight("b", [0, -20])]
conv = lambda size: helper.make_node("Conv", ["images", "w", "b"], ["raw"], kernel_shape=[size, size], strides=[size, size])

dense = [conv(16), helper.make_node("Softmax", ["raw"], ["scores"], axis=1)]
save("colour_dense.onnx", dense, weights(16), [tensor("images", ["N", 3, "H", "W"])], [tensor("scores", ["N", 2, "h", "w"])],
     BASE | {"tile_size": 256, "papaver_cell": 16, "papaver_halo": 32, "papaver_activation": "probability"})
tile = [conv(64), helper.make_node("Flatten", ["raw"], ["scores"])]
for name, batch in (("colour_tile.onnx", "N"), ("colour_batch4.onnx", 4)):
    save(name, tile, weights(64), [tensor("images", [batch, 3, 64, 64])], [tensor("scores", [batch, 2])],
         BASE | {"papaver_activation": "logits"})

one = [tensor("images", ["N", 3, 64, 64])], [tensor("scores", ["N", 2])]
save("no_resolution.onnx", tile, weights(64), *one, {k: v for k, v in BASE.items() if k != "resolution"})
save("not_json.onnx", tile, weights(64), *one, BASE | {"resolution": "two cm"})
two = [conv(64), helper.make_node("Flatten", ["raw"], ["flat"]), helper.make_node("Add", ["flat", "extra"], ["scores"])]
save("two_inputs.onnx", two, weights(64), [one[0][0], tensor("extra", ["N", 2])], one[1], BASE)
grey = [helper.make_node("Conv", ["images", "w", "b"], ["raw"], kernel_shape=[64, 64], strides=[64, 64]),
        helper.make_node("Flatten", ["raw"], ["scores"])]
save("grey_input.onnx", grey, [weight("w", np.ones((2, 1, 64, 64))), weight("b", [0, 0])],
     [tensor("images", ["N", 1, 64, 64])], one[1], BASE)
boxes = [helper.make_node("GlobalAveragePool", ["images"], ["mean"]), helper.make_node("Reshape", ["mean", "shape"], ["scores"])]
save("boxes.onnx", boxes, [numpy_helper.from_array(np.array([0, 3, 1], np.int64), "shape")], one[0],
     [tensor("scores", ["N", 3, 1])], BASE)

VERIFIER = {
    "model_type": "Verifier",
    "class_names": {"0": "other", "1": "poppy", "2": "before the bloom"},
    "papaver_positive": ["poppy", "before the bloom"],
    "papaver_before_bloom": "before the bloom",
    "papaver_threshold": 0.3,
    "papaver_dispatch_threshold": 0.8,
    "papaver_sights": {"image": {"metres": 1.28, "pixels": 32}, "surroundings": {"metres": 3.2, "pixels": 16}},
    "papaver_views": [{"turns": 0, "right_cm": 0, "down_cm": 0, "mirrored": False}, {"turns": 1, "right_cm": 8, "down_cm": -8, "mirrored": True}],
    "papaver_features": 6,
}
mean = lambda x, out: helper.make_node("ReduceMean", [x], [out], axes=[2, 3], keepdims=0)
constants = [
    numpy_helper.from_array(np.array(v, np.int64), k)
    for k, v in {"from": [12, 12], "to": [20, 20], "axes": [2, 3]}.items()
]
# Logits: nothing, the magenta of the image's middle, that of the surroundings.
gains = [[0, 0, 0, 0, 0, 0], [6, -12, 6, 0, 0, 0], [0, 0, 0, 6, -12, 6]]
save(
    "verifier.onnx",
    [
        helper.make_node("Slice", ["image", "from", "to", "axes"], ["middle"]),
        mean("middle", "a"),
        mean("surroundings", "b"),
        helper.make_node("Concat", ["a", "b"], ["features"], axis=1),
        helper.make_node("Gemm", ["features", "gains", "bias"], ["raw"], transB=1),
        helper.make_node("Softmax", ["raw"], ["scores"], axis=1),
    ],
    [*constants, weight("gains", gains), weight("bias", [0, -9, -20])],
    [tensor("image", ["n", 3, 32, 32]), tensor("surroundings", ["n", 3, 16, 16])],
    [tensor("scores", ["n", 3]), tensor("features", ["n", 6])],
    VERIFIER,
)
