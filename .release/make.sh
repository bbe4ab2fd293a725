#!/usr/bin/env bash
# Makes a release that runs without a network and without anything installed: one folder and one archive of it, for
# Linux with the architecture of this machine. Every shared library is inside, the C library and its loader too, so
# that an older or another distribution does as well; only the kernel and /bin/sh are the machine's own.
# usage: bash .release/make.sh [PAPAVER] [FOLDER]
#   PAPAVER  the program (default: target/release/papaver, built if need be)
#   FOLDER   where the release goes (default: target/dist)
set -euo pipefail
# shellcheck source=../.setup/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../.setup/setup.sh"
set_up
for tool in ldd strip dpkg-query apt-get; do
    command -v "$tool" >/dev/null || fail "$tool is missing" "缺少 $tool" \
        "a release is made on Debian or Ubuntu: apt-get install binutils libc-bin dpkg apt" "请在 Debian 或 Ubuntu 上制作发行包：apt-get install binutils libc-bin dpkg apt"
done
if [ $# = 0 ]; then
    step "building Papaver" "编译 Papaver"
    build --release
fi
papaver=$(realpath "${1:-${CARGO_TARGET_DIR:-$top/target}/release/papaver}") into=${2:-$top/target/dist}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
name=papaver-$version-linux-$(uname -m) runtime=$(realpath "$(runtime_library)")
mkdir -p "$into"
into=$(cd "$into" && pwd) part=$into/.$name
rm -rf "$part"
mkdir -p "$part"/{lib,share,samples/village}

step "gathering the program and its libraries" "收集程序与动态库"
cp "$papaver" "$part/lib/papaver"
cp "$runtime" "$part/lib/"
# Each library under the name by which the others ask for it; ldd follows them all the way down.
ldd "$papaver" "$runtime" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\// && $1 !~ /:$/ {print $1}' | sort -u >"$part/libraries"
ldd "$papaver" "$runtime" | grep 'not found' >&2 && fail "a library is missing on this machine" "本机缺少动态库" \
    "install it (see above) and run this again" "请安装上列动态库后重新运行"
while read -r library; do cp -L --no-preserve=mode "$library" "$part/lib/"; done <"$part/libraries"
loader=$(basename "$(grep -m 1 -E '/ld-linux[^/]*$' "$part/libraries")")
chmod 755 "$part/lib/papaver" "$part/lib/$loader"
strip --strip-debug "$part/lib/papaver"

cp -rL "$(gdal_home)"/share/{gdal,proj} "$part/share/"
# The C library's character sets: names in a shapefile may be in GBK.
cp -r "$(dirname "$(grep -m 1 '/libc\.so' "$part/libraries")")/gconv" "$part/share/gconv" 2>/dev/null \
    || cp -r "/usr/lib/$(uname -m)-linux-gnu/gconv" "$part/share/gconv"

sed "s/@LOADER@/$loader/; s/@RUNTIME@/$(basename "$runtime")/" "$top/.release/launcher.sh" >"$part/papaver"
chmod 755 "$part/papaver"
cp "$top"/samples/village/{ortho.tif,boundary.geojson,truth.geojson} "$part/samples/village/"
cp "$top"/samples/*.jpg "$part/samples/"
mkdir "$part/models"
cp "$top/models/README.md" "$part/models/"
cp "$top"/{README.md,README.zh-CN.md,CHANGELOG.md,LICENSE-MIT,LICENSE-APACHE} "$part/"
cp -R "$top/docs" "$part/docs"

step "gathering the licences" "收集许可证"
python3 "$top/.release/licences.py" "$top" "$part/libraries" "$runtime" "$(gdal_home)" "$part/licences"
rm "$part/libraries"

step "packing" "打包"
(cd "$part" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
rm -rf "${into:?}/$name"
mv "$part" "$into/$name"
tar -C "$into" --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct)}" --owner=0 --group=0 \
    --numeric-owner -cf - "$name" | gzip -9n >"$into/$name.tar.gz.part"
mv "$into/$name.tar.gz.part" "$into/$name.tar.gz"
(cd "$into" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
du -sh "$into/$name" "$into/$name.tar.gz"
