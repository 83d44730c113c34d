#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The blitter against memcpy(), in this process, without a VM: blt.sh [PAIR], see blt.c.
#
# The core is compiled as a kernel compiles it: optimised, without vector registers.
set -euo pipefail

cd "$(dirname "$0")/../.."

out=build/bench-blt
opts=(-std=gnu11 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers
	-pthread -Ivgpu-core -Itests/lib -Itests/unit)
wraps=('-Wl,--wrap=calloc' '-Wl,--wrap=posix_memalign' '-Wl,--wrap=gen8_irq_engine')

mkdir -p "$out"
for src in vgpu-core/*.c; do
	"${CC:-gcc}" "${opts[@]}" -mgeneral-regs-only -fno-strict-aliasing -c "$src" \
		-o "$out/$(basename "$src" .c).o"
done
"${CC:-gcc}" "${opts[@]}" "${wraps[@]}" tests/bench/blt.c tests/unit/fixture.c "$out"/*.o -o "$out/blt"
"$out/blt" "$@"
