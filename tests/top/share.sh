#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds kvmgt-top and puts it into the directory that level 1 sees as /share/bin.
set -euo pipefail

dir=$("$(dirname "${BASH_SOURCE[0]}")/../vm/tools.sh")
cp "$dir/kvmgt-top" "$1/"
