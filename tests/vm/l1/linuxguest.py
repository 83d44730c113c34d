# SPDX-License-Identifier: GPL-2.0
"""The Linux guest of level 2 (tests/vm/guest): boots it, talks to it, looks at its screen."""

import os
import re
import time

import l2
from screen import Screen

# A guest that falls silent can be asked why, by SysRq and NMI (autopsy.py).
APPEND = ("console=tty0 console=ttyS0 loglevel=7 iomem=relaxed panic=-1 random.trust_cpu=on"
          " sysrq_always_enabled unknown_nmi_panic")
# A guest that hangs is silent; one that boots on a loaded machine is not.
SILENCE_SECONDS = 150
BOOT_SECONDS = 600
# A register of the bochs display that only says which version it is: read-only, no side effect.
VBE_ID = 0x500
# The bank register: written and read back by nobody, ignored by the model.
VBE_BANK = 0x50a


class LinuxGuest(l2.Guest):
    """Stock Debian kernel with its own driver on a vGPU."""

    def __init__(self, mdev, qemu="patched", props=None, extra=(), release="6.1", driver="bochs",
                 initrd=None):
        suffix = "" if release == "6.1" else "-" + release
        initrd = initrd or "guest/initrd" + (f"-{driver}-{release}" if driver != "bochs" else suffix)
        props = dict(props or {})
        if mdev:
            props.setdefault("display", "on")
        self.console = []
        self.console_path = None
        self.started = time.monotonic()
        super().__init__(mdevs=[mdev] if mdev else [], qemu=qemu, memory="256M",
                         kernel=os.path.join(l2.SHARE, "guest", "vmlinuz" + suffix),
                         props=props, wait=False,
                         extra=["-initrd", os.path.join(l2.SHARE, initrd),
                                "-append", APPEND, *extra])

    def expect(self, pattern, timeout):
        """Lines of the guest's serial port up to one that matches; the match."""
        end = l2.deadline(timeout)
        while True:
            line = self.mon.line.recv(max(0.1, end - time.monotonic()), self.alive)
            self.console.append(line)
            m = re.search(pattern, line)
            if m:
                return m

    def wait_ready(self):
        """Waits for the guest's program; seconds since QEMU started."""
        while True:
            line = self.mon.line.recv(l2.patience(SILENCE_SECONDS), self.alive)
            self.console.append(line)
            seconds = time.monotonic() - self.started
            if "kv: ready" in line:
                return seconds
            if seconds > l2.patience(BOOT_SECONDS):
                raise l2.Error(f"not ready after {seconds:.0f} s: {line}")

    def ask(self, command, timeout=120):
        """One command of guest.c and its answer."""
        self.mon.line.send(command)
        return self.expect(r"^kv: (.*)", timeout)[1]

    def show(self, path):
        """The text of a file in the guest."""
        heard = len(self.console)
        self.ask("show " + path)
        return "\n".join(line[2:] for line in self.console[heard:] if line.startswith("| "))

    def hammer(self, command):
        """A rate or count command; (accesses, microseconds, last value, differences)."""
        answer = self.ask(command)
        m = re.search(r"(\d+) accesses in (\d+) us, last (\w+), bad (\d+)", answer)
        if not m:
            raise l2.Error(f"{command}: {answer}")
        return int(m[1]), int(m[2]), int(m[3], 0), int(m[4])

    def save_console(self, path):
        """Writes what came over the serial port so far; quit() adds the rest."""
        self.console_path = path
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(self.console) + "\n")

    def quit(self):
        """Ends QEMU in order; its exit status."""
        if self.console_path:
            self.save_console(self.console_path)
        return super().quit()

    def screenshot(self, path):
        """What QEMU shows of the guest, as a Screen; for people as a PNG in path."""
        dump = os.path.join(self.dir, "screen.ppm")
        self.qmp.cmd("screendump", filename=dump)
        screen = Screen(dump)
        screen.save_png(path)
        return screen


def report_boot(t, guest, label):
    """The results that every kind of boot must give: driver bound, register readable."""
    try:
        seconds = guest.wait_ready()
    finally:
        guest.save_console(os.path.join(l2.OUT, f"guest-{label}.console"))
    l2.log(f"{label}: guest ready {seconds:.1f} s after QEMU started")
    text = "\n".join(guest.console)
    t.ok("kv: driver bochs-drm, fb0 bochs-drmdrmfb" in text, f"{label}: stock bochs driver owns fb0",
         text[-1500:])
    t.equal(guest.ask(f"read {VBE_ID:#x} 2"), f"read {VBE_ID:#x} = 0xb0c5", f"{label}: VBE id")


def report_screen(t, guest, label):
    """The picture shows a text console, and it is live."""
    path = os.path.join(l2.OUT, f"screen-{label}.png")
    before = guest.screenshot(path)
    t.ok(0.005 < before.lit() < 0.5 and before.text_lines() >= 5, f"{label}: a text console",
         f"{before.width}x{before.height}, {before.lit():.4f} lit, {before.text_lines()} lines\n"
         f"QEMU: {guest.output()}")
    run = 61
    guest.ask("say " + "#" * run)
    after = None
    for _ in range(int(l2.patience(20))):
        after = guest.screenshot(path)
        if after.longest_run() >= run:
            break
        time.sleep(0.3)
    t.ok(before.longest_run() < run <= after.longest_run(), f"{label}: new text appears on it",
         f"runs of equal characters: {before.longest_run()} before, {after.longest_run()} after")
