#!/usr/bin/env bash
# The pages of campaign and analysis over a province's registry: seconds of each thing that they ask the server for, and its peak memory.
# usage: bash benches/analysis.sh [PAPAVER] [SITES] [COUNTIES]     (target/release/papaver, 100000, 100)
# The scans that it records are made up. The registry goes to ${PAPAVER_BENCH:-/tmp/papaver-bench} and is made once.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "${1:-${CARGO_TARGET_DIR:-$top/target}/release/papaver}") sites=${2:-100000} counties=${3:-100}
work=${PAPAVER_BENCH:-${TMPDIR:-/tmp}/papaver-bench}/analysis-$sites-$counties
export PAPAVER_REGISTRY=$work/510000.papaver PAPAVER_ACTOR=chief PAPAVER_PASSPHRASE='correct horse'
papaver() { "$program" --lang en "$@"; }
if [ ! -f "$work/made" ]; then
    rm -rf "$work"
    mkdir -p "$work"
    python3 "$top/benches/analysis.py" make "$work" "$counties" "$sites"
    papaver init --unit 510000 >/dev/null
    papaver registry districts "$work/districts.geojson" --vintage 2025 >/dev/null
    papaver actor add li analyst >/dev/null
    papaver actor key li --actor li >/dev/null
    for scan in "$work"/scans/*; do papaver record "$scan" --actor li >/dev/null; done
    papaver registry districts "$work/districts.geojson" --vintage 2025 >/dev/null
    # Some are confirmed, so that there are hot spots to be looked for.
    papaver actor add wang verifier >/dev/null
    papaver actor key wang --actor wang >/dev/null
    papaver sites --json | python3 "$top/benches/analysis.py" some 40 >"$work/some"
    while read -r code; do papaver screen "$code" --keep --actor li >/dev/null; done <"$work/some"
    papaver assign - --crew "crew 1" --new-crew <"$work/some" >/dev/null
    while read -r code; do
        papaver visit "$code" --outcome cultivated --plants 20 --officer li --actor wang --force "made up" >/dev/null
    done <"$work/some"
    touch "$work/made"
fi
server=
ended() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; }
trap ended EXIT
"$program" --lang en serve "$work" --no-browser --port 0 >"$work/url" 2>"$work/said" &
server=$!
for _ in $(seq 100); do [ -s "$work/url" ] && break || sleep 0.2; done
echo "$sites sites, $counties counties, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(stat -c %s "$PAPAVER_REGISTRY" | awk '{printf "%.0f", $1 / 1e6}') MB"
python3 "$top/benches/analysis.py" ask "$(head -n 1 "$work/url")" li "$PAPAVER_PASSPHRASE"
awk '/VmHWM/ {printf "peak memory of the server: %d MB\n", $2 / 1024}' "/proc/$server/status"
