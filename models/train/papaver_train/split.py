"""Writes `split.json`: which individuals and which background sites belong to training, validation and test.

    python -m papaver_train.split > split.json

Seeds are disjoint by construction, so no plant of one part is ever drawn in another. Committed before training.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from . import GENERATOR_VERSION
from .blooms import BLOSSOMS, SHRUBS
from .species import FLOWERING, LATER, LEAFY, STAGES, THINGS
from .yard import YARD

POPPIES = {"rosette": 24, "bolting": 24, "bud": 30, "flower": 120, "capsule": 48, "dry": 20}
# Kinds of generator 9, each with seeds of its own, so that no individual from before changes.
NEW = (
    {"poppy_bare": 80, "poppy_odd": 60}
    | dict.fromkeys(BLOSSOMS, 100)
    | dict.fromkeys(SHRUBS, 24)
    | dict.fromkeys(YARD, 24)
)
FIRST = {"train": 10_000, "validation": 20_000, "test": 30_000}
NEW_OFFSET, NEW_STEP = 8400, 120
SHARE = {"train": 1.0, "validation": 0.25, "test": 0.4}


@dataclass(frozen=True)
class More:
    """More individuals of each training kind."""

    first: int
    """The first seed of the first kind."""
    step: int
    """Seeds from one kind to the next."""
    poppies: int
    """So many for every poppy that there was at first."""
    others: int


# With few individuals, plots of plants known from training are found almost always and plots of others are not. A row a
# time that they became more.
MORE = [More(100_000, 1000, 4, 4), More(200_000, 2000, 10, 5)]


def table(part: str) -> dict:
    """{species: [[first seed, count], ...]} of one part."""
    counts = (
        {f"poppy_{s}": POPPIES[s] for s in STAGES}
        | dict.fromkeys(FLOWERING, 20)
        | dict.fromkeys((*LEAFY, *THINGS), 14)
    )
    counts["corn_poppy"] = 30
    out = {}
    for k, (species, count) in enumerate(sorted(counts.items())):
        out[species] = [[FIRST[part] + 200 * k, max(4, round(count * SHARE[part]))]]
    for k, species in enumerate(LATER):
        out[species] = [[FIRST[part] + 8000 + 200 * k, max(4, round(24 * SHARE[part]))]]
    for k, (species, count) in enumerate(NEW.items()):
        first = FIRST[part] + NEW_OFFSET + NEW_STEP * k
        out[species] = [[first, max(4, round(count * SHARE[part]))]]
    for k, (species, ranges) in enumerate(out.items() if part == "train" else ()):
        ranges += [
            [
                more.first + more.step * k,
                (more.poppies if species.startswith("poppy") else more.others) * ranges[0][1],
            ]
            for more in MORE
        ]
    return out


def main() -> None:
    """Prints the split."""
    split = {
        "generator_version": GENERATOR_VERSION,
        "seed": 20261122,
        "individuals": {part: table(part) for part in FIRST},
        "foliage": {"train": [50_000, 42], "validation": [52_000, 5], "test": [54_000, 5]},
        "backgrounds": {
            "train": [
                "DeepForest 2.1.0: 2019_YELL_2_528000, 2019_YELL_2_541000, AWPE Pigeon Lake (real trees and shrubs, as negatives only)",
                "photos/caliterra (IMG_9354 to IMG_9364)",
                "photos/potato_mit (all but strip 16 and tiles 13, 14)",
                "photos/boruszyn (as negatives, never behind plants)",
                "real: easyidp (drone frame and orthomosaic of lotus beds, lawn, trees), textures out of Debian packages (behind plants since generator 7), views (as negatives only; papaver_train.real)",
                "terrain textures of 0 A.D. (CC-BY-SA 3.0) but for the families kept for validation (behind plants since generator 7)",
                "orthos/australia_forest_1.8cm_utm53s.tif (as negatives; was test up to generator 3, validation in 4)",
                "rendered ground, seeds 1e6 + n",
            ],
            "validation": [
                "photos/pumpkins_bsd3",
                "orthos/florida_forest_10cm_utm17n.tif, DeepForest 2.1.0: SOAP_031, SOAP_061 (false alarms only)",
                "terrain textures of 0 A.D. of the families medit, aegean, savanna, new_savanna, grass (CC-BY-SA 3.0)",
                "rendered ground, seeds 2e6 + n",
            ],
            "test": [
                "photos/brighton_beach (false alarms only)",
                "held-out frames of training sites: photos/caliterra (IMG_9365 to IMG_9371, potato strip 16 and tiles 13, 14: same sites as training, other frames, told apart)",
                "rendered ground, seeds 4e6 + n (3e6 + n up to generator 7)",
                "the sample survey",
            ],
            "never": ["orthos/maize_2cm_utm33n_rgba.tif (painted)", "photos/seneca_nir (infrared)"],
        },
    }
    print(json.dumps(split, indent=1))


if __name__ == "__main__":
    main()
