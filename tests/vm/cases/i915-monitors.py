#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each mdev type of the gen8 vGPU: the guest's console has the size that its monitor prefers."""
# needs: modules qemu guest
# timeout: 900
# long

import os

import l2
from i915user import I915User
from linuxguest import report_screen

TYPES = {"gen8_1024x768": (1024, 768), "gen8_2560x1600": (2560, 1600),
         "gen8_3840x2160": (3840, 2160)}


def boot(t, kind, size):
    """One boot; what sysfs says of the type is what one gets."""
    text = l2.read_file(os.path.join(l2.PARENT, "mdev_supported_types", "kvmgt_vgpu-" + kind,
                                     "description"))
    t.ok("monitor of {}x{},".format(*size) in text, f"{kind}: its description", text)
    guest = I915User(t, kind, kind=kind)
    guest.shows(*size)
    report_screen(t, guest, kind)
    guest.end()


def body(t):
    l2.modules_load()
    for kind, size in TYPES.items():
        boot(t, kind, size)
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
