#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Submissions, blits, flips and hangs of the stock i915 driver on the gen8 vGPU, and their cost."""
# needs: modules qemu guest
# timeout: 900

import json
import os

import l2
from exercise import Exercise

RUNS = (("6.12", "on", ("nop", "store", "math", "contexts", "spin", "flip", "cursor", "tiled",
                        "crc", "blt", "hang")),
        ("6.12", "off", ("nop", "flip", "crc")),
        ("6.1", "on", ("nop", "store", "contexts", "spin", "flip", "cursor", "tiled", "crc")))


def save(workloads):
    """What the workloads cost, for the benchmark's report."""
    with open(os.path.join(l2.OUT, "workloads.json"), "w", encoding="ascii") as file:
        json.dump({"workloads": workloads}, file, indent=1)


def body(t):
    l2.modules_load()
    workloads = []
    for release, accelerator, names in RUNS:
        exercise = Exercise(t, release, accelerator)
        for name in names:
            exercise.run(name)
        exercise.traps_are_answered()
        exercise.end()
        workloads += exercise.workloads
        save(workloads)
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
