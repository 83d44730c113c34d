#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# /init of the initramfs of level 1: root image below a tmpfs, then PID 1 from the share.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
	insmod "$module" || echo "initramfs: cannot load $module"
done </modules
mkdir -p /mnt/image /mnt/tmp /mnt/root
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -b /dev/vda ] && break
	sleep 0.2
done
mount -t ext4 -o ro /dev/vda /mnt/image
mount -t tmpfs -o size=75% tmpfs /mnt/tmp
mkdir -p /mnt/tmp/upper /mnt/tmp/work
mount -t overlay -o lowerdir=/mnt/image,upperdir=/mnt/tmp/upper,workdir=/mnt/tmp/work overlay /mnt/root
mkdir -p /mnt/root/share /mnt/root/out
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro share /mnt/root/share
mount --move /dev /mnt/root/dev
mount --move /proc /mnt/root/proc
mount --move /sys /mnt/root/sys
exec switch_root /mnt/root /bin/bash /share/lib/init.sh
