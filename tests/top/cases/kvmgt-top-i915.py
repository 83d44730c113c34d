#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kvmgt-top over a boot of i915, 1000 submissions and 600 flips: which registers, phase by phase.

Shadow pages are off: a read that has no exit is not seen.
"""
# needs: modules qemu guest bin
# timeout: 900
# long

import json
import os
import signal
import subprocess

import l2
from linuxguest import LinuxGuest

TOP = os.path.join(l2.SHARE, "bin", "kvmgt-top")
# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "512M", "-object", "memory-backend-memfd,id=mem0,size=512M,share=on",
          "-machine", "memory-backend=mem0"]
PROPS = {"x-kvmgt": "on", "x-kvmgt-shadow": "off"}
# Of each phase: a register, what is done to it, how often at least and at most.  An EDID of 128
# bytes is 32 reads; a submission is four writes; a flip is one.
EXPECTED = {
    "boot": ("GMBUS3", "reads", 32, 1000),
    "nop-sync-bcs-100": ("BCS_RING_ELSP", "writes", 400, 1000),
    "nop-sync-rcs-100": ("RCS_RING_ELSP", "writes", 400, 1000),
    "nop-queued-bcs-1000": ("BCS_RING_ELSP", "writes", 4, 8000),
    "setcrtc": ("DSPSURF(PIPE_A)", "writes", 1, 4),
    "flips-60": ("DSPSURF(PIPE_A)", "writes", 60, 60),
    "vblank-waits-60": ("PIPE_FRMCOUNT(PIPE_A)", "reads", 60, 1000),
}


class Watch:
    """kvmgt-top over one phase."""

    def __init__(self, dev, name):
        self.name = name
        self.proc = subprocess.Popen(  # pylint: disable=consider-using-with
            [TOP, "--json", "--seconds", "1000"], stdout=subprocess.PIPE, text=True)
        l2.wait_until("kvmgt-top counts", lambda: dev.debugfs("count").strip() == "1")
        l2.time.sleep(1)

    def end(self):
        """The phase is over: its table, saved and as text; the report of the vGPU."""
        self.proc.send_signal(signal.SIGINT)
        out, _ = self.proc.communicate(timeout=l2.patience(60))
        vgpu = json.loads(out)["vgpus"][0]
        with open(os.path.join(l2.OUT, self.name + ".json"), "w", encoding="ascii") as file:
            json.dump(vgpu, file)
        total = {k: sum(vgpu[k].values()) for k in ("reads", "writes")}
        l2.log(f"== {self.name}: {vgpu['touched']} registers, {total} in {vgpu['seconds']:.1f} s")
        for row in vgpu["registers"][:40]:
            l2.log(f"{row['name']} {row['offset']:#x} {row['class']}"
                   f" {sum(row['reads'][k] for k in ('kernel', 'userspace'))}"
                   f" {sum(row['writes'][k] for k in ('kernel', 'userspace'))}"
                   f" {row['reads']['userspace'] + row['writes']['userspace']}")
        return vgpu


def check(t, name, vgpu):
    """The registers that a phase is about were accessed as often as it takes, and no more often."""
    register, kind, least, most = EXPECTED[name]
    count = sum(row[kind][path] for row in vgpu["registers"] if row["name"] == register
                for path in ("kernel", "userspace"))
    t.ok(least <= count <= most, f"{name}: {count} {kind} of {register}", (least, most))


def exercise(t, dev, guest, name):
    """One sub-test of the guest's program; each workload in it is a phase."""
    guest.mon.line.send(f"run exercise {name}")
    while True:
        m = guest.expect(r"kv: (ok|not ok|note|begin|done) (.*)", 240)
        if m[1] == "begin":
            watch = Watch(dev, m[2])
            guest.mon.line.send("go")
            guest.expect(r"kv: end", 240)
            vgpu = watch.end()
            check(t, m[2], vgpu)
            guest.mon.line.send("go")
        elif m[1] == "done":
            t.equal(m[2], "0", f"{name} ends well")
            return
        elif m[1] != "note":
            t.ok(m[1] == "ok", f"{name}: {m[2]}")


def body(t):
    l2.modules_load()
    dev = l2.Mdev("gen8")
    watch = Watch(dev, "boot")
    guest = LinuxGuest(dev, props=PROPS, release="6.12", driver="i915", extra=MEMORY)
    l2.log(f"ready after {guest.wait_ready():.1f} s")
    vgpu = watch.end()
    t.ok(vgpu["touched"] > 100, "boot: registers were counted", vgpu["touched"])
    check(t, "boot", vgpu)
    for name in ("nop", "flip"):
        exercise(t, dev, guest, name)
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()
    l2.modules_unload()


l2.case(body)
