"""Individuals of every kind: a mesh that is whole, inside its view, the same for the same seed."""

import json
import unittest
from pathlib import Path

try:
    import numpy as np

    from papaver_train import GENERATOR_VERSION
    from papaver_train.individual import build, width_m
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing

SPLIT = json.loads((Path(__file__).parents[1] / "split.json").read_text())


class Individuals(unittest.TestCase):
    def test_every_kind_of_the_split_can_be_built(self):
        self.assertEqual(SPLIT["generator_version"], GENERATOR_VERSION)
        for kind, ranges in SPLIT["individuals"]["test"].items():
            for seed in range(ranges[0][0], ranges[0][0] + 4):
                vertices, faces, colours = build(kind, seed)[0].arrays()
                with self.subTest(kind, seed=seed):
                    self.assertTrue(np.isfinite(vertices).all())
                    self.assertLess(faces.max(), len(vertices))
                    self.assertEqual(len(colours), len(vertices))
                    self.assertTrue(((colours >= 0) & (colours <= 1)).all())
                    middle = np.abs(np.median(vertices[:, :2], 0)).max()
                    self.assertLess(middle, width_m(kind) / 2)

    def test_the_same_seed_gives_the_same_individual(self):
        for kind in ("poppy_bare", "poppy_odd", "blossom", "grey_shrub", "person", "cycle"):
            first, second = (build(kind, 77)[0].arrays()[0] for _ in range(2))
            self.assertTrue((first == second).all(), kind)

    def test_a_bare_poppy_shows_a_flower_and_no_leaf(self):
        for seed in range(8):
            builder, info = build("poppy_bare", seed)
            vertices = builder.arrays()[0]
            self.assertEqual((info["species"], info["stage"]), ("poppy", "bare"))
            self.assertGreater(vertices[:, 2].min(), 0.15, "nothing lies near the ground")


if __name__ == "__main__":
    unittest.main()
