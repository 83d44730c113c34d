#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Debian's own programs on the gen8 vGPU: modetest, the benchmarks of intel-gpu-tools, weston."""
# needs: modules qemu guest debian
# timeout: 1200
# long

import collections
import os
import re
import time

import l2
import weston
from debianguest import CountedDebianGuest

# Words of i915 and of the kernel when something is wrong.
COMPLAINT = re.compile(r"\*ERROR\*|WARNING:|BUG:|GPU HANG|Oops|drm:.*failed|wedged|timed out")
MODE = "1920x1080"
IGT = "/usr/libexec/igt-gpu-tools/benchmarks/"
# Command, what its figures are.  By default some would run for minutes.
BENCHMARKS = [
    ("gem_exec_nop", "us per queued no-op on rcs"),
    ("gem_exec_nop -e bcs", "us per queued no-op on bcs"),
    ("gem_exec_nop -e all", "us per queued no-op over all engines"),
    ("gem_exec_nop -s", "us per no-op waited for on rcs"),
    ("gem_blt -r 2 -t 200", "MiB/s copied"),
    ("gem_latency -t 3", "dispatch, wake-up, wake-up, CPU time in us"),
    ("gem_busy -I", "ns per question for an idle object"),
    ("gem_busy", "ns per question for a busy object"),
    ("gem_create -s 4096 -r 1", "objects of 4 KiB per second"),
    ("gem_create -s 65536 -b -r 1", "objects of 64 KiB per second, each used once"),
    ("gem_set_domain -r 1", "domain changes of 1 MiB per second"),
    ("gem_exec_reloc -r 4 -l 1", "us for 1000 submissions with relocations"),
    ("gem_prw -d write", "us, doubling sizes"),
    ("kms_vblank -r 1", "vblank events per second"),
    ("kms_vblank -r 1 -w query -b busy", "vblank queries per second"),
]
# gem_busy of the package first uses its batch without relocations, then with, and gives handles
# where it promised indices.  i915 wants a batch with relocations above 256 KiB and moves it, finds
# no such index, and says ENOENT; no hardware is involved.  With this library it promises nothing.
PRELOAD = {"gem_busy": "/usr/local/lib/no_handle_lut.so"}
SCRIPT = (r"#!/bin/sh\nuname -srm\nfor i in 1 2 3 4 5; do echo \"line \$i on i915\"; done\n"
          r"touch /tmp/shown\nsleep 9999\n")
BACKGROUND = bytes((0x20, 0x4a, 0x70))


def modetest(t, guest):
    """The monitor and its modes; then flips and vblanks, counted by the guest's clock."""
    _, text = guest.sh("timeout 60 modetest -M i915 -c")
    found = re.search(r"^(\d+)\t\d+\tconnected\tHDMI-A-1", text, re.M)
    t.ok(found, "modetest: HDMI-A-1 is connected", text)
    modes = set(re.findall(r"^  #\d+ (\d+x\d+) ", text, re.M))
    l2.log("modetest: " + " ".join(sorted(modes)))
    t.ok({MODE, "1024x768"} <= modes, f"modetest: offers {MODE} and 1024x768", text)
    if not found:
        return
    # It runs until its input has something to say.
    status, text = guest.sh(f"sleep 10 | timeout 60 modetest -M i915 -s {found[1]}:{MODE} -v 2>&1")
    rates = [float(x) for x in re.findall(r"^freq: ([\d.]+)Hz", text, re.M)]
    l2.log(f"modetest -v: flips per second {' '.join(map(str, rates))}")
    t.ok(status == 0 and len(rates) >= 2 and all(10 < r < 63 for r in rates),
         "modetest: page flips complete, not faster than the mode", text)
    # Its first line is the counter; between two of them 60 per second must have gone by.
    count = "date +%s.%N; (timeout 2 vbltest -M i915 </dev/null) | sed -n 's/starting count: //p'"
    _, text = guest.sh(f"{count}; sleep 5; {count}")
    try:
        start, first, end, last = map(float, text.split())
    except ValueError:
        t.ok(False, "vbltest: the vblank counter runs at the mode's rate", text)
        return
    rate = (last - first) / (end - start)
    l2.log(f"vbltest: {last - first:.0f} vblanks in {end - start:.3f} s, {rate:.2f} Hz")
    t.ok(58 < rate < 62, "vbltest: the vblank counter runs at the mode's rate", text)


def benchmark(guest, command):
    """Runs it, with what it needs and, for people, without; (exit status, output)."""
    run = f"timeout 60 {IGT}{command} 2>&1"
    if command not in PRELOAD:
        return guest.sh(run, 120)
    status, text = guest.sh(run, 120)
    said = re.search(r"error: .*", text)
    l2.log(f"{command} without {PRELOAD[command]}: exit {status}, {said[0] if said else text[-200:]}")
    return guest.sh(f"LD_PRELOAD={PRELOAD[command]} {run}", 120)


def benchmarks(t, guest):
    """Each runs to its end and prints nothing but positive figures."""
    for command, unit in BENCHMARKS:
        status, text = benchmark(guest, command)
        lines = [line for line in text.splitlines() if not line.startswith("size=")]
        figures = [float(x) for line in lines for x in re.findall(r"-?\d+\.\d+|nan|inf", line)]
        l2.log(f"{command}: {' '.join(f'{x:.1f}' for x in figures)} ({unit})")
        t.ok(status == 0 and figures and all(0 < x < float("inf") for x in figures), command,
             f"exit {status}: {text[-1500:]}")


def gpu_top(t, guest):
    """The engines are there, and one is busy while it has work."""
    _, text = guest.sh(f"(timeout 15 {IGT}gem_exec_nop >/dev/null 2>&1 &);"
                       " timeout 6 intel_gpu_top -o - -s 1000 2>&1")
    t.ok(all(name in text for name in ("RCS/0", "BCS/0", "VCS/0", "VECS/0")),
         "intel_gpu_top: lists four engines", text)
    # Columns: frequency asked and real, interrupts per second, rc6 where there is one, engines.
    rows = [line.split() for line in text.splitlines() if re.match(r"[\s\d.]+$", line)]
    rates = [float(row[2]) for row in rows if len(row) > 12]
    l2.log(f"intel_gpu_top: interrupts per second {rates}, rcs busy % {[r[3] for r in rows]}")
    t.ok(any(rates), "intel_gpu_top: sees interrupts under load", text)


def desktop(t, guest):
    """A desktop with a terminal; the picture is saved and has both."""
    t.ok(weston.start(guest), "weston: starts with the pixman renderer",
         guest.sh("cat /tmp/weston.log")[1])
    weston.terminal(guest, SCRIPT)
    seen, end = {}, time.monotonic() + 90
    while time.monotonic() < end:
        time.sleep(3)
        seen = look(guest)
        if seen["blue"] > 0.5 and seen["black"] > 0.05:
            break
    guest.qmp.cmd("screendump", filename=os.path.join(l2.OUT, "weston.png"), format="png")
    l2.log(f"weston: {seen}")
    said = "\n".join(guest.sh(f"cat /tmp/{name}.log")[1] for name in ("weston", "term"))
    t.equal(seen["size"], (1920, 1080), "weston: the screen's size")
    t.ok(seen["blue"] > 0.5, "weston: the desktop's background is drawn", said)
    t.ok(0.05 < seen["black"] < 0.5 and seen["colours"] > 50, "weston: a terminal's window", said)
    t.equal(guest.sh("ls /tmp/shown")[0], 0, "weston: the terminal runs its program")
    status, _ = guest.sh("kill $(pidof weston); sleep 3; pidof weston")
    t.equal(status, 1, "weston: ends when told")


def look(guest):
    """What every fourth line of the screen is made of."""
    path = "/tmp/weston.ppm"
    guest.qmp.cmd("screendump", filename=path)
    with open(path, "rb") as f:
        size = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", f.read(64))
        width, height = int(size[1]), int(size[2])
        f.seek(size.end())
        lines = [f.read(width * 3) for _ in range(height)][::4]
    count = collections.Counter(line[i:i + 3] for line in lines for i in range(0, width * 3, 3))
    pixels = sum(count.values())
    return {"size": (width, height), "blue": round(count[BACKGROUND] / pixels, 3),
            "black": round(count[bytes(3)] / pixels, 3), "colours": len(count)}


def traffic(guest):
    """Reads, writes and exits so far."""
    cost = guest.cost()
    return cost["reads"], cost["writes"], cost["userspace_exits"]


def body(t):
    l2.modules_load()
    dev = l2.Mdev("gen8")
    guest = CountedDebianGuest(dev, {"x-kvmgt": "on"})
    try:
        l2.log(f"guest ready {guest.wait_ready():.1f} s after QEMU started")
    except l2.Error:
        guest.save_console(os.path.join(l2.OUT, "guest-debian.console"))
        raise
    before = (0, 0, 0)
    for part in (modetest, benchmarks, gpu_top, desktop):
        part(t, guest)
        now = traffic(guest)
        l2.log(f"{part.__name__}: %d reads, %d writes, %d exits to userspace"
               % tuple(b - a for a, b in zip(before, now)))
        before = now
        log = guest.save_log("guest-debian")
    t.equal([line for line in log.splitlines() if COMPLAINT.search(line)], [],
            "no complaint in the guest's log")
    t.ok("Initialized i915" in log, "the guest's log has i915 in it", log[-1500:])
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()


l2.case(body)
