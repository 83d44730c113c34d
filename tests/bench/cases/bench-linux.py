#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu guest
# timeout: 900
"""A stock Linux guest with its own driver, from power-on to a console on the vGPU: its accesses.

Not under icount: seen there was a Linux guest that never came up.
"""

import glob

import benchlib
import l2
from linuxguest import LinuxGuest

def accesses(dev):
    """(reads, writes) of registers since counting began."""
    rows = [line.split() for line in dev.debugfs("counters").splitlines()[1:]]
    return sum(int(row[-2]) for row in rows), sum(int(row[-1]) for row in rows)


def cpu_ns(pid):
    """How long QEMU's threads and the guest in them ran."""
    return sum(int(l2.read_file(path).split()[0])
               for path in glob.glob(f"/proc/{pid}/task/*/schedstat"))


def measure(path, state):
    """One boot: a row of the workloads."""
    dev = l2.Mdev("bochs")
    l2.write_file(f"{l2.DEBUGFS}/{dev.uuid}/count", "1")
    guest = LinuxGuest(dev, props={"x-kvmgt": state})
    guest.wait_ready()
    reads, writes = accesses(dev)
    row = {"name": "Linux 6.1 boot with bochs-drm", "path": path, "reads": reads, "writes": writes,
           "exits": guest.stat("exits"), "userspace_exits": guest.mmio_exits(),
           "instructions": None, "cpu_ns": cpu_ns(guest.proc.pid)}
    guest.quit()
    dev.remove()
    l2.log(row)
    return row


def body(ktap):
    """The case."""
    l2.modules_load()
    off, on = measure("vfio", "off"), measure("kernel", "on")
    benchlib.write_raw([off, on])
    ktap.ok(on["reads"] > 100 and on["writes"] > 10, "the driver read EDID and set a mode", on)
    ktap.equal((on["reads"], on["writes"]), (off["reads"], off["writes"]),
               "the same accesses on both paths")
    saved = off["userspace_exits"] - on["userspace_exits"]
    ktap.ok(saved > 0, "fewer accesses left the kernel", (off, on))
    l2.modules_unload()


l2.case(body)
