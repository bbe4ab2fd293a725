#!/usr/bin/env bash
# Makes a release that runs without a network and without anything installed: one folder and one archive of it. On Linux
# every shared library is inside, the C library and its loader too, so that an older or another distribution does as well;
# only the kernel and /bin/sh are the machine's own. On Windows the C++ runtime is inside, and an installer lies beside the
# archive. Made on Debian or Ubuntu, for any of the targets.
# usage: bash .release/make.sh [--target linux-x86_64|linux-aarch64|windows-x86_64] [--program FILE] [--into FOLDER]
#   --target   what the release is for (default: this machine)
#   --program  the program (default: built here)
#   --into     where the release goes (default: target/dist)
set -euo pipefail
for ((at = 1; at <= $#; at++)); do
    [ "${!at}" = --target ] && next=$((at + 1)) && target=${!next}
done
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
program='' into=$top/target/dist
while [ $# -gt 0 ]; do
    case $1 in
    --target) shift ;;
    --program) program=$(realpath "$2") && shift ;;
    --into) into=$2 && shift ;;
    *) fail "$1 is not known" "不认识 $1" "see the head of .release/make.sh" "用法见 .release/make.sh 开头" ;;
    esac
    shift
done
case $target in
linux-x86_64) triple=x86_64-unknown-linux-gnu tools=x86_64-linux-gnu architecture=amd64 compiler=gcc-x86-64-linux-gnu ;;
linux-aarch64) triple=aarch64-unknown-linux-gnu tools=aarch64-linux-gnu architecture=arm64 compiler=gcc-aarch64-linux-gnu ;;
windows-x86_64) triple=x86_64-pc-windows-gnu tools=x86_64-w64-mingw32 architecture='' compiler=gcc-mingw-w64-x86-64-win32 ;;
*) fail "$target is no target" "没有 $target 这个目标平台" "there are linux-x86_64, linux-aarch64 and windows-x86_64" "可选：linux-x86_64、linux-aarch64、windows-x86_64" ;;
esac
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
name=papaver-$version-$target
work=$(mktemp -d) host=linux-$(uname -m)

# needed COMMAND PACKAGE: leaves in $missing which packages the set-up has to install
missing=()
needed() { command -v "$1" >/dev/null || missing+=("$2"); }

# compiled: the program of the target, from the source code
compiled() {
    local built=${CARGO_TARGET_DIR:-$top/target} linker other=() folders=()
    are_built || fail "the pages of papaver serve were not built" "papaver serve 的页面未编译" \
        "see above why; mend that and run this again: a release without them is none" "原因见上；解决后重新运行：没有页面的发行包不完整"
    step "building Papaver for $target" "为 $target 编译 Papaver"
    if [ "$target" != "$host" ]; then
        rustup -q target add "$triple" || fail "there is no Rust for $triple" "没有 $triple 的 Rust 标准库" \
            "make the release with a Rust that rustup manages (https://rustup.rs)" "请使用 rustup 管理的 Rust（https://rustup.rs）制作发行包"
        built+=/$triple other=(--target "$triple")
    fi
    # What GDAL takes from the system, the linker wants to see, though the program does not name it.
    [ -z "$architecture" ] || { debian_libraries && mapfile -t folders < <(debian_folders); }
    # Always of one name: with another linker cargo builds everything anew.
    mkdir -p "$built"
    printf '#!/bin/sh\nexec %s-gcc "$@"%s\n' "$tools" "${folders:+$(printf ' -Wl,-rpath-link,%s' "${folders[@]}")}" >"$built/linker"
    chmod +x "$built/linker"
    linker=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$triple")_LINKER
    # Of what debuggers read nothing stays in a release.
    (export CARGO_PROFILE_RELEASE_DEBUG=false "$linker=$(realpath "$built")/linker" "GDAL_HOME=$(gdal_home)" "GDAL_VERSION=$(gdal_version)" && build --release "${other[@]}")
    program=$built/release/papaver
    case $target in windows-*) program+=.exe ;; esac
}

# debian_libraries: the packages of Debian with the C and C++ libraries for the target's architecture, each unpacked into
# a folder of its name; apt's own lists stay as they are
debian_libraries() {
    local options
    [ ! -e "$work/system" ] || return 0
    mkdir -p "$work"/apt/{lists/partial,cache/archives/partial} "$work/system"
    options=("-oAPT::Architecture=$architecture" "-oAPT::Architectures=$architecture" -oAPT::Sandbox::User=root
        "-oDir::State::Lists=$work/apt/lists" "-oDir::Cache=$work/apt/cache")
    apt-get -q "${options[@]}" update >"$work/apt.log" 2>&1 \
        && (cd "$work/system" && apt-get -q "${options[@]}" download libc6 libgcc-s1 libstdc++6 zlib1g libexpat1 ca-certificates) >>"$work/apt.log" 2>&1 \
        || { tail -n 5 "$work/apt.log" >&2; fail "Debian's libraries for $architecture could not be fetched" "无法下载 Debian 的 $architecture 库" \
            "see apt's messages above; mend the network and run this again" "见上方 apt 的信息；修复网络后重新运行"; }
    for archive in "$work"/system/*.deb; do
        dpkg-deb -x "$archive" "$work/system/$(dpkg-deb -f "$archive" Package)"
    done
}

# debian_folders: where the libraries of those packages lie
debian_folders() { find "$work/system" -mindepth 3 -type d -name "$tools" ! -path '*/gconv*'; }

# gather_linux: the program, each library under the name by which the others ask for it, the loader, character sets
gather_linux() {
    local loader folders
    debian_libraries
    mkdir "$part/lib"
    # Read before what the wheels brought, whose names are their own.
    mapfile -t folders < <(debian_folders)
    python3 "$top/.release/libraries.py" "$program" "$runtime" -- "$(gdal_home)/lib" "${folders[@]}" >"$work/libraries"
    while read -r library; do cp -L --no-preserve=mode "$library" "$part/lib/"; done <"$work/libraries"
    loader=$(cd "$part/lib" && ls ld-linux*)
    cp "$program" "$part/lib/papaver"
    "$tools-strip" --strip-debug "$part/lib/papaver"
    chmod 755 "$part/lib/papaver" "$part/lib/$loader"
    cp "$runtime" "$part/lib/"
    # Whom to trust where a system says nothing of it, as in a container.
    cat "$work"/system/ca-certificates/usr/share/ca-certificates/mozilla/*.crt >"$part/share/ca-certificates.crt"
    # Names in a shapefile may be in GBK.
    cp -r "$work/system/libc6/usr/lib/$tools/gconv" "$part/share/gconv"
    sed "s/@LOADER@/$loader/; s/@RUNTIME@/$(basename "$runtime")/" "$top/.release/launcher.sh" >"$part/papaver"
    chmod 755 "$part/papaver"
}

# gather_windows: the program with its libraries beside it, where Windows looks first
gather_windows() {
    unpacked msvc-runtime "the C++ runtime (wheel of msvc-runtime, 2 MB)" "$work/system" take_msvc
    cp "$program" "$part/papaver.exe"
    "$tools-strip" "$part/papaver.exe"
    python3 "$top/.release/libraries.py" "$program" "$runtime" -- "$(gdal_home)/lib" "$work/system/lib" >"$work/libraries"
    while read -r library; do cp "$library" "$part/"; done <"$work/libraries"
    mkdir "$part/onnxruntime-$(pinned onnxruntime)"
    cp "$runtime" "$part/onnxruntime-$(pinned onnxruntime)/"
}

take_msvc() {
    mkdir -p "$1/lib" && mv ./*.data/data/Scripts/*.dll "$1/lib/" && mv ./*.dist-info "$1/"
}

# pack_linux, pack_windows: the archive, the same bytes for the same folder; and the installer
pack_linux() {
    tar -C "$into" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -9n >"$into/$name.tar.gz.part"
    mv "$into/$name.tar.gz.part" "$into/$name.tar.gz"
    (cd "$into" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
}

pack_windows() {
    find "$into/$name" -exec touch -d "@$epoch" {} +
    (cd "$into" && rm -f "$name.zip" && find "$name" -type f | LC_ALL=C sort | TZ=UTC zip -q -X -9 "$name.zip" -@)
    makensis -V2 -INPUTCHARSET UTF8 "-DFOLDER=$into/$name" "-DVERSION=$version" "-DOUTPUT=$into/$name-setup.exe" "$top/.release/installer.nsi"
    (cd "$into" && sha256sum "$name.zip" >"$name.zip.sha256" && sha256sum "$name-setup.exe" >"$name-setup.exe.sha256")
}

command -v apt-get >/dev/null || fail "this system has no apt-get" "本系统没有 apt-get" \
    "make the release on Debian or Ubuntu: libraries and licences come from there" "请在 Debian 或 Ubuntu 上制作：所需的库和许可证取自该系统"
needed python3 python3
[ "$target" = "$host" ] || needed "$tools-gcc" "$compiler"
# Headers and start files for another machine's Linux are only recommended by its compiler.
case $target in "$host" | windows-*) ;; *) [ -e "/usr/$tools/include/stdio.h" ] || missing+=("libc6-dev-$architecture-cross") ;; esac
case $target in windows-*) needed makensis nsis && needed zip zip ;; esac
(target=$host && set_up "${missing[@]}")
export PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
gdal_libraries
onnx_runtime
[ -n "$program" ] || compiled

runtime=$(realpath "$(runtime_library)") epoch=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct 2>/dev/null || stat -c %Y "$top/Cargo.toml")}
mkdir -p "$into"
into=$(cd "$into" && pwd) part=$into/.$name
trap 'rm -rf "$work" "$part"' EXIT
rm -rf "$part"
mkdir -p "$part"/{share,samples/village,models/train}

step "gathering the program and its libraries" "收集程序与动态库"
"gather_${target%%-*}"
cp -rL "$(gdal_home)"/share/{gdal,proj} "$part/share/"
rm -f "$part"/share/gdal/*.cmake
cp "$top"/samples/village/{ortho.tif,boundary.geojson,truth.geojson} "$part/samples/village/"
cp "$top"/samples/*.jpg "$part/samples/"
cp "$top/samples/dask_shards.py" "$part/samples/"
cp "$top/models/README.md" "$part/models/"
cp -R "$top/models/pictures" "$part/models/pictures"
cp "$top/models/train/README.md" "$part/models/train/"
cp "$top"/{README.md,README.zh-CN.md,CHANGELOG.md,CONTRIBUTING.md,LICENSE-MIT,LICENSE-APACHE} "$part/"
cp -R "$top/docs" "$part/docs"
python3 "$top/.release/links.py" "$part"

step "gathering the licences" "收集许可证"
python3 "$top/.release/licences.py" "$top" "$triple" "$work/libraries" "$runtime" "$(gdal_home)" "$work/system" "$part/licences"
python3 "$top/.release/bill.py" "$part" papaver "$version" "$(pinned onnxruntime)" "$(gdal_version)" \
    "$top"/models/papaver*.onnx >"$part/licences/bill.cdx.json"

step "packing" "打包"
(cd "$part" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)
rm -rf "${into:?}/$name"
mv "$part" "$into/$name"
"pack_${target%%-*}"
du -sh "$into/$name" "$into/$name".* "$into/$name"-setup.exe 2>/dev/null || true
