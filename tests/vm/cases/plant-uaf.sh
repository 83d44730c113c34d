#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A use after free in the module: KASAN sees it.
# boot: own
# host: debug
# needs: plant
# planted: (?s)BUG: KASAN: slab-use-after-free in plant_uaf\+
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
plant uaf
