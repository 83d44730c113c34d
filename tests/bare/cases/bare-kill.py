#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 900
"""QEMU is killed 20 times in the middle of accesses; nothing is left behind."""

import re
import time

import l2

ROUNDS = 20
WARM_UP = 5
# Unreclaimable slab moves by itself: the pages of 15 VMs would be far more.
SLACK_KB = 4096
# Shown for people; of virtual CPUs none may be left.
SLABS = ("kvm_vcpu", "kvm_mmu_page_header", "eventpoll_epi", "kmalloc-64", "kmalloc-cg-64")


def use_counts():
    """Reference counts of the modules that hold each other."""
    lines = [line.split() for line in l2.read_file("/proc/modules").splitlines()]
    return {w[0]: int(w[2]) for w in lines
            if w[0] in ("kvm", "kvm_amd", "kvmgt_bus", "kvmgt_vgpu", "vfio_iommu_type1")}


def memory_kb():
    """Memory that only a leak keeps."""
    text = l2.read_file("/proc/meminfo")
    return {key: int(re.search(rf"^{key}:\s+(\d+)", text, re.M)[1])
            for key in ("SUnreclaim", "KernelStack", "PageTables", "Percpu")}


def slabs():
    """Active objects of some slabs."""
    found = {}
    for line in l2.read_file("/proc/slabinfo").splitlines():
        words = line.split()
        if words and words[0] in SLABS:
            found[words[0]] = int(words[1])
    return found


def settle():
    """Frees what is only waiting for a grace period or cached."""
    l2.write_file("/proc/sys/vm/drop_caches", "3")
    time.sleep(1)


def killed_in_mid_loop(dev, number):
    """One guest, killed while both of its vCPUs access the device."""
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    guest.mon.use(0x1234, 0x4B54)
    guest.mon.cmd("hammer 1 mix 0 0x0ffe 4")
    guest.mon.start("bench rd bar0+0x10 4 100000000 1")
    time.sleep(0.1 + 0.05 * (number % 5))
    if number % 3 == 2:
        guest.fast(dev, "off")
        guest.fast(dev, "on")
    busy = sum(int(n) for n in re.findall(r"reads=(\d+)", str(guest.ranges(dev))))
    guest.sigkill()
    return busy


def body(ktap):
    """The case."""
    l2.modules_load()
    dev = l2.Mdev("test")
    idle = use_counts()
    before = None
    for number in range(ROUNDS):
        killed_in_mid_loop(dev, number)
        if number == WARM_UP - 1:
            settle()
            before = (memory_kb(), slabs())
    settle()
    after = (memory_kb(), slabs())
    l2.log(f"before {before}")
    l2.log(f"after  {after}")
    ktap.equal(use_counts(), idle, f"{ROUNDS} kills: modules are used as before")
    grown = {k: after[0][k] - before[0][k] for k in after[0]}
    ktap.ok(all(v < SLACK_KB for v in grown.values()), "kernel memory did not grow", grown)
    ktap.ok(after[1].get("kvm_vcpu", 0) <= before[1].get("kvm_vcpu", 0),
            "no virtual CPU is left", (before[1], after[1]))

    guest = l2.Guest([dev], props={"x-kvmgt": "on"})
    guest.mon.use(0x1234, 0x4B54)
    start = guest.mmio_exits()
    ktap.equal(guest.mon.rd("bar0+0x10"), 0x01234567, "the next guest finds the device reset")
    guest.mon.cmd("bench rd bar0+0x10 4 500 1")
    ktap.equal(guest.mmio_exits() - start, 0, "and is answered in the kernel")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()
    l2.modules_unload()
    ktap.ok(True, "the modules unload")


l2.case(body)
