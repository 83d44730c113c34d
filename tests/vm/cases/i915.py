#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The stock i915 driver on the gen8 vGPU: it binds without a complaint and lights a console."""
# needs: modules qemu guest
# timeout: 600

import os

import l2
from i915guest import OWNED, I915Guest
from linuxguest import report_screen


def boot(t, release, accelerator):
    """One boot: what the driver says, what the screen shows, what it cost."""
    guest = I915Guest(release, accelerator)
    label = guest.label
    try:
        seconds = guest.wait_ready()
    finally:
        guest.save_console(os.path.join(l2.OUT, f"guest-{release}-{accelerator}.console"))
    text = guest.text()
    cost = guest.cost()
    accesses, exits = cost["reads"] + cost["writes"], cost["userspace_exits"]
    l2.log(f"{label}: ready after {seconds:.1f} s; {len(guest.registers())} registers, {cost}")
    t.ok(OWNED in text, f"{label}: i915 owns fb0", text[-1500:])
    t.ok("Virtual GPU for Intel GVT-g detected" in text, f"{label}: i915 sees an Intel vGPU")
    t.equal(guest.complaints(), [], f"{label}: no complaint in the guest's log")
    if guest.path == "kernel":
        t.ok(exits < accesses / 2, f"{label}: most accesses never left the kernel", cost)
    else:
        t.ok(exits >= accesses, f"{label}: every access went through QEMU", cost)
    report_screen(t, guest, f"i915-{release}-{accelerator}")
    t.equal(guest.quit(), 0, f"{label}: QEMU ends in order")


def body(t):
    l2.modules_load()
    boot(t, "6.12", "on")
    boot(t, "6.1", "off")
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
