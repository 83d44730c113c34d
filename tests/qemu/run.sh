#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the QEMU regression test on this machine: run.sh [--qemu FILE] [CASE...], KTAP on stdout.
#
# Needs neither root nor VFIO.  Without --qemu it takes (and builds, as root) the patched QEMU.
# Cases that need KVM are skipped where /dev/kvm cannot be used.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../../build/qemu-test
qemu=''
if [ "${1:-}" = --qemu ]; then
	qemu=${2:?--qemu needs a file}
	shift 2
fi
make -s -C "$here" O="$out" >&2
[ -n "$qemu" ] || qemu=$("$here/../vm/qemu.sh")/qemu-system-x86_64
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/fake_vfio_test.py" --qemu "$qemu" --files "$out" "$@"
