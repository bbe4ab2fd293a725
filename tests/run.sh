#!/usr/bin/env bash
# Sets everything up and runs every test that needs no heavy client. Arguments go to `cargo test`; then nothing else is run.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up

step "building and running the tests (the first time takes some ten minutes on two cores)" \
    "编译并运行测试（首次在双核机器上约需十分钟）"
cd "$top"
cargo test --locked "$@"

if [ $# = 0 ]; then
    step "training a miniature (two minutes)" "训练微型模型（约两分钟）"
    tests/train.sh
fi
