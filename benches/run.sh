#!/usr/bin/env bash
# The benchmarks: each line a ratio of medians out of one run, the two sides taking turns, with peak memory.
# usage: bash benches/run.sh [PAPAVER] [ROUNDS] [full|small]
#   PAPAVER  the program (default: target/release/papaver, which is built when it is missing)
#   small    a trial of the script itself within minutes; its figures mean nothing
# Rasters (some 3 GB) and a Python environment go to ${PAPAVER_BENCH:-/tmp/papaver-bench}. Run it on a quiet machine.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
papaver=${1:-${CARGO_TARGET_DIR:-$top/target}/release/papaver} rounds=${2:-3} size=${3:-full}
work=${PAPAVER_BENCH:-${TMPDIR:-/tmp}/papaver-bench} model=$top/tests/fixtures/colour_dense.onnx
[ -x /usr/bin/time ] || { echo "error: GNU time is missing"; echo "hint: apt-get install time"; exit 1; } >&2
[ -x "$papaver" ] || (cd "$top" && cargo build --release --locked)
papaver=$(realpath "$papaver")
mkdir -p "$work/rasters-$size" "$work/times"
[ -x "$work/rasters-venv/bin/python" ] || python3 -m venv "$work/rasters-venv"
"$work/rasters-venv/bin/pip" install -q -r "$top/benches/requirements.txt"
"$work/rasters-venv/bin/python" "$top/benches/rasters.py" "$work/rasters-$size" "$size"
"$work/rasters-venv/bin/python" "$top/benches/photos.py" make "$work/rasters-$size" "$size"
cd "$work/rasters-$size"

# scan NAME ARGUMENTS…: one timed scan into out-NAME; appends 'seconds kilobytes' to NAME's figures
scan() {
    local name=$1
    shift
    rm -rf "out-$name"
    /usr/bin/time -f '%e %M' -a -o "$work/times/$name" "$papaver" scan "$@" -o "out-$name" -q --json >"$work/$name.json" \
        2>"$work/errors" || { echo "error: scan $* failed"; tail -n 3 "$work/errors"; exit 1; } >&2
}

seconds() { sort -n "$work/times/$1" | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
peak() { awk '$2 > m {m = $2} END {printf "%d", m / 1024}' "$work/times/$1"; }
found() { python3 -c 'import json, sys; c = json.load(open(sys.argv[1]))["candidates"]; print(sum(x["hits"] for x in c), "hits in", len(c), "candidates")' "$work/$1.json"; }
ratio() { awk -v a="$(seconds "$1")" -v b="$(seconds "$2")" 'BEGIN {printf "%.2f", a / b}'; }
side() { printf '%s %s s, peak %s MB' "$1" "$(seconds "$1")" "$(peak "$1")"; }

# alone NAME: decoding and inference of a folder of photos alone, with as many processes as there are cores
alone() {
    "$work/rasters-venv/bin/python" "$top/benches/photos.py" decode_and_infer "$1" "$top/models/papaver.onnx" >>"$work/times/alone_$1"
}
# photos a second, from the number in the baseline's line
rate() { awk -v s="$(seconds "$1")" '{n = $4} END {printf "%.2f", n / s}' "$work/times/alone_$1"; }

rm -f "$work"/times/*
for _ in $(seq "$rounds"); do
    for count in 0 10k 300k; do scan "hits_$count" "hits_$count.tif" --model "$model"; done
    scan full ground.tif
    scan half ground_half.tif
    scan one_thread ground.tif --threads 1
    scan two_threads ground.tif --threads 2
    scan sparse sparse.tif --model "$model"
    scan dense dense.tif --model "$model"
    for photos in photos_2cm photos_1cm; do
        scan $photos $photos
        alone $photos
    done
done
for photos in photos_1k photos_10k; do scan $photos $photos --model "$model"; done

echo "rounds $rounds, size $size, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
for count in 10k 300k; do
    echo "hits: $(ratio "hits_$count" hits_0) times no hits ($(side "hits_$count"), $(found "hits_$count"); $(side hits_0))"
done
echo "half no-data: $(ratio half full) of the whole ($(side half); $(side full))"
echo "two threads: $(ratio one_thread two_threads) times as fast as one ($(side two_threads); $(side one_thread))"
echo "sparse, 2 % valid: $(ratio sparse dense) times the same pixels side by side ($(side sparse); $(side dense))"

for photos in photos_2cm photos_1cm; do
    echo "$photos, 12 megapixels: $(ratio $photos alone_$photos) times decoding and inference alone ($(rate $photos) photos a second; $(side $photos); alone $(seconds alone_$photos) s)"
done
echo "ten times the photos: $(side photos_10k); $(side photos_1k)"

compare=${PAPAVER_SHARED:-$top/../shared}/bench/compare.sh
if [ -e "$compare" ] && [ "$size" = full ]; then
    bash "$compare" "$papaver" "$work/compare" "$rounds"
elif [ "$size" = full ]; then
    echo "not run: the comparison with GeoDeep ($compare is not there)"
fi
