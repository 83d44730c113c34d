#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Says what of vgpu-core is reached: tests/fuzz/coverage.sh
#
# By the fuzzers' corpora and by the unit tests but those that race, as they are in the
# tree: no chance, no clock.  Prints the branches of each file: how many there are, how many
# were not taken, and the lines of these; build/coverage/missed.txt has them in full.  The
# last line is "branch coverage of vgpu-core: N %".  Fails below 90 %.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

cd "$KV_ROOT"
need clang=clang clang=libclang-rt-14-dev llvm-cov=llvm llvm-profdata=llvm

out=build/coverage
least=90
opts=(-std=gnu11 -g -O1 -Wall -Wno-unused-parameter -Wno-missing-field-initializers -pthread
	-Ivgpu-core -Itests/lib -Itests/unit -Itests/fuzz)
counted=(-fprofile-instr-generate -fcoverage-mapping)
wraps=('-Wl,--wrap=calloc' '-Wl,--wrap=posix_memalign' '-Wl,--wrap=gen8_irq_engine')

# compile DIR FILE OPTION...
compile()
{
	clang "${opts[@]}" "${@:3}" -c "$2" -o "$1/$(basename "$2" .c).o"
}

build()
{
	local src name
	for src in vgpu-core/*.c; do
		compile "$out/core" "$src" "${counted[@]}"
	done
	for src in tests/fuzz/*.c tests/unit/fixture.c; do
		case $src in */soak.c|*/fuzz.c) ;; *) compile "$out/tests" "$src" ;; esac
	done
	mv "$out/tests/fixture.o" "$out"
	clang "${opts[@]}" "${counted[@]}" -fsanitize=fuzzer -Wl,--wrap=gen8_cs_step \
		tests/fuzz/fuzz.c "$out"/tests/*.o "$out"/core/*.o -o "$out/bin/fuzz"
	for src in tests/unit/*_test.c; do
		name=$(basename "$src" .c)
		case $name in *race_test) continue ;; esac
		compile "$out" "$src"
		clang "${counted[@]}" -pthread "${wraps[@]}" "$out/$name.o" "$out/fixture.o" \
			"$out"/core/*.o -o "$out/bin/$name"
	done
}

run()
{
	local bin target
	for target in tests/fuzz/corpus/*; do
		FUZZ_TARGET=$(basename "$target") LLVM_PROFILE_FILE=$out/${target##*/}.profraw \
			"$out/bin/fuzz" "$target"/*
	done
	for bin in "$out"/bin/*_test; do
		LLVM_PROFILE_FILE=$out/${bin##*/}.profraw "$bin"
	done
}

# show COMMAND...: of what was merged
show()
{
	local objects=() bin
	for bin in "$out"/bin/*_test; do
		objects+=(-object "$bin")
	done
	llvm-cov "$1" "$out/bin/fuzz" "${objects[@]}" -instr-profile="$out/$2" "${@:3}" vgpu-core
}

# Of a report: file, branches, how many were not taken, how many were.
branches()
{
	show report "$1" -show-branch-summary |
		awk '/\.[ch] |^TOTAL/ && NF > 9 && $NF != "-" { printf "%-20s %5s %5s %8s\n", $1, $(NF-2), $(NF-1), $NF }'
}

# Branches that went one way only, or were not come to: file, line, column, how often.
missed()
{
	show show all.profdata -show-branches=count |
		awk '/^[^ ].*\.[ch]:$/ { file = $0; sub(/.*vgpu-core/, "vgpu-core", file) }
			/Branch \(.*(True: 0|False: 0)[],]/ {
				sub(/.*Branch \(/, ""); sub(/\)/, ""); print file $0 }'
}

rm -rf "$out"
mkdir -p "$out/core" "$out/tests" "$out/bin"
build >"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log"; exit 1; }
run >"$out/run.log" 2>&1 || { tail -n 30 "$out/run.log"; exit 1; }
llvm-profdata merge -o "$out/all.profdata" "$out"/*.profraw
(cd tests/fuzz/corpus && ls) | sed "s,.*,$out/&.profraw," |
	xargs llvm-profdata merge -o "$out/fuzz.profdata"

branches all.profdata
missed >"$out/missed.txt"
printf 'not taken, or one way only:\n'
awk -F: '{ lines[$1] = lines[$1] " " $2 } END { for (f in lines) print "  " f ":" lines[f] }' \
	"$out/missed.txt" | sort | fold -s -w 100
by_fuzz=$(branches fuzz.profdata | awk '$1 == "TOTAL" { print $4 }')
percent=$(branches all.profdata | awk '$1 == "TOTAL" { print $4 }')
printf 'by the corpora alone: %s\n' "$by_fuzz"
printf 'branch coverage of vgpu-core: %s\n' "$percent"
[ "${percent%%.*}" -ge $least ]
