#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Checks the series: it applies without fuzz, builds (tests/vm/qemu.sh, cached), carries our uapi
# header, is signed off, and QEMU's own checkpatch.pl has nothing to say but two questions whose
# answer is no: MAINTAINERS covers hw/vfio, and no script fetches our header from Linux.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mapfile -t dirs < <("$here/../tests/vm/qemu.sh" --tree)
tree=${dirs[1]}
answered='does MAINTAINERS need updating|are you using scripts/update-linux-headers.sh'
bad=0

diff <(cd "$here/10.0" && ls -- *.patch) "$here/10.0/series" || bad=1
cmp "$here/../uapi/linux/vfio_kvmgt.h" "$tree/linux-headers/linux/vfio_kvmgt.h" || bad=1
while read -r patch; do
	said=$(cd "$tree"; ./scripts/checkpatch.pl --terse --no-summary "$here/10.0/$patch" |
		grep -vE "$answered" || true)
	[ -z "$said" ] || { printf '%s\n' "$said"; bad=1; }
done <"$here/10.0/series"
[ "$bad" -eq 0 ] || { echo "qemu-patches: not clean" >&2; exit 1; }
echo "qemu-patches: $(wc -l <"$here/10.0/series") patches, clean"
