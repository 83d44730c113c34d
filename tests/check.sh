#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs test suites one after the other and sums up: check.sh [bed|unit|fuzz|qemu|vm]...
#
# Each suite leaves build/check/SUITE-*.ktap.  A suite that fails without a "not ok" of its own,
# or leaves nothing, is given one.  The last line is "N passed, N failed, N skipped".
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/vm/lib.sh"

# Another host than the stock one: its results stand beside.
CHECK=build/check
[ "${HOST:-stock}" = stock ] || CHECK=build/check-$HOST
FUZZ_SECONDS=${FUZZ_SECONDS:-30}

# CASE is a list of names and globs, for run.sh to expand.
vm_suite() (
	set -f
	# shellcheck disable=SC2086 # words
	exec tests/vm/run.sh ${CASE:---all}
)

run_suite() {
	case $1 in
	bed)	python3 tests/vm/selftest.py >"$CHECK/bed-judge.ktap" ;;
	unit)	tests/unit/run.sh ;;
	fuzz)	tests/fuzz/run.sh "$FUZZ_SECONDS" ;;
	qemu)	tests/qemu/run.sh ;;
	vm)	vm_suite ;;
	esac
}

# One more result for a suite whose files do not tell that it failed.
verdict() {
	local suite=$1 status=$2 files
	shopt -s nullglob
	files=("$CHECK/$suite"-*.ktap)
	shopt -u nullglob
	if [ ${#files[@]} -eq 0 ]; then
		printf 'KTAP version 1\n1..1\nnot ok 1 the suite %s left no results (exit status %d)\n' \
			"$suite" "$status" >"$CHECK/$suite-suite.ktap"
	elif [ "$status" -ne 0 ] && ! grep -q '^not ok' "${files[@]}"; then
		printf 'KTAP version 1\n1..1\nnot ok 1 the suite %s ended with status %d\n' \
			"$suite" "$status" >"$CHECK/$suite-suite.ktap"
	fi
}

cd "$KV_ROOT"
[ $# -gt 0 ] || set -- bed unit fuzz qemu vm
need gcc=build-essential make=build-essential python3=python3
case " $* " in *" fuzz "*) need clang=clang clang=libclang-rt-14-dev ;; esac
mkdir -p "$CHECK"
all=()
for suite in "$@"; do
	case $suite in bed|unit|fuzz|qemu|vm) ;; *) die "unknown suite $suite" ;; esac
	if [ "$suite" != bed ] && [ ! -x "tests/$suite/run.sh" ]; then
		say "tests/$suite is not there yet"
		continue
	fi
	rm -f "$CHECK/$suite"-*.ktap
	t0=$SECONDS
	say "=== $suite ==="
	status=0
	run_suite "$suite" || status=$?
	verdict "$suite" "$status"
	say "=== $suite: $((SECONDS - t0)) s ==="
	mapfile -t -O ${#all[@]} all < <(ls "$CHECK/$suite"-*.ktap)
done
[ ${#all[@]} -gt 0 ] || die "no suite ran"
exec python3 tests/vm/ktap.py total "${all[@]}"
