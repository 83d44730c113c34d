#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hostile work for the engines of a vGPU, a good neighbour beside it: tests/attack/neighbours.c.
# timeout: 300
# needs: modules bin
# shellcheck source=tests/attack/l1/attack.sh
. /share/lib/attack.sh
attack neighbours
