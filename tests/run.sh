#!/usr/bin/env bash
# Sets everything up and runs every test that needs no heavy client. Arguments go to `cargo test`.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up

step "building and running the tests (the first time takes some ten minutes on two cores)" \
    "编译并运行测试（首次在双核机器上约需十分钟）"
cd "$top"
cargo test --locked "$@"

# The training's packages take some 6 GB, so that it is asked for: with a Python that has them, or by having them fetched.
if [ -n "${PAPAVER_TRAIN_PYTHON:-}${PAPAVER_TRAINING:-}" ]; then
    step "training a miniature" "训练微型模型"
    tests/train.sh
else
    say "not run: tests/train.sh (PAPAVER_TRAINING=1 runs it too, and fetches some 6 GB)" \
        "未运行：tests/train.sh（PAPAVER_TRAINING=1 可一并运行，需下载约 6 GB）"
fi
