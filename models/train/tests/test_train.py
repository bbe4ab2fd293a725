"""What training sees again lies on another grid, with its truth beneath it."""

import unittest

try:
    import cv2
    import numpy as np

    from papaver_train.scenes import cover_of
    from papaver_train.train import again, moved, weights
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def plot():
    """A crop of 224 pixels with one white square, and its mask."""
    image, mask = np.zeros((224, 224, 3), np.uint8), np.zeros((112, 112), np.float32)
    image[96:136, 60:100], mask[48:68, 30:50] = 255, 1.0
    return image, mask


class Again(unittest.TestCase):
    def test_the_mask_moves_with_the_image(self):
        image, mask = plot()
        places = set()
        for seed in range(12):
            shown, share = moved(np.random.default_rng(seed), image, mask)
            light = cv2.resize(shown[..., 0], (112, 112), interpolation=cv2.INTER_AREA) / 255
            self.assertLess(np.abs(light - share).max(), 0.5)
            self.assertLess(np.abs(light - share).mean(), 0.01)
            places.add(tuple(np.argwhere(share > 0.5)[0]))
        self.assertGreater(len(places), 6, "the grid falls elsewhere each time")

    def test_the_cover_is_the_share_of_each_cell(self):
        cover = cover_of(plot()[1])
        self.assertEqual(cover.shape, (14, 14))
        self.assertAlmostEqual(float(cover[7, 5]), 1.0, places=5)
        self.assertAlmostEqual(float(cover.sum()), 40 * 40 / 256, places=3)

    def test_rims_do_not_count_and_leaves_count_half(self):
        image, cover, weight = again(np.random.default_rng(3), *plot(), "rosette")
        self.assertEqual((image.shape, cover.shape), ((224, 224, 3), (14, 14)))
        self.assertTrue((weight == weights(cover, "rosette")).all())
        self.assertEqual(float(weight[cover > 0.5].max()), 0.5)
        self.assertEqual(float(weights(np.array([[0.05, 0.5, 0.0]]), "flower")[0, 0]), 0.0)


if __name__ == "__main__":
    unittest.main()
