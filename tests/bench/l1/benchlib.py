# SPDX-License-Identifier: GPL-2.0
"""benchlib.py - the trap benchmark inside level 1: what is measured, in any environment.

One guest holds all devices, so every path is measured in the same VM run.  The
payload's loops are the same for all paths; only the address differs.  The time
unit is the guest's time stamp counter: instructions under icount, ticks else.
"""

import json
import os
import time

import l2

VGPU = (0x1234, 0x4B54)
BOCHS = (0x1234, 0x1111)
EDU = (0x1234, 0x11E8)
TESTDEV = (0x1B36, 0x0005)

REGISTER = "bar0+0x100"     # a plain register of the test model
SHADOW = "bar0+0x4000"      # a plain register that the guest reads from memory
WIDTHS = (1, 2, 4, 8)


class Path:
    """One way of one access: how it is set up and where it goes."""

    def __init__(self, name, device, op, width, addr, use=None, state=None, value=0):
        self.name = name
        self.device = device
        self.op = op
        self.width = width
        self.addr = addr
        self.use = use
        self.state = state
        self.value = value
        self.samples = []
        self.accesses = 0
        self.exits = 0

    def command(self, n, reps):
        """The payload's command."""
        op = "rd" if self.op == "read" else "wr"
        return f"bench {op} {self.addr} {self.width} {n} {reps} {self.value:#x}"

    def row(self):
        """What goes into the result file; samples are per access."""
        return {"path": self.name, "device": self.device, "op": self.op, "width": self.width,
                "samples": self.samples, "accesses": self.accesses,
                "userspace_exits": self.exits}


def testdev_ioeventfd(mon):
    """Selects pci-testdev's ioeventfd without data match: (address, width, value)."""
    mon.use(*TESTDEV)
    for number in range(16):
        mon.wr("bar0", number, 1)
        if mon.rd("bar0", 1) != number:
            break
        name = ""
        while len(name) < 40:
            char = mon.rd(f"bar0+{16 + len(name):#x}", 1)
            if not char:
                break
            name += chr(char)
        if "mmio" in name and "wildcard" in name:
            offset = sum(mon.rd(f"bar0+{4 + i}", 1) << (8 * i) for i in range(4))
            data = mon.rd("bar0+8", 1)
            return f"bar0+{offset:#x}", 1, data
    raise l2.Error("pci-testdev has no wildcard ioeventfd")


def paths(mon):
    """Everything that is measured."""
    every = []
    for op in ("read", "write"):
        for width in WIDTHS:
            every += [
                Path("kernel", "kvmgt test model", op, width, REGISTER, VGPU, "on"),
                Path("vfio", "kvmgt test model", op, width, REGISTER, VGPU, "off"),
                Path("ram", "guest memory", op, width, "ram"),
                Path("kvm-floor", "IOAPIC", op, width, "ioapic"),
            ]
            if width >= 4:
                every.append(Path("qemu-device", "edu", op, width, "bar0+0x80", EDU))
            else:
                every.append(Path("qemu-device", "bochs-display", op, width, "bar2+0x502", BOCHS))
            every.append(Path("shadow", "kvmgt test model, SHADOW page", op, width, SHADOW, VGPU,
                              "on"))
    addr, width, data = testdev_ioeventfd(mon)
    every.append(Path("kvm-floor", "ioeventfd", "write", width, addr, TESTDEV, value=data))
    return every


class Bench:
    """One guest with all devices, and what was measured in it."""

    def __init__(self, smp=1):
        self.dev = l2.Mdev("test")
        self.guest = l2.Guest([self.dev], smp=smp, props={"x-kvmgt": "on"}, extra=[
            "-device", "pci-testdev", "-device", "edu", "-device", "bochs-display"])
        self.mon = self.guest.mon
        self.used = None
        self.state = "on"

    def prepare(self, path):
        """Makes the path's device current and switches the accelerator."""
        if path.use and path.use != self.used:
            self.mon.use(*path.use)
            self.used = path.use
            if path.use == TESTDEV:
                testdev_ioeventfd(self.mon)
        if path.state and path.state != self.state:
            self.guest.fast(self.dev, path.state)
            self.state = path.state

    def measure(self, path, n, reps):
        """Adds samples to a path."""
        self.prepare(path)
        # the first accesses fault in what the path needs
        self.mon.cmd(path.command(32, 1))
        before = self.guest.mmio_exits()
        ticks = self.mon.samples(path.command(n, reps))
        path.exits += self.guest.mmio_exits() - before
        path.accesses += n * reps
        path.samples += [t / n for t in ticks]

    def loop_overhead(self, n, reps):
        """Samples of the empty loop."""
        return [t / n for t in self.mon.samples(f"bench nop ram 1 {n} {reps}")]

    def scaling(self, name, use, state, addr, stride, cpus, n, reps):
        """Samples of the ticks that n accesses on each of some vCPUs took."""
        self.prepare(Path(name, "", "read", 4, addr, use, state))
        before = self.guest.mmio_exits()
        ticks = self.mon.samples(f"smp {cpus} {stride:#x} rd {addr} 4 {n} {reps}")
        return {"path": name, "vcpus": cpus, "n": n, "ticks": ticks, "stride": stride,
                "userspace_exits": self.guest.mmio_exits() - before}

    def finish(self):
        """Ends the guest; its exit status."""
        status = self.guest.quit()
        self.dev.remove()
        return status


def machine():
    """What this level 1 is."""
    cpu = [line.split(":", 1)[1].strip() for line in l2.read_file("/proc/cpuinfo").splitlines()
           if line.startswith("model name")]
    return {"kernel": os.uname().release, "l1_cpu": cpu[0], "l1_vcpus": len(cpu),
            "qemu": l2.run(l2.qemu_binary("patched"), "--version").splitlines()[0]}


def write_raw(raw):
    """Leaves the result for the other half, tests/bench/bench.py."""
    with open(os.path.join(l2.OUT, "raw.json"), "w", encoding="ascii") as file:
        json.dump(raw, file, indent=1)


def check_exits(ktap, every):
    """Each path went where it says: KVM counted the exits to user space."""
    for path in every:
        trapped = path.name in ("vfio", "qemu-device")
        ktap.equal(path.exits, path.accesses if trapped else 0,
                   f"{path.name} ({path.device}) {path.op} {path.width}: exits to user space")


def tsc_hz(mon):
    """Ticks of the guest's time stamp counter in a second of this machine."""
    start, tsc = time.monotonic(), int(mon.cmd("tsc")["tsc"])
    time.sleep(2)
    end, tsc_end = time.monotonic(), int(mon.cmd("tsc")["tsc"])
    return (tsc_end - tsc) / (end - start)


def in_instructions(ktap):
    """The benchmark under icount: a tick is an instruction."""
    bench = Bench()
    every = paths(bench.mon)
    for path in every:
        bench.measure(path, 1000, 15)
    write_raw({"environment": "tcg-icount", "machine": machine(),
               "loop": bench.loop_overhead(1000, 15), "access": [p.row() for p in every]})
    check_exits(ktap, every)
    ktap.equal(bench.finish(), 0, "QEMU ended in order")


SCALING = (
    ("kernel", VGPU, "on", REGISTER, 0x40),
    ("kernel-same-register", VGPU, "on", REGISTER, 0),
    ("vfio", VGPU, "off", REGISTER, 0x40),
    ("qemu-device", EDU, None, "bar0+0x80", 0),
    ("kvm-floor", None, None, "ioapic", 0),
    ("ram", None, None, "ram", 0x1000),
)


# vCPUs, and accesses of each in a sample: some milliseconds where each has a core of its own, so
# that one sample without a neighbour on the machine is enough; else many turns of the scheduler.
VCPUS = ((1, 100), (2, 100), (4, 2000), (8, 2000))


def in_time(ktap, rounds):
    """The benchmark in time, on one vCPU and on as many as there are cores, and more.

    The paths take turns, so that what else happens on the machine hits all alike.
    """
    bench = Bench(smp=8)
    hz = tsc_hz(bench.mon)
    every = paths(bench.mon)
    scaling = []
    for _ in range(rounds):
        for path in every:
            bench.measure(path, 250, 4)
        for path in SCALING:
            for cpus, n in VCPUS:
                if path[0] == "ram":
                    n *= 10000
                scaling.append(bench.scaling(*path, cpus, n, 24 if cpus <= 2 else 3))
    write_raw({"environment": "wall", "tsc_hz": hz, "machine": machine(), "rounds": rounds,
               "loop": bench.loop_overhead(10000, 9), "access": [p.row() for p in every],
               "scaling": scaling})
    check_exits(ktap, every)
    ktap.equal(bench.finish(), 0, "QEMU ended in order")
