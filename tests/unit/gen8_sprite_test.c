// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_sprite_test.c - the sprite above the primary plane, and gamma, pixel by pixel
 *
 * The primary plane is 64x32 of one colour; the sprite's surface is behind it.
 */
#include "gen8_helpers.h"

#define RAM		(1u << 20)
#define PRIMARY		0x00000u
#define SPRITE		0x80000u
#define WIDTH		64u
#define HEIGHT		32u
#define GROUND		0x00102030u

#define FORMAT(n)	((u32)(n) << 25)
#define RGB		FORMAT(SPR_FORMAT_RGB888)

static struct fixture f;
static u32 frame[WIDTH * HEIGHT];

static u32 *ram32(u32 off)
{
	return (u32 *)(f.ram + off);
}

static void begin(u32 ctl)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, RAM);
	f.now = 1000000000;
	for (i = 0; i < RAM; i += 4096)
		ggtt_map(&f, i, i);
	for (i = 0; i < WIDTH * HEIGHT; i++)
		ram32(PRIMARY)[i] = GROUND;
	pipe_light(&f, 0);
	wr(&f, PIPESRC(0), (WIDTH - 1) << 16 | (HEIGHT - 1));
	wr(&f, DSPCNTR(0), DSP_ENABLE | DSP_FORMAT_XRGB8888 << 26 | ctl);
	wr(&f, DSPSTRIDE(0), WIDTH * 4);
	wr(&f, DSPSURF(0), PRIMARY);
	f.now += FRAME_1080P_NS;
}

static void sprite(u32 ctl, u32 stride, u32 x, u32 y, u32 w, u32 h)
{
	wr(&f, SPRCTL(0), SPR_ENABLE | ctl);
	wr(&f, SPRSTRIDE(0), stride);
	wr(&f, SPRPOS(0), y << 16 | x);
	wr(&f, SPRSIZE(0), (h - 1) << 16 | (w - 1));
	wr(&f, SPRSURF(0), SPRITE);
}

static void frame_take(void)
{
	struct vgpu_plane p;

	f.now += FRAME_1080P_NS;
	vgpu_plane_get(&f.v, &p);
	if (CHECK_EQ(p.size, sizeof(frame)))
		vgpu_frame_copy(&f.v, &p, frame);
}

static u32 pixel(u32 x, u32 y)
{
	return frame[y * WIDTH + x];
}

/* In all of the frame, is there the sprite where it is, and the ground where it is not? */
static void sprite_is_at(u32 x, u32 y, u32 w, u32 h, u32 (*want)(u32 x, u32 y))
{
	u32 i, bad = 0;

	for (i = 0; i < WIDTH * HEIGHT; i++) {
		u32 px = i % WIDTH - x, py = i / WIDTH - y;

		bad += frame[i] != (px < w && py < h ? want(px, py) : GROUND);
	}
	CHECK_EQ(bad, 0);
}

static u32 picture(u32 x, u32 y)
{
	return 0xc00000 | y << 8 | x;
}

static u32 picture_turned(u32 x, u32 y)
{
	return picture(19 - x, 9 - y);
}

static u32 picture_moved(u32 x, u32 y)
{
	return picture(x + 3, y + 2);
}

static u32 picture_swapped(u32 x, u32 y)
{
	return x << 16 | y << 8 | 0xc0;
}

static void picture_put(u32 stride)
{
	u32 x, y;

	for (y = 0; y < 40; y++)
		for (x = 0; x < 80; x++)
			ram32(SPRITE + y * stride)[x] = 0xff000000 | picture(x, y);
}

static void sprite_is_above_the_plane(void)
{
	begin(0);
	picture_put(512);
	sprite(RGB, 512, 10, 5, 20, 10);
	frame_take();
	sprite_is_at(10, 5, 20, 10, picture);
	CHECK_EQ(rd(&f, SPRSURFLIVE(0)), SPRITE);
	wr(&f, SPRCTL(0), 0);			/* not before it is armed */
	frame_take();
	sprite_is_at(10, 5, 20, 10, picture);
	wr(&f, SPRSURF(0), 0);
	frame_take();
	sprite_is_at(0, 0, 0, 0, picture);
	fixture_exit(&f);
}

static void sprite_is_clipped(void)
{
	begin(0);
	picture_put(512);
	sprite(RGB, 512, 60, 30, 20, 10);
	frame_take();
	sprite_is_at(60, 30, 20, 10, picture);
	sprite(RGB, 512, 0, 0, 4096, 4096);
	frame_take();
	CHECK_EQ(pixel(63, 31), picture(63, 31));
	sprite(RGB, 512, 64, 0, 20, 10);
	frame_take();
	sprite_is_at(0, 0, 0, 0, picture);
	sprite(RGB, 512, 4095, 4095, 4096, 4096);
	frame_take();
	sprite_is_at(0, 0, 0, 0, picture);
	fixture_exit(&f);
}

static void sprite_turns_and_moves(void)
{
	begin(0);
	picture_put(512);
	sprite(RGB | SPR_ROTATE_180, 512, 10, 5, 20, 10);
	frame_take();
	sprite_is_at(10, 5, 20, 10, picture_turned);
	wr(&f, SPROFFSET(0), 2 << 16 | 3);
	sprite(RGB, 512, 10, 5, 20, 10);
	frame_take();
	sprite_is_at(10, 5, 20, 10, picture_moved);
	wr(&f, SPROFFSET(0), 0);
	sprite(RGB | SPR_ORDER_RGBX, 512, 10, 5, 20, 10);
	frame_take();
	sprite_is_at(10, 5, 20, 10, picture_swapped);
	fixture_exit(&f);
}

static void sprite_is_tiled(void)
{
	u32 x, y;

	begin(0);
	for (y = 0; y < 16; y++)
		for (x = 0; x < 256; x++)
			ram32(SPRITE + (y / 8 * 2 + x / 128) * 4096)[y % 8 * 128 + x % 128] =
				picture(x, y);
	wr(&f, SPROFFSET(0), 110);
	sprite(RGB | SPR_TILED, 1024, 0, 0, 64, 16);
	frame_take();
	for (y = 0; y < 16; y++)
		for (x = 0; x < 64; x++)
			CHECK_EQ(pixel(x, y), picture(x + 110, y));
	fixture_exit(&f);
}

static void sprite_has_ten_bits(void)
{
	begin(0);
	ram32(SPRITE)[0] = 0x3ffu << 20 | 0x200u << 10 | 0x004;
	sprite(FORMAT(SPR_FORMAT_RGB101010), 64, 0, 0, 1, 1);
	frame_take();
	CHECK_EQ(pixel(0, 0), 0xff8001);
	CHECK_EQ(pixel(1, 0), GROUND);
	fixture_exit(&f);
}

/* The key is in the primary plane: the sprite shows through the hole. */
static void sprite_shows_through_the_key(void)
{
	begin(0);
	picture_put(512);
	ram32(PRIMARY)[5 * WIDTH + 12] = 0xffff00ff;
	wr(&f, SPRKEYVAL(0), 0x00ff00ff);
	wr(&f, SPRKEYMSK(0), 0x00ffffff);
	sprite(RGB | SPR_DEST_KEY, 512, 10, 5, 20, 10);
	frame_take();
	CHECK_EQ(pixel(12, 5), picture(2, 0));
	CHECK_EQ(pixel(13, 5), GROUND);
	wr(&f, SPRKEYMSK(0), 0);
	sprite(RGB | SPR_DEST_KEY, 512, 10, 5, 20, 10);
	frame_take();
	CHECK_EQ(pixel(13, 5), picture(3, 0));
	fixture_exit(&f);
}

static bool near(u32 a, u32 b)
{
	u32 s;

	for (s = 0; s < 24; s += 8) {
		int d = (int)(a >> s & 0xff) - (int)(b >> s & 0xff);

		if (d < -2 || d > 2)
			return false;
	}
	return true;
}

/* Pure colours, by the definitions of BT.601 and BT.709; in each order of bytes. */
static void sprite_is_yuv(void)
{
	static const struct {
		u32 ctl;
		u8 y, u, v;
		u32 rgb;
	} colours[] = {
		{ 0, 16, 128, 128, 0x000000 },
		{ 0, 235, 128, 128, 0xffffff },
		{ 0, 81, 90, 240, 0xff0000 },
		{ 0, 145, 54, 34, 0x00ff00 },
		{ 0, 41, 240, 110, 0x0000ff },
		{ SPR_YUV_BT709, 63, 102, 240, 0xff0000 },
		{ SPR_YUV_BT709, 173, 42, 26, 0x00ff00 },
		{ SPR_YUV_BT709, 32, 240, 118, 0x0000ff },
		{ SPR_YUV_FULL_RANGE, 0, 128, 128, 0x000000 },
		{ SPR_YUV_FULL_RANGE, 255, 128, 128, 0xffffff },
		{ SPR_YUV_FULL_RANGE, 76, 85, 255, 0xff0000 },
		{ SPR_YUV_FULL_RANGE | SPR_YUV_BT709, 54, 99, 255, 0xff0000 },
		{ SPR_YUV_FULL_RANGE | SPR_YUV_BT709, 255, 255, 255, 0xffacff },
	};
	static const u8 places[4][4] = {	/* of Y, U, Y, V */
		{ 0, 1, 2, 3 }, { 1, 0, 3, 2 }, { 0, 3, 2, 1 }, { 1, 2, 3, 0 },
	};
	u32 i, order;

	begin(0);
	for (i = 0; i < ARRAY_SIZE(colours); i++)
		for (order = 0; order < 4; order++) {
			u8 *p = f.ram + SPRITE;

			memset(p, 0, 8);
			p[places[order][0]] = colours[i].y;
			p[places[order][1]] = colours[i].u;
			p[places[order][2]] = 16;
			p[places[order][3]] = colours[i].v;
			sprite(colours[i].ctl | order << 16, 64, 0, 0, 1, 1);
			frame_take();
			if (!CHECK(near(pixel(0, 0), colours[i].rgb)))
				printf("# row %u, order %u: %06x\n", i, order, pixel(0, 0));
		}
	/* odd columns share U and V with the even one before, also at the edge of a piece */
	for (i = 0; i < 200; i++) {
		f.ram[SPRITE + 2 * i] = 16 + i;
		f.ram[SPRITE + 2 * i + 1] = 128;
	}
	wr(&f, SPROFFSET(0), 95);
	sprite(SPR_ROTATE_180, 512, 0, 0, 64, 1);
	frame_take();
	for (i = 1; i < 64; i++)
		CHECK(pixel(i - 1, 0) > pixel(i, 0) || pixel(i, 0) == 0xffffff);
	fixture_exit(&f);
}

/* What i915 makes of a table of 10 bits, and of two. */
static void table_put(u32 index, u32 nr, u32 (*value)(u32 i))
{
	u32 i;

	wr(&f, PREC_PAL_INDEX(0), PAL_PREC_AUTO_INCREMENT | index);
	for (i = 0; i < nr; i++)
		wr(&f, PREC_PAL_DATA(0), value(i));
}

static u32 inverse_10bit(u32 i)
{
	i = 1023 - i;
	return i << 20 | i << 10 | i;
}

static u32 inverse_half(u32 i)
{
	return inverse_10bit(2 * i);
}

static u32 red_only(u32 i)
{
	return 2 * i << 20;
}

static void gamma_is_applied(void)
{
	u32 i;

	begin(DSP_GAMMA);
	ram32(PRIMARY)[0] = 0x00ff8000;
	wr(&f, GAMMA_MODE(0), GAMMA_MODE_8BIT);
	for (i = 0; i < 256; i++)
		wr(&f, LGC_PALETTE(0) + 4 * i, (255 - i) << 16 | i << 8 | i / 2);
	frame_take();
	CHECK_EQ(pixel(0, 0), 0x008000);
	CHECK_EQ(pixel(1, 0), 0xef2018);

	wr(&f, GAMMA_MODE(0), GAMMA_MODE_10BIT);
	table_put(0, 1024, inverse_10bit);
	frame_take();
	CHECK_EQ(pixel(0, 0), 0x007fff);
	CHECK_EQ(pixel(1, 0), 0xefdfcf);

	wr(&f, GAMMA_MODE(0), GAMMA_MODE_SPLIT);
	table_put(0, 512, inverse_half);
	table_put(512, 512, red_only);
	frame_take();
	CHECK_EQ(pixel(0, 0), 0x000000);
	CHECK_EQ(pixel(1, 0) & 0x00ffff, 0);
	CHECK(near(pixel(1, 0), 0xef0000));
	fixture_exit(&f);
}

/* Off in the plane, or in a mode that is not there: what was drawn. */
static void gamma_is_not_applied(void)
{
	u32 i;

	begin(0);
	for (i = 0; i < 256; i++)
		wr(&f, LGC_PALETTE(0) + 4 * i, 0);
	frame_take();
	CHECK_EQ(pixel(1, 0), GROUND);
	fixture_exit(&f);
	begin(DSP_GAMMA);
	wr(&f, GAMMA_MODE(0), 2);
	frame_take();
	CHECK_EQ(pixel(1, 0), GROUND);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(sprite_is_above_the_plane),	 KTAP_CASE(sprite_is_clipped),
	KTAP_CASE(sprite_turns_and_moves),	 KTAP_CASE(sprite_is_tiled),
	KTAP_CASE(sprite_has_ten_bits),		 KTAP_CASE(sprite_shows_through_the_key),
	KTAP_CASE(sprite_is_yuv),		 KTAP_CASE(gamma_is_applied),
	KTAP_CASE(gamma_is_not_applied),
};

KTAP_MAIN(cases)
