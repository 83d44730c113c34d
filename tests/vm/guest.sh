#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The Linux guests of level 2: stock Debian kernels with their own drivers and a small
# initramfs.  Prints the cache directory that holds vmlinuz and initrd of Debian 12's 6.1, and
# vmlinuz-6.12 and initrd-6.12 of the kernel that level 1 runs, too.  initrd-i915-6.1 and
# initrd-i915-6.12 have the i915 driver in place of bochs, and the program that exercises it.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HERE=$KV_ROOT/tests/vm/guest

build() {
	local dir=$1 work=$1/work
	need cpio=cpio depmod=kmod xz=xz-utils
	mkdir "$work"
	tell_time "guest kernels $KV_GUEST_ABI and $KV_ABI" fetch_deb "$work" busybox-static \
		"linux-image-$KV_GUEST_ABI=$KV_GUEST_VER" "linux-image-$KV_ABI=$KV_VER" libdrm-dev
	program "$work" guest guest.c
	program "$work" exercise exercise.c exercise_gem.c exercise_blt.c exercise_hang.c exercise_kms.c \
		exercise_crc.c exercise_plug.c exercise_endure.c
	guest "$dir" "$work" "$KV_GUEST_ABI" ''
	guest "$dir" "$work" "$KV_ABI" -6.12
	guest "$dir" "$work" "$KV_GUEST_ABI" -i915-6.1 i915
	guest "$dir" "$work" "$KV_ABI" -i915-6.12 i915
	rm -rf "$work"
}

# program WORK NAME SOURCE...: a static program; headers of the graphics drivers out of WORK.
program() {
	local work=/cache/${1#"$KV_CACHE"/} name=$2
	shift 2
	tell_time "guest program $name" "$KV_ROOT/tests/vm/sdk.sh" run gcc -O2 -Wall -Wextra -Werror \
		-static -s -I"$work/usr/include/libdrm" -o "$work/$name" "${@/#//src/tests/vm/guest/}"
}

# guest DIR WORK ABI SUFFIX [DRIVER]
guest() {
	local dir=$1 work=$2 abi=$3 suffix=$4 driver=${5:-bochs} programs=("$2/guest")
	depmod -b "$work" "$abi"
	[ "$driver" = bochs ] || programs+=("$work/exercise")
	initramfs "$dir/initrd$suffix" "$work" "$abi" "$driver" "$HERE/init.sh" "${programs[@]}"
	[ "$driver" != bochs ] || cp "$work/boot/vmlinuz-$abi" "$dir/vmlinuz$suffix"
}

key() {
	hash_of "=$KV_GUEST_ABI $KV_GUEST_VER $KV_ABI $KV_VER" "$HERE/init.sh" "$HERE"/*.[ch] "$KV_ROOT/tests/vm/guest.sh"
}

kernel_lock
key=$(key)
if [ ! -d "$KV_CACHE/guest-$key" ]; then
	need_root
	pin_for_build
	key=$(key)
fi
cached guest "$key" build
