#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tests what kvmgt-top makes of the text of debugfs, under ASan and UBSan; no terminal, no JSON.
set -euo pipefail

cd "$(dirname "$0")/../.."
out=build/top-test
mkdir -p "$out" build/check
failed=0
for name in sample table; do
	ktap=build/check/unit-top-$name.ktap
	printf 'KTAP version 1\n1..1\nnot ok 1 top-%s does not run\n' "$name" >"$ktap"
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-Itests/lib -Itools/kvmgt-top "tests/top/${name}_test.c" \
		tools/kvmgt-top/{sample,table}.c -o "$out/$name"
	if ! "$out/$name" >"$ktap" 2>"$out/$name.log"; then
		failed=1
		grep -q '^not ok' "$ktap" || echo "not ok top-$name was ended" >>"$ktap"
		cat "$ktap" "$out/$name.log"
	fi
	printf '%-10s %3d ok\n' "top-$name" "$(grep -c '^ok' "$ktap")"
done
exit "$failed"
