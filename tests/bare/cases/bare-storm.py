#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""A BAR moves and its decoding toggles a thousand times each while another vCPU uses it."""

import l2

ID = (0x1234, 0x4B54)
RO = "0 0x18 4 0x12345678"  # BAR, offset, width and value of a register that never changes
AWAY = 0xD0000000           # in the hole below 4 GiB, behind all that firmware places


def storm(ktap, mon, command, hammer, name):
    """Runs one storm under one load."""
    mon.cmd(f"hammer 1 {hammer}")
    reply = mon.cmd(f"storm {command}", timeout=700)
    load = mon.cmd("stop 1")
    l2.log(f"{command}: {reply.text}; load: {load.text}")
    ktap.equal((reply.num("bad_here"), reply.num("bad_gone")), (0, 0),
               f"{name}: the register is where its BAR is, and nowhere else")
    ktap.ok(load.num("accesses") > 100 and load.num("bad") == 0,
            f"{name}: the other vCPU saw the register or nobody", load.text)


def body(ktap):
    """The case."""
    l2.modules_load()
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    mon = guest.mon
    home = mon.use(*ID)[0][0]

    storm(ktap, mon, f"live 1000 {RO} {AWAY:#x}", f"rd {RO}", "1000 moves")
    storm(ktap, mon, f"mem 1000 {RO}", f"rd {RO}", "1000 times decoding off and on")
    storm(ktap, mon, f"move 100 {RO} {AWAY:#x}", "mix 0 0x100 4", "100 moves under writes")
    storm(ktap, mon, f"mem 100 {RO}", "mix 0 0x0ffd 8", "100 toggles under page-crossing writes")

    before = guest.mmio_exits()
    mon.cmd("bench rd bar0+0x18 4 500 1")
    ktap.equal(guest.mmio_exits() - before, 0, "at home again it is answered in the kernel")
    ktap.equal(mon.use(*ID)[0][0], home, "the BAR came home")

    mon.wr("bar2+0x1000", 0x5EED)
    mon.cmd("move 2 0x2000000000")
    ktap.equal(mon.rd("bar2+0x1000"), 0x5EED, "the memory BAR above 4 GiB has the same bytes")

    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()
    l2.modules_unload()


l2.case(body)
