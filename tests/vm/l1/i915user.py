# SPDX-License-Identifier: GPL-2.0
"""An i915 guest that is looked at and worked with: its console, its program, step by step."""

import os

import l2
from i915guest import I915Guest

SECONDS = 240


class I915User(I915Guest):
    """A 6.12 guest with the accelerator on, booted; its console is OUT/LABEL.console."""

    def __init__(self, t, label, kind="gen8", **how):
        self.t = t
        super().__init__("6.12", "on", dev=l2.Mdev(kind), **how)
        self.label = label
        self.save_console(os.path.join(l2.OUT, label + ".console"))
        l2.log(f"{label}: ready after {self.wait_ready():.1f} s")

    def shows(self, width, height):
        """The console has that size."""
        self.t.ok(f"kv: driver i915, fb0 i915drmfb {width},{height}" in self.text(),
                  f"{self.label}: a console of {width}x{height}", self.text()[-1500:])

    def exercise(self, name, before=lambda step: None, after=lambda step: None):
        """One sub-test of the guest's program; before and after each of its workloads, a call."""
        self.mon.line.send(f"run exercise {name}")
        while True:
            m = self.expect(r"kv: (ok|not ok|note|begin|done) (.*)", SECONDS)
            if m[1] == "note":
                l2.log(f"{self.label}: {name}: {m[2]}")
            elif m[1] == "begin":
                before(m[2])
                self.mon.line.send("go")
                self.expect(r"kv: end", SECONDS)
                after(m[2])
                self.mon.line.send("go")
            elif m[1] == "done":
                self.t.equal(m[2], "0", f"{self.label}: {name} ends well")
                return
            else:
                self.t.ok(m[1] == "ok", f"{self.label}: {name}: {m[2]}")

    def end(self):
        """No complaint, QEMU ends in order."""
        self.t.equal(self.complaints(), [], f"{self.label}: no complaint in the guest's log")
        self.t.equal(self.quit(), 0, f"{self.label}: QEMU ends in order")
