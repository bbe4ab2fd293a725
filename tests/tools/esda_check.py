"""Compares the local statistics and shrunken rates with PySAL's on random fields, to 1e-6.

    python3 -m venv /tmp/esda && /tmp/esda/bin/pip install esda libpysal scipy statsmodels
    cargo build --example rates
    /tmp/esda/bin/python tests/tools/esda_check.py target/debug/examples/rates
"""

import json
import subprocess
import sys
import warnings

import numpy as np
from esda.getisord import G_Local
from esda.smoothing import Empirical_Bayes
from libpysal.weights import DistanceBand, lat2W
from scipy.stats import beta
from scipy.stats import false_discovery_control

warnings.filterwarnings("ignore")
TOLERANCE = 1e-6


def textbook(y, neighbours, weights):
    """Ord and Getis 1995, equation 14.2, with weights of one's own, the place itself included."""
    n, mean, spread = len(y), y.mean(), y.std()
    z = []
    for i, around in enumerate(neighbours):
        at = [*around, i]
        w = weights[at]
        top = (w * y[at]).sum() - w.sum() * mean
        z.append(top / (spread * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))))
    return np.array(z)


def ratio(before, after):
    (a, p), (b, q) = before, after
    odds = lambda x: x / (1 - x) * p / q
    low = 0.0 if b == 0 else odds(beta.ppf(0.025, b, a + 1))
    high = None if a == 0 else odds(beta.ppf(0.975, b + 1, a))
    return low, high


def main(program):
    rng = np.random.default_rng(20260801)
    worst = {}

    def note(name, found, expected):
        # What PySAL cannot divide is none of its figures.
        expected = np.asarray(expected, float)
        found = np.array([np.nan if v is None else v for v in found], float)
        both = np.isfinite(expected)
        assert np.isfinite(found[both]).all(), name
        apart = np.abs(found[both] - expected[both]) / np.maximum(1, np.abs(expected[both]))
        worst[name] = max(worst.get(name, 0.0), apart.max())

    fields = 0
    for number in range(12):
        if number % 2:
            w = lat2W(20, 20, rook=False)
        else:
            w = DistanceBand(rng.random((300, 2)), 0.12, silence_warnings=True)
        n = w.n
        exposures = rng.gamma(2.0, 30.0, n) + 1.0
        counts = rng.poisson(exposures * rng.gamma(4.0, 0.01, n))
        y = counts / exposures
        neighbours = [list(w.neighbors[i]) for i in range(n)]
        p = rng.random(n) ** 3
        pairs = [
            [[int(rng.poisson(m)), float(rng.gamma(2, 50))], [int(rng.poisson(m)) + 1, float(rng.gamma(2, 50))]]
            for m in rng.gamma(1, 20, 60)
        ]
        given = {
            "values": y.tolist(), "neighbours": neighbours, "counts": counts.tolist(),
            "exposures": exposures.tolist(), "p": p.tolist(), "pairs": pairs,
        }
        ran = subprocess.run([program], input=json.dumps(given), capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout)
        for name, transform, star in [("gi", "B", False), ("gi_star", "B", True), ("gi_row", "R", False), ("gi_star_row", "R", True)]:
            w.transform = "B"
            expected = G_Local(y, w, transform=transform, star=star, permutations=0).Zs
            # A place without neighbours has no Gi, and as a star it is itself.
            keep = [bool(around) or star for around in neighbours]
            note(name, np.array(found[name], object)[keep], np.asarray(expected)[keep])
        note("gi_star_own", found["gi_star_own"], textbook(y, neighbours, exposures))
        note("eb", found["eb"], np.ravel(Empirical_Bayes(counts, exposures).r))
        note("q", found["q"], false_discovery_control(p))
        for pair, got in zip(pairs, found["ratios"]):
            low, high = ratio(*pair)
            note("ratio low", [got["low"]], [low])
            if high is not None:
                note("ratio high", [got["high"]], [high])
        fields += 1
    for name, apart in worst.items():
        print(f"{name:12} furthest apart over {fields} fields: {apart:.1e}")
    if max(worst.values()) > TOLERANCE:
        sys.exit(f"more than {TOLERANCE} apart")
    print(f"all within {TOLERANCE}")


if __name__ == "__main__":
    main(sys.argv[1])
