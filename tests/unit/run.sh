#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds and runs the unit tests: tests/unit/run.sh
#
# Every test is linked with the core's own files and runs under ASan and UBSan;
# those named race_test run under TSan.  KTAP goes to build/check/unit-NAME.ktap.  What of
# vgpu-core they reach says tests/fuzz/coverage.sh.
set -euo pipefail

cd "$(dirname "$0")/../.."

out=build/unit
check=build/check
cc=${CC:-gcc}

# flags SET: how the files of one set are compiled and linked
flags()
{
	echo -std=gnu11 -g -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wno-missing-field-initializers -pthread \
		-Ivgpu-core -Itests/lib -Itests/unit
	case $1 in
	asan) echo "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all" ;;
	tsan) echo "-O1 -fsanitize=thread" ;;
	esac
}

# compile SET: vgpu-core and the fixture, into build/unit/SET
compile()
{
	local dir=$out/$1 opts src
	read -ra opts < <(flags "$1" | xargs)
	mkdir -p "$dir"
	rm -f "$dir"/*.o
	for src in vgpu-core/*.c tests/unit/fixture.c; do
		"$cc" "${opts[@]}" -c "$src" -o "$dir/$(basename "$src" .c).o"
	done
}

# test_one SET NAME: build one test and run it
test_one()
{
	local name=$2 dir=$out/$1 ktap=$check/unit-${2%_test}.ktap opts status=0
	read -ra opts < <(flags "$1" | xargs)
	printf 'KTAP version 1\n1..1\nnot ok 1 %s does not compile\n' "$name" >"$ktap"
	"$cc" "${opts[@]}" "tests/unit/$name.c" "$dir"/*.o '-Wl,--wrap=calloc' \
		'-Wl,--wrap=posix_memalign' '-Wl,--wrap=gen8_irq_engine' -o "$dir/$name" || return 1

	"$dir/$name" >"$ktap" 2>"$dir/$name.log" || status=$?
	if [ $status -eq 0 ] && ! grep -q '^not ok' "$ktap"; then
		printf '%-10s %3d ok\n' "${name%_test}" "$(grep -c '^ok' "$ktap")"
		return 0
	fi
	# What a sanitizer found is in no line of the program's own.
	grep -q '^not ok' "$ktap" || echo "not ok $name ended with status $status" >>"$ktap"
	printf '%-10s FAILED (status %d)\n' "${name%_test}" "$status"
	cat "$ktap" "$dir/$name.log"
	return 1
}

mkdir -p "$out" "$check"
compile asan
compile tsan

failed=0
for file in tests/unit/*_test.c; do
	name=$(basename "$file" .c)
	set=asan
	[[ $name != *race_test ]] || set=tsan
	test_one "$set" "$name" || failed=$((failed + 1))
done

# The oracle is a test tool, and tools that judge are tested too.
ktap=$check/unit-oracle.ktap
printf 'KTAP version 1\n1..1\nnot ok 1 the oracle does not run\n' >"$ktap"
tests/oracle/share.sh "$out"
if ! python3 tests/oracle/selftest.py "$out/oracle" >"$ktap"; then
	failed=$((failed + 1))
	cat "$ktap"
fi
printf '%-10s %3d ok\n' oracle "$(grep -c '^ok' "$ktap")"

# What guests did before, as far as it was recorded.
tests/replay/run.sh || failed=$((failed + 1))

# What kvmgt-top makes of counters.
tests/top/run.sh || failed=$((failed + 1))

[ $failed -eq 0 ]
