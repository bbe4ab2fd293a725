"""Photos of the benchmarks, and what they are measured against.

    python3 benches/photos.py make FOLDER [full|small]
    python3 benches/photos.py decode_and_infer PHOTOS MODEL [WORKERS]

`make` writes 12-megapixel photos of textured ground at 2 cm and at 1 cm a pixel (photos_2cm, photos_1cm), and a
thousand and ten thousand small ones (photos_1k, photos_10k), each with a place of its own in the tags of a drone.

`decode_and_infer` decodes the photos and runs the model on windows of the size and number that Papaver uses, at the
model's resolution, and prints the seconds that these two alone take with so many processes at a time: nothing is
resampled, placed or written.
"""

from __future__ import annotations

import io
import json
import math
import os
import pathlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

LON, LAT, METRE = 113.3, 33.74, 1 / 111_000
WINDOW = 768


def ground(rng: np.random.Generator, width: int, height: int) -> bytes:
    """A JPEG of mottled green."""
    light = rng.normal(0, 1, (height // 8 + 1, width // 8 + 1)).repeat(8, 0).repeat(8, 1)[:height, :width] * 12
    light = light + rng.normal(0, 5, (height, width))
    pixels = np.clip(np.array([96, 116, 56]) + light[..., None], 1, 254).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=88)
    return out.getvalue()


def tags(width: int, height: int, focal_px: float, above: float, east: float, north: float, number: int) -> bytes:
    """The EXIF and XMP segments."""
    def degrees(v: float) -> tuple:
        minutes = (v - int(v)) * 60
        return IFDRational(int(v), 1), IFDRational(int(minutes), 1), IFDRational(round((minutes - int(minutes)) * 60e6), 1_000_000)

    lon, lat = LON + east * METRE / math.cos(math.radians(LAT)), LAT + north * METRE
    hour, minute, second = 9 + number // 3600 % 10, number // 60 % 60, number % 60
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Papaver", "Benchmark"
    exif.get_ifd(0x8769).update({
        0x9003: f"2026:05:{3 + number // 36000:02} {hour:02}:{minute:02}:{second:02}", 0x9011: "+08:00",
        0x920A: IFDRational(round(focal_px * 2), 1000), 0xA20E: IFDRational(5000, 1), 0xA210: 3, 0xA002: width, 0xA003: height,
    })  # fmt: skip
    exif.get_ifd(0x8825).update({1: "N", 2: degrees(lat), 3: "E", 4: degrees(lon), 5: b"\0", 6: IFDRational(round(above * 1000), 1000)})
    xmp = (f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
           f'xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" drone-dji:RelativeAltitude="{above:+.2f}" drone-dji:GimbalYawDegree="+0.0" '
           f'drone-dji:GimbalPitchDegree="-90.0" drone-dji:GimbalRollDegree="+0.0"/></rdf:RDF></x:xmpmeta>')
    bodies = [exif.tobytes(), b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()]
    return b"".join(b"\xff\xe1" + (len(b) + 2).to_bytes(2, "big") + b for b in bodies)


def write(folder: pathlib.Path, count: int, size: tuple[int, int], cm: float, step: tuple[float, float], line: int) -> None:
    """`count` photos in lines of `line`, there and back, `step` metres apart along and across, of a few different pictures."""
    if folder.exists():
        return
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    pictures = [ground(rng, *size) for _ in range(4)]
    focal_px = size[0] / 2
    for i in range(count):
        picture = pictures[i % len(pictures)]
        along = i % line if i // line % 2 == 0 else line - 1 - i % line
        head = tags(*size, focal_px, cm / 100 * focal_px, along * step[0], i // line * step[1], i)
        (part / f"shot_{i:05}.jpg").write_bytes(picture[:2] + head + picture[2:])
    part.rename(folder)
    print(f"{folder.name}: {count} photos")


def make(folder: pathlib.Path, size: str) -> None:
    """Writes the photos."""
    few, many = (12, 10_000) if size == "full" else (2, 200)
    write(folder / "photos_2cm", few, (4000, 3000), 2.0, (24.0, 18.0), 4)
    write(folder / "photos_1cm", few, (4000, 3000), 1.0, (12.0, 9.0), 4)
    for name, count in (("photos_1k", many // 10), ("photos_10k", many)):
        write(folder / name, count, (600, 448), 2.0, (3.0, 4.0), 100)


def sides(length: int, cell: int, halo: int) -> tuple[int, int]:
    """How many windows there are along a side, and the pixels of one."""
    cells = -(-length // cell)
    count = -(-cells // ((WINDOW - 2 * halo) // cell))
    return count, -(-cells // count) * cell + 2 * halo


def work(photos: list[str], model: str, shrink: float) -> tuple[float, float]:
    """Seconds of decoding and of inference."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    meta = {k: json.loads(v) for k, v in session.get_modelmeta().custom_metadata_map.items() if k in ("papaver_cell", "papaver_halo")}
    name = session.get_inputs()[0].name
    decoding = inferring = 0.0
    for photo in photos:
        begun = time.perf_counter()
        pixels = np.asarray(Image.open(photo).convert("RGB"))
        decoding += time.perf_counter() - begun
        height, width = (round(v * shrink) for v in pixels.shape[:2])
        across, wide = sides(width, meta["papaver_cell"], meta["papaver_halo"])
        down, tall = sides(height, meta["papaver_cell"], meta["papaver_halo"])
        window = np.zeros((1, 3, tall, wide), np.float32)
        part = pixels[:tall, :wide].transpose(2, 0, 1).astype(np.float32) / 255 * 2 - 1
        window[0, :, : part.shape[1], : part.shape[2]] = part
        begun = time.perf_counter()
        for _ in range(across * down):
            session.run(None, {name: window})
        inferring += time.perf_counter() - begun
    return decoding, inferring


def decode_and_infer(folder: pathlib.Path, model: str, workers: int) -> None:
    """Prints the seconds of both and of each."""
    photos = sorted(str(p) for p in folder.glob("*.jpg"))
    shrink = 0.5 if folder.name.endswith("1cm") else 1.0
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(work, [photos[i::workers] for i in range(workers)], [model] * workers, [shrink] * workers))
    decoding, inferring = (max(p[k] for p in parts) for k in (0, 1))
    both = max(sum(p) for p in parts)
    print(f"{both:.3f} {decoding:.3f} {inferring:.3f} {len(photos)}")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "full")
    else:
        decode_and_infer(pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else os.cpu_count() or 1)
