# SPDX-License-Identifier: GPL-2.0
"""The map of a region, good and bad, and what the user is shown."""
from cases_basic import plain, ranges
from ktap import case, equal
from machine import Device, EMULATED, PASSTHROUGH, SHADOW, USERSPACE, bar


# Areas, and what QEMU has to say about each.
AREAS = [
    ((0x0000, 0x1000, EMULATED), "ok"),
    ((0x0800, 0x1000, EMULATED), "overlap"),
    ((0x2000, 0x1000, 77), "unknown class"),
    ((0x3000, 0x1000, EMULATED, 1), "unknown flags"),
    ((0x4000, 0, EMULATED), "outside the region"),
    ((0x5000, 0x1000, USERSPACE), "ok"),
    ((0x6800, 0x1000, SHADOW), "not page aligned"),
    ((0x8001, 0x0007, EMULATED), "ok"),         # odd, and fine
    ((0x9000, 0x10000, EMULATED), "outside the region"),
    ((0x20000, 0x1000, EMULATED), "outside the region"),
    ((0x9000, 0xfffffffffffff000, EMULATED), "outside the region"),
    ((0xf000, 0x1000, EMULATED), "ok"),
]
DEFECTS = ("truncated", "short", "loop", "beyond", "version")


def odd_areas():
    return Device(*bar(0, 0x10000, [area for area, _ in AREAS]))


def bad_capabilities():
    """Five BARs with a bad capability each, one with a good one."""
    lines = []
    for number, defect in enumerate(DEFECTS):
        lines += bar(number, 0x1000, [(0, 0x1000, EMULATED)])
        lines.append(f"defect {number} {defect}")
    return Device(*lines, *bar(5, 0x1000, [(0, 0x1000, EMULATED)]))


def trace(vm, event):
    """The arguments of each time that a trace event was hit."""
    return [line.split(event + "  ", 1)[1] for line in vm.stderr().split("\n")
            if event + "  " in line]


@case(kvm=False)
def tcg_areas(context):
    """Each area of a map is judged, also under TCG."""
    with context.machine(odd_areas(), accel="tcg", extra=("-trace", "vfio_inkernel_*")) as vm:
        vm.start()
        want = []
        for (offset, size, kind, *_), word in AREAS:
            want.append(f"region 0 offset {offset:#x} size {size:#x} class {kind} {word}")
        equal([line.split(") ", 1)[1] for line in trace(vm, "vfio_inkernel_area")], want)


@case(kvm=False)
def tcg_capabilities(context):
    """Bad capabilities are noticed, also under TCG."""
    extra = ("-trace", "vfio_inkernel_*")
    with context.machine(bad_capabilities(), accel="tcg", extra=extra) as vm:
        vm.start()
        bad = [line.split(") ", 1)[1] for line in trace(vm, "vfio_inkernel_bad_map")]
        equal(bad, [f"region {n}: capability missing or malformed" for n in range(len(DEFECTS))])
        equal(len(trace(vm, "vfio_inkernel_area")), 1, "good ones")


@case()
def malformed_areas(context):
    """Areas that make no sense are ignored, the others of the region are attached."""
    with context.machine(odd_areas()) as vm:
        base = vm.start().pci().base(0)
        equal(vm.attached(), [(0, 0, 0x1000, base), (0, 0x8001, 7, base + 0x8001),
                              (0, 0xf000, 0x1000, base + 0xf000)])


@case()
def malformed_capabilities(context):
    """A capability that ends early, loops, leaves the buffer or is newer is ignored."""
    with context.machine(bad_capabilities()) as vm:
        base = vm.start().pci().base(5)
        equal(vm.attached(), [(5, 0, 0x1000, base)])


@case()
def quirk_holes(context):
    """What QEMU overlays stays with QEMU: holes of 2 and 4 bytes in an Intel device."""
    device = Device(*bar(0, 0x1000000, [(0, 0x1000000, EMULATED)]),
                    identity=(0x8086, 0x1912, 0x030000))
    with context.machine(device) as vm:
        base = vm.start().pci().base(0)
        holes = [(0x108040, 2), (0x1080c0, 4)]
        want, at = [], 0
        for offset, size in [*holes, (0x1000000, 0)]:
            want.append((0, at, offset - at, base + at))
            at = offset + size
        equal(vm.attached(), want)


@case()
def huge(context):
    """A range is at most 1 GiB: a larger BAR becomes several."""
    device = Device(*bar(0, 1 << 31, [(0, 1 << 31, EMULATED)], "64", "prefetch"))
    with context.machine(device) as vm:
        gpu = vm.start().pci()
        base = gpu.read(0x14) << 32 | gpu.base(0)
        equal(vm.attached(), [(0, 0, 1 << 30, base), (0, 1 << 30, 1 << 30, base + (1 << 30))])


@case()
def many(context):
    """More ranges than one request carries, and than fit: the first 256 are attached."""
    count = 300
    areas = []
    for i in range(count):
        areas += [(i * 16, 8, EMULATED), (i * 16 + 8, 8, USERSPACE)]
    with context.machine(Device(*bar(0, 0x2000, areas))) as vm:
        base = vm.start().pci().base(0)
        equal(len(vm.attached()), 256)
        equal(vm.attached()[0], (0, 0, 8, base))
        equal(vm.get("x-kvmgt-status"), "on, partly")
        biggest = max(len(e["ranges"]) for e in vm.history() if e["ev"] == "attach")
        equal(biggest, 256, "largest request")


@case()
def several_regions(context):
    """Regions of one device share a request, also when they follow each other."""
    device = Device(*bar(0, 0x1000, [(0, 0x1000, EMULATED)]),
                    *bar(2, 0x1000, [(0, 0x1000, EMULATED)]),
                    *bar(4, 0x1000, [(0, 0x1000, PASSTHROUGH)], "mmap"))
    with context.machine(device) as vm:
        gpu = vm.start().pci()
        vm.events()
        gpu.memory(False)
        gpu.move(0, 0xc0000000)
        gpu.move(2, 0xc0001000)
        gpu.memory(True)
        want = [(0, 0, 0x1000, 0xc0000000), (2, 0, 0x1000, 0xc0001000)]
        equal(vm.attached(), want)


@case()
def ranges_property(context):
    """x-kvmgt-ranges lists what is attached with the kernel's counters."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        before = {(r["region"], r["offset"]): r for r in vm.get("x-kvmgt-ranges")}
        equal(sorted((r["region"], r["offset"], r["size"], r["gpa"]) for r in before.values()),
              ranges(base))
        equal(sorted(before[0, 0]), ["bytes", "gpa", "offset", "reads", "refused", "region",
                                     "shadow", "size", "writes"])
        for _ in range(3):
            vm.read(base + 0x4010)
        vm.write(base + 0x4010, 1, width=2)
        after = {(r["region"], r["offset"]): r for r in vm.get("x-kvmgt-ranges")}
        for name, more in (("reads", 3), ("writes", 1), ("bytes", 14), ("refused", 0)):
            equal(after[0, 0x4000][name] - before[0, 0x4000][name], more, name)
            equal(after[0, 0][name], before[0, 0][name], name + " of the other")
        vm.set("off")
        equal(vm.get("x-kvmgt-ranges"), [])


@case()
def monitor(context):
    """The human monitor shows the property."""
    with context.machine(plain()) as vm:
        base = vm.start().pci().base(0)
        text = vm.qmp("human-monitor-command",
                      command_line="qom-get /machine/peripheral/gpu0 x-kvmgt-ranges")
        for number in (0xc000, base + 0x4000):
            if str(number) not in text:
                raise AssertionError(f"{number} is not in {text}")
