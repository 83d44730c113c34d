#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzzes the core against the naive model, and Gen8's engines against themselves:
# tests/fuzz/run.sh [SECONDS [ACCESSES]]
#
# SECONDS (default 30) are shared by the libFuzzer targets, each at least one;
# then build/fuzz/soak makes ACCESSES (default 10 million) from a seed that it
# prints, and build/fuzz/gen8_soak GEN8_INPUTS (default 200000) batches and page
# tables from the same.  What a target finds is left in build/fuzz/.  KTAP:
# build/check/fuzz-core.ktap.
set -euo pipefail

cd "$(dirname "$0")/../.."

seconds=${1:-30}
accesses=${2:-10000000}
seed=${SEED:-$(($(date +%s) % 1000000))}
out=build/fuzz
ktap=build/check/fuzz-core.ktap
targets=(mmio config device gen8_cs gen8_mem)
gen8_inputs=${GEN8_INPUTS:-200000}
number=0
failed=0

opts=(-std=gnu11 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -pthread
	-Ivgpu-core -Itests/fuzz)
clang_opts=('-fsanitize=fuzzer-no-link,address,undefined' '-fno-sanitize-recover=all')
sources=(tests/fuzz/pair.c tests/fuzz/naive.c tests/fuzz/gen8_guest.c vgpu-core/*.c)

# result STATUS NAME LOG
result()
{
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number fuzz $2" >>"$ktap"
		printf '%-10s ok: %s\n' "$2" "$(tail -n 1 "$3")"
		return
	fi
	failed=$((failed + 1))
	sed 's/^/# /' "$3" | tail -n 60 >>"$ktap"
	echo "not ok $number fuzz $2" >>"$ktap"
	printf '%-10s FAILED\n' "$2"
	tail -n 60 "$3"
}

# What all targets share, once.
compile()
{
	local src
	mkdir -p "$out/obj"
	for src in "${sources[@]}"; do
		clang "${opts[@]}" "${clang_opts[@]}" -c "$src" -o "$out/obj/$(basename "$src" .c).o"
	done
}

# libFuzzer SECONDS TARGET
fuzz()
{
	local status=0 log=$out/$2.log
	mkdir -p "$out/corpus/$2"
	clang "${opts[@]}" "${clang_opts[@]}" -fsanitize=fuzzer "tests/fuzz/$2_fuzz.c" \
		"$out"/obj/*.o -o "$out/${2}_fuzz" >"$log" 2>&1 &&
		"$out/${2}_fuzz" -max_total_time="$1" -max_len=2049 -len_control=20 -timeout=20 \
			-rss_limit_mb=2048 -artifact_prefix="$out/$2-" "$out/corpus/$2" \
			>>"$log" 2>&1 || status=$?
	result $status "$2" "$log"
}

# soak NAME OPTION N
soak()
{
	local status=0 log=$out/$1.log
	"${CC:-gcc}" "${opts[@]}" '-fsanitize=address,undefined' -fno-sanitize-recover=all \
		"tests/fuzz/$1.c" "${sources[@]}" -o "$out/$1" >"$log" 2>&1 &&
		"$out/$1" "$2" "$3" --seed "$seed" >>"$log" 2>&1 || status=$?
	result $status "$1" "$log"
}

mkdir -p "$out" build/check
printf 'KTAP version 1\n1..%d\n' $((${#targets[@]} + 2)) >"$ktap"

rm -rf "$out/obj"
compile
each=$((seconds / ${#targets[@]}))
for target in "${targets[@]}"; do
	fuzz $((each > 0 ? each : 1)) "$target"
done
soak soak --accesses "$accesses"
soak gen8_soak --inputs "$gen8_inputs"
[ $failed -eq 0 ]
