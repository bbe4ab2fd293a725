#!/usr/bin/env bash
# The pages in a real Chromium: their layout, the keyboard alone, screening by keys, a hundred thousand sites without WebGL, and
# the sample from a flight to the report through the real program. Some minutes; a part of .ci/run.
#   tests/browser.sh [PROGRAM]      the program to be tried (default: the newest that cargo built here)
# PICTURES=FOLDER keeps a picture of every page; SPEED=1 measures frames a second and the time from a key to the next picture.
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up

# browser: Chromium, with letters for Chinese
browser() {
    local missing=()
    command -v "${CHROMIUM:-chromium}" >/dev/null || missing+=(chromium)
    compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
    [ ${#missing[@]} = 0 ] && return
    say "installing system packages: ${missing[*]}" "安装系统软件包：${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >"$log" 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 install --no-install-recommends -y "${missing[@]}" >>"$log" 2>&1 || {
        tail -n 15 "$log" >&2
        fail "Chromium was not installed" "Chromium 安装失败" "install it by hand and run this again" "请手工安装后重新运行"
    }
}

step "the browser, and what drives it" "准备浏览器"
browser
web_npm ci >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "the packages for the tests were not installed" "测试所需的包安装失败" "mend the network and run this again" "修复网络后重新运行"; }

step "types, and the pages as they are built" "检查类型并编译页面"
web_npm run --silent check
web_npm exec --offline -- vite build --logLevel warn
web_sources >"$top/src/web/dist/sources.sha256"

built=${CARGO_TARGET_DIR:-$top/target}
PAPAVER=$(realpath "${1:-$(ls -t "$built"/{release,debug}/papaver 2>/dev/null | head -n 1)}")
export PAPAVER CHROMIUM="${CHROMIUM:-$(command -v chromium)}"
step "in the browser (program: ${PAPAVER:-none})" "浏览器测试（程序：${PAPAVER:-无}）"
cd "$top"
# in_browser PART: a browser that the system starves of time can miss a moment, so that a part which fails, or stands still for
# ten minutes, is run once more, and that is said
in_browser() {
    local run=("$(node_home)/bin/node" --test --test-timeout=600000 "$1")
    "${run[@]}" && return
    say "once more: $1" "再试一次：$1"
    "${run[@]}"
}
result=0
for part in tests/browser/*.test.mjs; do in_browser "$part" || result=1; done
exit $result
