# SPDX-License-Identifier: GPL-2.0
"""A small QMP client."""
import json
import socket
import time


class QmpError(Exception):
    """QEMU answered with an error; the text is its description."""


class Qmp:
    def __init__(self, sock):
        self.file = sock.makefile("rw", encoding="utf-8")
        self.sock = sock
        self.events = []
        json.loads(self.file.readline())
        self("qmp_capabilities")

    def _receive(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("QEMU closed the QMP connection")
        return json.loads(line)

    def __call__(self, command, **arguments):
        """Execute a command; _ in the names of arguments stands for -."""
        request = {"execute": command}
        if arguments:
            request["arguments"] = {k.replace("_", "-"): v for k, v in arguments.items()}
        self.file.write(json.dumps(request) + "\n")
        self.file.flush()
        while True:
            answer = self._receive()
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise QmpError(answer["error"]["desc"])
            else:
                return answer["return"]

    def wait(self, name, seconds):
        """Wait for an event and return it."""
        end = time.monotonic() + seconds
        while True:
            for i, event in enumerate(self.events):
                if event["event"] == name:
                    return self.events.pop(i)
            if time.monotonic() > end:
                raise TimeoutError(f"no event {name} within {seconds} s")
            self("query-status")
            time.sleep(0.05)


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    sock.settimeout(120)
    return Qmp(sock)
