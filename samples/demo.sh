#!/usr/bin/env bash
# Sets everything up, builds the program and scans the sample survey. Run it as often as you like.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up

step "building Papaver (the first time takes some ten minutes on two cores)" "编译 Papaver（首次在双核机器上约需十分钟）"
build --release
papaver=${CARGO_TARGET_DIR:-$top/target}/release/papaver

cd "$top"
against_truth() {
    step "against the truth: the sample is rendered, so what stands where is known" "与真值比较：示例是渲染的，哪里有什么是已知的"
    python3 samples/against_truth.py samples/village/truth.geojson "$1/candidates.geojson"
}

step "scanning twelve drone photos of the sample village" "扫描示例村庄的十二张无人机照片"
"$papaver" scan samples/photos --within samples/village/boundary.geojson \
    --survey village --output samples/photos/out --restart
against_truth samples/photos/out

step "scanning the orthomosaic of the same village" "扫描同一村庄的正射影像"
"$papaver" scan samples/village/ortho.tif --within samples/village/boundary.geojson \
    --survey village --output samples/village/out --restart
against_truth samples/village/out

step "to look at both in a browser" "在浏览器中查看"
echo "$papaver serve samples"

step "your own imagery" "扫描您自己的影像"
echo "$papaver scan ORTHO.tif -o results"
