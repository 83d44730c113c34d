#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the oracle, static, so that it runs in any machine: tests/oracle/share.sh DIR
set -euo pipefail

dir=$(realpath -m "$1")
cd "$(dirname "$0")/../.."

mkdir -p "$dir"
"${CC:-gcc}" -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -pthread -static \
	-Ivgpu-core -Itests/oracle tests/oracle/oracle.c vgpu-core/*.c -o "$dir/oracle"
