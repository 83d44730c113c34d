// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_clock.c - the timestamp that each engine has, of 80 ns
 *
 * i915 never reads it.  User space does, of two engines, and so they differ:
 *
 * BCS		intel-gpu-tools map the BAR and expect it to go on within microseconds: a read
 *		computes it, and so traps.
 * RCS		what the driver's ioctl returns to Mesa.  It is stored, as that of VCS0 and VECS
 *		is, so that the page of registers can be shared with the guest: that of the last
 *		interrupt, of the last command that stored it, or of the last frame, whichever
 *		is latest; and it never goes back.
 */
#include "gen8_engine.h"

#define NS_PER_TICK 80 /* 12.5 MHz */

static const u32 stored[] = { 0x02000, 0x12000, 0x1a000 };

u64 gen8_clock_ticks(struct vgpu *v)
{
	return env_div64(v->host->now_ns(v), NS_PER_TICK);
}

u64 gen8_clock_publish(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);
	u64 ticks;
	u32 i;

	/* The time is taken under the lock: who comes later stores a later one. */
	env_lock(&g->clock_lock);
	ticks = gen8_clock_ticks(v);
	for (i = 0; i < ARRAY_SIZE(stored); i++)
		env_store64(&v->regs[(stored[i] + RING_TIMESTAMP) / 4], ticks);
	env_unlock(&g->clock_lock);
	return ticks;
}

u32 gen8_clock_read(struct vgpu *v, u32 off)
{
	u64 ticks = gen8_clock_ticks(v);

	return off % 8 ? ticks >> 32 : ticks;
}
