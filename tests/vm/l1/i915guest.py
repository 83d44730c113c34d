# SPDX-License-Identifier: GPL-2.0
"""The Linux guest of level 2 with the stock i915 driver on a gen8 vGPU, its accesses counted."""

import re

import l2
from counted import Counted
from linuxguest import APPEND, LinuxGuest

# Words of i915 and of the kernel when something is wrong.
COMPLAINT = re.compile(r"\*ERROR\*|WARNING:|BUG:|GPU HANG|Oops|drm:.*failed|wedged|timed out")
# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "512M", "-object", "memory-backend-memfd,id=mem0,size=512M,share=on",
          "-machine", "memory-backend=mem0"]
OWNED = "kv: driver i915, fb0 i915drmfb 1920,1080"


class I915Guest(Counted, LinuxGuest):
    """A guest and the vGPU made for it; quit() removes both."""

    def __init__(self, release, accelerator, props=None, dev=None, extra=(), append=""):
        self.release = release
        self.label = f"{release}, x-kvmgt={accelerator}" + "".join(
            f", {key}={value}" for key, value in (props or {}).items())
        props = {"x-kvmgt": accelerator, **(props or {})}
        self.count(dev or l2.Mdev("gen8"), props)
        extra = [*MEMORY, *extra]
        if append:
            extra += ["-append", f"{APPEND} {append}"]
        super().__init__(self.dev, props=props, release=release, driver="i915", extra=extra)

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
