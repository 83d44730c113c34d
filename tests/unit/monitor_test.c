// SPDX-License-Identifier: GPL-2.0
/*
 * monitor_test.c - monitors that somebody else describes: made fit for HDMI, or refused
 */
#include "edid.h"
#include "gen8_helpers.h"

static struct fixture f;
static u8 edid[VGPU_EDID_MAX];

static u8 sum(const u8 *block)
{
	u8 s = 0;
	u32 i;

	for (i = 0; i < 128; i++)
		s += block[i];
	return s;
}

/* A base block without extensions that prefers a mode, as a VMM makes one up. */
static void base(u32 clock_10khz, u32 width, u32 height)
{
	const struct edid_timing t = {
		.clock_10khz = clock_10khz,
		.width = width, .hblank = width * 35 / 100, .hfront = width / 4, .hsync = width / 33,
		.height = height, .vblank = 28, .vfront = 4, .vsync = 4, .sync = 0x18,
	};

	memset(edid, 0, sizeof(edid));
	vgpu_edid_build(edid, 64 << 20);
	memset(edid + 54, 0, 18);
	vgpu_edid_timing_put(edid + 54, &t, 300, 200);
	vgpu_edid_checksum_put(edid);
}

/* An extension as CEA-861 has it, without HDMI's block, with @nr timings from @at on. */
static void cea_add(u32 at, u32 nr)
{
	u8 *cea = edid + 128;
	u32 i;

	edid[126] = 1;
	vgpu_edid_checksum_put(edid);
	cea[0] = 2;
	cea[1] = 3;
	cea[2] = at;
	cea[4] = 0x40 | (at - 5);
	memset(cea + 5, 0x10, at - 5);
	for (i = 0; i < nr; i++)
		memset(cea + at + 18 * i, i + 1, 18);
	vgpu_edid_checksum_put(cea);
}

/* The end of HDMI's block in the extension; 0: there is none. */
static u32 vendor_end(const u8 *cea)
{
	u32 i;

	for (i = 4; i < cea[2]; i += 1 + (cea[i] & 0x1f))
		if (cea[i] >> 5 == 3 && !memcmp(cea + i + 1, "\x03\x0c", 3))
			return i + 1 + (cea[i] & 0x1f);
	return 0;
}

static void extension_is_added(void)
{
	base(10730, 1280, 800);
	CHECK_EQ(vgpu_edid_to_hdmi(edid, 128), 256);
	CHECK(vgpu_edid_is_sane(edid, 256));
	CHECK_EQ(sum(edid + 128), 0);
	CHECK_EQ(vendor_end(edid + 128), edid[130]);
	CHECK_EQ(edid[54] | edid[55] << 8, 10730);	/* a mode that fits stays */
	CHECK_EQ(vgpu_edid_to_hdmi(edid, 256), 256);	/* once is enough */
	CHECK_EQ(edid[126], 1);
	CHECK_EQ(edid[130], 12);
}

static void vendor_block_is_added(void)
{
	u32 i;

	base(10730, 1280, 800);
	cea_add(7, 6);
	CHECK_EQ(vgpu_edid_to_hdmi(edid, 256), 256);
	CHECK(vgpu_edid_is_sane(edid, 256));
	CHECK_EQ(sum(edid + 128), 0);
	CHECK_EQ(vendor_end(edid + 128), 15);
	CHECK_EQ(edid[130], 15);
	CHECK(!memcmp(edid + 132, "\x42\x10\x10", 3));
	for (i = 0; i < 6; i++)
		CHECK_EQ(edid[128 + 15 + 18 * i], i + 1);

	base(10730, 1280, 800);
	cea_add(15, 6);			/* the last one has no room any more */
	vgpu_edid_to_hdmi(edid, 256);
	CHECK_EQ(sum(edid + 128), 0);
	CHECK_EQ(edid[130], 23);
	CHECK_EQ(edid[128 + 23 + 18 * 5 - 1], 5);
	for (i = 23 + 18 * 5; i < 127; i++)
		CHECK_EQ(edid[128 + i], 0);
}

/* Extensions that are full, old or broken stay as they are. */
static void odd_extensions_stay(void)
{
	static const struct {
		u8 at, val;
	} odd[] = { { 2, 127 }, { 2, 125 }, { 1, 1 }, { 127, 0xee } };
	u8 before[128];
	u32 i;

	for (i = 0; i < 4; i++) {
		base(10730, 1280, 800);
		cea_add(7, 6);
		edid[128 + odd[i].at] = odd[i].val;
		if (odd[i].at != 127)
			vgpu_edid_checksum_put(edid + 128);
		memcpy(before, edid + 128, 128);
		CHECK_EQ(vgpu_edid_to_hdmi(edid, 256), 256);
		CHECK(!memcmp(before, edid + 128, 128));
	}
}

static void fast_mode_gets_shorter_blanks(void)
{
	static const struct {
		u32 width, height, hz;
	} modes[] = {
		{ 1920, 1200, 60 }, { 2560, 1600, 60 }, { 2560, 1440, 60 }, { 3840, 2160, 30 },
		{ 4094, 2304, 30 }, { 3440, 1440, 50 },
	};
	u32 i;

	for (i = 0; i < 6; i++) {
		const u8 *d = edid + 54;
		u32 clock, htotal, vtotal, hz;

		base(50000, modes[i].width, modes[i].height);
		vgpu_edid_to_hdmi(edid, 128);
		CHECK_EQ(sum(edid), 0);
		clock = d[0] | d[1] << 8;
		htotal = (d[2] | (d[4] & 0xf0) << 4) + (d[3] | (d[4] & 0x0f) << 8);
		vtotal = (d[5] | (d[7] & 0xf0) << 4) + (d[6] | (d[7] & 0x0f) << 8);
		CHECK_EQ(d[2] | (d[4] & 0xf0) << 4, modes[i].width);
		CHECK_EQ(d[5] | (d[7] & 0xf0) << 4, modes[i].height);
		CHECK(clock <= HDMI_CLOCK_MAX_10KHZ);
		hz = (clock * 10000 + htotal * vtotal / 2) / (htotal * vtotal);
		CHECK_EQ(hz, modes[i].hz);
		CHECK_EQ(htotal - modes[i].width, 160);
	}
	base(50000, 4095, 4095);		/* nothing helps */
	vgpu_edid_to_hdmi(edid, 128);
	CHECK_EQ(edid[54] | edid[55] << 8, 50000);
}

/* 3840x2160 at 75 Hz is too fast for a descriptor: it is in a DisplayID extension alone. */
static void displayid_mode_is_described(void)
{
	static const u8 did[] = {
		0x70, 0x13, 23, 3, 0, 3, 0, 20, 0x40, 0x53, 1, 0x88, 0xff, 0x0e, 0x3f, 5, 0xbf, 3,
		0x72, 0, 0x6f, 8, 0x4a, 0, 9, 0, 9, 0,
	};

	base(0, 0, 0);
	memset(edid + 54, 0, 72);
	edid[54 + 3] = 0xf7;
	edid[54 + 18 + 3] = 0xfc;
	cea_add(7, 0);
	edid[126] = 2;
	vgpu_edid_checksum_put(edid);
	memcpy(edid + 256, did, sizeof(did));
	vgpu_edid_checksum_put(edid + 256);
	CHECK_EQ(vgpu_edid_to_hdmi(edid, 384), 384);
	CHECK_EQ(sum(edid), 0);
	CHECK_EQ(edid[56] | (edid[58] & 0xf0) << 4, 3840);
	CHECK_EQ(edid[59] | (edid[61] & 0xf0) << 4, 2160);
	CHECK_EQ(edid[72 + 3], 0xf7);			/* what was there moved down */
	CHECK_EQ(edid[90 + 3], 0xfc);
	CHECK_EQ(vendor_end(edid + 128), 15);
}

static void nonsense_is_refused(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	base(10730, 1280, 800);
	CHECK_EQ(vgpu_monitor_plug(&f.v, edid, 128), 0);
	CHECK_EQ(-vgpu_monitor_plug(&f.v, edid, 127), EINVAL);
	CHECK_EQ(-vgpu_monitor_plug(&f.v, edid, 130), EINVAL);
	CHECK_EQ(-vgpu_monitor_plug(&f.v, edid, 640), EINVAL);
	for (i = 0; i < 128; i++) {
		edid[i] ^= 0x10;
		CHECK_EQ(-vgpu_monitor_plug(&f.v, edid, 128), EINVAL);
		edid[i] ^= 0x10;
	}
	edid[126] = 1;
	vgpu_edid_checksum_put(edid);
	CHECK_EQ(-vgpu_monitor_plug(&f.v, edid, 128), EINVAL);	/* announced, not there */
	CHECK_EQ(vgpu_monitor_plug(&f.v, edid, 256), 0);	/* there, of no kind that is known */
	fixture_exit(&f);
}

/* Any extension bytes under a good base block: read by a sanitizer's eyes. */
static void junk_is_survived(void)
{
	u32 seed = 12345;
	u32 n, i;

	fixture_init(&f, &vgpu_model_gen8);
	for (n = 0; n < 20000; n++) {
		base(n % 3 ? 10730 : 0, 1280, 800);
		for (i = 54; i < sizeof(edid); i++) {
			seed = seed * 1664525 + 1013904223;
			if (i >= 128 || n % 2)
				edid[i] = seed >> 24;
		}
		edid[126] = n % 4;
		for (i = 1; i < 4; i++) {
			edid[128 * i] = n & 4 ? 0x02 : n & 8 ? 0x70 : edid[128 * i];
			if (n & 16)
				edid[128 * i + 1] = 3;
			if (n & 32)
				vgpu_edid_checksum_put(edid + 128 * i);
		}
		vgpu_edid_checksum_put(edid);
		CHECK_EQ(vgpu_monitor_plug(&f.v, edid, 128 * (1 + n % 4)), 0);
	}
	fixture_exit(&f);
}

static void monitor_decides_the_frame(void)
{
	static const struct vgpu_monitor small = {
		.width = 1024, .height = 768, .max_width = 1024, .max_height = 768
	};
	u8 got[VGPU_EDID_MAX];

	fixture_init(&f, &vgpu_model_gen8);
	CHECK_EQ(f.v.frame_size, 3840 * 2160 * 4);
	vgpu_monitor_set(&f.v, &small);
	CHECK_EQ(f.v.frame_size, 1024 * 768 * 4);
	CHECK_EQ(vgpu_monitor_edid(&f.v, got), 256);
	CHECK_EQ(got[56] | (got[58] & 0xf0) << 4, 1024);
	fixture_exit(&f);
}

/* Without a monitor there is nothing to see, whatever the guest goes on scanning out. */
static void no_monitor_no_picture(void)
{
	struct vgpu_plane p;

	fixture_init(&f, &vgpu_model_gen8);
	pipe_light(&f, PIPE_A);
	wr(&f, DSPCNTR(PIPE_A), DSP_ENABLE | DSP_FORMAT_XRGB8888 << 26);
	wr(&f, DSPSTRIDE(PIPE_A), 1920 * 4);
	wr(&f, DSPSURF(PIPE_A), 0);
	f.now += 2 * FRAME_1080P_NS;
	vgpu_plane_get(&f.v, &p);
	CHECK_EQ(p.width, 1920);
	CHECK_EQ(vgpu_monitor_plug(&f.v, NULL, 0), 0);
	vgpu_plane_get(&f.v, &p);
	CHECK_EQ(p.fourcc | p.width | p.size, 0);
	vgpu_monitor_set(&f.v, f.v.monitor);
	vgpu_plane_get(&f.v, &p);
	CHECK_EQ(p.width, 1920);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(extension_is_added),	     KTAP_CASE(vendor_block_is_added),
	KTAP_CASE(odd_extensions_stay),	     KTAP_CASE(fast_mode_gets_shorter_blanks),
	KTAP_CASE(displayid_mode_is_described), KTAP_CASE(nonsense_is_refused),
	KTAP_CASE(junk_is_survived),	     KTAP_CASE(monitor_decides_the_frame),
	KTAP_CASE(no_monitor_no_picture),
};

KTAP_MAIN(cases)
