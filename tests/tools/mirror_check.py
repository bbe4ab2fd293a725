"""What tests/postgres.sh needs: made inputs, a terminal, and a comparison, field by field, of what a mirror holds with what the
program exports.

    mirror_check.py districts > DISTRICTS.geojson
    mirror_check.py scan FOLDER CANDIDATES
    mirror_check.py picture FILE.png
    mirror_check.py typed PROMPT TEXT COMMAND...      types TEXT once COMMAND shows PROMPT
    mirror_check.py compare DUMP SITES.geojson SITES.csv COVERAGE.geojson LOG.jsonl
"""

import csv
import json
import os
import pathlib
import pty
import struct
import sys
import termios
import time
import zlib

WEST, SOUTH, EAST, NORTH = 113.2, 33.7, 113.4, 33.8


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False)


def districts():
    middle = (WEST + EAST) / 2
    halves = [("410423", "鲁山'县", WEST - 0.01, middle), ("410425", '郏县 "东"', middle, EAST + 0.01)]
    print(collection(
        {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": square(west, SOUTH - 0.01, east, NORTH + 0.01)}
        for code, name, west, east in halves
    ))


def scan(folder, candidates):
    """A folder as a scan wrote it before folders named their digests."""
    folder = pathlib.Path(folder)
    folder.mkdir()
    captured = {"from": "2026-05-03", "to": "2026-05-03"}
    (folder / "scan.json").write_text(json.dumps({
        "format": "papaver.scan/1", "scan_id": folder.name, "survey": None, "unit": "410423", "program_version": "0.1.0",
        "model": {"name": "m", "sha256": "ab", "resolution_cm": 2.0, "threshold": 0.5}, "options": {}, "captured": captured,
        "sources": [{"name": "o.tif", "fingerprint": folder.name, "width": 2_000_000, "height": 2_000_000, "gsd_cm": 2.0, "captured": captured}],
        "totals": {"searched_m2": 1000.0, "not_searched_m2": {}, "candidates": int(candidates)}, "run": {},
    }))

    def candidate(n):
        west, south = WEST + 0.0015 * (n % 100) + 0.02, SOUTH + 0.0009 * (n // 100 % 100) + 0.005
        name = f"{folder.name}-{n}"
        return {"type": "Feature", "id": name, "geometry": square(west, south, west + 1e-4, south + 1e-4), "properties": {
            "rank": n + 1, "score_max": 0.9, "area_m2": 100.0, "captured": "2026-05-03", "lon": west + 5e-5, "lat": south + 5e-5,
            "id": name, "band": "strong"}}
    (folder / "candidates.geojson").write_text(collection(map(candidate, range(int(candidates)))))
    ground = square(WEST, SOUTH, EAST - 0.05, NORTH)
    ground["coordinates"].append([[113.25, 33.72], [113.25, 33.73], [113.26, 33.73], [113.26, 33.72], [113.25, 33.72]])
    (folder / "coverage.geojson").write_text(collection([
        {"type": "Feature", "id": "searched", "geometry": ground, "properties": {"status": "searched", "reason": None, "area_m2": 1000.0}}]))


def picture(path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2\3"))
    pathlib.Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))


def typed(prompt, text, *command):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    shown, answered = b"", False
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
        if not answered and prompt.encode() in shown:
            while termios.tcgetattr(terminal)[3] & termios.ECHO:
                time.sleep(0.01)
            os.write(terminal, text.encode() + b"\n")
            answered = True
    print(shown.decode())
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def dumped(path):
    """The rows of each table."""
    tables, rows = {}, []
    for line in open(path, encoding="utf-8"):
        if line.startswith("== "):
            tables[line[3:].strip()], rows = rows, []
        elif line.startswith("{"):
            rows.append(json.loads(line))
    return tables


def same(what, mirror, export):
    if mirror != export:
        sys.exit(f"{what}: the mirror has {mirror!r}, the export {export!r}")


def same_place(what, mirror, export):
    same(f"{what}: kind", mirror["type"], export["type"])
    same(f"{what}: rings", mirror["coordinates"], json.loads(json.dumps(export["coordinates"])))


def sites(rows, geojson, table):
    features = {f["id"]: f for f in json.load(open(geojson, encoding="utf-8"))["features"]}
    cells = list(csv.reader(open(table, encoding="utf-8-sig", newline="")))
    same("sites", sorted(r["row"]["site"] for r in rows), sorted(features))
    same("lines of the table", len(cells) - 1, len(rows))
    lines = {line[0]: line for line in cells[1:]}
    for row in rows:
        code, values = row["row"]["site"], row["row"]
        properties = features[code]["properties"]
        known = {k: v for k, v in properties.items() if not k.startswith(("visit_", "eradicate_")) or k in values}
        for key, value in values.items():
            same(f"{code} {key}", value, properties[key])
        absent = [k for k, v in known.items() if k not in values and v is not None]
        same(f"{code}: columns that are missing", absent, [])
        same_place(code, row["geom"], features[code]["geometry"])
        line = lines[code]
        for key in ("state", "name", "crew", "district"):
            text = values[key]
            if text is not None and text not in line and "'" + text not in line:
                sys.exit(f"{code} {key}: {text!r} is not in the table's line {line!r}")
        for key in ("lon", "lat"):
            if f"{values[key]:.7f}" not in line:
                sys.exit(f"{code} {key}: {values[key]} is not in the table's line")
    return len(rows) * len(rows[0]["row"])


def visits(rows, log):
    events = {}
    for line in open(log, encoding="utf-8"):
        event = json.loads(line)
        if event["type"] == "visit":
            events[event["hash"]] = event
    same("visits", sorted(r["row"]["event"] for r in rows), sorted(events))
    for row in rows:
        row = row["row"]
        event = events[row["event"]]
        body, count = event["body"], event["body"].get("count") or {}
        for key, value in {
            "unit": event["actor"]["unit"], "outcome": body["outcome"], "species": body.get("species"), "stage": body.get("stage"),
            "plants": count.get("plants"), "plants_low": count.get("low"), "plants_high": count.get("high"),
            "area_m2": None if body.get("area_dm2") is None else body["area_dm2"] / 100, "habitat": body.get("habitat"),
            "officers": len(body["officers"]), "signed": "true" if event.get("actor_signature") else "false",
        }.items():
            same(f"visit {row['event'][:8]} {key}", row[key], value)
    return len(rows)


def history(rows, log):
    events = {}
    for line in open(log, encoding="utf-8"):
        event = json.loads(line)
        if event.get("site") and event["type"] != "look":
            events[event["hash"]] = event
    same("history", sorted({r["row"]["event"] for r in rows}), sorted(events))
    for row in rows:
        row = row["row"]
        event = events[row["event"]]
        for key, value in {"unit": event["actor"]["unit"], "type": event["type"], "followed": "true",
                           "signed": "true" if event.get("actor_signature") else "false"}.items():
            same(f"event {row['event'][:8]} {key}", row[key], value)
    return len(rows)


def coverage(rows, path):
    features = {f["id"]: f for f in json.load(open(path, encoding="utf-8"))["features"]}
    same("coverage", sorted(f"{r['row']['code']}-{r['row']['status']}" for r in rows), sorted(features))
    for row in rows:
        name = f"{row['row']['code']}-{row['row']['status']}"
        export = dict(features[name]["properties"])
        window = export.pop("window") or {}
        for key, member in (("window_first", "first"), ("window_last", "last"), ("coarsest_gsd_cm", "coarsest_gsd_cm")):
            export[key] = window.get(member)
        mirror = dict(row["row"])
        mirror.pop("season")
        same(f"{name}: columns", sorted(mirror), sorted(export))
        for key, value in mirror.items():
            same(f"{name} {key}", value, export[key])
        same_place(name, row["geom"], features[name]["geometry"])
    return len(rows)


def compare(dump, geojson, table, covered, log):
    tables = dumped(dump)
    for name, rows in tables.items():
        if not rows:
            sys.exit(f"{name} is empty: nothing is compared")
    fields, seen = sites(tables["sites"], geojson, table), visits(tables["visits"], log)
    told, ground = history(tables["history"], log), coverage(tables["coverage"], covered)
    print(f"{fields} fields of sites, {seen} visits, {told} events, {ground} areas of coverage: equal")


COMMANDS = {"districts": districts, "scan": scan, "picture": picture, "typed": typed, "compare": compare}
COMMANDS[sys.argv[1]](*sys.argv[2:])
