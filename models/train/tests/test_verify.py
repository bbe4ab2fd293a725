"""The second stage's head: it learns what can be told apart, keeps it through the file, and its thresholds follow their rules."""

import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import onnx
    import torch

    from papaver_train import verify
    from papaver_train.verifier import RAW, Verifier, build, metadata
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def told(seed, count=90, forced=0.3):
    """Candidates whose class shows in a few of many numbers."""
    rng = np.random.default_rng(seed)
    label = np.arange(count) % 3
    raw = rng.normal(size=(count, 2, 2 * RAW))
    raw[:, :, :40] += 3 * label[:, None, None] * np.linspace(-1, 1, 40)
    rows = {"label": label, "forced": rng.random(count) < forced}
    return verify.Told(rows, raw.astype(np.float16))


class Head(unittest.TestCase):
    def test_what_can_be_told_apart_is_learnt_and_kept_by_the_file(self):
        torch.manual_seed(1)
        verify.EPOCHS, epochs = 20, verify.EPOCHS
        self.addCleanup(setattr, verify, "EPOCHS", epochs)
        head, fresh = verify.fit_head(told(1), told(2)), told(3)
        scores = 1 - verify.scored(head, fresh.raw)[:, 0]
        self.assertGreater(verify.area(scores, fresh.rows["label"] > 0), 0.8)
        net = Verifier()
        net.head = head
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "verifier.onnx"
            onnx.save(build(net, metadata(0.2, 0.7, "ab" * 32, 4)), path)
            again, props = verify.head_of(path)
        self.assertEqual(props["papaver_threshold"], 0.2)
        kept = 1 - verify.scored(again, fresh.raw)[:, 0]
        np.testing.assert_allclose(kept, scores, atol=5e-3)

    def test_the_area_counts_pairs_in_the_right_order(self):
        scores, truth = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
        self.assertAlmostEqual(verify.area(scores, truth), 3.5 / 4)
        self.assertTrue(np.isnan(verify.area(scores, np.ones(4, bool))))

    def test_thresholds_keep_the_bloom_and_dispatch_is_the_stricter(self):
        rng = np.random.default_rng(4)
        label = np.repeat([0, 1, 2], 200)
        scores = np.clip(rng.normal(0.3 + 0.3 * (label > 0), 0.12), 0, 1)
        screening, dispatch = verify.thresholds(scores, {"label": label})
        self.assertGreaterEqual((scores[label == 1] >= screening).mean(), verify.PASS)
        taken = scores >= dispatch
        self.assertGreaterEqual((label[taken] > 0).mean(), verify.PRECISE - 0.01)
        self.assertLessEqual(screening, dispatch)

    def test_candidates_of_one_kind_alone_are_told_with_a_remedy(self):
        only = told(5)
        with self.assertRaises(SystemExit) as said:
            verify.judged(only.where(only.rows["label"] == 0))
        self.assertIn("hint:", str(said.exception))
        self.assertFalse(verify.judged(only).rows["forced"].any())


if __name__ == "__main__":
    unittest.main()
