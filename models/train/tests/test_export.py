"""The export: the ONNX graph scores what the network scores, and says what `papaver scan` needs to know."""

import json
import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch

    from papaver_train.export import CELL, HALO, OVERLAP, TILE, build, metadata
    from papaver_train.net import VARIANTS, PoppyNet
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def network(variant="standard"):
    """A network whose scores are spread over 0 to 1."""
    torch.manual_seed(11)
    net = PoppyNet(variant).eval()
    torch.nn.init.zeros_(net.out.bias)
    return net


def scores(model, image):
    """What ONNX Runtime makes of it."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(["scores"], {"image": image})[0]


class Export(unittest.TestCase):
    def test_the_graph_scores_what_the_network_scores(self):
        image = np.random.default_rng(3).normal(size=(2, 3, 96, 160)).astype(np.float32)
        for variant in VARIANTS:
            with self.subTest(variant), torch.no_grad():
                net = network(variant)
                wanted = torch.sigmoid(net(torch.from_numpy(image))).numpy()[:, 0]
                got = scores(build(net, metadata(0.5)), image)
                self.assertEqual(got.shape, (2, 2, 96 // CELL, 160 // CELL))
                np.testing.assert_allclose(got[:, 1], wanted, atol=1e-5)
                np.testing.assert_allclose(got.sum(1), 1, atol=1e-6)

    def test_the_calibration_is_folded_into_the_last_layer(self):
        image = np.random.default_rng(4).normal(size=(1, 3, 64, 64)).astype(np.float32)
        net, scale, shift = network(), 1.7, -0.4
        with torch.no_grad():
            logits = net(torch.from_numpy(image))
            wanted = torch.sigmoid(scale * logits + shift).numpy()[:, 0]
        got = scores(build(net, metadata(0.5), scale, shift), image)
        np.testing.assert_allclose(got[:, 1], wanted, atol=1e-5)

    def test_an_exported_model_gives_its_weights_back(self):
        net, other = network(), PoppyNet()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            onnx.save(build(net, metadata(0.5)), path)
            other.load(path)
        image = torch.randn(1, 3, 64, 64)
        with torch.no_grad():
            self.assertTrue(torch.equal(net(image), other.eval()(image)))

    def test_another_network_is_refused_with_a_remedy(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            onnx.save(build(network("small"), metadata(0.5)), path)
            with self.assertRaises(SystemExit) as told:
                PoppyNet().load(path)
        self.assertIn("hint:", str(told.exception))

    def test_the_metadata_is_the_contract(self):
        model = build(network(), metadata(0.32, coarsest=3.0))
        props = {p.key: json.loads(p.value) for p in model.metadata_props}
        self.assertEqual(props["model_type"], "Classifier")
        self.assertEqual(props["papaver_positive"], ["poppy"])
        self.assertEqual(props["papaver_threshold"], 0.32)
        self.assertEqual(props["papaver_resolution_range"], [0.8, 3.0])
        self.assertEqual((props["papaver_cell"], props["papaver_halo"]), (CELL, HALO))
        self.assertEqual((props["tile_size"], props["tiles_overlap"]), (TILE, OVERLAP))
        self.assertEqual(TILE % CELL, 0)
        self.assertEqual(HALO % CELL, 0)
        self.assertLess(2 * HALO, TILE)


if __name__ == "__main__":
    unittest.main()
