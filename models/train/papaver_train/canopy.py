"""Tree crowns, shrubs, hedges and lawns from above: many thousand leaves a tile, path-traced by Mitsuba 3 with shadow and gloss.

    python -m papaver_train.canopy --out build/foliage --split split.json

A tile is 5 m x 5 m at 1 cm a pixel, (L / 1.5)^(1/2.2) as 8-bit RGB. Leaves shine: a sunlit leaf that mirrors the sky is the spot that passes for a petal.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import mitsuba as mi
import numpy as np

from .library import emitters
from .meshes import srgb

SIZE_PX, WIDTH_M, LEAVES = 500, 5.0, 200_000
KINDS = ("crown", "crown", "shrub", "needle", "lawn", "fine")
GREENS = [
    srgb(88, 118, 52),
    srgb(72, 108, 44),
    srgb(100, 130, 62),
    srgb(60, 96, 40),
    srgb(112, 138, 70),
    srgb(130, 146, 116),
    srgb(140, 150, 70),
    srgb(150, 130, 60),
    srgb(96, 60, 52),
    srgb(70, 100, 80),
]


def leaves(rng, centres, normals, length, aspect):
    """A mesh of folded blades: (vertices, faces, index of the leaf a vertex belongs to); centres and normals (n, 3), length (n,)."""
    n = len(centres)
    along = np.cross(normals, rng.normal(0, 1, (n, 3)))
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.cross(normals, along)
    long, wide = length[:, None] / 2, length[:, None] * aspect / 2
    fold, droop = rng.uniform(0.1, 0.5, (n, 1)), rng.uniform(0, 0.5, (n, 1))

    def corner(a, b, c):
        sag = wide * fold * c - long * droop * max(a, 0) ** 2
        return centres + along * long * a + across * wide * b + normals * sag

    points = np.stack(
        [
            corner(-1, 0, 0),
            corner(-0.1, 1, 1),
            corner(-0.1, 0, 0),
            corner(-0.1, -1, 1),
            corner(1, 0, 0),
        ],
        1,
    )
    faces = (
        np.array([[0, 2, 1], [0, 3, 2], [2, 4, 1], [2, 3, 4]])[None]
        + 5 * np.arange(n)[:, None, None]
    )
    return points.reshape(-1, 3), faces.reshape(-1, 3), np.repeat(np.arange(n), 5)


def crowns(rng, kind: str):
    """Where leaves stand: twigs on the domes of crowns (centres, normals, number of the crown), in metres."""
    count = {
        "crown": int(rng.integers(3, 9)),
        "shrub": int(rng.integers(12, 40)),
        "needle": int(rng.integers(3, 9)),
        "fine": int(rng.integers(3, 12)),
    }[kind]
    spots, normals, owners, room = [], [], [], LEAVES
    for k in range(count):
        radius = rng.uniform(0.3, 0.9) if kind == "shrub" else rng.uniform(0.8, 2.6)
        middle, height = rng.uniform(-2.6, 2.6, 2), radius * rng.uniform(0.6, 1.8)
        twigs = int(np.clip(radius**2 * rng.uniform(70, 260), 20, 1500))
        turn, u = rng.uniform(0, 6.3, twigs), np.sqrt(rng.random(twigs))
        bump = (
            1
            + 0.25 * np.sin(3 * turn + rng.uniform(0, 6))
            + 0.12 * np.sin(7 * turn + rng.uniform(0, 6))
        )
        xy = (radius * u * bump)[:, None] * np.stack([np.cos(turn), np.sin(turn)], -1)
        z = height * np.sqrt(np.clip(1 - u**2, 0.02, 1)) * rng.uniform(0.6, 1.05, twigs)
        twig = np.column_stack([middle + xy, z])
        outward = np.column_stack([xy / radius * 0.8, np.ones(twigs) * 0.8])
        each = int(np.clip(rng.uniform(12, 60), 1, max(1, room // count // twigs)))
        reach = rng.uniform(0.05, 0.16)
        offset = rng.normal(0, reach, (twigs, each, 3)) * [1, 1, 0.5]
        spots.append((twig[:, None] + offset).reshape(-1, 3))
        owners.append(np.full(twigs * each, k))
        normals.append((outward[:, None] + rng.normal(0, 0.55, (twigs, each, 3))).reshape(-1, 3))
    normals = np.concatenate(normals)
    return (
        np.concatenate(spots),
        normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9),
        np.concatenate(owners),
    )


def tile(seed: int) -> np.ndarray:
    """One tile (500, 500, 3) uint8."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    if kind == "lawn":
        n = LEAVES
        spots = np.column_stack([rng.uniform(-2.6, 2.6, (n, 2)), rng.uniform(0, 0.08, n)])
        tuft = cv2.resize(
            rng.random((24, 24), dtype=np.float32), (520, 520), interpolation=cv2.INTER_CUBIC
        )
        at = ((spots[:, :2] + 2.6) * 99.9).astype(int)
        spots[:, 2] += 0.25 * np.clip(tuft[at[:, 1], at[:, 0]] - 0.5, 0, 1)
        normals = rng.normal(0, 0.6, (n, 3)) + [0, 0, 0.8]
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        crown = np.zeros(n, int)
        length, aspect = rng.uniform(0.05, 0.16, n), rng.uniform(0.06, 0.35)
    else:
        spots, normals, crown = crowns(rng, kind)
        size, aspect = {
            "crown": (rng.uniform(0.05, 0.16), rng.uniform(0.35, 0.8)),
            "shrub": (rng.uniform(0.03, 0.10), rng.uniform(0.3, 0.7)),
            "needle": (rng.uniform(0.08, 0.18), 0.06),
            "fine": (rng.uniform(0.025, 0.05), rng.uniform(0.3, 0.6)),
        }[kind]
        length = size * rng.uniform(0.6, 1.3, len(spots))
    vertices, faces, owner = leaves(rng, spots, normals, length, aspect)
    few = rng.integers(0, len(GREENS), 3)
    colour = np.array(
        [
            GREENS[few[int(rng.integers(3))]] * np.exp(rng.normal(0, 0.15))
            for _ in range(crown.max() + 1)
        ]
    )[crown]
    gain = np.exp(rng.normal(0, 0.16, (len(spots), 1)) + rng.normal(0, 0.05, (len(spots), 3)))
    colours = np.clip(colour * gain * rng.uniform(0.8, 1.4), 0.004, 0.9)[owner]
    gloss = {
        "type": "principled",
        "roughness": float(rng.uniform(0.25, 0.55)),
        "specular": float(rng.uniform(0.3, 0.8)),
        "base_color": {"type": "mesh_attribute", "name": "vertex_color"},
    }
    props = mi.Properties()
    props["bsdf"] = mi.load_dict({"type": "twosided", "b": gloss})
    mesh = mi.Mesh(
        "leaves",
        len(vertices),
        len(faces),
        has_vertex_normals=False,
        has_vertex_texcoords=False,
        props=props,
    )
    mesh.add_attribute("vertex_color", 3, np.ascontiguousarray(colours, np.float32).ravel())
    params = mi.traverse(mesh)
    params["vertex_positions"] = np.ascontiguousarray(vertices, np.float32).ravel()
    params["faces"] = np.ascontiguousarray(faces, np.uint32).ravel()
    params.update()
    t = mi.ScalarTransform4f
    soil = [srgb(110, 90, 66), srgb(92, 108, 56), srgb(150, 140, 110), srgb(60, 56, 44)][
        int(rng.integers(4))
    ]
    scene = {
        "type": "scene",
        "leaves": mesh,
        **emitters(("high", "low", "high", "overcast")[int(rng.integers(4))]),
        "ground": {
            "type": "rectangle",
            "to_world": t().scale([20, 20, 1]),
            "bsdf": {
                "type": "diffuse",
                "reflectance": {"type": "rgb", "value": [float(c) for c in soil]},
            },
        },
        "integrator": {"type": "path", "max_depth": 4},
        "sensor": {
            "type": "orthographic",
            "to_world": t().look_at([0, 0, 9], [0, 0, 0], [0, 1, 0])
            @ t().scale([WIDTH_M / 2, WIDTH_M / 2, 1]),
            "near_clip": 0.1,
            "far_clip": 30,
            "film": {
                "type": "hdrfilm",
                "width": SIZE_PX,
                "height": SIZE_PX,
                "pixel_format": "rgb",
                "rfilter": {"type": "box"},
            },
            "sampler": {"type": "independent", "sample_count": 12},
        },
    }
    light = np.array(mi.render(mi.load_dict(scene), seed=seed))[..., :3]
    return np.clip((np.maximum(light, 0) / 1.5) ** (1 / 2.2) * 255, 0, 255).astype(np.uint8)


def main() -> None:
    """Renders the tiles that the split lists; those already there are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/foliage"))
    parser.add_argument("--split", type=Path, default=Path("split.json"))
    args = parser.parse_args()
    mi.set_variant("scalar_rgb")
    args.out.mkdir(parents=True, exist_ok=True)
    todo = [
        (part, seed)
        for part, (first, count) in json.loads(args.split.read_text())["foliage"].items()
        for seed in range(first, first + count)
    ]
    for part, seed in todo:
        path = args.out / f"{part}-{seed}.png"
        if not path.exists():
            cv2.imwrite(str(path.with_suffix(".part.png")), tile(seed)[..., ::-1])
            path.with_suffix(".part.png").rename(path)


if __name__ == "__main__":
    main()
