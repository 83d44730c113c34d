# SPDX-License-Identifier: GPL-2.0
"""A program on a terminal, and what stands on its screen: as much of a VT100 as ncurses needs."""

import os
import pty
import re
import select
import subprocess
import time

import l2

TOKEN = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b[()].|\x1b[=>78DEMH]|[\x00-\x1f]|[^\x00-\x1f\x1b]+")


class Screen:
    """Characters by line; attributes are dropped."""

    def __init__(self, lines, columns):
        self.size = lines, columns
        self.clear()

    def clear(self):
        """Empties it."""
        self.rows = [[" "] * self.size[1] for _ in range(self.size[0])]
        self.y = self.x = 0

    def text(self):
        """What stands on it, one string."""
        return "\n".join("".join(row).rstrip() for row in self.rows).rstrip()

    def feed(self, text):
        """Obeys what a program wrote; returns what is not complete yet."""
        end = 0
        for m in TOKEN.finditer(text):
            if m.start() != end:
                break
            end = m.end()
            if m[2]:
                self._csi([int(n or 0) for n in m[1].split(";")] if "?" not in m[1] else [], m[2])
            elif m[0][0] not in "\x1b" and m[0] >= " ":
                self._put(m[0])
            else:
                self._control(m[0])
        return text[end:]

    def _put(self, text):
        for char in text:
            if self.x >= self.size[1]:
                self.x, self.y = 0, min(self.y + 1, self.size[0] - 1)
            self.rows[self.y][self.x] = char
            self.x += 1

    def _control(self, char):
        if char == "\r":
            self.x = 0
        elif char == "\n":
            self.y = min(self.y + 1, self.size[0] - 1)
        elif char == "\b":
            self.x = max(self.x - 1, 0)
        elif char == "\t":
            self.x = min(self.x // 8 * 8 + 8, self.size[1] - 1)

    def _csi(self, args, command):
        first = args[0] if args else 0
        if command == "H":
            self.y = min(max(first, 1), self.size[0]) - 1
            self.x = min(max(args[1] if len(args) > 1 else 1, 1), self.size[1]) - 1
        elif command == "A":
            self.y = max(self.y - max(first, 1), 0)
        elif command == "B":
            self.y = min(self.y + max(first, 1), self.size[0] - 1)
        elif command == "C":
            self.x = min(self.x + max(first, 1), self.size[1] - 1)
        elif command == "D":
            self.x = max(self.x - max(first, 1), 0)
        elif command == "K":
            low, high = ((self.x, None), (0, self.x + 1), (0, None))[first]
            blank = len(self.rows[self.y][low:high])
            self.rows[self.y][low:high] = [" "] * blank
        elif command == "J" and first == 2:
            self.clear()
        elif command == "J":
            self._csi([0], "K")
            for row in self.rows[self.y + 1:]:
                row[:] = [" "] * self.size[1]


class Terminal:
    """A program whose terminal we are."""

    def __init__(self, argv, lines=30, columns=112):
        self.screen = Screen(lines, columns)
        self.rest = ""
        self.master, slave = pty.openpty()
        env = dict(os.environ, TERM="vt100", LINES=str(lines), COLUMNS=str(columns))
        self.proc = subprocess.Popen(  # pylint: disable=consider-using-with
            argv, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True)
        os.close(slave)

    def keys(self, text):
        """Types."""
        os.write(self.master, text.encode())

    def watch(self, test, seconds):
        """Draws until test(text of the screen) or the time is over; the text."""
        end = l2.deadline(seconds)
        while time.monotonic() < end and not test(self.screen.text()):
            if not select.select([self.master], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            self.rest = self.screen.feed(self.rest + data.decode(errors="replace"))
        return self.screen.text()

    def end(self, seconds=20):
        """Waits for the program to end by itself; its status."""
        try:
            return self.proc.wait(seconds)
        finally:
            self.proc.kill()
            self.proc.wait()
            os.close(self.master)
