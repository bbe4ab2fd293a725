#!/bin/sh
# A small virtual machine (QEMU) in which davfs2 mounts drives, where this system's own kernel mounts none: Debian's kernel, and of
# this system a BusyBox, davfs2 and its libraries.
#
#     tests/tools/davfs.sh FOLDER
#
# FOLDER (an absolute path) is there under the same path, and `localhost` is this system, through QEMU's user-mode network. What is
# put as FOLDER/machine/N.sh is run by the machine's shell, several at once; its words are in N.out, its exit code in N.rc when it
# has ended. FOLDER/machine/ready says that the machine has begun, FOLDER/machine/end ends it. For root: it installs what is missing.
set -eu
folder=$1
missing=
command -v qemu-system-x86_64 >/dev/null || missing="qemu-system-x86"
command -v cpio >/dev/null || missing="$missing cpio"
command -v modprobe >/dev/null || missing="$missing kmod"
[ -e /usr/share/doc/busybox-static ] || missing="$missing busybox-static"
[ -z "$missing" ] || apt-get install -y --no-install-recommends $missing >&2
machine=$folder/machine
work=$machine/made
mkdir -p "$work/kernel" "$work/root"

cd "$work/kernel"
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: *\(linux-image-[^ ]*\).*/\1/p' | head -n 1)
apt-get download "$kernel" >&2
dpkg-deb -x ./*.deb .
version=${kernel#linux-image-}
version=${version%-unsigned}
depmod -b "$work/kernel" "$version"

cd "$work/root"
mkdir -p bin etc/davfs2/certs/private proc sys dev tmp modules usr/sbin var/run/mount.davfs var/cache/davfs2
ln -s usr/sbin sbin
ln -s var/run run
cp "$(command -v busybox)" bin/
for name in virtio_pci virtio_net 9pnet_virtio 9p fuse; do
    modprobe -d "$work/kernel" -S "$version" --show-depends "$name"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r module; do
    cp "$module" modules/
    basename "$module" >>modules/order
done
cp /usr/sbin/mount.davfs /usr/sbin/umount.davfs usr/sbin/
ldd usr/sbin/mount.davfs usr/sbin/umount.davfs | grep -o '/[^ ]*' | grep '^/lib' | sort -u | while read -r library; do
    mkdir -p ".$(dirname "$library")"
    cp -L "$library" ".$library"
done
cp /etc/davfs2/davfs2.conf etc/davfs2/
grep -E '^(root|davfs2):' /etc/passwd >etc/passwd
grep -E '^(root|davfs2):' /etc/group >etc/group
chown davfs2:davfs2 var/cache/davfs2
chmod 1777 tmp
ln -s /proc/mounts etc/mtab
echo '10.0.2.2 localhost' >etc/hosts
echo 'hosts: files' >etc/nsswitch.conf
cat >init <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do
    insmod /modules/\$module
done </modules/order
ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
mkdir -p "$folder"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=500000,cache=none shared "$folder" || poweroff -f
cd "$machine"
>ready
while [ ! -e end ]; do
    for script in *.sh; do
        name=\${script%.sh}
        [ -e "\$script" ] && mv "\$script" "\$name.run" || continue
        (sh "\$name.run" >"\$name.out" 2>&1; echo \$? >"\$name.code"; mv "\$name.code" "\$name.rc") &
    done
    sleep 0.1
done
umount "$folder"
poweroff -f
INIT
chmod 755 init
find . | cpio -o -H newc --quiet | gzip -1 >"$work/initial"

# Without the help of the processor: it is not to be had everywhere, and where it seems to be it may still fail.
exec qemu-system-x86_64 -accel tcg -m 512 -no-reboot -display none -monitor none -serial "file:$machine/console" \
    -kernel "$work"/kernel/boot/vmlinuz-* -initrd "$work/initial" -append "console=ttyS0 quiet panic=-1 net.ifnames=0" \
    -netdev user,id=net -device virtio-net-pci,netdev=net,romfile= \
    -virtfs "local,path=$folder,mount_tag=shared,security_model=none"
