# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What shell cases in level 1 share: KTAP words, loading modules, making mdevs.
#
# Use: . /share/lib/l1.sh; plan N; then ok/not_ok/skip or check; the exit status follows.

KV_PARENT=/sys/class/mdev_bus/kvmgt_vgpu
KV_STOCK_QEMU=/usr/bin/qemu-system-x86_64
KV_PATCHED_QEMU=/share/qemu/qemu-system-x86_64
kv_test=0
kv_failed=0

plan() { printf 'KTAP version 1\n1..%d\n' "$1"; }
ok() { kv_test=$((kv_test + 1)); printf 'ok %d %s\n' "$kv_test" "$*"; }
not_ok() { kv_test=$((kv_test + 1)); kv_failed=1; printf 'not ok %d %s\n' "$kv_test" "$*"; }
skip() { kv_test=$((kv_test + 1)); printf 'ok %d %s # SKIP %s\n' "$kv_test" "$1" "$2"; }
note() { printf '# %s\n' "$*"; }

# check NAME CMD...: one test, passed when CMD succeeds; what CMD prints goes to stderr.
check() {
	local name=$1
	shift
	if "$@" >&2; then
		ok "$name"
	else
		not_ok "$name"
	fi
}

bail() { printf 'Bail out! %s\n' "$*"; exit 1; }

modules_load() {
	insmod /share/modules/kvmgt_bus.ko || return
	insmod /share/modules/kvmgt_vgpu.ko "$@"
}

modules_unload() {
	rmmod kvmgt_vgpu && rmmod kvmgt_bus
}

# mdev_create TYPE [UUID]: prints the uuid.
mdev_create() {
	local uuid=${2:-$(uuidgen)}
	echo "$uuid" >"$KV_PARENT/mdev_supported_types/kvmgt_vgpu-$1/create" || return
	printf '%s\n' "$uuid"
}

mdev_remove() {
	echo 1 >"/sys/bus/mdev/devices/$1/remove"
}

# plant FAULT: the whole of a case that plants one (kvmgt/plant.c); the bed judges the console.
plant() {
	plan 2
	check "the modules load" eval "insmod /share/plant/kvmgt_bus.ko && insmod /share/plant/kvmgt_vgpu.ko"
	check "$1 is planted" eval "echo $1 >/sys/module/kvmgt_vgpu/parameters/plant"
	exit "$kv_failed"
}
