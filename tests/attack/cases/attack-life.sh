#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vGPUs come, are used and go, in an order that nobody planned: tests/attack/life.c.
# timeout: 300
# needs: modules bin
# shellcheck source=tests/attack/l1/attack.sh
. /share/lib/attack.sh
attack life
