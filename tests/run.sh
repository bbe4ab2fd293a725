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

# Named tests are a person's; everything is the continuous integration's.
if [ $# = 0 ] && [ -z "${PAPAVER_NO_TRAINING:-}" ]; then
    step "training a miniature (PAPAVER_NO_TRAINING=1 leaves it out)" "训练微型模型（PAPAVER_NO_TRAINING=1 可跳过）"
    tests/train.sh
fi
