"""False candidates a square kilometre of rendered ground, with look-alikes at stated rates and no poppy.

    python -m papaver_train.wide ../papaver.onnx --library build/library --foliage build/foliage --hectares 100 --jobs 2

Blocks of 20.48 m at a GSD of 2 cm, of the part 'test': ground covers, crop rows, hard objects, trees beside a quarter of them, weeds; and
on a hectare, as a mean, so many plots of 3 to 60 plants as RATES says. Hits within 2 m are one candidate, as `papaver scan` has it.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np

from .blooms import BLOSSOMS, SHRUBS
from .dense import candidates
from .grounds import rendered_ground
from .judge import Judge, draw
from .placing import GLAUCOUS_HOSTS, GREEN_HOSTS, hosted, places, put
from .scenes import World, beside_trees, camera, clutter, shade
from .species import FLOWERING, LATER, LEAFY, THINGS
from .sprites import Canvas
from .train import make_world
from .yard import YARD

SIDE, GSD = 1024, 2.0
# Plots a hectare: look-alikes in flower, vegetables and weeds with broad leaves, things; corn poppy apart.
RATES = {"flowering": 12.0, "leafy": 12.0, "things": 24.0, "corn poppy": 1.0}
# With --strangers also, over leaves of others or on the ground: other plants' blossoms, grey-green shrubs, people and things about houses.
STRANGERS = {"blossoms": 12.0, "grey shrubs": 6.0, "yard": 24.0}
KINDS = {
    "blossoms": list(BLOSSOMS),
    "grey shrubs": list(SHRUBS),
    "yard": list(YARD),
    "flowering": [k for k in FLOWERING if k != "corn_poppy"],
    "leafy": [*LEAFY, *LATER],
    "things": list(THINGS),
    "corn poppy": ["corn_poppy"],
}


def strangers(rng, canvas: Canvas, species, extent: float) -> list[tuple[str, np.ndarray]]:
    """Plots of STRANGERS at their rates: name and places in cm."""
    plots = []
    for group, rate in STRANGERS.items():
        for _ in range(rng.poisson(rate * (extent / 1e4) ** 2)):
            kinds = [k for k in KINDS[group] if k in species]
            name = kinds[int(rng.integers(len(kinds)))]
            count = int(round(draw(rng, *((1, 8) if group == "yard" else (3, 60)))))
            spots = places(rng, 600.0, count) + rng.uniform(-100, extent - 500, 2)
            hosts = (GREEN_HOSTS, GLAUCOUS_HOSTS, ())[int(rng.integers(3))]
            hosted(rng, canvas, species, species[name], spots, hosts if group == "blossoms" else ())
            plots.append((name, spots))
    return plots


def painted(
    rng, world: World, more: bool, gsd: float = GSD
) -> tuple[Canvas, dict, list[tuple[str, np.ndarray]]]:
    """One block before the camera, what may still be planted on it, and its plots of look-alikes: name and places in cm."""
    extent = SIDE * gsd
    light = rendered_ground(rng, SIDE, gsd)
    if world.ground.foliage and rng.random() < 0.25:
        light = beside_trees(rng, light, world.ground.leaves(rng, SIDE, gsd), gsd)
    canvas = Canvas(
        np.ascontiguousarray(light, np.float32), np.zeros((SIDE, SIDE), np.float32), gsd
    )
    species = world.library[str(rng.choice(sorted(world.library)))]
    if rng.random() < 0.5:
        clutter(rng, canvas, species, extent)
    plots = []
    for group, rate in RATES.items():
        for _ in range(rng.poisson(rate * (extent / 1e4) ** 2)):
            kinds = [k for k in KINDS[group] if k in species]
            name = kinds[int(rng.integers(len(kinds)))]
            spots = places(rng, 600.0, int(round(draw(rng, 3, 60)))) + rng.uniform(
                -100, extent - 500, 2
            )
            put(rng, canvas, species[name], spots)
            plots.append((name, spots))
    plots += strangers(rng, canvas, species, extent) if more else []
    return canvas, species, plots


def block(rng, world: World, more: bool = False) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """The image of one block, and its plots of look-alikes: name and places in cm."""
    canvas, _, plots = painted(rng, world, more)
    if rng.random() < 0.25:
        shade(rng, canvas.light, GSD)
    return camera(rng, canvas.light, gentle=False), plots


def beneath(plots: list[tuple[str, np.ndarray]], at: np.ndarray, within: float = 300.0) -> str:
    """The plot that lies nearest to a place (cm); 'ground' where none lies within so many."""
    away = [(float(np.linalg.norm(spots - at, axis=1).min()), name) for name, spots in plots]
    least, name = min(away, default=(math.inf, ""))
    return name if least < within else "ground"


def false(judge: Judge, task: tuple[int, bool]) -> list[tuple[float, str]]:
    """(score, nearest look-alike within 3 m or 'ground') of each candidate of one block."""
    seed, more = task
    image, plots = block(np.random.default_rng(seed), judge.world, more)
    scores, out = judge.model.score(image), []
    for c in candidates(scores, judge.model.threshold):
        at = (c["centre"][::-1] + 0.5) * judge.model.cell * GSD
        out.append((c["score"], beneath(plots, at)))
    return out


def poisson_interval(count: int) -> tuple[float, float]:
    """The exact 95 % interval of a Poisson mean (Garwood 1936)."""
    from scipy.stats import chi2

    return (chi2.ppf(0.025, 2 * count) / 2 if count else 0.0), chi2.ppf(0.975, 2 * count + 2) / 2


def main() -> None:
    """Prints candidates a square kilometre, with what lies beneath them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--foliage", type=Path)
    parser.add_argument("--hectares", type=float, default=100.0)
    parser.add_argument("--strangers", action="store_true", help="people and things too")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    judge = Judge(
        args.model,
        make_world(args.library, None, "test", None, None, args.foliage),
        "test",
        args.jobs,
    )
    ha = (SIDE * GSD / 1e4) ** 2
    count = math.ceil(args.hectares / ha)
    found = [
        c
        for got in judge.map(
            false, [(judge.base + 5_000_000 + 7 * k, args.strangers) for k in range(count)]
        )
        for c in got
    ]
    below: dict[str, int] = {}
    for _, name in found:
        below[name] = below.get(name, 0) + 1
    own = sum(n for name, n in below.items() if name != "corn_poppy")
    km2 = count * ha / 100
    low, high = poisson_interval(own)
    print(
        f"{count * ha:.1f} ha: {own} false candidates but for corn poppy, {own / km2:.1f} a square kilometre (exact Poisson {low / km2:.1f} to {high / km2:.1f}); on corn poppy {below.get('corn_poppy', 0)}"
    )
    print(
        f"plots a hectare: {RATES | (STRANGERS if args.strangers else {})}; beneath them: {dict(sorted(below.items(), key=lambda kv: -kv[1]))}"
    )
    if args.json:
        args.json.write_text(
            json.dumps(
                {
                    "hectares": count * ha,
                    "false": own,
                    "beneath": below,
                    "scores": sorted((round(s, 3) for s, _ in found), reverse=True),
                }
            )
        )


if __name__ == "__main__":
    main()
