#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# smp: 2
# needs: modules qemu bin
# timeout: 900
"""The trap benchmark in time."""

import benchlib
import l2


def body(ktap):
    """The case."""
    l2.modules_load()
    benchlib.in_time(ktap, 8)
    l2.modules_unload()


l2.case(body)
