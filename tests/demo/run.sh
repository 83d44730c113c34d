#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make demo: one Linux guest, accelerator off and on at run time, side by side; then one with i915.
#
# Leaves build/demo/summary.txt and the guests' screens: guest.png (i915), guest-bochs.png.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

OUT=$KV_BUILD/demo
rm -rf "$OUT"
mkdir -p "$OUT"
status=0
"$KV_ROOT/tests/vm/run.sh" --out "$OUT" demo || status=$?
for f in summary.txt guest.png guest-bochs.png; do
	if [ -s "$OUT/demo/$f" ]; then
		mv "$OUT/demo/$f" "$OUT/$f"
	else
		say "the demo left no $f"
		status=1
	fi
done
[ -s "$OUT/summary.txt" ] && { echo; cat "$OUT/summary.txt"; }
exit "$status"
