#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The QEMU regression test on this machine: run.sh [--qemu FILE] [--kvm] [CASE...]
#
# Needs neither root nor VFIO.  Without --kvm and CASE only what needs no KVM runs: the rest is for
# level 1 (VM case qemu-fake-vfio), where KVM is what it is everywhere.  Without --qemu it takes
# (and builds, as root) the patched QEMU.  KTAP on stdout and in build/check/qemu-fake-vfio.ktap.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$here/../.." && pwd)/build
qemu='' which=(--without-kvm)
while [ $# -gt 0 ]; do
	case $1 in
	--qemu)	qemu=${2:?--qemu needs a file}; shift ;;
	--kvm)	which=() ;;
	-*)	echo "usage: run.sh [--qemu FILE] [--kvm] [CASE...]" >&2; exit 1 ;;
	*)	break ;;
	esac
	shift
done
[ $# -eq 0 ] || which=()
mkdir -p "$build/check"
make -s -C "$here" O="$build/qemu-test" >&2
[ -n "$qemu" ] || qemu=$("$here/../vm/qemu.sh")/qemu-system-x86_64
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/fake_vfio_test.py" --qemu "$qemu" --files "$build/qemu-test" "${which[@]}" "$@" |
	tee "$build/check/qemu-fake-vfio.ktap"
