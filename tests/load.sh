#!/usr/bin/env bash
# 200 clients at once on this computer ask `papaver serve` for tiles, lists, pages and verdicts of the sample: prints errors (there are
# to be none), how long answers took, and the server's peak memory (under 300 MB). Fails where either is not so.
# usage: bash tests/load.sh [SECONDS] [CLIENTS]     (600, 200)
#   PAPAVER   a program to be tried; else an optimised one is built
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:-600} clients=${2:-200} most_mb=300
target=${CARGO_TARGET_DIR:-$top/target}
cd "$top"
if [ -z "${PAPAVER:-}" ]; then
    cargo build --release --locked --bin papaver
    PAPAVER=$target/release/papaver
fi
load=${PAPAVER_LOAD:-$target/debug/examples/serve_load}
[ -x "$load" ] || cargo build --locked --example serve_load
work=$(mktemp -d)
server=
ended() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap ended EXIT
cp -r samples/village "$work/village"
rm -rf "$work/village/out"
cd "$work"
export PAPAVER_REGISTRY=$work/410423.papaver PAPAVER_ACTOR=chief PAPAVER_PASSPHRASE='correct horse'
papaver() { "$PAPAVER" --lang en "$@"; }
papaver scan village/ortho.tif -o survey -q
papaver init --unit 410423
papaver actor add li analyst
papaver actor key li --actor li
papaver record survey --actor li
"$PAPAVER" --lang en serve "$work" --no-browser --port 0 >"$work/url" 2>"$work/said" &
server=$!
for _ in $(seq 100); do [ -s "$work/url" ] && break || sleep 0.2; done
url=$(head -n 1 "$work/url")
echo "$clients clients, $seconds s, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $url"
result=0
"$load" "$url" li "$PAPAVER_PASSPHRASE" "$seconds" "$clients" || result=1
peak=$(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$server/status")
echo "peak memory of the server: $peak MB"
[ "$peak" -lt "$most_mb" ] || { echo "error: more than $most_mb MB" >&2; result=1; }
papaver verify >/dev/null || { echo "error: the registry does not verify" >&2; result=1; }
exit $result
