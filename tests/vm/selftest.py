#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests the judges of the bed themselves, in KTAP: a judge that lets things pass judges nothing."""

import os
import struct
import sys
import tempfile
import zlib

import ktap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "l1"))
from screen import Screen  # noqa: E402 pylint: disable=wrong-import-position

GOOD = "KTAP version 1\n1..2\nok 1 a\nok 2 b\n"

# name, stream, exit status, (passed, failed, skipped)
STREAMS = (
    ("all passed", GOOD, 0, (2, 0, 0)),
    ("plan at the end", "KTAP version 1\nok 1 a\n1..1\n", 0, (1, 0, 0)),
    ("a failure", "KTAP version 1\n1..2\nok 1 a\nnot ok 2 b\n", 1, (1, 1, 0)),
    ("silence", "", 0, (0, 2, 0)),
    ("no plan", "KTAP version 1\nok 1 a\n", 0, (1, 1, 0)),
    ("stops early", "KTAP version 1\n1..3\nok 1 a\nok 2 b\n", 0, (2, 1, 0)),
    ("more than planned", "KTAP version 1\n1..1\nok 1 a\nok 2 b\n", 0, (2, 1, 0)),
    ("an empty plan", "KTAP version 1\n1..0\n", 0, (0, 1, 0)),
    ("wholly skipped", "KTAP version 1\n1..0 # SKIP no such CPU\n", 0, (0, 0, 1)),
    ("one skipped", "KTAP version 1\n1..2\nok 1 a\nok 2 b # SKIP why\n", 0, (1, 0, 1)),
    ("a bad status", GOOD, 3, (2, 1, 0)),
    ("bail out", "KTAP version 1\n1..1\nok 1 a\nBail out! no KVM\n", 0, (1, 1, 0)),
    ("a number twice", "KTAP version 1\n1..2\nok 1 a\nok 1 b\n", 0, (2, 1, 0)),
    ("no version", "1..1\nok 1 a\n", 0, (1, 1, 0)),
    ("subtests do not count", "KTAP version 1\n1..1\n    not ok 1 x\nok 1 a\n", 0, (1, 0, 0)),
)

SPLATS = (
    "[    9.1] BUG: kernel NULL pointer dereference, address: 0000000000000000",
    "[    9.1] WARNING: CPU: 0 PID: 12 at virt/kvm/kvm_main.c:5921 kvm_io_bus_unregister_dev+0x1/0x2",
    "[    9.1] Oops: 0000 [#1] PREEMPT SMP NOPTI",
    "[    9.1] BUG: KASAN: slab-use-after-free in range_write+0x10/0x20 [kvmgt_bus]",
    "[    9.1] WARNING: possible circular locking dependency detected",
    "[    9.1] INFO: task qemu-system-x86:412 blocked for more than 120 seconds.",
    "[    9.1] rcu: INFO: rcu_preempt self-detected stall on CPU",
    "[    9.1] watchdog: BUG: soft lockup - CPU#1 stuck for 22s!",
    "[    9.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
    "[    9.1] Kernel panic - not syncing: Fatal exception",
    "[    9.1] refcount_t: underflow; use-after-free.",
    "[    9.1] UBSAN: array-index-out-of-bounds in device.c:12:3",
    "[    9.1] BUG kmalloc-64 (Tainted: G           O      ): Right Redzone overwritten",
    "[    9.1] ODEBUG: free active (active state 0) object: 000000001 object type: timer_list",
    "[    9.1] unreferenced object 0xffff888004b16f60 (size 96):",
    "[    9.1] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "[    9.1] BUG: KCSAN: data-race in range_read / range_write",
    "[    9.1] WARNING: possible recursive locking detected",
    "[    9.1] WARNING: suspicious RCU usage",
    "[    9.1] [ BUG: Invalid wait context ]",
    "[    9.1] WARNING: possible irq lock inversion dependency detected",
    "[    9.1] BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585",
    "[    9.1] INFO: trying to register non-static key.",
    "[    9.1] BUG: kv: lockdep is off",
)

QUIET = (
    "[    1.1] kvmgt_bus: loading out-of-tree module taints kernel.",
    "[    1.1] mtrr: your CPUs had inconsistent fixed MTRR settings",
    "[    1.1] hpet: Lost 1 RTC interrupts",
    "[    1.1] kvm: exiting hardware virtualization",
    "[    1.1] AMD-Vi: functionality not available on this system - This is not a bug.",
    "[    0.0] kasan: KernelAddressSanitizer initialized (generic)",
    "[    0.0] kcsan: enabled early",
    "[    0.0] kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races",
    "[    0.0] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar",
    "[    1.1] kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)",
)

LEAK = "[    9.1] unreferenced object 0xffff888004b16f60 (size 96):\n[    9.1]   plant_leak+0x1/0x2\n"

RACE = """[    9.1] BUG: KCSAN: data-race in tick_nohz_stop_tick / {0}
[    9.1] write to 0xffffffff of 4 bytes by task 7 on cpu 0:
[    9.1]  {0}+0x12/0x34{1}
[    9.1] Reported by Kernel Concurrency Sanitizer on:
[    9.1] ==================================================================
"""

# name, console, what the case wants to be seen, number of troubles
CONSOLES = (
    ("quiet", QUIET[0], None, 0),
    ("a splat", SPLATS[0], None, 1),
    ("a planted fault is seen", LEAK, r"(?s)unreferenced object.*plant_leak", 0),
    ("a planted fault is not seen", QUIET[0], "plant_leak", 1),
    ("something else is seen", SPLATS[0], "plant_leak", 1),
    ("a race of our module", RACE.format("range_read", " [kvmgt_bus]"), None, 1),
    ("a race of somebody else", RACE.format("tick_do_update", ""), None, 0),
    ("a race of ours after one of theirs",
     RACE.format("tick_do_update", "") + RACE.format("range_read", " [kvmgt_bus]"), None, 1),
    ("a splat after a race of theirs", RACE.format("tick_do_update", "") + SPLATS[0], None, 1),
    ("a race report without an end", "\n".join(RACE.format("x", "").splitlines()[:2]), None, 1),
    ("only its name is seen", "[    9.1] plant_leak\n", "plant_leak", 1),
)


def png(path, pixels):
    """Writes rows of (r, g, b) as an unfiltered PNG."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    head = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 2, 0, 0, 0)
    raw = b"".join(b"\0" + bytes(v for p in row for v in p) for row in pixels)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw))
                + chunk(b"IEND", b""))


def screens(directory):
    """(name, good) for the picture judge."""
    path = os.path.join(directory, "x.png")
    black = [[(0, 0, 0)] * 320 for _ in range(160)]
    png(path, black)
    blank = Screen(path)
    yield "a black screen has no text", blank.lit() == 0 and blank.text_lines() == 0
    yield "a black screen has no run of characters", blank.longest_run() == 0
    for x in range(320):
        black[21][x] = (255, 255, 255) if x % 8 < 4 else (0, 0, 0)
    png(path, black)
    line = Screen(path)
    yield "equal characters in a row are found", line.longest_run() == 40 and line.lit() > 0
    yield "equal characters are no text", line.text_lines() == 0
    for x in range(320):
        black[40 + x % 7][x] = (200, 200, 200) if x // 8 % 5 else (0, 0, 0)
    png(path, black)
    yield "different characters are text", Screen(path).text_lines() == 1


def results():
    """(name, good) of every test."""
    for name, text, status, want in STREAMS:
        v = ktap.judge(text, status)
        yield f"stream: {name}", (v.passed, v.failed, v.skipped) == want
    for line in SPLATS:
        yield f"splat: {line[10:50]}", ktap.splats(line) == [line]
    for line in QUIET:
        yield f"no splat: {line[10:50]}", not ktap.splats(line)
    for name, console, wanted, count in CONSOLES:
        yield f"console: {name}", len(ktap.console_troubles(console, wanted)) == count
    v = ktap.judge(ktap.rewrite(GOOD, ["console: Oops"]))
    yield "a rewritten stream counts what was added", (v.passed, v.failed) == (2, 1)
    with tempfile.TemporaryDirectory() as directory:
        yield from screens(directory)


def main():
    tests = list(results())
    print(f"KTAP version 1\n1..{len(tests)}")
    for n, (name, good) in enumerate(tests, 1):
        print(f"{'ok' if good else 'not ok'} {n} {name.replace('#', '')}")
    return 0 if all(good for _, good in tests) else 1


if __name__ == "__main__":
    sys.exit(main())
