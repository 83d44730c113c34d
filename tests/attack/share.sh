#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the attacks on the kernel interface into the directory that level 1 sees as /share/bin.
set -euo pipefail

src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$src/../.." && pwd)
for attack in faults ioctl life neighbours; do
	gcc -std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Werror -static -pthread \
		-o "$1/attack-$attack" -I"$root/uapi" -I"$root/tests/lib" -I"$root/tests/uapi" \
		-I"$root/vgpu-core" "$src/$attack.c" "$src/rig.c" "$src/dice.c" "$root"/tests/uapi/{harness,gpu}.c
done
