#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Level 1 is what the other cases take for granted: the right kernel, KVM, mdev, tools.
# needs: none
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
plan 6
check "kernel 6.12" grep -q '^6\.12\.' /proc/sys/kernel/osrelease
check "/dev/kvm" test -c /dev/kvm
check "VFIO container" test -c /dev/vfio/vfio
check "mdev module" test -d /sys/module/mdev
check "mdevctl" mdevctl list
check "stock QEMU starts a machine with KVM" timeout 60 sh -c \
	"echo quit | $KV_STOCK_QEMU -M q35,accel=kvm -nodefaults -display none -monitor stdio"
exit "$kv_failed"
