#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzzes the core against naive models of it: tests/fuzz/run.sh [SECONDS [TIMES]]
#
# SECONDS (default 30) are shared by the targets of target.c under libFuzzer, each at least
# one; then soak makes TIMES (default 1) as many inputs of each target as stand below, from
# SEED, which it prints.  SECONDS 0 and TIMES 0 leave that out; TARGETS names the targets
# that are meant.  What a target finds is left in build/fuzz/.  The last line sums up this
# run, and all since build/fuzz/ was made.  KTAP: build/check/fuzz-core.ktap.
set -euo pipefail

cd "$(dirname "$0")/../.."

seconds=${1:-30}
times=${2:-1}
seed=${SEED:-$(($(date +%s) % 1000000))}
out=build/fuzz
ktap=build/check/fuzz-core.ktap
# Some two seconds of each.
declare -A inputs_of=([pair]=1000 [gen8_cs]=8000 [gen8_mem]=15000 [gen8_exec]=20000
	[gen8_port]=3000 [gen8_door]=2500)
read -ra targets <<<"${TARGETS:-pair gen8_cs gen8_mem gen8_exec gen8_port gen8_door}"
number=0
failed=0
inputs=0
units=0

opts=(-std=gnu11 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -pthread
	-Ivgpu-core -Itests/fuzz -fno-sanitize-recover=all)
libfuzzer='-fsanitize=fuzzer-no-link,address,undefined'
plain='-fsanitize=address,undefined'

# compile NAME SANITIZERS: all but the two programs, into build/fuzz/NAME/; what fails is
# missed by the linker
compile()
{
	local dir=$out/$1 src
	rm -rf "$dir"
	mkdir -p "$dir"
	for src in tests/fuzz/*.c vgpu-core/*.c; do
		case $src in */soak.c|*/fuzz.c) continue ;; esac
		clang "${opts[@]}" "$2" -c "$src" -o "$dir/$(basename "$src" .c).o" &
		[ "$(jobs -r | wc -l)" -lt "$(nproc)" ] || wait -n || true
	done
	wait
}

build()
{
	compile obj-fuzz "$libfuzzer" &&
	clang "${opts[@]}" -fsanitize=fuzzer,address,undefined -Wl,--wrap=gen8_cs_step \
		tests/fuzz/fuzz.c "$out"/obj-fuzz/*.o -o "$out/fuzz" &&
	compile obj-soak "$plain" &&
	clang "${opts[@]}" "$plain" -Wl,--wrap=gen8_cs_step \
		tests/fuzz/soak.c "$out"/obj-soak/*.o -o "$out/soak"
}

# result STATUS NAME LOG: the log of a good run ends with what was done
result()
{
	local did
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		did=$(tail -n 1 "$3")
		echo "ok $number fuzz $2" >>"$ktap"
		printf '%-14s ok: %s\n' "$2" "$did"
		inputs=$((inputs + $(sed -n 's/^\([0-9]*\) inputs.*/\1/p' <<<"$did")))
		units=$((units + $(sed -n 's/.* inputs, \([0-9]*\) .*/\1/p' <<<"$did")))
		return
	fi
	failed=$((failed + 1))
	sed 's/^/# /' "$3" | tail -n 60 >>"$ktap"
	echo "not ok $number fuzz $2" >>"$ktap"
	printf '%-14s FAILED\n' "$2"
	tail -n 60 "$3"
}

# libFuzzer SECONDS TARGET: from the smallest corpus, that of the tree, and what runs added
fuzz()
{
	local status=0 log=$out/$2.log
	mkdir -p "$out/corpus/$2"
	FUZZ_TARGET=$2 "$out/fuzz" -max_total_time="$1" -max_len=2052 -len_control=20 -timeout=20 \
		-rss_limit_mb=2048 -artifact_prefix="$out/$2-" "$out/corpus/$2" \
		"tests/fuzz/corpus/$2" >"$log" 2>&1 || status=$?
	result $status "$2" "$log"
}

# soak TARGET INPUTS
soak()
{
	local status=0 log=$out/$1-soak.log
	"$out/soak" "$1" --inputs "$2" --seed "$seed" >"$log" 2>&1 || status=$?
	result $status "$1-soak" "$log"
}

mkdir -p "$out" build/check
printf 'KTAP version 1\n1..%d\n' \
	$((((seconds > 0) + (times > 0)) * ${#targets[@]} + 1)) >"$ktap"

status=0
build >"$out/build.log" 2>&1 || status=$?
[ $status -ne 0 ] || echo "0 inputs, 0 built" >>"$out/build.log"
result $status build "$out/build.log"
[ $status -eq 0 ] || exit 1

begin=$SECONDS
each=$((seconds / ${#targets[@]}))
for target in "${targets[@]}"; do
	[ "$seconds" -eq 0 ] || fuzz $((each > 0 ? each : 1)) "$target"
done
for target in "${targets[@]}"; do
	[ "$times" -eq 0 ] || soak "$target" $((times * inputs_of[$target]))
done
took=$((SECONDS - begin))

read -r before 2>/dev/null <"$out/total" || before=0
echo $((before + units)) >"$out/total"
printf 'seed %d: %d inputs, %d accesses and commands, %d inputs/s, %d findings; %d so far\n' \
	"$seed" "$inputs" "$units" $((inputs / (took > 0 ? took : 1))) "$failed" $((before + units))
[ $failed -eq 0 ]
