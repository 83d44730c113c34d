#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: bin
# timeout: 120
"""The payload runs in level 1 under the stock QEMU, on two vCPUs, and after a reset."""

import time

import l2


def body(ktap):
    start = time.monotonic()
    guest = l2.Guest(qemu="stock", smp=2, extra=["-device", "bochs-display"])
    l2.log(f"up after {time.monotonic() - start:.1f} s")
    ktap.equal(guest.mon.cmd("hello")["cpus"], "2", "both vCPUs came up")
    guest.mon.use(0x1234, 0x1111)
    ktap.equal(guest.mon.rd("bar2+0x500", 2), 0xB0C5, "a register of QEMU's bochs-display")
    before = guest.mmio_exits()
    ticks = guest.mon.samples("bench rd bar2+0x500 2 1000 3")
    ktap.equal(guest.mmio_exits() - before, 3000, "each access was an exit to QEMU")
    l2.log(f"ticks per access: {[t / 1000 for t in ticks]}")
    before = guest.mmio_exits()
    ticks = guest.mon.samples("bench rd ioapic 4 1000 3")
    ktap.equal(guest.mmio_exits() - before, 0, "the IOAPIC is read in the kernel")
    l2.log(f"ticks per access: {[t / 1000 for t in ticks]}")
    guest.reset()
    ktap.equal(guest.mon.cmd("hello")["cpus"], "2", "both vCPUs came up after a reset")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")


l2.case(body)
