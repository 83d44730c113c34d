// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_crc_test.c - checksums of frames: of what, when, and who is told
 *
 * The picture is wide enough that the worker sums it up in pieces of 16 lines, and not a
 * whole number of them high.
 */
#include "gen8_display.h"
#include "gen8_helpers.h"

#define RAM		(4u << 20)
#define PRIMARY		0x000000u
#define SPRITE		0x200000u
#define CURSOR		0x280000u
#define WIDTH		2048u
#define HEIGHT		44u
#define STRIDE		(WIDTH * 4)
#define LINES		(GEN8_CRC_PIXELS / WIDTH)
#define PIECES		((HEIGHT + LINES - 1) / LINES)
#define XRGB		(DSP_FORMAT_XRGB8888 << 26)
#define SOURCE(s)	(PIPE_CRC_ENABLE | PIPE_CRC_SOURCE_##s << 29)

static struct fixture f;
static u32 frame[WIDTH * HEIGHT];

static void fill(u32 off, u32 size, u32 seed)
{
	u32 i;

	for (i = 0; i < size; i += 4)
		memcpy(f.ram + off + i, &(u32){ (i ^ seed) * 2654435761u }, 4);
}

static void primary(u32 p, u32 ctl)
{
	wr(&f, DSPCNTR(p), ctl);
	wr(&f, DSPSTRIDE(p), STRIDE);
	wr(&f, DSPSURF(p), PRIMARY);
}

static void light(u32 p)
{
	pipe_light(&f, p);
	wr(&f, PIPESRC(p), (WIDTH - 1) << 16 | (HEIGHT - 1));
	wr(&f, DE_PIPE_IRQ(p) + IRQ_IMR, ~(u32)DE_PIPE_CRC_DONE);
	primary(p, DSP_ENABLE | XRGB);
}

static void begin(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, RAM);
	f.map = MAP_SOME;
	f.now = 1000000000;
	for (i = 0; i < RAM; i += 4096)
		ggtt_map(&f, i, i);
	fill(PRIMARY, STRIDE * HEIGHT, 1);
	fill(SPRITE, 100 * 256, 2);
	fill(CURSOR, 64 * 64 * 4, 3);
	light(0);
	f.now += FRAME_1080P_NS;
	wr(&f, PIPE_CRC_CTL(0), SOURCE(PIPE));
}

static void end(void)
{
	fixture_exit(&f);
}

static void next_frame(void)
{
	f.now += FRAME_1080P_NS;
	f.v.model->timer(&f.v);
}

/* Does the worker's part, so often at most.  Return: how often it had something to do. */
static u32 work(u32 max)
{
	u32 n = 1;

	while (n <= max && f.v.model->work(&f.v) != VGPU_WORK_DONE)
		n++;
	return n;
}

static bool told(u32 p)
{
	u32 iir = rd(&f, DE_PIPE_IRQ(p) + IRQ_IIR);

	wr(&f, DE_PIPE_IRQ(p) + IRQ_IIR, iir);
	return iir & DE_PIPE_CRC_DONE;
}

/* The sum of the next frame of pipe @p. */
static u32 sum_of(u32 p)
{
	next_frame();
	CHECK_EQ(work(100), PIECES);
	CHECK(told(p));
	return rd(&f, PIPE_CRC_RES(p));
}

static u32 sum(void)
{
	return sum_of(0);
}

static void only_who_asks_is_told(void)
{
	begin();
	wr(&f, PIPE_CRC_CTL(0), 0);
	f.kicks = 0;
	next_frame();
	CHECK_EQ(f.kicks, 0);
	CHECK_EQ(work(100), 1);
	CHECK(!told(0));
	CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), 0);

	wr(&f, PIPE_CRC_CTL(0), SOURCE(PIPE));
	CHECK_EQ(f.kicks, 0);			/* a frame is one from its begin on */
	next_frame();
	CHECK_EQ(f.kicks, 1);
	CHECK_EQ(work(100), PIECES);
	CHECK(told(0));
	CHECK(rd(&f, PIPE_CRC_RES(0)));

	wr(&f, DE_PIPE_IRQ(0) + IRQ_IMR, U32_MAX);
	next_frame();
	work(100);
	CHECK(!told(0));			/* stored, and that is all */
	end();
}

static void a_pixel_makes_a_difference(void)
{
	u32 first, x;

	begin();
	first = sum();
	CHECK_EQ(sum(), first);
	for (x = 0; x < STRIDE * HEIGHT; x += STRIDE * HEIGHT / 7) {
		f.ram[PRIMARY + x / 4 * 4] ^= 1;
		CHECK(sum() != first);
		f.ram[PRIMARY + x / 4 * 4] ^= 1;
		f.ram[PRIMARY + x / 4 * 4 + 3] ^= 0xff;	/* no colour */
		CHECK_EQ(sum(), first);
	}
	end();
}

/* Of an odd width the last pixel counts as well. */
static void lines_may_have_any_width(void)
{
	u32 first, width;

	begin();
	for (width = 1; width < 6; width++) {
		wr(&f, PIPESRC(0), (width - 1) << 16);
		next_frame();
		work(100);
		first = rd(&f, PIPE_CRC_RES(0));
		f.ram[PRIMARY + 4 * (width - 1)] ^= 1;
		next_frame();
		work(100);
		CHECK(rd(&f, PIPE_CRC_RES(0)) != first);
	}
	end();
}

/* Turn what is shown into a picture that the primary plane alone shows. */
static void flatten(void)
{
	struct vgpu_plane p;

	f.now += FRAME_1080P_NS;
	vgpu_plane_get(&f.v, &p);
	if (!CHECK_EQ(p.size, sizeof(frame)))
		return;
	vgpu_frame_copy(&f.v, &p, frame);
	memcpy(f.ram + PRIMARY, frame, sizeof(frame));
	primary(0, DSP_ENABLE | XRGB);
	wr(&f, SPRCTL(0), 0);
	wr(&f, SPRSURF(0), 0);
	wr(&f, CURCNTR(0), 0);
	wr(&f, CURBASE(0), 0);
	f.now += FRAME_1080P_NS;
}

static void scene(u32 dsp, u32 spr, u32 cur)
{
	primary(0, DSP_ENABLE | XRGB | dsp);
	wr(&f, SPRCTL(0), SPR_ENABLE | (u32)SPR_FORMAT_RGB888 << 25 | spr);
	wr(&f, SPRSTRIDE(0), 256);
	wr(&f, SPRPOS(0), 5 << 16 | 1000);
	wr(&f, SPRSIZE(0), 29 << 16 | 63);
	wr(&f, SPRSURF(0), SPRITE);
	wr(&f, CURCNTR(0), CUR_MODE_64_ARGB | cur);
	wr(&f, CURPOS(0), 10 << 16 | 1030);
	wr(&f, CURBASE(0), CURSOR);
	f.now += FRAME_1080P_NS;
}

/* In pieces the picture is what it is as a whole. */
static void what_is_shown_is_summed_up(void)
{
	static const struct {
		u32 dsp, spr, cur;
	} scenes[] = {
		{ 0, 0, 0 },
		{ DSP_TILED, 0, 0 },
		{ DSP_ROTATE_180, SPR_ROTATE_180, CUR_ROTATE_180 },
		{ DSP_TILED | DSP_ROTATE_180, 0, CUR_ROTATE_180 },
	};
	u32 i, composed;

	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		begin();
		scene(scenes[i].dsp, scenes[i].spr, scenes[i].cur);
		composed = sum();
		flatten();
		CHECK_EQ(sum(), composed);
		end();
	}
}

static void sources_are_told_apart(void)
{
	u32 plain, whole, black;

	begin();
	plain = sum();
	scene(0, 0, 0);
	whole = sum();
	CHECK(whole != plain);
	wr(&f, PIPE_CRC_CTL(0), SOURCE(PRIMARY));
	CHECK_EQ(sum(), plain);
	wr(&f, PIPE_CRC_CTL(0), SOURCE(SPRITE));
	CHECK(sum() != whole);
	wr(&f, SPRCTL(0), 0);
	wr(&f, SPRSURF(0), 0);
	f.now += FRAME_1080P_NS;
	black = sum();

	wr(&f, PIPE_CRC_CTL(0), SOURCE(PIPE));
	wr(&f, CURCNTR(0), 0);
	wr(&f, CURBASE(0), 0);
	primary(0, 0);
	f.now += FRAME_1080P_NS;
	CHECK_EQ(sum(), black);			/* a pipe without a plane */
	primary(0, DSP_ENABLE | 15u << 26);
	f.now += FRAME_1080P_NS;
	CHECK_EQ(sum(), black);			/* of a format that nobody knows */
	end();
}

static void a_picture_that_is_gone_is_not_told(void)
{
	u32 old, new;

	begin();
	old = sum();
	primary(0, DSP_ENABLE | XRGB | DSP_TILED);
	f.now += FRAME_1080P_NS;
	new = sum();
	CHECK(new != old);
	primary(0, DSP_ENABLE | XRGB);
	f.now += FRAME_1080P_NS;
	CHECK_EQ(sum(), old);

	next_frame();
	work(1);				/* begun */
	primary(0, DSP_ENABLE | XRGB | DSP_TILED);
	next_frame();
	work(PIECES - 1);
	CHECK(!told(0));
	CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), old);
	CHECK_EQ(work(100), PIECES);
	CHECK(told(0));
	CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), new);

	next_frame();
	work(1);
	wr(&f, PIPE_CRC_CTL(0), 0);		/* or is no more wanted */
	work(100);
	CHECK(!told(0));

	wr(&f, PIPE_CRC_CTL(0), SOURCE(PIPE));
	next_frame();
	work(1);
	wr(&f, TRANSCONF(0), 0);
	work(100);
	CHECK(!told(0));
	end();
}

static void late_sums_are_not_told(void)
{
	u32 old, new;

	begin();
	old = sum();
	next_frame();
	work(1);
	fill(PRIMARY, STRIDE, 9);		/* what is summed up already */
	next_frame();
	work(PIECES - 1);
	CHECK(!told(0));
	CHECK_EQ(work(100), PIECES);		/* that of the frame that came meanwhile */
	CHECK(told(0));
	new = rd(&f, PIPE_CRC_RES(0));
	CHECK(new != old);
	CHECK_EQ(sum(), new);
	end();
}

static void workers_that_are_always_late_tell_sometimes(void)
{
	u32 first, i;

	begin();
	first = sum();
	next_frame();
	for (i = 1; i <= 8; i++) {
		work(1);
		next_frame();
		work(PIECES - 1);
		CHECK_EQ(told(0), i % 4 == 0);
		CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), first);
		if (i == 4) {
			CHECK_EQ(work(100), 1);	/* not twice in a frame */
			next_frame();
		}
	}

	next_frame();
	for (i = 1; i <= 4; i++) {
		work(1);
		if (i == 4)
			primary(0, DSP_ENABLE | XRGB);	/* there another picture may lie */
		next_frame();
		work(PIECES - 1);
		CHECK(!told(0));
	}
	end();
}

static void every_pipe_has_its_turn(void)
{
	u32 p;

	begin();
	for (p = 1; p < GEN8_NUM_PIPES; p++) {
		light(p);
		wr(&f, PIPE_CRC_CTL(p), SOURCE(PIPE));
	}
	primary(2, DSP_ENABLE | XRGB | DSP_TILED);
	next_frame();
	next_frame();
	work(100);
	for (p = 0; p < GEN8_NUM_PIPES; p++)
		CHECK(told(p));
	CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), rd(&f, PIPE_CRC_RES(1)));
	CHECK(rd(&f, PIPE_CRC_RES(0)) != rd(&f, PIPE_CRC_RES(2)));
	end();
}

static void reset_forgets(void)
{
	begin();
	next_frame();
	work(1);
	vgpu_reset(&f.v);
	CHECK_EQ(work(100), 1);
	CHECK_EQ(rd(&f, PIPE_CRC_RES(0)), 0);
	end();
}

/* The largest picture that registers can name, and no memory behind it. */
static void any_size(void)
{
	static const u32 sizes[] = { 0, 0x0fff0fff, 0x00000fff, 0x0fff0000, 0xffffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		wr(&f, PIPESRC(0), sizes[i]);
		wr(&f, DSPSTRIDE(0), 0xffffffff);
		wr(&f, DSPOFFSET(0), 0xffffffff);
		wr(&f, DSPSURF(0), 0xfffff000);
		f.now += FRAME_1080P_NS;
		next_frame();
		work(1000);
		CHECK(told(0));
		end();
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(only_who_asks_is_told),
	KTAP_CASE(a_pixel_makes_a_difference),
	KTAP_CASE(lines_may_have_any_width),
	KTAP_CASE(what_is_shown_is_summed_up),
	KTAP_CASE(sources_are_told_apart),
	KTAP_CASE(a_picture_that_is_gone_is_not_told),
	KTAP_CASE(late_sums_are_not_told),
	KTAP_CASE(workers_that_are_always_late_tell_sometimes),
	KTAP_CASE(every_pipe_has_its_turn),
	KTAP_CASE(reset_forgets),
	KTAP_CASE(any_size),
};

KTAP_MAIN(cases)
