// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_blt.c - blits between linear, X- and Y-tiled surfaces, against the CPU
 *
 * Every byte of a destination is compared, those beside the rectangle as well.
 */
#include <stdlib.h>
#include <string.h>

#include "exercise.h"

#define PITCH 2048u
#define LINES 128u
#define SIZE (PITCH * LINES)

#define BCS_SWCTRL 0x22200u
#define SWCTRL_SRC_Y 1u
#define SWCTRL_DST_Y 2u

#define XY_COLOR_BLT (2u << 29 | 0x50u << 22 | 5)
#define XY_SRC_COPY_BLT (2u << 29 | 0x53u << 22 | 8)
#define XY_FAST_COPY_BLT (2u << 29 | 0x42u << 22 | 8)
#define WRITE_RGBA (3u << 20)
#define SRC_TILED (1u << 15)
#define DST_TILED (1u << 11)
#define ROP_COPY 0xccu
#define ROP_XOR 0x66u
#define ROP_FILL 0xf0u
#define FILL_COLOR 0x8badf00du

enum tiling {
	LINEAR,
	TILE_X,
	TILE_Y,
};

static const char *const tiling_name[] = { "linear", "X", "Y" };

/**
 * struct blit - what to do
 * @fast: by XY_FAST_COPY_BLT
 * @rop: raster operation, of others
 * @bpp: bytes per pixel
 * @x: where to, in pixels
 * @y: as above
 * @sx: where from
 * @sy: as above
 * @w: pixels of a line
 * @h: lines
 * @src: tiling there
 * @dst: and here
 */
struct blit {
	bool fast;
	unsigned int rop;
	unsigned int bpp;
	unsigned int x;
	unsigned int y;
	unsigned int sx;
	unsigned int sy;
	unsigned int w;
	unsigned int h;
	enum tiling src;
	enum tiling dst;
};

/* Byte @x of line @y: X tiles are 512 bytes by 8 lines, Y tiles 8 columns of 16 by 32. */
static unsigned int where(enum tiling t, unsigned int x, unsigned int y)
{
	switch (t) {
	case TILE_X:
		return (y / 8 * (PITCH / 512) + x / 512) * 4096 + y % 8 * 512 + x % 512;
	case TILE_Y:
		return (y / 32 * (PITCH / 128) + x / 128) * 4096 + x % 128 / 16 * 512 +
		       y % 32 * 16 + x % 16;
	default:
		return y * PITCH + x;
	}
}

static void fill_random(struct bo *bo, uint32_t seed)
{
	unsigned int i;

	for (i = 0; i < bo->size / 4; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 17;
		seed ^= seed << 5;
		bo->map[i] = seed;
	}
}

static unsigned int depth_of(const struct blit *b)
{
	if (b->fast)
		return b->bpp == 1 ? 0 : b->bpp == 2 ? 1 : b->bpp == 4 ? 3 : b->bpp == 8 ? 4 : 5;
	return b->bpp == 1 ? 0 : b->bpp == 2 ? 1 : 3;
}

static unsigned int pitch_of(enum tiling t)
{
	return t == LINEAR ? PITCH : PITCH / 4;
}

/* XY_SRC_COPY_BLT learns of Y tiles from a register, after what came before is done. */
static void put_swctrl(struct batch *out, unsigned int bits)
{
	put(out, MI_FLUSH_DW);
	put_addr(out, 0);
	put(out, 0);
	put(out, MI_LOAD_REGISTER_IMM(1));
	put(out, BCS_SWCTRL);
	put(out, (SWCTRL_SRC_Y | SWCTRL_DST_Y) << 16 | bits);
}

static void put_rect(struct batch *out, const struct blit *b)
{
	put(out, b->y << 16 | b->x);
	put(out, (b->y + b->h) << 16 | (b->x + b->w));
}

static void put_copy(struct batch *out, const struct blit *b, uint64_t src, uint64_t dst)
{
	if (b->fast) {
		put(out, XY_FAST_COPY_BLT | b->src << 20 | b->dst << 13);
		put(out, depth_of(b) << 24 | pitch_of(b->dst));
	} else {
		put_swctrl(out, (b->src == TILE_Y ? SWCTRL_SRC_Y : 0) |
					(b->dst == TILE_Y ? SWCTRL_DST_Y : 0));
		put(out, XY_SRC_COPY_BLT | (b->bpp == 4 ? WRITE_RGBA : 0) |
				 (b->src != LINEAR ? SRC_TILED : 0) |
				 (b->dst != LINEAR ? DST_TILED : 0));
		put(out, depth_of(b) << 24 | b->rop << 16 | pitch_of(b->dst));
	}
	put_rect(out, b);
	put_addr(out, dst);
	put(out, b->sy << 16 | b->sx);
	put(out, pitch_of(b->src));
	put_addr(out, src);
}

static void put_fill(struct batch *out, const struct blit *b, uint64_t dst, uint32_t color)
{
	put_swctrl(out, b->dst == TILE_Y ? SWCTRL_DST_Y : 0);
	put(out,
	    XY_COLOR_BLT | (b->bpp == 4 ? WRITE_RGBA : 0) | (b->dst != LINEAR ? DST_TILED : 0));
	put(out, depth_of(b) << 24 | ROP_FILL << 16 | pitch_of(b->dst));
	put_rect(out, b);
	put_addr(out, dst);
	put(out, color);
}

/* The same by the CPU; @src: NULL for a fill. */
static void expect(const struct blit *b, const uint8_t *src, uint32_t color, uint8_t *dst)
{
	unsigned int x, y;

	for (y = 0; y < b->h; y++) {
		for (x = 0; x < b->w * b->bpp; x++) {
			uint8_t *to = dst + where(b->dst, b->x * b->bpp + x, b->y + y);
			uint8_t from;

			if (src)
				from = src[where(b->src, b->sx * b->bpp + x, b->sy + y)];
			else
				from = color >> 8 * (x % b->bpp);
			*to = b->rop == ROP_XOR ? *to ^ from : from;
		}
	}
}

/* Return: is the destination what the CPU makes of it? */
static bool blit_is_right(const struct blit *b, bool fill)
{
	static struct bo src, dst;
	static struct batch out;
	static uint8_t want[SIZE];
	const struct bo *bos[] = { &src, &dst };
	const uint32_t color = FILL_COLOR;
	unsigned int bad = 0, first = 0, i;
	int ret;

	if (!src.map) {
		src = bo_new(SIZE);
		dst = bo_new(SIZE);
		out = batch_new();
	}
	fill_random(&src, 0x2545f491);
	fill_random(&dst, 0x9e3779b9);
	memcpy(want, dst.map, SIZE);
	expect(b, fill ? NULL : (const uint8_t *)src.map, color, want);

	batch_begin(&out);
	if (fill)
		put_fill(&out, b, dst.addr, color);
	else
		put_copy(&out, b, src.addr, dst.addr);
	ret = batch_run(&out, I915_EXEC_BLT, bos, 2);
	for (i = SIZE; i-- > 0;) {
		if (((uint8_t *)dst.map)[i] == want[i])
			continue;
		bad++;
		first = i;
	}
	if (ret || bad)
		note("error %d, %u bytes differ, the first at %#x", ret, bad, first);
	return !ret && !bad;
}

static void copies(bool fast, const unsigned int *bpps, unsigned int nr)
{
	unsigned int i, s, d;

	for (s = LINEAR; s <= TILE_Y; s++) {
		for (d = LINEAR; d <= TILE_Y; d++) {
			bool good = true;

			for (i = 0; i < nr; i++) {
				struct blit b = { .fast = fast,
						  .rop = ROP_COPY,
						  .bpp = bpps[i],
						  .x = 3,
						  .y = 5,
						  .sx = 17,
						  .sy = 2,
						  .w = 1700 / bpps[i],
						  .h = 101,
						  .src = s,
						  .dst = d };

				good &= blit_is_right(&b, false);
			}
			result(good, "%s, %s to %s", fast ? "XY_FAST_COPY_BLT" : "XY_SRC_COPY_BLT",
			       tiling_name[s], tiling_name[d]);
		}
	}
}

static void fills(void)
{
	static const unsigned int bpps[] = { 1, 2, 4 };
	unsigned int i, d;

	for (d = LINEAR; d <= TILE_Y; d++) {
		bool good = true;

		for (i = 0; i < ARRAY_SIZE(bpps); i++) {
			struct blit b = { .bpp = bpps[i],
					  .x = 7,
					  .y = 9,
					  .w = 1500 / bpps[i],
					  .h = 99,
					  .dst = d };

			good &= blit_is_right(&b, true);
		}
		result(good, "XY_COLOR_BLT, %s", tiling_name[d]);
	}
}

bool blit_check(unsigned int n)
{
	static const unsigned int bpps[] = { 1, 2, 4 }, fast_bpps[] = { 1, 4, 16 };
	unsigned int kind = n % 4, pair = n / 4 % 9, depth = n / 36 % 3;
	struct blit b = { .fast = kind == 1,
			  .rop = kind == 2 ? ROP_XOR : ROP_COPY,
			  .bpp = kind == 1 ? fast_bpps[depth] : bpps[depth],
			  .x = 1 + n % 31,
			  .y = n % 29,
			  .sx = n % 23,
			  .sy = n % 19,
			  .h = 60 + n % 37,
			  .src = pair / 3,
			  .dst = pair % 3 };

	b.w = (1200 + n % 301) / b.bpp;
	return blit_is_right(&b, kind == 3);
}

#define WIDE (16u << 20) /* a surface of which bandwidth is measured */
#define WIDE_PITCH 16384u
#define TIMES 8
#define ROUNDS 3

/* A surface of WIDE bytes, TIMES, without a pause.  Return: microseconds; 0: it failed. */
static uint64_t blit_time(struct batch *out, const struct bo *const *bos)
{
	uint64_t begin;
	unsigned int i;
	int ret;

	ret = batch_submit(out, I915_EXEC_BLT, bos, 2); /* all pages are there */
	if (!ret)
		ret = bo_wait(bos[1]);
	begin = now_us();
	for (i = 0; i < TIMES && !ret; i++)
		ret = batch_submit(out, I915_EXEC_BLT, bos, 2);
	if (!ret)
		ret = bo_wait(bos[1]);
	return ret ? 0 : now_us() - begin;
}

static uint64_t memcpy_time(const struct bo *src, const struct bo *dst)
{
	uint64_t begin;
	unsigned int i;

	memcpy(dst->map, src->map, WIDE);
	begin = now_us();
	for (i = 0; i < TIMES; i++) {
		memcpy(dst->map, src->map, WIDE);
		__asm__ volatile("" ::: "memory");
	}
	return now_us() - begin;
}

static unsigned int wide_pitch_of(enum tiling t)
{
	return t == LINEAR ? WIDE_PITCH : WIDE_PITCH / 4;
}

static void put_wide_copy(struct batch *out, enum tiling from, enum tiling to, const struct bo *src,
			  const struct bo *dst)
{
	put(out, XY_FAST_COPY_BLT | from << 20 | to << 13);
	put(out, 3u << 24 | wide_pitch_of(to));
	put(out, 0);
	put(out, WIDE / WIDE_PITCH << 16 | WIDE_PITCH / 4);
	put_addr(out, dst->addr);
	put(out, 0);
	put(out, wide_pitch_of(from));
	put_addr(out, src->addr);
}

static void put_wide_fill(struct batch *out, enum tiling to, const struct bo *dst)
{
	put_swctrl(out, to == TILE_Y ? SWCTRL_DST_Y : 0);
	put(out, XY_COLOR_BLT | WRITE_RGBA | (to != LINEAR ? DST_TILED : 0));
	put(out, 3u << 24 | ROP_FILL << 16 | wide_pitch_of(to));
	put(out, 0);
	put(out, WIDE / WIDE_PITCH << 16 | WIDE_PITCH / 4);
	put_addr(out, dst->addr);
	put(out, FILL_COLOR);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Which stays the same when its parts change places. */
static uint64_t sum_of(const struct bo *bo)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < bo->size / 4; i++)
		sum += bo->map[i];
	return sum;
}

/*
 * The blitter, with what is in @out, against the guest's own memcpy() over the same
 * buffers, in turns: the best of each counts.  @sum: of what is there then.
 */
static void bandwidth(const char *from, enum tiling to, struct batch *out,
		      const struct bo *const *bos, uint64_t sum)
{
	uint64_t blit = UINT64_MAX, copy = UINT64_MAX;
	bool good = true;
	unsigned int i;
	char name[64];

	put(out, MI_BATCH_BUFFER_END);
	put(out, 0);
	snprintf(name, sizeof(name), "blt-%s-%s-%u-MiB", from, tiling_name[to],
		 ROUNDS * (TIMES + 1) * (WIDE >> 20));
	work_begin(name);
	for (i = 0; i < ROUNDS && good; i++) {
		copy = least(copy, memcpy_time(bos[0], bos[1]));
		memset(bos[1]->map, 0, WIDE);
		blit = least(blit, blit_time(out, bos));
		good = blit && sum_of(bos[1]) == sum;
	}
	work_end();
	if (result(good, "%s: all of it is there", name)) {
		figure("blitter_us", blit);
		figure("memcpy_us", copy);
		figure("blit_over_memcpy", (double)copy / blit);
	}
	bo_free(&out->bo);
}

static void bandwidths(void)
{
	struct bo src = bo_new(WIDE), dst = bo_new(WIDE);
	const struct bo *bos[] = { &src, &dst };
	enum tiling from, to;
	struct batch out;

	fill_random(&src, 1);
	for (to = LINEAR; to <= TILE_Y; to++) {
		out = batch_new();
		put_wide_fill(&out, to, &dst);
		bandwidth("fill", to, &out, bos, (uint64_t)FILL_COLOR * (WIDE / 4));
		for (from = LINEAR; from <= TILE_Y; from++) {
			out = batch_new();
			put_wide_copy(&out, from, to, &src, &dst);
			bandwidth(tiling_name[from], to, &out, bos, sum_of(&src));
		}
	}
	bo_free(&src);
	bo_free(&dst);
}

void test_blt(void)
{
	static const unsigned int bpps[] = { 1, 2, 4 };
	static const unsigned int fast_bpps[] = { 1, 4, 16 };
	struct blit b = { .rop = ROP_XOR,
			  .bpp = 4,
			  .x = 100,
			  .y = 1,
			  .sx = 4,
			  .sy = 33,
			  .w = 300,
			  .h = 64,
			  .src = TILE_X,
			  .dst = TILE_Y };

	fills();
	copies(false, bpps, ARRAY_SIZE(bpps));
	copies(true, fast_bpps, ARRAY_SIZE(fast_bpps));
	result(blit_is_right(&b, false), "XY_SRC_COPY_BLT with XOR, X to Y");
	bandwidths();
}
