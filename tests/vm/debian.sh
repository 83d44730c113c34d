#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A Debian 12 userland for a guest of level 2: a read-only root image with the public programs
# that exercise a graphics driver, a library that helps one of them, and an initramfs with the stock
# i915 of the kernel that level 1 runs.  Prints the cache directory that holds root.ext4 and initrd.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

INIT=$KV_ROOT/tests/vm/guest/debian-init.sh
PRELOAD=tests/vm/guest/no_handle_lut.c
PACKAGES=fonts-dejavu-core,intel-gpu-tools,kmod,libdrm-tests,mount,procps,weston
# Everything from the release itself.
PINNED=none
MODULES='virtio_pci virtio_blk ext4 overlay i915'

build() {
	local dir=$1 work=$1/work
	need mmdebstrap=mmdebstrap mke2fs=e2fsprogs cpio=cpio depmod=kmod xz=xz-utils
	mkdir "$work"
	tell_time "Debian guest: packages" bootstrap "$work/root" "$PINNED" "$PACKAGES"
	tell_time "Debian guest: kernel $KV_ABI" fetch_deb "$work/kernel" \
		"linux-image-$KV_ABI=$KV_VER" busybox-static libdrm-dev
	tell_time "Debian guest: library" library "${work#"$KV_CACHE"/}"
	tell_time "Debian guest: image" pack "$dir" "$work"
	rm -rf --one-file-system "$work"
}

library() {
	"$KV_ROOT/tests/vm/sdk.sh" run gcc -O2 -Wall -Wextra -Werror -shared -fPIC -s \
		-I"/cache/$1/kernel/usr/include/libdrm" \
		-o "/cache/$1/root/usr/local/lib/no_handle_lut.so" "/src/$PRELOAD"
}

pack() {
	local dir=$1 root=$2/root kernel=$2/kernel
	depmod -b "$kernel" "$KV_ABI"
	initramfs "$dir/initrd" "$kernel" "$KV_ABI" "$MODULES" "$INIT"
	rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/apt "$root"/usr/share/{man,doc,locale,info}
	mke2fs -q -t ext4 -O '^has_journal' -m 0 -d "$root" "$dir/root.ext4" \
		"$(($(du -s --apparent-size -k "$root" | cut -f 1) * 12 / 10 + 32768))k"
}

key() {
	hash_of "=$PACKAGES $MODULES" "=$KV_ABI $KV_VER" "$INIT" "$KV_ROOT/$PRELOAD" \
		"$KV_ROOT/tests/vm/debian.sh"
}

kernel_lock
key=$(key)
if [ ! -d "$KV_CACHE/debian-$key" ]; then
	need_root
	pin_for_build
	key=$(key)
fi
cached debian "$key" build
