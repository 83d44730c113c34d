#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The trap benchmark: measures in the test bed, then writes results.json, report.txt, path-length.svg.
#
#   run.sh [--quick] [--out DIR]      DIR is build/bench unless said otherwise
#
# Instructions come from one boot of level 1 under icount, times from another without it.  The
# quick run takes fewer samples of the times and leaves out the Linux guests.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

out=$KV_BUILD/bench wall=bench-wall
while [ $# -gt 0 ]; do
	case $1 in
	--quick)	wall=bench-wall-quick ;;
	--out)		out=$2; shift ;;
	*)		die "usage: run.sh [--quick] [--out DIR]" ;;
	esac
	shift
done

need_root
need gnuplot=gnuplot-nox python3=python3
mkdir -p "$out"
rm -f "$out"/{results.json,report.txt,path-length.svg}
cases=(bench-icount "$wall")
[ "$wall" = bench-wall-quick ] || cases+=(bench-linux bench-i915 bench-desktop)
"$KV_ROOT/tests/vm/run.sh" --out "$out/raw" "${cases[@]}"
python3 "$KV_ROOT/tests/bench/bench.py" "$out" "${cases[@]/#/$out/raw/}"
gnuplot "$out/path-length.gp"
cat "$out/report.txt"
say "left in ${out#"$KV_ROOT"/}: results.json report.txt path-length.svg"
