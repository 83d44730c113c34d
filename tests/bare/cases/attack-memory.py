#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""A guest names more memory than it may pin, and the host runs short of memory.

Of two guests one may lock next to nothing; its engines have to do without pinned pages.
The other one reaches the cap of its vGPU.  What a process that eats memory leaves is little.
"""

import re
import subprocess
import sys
import time

import gpu
import hostile
import l2
from gpu import BATCH, BCS, GGTT_CONTEXT, area

RAM_MB = 512
PAGES = RAM_MB << 8
LOCK_MB = 4
# Of the GGTT: what the aperture shows above the payload's own 16 MiB, and what only engines see.
APERTURE_FIRST, APERTURE_PAGES = 0x1000, 0xf000
ALL_FIRST = 0x20000

LEAVE_MB = 100
EATER = r"""
import mmap, sys, time
open("/proc/self/oom_score_adj", "w").write("1000")
def free():
    for line in open("/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) >> 10
eaten = []
print("eating", flush=True)
while True:
    if free() > int(sys.argv[1]):
        piece = mmap.mmap(-1, 8 << 20)
        for at in range(0, len(piece), 4096):
            piece[at] = 1
        eaten.append(piece)
    else:
        if eaten and free() < int(sys.argv[1]) - 32:
            eaten.pop()
        time.sleep(0.05)
"""


def limited(megabytes):
    """Words before a command that may lock so much memory and has no right to more."""
    size = megabytes << 20
    return ["setpriv", "--bounding-set=-ipc_lock", "prlimit", f"--memlock={size}:{size}"]


class Hoard:
    """A guest that names all of its memory."""

    def __init__(self, name, wrapper=()):
        self.name = name
        self.dev = l2.Mdev("gen8")
        self.guest = l2.Guest([self.dev], smp=2, memory=f"{RAM_MB}M", wrapper=wrapper,
                              extra=hostile.small_pages(f"{RAM_MB}M"), props={"x-kvmgt": "on"})
        self.gpu = gpu.Gpu(self.guest)
        self.gpu.cmd(f"pte {APERTURE_FIRST:#x} {APERTURE_PAGES:#x} 1 0x1000")
        self.gpu.cmd(f"pte {ALL_FIRST:#x} {PAGES:#x} 1 0x1000")
        self.gpu.cmd("flush")

    def touch(self):
        """Reads the aperture, page by page."""
        self.gpu.cmd(f"touch {APERTURE_FIRST << 12:#x} {APERTURE_PAGES}")

    def read_all(self):
        """Lets the blitter read all memory for ever, as rectangles of a page's width."""
        at, commands = area(BCS) + BATCH, []
        for first in range(0, PAGES, 0x4000):
            commands += [0x54f00008, 0x03cc0000 | 64, 0, 0x4000 << 16 | 16, 0x800000, 0,
                         0, 4096, (ALL_FIRST + first) << 12, 0]
        self.gpu.put(at, *commands, 0x18800001, at, 0)
        self.gpu.ring(BCS, 0x18800001, at, 0)
        self.gpu.run(BCS, GGTT_CONTEXT)

    def pages(self):
        """Numbers of its pages."""
        return hostile.pages(self.dev)

    def locked_kb(self):
        """What its QEMU has locked or pinned, as type1 accounts it."""
        text = l2.read_file(f"/proc/{self.guest.proc.pid}/status")
        return int(re.search(r"^VmLck:\s+(\d+)", text, re.M)[1])

    def noops(self):
        """Resets the blitter, then each engine does a no-op: the longest took so many seconds."""
        self.gpu.cure(BCS)
        took = [self.gpu.noop(e) for e in range(4)]
        return None if None in took else max(took)

    def end(self, ktap):
        """All goes in order."""
        ktap.equal(self.guest.quit(), 0, f"{self.name}: QEMU ended in order")
        ktap.equal(self.pages()["pinned"], 0, f"{self.name}: nothing is pinned")
        self.dev.remove()


def highest_of(measure, seconds):
    """The highest of what is measured again and again."""
    end = time.monotonic() + seconds
    highest = measure()
    while time.monotonic() < end:
        time.sleep(0.1)
        highest = max(highest, measure())
    return highest


def check_poor(ktap, poor, seconds):
    """The guest that may lock next to nothing."""
    poor.read_all()
    poor.touch()
    highest = highest_of(poor.locked_kb, seconds)
    numbers = poor.pages()
    l2.log(f"poor: {numbers}, {highest} kB locked")
    ktap.ok(numbers["refused"] > 0, "poor: pins were refused", numbers)
    ktap.ok(0 < highest <= LOCK_MB << 10, "poor: it has no more locked than it may", highest)
    hostile.check_alive(ktap, poor.guest, "poor")


def check_rich(ktap, rich, seconds):
    """The guest that may lock what it likes, but for the cap of its vGPU."""
    rich.read_all()
    rich.touch()
    highest = highest_of(lambda: rich.pages()["pinned"], seconds)
    numbers = rich.pages()
    l2.log(f"rich: {numbers}, {rich.locked_kb()} kB locked")
    ktap.equal(highest, numbers["cap"], "rich: it reached the cap and did not pass it")
    ktap.ok(rich.locked_kb() >> 2 <= numbers["cap"] + APERTURE_PAGES + 0x1000,
            "rich: the aperture came on top, and nothing else", rich.locked_kb())
    hostile.check_alive(ktap, rich.guest, "rich")


def check_pressure(ktap, guests, seconds):
    """A process eats what memory the host has left, while both are at it."""
    with subprocess.Popen([sys.executable, "-c", EATER, str(LEAVE_MB)], stdout=subprocess.PIPE,
                          text=True) as eater:
        try:
            eater.stdout.readline()
            l2.wait_until("memory is eaten", lambda: free_mb() < LEAVE_MB + 64, timeout=120)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for hoard in guests:
                    hoard.gpu.cmd("flush")
                    hoard.touch()
            l2.log(f"{free_mb()} MB left")
            for hoard in guests:
                took = hoard.noops()
                ktap.ok(took is not None, f"{hoard.name}: no-ops are done while memory is short")
                l2.log(f"{hoard.name}: {hoard.pages()}, no-ops took {took or 0:.2f} s")
                hoard.read_all()
            ktap.ok(eater.poll() is None, "nobody had to be killed")
        finally:
            eater.kill()


def free_mb():
    """Memory that the host still has."""
    return int(re.search(r"^MemAvailable:\s+(\d+)", l2.read_file("/proc/meminfo"), re.M)[1]) >> 10


def body(ktap):
    """The case."""
    l2.modules_load()
    attack = hostile.Attack()
    poor = Hoard("poor", limited(LOCK_MB))
    rich = Hoard("rich")
    part = attack.seconds / 3
    check_poor(ktap, poor, part)
    check_rich(ktap, rich, part)
    check_pressure(ktap, (poor, rich), part)
    for hoard in (poor, rich):
        took = hoard.noops()
        ktap.ok(took is not None, f"{hoard.name}: each engine does a no-op afterwards", took)
        hoard.end(ktap)
    attack.check_pins(ktap)
    l2.modules_unload()
    ktap.ok(True, "the modules unload")


l2.case(body)
