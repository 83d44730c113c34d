#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A newer stock kernel as the guest, accelerated: its bochs driver is content as well."""
# needs: modules qemu guest
# timeout: 400

import l2
from linuxguest import VBE_ID, LinuxGuest, report_boot, report_screen


def body(t):
    l2.modules_load()
    dev = l2.Mdev("bochs")
    guest = LinuxGuest(dev, props={"x-kvmgt": "on"}, release="6.12")
    report_boot(t, guest, "6.12")
    t.ok(any("Linux version 6.12." in line for line in guest.console), "the guest runs 6.12")
    before = guest.mmio_exits()
    count, _, last, bad = guest.hammer(f"count r {VBE_ID:#x} 500")
    exits = guest.mmio_exits() - before
    t.ok(exits <= 20, "accesses stay in the kernel", f"{exits} exits for {count} accesses")
    t.equal((last, bad), (0xb0c5, 0), "the register keeps its value")
    report_screen(t, guest, "6.12")
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()


l2.case(body)
