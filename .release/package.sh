#!/usr/bin/env bash
# Makes packages out of a Linux release that make.sh has made: the same folder, installed as /opt/papaver with the command
# /usr/bin/papaver. Nothing of the system is needed but the kernel and /bin/sh, so they depend on nothing.
# usage: bash .release/package.sh FOLDER deb|rpm|image|wheel…
#   FOLDER  the release, as target/dist/papaver-VERSION-linux-x86_64; the packages go beside it, each with its checksum
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(realpath "${1:?usage: bash .release/package.sh FOLDER deb|rpm|image|wheel…}") into=$(dirname "$(realpath "$1")")
shift
IFS=- read -r _ version system machine <<<"$(basename "$folder")"
[ "$system" = linux ] || { echo "error: $folder is no release for Linux"; echo "hint: for Windows make.sh makes an installer"; exit 1; } >&2
case $machine in x86_64) debian=amd64 oci=amd64 ;; aarch64) debian=arm64 oci=arm64 ;; esac
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct 2>/dev/null || stat -c %Y "$top/Cargo.toml")}
export SOURCE_DATE_EPOCH=$epoch
summary="Finds plots that may be opium poppy in drone imagery and follows every site"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# needed COMMAND PACKAGE: fails where a command is missing, with the package that brings it
needed() {
    command -v "$1" >/dev/null || { echo "error: $1 is missing"; echo "hint: on Debian or Ubuntu, as root: apt-get install $2"; exit 2; } >&2
}

# made PACKAGE: writes its checksum beside it, and says what was made
made() {
    (cd "$into" && sha256sum "$1" >"$1.sha256")
    echo "$into/$1"
}

# tree FOLDER: what is installed
tree() {
    mkdir -p "$1/opt" "$1/usr/bin" "$1/usr/share/applications"
    cp -a "$folder" "$1/opt/papaver"
    ln -s ../../opt/papaver/papaver "$1/usr/bin/papaver"
    install -m 644 "$top/.release/papaver.desktop" "$1/usr/share/applications/"
    chmod -R u=rwX,go=rX "$1"
}

deb() {
    local name=papaver_${version}_$debian.deb
    needed dpkg-deb dpkg
    tree "$work/deb"
    mkdir "$work/deb/DEBIAN"
    cat >"$work/deb/DEBIAN/control" <<END
Package: papaver
Version: $version
Architecture: $debian
Maintainer: Papaver developers <noreply@localhost>
Installed-Size: $(du -sk "$work/deb" | cut -f1)
Section: science
Priority: optional
Description: $summary
 无人机影像疑似罂粟地块查找与铲除登记。
 Takes the imagery of a drone survey, finds plots that may be illegally grown
 opium poppy, and keeps the record of every site until somebody else has
 accepted that it was eradicated. Works without a network.
END
    find "$work/deb" -exec touch -h -d "@$epoch" {} +
    dpkg-deb --root-owner-group -Zxz --build "$work/deb" "$into/$name" >/dev/null
    made "$name"
}

rpm() {
    needed rpmbuild rpm
    tree "$work/rpm"
    cat >"$work/papaver.spec" <<END
Name: papaver
Version: $version
Release: 1
Summary: $summary
Summary(zh_CN): 无人机影像疑似罂粟地块查找与铲除登记
License: MIT OR Apache-2.0
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%description
Takes the imagery of a drone survey, finds plots that may be illegally grown opium poppy, and keeps the record of every
site until somebody else has accepted that it was eradicated. Works without a network.
%install
cp -a $work/rpm/. %{buildroot}/
%files
%defattr(-,root,root)
/opt/papaver
/usr/bin/papaver
/usr/share/applications/papaver.desktop
END
    # What older systems can unpack, as Kylin V10 with rpm 4.15: no zstd.
    rpmbuild -bb --target "$machine-linux" --define "_topdir $work/rpmbuild" --define "_binary_payload w6.xzdio" \
        --define "clamp_mtime_to_source_date_epoch 1" --define "use_source_date_epoch_as_buildtime 1" "$work/papaver.spec" >"$work/rpm.log" 2>&1 \
        || { tail -n 15 "$work/rpm.log" >&2; exit 2; }
    cp "$work/rpmbuild/RPMS"/*/*.rpm "$into/"
    made "papaver-$version-1.$machine.rpm"
}

# image: an OCI image without a shell; its program is started by the loader that lies beside it
image() {
    local name=papaver-$version-oci-$oci.tar loader runtime layout=$work/image
    loader=$(cd "$folder/lib" && ls ld-linux*) runtime=$(cd "$folder/lib" && ls libonnxruntime.so.*)
    needed umoci umoci
    umoci init --layout "$layout"
    umoci new --image "$layout:$version"
    mkdir -p "$work/root"/{opt,etc/ssl/certs,tmp,work}
    # Where GDAL and the program look for whom to trust; the root has nothing of a system.
    cp "$folder/share/ca-certificates.crt" "$work/root/etc/ssl/certs/"
    cp -a "$folder" "$work/root/opt/papaver"
    # The image has no shell, and needs neither the launcher nor the sample.
    rm -rf "$work/root/opt/papaver"/{papaver,samples,docs}
    echo "papaver:x:65532:65532::/work:/none" >"$work/root/etc/passwd"
    chmod -R u=rwX,go=rX "$work/root"
    chmod 1777 "$work/root/tmp"
    chown -R 65532:65532 "$work/root/work"
    find "$work/root" -exec touch -h -d "@$epoch" {} +
    for part in opt etc tmp work; do
        umoci insert --image "$layout:$version" "$work/root/$part" "/$part" >/dev/null
    done
    umoci config --image "$layout:$version" --os linux --architecture "$oci" --config.user 65532:65532 --config.workingdir /work \
        --config.entrypoint "/opt/papaver/lib/$loader" --config.entrypoint --library-path --config.entrypoint /opt/papaver/lib \
        --config.entrypoint /opt/papaver/lib/papaver --config.cmd --help --config.volume /work \
        --config.env "ORT_DYLIB_PATH=/opt/papaver/lib/$runtime" --config.env GCONV_PATH=/opt/papaver/share/gconv \
        --config.env ORT_DISABLE_TELEMETRY=1 --config.env HOME=/work --config.env TMPDIR=/work --config.env LANG=C.UTF-8 \
        --config.label "org.opencontainers.image.version=$version" --config.label "org.opencontainers.image.licenses=MIT OR Apache-2.0" \
        --created "$(date -u -d "@$epoch" +%FT%TZ)"
    python3 "$top/.release/health.py" "$layout"
    umoci gc --layout "$layout" >/dev/null
    tar -C "$layout" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -cf "$into/$name" .
    made "$name"
}

# wheel: the program, its C libraries and the Python module; GDAL and ONNX Runtime come with the wheels it depends on
wheel() {
    local path
    needed python3 python3
    path=$(python3 "$top/.release/wheel.py" "$folder" "$top/python" "$top/.setup/libraries.txt" "$into")
    made "$(basename "$path")"
}

for kind in "$@"; do
    case $kind in
    deb | rpm | image | wheel) "$kind" ;;
    *) { echo "error: $kind is no kind of package"; echo "hint: there are deb, rpm, image and wheel"; exit 1; } >&2 ;;
    esac
done
