// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_plane_test.c - scan-out: what the guest drew, pixel by pixel
 *
 * The guest's memory is 16 MiB; its surface lies at SURF in the GGTT, its pages in
 * reverse order in memory, so that nothing works that does not translate.
 */
#include "gen8_helpers.h"

#define RAM	(16u << 20)
#define PAGES	(RAM / 4096)
#define SURF	0x40000000u

static struct fixture f;
static enum fixture_map way;
static u32 *frame;

static void begin(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, RAM);
	f.map = way;
	f.now = 1000000000;
	for (i = 0; i < PAGES; i++)
		ggtt_map(&f, SURF + 4096 * i, (u64)4096 * (PAGES - 1 - i));
}

static void end(void)
{
	free(frame);
	frame = NULL;
	fixture_exit(&f);
}

/* A byte of the guest's surface. */
static u8 *at(u32 off)
{
	return f.ram + 4096 * (PAGES - 1 - off / 4096) + off % 4096;
}

static void put(u32 off, u32 val, u32 len)
{
	for (; len; len--, val >>= 8)
		*at(off++) = val;
}

static void show(u32 w, u32 h, u32 ctl, u32 stride)
{
	pipe_light(&f, 0);
	wr(&f, PIPESRC(0), (w - 1) << 16 | (h - 1));
	wr(&f, DSPCNTR(0), DSP_ENABLE | ctl);
	wr(&f, DSPSTRIDE(0), stride);
	wr(&f, DSPSURF(0), SURF);
	f.now += FRAME_1080P_NS;
}

static struct vgpu_plane plane(void)
{
	struct vgpu_plane p;

	vgpu_plane_get(&f.v, &p);
	return p;
}

/* A frame of exactly its size; ASan sees a byte more. */
static void frame_take_of(const struct vgpu_plane *p)
{
	free(frame);
	frame = malloc(p->size);
	memset(frame, 0xee, p->size);
	vgpu_frame_copy(&f.v, p, frame);
}

static void frame_take(void)
{
	struct vgpu_plane p = plane();

	if (CHECK(p.fourcc))
		frame_take_of(&p);
	else
		frame = calloc(1, 4096);
}

static void nothing_is_shown_while_off(void)
{
	begin();
	CHECK_EQ(plane().fourcc, 0);
	wr(&f, DSPCNTR(0), DSP_ENABLE | 6u << 26);
	wr(&f, DSPSURF(0), SURF);
	CHECK_EQ(plane().fourcc, 0);			/* the pipe is off */
	pipe_light(&f, 0);
	CHECK_EQ(plane().fourcc, VGPU_FOURCC_XRGB8888);
	CHECK_EQ(plane().width, 1920);
	CHECK_EQ(plane().height, 1080);
	CHECK_EQ(plane().size, 1920 * 1080 * 4);
	wr(&f, DSPCNTR(0), 0);
	CHECK_EQ(plane().width, 1920);			/* not before it is armed */
	wr(&f, DSPSURF(0), 0);
	f.now += FRAME_1080P_NS;
	CHECK_EQ(plane().fourcc, 0);
	end();
}

static void first_pipe_that_shows_wins(void)
{
	begin();
	show(640, 480, 6u << 26, 2560);
	wr(&f, PIPESRC(2), 319 << 16 | 199);
	wr(&f, DSPCNTR(2), DSP_ENABLE | 6u << 26);
	wr(&f, DSPSURF(2), SURF);
	wr(&f, TRANSCONF(2), TRANSCONF_ENABLE);
	CHECK_EQ(plane().width, 640);
	wr(&f, TRANSCONF(0), 0);
	CHECK_EQ(plane().width, 320);
	wr(&f, TRANSCONF(2), 0);
	CHECK_EQ(plane().fourcc, 0);
	end();
}

static void linear_window_with_offset(void)
{
	u32 x, y;

	begin();
	for (y = 0; y < 120; y++)
		for (x = 0; x < 200; x++)
			put(y * 832 + 4 * x, y << 12 | x | 0xab000000, 4);
	wr(&f, DSPOFFSET(0), 11 << 16 | 7);
	show(100, 80, 6u << 26, 832);
	frame_take();
	for (y = 0; y < 80; y++)
		for (x = 0; x < 100; x++)
			CHECK_EQ(frame[y * 100 + x], (y + 11) << 12 | (x + 7));
	end();
}

/* A tile is 8 lines of 512 bytes; a row of tiles is as wide as the stride. */
static void tiled_x(void)
{
	const u32 stride = 3 * 512;
	u32 x, y;

	begin();
	for (y = 0; y < 64; y++)
		for (x = 0; x < stride / 4; x++) {
			u32 off = y / 8 * (stride * 8) + x / 128 * 4096 + y % 8 * 512 + x % 128 * 4;

			put(off, y << 12 | x, 4);
		}
	wr(&f, DSPOFFSET(0), 5 << 16 | 33);
	show(300, 50, 6u << 26 | DSP_TILED, stride);
	frame_take();
	for (y = 0; y < 50; y++)
		for (x = 0; x < 300; x++)
			CHECK_EQ(frame[y * 300 + x], (y + 5) << 12 | (x + 33));
	end();
}

static void formats(void)
{
	static const struct {
		u32 format, raw, len, want;
	} tests[] = {
		{ 0x6, 0xff123456, 4, 0x123456 },
		{ 0xe, 0xff123456, 4, 0x563412 },
		{ 0xa, 0xc0000000 | 0x3ffu << 20 | 0x200u << 10 | 0x004, 4, 0xff8001 },
		{ 0x8, 0x004u << 20 | 0x200u << 10 | 0x3ff, 4, 0xff8001 },
		{ 0x5, 0xf800, 2, 0xff0000 },
		{ 0x5, 0x07e0, 2, 0x00ff00 },
		{ 0x5, 0x001f, 2, 0x0000ff },
		{ 0x5, 0x0821, 2, 0x080408 },
		{ 0x2, 0x07, 1, 0x334455 },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		begin();
		wr(&f, LGC_PALETTE(0) + 4 * 7, 0x334455);
		for (k = 0; k < 70 * 3; k++)
			put(512 * (k / 70) + tests[i].len * (k % 70), tests[i].raw, tests[i].len);
		show(70, 3, tests[i].format << 26, 512);
		frame_take();
		for (k = 0; k < 70 * 3; k++)
			CHECK_EQ(frame[k], tests[i].want);
		end();
	}
}

static void unknown_formats_have_no_picture(void)
{
	u32 format;

	for (format = 0; format < 16; format++) {
		bool known = format == 2 || format == 5 || format == 6 || format == 8 ||
			     format == 10 || format == 14;

		begin();
		show(64, 64, format << 26, 512);
		CHECK_EQ(!!plane().fourcc, known);
		end();
	}
}

static void rotation_turns_the_picture(void)
{
	u32 x, y;

	begin();
	for (y = 0; y < 9; y++)
		for (x = 0; x < 7; x++)
			put(y * 64 + 4 * x, y << 8 | x, 4);
	show(7, 9, 6u << 26 | DSP_ROTATE_180, 64);
	frame_take();
	for (y = 0; y < 9; y++)
		for (x = 0; x < 7; x++)
			CHECK_EQ(frame[y * 7 + x], (8 - y) << 8 | (6 - x));
	end();
}

static void largest_picture_and_larger(void)
{
	begin();
	show(3840, 2160, 6u << 26, 16384);
	CHECK_EQ(plane().size, 3840 * 2160 * 4);
	frame_take();
	CHECK_EQ(frame[3840 * 2160 - 1], 0);		/* behind the guest's memory */
	wr(&f, PIPESRC(0), 3840 << 16 | 2159);
	CHECK_EQ(plane().fourcc, 0);
	wr(&f, PIPESRC(0), 0xffffffff);
	CHECK_EQ(plane().fourcc, 0);
	end();
}

/* Pages that are not there, guest addresses that lead nowhere, the end of the GGTT. */
static void what_cannot_be_read_is_black(void)
{
	u64 none = 0;
	u32 i;

	begin();
	for (i = 0; i < 8192; i += 4)
		put(i, 0x00ffffff, 4);
	memcpy((u8 *)f.v.mem[0] + SURF / 4096 * 8, &none, 8);
	show(64, 32, 6u << 26, 256);
	frame_take();
	for (i = 0; i < 64 * 32; i++)
		CHECK_EQ(frame[i], i < 1024 ? 0 : 0xffffff);
	ggtt_map(&f, SURF, 0x7ffffff000);
	frame_take();
	CHECK_EQ(frame[0], 0);

	ggtt_map(&f, 0xfffff000, (PAGES - 2) * 4096);	/* white */
	ggtt_map(&f, 0, (PAGES - 2) * 4096);
	wr(&f, DSPSURF(0), 0xfffff000);
	f.now += FRAME_1080P_NS;
	frame_take();
	for (i = 0; i < 64 * 32; i++)
		CHECK_EQ(frame[i], i < 1024 ? 0xffffff : 0);
	wr(&f, DSPOFFSET(0), 0xffffffff);
	wr(&f, DSPSTRIDE(0), 0xffffffff);
	wr(&f, DSPSURF(0), 0xfffff000);
	f.now += FRAME_1080P_NS;
	frame_take();
	CHECK_EQ(frame[0], 0);
	end();
}

static void frame_survives_a_mode_change(void)
{
	struct vgpu_plane p;
	u32 i;

	begin();
	memset(f.ram, 0x11, RAM);
	show(128, 128, 6u << 26, 512);
	p = plane();

	wr(&f, PIPESRC(0), 63 << 16 | 99);
	frame_take_of(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], i % 128 < 64 && i / 128 < 100 ? 0x111111 : 0);

	wr(&f, PIPESRC(0), 2047 << 16 | 2047);
	frame_take_of(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], 0x111111);

	wr(&f, TRANSCONF(0), 0);
	frame_take_of(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], 0);
	end();
}

#define CURSOR	(SURF + 0x800000)

static void cursor_show(u32 ctl, int x, int y)
{
	u32 pos = (u32)(y < 0 ? 0x8000 | -y : y) << 16 | (x < 0 ? 0x8000 | -x : x);

	wr(&f, CURCNTR(0), ctl);
	wr(&f, CURPOS(0), pos);
	wr(&f, CURBASE(0), CURSOR);
	f.now += FRAME_1080P_NS;
}

/* Where the cursor's pixel lands, at each edge and beyond. */
static void cursor_is_clipped(void)
{
	static const struct {
		int x, y;
	} pos[] = {
		{ 0, 0 }, { 10, 20 }, { -30, -40 }, { 90, 70 }, { -63, -63 }, { -64, 0 },
		{ 0, -64 }, { 100, 0 }, { 0, 80 }, { 32767, 32767 }, { -32767, -32767 },
	};
	u32 i, k;

	begin();
	show(100, 80, 6u << 26, 400);
	for (i = 0; i < 64 * 64; i++)
		put(CURSOR - SURF + 4 * i, 0xff000000 | i, 4);
	for (i = 0; i < ARRAY_SIZE(pos); i++) {
		cursor_show(0x04000027, pos[i].x, pos[i].y);
		frame_take();
		for (k = 0; k < 100 * 80; k++) {
			int cx = (int)(k % 100) - pos[i].x, cy = (int)(k / 100) - pos[i].y;
			bool in = cx >= 0 && cx < 64 && cy >= 0 && cy < 64;

			CHECK_EQ(frame[k], in ? (u32)cy * 64 + cx : 0);
		}
	}
	end();
}

static void cursor_is_blended(void)
{
	begin();
	put(0, 0x00804020, 4);
	put(4, 0x00ffffff, 4);
	put(8, 0x00ffffff, 4);
	put(12, 0x00646464, 4);
	show(64, 64, 6u << 26, 256);
	put(CURSOR - SURF, 0x00000000, 4);		/* transparent */
	put(CURSOR - SURF + 4, 0x80400000, 4);		/* half, red */
	put(CURSOR - SURF + 8, 0xff010203, 4);		/* opaque */
	put(CURSOR - SURF + 12, 0x00ffffff, 4);		/* not premultiplied: as bright as can be */
	cursor_show(0x27, 0, 0);
	frame_take();
	CHECK_EQ(frame[0], 0x804020);
	CHECK_EQ(frame[1], 0xbf7f7f);
	CHECK_EQ(frame[2], 0x010203);
	CHECK_EQ(frame[3], 0xffffff);
	end();
}

static void cursor_sizes(void)
{
	static const struct {
		u32 ctl, fbc, w, h;
	} tests[] = {
		{ 0x27, 0, 64, 64 },
		{ 0x22, 0, 128, 128 },
		{ 0x23, 0, 256, 256 },
		{ 0x00, 0, 0, 0 },
		{ 0x07, 0, 0, 0 },
		{ 0x23, 0x80000000 | 39, 256, 40 },
		{ 0x27, 0x80000000 | 255, 64, 64 },
		{ 0x27, 39, 64, 64 },
	};
	u32 i, k, sum;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		begin();
		memset(f.ram, 0xff, RAM / 2);		/* where the cursor is */
		show(300, 280, 6u << 26, 1200);
		wr(&f, CUR_FBC_CTL(0), tests[i].fbc);
		cursor_show(tests[i].ctl, 3, 5);
		frame_take();
		for (sum = 0, k = 0; k < 300 * 280; k++)
			sum += frame[k] == 0xffffff;
		CHECK_EQ(sum, tests[i].w * tests[i].h);
		end();
	}
}

static void cursor_turns_too(void)
{
	u32 i;

	begin();
	for (i = 0; i < 64 * 64; i++)
		put(CURSOR - SURF + 4 * i, 0xff000000 | i, 4);
	show(64, 64, 6u << 26, 256);
	cursor_show(0x8027, 0, 0);
	frame_take();
	for (i = 0; i < 64 * 64; i++)
		CHECK_EQ(frame[i], 64 * 64 - 1 - i);
	end();
}

/* Flips while the frame is copied: nothing of the first picture is left in it. */
static void (*flip_now)(void);
static int (*dma)(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write);

static int dma_and_flip(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	if (flip_now) {
		flip_now();
		flip_now = NULL;
	}
	return dma(v, gpa, buf, len, write);
}

static void flip_to_second(void)
{
	wr(&f, DSPSURF(0), SURF + 0x400000);
	f.now += FRAME_1080P_NS;
}

static void copy_is_of_one_picture(void)
{
	struct vgpu_host host;
	struct vgpu_plane p;
	u32 i;

	begin();
	for (i = 0; i < 64 * 64; i++) {
		put(4 * i, 0x111111, 4);
		put(0x400000 + 4 * i, 0x222222, 4);
	}
	show(64, 64, 6u << 26, 256);
	p = plane();
	host = *f.v.host;
	dma = host.dma;
	host.dma = dma_and_flip;
	f.v.host = &host;
	flip_now = flip_to_second;
	frame_take_of(&p);
	for (i = 0; i < 64 * 64; i++)
		CHECK_EQ(frame[i], 0x222222);
	end();
}

/* A tile costs one access, and nothing but it is asked for. */
static void tiles_are_read_whole(void)
{
	begin();
	show(512, 64, 6u << 26 | DSP_TILED, 2048);
	f.dmas = 0;
	frame_take();
	CHECK_EQ(f.dmas, 4 * 8);
	f.map = MAP_ALL;
	f.dmas = 0;
	frame_take();
	CHECK_EQ(f.dmas, 0);
	end();
}

#define DIRECTLY(fn)									\
	static void fn##_directly(void)							\
	{										\
		way = MAP_ALL;								\
		fn();									\
		way = MAP_SOME;								\
		fn();									\
		way = MAP_NOTHING;							\
	}

#define EACH_WAY(fn)	KTAP_CASE(fn), KTAP_CASE(fn##_directly)

DIRECTLY(nothing_is_shown_while_off)
DIRECTLY(first_pipe_that_shows_wins)
DIRECTLY(linear_window_with_offset)
DIRECTLY(tiled_x)
DIRECTLY(formats)
DIRECTLY(unknown_formats_have_no_picture)
DIRECTLY(rotation_turns_the_picture)
DIRECTLY(largest_picture_and_larger)
DIRECTLY(what_cannot_be_read_is_black)
DIRECTLY(frame_survives_a_mode_change)
DIRECTLY(cursor_is_clipped)
DIRECTLY(cursor_is_blended)
DIRECTLY(cursor_sizes)
DIRECTLY(cursor_turns_too)

static const struct ktap_case cases[] = {
	EACH_WAY(nothing_is_shown_while_off),
	EACH_WAY(first_pipe_that_shows_wins),
	EACH_WAY(linear_window_with_offset),
	EACH_WAY(tiled_x),
	EACH_WAY(formats),
	EACH_WAY(unknown_formats_have_no_picture),
	EACH_WAY(rotation_turns_the_picture),
	EACH_WAY(largest_picture_and_larger),
	EACH_WAY(what_cannot_be_read_is_black),
	EACH_WAY(frame_survives_a_mode_change),
	EACH_WAY(cursor_is_clipped),
	EACH_WAY(cursor_is_blended),
	EACH_WAY(cursor_sizes),
	EACH_WAY(cursor_turns_too),
	KTAP_CASE(copy_is_of_one_picture),
	KTAP_CASE(tiles_are_read_whole),
};

KTAP_MAIN(cases)
