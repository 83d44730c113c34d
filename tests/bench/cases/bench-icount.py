#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# icount
# needs: modules qemu bin
# timeout: 900
"""The trap benchmark in instructions: one vCPU whose time stamp counter counts them."""

import benchlib
import l2


def body(ktap):
    """The case."""
    l2.modules_load()
    benchlib.in_instructions(ktap)
    l2.modules_unload()


l2.case(body)
