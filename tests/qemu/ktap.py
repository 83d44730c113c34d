# SPDX-License-Identifier: GPL-2.0
"""Cases by name, KTAP on standard output."""
import fnmatch
import sys
import time
import traceback

CASES = []


class Skip(Exception):
    """Raised by a case that cannot run here; the text says why."""


def case(kvm=True):
    """Decorator: the function is a test; its docstring is its name."""
    def register(function):
        CASES.append((function.__doc__.split("\n")[0].rstrip("."), kvm, function))
        return function
    return register


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what or 'value'}: got {got!r}, want {want!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def _run_one(function, context, skip):
    if skip:
        return "skip", skip
    try:
        function(context)
    except Skip as why:
        return "skip", str(why)
    except Exception:                                   # pylint: disable=broad-except
        return "fail", traceback.format_exc()
    return "pass", ""


def run(context, patterns, no_kvm, only_without_kvm=False):
    """Run the cases that match; no_kvm says why those with KVM cannot run.  True if all passed."""
    chosen = [c for c in CASES
              if (not patterns or any(fnmatch.fnmatch(c[2].__name__, p) for p in patterns))
              and not (only_without_kvm and c[1])]
    good = True
    print("KTAP version 1")
    print(f"1..{len(chosen)}", flush=True)
    for number, (name, kvm, function) in enumerate(chosen, 1):
        start = time.monotonic()
        verdict, text = _run_one(function, context, no_kvm if kvm else "")
        good = good and verdict != "fail"
        for line in text.rstrip("\n").split("\n") if verdict == "fail" else ():
            print(f"# {line}")
        result = "not ok" if verdict == "fail" else "ok"
        skipped = f" # SKIP {text}" if verdict == "skip" else ""
        print(f"{result} {number} {function.__name__}: {name}{skipped}", flush=True)
        print(f"{time.monotonic() - start:6.1f} s  {function.__name__}", file=sys.stderr)
    return good and bool(chosen)
