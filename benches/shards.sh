#!/usr/bin/env bash
# What parting a scan costs, what a second worker brings, and what a slow one costs: one scan on one core; the same in shards, one
# after the other on one core; with two workers of one core each; and with as many as there are cores, all equal and one of them ten
# times slower, in one run. What a shard costs beside scoring is scaled to shards of three minutes.
# usage: bash benches/shards.sh [PAPAVER] [SIDE] [SHARDS] [SMALL]
#   SIDE    pixels along a side of the raster (20000)
#   SHARDS  how many (8)
#   SMALL   how many for equal and slow workers (16 a core): one of a slow worker is to be a small part of the whole
# The raster and a Python environment go to ${PAPAVER_BENCH:-/tmp/papaver-bench}. CPU seconds bear a busy machine, wall seconds do
# not: run it on a quiet one of two cores or more, or say its load. Needs GNU time.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
papaver=$(realpath "${1:-${CARGO_TARGET_DIR:-$top/target}/release/papaver}") side=${2:-20000} shards=${3:-8}
small=${4:-$((16 * $(nproc)))}
work=${PAPAVER_BENCH:-${TMPDIR:-/tmp}/papaver-bench}
[ -x /usr/bin/time ] || { echo "error: GNU time is missing"; echo "hint: apt-get install time"; exit 1; } >&2
mkdir -p "$work"
[ -x "$work/tiles-venv/bin/python" ] || python3 -m venv "$work/tiles-venv"
"$work/tiles-venv/bin/pip" install -q rio-tiler==9.4.12
raster=$work/tiles-$side.tif
[ -f "$raster" ] || "$work/tiles-venv/bin/python" "$top/benches/tiles.py" make "$raster" "$side" "$top/samples/village/ortho.tif"
rm -rf "$work"/shards-*

# timed NAME COMMAND…: adds its wall and CPU seconds to NAME's
timed() { /usr/bin/time -f '%e %U %S' -a -o "$work/shards-$1.times" "${@:2}"; }
# wall and CPU seconds of NAME
sum() { awk '{wall += $1; cpu += $2 + $3} END {print wall, cpu}' "$work/shards-$1.times"; }
load() { cut -d' ' -f1 /proc/loadavg; }
plan() { timed plan "$papaver" plan "$raster" -o "$work/shards-$1" --shards "${2:-$shards}" -q; }
# the shards that a plan lacks
missing() { "$papaver" plan --status --json -o "$work/shards-$1" | python3 -c 'import json, sys; print(*json.load(sys.stdin)["missing"])'; }

# slowly COMMAND…: runs it a tenth of the time
slowly() {
    "$@" & local process=$!
    while kill -STOP $process 2>/dev/null; do
        sleep 0.9
        kill -CONT $process 2>/dev/null || true
        sleep 0.1
    done
    wait $process
}
# worker PLAN CORE COMMAND…: takes shards that nobody has begun, one after the other; then, as a queue that puts lost jobs back does,
# those that others have begun and not ended. Of a shard that is run twice the first counts.
worker() {
    local name=$1 core=$2 run=("${@:3}") k
    shard() { "${run[@]}" taskset -c "$core" "$papaver" scan --plan "$work/shards-$name" --shard "$1" --threads 1 -q; }
    while k=$(flock "$work/shards-$name.next" sh -c 'n=$(cat "$0") && echo $((n + 1)) >"$0" && echo "$n"' "$work/shards-$name.next") && [ "$k" -lt "$count" ]; do
        shard "$k"
    done
    for k in $(missing "$name" || true); do
        [ -e "$work/shards-$name/shards/$(printf %05d "$k").jsonl" ] || shard "$k"
    done
}
# pool PLAN [SLOW]: wall seconds until no shard of it is missing, with a worker on each core, the last through SLOW
pool() {
    local name=$1 began core workers=() last=$(($(nproc) - 1))
    echo 0 >"$work/shards-$name.next"
    began=$(date +%s.%N)
    set -m
    for core in $(seq 0 "$last"); do
        if [ "$core" = "$last" ]; then worker "$name" "$core" ${2:+"$2"} & else worker "$name" "$core" & fi
        workers+=($!)
    done
    set +m
    while [ -n "$(missing "$name" || true)" ]; do sleep 0.1; done
    python3 -c 'import sys, time; print(time.time() - float(sys.argv[1]))' "$began"
    # Whoever still runs what another has ended; a group at a time, with what it started.
    for worker in "${workers[@]}"; do kill -KILL -- "-$worker" 2>/dev/null || true; done
}

echo "side $side, $shards shards, $(nproc) cores, load $(load)"
timed one taskset -c 0 "$papaver" scan "$raster" -o "$work/shards-one" --threads 1 --no-pyramid -q
plan alone
count=$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["shards"]))' "$work/shards-alone/plan.json")
for k in $(seq 0 $((count - 1))); do
    timed alone taskset -c 0 "$papaver" scan --plan "$work/shards-alone" --shard "$k" --threads 1 -q
done
timed merge taskset -c 0 "$papaver" merge --plan "$work/shards-alone" -o "$work/shards-merged" --threads 1 -q
cmp "$work/shards-one/candidates.geojson" "$work/shards-merged/candidates.geojson"
plan both
export papaver work
timed both xargs --process-slot-var=core -P 2 -I K sh -c \
    'taskset -c $core "$papaver" scan --plan "$work/shards-both" --shard K --threads 1 -q' < <(seq 0 $((count - 1)))
for name in one plan alone merge both; do echo "$name: $(sum "$name" | awk '{printf "%.1f s wall, %.1f s CPU", $1, $2}')"; done
awk -v n="$count" '{
    split($0, v, " ")
    over = v[4] + v[6] + v[8] / 2 - v[2]
    printf "overhead: %.2f CPU s a shard, %.1f %% with shards of %.0f CPU s, %.2f %% scaled to three minutes\n", over / n, over / v[2] * 100, v[4] / n, over / n / 180 * 100
    printf "two workers of one core: efficiency %.2f by wall, %.2f by CPU\n", v[3] / (2 * v[9]), v[4] / v[10]
}' <<<"$(sum one) $(sum alone) $(sum merge) $(sum plan) $(sum both)"
[ "$(nproc)" -gt 1 ] || { echo "one core: no slow worker among others" && exit 0; }
for name in equal slow; do
    plan "$name" "$small"
    count=$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["shards"]))' "$work/shards-$name/plan.json")
done
equal=$(pool equal) slow=$(pool slow slowly)
"$papaver" merge --plan "$work/shards-slow" -o "$work/shards-merged-slow" -q
cmp "$work/shards-one/candidates.geojson" "$work/shards-merged-slow/candidates.geojson"
awk -v w="$(nproc)" -v n="$count" -v equal="$equal" -v slow="$slow" 'BEGIN {
    best = w / (w - 0.9)
    printf "%d workers, %d shards: %.1f s all equal, %.1f s one ten times slower: %.2f times, %.2f of the best that these can (%.2f)\n",
        w, n, equal, slow, slow / equal, slow / equal / best, best }'
echo "load $(load)"
