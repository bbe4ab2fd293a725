#!/usr/bin/env bash
# Tries a release where nothing is installed and there is no network: unpacks it with the tools of a bare Debian root
# and scans the sample there. Needs root (chroot), and the network once, to make the bare root.
# usage: bash tests/release.sh ARCHIVE [ROOT]
#   ROOT  a bare Debian root (default: made with debootstrap and kept in /tmp/papaver-bare-SUITE, suite from SUITE, else bookworm)
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=${SUITE:-bookworm} archive=$(realpath "${1:?usage: bash tests/release.sh ARCHIVE [ROOT]}")
root=${2:-${TMPDIR:-/tmp}/papaver-bare-$suite}
[ "$(id -u)" = 0 ] || { echo "error: chroot needs root"; echo "hint: run this with sudo"; exit 1; } >&2
if [ ! -x "$root/bin/sh" ]; then
    command -v debootstrap >/dev/null || { echo "installing debootstrap" && apt-get install -q -y debootstrap >/dev/null; }
    echo "making a bare Debian root ($suite): $root"
    debootstrap --variant=minbase "$suite" "$root.part" >"$root.log" 2>&1 \
        || { tail -n 5 "$root.log"; echo "error: debootstrap failed"; echo "hint: see $root.log"; exit 2; } >&2
    mv "$root.part" "$root"
fi
# The root is not to be changed: what is written goes to a layer of its own.
layer=$(mktemp -d)
trap 'umount "$layer/root/proc" 2>/dev/null || true; umount "$layer/root" 2>/dev/null || true; umount "$layer" 2>/dev/null || true; rm -rf "$layer"' EXIT
mount -t tmpfs papaver "$layer"
mkdir -p "$layer"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
bare=$layer/root
mount -t proc proc "$bare/proc"
# inside COMMAND…: in the bare root, with an empty environment and no network
inside() { unshare -n chroot "$bare" env -i PATH=/usr/bin:/bin HOME=/home/crew LANG=C.UTF-8 sh -ec 'cd /tmp; "$@"' sh "$@"; }

mkdir -p "$bare/opt" "$bare/home/crew"
cp "$archive" "$bare/tmp/papaver.tar.gz"
echo "== unpacking with the bare system's own tar"
inside tar -C /opt -xzf papaver.tar.gz
place=/opt/$(ls "$bare/opt")
inside sh -c "cd $place && sha256sum --quiet -c SHA256SUMS" && echo "checksums agree"
inside ln -s "$place/papaver" /usr/local/bin/papaver

echo "== libraries from outside the release"
for program in papaver "$(basename "$bare$place"/lib/libonnxruntime.so*)"; do
    outside=$(inside sh -c "$place/lib/ld-linux*.so.* --library-path $place/lib --list $place/lib/$program" \
        | grep -v -E "$place/lib/|linux-vdso|statically linked" || true)
    [ -z "$outside" ] || { echo "$outside"; echo "error: the release is not whole"; exit 1; } >&2
done
echo none

interfaces=$(inside sh -c "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")
echo "== network interfaces inside: $interfaces, and it is down"
inside /usr/local/bin/papaver --version
inside /usr/local/bin/papaver model inspect
inside /usr/local/bin/papaver scan "$place/samples/village/ortho.tif" --within "$place/samples/village/boundary.geojson" -o /tmp/out
python3 "$top/samples/against_truth.py" "$top/samples/village/truth.geojson" "$bare/tmp/out/candidates.geojson"
ls "$bare/tmp/out"
echo "the release works in a bare $suite without a network"
