#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""libvirt's own daemon starts, shows and ends the example domain, exactly as it is printed."""
# needs: modules qemu guest
# timeout: 500

import json
import os
import re
import shutil
import subprocess
import time

import l2
from screen import Screen

XML = os.path.join(l2.SHARE, "lib", "bochs.xml")
IMAGES = "/var/lib/libvirt/images"
EMULATOR = "/opt/kvmgt/bin/qemu-system-x86_64"
CONFIG = """
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
"""


def virsh(*argv):
    return l2.run("timeout", str(l2.patience(120)), "virsh", "-q", "-c", "qemu:///system", *argv)


def qmp(domain, name, **args):
    command = {"execute": name, "arguments": args}
    answer = json.loads(virsh("qemu-monitor-command", domain, json.dumps(command)))
    if "error" in answer:
        raise l2.Error(f"{name}: {answer['error']['desc']}")
    return answer["return"]


def prepare():
    """What the example takes for granted on a host: QEMU, a kernel, the daemon."""
    os.makedirs(IMAGES, exist_ok=True)
    for name in ("vmlinuz", "initrd"):
        shutil.copy(os.path.join(l2.SHARE, "guest", name), IMAGES)
    os.makedirs(os.path.dirname(EMULATOR), exist_ok=True)
    if not os.path.exists(EMULATOR):
        os.symlink(l2.qemu_binary("patched"), EMULATOR)
    with open("/etc/libvirt/qemu.conf", "a", encoding="ascii") as f:
        f.write(CONFIG)
    with open("/out/libvirtd.log", "wb") as log:
        return subprocess.Popen(["libvirtd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def wait_for_guest(serial):
    """The guest's program is ready; what the serial port said."""
    def ready():
        text = l2.read_file(serial) if os.path.exists(serial) else ""
        return text if "kv: ready" in text else None
    return l2.wait_until("the guest in libvirt is ready", ready, timeout=200, step=0.5)


def screenshot(domain):
    path = os.path.join(l2.OUT, "screen-libvirt.png")
    virsh("screenshot", domain, path)
    return Screen(path)


def body(t):
    text = l2.read_file(XML)
    domain = re.search(r"<name>(.*)</name>", text)[1]
    uuid = re.search(r"<address uuid='(.*)'/>", text)[1]
    alias = re.search(r"<alias name='(.*)'/>", text)[1]
    vgpu = {"path": f"/machine/peripheral/{alias}"}

    l2.modules_load()
    daemon = prepare()
    l2.wait_until("libvirtd answers", lambda: os.path.exists("/run/libvirt/libvirt-sock"))
    l2.log(virsh("version").strip())
    l2.run("mdevctl", "start", "-u", uuid, "-p", "kvmgt_vgpu", "-t", "kvmgt_vgpu-bochs")
    t.ok(os.path.exists(f"/sys/bus/mdev/devices/{uuid}"), "mdevctl starts the vGPU")
    virsh("define", "--validate", XML)
    t.ok(True, "virsh define, against the schema")
    started = time.monotonic()
    virsh("start", domain)
    t.equal(virsh("domstate", domain).strip(), "running", "virsh start")
    console = wait_for_guest(f"{IMAGES}/{domain}.serial")
    l2.log(f"guest ready {time.monotonic() - started:.1f} s after virsh start")
    t.ok("kv: driver bochs-drm" in console, "the stock driver is bound")
    t.equal(qmp(domain, "qom-get", property="x-kvmgt", **vgpu), "on", "x-kvmgt=on by qemu:override")
    t.ok(qmp(domain, "qom-get", property="x-kvmgt-ranges", **vgpu), "ranges are attached")
    qmp(domain, "qom-set", property="x-kvmgt", value="off", **vgpu)
    t.equal(qmp(domain, "qom-get", property="x-kvmgt-ranges", **vgpu), [],
            "none after x-kvmgt=off through virsh")
    screen = screenshot(domain)
    t.ok(0.005 < screen.lit() < 0.5 and screen.text_lines() >= 5,
         "virsh screenshot shows the guest's console",
         f"{screen.width}x{screen.height}, {screen.lit():.4f} lit, {screen.text_lines()} lines")
    virsh("destroy", domain)
    t.equal(virsh("domstate", domain).strip(), "shut off", "virsh destroy")
    virsh("undefine", domain)
    shutil.copy(f"{IMAGES}/{domain}.serial", os.path.join(l2.OUT, "guest-libvirt.console"))
    l2.run("mdevctl", "stop", "-u", uuid)
    t.ok(not os.path.exists(f"/sys/bus/mdev/devices/{uuid}"), "mdevctl stops the vGPU")
    daemon.terminate()
    t.equal(daemon.wait(30), 0, "libvirtd ends in order")
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
