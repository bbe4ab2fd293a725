"""A first pass: what it clears and keeps, what that loses and saves, and the graph of a head."""

import unittest

try:
    import numpy as np
    import onnxruntime
    import torch
    from torch import nn

    from papaver_train.export import build, metadata
    from papaver_train.first_heads import HIDDEN, cut, gathered, strides, taps
    from papaver_train.first_pass import (
        CORE,
        HALO,
        LAST,
        MARGIN,
        PART,
        PARTS,
        SIDE,
        Cleared,
        Cost,
        Way,
        bound,
        cleared,
        gains,
        prepared,
        spread,
        threshold_of,
        trimmed_pixels,
        values,
    )
    from papaver_train.net import CELL, PoppyNet
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing

EVERY = MARGIN + CORE + MARGIN


class Maps(unittest.TestCase):
    def test_a_coarse_cell_is_seen_in_every_cell_that_it_touches(self):
        for cell in (16, 24, 32, 48):
            count = -(-22 * CELL // cell)
            for k in range(count):
                scores = np.zeros((count, count), np.float32)
                scores[k, 0] = 1
                rows = np.nonzero(spread(scores, cell, 22, 22)[:, 0])[0]
                touched = [
                    i for i in range(22) if i * 16 < (k + 1) * cell and (i + 1) * 16 > k * cell
                ]
                self.assertEqual(rows.tolist(), touched, (cell, k))

    def test_what_is_gathered_is_what_is_spread(self):
        for cell in (16, 24, 32, 48):
            mask = np.zeros((1, 22, 22), bool)
            mask[0, 9, 14] = True
            coarse = gathered(mask, cell)[0]
            touched = [k for k in range(len(coarse)) if k * cell < 160 and (k + 1) * cell > 144]
            self.assertEqual(np.nonzero(coarse.any(1))[0].tolist(), touched, cell)

    def test_a_window_is_filled_up_to_whole_cells(self):
        window = np.zeros((SIDE, SIDE, 3), np.uint8)
        for cell, side in ((16, 800), (24, 544), (32, 400), (48, 272)):
            self.assertEqual(prepared(window, cell).shape, (1, 3, side, side))


class Clearing(unittest.TestCase):
    def maps(self, row, column):
        maps = np.zeros((1, EVERY, EVERY), np.float32)
        maps[0, row, column] = 0.5
        return maps

    def test_a_plot_is_kept_within_the_margin_alone(self):
        hits = np.zeros((1, EVERY, EVERY), bool)
        hits[0, 20, 20] = True
        self.assertEqual(values(self.maps(20 + MARGIN, 20 - MARGIN), hits).tolist(), [0.5])
        self.assertEqual(values(self.maps(20 + MARGIN + 1, 20), hits).tolist(), [0.0])

    def test_a_score_in_the_halo_keeps_the_window_and_the_part_beside_it(self):
        left = cleared(self.maps(0, MARGIN), 0.4)
        self.assertEqual((left.windows, left.parts), (0.0, 1 - 1 / PARTS**2))
        # One row of cells near the border, some columns: the smallest step both ways.
        self.assertAlmostEqual(left.trimmed, (8 * CELL + 2 * HALO) ** 2 / SIDE**2)

    def test_nothing_is_kept_below_the_threshold(self):
        self.assertEqual(cleared(self.maps(20, 20), 0.6), Cleared(1.0, 1.0, 0.0))

    def test_a_window_kept_whole_has_its_own_size(self):
        self.assertEqual(PARTS * PART, CORE)
        self.assertEqual(trimmed_pixels(np.ones((CORE, CORE), bool)), SIDE**2)

    def test_the_threshold_loses_no_more_than_it_may(self):
        kept = np.random.default_rng(1).random(1000)
        for lost in (0.0, 0.001, 0.01):
            self.assertEqual((kept < threshold_of(kept, lost)).sum(), 1000 * lost)

    def test_the_bound_is_exact(self):
        self.assertAlmostEqual(bound(0, 600), 1 - 0.05 ** (1 / 600))
        self.assertEqual(bound(3, 3), 1.0)

    def test_a_shared_pass_costs_the_model_less(self):
        cost, half = Cost(50.0, 100.0, 10.0), Cleared(0.5, 0.5, 0.5)
        self.assertAlmostEqual(gains(Way("own"), cost, half)[0], 1.0)
        self.assertAlmostEqual(gains(Way("head", tap=3), cost, half)[0], 100 / 75)


class Heads(unittest.TestCase):
    def test_a_head_sees_every_cell_at_every_tap(self):
        torch.manual_seed(11)
        whole = build(PoppyNet().eval(), metadata(0.5))
        self.assertEqual((len(taps(whole.graph)), len(strides())), (LAST, LAST - 1))
        image = np.random.default_rng(3).normal(size=(1, 3, 96, 160)).astype(np.float32)
        for tap in range(1, LAST + 1):
            seen = self.run_on(cut(whole, tap, None), image)
            self.assertEqual(seen.shape[2:], (6, 10), tap)
            head = nn.Sequential(
                nn.Conv2d(seen.shape[1], HIDDEN, 1), nn.ReLU(), nn.Conv2d(HIDDEN, 1, 1)
            )
            with torch.no_grad():
                wanted = torch.sigmoid(head(torch.from_numpy(seen))).numpy()
            got = self.run_on(cut(whole, tap, head), image)
            np.testing.assert_allclose(got, wanted, atol=1e-5)

    def run_on(self, model, image):
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        return session.run(None, {"image": image})[0]


if __name__ == "__main__":
    unittest.main()
