# SPDX-License-Identifier: GPL-2.0
"""The Debian guest of level 2 (tests/vm/debian.sh): public programs on a vGPU, by command."""

import os
import time

import l2
from counted import Counted
from linuxguest import LinuxGuest

# Memory in small pages: before 6.13 KVM cannot map the aperture onto huge ones.
MEMORY = ["-m", "1G", "-object", "memory-backend-memfd,id=mem0,size=1G,share=on",
          "-machine", "memory-backend=mem0"]


class DebianGuest(LinuxGuest):
    """Debian 12 with the kernel and the i915 of level 1's release; sh() runs commands in it."""

    def __init__(self, mdev, props=None):
        self.transcript = []
        image = os.path.join(l2.SHARE, "debian", "root.ext4")
        super().__init__(mdev, props=props, release="6.12", driver="i915", initrd="debian/initrd",
                         extra=[*MEMORY,
                                "-drive", f"file={image},format=raw,if=none,id=root,readonly=on",
                                "-device", "virtio-blk-pci,drive=root"])

    def sh(self, command, timeout=120):
        """Runs a command; (exit status, output)."""
        self.mon.line.send("sh " + command)
        self.transcript.append("$ " + command)
        end = l2.deadline(timeout)
        lines = []
        while True:
            line = self.mon.line.recv(max(0.1, end - time.monotonic()), self.alive)
            self.transcript.append(line)
            if line.startswith("kv: exit "):
                return int(line.split()[2]), "\n".join(lines)
            if line.startswith("| "):
                lines.append(line[2:])

    def save_log(self, name):
        """Saves the kernel's log as console of the guest and all that was said as transcript."""
        status, text = self.sh("dmesg")
        if status:
            raise l2.Error(f"dmesg: exit {status}: {text}")
        self.console = text.splitlines()
        self.save_console(os.path.join(l2.OUT, name + ".console"))
        with open(os.path.join(l2.OUT, name + ".txt"), "w", encoding="utf-8") as f:
            f.write("\n".join(self.transcript) + "\n")
        return text


class CountedDebianGuest(Counted, DebianGuest):
    """The same, and what it costs is counted from the start."""

    def __init__(self, mdev, props):
        self.count(mdev, props)
        super().__init__(mdev, props)
