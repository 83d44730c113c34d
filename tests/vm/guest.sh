#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The Linux guest of level 2: stock Debian kernel with its own bochs driver and a small initramfs.
# Prints the cache directory that holds vmlinuz and initrd.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HERE=$KV_ROOT/tests/vm/guest

build() {
	local dir=$1 work=$1/work
	need cpio=cpio depmod=kmod xz=xz-utils
	mkdir "$work"
	tell_time "guest kernel $KV_GUEST_ABI" fetch_deb "$work" \
		"linux-image-$KV_GUEST_ABI=$KV_GUEST_VER" busybox-static
	tell_time "guest program" "$KV_ROOT/tests/vm/sdk.sh" run gcc -O2 -Wall -Wextra -Werror -static -s \
		-o "/cache/${work#"$KV_CACHE"/}/guest" /src/tests/vm/guest/guest.c
	depmod -b "$work" "$KV_GUEST_ABI"
	initramfs "$dir/initrd" "$work" "$KV_GUEST_ABI" bochs "$HERE/init.sh" "$work/guest"
	cp "$work/boot/vmlinuz-$KV_GUEST_ABI" "$dir/vmlinuz"
	rm -rf "$work"
}

key() {
	hash_of "=$KV_GUEST_ABI $KV_GUEST_VER" "$HERE/init.sh" "$HERE/guest.c" "$KV_ROOT/tests/vm/guest.sh"
}

kernel_lock
key=$(key)
if [ ! -d "$KV_CACHE/guest-$key" ]; then
	need_root
	pin_for_build
	key=$(key)
fi
cached guest "$key" build
