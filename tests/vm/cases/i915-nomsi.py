#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""An i915 guest without MSI: its interrupts come by INTx, through KVM and through QEMU."""
# needs: modules qemu guest
# timeout: 600

import re

import l2
from i915user import I915User

# A line of /proc/interrupts: how often, by which controller, of whom.
INTERRUPT = re.compile(r"^ *\d+: +(\d+) +(\S+) +(.*)$", re.M)
FLIPS = 60


def interrupts(guest):
    """(count, controller, rest) of i915's interrupt in the guest; none: zeros."""
    found = INTERRUPT.findall(guest.show("/proc/interrupts"))
    mine = [(int(count), chip, rest) for count, chip, rest in found if "i915" in rest]
    return mine[0] if len(mine) == 1 else (0, "", str(found))


class NoMsi:
    """A guest booted without MSI, and what is asked of it."""

    def __init__(self, t, label, props):
        self.t = t
        self.guest = I915User(t, label, append="pci=nomsi", props=props)
        self.guest.shows(1920, 1080)

    def line(self):
        """i915's interrupt is a level of the I/O APIC."""
        count, chip, rest = interrupts(self.guest)
        l2.log(f"{self.guest.label}: {count} {chip} {rest}")
        self.t.ok(count and chip == "IO-APIC" and "-fasteoi" in rest,
                  f"{self.guest.label}: i915's interrupt is a level of the I/O APIC", rest)
        text = self.guest.show("/proc/interrupts")
        self.t.ok("MSI" not in text, f"{self.guest.label}: no MSI anywhere", text)

    def work(self):
        """Submissions and flips, which wait for interrupts each."""
        before, cost = interrupts(self.guest)[0], self.guest.cost()
        for name in ("nop", "flip"):
            self.guest.exercise(name)
        after = self.guest.cost()
        count = interrupts(self.guest)[0] - before
        cost = {key: after[key] - cost[key] for key in cost}
        l2.log(f"{self.guest.label}: {count} interrupts, {cost}")
        self.t.ok(count > FLIPS, f"{self.guest.label}: interrupts are counted", count)
        return cost


def body(t):
    """The case."""
    l2.modules_load()
    kvm = NoMsi(t, "nomsi", {})
    kvm.line()
    cost = kvm.work()
    t.ok(cost["userspace_exits"] * 10 < cost["reads"] + cost["writes"],
         "KVM resamples: accesses do not leave the kernel", (cost, kvm.guest.ranges(kvm.guest.dev)))
    kvm.guest.end()
    # QEMU itself keeps the level, and takes any access for the end of an interrupt.
    qemu = NoMsi(t, "nomsi-qemu", {"x-no-kvm-intx": "on"})
    qemu.line()
    cost = qemu.work()
    t.ok(cost["userspace_exits"] * 2 > cost["reads"] + cost["writes"],
         "QEMU resamples: accesses go through it", cost)
    qemu.guest.end()
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
