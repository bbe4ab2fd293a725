"""The areas that `src/province/effort/tests.rs` compares with, from GeographicLib (`pip install geographiclib`)."""

from geographiclib.geodesic import Geodesic

RINGS = {
    "district": [(113.0, 33.5), (113.5, 33.5), (113.5, 34.0), (113.0, 34.0)],
    "union": [
        (113.30, 33.70), (113.36, 33.70), (113.36, 33.72), (113.40, 33.72),
        (113.40, 33.76), (113.33, 33.76), (113.33, 33.74), (113.30, 33.74),
    ],
    "triangle": [(104.05, 34.01), (104.93, 34.20), (104.41, 34.87)],
}


def area(ring, parts=400):
    """Square metres of a ring whose edges are straight in degrees (RFC 7946): each is divided into short geodesics."""
    polygon = Geodesic.WGS84.Polygon()
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
        for part in range(parts):
            t = part / parts
            polygon.AddPoint(y0 + (y1 - y0) * t, x0 + (x1 - x0) * t)
    return abs(polygon.Compute()[2])


for name, ring in RINGS.items():
    print(name, repr(area(ring)))
