"""Where the program is, and what it needs: GDAL and ONNX Runtime out of the wheels that this one depends on, the C
library that lies beside it, so that an older system does as well."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path


def _package(name: str) -> Path:
    """A package's folder. It is not imported: the program needs its files alone."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ImportError(f"{name} is missing\nhint: pip install --force-reinstall papaver")
    return Path(found.origin).parent


def command() -> tuple[list[str], dict[str, str]]:
    """The words that start the program, and its environment."""
    carried = Path(__file__).parent / "program"
    rasterio, runtime = _package("rasterio"), _package("onnxruntime")
    [loader] = carried.glob("lib/ld-linux*")
    library = max((runtime / "capi").glob("libonnxruntime.so.*"))
    libraries = f"{carried / 'lib'}:{rasterio.parent / 'rasterio.libs'}"
    environment = {
        "GDAL_DATA": str(rasterio / "gdal_data"),
        "PROJ_DATA": str(rasterio / "proj_data"),
        "ORT_DYLIB_PATH": str(library),
        **os.environ,
        "GCONV_PATH": str(carried / "share" / "gconv"),
        "ORT_DISABLE_TELEMETRY": "1",
    }
    environment.pop("LD_PRELOAD", None)
    return [str(loader), "--library-path", libraries, str(carried / "lib" / "papaver")], environment
