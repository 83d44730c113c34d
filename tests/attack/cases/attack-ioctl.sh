#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Any call on the files of a vGPU with any argument: tests/attack/ioctl.c.
# timeout: 4000
# needs: modules bin
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
# shellcheck source=tests/attack/l1/watched.sh
. /share/lib/watched.sh
modules_load test_types=1 || bail "modules do not load"
ret=0
watched /share/bin/attack-ioctl || ret=$?
modules_unload || { echo "# modules do not unload"; ret=1; }
exit "$ret"
