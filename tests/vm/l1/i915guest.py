# SPDX-License-Identifier: GPL-2.0
"""The Linux guest of level 2 with the stock i915 driver on a gen8 vGPU, its accesses counted."""

import os
import re

import l2
from linuxguest import APPEND, LinuxGuest

# Words of i915 and of the kernel when something is wrong.
COMPLAINT = re.compile(r"\*ERROR\*|WARNING:|BUG:|GPU HANG|Oops|drm:.*failed|wedged|timed out")
# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "512M", "-object", "memory-backend-memfd,id=mem0,size=512M,share=on",
          "-machine", "memory-backend=mem0"]
# Where accesses are answered, by what x-kvmgt is set to.
PATHS = {"on": "kernel", "off": "vfio"}
OWNED = "kv: driver i915, fb0 i915drmfb 1920,1080"


class I915Guest(LinuxGuest):
    """A guest and the vGPU made for it; quit() removes both."""

    def __init__(self, release, accelerator, props=None, dev=None, extra=(), append=""):
        self.release = release
        self.path = PATHS[accelerator]
        self.label = f"{release}, x-kvmgt={accelerator}" + "".join(
            f", {key}={value}" for key, value in (props or {}).items())
        self.dev = dev or l2.Mdev("gen8")
        l2.write_file(os.path.join(l2.DEBUGFS, self.dev.uuid, "count"), "1")
        extra = [*MEMORY, *extra]
        if append:
            extra += ["-append", f"{APPEND} {append}"]
        super().__init__(self.dev, props={"x-kvmgt": accelerator, **(props or {})}, release=release,
                         driver="i915", extra=extra)

    def registers(self):
        """Registers that were touched so far: (name, offset, reads, writes)."""
        rows = [line.rsplit(" ", 5) for line in self.dev.debugfs("counters").splitlines()[1:]]
        return [(name, int(offset, 0), int(reads), int(writes))
                for name, offset, _, _, reads, writes in rows]

    def through_vfio(self):
        """Accesses so far that QEMU made on the vGPU's file, those of x-kvmgt=on before it attached too."""
        return sum(int(vfio_reads) + int(vfio_writes) for *_, vfio_reads, vfio_writes, _, _ in
                   (line.rsplit(" ", 5) for line in self.dev.debugfs("counters").splitlines()[1:]))

    def cost(self):
        """Everything that is counted, so far, by the names that the benchmark uses."""
        rows = self.registers()
        return {"reads": sum(row[2] for row in rows), "writes": sum(row[3] for row in rows),
                "exits": self.stat("exits"),
                "userspace_exits": self.mmio_exits()}

    def text(self):
        """All that came over the serial port so far."""
        return "\n".join(self.console)

    def complaints(self):
        """Lines of the guest's log that say something is wrong."""
        return [line for line in self.text().splitlines() if COMPLAINT.search(line)]

    def quit(self):
        """Ends QEMU in order, takes the vGPU away; QEMU's exit status."""
        status = super().quit()
        self.dev.remove()
        return status
