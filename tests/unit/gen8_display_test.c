// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_display_test.c - the display's registers: what answers, and what only remembers
 */
#include "gen8_display.h"
#include "gen8_helpers.h"

static struct fixture f;

/* What i915 finds before it wrote anything, and must find. */
static void reset_values(void)
{
	static const struct {
		u32 off, val;
	} want[] = {
		{ 0x41000, 0x80000000 }, { 0x42014, 0 },	  { 0x42300, 0 },
		{ 0x45400, 0 },		 { 0x45404, 0 },	  { 0x46100, 0xe0000000 },
		{ 0x46104, 0xe0000000 }, { 0x46110, 0xe0000000 }, { 0x64000, 0x80 },
		{ 0x64100, 0x80 },	 { 0x64400, 0x80 },	  { 0xc2014, 0x44 },
		{ 0xc4000, 0 },		 { 0xc6204, 24 },	  { 0x130040, 0x40000000 },
		{ 0x70008, 0 },		 { 0x70180, 0 },	  { 0x70080, 0 },
		{ 0x60400, 0 },		 { 0x43408, 0 },	  { 0x44404, 0xffffffff },
	};
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		if (!CHECK_EQ(rd(&f, want[i].off), want[i].val))
			printf("# at %#x\n", want[i].off);
	fixture_exit(&f);
}

/* The state checker reads back what was written: timings, planes, watermarks, ... */
static void storage_is_storage(void)
{
	static const u32 regs[] = {
		0x42080, 0x420b0, 0x420c0, 0x45100, 0x45108, 0x45110, 0x45120, 0x45200, 0x45270,
		0x46020, 0x46040, 0x46060, 0x46140, 0x46200, 0x46408, 0x49028, 0x49128, 0x4a480,
		0x4ac80, 0x4b480, 0x60000, 0x60014, 0x6001c, 0x60028, 0x6002c, 0x60200, 0x60220,
		0x60400, 0x60410, 0x61000, 0x6200c, 0x6f400, 0x64834, 0x64ea8, 0x650c0, 0x65900,
		0x68070, 0x68080, 0x68880, 0x69080, 0x70030, 0x70080, 0x70088, 0x700a0, 0x70180,
		0x70188, 0x701a4, 0x71180, 0x72188, 0x70280, 0x70288, 0x702a4, 0x43208, 0xc2020,
		0xf0060, 0x4a000, 0x4b3fc, 0x4f060,
	};
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		wr(&f, regs[i], 0x5a5aa5a5 ^ i);
		mmio_put(&f, regs[i] + 1, i, 1);
	}
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		CHECK_EQ(rd(&f, regs[i]), ((0x5a5aa5a5 ^ i) & ~0xff00u) | i << 8);
	fixture_exit(&f);
}

static void holes_read_zero(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0x160000, 0xffffffff);
	CHECK_EQ(rd(&f, 0x160000), 0);
	CHECK_EQ(mmio_get(&f, 0x1fffff, 1), 0);
	fixture_exit(&f);
}

static void power_well_follows_any_request(void)
{
	u32 i, k;

	fixture_init(&f, &vgpu_model_gen8);
	for (i = 0; i < 4; i++) {
		wr(&f, 0x45400 + 4 * i, 0xffffffff);
		for (k = 0; k < 4; k++)
			CHECK_EQ(rd(&f, 0x45400 + 4 * k), k == i ? 0xc0000000 : 0x40000000);
		wr(&f, 0x45400 + 4 * i, 0);
		CHECK_EQ(rd(&f, 0x45404), 0);
	}
	wr(&f, 0x45400, 0x80000000);
	wr(&f, 0x45404, 0x80000000);
	wr(&f, 0x45404, 0);
	CHECK_EQ(rd(&f, 0x45404), 0x40000000);
	fixture_exit(&f);
}

static void clock_handshake(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0x130040, rd(&f, 0x130040) | 1 << 21);
	CHECK_EQ(rd(&f, 0x130040), 0x40280000);
	wr(&f, 0x130040, 0x04000000 | 1 << 21);
	CHECK_EQ(rd(&f, 0x130040), 0x44280000);
	wr(&f, 0x130040, 0x04000000);
	CHECK_EQ(rd(&f, 0x130040), 0x44000000);
	wr(&f, 0x130040, 0x80000000);
	CHECK_EQ(rd(&f, 0x130040), 0x80000000);
	wr(&f, 0x130040, 0);
	CHECK_EQ(rd(&f, 0x130040), 0x40000000);
	fixture_exit(&f);
}

static void ddi_is_idle_when_off(void)
{
	u32 p;

	fixture_init(&f, &vgpu_model_gen8);
	for (p = 0; p < 5; p++) {
		wr(&f, 0x64000 + 0x100 * p, 0x80000000);
		CHECK_EQ(rd(&f, 0x64000 + 0x100 * p), 0x80000000);
		wr(&f, 0x64000 + 0x100 * p, 0x00000012);
		CHECK_EQ(rd(&f, 0x64000 + 0x100 * p), 0x00000092);
	}
	fixture_exit(&f);
}

static u32 sideband(u32 addr, u32 ctl, u32 data)
{
	wr(&f, 0xc6000, addr << 16);
	wr(&f, 0xc6004, data);
	wr(&f, 0xc6008, ctl | 1);
	CHECK_EQ(rd(&f, 0xc6008), ctl & ~7u);
	return rd(&f, 0xc6004);
}

static void sideband_remembers(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	CHECK_EQ(sideband(0x2a00, 0x600, 0x1234), 0);	/* never written */
	sideband(0x2a00, 0x700, 0x5678);
	sideband(0x2a00, 0x10300, 0x9abc);		/* the same of the other side */
	CHECK_EQ(sideband(0x2a00, 0x600, 0), 0x5678);
	CHECK_EQ(sideband(0x2a00, 0x10200, 0), 0x9abc);
	for (i = 0; i < 100; i++)			/* more than there is room for */
		sideband(0x100 + 4 * i, 0x700, i + 1);
	CHECK_EQ(sideband(0x100, 0x600, 0), 1);
	CHECK_EQ(sideband(0x2a00, 0x600, 0), 0x5678);
	CHECK_EQ(sideband(0x100 + 4 * 99, 0x600, 0), 0);
	/* without the busy bit nothing starts */
	wr(&f, 0xc6000, 0x2a000000);
	wr(&f, 0xc6008, 0x600);
	CHECK_EQ(rd(&f, 0xc6004), 0);
	/* a part of it would start before the rest came */
	mmio_put(&f, 0xc6008, 0x0601, 2);
	CHECK_EQ(rd(&f, 0xc6004), 0);
	CHECK_EQ(rd(&f, 0xc6008), 0x600);
	vgpu_reset(&f.v);
	CHECK_EQ(sideband(0x2a00, 0x600, 0), 0);
	fixture_exit(&f);
}

static void aux_times_out(void)
{
	static const struct {
		u32 ctl, block, bit;
	} ports[] = {
		{ 0x64010, 0x44440, 1u << 0 },
		{ 0xe4110, 0xc4000, 1u << 25 },
		{ 0xe4210, 0xc4000, 1u << 26 },
		{ 0xe4310, 0xc4000, 1u << 27 },
	};
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0x44444, 0);
	wr(&f, 0xc4004, 0);
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		wr(&f, ports[i].ctl + 4, 0x90000000);
		wr(&f, ports[i].ctl, 0xd2000000 | 4 << 20 | 0x3f);
		CHECK_EQ(rd(&f, ports[i].ctl), 0x50000000 | 4 << 20 | 0x3f);
		CHECK_EQ(rd(&f, ports[i].block + 8) & ports[i].bit, 0);
		wr(&f, ports[i].ctl, 0xf2000000);
		CHECK_EQ(rd(&f, ports[i].ctl), 0x70000000);
		CHECK_EQ(rd(&f, ports[i].block + 8) & ports[i].bit, ports[i].bit);
		wr(&f, ports[i].ctl, 0x52000000);
		CHECK_EQ(rd(&f, ports[i].ctl), 0);
		CHECK_EQ(rd(&f, ports[i].ctl + 4), 0x90000000);
	}
	fixture_exit(&f);
}

/* Reads and writes move the index alike; the end wraps to the beginning. */
static void palette_index_moves(void)
{
	u32 p, i;

	fixture_init(&f, &vgpu_model_gen8);
	for (p = 0; p < 3; p++) {
		u32 index = 0x4a400 + 0x800 * p, data = index + 4;

		wr(&f, index, 0x8000);
		for (i = 0; i < 1024; i++)
			wr(&f, data, p << 24 | i);
		CHECK_EQ(rd(&f, index), 0x8000);
		wr(&f, index, 0x8000 | 1000);
		for (i = 0; i < 30; i++)
			CHECK_EQ(rd(&f, data), p << 24 | (1000 + i) % 1024);
		CHECK_EQ(rd(&f, index), 0x8000 | 6);
		wr(&f, index, 17);		/* without the bit it stays */
		CHECK_EQ(rd(&f, data), p << 24 | 17);
		CHECK_EQ(rd(&f, data), p << 24 | 17);
		mmio_put(&f, data, 0xff, 1);	/* nothing but dwords */
		CHECK_EQ(rd(&f, data), p << 24 | 17);
	}
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(reset_values),
	KTAP_CASE(storage_is_storage),
	KTAP_CASE(holes_read_zero),
	KTAP_CASE(power_well_follows_any_request),
	KTAP_CASE(clock_handshake),
	KTAP_CASE(ddi_is_idle_when_off),
	KTAP_CASE(sideband_remembers),
	KTAP_CASE(aux_times_out),
	KTAP_CASE(palette_index_moves),
};

KTAP_MAIN(cases)
