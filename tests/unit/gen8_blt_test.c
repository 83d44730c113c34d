// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_blt_test.c - the blitter against one that goes byte by byte
 *
 * An area of a PPGTT, scattered in guest memory, has a flat twin.  Each blit is done
 * on both, and then they are compared whole: also what must not have changed.  All is
 * done three times: through the host, directly, and some of it one way, some the other.
 */
#include "gen8_guest.h"

#define AREA		0x00400000u	/* PPGTT */
#define AREA_PAGES	768u
#define AREA_SIZE	(AREA_PAGES * GEN8_PAGE)

#define COLOR_BLT	(2u << 29 | 0x50 << 22 | 5)
#define SRC_COPY_BLT	(2u << 29 | 0x53 << 22 | 8)
#define FAST_COPY_BLT	(2u << 29 | 0x42 << 22 | 8)
#define RGBA		(BIT(20) | BIT(21))

static u8 twin[AREA_SIZE];
static u8 taken[1 << 22];
static struct context c;
static u64 state;
static enum fixture_map way;

static u32 rnd(u32 below)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (state >> 33) % below;
}

/**
 * struct naive - a rectangle copy or fill, as the test means it
 */
struct naive {
	u32 bpp;
	bool copy;
	u8 rop;
	u32 keep;
	u32 color;
	int x1, y1, x2, y2, sx, sy;
	u32 dst, src;			/* byte offsets in the area */
	int dst_pitch, src_pitch;	/* bytes */
	int dst_tiling, src_tiling;
};

static void begin(u32 seed)
{
	u32 i;

	state = seed;
	guest_begin();
	f.map = way;
	f.engine_irq = (void (*)(struct vgpu *, u32, u32))NULL;
	c = context_new(0x20);
	ppgtt_new(c.pml4, AREA, AREA_PAGES);
	/* some of them do follow each other */
	for (i = 0; i + 4 < AREA_PAGES; i += 32) {
		u64 gpa = ppgtt_gpa(c.pml4, AREA + i * GEN8_PAGE);

		ppgtt_set(c.pml4, AREA + (i + 1) * GEN8_PAGE, (gpa + GEN8_PAGE) | PTE_RW);
	}
	for (i = 0; i < AREA_SIZE; i++)
		twin[i] = rnd(256);
	for (i = 0; i < AREA_PAGES; i++)
		memcpy(f.ram + ppgtt_gpa(c.pml4, AREA + i * GEN8_PAGE), twin + i * GEN8_PAGE,
		       GEN8_PAGE);
}

static void irq_nowhere(struct vgpu *v, u32 id, u32 bits)
{
}

/* Where byte @x of line @y of a surface is, as an offset from its base. */
static int naive_at(int tiling, int pitch, int x, int y)
{
	int tile;

	switch (tiling) {
	case GEN8_TILE_X:
		tile = y / 8 * (pitch / 512) + x / 512;
		return tile * 4096 + y % 8 * 512 + x % 512;
	case GEN8_TILE_Y:
		tile = y / 32 * (pitch / 128) + x / 128;
		return tile * 4096 + x % 128 / 16 * 512 + y % 32 * 16 + x % 16;
	default:
		return y * pitch + x;
	}
}

static u8 naive_rop(u8 rop, u8 p, u8 s, u8 d)
{
	u8 out = 0;
	u32 bit;

	for (bit = 0; bit < 8; bit++)
		out |= (rop >> ((p >> bit & 1) << 2 | (s >> bit & 1) << 1 | (d >> bit & 1)) & 1)
		       << bit;
	return out;
}

static void naive_do(const struct naive *n)
{
	int x, y, w = (n->x2 - n->x1) * n->bpp;

	for (y = 0; n->copy && y < n->y2 - n->y1; y++)
		for (x = 0; x < w; x++)
			taken[y * w + x] = twin[(int)n->src + naive_at(n->src_tiling, n->src_pitch,
						n->sx * (int)n->bpp + x, n->sy + y)];
	for (y = 0; y < n->y2 - n->y1; y++)
		for (x = 0; x < w; x++) {
			u8 *d = &twin[(int)n->dst + naive_at(n->dst_tiling, n->dst_pitch,
				      n->x1 * (int)n->bpp + x, n->y1 + y)];
			u8 keep = n->keep >> 8 * (x % 4);
			u8 out = n->copy ? naive_rop(n->rop, 0, taken[y * w + x], *d) :
				 naive_rop(n->rop, n->color >> 8 * (x % (int)n->bpp), 0, *d);

			*d = (out & ~keep) | (*d & keep);
		}
}

static u32 xy(int x, int y)
{
	return (u32)(y & 0xffff) << 16 | (x & 0xffff);
}

static u32 pitch_of(int pitch, int tiling)
{
	return (tiling ? pitch / 4 : pitch) & 0xffff;
}

static u32 depth_of(u32 bpp)
{
	return bpp == 1 ? 0 : bpp == 2 ? 1 : bpp == 4 ? 3 : bpp == 8 ? 4 : 5;
}

/* XY_COLOR_BLT or XY_SRC_COPY_BLT, after the register that says which tiling. */
static void emit_xy(const struct naive *n)
{
	u32 dw0 = n->copy ? SRC_COPY_BLT : COLOR_BLT;
	u32 dw1 = depth_of(n->bpp) << 24 | n->rop << 16 | pitch_of(n->dst_pitch, n->dst_tiling);

	EMIT(&c, 0x11000001, 0x22200, 0x00030000 | (n->src_tiling == GEN8_TILE_Y) |
	     (n->dst_tiling == GEN8_TILE_Y) << 1);
	dw0 |= (n->keep & 0xff ? 0 : BIT(20)) | (n->keep >> 24 ? 0 : BIT(21));
	dw0 |= (n->dst_tiling ? BIT(11) : 0) | (n->copy && n->src_tiling ? BIT(15) : 0);
	EMIT(&c, dw0, dw1, xy(n->x1, n->y1), xy(n->x2, n->y2), AREA + n->dst, 0);
	if (n->copy)
		EMIT(&c, xy(n->sx, n->sy), pitch_of(n->src_pitch, n->src_tiling), AREA + n->src, 0);
	else
		emit(&c, n->color);
}

static void emit_fast(const struct naive *n)
{
	EMIT(&c, FAST_COPY_BLT | n->src_tiling << 20 | n->dst_tiling << 13,
	     depth_of(n->bpp) << 24 | pitch_of(n->dst_pitch, n->dst_tiling), xy(n->x1, n->y1),
	     xy(n->x2, n->y2), AREA + n->dst, 0, xy(n->sx, n->sy),
	     pitch_of(n->src_pitch, n->src_tiling), AREA + n->src, 0);
}

static bool same(void)
{
	u32 i, k;

	f.engine_irq = irq_nowhere;
	submit(GEN8_BCS, &c, NULL);
	CHECK(work());
	CHECK(!engine(GEN8_BCS)->hung);
	for (i = 0; i < AREA_PAGES; i++) {
		const u8 *page = f.ram + ppgtt_gpa(c.pml4, AREA + i * GEN8_PAGE);

		if (!memcmp(page, twin + i * GEN8_PAGE, GEN8_PAGE))
			continue;
		for (k = 0; page[k] == twin[i * GEN8_PAGE + k]; k++)
			;
		printf("# byte %#x is %#x, should be %#x\n", i * GEN8_PAGE + k, page[k],
		       twin[i * GEN8_PAGE + k]);
		return CHECK(false);
	}
	return true;
}

/* Any rectangle in the halves of the area: destination in the first, source in the second. */
static void any_rect(struct naive *n)
{
	int w, h;

	n->dst = 0;
	n->src = AREA_SIZE / 2;
	n->dst_pitch = n->dst_tiling == GEN8_LINEAR ? 2048 + 4 * (int)rnd(500) :
						      512 * (1 + (int)rnd(8));
	n->src_pitch = n->src_tiling == GEN8_LINEAR ? 2048 + 4 * (int)rnd(500) :
						      512 * (1 + (int)rnd(8));
	w = 1 + rnd((n->dst_pitch < n->src_pitch ? n->dst_pitch : n->src_pitch) / n->bpp);
	h = 1 + rnd(rnd(2) ? 300 : 10);
	n->x1 = rnd(n->dst_pitch / n->bpp - w + 1);
	n->sx = rnd(n->src_pitch / n->bpp - w + 1);
	n->y1 = rnd(64);
	n->sy = rnd(64);
	n->x2 = n->x1 + w;
	n->y2 = n->y1 + h;
}

static void describe(const struct naive *n)
{
	printf("# %u byte %d,%d-%d,%d from %d,%d, tiling %d<-%d, pitch %d<-%d, rop %#x\n", n->bpp,
	       n->x1, n->y1, n->x2, n->y2, n->sx, n->sy, n->dst_tiling, n->src_tiling, n->dst_pitch,
	       n->src_pitch, n->rop);
}

static void fills(void)
{
	static const u8 bpps[] = { 1, 2, 4 };
	u32 i;

	begin(1);
	for (i = 0; i < 90; i++) {
		struct naive n = { .rop = 0xf0, .bpp = bpps[i % 3], .color = rnd(~0u),
				   .dst_tiling = i / 3 % 3 };

		any_rect(&n);
		emit_xy(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
	}
	guest_end();
}

static void copies(void)
{
	static const u8 bpps[] = { 1, 2, 4 };
	u32 i;

	begin(2);
	for (i = 0; i < 135; i++) {
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = bpps[i % 3],
				   .dst_tiling = i / 3 % 3, .src_tiling = i / 9 % 3 };

		any_rect(&n);
		emit_xy(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
	}
	guest_end();
}

static void fast_copies(void)
{
	static const u8 bpps[] = { 1, 2, 4, 8, 16 };
	u32 i;

	begin(3);
	for (i = 0; i < 135; i++) {
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = bpps[i % 5],
				   .dst_tiling = i / 5 % 3, .src_tiling = i / 15 % 3 };

		any_rect(&n);
		emit_fast(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
	}
	guest_end();
}

static void raster_operations(void)
{
	static const u32 keeps[] = { 0, 0xff000000, 0x00ffffff, 0xffffffff };
	u32 i;

	begin(4);
	for (i = 0; i < 256; i++) {
		struct naive n = { .rop = i, .copy = i % 2, .bpp = 4, .color = rnd(~0u),
				   .keep = keeps[i / 2 % 4], .dst_tiling = i / 8 % 3 };

		any_rect(&n);
		n.x2 = n.x1 + 1 + rnd(20);
		n.y2 = n.y1 + 1 + rnd(20);
		n.sx = 0;
		if (n.x2 * 4 > n.dst_pitch)
			n.x2 = n.dst_pitch / 4;
		emit_xy(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
	}
	guest_end();
}

/* A surface moved within itself, in each direction, over more than a block. */
static void overlaps(void)
{
	static const int moves[][2] = {
		{ 0, 1 }, { 0, -1 }, { 1, 0 }, { -1, 0 }, { 3, 2 }, { -3, 2 }, { 3, -2 }, { -3, -2 },
		{ 0, 40 }, { 0, -40 }, { 40, -40 }, { -40, 40 }, { 1030, 1 }, { -1030, 1 },
	};
	u32 i;

	begin(5);
	for (i = 0; i < 3 * ARRAY_SIZE(moves); i++) {
		int tiling = i % 3, dx = moves[i / 3][0], dy = moves[i / 3][1];
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_tiling = tiling,
				   .src_tiling = tiling, .dst_pitch = 10240, .src_pitch = 10240,
				   .sx = dx < 0 ? -dx : 0, .sy = dy < 0 ? -dy : 0 };

		n.x1 = n.sx + dx;
		n.y1 = n.sy + dy;
		n.x2 = n.x1 + 1400;
		n.y2 = n.y1 + 150;
		emit_xy(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
	}
	guest_end();
}

static void nothing_to_do(void)
{
	begin(6);
	/* empty and inside out */
	EMIT(&c, COLOR_BLT | RGBA, 3 << 24 | 0xf0 << 16 | 256, xy(5, 5), xy(5, 9), AREA, 0, 1);
	EMIT(&c, COLOR_BLT | RGBA, 3 << 24 | 0xf0 << 16 | 256, xy(5, 5), xy(4, 4), AREA, 0, 1);
	/* tilings of later engines, setup, text */
	EMIT(&c, FAST_COPY_BLT | 3 << 13, 3 << 24 | 64, 0, xy(9, 9), AREA, 0, 0, 64, AREA, 0);
	EMIT(&c, FAST_COPY_BLT | 2 << 20, 3u << 24 | BIT(31) | 64, 0, xy(9, 9), AREA, 0, 0, 64,
	     AREA, 0);
	EMIT(&c, 2u << 29 | 0x26 << 22 | 2, 0, 0, 0);
	same();
	CHECK_EQ(to_gen8(&f.v)->engines->skipped, 3);
	guest_end();
}

static void clipping(void)
{
	struct naive n = { .rop = 0xf0, .bpp = 4, .color = 0x12345678, .dst_pitch = 1024,
			   .x1 = 10, .y1 = 20, .x2 = 30, .y2 = 40 };

	begin(7);
	EMIT(&c, 2u << 29 | 0x03 << 22 | 1, xy(10, 20), xy(30, 40));
	EMIT(&c, COLOR_BLT | RGBA, BIT(30) | 3 << 24 | 0xf0 << 16 | 1024, xy(5, 5), xy(100, 100),
	     AREA, 0, 0x12345678);
	naive_do(&n);
	same();
	EMIT(&c, COLOR_BLT | RGBA, BIT(30) | 3 << 24 | 0xf0 << 16 | 1024, xy(40, 5), xy(100, 100),
	     AREA, 0, 0x55);
	same();
	guest_end();
}

/* Lines that go up, and rectangles left of and above their surface. */
static void negative(void)
{
	struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_pitch = 1024,
			   .src_pitch = -1024, .dst = 0x10000, .src = 0x40000,
			   .x1 = -3, .y1 = -2, .x2 = 20, .y2 = 50, .sx = -5, .sy = 1 };

	begin(8);
	emit_xy(&n);
	naive_do(&n);
	same();
	/* a tiled surface begins at its base */
	n = (struct naive){ .rop = 0xf0, .bpp = 4, .color = 7, .dst_tiling = GEN8_TILE_X,
			    .dst_pitch = 1024, .x1 = -3, .y1 = -2, .x2 = 20, .y2 = 50 };
	emit_xy(&n);
	n.x1 = 0;
	n.y1 = 0;
	naive_do(&n);
	same();
	guest_end();
}

/* One page of the destination is read-only, one is not there. */
static void holes(void)
{
	u8 *page;

	begin(9);
	page = f.ram + ppgtt_gpa(c.pml4, AREA + GEN8_PAGE);
	ppgtt_set(c.pml4, AREA + GEN8_PAGE, ppgtt_gpa(c.pml4, AREA + GEN8_PAGE) | PTE_RO);
	ppgtt_set(c.pml4, AREA + 2 * GEN8_PAGE, 0);
	EMIT(&c, COLOR_BLT | RGBA, 3 << 24 | 0xf0 << 16 | 4096, 0, xy(1024, 4), AREA, 0, ~0u);
	f.engine_irq = irq_nowhere;
	submit(GEN8_BCS, &c, NULL);
	CHECK(work());
	CHECK(!memcmp(page, twin + GEN8_PAGE, GEN8_PAGE));
	CHECK_EQ(to_gen8(&f.v)->faults, 1);
	CHECK_EQ(get64(ppgtt_gpa(c.pml4, AREA + 3 * GEN8_PAGE)), ~0ull);
	CHECK_EQ(get64(ppgtt_gpa(c.pml4, AREA)), ~0ull);
	guest_end();
}

/* What one blit left behind is nothing to the next: fills have no source. */
static void fills_after_a_copy(void)
{
	struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_pitch = 1024,
			   .src_pitch = 1024, .x2 = 4, .y2 = 4, .sx = 100, .src = 0x10000 };
	u32 i;

	begin(11);
	emit_xy(&n);
	naive_do(&n);
	n.copy = false;
	n.rop = 0xf0;
	for (i = 0; i < 40; i++) {
		n.color = i;
		emit_xy(&n);
		naive_do(&n);
	}
	same();
	guest_end();
}

/* The largest blit there is: it is done in slices, and a reset ends it at once. */
static void large_ones_yield(void)
{
	begin(10);
	f.engine_irq = irq_nowhere;
	EMIT(&c, FAST_COPY_BLT, 5 << 24 | 16384, xy(-32768, -32768), xy(32767, 32767), AREA, 0,
	     xy(0, 0), 16384, AREA, 0);
	submit(GEN8_BCS, &c, NULL);
	CHECK(!work());
	CHECK(engine(GEN8_BCS)->blt.active);
	gen8_engine_reset(&f.v, BIT(GEN8_BCS));
	CHECK(!gen8_engine_work(&f.v));
	CHECK(!engine(GEN8_BCS)->blt.active);
	/* and the next one is not taken for the rest of it */
	c = context_new(0x40);
	EMIT(&c, COLOR_BLT | RGBA, 3 << 24 | 0xf0 << 16 | 4096, 0, xy(1, 1), SCRATCH, 0, 7);
	ppgtt_new(c.pml4, SCRATCH, 1);
	submit(GEN8_BCS, &c, NULL);
	CHECK(work());
	CHECK_EQ(get64(ppgtt_gpa(c.pml4, SCRATCH)), 7);
	guest_end();
}

/* One page in both places, and lines that overlap: it ends, and stays in its bounds. */
static void one_page_everywhere(void)
{
	u32 i, k;

	for (k = 0; k < 9; k++) {
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_tiling = k % 3,
				   .src_tiling = k / 3, .dst_pitch = 512, .src_pitch = 512,
				   .src = AREA_SIZE / 2, .x2 = 250, .y2 = 60, .sx = 1 };

		begin(12);
		for (i = 0; i < AREA_PAGES; i++)
			ppgtt_set(c.pml4, AREA + i * GEN8_PAGE, ppgtt_gpa(c.pml4, AREA) | PTE_RW);
		emit_xy(&n);
		f.engine_irq = irq_nowhere;
		submit(GEN8_BCS, &c, NULL);
		CHECK(work());
		CHECK(!engine(GEN8_BCS)->hung);
		guest_end();
	}
}

/* What is copied where all can be accessed directly makes no access through the host. */
static void direct_ones_are(void)
{
	u32 k, before;

	begin(13);
	f.map = MAP_ALL;
	for (k = 0; k < 9; k++) {
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_tiling = k % 3,
				   .src_tiling = k / 3 };

		any_rect(&n);
		emit_xy(&n);
		naive_do(&n);
		before = f.dmas;
		same();
		CHECK_EQ(f.dmas, before);
	}
	guest_end();
}

static bool is_zero(const u8 *p, u32 len)
{
	while (len && !p[len - 1])
		len--;
	return !len;
}

/* Surfaces that follow each other have nothing in common: no copy goes through the buffer. */
static void neighbours_are_apart(void)
{
	const u32 size = 64 * 4096;
	u32 k;

	begin(15);
	f.map = MAP_ALL;
	for (k = 0; k < 18; k++) {
		struct naive n = { .rop = 0xcc, .copy = true, .bpp = 4, .dst_tiling = k % 3,
				   .src_tiling = k / 3 % 3, .dst_pitch = 4096, .src_pitch = 4096,
				   .x2 = 1024, .y2 = 64, .dst = k < 9 ? size : 2 * size,
				   .src = k < 9 ? 2 * size : size };

		emit_fast(&n);
		naive_do(&n);
		if (!same())
			describe(&n);
		if (!CHECK(is_zero(to_gen8(&f.v)->engines->block, size / 2)))
			describe(&n);
	}
	guest_end();
}

/* A device that is reset is as one that was just made. */
static void reset_leaves_nothing(void)
{
	static struct gen8_engines was, fresh;
	struct naive n = { .rop = 0x5a, .bpp = 4, .dst_tiling = GEN8_TILE_X, .dst_pitch = 1024,
			   .color = 0x12345678, .x2 = 100, .y2 = 20 };
	u32 i;

	begin(14);
	EMIT(&c, 2u << 29 | 0x03 << 22 | 1, xy(10, 20), xy(30, 40));
	emit_xy(&n);
	naive_do(&n);
	same();
	CHECK(engine(GEN8_BCS)->blt.clip_x2);
	CHECK(engine(GEN8_BCS)->tlb.levels);
	gen8_engine_reset_all(&f.v);
	was = *to_gen8(&f.v)->engines;
	guest_end();
	guest_begin();
	fresh = *to_gen8(&f.v)->engines;
	guest_end();
	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		CHECK_EQ(was.engine[i].seen, was.engine[i].generation);
		was.engine[i].seen = fresh.engine[i].seen;
		was.engine[i].generation = fresh.engine[i].generation;
	}
	CHECK(!memcmp(&was, &fresh, sizeof(was)));
}

#define IN_EACH_WAY(fn)									\
	static void fn##_directly(void)							\
	{										\
		way = MAP_ALL;								\
		fn();									\
		way = MAP_NOTHING;							\
	}										\
											\
	static void fn##_mixed(void)							\
	{										\
		way = MAP_SOME;								\
		fn();									\
		way = MAP_NOTHING;							\
	}

#define EACH_WAY(fn)	KTAP_CASE(fn), KTAP_CASE(fn##_directly), KTAP_CASE(fn##_mixed)

IN_EACH_WAY(fills)
IN_EACH_WAY(copies)
IN_EACH_WAY(fast_copies)
IN_EACH_WAY(raster_operations)
IN_EACH_WAY(overlaps)
IN_EACH_WAY(nothing_to_do)
IN_EACH_WAY(clipping)
IN_EACH_WAY(negative)
IN_EACH_WAY(holes)
IN_EACH_WAY(fills_after_a_copy)
IN_EACH_WAY(one_page_everywhere)
IN_EACH_WAY(large_ones_yield)

static const struct ktap_case cases[] = {
	EACH_WAY(fills),
	EACH_WAY(copies),
	EACH_WAY(fast_copies),
	EACH_WAY(raster_operations),
	EACH_WAY(overlaps),
	EACH_WAY(nothing_to_do),
	EACH_WAY(clipping),
	EACH_WAY(negative),
	EACH_WAY(holes),
	EACH_WAY(fills_after_a_copy),
	EACH_WAY(one_page_everywhere),
	EACH_WAY(large_ones_yield),
	KTAP_CASE(direct_ones_are),
	KTAP_CASE(neighbours_are_apart),
	KTAP_CASE(reset_leaves_nothing),
};

KTAP_MAIN(cases)
