#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""bench.py - from the samples of the trap benchmark to results.json, report.txt and a plot.

  bench.py OUT ICOUNT WALL [WORKLOADS]     the latter are result directories of cases

Instructions and times come from different machines in all but name: no figure mixes
them, and each says where it is from.

A case that measures workloads leaves a list of rows in raw.json (benchlib.write_raw), and
run.sh names its directory on the command line.  A row is about one run on one path:

  name, path             path is one of LABELS; the same name on each path makes a pair
  reads, writes          accesses that the device's model saw, by debugfs counters
  shadow_writes          of the writes, those to pages that the guest reads without an exit
  registers              [name, offset, reads, writes] of each register that was touched
  group                  rows of one group are summed up for what page classes save
  exits                  of the guest, of all kinds: timers, interrupts, other devices
  userspace_exits        MMIO exits to QEMU, of all devices
  instructions           of the host, spent on the accesses.  None: it is computed here, from
                         the accesses and what one costs on that path, and instructions_from
                         says so.  A case that counts them says in instructions_from how
  anything else          goes into results.json as it is; pte_writes and flips with guest_us have
                         lines in the report

environment is added here.
"""

import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))

import boot  # noqa: E402  pylint: disable=wrong-import-position

HEAD_WIDTH = 4  # the width that drivers use: ratios and plot are about it
RATE = 100_000

LABELS = {
    "ram": "guest memory",
    "shadow": "read-only page",
    "kvm-floor": "KVM's own device",
    "kernel": "kvmgt",
    "emulated": "kvmgt, nothing mapped",
    "qemu-device": "a device in QEMU",
    "vfio": "VFIO without kvmgt",
}


def load(directory):
    """The raw result of a case."""
    with open(os.path.join(directory, "raw.json"), encoding="ascii") as file:
        return json.load(file)


def output_of(*argv):
    """One line from a command, or unknown."""
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True, cwd=HERE).stdout.strip().splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def host_cpu():
    """Model name of this machine's processor."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


class Access:
    """Rows of one environment, by path, operation, width and device."""

    def __init__(self, raw, environment, unit, scale):
        self.environment = environment
        self.unit = unit
        self.rows = []
        for row in raw["access"]:
            samples = [s * scale for s in row["samples"]]
            self.rows.append({
                "path": row["path"], "op": row["op"], "unit": unit, "environment": environment,
                "n": row["accesses"], "median": round(statistics.median(samples), 1),
                "min": round(min(samples), 1), "max": round(max(samples), 1),
                "userspace_exits": row["userspace_exits"], "width": row["width"],
                "device": row["device"], "samples": [round(s, 1) for s in samples]})

    def find(self, path, op, width=HEAD_WIDTH, device=None):
        """One row, or None."""
        for row in self.rows:
            if (row["path"], row["op"], row["width"]) == (path, op, width):
                if device is None or row["device"] == device:
                    return row
        return None

    def value(self, path, op, width=HEAD_WIDTH, device=None):
        """What a row comes to: the median of instructions, the best time.

        Nothing makes a loop faster than it is, and on a shared machine much makes it
        slower: the best sample is the one that was disturbed least.
        """
        row = self.find(path, op, width, device)
        if not row:
            return None
        return row["median"] if self.unit == "instructions" else row["min"]

    def ratio(self, upper, lower, op):
        """How much longer one path is than another."""
        return self.value(upper, op) / self.value(lower, op)


def ratios(ins, wall):
    """The keys of the contract are the worse of read and write; details beside them."""
    floor = {op: ins.ratio("kernel", "kvm-floor", op) for op in ("read", "write")}
    floor["ioeventfd"] = (ins.value("kernel", "write", 1) /
                          ins.value("kvm-floor", "write", 1, "ioeventfd"))
    vfio = {op: ins.ratio("vfio", "kernel", op) for op in ("read", "write")}
    vfio_ns = {op: wall.ratio("vfio", "kernel", op) for op in ("read", "write")}
    beyond = {op: (ins.value("vfio", op) - ins.value("kvm-floor", op)) /
                  (ins.value("kernel", op) - ins.value("kvm-floor", op))
              for op in ("read", "write")}
    result = {
        "kernel_over_floor_instructions": max(floor.values()),
        "vfio_over_kernel_instructions": min(vfio.values()),
        "vfio_over_kernel_ns": min(vfio_ns.values()),
        "shadow_over_ram": ins.ratio("shadow", "ram", "read"),
        "vfio_over_kernel_beyond_the_trap_instructions": min(beyond.values()),
    }
    for name, parts in (("kernel_over_floor_instructions", floor),
                        ("vfio_over_kernel_instructions", vfio), ("vfio_over_kernel_ns", vfio_ns)):
        for op, value in parts.items():
            result[f"{name}_{op}"] = value
    return {key: round(value, 4) for key, value in result.items()}


def rate(ins, wall):
    """What RATE accesses in a second cost, as a share of one vCPU's second."""
    result = {"environment": wall.environment}
    for path in ("vfio", "kernel"):
        worst = max(wall.value(path, op) for op in ("read", "write"))
        result[f"{path}_vcpu_share"] = round(worst * RATE / 1e9, 4)
        worst = max(ins.value(path, op) for op in ("read", "write"))
        result[f"{path}_instructions_per_s"] = round(worst * RATE)
    return result


def scaling(raw):
    """Accesses per second of all vCPUs together: the least disturbed sample."""
    rates = {}
    for run in raw["scaling"]:
        key = (run["path"], run["vcpus"])
        rates.setdefault(key, []).extend(
            run["vcpus"] * run["n"] * raw["tsc_hz"] / ticks for ticks in run["ticks"])
    return [{"path": path, "vcpus": vcpus, "accesses_per_s": round(max(values)),
             "median": round(statistics.median(values)), "samples": len(values)}
            for (path, vcpus), values in sorted(rates.items())]


def speedups(rows):
    """Path to rates of 2 and more vCPUs over the rate of one."""
    best = {(row["path"], row["vcpus"]): row["accesses_per_s"] for row in rows}
    result = {}
    for path, vcpus in best:
        if vcpus > 1:
            result.setdefault(path, {})[vcpus] = round(best[path, vcpus] / best[path, 1], 3)
    return result


def instructions_of(row, ins):
    """What the accesses of a workload cost the host, by what one costs."""
    path = "kernel" if row["path"] == "emulated" else row["path"]
    shadow_writes = row.get("shadow_writes", 0)
    return round(row["reads"] * ins.value(path, "read") +
                 (row["writes"] - shadow_writes) * ins.value(path, "write") +
                 shadow_writes * ins.value("shadow", "write"))


def workloads(directories, environment, ins):
    """What whole guests did."""
    rows = []
    for row in (row for path in directories for row in load(path)):
        row = {**row, "environment": environment}
        if row.get("instructions") is None:
            row["instructions"] = instructions_of(row, ins)
            row["instructions_from"] = (f"computed: reads and writes, times what one of "
                                        f"{HEAD_WIDTH} bytes costs ({ins.environment})")
        rows.append(row)
    return rows


def total(rows, path):
    """The workloads of one path taken together."""
    mine = [row for row in rows if row["path"] == path]
    result = {key: sum(row[key] for row in mine) for key in ("reads", "writes", "instructions")}
    result["registers"] = {}
    for name, offset, reads, writes in (entry for row in mine for entry in row["registers"]):
        was = result["registers"].get(offset, (name, 0, 0))
        result["registers"][offset] = (name, was[1] + reads, was[2] + writes)
    return result


def pages(registers, ins):
    """What each page of registers costs as EMULATED and as SHADOW, and which is cheaper."""
    counts = {}
    for offset, (_, reads, writes) in registers.items():
        was = counts.get(offset & ~0xfff, (0, 0))
        counts[offset & ~0xfff] = (was[0] + reads, was[1] + writes)
    rows = []
    for page, (reads, writes) in sorted(counts.items()):
        cost = {name: round(reads * ins.value(path, "read") + writes * ins.value(path, "write"))
                for name, path in (("EMULATED", "kernel"), ("SHADOW", "shadow"))}
        rows.append({"page": page, "reads": reads, "writes": writes, **cost,
                     "cheaper": min(cost, key=cost.get)})
    return rows


def fewer_exits(rows, ins):
    """What classes of pages save the workloads of a group."""
    vfio, emulated, kernel = (total(rows, path) for path in ("vfio", "emulated", "kernel"))
    left = sorted(((name, offset, reads) for offset, (name, reads, _) in kernel["registers"].items()
                   if reads), key=lambda entry: -entry[2])
    return {
        "reads": {"vfio": vfio["reads"], "emulated": emulated["reads"], "trapped": kernel["reads"]},
        "writes": {"vfio": vfio["writes"], "emulated": emulated["writes"],
                   "trapped": kernel["writes"]},
        "reads_without_exit": round(1 - kernel["reads"] / emulated["reads"], 4),
        "instructions": {"vfio": vfio["instructions"], "emulated": emulated["instructions"],
                         "kernel": kernel["instructions"]},
        "vfio_over_kernel": round(vfio["instructions"] / kernel["instructions"], 3),
        "reads_left": [{"register": name, "offset": offset, "reads": reads}
                       for name, offset, reads in left],
        "pages": pages(emulated["registers"], ins),
    }


def fewer_exits_lines(group, found):
    """Lines of the report about them."""
    reads, instructions = found["reads"], found["instructions"]
    yield ""
    yield f"{group}, taken together:"
    yield (f"  reads: {reads['emulated']} with every page trapped, {reads['trapped']} trapped with "
           f"the classes on: {100 * found['reads_without_exit']:.1f} % have no exit")
    yield (f"  instructions on accesses: {instructions['vfio'] / 1e6:.1f} million by VFIO, "
           f"{instructions['emulated'] / 1e6:.1f} in the kernel, {instructions['kernel'] / 1e6:.1f} "
           f"with the classes on: x {found['vfio_over_kernel']:.2f}")
    yield "  reads that trap still:"
    for row in found["reads_left"]:
        yield f"    {row['register']:<28} {row['offset']:#08x} {row['reads']:>6}"
    yield "  pages with a tenth of a per cent of the accesses or more, by what they cost:"
    yield f"    {'page':<8} {'reads':>7} {'writes':>7} {'EMULATED':>11} {'SHADOW':>11}"
    least = (reads["emulated"] + found["writes"]["emulated"]) / 1000
    for row in found["pages"]:
        if row["reads"] + row["writes"] >= least:
            yield (f"    {row['page']:#08x} {row['reads']:>7} {row['writes']:>7} "
                   f"{row['EMULATED']:>11} {row['SHADOW']:>11}  {row['cheaper']}")


def workload_table(rows, environment):
    """Lines of the report about workloads."""
    if not rows:
        return
    yield ""
    yield f"Workloads of whole guests ({environment}); instructions are the host's, on the accesses:"
    yield ""
    yield (f"{'workload':<34} {'path':<7} {'reads':>7} {'writes':>7} {'exits':>9} "
           f"{'to QEMU':>8} {'instructions':>13}")
    for row in rows:
        yield (f"{row['name']:<34} {row['path']:<7} {row['reads']:>7} {row['writes']:>7} "
               f"{row['exits']:>9} {row['userspace_exits']:>8} {row['instructions']:>13}")
    yield ""
    yield "  exits: of all kinds; to QEMU: MMIO exits of all devices."
    yield "  instructions: " + "; ".join(sorted({row["instructions_from"] for row in rows})) + "."
    for row in rows:
        label = f"  {row['name']}, {row['path']}: "
        if "pte_writes" in row:
            yield (label + f"{row['pte_writes']} GGTT entries written, "
                   f"{row['reads'] + row['writes']} register accesses in all")
        if "flips" in row:
            second = row["guest_us"] / 1e6
            yield (label + f"{row['flips'] / second:.2f} flips and {row['vblanks'] / second:.2f} "
                   "vertical blanks in a second of the guest")


def table(ins, wall):
    """Lines of the main table."""
    yield (f"{'path':<12} {'device':<34} {'op':<5} {'bytes':>5} {'instructions':>13} "
           f"{'ns best':>9} {'ns median':>10} {'exits/access':>13}")
    order = list(LABELS)
    for row in sorted(ins.rows, key=lambda r: (r["op"], r["width"], order.index(r["path"]))):
        timed = wall.find(row["path"], row["op"], row["width"], row["device"])
        exits = (row["userspace_exits"] + timed["userspace_exits"]) / (row["n"] + timed["n"])
        yield (f"{row['path']:<12} {row['device']:<34} {row['op']:<5} {row['width']:>5} "
               f"{row['median']:>13.0f} {timed['min']:>9.0f} {timed['median']:>10.0f} "
               f"{exits:>13.3f}")


def report(result, ins, wall):
    """The lines of report.txt."""
    env, ratio, cost = result["environment"], result["ratios"], result["rate_100k"]
    yield "What one register access of a guest costs"
    yield ""
    yield f"instructions: {ins.environment} (one vCPU, the time stamp counter counts instructions)"
    yield f"times:        {wall.environment} on {env['host_cpu']}"
    yield f"level 1:      {env['kernel']}, {env['qemu']}"
    yield f"tree:         {env['commit']}, {env['date']}"
    yield f"The loop itself is {env['loop_instructions']:.0f} instructions of each figure."
    yield ""
    yield from table(ins, wall)
    yield ""
    yield f"Ratios, {HEAD_WIDTH} bytes, the worse of read and write; times by the best sample:"
    for key in ("kernel_over_floor_instructions", "vfio_over_kernel_instructions",
                "vfio_over_kernel_ns", "shadow_over_ram"):
        yield f"  {key:<34} {ratio[key]:.3f}"
    yield ("  What comes on top of the trap that KVM's own devices pay too is "
           f"{ratio['vfio_over_kernel_beyond_the_trap_instructions']:.0f} times longer by VFIO.")
    yield ""
    yield f"{RATE} accesses in a second:"
    for path in ("vfio", "kernel"):
        yield (f"  {LABELS[path]:<20} {100 * cost[path + '_vcpu_share']:6.0f} % of a vCPU "
               f"({wall.environment}), {cost[path + '_instructions_per_s'] / 1e6:6.0f} million "
               "instructions")
    yield ""
    yield f"Accesses in a second, 4-byte reads, best sample ({wall.environment}):"
    for path in result["scaling_speedup"]:
        cells = [f"{row['vcpus']} vCPU{'s' if row['vcpus'] > 1 else ' '} {row['accesses_per_s']:>10}"
                 for row in result["scaling"] if row["path"] == path]
        yield f"  {path:<22} " + "  ".join(cells) + f"  2: x {result['scaling_speedup'][path][2]:.2f}"
    yield from workload_table(result["workloads"], wall.environment)
    for group, found in result["fewer_exits"].items():
        yield from fewer_exits_lines(group, found)


def bars(access):
    """Bars of a panel: (label, trap, rest) of read and write for each path, top first."""
    found = []
    for path in ("vfio", "qemu-device", "kernel", "kvm-floor", "ram"):
        for op in ("read", "write"):
            value, floor = access.value(path, op), access.value("kvm-floor", op)
            found.append((path, op, value, min(value, floor)))
    return found


TRAP_COLOUR = "#9aa5b1"
COLOURS = {"vfio": "#c0392b", "qemu-device": "#e08e0b", "kernel": "#1e8449",
           "kvm-floor": TRAP_COLOUR, "ram": TRAP_COLOUR}


def panel(number, access, title, unit, scale, form):
    """Gnuplot commands of one panel; values are divided by scale."""
    rows = bars(access)
    top = max(row[2] for row in rows) / scale
    left, right = 0.145 + 0.5 * number, 0.465 + 0.5 * number
    lines = [f"set title '{title}' font ',15' offset 0,0.2", f"set xrange [0:{top * 1.16:.4f}]",
             f"set lmargin at screen {left}", f"set rmargin at screen {right}"]
    y = 0.0
    for i, (path, op, value, floor) in enumerate(rows):
        value, floor = value / scale, floor / scale
        y = -(i // 2) * 1.0 - (i % 2) * 0.36
        low, high = y - 0.15, y + 0.15
        for start, end, colour in ((0, floor, TRAP_COLOUR), (floor, value, COLOURS[path])):
            if end > start:
                lines.append(f"set object rect from {start},{low} to {end},{high} front "
                             f"fc rgb '{colour}' fs solid noborder")
        text = form.format(value)
        if path == "ram" and scale > 1:
            text = f"{value * scale:.1f} ns"
        lines.append(f'set label "{text} {{/=10 {op}}}" at {value + top * 0.012},{y} front '
                     "font ',12'")
        if i % 2 == 0:
            lines.append(f'set label "{LABELS[path]}" at {-top * 0.02},{y - 0.18} right front '
                         "font ',13'")
    return lines + [f"set yrange [{y - 0.4}:0.35]", f"set xlabel '{unit}' font ',11' offset 0,0.2",
                    "plot NaN notitle", "unset object", "unset label"]


def legend():
    """Gnuplot commands that explain the colours."""
    entries = ((0.06, TRAP_COLOUR, "the trap itself: exit, decode, look-up, return"),
               (0.365, COLOURS["kernel"], "answered in the kernel"),
               (0.525, COLOURS["qemu-device"], "out to QEMU and back"),
               (0.68, COLOURS["vfio"], "out to QEMU, by VFIO into the kernel, and back"))
    lines = []
    for x, colour, text in entries:
        lines.append(f"set object rect from screen {x},0.026 to screen {x + 0.012},0.05 "
                     f"fc rgb '{colour}' fs solid noborder")
        lines.append(f'set label "{text}" at screen {x + 0.017},0.038 left font \',11\'')
    return lines


def plot(out, ins, wall):
    """Writes the gnuplot script; it makes path-length.svg beside itself."""
    lines = [
        "# made by bench.py",
        "set terminal svg size 1280,580 dynamic enhanced font 'DejaVu Sans,12' "
        "background rgb 'white'",
        f"set output '{os.path.join(out, 'path-length.svg')}'",
        "set multiplot",
        "set bmargin at screen 0.185", "set tmargin at screen 0.815",
        "unset ytics", "unset key", "set border 1 lc rgb '#bbbbbb'",
        "set xtics nomirror textcolor rgb '#666666' font ',10' format '%.0f'",
        "set grid xtics lc rgb '#e5e5e5' lt 1",
        "set label 'What one 4-byte register access of a guest costs' at screen 0.5,0.955 center "
        "font ',19'",
    ]
    lines += legend()
    lines += panel(0, ins, "Instructions", f"instructions ({ins.environment})", 1, "{:,.0f}")
    lines += panel(1, wall, "Time", f"microseconds, best sample ({wall.environment})", 1000,
                   "{:.1f}")
    lines += ["unset multiplot"]
    with open(os.path.join(out, "path-length.gp"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    """The program."""
    out, raw_ins, raw_wall = sys.argv[1], load(sys.argv[2]), load(sys.argv[3])
    name = "kvm" if boot.has_nested_kvm() else "tcg"
    ins = Access(raw_ins, "tcg-icount", "instructions", 1)
    wall = Access(raw_wall, name, "ns", 1e9 / raw_wall["tsc_hz"])
    rows = scaling(raw_wall)
    result = {
        "environment": {
            "name": name, "host_cpu": host_cpu(), "host_cpus": os.cpu_count(),
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "commit": output_of("git", "describe", "--always", "--dirty"),
            "tsc_hz": round(raw_wall["tsc_hz"]), "rounds": raw_wall["rounds"],
            "loop_instructions": statistics.median(raw_ins["loop"]), **raw_wall["machine"]},
        "access": ins.rows + wall.rows,
        "ratios": ratios(ins, wall),
        "rate_100k": rate(ins, wall),
        "scaling": rows,
        "scaling_speedup": speedups(rows),
        "workloads": workloads(sys.argv[4:], name, ins),
    }
    groups = {}
    for row in result["workloads"]:
        if "group" in row:
            groups.setdefault(row["group"], []).append(row)
    result["fewer_exits"] = {group: fewer_exits(rows, ins) for group, rows in groups.items()}
    with open(os.path.join(out, "results.json"), "w", encoding="ascii") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    with open(os.path.join(out, "report.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(report(result, ins, wall)) + "\n")
    plot(out, ins, wall)


if __name__ == "__main__":
    main()
