#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""KVM's functions cannot be found: the modules load and say so, guests run the slow path."""
# needs: modules qemu guest
# timeout: 400

import subprocess

import l2
from linuxguest import VBE_ID, LinuxGuest, report_boot


def kernel_lines():
    return [line for line in l2.run("dmesg").splitlines() if "no in-kernel emulation" in line]


def refused(t, dev):
    """x-kvmgt=on must end QEMU with a message that names the property and a reason."""
    argv = [l2.qemu_binary("patched"), "-nodefaults", "-no-user-config", "-display", "none",
            "-machine", "q35,accel=kvm", "-S", "-device", f"vfio-pci,sysfsdev={dev.path},x-kvmgt=on"]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=l2.patience(60), check=False)
    except subprocess.TimeoutExpired:
        t.ok(False, "x-kvmgt=on is refused", "QEMU started")
        return
    l2.log(done.stdout.strip())
    t.ok(done.returncode == 1 and "x-kvmgt=on: " in done.stdout, "x-kvmgt=on is refused",
         f"exit {done.returncode}")


def body(t):
    before = len(kernel_lines())
    l2.modules_load(fail_lookup=1)
    lines = kernel_lines()[before:]
    t.equal(l2.read_file("/sys/module/kvmgt_bus/parameters/fail_lookup").strip(), "Y",
            "the test build pretends that KVM's functions are missing")
    t.equal(len(lines), 1, "one line in dmesg says that there is no acceleration")
    l2.log("\n".join(lines))
    dev = l2.Mdev("bochs")
    refused(t, dev)
    guest = LinuxGuest(dev, props={"x-kvmgt": "auto"})
    report_boot(t, guest, "auto")
    t.equal(guest.ranges(dev), [], "no range is attached")
    exits = guest.mmio_exits()
    count, _, last, bad = guest.hammer(f"count r {VBE_ID:#x} 500")
    exits = guest.mmio_exits() - exits
    t.ok(count <= exits <= count + 20, "each access is an exit to userspace", f"{exits} exits")
    t.equal((last, bad), (0xb0c5, 0), "the register keeps its value")
    t.equal(guest.quit(), 0, "QEMU ends in order")
    dev.remove()
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
