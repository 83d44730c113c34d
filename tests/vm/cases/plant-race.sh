#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two threads that count in one variable of the module: KCSAN sees it.
# boot: own
# host: kcsan
# needs: plant
# planted: (?s)BUG: KCSAN: data-race in plant_count.*plant_count\+
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
plant race
