#!/bin/sh
# Opens what Papaver writes in the programs that people use, without a screen: the results of a scan in QGIS (feature
# counts, validity, a picture of the map), and the sites of a registry as GeoPackage in QGIS (styles, form, a crew's
# filling in, taking in again), KMZ and GeoJSON through GDAL, GPX through gpsbabel, XLSX and CSV through other readers.
#
#     tests/clients.sh [RESULTS] [PICTURE]
#
# Without RESULTS the bundled sample is scanned first. Installs QGIS (Debian's python3-qgis), gdal-bin and gpsbabel where
# they are missing, for which it needs root. Not run in continuous integration: QGIS is large. PAPAVER names the program.
set -eu
cd "$(dirname "$0")/.."
results=${1:-}
picture=${2:-qgis.png}

if ! /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; then
    echo "installing python3-qgis"
    apt-get install -y --no-install-recommends python3-qgis || {
        echo "hint: install QGIS with its Python bindings by hand, then run this again" >&2
        exit 1
    }
fi
missing=
command -v ogrinfo >/dev/null || missing="$missing gdal-bin"
command -v gpsbabel >/dev/null || missing="$missing gpsbabel"
[ -z "$missing" ] || apt-get install -y --no-install-recommends $missing || {
    echo "hint: install$missing by hand, then run this again" >&2
    exit 1
}
program=${PAPAVER:-}
if [ -z "$program" ]; then
    cargo build --release
    program=target/release/papaver
fi
program=$(realpath "$program")
if [ -z "$results" ]; then
    results=$(mktemp -d)
    trap 'rm -rf "$results"' EXIT
    "$program" scan samples/village/ortho.tif --within samples/village/boundary.geojson -o "$results"
fi

QT_QPA_PLATFORM=offscreen /usr/bin/python3 - "$results" "$picture" <<'PYTHON'
import json
import os
import sys

from qgis.core import (QgsApplication, QgsFillSymbol, QgsGeometry, QgsMapRendererParallelJob, QgsMapSettings, QgsCategorizedSymbolRenderer,
                       QgsRendererCategory, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

folder, picture = sys.argv[1:]
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()


def load(name):
    path = f"{folder}/{name}.geojson"
    layer = QgsVectorLayer(path, name, "ogr")
    assert layer.isValid(), f"{path} does not load"
    features = list(layer.getFeatures())
    # QGIS gives an empty layer no coordinate system.
    assert not features or layer.crs().authid() in ("EPSG:4326", "OGC:CRS84"), layer.crs().authid()
    written = json.load(open(path, encoding="utf-8"))["features"]
    assert len(features) == len(written), f"{len(features)} of {len(written)} features"
    for feature in features:
        geometry = feature.geometry()
        assert geometry.isGeosValid(), f"{name} {feature.id()} is not valid: {geometry.lastError()}"
    print(f"{name}: {len(features)} features, all valid, fields {', '.join(f.name() for f in layer.fields())}")
    return layer


candidates, coverage = load("candidates"), load("coverage")
for feature in candidates.getFeatures():
    point = f"POINT({feature['lon']} {feature['lat']})"
    assert feature.geometry().intersects(QgsGeometry.fromWkt(point)), f"{feature['id']}: {point} lies outside"

fill = lambda colour, line: QgsFillSymbol.createSimple({"color": colour, "outline_color": line, "outline_width": "0.3"})
colours = {"searched": "#cfe8cf", "not_searched": "#e8cfcf"}
coverage.setRenderer(QgsCategorizedSymbolRenderer(
    "status", [QgsRendererCategory(k, fill(c, "#777777"), k) for k, c in colours.items()]))
if candidates.renderer():
    candidates.renderer().setSymbol(fill("#c00040", "#c00040"))
settings = QgsMapSettings()
settings.setLayers([candidates, coverage])
settings.setDestinationCrs(coverage.crs())
extent = coverage.extent()
extent.scale(1.05)
settings.setExtent(extent)
settings.setOutputSize(QSize(1200, 900))
settings.setBackgroundColor(QColor("white"))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
assert job.renderedImage().save(picture), f"{picture} cannot be written"
print(f"map: {picture}")
# QGIS 3.22 crashes when Python takes it down; everything is done by now.
sys.stdout.flush()
os._exit(0)
PYTHON

tests/tools/clients_registry.sh "$program" "$results" "$(dirname "$picture")"
