"""Painting with height: a canvas of reflectance and height at a fixed ground sampling distance, and plants made of points.

A plant is a cloud of coloured points (leaves, petals, capsules) seen from above; the higher point hides the lower. Shadows
come from the canvas's heights, all in one sweep along the sun's direction. Only numpy and Pillow are needed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FINE = 4  # points are drawn on a grid four times as fine as the canvas
SUN_ELEVATION, SUN_AZIMUTH = np.radians(54.0), np.radians(112.0)  # clockwise from north
TO_SUN = np.array([np.sin(SUN_AZIMUTH), -np.cos(SUN_AZIMUTH)])  # x to the right, y down
SUN = np.array([*TO_SUN * np.cos(SUN_ELEVATION), np.sin(SUN_ELEVATION)])


def colour(r: float, g: float, b: float) -> np.ndarray:
    """Linear reflectance of an sRGB colour in 0..255."""
    return (np.array([r, g, b], np.float32) / 255) ** np.float32(2.2)


def wrapped(field: np.ndarray, window, roll: int) -> np.ndarray:
    """A window of a field moved to the right, mirrored at its sides so that no seam shows."""
    rows, columns = window
    width = field.shape[1]
    at = (np.arange(columns.start, columns.stop) - roll) % (2 * width)
    return field[rows][:, np.where(at < width, at, 2 * width - 1 - at)]


def resize(field: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Bicubic enlargement of a field of floats."""
    return np.asarray(Image.fromarray(field.astype(np.float32)).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


class Canvas:
    """Reflectance (h, w, 3) and height above ground in metres (h, w), x right, y down, in metres from the top left."""

    def __init__(self, rng: np.random.Generator, width_m: float, height_m: float, gsd: float) -> None:
        self.gsd, self.rng = gsd, rng
        self.shape = (round(height_m / gsd), round(width_m / gsd))
        self.albedo = np.zeros((*self.shape, 3), np.float32)
        self.height = np.zeros(self.shape, np.float32)
        self.grain = [self.noise(s) for s in (0.02, 0.05, 0.14, 0.5, 3.0, 14.0)]

    def noise(self, scale_m: float) -> np.ndarray:
        """Noise of unit variance with blobs of a size, over the whole canvas."""
        small = (max(4, int(self.shape[0] * self.gsd / scale_m)), max(4, int(self.shape[1] * self.gsd / scale_m)))
        small = (min(small[0], self.shape[0]), min(small[1], self.shape[1]))
        return resize(self.rng.standard_normal(small, dtype=np.float32), self.shape)

    def window(self, points: np.ndarray, margin: int = 2) -> tuple[slice, slice]:
        """The rows and columns that hold some points (metres)."""
        p = points / self.gsd
        x0, y0 = np.maximum(np.floor(p.min(0)).astype(int) - margin, 0)
        x1, y1 = np.minimum(np.ceil(p.max(0)).astype(int) + margin, [self.shape[1], self.shape[0]])
        return slice(int(y0), int(max(y0, y1))), slice(int(x0), int(max(x0, x1)))

    def mask(self, points: np.ndarray, soft: float = 0.0) -> tuple[tuple[slice, slice], np.ndarray]:
        """A polygon (metres) as a window and its cover 0..1, its edge softened and frayed by `soft` metres."""
        window = self.window(points, 2 + int(2 * soft / self.gsd))
        rows, columns = window
        image = Image.new("L", (columns.stop - columns.start, rows.stop - rows.start))
        ImageDraw.Draw(image).polygon([tuple(p) for p in points / self.gsd - [columns.start, rows.start]], fill=255)
        cover = np.asarray(image.filter(ImageFilter.GaussianBlur(max(0.6, soft / self.gsd / 2))), np.float32) / 255
        if soft:
            fray = 0.8 * self.grain[3][window] + 0.5 * self.grain[2][window] + 0.3 * self.grain[1][window]
            cover = np.clip((cover - 0.5) * 4 + 0.5 + 0.7 * fray * (cover > 0.02) * (cover < 0.98), 0, 1)
        return window, cover

    def texture(self, window, base, weights, tint: float = 0.02) -> np.ndarray:
        """A material: its colour varied by the six noise fields with the given weights."""
        roll = int(self.rng.integers(0, 4000))
        window = tuple(window)
        gain = sum((w * wrapped(g, window, roll) for w, g in zip(weights, self.grain, strict=True) if w), np.zeros_like(self.height[window]))
        hue = wrapped(self.grain[3], window, roll + 501) * tint
        out = np.asarray(base, np.float32) * np.exp(gain)[..., None]
        out[..., 0] *= 1 + hue
        out[..., 2] *= 1 - hue
        return out

    def fill(self, points, base, weights, *, height: float | None = None, soft: float = 0.0, gain=None) -> None:
        """Covers a polygon with a material; sets its height where one is given."""
        window, cover = self.mask(np.asarray(points, float), soft)
        paint = self.texture(window, base, weights)
        if gain is not None:
            paint = paint * gain(window)[..., None]
        self.albedo[window] += cover[..., None] * (paint - self.albedo[window])
        if height is not None:
            self.height[window] = np.where(cover > 0.5, height, self.height[window])

    def grid(self, window) -> tuple[np.ndarray, np.ndarray]:
        """x and y in metres of a window's pixels."""
        y, x = np.mgrid[window]
        return (x + 0.5) * self.gsd, (y + 0.5) * self.gsd

    def stamp(self, sprite: Sprite, x: float, y: float, base: float | None = None) -> None:
        """Puts a plant on whatever stands at (x, y)."""
        fx, fy = x / self.gsd, y / self.gsd
        ix, iy = int(np.floor(fx)), int(np.floor(fy))
        rgb, alpha, height = sprite.at(int((fx - ix) * FINE), int((fy - iy) * FINE))
        r = rgb.shape[0] // 2
        if not (r <= ix < self.shape[1] - r and r <= iy < self.shape[0] - r):
            return
        window = slice(iy - r, iy - r + rgb.shape[0]), slice(ix - r, ix - r + rgb.shape[1])
        ground = self.height[iy, ix] if base is None else base
        top = height + ground
        seen = alpha * (top > self.height[window] - 0.05)
        self.albedo[window] += seen[..., None] * (rgb - self.albedo[window])
        self.height[window] = np.where(seen > 0.4, np.maximum(top, self.height[window]), self.height[window])

    def lit(self) -> np.ndarray:
        """Linear light: sun where nothing stands in its way, sky dimmed in hollows."""
        step, reach = 2, 9.0
        slope = np.tan(SUN_ELEVATION) * self.gsd
        highest = shifted(self.height, step) - slope * step
        length = step
        while length * slope < reach:
            np.maximum(highest, shifted(highest, length) - slope * length, out=highest)
            length *= 2
        shadow = np.clip((highest - self.height) / 0.05, 0, 1)
        shadow = blurred(shadow, 0.9)
        wide = blurred(self.height, 0.35 / self.gsd)
        sky = np.clip(1 - 0.35 * np.clip(wide - self.height, 0, 2), 0.35, 1.1)
        sun = np.array([1.03, 1.0, 0.93], np.float32) * 0.80
        ambient = np.array([0.18, 0.215, 0.27], np.float32)
        return self.albedo * ((1 - shadow)[..., None] * sun + sky[..., None] * ambient)


def shifted(field: np.ndarray, distance: int) -> np.ndarray:
    """The field seen `distance` pixels towards the sun; -1 km outside."""
    dx, dy = np.round(TO_SUN * distance).astype(int)
    out = np.full_like(field, -1000.0)
    h, w = field.shape
    out[max(0, -dy):h - max(0, dy), max(0, -dx):w - max(0, dx)] = field[max(0, dy):h - max(0, -dy), max(0, dx):w - max(0, -dx)]
    return out


def blurred(field: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur (three box blurs when wide)."""
    if sigma > 3:
        small = resize(field, (field.shape[0] // 4, field.shape[1] // 4))
        return resize(blurred(small, sigma / 4), field.shape)
    radius = max(1, int(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    out = field
    for axis in (0, 1):
        padded = np.pad(out, [(radius, radius) if a == axis else (0, 0) for a in range(2)], mode="edge")
        out = sum(k * np.take(padded, np.arange(i, i + field.shape[axis]), axis) for i, k in enumerate(kernel))
    return out


class Sprite:
    """A plant as points (x, y, z in metres), colours, drawn on demand at one of FINE x FINE sub-pixel positions."""

    def __init__(self, points: np.ndarray, colours: np.ndarray, gsd: float) -> None:
        order = np.argsort(points[:, 2], kind="stable")
        self.points, self.colours, self.cell = points[order], colours[order], gsd / FINE
        self.radius = int(np.ceil(np.abs(points[:, :2]).max() / gsd)) + 2
        self.made: dict[tuple[int, int], tuple] = {}

    def at(self, sx: int, sy: int):
        """(rgb, alpha, height) on the canvas's grid, the stem standing in the middle pixel's (sx, sy) quarter."""
        if (sx, sy) not in self.made:
            size = (2 * self.radius + 1) * FINE
            ij = np.floor(self.points[:, :2] / self.cell).astype(int) + self.radius * FINE + [sx, sy]
            index = ij[:, 1] * size + ij[:, 0]
            rgb, top = np.zeros((size * size, 3), np.float32), np.full(size * size, -1, np.float32)
            rgb[index], top[index] = self.colours, self.points[:, 2]
            fold = lambda a: a.reshape(size // FINE, FINE, size // FINE, FINE, -1).sum((1, 3))  # noqa: E731
            there = (top >= 0).astype(np.float32)
            count = fold(there)[..., 0]
            safe = np.maximum(count, 1)
            self.made[sx, sy] = (fold(rgb) / safe[..., None], count / FINE**2, fold(top * there)[..., 0] / safe)
        return self.made[sx, sy]


class Cloud:
    """Collects the points of one plant."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.points, self.colours = rng, [], []

    def add(self, points, normals, base, rough: float = 0.06) -> None:
        """Adds points, shaded by how their normals face the sun (both sides)."""
        n = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
        facing = 0.45 + 0.62 * np.abs(n @ SUN)
        gain = facing * (1 + self.rng.normal(0, rough, len(points)))
        self.points.append(points)
        self.colours.append(np.clip(np.broadcast_to(base, points.shape) * gain[:, None], 0.003, 0.97))

    def blade(self, base, azimuth, length, width, rise, droop, shade, wave=0.0) -> None:
        """A leaf: an oval strip that rises and then bends down, with a waving margin."""
        n = int(60 + 26000 * length * width)
        s, t = self.rng.random(n), self.rng.uniform(-1, 1, n)
        angle = rise - droop * s
        radial = length * s * np.cos((rise + angle) / 2)
        z = length * s * np.sin((rise + angle) / 2) + wave * width * np.abs(t) * np.sin(23 * s + 4 * (t > 0) + azimuth)
        across = t * width / 2 * np.sqrt(np.clip(1 - (2 * s - 0.95) ** 2, 0.02, 1))
        c, si = np.cos(azimuth), np.sin(azimuth)
        points = np.stack([base[0] + c * radial - si * across, base[1] + si * radial + c * across, np.maximum(base[2] + z, 0.0)], -1)
        lean = wave * 2.2 * np.cos(23 * s + 4 * (t > 0) + azimuth)
        normals = np.stack([-np.sin(angle) * c - si * lean * np.sign(t), -np.sin(angle) * si + c * lean * np.sign(t), np.cos(angle)], -1)
        self.add(points, normals, shade * (1 + 0.18 * (np.abs(t) < 0.12))[:, None])

    def bowl(self, centre, radius, depth, shade, blotch=None, petals=4, ruffle=0.1, tilt=(0.0, 0.0)) -> None:
        """A flower: a shallow bowl with lobed rim; `blotch` is the colour of its base."""
        n = int(200 + 500000 * radius**2)
        r, a = np.sqrt(self.rng.random(n)), self.rng.uniform(0, 2 * np.pi, n)
        turn = self.rng.uniform(0, 6.3)
        rim = radius * (1 - ruffle * (0.5 + 0.5 * np.cos(petals * (a - turn))) ** 3)
        x, y = r * rim * np.cos(a), r * rim * np.sin(a)
        z = depth * r**2 + tilt[0] * x + tilt[1] * y + 0.006 * np.sin(petals * 2 * a + turn) * r
        steep = 2 * depth * r / radius
        normals = np.stack([-np.cos(a) * steep - tilt[0], -np.sin(a) * steep - tilt[1], np.ones(n)], -1)
        shades = np.broadcast_to(shade, (n, 3)).copy()
        if blotch is not None:
            shades[r < 0.36] = blotch
        self.add(np.stack([x + centre[0], y + centre[1], z + centre[2]], -1), normals, shades)

    def ball(self, centre, radius, shade, squash=1.0, rough=0.06) -> None:
        """A sphere (or flattened one), its upper half."""
        n = int(60 + 400000 * radius**2)
        u, a = self.rng.random(n), self.rng.uniform(0, 2 * np.pi, n)
        r = np.sqrt(1 - u**2)
        normals = np.stack([r * np.cos(a), r * np.sin(a), u], -1)
        self.add(np.asarray(centre) + normals * [radius, radius, radius * squash], normals, shade, rough)

    def sprite(self, gsd: float) -> Sprite:
        """The finished plant."""
        return Sprite(np.concatenate(self.points), np.concatenate(self.colours).astype(np.float32), gsd)
