# SPDX-License-Identifier: GPL-2.0
"""Asks a guest that went silent, its QEMU and the host's side of its vGPU where they are."""

import glob
import time

import l2

# SysRq over the serial port: blocked tasks, all CPUs, timers.
SYSRQ = "wlq"
REPLY_SECONDS = 6


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


def autopsy(guest, dev, path):
    """Writes all that can be learned of a guest that does not answer to a file."""
    parts = [("threads of QEMU", attempt(threads, guest.proc.pid)),
             ("status", attempt(guest.qmp.cmd, "query-status"))]
    parts += [(name, attempt(hmp, guest, "info " + name)) for name in ("registers", "lapic", "irq")]
    time.sleep(2)
    parts += [("registers, 2 s later", attempt(hmp, guest, "info registers")),
              ("registers of the vGPU", interesting(attempt(dev.debugfs, "regs"))),
              ("counters", attempt(dev.debugfs, "counters")),
              ("ranges", attempt(guest.ranges, dev)),
              ("timers of the vGPU", attempt(host_workers)),
              ("woken", attempt(wake, guest)),
              ("counters, after that", attempt(dev.debugfs, "counters")),
              ("QEMU", attempt(guest.output))]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"==== {name}\n{text}\n" for name, text in parts)
