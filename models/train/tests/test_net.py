"""The network: its sizes, what a cell sees, what is frozen, and how checkpoints are taken up."""

import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import torch

    from papaver_train.net import CELL, MEAN, STD, VARIANTS, PoppyNet, standardise
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def network(variant="standard"):
    """A network with weights that do not depend on the machine."""
    torch.manual_seed(7)
    return PoppyNet(variant).eval()


class Net(unittest.TestCase):
    def test_a_cell_is_sixteen_pixels_for_every_variant(self):
        for variant in VARIANTS:
            with self.subTest(variant), torch.no_grad():
                out = network(variant)(torch.zeros(2, 3, 96, 160))
                self.assertEqual(tuple(out.shape), (2, 1, 96 // CELL, 160 // CELL))

    def test_stages_fit_one_another(self):
        for variant, stages in VARIANTS.items():
            for before, after in zip(stages, stages[1:], strict=False):
                self.assertEqual(before.cout, after.cin, variant)

    def test_what_a_cell_sees_lies_around_its_middle_and_not_further_than_66_pixels(self):
        self.sees(network(), 66)

    def test_a_low_pass_before_each_stride_lets_a_cell_see_81_pixels(self):
        self.sees(network("smooth"), 81)

    def test_a_low_pass_lets_scores_depend_less_on_the_grid(self):
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            path, spreads = Path(folder) / "last.pt", []
            torch.save({"ema": network().state_dict()}, path)
            image = torch.randn(1, 3, 208, 208)
            image = torch.nn.functional.avg_pool2d(image, 3, 1, 1)
            for variant in ("standard", "smooth"):
                net = PoppyNet(variant).eval()
                net.load(path)
                best = [net(image[..., s : s + 192, s : s + 192]).amax() for s in range(16)]
                spreads.append(float(torch.stack(best).std()))
        self.assertLess(spreads[1], spreads[0])

    def sees(self, net, reach):
        """Checks that a cell's score depends on no pixel further than that, and on both sides."""
        cells = 17
        image = torch.randn(1, 3, cells * CELL, cells * CELL, requires_grad=True)
        middle = cells // 2
        net(image)[0, 0, middle, middle].backward()
        rows = image.grad.abs().sum((0, 1, 3)).nonzero().flatten()
        first, last = middle * CELL, (middle + 1) * CELL - 1
        self.assertGreaterEqual(int(rows[0]), first - reach)
        self.assertLessEqual(int(rows[-1]), last + reach)
        self.assertLess(int(rows[0]), first)
        self.assertGreater(int(rows[-1]), last)

    def test_what_is_frozen_has_no_gradient_and_the_rest_has(self):
        net = network().train()
        net.freeze(3)
        net(torch.randn(1, 3, 64, 64)).sum().backward()
        self.assertTrue(all(p.grad is None for p in net.blocks[:3].parameters()))
        self.assertTrue(all(p.grad is None for p in net.stem.parameters()))
        self.assertTrue(all(p.grad is not None for p in net.blocks[3:].parameters()))

    def test_a_checkpoint_gives_back_its_weights(self):
        net, other = network(), PoppyNet()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "last.pt"
            torch.save({"ema": net.state_dict()}, path)
            other.load(path)
        for name, weights in net.state_dict().items():
            self.assertTrue(torch.equal(weights, other.state_dict()[name]), name)

    def test_a_checkpoint_that_is_not_there_is_told_with_a_remedy(self):
        with self.assertRaises(SystemExit) as told:
            PoppyNet().load(Path("nowhere.pt"))
        self.assertIn("hint:", str(told.exception))

    def test_images_are_standardised_as_the_metadata_says(self):
        image = np.zeros((1, 2, 3, 3), np.uint8)
        image[0, 1, 2] = [255, 127, 0]
        out = standardise(image)
        self.assertEqual(tuple(out.shape), (1, 3, 2, 3))
        wanted = [(1 - MEAN) / STD, (127 / 255 - MEAN) / STD, -MEAN / STD]
        np.testing.assert_allclose(out[0, :, 1, 2].numpy(), wanted, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
