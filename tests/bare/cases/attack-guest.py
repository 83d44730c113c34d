#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""Guests access everything at random while the host changes everything that it can."""

import os
import time

import gpu
import hostile
import l2

# Ranges of BARs that are worth an access: BAR, offset, length; the BARs themselves come on top.
RANGES = {
    "test": [(0, 0, 0x80), (0, 0x100, 0x100), (0, 0xff0, 0x20), (0, 0x4000, 0x200),
             (0, 0x8000, 0x1004), (0, 0xc100, 0x10)],
    "bochs": [(2, 0, 0x100), (2, 0x500, 0x20), (2, 0x600, 8)],
    "gen8": [(0, 0x2000, 0x800), (0, 0x12000, 0x800), (0, 0x1a000, 0x800), (0, 0x22000, 0x800),
             (0, 0x2230, 4), (0, 0x22230, 4), (0, 0x4000, 0x400), (0, 0x9400, 0x40),
             (0, 0x44200, 0x300), (0, 0x45000, 0x300), (0, 0x4a000, 0x1800),
             (0, 0x60000, 0x100), (0, 0x70000, 0x300), (0, 0x71000, 0x300), (0, 0x78000, 0x100),
             (0, 0xc5000, 0x200), (0, 0xe4000, 0x100), (0, 0x100000, 0x100), (0, 0x101000, 0x10),
             (0, 0x138000, 0x200), (0, 0x200000, 0x600000), (0, 0x800000, 0x800000)],
}
PTES = {"gen8": (0, 0x800000, 0x800000)}
# The aperture.  While the BAR is away KVM emulates accesses; a locked one, of memory that has come
# back but is not mapped yet, it makes with a fault of its own, which aperture_fault() refuses as
# all that may come from inside VFIO: this guest stops ("emulation failure"), nobody else.
PLAIN = {"gen8": 2}
SECONDS = 20 * l2.SLOW      # at least: so many accesses take their time on a slow host
# A register that keeps what is written, and one area whose class can be lowered.
SCRATCH = {"test": "bar0+0x10", "bochs": "bar2+0x50c", "gen8": "bar0+0x4f000"}
CLASSES = {"test": "0:0x4000+0x1000", "bochs": "2:0x0+0x1000", "gen8": "0:0x44000+0x1000"}
AWAY = {"test": (0, 0xD0000000), "bochs": (2, 0xD0000000), "gen8": (0, 0xD0000000)}
# A mode and a plane: BAR, offset, width, value.
LIGHT = {
    "test": (),
    "bochs": ((2, 0x502, 2, 1024), (2, 0x504, 2, 768), (2, 0x506, 2, 32), (2, 0x508, 2, 0x41)),
    "gen8": ((0, 0x46040, 4, 0xb0210614), (0, 0x46104, 4, 0x80000000),
             (0, 0x60000, 4, 2199 << 16 | 1919), (0, 0x6000c, 4, 1124 << 16 | 1079),
             (0, 0x6001c, 4, 1919 << 16 | 1079), (0, 0x60400, 4, 0x92000000),
             (0, 0x70008, 4, 0x80000000), (0, 0x70180, 4, 0x98000000),
             (0, 0x70188, 4, 7680), (0, 0x7019c, 4, 0x100000)),
}
VCPUS = 3


class Battle:
    """One guest under attack by itself and by its host."""

    def __init__(self, ktap, attack, name):
        self.ktap, self.attack, self.name = ktap, attack, name
        self.dev = l2.Mdev(name)
        self.guest = l2.Guest([self.dev], smp=VCPUS, extra=hostile.small_pages("128M"),
                              props={"x-kvmgt": "on", "display": "off" if name == "test" else "on"})
        self.mon = self.guest.mon
        self.ops = self.faults = self.config = 0
        self.home = None
        self.sizes = set()
        self.done = {}
        self.last = ""

    # -- the guest ----------------------------------------------------------------

    def set_up(self):
        """Tells the payload where to go, and starts it."""
        bars = self.mon.use(*hostile.IDS[self.name])
        self.home = bars[AWAY[self.name][0]][0]
        self.mon.cmd("msi 0x40 0" if self.name != "bochs" else "intx 0")
        self.mon.cmd("fuzz clear")
        for bar, (_, size) in bars.items():
            self.mon.cmd(f"fuzz range {bar} 0 {size:#x}")
        for bar, off, size in RANGES[self.name]:
            self.mon.cmd(f"fuzz range {bar} {off:#x} {size:#x}")
        if self.name in PTES:
            self.mon.cmd("fuzz ptes %d %#x %#x" % PTES[self.name])
        if self.name in PLAIN:
            self.mon.cmd(f"fuzz plain {PLAIN[self.name]}")
        self.go()

    def go(self):
        """Each vCPU but that of the monitor gets a seed."""
        seeds = [self.attack.word() for _ in range(1, VCPUS)]
        l2.log(f"{self.name}: seeds " + " ".join(f"{s:#x}" for s in seeds))
        for cpu, seed in enumerate(seeds, 1):
            self.mon.cmd(f"fuzz start {cpu} {seed:#x} 0")

    def halt(self):
        """Stops them; counts what they did."""
        for cpu in range(1, VCPUS):
            reply = self.mon.cmd(f"fuzz stop {cpu}")
            self.ops += reply.num("ops")
            self.config += reply.num("config")
            if reply.num("faults"):
                l2.log(f"vCPU {cpu}: {reply.text}")
            self.faults += reply.num("faults")

    # -- the host ------------------------------------------------------------------

    def toggle(self):
        """The accelerator."""
        self.guest.fast(self.dev, self.attack.random.choice(("on", "off", "auto")))

    def shadow(self):
        """Who sees reads of SHADOW areas."""
        self.guest.set(self.dev, "x-kvmgt-shadow", self.attack.random.random() < 0.5)

    def classes(self):
        """The class of an area."""
        how = self.attack.random.choice(("", "=emulated", "=userspace"))
        self.guest.set(self.dev, "x-kvmgt-classes", CLASSES[self.name] + how if how else "")

    def screen(self):
        """The picture, or that there is none."""
        if self.name != "test":
            path = os.path.join(l2.OUT, f"{self.name}.ppm")
            self.guest.qmp.cmd("screendump", filename=path)
            with open(path, "rb") as file:
                self.sizes.add(file.read(20).split(b"\n")[1].decode())

    def light(self):
        """A mode, for as long as the others leave it alone; what is shown is anywhere."""
        self.halt()
        for bar, off, width, value in LIGHT[self.name]:
            if off == 0x7019c and self.attack.random.random() < 0.5:
                value = self.attack.word() & ~0xfff
            self.mon.wr(f"bar{bar}+{off:#x}", value, width)
        self.go()
        self.screen()

    def look(self):
        """What is attached, in QEMU and in the kernel."""
        self.guest.ranges(self.dev)
        self.dev.debugfs("ranges")
        self.dev.debugfs("regs")
        self.dev.debugfs("pages")

    def move(self):
        """A BAR, and back."""
        bar, away = AWAY[self.name]
        live = self.attack.random.choice(("", " live"))
        self.mon.cmd(f"move {bar} {away:#x}{live}")
        self.mon.cmd(f"move {bar} {self.home:#x}{live}")

    def decode(self):
        """Nobody answers for a moment."""
        self.mon.cmd("mem 0")
        self.mon.cmd("mem 1")

    def restart(self):
        """Other seeds."""
        self.halt()
        self.go()

    def reset(self):
        """The machine is reset in the middle of all that."""
        self.guest.reset()
        self.set_up()

    def fight(self, end):
        """Does all of it at random until then."""
        acts = (self.toggle, self.shadow, self.classes, self.screen, self.light, self.look,
                self.move, self.decode, self.restart)
        resets = 2
        begin = time.monotonic()
        while time.monotonic() < end:
            act = self.attack.random.choice(acts)
            if resets and time.monotonic() - begin > (end - begin) * (3 - resets) / 3:
                act = self.reset
                resets -= 1
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            self.last = act.__name__
            act()

    # -- what must hold ------------------------------------------------------------

    def judge(self):
        """Nothing broke: first as it is, then after a reset."""
        ktap, guest, name = self.ktap, self.guest, self.name
        self.halt()
        l2.log(f"{name}: {self.ops} accesses, {self.config} of configuration space; {self.done};"
               f" pictures of {sorted(self.sizes)}")
        ktap.ok(self.ops > 1000 and self.config > 10, f"{name}: many accesses were made",
                (self.ops, self.config))
        ktap.equal(self.faults, 0, f"{name}: none of them was an exception in the guest")
        hostile.check_alive(ktap, guest, name)
        vendor, device = hostile.IDS[name]
        ktap.equal(self.mon.cmd("cfgrd 0 4").words, [hex(device << 16 | vendor)],
                   f"{name}: the device has its id")
        guest.set(self.dev, "x-kvmgt-classes", "")
        guest.set(self.dev, "x-kvmgt-shadow", True)
        guest.reset()
        self.mon.use(vendor, device)
        self.judge_paths()
        if name == "gen8":
            card = gpu.Gpu(guest)
            took = [card.noop(e) for e in range(4)]
            ktap.ok(None not in took, "gen8: after a reset each engine does a no-op", took)

    def judge_paths(self):
        """A register keeps what is written, and who answers is who should."""
        reg = SCRATCH[self.name]
        self.mon.cmd("intx 0")
        for state, exits in (("on", 0), ("off", 200), ("on", 0)):
            self.guest.fast(self.dev, state)
            value = self.attack.word()
            self.mon.wr(reg, value)
            before = self.guest.mmio_exits()
            self.mon.cmd(f"bench wr {reg} 4 200 1 {value:#x}")
            self.ktap.equal(self.guest.mmio_exits() - before, exits,
                            f"{self.name}, x-kvmgt={state}: 200 writes, {exits} exits to QEMU")
            self.ktap.equal(self.mon.rd(reg), value, f"{self.name}, x-kvmgt={state}: it reads back")

    def end(self):
        """All goes in order."""
        self.ktap.equal(self.guest.quit(), 0, f"{self.name}: QEMU ended in order")
        self.ktap.equal(hostile.pages(self.dev)["pinned"], 0, f"{self.name}: nothing is pinned")
        self.dev.remove()


def body(ktap):
    """The case."""
    l2.modules_load()
    attack = hostile.Attack()
    names = attack.wanted(hostile.IDS)
    each = max(attack.seconds, SECONDS) / len(names)
    for name in names:
        attack.begin(name)
        battle = Battle(ktap, attack, name)
        battle.set_up()
        try:
            battle.fight(time.monotonic() + each)
        except l2.Error:
            l2.log(f"{name}: it was {battle.last}; {battle.done}")
            raise
        battle.judge()
        battle.end()
    attack.check_pins(ktap)
    l2.modules_unload()
    ktap.ok(True, "the modules unload")


l2.case(body)
