"""Twelve drone photos of the sample village, taken by a pinhole camera from its canvas, with the tags a drone writes.

The camera is ideal (no distortion): 1620 x 1080 pixels, 8.8 mm on a 13.2 x 8.8 mm sensor, hence 24 mm by the 35 mm measure
both along the width and along the diagonal. Two strips fly east and back west; two photos look a little ahead of nadir.
Position, height and angles in EXIF and XMP are those of the rendering. Yaw is from grid north (0.03 degrees off true north here).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from paint import Canvas, blurred
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from rasterio.warp import transform

WIDTH, HEIGHT, FOCAL_MM, SENSOR_MM = 1620, 1080, 8.8, 13.2
ABOVE_GROUND, GROUND_ABOVE_SEA = 32.0, 86.0


def flight(rng: np.random.Generator) -> list[dict]:
    """Where each photo is taken: metres on the canvas, height, angles in degrees as DJI counts them."""
    shots = []
    for strip, (y, yaw) in enumerate(((26.0, 90.0), (72.5, -90.0))):
        for k in range(6):
            x = 18.0 + 16.8 * (k if strip == 0 else 5 - k)
            pitch = -80.0 if k == 2 else -90.0
            shots.append({"x": x + rng.normal(0, 0.3), "y": y + rng.normal(0, 0.3), "height": ABOVE_GROUND + rng.normal(0, 0.15), "yaw": round(yaw + rng.normal(0, 1.0), 1),
                          "pitch": round(pitch + abs(rng.normal(0, 0.1)), 1), "roll": 0.0})
    return shots


def seen_heights(height: np.ndarray, built: np.ndarray) -> np.ndarray:
    """Heights for rays: low plants count a quarter, for a column of their colour would stand in the picture otherwise."""
    above = height - built
    return np.where(above < 1.4, built + 0.25 * above, height).astype(np.float32)


def expose(gsd: float, height: np.ndarray, light: np.ndarray, shot: dict) -> np.ndarray:
    """What the camera sees (h, w, 3) in linear light: every pixel's ray goes down until it meets the ground, a roof or a crown."""
    yaw, pitch = np.radians(shot["yaw"]), np.radians(shot["pitch"])
    ahead = np.array([np.cos(pitch) * np.sin(yaw), np.cos(pitch) * np.cos(yaw), np.sin(pitch)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    up = np.cross(right, ahead)
    focal = FOCAL_MM / SENSOR_MM * WIDTH
    column, row = np.meshgrid((np.arange(WIDTH) + 0.5 - WIDTH / 2) / focal, (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) / focal)
    ray = ahead + column[..., None] * right - row[..., None] * up
    slope_x, slope_y = (ray[..., 0] / -ray[..., 2]).astype(np.float32), (-ray[..., 1] / -ray[..., 2]).astype(np.float32)
    eye_x, eye_y, eye_z, g = shot["x"], shot["y"], shot["height"], gsd
    limit_y, limit_x = height.shape[0] - 2, height.shape[1] - 2

    def place(z):
        return (np.clip((eye_x + slope_x * (eye_z - z)) / g - 0.5, 0, limit_x), np.clip((eye_y + slope_y * (eye_z - z)) / g - 0.5, 0, limit_y))

    at = np.full((HEIGHT, WIDTH), -1.0, np.float32)
    going = np.ones((HEIGHT, WIDTH), bool)
    for z in np.arange(11.0, -1.05, -0.1, dtype=np.float32):
        px, py = place(z)
        met = going & (height[np.round(py).astype(np.int32), np.round(px).astype(np.int32)] >= z)
        at[met], going[met] = z, False
    px, py = place(at)
    x0, y0 = px.astype(np.int32), py.astype(np.int32)
    fx, fy = (px - x0)[..., None], (py - y0)[..., None]
    image = (light[y0, x0] * (1 - fx) + light[y0, x0 + 1] * fx) * (1 - fy) + (light[y0 + 1, x0] * (1 - fx) + light[y0 + 1, x0 + 1] * fx) * fy
    side = height[np.round(py).astype(np.int32), np.round(px).astype(np.int32)] - at > 0.35
    return np.where(side[..., None], image * 0.55, image)


def develop(rng: np.random.Generator, light: np.ndarray) -> np.ndarray:
    """Linear light to 8 bits: vignetting, blur, tone, sharpening, noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    light = light * (1.22 - 0.22 * (((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.5) ** 2) / 0.5))[..., None]
    bands = []
    for k in range(3):
        band = blurred(np.clip(light[..., k], 0, 1.4).astype(np.float32), 0.55)
        tone = np.power(band / (1 + 0.12 * band), 1 / 2.2)
        tone = tone + 0.4 * (tone - blurred(tone, 1.0)) + rng.standard_normal(tone.shape, dtype=np.float32) * 0.012
        bands.append(np.clip(tone * 255, 0, 255).astype(np.uint8))
    return np.stack(bands, -1)


def sexagesimal(degrees: float) -> tuple:
    """Degrees, minutes and seconds (to 0.1 mm or so) as EXIF rationals."""
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = (degrees - whole - minutes / 60) * 3600
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(round(seconds * 100000), 100000)


def tags(shot: dict, lon: float, lat: float, number: int) -> tuple[Image.Exif, bytes]:
    """EXIF and the XMP packet with DJI's names."""
    exif = Image.Exif()
    moment = f"2026:05:03 10:{24 + number * 4 // 60:02}:{number * 4 % 60:02}"
    exif[0x010F], exif[0x0110], exif[0x0131], exif[0x0132], exif[0x0112] = "Papaver", "Rendered camera", "samples/photos.py", moment, 1
    details = exif.get_ifd(0x8769)
    details.update({0x9003: moment, 0x9004: moment, 0x9011: "+08:00", 0x829A: IFDRational(1, 1000), 0x829D: IFDRational(28, 10), 0x8827: 100, 0x920A: IFDRational(88, 10),
                    0xA405: 24, 0xA002: WIDTH, 0xA003: HEIGHT})
    above_sea = GROUND_ABOVE_SEA + shot["height"]
    gps = exif.get_ifd(0x8825)
    gps.update({0: b"\x02\x03\x00\x00", 1: "N", 2: sexagesimal(lat), 3: "E", 4: sexagesimal(lon), 5: b"\x00", 6: IFDRational(round(above_sea * 1000), 1000)})
    fields = {"AbsoluteAltitude": f"{above_sea:+.2f}", "RelativeAltitude": f"{shot['height']:+.2f}", "GimbalRollDegree": f"{shot['roll']:+.2f}", "GimbalYawDegree": f"{shot['yaw']:+.2f}",
              "GimbalPitchDegree": f"{shot['pitch']:+.2f}", "FlightRollDegree": "+0.00", "FlightYawDegree": f"{shot['yaw']:+.2f}", "FlightPitchDegree": "+0.00",
              "GpsLatitude": f"{lat:.8f}", "GpsLongitude": f"{lon:.8f}"}
    written = "\n".join(f'   drone-dji:{k}="{v}"' for k, v in fields.items())
    xmp = ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
           f'  <rdf:Description rdf:about="DJI Meta Data" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"\n{written}/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>')
    return exif, xmp.encode()


def take(canvas: Canvas, heights: np.ndarray, light: np.ndarray, folder: Path, crs: str, easting: float, northing: float, seed: int, quality: int) -> None:
    """Writes the photos."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number, shot in enumerate(flight(rng), 1):
        image = develop(rng, expose(canvas.gsd, heights, light, shot))
        lon, lat = (v[0] for v in transform(crs, "EPSG:4326", [easting + shot["x"]], [northing - shot["y"]]))
        exif, xmp = tags(shot, lon, lat, number)
        Image.fromarray(image).save(folder / f"PPV_{number:04}.JPG", quality=quality, exif=exif, xmp=xmp)
