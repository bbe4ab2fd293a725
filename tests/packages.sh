#!/usr/bin/env bash
# Tries the packages of a release for Linux where nothing is installed and there is no network: each is put in, scans a corner
# of the sample survey, serves, and is taken out again with nothing left. Those for another machine run under qemu. Needs root,
# and the network once, for the bare root and for what the Python wheel depends on.
# usage: bash tests/packages.sh PACKAGE…
#   PACKAGE  a .deb, an .rpm, a .whl or an OCI image's .tar, as .release/package.sh makes them, with the checksum beside each
#   PYTHON   in the environment: a Python for the wheel; 3.12 or newer tries it in a fresh environment too (default: python3)
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -gt 0 ] || { echo "usage: bash tests/packages.sh PACKAGE…"; exit 1; } >&2
[ "$(id -u)" = 0 ] || { echo "error: a bare root needs root"; echo "hint: run this with sudo"; exit 1; } >&2
suite=${SUITE:-bookworm} root=${TMPDIR:-/tmp}/papaver-bare-${SUITE:-bookworm} python=${PYTHON:-python3}
wheels=${WHEELS:-${TMPDIR:-/tmp}/papaver-wheels}
# shellcheck source=release_life.sh
. "$top/tests/release_life.sh"
# shellcheck source=release_root.sh
. "$top/tests/release_root.sh"

# machine_of PACKAGE
machine_of() { case $1 in *arm64* | *aarch64*) echo aarch64 ;; *) echo x86_64 ;; esac; }

# wheel_installed WHEEL FOLDER: with what it depends on, for its own machine, whatever this one is
wheel_installed() {
    local machine
    machine=$(machine_of "$1")
    # An older pip asks of its own Python what the wheel asks of the one that it is for.
    "$python" -m pip install -q --target "$2" --only-binary=:all: --no-compile --python-version 3.13 --ignore-requires-python --find-links "$wheels" \
        --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" --platform "manylinux_2_17_$machine" \
        --platform "manylinux2014_$machine" "${@:3}" "$1"
}

# is_for_venv WHEEL: whether it is this machine's, and the Python is one that it is for
is_for_venv() {
    [ "$(machine_of "$1")" = "$(uname -m)" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))'
}

# fetched: while there is a network
fetched() {
    bare_root
    for package in "$@"; do
        case $package in *.whl) ;; *) continue ;; esac
        mkdir -p "$wheels"
        wheel_installed "$package" "$wheels/$(basename "$package" .whl)" --upgrade
        ! is_for_venv "$package" || "$python" -m pip download -q --only-binary=:all: -d "$wheels/parts" "$package" pipx pip
    done
}

# tried: what a package is there for; `papaver` runs it in the current folder
tried() {
    must "--version" papaver --version
    cat >corner.geojson <<'END'
{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[113.93083, 28.25256],
 [113.93093, 28.25256], [113.93093, 28.25266], [113.93083, 28.25266], [113.93083, 28.25256]]]}}
END
    cp "$top/samples/village/ortho.tif" .
    must "scan" papaver scan ortho.tif --within corner.geojson -o corner -q
    python3 -c 'import json; assert json.load(open("corner/candidates.geojson"))["features"], "nothing found"'
    in_shards corner/candidates.geojson ortho.tif --within corner.geojson
    serving .
    must "serve, over HTTP" python3 "$top/tests/tools/served.py" "$url" .
    served_to_its_end .
}

# everything: what lies in the bare root, but for what package managers note of themselves and what was scanned. An empty
# /opt is anybody's: dpkg takes it away with the last that lay in it.
everything() {
    (cd "$bare" && find . -xdev \( -path ./var -o -path ./tmp -o -path ./proc -o -path ./usr/bin/qemu \) -prune -o ! -path ./opt -print | LC_ALL=C sort)
}

# installed PROGRAM MACHINE: the command that a package put there
installed() {
    [ "$(readlink -f "$bare/usr/bin/papaver")" = "$(readlink -f "$bare/opt/papaver/papaver")" ]
    [ -s "$bare/usr/share/applications/papaver.desktop" ]
    if [ "$1" = "$(uname -m)" ]; then papaver() { inside papaver "$@"; }
    else emulator "$1" && papaver() { started /opt/papaver "$@"; }; fi
    mkdir "$bare/tmp/work" && cd "$bare/tmp/work"
    tried
    cd /
}

a_deb() {
    local before
    a_layer
    before=$(everything)
    cp "$1" "$bare/tmp/papaver.deb"
    [ "$(machine_of "$1")" = "$(uname -m)" ] || inside dpkg --add-architecture "$(dpkg-deb -f "$1" Architecture)"
    must "dpkg -i" inside dpkg -i /tmp/papaver.deb
    installed "$(machine_of "$1")"
    must "dpkg -r" inside dpkg -r papaver
    [ "$(everything)" = "$before" ] || { diff <(echo "$before") <(everything) || true; echo "error: something is left"; exit 1; } >&2
    echo "  nothing left"
}

# an_rpm: by rpm itself, into a root with a database of its own
an_rpm() {
    local before options=(--root "$layer/root" --ignorearch)
    command -v rpm >/dev/null || { echo "error: rpm is missing"; echo "hint: apt-get install rpm"; exit 2; } >&2
    ! rpm --help | grep -q force-debian || options+=(--force-debian)
    a_layer
    # As the package `filesystem` has it on every system that rpm rules.
    mkdir -p "$bare/usr/share/applications"
    must "rpm --initdb" rpm --root "$bare" --initdb
    before=$(everything)
    must "rpm -K" rpm --root "$bare" -K --nosignature "$1"
    must "rpm -i" rpm "${options[@]}" -i "$1"
    must "rpm -V" rpm --root "$bare" -V papaver
    installed "$(machine_of "$1")"
    must "rpm -e" rpm "${options[@]:0:2}" "${options[@]:3}" -e papaver
    [ "$(everything)" = "$before" ] || { diff <(echo "$before") <(everything) || true; echo "error: something is left"; exit 1; } >&2
    echo "  nothing left"
}

# a_wheel: the words with which the module starts the program, in the bare root
a_wheel() {
    local site=/opt/site words variables
    a_layer
    cp -a "$wheels/$(basename "$1" .whl)" "$bare$site"
    # The module is asked where the files lie that it would use.
    mount --bind "$bare$site" "$(mkdir -p "$layer/site" && echo "$layer/site")"
    words=$(PYTHONPATH=$layer/site "$python" -c 'import sys
from papaver._program import command
program, environment = command()
print(*[f"{name}={environment[name]}" for name in ("GDAL_DATA", "PROJ_DATA", "ORT_DYLIB_PATH", "GCONV_PATH", "ORT_DISABLE_TELEMETRY")], sep="\n")
print(*program, sep="\n")')
    mapfile -t words <<<"${words//"$layer/site"/"$site"}"
    variables=("${words[@]:0:5}") words=("${words[@]:5}")
    if [ "$(machine_of "$1")" != "$(uname -m)" ]; then emulator "$(machine_of "$1")" && words=(/usr/bin/qemu "${words[@]}"); fi
    papaver() { inside env "${variables[@]}" "${words[@]}" "$@"; }
    mkdir "$bare/tmp/work" && cd "$bare/tmp/work"
    tried
    cd /
    umount "$layer/site"
    if is_for_venv "$1"; then a_venv "$1"; else echo "  in no environment of its own: another machine's, or PYTHON is older than 3.12"; fi
}

# a_venv WHEEL: put into a fresh environment as a person does it; the command, the module's scan, and out again
a_venv() {
    local venv=$layer/venv
    must "a fresh environment" "$python" -m venv "$venv"
    must "pip install" "$venv/bin/python" -m pip install -q --no-index --find-links "$wheels/parts" "$1"
    papaver() { "$venv/bin/papaver" "$@"; }
    mkdir "$layer/work-of-venv" && cd "$layer/work-of-venv"
    tried
    grep -qxF "program='$venv/bin/papaver'" slurm.sh || { grep ^program= slurm.sh; echo "error: that is not the command"; exit 1; } >&2
    must "papaver.scan of Python" "$venv/bin/python" -c 'import papaver
folder = papaver.scan("ortho.tif", "module", within="corner.geojson")
assert papaver.candidates(folder) and papaver.coverage(folder)'
    cmp corner/candidates.geojson module/candidates.geojson
    cd /
    must "pip uninstall" "$venv/bin/python" -m pip uninstall -q -y papaver
    [ ! -e "$venv/bin/papaver" ]
    by_pipx "$1" "$venv/bin/python"
}

# by_pipx WHEEL PYTHON: run without being put in, by pipx in the environment of this Python
by_pipx() {
    cd "$layer/work-of-venv"
    must "pip install pipx" "$2" -m pip install -q --no-index --find-links "$wheels/parts" pipx
    must "pipx run" env HOME="$layer/home" PIP_NO_INDEX=1 PIP_FIND_LINKS="$wheels/parts" "$2" -m pipx run --spec "$1" papaver scan ortho.tif --within corner.geojson -o pipx -q
    cmp corner/candidates.geojson pipx/candidates.geojson
    cd /
}

# an_image: as user 65532 in a root that cannot be written to: by crun, or for another machine under qemu likewise
an_image() {
    local words variables machine
    machine=$(machine_of "$1") bundle=$layer/bundle
    command -v umoci >/dev/null && command -v crun >/dev/null \
        || { echo "error: umoci or crun is missing"; echo "hint: apt-get install umoci crun"; exit 2; } >&2
    mount -t tmpfs papaver "$layer"
    mkdir "$layer/layout" && tar -C "$layer/layout" -xf "$1"
    must "umoci unpack" umoci unpack --image "$layer/layout:$(basename "$1" | cut -d- -f2)" "$bundle"
    must "its health check" python3 "$top/tests/tools/image.py" "$layer/layout"
    bare=$bundle/rootfs
    mkdir "$layer/work" && chown 65532:65532 "$layer/work" && cd "$layer/work"
    if [ "$machine" = "$(uname -m)" ]; then
        # Nobody's share of the machine is counted here; crun would refuse control groups of two kinds.
        mount -t tmpfs none /sys/fs/cgroup
        papaver() { contained "$@"; }
    else
        emulator "$machine"
        mapfile -t words < <(python3 "$top/tests/tools/image.py" "$layer/layout" entrypoint)
        mapfile -t variables < <(python3 "$top/tests/tools/image.py" "$layer/layout" environment)
        mount --bind "$bare" "$bare" && mount --bind "$layer/work" "$bare/work" && mount -o remount,ro,bind "$bare"
        papaver() {
            env -i "${variables[@]}" unshare --root="$bare" --wd=/work --setgid=65532 --setuid=65532 /usr/bin/qemu "${words[@]}" "$@"
        }
    fi
    # What is laid there is the person's who runs it.
    umask 000
    tried
    umask 022
    cd /
}

# contained ARGUMENTS…: a container of the image, with this shell's folder as its /work and this shell's network
contained() {
    python3 "$top/tests/tools/image.py" "$bundle" container "$layer/work" "$@"
    crun --root "$layer/crun" --cgroup-manager=disabled run --bundle "$bundle" "papaver-$BASHPID-$RANDOM"
}

[ "${ALONE:-}" ] || fetched "$@"
alone "$0" "$@"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
loopback
for package in "$@"; do
    package=$(realpath "$package")
    echo "== $(basename "$package") ($(($(stat -c %s "$package") / 1000000)) MB)"
    (cd "$(dirname "$package")" && sha256sum --quiet -c "$(basename "$package").sha256")
    began=$SECONDS layer=$(mktemp -d)
    case $package in
    *.deb) a_deb "$package" ;;
    *.rpm) an_rpm "$package" ;;
    *.whl) a_wheel "$package" ;;
    *.tar) an_image "$package" ;;
    *) { echo "error: $package is no package"; echo "hint: there are .deb, .rpm, .whl and .tar"; exit 1; } >&2 ;;
    esac
    umount -lR "$layer"
    rmdir "$layer"
    echo "  in $((SECONDS - began)) s"
done
