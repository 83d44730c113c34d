#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""Engines of a gen8 vGPU are given work that never ends or makes no sense.

Meanwhile the host spends a bounded share of a CPU, and another guest's engines answer;
after it a reset of the engine, as i915 does it, cures each.
"""

import time

import gpu
import hostile
import l2
from gpu import BATCH, BCS, DATA, GGTT_CONTEXT, area

ENGINES = range(4)
# Long enough that the last step of a slice, slow as the host may be, is little of it.
ROUND_SECONDS = 24 * l2.SLOW
RAM = 128 << 20

# kvmgt/work.c: a slice of ten ticks, and the one call that it may be overdrawn by, earn a
# pause of one tick at least.
BUDGET = 0.95
AT_WORK, AT_REST = 0.3, 0.3     # what never ends costs more, what waits costs less
TRIES = 5

NOOP, BB_END = 0, 0x05000000
BB_START, BB_START_GGTT = 0x18800101, 0x18800001
STORE = 0x10000002
WAIT_GGTT = 0x0e409002          # until memory is greater or equal
COLOR_BLT = (0x54300005, 0x03f00000)
COPY_BLT = (0x54f00008, 0x03cc0000)
EDGE = 0x7fff                   # the largest coordinate, and the largest pitch

PRESENT, WRITE = 1, 2
GPU_BASE = 0x6000000


def copy(dst, src, pitch=0x7ffc, width=EDGE, height=EDGE, at=0):
    """A copy of a rectangle."""
    return (COPY_BLT[0], COPY_BLT[1] | pitch, at << 16 | at, height << 16 | width, dst, 0,
            0, pitch, src, 0)


def color(dst, pitch=0x7ffc, width=EDGE, height=EDGE):
    """A fill of a rectangle."""
    return (COLOR_BLT[0], COLOR_BLT[1] | pitch, 0, height << 16 | width, dst, 0, 0x5a5a5a5a)


def batch_of(engine):
    """Where an engine's batch is, in either address space."""
    return area(engine) + BATCH


class Siege:
    """One hostile guest, one peaceful one."""

    def __init__(self, ktap, attack):
        self.ktap, self.attack = ktap, attack
        self.devs = [l2.Mdev("gen8"), l2.Mdev("gen8")]
        self.guests = [l2.Guest([dev], smp=3, extra=hostile.small_pages("128M"),
                                props={"x-kvmgt": "on"}) for dev in self.devs]
        self.bad, self.good = (gpu.Gpu(guest) for guest in self.guests)
        self.unleashed = []

    def start(self, engine, *commands, flags=0x139):
        """Submits commands in the ring."""
        self.bad.ring(engine, *commands)
        self.bad.run(engine, flags)

    def start_batch(self, engine, *commands, ggtt=False):
        """Submits commands in a batch that goes on for ever."""
        at = batch_of(engine)
        jump = BB_START_GGTT if ggtt else BB_START
        self.bad.put(at, *commands, jump, at, 0)
        self.start(engine, jump, at, 0, flags=GGTT_CONTEXT if ggtt else 0x139)

    def unleash(self, *works):
        """Gives the payload's vCPUs, from 1 on, work of their own."""
        for cpu, work in enumerate(works, 1):
            if work:
                self.bad.cmd(f"{work} {cpu} {self.attack.word():#x}")
                self.unleashed.append(cpu)

    # -- attacks: each returns what the worker may cost ---------------------------------

    def endless(self):
        """Batches that jump to themselves."""
        for e in ENGINES:
            self.start_batch(e)
        return AT_WORK, BUDGET

    def selfmade(self):
        """Batches that write their next command, which was read ahead."""
        for e in ENGINES:
            at = batch_of(e)
            self.start_batch(e, STORE, at + 0x10, 0, BB_START, NOOP, at, 0)
        return AT_WORK, BUDGET

    def semaphore(self):
        """What they wait for never comes."""
        for e in ENGINES:
            self.start(e, WAIT_GGTT, 1, area(e) + DATA, 0)
        return 0, AT_REST

    def loops(self):
        """Page tables that name themselves: whatever the address is, a table is what is there."""
        for level in (0x18000, 0x19000, 0x1a000):
            self.bad.cmd(f"table {level:#x} {(GPU_BASE + level) | PRESENT | WRITE:#x} 0")
        for e in ENGINES:
            self.start(e, BB_START, self.attack.random.getrandbits(32) & ~3,
                       self.attack.random.getrandbits(16))
        return AT_WORK, BUDGET

    def tables(self):
        """Tables and entries that change while they are walked."""
        self.unleash("churn", "wild")
        return 0, BUDGET

    def blits(self):
        """The largest rectangles: over all, over themselves, from and to nowhere."""
        self.bad.cmd("pte 0x80000 0x40000 0 0")
        self.start_batch(BCS, *color(0), *copy(4, 0), *copy(0, 0x1000, 0x8000),
                         *copy(0x80000000, 0), *copy(0, 0x80000000), *color(0x9fff0000, 0xfffc),
                         ggtt=self.attack.random.random() < 0.5)
        return AT_WORK, BUDGET

    def garbage(self):
        """Rings, batches and images of anything, and resets at any time."""
        self.unleash("", "wild")
        return 0, BUDGET

    def nowhere(self):
        """GGTT entries that name no memory of the guest: devices, the aperture, nothing."""
        bars = self.bad.bars
        places = (0x7ffffff000, RAM, 0xfee00000, 0xfec00000, 0xb0000000, 0xfffff000, 0xa0000,
                  bars[0][0], bars[0][0] + 0x800000, bars[2][0], bars[2][0] + 0x8000)
        for i, place in enumerate(places):
            # once where the aperture is, once where only engines reach
            for index in (0x8000 + 16 * i, 0x90000 + 16 * i):
                self.bad.cmd(f"pte {index:#x} 16 {place | PRESENT:#x} 0x1000")
        self.bad.cmd("flush")
        self.bad.cmd(f"touch 0x8000000 {16 * len(places)}")
        self.start_batch(BCS, *copy(0x1000, 0x90000000, 256, 64, 16 * len(places) * 16),
                         *copy(0x90000000, 0x1000, 256, 64, 16 * len(places) * 16), ggtt=True)
        for e, place in zip((0, 1, 3), (0, 7, 9)):
            self.bad.image(e, 0x09, 0x90000000 + 16 * place * 4096)
            self.bad.run(e, GGTT_CONTEXT, 0x3ff8)
        self.bad.cmd(f"touch 0x8000000 {16 * len(places)}")
        return AT_WORK, BUDGET

    def edges(self):
        """Tails behind the ring, images at the end of memory, rings behind the last page."""
        self.bad.run(0, 0x139, 0x1ffff8)
        self.bad.cmd(f"pte 0xffffe 2 {RAM - 0x2000 | PRESENT:#x} 0x1000")
        for image in (0xffffe000, 0xfffff000):
            for e in (1, 3):
                self.bad.cmd(f"elsp {e} 0 {image | 0x139:#x} 7 {image | 0x139:#x}")
        self.bad.image(BCS, 0x09, 0xfffff000)
        self.bad.image(BCS, 0x0b, 0x1ff001)
        self.bad.run(BCS, 0x139, 0x1ffff8)
        self.bad.cmd(f"pte 0x1000 1 {RAM - 0x1000 | PRESENT:#x} 0")
        return 0, BUDGET

    # -- what must hold ---------------------------------------------------------------------

    def peaceful(self, name):
        """The other guest gets its turn."""
        engine = self.attack.random.randrange(4)
        for number in range(1, TRIES + 1):
            took = self.good.noop(engine, timeout=5)
            if took is not None:
                break
        self.ktap.ok(took is not None, f"{name}: the other guest does a no-op meanwhile",
                     f"{gpu.NAMES[engine]}, {number} times, {took}")
        return f"{number} tries, {took or 0:.2f} s"

    def cured(self, name):
        """Each engine does what it is told after a reset, and once tables are right again."""
        while self.unleashed:
            rounds = self.bad.mon.cmd(f"stop {self.unleashed.pop()}").num("accesses")
            self.ktap.ok(rounds > 50, f"{name}: the guest was busy", rounds)
        for e in ENGINES:
            self.bad.cure(e)
        self.bad.cmd("init")
        took = [self.bad.noop(e) for e in ENGINES]
        self.ktap.ok(None not in took, f"{name}: after a reset each engine does a no-op", took)

    def run(self, attack, seconds):
        """One attack and what is measured meanwhile."""
        name = attack.__name__
        workers = hostile.Workers()
        end = time.monotonic() + seconds
        least, most = attack()
        if least:
            workers = hostile.Workers()
        workers.wait(end)
        cpu = workers.cpu()
        tries = self.peaceful(name)
        l2.log(f"{name}: {cpu:.2f} of a CPU; the other guest: {tries}")
        self.ktap.ok(least <= cpu <= most, f"{name}: it costs what it may", f"{cpu:.3f} of a CPU")
        for guest in self.guests:
            hostile.check_alive(self.ktap, guest, name)
        self.cured(name)

    def end(self):
        """All goes in order."""
        for guest, dev in zip(self.guests, self.devs):
            l2.log(hostile.pages(dev))
            self.ktap.equal(guest.quit(), 0, "QEMU ended in order")
            self.ktap.equal(hostile.pages(dev)["pinned"], 0, "nothing is pinned")
            dev.remove()


def body(ktap):
    """The case."""
    l2.modules_load()
    attack = hostile.Attack()
    siege = Siege(ktap, attack)
    ways = {way.__name__: way for way in (siege.endless, siege.selfmade, siege.semaphore,
                                          siege.loops, siege.tables, siege.blits, siege.garbage,
                                          siege.nowhere, siege.edges)}
    names = attack.wanted(ways)
    rounds = max(1, int(attack.seconds / ROUND_SECONDS))
    each = max(attack.seconds, ROUND_SECONDS) / rounds / len(names)
    for number in range(rounds):
        for name in names:
            attack.begin(f"{name} {number}")
            siege.run(ways[name], each)
    siege.end()
    attack.check_pins(ktap)
    l2.modules_unload()
    ktap.ok(True, "the modules unload")


l2.case(body)
