"""The plant library: every individual rendered once by Mitsuba 3 (path tracing), from above, with alpha and shadow.

    python -m papaver_train.library --out build/library --split split.json

A sprite is 1 m x 1 m (2 m x 2 m where `individual.width_m` says so) at 0.5 cm a pixel: radiance of the plant (premultiplied by alpha; stored as (L / 1.5)^(1/2.2)), alpha, and `shadow`,
the light that still reaches the ground. Individuals alternate between high sun, low sun and overcast; the sun stands in +x.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import mitsuba as mi
import numpy as np

from . import GENERATOR_VERSION
from .individual import build, width_m

SIZE_PX = 200
WIDTH_M = 1.0
LIGHTS = {"high": 62.0, "low": 38.0, "overcast": None}


def emitters(light: str) -> dict:
    """Sun and sky scaled so that flat white ground has radiance near 1."""
    elevation = LIGHTS[light]
    if elevation is None:
        return {
            "sky": {"type": "constant", "radiance": {"type": "rgb", "value": [0.97, 1.0, 1.05]}}
        }
    e = np.radians(elevation)
    sun = 0.78 * np.pi / np.sin(e)
    return {
        "sun": {
            "type": "directional",
            "direction": [-float(np.cos(e)), 0.0, -float(np.sin(e))],
            "irradiance": {"type": "rgb", "value": [sun * 1.03, sun, sun * 0.93]},
        },
        "sky": {"type": "constant", "radiance": {"type": "rgb", "value": [0.19, 0.22, 0.27]}},
    }


def mesh_of(vertices, faces, colours):
    """A Mitsuba mesh with diffuse two-sided vertex colours."""
    bsdf = mi.load_dict(
        {
            "type": "twosided",
            "b": {
                "type": "diffuse",
                "reflectance": {"type": "mesh_attribute", "name": "vertex_color"},
            },
        }
    )
    props = mi.Properties()
    props["bsdf"] = bsdf
    mesh = mi.Mesh(
        "plant",
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
    return mesh


def render(
    vertices,
    faces,
    colours,
    light: str,
    tilt: tuple[float, float],
    samples: int,
    seed: int,
    width: float = WIDTH_M,
):
    """(radiance, alpha, shadow) of one individual, seen from straight above with a small tilt (radians); the view is `width` metres wide."""
    t = mi.ScalarTransform4f
    view = t().look_at(
        [4 * np.tan(tilt[0]), 4 * np.tan(tilt[1]), 4], [0, 0, 0], [0, 1, 0]
    ) @ t().scale([-width / 2, width / 2, 1])
    scene = {
        "type": "scene",
        "plant": mesh_of(vertices, faces, colours),
        **emitters(light),
        "integrator": {"type": "path", "max_depth": 4, "hide_emitters": True},
        "sensor": {
            "type": "orthographic",
            "to_world": view,
            "near_clip": 0.1,
            "far_clip": 20,
            "film": {
                "type": "hdrfilm",
                "width": round(SIZE_PX * width / WIDTH_M),
                "height": round(SIZE_PX * width / WIDTH_M),
                "pixel_format": "rgba",
                "rfilter": {"type": "box"},
            },
            "sampler": {"type": "independent", "sample_count": samples},
        },
    }
    image = np.array(mi.render(mi.load_dict(scene), seed=seed))
    ground = {
        "type": "rectangle",
        "to_world": t().scale([20, 20, 1]),
        "bsdf": {"type": "diffuse", "reflectance": {"type": "rgb", "value": 0.25}},
    }
    with_ground = np.array(mi.render(mi.load_dict({**scene, "ground": ground}), seed=seed))
    open_ground = 0.25 * (1.0 if light != "overcast" else 1.0)
    alpha = np.clip(image[..., 3], 0, 1)
    behind = (with_ground[..., :3] - image[..., :3]).mean(-1)
    shadow = np.where(alpha < 0.9, behind / np.maximum(1 - alpha, 0.1) / open_ground, np.nan)
    reference = np.nanmedian(np.concatenate([shadow[:4].ravel(), shadow[-4:].ravel()]))
    shadow = np.clip(np.nan_to_num(shadow / max(reference, 1e-3), nan=0.45), 0.15, 1.0)
    return image[..., :3], alpha, shadow


def main() -> None:
    """Renders what the split lists, a file an individual; those already there are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/library"))
    parser.add_argument("--split", type=Path, default=Path("split.json"))
    parser.add_argument("--samples", type=int, default=12)
    parser.add_argument(
        "--parts",
        nargs="*",
        default=["train", "validation", "test"],
        choices=["train", "validation", "test"],
    )
    parser.add_argument(
        "--limit", type=int, default=0, help="individuals a species at most (0: all)"
    )
    parser.add_argument("--kinds", nargs="*", help="these species alone")
    args = parser.parse_args()
    mi.set_variant("scalar_rgb")
    args.out.mkdir(parents=True, exist_ok=True)
    split = json.loads(args.split.read_text())
    if split["generator_version"] != GENERATOR_VERSION:
        raise SystemExit(
            f"error: {args.split} is of generator {split['generator_version']}, this is {GENERATOR_VERSION}\nhint: write it anew with papaver_train.split"
        )
    todo = []
    for part in args.parts:
        for species, ranges in split["individuals"][part].items():
            if args.kinds and species not in args.kinds:
                continue
            seeds = [i for first, count in ranges for i in range(first, first + count)]
            todo += [(part, species, i) for i in seeds[: args.limit or None]]
    todo.sort(key=lambda t: (t[2] % 1000, t[1]))
    for part, species, seed in todo:
        path = args.out / f"{part}-{species}-{seed}.npz"
        if path.exists():
            continue
        builder, info = build(species, seed)
        rng = np.random.default_rng(seed + 7)
        light = ("high", "low", "high", "overcast")[seed % 4]
        colour, alpha, shadow = render(
            *builder.arrays(),
            light,
            tuple(rng.normal(0, 0.08, 2)),
            args.samples,
            seed,
            width_m(species),
        )
        np.savez_compressed(
            path.with_suffix(".tmp.npz"),
            rgb=np.clip((np.maximum(colour, 0) / 1.5) ** (1 / 2.2) * 255, 0, 255).astype(np.uint8),
            alpha=(alpha * 255).astype(np.uint8),
            shadow=(shadow * 255).astype(np.uint8),
            info=json.dumps({**info, "part": part, "light": light, "seed": seed}),
        )
        path.with_suffix(".tmp.npz").rename(path)


if __name__ == "__main__":
    main()
