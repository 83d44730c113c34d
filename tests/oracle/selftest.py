#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The oracle agrees with logs worked out by hand and objects to spoilt ones.

  selftest.py ORACLE     KTAP on stdout
"""

import struct
import subprocess
import sys
import tempfile

NOTE, RESET, READ, WRITE, XCHG, OR, AND, XOR, ADD, XADD, CMPXCHG = range(11)
NOCMP = 1


def header(count, magic=b"KVMGTLOG", version=1, size=40, dropped=0):
    return struct.pack("<8sIIII16x", magic, version, size, count, dropped)


def record(op, off=0, length=4, given=0, got=0, flags=0, new=0):
    if op == CMPXCHG:
        given |= new << 64
    return struct.pack("<BBHI16s16s", op, length, flags, off,
                       given.to_bytes(16, "little"), got.to_bytes(16, "little"))


def run(oracle, model, data):
    """Exit code and output of the oracle for a log."""
    with tempfile.NamedTemporaryFile() as log:
        log.write(data)
        log.flush()
        done = subprocess.run([oracle, model, log.name], capture_output=True, text=True,
                              check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


# Offsets and reset values of the test model are written out here on purpose: a
# second opinion.  Values follow from model_test.h and KVM's way of cutting.
GOOD = {
    "a plain register": [
        record(READ, 0x10, got=0x01234567),
        record(WRITE, 0x10, given=0xAABBCCDD),
        record(READ, 0x11, length=2, got=0xBBCC),
        record(RESET),
        record(READ, 0x10, got=0x01234567),
    ],
    "a hole": [
        record(WRITE, 0x4, given=0, length=8),
        record(READ, 0x2, length=8, got=0xBEEFDEADBEEF4B56),
    ],
    "SSE across a page": [
        # 0xff0: eight registers, bit 31 set and read-only
        record(WRITE, 0xFFC, length=16, given=0x44444444_33333333_22222222_11111111),
        record(READ, 0xFFC, length=16, got=0xC4444444_B3333333_A2222222_91111111),
    ],
    "SSE is cut after eight bytes": [
        # ... that is in the middle of a masked register, which therefore stays
        record(WRITE, 0x1E, length=16, given=0xFFFF1234 << 48),
        record(READ, 0x24, got=0),
        record(WRITE, 0x1C, length=16, given=0xFFFF1234 << 64),
        record(READ, 0x24, got=0x1234),
        # byte 0 of the counter at 0x38 is in the first piece
        record(READ, 0x36, length=16, got=0xBEEF << 112 | 0x1 << 16),
    ],
    "xchg reads once and writes once": [
        record(XCHG, 0x38, given=7, got=1),
        record(READ, 0x38, got=2),
        record(XCHG, 0x60, length=8, given=0x1111111122222222, got=0),
        record(READ, 0x60, length=8, got=0x1111111122222222),
    ],
    "or clears what it read in a w1c register": [
        record(OR, 0x1C, given=0),
        record(READ, 0x1C, got=0),
    ],
    "and, xor, add": [
        record(AND, 0x10, given=0xFF),
        record(READ, 0x10, got=0x67),
        record(XOR, 0x10, given=0x6),
        record(ADD, 0x10, given=0xFFFFFFFF),
        record(READ, 0x10, got=0x60),
        record(XADD, 0x10, length=2, given=0xFFFF, got=0x60),
        record(READ, 0x10, got=0x5F),
    ],
    "cmpxchg": [
        record(CMPXCHG, 0x10, given=0x01234567, new=0x99, got=0x01234567),
        record(READ, 0x10, got=0x99),
        record(CMPXCHG, 0x10, given=0x1, new=0x55, got=0x99),
        record(READ, 0x10, got=0x99),
        # one that fails still writes: all causes are gone
        record(CMPXCHG, 0x1C, given=0x1, new=0x0, got=0xF0F0F0F0),
        record(READ, 0x1C, got=0),
    ],
    "a masked register takes whole dwords": [
        record(WRITE, 0x24, given=0xFFFF1234),
        record(WRITE, 0x24, length=2, given=0x5555),
        record(READ, 0x24, got=0x1234),
    ],
    "a page of class USERSPACE is the same device": [
        record(WRITE, 0x7FFE, length=4, given=0x44332211),
        record(READ, 0x8000, got=0x4433),
        record(READ, 0xC100, length=16, got=0x0DD0DD00_0DD0DD00_0DD0DD00_0DD0DD00),
    ],
    "what the payload cannot know": [
        record(READ, 0x78, length=8, got=0x1234),             # time: volatile
        record(READ, 0x10, got=0, flags=NOCMP),
        record(READ, 0x18, got=0x12345678),
    ],
}

BAD = {
    "a wrong byte": ([record(READ, 0x10, got=0x01234568)], 1),
    "a wrong xchg": ([record(XCHG, 0x10, given=1, got=0)], 1),
    "a wrong cmpxchg": ([record(CMPXCHG, 0x10, given=0, new=1, got=0)], 1),
    "a counter that ran twice": ([record(READ, 0x38, got=1), record(READ, 0x38, got=3)], 1),
    "no comparison": ([record(WRITE, 0x10)], 2),
    "an unknown operation": ([record(11, 0x10)], 2),
    "a length of 3": ([record(READ, 0x10, length=3)], 2),
    "a locked access of 16 bytes": ([record(XCHG, 0x10, length=16)], 2),
    "behind the BAR": ([record(READ, 0xFFFE, length=4)], 2),
}


def cases(oracle):
    """Each case: name, whether it holds, what the oracle said."""
    for name, records in GOOD.items():
        note = record(NOTE, given=int.from_bytes(name.encode()[:16], "little"))
        code, text = run(oracle, "test", header(len(records) + 1) + note + b"".join(records))
        yield f"agrees: {name}", code == 0 and f"{len(records) + 1} records" in text, text
    for name, (records, want) in BAD.items():
        code, text = run(oracle, "test", header(len(records)) + b"".join(records))
        yield f"objects: {name}", code == want, text

    one = record(READ, 0x600, got=8)
    code, text = run(oracle, "bochs", header(1) + one + b"behind")
    yield "agrees: the other model", code == 0 and text == "1 records, 4 bytes compared\n", text
    for name, data in {
        "another magic": header(1, magic=b"NONSENSE") + one,
        "another version": header(1, version=2) + one,
        "another record size": header(1, size=41) + one,
        "dropped records": header(1, dropped=1) + one,
        "a short log": header(2) + one,
        "an empty log": header(0),
        "nothing": b"",
    }.items():
        code, text = run(oracle, "bochs", data)
        yield f"objects: {name}", code == 2, text
    code, text = run(oracle, "no-such-model", header(1) + one)
    yield "objects: no such model", code == 2, text


def main():
    results = list(cases(sys.argv[1]))
    print(f"KTAP version 1\n1..{len(results)}")
    for number, (name, good, text) in enumerate(results, 1):
        if not good:
            for line in text.splitlines():
                print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {number} oracle {name}")
    return not all(good for _, good, _ in results)


if __name__ == "__main__":
    sys.exit(main())
