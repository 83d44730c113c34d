# SPDX-License-Identifier: GPL-2.0
"""A device whose BAR the guest enables, moves, hides and loses."""
from ktap import case, equal, contains
from machine import (Device, EMULATED, FIRST_GROUP, PASSTHROUGH, SHADOW, USERSPACE, bar)
from qmp import QmpError

PASS_OFFSET = 0x2000
PLAIN_BAR = bar(0, 0x10000, [(0, 0x2000, EMULATED), (PASS_OFFSET, 0x1000, PASSTHROUGH),
                             (0x3000, 0x1000, USERSPACE), (0x4000, 0xc000, EMULATED)],
                "mmap", sparse=(PASS_OFFSET, 0x1000))
SWITCH = 0x59           # a PAM register of the host bridge: changes the memory map elsewhere


def plain(*lines, options=""):
    return Device(*PLAIN_BAR, *lines, options=options)


def ranges(base):
    """What must be attached of PLAIN_BAR."""
    return [(0, 0, 0x2000, base), (0, 0x4000, 0xc000, base + 0x4000)]


def requests(events):
    """Attach and detach requests as (what, ranges)."""
    return [(e["ev"], sorted(tuple(r) for r in e["ranges"])) for e in events]


@case()
def enable(context):
    """What the firmware has mapped is attached, with one request."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        equal(vm.attached(), ranges(base))
        last = [e for e in vm.events("attach", "detach")][-1:]
        equal(requests(last), [("attach", ranges(base))])
        equal(vm.get("x-kvmgt-status"), "on")


@case()
def shadow(context):
    """A SHADOW area is attached too, in one range with its neighbours."""
    areas = [(0, 0x1000, EMULATED), (0x1000, 0x1000, SHADOW), (0x2000, 0x2000, EMULATED)]
    with context.machine(Device(*bar(1, 0x4000, areas))) as vm:
        base = vm.start().pci().base(1)
        equal(vm.attached(), [(1, 0, 0x4000, base)])


@case()
def decode(context):
    """Memory decoding off detaches, on attaches, both before KVM changes its slots."""
    with context.machine(plain()) as vm:
        gpu = vm.start().pci()
        base = gpu.base(0)
        slot = base + PASS_OFFSET
        vm.events()
        for on, verb in ((False, "detach"), (True, "attach")):
            gpu.memory(on)
            events = vm.events("attach", "detach", "slot")
            # Above bit 16 is KVM's second address space, of system management mode.
            events = [e for e in events if e["ev"] != "slot" or e["slot"] < 1 << 16]
            equal(requests(events[:1]), [(verb, ranges(base))], "first event")
            equal([(e["ev"], e["gpa"], e["size"] != 0) for e in events[1:]],
                  [("slot", slot, on)], "rest")


@case()
def move(context):
    """A BAR is moved, with decoding off and on; the values stay."""
    with context.machine(plain()) as vm:
        gpu = vm.start().pci()
        old = gpu.base(0)
        vm.write(old + 0x10, 0xcafe0001)
        gpu.memory(False)
        equal(vm.attached(), [])
        gpu.move(0, 0xc0000000)
        equal(vm.attached(), [])
        gpu.memory(True)
        equal(vm.attached(), ranges(0xc0000000))
        equal(vm.read(0xc0000010), 0xcafe0001)
        vm.events()
        gpu.move(0, 0xd0000000)
        equal(requests(vm.events("attach", "detach")),
              [("detach", ranges(0xc0000000)), ("attach", ranges(0xd0000000))])
        equal(vm.read(0xd0000010), 0xcafe0001)


@case()
def unrelated(context):
    """Other changes of the memory map cost no request, nor do stop and cont."""
    with context.machine(plain()) as vm:
        bridge = vm.start().pci(0)
        before = bridge.read(SWITCH, 1)
        vm.events()
        bridge.write(SWITCH, before ^ 0x30, 1)
        bridge.write(SWITCH, before, 1)
        vm.qmp("stop")
        vm.qmp("cont")
        events = vm.events()
        equal(requests([e for e in events if e["ev"] in ("attach", "detach")]), [])
        if not [e for e in events if e["ev"] == "slot"]:
            raise AssertionError("the PAM register changed no memory slot: the case is void")


@case()
def hand_over(context):
    """An address changes hands between two devices within one transaction."""
    with context.machine(plain(), plain()) as vm:
        first, second = vm.start().pci(4), vm.pci(5)
        a, b = first.base(0), second.base(0)
        equal(vm.attached(42), ranges(a))
        equal(vm.attached(43), ranges(b))
        vm.events()
        first.move(0, b)
        equal((vm.attached(42), vm.attached(43)), (ranges(b), []), "first hides second")
        first.move(0, 0xd0000000)
        equal((vm.attached(42), vm.attached(43)), (ranges(0xd0000000), ranges(b)))
        second.move(0, a)
        first.move(0, b)
        equal((vm.attached(42), vm.attached(43)), (ranges(b), ranges(a)), "swapped")
        bad = [e for e in vm.events("attach", "detach") if e["ret"]]
        equal(bad, [], "refused requests")


@case()
def behind_bridge(context):
    """The window of a bridge opens and closes over the device."""
    extra = ("-device", "pci-bridge,id=bridge,chassis_nr=1,addr=4")
    with context.machine(plain(), extra=extra, where="bus=bridge,addr=1") as vm:
        base = vm.start().pci(1, bus=1).base(0)
        equal(vm.attached(), ranges(base))
        vm.pci(4).memory(False)
        equal(vm.attached(), [])
        vm.pci(4).memory(True)
        equal(vm.attached(), ranges(base))


@case()
def under_ecam(context):
    """A BAR moved under the ECAM window of q35 is not attached there."""
    with context.machine(plain(), machine="q35") as vm:
        gpu = vm.start().pci()
        base = gpu.base(0)
        equal(vm.attached(), ranges(base))
        gpu.move(0, 0xb8000000)
        equal(vm.attached(), [])
        gpu.move(0, base)
        equal(vm.attached(), ranges(base))


@case()
def high_address(context):
    """A BAR that flashes by beyond the guest's physical addresses is left alone there."""
    device = Device(*bar(0, 0x10000, [(0, 0x10000, EMULATED)], "64"))
    with context.machine(device, extra=("-cpu", "qemu64,phys-bits=40")) as vm:
        gpu = vm.start().pci()
        base = gpu.base(0)
        gpu.write(0x14, 0x0fffffff)
        equal(vm.attached(), [])
        gpu.write(0x14, 0xff)
        equal(vm.attached(), [(0, 0, 0x10000, 0xff << 32 | base)])
        gpu.write(0x14, 0x100)
        equal(vm.attached(), [])
        gpu.write(0x14, 0)
        equal(vm.attached(), [(0, 0, 0x10000, base)])


@case()
def reset(context):
    """A reset detaches before it resets the device; the next boot attaches again."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        vm.events()
        vm.qmp("system_reset")
        vm.wait_ready()
        equal([e["attached"] for e in vm.events("reset")][:1], [0], "attached at reset")
        equal(vm.attached(), ranges(base))


@case()
def unplug(context):
    """An unplugged device is detached before it is closed, and another can come."""
    with context.machine(plain()) as vm:
        vm.start()
        vm.events()
        vm.qmp("device_del", id="gpu0")
        slots = int(vm.guest("i 4 ae04"), 16)
        equal(slots, 1 << 4, "slots to eject")
        vm.guest(f"o 4 ae08 {slots:x}")
        vm.qmp.wait("DEVICE_DELETED", 20)
        equal([(e["ev"], e.get("attached")) for e in vm.events("detach", "close")],
              [("detach", None), ("close", 0)])
        add_device(vm, plain(), "gpu1")
        gpu = vm.pci(6)
        gpu.move(0, 0xc0000000)
        gpu.memory(True)
        equal(vm.attached(FIRST_GROUP + 1), ranges(0xc0000000))


def add_device(vm, device, name):
    driver, *options = vm.prepare(device).split(",")
    options = dict(option.split("=") for option in options)
    options = {k: int(v) if v.isdigit() else v for k, v in options.items()}
    vm.qmp("device_add", driver=driver, id=name, addr="6", **options)


@case()
def failed_hotplug(context):
    """A device that fails to realize after it has joined leaves nothing behind."""
    with context.machine(plain()) as vm:
        gpu = vm.start().pci()
        try:
            add_device(vm, plain(options="xres=640"), "gpu1")
        except QmpError as error:
            contains(str(error), "require display=on")
        else:
            raise AssertionError("device_add succeeded")
        equal([e["dev"] for e in vm.events("close")], [43])
        gpu.move(0, 0xc0000000)
        equal(vm.attached(), ranges(0xc0000000))


@case()
def no_cpr(context):
    """A transfer to a new QEMU that keeps the device open is refused while attached."""
    shared = ("-object", "memory-backend-memfd,id=ram,size=64M,share=on")
    with context.machine(plain(), machine="pc,aux-ram-share=on,memory-backend=ram",
                         extra=shared) as vm:
        vm.start().qmp("migrate-set-parameters", mode="cpr-transfer")
        channels = [{"channel-type": kind,
                     "addr": {"transport": "socket", "type": "unix", "path": f"{vm.dir}/{kind}"}}
                    for kind in ("main", "cpr")]
        try:
            vm.qmp("migrate", channels=channels)
        except QmpError as error:
            contains(str(error), "x-kvmgt")
        else:
            raise AssertionError("migrate succeeded")
