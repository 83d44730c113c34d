# SPDX-License-Identifier: GPL-2.0
"""Asks a guest that went silent, its QEMU and the host's side of its vGPU where they are."""

import glob
import re
import time

import l2

# SysRq over the serial port: blocked tasks, all CPUs, timers.
SYSRQ = "wlq"
REPLY_SECONDS = 6
STAND_STILL_SECONDS = 3


def attempt(fetch, *args):
    """What a question gives, or why it cannot be answered."""
    try:
        return str(fetch(*args))
    except (l2.Error, OSError) as err:
        return f"({type(err).__name__}: {err})"


def threads(pid):
    """Where each thread of a process is in the host kernel."""
    parts = []
    for task in sorted(glob.glob(f"/proc/{pid}/task/*")):
        parts += [f"-- {attempt(l2.read_file, task + '/comm').strip()} "
                  f"{attempt(l2.read_file, task + '/syscall').strip()}",
                  attempt(l2.read_file, task + "/stack")]
    return "\n".join(parts)


def host_workers():
    """The kernel's work queues, in level 1's log, and what it timed."""
    l2.write_file("/proc/sysrq-trigger", "t")
    timers = l2.read_file("/proc/timer_list").splitlines()
    return "\n".join(a + b for a, b in zip(timers, timers[1:]) if "kvmgt" in a + b)


def hmp(guest, command):
    """A command of QEMU's human monitor."""
    return guest.qmp.cmd("human-monitor-command", command_line=command)


def listen(guest, seconds):
    """What the guest says within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            guest.console.append(guest.mon.line.recv(end - time.monotonic(), guest.alive))
        except l2.Error:
            return


def wake(guest):
    """Asks the guest's kernel for its state: by SysRq, then by an NMI."""
    heard = len(guest.console)
    for key in SYSRQ:
        attempt(lambda: guest.qmp.cmd("chardev-send-break", id="serial"))
        guest.mon.line.sock.sendall(key.encode())
        listen(guest, REPLY_SECONDS)
    attempt(lambda: guest.qmp.cmd("inject-nmi"))
    listen(guest, REPLY_SECONDS)
    return "\n".join(guest.console[heard:])


def interesting(text):
    """Registers that are not zero."""
    return "\n".join(line for line in text.splitlines() if not line.endswith(" 0x00000000"))


def counters(guest):
    """KVM's statistics of all vCPUs that are not zero: {name: sum}."""
    sums = {}
    for entry in guest.qmp.cmd("query-stats", target="vcpu"):
        for stat in entry["stats"]:
            if isinstance(stat["value"], int):
                sums[stat["name"]] = sums.get(stat["name"], 0) + stat["value"]
    return {name: value for name, value in sums.items() if value}


def moving(guest):
    """Which of KVM's statistics change while one waits, and how fast."""
    before = counters(guest)
    time.sleep(STAND_STILL_SECONDS)
    after = counters(guest)
    changes = [f"{name} +{after[name] - before.get(name, 0)}" for name in after
               if after[name] != before.get(name, 0)]
    return f"in {STAND_STILL_SECONDS} s: " + (", ".join(changes) or "nothing")


def instruction_pointers(guest):
    """Where each vCPU is, and in what state."""
    text = hmp(guest, "info registers -a")
    found = re.findall(r"CPU#\d+|RIP=\w+ RFL=\w+|HLT=\d", text)
    return " ".join(found) if "RIP=" in text else text


def short(guest):
    """The answer in a few lines, for who sees no more than the log of CI."""
    lines = [f"pc: {attempt(instruction_pointers, guest)}",
             f"KVM, {attempt(moving, guest)}",
             f"pc: {attempt(instruction_pointers, guest)}",
             f"irq: {attempt(hmp, guest, 'info pic')[:300]}"]
    for task in sorted(glob.glob(f"/proc/{guest.proc.pid}/task/*")):
        stack = attempt(l2.read_file, task + "/stack").splitlines()
        where = " < ".join(line.split()[-1].split("+")[0] for line in stack[:5] if line)
        lines.append(f"{attempt(l2.read_file, task + '/comm').strip()}: {where or 'running'}")
    return "\n".join(lines)


def of_device(dev):
    """What debugfs tells of a vGPU."""
    return [(f"registers of {dev.uuid}", interesting(attempt(dev.debugfs, "regs"))),
            (f"counters of {dev.uuid}", attempt(dev.debugfs, "counters"))]


def autopsy(guest, path):
    """Writes all that can be learned of a guest that does not answer to a file; logs the core."""
    parts = [("threads of QEMU", attempt(threads, guest.proc.pid))]
    status = attempt(guest.qmp.cmd, "query-status")
    parts.append(("status", status))
    if status.startswith("{"):
        summary = short(guest)
        l2.log(summary)
        parts.append(("in short", summary))
        parts += [(name, attempt(hmp, guest, name)) for name in
                  ("info registers -a", "info lapic", "info pic", "x/12i $pc", "info mtree -f")]
        for dev in guest.mdevs:
            parts += of_device(dev) + [("ranges", attempt(guest.ranges, dev))]
        if hasattr(guest, "console"):
            parts.append(("woken", attempt(wake, guest)))
            parts.append(("console", "\n".join(guest.console[-200:])))
        for dev in guest.mdevs:
            parts += of_device(dev)
    parts += [("timers of the vGPU", attempt(host_workers)), ("QEMU", attempt(guest.output))]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"==== {name}\n{text}\n" for name, text in parts)
