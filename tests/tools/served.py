"""Asks a running `papaver serve` what its pages ask, as a browser would: a release serves, and not only starts.

usage: python3 served.py URL FOLDER [REGISTRY PERSON PASSPHRASE SURVEY]

URL is what the program printed, FOLDER the folder that it serves. With the rest it logs in as PERSON of the registry file
REGISTRY and fetches candidates and a picture of SURVEY, a folder's name; both have to be the files' own bytes.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
import urllib.error
import urllib.request


class Browser:
    def __init__(self, url: str) -> None:
        self.origin = url.rstrip("/")
        self.cookie = ""

    def get(self, way: str) -> bytes:
        return self.asked(urllib.request.Request(self.origin + way))

    def post(self, way: str, what: object) -> bytes:
        headers = {"Origin": self.origin, "X-Papaver": "1", "Content-Type": "application/json"}
        return self.asked(urllib.request.Request(self.origin + way, json.dumps(what).encode(), headers))

    def asked(self, request: urllib.request.Request) -> bytes:
        request.add_header("Cookie", self.cookie)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).split(";")[0]
                return answer.read()
        except urllib.error.HTTPError as error:
            sys.exit(f"error: {request.full_url}: {error.code} {error.read().decode()}")


def pages(browser: Browser) -> None:
    """The first page, and every file that it names."""
    first = browser.get("/").decode()
    named = re.findall(r'(?:src|href)="(?:\./|/)?([^":]+)"', first)
    assert any(name.endswith(".js") for name in named), f"no pages were built into it: {first[:200]}"
    for name in named:
        assert browser.get(f"/{name}"), name
    print(f"  pages: {len(named)} files")


def main(url: str, folder: str, *rest: str) -> None:
    browser = Browser(url)
    assert json.loads(browser.get("/api/health"))["status"] == "ok"
    pages(browser)
    library = json.loads(browser.get("/api/library"))
    print(f"  library: {len(library['registries'])} registries, {len(library['surveys'])} surveys")
    if not rest:
        return
    registry, person, passphrase, survey = rest
    # Served are names, and to programs ids.
    [place] = [r["id"] for r in library["registries"] if r["name"] == registry]
    browser.post("/api/login", {"registry": place, "person": person, "passphrase": passphrase})
    library = json.loads(browser.get("/api/library"))
    there = pathlib.Path(folder) / survey
    scan = json.loads((there / "scan.json").read_bytes())["scan_id"]
    # The same scan may lie there twice.
    found = next(s["id"] for s in library["surveys"] if s["scan"] == scan)
    features = browser.get(f"/api/surveys/{found}/candidates.geojson")
    assert features == (there / "candidates.geojson").read_bytes(), "other candidates"
    picture = min((there / "chips").iterdir())
    assert browser.get(f"/api/surveys/{found}/pictures/{picture.name}") == picture.read_bytes(), picture
    sites = json.loads(browser.get(f"/api/registries/{place}/sites"))
    assert sites, "no sites"
    print("  logged in: candidates, a picture, sites")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 7):
        sys.exit(__doc__)
    main(*sys.argv[1:])
