#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules bin
# host: debug kcsan
# boot: own
# timeout: 400
"""Each allocation of our modules fails once, and each copy from and to userspace.

attack-faults does it; here it is arranged that only what our modules call fails, and it is
collected from the kernel's log what that was.  Calls that nothing made fail are listed in
SPARED with the reason, and no others.
"""

import collections
import contextlib
import os
import re
import subprocess
import threading

import callsites
import l2

MODULES = ("kvmgt_bus", "kvmgt_vgpu")
KINDS = ("failslab", "fail_page_alloc", "fail_usercopy")
INJECTED = re.compile(r"FAULT_INJECTION: forcing a failure")
FRAME = re.compile(r"^\s*([\w.]+)\+0x([0-9a-f]+)/0x[0-9a-f]+(?: \[(\w+)\])?")
SPLAT = re.compile(r"BUG:|WARNING:|Oops|KASAN|KCSAN|UBSAN|ODEBUG|INFO: task|refcount_t|list_\w+ corr"
                   r"|general protection|lock order|circular|suspicious|invalid wait context|leaks")
# VFIO's own (6.12): a group whose making failed half way is released as if it were in use.
KNOWN = re.compile(r"WARNING: .* at drivers/vfio/group\.c:\d+ vfio_group_release")
# Function and what it calls: why nothing makes that fail.
SPARED = {
    ("kvm_lookup", "register_kprobe"): "needs no memory; the case no-symbols makes it fail",
    ("kvmgt_range_attach_locked", "pcpu_alloc_noprof"): "percpu memory knows no injection",
}
# How all allocations of a function are made to fail: in which operation, by which kinds, of which
# slab alone, where others below that function come first, and how often.
Always = collections.namedtuple("Always", "operation kinds slab times", defaults=(KINDS, None, 1))
# Whose allocations must fail more than once to be noticed.
ALWAYS = {
    "count_get_locked": Always("debugfs"),
    "vgpu_count_enable": Always("debugfs"),
    "gen8_display_init": Always("create"),
    "gen8_engine_init": Always("create"),
    # A slab that happens to need a page fails first; the good run behind it fills the slab.
    "kvmgt_aperture_open": Always("open", ("fail_page_alloc",), times=3),
    "kvmgt_work_dma": Always("plane"),
    "kvmgt_pages_map": Always("plane", ("failslab",), slab="radix_tree_node"),
}
GEN8 = ("create", "open", "info", "region-info", "attach", "feature-get", "msi", "intx", "request",
        "read-write", "mmap", "edid", "plane", "aperture", "debugfs", "count", "reset")
BOCHS = ("create", "open", "region-info", "attach", "mmap", "edid", "plane", "debugfs")
TEST = ("create", "open", "region-info", "attach", "msi", "intx")


class Log(threading.Thread):
    """Reads the kernel's log: what was made to fail, and what else it says."""

    def __init__(self):
        super().__init__(daemon=True)
        self.failed = set()
        self.bad = []
        self.telling = 0
        self.count = 0
        self.file = open("/dev/kmsg", "rb", buffering=0)  # pylint: disable=consider-using-with
        self.file.seek(0, os.SEEK_END)
        self.looking = False

    def line(self, text):
        """One line of it."""
        frame = FRAME.match(text)
        if INJECTED.search(text):
            self.looking = True
            self.telling = 0
            self.count += 1
        elif frame and frame[3] in MODULES and self.looking:
            self.failed.add((frame[1], int(frame[2], 16)))
            self.looking = False
        elif SPLAT.search(text) and not KNOWN.search(text):
            self.bad.append(text)
            self.telling = 40
        if self.telling:
            self.telling -= 1
            l2.log(text)

    def run(self):
        while True:
            try:
                record = os.read(self.file.fileno(), 8192)
            except BrokenPipeError:
                self.bad.append("the log was too fast to be read")
                continue
            text = record.split(b";", 1)[1].split(b"\n")[0]
            self.line(text.decode(errors="replace"))


def kallsyms():
    """Name, address and module of each function."""
    with open("/proc/kallsyms", encoding="ascii") as file:
        for line in file:
            parts = line.split()
            if parts[1] in "tT":
                yield parts[2], int(parts[0], 16), parts[3].strip("[]") if len(parts) > 3 else ""


def only_below(first, last, depth, kinds=("failslab", "fail_usercopy")):
    """From now on only calls with a return address in this range on the stack may fail.

    Not too deep below: what the kernel needs to do what it was asked for is its own business.
    """
    for kind in KINDS:
        # Pages are left out at first: slab takes some when it likes, and the order would differ.
        here = (first, last) if kind in kinds else (1, 2)
        l2.write_file(f"/sys/kernel/debug/{kind}/stacktrace-depth", str(depth))
        l2.write_file(f"/sys/kernel/debug/{kind}/require-start", hex(here[0]))
        l2.write_file(f"/sys/kernel/debug/{kind}/require-end", hex(here[1]))


def only_below_modules():
    """The same, in our modules."""
    where = [address for _, address, module in kallsyms() if module in MODULES]
    only_below(min(where), max(where) + 4096, 9)


def only_below_init():
    """The same, in what a module does when it is loaded."""
    start = next(address for name, address, _ in kallsyms() if name == "do_one_initcall")
    only_below(start, start + 0x400, 12)


@contextlib.contextmanager
def only_of(slab):
    """Meanwhile only its objects, if it has a name, are not to be had."""
    if not slab:
        yield
        return
    chosen = f"/sys/kernel/slab/{slab}/failslab"
    l2.write_file(chosen, "1")
    l2.write_file("/sys/kernel/debug/failslab/cache-filter", "Y")
    try:
        yield
    finally:
        l2.write_file("/sys/kernel/debug/failslab/cache-filter", "N")
        l2.write_file(chosen, "0")


def attack_always(t):
    """All allocations of a function fail, those that it does instead as well."""
    ends = sorted(address for _, address, module in kallsyms() if module in MODULES)
    for function, how in ALWAYS.items():
        start = next(a for name, a, module in kallsyms() if name == function and module in MODULES)
        only_below(start, next(a for a in ends if a > start), 12, how.kinds)
        with only_of(how.slab):
            for _ in range(how.times):
                attack(t, "always", "gen8", how.operation)


def attack(t, kind, *operations):
    """Run some of the operations on a type of vGPU."""
    program = os.path.join(l2.SHARE, "bin", "attack-faults")
    with subprocess.Popen([program, kind, *operations], stdout=subprocess.PIPE, text=True) as attacker:
        for line in attacker.stdout:
            m = re.match(r"(ok|not ok) \d+ (.*)", line)
            if m:
                t.ok(m[1] == "ok", m[2])
            elif not line.startswith(("KTAP", "1..")):
                l2.log(line.rstrip().removeprefix("# "))
    t.equal(attacker.returncode, 0, f"{kind}: the program ends")


def judge(t, log):
    """Which calls failed, which did not."""
    sites, jumps = set(), []
    for module in MODULES:
        found, tails = callsites.Object(f"{l2.SHARE}/modules/{module}.ko").sites()
        sites.update(found)
        jumps += tails
    l2.log(f"end in a call that leaves no trace of them: {', '.join(jumps)}")
    missed = sorted(s for s in sites if (s.function, s.offset) not in log.failed)
    l2.log(f"{log.count} injections; of {len(sites)} calls that may fail {len(missed)} never did")
    for site in missed:
        l2.log(f"never failed: {site.function}+{site.offset:#x} {site.callee}"
               f" {SPARED.get((site.function, site.callee), '')}")
    t.ok(len(sites) > 30 and log.count > 100, "calls were found and made to fail")
    t.equal([f"{s.function} {s.callee}" for s in missed
             if (s.function, s.callee) not in SPARED], [],
            "every call that may fail has failed")
    t.equal(log.bad, [], "the kernel has nothing to say about it")


def body(t):
    """The case."""
    for kind in KINDS:
        path = f"/sys/kernel/debug/{kind}/"
        if kind != "fail_usercopy":
            l2.write_file(path + "ignore-gfp-wait", "N")
        l2.write_file(path + "verbose", "2")
    l2.write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0")
    l2.run("dmesg", "-n", "1")  # the traces are read here; what else there is too
    log = Log()
    log.start()
    try:
        attack_all(t)
        l2.time.sleep(1)
        judge(t, log)
    finally:
        l2.run("dmesg", "-n", "5")


def attack_all(t):
    """From loading the modules to unloading them."""
    l2.modules_load(test_types=1)
    only_below_init()
    attack(t, "test", "bus-module", "module")
    only_below_modules()
    attack(t, "gen8", *GEN8)
    attack(t, "bochs", *BOCHS)
    attack(t, "test", *TEST)
    attack_always(t)
    l2.modules_unload()


l2.case(body)
