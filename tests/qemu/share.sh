#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Puts the QEMU regression test into the directory that level 1 sees as /share/bin.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../../build/qemu-test
make -s -C "$here" O="$out"
mkdir -p "$1/qemu-test"
cp "$out/fake-vfio.so" "$out/monitor.elf" "$here"/*.py "$1/qemu-test/"
