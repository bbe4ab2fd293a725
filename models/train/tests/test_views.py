"""Views and crops of one place: what is in the middle stays there; beyond the border the image is mirrored."""

import unittest

try:
    import cv2
    import numpy as np

    from papaver_train import mosaic
    from papaver_train.contrast import spread_of
    from papaver_train.pool import MARGIN, cut, label_of, mirrored, seen
    from papaver_train.verifier import NEAR, WIDE
    from papaver_train.views import VIEWS, views, window
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def dot(side, x, y, radius=3):
    """A black image with a white disc."""
    return cv2.circle(np.zeros((side, side, 3), np.uint8), (x, y), radius, (255,) * 3, -1)


def middle(image):
    """Where the light of an image lies, as an offset from its middle: (x, y)."""
    y, x = np.nonzero(image[..., 0] > 100)
    return np.array([x.mean(), y.mean()]) - (image.shape[0] - 1) / 2


class Views(unittest.TestCase):
    def test_the_eight_attitudes_are_all_different(self):
        self.assertEqual(len({(turns, flipped) for turns, flipped, _, _ in VIEWS}), 8)
        image = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
        self.assertEqual(len({v.tobytes() for v in views(image, 150, 150)}), 8)

    def test_a_place_stays_within_a_cell_of_the_middle(self):
        for shown in views(dot(400, 210, 190), 210, 190):
            self.assertLessEqual(np.abs(middle(shown)).max(), 9)

    def test_a_window_is_black_beyond_the_border(self):
        shown = window(np.full((50, 60, 3), 9, np.uint8), 0, 50, 40)
        self.assertEqual(shown.shape, (40, 40, 3))
        self.assertEqual((shown[..., 0] > 0).sum(), 20 * 20)
        self.assertTrue((window(np.ones((20, 20, 3), np.uint8), 500, 500, 30) == 0).all())


class Crops(unittest.TestCase):
    def test_a_crop_has_its_place_in_the_middle_at_every_gsd(self):
        for gsd, radius in ((0.9, 9), (1.5, 5), (3.0, 3)):
            image = dot(round(1400 / gsd), round(650 / gsd), round(720 / gsd), radius)
            crop = cut(image, gsd, 650 / gsd, 720 / gsd, NEAR)
            self.assertEqual(crop.shape[0], NEAR.pixels + 2 * MARGIN[NEAR])
            self.assertLessEqual(np.abs(middle(crop)).max(), 2.0, gsd)

    def test_all_views_of_a_crop_are_whole(self):
        for sight in (NEAR, WIDE):
            size = sight.pixels + 2 * MARGIN[sight]
            crop = np.zeros((size, size, 3), np.uint8)
            for view in VIEWS:
                self.assertEqual(seen(crop, sight, view).shape, (sight.pixels, sight.pixels, 3))

    def test_what_lies_beyond_the_border_is_mirrored(self):
        self.assertEqual(mirrored(np.arange(-3, 8), 5).tolist(), [3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1])

    def test_labels_tell_bloom_from_before_and_from_other_plants(self):
        self.assertEqual(
            [label_of(f"poppy_{k}", True) for k in ("bare", "capsule", "bud")], [1, 1, 2]
        )
        self.assertEqual([label_of("poppy_flower", False), label_of("blossom", True)], [0, 0])


class Mosaic(unittest.TestCase):
    def test_every_step_keeps_the_size_and_moves_nothing_far(self):
        for step, _ in mosaic.STEPS:
            for seed in range(4):
                image = cv2.GaussianBlur(dot(160, 90, 70, 12), (0, 0), 2)
                made = step(np.random.default_rng(seed), image)
                self.assertEqual((made.shape, made.dtype), (image.shape, np.uint8), step)
                self.assertLessEqual(
                    np.abs(middle(made) - middle(image)).max(), mosaic.REACH_PX + 1, step
                )

    def test_the_same_seed_gives_the_same_picture(self):
        image = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
        made = [mosaic.processed(np.random.default_rng(8), image) for _ in range(2)]
        self.assertTrue((made[0] == made[1]).all())


class Spread(unittest.TestCase):
    def test_places_that_never_score_do_not_count(self):
        spread, count = spread_of(np.array([[0.0, 0.01], [0.2, 0.6], [0.9, 0.9]]))
        self.assertEqual(count, 2)
        self.assertAlmostEqual(spread, 0.1)


if __name__ == "__main__":
    unittest.main()
