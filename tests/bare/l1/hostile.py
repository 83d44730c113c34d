# SPDX-License-Identifier: GPL-2.0
"""What attacks by a guest share: seed and length, what is pinned, what a vGPU's worker costs."""

import glob
import os
import random
import time

import l2

IDS = {"test": (0x1234, 0x4B54), "bochs": (0x1234, 0x1111), "gen8": (0x8086, 0x1612)}
HZ = os.sysconf("SC_CLK_TCK")
# Guest memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
SMALL_PAGES = ["-object", "memory-backend-memfd,id=mem0,size={0},share=on",
               "-machine", "memory-backend=mem0"]


def small_pages(size):
    """Options of QEMU for guest memory of that size in small pages."""
    return [word.format(size) for word in SMALL_PAGES]


def setting(name, default):
    """What whoever started the run chose, as the default is: a number or a text."""
    text = os.environ.get("KVMGT_" + name, "")
    if not text:
        return default
    return int(text, 0) if isinstance(default, int) else text


class Attack:
    """A case's source of chance and its time; tells the seed, by which it can be repeated."""

    def __init__(self, seconds=20):
        self.seed = setting("ATTACK_SEED", random.SystemRandom().getrandbits(31) or 1)
        self.seconds = setting("ATTACK_SECONDS", seconds)
        self.only = setting("ATTACK_ONLY", "").split(",")
        self.random = random.Random(self.seed)
        self.pins = l2.pinned_pages()
        l2.log(f"seed {self.seed} (KVMGT_ATTACK_SEED)")
        l2.log(f"seconds {self.seconds}")

    def wanted(self, names):
        """Those of them that KVMGT_ATTACK_ONLY, a list with commas, names; all if it names none."""
        return [name for name in names if name in self.only] or list(names)

    def begin(self, name):
        """A part with chance of its own, that is the same when it is tried alone."""
        self.random = random.Random(f"{self.seed} {name}")

    def word(self):
        """A seed for somebody else; not 0."""
        return self.random.getrandbits(32) | 1

    def check_pins(self, ktap):
        """The kernel's own count of pinned pages is what it was."""
        try:
            l2.wait_until("pins go back", lambda: l2.pinned_pages() == self.pins, timeout=10)
        except l2.Error:
            pass
        ktap.equal(l2.pinned_pages(), self.pins,
                   "the host has no page pinned that it had not before")


def pages(dev):
    """The debugfs file "pages" of a vGPU: a dict."""
    lines = [line.split() for line in dev.debugfs("pages").splitlines()]
    return {key: int(value) for key, value in lines}


class Workers:
    """CPU time of the kernel threads in which vGPUs work: those of unbound work queues."""

    def __init__(self):
        self.seen = self.sample()
        self.ticks = 0
        self.began = time.monotonic()

    @staticmethod
    def sample():
        """Ticks so far of each thread."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                text = l2.read_file(path)
            except OSError:
                continue
            if "(kworker/u" in text:
                words = text.rpartition(")")[2].split()
                found[path] = int(words[11]) + int(words[12])
        return found

    def look(self):
        """Counts what was used since the last look: a thread that ends takes its time along."""
        now = self.sample()
        self.ticks += sum(ticks - self.seen.get(path, 0) for path, ticks in now.items())
        self.seen = now

    def wait(self, end):
        """Waits until then, looking."""
        while time.monotonic() < end:
            time.sleep(min(0.25, max(0.0, end - time.monotonic())))
            self.look()

    def cpu(self):
        """How much of one CPU was used."""
        self.look()
        return self.ticks / HZ / (time.monotonic() - self.began)


def check_alive(ktap, guest, name):
    """QEMU answers and its guest runs."""
    status = guest.qmp.cmd("query-status")["status"]
    ktap.ok(guest.alive() and status == "running", f"{name}: QEMU lives, its guest runs", status)
