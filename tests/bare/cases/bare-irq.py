#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 300
"""Interrupts of the test model arrive in the guest: MSI and INTx, on both paths."""

import time

import l2

ID = (0x1234, 0x4B54)
DOORBELL, COUNT = "bar0+0x3c", "bar0+0x40"
STATUS, ENABLE, SET = "bar0+0x50", "bar0+0x54", "bar0+0x58"
MSI_BASE = 0x48
PIN_BASE = 0x60


def arrived(mon, want, timeout=10.0):
    """Interrupt counts by vector, after they became what is wanted or time was up."""
    end = l2.deadline(timeout)
    while True:
        got = {int(k, 16): int(v) for k, v in mon.cmd("irq").items()}
        if got == want or time.monotonic() > end:
            return got
        time.sleep(0.02)


def quiet(mon, want):
    """Counts after a time in which nothing more should come."""
    time.sleep(0.3)
    return arrived(mon, want, 0)


def check_msi(ktap, mon, state):
    """Doorbells with values 0-3 raise vectors 0-3."""
    mon.cmd(f"msi {MSI_BASE:#x} 2")
    mon.cmd("irq clear")
    rung = mon.rd(COUNT)
    want = {}
    for vector in range(4):
        for _ in range(vector + 1):
            before = mon.rd(COUNT)
            mon.wr(DOORBELL, vector)
            want[MSI_BASE + vector] = want.get(MSI_BASE + vector, 0) + 1
            # MSI is an edge: one that is not taken yet would swallow the next
            arrived(mon, want)
            assert mon.rd(COUNT) == before + 1
    ktap.equal(arrived(mon, want), want, f"x-kvmgt={state}: each doorbell is one MSI")
    ktap.equal(mon.rd(COUNT) - rung, 10, f"x-kvmgt={state}: the device counted the same")
    mon.cmd("msi off")
    mon.cmd("irq clear")
    mon.wr(DOORBELL, 1)
    ktap.equal(quiet(mon, {}), {}, f"x-kvmgt={state}: no MSI while the guest has it off")


def find_pin(mon):
    """The IOAPIC pin of the device, found by raising INTx with all pins open."""
    for pin in list(range(5, 12)) + list(range(16, 24)):
        if pin not in (8,):
            mon.cmd(f"ioapic {pin} {PIN_BASE + pin:#x} level")
    mon.cmd("irq clear")
    mon.cmd(f"irqack {STATUS} 4 0xffffffff")
    mon.wr(ENABLE, 1)
    mon.wr(SET, 1)
    end = l2.deadline(10)
    got = {}
    while not got and time.monotonic() < end:
        got = arrived(mon, None, 0)
    mon.wr(SET, 0)
    if len(got) != 1:
        raise l2.Error(f"INTx came as {got}")
    return next(iter(got)) - PIN_BASE


def check_intx(ktap, mon, state):
    """INTx: acknowledged in the handler, masked at both ends, still up after the handler."""
    pin = find_pin(mon)
    vector = PIN_BASE + pin
    l2.log(f"INTx is IOAPIC pin {pin}")
    mon.cmd("irq clear")
    for i in range(50):
        mon.wr(SET, 1)
        mon.wr(SET, 0)
        if arrived(mon, {vector: i + 1}) != {vector: i + 1}:
            break
    ktap.equal(quiet(mon, {vector: 50}), {vector: 50},
               f"x-kvmgt={state}: 50 INTx, each acknowledged, each once")

    mon.cmd(f"ioapic {pin} {vector:#x} level masked")
    mon.cmd("irq clear")
    mon.wr(SET, 1)
    mon.wr(SET, 0)
    ktap.equal(quiet(mon, {}), {}, f"x-kvmgt={state}: a masked pin delivers nothing")
    mon.cmd(f"ioapic {pin} {vector:#x} level")
    ktap.equal(arrived(mon, {vector: 1}), {vector: 1},
               f"x-kvmgt={state}: unmasked it delivers what was pending, once")

    mon.cmd("intx 0")
    mon.cmd("irq clear")
    mon.wr(SET, 1)
    mon.wr(SET, 0)
    ktap.equal(quiet(mon, {}), {}, f"x-kvmgt={state}: nothing while PCI_COMMAND disables INTx")
    mon.cmd("intx 1")
    ktap.equal(arrived(mon, {vector: 1}), {vector: 1},
               f"x-kvmgt={state}: enabled again it comes, once")

    # The handler only disables the source; the cause stays, so enabling raises it again.
    mon.cmd(f"irqack {ENABLE} 4 0")
    mon.cmd("irq clear")
    mon.wr(SET, 1)
    mon.wr(SET, 0)
    first = arrived(mon, {vector: 1})
    mon.wr(ENABLE, 1)
    ktap.equal((first, arrived(mon, {vector: 2})), ({vector: 1}, {vector: 2}),
               f"x-kvmgt={state}: the level that is still up interrupts again")
    mon.wr(STATUS, 0xFFFFFFFF)
    mon.wr(ENABLE, 0)
    mon.cmd("irqack off")
    ktap.equal(quiet(mon, {vector: 2}), {vector: 2}, f"x-kvmgt={state}: then it is quiet")


def body(ktap):
    """The case."""
    l2.modules_load()
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], props={"x-kvmgt": "on"})
    guest.mon.use(*ID)
    for state in ("on", "off"):
        guest.fast(dev, state)
        check_msi(ktap, guest.mon, state)
        check_intx(ktap, guest.mon, state)
    guest.fast(dev, "on")
    guest.mon.cmd(f"msi {MSI_BASE:#x} 2")
    guest.mon.cmd("irq clear")
    before = guest.mmio_exits()
    guest.mon.wr(DOORBELL, 3)
    ktap.equal(arrived(guest.mon, {MSI_BASE + 3: 1}), {MSI_BASE + 3: 1}, "a last MSI")
    ktap.equal(guest.mmio_exits() - before, 0, "from doorbell to interrupt nothing left the kernel")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()
    l2.modules_unload()


l2.case(body)
