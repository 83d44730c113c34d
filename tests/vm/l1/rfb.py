# SPDX-License-Identifier: GPL-2.0
"""A VNC client, as far as a test needs one: looks, and asks for another size of the screen."""

import socket
import struct
import time

import l2

RAW = 0
DESKTOP_SIZE = -223
EXTENDED_DESKTOP_SIZE = -308
SECURITY_NONE = 1
REASON_THIS_CLIENT = 1


class Rfb:
    """A session of RFB 3.8 with a server on a unix socket that asks for no password."""

    def __init__(self, path, timeout=60):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(l2.patience(timeout))
        self.sock.connect(path)
        self.take(12)
        self.sock.sendall(b"RFB 003.008\n")
        kinds = self.take(self.take(1)[0])
        if SECURITY_NONE not in kinds:
            raise ValueError(f"security types {list(kinds)}")
        self.sock.sendall(bytes([SECURITY_NONE]))
        if self.take(4) != bytes(4):
            raise ValueError("refused")
        self.sock.sendall(b"\1")  # shared
        self.width, self.height = struct.unpack(">HH", self.take(20)[:4])
        self.name = self.take(struct.unpack(">I", self.take(4))[0])
        encodings = (RAW, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE)
        self.sock.sendall(struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings))
        # What the server said to requests of this client: (width, height, status).
        self.answers = []

    def take(self, size):
        """Exactly so many bytes."""
        data = b""
        while len(data) < size:
            more = self.sock.recv(min(size - len(data), 1 << 20))
            if not more:
                raise EOFError("the server went away")
            data += more
        return data

    def ask_size(self, width, height):
        """The user drags the corner of the window: SetDesktopSize, one screen."""
        self.sock.sendall(struct.pack(">BxHHBx", 251, width, height, 1) +
                          struct.pack(">IHHHHI", 0, 0, 0, width, height, 0))

    def update(self, incremental=True):
        """Asks for an update and takes it in; pixels are not kept."""
        self.sock.sendall(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.width, self.height))
        while True:
            kind = self.take(1)[0]
            if kind == 0:
                self._rectangles()
                return
            if kind == 1:
                self.take(struct.unpack(">xHH", self.take(5))[1] * 6)
            elif kind == 3:
                self.take(struct.unpack(">3xI", self.take(7))[0])
            elif kind != 2:
                raise ValueError(f"message {kind}")

    def _rectangles(self):
        for _ in range(struct.unpack(">xH", self.take(3))[0]):
            x, y, width, height, encoding = struct.unpack(">HHHHi", self.take(12))
            if encoding == RAW:
                self.take(width * height * 4)
            elif encoding == DESKTOP_SIZE:
                self.width, self.height = width, height
            elif encoding == EXTENDED_DESKTOP_SIZE:
                self.take(16 * self.take(4)[0])
                if x == REASON_THIS_CLIENT:
                    self.answers.append((width, height, y))
                else:
                    self.width, self.height = width, height
            else:
                raise ValueError(f"encoding {encoding}")

    def wait_size(self, width, height, seconds):
        """Updates until the screen has that size; did it?"""
        end = l2.deadline(seconds)
        while (self.width, self.height) != (width, height) and time.monotonic() < end:
            self.update()
            time.sleep(0.1)
        return (self.width, self.height) == (width, height)

    def close(self):
        """The window is closed."""
        self.sock.close()
