"""What verdicts teach: the fit is the program's, what tells nothing is refused, what tells is learnt, and false ones are counted as the program does."""

import unittest

try:
    import numpy as np

    from papaver_train.taught import Rows, county, false_before, fit, learnt, odds
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def flight(seed: int, count: int, told: float):
    """Features, offsets and truth of a flight: one feature tells so much."""
    rng = np.random.default_rng(seed)
    true = rng.random(count) < 0.2
    x = rng.normal(size=(count, 30))
    x[:, 3] += told * true
    return x, rng.normal(size=count), true


class Taught(unittest.TestCase):
    def test_the_gradient_vanishes_where_the_fit_is(self):
        x, offset, true = flight(1, 25, 2.0)
        w = fit(x, offset, true, 3.0)
        chance = 1 / (1 + np.exp(-odds(x, offset, w)))
        slope = x.T @ (chance - true) + 3.0 * w[:-1]
        self.assertLess(np.abs(slope).max(), 1e-4)
        self.assertLess(np.abs(fit(x, offset, true, 1e9)[:-1]).max(), 1e-6)

    def test_what_tells_is_learnt_and_what_does_not_is_mostly_refused(self):
        w = learnt(*flight(2, 100, 3.0))
        x, offset, true = flight(3, 2000, 3.0)
        self.assertLess(2 * false_before(odds(x, offset, w), true), false_before(offset, true))
        refused = sum(learnt(*flight(seed, 60, 0.0)) is None for seed in range(20))
        self.assertGreaterEqual(refused, 10)

    def test_false_ones_are_those_before_95_percent_of_the_plots(self):
        scores = np.array([5.0, 4.0, 3.5, 3.0, 2.0, 1.0])
        true = np.array([True, False, True, False, True, False])
        self.assertEqual(false_before(scores, true), 2)

    def test_a_county_has_the_false_ones_that_were_asked_for(self):
        kind = np.array(["ground", "rose", "poppy_flower", "ground"])
        rows = Rows(
            np.arange(4.0), np.zeros((4, 1)), np.zeros((4, 1)), kind, kind == "poppy_flower"
        )
        self.assertEqual(list(county(rows, "lying").shipped), [0, 2, 3])
        self.assertEqual(list(county(rows, "twins").shipped), [1, 2])
        self.assertEqual(list(county(rows, "both").shipped), [0, 1, 2, 3])
        control = county(rows, "control")
        self.assertEqual(list(control.shipped), [0, 1, 3])
        self.assertEqual(list(control.true), [False, True, False])


if __name__ == "__main__":
    unittest.main()
