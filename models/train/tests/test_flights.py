"""Rendered flights: what of a scan is a plot, and the file that the program reads."""

import json
import unittest

try:
    import numpy as np

    from papaver_train.flights import lines, rows_of
except ImportError as missing:
    print(f"skipped {__name__}: {missing}")
    raise unittest.SkipTest(str(missing)) from missing


def features(*ids):
    """What a scan keeps of these candidates."""
    rows = [{"id": name, "shipped": 1.23456, "values": [0.123456, 2]} for name in ids]
    return {"names": ["red", "gsd"], "candidates": rows}


class Flights(unittest.TestCase):
    def test_a_candidate_is_the_plot_whose_plant_is_near(self):
        plots = [
            ("poppy_flower", np.array([[0.0, 0.0], [3.0, 0.0]])),
            ("rose", np.array([[10.0, 0.0]])),
            ("cloth", np.empty((0, 2))),
        ]
        places = {"a": (3.4, 0.5), "b": (9.5, 0.0), "c": (6.0, 4.0)}
        rows = rows_of(features("a", "b", "c"), places, plots)
        self.assertEqual([r["kind"] for r in rows], ["poppy_flower", "rose", "ground"])
        self.assertEqual([r["real"] for r in rows], [True, False, False])
        self.assertEqual(rows[0]["values"], [0.1235, 2.0])
        self.assertEqual(rows[0]["shipped"], 1.2346)

    def test_the_file_has_a_candidate_a_line_and_is_json(self):
        rows = [{"real": True}, {"real": False}]
        text = lines({"model": "ab"}, {"plots": rows, "none": []})
        self.assertEqual(json.loads(text), {"model": "ab", "plots": rows, "none": []})
        self.assertIn('\n{"real":true},\n', text)


if __name__ == "__main__":
    unittest.main()
