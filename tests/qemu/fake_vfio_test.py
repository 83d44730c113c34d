#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests the patched QEMU against a fake VFIO device: needs neither root nor VFIO.

usage: fake_vfio_test.py --qemu FILE --files DIR [CASE...]

DIR holds fake-vfio.so and monitor.elf.  CASE is a glob of names.  Cases that need KVM are
skipped where /dev/kvm cannot be used.
"""
import argparse
import os
import sys

import ktap
import cases_basic      # noqa: F401  pylint: disable=unused-import
import cases_map        # noqa: F401  pylint: disable=unused-import
import cases_errors     # noqa: F401  pylint: disable=unused-import
from machine import Machine


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
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    return 0 if ktap.run(Context(args), args.cases, why_no_kvm()) else 1


if __name__ == "__main__":
    sys.exit(main())
