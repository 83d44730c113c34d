# SPDX-License-Identifier: GPL-2.0
"""What a guest on a vGPU costs: its accesses to registers and its exits, by the path they take."""

import os

import l2

# Where accesses are answered, by what x-kvmgt and x-kvmgt-shadow are set to.
PATHS = {("on", "on"): "kernel", ("on", "off"): "emulated", ("off", "on"): "vfio"}


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
        self.path = PATHS[props["x-kvmgt"], props.get("x-kvmgt-shadow", "on")]
        l2.write_file(os.path.join(l2.DEBUGFS, dev.uuid, "count"), "1")

    def registers(self):
        """Registers that were touched so far: (name, offset, reads, writes)."""
        rows = [line.rsplit(" ", 5) for line in self.dev.debugfs("counters").splitlines()[1:]]
        return [(name, int(offset, 0), int(reads), int(writes))
                for name, offset, _, _, reads, writes in rows]

    def through_vfio(self):
        """Accesses so far that QEMU made on the vGPU's file, also before it attached."""
        return sum(int(vfio_reads) + int(vfio_writes) for *_, vfio_reads, vfio_writes, _, _ in
                   (line.rsplit(" ", 5) for line in self.dev.debugfs("counters").splitlines()[1:]))

    def shadowed(self):
        """Where the guest reads BAR0 from memory: ranges of offsets."""
        if self.path != "kernel":
            return []
        rows = [line.split() for line in self.dev.debugfs("classes").splitlines()[1:]]
        return [range(int(offset, 0), int(offset, 0) + int(size, 0))
                for region, offset, size, name in rows if (region, name) == ("0", "shadow")]

    def cost(self):
        """Everything that is counted, so far, by the names that the benchmark uses."""
        rows, shadowed = self.registers(), self.shadowed()
        return {"reads": sum(row[2] for row in rows), "writes": sum(row[3] for row in rows),
                "shadow_writes": sum(row[3] for row in rows
                                     if any(row[1] in area for area in shadowed)),
                "exits": self.stat("exits"),
                "userspace_exits": self.mmio_exits()}
