# SPDX-License-Identifier: GPL-2.0
"""Keeps an i915 guest at work for a given time, beside others, and judges what it did."""

import os
import re
import threading
import time

import l2
from autopsy import autopsy
from i915guest import I915Guest
from linuxguest import SILENCE_SECONDS

# In any period that long submissions and flips must have gone on.
PERIOD = 30
# A guest that resets itself, or falls so deep that its CPU does, stays as it is.
STAY = ["-action", "reboot=shutdown,shutdown=pause"]


class Endurance(threading.Thread):
    """The guest's program at work: exercise_endure.c."""

    def __init__(self, guest, name, seconds):
        super().__init__(name=name)
        self.guest = guest
        self.label = f"{name} ({guest.release})"
        self.seconds = seconds
        self.begun = None
        self.rows = []  # (when, {counter: value})
        self.results = []  # (good, name)
        self.status = None
        self.trouble = None
        self.doomed = False

    def run(self):
        """Until the program ends; where it does not, trouble says so."""
        try:
            self.listen()
        except (l2.Error, OSError) as err:
            self.trouble = str(err)
        if self.trouble and not self.doomed:
            # Now, and not when the judge has the time.
            autopsy(self.guest, self.guest.dev, os.path.join(l2.OUT, self.name + ".autopsy"))
        self.guest.save_console(self.guest.console_path)

    def expect(self, pattern):
        """The next line of that kind; an error where the guest is silent for long, or has stopped."""
        end = time.monotonic() + SILENCE_SECONDS
        while True:
            try:
                return self.guest.expect(pattern, 10)
            except l2.Error as err:
                if self.doomed or not self.guest.alive() or time.monotonic() > end:
                    raise
                status = self.guest.qmp.cmd("query-status")["status"]
                if status != "running":
                    raise l2.Error(f"the guest is in state {status}") from err

    def listen(self):
        """What the program says."""
        guest = self.guest
        guest.mon.line.send(f"run exercise endure {self.seconds}")
        while self.status is None:
            m = self.expect(r"kv: (ok|not ok|note|progress|begin|end|done) ?(.*)")
            if m[1] in ("begin", "end"):
                guest.mon.line.send("go")
                self.begun = time.monotonic()
            elif m[1] == "progress":
                row = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", m[2])}
                self.rows.append((time.monotonic(), row))
            elif m[1] == "note":
                l2.log(f"{self.label}: {m[2]}")
            elif m[1] == "done":
                self.status = int(m[2])
            else:
                self.results.append((m[1] == "ok", m[2]))

    def wait_at_work(self):
        """Returns once it has told of some work from now on."""
        told = len(self.rows)
        l2.wait_until(f"{self.label} works",
                      lambda: len(self.rows) >= told + 2 or not self.is_alive(), SILENCE_SECONDS)

    def sum(self):
        """What was done, all in all."""
        return self.rows[-1][1] if self.rows else {}

    def longest_pause(self):
        """Seconds in which one of submissions and flips did not go on."""
        longest = 0
        for key in ("submissions", "flips"):
            since, count = self.begun, 0
            for when, row in self.rows:
                longest = max(longest, when - since)
                if row[key] > count:
                    since, count = when, row[key]
        return longest

    def judge(self, t):
        """Went on to its end, with right results and without a pause."""
        label, done = self.label, self.sum()
        self.join()
        t.equal((self.trouble, self.status), (None, 0), f"{label}: works to its end")
        for good, name in self.results:
            t.ok(good, f"{label}: {name}")
        t.equal(done.get("mismatches"), 0, f"{label}: no mismatch")
        t.ok(done.get("seconds", 0) >= self.seconds, f"{label}: for {self.seconds} s", done)
        pause = self.longest_pause() if self.rows else None
        l2.log(f"{label}: {done}, longest pause {pause and round(pause, 1)} s")
        t.ok(pause is not None and pause < PERIOD,
             f"{label}: submissions and flips went on in every {PERIOD} s", self.rows)


def boot(name, release, dev=None):
    """A guest that has booted; its console is OUT/NAME.console."""
    guest = I915Guest(release, "on", dev=dev, extra=STAY)
    guest.save_console(os.path.join(l2.OUT, name + ".console"))
    try:
        seconds = guest.wait_ready()
    except l2.Error:
        autopsy(guest, guest.dev, os.path.join(l2.OUT, name + ".autopsy"))
        guest.save_console(guest.console_path)
        raise
    l2.log(f"{name} ({release}): ready after {seconds:.1f} s")
    return guest


def end(t, name, guest):
    """No complaint, QEMU ends in order."""
    t.equal(guest.complaints(), [], f"{name} ({guest.release}): no complaint in the guest's log")
    t.equal(guest.quit(), 0, f"{name} ({guest.release}): QEMU ends in order")
