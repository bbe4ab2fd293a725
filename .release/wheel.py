"""Makes the Python wheel out of a Linux release: the program, its C libraries and the module `papaver`.

usage: python3 wheel.py RELEASE MODULE LIBRARIES FOLDER

RELEASE is the folder that make.sh made, MODULE the folder `python`, LIBRARIES `.setup/libraries.txt`, whose versions the
wheel depends on: GDAL and ONNX Runtime are not in it. The wheel goes into FOLDER; the same release gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import pathlib
import re
import sys
import time
import zipfile

# Libraries that come with the wheels of rasterio and onnxruntime.
BROUGHT = re.compile(r"-[0-9a-f]{8}\.so|^libonnxruntime")
ENTRY = "[console_scripts]\npapaver = papaver.__main__:main\n"


def metadata(release: pathlib.Path, version: str, target: str, libraries: pathlib.Path) -> str:
    pinned = dict(re.findall(rf"^{target}\s+(\S+)==(\S+)", libraries.read_text(encoding="utf-8"), re.MULTILINE))
    return f"""Metadata-Version: 2.4
Name: papaver
Version: {version}
Summary: Finds plots that may be opium poppy in drone imagery, and follows every site until its eradication is accepted
License-Expression: MIT OR Apache-2.0
Requires-Python: >=3.12
Requires-Dist: rasterio=={pinned["rasterio"]}
Requires-Dist: onnxruntime=={pinned["onnxruntime"]}
Description-Content-Type: text/markdown

{(release / "README.md").read_text(encoding="utf-8")}"""


def contents(release: pathlib.Path, module: pathlib.Path) -> dict[str, pathlib.Path]:
    """Each file of the wheel by its name in it."""
    files = {f"papaver/{f.name}": f for f in (module / "papaver").iterdir() if f.suffix in {".py", ".typed"}}
    for file in (release / "lib").iterdir():
        if not BROUGHT.search(file.name):
            files[f"papaver/program/lib/{file.name}"] = file
    for file in (release / "share/gconv").rglob("*"):
        if file.is_file():
            files[f"papaver/program/share/gconv/{file.relative_to(release / 'share/gconv')}"] = file
    return files


def main(release: str, module: str, libraries: str, into: str) -> None:
    folder = pathlib.Path(release)
    _, version, system, machine = folder.name.split("-")
    # The loader and the C library are inside: any Linux that rasterio's wheel is for.
    tag = f"py3-none-manylinux_2_28_{machine}"
    about = f"papaver-{version}.dist-info"
    files = contents(folder, pathlib.Path(module))
    for file in (folder / "licences").rglob("*"):
        if file.is_file():
            files[f"{about}/licenses/{file.relative_to(folder / 'licences')}"] = file
    written = {
        f"{about}/METADATA": metadata(folder, version, f"{system}-{machine}", pathlib.Path(libraries)),
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nGenerator: papaver\nRoot-Is-Purelib: false\nTag: {tag}\n",
        f"{about}/entry_points.txt": ENTRY,
    }
    moment = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))[:6]
    path = pathlib.Path(into) / f"papaver-{version}-{tag}.whl"
    records = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name in sorted([*files, *written]):
            data = files[name].read_bytes() if name in files else written[name].encode()
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            runs = name in files and os.access(files[name], os.X_OK)
            info.external_attr = (0o100755 if runs else 0o100644) << 16
            wheel.writestr(info, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            records.append(f"{name},sha256={digest},{len(data)}\n")
        info = zipfile.ZipInfo(f"{about}/RECORD", moment)
        info.external_attr = 0o100644 << 16
        wheel.writestr(info, "".join(records) + f"{about}/RECORD,,\n")
    print(path)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: python3 wheel.py RELEASE MODULE LIBRARIES FOLDER")
    main(*sys.argv[1:])
