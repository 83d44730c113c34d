#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The demo inside level 1: one guest with the accelerator off and on, alternating; then i915."""
# boot: own
# needs: modules qemu guest
# timeout: 900

import os
import statistics

import l2
from i915guest import OWNED, I915Guest
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


def i915_table(off, on):
    """A boot of i915 on each path, one line per figure."""
    lines = [f"  {'':38}{'accelerator off':>18}{'accelerator on':>18}"]
    for name, key in (("register reads that trapped", "reads"),
                      ("register writes that trapped", "writes"),
                      ("exits to QEMU, any device", "userspace_exits"),
                      ("exits of all kinds", "exits"),
                      ("seconds to a console", "seconds")):
        form = ",.1f" if key == "seconds" else ","
        lines.append(f"  {name:38}{off[key]:18{form}}{on[key]:18{form}}")
    return lines


def summary(off, on, release, boots):
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
        "A stock Linux guest with Intel's own driver, i915, and no Intel GPU anywhere",
        "",
        f"  guest      {boots['on']['release']}, its own i915 driver, display kvmgt_vgpu-gen8",
        f"  host       as above: {environment()}",
        "  measured   from power-on until the console is lit at 1920x1080, one boot each way",
        "",
        *i915_table(boots["off"], boots["on"]),
        "",
        "  the guests' screens: build/demo/guest.png (i915), build/demo/guest-bochs.png",
    ]) + "\n"


def combine(rounds):
    """Medians over the rounds of one mode."""
    return {"rate": {op: statistics.median(r[0][op] for r in rounds) for op in "rw"},
            "exits": {op: max(r[1][op] for r in rounds) for op in "rw"},
            "value": rounds[-1][2]}


def release_of(guest):
    """The version that the guest's kernel tells."""
    return next((line.split("] ", 1)[-1].split(" (")[0].replace("version ", "")
                 for line in guest.console if "Linux version" in line), "Linux")


def bochs(t):
    """The comparison on one guest: (off, on, release)."""
    dev = l2.Mdev("bochs")
    guest = LinuxGuest(dev, props={"x-kvmgt": "auto"})
    report_boot(t, guest, "demo")
    rounds = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for mode, results in rounds.items():
            results.append(measure(guest, dev, mode))
    off, on = combine(rounds["off"]), combine(rounds["on"])
    t.ok(all(off["exits"][op] >= WITNESS for op in "rw"), "off: every access reaches QEMU")
    t.ok(all(on["exits"][op] < WITNESS / 20 for op in "rw"), "on: no access reaches QEMU")
    t.equal(on["value"], off["value"], "same value on both ways")
    t.ok(all(on["rate"][op] > off["rate"][op] for op in "rw"), "on is faster")
    report_screen(t, guest, "demo")
    guest.ask(f"say  off {off['rate']['r']:,.0f} reads/s   on {on['rate']['r']:,.0f} reads/s")
    guest.screenshot(os.path.join(l2.OUT, "guest-bochs.png"))
    guest.quit()
    dev.remove()
    return off, on, release_of(guest)


def i915(t, accelerator, before=None):
    """One boot of i915: what it cost; the picture shows that boot and the one before."""
    guest = I915Guest("6.12", accelerator)
    try:
        seconds = guest.wait_ready()
    finally:
        guest.save_console(os.path.join(l2.OUT, f"guest-i915-{accelerator}.console"))
    boot = {**guest.cost(), "seconds": seconds, "release": release_of(guest)}
    t.ok(OWNED in guest.text(), f"{guest.label}: i915 owns fb0", guest.text()[-1500:])
    t.equal(guest.complaints(), [], f"{guest.label}: no complaint in the guest's log")
    if before:
        for label, row in (("off", before), ("on ", boot)):
            guest.ask(f"say  accelerator {label}  {row['reads']:,} trapped reads, {row['writes']:,}"
                      f" writes: {row['userspace_exits']:,} exits to QEMU")
        screen = guest.screenshot(os.path.join(l2.OUT, "guest.png"))
        t.ok((screen.width, screen.height) == (1920, 1080) and 0.005 < screen.lit() < 0.5 and
             screen.text_lines() >= 10, "i915 shows a console of 1920x1080",
             f"{screen.width}x{screen.height}, {screen.lit():.4f} lit, {screen.text_lines()} lines")
    t.equal(guest.quit(), 0, f"{guest.label}: QEMU ends in order")
    return boot


def body(t):
    l2.modules_load()
    off, on, release = bochs(t)
    boots = {"off": i915(t, "off")}
    boots["on"] = i915(t, "on", boots["off"])
    accesses = boots["on"]["reads"] + boots["on"]["writes"]
    saved = boots["off"]["userspace_exits"] - boots["on"]["userspace_exits"]
    # Other devices leave for QEMU both times; how often the driver polls differs a little.
    t.ok(saved > 0.9 * accesses, "i915: what reaches QEMU when off stays in the kernel when on", boots)
    with open(os.path.join(l2.OUT, "summary.txt"), "w", encoding="utf-8") as f:
        f.write(summary(off, on, release, boots))
    l2.modules_unload()


l2.case(body)
