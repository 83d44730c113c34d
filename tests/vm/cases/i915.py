#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The stock i915 driver on the gen8 vGPU: it binds without a complaint and lights a console."""
# needs: modules qemu guest
# timeout: 600

import os
import re

import l2
from linuxguest import LinuxGuest, report_screen

# Words of i915 and of the kernel when something is wrong.
COMPLAINT = re.compile(r"\*ERROR\*|WARNING:|BUG:|GPU HANG|Oops|drm:.*failed|wedged|timed out")
# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "512M", "-object", "memory-backend-memfd,id=mem0,size=512M,share=on",
          "-machine", "memory-backend=mem0"]


def counters(dev):
    """Accesses of each register so far: {name: (reads, writes)}."""
    text = l2.read_file(os.path.join(l2.DEBUGFS, dev.uuid, "counters"))
    rows = [line.rsplit(" ", 3) for line in text.splitlines()[1:]]
    return {name: (int(reads), int(writes)) for name, _, reads, writes in rows}


def boot(t, release, accelerator):
    """One boot: what the driver says, what the screen shows, what it cost."""
    label = f"{release}, x-kvmgt={accelerator}"
    dev = l2.Mdev("gen8")
    l2.write_file(os.path.join(l2.DEBUGFS, dev.uuid, "count"), "1")
    guest = LinuxGuest(dev, props={"x-kvmgt": accelerator}, release=release, driver="i915",
                       extra=MEMORY)
    try:
        seconds = guest.wait_ready()
    finally:
        guest.save_console(os.path.join(l2.OUT, f"guest-{release}-{accelerator}.console"))
    text = "\n".join(guest.console)
    touched = counters(dev)
    reads = sum(r for r, _ in touched.values())
    writes = sum(w for _, w in touched.values())
    exits = guest.mmio_exits()
    l2.log(f"{label}: ready after {seconds:.1f} s; {len(touched)} registers, {reads} reads, "
           f"{writes} writes, {exits} exits to userspace")
    t.ok("kv: driver i915, fb0 i915drmfb 1920,1080" in text, f"{label}: i915 owns fb0", text[-1500:])
    t.ok("Virtual GPU for Intel GVT-g detected" in text, f"{label}: i915 sees an Intel vGPU")
    complaints = [line for line in text.splitlines() if COMPLAINT.search(line)]
    t.equal(complaints, [], f"{label}: no complaint in the guest's log")
    if accelerator == "on":
        t.ok(exits < (reads + writes) / 2, f"{label}: most accesses never left the kernel",
             f"{exits} exits, {reads} reads, {writes} writes")
    else:
        t.ok(exits >= reads + writes, f"{label}: every access went through QEMU",
             f"{exits} exits, {reads} reads, {writes} writes")
    report_screen(t, guest, f"i915-{release}-{accelerator}")
    t.equal(guest.quit(), 0, f"{label}: QEMU ends in order")
    dev.remove()


def body(t):
    l2.modules_load()
    boot(t, "6.12", "on")
    boot(t, "6.1", "off")
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
