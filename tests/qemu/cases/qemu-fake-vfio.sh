#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The patched QEMU against a fake VFIO device, as an unprivileged user with access to /dev/kvm.
# needs: qemu bin
# timeout: 900
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chown nobody:nogroup "$dir"
chown root:nogroup /dev/kvm
chmod 660 /dev/kvm
export TMPDIR=$dir HOME=$dir PYTHONDONTWRITEBYTECODE=1
setpriv --reuid nobody --regid nogroup --clear-groups \
	python3 /share/bin/qemu-test/fake_vfio_test.py \
	--qemu /share/qemu/qemu-system-x86_64 --files /share/bin/qemu-test "$@"
