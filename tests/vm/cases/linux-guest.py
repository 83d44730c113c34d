#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The Linux guest on the patched QEMU: accelerated, off and on again while it runs."""
# needs: modules qemu guest
# timeout: 400

import l2
from linuxguest import VBE_BANK, VBE_ID, LinuxGuest, report_boot, report_screen

COUNT = 1000
# Timers and interrupt chips of the guest, not our device.
NOISE = 20


def exits_of(guest, command):
    """One command of the guest and how many accesses went to userspace during it."""
    before = guest.mmio_exits()
    count, us, last, bad = guest.hammer(command)
    return count, guest.mmio_exits() - before, us, last, bad


def loops(t, guest, dev, label, exits_each):
    """A read and a write loop: right values, and as many exits to userspace as expected."""
    for op, off in (("r", VBE_ID), ("w", VBE_BANK)):
        count, exits, us, last, bad = exits_of(guest, f"count {op} {off:#x} {COUNT}")
        l2.log(f"{label}: {count} accesses ({op}) in {us} us, {exits} exits to userspace")
        want = count * exits_each
        t.ok(want <= exits <= want + NOISE, f"{label}: exits of a loop of '{op}'",
             f"{exits} exits for {count} accesses, ranges {guest.ranges(dev)}")
        if op == "r":
            t.equal((last, bad), (0xb0c5, 0), f"{label}: the value read")


def body(t):
    l2.modules_load()
    dev = l2.Mdev("bochs")
    guest = LinuxGuest(dev, props={"x-kvmgt": "on"})
    report_boot(t, guest, "patched")
    t.ok(guest.ranges(dev), "QEMU reports attached ranges")
    loops(t, guest, dev, "on", 0)
    guest.fast(dev, "off")
    t.equal(guest.ranges(dev), [], "no range is attached after x-kvmgt=off")
    loops(t, guest, dev, "off", 1)
    guest.fast(dev, "on")
    loops(t, guest, dev, "on again", 0)
    report_screen(t, guest, "patched")
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
