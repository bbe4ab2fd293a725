#!/usr/bin/env bash
# Makes the registries of a made-up province of twelve counties over two seasons, whose truth is known, in
# samples/province/out, and asks them what the province office asks. Needs what demo.sh set up.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up

build --release
build --release --example province_sample
built=${CARGO_TARGET_DIR:-$top/target}/release
out=$top/samples/province/out
rm -rf "$out"
mkdir -p "$out"
"$built/examples/province_sample" "$out"

cd "$out"
export PAPAVER_REGISTRY=province.papaver PAPAVER_ACTOR=主任
"$built/papaver" coverage --season 2026 --output coverage.gpkg
"$built/papaver" process --season 2026 --on 2026-06-10
"$built/papaver" targets import targets.csv --season 2026
"$built/papaver" targets match --output targets.geojson
"$built/papaver" quality --plot reliability.svg
"$built/papaver" hotspots --season 2026 --output hot.gpkg
"$built/papaver" compare 2025 2026
"$built/papaver" rank --season 2026 --funnel funnel.svg
"$built/papaver" report province --season 2026 --output report
step "the truth is in $out/truth.json" "真值在 $out/truth.json"
