#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The stock i915 driver on the gen8 vGPU, booted again and again, in every combination."""
# needs: modules qemu guest
# timeout: 5400
# long
#
# KVMGT_BOOTS: how many boots (default 20); KVMGT_BOOTS_OF: of one combination alone, as
# "6.1,off,on": release, x-kvmgt, x-igd-opregion; KVMGT_AT_A_TIME: guests at a time (default 2).

import os
import queue
import threading
import time

import l2
from autopsy import autopsy
from i915guest import OWNED, I915Guest

BOOTS = int(os.environ.get("KVMGT_BOOTS", "20"))
COMBINATIONS = [(release, accelerator, opregion) for opregion in ("off", "on")
                for release in ("6.12", "6.1") for accelerator in ("on", "off")]
if "KVMGT_BOOTS_OF" in os.environ:
    COMBINATIONS = [tuple(os.environ["KVMGT_BOOTS_OF"].split(","))]
AT_A_TIME = int(os.environ.get("KVMGT_AT_A_TIME", "2"))


class Boot:
    """One boot: facts for the table, findings for the judge."""

    lock = threading.Lock()

    def __init__(self, number, release, accelerator, opregion):
        self.number = number
        self.combination = (release, accelerator, opregion)
        self.row = {}
        self.findings = []

    def judge(self, good, name, detail=None):
        """Notes a finding; they are reported from one thread."""
        self.findings.append((bool(good), name, detail))

    def run(self):
        """Boots, looks, ends."""
        release, accelerator, opregion = self.combination
        with Boot.lock:
            guest = I915Guest(release, accelerator, {"x-igd-opregion": opregion})
        console = os.path.join(l2.OUT, f"boot-{self.number}.console")
        try:
            self.row["seconds"] = round(guest.wait_ready(), 1)
        except l2.Error as err:
            self.judge(False, "becomes ready", str(err))
            autopsy(guest, os.path.join(l2.OUT, f"boot-{self.number}.autopsy"))
            guest.save_console(console)
            guest.sigkill()
            return
        guest.save_console(console)
        self.driver(guest)
        self.paths(guest)
        self.screen(guest)
        with Boot.lock:
            self.judge(guest.quit() == 0, "QEMU ends in order")

    def driver(self, guest):
        """i915 owns the console and has nothing to complain about."""
        text = guest.text()
        self.judge(OWNED in text, "i915 owns a console of 1920x1080", text[-1500:])
        complaints = guest.complaints()
        self.judge(not complaints, "no complaint in the guest's log", complaints)

    def paths(self, guest):
        """Accesses are answered where x-kvmgt says."""
        cost = guest.cost()
        self.row.update(cost)
        accesses, through_vfio = cost["reads"] + cost["writes"], guest.through_vfio()
        good = through_vfio * 20 < accesses if guest.path == "kernel" else through_vfio >= accesses
        self.judge(good, f"accesses took the {guest.path} path", (through_vfio, cost))

    def screen(self, guest):
        """There is text on the screen."""
        path = os.path.join(guest.dir, "screen.ppm")
        guest.qmp.cmd("screendump", filename=path)
        with open(path, "rb") as file:
            data = file.read()
        self.row["lit"] = round(1 - data.count(0) / len(data), 4)
        self.judge(data.startswith(b"P6\n1920 1080\n255\n") and 0.002 < self.row["lit"] < 0.5,
                   "text on a screen of 1920x1080", f"{data[:20]!r}, {self.row}")


def worker(todo, done):
    """Boots one after the other until there are no more."""
    while True:
        try:
            boot = todo.get_nowait()
        except queue.Empty:
            return
        try:
            boot.run()
        except Exception as err:  # pylint: disable=broad-except
            boot.judge(False, f"{type(err).__name__}: {err}")
        done.put(boot)


def report(t, boot):
    """One line of the table, and what the judge is to know."""
    label = f"boot {boot.number}: {', '.join(boot.combination)}"
    row = boot.row
    l2.log(f"| {boot.number:3d} | {boot.combination[0]:4s} | {boot.combination[1]:3s} "
           f"| {boot.combination[2]:3s} | " +
           " | ".join(f"{row.get(key, '-'):>9}" for key in
                      ("seconds", "reads", "writes", "exits", "userspace_exits", "lit")) + " |")
    bad = [(name, detail) for good, name, detail in boot.findings if not good]
    t.ok(not bad and len(boot.findings) == 5, label, bad)


def body(t):
    l2.modules_load()
    todo, done = queue.Queue(), queue.Queue()
    for i in range(BOOTS):
        todo.put(Boot(i + 1, *COMBINATIONS[i % len(COMBINATIONS)]))
    start = time.monotonic()
    crew = [threading.Thread(target=worker, args=(todo, done)) for _ in range(AT_A_TIME)]
    l2.log("| nr | guest | x-kvmgt | x-igd-opregion | seconds | reads | writes | exits "
           "| to userspace | lit |")
    for thread in crew:
        thread.start()
    for _ in range(BOOTS):
        report(t, done.get())
    for thread in crew:
        thread.join()
    l2.log(f"{BOOTS} boots, {AT_A_TIME} at a time, in {time.monotonic() - start:.0f} s")
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
