# SPDX-License-Identifier: GPL-2.0
"""Runs the guest's i915 exercise (tests/vm/guest/exercise.c), judges it, counts what it costs."""

import json
import os
import time

import l2
from counted import touched
from i915guest import I915Guest

SECONDS = 240
CURSOR = (0xff, 0x80, 0x00)


def cursor_seen(pixel):
    """The cursor is where its last move left it, and only there."""
    inside = [(200, 100), (263, 163), (232, 132)]
    outside = [(199, 132), (264, 132), (232, 99), (232, 164)]
    return (all(pixel(x, y) == CURSOR for x, y in inside) and
            all(pixel(x, y) != CURSOR for x, y in outside))


def gradient_seen(pixel):
    """A gradient, wherever one looks."""
    return all(pixel(x, y) == (x & 255, y & 255, 0)
               for y in range(0, 1080, 7) for x in range(0, 1920, 13))


# What must be seen on the screen after a workload.
SEEN = {"cursor-moves-100": cursor_seen, "setcrtc-x-tiled": gradient_seen}


class Exercise:
    """A guest with i915, and what its workloads cost."""

    def __init__(self, t, release, accelerator, props=None):
        self.t = t
        self.workloads = []
        self.guest = I915Guest(release, accelerator, props)
        self.label = self.guest.label
        self.guest.save_console(os.path.join(
            l2.OUT, f"exercise-{release}-{self.guest.path}.console"))
        self.ready = self.guest.wait_ready()
        self.at_ready = {**self.guest.cost(), "registers": touched([], self.guest.registers())}
        l2.log(f"{self.label}: ready after {self.ready:.1f} s")

    def workload(self, name):
        """The guest begins a workload and waits: let it go until it ends."""
        before, registers = self.guest.begin(), self.guest.registers()
        start = time.monotonic()
        self.guest.mon.line.send("go")
        self.guest.expect(r"kv: end", SECONDS)
        seconds, after = time.monotonic() - start, self.guest.cost()
        row = {"name": name, "path": self.guest.path, "guest": self.guest.release}
        row.update({key: after[key] - before[key] for key in before})
        row["seconds"] = round(seconds, 3)
        l2.log(f"{self.label}: {json.dumps(row)}")
        row["registers"] = touched(registers, self.guest.registers())
        self.workloads.append(row)
        if name in SEEN:
            self.seen(name)
        self.guest.mon.line.send("go")

    def figure(self, name, key, value):
        """Something that the guest knows of the workload that ended last."""
        l2.log(f"{self.label}: {name}: {self.workloads[-1]['name']}: {key} {value}")
        self.workloads[-1][key] = json.loads(value)

    def seen(self, name):
        """What the workload left on the screen is there."""
        for _ in range(int(l2.patience(5))):
            rows = self.guest.screenshot(os.path.join(l2.OUT, f"{name}-{self.guest.release}.png")).rows
            good = SEEN[name](lambda x, y, rows=rows: tuple(rows[y][x * 3:x * 3 + 3]))
            if good:
                break
            time.sleep(0.5)
        self.t.ok(good, f"{self.label}: {name}: seen on the screen")

    def run(self, name):
        """One sub-test of the guest's program."""
        self.guest.mon.line.send(f"run exercise {name}")
        while True:
            m = self.guest.expect(r"kv: (ok|not ok|note|figure|begin|done) (.*)", SECONDS)
            if m[1] == "note":
                l2.log(f"{self.label}: {name}: {m[2]}")
            elif m[1] == "figure":
                self.figure(name, *m[2].split())
            elif m[1] == "begin":
                self.workload(m[2])
            elif m[1] == "done":
                self.t.equal(m[2], "0", f"{self.label}: {name} ends well")
                return
            else:
                self.t.ok(m[1] == "ok", f"{self.label}: {name}: {m[2]}")

    def traps_are_answered(self):
        """Reads cost an exit to QEMU each, or nothing, as the path says."""
        for row in self.workloads:
            accesses = row["reads"] + row["writes"]
            good = (row["userspace_exits"] >= accesses if self.guest.path == "vfio" else
                    row["userspace_exits"] * 10 <= accesses)
            self.t.ok(good, f"{self.label}: {row['name']}: exits of the {self.guest.path} path", row)

    def end(self):
        """No complaint, QEMU ends in order."""
        self.t.equal(self.guest.complaints(), [], f"{self.label}: no complaint in the guest's log")
        self.t.equal(self.guest.quit(), 0, f"{self.label}: QEMU ends in order")
