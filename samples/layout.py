"""The sample village: its ground, houses, fields and gardens, and its plots of poppies and look-alikes.

Metres from the top left corner, x right, y down; the village stands turned by a few degrees.
"""

from __future__ import annotations

import numpy as np
import plants
from paint import Canvas, Sprite, colour

TURN = np.radians(-7.0)
MIDDLE = np.array([60.0, 50.0])
GRASS = [colour(96, 116, 56), colour(118, 132, 70), colour(84, 104, 48), colour(138, 140, 86)]


def turned(points) -> np.ndarray:
    """Village coordinates to canvas coordinates."""
    c, s = np.cos(TURN), np.sin(TURN)
    return (np.asarray(points, float) - MIDDLE) @ np.array([[c, s], [-s, c]]) + MIDDLE


def box(x0, y0, x1, y1) -> np.ndarray:
    """A rectangle of the village as four turned corners."""
    return turned([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


class Village:
    """Paints the village and keeps the truth about its plots."""

    def __init__(self, canvas: Canvas, rng: np.random.Generator) -> None:
        self.canvas, self.rng, self.truth = canvas, rng, []
        g, r = canvas.gsd, rng
        many = lambda n, make: [make() for _ in range(n)]  # noqa: E731
        self.sprites: dict[str, list[Sprite]] = {
            "weed": many(24, lambda: plants.bush(r, g, plants.one(r, GRASS), r.uniform(0.05, 0.16), r.uniform(0.05, 0.2), 22)),
            "tuft": many(24, lambda: plants.tuft(r, g, GRASS, r.uniform(0.1, 0.25), 0.009, 26)),
            "crown": many(24, lambda: plants.bush(r, g, plants.one(r, [colour(70, 96, 44), colour(84, 110, 54), colour(60, 84, 42)]), r.uniform(0.3, 0.5), 0.4, 90)),
            "bamboo": many(12, lambda: plants.tuft(r, g, [colour(128, 142, 66), colour(104, 124, 60)], 0.5, 0.03, 40)),
            "rape": many(40, lambda: plants.rape(r, g)),
            "wheat": many(24, lambda: plants.tuft(r, g, [colour(150, 150, 84), colour(134, 142, 76), colour(168, 158, 98)], 0.24, 0.012, 34)),
            "garlic": many(12, lambda: plants.tuft(r, g, [colour(104, 136, 96), colour(96, 128, 84)], 0.36, 0.02, 9)),
            "lettuce": many(14, lambda: plants.head_of(r, g, [colour(146, 172, 78), colour(124, 156, 66)], 0.15, 0.22, False)),
            "cabbage": many(14, lambda: plants.head_of(r, g, [colour(128, 152, 130), colour(114, 142, 118)], 0.22, 0.08, True)),
            "corn_poppy": many(16, lambda: plants.corn_poppy(r, g)),
            "rose": many(10, lambda: plants.bush(r, g, colour(62, 88, 46), 0.35, 0.5, 120, [colour(196, 32, 54), colour(230, 150, 172), colour(236, 228, 220)], int(r.integers(4, 11)), 0.036)),
            "bean": many(16, lambda: plants.bush(r, g, colour(88, 124, 54), 0.2, 0.3, 40)),
        }
        for petals in plants.PETALS:
            self.sprites[f"poppy_{petals}"] = many(10, lambda p=petals: plants.poppy(r, g, p, "flower"))
        self.sprites["poppy_capsule"] = many(14, lambda: plants.poppy(r, g, "white", "capsule"))

    def sow(self, names, points, *, village=True, base=None) -> np.ndarray:
        """Stamps plants (one of the named kinds each) at points of the village; returns their places on the canvas."""
        places = turned(points) if village else np.asarray(points, float)
        for x, y in places:
            self.canvas.stamp(plants.one(self.rng, self.sprites[plants.one(self.rng, names)]), x, y, base)
        return places

    def scatter(self, name, count, x0, y0, x1, y1) -> None:
        """Sows at random inside a rectangle of the village."""
        self.sow([name], self.rng.uniform((x0, y0), (x1, y1), (count, 2)))

    def rows(self, name, x0, y0, x1, y1, spacing, gap, jitter=0.04, keep=1.0) -> np.ndarray:
        """Sows in rows along x; returns the places in village coordinates."""
        grid = np.array([(x, y) for y in np.arange(y0, y1, gap) for x in np.arange(x0, x1, spacing)])
        grid = grid[self.rng.random(len(grid)) < keep]
        grid = grid + self.rng.normal(0, jitter, grid.shape)
        self.sow([name], grid)
        return grid

    def plot(self, kind, names, points, place, stage="flower", base=None) -> None:
        """A plot for the truth: plants at points of the village."""
        places = self.sow(names, points, base=base)
        self.truth.append({"kind": kind, "plants": len(places), "stage": stage, "place": place, "points": places})

    def thing(self, kind, corners, place) -> None:
        """A look-alike that is no plant, for the truth."""
        self.truth.append({"kind": kind, "plants": 0, "stage": "", "place": place, "points": np.asarray(corners)})

    def clump(self, x, y, count, density) -> np.ndarray:
        """Count points around a place at so many a square metre."""
        radius = np.sqrt(count / density / np.pi)
        a, r = self.rng.uniform(0, 2 * np.pi, count), radius * np.sqrt(self.rng.random(count))
        return np.stack([x + r * np.cos(a), y + r * np.sin(a)], -1)

    def tree(self, x, y, radius, height) -> None:
        """A crown of leafy clumps over a dome."""
        for _ in range(int(60 * radius**2)):
            u, a = np.sqrt(self.rng.random()), self.rng.uniform(0, 6.3)
            r = radius * u * (1 + 0.15 * np.sin(3 * a + x))
            px, py = turned([(x + r * np.cos(a), y + r * np.sin(a))])[0]
            self.canvas.stamp(plants.one(self.rng, self.sprites["crown"]), px, py, height * (0.55 + 0.45 * np.sqrt(1 - 0.95 * u * u)) * self.rng.uniform(0.9, 1.0))

    def wall(self, points, thick=0.24, height=2.0, shade=None) -> None:
        """Walls along a line of village points."""
        shade = colour(170, 164, 154) if shade is None else shade
        for (x0, y0), (x1, y1) in zip(points[:-1], points[1:], strict=True):
            t = thick / 2
            self.canvas.fill(box(min(x0, x1) - t, min(y0, y1) - t, max(x0, x1) + t, max(y0, y1) + t), shade, (0.03, 0.05, 0.05, 0.1, 0.1, 0), height=height)

    def tiled_roof(self, x0, y0, x1, y1, shade, eaves=3.6, pitch=0.5) -> None:
        """A gabled roof with courses of tiles, its ridge along x."""
        canvas, ridge = self.canvas, (y0 + y1) / 2

        def village_of(window):
            gx, gy = canvas.grid(window)
            c, s = np.cos(-TURN), np.sin(-TURN)
            dx, dy = gx - MIDDLE[0], gy - MIDDLE[1]
            return dx * c - dy * s + MIDDLE[0], dx * s + dy * c + MIDDLE[1]

        def gain(window):
            x, y = village_of(window)
            side = np.where(y < ridge, 0.78, 1.08)
            course = 0.86 + 0.14 * np.sin(2 * np.pi * x / 0.21) + 0.10 * (((y - y0) / 0.24) % 1) - 0.05
            return side * course * np.where(np.abs(y - ridge) < 0.14, 1.25, 1.0)

        corners = box(x0, y0, x1, y1)
        canvas.fill(corners, shade, (0.08, 0.10, 0.12, 0.12, 0.10, 0), gain=gain)
        window, cover = canvas.mask(corners)
        _, y = village_of(window)
        canvas.height[window] = np.where(cover > 0.5, eaves + pitch * ((y1 - y0) / 2 - np.abs(y - ridge)), canvas.height[window])

    def flat_roof(self, x0, y0, x1, y1, storeys=2) -> float:
        """A concrete roof with a parapet; returns its height."""
        height = 3.2 * storeys
        self.canvas.fill(box(x0, y0, x1, y1), colour(188, 182, 172), (0.04, 0.05, 0.05, 0.1, 0.06, 0), height=height + 0.7)
        self.canvas.fill(box(x0 + 0.3, y0 + 0.3, x1 - 0.3, y1 - 0.3), colour(156, 152, 146), (0.05, 0.07, 0.06, 0.08, 0.10, 0), height=height)
        return height

    def block(self, x0, y0, x1, y1, shade, height, weights=(0.03, 0.04, 0.04, 0.06, 0, 0)) -> np.ndarray:
        """A plain box with a flat top; returns its corners."""
        corners = box(x0, y0, x1, y1)
        self.canvas.fill(corners, shade, weights, height=height)
        return corners


def ground(v: Village) -> None:
    """Meadow, road, ditch, fields, gardens' soil and the pond."""
    c = v.canvas
    full = np.array([(-1, -1), (121, -1), (121, 101), (-1, 101)], float)
    c.fill(full, colour(112, 124, 66), (0.16, 0.20, 0.20, 0.22, 0.18, 0.14))
    c.fill(box(-10, 58, 48, 96), colour(112, 116, 62), (0.2, 0.2, 0.2, 0.1, 0.1, 0.1), soft=0.5)
    c.fill(box(52, 64, 94, 98), colour(128, 112, 74), (0.2, 0.22, 0.2, 0.1, 0.08, 0.1), soft=0.4)
    soil = colour(132, 108, 80)
    for x0, y0, x1, y1 in ((10, 8, 30, 24), (78, 44, 98, 51.2), (34, 40, 50, 50), (97, 70, 114, 92), (10, 28, 30, 46)):
        c.fill(box(x0, y0, x1, y1), soil, (0.16, 0.18, 0.16, 0.12, 0.1, 0), soft=0.5)
    c.fill(box(-10, 52, 130, 55.5), colour(180, 175, 164), (0.05, 0.05, 0.05, 0.08, 0.08, 0.05), soft=0.12)
    c.fill(box(70, -10, 73, 53), colour(174, 168, 156), (0.06, 0.06, 0.06, 0.1, 0.08, 0), soft=0.15)
    c.fill(box(-10, 56.4, 130, 58.2), colour(84, 92, 58), (0.2, 0.2, 0.2, 0.2, 0.1, 0), height=-0.7, soft=0.3)
    c.fill(box(-10, 57.0, 130, 57.6), colour(72, 78, 62), (0.03, 0.04, 0.05, 0.1, 0.1, 0), height=-0.9, soft=0.15)
    pond = turned([(101 + 7 * np.cos(a) + 0.8 * np.cos(3 * a), 22 + 5.5 * np.sin(a)) for a in np.linspace(0, 6.2, 40)])
    c.fill(pond, colour(92, 102, 82), (0.01, 0.01, 0.02, 0.03, 0.08, 0.08), height=-0.4, soft=0.2)
    c.fill(turned([(48, 58), (51.5, 58), (50.5, 80), (51.5, 110), (47.5, 110), (48, 80)]), colour(156, 138, 108), (0.1, 0.12, 0.1, 0.14, 0.1, 0), soft=0.5)
    for y in np.arange(70.5, 92, 1.1):
        c.fill(box(97, y, 114, y + 0.4), colour(104, 84, 62), (0.16, 0.18, 0.16, 0.1, 0, 0), soft=0.15)


def houses(v: Village) -> dict[str, float]:
    """Courtyards, roofs, walls, the greenhouse, panels, cars and laundry; returns the heights of the flat roofs."""
    c, r = v.canvas, v.rng
    yard = colour(172, 166, 156)
    for x0, y0, x1, y1 in ((33, 8, 52, 32), (54, 10, 69, 34), (75, 6, 92, 30), (33, 34, 50, 39), (75, 32, 94, 42)):
        c.fill(box(x0, y0, x1, y1), yard, (0.05, 0.06, 0.05, 0.05, 0.07, 0.06), soft=0.1)
    roofs = {"north": v.flat_roof(35, 10, 46, 18), "east": v.flat_roof(77, 8, 89, 17, 3)}
    v.tiled_roof(55.5, 12, 67.5, 20, colour(96, 92, 90))
    v.tiled_roof(34.5, 22, 40, 31, colour(146, 78, 58), 3.0)
    v.tiled_roof(78, 33.5, 92, 40.5, colour(104, 98, 94))
    v.tiled_roof(76, 20, 80.5, 29, colour(150, 84, 62), 2.8, 0.35)
    v.block(62.5, 24, 68, 30, colour(72, 108, 168), 3.0, (0.02, 0.04, 0.03, 0.05, 0, 0))
    v.block(104.5, 59.8, 111.5, 64, colour(128, 120, 110), 2.6, (0.1, 0.12, 0.12, 0.2, 0.1, 0))
    v.wall([(46.5, 19), (51.5, 19), (51.5, 31.5), (41, 31.5)])
    v.wall([(54.5, 21), (54.5, 33.5), (68.5, 33.5), (68.5, 31)])
    v.wall([(91.5, 7), (91.5, 29.5), (81, 29.5)])
    for y0 in (30.0, 38.0):
        corners = box(11, y0, 29, y0 + 5.5)
        mid = turned([(20, y0 + 2.75)])[0]
        c.fill(corners, colour(206, 210, 208), (0.03, 0.05, 0.05, 0.10, 0.06, 0), height=1.9, gain=lambda w, m=mid: 0.8 + 0.3 * np.exp(-((c.grid(w)[1] - m[1]) / 1.6) ** 2).astype(np.float32))
        for x in np.arange(11, 29.5, 1.5):
            c.fill(box(x, y0, x + 0.06, y0 + 5.5), colour(150, 154, 152), (0,) * 6, height=2.0)
    for row in range(3):
        for col in range(6):
            v.block(79 + 1.1 * col, 10.2 + 1.9 * row, 80.02 + 1.1 * col, 11.9 + 1.9 * row, colour(34, 44, 74), roofs["east"] + 0.5, (0.02, 0.02, 0.02, 0.05, 0, 0))
    v.thing("solar_panel", box(79, 10.2, 85.5, 15.7), "roof")
    for x, y, shade in ((71.5, 8, colour(226, 226, 224)), (48.2, 27, colour(160, 34, 36)), (20, 53.8, colour(70, 74, 82)), (86, 26, colour(214, 210, 200))):
        car(v, x, y, shade, along=y > 50)
    for x, y, wide in ((57, 26, 7), (83, 22, 6)):
        laundry(v, x, y, wide)
    v.thing("tiles", v.block(42.5, 33.2 + 1.2, 44.5, 35.6, colour(160, 82, 62), 0.6, (0.15, 0.15, 0.1, 0, 0, 0)), "yard")
    for _ in range(60):
        x, y = r.uniform((33, 8), (94, 44))
        size = np.exp(r.uniform(np.log(0.05), np.log(0.4), 2))
        v.block(x, y, x + size[0], y + size[1], plants.one(r, [colour(226, 224, 220), colour(70, 110, 180), colour(190, 60, 50), colour(110, 90, 70), colour(60, 60, 60), colour(222, 150, 170)]), r.uniform(0.05, 0.5))
    return roofs


def car(v: Village, x, y, shade, along) -> None:
    """A car: body, glass, roof."""
    sx, sy = (4.4, 1.8) if along else (1.8, 4.4)
    corners = v.block(x, y, x + sx, y + sy, shade, 0.9)
    inset = lambda a, b: (x + (a if along else 0.12), y + (0.12 if along else a), x + (b if along else sx - 0.12), y + (sy - 0.12 if along else b))  # noqa: E731
    v.block(*inset(1.1, 3.7), colour(30, 34, 40), 1.2, (0.02, 0, 0, 0, 0, 0))
    v.block(*inset(1.6, 3.1), shade, 1.45)
    v.thing("car", corners, "road" if along else "yard")


def laundry(v: Village, x, y, wide) -> None:
    """A line of washing, seen from above."""
    at = x
    while at < x + wide:
        w = v.rng.uniform(0.3, 0.9)
        shade = plants.one(v.rng, [colour(236, 234, 232), colour(222, 150, 172), colour(130, 70, 140), colour(196, 44, 48), colour(90, 130, 190), colour(238, 238, 240)])
        v.block(at, y, at + w, y + v.rng.uniform(0.12, 0.35), shade, 1.5, (0.08, 0.08, 0.05, 0, 0, 0))
        at += w + v.rng.uniform(0.05, 0.3)
    v.thing("laundry", box(x, y, x + wide, y + 0.4), "courtyard")


def greenery(v: Village) -> None:
    """Weeds, crops and trees."""
    r = v.rng
    for name, count in (("tuft", 16000), ("weed", 6000)):
        points = r.uniform((0, 0), (120, 100), (count, 2))
        rows, columns = (points[:, 1] / v.canvas.gsd).astype(int), (points[:, 0] / v.canvas.gsd).astype(int)
        here = v.canvas.albedo[np.minimum(rows, v.canvas.shape[0] - 1), np.minimum(columns, v.canvas.shape[1] - 1)]
        green = (here[:, 1] > here[:, 0] * 1.05) & (here[:, 1] > here[:, 2] * 1.6)
        v.sow([name], points[green | (r.random(count) < 0.06) & (here.mean(1) < 0.3)], village=False)
    v.rows("rape", 1.5, 60.0, 46.5, 94, 0.36, 0.36, 0.12, 0.93)
    v.rows("wheat", 53, 65, 93, 97, 0.20, 0.24, 0.03, 0.97)
    v.rows("bean", 98, 70.7, 113, 91, 0.5, 1.1, 0.05, 0.85)
    v.rows("garlic", 11, 9, 29, 13, 0.22, 0.4, 0.03, 0.95)
    v.plot("cabbage", ["cabbage"], grid_of(r, 11, 14, 20, 23, 0.55, 0.6), "vegetable garden", "")
    v.plot("lettuce", ["lettuce"], grid_of(r, 79, 45, 88, 49, 0.33, 0.4), "vegetable garden", "")
    v.plot("lettuce", ["lettuce"], grid_of(r, 35, 41, 40, 49, 0.33, 0.4), "vegetable garden", "")
    v.plot("cabbage", ["cabbage"], grid_of(r, 89.5, 45, 97, 50.6, 0.55, 0.6), "vegetable garden", "")
    for x, y, radius, height in ((31, 20, 2.2, 4.5), (53, 38, 2.6, 5), (97, 36, 3.2, 6), (6, 20, 3, 6), (4, 34, 3.4, 7), (110, 34, 2.8, 5), (94, 14, 2.4, 5), (64, 45, 2.2, 4.5), (60, 5, 2.8, 5.5), (22, 4, 2.4, 5), (116, 48, 3, 6), (107, 8, 3, 6), (113, 14, 2.5, 5), (5, 6, 3, 6), (98, 62, 2, 4)):
        v.tree(x, y, radius, height)
    for _ in range(260):
        x, y = turned([(r.uniform(104, 118), r.uniform(38, 44))])[0]
        v.canvas.stamp(plants.one(r, v.sprites["bamboo"]), x, y, r.uniform(3, 5))


def grid_of(r, x0, y0, x1, y1, spacing, gap, keep=0.95) -> np.ndarray:
    """Points in rows."""
    grid = np.array([(x, y) for y in np.arange(y0, y1, gap) for x in np.arange(x0, x1, spacing)])
    grid = grid[r.random(len(grid)) < keep]
    return grid + r.normal(0, 0.04, grid.shape)


def plots(v: Village, roofs: dict[str, float]) -> None:
    """Twelve plots of opium poppy, and the flowering look-alikes."""
    r = v.rng
    pots = [(36.2 + 0.55 * i, 11.2) for i in range(3)]
    for x, y in pots:
        v.block(x - 0.16, y - 0.16, x + 0.16, y + 0.16, colour(120, 74, 56), roofs["north"] + 0.3)
    v.plot("poppy", ["poppy_white", "poppy_pink"], pots, "pots on a roof", base=roofs["north"] + 0.25)
    boxes = [(86.6 + 0.5 * (i % 4), 14.4 + 0.7 * (i // 4)) for i in range(8)]
    for x, y in boxes:
        v.block(x - 0.2, y - 0.2, x + 0.2, y + 0.2, colour(214, 212, 206), roofs["east"] + 0.3)
    v.plot("poppy", ["poppy_red", "poppy_magenta"], boxes, "boxes on a roof", base=roofs["east"] + 0.25)
    v.canvas.fill(box(44, 24.2, 46.6, 29), colour(116, 94, 70), (0.15, 0.15, 0.15, 0.1, 0, 0), soft=0.2)
    v.plot("poppy", ["poppy_pink", "poppy_purple"], v.rng.uniform((44.3, 24.6), (46.3, 28.6), (17, 2)), "courtyard bed")
    v.plot("poppy", ["poppy_white"], grid_of(r, 42, 41.5, 46.6, 45, 0.5, 0.7, 1.0)[:30], "vegetable garden")
    v.plot("poppy", ["poppy_purple", "poppy_lilac"], v.rng.uniform((22, 9.4), (27, 12.6), (22, 2)), "among garlic")
    v.plot("poppy", ["poppy_white", "poppy_pink", "poppy_purple", "poppy_red"], v.rng.uniform((20, 72), (28, 79.5), (133, 2)), "inside a rape field")
    v.plot("poppy", ["poppy_red", "poppy_pink"], np.concatenate([grid_of(r, 12, 36.1, 26, 37.4, 0.5, 0.6, 1.0)])[:55], "greenhouse edge")
    v.plot("poppy", ["poppy_lilac", "poppy_pink"], np.stack([r.uniform(83, 90, 12), r.choice([56.5, 58.2], 12) + r.normal(0, 0.15, 12)], -1), "ditch bank")
    v.plot("poppy", ["poppy_white", "poppy_purple", "poppy_white"], grid_of(r, 99, 80, 108, 89.5, 0.5, 0.55, 1.0)[:300], "field corner")
    v.plot("poppy", ["poppy_capsule"] * 5 + ["poppy_white"], v.rng.uniform((105, 64.6), (111, 69.2), (73, 2)), "behind a shed", "capsule")
    v.plot("poppy", ["poppy_magenta"], np.stack([r.uniform(52.3, 54, 9), r.uniform(59.5, 63, 9)], -1), "scattered beside a track")
    v.plot("poppy", ["poppy_white", "poppy_lilac"], v.clump(74, 82, 40, 7), "inside a wheat field")
    v.plot("corn_poppy", ["corn_poppy"], v.clump(60, 61, 45, 8), "roadside")
    v.plot("corn_poppy", ["corn_poppy"], v.clump(8, 50, 20, 5), "roadside")
    v.plot("rose", ["rose"], [(56 + 1.0 * i, 31.5 + r.normal(0, 0.1)) for i in range(7)], "courtyard bed")
    v.plot("rose", ["rose"], v.clump(89, 28, 4, 3), "courtyard bed")
