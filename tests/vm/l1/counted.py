# SPDX-License-Identifier: GPL-2.0
"""What a guest on a vGPU costs: its accesses to registers and its exits, by the path they take."""

import os

import l2

# Where accesses are answered, and the properties of the vGPU's device that make it so.
SETTINGS = {"vfio": {"x-kvmgt": "off"}, "emulated": {"x-kvmgt": "on", "x-kvmgt-shadow": "off"},
            "kernel": {"x-kvmgt": "on"}}


def path_of(props):
    """The path that properties choose, others than those of SETTINGS among them."""
    keys = {key for settings in SETTINGS.values() for key in settings}
    chosen = {key: value for key, value in props.items() if key in keys}
    return next(path for path, settings in SETTINGS.items() if settings == chosen)


def touched(before, after):
    """Registers that were touched between two looks: (name, offset, reads, writes)."""
    old = {offset: (reads, writes) for _, offset, reads, writes in before}
    rows = []
    for name, offset, reads, writes in after:
        was = old.get(offset, (0, 0))
        if (reads, writes) != was:
            rows.append((name, offset, reads - was[0], writes - was[1]))
    return rows


class Counted:
    """Part of a guest: its vGPU counts from the start."""

    def count(self, dev, props):
        """Before QEMU starts: begins to count, and remembers where accesses go."""
        self.dev = dev
        self.path = path_of(props)
        l2.write_file(os.path.join(l2.DEBUGFS, dev.uuid, "count"), "1")

    def counters(self):
        """Registers that were touched so far: (name, offset, VFIO's reads and writes, all)."""
        rows = [line.rsplit(" ", 5) for line in self.dev.debugfs("counters").splitlines()[1:]]
        return [(name, *(int(word, 0) for word in words)) for name, *words in rows]

    def registers(self):
        """Registers that were touched so far: (name, offset, reads, writes)."""
        return [(name, offset, reads, writes)
                for name, offset, _, _, reads, writes in self.counters()]

    def through_vfio(self):
        """Accesses so far that QEMU made on the vGPU's file, also before it attached."""
        return sum(reads + writes for _, _, reads, writes, _, _ in self.counters())

    def shadowed(self):
        """Where the guest reads BAR0 from memory: ranges of offsets."""
        if self.path != "kernel":
            return []
        rows = [line.split() for line in self.dev.debugfs("classes").splitlines()[1:]]
        return [range(int(offset, 0), int(offset, 0) + int(size, 0))
                for region, offset, size, name in rows if (region, name) == ("0", "shadow")]

    def accesses(self):
        """What the vGPU counted so far, by the names that the benchmark uses."""
        rows, shadowed = self.registers(), self.shadowed()
        return {"reads": sum(row[2] for row in rows), "writes": sum(row[3] for row in rows),
                "shadow_writes": sum(row[3] for row in rows
                                     if any(row[1] in area for area in shadowed))}

    def exits(self):
        """What KVM counted so far."""
        return {"exits": self.stat("exits"), "userspace_exits": self.mmio_exits()}

    def cost(self):
        """All of it.  What the guest does meanwhile is in the exits alone."""
        return {**self.accesses(), **self.exits()}

    def begin(self):
        """The same before a workload: what the guest does meanwhile is in the accesses alone.

        So the exits in between are never fewer than those that the accesses in between took.
        """
        exits = self.exits()
        return {**self.accesses(), **exits}
