# SPDX-License-Identifier: GPL-2.0
"""l2.py - what a test case inside level 1 needs to run guests and to judge them.

A case creates a vGPU (Mdev), starts a guest on it (Guest) and reports in KTAP
(Ktap).  A guest that runs the payload of tests/bare is driven through Guest.mon,
QEMU itself through Guest.qmp.  Works unchanged on a machine without our modules as
long as no vGPU is asked for.
"""

import glob
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid as uuidlib

SHARE = os.environ.get("KVMGT_SHARE", "/share")
OUT = os.environ.get("KVMGT_OUT", "/out")
PARENT = "/sys/class/mdev_bus/kvmgt_vgpu"
DEBUGFS = "/sys/kernel/debug/kvmgt"

# A host that checks itself is slower by this; patience() and deadline() are the only users.
SLOW = float(os.environ.get("KVMGT_SLOW", "1"))

# Guests are emulated twice in the bed, so what takes seconds elsewhere takes minutes.
BOOT_TIMEOUT = 180
COMMAND_TIMEOUT = 300


class Error(Exception):
    """Something in the bed, as opposed to a failed expectation."""


class Silent(Error):
    """A line that was due did not come."""


def patience(seconds):
    """So many seconds of a stock host, on this one."""
    return seconds * SLOW


def deadline(seconds):
    """When so many seconds of a stock host are over, by time.monotonic()."""
    return time.monotonic() + patience(seconds)


def log(text):
    """A KTAP diagnostic line: for people, not for the judge."""
    for line in str(text).splitlines() or [""]:
        print("# " + line, flush=True)


class Ktap:
    """Prints results as they come and the plan at the end."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        print("KTAP version 1", flush=True)

    def ok(self, good, name, detail=None):
        """Reports one result; tells what was seen if it is a failure."""
        self.count += 1
        if not good:
            self.failed += 1
            if detail is not None:
                log(detail)
        print(f"{'ok' if good else 'not ok'} {self.count} {name}", flush=True)
        return bool(good)

    def equal(self, got, want, name):
        """Reports whether two values are equal."""
        return self.ok(got == want, name, f"got {got!r}, want {want!r}")

    def skip(self, name, why):
        """Reports that something could not be tried here."""
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {why}", flush=True)

    def done(self):
        """Prints the plan; the exit status of the case."""
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed or not self.count else 0


def case(body):
    """Runs body(ktap) as the whole of a case and exits."""
    ktap = Ktap()
    try:
        body(ktap)
    except Exception as err:  # pylint: disable=broad-except
        import traceback  # pylint: disable=import-outside-toplevel

        log(traceback.format_exc())
        if isinstance(err, Silent):
            ask_the_silent()
        ktap.ok(False, f"case ended by {type(err).__name__}: {err}")
    finally:
        Guest.kill_all()
        Mdev.remove_all()
    sys.exit(ktap.done())


def ask_the_silent():
    """Writes down where the guests that still run are."""
    import autopsy  # pylint: disable=import-outside-toplevel

    for number, guest in enumerate(Guest.live, 1):
        autopsy.autopsy(guest, os.path.join(OUT, f"guest-{number}.autopsy"))


def read_file(path):
    """The text of a small file."""
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()


def pinned_pages():
    """Pages that anybody in this host holds pinned.

    What each CPU has counted and not yet added up is added up first: the two counters
    below would otherwise be short by different amounts.
    """
    write_file("/proc/sys/vm/stat_refresh", "1")
    words = read_file("/proc/vmstat").split()
    stat = dict(zip(words[::2], map(int, words[1::2])))
    return stat["nr_foll_pin_acquired"] - stat["nr_foll_pin_released"]


def write_file(path, text):
    """Writes a sysfs attribute."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def run(*argv, check=True):
    """Runs a command; its output."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if check and done.returncode:
        raise Error(f"{' '.join(argv)}: {done.returncode}: {done.stdout.strip()}")
    return done.stdout


def modules_loaded():
    """Names of the loaded modules."""
    return {line.split()[0] for line in read_file("/proc/modules").splitlines()}


def modules_load(**params):
    """Loads the modules with the test model, if they are not there yet."""
    params.setdefault("test_types", 1)
    loaded = modules_loaded()
    for name in ("kvm-amd", "vfio", "vfio_iommu_type1", "mdev"):
        if name.replace("-", "_") not in loaded:
            run("modprobe", name)
    for name in ("kvmgt_bus", "kvmgt_vgpu"):
        if name in loaded:
            continue
        path = os.path.join(SHARE, "modules", name + ".ko")
        wanted = [f"{k}={v}" for k, v in params.items()
                  if re.search(rf"^{k}:", run("modinfo", "-p", path), re.M)]
        run("insmod", path, *wanted)


def modules_unload():
    """Unloads the modules; raises Error while one is in use."""
    for name in ("kvmgt_vgpu", "kvmgt_bus"):
        if name in modules_loaded():
            run("rmmod", name)


def wait_until(what, test, timeout=30.0, step=0.05):
    """Polls test() until it is true; raises Error when it stays false."""
    end = deadline(timeout)
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > end:
            raise Error(f"timed out: {what}")
        time.sleep(step)


class Mdev:
    """A vGPU."""

    live = []

    def __init__(self, model, uuid=None):
        self.uuid = uuid or str(uuidlib.uuid4())
        self.model = model
        kind = os.path.join(PARENT, "mdev_supported_types", "kvmgt_vgpu-" + model)
        write_file(os.path.join(kind, "create"), self.uuid)
        self.path = os.path.join("/sys/bus/mdev/devices", self.uuid)
        wait_until("the vGPU appears in sysfs", lambda: os.path.exists(self.path))
        Mdev.live.append(self)

    def remove(self):
        """Destroys it; waits while somebody has it open."""
        write_file(os.path.join(self.path, "remove"), "1")
        Mdev.live.remove(self)

    @classmethod
    def remove_all(cls):
        """Destroys all that a case left behind."""
        for dev in list(cls.live):
            try:
                dev.remove()
            except OSError as err:
                log(f"{dev.uuid}: {err}")

    def debugfs(self, name):
        """The text of a debugfs file of this device."""
        return read_file(os.path.join(DEBUGFS, self.uuid, name))

    def qemu_id(self):
        """The id of its device in QEMU."""
        return "vgpu-" + self.uuid[:8]


class Line:
    """A socket that speaks in lines."""

    def __init__(self, sock, name):
        self.sock = sock
        self.name = name
        self.buf = b""

    def send(self, text):
        """Sends one line."""
        self.sock.sendall(text.encode() + b"\n")

    def recv(self, timeout, alive=lambda: True):
        """The next line, without its end."""
        end = time.monotonic() + timeout
        while b"\n" not in self.buf:
            left = end - time.monotonic()
            if left <= 0:
                raise Silent(f"{self.name}: silent for {timeout} s, got {self.buf[-200:]!r}")
            if not select.select([self.sock], [], [], min(left, 1.0))[0]:
                if not alive():
                    raise Error(f"{self.name}: the other side is gone")
                continue
            try:
                data = self.sock.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                raise Error(f"{self.name}: closed, got {self.buf[-200:]!r}")
            self.buf += data
        line, self.buf = self.buf.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")


class Qmp:
    """The QMP of one QEMU."""

    def __init__(self, line, alive):
        self.line = line
        self.alive = alive
        self.events = []
        greeting = self.receive(patience(60))
        if "QMP" not in greeting:
            raise Error(f"no QMP greeting: {greeting}")
        self.cmd("qmp_capabilities")

    def receive(self, timeout):
        """The next message."""
        return json.loads(self.line.recv(timeout, self.alive))

    def cmd(self, name, **args):
        """Runs a command; its return value."""
        message = {"execute": name}
        if args:
            message["arguments"] = {k.replace("_", "-"): v for k, v in args.items()}
        self.line.send(json.dumps(message))
        while True:
            answer = self.receive(patience(120))
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise Error(f"{name}: {answer['error'].get('desc')}")
            else:
                return answer["return"]


class Reply(dict):
    """The answer of the payload: the words after "ok"; k=v words are also items."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.words = text.split()
        for word in self.words:
            key, sep, value = word.partition("=")
            if sep:
                self[key] = value

    def num(self, key):
        """An item as a number."""
        return int(self[key], 0)


class Monitor:
    """The command line of the payload."""

    def __init__(self, line, alive):
        self.line = line
        self.alive = alive

    def wait_ready(self, timeout=BOOT_TIMEOUT):
        """Skips firmware output up to the payload's greeting."""
        end = deadline(timeout)
        while True:
            text = self.line.recv(max(0.1, end - time.monotonic()), self.alive)
            if "ok kvmgt-bare" in text:
                return

    def start(self, command):
        """Sends a command without waiting for its answer."""
        self.line.send(command)

    def answer(self, timeout=COMMAND_TIMEOUT, what="monitor"):
        """The answer to the command that was sent last."""
        text = self.line.recv(patience(timeout), self.alive)
        if text == "ok" or text.startswith("ok "):
            return Reply(text[3:])
        raise Error(f"{what}: {text}")

    def cmd(self, command, timeout=COMMAND_TIMEOUT):
        """Runs a command; its Reply."""
        self.start(command)
        return self.answer(timeout, command)

    def rd(self, addr, width=4, form=""):
        """Reads a register; a number."""
        return int(self.cmd(f"rd {addr} {width} {form}".strip())["out"], 16)

    def wr(self, addr, value, width=4, form=""):
        """Writes a register."""
        self.cmd(f"wr {addr} {width} {value:#x} {form}".strip())

    def use(self, vendor, device, index=0):
        """Chooses the current PCI device; {bar: (addr, size)}."""
        reply = self.cmd(f"use {vendor:#x} {device:#x} {index}")
        return {int(k[3]): tuple(int(x, 16) for x in v.split("/")[:2])
                for k, v in reply.items() if re.fullmatch(r"bar\d", k)}

    def samples(self, command, timeout=COMMAND_TIMEOUT):
        """Runs a bench or smp command; its samples."""
        return [int(x) for x in self.cmd(command, timeout)["samples"].split(",")]


def qemu_binary(which):
    """patched, or stock: the one of the distribution."""
    if which == "stock":
        return shutil.which("qemu-system-x86_64") or "qemu-system-x86_64"
    found = sorted(glob.glob(os.path.join(SHARE, "qemu", "**", "qemu-system-x86_64"),
                             recursive=True))
    if not found:
        raise Error("no patched QEMU under " + os.path.join(SHARE, "qemu"))
    return found[0]


class Guest:
    """A virtual machine; the payload of tests/bare unless kernel says otherwise."""

    live = []

    def __init__(self, mdevs=(), smp=1, qemu="patched", machine="q35", accel="kvm",
                 kernel=None, memory="128M", extra=(), props=None, wait=True, wrapper=()):
        self.dir = tempfile.mkdtemp(prefix="l2-")
        self.log_path = os.path.join(self.dir, "qemu.log")
        self.mdevs = list(mdevs)
        binary = qemu_binary(qemu)
        argv = [*wrapper, binary]
        if qemu != "stock" and glob.glob(os.path.join(os.path.dirname(binary), "*.bin")):
            argv += ["-L", os.path.dirname(binary)]
        if accel == "kvm":
            argv += ["-cpu", "host"]
        elif accel == "tcg":
            argv += ["-cpu", "max"]
        argv += ["-nodefaults", "-no-user-config", "-display", "none", "-accel", accel,
                 "-machine", machine, "-smp", str(smp), "-m", memory,
                 "-kernel", kernel or os.path.join(SHARE, "bin", "bare.elf")]
        listeners = []
        for name in ("qmp", "serial"):
            listeners.append(self._listen(name))
            argv += ["-chardev", f"socket,id={name},path={self.dir}/{name}"]
        argv += ["-qmp", "chardev:qmp", "-serial", "chardev:serial"]
        for dev in mdevs:
            argv += ["-device", self.vfio_device(dev, props)]
        argv += list(extra)
        self.argv = argv
        with open(self.log_path, "wb") as out:
            self.proc = subprocess.Popen(  # pylint: disable=consider-using-with
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        Guest.live.append(self)
        lines = [Line(self._accept(sock, name), name)
                 for sock, name in zip(listeners, ("QMP", "monitor"))]
        self.qmp = Qmp(lines[0], self.alive)
        self.mon = Monitor(lines[1], self.alive)
        if wait:
            self.mon.wait_ready()

    @staticmethod
    def vfio_device(dev, props=None):
        """The -device option of a vGPU."""
        option = f"vfio-pci,sysfsdev={dev.path},id={dev.qemu_id()}"
        return ",".join([option] + [f"{k}={v}" for k, v in (props or {}).items()])

    def _listen(self, name):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(os.path.join(self.dir, name))
        sock.listen(1)
        sock.settimeout(0.5)
        return sock

    def _accept(self, sock, name):
        end = deadline(60)
        while True:
            try:
                conn = sock.accept()[0]
                sock.close()
                return conn
            except socket.timeout:
                if not self.alive() or time.monotonic() > end:
                    raise Error(f"QEMU did not open {name}: {self.output()}") from None

    def alive(self):
        """QEMU runs."""
        return self.proc.poll() is None

    def output(self):
        """What QEMU printed so far."""
        return read_file(self.log_path).strip()

    # -- the accelerator --------------------------------------------------------

    def fast(self, dev, value):
        """Sets x-kvmgt of a vGPU at run time: "on", "off" or "auto"."""
        self.set(dev, "x-kvmgt", value)

    def set(self, dev, name, value):
        """Sets a property of a vGPU at run time."""
        self.qmp.cmd("qom-set", path="/machine/peripheral/" + dev.qemu_id(),
                     property=name, value=value)

    def ranges(self, dev):
        """What QEMU says about the attached ranges."""
        return self.qmp.cmd("qom-get", path="/machine/peripheral/" + dev.qemu_id(),
                            property="x-kvmgt-ranges")

    def stat(self, name, target="vcpu"):
        """A KVM statistic, summed over the vCPUs."""
        total = 0
        found = False
        for entry in self.qmp.cmd("query-stats", target=target,
                                  providers=[{"provider": "kvm", "names": [name]}]):
            for stat in entry["stats"]:
                if stat["name"] == name:
                    total += stat["value"]
                    found = True
        if not found:
            raise Error(f"KVM has no statistic {name}")
        return total

    def mmio_exits(self):
        """Accesses so far that KVM could not answer and gave to QEMU."""
        return self.stat("mmio_exits")

    # -- life -------------------------------------------------------------------

    def reset(self):
        """Resets the machine and waits for the payload to come back."""
        self.qmp.cmd("system_reset")
        self.mon.wait_ready()

    def fetch_log(self, path):
        """Saves the payload's access log to a file."""
        reply = self.mon.cmd("log")
        if reply.num("dropped"):
            raise Error("the log of the payload is full")
        self.qmp.cmd("pmemsave", val=reply.num("addr"), size=reply.num("bytes"), filename=path)
        return reply.num("count")

    def sigkill(self):
        """Kills QEMU without mercy."""
        self.proc.send_signal(signal.SIGKILL)
        self.proc.wait(patience(60))
        self._forget()

    def quit(self):
        """Ends QEMU in order; its exit status."""
        try:
            self.qmp.cmd("quit")
            self.proc.wait(patience(60))
        except (Error, OSError, subprocess.TimeoutExpired):
            self.proc.kill()
            self.proc.wait(patience(60))
        self._forget()
        return self.proc.returncode

    def _forget(self):
        for line in (self.qmp.line, self.mon.line):
            line.sock.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        Guest.live.remove(self)

    @classmethod
    def kill_all(cls):
        """Kills what a case left behind; shows what it said."""
        for guest in list(cls.live):
            log(f"left running: {' '.join(guest.argv)}")
            log(guest.output())
            guest.proc.kill()
            guest.proc.wait(patience(60))
            cls.live.remove(guest)
