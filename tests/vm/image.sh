#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The level-1 host: stock Debian 12 userland with the kernel from backports, as kernel, initramfs
# and a read-only ext4 image.  Prints the cache directory that holds vmlinuz, initrd, root.ext4.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HERE=$KV_ROOT/tests/vm
BASE=iproute2,kmod,mdevctl,procps,psmisc,python3,uuid-runtime
VIRT=libvirt-clients,libvirt-daemon,libvirt-daemon-driver-qemu,qemu-system-x86,seabios
PINNED='libvirt*'
# Loaded before there is a root file system.
EARLY='virtio_pci virtio_blk ext4 overlay 9p 9pnet_virtio'
# The image keeps these parts of the kernel's modules, and what they depend on; a test host has no
# sound and no Wi-Fi.
KEEP='arch crypto virt lib fs/9p fs/ext4 fs/overlayfs net/9p net/bridge drivers/vfio drivers/virt
drivers/virtio drivers/block/virtio_blk drivers/char drivers/iommu drivers/vhost drivers/net/tun'

prune_modules() {
	local dir=$1/lib/modules/$KV_ABI part
	depmod -b "$1" "$KV_ABI"
	for part in $KEEP; do
		grep "^kernel/${part}[/.]" "$dir/modules.dep" || die "the kernel has no modules in $part"
	done | tr -d : | tr ' ' '\n' | sort -u | grep . >"$dir/kept"
	( cd "$dir" && find kernel -name '*.ko*' | sort | comm -23 - kept | xargs rm -f )
	find "$dir/kernel" -type d -empty -delete
	rm "$dir/kept"
}

build() {
	local dir=$1 work=$1/work
	need mmdebstrap=mmdebstrap mke2fs=e2fsprogs cpio=cpio depmod=kmod xz=xz-utils
	mkdir "$work"
	tell_time "level-1 packages" bootstrap "$work/root" "$PINNED" "$BASE,$VIRT"
	tell_time "level-1 kernel $KV_ABI" fetch_deb "$work/kernel" \
		"linux-image-$KV_ABI=$KV_VER" busybox-static
	tell_time "level-1 image" pack "$dir" "$work"
	rm -rf --one-file-system "$work"
}

pack() {
	local dir=$1 root=$2/root kernel=$2/kernel
	prune_modules "$kernel"
	unpack_modules "$kernel" "$KV_ABI"
	initramfs "$dir/initrd" "$kernel" "$KV_ABI" "$EARLY" "$HERE/initrd-l1.sh"
	cp "$kernel/boot/vmlinuz-$KV_ABI" "$dir/vmlinuz"
	cp -a "$kernel/lib/modules" "$root/usr/lib/"
	rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/apt "$root"/usr/share/{man,doc,locale,info}
	mkdir -p "$root/share" "$root/out"
	mke2fs -q -t ext4 -O '^has_journal' -m 0 -d "$root" "$dir/root.ext4" \
		"$(($(du -s --apparent-size -k "$root" | cut -f 1) * 12 / 10 + 32768))k"
}

key() {
	hash_of "=$BASE,$VIRT,$PINNED,$EARLY,$KEEP" "=$KV_ABI $KV_VER" "$HERE/initrd-l1.sh" "$HERE/image.sh"
}

kernel_lock
key=$(key)
if [ ! -d "$KV_CACHE/l1-$key" ]; then
	need_root
	pin_for_build
	key=$(key)
fi
cached l1 "$key" build
