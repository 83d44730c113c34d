// SPDX-License-Identifier: GPL-2.0
/*
 * blt.c - the blitter against memcpy(), over memory that can be accessed directly
 *
 *	blt [PAIR]	all pairs of tilings, or one, as in "Y-linear" and "fill-X"
 *
 * Prints how many MiB are done in a second, and that over what memcpy() does from
 * buffer to buffer.  Each surface is scattered in pages; one follows the other in the
 * address space, as allocators place them.
 */
#include <time.h>

#define RAM_SIZE (80u << 20)
#include "gen8_guest.h"

#define SIZE (16u << 20) /* of a surface */
#define PITCH 16384u
#define TIMES 8 /* blits in a row */
#define ROUNDS 5 /* the best of which counts */
#define SRC 0x10000000u /* PPGTT */
#define DST (SRC + SIZE)

#define XY_COLOR_BLT (2u << 29 | 0x50 << 22 | 5)
#define XY_FAST_COPY_BLT (2u << 29 | 0x42 << 22 | 8)
#define WRITE_RGBA (3u << 20)
#define DST_TILED BIT(11)

static const char *const tilings[] = { "linear", "X", "Y" };

static void irq_nowhere(struct vgpu *v, u32 id, u32 bits)
{
}

static u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static u32 pitch_of(u32 tiling)
{
	return tiling ? PITCH / 4 : PITCH;
}

static void emit_copy(struct context *c, u32 from, u32 to)
{
	EMIT(c, XY_FAST_COPY_BLT | from << 20 | to << 13, 3u << 24 | pitch_of(to), 0,
	     SIZE / PITCH << 16 | PITCH / 4, DST, 0, 0, pitch_of(from), SRC, 0);
}

static void emit_fill(struct context *c, u32 to)
{
	EMIT(c, 0x11000001, 0x22200, 0x00030000 | (to == GEN8_TILE_Y) << 1);
	EMIT(c, XY_COLOR_BLT | WRITE_RGBA | (to ? DST_TILED : 0),
	     3u << 24 | 0xf0 << 16 | pitch_of(to), 0, SIZE / PITCH << 16 | PITCH / 4, DST, 0,
	     0x8badf00d);
}

static void surfaces_new(struct context *c)
{
	u32 i;

	guest_begin();
	f.map = MAP_ALL;
	f.engine_irq = irq_nowhere;
	*c = context_new(0x20);
	ppgtt_new(c->pml4, SRC, 2 * SIZE / GEN8_PAGE);
	for (i = 0; i < 2 * SIZE; i += GEN8_PAGE)
		memset(f.ram + ppgtt_gpa(c->pml4, SRC + i), 1, GEN8_PAGE);
}

/* Return: the microseconds that @times blits take; @from: -1 for fills. */
static u64 blit_us(struct context *c, int from, u32 to, u32 times)
{
	u64 begin;

	for (; times; times--) {
		if (from < 0)
			emit_fill(c, to);
		else
			emit_copy(c, from, to);
	}
	submit(GEN8_BCS, c, NULL);
	begin = now_us();
	if (!work() || engine(GEN8_BCS)->hung)
		printf("the blitter does not end\n");
	return now_us() - begin;
}

/* The same bytes by memcpy(): page by page, as they lie in memory. */
static u64 memcpy_us(const struct context *c, u32 times)
{
	static u8 *page[2 * SIZE / GEN8_PAGE];
	u64 begin;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = f.ram + ppgtt_gpa(c->pml4, SRC + i * GEN8_PAGE);
	begin = now_us();
	for (; times; times--)
		for (i = 0; i < SIZE / GEN8_PAGE; i++)
			memcpy(page[SIZE / GEN8_PAGE + i], page[i], GEN8_PAGE);
	return now_us() - begin;
}

static void pair(int from, u32 to, const char *only)
{
	u64 blit = ~0ull, copy = ~0ull;
	struct context c;
	char name[32];
	u32 i;

	snprintf(name, sizeof(name), "%s-%s", from < 0 ? "fill" : tilings[from], tilings[to]);
	if (only && strcmp(only, name))
		return;
	surfaces_new(&c);
	blit_us(&c, from, to, 1);
	for (i = 0; i < ROUNDS; i++) {
		u64 us = blit_us(&c, from, to, TIMES);

		blit = min(blit, us);
		us = memcpy_us(&c, TIMES);
		copy = min(copy, us);
	}
	guest_end();
	printf("%-14s %7.0f MiB/s  %5.2f of memcpy\n", name,
	       (double)(SIZE >> 20) * TIMES * 1e6 / blit, (double)copy / blit);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;
	int from;
	u32 to;

	for (from = -1; from <= GEN8_TILE_Y; from++)
		for (to = GEN8_LINEAR; to <= GEN8_TILE_Y; to++)
			pair(from, to, only);
	return 0;
}
