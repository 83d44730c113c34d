#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kvmgt-top counts what a guest does, by path; what it says where it cannot; its live view."""
# needs: modules qemu bin
# timeout: 400
# boot: own

import json
import os
import signal
import subprocess

import l2
from terminal import Terminal

TOP = os.path.join(l2.SHARE, "bin", "kvmgt-top")
RW, FORM = 0x10, 0x60
NAMES = {RW: None, FORM: None}


def top(*args):
    """Runs it to its end: (status, output, complaint)."""
    done = subprocess.run([TOP, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, timeout=l2.patience(60))
    return done.returncode, done.stdout, done.stderr


def complains(t, what, status, word, *args):
    """It ends with one line that says what is wrong, and prints nothing else."""
    got, out, err = top(*args)
    t.ok(got == status and not out and word in err and err.startswith("kvmgt-top: "), what,
         (got, out, err))


def counting(dev):
    """Somebody counts."""
    return dev.debugfs("count").strip() == "1"


class Background:
    """A kvmgt-top that watches until told to report."""

    def __init__(self, dev, *args):
        self.proc = subprocess.Popen(  # pylint: disable=consider-using-with
            [TOP, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        l2.wait_until("kvmgt-top counts", lambda: counting(dev))
        # The first sample is taken right after.
        l2.time.sleep(1)

    def end(self, number=signal.SIGINT):
        """Ends it with a signal; (status, output, complaint)."""
        if number:
            self.proc.send_signal(number)
        out, err = self.proc.communicate(timeout=l2.patience(60))
        return self.proc.returncode, out, err


def errors(t):
    """What it says without modules, without a vGPU, and to nonsense."""
    complains(t, "no modules: it says which is missing", 1, "kvmgt_bus", "--json")
    l2.modules_load()
    complains(t, "no vGPU: it says so", 1, "no vGPU", "--json")
    complains(t, "a bad number is refused", 2, "--help", "--json", "--seconds", "soon")
    complains(t, "a bad key is refused", 2, "sort key", "--sort", "colour")
    status, out, _ = top("--help")
    t.ok(status == 0 and "usage: kvmgt-top" in out, "--help helps", out)


def by_path(t, dev, guest):
    """Known numbers of accesses, without and with the accelerator."""
    mon = guest.mon
    t.ok(not counting(dev), "nobody counts yet")
    mon.rd(f"bar0+{RW:#x}")
    watcher = Background(dev, "--json", "--seconds", "1000", "--uuid", dev.uuid[:8])
    guest.fast(dev, "off")
    mon.cmd(f"bench rd bar0+{RW:#x} 4 200 1")
    mon.cmd(f"bench wr bar0+{FORM:#x} 4 100 1 0x77")
    guest.fast(dev, "on")
    mon.cmd(f"bench rd bar0+{RW:#x} 4 500 1")
    mon.cmd(f"bench wr bar0+{FORM:#x} 4 300 1 0x77")
    status, out, err = watcher.end()
    t.equal((status, err), (0, ""), "a signal ends the interval, not the report")
    report = json.loads(out)
    t.equal([v["uuid"] for v in report["vgpus"]], [dev.uuid], "one vGPU is in the report")
    vgpu = report["vgpus"][0]
    t.equal(vgpu["model"], "test", "its model")
    rows = {row["offset"]: row for row in vgpu["registers"]}
    l2.log([rows.get(RW), rows.get(FORM), vgpu["ranges"]])
    t.equal([rows[RW]["reads"], rows[RW]["writes"]["kernel"], rows[RW]["writes"]["userspace"]],
            [{"kernel": 500, "userspace": 200, "all_counted": True}, 0, 0],
            "500 reads in the kernel, 200 through QEMU")
    t.equal([rows[FORM]["writes"], rows[FORM]["reads"]["kernel"], rows[FORM]["reads"]["userspace"]],
            [{"kernel": 300, "userspace": 100, "all_counted": True}, 0, 0],
            "300 writes in the kernel, 100 through QEMU")
    t.equal(sorted(rows), [RW, FORM], "no other register was touched")
    regs = {int(line.split()[1], 0): line.split()[0]
            for line in dev.debugfs("regs").splitlines()}
    t.equal([rows[off]["name"] for off in (RW, FORM)], [regs[RW], regs[FORM]], "their names")
    t.equal((sum(r["reads"] for r in vgpu["ranges"]), sum(r["writes"] for r in vgpu["ranges"])),
            (500, 300), "the attached ranges answered what the kernel answered")
    t.ok({"emulated", "userspace"} <= {a["class"] for a in vgpu["classes"]},
         "the map is in the report", vgpu["classes"])
    NAMES.update({off: rows[off]["name"] for off in (RW, FORM)})
    t.ok(not counting(dev), "counting ended with it")
    mon.cmd(f"bench rd bar0+{RW:#x} 4 50 1")
    _, out, _ = top("--json", "--counts", "--seconds", "0.1")
    rows = {row["offset"]: row for row in json.loads(out)["vgpus"][0]["registers"]}
    t.equal(rows[RW]["reads"]["kernel"], 500, "what happened while nobody counted is not counted")


def always(t, dev):
    """The switch in debugfs, and two who count."""
    path = os.path.join(l2.DEBUGFS, dev.uuid, "count")
    l2.write_file(path, "1")
    l2.write_file(path, "1")
    top("--json", "--seconds", "0.1")
    t.ok(counting(dev), "a count that was on stays on")
    l2.write_file(path, "0")
    l2.write_file(path, "0")
    t.ok(not counting(dev), "and can be switched off")
    one, two = Background(dev, "--json", "--seconds", "1000"), Background(dev, "-b")
    one.end()
    t.ok(counting(dev), "of two who count one may go")
    two.proc.send_signal(signal.SIGKILL)
    two.proc.wait()
    l2.wait_until("counting ends", lambda: not counting(dev), 10)
    t.ok(True, "counting ends with one that is killed")


def batch(t, guest):
    """Text: the register that is accessed most stands first."""
    guest.mon.cmd(f"hammer 1 rd 0 {RW:#x} 4")
    status, out, err = top("--batch", "-n", "2", "--seconds", "1", "--top", "5", "--sort", "kernel")
    guest.mon.cmd("stop 1")
    l2.log(out)
    rows = [line.split() for line in out.splitlines() if line.startswith(NAMES[RW] + " ")]
    t.ok(status == 0 and not err and len(rows) == 2, "batch: two tables", (status, err, out))
    t.ok(all(r[2] == "emulated" and float(r[3]) > 0 and r[3] == r[4] and float(r[5]) == 0
             for r in rows), "batch: reads a second, all in the kernel", rows)


def live(t, guest):
    """The live view draws, sorts and ends."""
    terminal = Terminal([TOP, "--seconds", "0.5"])
    guest.mon.cmd(f"hammer 1 rd 0 {RW:#x} 4")
    text = terminal.watch(lambda s: NAMES[RW] + " " in s and "by total" in s, 30)
    t.ok("REGISTER" in text and NAMES[RW] + " " in text and "accesses per second" in text,
         "live: the register is on the screen", text)
    terminal.keys("kc")
    text = terminal.watch(lambda s: "by kernel" in s and "counts so far" in s and
                          NAMES[FORM] + " " in s, 30)
    t.ok("by kernel" in text and "counts so far" in text and NAMES[FORM] + " " in text,
         "live: keys choose what is shown", text)
    with open(os.path.join(l2.OUT, "screen.txt"), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    guest.mon.cmd("stop 1")
    terminal.keys("h")
    text = terminal.watch(lambda s: "next vGPU" in s, 30)
    t.ok("next vGPU" in text, "live: help", text)
    terminal.keys("q")
    terminal.watch(lambda s: terminal.proc.poll() is not None, 10)
    t.equal(terminal.end(), 0, "live: q ends it")


def gone(t, dev):
    """The vGPU goes while it is watched and comes again with the same name."""
    watcher = Background(dev, "--batch", "--seconds", "0.5")
    dev.remove()
    status, _, err = watcher.end(None)
    t.ok(status == 1 and "gone" in err, "a vGPU that goes ends the watching", (status, err))
    again = l2.Mdev("test", dev.uuid)
    status, out, err = top("--json", "--counts", "--seconds", "0.1")
    t.ok(status == 0 and json.loads(out)["vgpus"][0]["registers"] == [],
         "one that comes again counts from 0", (out, err))
    again.remove()


def body(t):
    errors(t)
    dev = l2.Mdev("test")
    complains(t, "no terminal: it says what to do", 1, "--batch")
    complains(t, "no vGPU with that name: it says so", 1, "zz", "--json", "--uuid", "zz")
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    guest.mon.use(0x1234, 0x4B54)
    by_path(t, dev, guest)
    always(t, dev)
    batch(t, guest)
    live(t, guest)
    t.equal(guest.quit(), 0, "QEMU ended in order")
    gone(t, dev)
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
