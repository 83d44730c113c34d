#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""The guest gets the same answers in the kernel, through QEMU and from the oracle; and the witness.

Each kind of register is accessed by every instruction form and width at every
alignment.  The payload writes down what it saw; the log of a run with the
accelerator is compared with one without, record by record, and both with vgpu-core
in this process's user space.
"""

import os
import struct
import subprocess

import l2

RECORD = struct.Struct("<BBHI16s16s")
HEADER_SIZE = 40
FLAG_KERNEL = 8

# model: PCI id, register BAR, windows that are swept, bytes that differ by nature, and
# whether a window is served in the kernel as a whole.
MODELS = {
    "test": {
        "id": (0x1234, 0x4B54),
        "bar": 0,
        "size": 0x10000,
        "volatile": (0x78, 0x80),
        "windows": [
            (0x0000, 0x80, True),    # one of each kind
            (0x01E8, 0x28, True),    # end of an array
            (0x0FE8, 0x30, True),    # registers on both sides of a page boundary
            (0x3FE8, 0x4C, True),    # into a SHADOW page, one of each kind
            (0x4FE8, 0x30, True),    # out of it
            (0x7FE8, 0x30, False),   # into a page that the kernel leaves to QEMU
            (0x8FE8, 0x30, False),   # out of it
            (0xC0F8, 0x28, False),   # an area of 7 bytes that the kernel leaves to QEMU
            (0xFFD8, 0x28, True),    # end of the BAR
        ],
    },
    "bochs": {
        "id": (0x1234, 0x1111),
        "bar": 2,
        "size": 0x1000,
        "volatile": (0, 0),
        "windows": [
            (0x000, 0x20, True),     # EDID
            (0x0F0, 0x20, True),     # its end
            (0x4F8, 0x30, True),     # VBE registers
            (0x5F8, 0x18, True),     # QEMU's extension
            (0xFE0, 0x20, True),     # end of the BAR
        ],
    },
    # Not what runs on its own once it is told to: engines, lit pipes, clocks.
    "gen8": {
        "id": (0x8086, 0x1612),
        "bar": 0,
        "size": 0,
        "volatile": (0, 0),
        "windows": [
            (0x44200, 0x08, True),   # the master interrupt, and what is not there
            (0x44300, 0x30, True),   # interrupts of the GT
            (0x44440, 0x30, True),   # of ports and PCU
            (0x4A3F8, 0x18, True),   # palette index and data: reads that do something
            (0x4BFE8, 0x30, True),   # out of the pages of palettes into a SHADOW page
            (0x60000, 0x30, True),   # timings of pipe A
            (0x70180, 0x30, True),   # its plane
            (0x78000, 0x40, True),   # PVINFO
            (0xC5FE8, 0x30, True),   # out of the page of GMBUS
            (0x100FE8, 0x30, True),  # on both sides of the flush register
        ],
    },
}


def record_all(guest, model, fast, path):
    """Lets the payload do everything from the reset state; exits in pure windows and others."""
    mon = guest.mon
    mon.use(*model["id"])
    mon.cmd("intx 0")
    mon.cmd("log clear")
    exits = {True: 0, False: 0}
    for number, (off, size, pure) in enumerate(model["windows"]):
        before = guest.mmio_exits()
        mon.cmd(f"sweep {1000 + number} {model['bar']} {off:#x} {size:#x}", timeout=600)
        exits[pure] += guest.mmio_exits() - before
    off, size, _ = model["windows"][0]
    before = guest.mmio_exits()
    mon.cmd(f"seq 4711 4000 {model['bar']} {off:#x} {size:#x}", timeout=600)
    exits[True] += guest.mmio_exits() - before
    if model["size"]:
        mon.cmd(f"seq 4712 2000 {model['bar']} 0 {model['size']:#x}", timeout=600)
    count = guest.fetch_log(path)
    l2.log(f"{'fast' if fast else 'slow'}: {count} records, exits {exits}")
    return count, exits


def compare(path_a, path_b, volatile):
    """The first difference between two logs, or None; flags are for readers."""
    with open(path_a, "rb") as file:
        a = file.read()[HEADER_SIZE:]
    with open(path_b, "rb") as file:
        b = file.read()[HEADER_SIZE:]
    if len(a) != len(b):
        return f"{len(a)} and {len(b)} bytes"
    note = ""
    for i, (x, y) in enumerate(zip(RECORD.iter_unpack(a), RECORD.iter_unpack(b))):
        if x[0] == 0:
            note = (x[4] + x[5]).rstrip(b"\0").decode()
        same = x[:2] == y[:2] and x[3] == y[3] and (x[2] ^ y[2]) & ~FLAG_KERNEL == 0
        if same and x[3] < volatile[1] and x[3] + x[1] > volatile[0]:
            continue
        if not same or x[4:] != y[4:]:
            return f"record {i} ({note}): fast {x}, slow {y}"
    return None


def oracle(name, path):
    """What the oracle says about a log: (agrees, text)."""
    done = subprocess.run([os.path.join(l2.SHARE, "bin", "oracle"), name, path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode == 0, done.stdout


def check_model(ktap, name, model):
    """Fast, slow and oracle on one model."""
    dev = l2.Mdev(name)
    guest = l2.Guest([dev], props={"x-kvmgt": "on"})
    path = {fast: os.path.join(l2.OUT, f"{name}-{'fast' if fast else 'slow'}.log")
            for fast in (True, False)}

    count, exits = record_all(guest, model, True, path[True])
    ktap.ok(count > 5000, f"{name}: many accesses were recorded", count)
    ktap.equal(exits[True], 0, f"{name}: with the accelerator none of them left the kernel")
    if not all(pure for _, _, pure in model["windows"]):
        ktap.ok(exits[False] > 0, f"{name}: areas that are QEMU's went to QEMU")

    guest.fast(dev, "off")
    guest.reset()
    slow_count, slow_exits = record_all(guest, model, False, path[False])
    ktap.equal(slow_count, count, f"{name}: the same accesses without it")
    ktap.ok(slow_exits[True] >= count // 4, f"{name}: without it they went to QEMU", slow_exits)
    difference = compare(path[True], path[False], model["volatile"])
    ktap.ok(difference is None, f"{name}: the kernel and QEMU gave the same answers", difference)

    if name == "gen8":
        nothing_mapped(ktap, guest, dev, model, path[True])

    for fast in (True, False):
        agrees, text = oracle(name, path[fast])
        if ktap.ok(agrees, f"{name}: the oracle agrees with the {'fast' if fast else 'slow'} path",
                   text[-2000:]) and difference is None:
            os.remove(path[fast])
    guest.quit()
    dev.remove()


def nothing_mapped(ktap, guest, dev, model, mapped):
    """The answers are those of a run in which every read of a SHADOW page is trapped."""
    guest.set(dev, "x-kvmgt-shadow", False)
    guest.fast(dev, "on")
    guest.reset()
    path = mapped + "-trapped"
    record_all(guest, model, True, path)
    difference = compare(mapped, path, model["volatile"])
    if ktap.ok(difference is None, "gen8: the same answers with every read trapped", difference):
        os.remove(path)


def check_witness(ktap):
    """Exits per access while the accelerator is switched under a running guest."""
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    mon = guest.mon
    mon.use(0x1234, 0x4B54)
    mon.wr("bar0+0x10", 0xC0FFEE11)
    for state, per_access in (("on", 0), ("off", 1), ("on", 0), ("auto", 0), ("off", 1), ("on", 0)):
        guest.fast(dev, state)
        before = guest.mmio_exits()
        mon.cmd("bench rd bar0+0x10 4 500 1")
        mon.cmd("bench wr bar0+0x60 4 500 1 0x77")
        ktap.equal(guest.mmio_exits() - before, 1000 * per_access,
                   f"x-kvmgt={state}: {per_access} exits for each access")
        values = [mon.rd("bar0+0x10"), mon.rd("bar0+0x60"), mon.rd("bar0+0x18")]
        ktap.equal(values, [0xC0FFEE11, 0x77, 0x12345678], f"x-kvmgt={state}: the same values")

    mon.cmd("hammer 1 verify 0 0x100 4 0xffffffff")
    for i in range(40):
        guest.fast(dev, "off" if i % 2 == 0 else "on")
    reply = mon.cmd("stop 1")
    l2.log(reply.text)
    ktap.ok(reply.num("accesses") > 100, "a second vCPU ran while the accelerator was switched",
            reply.text)
    ktap.equal((reply.num("bad"), reply.num("nobody")), (0, 0),
               "it read back all that it wrote")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()


def check_shadow(ktap):
    """Who sees the reads of a SHADOW page, while its class is changed under a running guest."""
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    mon = guest.mon
    mon.use(0x1234, 0x4B54)

    def trapped():
        return sum(r["reads"] for r in guest.ranges(dev))

    states = (                      # property, value, who sees 500 reads: the bus, QEMU
        ("x-kvmgt-shadow", True, 0, 0),
        ("x-kvmgt-shadow", False, 500, 0),
        ("x-kvmgt-shadow", True, 0, 0),
        ("x-kvmgt-classes", "0:0x4000+0x1000=emulated", 500, 0),
        ("x-kvmgt-classes", "0:0x4000+0x1000=userspace", 0, 500),
        ("x-kvmgt-classes", "", 0, 0),
    )
    for i, (name, value, bus, qemu) in enumerate(states):
        guest.set(dev, name, value)
        mon.wr("bar0+0x4000", 0xC0FFEE00 + i)
        before = trapped(), guest.mmio_exits()
        mon.cmd("bench rd bar0+0x4000 4 500 1")
        seen = trapped() - before[0], guest.mmio_exits() - before[1]
        ktap.equal(seen, (bus, qemu), f"{name}={value}: who sees the reads")
        values = [mon.rd("bar0+0x4000"), mon.rd("bar0+0x4008"), mon.rd("bar0+0x4ffc")]
        ktap.equal(values, [0xC0FFEE00 + i, 0x12345678, 0xDEADBEEF], f"{name}={value}: the values")

    mon.cmd("hammer 1 verify 0 0x4100 4 0xffffffff")
    for i in range(40):
        guest.set(dev, *states[i % len(states)][:2])
    reply = mon.cmd("stop 1")
    l2.log(reply.text)
    ktap.ok(reply.num("accesses") > 100, "a second vCPU ran while classes were changed", reply.text)
    ktap.equal((reply.num("bad"), reply.num("nobody")), (0, 0), "it read back all that it wrote")
    mon.wr("bar0+0x4018", 0xF)      # sets bits of a register that is cleared by 1
    mon.wr("bar0+0x400c", 0x3)
    ktap.equal(mon.rd("bar0+0x400c"), 0xF0F0F0FC, "a handler stores what the guest reads")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()


def body(ktap):
    """The case."""
    l2.modules_load()
    check_witness(ktap)
    check_shadow(ktap)
    for name, model in MODELS.items():
        check_model(ktap, name, model)
    l2.modules_unload()


l2.case(body)
