"""The second stage's training: which candidates it takes how often, how it moves them, and the rules of its thresholds."""

import unittest

try:
    import numpy as np

    from papaver_train import verify
    from papaver_train.pool import MARGIN, moved
    from papaver_train.verifier import NEAR, WIDE
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def candidates(count=90):
    """Candidates of all classes, a third of which the first stage is sure of; each tenth was passed over by it."""
    n = np.arange(count)
    return {
        "label": n % 3,
        "score": np.where(n % 9 < 3, 0.8, 0.2),
        "mean": np.full(count, 0.5),
        "forced": n % 10 == 0,
    }


class Learning(unittest.TestCase):
    def test_classes_have_their_shares_and_the_sure_count_twice(self):
        rows = candidates()
        odds = verify.odds(rows)
        shares = [odds[rows["label"] == k].sum() for k in range(3)]
        np.testing.assert_allclose(shares, verify.SHARES)
        of_class = (rows["label"] == 0) & ~rows["forced"]
        sure, unsure = (odds[of_class & (rows["score"] == s)] for s in (0.8, 0.2))
        np.testing.assert_allclose(sure[0], 2 * unsure[0])
        forced = odds[(rows["label"] == 0) & rows["forced"] & (rows["score"] == 0.2)]
        np.testing.assert_allclose(forced[0], unsure[0] / 2)

    def test_a_view_shows_the_place_that_it_was_moved_to(self):
        for sight in (NEAR, WIDE):
            side = sight.pixels + 2 * MARGIN[sight]
            crop = np.zeros((side, side, 3), np.uint8)
            middle = side // 2
            at = [middle + round(cm / sight.cm) for cm in (10.0, -5.0)]
            crop[at[1], at[0]] = 255
            seen = moved(crop, sight, np.array([10.0, -5.0]), 0, False)
            self.assertEqual(seen.shape, (sight.pixels, sight.pixels, 3))
            self.assertEqual(seen[sight.pixels // 2, sight.pixels // 2].tolist(), [255] * 3)

    def test_other_light_stays_a_picture_and_is_the_same_for_the_same_seed(self):
        crop = np.random.default_rng(1).integers(0, 255, (40, 40, 3)).astype(np.uint8)
        first, again = (verify.light_of(np.random.default_rng(7), crop) for _ in range(2))
        self.assertEqual((first.dtype, first.shape), (np.uint8, crop.shape))
        np.testing.assert_array_equal(first, again)
        self.assertGreater(np.abs(first.astype(int) - crop).mean(), 1)


class Judging(unittest.TestCase):
    def test_the_area_counts_pairs_in_the_right_order(self):
        scores, truth = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
        self.assertAlmostEqual(verify.area(scores, truth), 3.5 / 4)
        self.assertTrue(np.isnan(verify.area(scores, np.ones(4, bool))))

    def test_both_stages_list_as_many_in_bloom_as_the_first_alone_and_send_few_false_ones(self):
        rng = np.random.default_rng(4)
        label = np.repeat([0, 1, 2], 200)
        first = np.clip(rng.normal(0.45 + 0.15 * (label > 0), 0.15), 0.35, 1)
        rows = {"label": label, "score": first, "mean": np.clip(first - 0.1, 0, 1)}
        scores = np.clip(rng.normal(0.3 + 0.4 * (label > 0), 0.12), 0, 1)
        count = np.full(300, 0.5)
        bare_rows = {"label": np.zeros(300), "score": count, "mean": count}
        bare = np.clip(rng.normal(0.3, 0.2, 300), 0, 1)
        alone = int(((label == 1) & (first >= 0.5)).sum())
        chosen = verify.thresholds((scores, rows), alone, 0.35, (bare, bare_rows, 40.0))
        both = verify.listed(scores, rows, chosen.evidence)
        self.assertGreaterEqual((both & (label == 1)).sum(), verify.KEPT * alone)
        higher = verify.listed(scores, rows, chosen.evidence + 0.01)
        self.assertLess((higher & (label == 1)).sum(), verify.KEPT * alone)
        mine = scores[both & (label == 1)]
        self.assertGreaterEqual((mine >= chosen.fair).mean(), verify.PASS)
        of_bare = bare[verify.listed(bare, bare_rows, chosen.evidence)]
        self.assertLessEqual((of_bare >= chosen.dispatch).sum(), verify.FALSE_KM2 * 0.4)
        self.assertLessEqual(chosen.fair, chosen.dispatch)
        few = {k: v[:5] for k, v in bare_rows.items()}
        few = verify.thresholds((scores, rows), alone, 0.35, (bare[:5], few, 40.0))
        self.assertEqual(few.fair, few.dispatch)

    def test_what_the_first_stage_is_sure_of_stays(self):
        rows = {"score": np.array([0.9, 0.9]), "mean": np.array([0.8, 0.4])}
        self.assertEqual(verify.listed(np.array([0.01, 0.01]), rows, 0.5).tolist(), [True, False])

    def test_no_poppy_in_bloom_is_told_with_a_remedy(self):
        rows = {"label": np.zeros(4, int), "score": np.ones(4), "mean": np.ones(4)}
        with self.assertRaises(SystemExit) as said:
            verify.thresholds((np.ones(4), rows), 0, 0.35, (np.empty(0), rows, 0.0))
        self.assertIn("hint:", str(said.exception))

    def test_what_the_first_stage_passed_over_is_not_judged(self):
        kept = verify.found(candidates(), 0.5)
        self.assertFalse(kept["forced"].any())
        self.assertTrue((kept["score"] >= 0.5).all())


if __name__ == "__main__":
    unittest.main()
