#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds and runs the unit tests: tests/unit/run.sh [coverage]
#
# Every test is linked with the core's own files and runs under ASan and UBSan;
# race_test runs under TSan.  KTAP goes to build/check/unit-NAME.ktap.  With
# "coverage" all run under gcov instead, which prints what of vgpu-core they
# reached.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"

mode=${1:-check}
out=build/unit
check=build/check
cc=${CC:-gcc}
common=(-std=gnu11 -g -Wall -Wextra -Werror -Wno-unused-parameter -pthread
	-Ivgpu-core -Itests/lib -Itests/unit)
wrap=(-Wl,--wrap=calloc -Wl,--wrap=posix_memalign)
asan=(-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
tsan=(-O1 -fsanitize=thread)
gcov=(-O0 --coverage)

# compile SET FLAG...: vgpu-core and the fixture, into build/unit/SET
compile()
{
	local dir=$out/$1 src
	shift
	mkdir -p "$dir"
	rm -f "$dir"/*.o "$dir"/*.gcda
	printf '%s\n' vgpu-core/*.c tests/unit/fixture.c | while read -r src; do
		printf '%s %s\n' "$src" "$dir/$(basename "$src" .c).o"
	done | xargs -P 2 -L 1 sh -c '
		src=$1 obj=$2; shift 2
		: "$0"; exec $COMPILE -c "$src" -o "$obj"' sh
}

# test_one SET NAME FLAG...: build one test and run it
test_one()
{
	local set=$1 name=$2 ktap status=0
	shift 2
	ktap=$check/unit-${name%_test}.ktap
	printf 'KTAP version 1\n1..1\nnot ok 1 %s does not compile\n' "$name" >"$ktap"
	"$cc" "${common[@]}" "$@" "tests/unit/$name.c" "$out/$set"/*.o "${wrap[@]}" \
		-o "$out/$set/$name" || return 1
	"$out/$set/$name" >"$ktap" 2>"$out/$set/$name.log" || status=$?
	if [ $status -eq 0 ] && ! grep -q '^not ok' "$ktap"; then
		printf '%-10s %3d ok\n' "${name%_test}" "$(grep -c '^ok' "$ktap")"
		return 0
	fi
	# What a sanitizer found is in no line of the program's own.
	grep -q '^not ok' "$ktap" || echo "not ok $name ended with status $status" >>"$ktap"
	printf '%-10s FAILED (status %d)\n' "${name%_test}" "$status"
	cat "$ktap" "$out/$set/$name.log"
	return 1
}

failed=0
mkdir -p "$out" "$check"
tests=()
for f in tests/unit/*_test.c; do
	tests+=("$(basename "$f" .c)")
done

if [ "$mode" = coverage ]; then
	sets=(gcov)
else
	sets=(asan tsan)
fi
for set in "${sets[@]}"; do
	declare -n flags=$set
	COMPILE="$cc ${common[*]} ${flags[*]}" compile "$set"
done

for name in "${tests[@]}"; do
	set=${sets[0]}
	if [ "$mode" != coverage ] && [ "$name" = race_test ]; then
		set=tsan
	fi
	declare -n flags=$set
	test_one "$set" "$name" "${flags[@]}" || failed=$((failed + 1))
done

if [ "$mode" = coverage ]; then
	gcov -b -n -o "$out/gcov" vgpu-core/*.c |
		grep -A4 "^File 'vgpu-core/.*\.c'" | grep -v '^Branches\|^--' || true
fi
[ $failed -eq 0 ]
