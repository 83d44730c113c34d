#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The demo inside level 1: measures one guest with the accelerator off and on, alternating."""
# boot: own
# needs: modules qemu guest
# timeout: 400

import os
import statistics

import l2
from linuxguest import VBE_BANK, VBE_ID, LinuxGuest, report_boot, report_screen

ROUNDS = 3
SECONDS = 2
WITNESS = 1000
BAR = 30  # characters of the longer bar


def measure(guest, dev, mode):
    """{op: accesses per second}, {op: exits to userspace per WITNESS accesses}, value read."""
    guest.fast(dev, mode)
    rates, exits, value = {}, {}, None
    for op, off in (("r", VBE_ID), ("w", VBE_BANK)):
        count, us, last, bad = guest.hammer(f"rate {op} {off:#x} {SECONDS}")
        rates[op] = count * 1e6 / us
        before = guest.mmio_exits()
        count, us, last, bad = guest.hammer(f"count {op} {off:#x} {WITNESS}")
        exits[op] = guest.mmio_exits() - before
        if op == "r":
            value = f"{last:#06x}" + (f" ({bad} wrong)" if bad else "")
    return rates, exits, value


def environment():
    flags = l2.read_file("/proc/cpuinfo")
    real = "hypervisor" in flags and "QEMU TCG" not in flags and "QEMU Virtual" not in flags
    return "KVM in KVM" if real else "KVM on a CPU that QEMU emulates (TCG)"


def table(off, on):
    """The comparison, one line per figure."""
    lines = [f"  {'':38}{'accelerator off':>18}{'accelerator on':>18}"]
    for op, name in (("r", "register reads"), ("w", "register writes")):
        a, b = off["rate"][op], on["rate"][op]
        lines.append(f"  {name + ' per second':38}{a:18,.0f}{b:18,.0f}   x {b / a:.1f}")
        lines.append(f"  {'   microseconds each':38}{1e6 / a:18.1f}{1e6 / b:18.1f}")
        lines.append(f"  {f'   exits to QEMU per {WITNESS:,}':38}{off['exits'][op]:18,}"
                     f"{on['exits'][op]:18,}")
    lines.append(f"  {'value read':38}{off['value']:>18}{on['value']:>18}")
    lines.append("")
    top = max(off["rate"]["r"], on["rate"]["r"])
    for name, side in (("off", off), ("on", on)):
        lines.append(f"  reads, accelerator {name:4}"
                     + "#" * max(1, round(BAR * side["rate"]["r"] / top)))
    return lines


def summary(off, on, release):
    return "\n".join([
        "KVMGT: a guest's register accesses answered in the host kernel",
        "",
        f"  host       Debian 12, Linux {l2.read_file('/proc/sys/kernel/osrelease').strip()}, "
        f"{environment()}",
        f"  guest      {release}, its own bochs driver, display kvmgt_vgpu-bochs",
        "  measured   one guest, one boot: x-kvmgt set off and on by qom-set while it runs,",
        f"             median of {ROUNDS} rounds of {SECONDS} s",
        "",
        *table(off, on),
        "",
        "  the guest's screen: build/demo/guest.png",
    ]) + "\n"


def combine(rounds):
    """Medians over the rounds of one mode."""
    return {"rate": {op: statistics.median(r[0][op] for r in rounds) for op in "rw"},
            "exits": {op: max(r[1][op] for r in rounds) for op in "rw"},
            "value": rounds[-1][2]}


def body(t):
    l2.modules_load()
    dev = l2.Mdev("bochs")
    guest = LinuxGuest(dev, props={"x-kvmgt": "auto"})
    report_boot(t, guest, "demo")
    rounds = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for mode, results in rounds.items():
            results.append(measure(guest, dev, mode))
    off, on = combine(rounds["off"]), combine(rounds["on"])
    release = next((line.split("] ", 1)[-1].split(" (")[0].replace("version ", "")
                    for line in guest.console if "Linux version" in line), "Linux")
    t.ok(all(off["exits"][op] >= WITNESS for op in "rw"), "off: every access reaches QEMU")
    t.ok(all(on["exits"][op] < WITNESS / 20 for op in "rw"), "on: no access reaches QEMU")
    t.equal(on["value"], off["value"], "same value on both ways")
    t.ok(all(on["rate"][op] > off["rate"][op] for op in "rw"), "on is faster")
    report_screen(t, guest, "demo")
    guest.ask(f"say  off {off['rate']['r']:,.0f} reads/s   on {on['rate']['r']:,.0f} reads/s")
    guest.screenshot(os.path.join(l2.OUT, "guest.png"))
    with open(os.path.join(l2.OUT, "summary.txt"), "w", encoding="utf-8") as f:
        f.write(summary(off, on, release))
    guest.quit()
    dev.remove()
    l2.modules_unload()


l2.case(body)
