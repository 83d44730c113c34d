// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_gamma.c - the gamma tables of a pipe, applied to its frame
 *
 * The frame has 8 bits per colour, so whatever the mode is, it comes to 256 values of each.
 * They are applied to the whole frame where the primary plane asks for it: drivers enable
 * gamma for all planes of a pipe or none.  Colour space conversion is not done: it is where
 * a driver reduces the range for monitors that expect it, and ours does not.
 */
#include "gen8_display.h"

/* The 10-bit value of colour @c, 0 blue, 1 green, 2 red, of an entry. */
static u32 entry_get(const u32 *table, u32 index, u32 c)
{
	return table[env_index_nospec(index, PREC_PAL_NR)] >> (10 * c) & 0x3ff;
}

static u32 widen(u32 val)
{
	return val << 2 | val >> 6;
}

static u8 value_of(struct vgpu *v, u32 pipe, u32 mode, u32 c, u32 val)
{
	const u32 *table = to_gen8(v)->display->palette[pipe];

	switch (mode) {
	case GAMMA_MODE_8BIT:
		return gen8_reg(v, LGC_PALETTE(pipe) + 4 * val) >> (8 * c);
	case GAMMA_MODE_10BIT:
		return entry_get(table, widen(val), c) >> 2;
	case GAMMA_MODE_SPLIT: /* one half before colour space conversion, one after it */
		val = entry_get(table, widen(val) / 2, c);
		return entry_get(table, PREC_PAL_NR / 2 + val / 2, c) >> 2;
	default:
		return val;
	}
}

/**
 * gen8_gamma_get - what a pipe makes of each value of each colour
 * @v: the device
 * @pipe: the pipe
 * @gamma: receives it
 *
 * Return: false where all stay what they are.
 */
bool gen8_gamma_get(struct vgpu *v, u32 pipe, struct gen8_gamma *gamma)
{
	u32 mode = gen8_reg(v, GAMMA_MODE(pipe)) & GAMMA_MODE_MASK;
	struct gen8 *g = to_gen8(v);
	bool changes = false;
	u32 c, i;

	env_lock(&g->display_lock);
	for (c = 0; c < 3; c++)
		for (i = 0; i < 256; i++) {
			gamma->map[c][i] = value_of(v, pipe, mode, c, i);
			changes |= gamma->map[c][i] != i;
		}
	env_unlock(&g->display_lock);
	return changes;
}

/**
 * gen8_gamma_apply - to pixels
 * @gamma: the tables
 * @p: the pixels
 * @n: how many
 */
void gen8_gamma_apply(const struct gen8_gamma *gamma, u32 *p, u32 n)
{
	for (; n; n--, p++)
		*p = (u32)gamma->map[2][*p >> 16 & 0xff] << 16 |
		     (u32)gamma->map[1][*p >> 8 & 0xff] << 8 | gamma->map[0][*p & 0xff];
}
