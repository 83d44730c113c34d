#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Reads KTAP and judges it; a test that stays silent, stops early or splats has failed.

  ktap.py total FILE...            count over the files; last line "N passed, N failed, N skipped"
  ktap.py judge FILE [CONSOLE]     the same for one file and, if given, the console beside it
"""

import re
import sys

RESULT = re.compile(r"^(ok|not ok)\b\s*(\d+)?\s*-?\s*(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*(.*))?$")
VERSION = re.compile(r"^(?:K?TAP) version \d+$")
SKIP = re.compile(r"#\s*skip\b", re.IGNORECASE)

# What a kernel says when something is broken, in any of the levels.
SPLAT = re.compile(
    r"BUG:|WARNING:|\bOops\b|Kernel panic|KASAN:|KCSAN:|UBSAN:|KFENCE|general protection fault"
    r"|possible circular locking|possible recursive locking|inconsistent lock state"
    r"|bad unlock balance|sleeping function called|scheduling while atomic"
    r"|INFO: task .* blocked|detected stalls?|self-detected stall|soft lockup|hard LOCKUP"
    r"|refcount_t:|list_(?:add|del) corruption|unreferenced object|Internal error"
    r"|unable to handle (?:kernel )?(?:paging|NULL)|Call Trace:"
    # What debug kernels add: slub, debug objects, lockdep's shorter words.
    r"|\bBUG \S+ \(|ODEBUG:|suspicious RCU usage|[Ii]nvalid wait context|lock order|held lock freed"
    r"|trying to register non-static key|lockdep is turned off|new suspected memory leaks"
)


class Verdict:
    """What one KTAP stream came to."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.failures = []

    def fail(self, why):
        self.failed += 1
        self.failures.append(why)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def judge(text, status=0):
    """Judge the top level of one KTAP stream; indented subtests are their parent's business."""
    v = Verdict()
    plan = None
    plan_note = ""
    seen = 0
    version = False
    for line in text.splitlines():
        line = line.rstrip()
        if VERSION.match(line):
            version = True
        elif line.startswith("Bail out!"):
            v.fail(line)
        elif m := PLAN.match(line):
            if plan is not None:
                v.fail("a second plan")
            plan, plan_note = int(m[1]), m[2] or ""
        elif m := RESULT.match(line):
            seen += 1
            if m[2] is not None and int(m[2]) != seen:
                v.fail(f"test number {m[2]} where {seen} was due")
            if m[1] == "not ok":
                v.fail(m[3] or f"test {seen}")
            elif SKIP.search(m[3]):
                v.skipped += 1
            else:
                v.passed += 1
    judge_shape(v, version, plan, plan_note, seen, status)
    return v


def judge_shape(v, version, plan, plan_note, seen, status):
    """The failures that lie in what is missing."""
    if not version:
        v.fail("no KTAP version line")
    if plan is None:
        v.fail("no plan")
    elif plan == 0 and seen == 0 and plan_note.lower().startswith("skip"):
        v.skipped += 1
    elif plan == 0:
        v.fail("an empty plan")
    elif plan != seen:
        v.fail(f"planned {plan} tests, saw {seen}")
    if status != 0 and v.failed == 0:
        v.fail(f"exit status {status} although every test passed")


# KCSAN finds races all over a stock kernel, benign ones and others, and mainline lives with them:
# a race is ours when one of the two that race comes out of our modules.
RACE = re.compile(r"BUG: KCSAN: ")
RACE_END = re.compile(r"={60,}")
OURS = "[kvmgt_"


def without_foreign_races(lines):
    """The lines, but reports of KCSAN that do not name our modules."""
    kept, report = [], []
    for line in lines:
        if report or RACE.search(line):
            report.append(line)
            if not RACE_END.search(line):
                continue
            if any(OURS in each for each in report):
                kept += report
            report = []
        else:
            kept.append(line)
    return kept + report


def splats(console):
    """Lines of a console that say that a kernel is broken."""
    return [line.strip() for line in without_foreign_races(console.splitlines())
            if SPLAT.search(line)]


def console_troubles(console, wanted=None):
    """What a console says against its case: splats; or, of a case that plants a fault and wants
    the kernel to see it, silence."""
    if not wanted:
        return [f"console: {line}" for line in splats(console)]
    if re.search(wanted, console) and splats(console):
        return []
    return [f"the kernel did not see what was planted: {wanted}"]


def judge_file(path, console_path=None):
    with open(path, encoding="utf-8", errors="replace") as f:
        v = judge(f.read())
    if console_path:
        with open(console_path, encoding="utf-8", errors="replace") as f:
            for line in splats(f.read()):
                v.fail(f"console: {line}")
    return v


def rewrite(text, extra):
    """The stream with further failures at its end, and a plan that counts them.

    Whoever reads the file later then sees every failure as an ordinary "not ok".
    """
    body = [line for line in text.splitlines() if not PLAN.match(line) and not VERSION.match(line)]
    out, n = [], 0
    for line in body:
        m = RESULT.match(line)
        if m:
            n += 1
            line = f"{m[1]} {n} {m[3]}"
        out.append(line)
    for why in extra:
        n += 1
        out.append(f"not ok {n} bed: {why}")
    return "\n".join(["KTAP version 1", f"1..{n}"] + out) + "\n"


def main(argv):
    if len(argv) >= 3 and argv[1] == "total":
        total = Verdict()
        for path in argv[2:]:
            v = judge_file(path)
            for why in v.failures:
                print(f"not ok: {path}: {why}")
            total.add(v)
    elif len(argv) in (3, 4) and argv[1] == "judge":
        total = judge_file(*argv[2:])
        for why in total.failures:
            print(f"not ok: {why}")
    else:
        sys.exit(__doc__)
    print(total)
    return 1 if total.failed or not total.passed + total.skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
