"""Writes into an OCI image how its server is asked whether it is well: `papaver serve --health`. Docker runs that of itself;
the tools that make images know no such field, as the image format of OCI has none.

usage: python3 health.py LAYOUT
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import sys

SECOND = 1_000_000_000


def main(folder: str) -> None:
    layout = pathlib.Path(folder)

    def path(digest: str) -> pathlib.Path:
        return layout / "blobs" / digest.replace(":", "/")

    def kept(what: object, descriptor: dict[str, object]) -> None:
        data = json.dumps(what, separators=(",", ":"), sort_keys=True).encode()
        descriptor |= {"digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}
        path(str(descriptor["digest"])).write_bytes(data)

    index = json.loads((layout / "index.json").read_text(encoding="utf-8"))
    [listed] = index["manifests"]
    manifest = json.loads(path(listed["digest"]).read_text(encoding="utf-8"))
    image = json.loads(path(manifest["config"]["digest"]).read_text(encoding="utf-8"))
    image["config"]["Healthcheck"] = {
        "Test": ["CMD", *image["config"]["Entrypoint"], "serve", "--health"],
        "Interval": 30 * SECOND,
        "Timeout": 20 * SECOND,
        "StartPeriod": 60 * SECOND,
        "Retries": 3,
    }
    kept(image, manifest["config"])
    kept(manifest, listed)
    (layout / "index.json").write_text(json.dumps(index), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
