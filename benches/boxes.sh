#!/usr/bin/env bash
# Two detectors and a segmenter on one raster, by Papaver and by GeoDeep, taking turns: targets found, medians of seconds, peak memory. GeoDeep makes
# no pictures: Papaver runs as it does so, and with the three pictures of each candidate that it draws unless it is told not to.
# usage: bash benches/boxes.sh [PAPAVER] [ROUNDS] [SIDE]
#   PAPAVER  the program (default: target/release/papaver)
#   SIDE     pixels along a side of the raster (8192)
# The raster and a Python environment with GeoDeep go to ${PAPAVER_BENCH:-/tmp/papaver-bench}/boxes; GEODEEP names one that is there.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
papaver=$(realpath "${1:-${CARGO_TARGET_DIR:-$top/target}/release/papaver}") rounds=${2:-3} side=${3:-8192}
work=${PAPAVER_BENCH:-${TMPDIR:-/tmp}/papaver-bench}/boxes geodeep=${GEODEEP:-$work/venv}
[ -x /usr/bin/time ] || { echo "error: GNU time is missing"; echo "hint: apt-get install time"; exit 1; } >&2
mkdir -p "$work/$side"
[ -x "$geodeep/bin/geodeep" ] || { python3 -m venv "$geodeep"; "$geodeep/bin/pip" install -q geodeep onnx onnxruntime rasterio numpy scipy; }
cd "$work/$side"
[ -e mask.onnx ] || "$geodeep/bin/python" "$top/benches/boxes.py" make . "$side"

# timed NAME COMMAND…: appends 'seconds kilobytes' to NAME's figures
timed() {
    local name=$1
    shift
    /usr/bin/time -f '%e %M' -a -o "$name.times" "$@" >/dev/null 2>errors || { echo "error: $* failed"; tail -n 3 errors; exit 1; } >&2
}
seconds() { sort -n "$1.times" | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
peak() { awk '$2 > m {m = $2} END {printf "%d", m / 1024}' "$1.times"; }

rm -f ./*.times
for _ in $(seq "$rounds"); do
    for model in light nano mask; do
        rm -rf "out-$model" "pictured-$model"
        scan=("$papaver" scan ortho.tif --model "$model.onnx" --site-radius 0.5 -q)
        timed "papaver-$model" "${scan[@]}" --no-pictures --no-pyramid -o "out-$model"
        timed "pictured-$model" "${scan[@]}" -o "pictured-$model"
        timed "geodeep-$model" "$geodeep/bin/geodeep" ortho.tif "$PWD/$model.onnx" -q -o "$model.geojson"
    done
done
echo "rounds $rounds, $side x $side px, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
for model in light nano mask; do
    mapfile -t found < <("$geodeep/bin/python" "$top/benches/boxes.py" count . "out-$model/candidates.geojson" "$model.geojson")
    echo "$model: papaver $(seconds "papaver-$model") s, peak $(peak "papaver-$model") MB, ${found[0]}"
    echo "$model: GeoDeep $(seconds "geodeep-$model") s, peak $(peak "geodeep-$model") MB, ${found[1]}"
    echo "$model: papaver with pictures and pyramid $(seconds "pictured-$model") s, peak $(peak "pictured-$model") MB"
    awk -v m="$model" -v p="$(seconds "papaver-$model")" -v w="$(seconds "pictured-$model")" -v g="$(seconds "geodeep-$model")" \
        'BEGIN {printf "%s: papaver is %.1f times as fast, %.1f times with pictures and pyramid\n", m, g / p, g / w}'
done
