#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Submissions, blits, flips and hangs of the stock i915 driver on the gen8 vGPU, and their cost."""
# needs: modules qemu guest
# timeout: 900

import json
import os
import re
import time

import l2
from linuxguest import LinuxGuest

# Words of i915 and of the kernel when something is wrong.  The hangs turn the console down.
COMPLAINT = re.compile(r"\*ERROR\*|WARNING:|BUG:|GPU HANG|Oops|drm:.*failed|wedged|timed out")
# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "512M", "-object", "memory-backend-memfd,id=mem0,size=512M,share=on",
          "-machine", "memory-backend=mem0"]
PATHS = {"on": "kernel", "off": "vfio"}
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
RUNS = (("6.12", "on", ("nop", "store", "math", "contexts", "spin", "flip", "cursor", "tiled",
                        "blt", "hang")),
        ("6.12", "off", ("nop", "flip")),
        ("6.1", "on", ("nop", "store", "contexts", "spin", "flip", "cursor", "tiled")))


class Exercise:
    """A guest with i915, and what its workloads cost."""

    def __init__(self, t, release, accelerator):
        self.t = t
        self.release = release
        self.label = f"{release}, x-kvmgt={accelerator}"
        self.path = PATHS[accelerator]
        self.workloads = []
        self.dev = l2.Mdev("gen8")
        l2.write_file(os.path.join(l2.DEBUGFS, self.dev.uuid, "count"), "1")
        self.guest = LinuxGuest(self.dev, props={"x-kvmgt": accelerator}, release=release,
                                driver="i915", extra=MEMORY)
        self.guest.save_console(os.path.join(l2.OUT, f"exercise-{release}-{accelerator}.console"))
        l2.log(f"{self.label}: ready after {self.guest.wait_ready():.1f} s")

    def cost(self):
        """Everything that is counted, so far."""
        rows = [line.rsplit(" ", 2) for line in self.dev.debugfs("counters").splitlines()[1:]]
        return {"reads": sum(int(row[1]) for row in rows),
                "writes": sum(int(row[2]) for row in rows),
                "exits": self.guest.stat("exits"),
                "userspace_exits": self.guest.mmio_exits()}

    def workload(self, name):
        """The guest begins a workload and waits: let it go until it ends."""
        before, start = self.cost(), time.monotonic()
        self.guest.mon.line.send("go")
        self.guest.expect(r"kv: end", SECONDS)
        seconds, after = time.monotonic() - start, self.cost()
        row = {"name": name, "path": self.path, "guest": self.release}
        row.update({key: after[key] - before[key] for key in before})
        row["seconds"] = round(seconds, 3)
        self.workloads.append(row)
        l2.log(f"{self.label}: {json.dumps(row)}")
        if name in SEEN:
            self.seen(name)
        self.guest.mon.line.send("go")

    def seen(self, name):
        """What the workload left on the screen is there."""
        for _ in range(5):
            rows = self.guest.screenshot(os.path.join(l2.OUT, f"{name}-{self.release}.png")).rows
            good = SEEN[name](lambda x, y, rows=rows: tuple(rows[y][x * 3:x * 3 + 3]))
            if good:
                break
            time.sleep(0.5)
        self.t.ok(good, f"{self.label}: {name}: seen on the screen")

    def run(self, name):
        """One sub-test of the guest's program."""
        self.guest.mon.line.send(f"run exercise {name}")
        while True:
            m = self.guest.expect(r"kv: (ok|not ok|note|begin|done) (.*)", SECONDS)
            if m[1] == "note":
                l2.log(f"{self.label}: {name}: {m[2]}")
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
            good = (row["userspace_exits"] * 10 <= accesses if self.path == "kernel" else
                    row["userspace_exits"] >= accesses)
            self.t.ok(good, f"{self.label}: {row['name']}: exits of the {self.path} path", row)

    def end(self):
        """No complaint, QEMU ends in order."""
        lines = "\n".join(self.guest.console).splitlines()
        self.t.equal([line for line in lines if COMPLAINT.search(line)], [],
                     f"{self.label}: no complaint in the guest's log")
        self.t.equal(self.guest.quit(), 0, f"{self.label}: QEMU ends in order")
        self.dev.remove()


def save(workloads):
    """What the workloads cost, for the benchmark's report."""
    with open(os.path.join(l2.OUT, "workloads.json"), "w", encoding="ascii") as file:
        json.dump({"workloads": workloads}, file, indent=1)


def body(t):
    l2.modules_load()
    workloads = []
    for release, accelerator, names in RUNS:
        exercise = Exercise(t, release, accelerator)
        for name in names:
            exercise.run(name)
        exercise.traps_are_answered()
        exercise.end()
        workloads += exercise.workloads
        save(workloads)
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
