#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds kvmgt-top in the sdk, static, and prints the directory that holds it.
#
# Its libraries are unpacked beside the sdk, not installed into it: what is in the sdk is part of
# the key of everything that is built there, QEMU too.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PACKAGES='libncurses-dev libjansson-dev'
DIR=build/tools

libraries() {
	local packages
	read -ra packages <<<"$PACKAGES"
	tell_time "libraries of the tools" fetch_deb "$1" "${packages[@]}"
}

need_root
key=$(hash_of "=$PACKAGES" "=$KV_SUITE")
[ -d "$KV_CACHE/tools-$key" ] || pin_for_build
libs=$(cached tools "$key" libraries)
libs=/cache/${libs##*/}/usr
"$KV_ROOT/tests/vm/sdk.sh" >/dev/null
tell_time "kvmgt-top" "$KV_ROOT/tests/vm/sdk.sh" run make -C tools/kvmgt-top O="/src/$DIR" STATIC=1 \
	CPPFLAGS="-I$libs/include" LDFLAGS="-L$libs/lib/x86_64-linux-gnu"
printf '%s\n' "$KV_ROOT/$DIR"
