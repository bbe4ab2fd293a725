"""What an OCI image says of itself, and a container of it, for tests/packages.sh.

usage: python3 image.py LAYOUT                       checks user and health check
       python3 image.py LAYOUT entrypoint|environment   prints its words, one a line
       python3 image.py BUNDLE container FOLDER WORD…   makes the container of a bundle start with these words: a root that
                                                      cannot be written to, FOLDER as its /work, the network of whoever starts it
"""

from __future__ import annotations

import json
import pathlib
import sys


def config(layout: pathlib.Path) -> dict[str, object]:
    def blob(digest: str) -> dict[str, object]:
        return json.loads((layout / "blobs" / digest.replace(":", "/")).read_text(encoding="utf-8"))

    [manifest] = json.loads((layout / "index.json").read_text(encoding="utf-8"))["manifests"]
    return blob(blob(manifest["digest"])["config"]["digest"])["config"]


def container(bundle: pathlib.Path, folder: str, words: list[str]) -> None:
    path = bundle / "config.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    # Loader and program, without the command that umoci put behind them.
    entrypoint = said["process"]["args"][:4]
    said["process"] |= {"args": [*entrypoint, *words], "cwd": "/work", "terminal": False}
    said["root"]["readonly"] = True
    said["linux"]["namespaces"] = [n for n in said["linux"]["namespaces"] if n["type"] not in ("network", "cgroup")]
    said["mounts"] = [m for m in said["mounts"] if m["destination"] not in ("/work", "/sys", "/sys/fs/cgroup")]
    said["mounts"].append({"destination": "/work", "type": "bind", "source": folder, "options": ["rbind", "rw"]})
    path.write_text(json.dumps(said), encoding="utf-8")


def main(folder: str, *rest: str) -> None:
    match rest:
        case ("container", work, *words):
            container(pathlib.Path(folder), work, words)
        case ("entrypoint",):
            print(*config(pathlib.Path(folder))["Entrypoint"], sep="\n")
        case ("environment",):
            print(*config(pathlib.Path(folder))["Env"], sep="\n")
        case _:
            said = config(pathlib.Path(folder))
            assert said["User"] == "65532:65532", said
            assert said["Healthcheck"]["Test"] == ["CMD", *said["Entrypoint"], "serve", "--health"], said


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
