#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The screen of an i915 guest follows the VMM: xres/yres, a VNC window that is resized, a plug."""
# needs: modules qemu guest
# timeout: 600

import os
import time

import l2
from i915user import I915User
from rfb import Rfb

# By step of the guest's program.  The last size is one that QEMU describes with a clock beyond
# what HDMI carries.
SIZES = {"plug-boot": (1280, 800), "plug-1": (1600, 900), "plug-2": (1920, 1200),
         "plug-3": (2560, 1600)}
FORWARDED = 4
DOWN = 2


def gradient_seen(screen, size):
    """The picture has the size, and shows a gradient wherever one looks."""
    if (screen.width, screen.height) != size:
        return False
    return all(tuple(screen.rows[y][x * 3:x * 3 + 3]) == (x & 255, y & 255, 0)
               for y in range(0, size[1], 37) for x in range(0, size[0], 41))


class Window:
    """The user at a VNC window of a guest whose program looks at its monitor."""

    def __init__(self, t, guest, path):
        self.t = t
        self.guest = guest
        self.rfb = Rfb(path)

    def unplug(self):
        """The window is gone, and with it the monitor."""
        self.rfb.ask_size(0, 0)
        end = l2.deadline(20)
        while self.link() != DOWN and time.monotonic() < end:
            self.rfb.update()
            time.sleep(0.1)
        self.t.equal(self.link(), DOWN, "a window without a size: the link is down")

    def link(self):
        """The link state that the device has."""
        return int(self.guest.dev.debugfs("monitor").split()[1])

    def before(self, step):
        """change-N: the user gives the window another size."""
        kind, name = step.split("-")
        if kind != "change":
            return
        if name == "2":
            self.unplug()
        self.rfb.ask_size(*SIZES["plug-" + name])
        self.rfb.update()
        self.t.ok(self.rfb.answers and self.rfb.answers[-1][2] == FORWARDED,
                  f"{step}: QEMU forwards the size", self.rfb.answers)

    def after(self, step):
        """plug-N: the guest has set the mode: picture and window have its size."""
        if step not in SIZES:
            return
        path = os.path.join(l2.OUT, step + ".png")
        for _ in range(int(l2.patience(10))):
            screen = self.guest.screenshot(path)
            good = gradient_seen(screen, SIZES[step])
            if good:
                break
            time.sleep(0.3)
        self.t.ok(good, f"{step}: the picture", f"{screen.width}x{screen.height}")
        self.t.ok(self.rfb.wait_size(*SIZES[step], 20), f"{step}: the window follows",
                  f"{self.rfb.width}x{self.rfb.height}")


def body(t):
    l2.modules_load()
    path = os.path.join("/tmp", "vnc.sock")
    guest = I915User(t, "hotplug", extra=["-vnc", f"unix:{path}"],
                      props=dict(zip(("xres", "yres"), SIZES["plug-boot"])))
    guest.shows(*SIZES["plug-boot"])
    window = Window(t, guest, path)
    guest.exercise("plug", window.before, window.after)
    window.rfb.close()
    guest.end()
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
