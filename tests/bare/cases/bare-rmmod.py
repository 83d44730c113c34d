#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: modules qemu bin
# timeout: 240
"""Modules cannot be taken away from a guest, and go when it is gone."""

import subprocess

import l2


def rmmod(name):
    """Tries to unload a module: (worked, what rmmod said)."""
    done = subprocess.run(["rmmod", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode == 0, done.stdout.strip()


def check_in_use(ktap, mon):
    """While a guest uses the device nothing below it unloads, and the guest notices nothing."""
    mon.cmd("hammer 1 rd 0 0x18 4 0x12345678")
    for name in ("kvmgt_vgpu", "kvmgt_bus", "kvm_amd", "kvm", "mdev"):
        worked, text = rmmod(name)
        ktap.ok(not worked and "in use" in text, f"rmmod {name} is refused while a guest runs",
                text)
    reply = mon.cmd("stop 1")
    ktap.equal((reply.num("bad"), reply.num("nobody")), (0, 0), "the guest did not notice")


def body(ktap):
    """The case."""
    l2.modules_load()
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], smp=2, props={"x-kvmgt": "on"})
    guest.mon.use(0x1234, 0x4B54)
    check_in_use(ktap, guest.mon)
    ktap.equal(guest.quit(), 0, "QEMU ended in order")

    ktap.ok(not rmmod("kvmgt_bus")[0], "kvmgt_bus stays while kvmgt_vgpu needs it")
    worked, text = rmmod("kvmgt_vgpu")
    ktap.ok(worked, "kvmgt_vgpu unloads with an idle vGPU left", text)
    l2.Mdev.live.remove(dev)
    ktap.ok(rmmod("kvmgt_bus")[0], "then kvmgt_bus does")
    worked, text = rmmod("kvm_amd")
    worked = worked and rmmod("kvm")[0]
    ktap.ok(worked, "and nothing pins kvm any more", text)
    l2.run("modprobe", "kvm-amd")

    l2.modules_load()
    dev = l2.Mdev("test")
    guest = l2.Guest([dev], props={"x-kvmgt": "on"})
    guest.mon.use(0x1234, 0x4B54)
    before = guest.mmio_exits()
    ktap.equal(guest.mon.rd("bar0+0x10"), 0x01234567, "loaded again, a guest reads the register")
    ktap.equal(guest.mmio_exits() - before, 0, "in the kernel")
    ktap.equal(guest.quit(), 0, "QEMU ended in order")
    dev.remove()
    l2.modules_unload()


l2.case(body)
