// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_vblank_test.c - pipes in time: counters, lines, interrupts, flips
 */
#include "gen8_helpers.h"

#define FRAME	FRAME_1080P_NS
#define START	123456789ull
#define EVADE	300000	/* before a blank that somebody waits for */

static struct fixture f;

static void begin(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	f.now = START;
	wr(&f, 0x44200, 0x80000000);
}

/* As i915 enables and disables it. */
static void vblank_irq(u32 p, bool on)
{
	wr(&f, 0x4440c + 16 * p, 0x90000711);
	wr(&f, 0x44404 + 16 * p, on ? 0x6ffff8fe : 0x6ffff8ff);
}

/* Time passes; the host calls when it was asked to. */
static void time_to(u64 now)
{
	while (f.deadline && f.deadline <= now) {
		f.now = f.deadline;
		f.deadline = 0;
		f.model->timer(&f.v);
	}
	f.now = now;
}

static u32 iir_take(u32 p)
{
	u32 iir = rd(&f, 0x44408 + 16 * p);

	wr(&f, 0x44200, 0);
	wr(&f, 0x44408 + 16 * p, iir);
	wr(&f, 0x44200, 0x80000000);
	return iir;
}

/* When vertical blank number @n begins; number 1 is the first. */
static u64 blank(u64 n)
{
	return START + n * FRAME - FRAME * 45 / 1125;
}

/* It would be shown before the rest of it came, and be counted twice. */
static void half_a_surface_is_none(void)
{
	static const u32 surfaces[] = { 0x7019c, 0x7029c, 0x70084 };
	u32 i;

	begin();
	for (i = 0; i < ARRAY_SIZE(surfaces); i++) {
		wr(&f, surfaces[i], 0x12345000);
		mmio_put(&f, surfaces[i] + 2, 0xffff, 2);
		mmio_put(&f, surfaces[i] - 1, 0xffffffff, 4);
		CHECK_EQ(rd(&f, surfaces[i]), 0x12345000);
		CHECK_EQ(rd(&f, (surfaces[i] & 0x70fff) + (i == 2 ? 0x28 : 0x10)), 0x12345000);
	}
	CHECK_EQ(rd(&f, 0x70044), 1);
	fixture_exit(&f);
}

static void counter_counts_blanks(void)
{
	u64 n;

	begin();
	CHECK_EQ(rd(&f, 0x70040), 0);
	pipe_light(&f, 0);
	CHECK_EQ(rd(&f, 0x70008), 0xc0000000);
	CHECK_EQ(rd(&f, 0x70040), 0);
	for (n = 1; n < 2000; n++) {
		time_to(blank(n) - 2);
		CHECK_EQ(rd(&f, 0x70040), n - 1);
		time_to(blank(n) + 2);
		CHECK_EQ(rd(&f, 0x70040), n);
	}
	CHECK_EQ(f.deadline, blank(n));		/* nobody waits: one event in a frame */
	CHECK_EQ(rd(&f, 0x71040), 0);
	fixture_exit(&f);
}

/* What i915 makes of the line: where the pipe is in its frame. */
static u32 position(void)
{
	u32 line = rd(&f, 0x70000);

	CHECK(line >= 1 && line <= 1125);
	return (line + 2) % 1125;
}

/* The line is that of the last event; there is one where a driver cares. */
static void lines_are_right_where_it_matters(void)
{
	u32 n;

	begin();
	CHECK_EQ(rd(&f, 0x70000), 1);		/* off: it stands */
	pipe_light(&f, 0);
	vblank_irq(0, true);
	for (n = 1; n < 100; n++) {
		time_to(blank(n) - EVADE - 2);
		CHECK(position() < 1073 || position() >= 1080);
		time_to(blank(n) - EVADE + 2);
		CHECK_EQ(position(), 1079);	/* keep away */
		time_to(blank(n) - 2);
		CHECK_EQ(position(), 1079);
		time_to(blank(n) + 2);
		CHECK_EQ(position(), 1080);
	}
	/* a driver that begins to wait is told where the pipe is now */
	vblank_irq(0, false);
	f.now = blank(100) + FRAME * 45 / 1125 + FRAME * 100 / 1125 + 100;
	vblank_irq(0, true);
	CHECK_EQ(position(), 100);
	fixture_exit(&f);
}

/* A handler that begins late is not told of a blank that just began. */
static void late_handler_sees_the_line_of_now(void)
{
	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	time_to(blank(1));
	CHECK_EQ(f.irqs[0], 1);
	CHECK_EQ(position(), 1080);
	f.now += FRAME * 301 / 1125;		/* the vCPU was elsewhere */
	CHECK_EQ(position(), 1080);
	wr(&f, 0x44200, 0);
	CHECK_EQ(position(), 255);
	CHECK_EQ(rd(&f, 0x70040), 1);
	f.now += FRAME;				/* and another one went by */
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(rd(&f, 0x70040), 1);
	wr(&f, 0x44200, 0);
	CHECK_EQ(rd(&f, 0x70040), 2);
	fixture_exit(&f);
}

/* Never 0, wherever the pipe is when something happens. */
static void lines_are_never_zero(void)
{
	u64 t;

	begin();
	pipe_light(&f, 0);
	for (t = 0; t < 3 * FRAME; t += 5003) {
		f.now = START + t;
		vblank_irq(0, t & 1);
		position();
	}
	fixture_exit(&f);
}

static void interrupt_with_each_blank(void)
{
	u64 n;

	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	CHECK(f.deadline > START && f.deadline < blank(1));
	for (n = 1; n <= 60; n++) {
		time_to(blank(n) - 2);
		CHECK_EQ(f.irqs[0], n - 1);
		time_to(blank(n) + 2);
		CHECK_EQ(f.irqs[0], n);
		CHECK_EQ(rd(&f, 0x70040), n);
		CHECK_EQ(iir_take(0), 1);
	}
	vblank_irq(0, false);
	CHECK_EQ(f.deadline, blank(61));
	time_to(blank(70));
	CHECK_EQ(f.irqs[0], 60);
	CHECK_EQ(rd(&f, 0x70040), 70);
	fixture_exit(&f);
}

/* A host that was reset meanwhile has forgotten the time; called early, it hears it again. */
static void lost_time_is_asked_for_again(void)
{
	u64 deadline;

	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	time_to(blank(1) + 1000);
	deadline = f.deadline;
	CHECK(deadline > blank(1) + 1000 && deadline < blank(2));
	f.deadline = 0;
	f.model->timer(&f.v);
	CHECK_EQ(f.deadline, deadline);
	CHECK_EQ(f.irqs[0], 1);
	CHECK_EQ(iir_take(0), 1);
	time_to(blank(2) + 1000);
	CHECK_EQ(f.irqs[0], 2);
	fixture_exit(&f);
}

/* What happened while it was masked is not told when it is unmasked. */
static void unmasking_tells_nothing_old(void)
{
	begin();
	pipe_light(&f, 0);
	f.now = blank(10) + 1000;
	vblank_irq(0, true);
	CHECK_EQ(f.irqs[0], 0);
	CHECK_EQ(rd(&f, 0x44408), 0);
	CHECK(f.deadline > f.now && f.deadline - f.now < FRAME);
	time_to(blank(11) + 2);
	CHECK_EQ(f.irqs[0], 1);
	fixture_exit(&f);
}

/* The timer is late: then the counter is late as well, and never before its interrupt. */
static void counter_and_interrupt_agree(void)
{
	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	f.now = blank(1) + 3000;
	CHECK_EQ(rd(&f, 0x44408), 0);
	CHECK_EQ(rd(&f, 0x70040), 0);
	f.model->timer(&f.v);
	CHECK_EQ(rd(&f, 0x44408), 1);
	CHECK_EQ(rd(&f, 0x70040), 1);
	CHECK_EQ(f.irqs[0], 1);
	iir_take(0);
	f.model->timer(&f.v);			/* once more: nothing is left */
	CHECK_EQ(f.irqs[0], 1);
	CHECK(f.deadline > f.now && f.deadline < blank(2));
	/* many frames late is one interrupt */
	f.now = blank(50) + 3000;
	f.model->timer(&f.v);
	CHECK_EQ(f.irqs[0], 2);
	CHECK_EQ(rd(&f, 0x70040), 50);
	/* early is none */
	f.now = blank(51) - 100;
	iir_take(0);
	f.deadline = 0;
	f.model->timer(&f.v);
	CHECK_EQ(f.irqs[0], 2);
	CHECK_EQ(f.deadline, blank(51));
	fixture_exit(&f);
}

static void flip_is_latched_at_the_blank(void)
{
	begin();
	pipe_light(&f, 0);
	wr(&f, 0x70180, 0x98000000);
	wr(&f, 0x7019c, 0x00100000);
	CHECK_EQ(rd(&f, 0x7019c), 0x00100000);
	CHECK_EQ(rd(&f, 0x701ac), 0);
	CHECK_EQ(f.deadline, blank(1));
	time_to(blank(1) - 2);
	CHECK_EQ(rd(&f, 0x701ac), 0);
	time_to(blank(1) + 2);
	CHECK_EQ(rd(&f, 0x701ac), 0x00100000);
	CHECK_EQ(rd(&f, 0x70044), 1);
	/* nobody looks at the blank between two flips */
	wr(&f, 0x7019c, 0x00200000);
	f.now = blank(5) + 2;
	wr(&f, 0x7019c, 0x00300000);
	CHECK_EQ(rd(&f, 0x701ac), 0x00200000);
	CHECK_EQ(rd(&f, 0x70044), 2);
	time_to(blank(6) + 2);
	CHECK_EQ(rd(&f, 0x701ac), 0x00300000);
	CHECK_EQ(rd(&f, 0x70044), 3);
	fixture_exit(&f);
}

static void flip_done_interrupt(void)
{
	begin();
	pipe_light(&f, 0);
	wr(&f, 0x4440c, 0x90000711);
	wr(&f, 0x44404, 0x6ffff8ef);		/* flips, not blanks */
	CHECK_EQ(f.deadline, blank(1));
	wr(&f, 0x70180, 0x98000000);
	wr(&f, 0x7019c, 0x00100000);
	CHECK_EQ(f.deadline, blank(1));
	time_to(blank(1) + 2);
	CHECK_EQ(f.irqs[0], 1);
	CHECK_EQ(iir_take(0), 0x10);
	CHECK_EQ(f.deadline, blank(2));

	/* one that does not wait for the blank */
	time_to(blank(1) + FRAME / 3);
	wr(&f, 0x70180, 0x98000200);
	wr(&f, 0x7019c, 0x00200000);
	CHECK_EQ(rd(&f, 0x701ac), 0x00200000);
	CHECK_EQ(f.irqs[0], 2);
	CHECK_EQ(iir_take(0), 0x10);
	CHECK_EQ(f.deadline, blank(2));
	fixture_exit(&f);
}

static void sprite_and_cursor_latch(void)
{
	begin();
	pipe_light(&f, 1);
	wr(&f, 0x44414, 0xffffffdf);
	wr(&f, 0x4441c, 0xffffffff);
	wr(&f, 0x7129c, 0x00500fff);
	wr(&f, 0x71084, 0x00600000);
	CHECK_EQ(rd(&f, 0x712ac), 0);
	CHECK_EQ(rd(&f, 0x710ac), 0);
	time_to(blank(1) + 2);
	CHECK_EQ(rd(&f, 0x712ac), 0x00500000);
	CHECK_EQ(rd(&f, 0x710ac), 0x00600000);
	CHECK_EQ(iir_take(1), 0x20);
	fixture_exit(&f);
}

/* The counter goes on where it was; what was armed is there. */
static void off_and_on_again(void)
{
	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	f.now = blank(7) + 2;
	wr(&f, 0x70180, 0);
	wr(&f, 0x7019c, 0x00700000);
	wr(&f, 0x70008, 0);
	CHECK_EQ(rd(&f, 0x70008), 0);
	CHECK_EQ(rd(&f, 0x70040), 7);
	CHECK_EQ(rd(&f, 0x701ac), 0x00700000);
	CHECK_EQ(f.deadline, (f.now / FRAME + 1) * FRAME);	/* the engines' clock goes on */
	CHECK_EQ(rd(&f, 0x70000), 1);
	f.now = blank(100);
	CHECK_EQ(rd(&f, 0x70040), 7);
	wr(&f, 0x70008, 0x80000000);
	CHECK_EQ(rd(&f, 0x70040), 7);
	CHECK(f.deadline > f.now);
	time_to(f.now + FRAME);
	CHECK_EQ(rd(&f, 0x70040), 8);
	wr(&f, 0x70008, 0x80000000);		/* on already */
	CHECK_EQ(rd(&f, 0x70040), 8);
	fixture_exit(&f);
}

static u64 frame_of(u32 htotal, u32 vtotal, u32 wrpll, u32 func, u32 mult)
{
	u64 t;

	begin();
	wr(&f, 0x46060, wrpll);
	wr(&f, 0x46108, 0xa0000000);		/* WRPLL 2 to DDI C */
	wr(&f, 0x62000, (htotal - 1) << 16);
	wr(&f, 0x6200c, (vtotal - 1) << 16);
	wr(&f, 0x62400, func);
	wr(&f, 0x6202c, mult);
	wr(&f, 0x72008, 0x80000000);
	f.now = f.deadline;
	f.deadline = 0;
	f.model->timer(&f.v);
	t = f.deadline - f.now;
	fixture_exit(&f);
	return t;
}

static void refresh_follows_the_clock(void)
{
	CHECK_EQ(frame_of(2200, 1125, 0xb0210614, 0xa2000000, 0), 16666666);
	CHECK_EQ(frame_of(2640, 1125, 0xb0210614, 0xa2000000, 0), 20000000);
	CHECK_EQ(frame_of(2200, 1125, 0xb0210614, 0xa2300000, 0), 25000000);	/* 12 bits */
	CHECK_EQ(frame_of(2200, 1125, 0xb0210614, 0xa2000000, 1), 33333333);	/* each twice */
	/* no clock, no port, no PLL: 60 Hz */
	CHECK_EQ(frame_of(2200, 1125, 0x30210614, 0xa2000000, 0), 16666666);
	CHECK_EQ(frame_of(2640, 1125, 0xb0210600, 0xa2000000, 0), 16666666);
	CHECK_EQ(frame_of(2640, 1125, 0xb0210614, 0x22000000, 0), 16666666);
	CHECK_EQ(frame_of(2640, 1125, 0xb0210614, 0xf2000000, 0), 16666666);
	/* nonsense stays bounded */
	CHECK_EQ(frame_of(1, 1, 0xb0ff0101, 0xa2000000, 0), 2000000);
	CHECK_EQ(frame_of(8192, 8192, 0xb0013fff, 0xa2000000, 0), 1000000000);
}

static void pipes_are_independent(void)
{
	begin();
	pipe_light(&f, 0);
	f.now += FRAME / 2;
	pipe_light(&f, 2);
	vblank_irq(0, true);
	vblank_irq(2, true);
	time_to(blank(1) + 2);
	CHECK_EQ(iir_take(0), 1);
	CHECK_EQ(iir_take(2), 0);
	time_to(blank(1) + FRAME / 2 + 2);
	CHECK_EQ(iir_take(0), 0);
	CHECK_EQ(iir_take(2), 1);
	time_to(blank(11) + 2);
	CHECK_EQ(rd(&f, 0x70040), 11);
	CHECK_EQ(rd(&f, 0x72040), 10);
	vgpu_reset(&f.v);
	CHECK_EQ(f.deadline, 0);
	CHECK_EQ(rd(&f, 0x70040), 0);
	fixture_exit(&f);
}

static void timestamps_are_microseconds(void)
{
	begin();
	pipe_light(&f, 0);
	time_to(blank(3) + 5000000);
	CHECK_EQ(rd(&f, 0x44070), blank(3) / 1000);
	CHECK_EQ(rd(&f, 0x70048), blank(3) / 1000);
	wr(&f, 0x7019c, 0x00100000);		/* an event */
	CHECK_EQ(rd(&f, 0x44070), f.now / 1000);
	CHECK_EQ(rd(&f, 0x70048), blank(3) / 1000);
	fixture_exit(&f);
}

/* While a vertical blank is waited for the line is never old, whether it is asked for or not. */
static void line_is_never_old(void)
{
	u64 t;

	begin();
	pipe_light(&f, 0);
	vblank_irq(0, true);
	for (t = FRAME; t < 4 * FRAME; t += FRAME / 50) {
		u32 now, at;

		time_to(START + t);
		now = t % FRAME * 1125 / FRAME;		/* the frame began at START */
		at = position();
		CHECK((now + 1125 - at) % 1125 <= 1125 / 4 + 2 || at == 1079);
	}
	/* and it costs nothing while nobody waits */
	vblank_irq(0, false);
	CHECK(f.deadline > f.now + FRAME / 4 || f.deadline == blank(5) || f.deadline == blank(4));
	fixture_exit(&f);
}

static u32 engine_clock(void)
{
	return rd(&f, 0x02358);
}

/* It is that of the last interrupt, and where there is none, of the last frame. */
static void engines_clock_goes_on(void)
{
	u64 t;

	fixture_init(&f, &vgpu_model_gen8);
	f.now = START;
	CHECK_EQ(f.deadline, 0);		/* nobody is there to read it */
	wr(&f, 0x44200, 0x80000000);
	for (t = START + FRAME; t < START + 10 * FRAME; t += FRAME / 3) {
		time_to(t);
		CHECK(engine_clock() <= t / 80 && engine_clock() + FRAME / 80 >= t / 80);
	}
	pipe_light(&f, 0);			/* the pipe keeps time from here on */
	for (t = f.now + 2 * FRAME; t < START + 20 * FRAME; t += FRAME / 3) {
		time_to(t);
		CHECK(engine_clock() <= t / 80 && engine_clock() + FRAME / 80 >= t / 80);
	}
	vblank_irq(0, true);
	t = f.deadline;
	time_to(t + FRAME);
	f.now += 8000;
	gen8_irq_pch(&f.v, 1);			/* masked: no event */
	CHECK(engine_clock() != f.now / 80);
	wr(&f, 0xc4004, ~1u);
	gen8_irq_pch(&f.v, 1);
	CHECK_EQ(engine_clock(), f.now / 80);
	vgpu_reset(&f.v);
	CHECK_EQ(f.deadline, 0);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(engines_clock_goes_on),
	KTAP_CASE(half_a_surface_is_none),
	KTAP_CASE(counter_counts_blanks),
	KTAP_CASE(lines_are_right_where_it_matters),
	KTAP_CASE(late_handler_sees_the_line_of_now),
	KTAP_CASE(line_is_never_old),
	KTAP_CASE(lines_are_never_zero),
	KTAP_CASE(interrupt_with_each_blank),
	KTAP_CASE(lost_time_is_asked_for_again),
	KTAP_CASE(unmasking_tells_nothing_old),
	KTAP_CASE(counter_and_interrupt_agree),
	KTAP_CASE(flip_is_latched_at_the_blank),
	KTAP_CASE(flip_done_interrupt),
	KTAP_CASE(sprite_and_cursor_latch),
	KTAP_CASE(off_and_on_again),
	KTAP_CASE(refresh_follows_the_clock),
	KTAP_CASE(pipes_are_independent),
	KTAP_CASE(timestamps_are_microseconds),
};

KTAP_MAIN(cases)
