#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Debian's unpatched QEMU boots the Linux guest on the vGPU: the slow path alone is complete."""
# needs: modules guest
# timeout: 400

import l2
from linuxguest import VBE_ID, LinuxGuest, report_boot, report_screen


def body(t):
    l2.modules_load()
    dev = l2.Mdev("bochs")
    guest = LinuxGuest(dev, qemu="stock")
    known = {p["name"] for p in guest.qmp.cmd("qom-list-properties", typename="vfio-pci")}
    t.ok(known and "x-kvmgt" not in known, "this QEMU knows nothing of us")
    report_boot(t, guest, "stock")
    report_screen(t, guest, "stock")
    before = guest.mmio_exits()
    count, _, last, bad = guest.hammer(f"count r {VBE_ID:#x} 500")
    exits = guest.mmio_exits() - before
    t.ok(count <= exits < count + 100, "each access is an exit to userspace",
         f"{exits} exits for {count} accesses")
    t.equal((last, bad), (0xb0c5, 0), "the register keeps its value")
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
