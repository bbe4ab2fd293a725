# Where releases are tried: bare roots, and no network but a loopback. Sourced by tests/release.sh and tests/packages.sh,
# which have set `top`, `suite` and `root`.
# shellcheck shell=bash

# alone SCRIPT ARGUMENTS…: runs the script anew where there is no network, once; what it mounts and starts ends with it
alone() {
    [ -z "${ALONE:-}" ] || return 0
    ALONE=yes exec unshare -nmp --fork --kill-child --mount-proc -- bash "$@"
}

# loopback: what a server listens on that is reached from this computer
loopback() {
    python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running'
}

# bare_root: makes a Debian with nothing in it, and keeps it; needs the network
bare_root() {
    [ ! -x "$root/bin/sh" ] || return 0
    command -v debootstrap >/dev/null || { echo "installing debootstrap" && apt-get install -q -y debootstrap >/dev/null; }
    echo "making a bare Debian root ($suite): $root"
    rm -rf "$root.part"
    debootstrap --variant=minbase "$suite" "$root.part" >"$root.log" 2>&1 \
        || { tail -n 5 "$root.log"; echo "error: debootstrap failed"; echo "hint: see $root.log"; exit 2; } >&2
    mv "$root.part" "$root"
}

# a_layer: a copy of the bare root, $bare, that is written to and gone in the end
a_layer() {
    mount -t tmpfs papaver "$layer"
    mkdir -p "$layer"/{upper,work,root}
    bare=$layer/root
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" "$bare"
    mount -t proc proc "$bare/proc"
    [ -e "$bare/dev/urandom" ] || mknod -m 666 "$bare/dev/urandom" c 1 9
    mkdir -p "$bare/opt" "$bare/home/crew" "$bare/samples"
}

# inside COMMAND…: in the bare root, with an empty environment, in the folder of this shell below it
inside() {
    local here=${PWD#"$bare"}
    case $PWD in "$bare"/*) ;; *) here=/tmp ;; esac
    chroot "$bare" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/crew LANG=C.UTF-8 \
        PAPAVER_ACTOR="${PAPAVER_ACTOR:-}" ${PAPAVER_PASSPHRASE:+PAPAVER_PASSPHRASE="$PAPAVER_PASSPHRASE"} \
        sh -ec 'cd "$1"; shift; exec "$@"' sh "$here" "$@"
}

# emulator MACHINE: lays the one for programs of another machine into the bare root
emulator() {
    local program
    program=$(command -v "qemu-$1-static") \
        || { echo "error: qemu-$1-static is missing"; echo "hint: apt-get install qemu-user-static"; exit 2; } >&2
    mkdir -p "$bare/usr/bin"
    cp "$program" "$bare/usr/bin/qemu"
}

# started PLACE COMMAND…: runs a release that lies at PLACE in the bare root, as its launcher does; the launcher itself is a
# shell's, and starts programs of this machine's kind alone
started() {
    local place=$1 loader runtime
    loader=$(basename "$bare$place"/lib/ld-linux*) runtime=$(basename "$bare$place"/lib/libonnxruntime.so*)
    shift
    inside env ORT_DYLIB_PATH="$place/lib/$runtime" GCONV_PATH="$place/share/gconv" ORT_DISABLE_TELEMETRY=1 PAPAVER_STARTED_AS="$place/papaver" \
        /usr/bin/qemu "$place/lib/$loader" --library-path "$place/lib" "$place/lib/papaver" "$@"
}

# ended JOB: ends what runs in the bare root, as a service is ended
ended() { kill -TERM $(cat "/proc/$1/task/$1/children"); }
