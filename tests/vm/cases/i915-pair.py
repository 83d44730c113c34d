#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Two i915 guests at work side by side for long; then one is killed, the other does not notice."""
# needs: modules qemu guest
# timeout: 2400
# long
#
# KVMGT_PAIR_SECONDS: how long side by side (default 600).  With more than 1500 the case needs
# another limit: run.sh --timeout.

import os
import random
import time

import l2
from endurance import Endurance, boot, end

SECONDS = int(os.environ.get("KVMGT_PAIR_SECONDS", "600"))
# What the survivor has before it: death of the other, and the boot of another one.
AFTER = max(120, SECONDS // 4)


def side_by_side(t, guests):
    """Both at work, to the end."""
    pair = [Endurance(guest, name, SECONDS) for name, guest in guests.items()]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    for one in pair:
        one.judge(t)


def kill(t, victim, at_work):
    """QEMU of a guest at work ends at once; the vGPU it had is free again."""
    at_work.wait_at_work()
    time.sleep(random.uniform(0, 2))
    done, attached = at_work.sum(), victim.dev.debugfs("ranges")
    t.ok(at_work.is_alive(), f"{at_work.label}: killed at work: {done}", at_work.trouble)
    at_work.doomed = True
    victim.sigkill()
    at_work.join()
    t.ok(at_work.trouble and not done.get("mismatches"), f"{at_work.label}: dies", at_work.trouble)
    t.ok("0x" in attached, "ranges of it were attached", attached)
    left = victim.dev.debugfs("ranges")
    t.ok("0x" not in left, "no range of it is left", left)
    start = time.monotonic()
    uuid = victim.dev.uuid
    victim.dev.remove()
    dev = l2.Mdev("gen8", uuid)
    l2.log(f"removed and made again in {time.monotonic() - start:.2f} s")
    return dev


def body(t):
    """The case."""
    l2.modules_load()
    before = l2.pinned_pages()
    guests = {"first": boot("first", "6.12"), "second": boot("second", "6.1")}
    side_by_side(t, guests)

    first, second = guests.values()
    survivor = Endurance(first, "survivor", AFTER)
    victim = Endurance(second, "victim", AFTER)
    survivor.start()
    victim.start()
    survivor.wait_at_work()
    dev = kill(t, second, victim)
    told = survivor.sum()
    survivor.wait_at_work()
    l2.log(f"{survivor.label}: {told} when the other died, then {survivor.sum()}")
    t.ok(survivor.is_alive() and all(survivor.sum()[key] > told[key] for key in
                                     ("submissions", "flips", "blits")),
         f"{survivor.label}: goes on", survivor.trouble)
    third = boot("third", "6.1", dev)
    t.ok(survivor.is_alive(), f"{survivor.label}: still at work when another guest is up",
         (survivor.trouble, survivor.sum()))
    third_at_work = Endurance(third, "third", 20)
    third_at_work.start()
    survivor.join()
    third_at_work.join()
    survivor.judge(t)
    third_at_work.judge(t)
    end(t, "first", first)
    end(t, "third", third)
    t.equal(l2.pinned_pages(), before, "no page is left pinned")
    l2.modules_unload()
    t.ok(True, "modules unload")


l2.case(body)
