#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the kernel modules in the sdk against the level-1 kernel: modules.sh [DIR [MAKEARG...]].
# KERNEL in the environment may name another one, a directory of debug-kernel.sh.
#
# kbuild writes beside its sources, so they are copied to DIR/src first (default build/modules,
# with the test-only parameter); only changed files are touched, hence rebuilds are quick.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

dir=${1:-$KV_BUILD/modules}
shift || true
[ $# -gt 0 ] || set -- KVMGT_TEST=1
case $dir in "$KV_ROOT"/*) ;; *) die "modules.sh builds inside the repository only" ;; esac

copy_sources() {
	local f
	mkdir -p "$dir/src"
	cd "$KV_ROOT"
	find Kbuild kvmgt vgpu-core uapi -type f \( -name '*.[ch]' -o -name Kbuild \) | sort >"$dir/files"
	while read -r f; do
		cmp -s "$f" "$dir/src/$f" && continue
		mkdir -p "$(dirname "$dir/src/$f")"
		cp "$f" "$dir/src/$f"
	done <"$dir/files"
	cd "$dir/src"
	find Kbuild kvmgt vgpu-core uapi -type f \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' |
		sort | comm -13 "$dir/files" - | xargs -r rm -f
}

need_root
mkdir -p "$dir"
exec 5>"$dir/.lock"
flock 5
copy_sources
"$KV_ROOT/tests/vm/sdk.sh" >/dev/null
if [ -n "${KERNEL-}" ]; then
	abi=$(cat "$KERNEL/release")
	headers=/cache/${KERNEL##*/}/linux
else
	abi=$("$KV_ROOT/tests/vm/sdk.sh" abi)
	headers=/usr/src/linux-headers-$abi
fi
# Another kernel than the last time: nothing of what is there can be used.
[ "$(cat "$dir/headers" 2>/dev/null)" = "$headers" ] ||
	find "$dir/src" -type f ! -name '*.[ch]' ! -name Kbuild -delete
printf '%s\n' "$headers" >"$dir/headers"
printf '%s\n' "$abi" >"$dir/abi"
tell_time "modules in ${dir#"$KV_ROOT"/} for $abi" nice "$KV_ROOT/tests/vm/sdk.sh" run \
	make -C "$headers" M="/src/${dir#"$KV_ROOT"/}/src" -j2 "$@" modules
for f in "$dir"/src/*.ko; do
	cmp -s "$f" "$dir/${f##*/}" || cp "$f" "$dir/${f##*/}"
done
