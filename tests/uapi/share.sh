#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the tests of the kernel interface into the directory that level 1 sees as /share/bin.
set -euo pipefail

src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$src/../.." && pwd)
for test in feature region irq life monitor pages; do
	gcc -std=gnu11 -O1 -g -Wall -Wextra -Werror -static -pthread -o "$1/uapi-$test" \
		-I"$root/uapi" -I"$root/tests/lib" -I"$root/vgpu-core" \
		"$src/${test}_test.c" "$src/harness.c" "$src/gpu.c"
done
