#!/bin/sh
# The sites of a scan in the programs that crews and offices use; called by tests/clients.sh.
#
#     tests/tools/clients_registry.sh PROGRAM RESULTS PICTURES
set -eu
tools=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") results=$(realpath "$2") pictures=$(realpath "${3:-.}")
office=$(mktemp -d)
trap 'rm -rf "$office"' EXIT
cd "$office"
export PAPAVER_ACTOR=chief PAPAVER_REGISTRY=a.papaver QT_QPA_PLATFORM=offscreen
papaver() { "$program" --lang zh "$@"; }
fail() { echo "error: $*" >&2; exit 1; }

papaver init --unit 410423 --registry a.papaver >/dev/null
papaver actor add chief verifier,eradicator >/dev/null
papaver actor add zhao acceptor >/dev/null
papaver record "$results" >/dev/null
codes=$(papaver sites | cut -d' ' -f1)
first=$(echo "$codes" | sed -n 1p) second=$(echo "$codes" | sed -n 2p)
papaver assign "$first" "$second" --crew 一组 --due "$(date -d "+10 days" +%F)" >/dev/null
sites=$(echo "$codes" | wc -l)
for format in gpkg kmz geojson gpx xlsx csv; do papaver export "sites.$format" --overwrite 2>/dev/null; done

echo "== QGIS: styles, form, and a crew's filling in"
cp "$results"/chips/"$(ls "$results"/chips | head -n 1)" photo.jpg
cp "$results"/chips/"$(ls "$results"/chips | tail -n 1)" after.jpg
cat >fill.json <<JSON
{"$first": {"visit_outcome": "cultivated", "visit_at": "$(date +%F) 00:01:00", "visit_officers": "王、李", "visit_plants": 52, "visit_photo_1": "photo.jpg",
    "erad_percent": 100, "erad_at": "$(date +%F) 00:03:00", "erad_photo_1": "after.jpg"},
 "$second": {"visit_outcome": "lookalike", "visit_at": "$(date +%F) 00:02:00", "visit_officers": "王、李", "visit_species": "虞美人"}}
JSON
/usr/bin/python3 "$tools/field_map.py" sites.gpkg "$pictures/sites.png" "$pictures/form.png" fill.json 2>qgis.err || { tail -n 3 qgis.err; fail "QGIS"; }
papaver import sites.gpkg
papaver import sites.gpkg 2>&1 | grep -q '已录入 0 行' || fail "a second import recorded something"
papaver show "$first" | grep -q 铲除 || fail "the visit and the eradication that QGIS wrote did not arrive"

echo "== GDAL: KMZ and GeoJSON"
points=$(ogrinfo -ro -q -al sites.kmz | grep -c 'POINT (')
[ "$points" = "$sites" ] || fail "$points of $sites points in the KMZ"
ogrinfo -ro -so -al sites.geojson | grep -q "Feature Count: $sites" || fail "features of the GeoJSON"
unzip -tq sites.kmz

echo "== gpsbabel: GPX"
waypoints=$(gpsbabel -i gpx -f sites.gpx -o unicsv -F - | tail -n +2 | wc -l)
[ "$waypoints" = "$sites" ] || fail "$waypoints of $sites waypoints"

echo "== GDAL and Python: XLSX and CSV"
ogrinfo -ro -so sites.xlsx 台账 | grep -q "Feature Count: $sites" || fail "rows of the ledger"
/usr/bin/python3 - "$sites" "$first" <<'PYTHON'
import csv, sys
rows = list(csv.reader(open("sites.csv", encoding="utf-8-sig", newline="")))
assert len(rows) == int(sys.argv[1]) + 1 and any(row[0] == sys.argv[2] for row in rows), rows[0]
PYTHON

echo "== Chromium: the dossier"
papaver dossier "$first" -o site.html >/dev/null
if command -v chromium >/dev/null; then
    chromium --headless --no-sandbox --disable-gpu --window-size=1100,2000 --screenshot="$pictures/dossier.png" "file://$office/site.html" >/dev/null 2>&1
    echo "dossier: $pictures/dossier.png"
fi
echo "every client reads its file"
