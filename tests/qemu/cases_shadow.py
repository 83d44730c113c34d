# SPDX-License-Identifier: GPL-2.0
"""What the guest reads without an exit: mapped while wanted, seen while watched."""
import socket

from ktap import case, contains, equal
from machine import Device, EMULATED, PASSTHROUGH, SHADOW, bar
from qmp import QmpError

SHADOWED = 0x1000
SIZE = 0x2000
READONLY = 2            # KVM_MEM_READONLY
AREAS = [(0, SHADOWED, EMULATED), (SHADOWED, SIZE, SHADOW), (0x3000, 0xc000, EMULATED),
         (0xf000, 0x1000, PASSTHROUGH)]
ATTACHED = 0xf000       # bytes, from the start of the BAR


def device(*lines, options=""):
    return Device(*bar(0, 0x10000, AREAS, "mmap", sparse=(0xf000, 0x1000)), *lines,
                  options=options)


def reads(vm, address, count=1000):
    """How many of the guest's reads reach the device file."""
    vm.events()
    vm.guest(f"l {count:x} {address:x}")
    return len(vm.events("read"))


def slots(vm, base):
    """Read-only memory slots of KVM within the BAR, as (offset, size)."""
    now = {}
    for e in vm.history():
        if e["ev"] == "slot" and e["slot"] < 1 << 16:
            now[e["slot"]] = (e["gpa"], e["size"], e["flags"])
    return sorted((gpa - base, size) for gpa, size, flags in now.values()
                  if size and flags & READONLY and base <= gpa < base + 0x10000)


@case()
def shadow_reads(context):
    """Reads of a SHADOW area reach nobody, writes do, and the next read sees them."""
    with context.machine(device()) as vm:
        base = vm.start().pci().base(0)
        here = base + SHADOWED
        equal(vm.attached(), [(0, 0, ATTACHED, base)])
        equal(slots(vm, base), [(SHADOWED, SIZE)])
        equal(reads(vm, here + 0x10), 0)
        vm.write(here + 0x10, 0xcafe0001)
        equal([(e["offset"], e["value"]) for e in vm.events("write")],
              [(SHADOWED + 0x10, 0xcafe0001)])
        equal(vm.read(here + 0x10), 0xcafe0001)
        equal(vm.read(here + 0x12, 2), 0xcafe)
        equal(vm.events("read"), [])
        equal([r["shadow"] for r in vm.get("x-kvmgt-ranges")], [SIZE])
        equal([e for e in vm.events("dma_map") if base <= e["iova"] < base + 0xf000], [])


@case()
def shadow_off(context):
    """x-kvmgt-shadow and x-kvmgt bring each read back, at run time, and let it go again."""
    with context.machine(device()) as vm:
        base = vm.start().pci().base(0)
        here = base + SHADOWED
        for name, attached in (("x-kvmgt-shadow", True), ("x-kvmgt", False)):
            off, on = (False, True) if attached else ("off", "on")
            vm.set(off, name=name)
            equal(slots(vm, base), [])
            equal(bool(vm.attached()), attached)
            equal(reads(vm, here), 1000, name)
            vm.set(on, name=name)
            equal(slots(vm, base), [(SHADOWED, SIZE)])
            equal(vm.attached(), [(0, 0, ATTACHED, base)])
            equal(reads(vm, here), 0, name)


@case()
def shadow_start_off(context):
    """x-kvmgt-shadow=off on the command line; x-no-mmap maps nothing either."""
    for options in ("x-kvmgt-shadow=off", "x-no-mmap=on"):
        with context.machine(device(options=options)) as vm:
            base = vm.start().pci().base(0)
            equal(slots(vm, base), [])
            equal(reads(vm, base + SHADOWED, 10), 10)


@case()
def shadow_moves(context):
    """The mapping follows the BAR, goes with memory decoding, and comes back."""
    with context.machine(device()) as vm:
        gpu = vm.start().pci()
        old = gpu.base(0)
        gpu.write(0x10, 0xc0000000)
        equal(slots(vm, old), [])
        equal(slots(vm, 0xc0000000), [(SHADOWED, SIZE)])
        equal(reads(vm, 0xc0000000 + SHADOWED), 0)
        gpu.memory(False)
        equal(slots(vm, 0xc0000000), [])
        gpu.memory(True)
        equal(slots(vm, 0xc0000000), [(SHADOWED, SIZE)])
        vm.qmp("system_reset")
        vm.wait_ready()
        equal(slots(vm, vm.pci().base(0)), [(SHADOWED, SIZE)])


@case()
def shadow_intx(context):
    """An INTx that QEMU takes any access as the end of: nothing is mapped."""
    with context.machine(device("intx"), extra=("-global", "vfio-pci.x-no-kvm-intx=on")) as vm:
        base = vm.start().pci().base(0)
        equal(vm.attached(), [])
        equal(slots(vm, base), [])
        equal(reads(vm, base + SHADOWED, 10), 10)


@case()
def shadow_debugger(context):
    """A debugger's write to the mapping goes to the device, and QEMU survives it."""
    with context.machine(device(), extra=("-gdb", "unix:{dir}/gdb,server=on,wait=off")) as vm:
        base = vm.start().pci().base(0)
        vm.events()
        with socket.socket(socket.AF_UNIX) as gdb:
            gdb.connect(f"{vm.dir}/gdb")
            gdb.settimeout(20)
            text = f"M{base + SHADOWED + 0x20:x},4:78563412"
            gdb.sendall(f"${text}#{sum(text.encode()) & 255:02x}".encode())
            answer = b""
            while b"OK" not in answer:
                answer += gdb.recv(100)
            gdb.sendall(b"$D#44")
            gdb.recv(100)
        contains(str([(e["offset"], e["value"]) for e in vm.events("write")]),
                 str((SHADOWED + 0x20, 0x12345678)))
        vm.qmp("cont")
        equal(vm.read(base + SHADOWED + 0x20), 0x12345678)


@case()
def shadow_unplug(context):
    """A device is unplugged with its area mapped: the mapping goes before the device."""
    with context.machine(device()) as vm:
        base = vm.start().pci().base(0)
        vm.qmp("device_del", id="gpu0")
        vm.guest(f"o 4 ae08 {int(vm.guest('i 4 ae04'), 16):x}")
        vm.qmp.wait("DEVICE_DELETED", 20)
        equal(slots(vm, base), [])
        equal(vm.attached(), [])


@case()
def shadow_start_fails(context):
    """A device that has mapped its areas and then is refused leaves no mess."""
    with context.machine(device("feature 25", options="x-kvmgt=on")) as vm:
        status, words = vm.ends()
        equal(status, 1)
        contains(words, "x-kvmgt=on")


@case()
def classes(context):
    """One page is watched, in the kernel or in QEMU, while the rest stays as it is."""
    with context.machine(device()) as vm:
        base = vm.start().pci().base(0)
        page, next_page = base + SHADOWED, base + SHADOWED + 0x1000
        vm.set("0:0x1000+0x1000=emulated", name="x-kvmgt-classes")
        equal(slots(vm, base), [(0x2000, 0x1000)])
        equal(vm.attached(), [(0, 0, ATTACHED, base)])
        equal((reads(vm, page), reads(vm, next_page)), (1000, 0))
        vm.set("0:0x1004+4=userspace,0:0xf000+0x1000=userspace", name="x-kvmgt-classes")
        equal(vm.attached(), [(0, 0, 0x1004, base), (0, 0x1008, ATTACHED - 0x1008, base + 0x1008)])
        equal((reads(vm, page + 4), reads(vm, base + 0xf000)), (1000, 1000))
        equal(vm.get("x-kvmgt-classes"), "0:0x1004+4=userspace,0:0xf000+0x1000=userspace")
        vm.set("", name="x-kvmgt-classes")
        equal(slots(vm, base), [(SHADOWED, SIZE)])
        equal(vm.attached(), [(0, 0, ATTACHED, base)])
        equal((reads(vm, page), reads(vm, base + 0xf000)), (0, 0))


@case()
def bad_classes(context):
    """A list that makes no sense is refused as a whole."""
    with context.machine(device()) as vm:
        base = vm.start().pci().base(0)
        for text in ("nonsense", "0:0x1000+0x1000=shadow", "0:0xf000+0x1001=emulated",
                     "0:0x1000+0=emulated", "1:0+4=emulated", "0:-4+8=emulated",
                     "0:0+4=emulated,", "0:0x1000+0x1000=emulated,0:0+4=x"):
            try:
                vm.set(text, name="x-kvmgt-classes")
            except QmpError:
                pass
            else:
                raise AssertionError(f"{text} was accepted")
            equal(slots(vm, base), [(SHADOWED, SIZE)], text)
