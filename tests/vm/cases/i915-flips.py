#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Page flips for a minute on each path: vblank counters add up; how many per second is told."""
# needs: modules qemu guest
# timeout: 900
# long

import json
import os

import l2
from exercise import Exercise


def body(t):
    """The case.  A loaded machine gives fewer flips, and no other counters."""
    l2.modules_load()
    rows = []
    for accelerator in ("on", "off"):
        exercise = Exercise(t, "6.12", accelerator)
        exercise.run("flip-60s")
        row = exercise.workloads[-1]
        rows.append(row)
        l2.log(f"{exercise.label}: {row['flips'] * 1e6 / row['guest_us']:.2f} flips and "
               f"{row['vblanks'] * 1e6 / row['guest_us']:.2f} vertical blanks per second, "
               f"{row['vblanks_without_flip']} without a flip; an event took "
               f"{row['event_us_mean']} us, {row['event_us_max']} at most")
        t.ok(59 <= row["vblanks"] * 1e6 / row["guest_us"] <= 61,
             f"{exercise.label}: the counter runs at 60 Hz", row)
        t.equal(row["vblanks"], row["flips"] + row["vblanks_without_flip"],
                f"{exercise.label}: each vertical blank has a flip or was missed")
        exercise.end()
    with open(os.path.join(l2.OUT, "flips.json"), "w", encoding="ascii") as file:
        json.dump(rows, file, indent=1)
    l2.modules_unload()


l2.case(body)
