#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel interface seen from userspace: tests/uapi/pages_test.c.
# needs: modules bin
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
modules_load test_types=0 || bail "modules do not load"
ret=0
/share/bin/uapi-pages || ret=$?
modules_unload || { echo "# modules do not unload"; ret=1; }
exit "$ret"
