#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu guest debian
# timeout: 2400
"""weston on i915 in a Debian guest, idle and with a terminal that scrolls, on each path."""

import time

import benchlib
import l2
import weston
from counted import SETTINGS, touched
from debianguest import CountedDebianGuest

SECONDS = 20
# A line every 50 ms, so that each path gets the same to do.
SCROLL = r"#!/bin/sh\nwhile :; do date; ls /; sleep 0.05; done\n"
UP = "for i in $(seq 60); do pidof weston-terminal && exit; sleep 1; done; false"


def watch(guest, name):
    """What some seconds of the desktop cost."""
    before, registers = guest.begin(), guest.registers()
    time.sleep(SECONDS)
    after = guest.cost()
    row = {"name": name, "group": "weston, idle and busy", "path": guest.path, "guest": "6.12",
           "seconds": SECONDS, **{key: after[key] - before[key] for key in before}}
    l2.log(row)
    return {**row, "registers": touched(registers, guest.registers())}


def measure(t, path):
    """Rows of one path."""
    guest = CountedDebianGuest(l2.Mdev("gen8"), SETTINGS[path])
    l2.log(f"{path}: guest ready after {guest.wait_ready():.1f} s")
    t.ok(weston.start(guest), f"{path}: weston is up", guest.sh("cat /tmp/weston.log")[1])
    time.sleep(5)
    rows = [watch(guest, f"weston, {SECONDS} s idle")]
    weston.terminal(guest, SCROLL)
    t.equal(guest.sh(UP)[0], 0, f"{path}: a terminal runs")
    time.sleep(10)
    rows.append(watch(guest, f"weston, {SECONDS} s of a terminal"))
    t.ok(rows[1]["writes"] > 2 * rows[0]["writes"], f"{path}: the terminal is drawn", rows)
    t.equal(guest.quit(), 0, f"{path}: QEMU ends in order")
    guest.dev.remove()
    return rows


def body(t):
    """The case."""
    l2.modules_load()
    benchlib.write_raw([row for path in SETTINGS for row in measure(t, path)])
    l2.modules_unload()


l2.case(body)
