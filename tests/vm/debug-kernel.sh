#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Kernels of level 1 that check themselves: Debian's source of the very kernel that level 1 runs
# otherwise, with the configuration in debug-kernel/.  KASAN and KCSAN exclude each other, hence
# two; both have lockdep, kmemleak, debug objects, fault injection and KCOV.
#
#   debug-kernel.sh kasan|kcsan       print the cache directory that holds vmlinuz, config, release,
#                                     modules/ (an install tree) and linux/ (to build modules
#                                     against), building it when it is missing: half an hour or more
#   debug-kernel.sh --have FLAVOUR    the same, but fail rather than build
#   debug-kernel.sh --image FLAVOUR IMAGE
#                                     print a directory like that of image.sh: this kernel with the
#                                     root image in IMAGE, its modules to come by the share
#
# A build that was interrupted goes on where it was.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HERE=$KV_ROOT/tests/vm/debug-kernel
LIBS='libelf-dev libelf1'
SOURCE=linux-source-6.12

#
# Inside the sdk
#

unpack() {
	local src=$1 tree=$2 p
	rm -rf "$tree"
	mkdir -p "$tree"
	tar -C "$tree" --strip-components=1 -xf "$src/usr/src/$SOURCE.tar.xz"
	for p in "$HERE"/*.patch; do
		patch -s -d "$tree" -p1 -F0 --no-backup-if-mismatch <"$p"
	done
	touch "$tree/.ready"
}

# Every line of the fragments must have survived: a dependency that is missing drops an option
# silently, and a kernel without the check that it is built for finds nothing.
configure() {
	local tree=$1 line lost=0
	shift
	make -C "$tree" tinyconfig
	( cd "$tree" && scripts/kconfig/merge_config.sh -m .config "$@" )
	make -C "$tree" olddefconfig
	while read -r line; do
		grep -qxF "$line" "$tree/.config" || { echo "the configuration does not take: $line"; lost=1; }
	done < <(cat "$@" | grep -E '^(# )?CONFIG_')
	return "$lost"
}

# A tree that modules can be built against, like Debian's headers, and nothing more.
prune() {
	local tree=$1
	find "$tree" -mindepth 1 -maxdepth 1 ! -name arch ! -name include ! -name scripts ! -name tools \
		! -name Makefile ! -name .config ! -name Module.symvers -exec rm -rf {} +
	find "$tree/arch" -mindepth 1 -maxdepth 1 ! -name x86 -exec rm -rf {} +
	find "$tree/tools" -mindepth 1 -maxdepth 1 ! -name objtool -exec rm -rf {} +
	find "$tree/arch" "$tree/tools" -type f ! -name 'Makefile*' ! -name 'Kconfig*' ! -name '*.h' \
		! -name objtool -delete
}

inside() {
	local src=$1 tree=$2 out=$3 flavour=$4
	export KBUILD_BUILD_USER=kvmgt KBUILD_BUILD_HOST=kvmgt
	[ -f "$tree/.ready" ] || unpack "$src" "$tree"
	touch "$tree"
	[ -f "$tree/.configured" ] || configure "$tree" "$HERE/base.config" "$HERE/$flavour.config"
	touch "$tree/.configured"
	make -C "$tree" -j "$(nproc)" HOSTCFLAGS="-I$src/usr/include" \
		HOSTLDFLAGS="-L$src/usr/lib/x86_64-linux-gnu" bzImage modules
	make -C "$tree" INSTALL_MOD_PATH="$out/modules" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$out"/modules/lib/modules/*/build
	make -s -C "$tree" kernelrelease >"$out/release"
	cp "$tree/arch/x86/boot/bzImage" "$out/vmlinuz"
	cp "$tree/.config" "$out/config"
	prune "$tree"
	mv "$tree" "$out/linux"
}

#
# Outside
#

# shellcheck disable=SC2086 # lists of words
download() {
	fetch_deb "$1" "$SOURCE=$KV_VER" $LIBS
}

key() {
	hash_of "=$KV_VER $flavour $LIBS" "$HERE/base.config" "$HERE/$flavour.config" "$HERE"/*.patch \
		"=$("$KV_ROOT/tests/vm/sdk.sh")" "=$(declare -f unpack configure prune inside)"
}

build() {
	local out=$1 src tree=debug-kernel-tree-$key
	need_root
	need kmod=kmod
	pin_for_build
	src=$(cached debug-kernel-src "$(hash_of "=$KV_VER $LIBS")" download)
	# Each tree is a gigabyte: those of former configurations go after some days.
	find "$KV_CACHE" -maxdepth 1 -name 'debug-kernel-tree-*' -mtime +3 ! -name "$tree" -exec rm -rf {} +
	tell_time "level-1 kernel with $flavour" nice -n 19 "$KV_ROOT/tests/vm/sdk.sh" run \
		/src/tests/vm/debug-kernel.sh inside "/cache/${src##*/}" "/cache/$tree" "/cache/${out##*/}" \
		"$flavour"
}

# What level 1 needs before it has a root is built in.
build_image() {
	local kernel=$1 image=$2 dir=$3 work=$3/work
	need cpio=cpio depmod=kmod
	mkdir "$work"
	fetch_deb "$work" busybox-static
	initramfs "$dir/initrd" "$work" none '' "$KV_ROOT/tests/vm/initrd-l1.sh"
	ln "$kernel/vmlinuz" "$image/root.ext4" "$dir/"
	rm -rf "$work"
}

mode=kernel
case ${1:-} in
inside)	shift; inside "$@"; exit ;;
--have|--image) mode=${1#--}; shift ;;
esac
flavour=${1:-} image=${2:-}
case $flavour in kasan|kcsan) ;; *) die "usage: debug-kernel.sh [--have|--image] kasan|kcsan [IMAGE]" ;; esac
kernel_lock
key=$(key)
[ "$mode" != have ] || [ -d "$KV_CACHE/debug-kernel-$key" ] || exit 1
kernel=$(cached debug-kernel "$key" build)
if [ "$mode" = image ]; then
	key=$(hash_of "=${kernel##*/} ${image##*/}" "$KV_ROOT/tests/vm/initrd-l1.sh" "=$(declare -f build_image)")
	cached l1-debug "$key" build_image "$kernel" "$image"
else
	printf '%s\n' "$kernel"
fi
