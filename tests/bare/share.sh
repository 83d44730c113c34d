#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the bare-metal guest and puts it into the directory that level 1 sees as /share/bin.
set -euo pipefail

src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$src/../.." && pwd)
make -C "$src" O="$root/build/bare"
cp "$root/build/bare/bare.elf" "$1/"
