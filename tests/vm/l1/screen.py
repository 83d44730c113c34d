# SPDX-License-Identifier: GPL-2.0
"""Reads a screenshot, PPM or PNG, and says whether a text console can be seen on it."""

import struct
import zlib

CELL_W, CELL_H = 8, 16  # the kernel's default font


class Screen:
    """Width, height and one bytes object per row, 8-bit RGB."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        if data.startswith(b"P6"):
            self.read_ppm(data)
        elif data.startswith(b"\x89PNG\r\n\x1a\n"):
            self.read_png(path, data)
        else:
            raise ValueError(f"{path} is neither PPM nor PNG")

    def read_ppm(self, data):
        """As QEMU writes it: no comments, 8 bits."""
        _, width, height, _ = data[:64].split(maxsplit=4)[:4]
        self.width, self.height = int(width), int(height)
        stride = 3 * self.width
        pixels = data[len(data) - stride * self.height:]
        self.rows = [pixels[i:i + stride] for i in range(0, len(pixels), stride)]

    def read_png(self, path, data):
        """Direct colours of 8 bits; slow, each byte depends on its neighbours."""
        packed, pos = b"", 8
        while pos < len(data):
            size, kind = struct.unpack(">I4s", data[pos:pos + 8])
            body = data[pos + 8:pos + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", body)
                if depth != 8 or color not in (2, 6) or interlace:
                    raise ValueError(f"{path}: depth {depth}, colour type {color} not supported")
                channels = 3 if color == 2 else 4
            elif kind == b"IDAT":
                packed += body
            pos += size + 12
        self.rows = unfilter(zlib.decompress(packed), self.width, self.height, channels)

    def save_png(self, path):
        """Writes the picture for people."""
        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + row for row in self.rows))
        with open(path, "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) +
                    chunk(b"IEND", b""))

    def lit(self):
        """Share of pixels that are not black."""
        black = sum(list(zip(row[0::3], row[1::3], row[2::3])).count((0, 0, 0))
                    for row in self.rows)
        return 1 - black / (self.width * self.height)

    def cell(self, x, y):
        """One character cell as its pixels."""
        left = x * CELL_W * 3
        return b"".join(row[left:left + CELL_W * 3]
                        for row in self.rows[y * CELL_H:(y + 1) * CELL_H])

    def text_lines(self):
        """Number of lines of cells with at least three different characters on them."""
        count = 0
        for y in range(self.height // CELL_H):
            kinds = {self.cell(x, y) for x in range(self.width // CELL_W)}
            count += len(kinds) > 3
        return count

    def longest_run(self):
        """Length of the longest row of equal characters that are not blank."""
        best = 0
        for y in range(self.height // CELL_H):
            run, before = 0, None
            for x in range(self.width // CELL_W):
                cell = self.cell(x, y)
                run = run + 1 if cell == before else 1
                before = cell
                if len(set(zip(cell[0::3], cell[1::3], cell[2::3]))) > 1:
                    best = max(best, run)
        return best


def unfilter(raw, width, height, channels):
    """Undo PNG's line filters; alpha is dropped."""
    stride = width * channels
    before, rows = bytearray(stride), []
    for y in range(height):
        kind = raw[y * (stride + 1)]
        line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            a = line[i - channels] if i >= channels else 0
            b = before[i]
            c = before[i - channels] if i >= channels else 0
            if kind == 1:
                line[i] = (line[i] + a) & 255
            elif kind == 2:
                line[i] = (line[i] + b) & 255
            elif kind == 3:
                line[i] = (line[i] + (a + b) // 2) & 255
            elif kind == 4:
                line[i] = (line[i] + paeth(a, b, c)) & 255
        before = line
        if channels == 4:
            del (line := bytearray(line))[3::4]
        rows.append(bytes(line))
    return rows


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    if pa <= pb and pa <= pc:
        return a
    return b if pb <= pc else c
