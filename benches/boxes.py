"""A raster with targets at known places, detectors and a segmenter for it, for the comparison with GeoDeep (benches/boxes.sh).

    python3 benches/boxes.py make FOLDER SIDE     ortho.tif, truth.json, light.onnx, nano.onnx and mask.onnx
    python3 benches/boxes.py count FOLDER FILE…   of each GeoJSON: targets found, found more than once, and outlines on nothing

The detectors see magenta squares of 16 px, in tiles of 640 px, with the layout and keys of Ultralytics' exporter, and those that
GeoDeep wants. `light.onnx` is a single convolution; `nano.onnx` computes beside it as much as YOLO v8 n does (8.7 GFLOP a tile).
`mask.onnx` says of each pixel whether it is magenta.
"""

from __future__ import annotations

import json
import pathlib
import sys

import numpy as np

TARGET, TILE, STRIDE, CELL = 16, 640, 8, 320
#: The class of the segmenter that is no target.
NOTHING = "background"


def raster(folder: pathlib.Path, side: int) -> None:
    """Grass with a target at a random place of every cell: a metre apart or more."""
    import rasterio
    from rasterio.transform import from_origin

    rng = np.random.default_rng(11)
    light = rng.normal(0, 1, (side // 8, side // 8)).repeat(8, 0).repeat(8, 1) * 12 + rng.normal(0, 7, (side, side))
    rgb = np.clip(np.array([96, 116, 56])[:, None, None] + light, 1, 254).astype(np.uint8)
    places = [(i * CELL, j * CELL) for i, j in np.ndindex(side // CELL, side // CELL)]
    places = [(int(x + dx), int(y + dy)) for (x, y), (dx, dy) in zip(places, rng.integers(0, 240, (len(places), 2)))]
    for x, y in places:
        rgb[:, y : y + TARGET, x : x + TARGET] = np.array([255, 0, 255], np.uint8)[:, None, None]
    transform = from_origin(400_000, 3_800_000, 0.02, 0.02)
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8", "crs": "EPSG:32650",
        "transform": transform, "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate",
        "photometric": "rgb", "interleave": "pixel",
    }  # fmt: skip
    with rasterio.open(folder / "ortho.tif", "w", **profile) as out:
        out.write(rgb)
    middles = [transform * (x + TARGET / 2, y + TARGET / 2) for x, y in places]
    (folder / "truth.json").write_text(json.dumps(middles))


def detector(path: pathlib.Path, *, is_costly: bool) -> None:
    from onnx import TensorProto, helper, numpy_helper

    rng, node, count = np.random.default_rng(12), helper.make_node, TILE // STRIDE
    weights, nodes = [], []

    def held(name: str, values, kind=np.float32) -> str:
        weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def conv(x: str, name: str, inside: int, outside: int, stride: int) -> str:
        w = held(f"w{name}", rng.normal(0, np.sqrt(2 / inside / 9), (outside, inside, 3, 3)))
        nodes.append(node("Conv", [x, w], [f"c{name}"], kernel_shape=[3, 3], strides=[stride] * 2, pads=[1] * 4))
        nodes.append(node("Relu", [f"c{name}"], [f"r{name}"]))
        return f"r{name}"

    colour = np.array([0.5, -1.0, 0.5], np.float32)[None, :, None, None] / TARGET**2
    kernel = held("w", np.broadcast_to(colour, (1, 3, TARGET, TARGET)))
    pad = (TARGET - STRIDE) // 2
    nodes.append(node("Conv", ["images", kernel], ["raw"], kernel_shape=[TARGET] * 2, strides=[STRIDE] * 2, pads=[pad] * 4))
    nodes.append(node("Clip", ["raw", held("zero", 0), held("one", 1)], ["map"]))
    scores = "map"
    if is_costly:
        x = conv(conv(conv("images", "a", 3, 24, 2), "b", 24, 48, 2), "c", 48, 96, 2)
        for i in range(7):
            x = conv(x, str(i), 96, 96, 1)
        nodes.append(node("ReduceMean", [x], ["mean"], axes=[1, 2, 3], keepdims=1))
        nodes.append(node("Mul", ["mean", "zero"], ["nothing"]))
        nodes.append(node("Add", ["map", "nothing"], ["scores"]))
        scores = "scores"
    along = (np.arange(count) + 0.5) * STRIDE
    y, x = np.meshgrid(along, along, indexing="ij")
    side = np.full(x.size, TARGET)
    grid = held("grid", np.stack([x.ravel(), y.ravel(), side, side])[None])
    nodes.append(node("Reshape", [scores, held("flat", [0, 1, -1], np.int64)], ["classes"]))
    nodes.append(node("Concat", [grid, "classes"], ["output0"], axis=1))
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "papaver-bench", [value("images", TensorProto.FLOAT, [1, 3, TILE, TILE])],
        [value("output0", TensorProto.FLOAT, [1, 5, count**2])], weights,
    )  # fmt: skip
    said = {"task": "detect", "imgsz": f"[{TILE}, {TILE}]", "names": "{0: 'poppy'}"}
    wanted = {
        "model_type": "Detector", "det_type": "YOLO_v8", "class_names": {"0": "poppy"}, "resolution": 2.0,
        "tiles_overlap": 10, "det_conf": 0.4, "det_iou_thresh": 0.3,
    }  # fmt: skip
    save(path, graph, said | {key: json.dumps(of) for key, of in wanted.items()})


def segmenter(path: pathlib.Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    weights = np.zeros((2, 3, 1, 1), np.float32)
    weights[1, :, 0, 0] = [10, -20, 10]
    held = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.array([0, -10], np.float32), "b")]
    nodes = [
        helper.make_node("Conv", ["images", "w", "b"], ["raw"], kernel_shape=[1, 1]),
        helper.make_node("Softmax", ["raw"], ["output"], axis=1),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "papaver-bench", [value("images", TensorProto.FLOAT, [1, 3, TILE, TILE])],
        [value("output", TensorProto.FLOAT, [1, 2, TILE, TILE])], held,
    )  # fmt: skip
    # GeoDeep drops what is smaller than (2 x seg_small_segment)² pixels.
    wanted = {
        "model_type": "Segmentor", "class_names": {"0": NOTHING, "1": "poppy"}, "resolution": 2.0, "tiles_overlap": 10,
        "seg_thresh": 0.5, "seg_small_segment": 4,
    }  # fmt: skip
    save(path, graph, {key: json.dumps(of) for key, of in wanted.items()})


def save(path: pathlib.Path, graph: object, metadata: dict[str, str]) -> None:
    import onnx
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, text in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, text
    onnx.checker.check_model(model)
    onnx.save(model, path)


def outlines(feature: dict) -> list[np.ndarray]:
    """The outer rings of a feature: GeoDeep gives one for every patch of a class, or all patches of it in one feature."""
    shape = feature["geometry"]
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    of_class = feature["properties"].get("class")
    if of_class == NOTHING:
        return []
    return [np.array(part[0]) for part in (parts if of_class else parts[:1])]


def count(folder: pathlib.Path, files: list[str]) -> None:
    """An outline belongs to the target that its middle is nearest to, if that is within a target's side."""
    from rasterio.warp import transform
    from scipy.spatial import cKDTree

    truth = cKDTree(np.array(json.loads((folder / "truth.json").read_text())))
    for file in files:
        features = json.loads(pathlib.Path(file).read_text())["features"]
        rings = [ring for feature in features for ring in outlines(feature)]
        middles = [(ring.min(0) + ring.max(0)) / 2 for ring in rings]
        at = np.array(transform("EPSG:4326", "EPSG:32650", *np.array(middles).T)).T if middles else np.empty((0, 2))
        apart, nearest = truth.query(at) if len(at) else (np.empty(0), np.empty(0, int))
        often = np.bincount(nearest[apart <= TARGET * 0.02], minlength=truth.n)
        print(f"{(often > 0).sum()} of {truth.n} targets, {(often > 1).sum()} more than once, {(apart > TARGET * 0.02).sum()} on nothing")


if __name__ == "__main__":
    what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "make":
        folder.mkdir(parents=True, exist_ok=True)
        raster(folder, int(sys.argv[3]))
        detector(folder / "light.onnx", is_costly=False)
        detector(folder / "nano.onnx", is_costly=True)
        segmenter(folder / "mask.onnx")
    else:
        count(folder, sys.argv[3:])
