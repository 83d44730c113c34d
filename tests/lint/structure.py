#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The structure lint: who may include whom, how long things may get, what must not appear."""

import os
import re
import subprocess
import sys

# Longer than this needs an entry here with its reason.
MAX_FUNCTION = 60
MAX_FILE = 800
LONG_FUNCTIONS = {}

# First match wins: files -> what they may include (regular expressions on the name in #include).
KERNEL = r"linux/|asm/|kvm/|trace/|uapi/"
LAYERS = (
    (r"uapi/", r"linux/(types|vfio)\.h$"),
    (r"vgpu-core/env\.h$", r"linux/|asm/|std\w+\.h$|string\.h$|errno\.h$|pthread\.h$|env\w*\.h$"
                           r"|endian\.h$|unistd\.h$|sched\.h$"),
    # The core knows the core.
    (r"vgpu-core/", "|".join(re.escape(h) + "$" for h in sorted(os.listdir("vgpu-core"))
                             if h.endswith(".h"))),
    # The only file that reaches what KVM does not export.
    (r"kvmgt/kvm_symbols\.", r"linux/|kvm_symbols\.h$"),
    (r"kvmgt/compat\.h$", KERNEL),
    # The bus knows KVM and VFIO, but no device.
    (r"kvmgt/(bus|range|feature)\.c$|kvmgt/bus_\w+\.h$|kvmgt/kvmgt_bus\.h$",
     r"linux/|kvm/|trace/|kvmgt_bus\.h$|bus_\w+\.h$|kvm_symbols\.h$"),
    # The device knows the bus by its header, and no KVM at all.
    (r"kvmgt/", r"linux/(?!kvm)|trace/|asm/|kvmgt_bus\.h$|vgpu_\w+\.h$|(\.\./vgpu-core/|vgpu-core/)?vgpu\.h$"
                r"|uapi/"),
    (r"tests/(unit|fuzz|oracle)/", r"(?!linux/kvm|kvmgt)"),
)

FORBIDDEN = (
    # (files, exempt files, pattern, why)
    (r"^vgpu-core/.*\.[ch]$", r"env\.h$", r"\b(WARN|BUG)(_ON|_ONCE|_ON_ONCE)?\s*\(",
     "the guest must not make the host shout"),
    (r"^vgpu-core/.*\.[ch]$", r"env\.h$", r"__KERNEL__|\bprintk|\bpr_\w+\(", "the core knows no kernel"),
    (r"^(kvmgt|vgpu-core|uapi)/", r"^kvmgt/compat\.h$", r"LINUX_VERSION_CODE|KERNEL_VERSION\(",
     "kernel versions belong in kvmgt/compat.h"),
    (r"^kvmgt/", r"^kvmgt/kvm_symbols\.", r"register_kprobe|kallsyms_lookup", "only kvm_symbols.c looks up"),
    (r".", r"^tests/lint/structure\.py$|^\.git", r"https?://[\w.-]*(debian\.org|pypi|npmjs|crates\.io)",
     "no name of a mirror or registry: ask apt"),
    (r".", r"^tests/lint/structure\.py$", r"(?<![\w.])/(root|home/\w+|work|tmp/kv)/",
     "no path of one machine"),
)

NO_SPDX = re.compile(r"(^|/)(\.gitignore|\.clang-format|words|version|series|LICENSE\w*|COPYING)$"
                     r"|\.(patch|md|args|png|txt|svg|json)$|^tests/fuzz/corpus/")


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def check_includes(path, text):
    rule = next((allowed for where, allowed in LAYERS if re.match(where, path)), None)
    if rule is None or not path.endswith((".c", ".h")):
        return
    for number, line in enumerate(text.split("\n"), 1):
        m = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if m and not re.match(rule, m[1]):
            yield number, f"may not include {m[1]} (tests/lint/structure.py, LAYERS)"


def check_words(path, text):
    for where, exempt, pattern, why in FORBIDDEN:
        if not re.search(where, path) or re.search(exempt, path):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(pattern, line):
                yield number, f"{why}: {line.strip()[:80]}"


def check_head(path, text):
    if NO_SPDX.search(path):
        return
    head = "\n".join(text.split("\n")[:2])
    if "SPDX-License-Identifier:" not in head:
        yield 1, "no SPDX line at the top"


def check_length(path, text):
    lines = text.count("\n")
    if path.endswith((".c", ".h", ".py", ".sh", ".S")) and lines > MAX_FILE:
        yield 1, f"{lines} lines, {MAX_FILE} are allowed"


def check_functions(paths):
    """Longest function, by ctags."""
    sources = [p for p in paths if p.endswith(".c")]
    out = subprocess.run(["ctags", "-x", "--kinds-C=f", "--fields=+ne",
                          "--_xformat=%{input}:%n:%{end}:%N", *sources],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    if not out:
        raise SystemExit("ctags found no function at all")
    for line in out.splitlines():
        path, first, last, name = line.split(":")
        length = int(last) - int(first) + 1 if last.isdigit() else 0
        if length > MAX_FUNCTION and name not in LONG_FUNCTIONS:
            yield path, int(first), f"{name}() has {length} lines, {MAX_FUNCTION} are allowed"


def main():
    paths = [p for p in sys.argv[1:] if os.path.isfile(p)]
    found = []
    for path in paths:
        text = text_of(path)
        for check in (check_includes, check_words, check_head, check_length):
            found += [(path, line, what) for line, what in check(path, text)]
    found += check_functions(paths)
    for path, line, what in found:
        print(f"{path}:{line}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
