#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests the patched QEMU against a fake VFIO device: needs neither root nor VFIO.

usage: fake_vfio_test.py --qemu FILE --files DIR [--without-kvm] [CASE...]

DIR holds fake-vfio.so and monitor.elf.  CASE is a glob of names.  Cases that need KVM are
skipped where /dev/kvm cannot be used.
"""
import argparse
import os
import sys

import ktap
import cases_basic
import cases_map
import cases_errors
import cases_shadow
from machine import Machine

MODULES = (cases_basic, cases_map, cases_errors, cases_shadow)        # importing them registers their cases


class Context:
    """Hands out machines, and stops what a case forgot."""

    def __init__(self, args):
        self.qemu = os.path.abspath(args.qemu)
        self.library = os.path.join(os.path.abspath(args.files), "fake-vfio.so")
        self.guest = os.path.join(os.path.abspath(args.files), "monitor.elf")

    def machine(self, *devices, **kwargs):
        """A machine that has not been waited for; use it in a with statement."""
        return Machine(self, devices, **kwargs)


def why_no_kvm():
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR))
    except OSError as error:
        return f"/dev/kvm: {error.strerror}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--files", required=True)
    parser.add_argument("--without-kvm", action="store_true", help="only cases that need no KVM")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    good = ktap.run(Context(args), args.cases, why_no_kvm(), args.without_kvm)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
