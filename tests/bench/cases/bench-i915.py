#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu guest
# timeout: 2000
"""A stock 6.12 guest with i915: boot, no-op submissions, flips, new GGTT entries, on each path."""

import benchlib
import l2
from counted import SETTINGS
from exercise import Exercise

WORKLOADS = ("nops", "flips", "nop", "ggtt")
NOPS, FLIPS = "1000 no-op submissions", "600 page flips"
NAMES = {"nop-sync-rcs-1000": NOPS, "nop-sync-bcs-1000": f"{NOPS} to the blitter", "flips-600": FLIPS,
         "nop-queued-bcs-1000": "1000 no-ops queued", "ggtt-pins-4": "4 new framebuffers into the GGTT"}
BOOT = "i915 boot"
GROUP = "i915 boot, 1000 no-op submissions and 600 page flips"


def measure(t, path):
    """Rows of one path."""
    props = dict(SETTINGS[path])
    exercise = Exercise(t, "6.12", props.pop("x-kvmgt"), props)
    t.equal(exercise.guest.path, path, f"{path}: the path is named after the settings")
    rows = [{"name": BOOT, "path": exercise.guest.path, "guest": exercise.guest.release,
             **exercise.at_ready, "seconds": round(exercise.ready, 3)}]
    for name in WORKLOADS:
        exercise.run(name)
    exercise.traps_are_answered()
    rows += [{**row, "name": NAMES[row["name"]]} for row in exercise.workloads
             if row["name"] in NAMES]
    exercise.end()
    for row in rows:
        if row["name"] in (BOOT, NOPS, FLIPS):
            row["group"] = GROUP
    return rows


def find(rows, name):
    """The row of a workload."""
    return next(row for row in rows if row["name"] == name)


def body(t):
    """The case."""
    l2.modules_load()
    paths = {path: measure(t, path) for path in SETTINGS}
    benchlib.write_raw([row for rows in paths.values() for row in rows])
    for path, rows in paths.items():
        t.equal([row["name"] for row in rows], [BOOT, *NAMES.values()], f"{path}: all was measured")
        row = find(rows, NAMES["ggtt-pins-4"])
        # An entry that traps is an access of the model's, or leaves for QEMU.
        traps = row["reads"] + row["writes"] + row["userspace_exits"]
        t.ok(traps < row["pte_writes"] / 4, f"{path}: writes of GGTT entries do not trap", row)
    saved = [find(paths["vfio"], name)["userspace_exits"] -
             find(paths["kernel"], name)["userspace_exits"] for name in (BOOT, *NAMES.values())]
    t.ok(min(saved) > 0, "fewer accesses leave the kernel, in every workload", saved)
    l2.modules_unload()


l2.case(body)
