#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The build chroot: Debian 12 with compilers, the headers of the level-1 kernel and lint tools.
#
#   sdk.sh               print the path of the chroot, building it when it is missing
#   sdk.sh run CMD...    run CMD in it: repository at /src (also the start directory), cache at
#                        /cache, /proc /dev /sys mounted; environment is clean, use env A=b CMD
#   sdk.sh abi           print the kernel ABI it has the headers of
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

COMPILE=build-essential,bc,bison,cpio,flex,git,kmod,patch,pkg-config,python3,xz-utils
QEMU=libglib2.0-dev,libpixman-1-dev,libpng-dev,meson,ninja-build,python3-pycotap,python3-venv,zlib1g-dev
LINT=clang-format,codespell,shellcheck,sparse,universal-ctags
PINNED='meson python3-pycotap'

build() {
	local dir=$1
	need mmdebstrap=mmdebstrap
	tell_time "build chroot (sdk)" bootstrap "$dir/root" "$PINNED" \
		"$COMPILE,$QEMU,$LINT,linux-headers-$KV_ABI"
	rm -rf "$dir/root/var/lib/apt/lists" "$dir/root/var/cache/apt"
	mkdir -p "$dir/root/src" "$dir/root/cache"
	test -d "$dir/root/usr/src/linux-headers-$KV_ABI" || die "the chroot lacks the kernel headers"
}

sdk_path() {
	local key dir
	kernel_lock
	key=$(hash_of "=$COMPILE,$QEMU,$LINT,$PINNED" "=$KV_ABI $KV_VER")
	if [ ! -d "$KV_CACHE/sdk-$key" ]; then
		need_root
		pin_for_build
		key=$(hash_of "=$COMPILE,$QEMU,$LINT,$PINNED" "=$KV_ABI $KV_VER")
	fi
	dir=$(cached sdk "$key" build)
	printf '%s/root\n' "$dir"
}

# Runs inside a mount namespace of its own: nothing stays mounted, whatever happens.
enter() {
	local root=$1
	shift
	mount --rbind "$KV_ROOT" "$root/src"
	mount --rbind "$KV_CACHE" "$root/cache"
	mount --rbind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	mount --rbind /sys "$root/sys"
	mount -t tmpfs tmpfs "$root/tmp"
	# shellcheck disable=SC2016
	exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" KVMGT_CACHE=/cache \
		/bin/sh -c 'cd /src && exec "$@"' sh "$@"
}

case ${1:-} in
'')	sdk_path ;;
abi)	kernel_lock; echo "$KV_ABI" ;;
run)	shift
	need_root
	need mount=mount unshare=util-linux
	root=$(sdk_path)
	exec unshare --mount --propagation private -- "$BASH" "${BASH_SOURCE[0]}" enter "$root" "$@" ;;
enter)	shift; enter "$@" ;;
*)	die "usage: sdk.sh [run CMD...|abi]" ;;
esac
