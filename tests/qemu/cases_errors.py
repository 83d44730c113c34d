# SPDX-License-Identifier: GPL-2.0
"""The switch, and what happens where the kernel cannot or will not."""
import errno

from cases_basic import plain, ranges, requests
from ktap import case, contains, equal
from machine import Device, EMULATED, bar
from qmp import QmpError


def refused(context, device, text, **kwargs):
    """x-kvmgt=on must keep QEMU from starting, with these words."""
    device.options = ",".join(filter(None, (device.options, "x-kvmgt=on")))
    with context.machine(device, **kwargs) as vm:
        status, words = vm.ends()
        equal(status, 1, "exit status")
        contains(words, "x-kvmgt=on: " + text)
        equal([e for e in vm.history() if e["ev"] in ("attach", "detach")], [])


def falls_back(context, device, text, **kwargs):
    """x-kvmgt=auto must start silently and leave everything to QEMU; on is refused later."""
    with context.machine(device, **kwargs) as vm:
        base = vm.start().pci().base(0)
        vm.write(base + 0x10, 0x12345678)
        equal(vm.read(base + 0x10), 0x12345678)
        equal(vm.events("attach", "detach"), [])
        equal(vm.get("x-kvmgt-status"), "off: " + text)
        equal(vm.get("x-kvmgt-ranges"), [])
        equal([line for line in vm.stderr().split("\n") if "vfio" in line or "kvmgt" in line], [],
              "messages")
        try:
            vm.set("on")
        except QmpError as error:
            contains(str(error), "x-kvmgt=on: " + text)
        else:
            raise AssertionError("qom-set on succeeded")
        equal(vm.get("x-kvmgt"), "auto", "value after a refused change")


@case()
def switch(context):
    """off detaches at once, on and auto attach again, and the guest sees no difference."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        vm.write(base + 0x10, 0xcafe0001)
        for value in ("off", "on", "off", "auto"):
            vm.events()
            vm.set(value)
            verb = "detach" if value == "off" else "attach"
            equal(requests(vm.events("attach", "detach")), [(verb, ranges(base))])
            equal(vm.get("x-kvmgt"), value)
            equal(vm.get("x-kvmgt-status"), "off: switched off" if value == "off" else "on")
            equal(vm.read(base + 0x10), 0xcafe0001)
        vm.set("on")
        equal(vm.events("attach", "detach"), [], "auto to on")


@case()
def off_from_start(context):
    """off asks the kernel nothing; it can be switched on later, wherever the BAR is then."""
    with context.machine(plain(options="x-kvmgt=off")) as vm:
        gpu = vm.start().pci()
        equal(vm.events("probe", "attach", "detach"), [])
        gpu.move(0, 0xc0000000)
        vm.set("on")
        equal(vm.attached(), ranges(0xc0000000))


@case()
def two_devices(context):
    """The switch of one device leaves the other alone."""
    with context.machine(plain(), plain()) as vm:
        first, second = vm.start().pci(4).base(0), vm.pci(5).base(0)
        vm.set("off")
        equal((vm.attached(42), vm.attached(43)), ([], ranges(second)))
        vm.set("off", "gpu1")
        vm.set("auto")
        equal((vm.attached(42), vm.attached(43)), (ranges(first), []))


@case()
def bad_value(context):
    """Nonsense is refused and changes nothing."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        try:
            vm.set("perhaps")
        except QmpError:
            pass
        else:
            raise AssertionError("accepted")
        equal(vm.get("x-kvmgt"), "auto")
        equal(vm.attached(), ranges(base))


@case(kvm=False)
def tcg_on(context):
    """Under TCG on is refused."""
    refused(context, plain(), "it needs KVM", accel="tcg")


@case(kvm=False)
def tcg_auto(context):
    """Under TCG auto falls back."""
    falls_back(context, plain(), "it needs KVM", accel="tcg")


OLD_KERNEL = f"feature {errno.ENOTTY}"
NO_VM = f"feature {errno.ENODEV}"


@case()
def old_kernel_on(context):
    """On a kernel without the feature on is refused."""
    refused(context, plain(OLD_KERNEL), "the kernel driver of the device cannot do it")


@case()
def old_kernel_auto(context):
    """On a kernel without the feature auto falls back."""
    falls_back(context, plain(OLD_KERNEL), "the kernel driver of the device cannot do it")


@case()
def no_vm_on(context):
    """Without a VM bound on is refused."""
    refused(context, plain(NO_VM), "the device is not bound to a VM")


@case()
def no_vm_auto(context):
    """Without a VM bound auto falls back."""
    falls_back(context, plain(NO_VM), "the device is not bound to a VM")


@case()
def no_region(context):
    """A device whose regions offer nothing: on is refused, auto falls back."""
    text = "the device has no region for it"
    refused(context, Device(*bar(0, 0x1000, [])), text)
    falls_back(context, Device(*bar(0, 0x1000, [])), text)


@case()
def no_mmap(context):
    """x-no-mmap wants to see each access: on is refused, auto falls back."""
    text = "x-no-mmap asks to see each access"
    refused(context, plain(options="x-no-mmap=on"), text)
    falls_back(context, plain(options="x-no-mmap=on"), text)


def five():
    return bar(0, 0x1000, [(i * 0x200, 0x100, EMULATED) for i in range(5)])


@case()
def bus_full(context):
    """ENOSPC is soft: what fits is attached, one warning; the rest is tried again later."""
    with context.machine(Device(*five(), "room 2")) as vm:
        gpu = vm.start().pci()
        equal([r[:3] for r in vm.attached()], [(0, 0, 0x100), (0, 0x200, 0x100)])
        equal(vm.get("x-kvmgt-status"), "on, partly")
        equal(vm.stderr().count("No space left on device"), 1, "warnings")
        gpu.move(0, 0xc0000000)
        equal(vm.attached(), [(0, 0, 0x100, 0xc0000000), (0, 0x200, 0x100, 0xc0000200)])
        equal(vm.stderr().count("No space left on device"), 1, "warnings")
        vm.write(0xc0000800, 5)
        equal(vm.read(0xc0000800), 5)


@case()
def one_refused(context):
    """EEXIST for one range does not keep the others from being attached."""
    with context.machine(Device(*five(), f"refuse 0 0x400 {errno.EEXIST}")) as vm:
        base = vm.start().pci().base(0)
        equal(vm.attached(), [(0, o, 0x100, base + o) for o in (0, 0x200, 0x600, 0x800)])
        contains(vm.stderr(), "File exists")
        vm.events()
        vm.set("off")
        vm.set("on")
        tries = [e for e in vm.events("attach") if [0, 0x400, 0x100, base + 0x400] in e["ranges"]]
        equal([e["ret"] for e in tries], [-errno.EEXIST] * 2, "tried again, with all and alone")


MSI_CONTROL = 0x52
INTX = ("intx", "msi", "door 0 0xff00")


@case()
def intx_without_kvm(context):
    """While INTx goes through QEMU nothing is attached, and nothing toggles per interrupt."""
    with context.machine(plain(*INTX, options="x-no-kvm-intx=on,x-intx-mmap-timeout-ms=50")) as vm:
        gpu = vm.start().pci()
        base = gpu.base(0)
        paused = "paused: INTx needs each access to reach QEMU"
        equal(vm.attached(), [])
        equal(vm.get("x-kvmgt-status"), paused)
        for i in range(3):
            vm.write(base + 0xff00, i)
            vm.read(base)
        equal(len([e for e in vm.events() if e["ev"] == "intx"]), 3, "interrupts")
        equal(vm.attached(), [])
        gpu.write(MSI_CONTROL, 1, 2)
        equal(vm.get("x-kvmgt-status"), "on")
        equal(vm.attached(), ranges(base), "with MSI")
        gpu.write(MSI_CONTROL, 0, 2)
        equal(vm.attached(), [], "with INTx again")
        vm.set("off")
        vm.set("on")
        equal(vm.attached(), [], "switched on while INTx is in use")


@case()
def intx_with_kvm(context):
    """INTx that KVM resamples does not stand in the way."""
    with context.machine(plain(*INTX)) as vm:
        base = vm.start().pci().base(0)
        equal(vm.attached(), ranges(base))
