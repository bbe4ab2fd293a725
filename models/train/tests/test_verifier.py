"""The second stage: the graph scores what the network scores, keeps its weights once and small, and says what it has to be fed."""

import json
import unittest

try:
    import numpy as np
    import onnxruntime
    import torch

    from papaver_train.verifier import CLASSES, NEAR, WIDE, Thresholds, Verifier, build, metadata
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


class SecondStage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(5)
        cls.net = Verifier().eval()
        for p in cls.net.parameters():
            p.data = p.data.half().float()
        cls.model = build(cls.net, metadata(Thresholds(0.3, 0.5, 0.7, 0.4, 0.8), "ab" * 32, 4))

    def test_the_graph_gives_the_scores_of_the_network_and_nothing_else(self):
        rng = np.random.default_rng(2)
        near, wide = (
            rng.normal(size=(2, 3, s.pixels, s.pixels)).astype(np.float32) for s in (NEAR, WIDE)
        )
        with torch.no_grad():
            logits, _ = self.net(torch.from_numpy(near), torch.from_numpy(wide))
        session = onnxruntime.InferenceSession(
            self.model.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        (scores,) = session.run(None, {"image": near, "surroundings": wide})
        np.testing.assert_allclose(scores, torch.softmax(logits, -1).numpy(), atol=1e-4)
        self.assertEqual(scores.shape, (2, len(CLASSES)))

    def test_the_trunk_is_kept_once_and_the_file_is_small(self):
        self.assertLess(self.model.ByteSize(), 2e6)
        weights = sum(p.numel() for p in self.net.parameters())
        self.assertLess(self.model.ByteSize(), 2 * weights + 400_000)

    def test_the_metadata_says_what_it_has_to_be_fed(self):
        props = {p.key: json.loads(p.value) for p in self.model.metadata_props}
        self.assertEqual(props["model_type"], "Verifier")
        self.assertEqual(props["class_names"]["1"], props["papaver_positive"][0])
        self.assertEqual(props["papaver_sights"]["image"], {"metres": 1.6, "pixels": 160})
        self.assertEqual(len(props["papaver_views"]), 4)
        self.assertEqual(props["papaver_views"][0]["right_cm"], 0)
        self.assertLessEqual(props["papaver_threshold"], props["papaver_dispatch_threshold"])


if __name__ == "__main__":
    unittest.main()
