#!/usr/bin/env bash
# Tries a release where nothing is installed and there is no network: Linux on x86-64 in a bare Debian root, Linux on arm64
# in the same under qemu, Windows under Wine. Scans the sample survey and photos, leads a season in a registry, and exchanges
# bundles with a program of this machine. Under an emulator it is a part of the sample (WHOLE in the environment: all; PART: a part
# on any machine, to be compared with an emulator's). Needs root, and the network once, to make the bare root.
# usage: bash tests/release.sh [--target linux-x86_64|linux-aarch64|windows-x86_64] ARCHIVE [ROOT]
#   --target  what the archive is for (default: by its name)
#   ROOT      a bare Debian root (default: made with debootstrap and kept in /tmp/papaver-bare-SUITE, suite from SUITE, else bookworm)
#   OTHER     in the environment: the program that the other office runs (default: the release itself)
#   OLDER     in the environment: the program of an earlier release for this machine, to be shown a registry of this one
#   SCANS     in the environment: only the scans of sample and photos, nothing of the registry
#   KEEP      in the environment: a folder in which the candidates of survey and photos are kept, to be compared between targets
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ "${1:-}" = --target ] && { target=$2 && shift 2; }
archive=$(realpath "${1:?usage: bash tests/release.sh [--target TARGET] ARCHIVE [ROOT]}")
target=${target:-$(sed -E 's/.*-(linux|windows)-([a-z0-9_]+)\.(tar\.gz|zip)$/\1-\2/' <<<"$archive")}
suite=${SUITE:-bookworm} root=${2:-${TMPDIR:-/tmp}/papaver-bare-${SUITE:-bookworm}} place=/opt/$(basename "$archive" | sed 's/\.\(tar\.gz\|zip\)$//')
# They are used in other folders than this one.
export OTHER=${OTHER:+$(realpath "$OTHER")} OLDER=${OLDER:+$(realpath "$OLDER")} KEEP=${KEEP:+$(realpath -m "$KEEP")}
[ $# -le 2 ] && [ ! -f "$root" ] || { echo "error: $root is no root"; echo "hint: archives are tried one at a time"; exit 1; } >&2
size=$(($(stat -c %s "$archive") / 1000000))
[ "$size" -le 90 ] || { echo "error: $archive has $size MB, more than 90" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "error: a bare root needs root"; echo "hint: run this with sudo"; exit 1; } >&2
# shellcheck source=release_life.sh
. "$top/tests/release_life.sh"
# shellcheck source=release_root.sh
. "$top/tests/release_root.sh"

linux() {
    a_layer
    echo "== unpacking with the bare system's own tar"
    cp "$archive" "$bare/tmp/papaver.tar.gz"
    inside tar -C /opt -xzf /tmp/papaver.tar.gz
    inside sh -c "cd $place && sha256sum --quiet -c SHA256SUMS" && echo "checksums agree"
    cp -r "$top"/samples/{village,photos} "$bare/samples/"
    samples=$bare/samples released=$bare$place
    native() { printf '%s' "${1#"$bare"}"; }
    case $target in
    "linux-$(uname -m)") papaver() { inside "$place/papaver" "$@"; } ;;
    *)
        emulator "${target#linux-}"
        papaver() { started "$place" "$@"; }
        emulated=yes
        ;;
    esac
    libraries_from_outside
    mkdir "$bare/tmp/第三网格 航测"
    cd "$bare/tmp/第三网格 航测"
}

# a_part: of the sample what an emulator scans in minutes: the ground of two candidates, and two photos. WHOLE in the
# environment: all of it, which takes an hour and more.
a_part() {
    [ -z "${WHOLE:-}" ] && [ "${emulated:-}${PART:-}" ] || return 0
    cat >"$samples/village/boundary.geojson" <<'END'
{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[113.93087, 28.25280],
 [113.93109, 28.25280], [113.93109, 28.25289], [113.93087, 28.25289], [113.93087, 28.25280]]]}}
END
    find "$samples/photos" -name 'PPV_*.JPG' ! -name 'PPV_000[12].JPG' -delete
    echo "two candidates' ground and two photos of the sample"
}

libraries_from_outside() {
    local program outside runtime
    runtime=$(basename "$bare$place"/lib/libonnxruntime.so*)
    echo "== libraries from outside the release"
    for program in papaver "$runtime"; do
        outside=$(python3 "$top/.release/libraries.py" "$bare$place/lib/$program" -- "$bare$place/lib" | grep -v "^$bare$place/lib/" || true)
        [ -z "$outside" ] || { echo "$outside"; echo "error: the release is not whole"; exit 1; } >&2
    done
    echo none
}

# windows: under Wine, in a C: of its own. Wine 8 lacks `bcryptprimitives.dll`, which every Windows since 7 has: a stand-in
# of one function lies in Wine's own system folder, never in the release.
windows() {
    local compiler=x86_64-w64-mingw32-gcc drive
    export WINEPREFIX=$layer/prefix WINEDEBUG=-all LC_ALL=C.UTF-8
    wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
    [ -x "$wine" ] || { echo "error: Wine is missing"; echo "hint: apt-get install wine64 gcc-mingw-w64-x86-64-win32"; exit 2; } >&2
    "$wine" wineboot -i >"$log" 2>&1
    drive=$WINEPREFIX/drive_c
    printf '%s\n' '#include <windows.h>' '#include <ntsecapi.h>' \
        '__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }' >"$layer/random.c"
    "$compiler" -shared -o "$drive/windows/system32/bcryptprimitives.dll" "$layer/random.c" -ladvapi32
    (cd "$drive" && python3 -m zipfile -e "$archive" .)
    place=$drive/$(basename "$place")
    (cd "$place" && sha256sum --quiet -c SHA256SUMS) && echo "checksums agree"
    cp -r "$top/samples/village" "$top/samples/photos" "$drive/"
    samples=$drive released=$place
    # A stick, by its letter.
    mkdir -p "$layer/stick"
    ln -sfn "$layer/stick" "$WINEPREFIX/dosdevices/e:"
    papaver() { "$wine" "$place/papaver.exe" "$@"; }
    # Wine makes the interrupt key of it.
    ended() { kill -INT $(cat "/proc/$1/task/$1/children"); }
    native() { local below=${1#"$WINEPREFIX/drive_c"}; printf 'C:%s' "${below//\//\\}"; }
    mkdir "$drive/第三网格 航测"
    cd "$drive/第三网格 航测"
}

# a_stick: a registry on a drive of its own
a_stick() {
    must "init on E:" papaver init --unit 410424 --unit-name stick --registry 'E:\县 410424.papaver'
    must "record on E:" papaver record survey --registry 'E:\县 410424.papaver'
    must "export on E:" papaver export 'E:\第一批.gpkg' --registry 'E:\县 410424.papaver'
    must "verify on E:" papaver verify --registry 'E:\县 410424.papaver'
}

# a_verbatim_path: paths that begin with \\?\, which Windows takes as they are, however long
a_verbatim_path() {
    local here='\\?\C:\第三网格 航测' stick='\\?\E:' deep
    must 'scan of \\?\' papaver scan '\\?\C:\village\ortho.tif' --within '\\?\C:\village\boundary.geojson' -o "$here\\verbatim" -q
    cmp survey/candidates.geojson verbatim/candidates.geojson
    printf '%s\r\n' '\\?\C:\village\ortho.tif' >verbatim.txt
    must 'scan of a list of \\?\' papaver scan "$here\\verbatim.txt" --within '\\?\C:\village\boundary.geojson' -o "$here\\verbatim-list" -q
    cmp survey/candidates.geojson verbatim-list/candidates.geojson
    must 'init in \\?\' papaver init --unit 410426 --unit-name verbatim --registry "$stick\\县 410426.papaver"
    must 'roles in \\?\' papaver actor grant "$PAPAVER_ACTOR" verifier eradicator --registry "$stick\\县 410426.papaver"
    must 'record in \\?\' papaver record "$here\\verbatim" --registry "$stick\\县 410426.papaver"
    for ending in gpkg geojson xlsx kmz; do
        must "export of .$ending to \\\\?\\" papaver export "$stick\\第一批 426.$ending" --registry "$stick\\县 410426.papaver"
    done
    must 'import from \\?\' papaver import "$stick\\第一批 426.gpkg" --dry-run --registry "$stick\\县 410426.papaver"
    must 'bundle in \\?\' papaver bundle create "$stick\\426.bundle" --registry "$stick\\县 410426.papaver"
    must 'backup in \\?\' papaver backup "$stick\\426.papaver-backup" --passphrase-file "$here\\words.txt" --registry "$stick\\县 410426.papaver"
    must 'restore to \\?\' papaver restore "$stick\\426.papaver-backup" --passphrase-file "$here\\words.txt" --to "$here\\back.papaver"
    must 'verify in \\?\' papaver verify --full --registry "$here\\back.papaver"
    serving "$here"
    must 'serve of \\?\, over HTTP' python3 "$top/tests/tools/served.py" "$url" .
    served_to_its_end "$here"
    deep=$(find . -name 410425.papaver -printf '%h\n')
    deep="\\\\?\\$(native "$PWD/${deep#./}")"
    must "\\\\?\\ of ${#deep} characters" papaver scan "$deep\\ortho.tif" --within '\\?\C:\village\boundary.geojson' -o "$deep\\verbatim" -q
    must "record in it" papaver record "$deep\\verbatim" --registry "$deep\\410425.papaver"
    must "export in it" papaver export "$deep\\verbatim.gpkg" --registry "$deep\\410425.papaver"
}

# holding FILE [LOCK]: a program that has a file open, or with LOCK holds it for itself alone; $holder is its process
holding() {
    cat >"$layer/holder.c" <<'END'
#include <stdio.h>
#include <windows.h>
int main(int count, char **names) {
    int locks = count > 2;
    OVERLAPPED from = {0};
    HANDLE file = CreateFileA(names[1], locks ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ,
                              locks ? FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE : FILE_SHARE_READ, 0, OPEN_EXISTING, 0, 0);
    if (file == INVALID_HANDLE_VALUE) return 1;
    if (locks && !LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, MAXDWORD, MAXDWORD, &from)) return 1;
    puts("held");
    fflush(stdout);
    Sleep(600000);
    return 0;
}
END
    [ -e "$layer/holder.exe" ] || x86_64-w64-mingw32-gcc -o "$layer/holder.exe" "$layer/holder.c"
    : >"$layer/held"
    "$wine" "$layer/holder.exe" "$@" >"$layer/held" 2>&1 &
    holder=$!
    for _ in $(seq 120); do
        grep -q held "$layer/held" && break
        kill -0 "$holder" 2>/dev/null || break
        sleep 1
    done
    grep -q held "$layer/held" || { cat "$layer/held"; echo "error: no program could hold $1"; exit 1; } >&2
}

let_go() {
    kill -KILL "$holder"
    wait "$holder" 2>/dev/null || true
}

# a_file_in_use: a table that a spreadsheet program has open is not written over, and the message says what to close
a_file_in_use() {
    cp "$(find . -maxdepth 1 -name '*.xlsx' | head -n 1)" open.xlsx
    holding open.xlsx
    ! papaver export open.xlsx --overwrite --registry 410423.papaver >"$log" 2>&1 || { echo "error: written over while it was open"; exit 1; } >&2
    grep -qE 'close it in the program|Excel' "$log" || { cat "$log"; echo "error: the message does not say that it is open"; exit 1; } >&2
    let_go
    echo "  a table that is open elsewhere is left, and the message says so"
}

# a_held_registry: while another program writes, this one says who it is and reads on; then it writes
a_held_registry() {
    holding 410423.papaver.lock alone
    echo "李, window 2" >410423.papaver.lock.by
    must "reading while another writes" papaver sites --registry 410423.papaver
    ! papaver note "${sites%% *}" "meanwhile" --registry 410423.papaver >"$log" 2>&1 || { echo "error: two wrote at once"; exit 1; } >&2
    grep -q "is being written by 李, window 2" "$log" || { cat "$log"; echo "error: the message does not say who writes"; exit 1; } >&2
    let_go
    must "writing after the other" papaver note "${sites%% *}" "afterwards" --registry 410423.papaver
}

# a_double_click: started by Explorer, in a window and without a word of what to do, it opens the pages; under Wine Explorer is a
# stand-in of that name, and the window a terminal
a_double_click() {
    local url='' clicked
    cat >"$layer/explorer.c" <<'END'
#include <windows.h>
int main(int count, char **names) {
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION process;
    if (!CreateProcessA(names[1], 0, 0, 0, 0, 0, 0, 0, &start, &process)) return 1;
    WaitForSingleObject(process.hProcess, INFINITE);
    return 0;
}
END
    mkdir -p "$WINEPREFIX/drive_c/shell"
    x86_64-w64-mingw32-gcc -o "$WINEPREFIX/drive_c/shell/explorer.exe" "$layer/explorer.c"
    script -qefc "'$wine' 'C:\shell\explorer.exe' '$(native "$place")\papaver.exe'" "$layer/window" >/dev/null 2>&1 &
    clicked=$!
    for _ in $(seq 60); do
        url=$(grep -ao 'http://127\.0\.0\.1:[0-9]*' "$layer/window" | head -n 1 || true)
        [ -z "$url" ] || break
        sleep 1
    done
    must "its pages" python3 -c 'import sys, urllib.request; assert urllib.request.urlopen(sys.argv[1]).status == 200' "$url"
    kill "$clicked"
    "${wine%64}server" -k 2>/dev/null || true
    wait "$clicked" 2>/dev/null || true
}

# an_installer: silently in, used, and out again, with what a person laid beside it left
an_installer() {
    local setup=${archive%.zip}-setup.exe home place
    [ -e "$setup" ] || { echo "no installer beside the archive"; return; }
    must "install" "$wine" "$setup" /S
    home=$(find "$WINEPREFIX/drive_c/users" -type d -path '*/Local/Programs/Papaver')
    must "the installed program" "$wine" "$home/papaver.exe" model inspect
    touch "$home/410423.papaver" "$home/samples/village/410424.papaver"
    place=C:${home#"$WINEPREFIX/drive_c"}
    # NSIS knows a folder by backslashes alone.
    must "remove" "$wine" "$home/remove.exe" /S "_?=${place//\//\\}"
    [ "$(cd "$home" && find . -type f ! -name remove.exe | sort | xargs)" = "./410423.papaver ./samples/village/410424.papaver" ]
    echo "  what a person laid there is left"
}

case $target in linux-*) bare_root ;; esac
alone "$0" --target "$target" "$archive" "$root"
layer=$(mktemp -d) log=$(mktemp)
finish() {
    cd /
    [ "${wine:-}" ] && "${wine%64}server" -k 2>/dev/null
    umount -lR "$layer" 2>/dev/null
    rm -rf --one-file-system "$layer" "$log"
}
trap 'code=$?; finish || true; exit $code' EXIT
began=$SECONDS
loopback
"${target%%-*}"
a_part
other() { if [ "${OTHER:-}" ]; then "$OTHER" "$@"; else papaver "$@"; fi; }
papaver --version
papaver model inspect
parts=(a_bill a_scan a_list "a_season 410423 王" a_server two_writers an_exchange a_newer_registry by_an_older_program a_deep_path)
[ -z "${SCANS:-}" ] || parts=(a_bill a_scan)
for part in "${parts[@]}"; do
    echo "== ${part%% *}"
    $part
done
case $target${SCANS:-} in windows-x86_64) for part in a_stick a_verbatim_path a_held_registry a_file_in_use a_double_click an_installer; do echo "== $part" && $part; done ;; esac
if [ "${KEEP:-}" ]; then mkdir -p "$KEEP" && cp survey/candidates.geojson "$KEEP/survey.geojson" && cp photos/candidates.geojson "$KEEP/photos.geojson"; fi
sha256sum survey/candidates.geojson photos/candidates.geojson
echo "the release for $target works without a network, in $((SECONDS - began)) s"
