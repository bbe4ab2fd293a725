#!/usr/bin/env bash
# Map tiles of a large orthomosaic: CPU time a tile at each zoom with and without its pyramid, what the pyramid costs of a scan and
# of the file, and beside it the same tiles through rio-tiler, in one run.
# usage: bash benches/tiles.sh [SIDE] [TILES]
#   SIDE   pixels along a side of the raster (50000: some 0.8 GB, and two scans of it)
#   TILES  tiles at each zoom (100)
# The raster and a Python environment go to ${PAPAVER_BENCH:-/tmp/papaver-bench}. Run it on a quiet machine; needs GNU time.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
side=${1:-50000} tiles=${2:-100}
work=${PAPAVER_BENCH:-${TMPDIR:-/tmp}/papaver-bench} target=${CARGO_TARGET_DIR:-$top/target}
[ -x /usr/bin/time ] || { echo "error: GNU time is missing"; echo "hint: apt-get install time"; exit 1; } >&2
(cd "$top" && cargo build --release --locked --bin papaver --example tile_times)
papaver=$target/release/papaver times=$target/release/examples/tile_times
mkdir -p "$work"
[ -x "$work/tiles-venv/bin/python" ] || python3 -m venv "$work/tiles-venv"
"$work/tiles-venv/bin/pip" install -q rio-tiler==9.4.12
raster=$work/tiles-$side.tif
"$work/tiles-venv/bin/python" "$top/benches/tiles.py" make "$raster" "$side" "$top/samples/village/ortho.tif"

# scan NAME OPTIONS…: one scan; leaves its CPU and wall seconds in NAME.seconds
scan() {
    local name=$1
    shift
    rm -rf "$work/tiles-$name"
    /usr/bin/time -f '%U %S %e' -o "$work/$name.seconds" "$papaver" scan "$raster" -o "$work/tiles-$name" -q "$@"
}

echo "side $side, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(stat -c %s "$raster" | awk '{printf "%.0f", $1 / 1e6}') MB"
scan plain --no-pyramid
scan pyramid
pyramid=$work/tiles-pyramid/pyramid/tiles-$side.tif
awk 'NR == 1 {p = $1 + $2; pw = $3} NR == 2 {printf "pyramid: %.1f CPU s of %.1f, %.1f %% of the scan (wall %.0f s and %.0f s)\n", $1 + $2 - p, p, ($1 + $2 - p) / p * 100, $3, pw}' \
    "$work/plain.seconds" "$work/pyramid.seconds"
awk -v a="$(stat -c %s "$pyramid")" -v b="$(stat -c %s "$raster")" 'BEGIN {printf "pyramid: %.0f MB, %.1f %% of the file\n", a / 1e6, a / b * 100}'
echo "with the pyramid: zoom, median and p95 of CPU ms, bytes"
"$times" "$tiles" "$raster" "$pyramid"
echo "without: zoom, median and p95 of CPU ms, bytes"
"$times" "$((tiles < 10 ? tiles : 10))" "$raster"
echo "rio-tiler without overviews: zoom, median and p95 of CPU ms"
"$work/tiles-venv/bin/python" "$top/benches/tiles.py" rio "$raster" "$((tiles < 10 ? tiles : 10))"
echo "rio-tiler on the pyramid alone: zoom, median and p95 of CPU ms"
"$work/tiles-venv/bin/python" "$top/benches/tiles.py" rio "$pyramid" "$tiles"
