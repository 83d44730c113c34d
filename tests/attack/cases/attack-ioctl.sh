#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Any call on the files of a vGPU with any argument: tests/attack/ioctl.c.
# timeout: 300
# needs: modules bin
# shellcheck source=tests/attack/l1/attack.sh
. /share/lib/attack.sh
attack ioctl
