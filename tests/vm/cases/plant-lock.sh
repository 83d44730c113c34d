#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two locks of the module taken in both orders: lockdep sees it, though nobody waited.
# boot: own
# host: debug kcsan
# needs: plant
# planted: (?s)possible circular locking dependency detected.*\(plant_outer\)
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
plant lock
