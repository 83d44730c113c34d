#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory that the module forgets: kmemleak sees it when the bed scans after the case.
# boot: own
# host: debug kcsan
# needs: plant
# planted: (?s)unreferenced object.*plant_leak\+
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
plant leak
