#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Boots level 1 for a list of cases, watches them live and writes down a verdict for each.

Started by run.sh, which has built image and share.  One boot may serve many cases; when one hangs
or takes level 1 down, the ones after it get a new boot.
"""

import argparse
import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import ktap

BOOT_SECONDS = 240  # to the first case; 5-15 s on an idle machine, a stock kernel
# Every report of KASAN, not only the first; slub checks what it hands out and gets back.
DEBUG_APPEND = "kasan_multi_shot slab_debug=FZ"
# Shadow and records of the checks take their part.
DEBUG_MEMORY = "6G"
MARK = re.compile(r"^# kv-(\w+(?:-\w+)*) ?(.*)$")
ENV = re.compile(r"KVMGT_\w+$")
CONSOLE_MARK = re.compile(r"kv-(begin|end) (\S+)")


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--qemu", help="the QEMU that runs level 1")
    p.add_argument("--image")
    p.add_argument("--share")
    p.add_argument("--out", required=True)
    p.add_argument("--smp", type=int, default=2)
    p.add_argument("--memory", default="4G")
    p.add_argument("--debug", action="store_true", help="the kernel of the image checks itself")
    p.add_argument("--slow", type=int, default=1, help="by this factor")
    p.add_argument("--planted", metavar="CASE=REGEX", action="append", default=[],
                   help="the kernel must say this during the case")
    p.add_argument("--icount", action="store_true")
    p.add_argument("--shell", action="store_true")
    p.add_argument("--report", action="store_true", help="only sum up the verdicts of the cases")
    p.add_argument("case", nargs="*", help="NAME:SECONDS")
    return p.parse_args()


def has_nested_kvm():
    """The mere presence of /dev/kvm proves nothing: ask for real virtualisation extensions."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        flags = f.read()
    return re.search(r"\b(svm|vmx)\b", flags) is not None and os.access("/dev/kvm", os.W_OK)


def qemu_command(o, boot_id, console, verdict):
    if o.icount:
        accel = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", "max"]
    elif has_nested_kvm():
        accel = ["-accel", "kvm", "-cpu", "host"]
    else:
        # With erms or fsrm kernels and libraries copy by "rep movsb", which TCG does byte by byte:
        # unlike on a CPU, that is several times slower than the loops they use without.  The
        # icount lane counts single accesses and keeps the CPU that its figures are of.
        accel = ["-accel", "tcg,thread=multi", "-cpu", "max,-erms,-fsrm"]
    append = f"console=ttyS0 loglevel=5 panic=-1 oops=panic random.trust_cpu=on kv.boot={boot_id}"
    if o.debug:
        append += " " + DEBUG_APPEND
    return [o.qemu, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-M", "q35", *accel, "-smp", str(1 if o.icount else o.smp),
            "-m", DEBUG_MEMORY if o.debug else o.memory,
            "-kernel", f"{o.image}/vmlinuz", "-initrd", f"{o.image}/initrd", "-append", append,
            "-drive", f"file={o.image}/root.ext4,format=raw,if=none,id=root,readonly=on",
            "-device", "virtio-blk-pci,drive=root", "-device", "virtio-rng-pci",
            "-fsdev", f"local,id=share,path={o.share},security_model=none,readonly=on",
            "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
            "-fsdev", f"local,id=out,path={o.out},security_model=none",
            "-device", "virtio-9p-pci,fsdev=out,mount_tag=out",
            "-serial", console, "-serial", verdict]


class Boot:
    """One run of level 1 over a list of (name, seconds)."""

    def __init__(self, o, cases, number):
        self.o = o
        self.id = f"{os.getpid()}-{number}"
        self.dir = os.path.join(o.out, f".boot-{self.id}")
        os.makedirs(self.dir)
        self.cases = cases
        self.planted = dict(p.split("=", 1) for p in o.planted)
        self.text = {}  # name -> KTAP text
        self.trouble = {}  # name -> what the bed has to say about it
        self.status = {}
        self.seconds = {}
        self.current = None
        self.since = time.monotonic()
        self.pending = ""
        self.down = False
        with open(os.path.join(self.dir, "plan"), "w", encoding="ascii") as f:
            f.writelines(f"{name} {seconds}\n" for name, seconds in cases)
        # What the cases are to know: how long, how many.
        with open(os.path.join(self.dir, "env"), "w", encoding="utf-8") as f:
            f.writelines(f"export {key}={shlex.quote(value)}\n"
                         for key, value in os.environ.items() if ENV.match(key))

    def limit(self):
        """Seconds that the present phase may last; inside a case level 1's own limit goes first."""
        if self.current is None:
            return BOOT_SECONDS * self.o.slow
        return dict(self.cases)[self.current] + 60 * self.o.slow

    def line(self, line):
        m = MARK.match(line)
        now = time.monotonic()
        if not m:
            if self.current is not None:
                self.text[self.current] += line + "\n"
                if line.startswith("not ok"):
                    print(f"    {line}", flush=True)
            return
        verb, rest = m[1], m[2]
        if verb == "up":
            print(f"  level 1 is up after {now - self.since:.1f} s", flush=True)
        elif verb == "begin":
            self.current, self.since = rest, now
            self.text[rest], self.trouble[rest] = "", []
        elif verb == "left-over" and self.current:
            self.trouble[self.current].append(f"left behind: {rest}")
        elif verb == "end":
            name, status = rest.split()
            self.status[name] = int(status)
            if int(status) in (124, 137):
                self.trouble[name].append(f"time limit of {dict(self.cases)[name]} s")
            self.seconds[name] = now - self.since
            self.current, self.since = None, now
            self.progress(name)
        elif verb == "down":
            self.down = True

    def progress(self, name):
        v = ktap.judge(self.text[name], self.status[name])
        state = "ok" if not v.failed and not self.trouble[name] else "NOT OK"
        print(f"  [{self.seconds[name]:6.1f} s] {state:6s} {name}: {v}", flush=True)

    def read_new(self, stream):
        self.pending += stream.read().decode("utf-8", "replace").replace("\r", "")
        *lines, self.pending = self.pending.split("\n")
        for line in lines:
            self.line(line)

    def run(self):
        verdict, console = f"{self.dir}/verdict", f"{self.dir}/console"
        open(verdict, "wb").close()
        command = qemu_command(self.o, self.id, f"file:{console}", f"file:{verdict}")
        with open(f"{self.dir}/qemu.log", "wb") as log, open(verdict, "rb") as stream:
            qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                self.watch(qemu, stream)
            finally:
                if qemu.poll() is None:
                    qemu.kill()
                qemu.wait()
            self.read_new(stream)
        self.finish(qemu.returncode)

    def watch(self, qemu, stream):
        while qemu.poll() is None:
            self.read_new(stream)
            if time.monotonic() - self.since > self.limit():
                where = self.current or "level 1"
                print(f"  {where}: no end after {self.limit()} s, giving up this boot", flush=True)
                if self.current:
                    self.trouble[self.current].append("level 1 hangs")
                return
            time.sleep(0.1)

    def finish(self, returncode):
        """Hand each case its part of the console and write its verdict."""
        if self.current is not None:
            self.trouble[self.current].append("level 1 went down during this case")
            self.status[self.current] = 1
        parts = split_console(read_text(f"{self.dir}/console"), [n for n, _ in self.cases])
        ran = [name for name, _ in self.cases if name in self.text]
        if not ran:
            first = self.cases[0][0]
            self.text[first], self.status[first] = "", 1
            self.trouble[first] = [f"level 1 did not come up (QEMU exit {returncode}, "
                                   f"{read_text(f'{self.dir}/qemu.log').strip()[-200:]})"]
            ran = [first]
        elif not self.down and self.current is None:
            self.trouble[ran[-1]].append("level 1 went down without saying so")
        for name in ran:
            self.write(name, parts.get(name, ""))
        shutil.rmtree(self.dir)

    def write(self, name, console):
        base = os.path.join(self.o.out, f"vm-{name}")
        with open(f"{base}.console", "w", encoding="utf-8") as f:
            f.write(console)
        extra = list(self.trouble[name])
        extra += ktap.console_troubles(console, self.planted.get(name))
        # Guests' consoles, which cases leave as *.console in their directory.
        for path in sorted(glob.glob(os.path.join(self.o.out, name, "*.console"))):
            extra += [f"{os.path.basename(path)}: {line}" for line in ktap.splats(read_text(path))]
        bare = ktap.judge(self.text[name], self.status.get(name, 1))
        shape = [w for w in bare.failures if w not in not_ok_names(self.text[name])]
        text = self.text[name]
        if extra or shape:
            text = ktap.rewrite(text, extra + shape)
        with open(f"{base}.ktap", "w", encoding="utf-8") as f:
            f.write(text)


def not_ok_names(text):
    """The failures a stream itself declares."""
    names, n = set(), 0
    for line in text.splitlines():
        m = ktap.RESULT.match(line.rstrip())
        if m:
            n += 1
            if m[1] == "not ok":
                names.add(m[3] or f"test {n}")
    return names


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().replace("\r", "")
    except FileNotFoundError:
        return ""


def split_console(text, names):
    """Cut the console at the marks; what precedes the first case and follows the last is theirs."""
    parts, name = {}, names[0]
    for line in text.splitlines():
        m = CONSOLE_MARK.search(line)
        if m and m[1] == "begin":
            name = m[2]
        parts[name] = parts.get(name, "") + line + "\n"
    return parts


def diagnostics(text):
    """What a case said right before it failed."""
    lines = text.splitlines()
    ends = [i for i, line in enumerate(lines) if line.startswith("not ok")]
    start = end = ends[0] if ends else 0
    while start and lines[start - 1].startswith("#"):
        start -= 1
    return lines[max(start, end - 25):end]


def report(o, names):
    """The closing lines over all boots of one run: each failure, where to look, the sum."""
    total = ktap.Verdict()
    for name in names:
        base = os.path.join(o.out, f"vm-{name}")
        v = ktap.judge_file(f"{base}.ktap")
        total.add(v)
        for why in v.failures:
            print(f"not ok: {name}: {why}")
        if v.failed:
            for line in diagnostics(read_text(f"{base}.ktap")):
                print(f"    {line}")
            for line in read_text(f"{o.out}/{name}/stderr").splitlines()[-15:]:
                print(f"    | {line}")
            print(f"    see {os.path.relpath(base)}.ktap, .console and {os.path.relpath(o.out)}/{name}/")
    print(total)
    return 1 if total.failed or not total.passed + total.skipped else 0


def main():
    o = options()
    # Told to end, by a time limit for instance, level 1 ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if o.report:
        return report(o, o.case)
    if o.shell:
        # The terminal's keys, ctrl-c and ctrl-a included, belong to level 1.
        size = shutil.get_terminal_size()
        command = qemu_command(o, f"shell kv.tty={size.lines}x{size.columns}", "chardev:tty", "null")
        return subprocess.call(command + ["-chardev", "stdio,id=tty,signal=off"])
    cases = [(c.rpartition(":")[0], int(c.rpartition(":")[2])) for c in o.case]
    left, number = cases, 0
    while left:
        boot = Boot(o, left, number)
        boot.run()
        left = [c for c in left if c[0] not in boot.text]
        number += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
