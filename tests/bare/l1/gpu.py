# SPDX-License-Identifier: GPL-2.0
"""Engines of a gen8 vGPU as the payload drives them (tests/bare/engines.c)."""

import time

import l2
from hostile import IDS

RCS, VCS0, BCS, VECS = range(4)
NAMES = ("RCS", "VCS0", "BCS", "VECS")
GGTT_CONTEXT = 0x121            # of a descriptor: no PPGTT

BATCH = 0x20000                 # in an engine's area
DATA = 0x30000


def area(engine):
    """Graphics address of what an engine has for itself."""
    return 0x100000 * (1 + engine)


class Gpu:
    """The current gen8 vGPU of a guest."""

    def __init__(self, guest):
        self.mon = guest.mon
        self.bars = self.mon.use(*IDS["gen8"])
        self.cmd("init")

    def cmd(self, text):
        """A gpu command; its Reply."""
        return self.mon.cmd("gpu " + text)

    def put(self, addr, *dwords):
        """Stores dwords at a graphics address."""
        for i in range(0, len(dwords), 32):
            words = " ".join(f"{d & 0xffffffff:#x}" for d in dwords[i:i + 32])
            self.cmd(f"put {addr + 4 * i:#x} {words}")

    def ring(self, engine, *dwords):
        """Adds commands to the ring."""
        for i in range(0, len(dwords), 32):
            words = " ".join(f"{d & 0xffffffff:#x}" for d in dwords[i:i + 32])
            self.cmd(f"ring {engine} {words}")

    def run(self, engine, *args):
        """Submits the ring."""
        self.cmd(f"run {engine} " + " ".join(f"{a:#x}" for a in args))

    def image(self, engine, dword, value):
        """Changes the context image."""
        self.put(area(engine) + 0x1000 + 4 * dword, value)

    def state(self, engine):
        """Its registers."""
        return self.cmd(f"state {engine}")

    def noop(self, engine, timeout=20.0):
        """A context that does next to nothing; seconds until it was done, None: it was not."""
        begin = time.monotonic()
        want = self.cmd(f"noop {engine}").num("seqno")
        end = l2.deadline(timeout)
        while time.monotonic() < end:
            if self.state(engine).num("seqno") == want:
                return time.monotonic() - begin
            time.sleep(0.02)
        return None

    def cure(self, engine):
        """Resets the engine as i915 does it."""
        self.cmd(f"reset {engine}")
