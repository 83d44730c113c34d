#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For developers: turns a branch of a QEMU source tree into a series, or renews the uapi header.
#
#   refresh.sh 10.0 TREE     10.0/ becomes the commits pristine..HEAD of the git tree TREE; get
#                            one with: tests/vm/qemu.sh --tree; git -C TREE checkout -b work
#                            pristine; git -C TREE am .../10.0/*.patch
#   refresh.sh --uapi 10.0   the patch that adds vfio_kvmgt.h carries uapi/linux/vfio_kvmgt.h again
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
uapi=$here/../uapi/linux/vfio_kvmgt.h

from_tree() {
	local dir=$here/$1 tree=$2
	cmp "$uapi" "$tree/linux-headers/linux/vfio_kvmgt.h"
	rm -f "$dir"/*.patch
	git -C "$tree" format-patch -q --zero-commit --no-signature --no-numbered --abbrev=12 \
		-o "$dir" pristine..HEAD
	( cd "$dir" && ls -- *.patch >series )
}

# A patch that only adds a file is its mail header and the file; the checksums that git writes
# there do not matter to git apply, but --recount does not mind them being right either.
renew_uapi() {
	local patch tmp
	patch=$(grep -l '^+++ b/linux-headers/linux/vfio_kvmgt.h$' "$here/$1"/*.patch)
	tmp=$(mktemp -d)
	mkdir -p "$tmp/linux-headers/linux"
	cp "$uapi" "$tmp/linux-headers/linux/"
	git -C "$tmp" init -q
	git -C "$tmp" add .
	{
		sed '/^---$/,$d' "$patch"
		printf -- '---\n'
		git -C "$tmp" diff --cached --stat --summary
		printf '\n'
		git -C "$tmp" diff --cached --abbrev=12
	} >"$tmp/new"
	cat "$tmp/new" >"$patch"
	rm -rf "$tmp"
}

case ${1:-} in
--uapi)	renew_uapi "${2:?version}" ;;
[0-9]*)	from_tree "$1" "${2:?tree}" ;;
*)	sed -n '3,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 1 ;;
esac
