# SPDX-License-Identifier: GPL-2.0
"""QEMU with fake VFIO devices and a guest that does as it is told."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from qmp import connect

PASSTHROUGH, SHADOW, EMULATED, USERSPACE = range(4)

COMMAND = 4
COMMAND_MEMORY = 2
FIRST_GROUP = 42
FIRST_SLOT = 4


class Device:
    """What one fake device is like; shim/spec.c knows the words."""

    def __init__(self, *lines, identity=(0x1234, 0x4b54, 0xff0000), options=""):
        self.lines = ["id %#x %#x %#x" % identity, *lines]
        self.options = options


def bar(number, size, areas, *words, sparse=None):
    """Lines for a BAR: areas are (offset, size, class[, flags])."""
    lines = [f"bar {number} {size:#x} {' '.join(words)}"]
    for area in areas:
        offset, length, kind, flags = (*area, 0)[:4]
        lines.append(f"area {number} {offset:#x} {length:#x} {kind} {flags}")
    if sparse:
        lines.append("sparse %d %#x %#x" % (number, *sparse))
    return lines


class Pci:
    """The configuration space of one function, through the guest's I/O ports."""

    def __init__(self, vm, bus, slot):
        self.vm, self.address = vm, 0x80000000 | bus << 16 | slot << 11

    def _select(self, offset):
        self.vm.guest(f"o 4 cf8 {self.address | (offset & ~3):x}")

    def read(self, offset, width=4):
        self._select(offset)
        return int(self.vm.guest(f"i {width} {0xcfc + (offset & 3):x}"), 16)

    def write(self, offset, value, width=4):
        self._select(offset)
        self.vm.guest(f"o {width} {0xcfc + (offset & 3):x} {value:x}")

    def base(self, number):
        """Address of a memory BAR."""
        return self.read(0x10 + 4 * number) & ~15

    def move(self, number, address):
        self.write(0x10 + 4 * number, address)

    def memory(self, on):
        """Switch memory decoding."""
        command = self.read(COMMAND, 2)
        self.write(COMMAND, command | COMMAND_MEMORY if on else command & ~COMMAND_MEMORY, 2)


class Machine:
    def __init__(self, files, devices, machine="pc", accel="kvm", extra=(), where=None):
        self.dir = tempfile.mkdtemp(prefix="fake-vfio-")
        self.seen = 0
        self.serial = self.qmp = None
        self.groups = 0
        args = [files.qemu, "-nodefaults", "-no-user-config", "-display", "none", "-m", "64",
                "-machine", f"{machine},accel={accel}", "-kernel", files.guest,
                "-chardev", f"socket,id=com1,path={self.dir}/com1,server=on,wait=off",
                "-serial", "chardev:com1",
                "-qmp", f"unix:{self.dir}/qmp,server=on,wait=off",
                *(word.replace("{dir}", self.dir) for word in extra)]
        for i, device in enumerate(devices):
            place = where or f"addr={FIRST_SLOT + i}"
            args += ["-device", f"{self.prepare(device)},id=gpu{i},{place}"]
        env = dict(os.environ, LD_PRELOAD=files.library, FAKE_VFIO_DIR=self.dir)
        self.args = args
        with open(f"{self.dir}/stderr", "wb") as stderr:
            self.process = subprocess.Popen(args, env=env, stdin=subprocess.DEVNULL,
                                            stdout=stderr, stderr=stderr)

    def prepare(self, device):
        """Write what the shim wants to know; returns the text for -device or device_add."""
        group = FIRST_GROUP + self.groups
        self.groups += 1
        with open(f"{self.dir}/{group}.spec", "w", encoding="ascii") as spec:
            spec.write("\n".join(device.lines) + "\n")
        sysfs = f"{self.dir}/mdev{group}"
        os.mkdir(sysfs)
        os.symlink(f"../groups/{group}", f"{sysfs}/iommu_group")
        options = f",{device.options}" if device.options else ""
        return f"vfio-pci,sysfsdev={sysfs}{options}"

    # Starting and stopping

    def _connect(self, name, open_it):
        end = time.monotonic() + 60
        while True:
            try:
                return open_it(f"{self.dir}/{name}")
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("QEMU ended: " + self.stderr().strip()) from None
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def start(self):
        """Wait until the guest is ready."""
        self.qmp = self._connect("qmp", connect)
        sock = self._connect("com1", _open_socket)
        self.serial = sock.makefile("rw", encoding="ascii", newline="\n")
        self.wait_ready()
        return self

    def wait_ready(self):
        line = self.serial.readline().rstrip("\n")
        if not line.endswith("ready"):
            raise RuntimeError(f"guest said {line!r}; QEMU: {self.stderr()}")

    def ends(self):
        """Wait for a QEMU that refuses to start; returns its exit status and words."""
        status = self.process.wait(60)
        return status, self.stderr()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def stderr(self):
        with open(f"{self.dir}/stderr", encoding="utf-8", errors="replace") as f:
            return f.read()

    # The guest

    def guest(self, command):
        self.serial.write(command + "\n")
        self.serial.flush()
        answer = self.serial.readline().rstrip("\n")
        if answer in ("", "what"):
            raise RuntimeError(f"guest answered {answer!r} to {command!r}; {self.stderr()}")
        return answer

    def read(self, address, width=4):
        return int(self.guest(f"r {width} {address:x}"), 16)

    def write(self, address, value, width=4):
        self.guest(f"w {width} {address:x} {value:x}")

    def pci(self, slot=FIRST_SLOT, bus=0):
        return Pci(self, bus, slot)

    # QEMU

    def get(self, name, device="gpu0"):
        return self.qmp("qom-get", path=f"/machine/peripheral/{device}", property=name)

    def set(self, value, device="gpu0", name="x-kvmgt"):
        self.qmp("qom-set", path=f"/machine/peripheral/{device}", property=name, value=value)

    # The log of the shim

    def history(self):
        with open(f"{self.dir}/log", encoding="ascii") as f:
            return [json.loads(line) for line in f]

    def events(self, *kinds):
        """Events since the last call, of these kinds (default: all)."""
        new = self.history()[self.seen:]
        self.seen += len(new)
        return [e for e in new if not kinds or e["ev"] in kinds]

    def attached(self, group=FIRST_GROUP):
        """What the successful requests so far amount to: a sorted list of tuples."""
        now = set()
        for e in self.history():
            if e.get("dev") != group:
                continue
            if e["ev"] == "attach" and e["ret"] == 0:
                now |= {tuple(r) for r in e["ranges"]}
            elif e["ev"] == "detach" and e["ret"] == 0:
                now -= {tuple(r) for r in e["ranges"]}
            elif e["ev"] == "close":
                now = set()
        return sorted(now)


def _open_socket(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    sock.settimeout(120)
    return sock
