# SPDX-License-Identifier: GPL-2.0
"""callsites.py - where a module calls what may fail, read from its object file.

A stack trace of the kernel names a call by function and offset of what comes behind it.
"""

import collections
import re
import struct

# Allocations, copies from and to userspace, and what the kernel does for us that needs memory.
MAY_FAIL = re.compile(
    r"^(__k[vz]?malloc\w*|k[vz]?malloc(?!_caches)\w*|k[vz]?calloc\w*|__vmalloc\w*|v[mz]alloc(?!_to_)\w*"
    r"|pcpu_alloc\w*|_*alloc_pages\w*|get_free_pages\w*|bitmap_z?alloc\w*|_*xa_store"
    r"|v?memdup_user\w*|_*(inline_)?copy_(from|to)_user|simple_read_from_buffer|kstrtobool_from_user"
    r"|vfio_pin_pages|vfio_dma_rw|vfio_info_add_capability|vfio_virqfd_enable|_vfio_alloc_device"
    r"|vfio_register_emulated_iommu_dev|mdev_register_(driver|parent)|class_register|device_create"
    r"|kobject_create_and_add|sysfs_create_group|register_kprobe|debugfs_create_dir"
    r"|single_open|seq_open|__SCT__kvm_symbols_register)$")
CALL, JUMP = 0xe8, 0xe9
Site = collections.namedtuple("Site", "function offset callee")


class Object:
    """An ELF64 relocatable file, as far as calls go."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        shoff, = struct.unpack_from("<Q", self.data, 0x28)
        size, number, _ = struct.unpack_from("<HHH", self.data, 0x3a)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, shoff + i * size)
                         for i in range(number)]
        self.symbols = self._symbols()

    def _string(self, section, offset):
        start = self.sections[section][4] + offset
        return self.data[start:self.data.index(b"\0", start)].decode()

    def _symbols(self):
        table = next(s for s in self.sections if s[1] == 2)
        found = []
        for at in range(table[4], table[4] + table[5], 24):
            name, info, _, section, value, length = struct.unpack_from("<IBBHQQ", self.data, at)
            found.append((self._string(table[6], name), info & 15, section, value, length))
        return found

    def _function(self, section, offset):
        for name, kind, where, value, length in self.symbols:
            if kind == 2 and where == section and value <= offset < value + length:
                return name, value
        return None, 0

    def _branches(self):
        """Calls, and jumps that end a function: opcode, function, offset behind it, callee."""
        for rela in self.sections:
            if rela[1] != 4:  # SHT_RELA
                continue
            text = self.sections[rela[7]]
            if not text[2] & 4:  # SHF_EXECINSTR
                continue
            for at in range(rela[4], rela[4] + rela[5], 24):
                offset, info, addend = struct.unpack_from("<QQq", self.data, at)
                opcode = self.data[text[4] + offset - 1]
                if opcode not in (CALL, JUMP):
                    continue
                name, kind, where, _, _ = self.symbols[info >> 32]
                if kind == 3:  # a section: the function at the addend
                    name = self._function(where, addend + 4)[0]
                function, start = self._function(rela[7], offset)
                if function and name:
                    yield opcode, function, offset + 4 - start, name

    def sites(self):
        """Calls of what may fail: Sites; and of what jumps there, leaving no trace of itself.

        Also functions that do so and that nothing here calls: whom the kernel calls.
        """
        branches = list(self._branches())
        through = {}
        for opcode, function, _, callee in branches:
            if opcode == JUMP and MAY_FAIL.match(callee):
                through[function] = callee
        found = [Site(function, offset, through.get(callee, callee))
                 for opcode, function, offset, callee in branches
                 if opcode == CALL and (MAY_FAIL.match(callee) or callee in through)]
        called = {callee for opcode, _, _, callee in branches if opcode == CALL}
        return found, sorted(set(through) - called)
