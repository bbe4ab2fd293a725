"""What `benches/analysis.sh` records and asks for.

    analysis.py make FOLDER COUNTIES SITES          districts.geojson, and scans/N/ of each county as a scan writes them
    analysis.py some COUNT                          codes of so many sites, evenly, out of what `sites --json` prints
    analysis.py ask URL PERSON PASSPHRASE         seconds and bytes of each thing that the pages of campaign and analysis ask for
"""

from __future__ import annotations

import json
import pathlib
import random
import statistics
import sys
import time
import urllib.error
import urllib.request

SIDE = 0.4
TIMES = 3


def ring(west: float, south: float, east: float, north: float) -> dict:
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def feature(geometry: dict, properties: dict, **more: str) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": properties, **more}


def written(path: pathlib.Path, value: dict) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def make(folder: pathlib.Path, counties: int, sites: int) -> None:
    dice = random.Random(7)
    across = int(counties**0.5 + 0.999)
    districts = []
    for number in range(counties):
        west, south = 108 + number % across * SIDE, 30 + number // across * SIDE
        code = f"51{number // 99 + 1:02}{number % 99 + 1:02}"
        districts.append(feature(ring(west, south, west + SIDE, south + SIDE), {"code": code, "name": f"第{number + 1}县"}))
        for season in (2025, 2026) if number % 2 else (2026,):
            scan(folder / "scans" / f"{season}-{number:03}", season, code, (west, south), sites // counties // (1 + number % 2), dice)
    written(folder / "districts.geojson", {"type": "FeatureCollection", "features": districts})


def scan(folder: pathlib.Path, season: int, unit: str, corner: tuple[float, float], count: int, dice: random.Random) -> None:
    folder.mkdir(parents=True)
    (west, south), day = corner, f"{season}-05-03"
    captured = {"from": day, "to": day}
    candidates = []
    for n in range(count):
        lon, lat = west + SIDE * dice.uniform(0.02, 0.78), south + SIDE * dice.uniform(0.02, 0.98)
        name = f"C{unit}{season}{n:06}"
        about = {"id": name, "rank": n + 1, "score_max": 0.9, "band": "strong", "lon": lon, "lat": lat, "area_m2": 20.0, "captured": day}
        candidates.append(feature(ring(lon, lat, lon + 0.00005, lat + 0.00005), about, id=name))
    searched = feature(
        ring(west, south, west + SIDE * 0.8, south + SIDE), {"status": "searched", "reason": None, "area_m2": 1e9}, id="searched"
    )
    record = {
        "format": "papaver.scan/1", "scan_id": f"S{unit}{season}", "survey": f"{unit} {season}", "unit": unit,
        "model": {"name": "m", "sha256": "ab", "threshold": 0.5}, "captured": captured,
        "sources": [{"name": "o.tif", "gsd_cm": 2.0, "captured": captured}],
        "totals": {"searched_m2": 1e9, "candidates": count},
    }  # fmt: skip
    written(folder / "scan.json", record)
    written(folder / "candidates.geojson", {"type": "FeatureCollection", "scan_id": record["scan_id"], "features": candidates})
    written(folder / "coverage.geojson", {"type": "FeatureCollection", "features": [searched]})


def some(count: int) -> None:
    text = sys.stdin.read().strip()
    sites = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    for site in sites[:: max(1, len(sites) // count)][:count]:
        print(site["id"])


def ask(url: str, person: str, passphrase: str) -> None:
    url = url.rstrip("/")
    own = {"origin": url, "x-papaver": "1", "sec-fetch-site": "same-origin", "content-type": "application/json"}

    def asked(way: str, body: dict | None = None, cookie: str = "") -> tuple[bytes, str]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url + way, data, {**own, "cookie": cookie})
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return answer.read(), answer.headers.get("set-cookie", "").split(";")[0]
        except urllib.error.HTTPError as error:
            # Too little for hot spots, in a small registry.
            return error.read(), ""

    registry = json.loads(asked("/api/library")[0])["registries"][0]["id"]
    _, cookie = asked("/api/login", {"registry": registry, "person": person, "passphrase": passphrase})
    ways = [
        "sites?limit=50", "sites.geojson", "campaign", "campaign/work", "province", "province?within=51", "province/ground.geojson",
        "province/hot_spots.geojson", "province/targets.geojson",
    ]  # fmt: skip
    print("what\tfirst s\tmedian s\tkB")
    for way in ways:
        seconds = []
        for _ in range(TIMES):
            begun = time.monotonic()
            answer, _ = asked(f"/api/registries/{registry}/{way}", None, cookie)
            seconds.append(time.monotonic() - begun)
        said = answer.decode() if answer.startswith(b'{"error"') else ""
        print(f"{way}\t{seconds[0]:.2f}\t{statistics.median(seconds):.2f}\t{len(answer) / 1e3:.0f}\t{said}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, counties, sites]:
            make(pathlib.Path(folder), int(counties), int(sites))
        case ["some", count]:
            some(int(count))
        case ["ask", url, person, passphrase]:
            ask(url, person, passphrase)
        case _:
            sys.exit(__doc__)
