"""The split: parts share no plant, and what is committed is what the code says."""

import contextlib
import io
import json
import unittest
from pathlib import Path

COMMITTED = Path(__file__).parents[1] / "split.json"

try:
    from papaver_train import split
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def seeds(ranges):
    """Every seed of [[first, count], …]."""
    return [seed for first, count in ranges for seed in range(first, first + count)]


class Split(unittest.TestCase):
    def test_no_seed_belongs_to_two_parts_or_two_species(self):
        seen = {}
        for part in split.FIRST:
            for species, ranges in split.table(part).items():
                for seed in seeds(ranges):
                    self.assertNotIn(seed, seen, f"{part} {species} and {seen.get(seed)}")
                    seen[seed] = (part, species)

    def test_every_species_is_in_every_part(self):
        kinds = {part: set(split.table(part)) for part in split.FIRST}
        self.assertEqual(kinds["train"], kinds["validation"])
        self.assertEqual(kinds["train"], kinds["test"])
        for part in split.FIRST:
            for species, ranges in split.table(part).items():
                self.assertGreaterEqual(len(seeds(ranges)), 4, f"{part} {species}")

    def test_the_committed_split_is_what_the_code_prints(self):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            split.main()
        self.assertEqual(json.loads(printed.getvalue()), json.loads(COMMITTED.read_text()))


if __name__ == "__main__":
    unittest.main()
