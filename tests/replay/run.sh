#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Replays recorded traces of guests on vgpu-core: tests/replay/run.sh [TRACE...]
#
# Without arguments all of ../shared/traces, if that is there.  A trace is text as in
# replay.c, perhaps compressed by gzip.  KTAP: build/check/unit-replay.ktap.
set -euo pipefail

cd "$(dirname "$0")/../.."

out=build/unit
ktap=build/check/unit-replay.ktap
traces=("$@")
number=1
status=0

mkdir -p "$out" build/check
if [ ${#traces[@]} -eq 0 ]; then
	shopt -s nullglob
	traces=(../shared/traces/*.txt.gz)
	shopt -u nullglob
fi
if [ ${#traces[@]} -eq 0 ]; then
	printf 'KTAP version 1\n1..1\nok 1 replay # SKIP no traces in ../shared/traces\n' >"$ktap"
	echo "replay: no traces in ../shared/traces: skipped"
	exit 0
fi

printf 'KTAP version 1\n1..%d\n' $((3 * ${#traces[@]} + 1)) >"$ktap"
"${CC:-gcc}" -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -pthread \
	'-fsanitize=address,undefined' -fno-sanitize-recover=all \
	-Ivgpu-core tests/replay/replay.c vgpu-core/*.c \
	'-Wl,--wrap=gen8_irq_engine' -o "$out/replay"

# As the kernel's tracepoints print an access to BAR0.
as_events() {
	awk '{ printf "qemu-7 [001] d..1. %d.%09d: %s: 5f-01 %s region 0 +0x%s len %s val 0x%s ret 0\n",
		$1 / 1e9, $1 % 1e9, NR % 2 ? "kvmgt_mmio" : "kvmgt_vfio_rw", $2, $3, $4, $5 }'
}

# Of accesses of which both forms tell everything.
short_of() {
	gzip -dcf "$1" | awk '$4 < 8'
}

for trace in "${traces[@]}"; do
	gzip -dcf "$trace" | "$out/replay" "$(basename "$trace")" "$number" >>"$ktap" || status=1
	number=$((number + 3))
done

# The tool itself: both forms of a trace are the same to it, and it sees what is wrong.
judged=ok
plain=$(short_of "${traces[0]}" | "$out/replay" itself) || judged="not ok"
if [[ $(short_of "${traces[0]}" | head -n 1) == *[0-9]" "[RW]" "* ]]; then
	[ "$plain" = "$(short_of "${traces[0]}" | as_events | "$out/replay" itself)" ] || judged="not ok"
	short_of "${traces[0]}" | sed 's/ R 0c2014 4 44 / R 0c2014 4 45 /' |
		"$out/replay" itself >/dev/null && judged="not ok"
fi
printf '%s %d the tool reads both forms and sees a wrong value\n' "$judged" "$number" >>"$ktap"
[ "$judged" = ok ] || status=1

grep '^#' "$ktap" || true
printf '%-10s %3d ok\n' replay "$(grep -c '^ok' "$ktap")"
exit $status
