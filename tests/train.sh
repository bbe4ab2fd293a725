#!/usr/bin/env bash
# The whole training chain in two minutes, without any data: renders a few plants, trains, exports, and asks the program
# what it thinks of the model.
#
#     tests/train.sh [PAPAVER]
#
# Uses PAPAVER_TRAIN_PYTHON where it is set. Otherwise the pinned packages of models/train/requirements.txt go into
# target/train-venv (some 6 GB, once); where they cannot be had, the test is skipped and says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=$(realpath "${1:-target/debug/papaver}")
python=${PAPAVER_TRAIN_PYTHON:-$PWD/target/train-venv/bin/python}

if [ -z "${PAPAVER_TRAIN_PYTHON:-}" ] && ! "$python" -c 'import torch, mitsuba, onnx, onnxruntime, cv2' 2>/dev/null; then
    free=$(df --output=avail -k . | tail -n 1)
    if [ "$free" -lt 12000000 ]; then
        echo "skipped: the training's packages need 12 GB of free disk"
        exit 0
    fi
    mkdir -p target
    if ! { python3 -m venv target/train-venv && target/train-venv/bin/pip install -q -r models/train/requirements.txt; }; then
        echo "skipped: the training's packages cannot be installed here; PAPAVER_TRAIN_PYTHON names a Python that has them"
        exit 0
    fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd models/train && "$python" -m papaver_train.miniature --work "$work" --out "$work/miniature.onnx")
"$program" model inspect "$work/miniature.onnx" | tee "$work/said"
grep -q "dense classifier" "$work/said" || { echo "error: the program does not take the miniature for a dense classifier" >&2; exit 1; }
echo "the miniature was trained, exported and accepted"
