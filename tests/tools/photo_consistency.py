"""How well overlapping photos agree on the ground.

Matches features (SIFT) between overlapping frames, carries both ends of every match to the ground with the program's own
camera model (the example `photo_ground`), and reports the distance between them: median, 95th percentile, and the
systematic part of it for each pair; then the same with the radial distortion that would serve these photos best, which
tells how much a lens correction could give. Draws the footprints, and the photos laid on the ground, as pictures.

    cargo build --example photo_ground
    python tests/tools/photo_consistency.py FOLDER OUT [options of photo_ground]

Needs numpy and opencv-python-headless.
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TOOL = Path(os.environ.get("PHOTO_GROUND", ROOT / "target/debug/examples/photo_ground"))
SHRINK = 4


def start(folder, options):
    tool = subprocess.Popen([TOOL, folder, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    photos = []
    for line in tool.stdout:
        if line == "ready\n":
            return tool, photos
        photos.append(json.loads(line))
    sys.exit("photo_ground stopped early")


def carry(tool, questions):
    answers = []
    for at in range(0, len(questions), 200):
        part = questions[at:at + 200]
        tool.stdin.write("".join(f"{i} {x:.3f} {y:.3f}\n" for i, x, y in part))
        tool.stdin.flush()
        for _ in part:
            line = tool.stdout.readline().split()
            answers.append(None if line == ["none"] else [float(v) for v in line])
    return answers


class Plane:
    """Metres about a place, on a sphere of the local radii of the ellipsoid."""

    def __init__(self, lon, lat):
        a, e2 = 6378137.0, 0.00669437999014
        s = math.sin(math.radians(lat))
        w = math.sqrt(1 - e2 * s * s)
        self.lon, self.lat = lon, lat
        self.kx = math.radians(a / w * math.cos(math.radians(lat)))
        self.ky = math.radians(a * (1 - e2) / w**3)

    def metres(self, lon, lat):
        return (lon - self.lon) * self.kx, (lat - self.lat) * self.ky


def features(photo):
    grey = cv2.imread(photo["path"], cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(grey, None, fx=1 / SHRINK, fy=1 / SHRINK, interpolation=cv2.INTER_AREA)
    points, descriptors = cv2.SIFT_create(2000).detectAndCompute(small, None)
    return np.array([p.pt for p in points]) * SHRINK + SHRINK / 2 - 0.5, descriptors


def matches(a, b):
    pairs = cv2.BFMatcher().knnMatch(a[1], b[1], k=2)
    good = [m for m, n in pairs if m.distance < 0.7 * n.distance]
    if len(good) < 20:
        return None
    pa = np.array([a[0][m.queryIdx] for m in good])
    pb = np.array([b[0][m.trainIdx] for m in good])
    # False matches are sorted out by the two frames alone (a plane, with 20 pixels for what stands up from it); the
    # camera model has no say in it.
    _, mask = cv2.findHomography(pa, pb, cv2.RANSAC, 20.0)
    if mask is None or mask.sum() < 20:
        return None
    mask = mask.ravel().astype(bool)
    return pa[mask], pb[mask]


cv2.setNumThreads(2)


def main():
    folder, out = sys.argv[1], Path(sys.argv[2])
    options = sys.argv[3:]
    out.mkdir(parents=True, exist_ok=True)
    tool, photos = start(folder, options)
    plane = Plane(photos[0]["lon"], photos[0]["lat"])
    draw(photos, plane, out / "footprints.png")
    places = [plane.metres(p["lon"], p["lat"]) for p in photos]
    reach = [math.hypot(p["width"], p["height"]) * p["gsd_m"][1] * 0.5 for p in photos]
    found = [features(p) for p in photos]
    everything, inside, pairs, offsets, matched = [], [], 0, [], []
    for i in range(len(photos)):
        for j in range(i + 1, len(photos)):
            if math.dist(places[i], places[j]) > reach[i] + reach[j]:
                continue
            both = matches(found[i], found[j])
            if both is None:
                continue
            pa, pb = both
            ga = carry(tool, [(i, x + 0.5, y + 0.5) for x, y in pa])
            gb = carry(tool, [(j, x + 0.5, y + 0.5) for x, y in pb])
            differences = []
            for a, b in zip(ga, gb):
                if a is None or b is None:
                    continue
                ax, ay = plane.metres(a[0], a[1])
                bx, by = plane.metres(b[0], b[1])
                differences.append((ax - bx, ay - by))
                inside.append(math.hypot(ax - bx, ay - by) <= math.hypot(a[2], b[2]))
            d = np.array(differences)
            if len(d) < 20:
                continue
            pairs += 1
            matched.append((i, j, pa, pb))
            length = np.hypot(d[:, 0], d[:, 1])
            everything.append(length)
            shift = np.median(d, axis=0)
            offsets.append(float(np.hypot(*shift)))
            if "-v" in sys.argv:
                print(Path(photos[i]["path"]).name, Path(photos[j]["path"]).name, len(d), f"median {np.median(length):.2f} shift {shift}")
    tool.stdin.close()
    length = np.concatenate(everything)
    print(f"{len(photos)} photos, focal length {photos[0]['focal_px']:.1f} px ({photos[0]['focal']}), "
          f"{pairs} overlapping pairs, {len(length)} matches")
    print(f"disagreement on the ground: median {np.median(length):.2f} m, 95th percentile {np.percentile(length, 95):.2f} m, "
          f"largest {length.max():.2f} m; median shift between frames {np.median(offsets):.2f} m")
    print(f"within the two stated radii together: {100 * np.mean(inside):.1f} %")
    fit(photos, plane, matched)
    mosaic(photos, plane, tool, out / "on_the_ground.png")


def fit(photos, plane, matched):
    """The disagreement on level ground under the radial distortion that makes it least."""
    def lengths(k):
        found = []
        for i, j, pa, pb in matched:
            a, b = level(photos[i], plane, pa, k), level(photos[j], plane, pb, k)
            found.append(np.hypot(*(a - b).T))
        return np.concatenate(found)

    best = min(np.arange(-0.2, 0.2001, 0.01), key=lambda k: np.median(lengths(k)))
    for name, k in (("none", 0.0), ("best", best)):
        d = lengths(k)
        print(f"on level ground, radial distortion {name} ({k:+.2f}): median {np.median(d):.2f} m, 95th percentile {np.percentile(d, 95):.2f} m")


def level(photo, plane, pixels, k):
    x = (pixels[:, 0] + 0.5 - photo["width"] / 2) / photo["focal_px"]
    y = (pixels[:, 1] + 0.5 - photo["height"] / 2) / photo["focal_px"]
    u, v = x.copy(), y.copy()
    for _ in range(20):
        by = 1 + k * (u * u + v * v)
        u, v = x / by, y / by
    ray = np.array(photo["forward"]) + u[:, None] * np.array(photo["right"]) + v[:, None] * np.array(photo["down"])
    camera = np.array(plane.metres(photo["lon"], photo["lat"]))
    return camera + ray[:, :2] * (photo["height_m"] / -ray[:, 2])[:, None]


def canvas(photos, plane, metres_a_pixel):
    points = np.array([plane.metres(*c) for p in photos for ring in p["ground"] for c in ring])
    low, high = points.min(0) - 5, points.max(0) + 5
    size = np.ceil((high - low) / metres_a_pixel).astype(int)
    def to(xy):
        return (np.asarray(xy) - [low[0], high[1]]) / [metres_a_pixel, -metres_a_pixel]
    return size, to


def draw(photos, plane, path):
    size, to = canvas(photos, plane, 0.15)
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    for i, photo in enumerate(photos):
        colour = tuple(int(c) for c in cv2.cvtColor(np.uint8([[[i * 180 // len(photos), 200, 180]]]), cv2.COLOR_HSV2BGR)[0, 0])
        for ring in photo["ground"]:
            line = to([plane.metres(*c) for c in ring]).astype(np.int32)
            cover = image.copy()
            cv2.fillPoly(cover, [line], colour)
            image = cv2.addWeighted(cover, 0.25, image, 0.75, 0)
            cv2.polylines(image, [line], True, colour, 2)
        at = to(plane.metres(photo["lon"], photo["lat"])).astype(int)
        cv2.circle(image, tuple(int(v) for v in at), 4, colour, -1)
        cv2.putText(image, Path(photo["path"]).stem[-4:], (int(at[0]) + 6, int(at[1])), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    cv2.imwrite(str(path), image)


def mosaic(photos, plane, tool, path):
    """The photos laid over one another by a perspective through the camera's own axes, each over the last."""
    step = 0.1
    size, to = canvas(photos, plane, step)
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    for photo in photos:
        ring = np.array(photo["ground"][0][:-1])
        picture = cv2.imread(photo["path"])
        # Four corners of the frame, by the photo's own pose on level ground.
        corners = [(0, 0), (photo["width"], 0), (photo["width"], photo["height"]), (0, photo["height"])]
        ground = [on_level_ground(photo, plane, c) for c in corners]
        if any(g is None for g in ground):
            continue
        h = cv2.getPerspectiveTransform(np.float32(corners), np.float32(to(ground)))
        small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        h = h @ np.diag([4.0, 4.0, 1.0])
        warped = cv2.warpPerspective(small, h, (int(size[0]), int(size[1])))
        mask = cv2.warpPerspective(np.full(small.shape[:2], 255, np.uint8), h, (int(size[0]), int(size[1])))
        image[mask > 0] = warped[mask > 0]
    cv2.imwrite(str(path), image)


def on_level_ground(photo, plane, pixel):
    x = (pixel[0] - photo["width"] / 2) / photo["focal_px"]
    y = (pixel[1] - photo["height"] / 2) / photo["focal_px"]
    ray = np.array(photo["forward"]) + x * np.array(photo["right"]) + y * np.array(photo["down"])
    if ray[2] >= -0.05:
        return None
    points = np.array([plane.metres(*c) for c in photo["ground"][0]])
    camera = np.array(plane.metres(photo["lon"], photo["lat"]))
    # The height above level ground, from the program's own footprint: the farthest corner fixes it.
    height = photo.get("above_ground_m", photo["height_m"])
    return camera + ray[:2] * (height / -ray[2])


if __name__ == "__main__":
    main()
