// SPDX-License-Identifier: GPL-2.0
/*
 * edid_test.c - the monitor's description, read back as a driver reads it
 */
#include "edid.h"
#include "gen8.h"
#include "ktap.h"

#define VRAM	(16u << 20)

static u8 edid[VGPU_EDID_SIZE];

static void block_is_valid(void)
{
	static const u8 header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	u64 vram;
	u32 i;

	for (vram = 0; vram <= VRAM; vram += 64 << 10) {
		u8 sum = 0;

		memset(edid, 0xa5, sizeof(edid));
		vgpu_edid_build(edid, vram);
		for (i = 0; i < sizeof(edid); i++)
			sum += edid[i];
		CHECK_EQ(sum, 0);
		CHECK(!memcmp(edid, header, 8));
	}
	CHECK_EQ(edid[18], 1);
	CHECK_EQ(edid[19], 4);
	CHECK_EQ(edid[126], 0);
}

static void manufacturer_is_kvg(void)
{
	u32 id;

	vgpu_edid_build(edid, VRAM);
	id = edid[8] << 8 | edid[9];
	CHECK_EQ('@' + (id >> 10 & 31), 'K');
	CHECK_EQ('@' + (id >> 5 & 31), 'V');
	CHECK_EQ('@' + (id & 31), 'G');
}

static void preferred_is_1024x768_at_60(void)
{
	const u8 *d = edid + 54;
	u32 clock, width, hblank, height, vblank, hz;

	vgpu_edid_build(edid, VRAM);
	clock = (d[0] | d[1] << 8) * 10000;
	width = d[2] | (d[4] & 0xf0) << 4;
	hblank = d[3] | (d[4] & 0x0f) << 8;
	height = d[5] | (d[7] & 0xf0) << 4;
	vblank = d[6] | (d[7] & 0x0f) << 8;
	CHECK_EQ(width, 1024);
	CHECK_EQ(height, 768);
	hz = (clock + (width + hblank) * (height + vblank) / 2) /
	     ((width + hblank) * (height + vblank));
	CHECK_EQ(hz, 60);
	CHECK_EQ(d[8] | (d[11] & 0xc0) << 2, 24);		/* front porch */
	CHECK_EQ(d[9] | (d[11] & 0x30) << 4, 136);		/* sync */
	CHECK_EQ(d[10] >> 4 | (d[11] & 0x0c) << 2, 3);
	CHECK_EQ((d[10] & 0xf) | (d[11] & 0x03) << 4, 6);
	CHECK(edid[24] & 0x02);				/* preferred is native */
	CHECK_EQ(d[12] | (d[14] & 0xf0) << 4, 320);		/* mm */
	CHECK_EQ(d[13] | (d[14] & 0x0f) << 8, 240);
	CHECK_EQ(edid[21], 32);
	CHECK_EQ(edid[22], 24);
}

/* Each standard timing fits; return how many there are. */
static u32 standard_check(u64 vram)
{
	u32 i, nr = 0;

	vgpu_edid_build(edid, vram);
	for (i = 38; i < 54; i += 2) {
		static const u32 num[] = { 10, 3, 4, 9 }, den[] = { 16, 4, 5, 16 };
		u32 width = (edid[i] + 31) * 8;
		u32 height = width * num[edid[i + 1] >> 6] / den[edid[i + 1] >> 6];

		if (edid[i] == 1 && edid[i + 1] == 1)
			continue;
		nr++;
		CHECK_EQ(i, 38 + 2 * (nr - 1));		/* no gap */
		CHECK((u64)width * height * 4 <= vram);
		CHECK_EQ(edid[i + 1] & 0x3f, 0);	/* 60 Hz */
	}
	return nr;
}

static void modes_fit_into_memory(void)
{
	CHECK_EQ(standard_check(0), 0);
	CHECK_EQ(edid[35] | edid[36] | edid[37], 0);
	CHECK_EQ(standard_check(640 * 480 * 4), 0);
	CHECK_EQ(edid[35], 0x20);
	CHECK_EQ(standard_check(1024 * 768 * 4 - 1), 0);
	CHECK_EQ(edid[35], 0x21);
	CHECK_EQ(edid[36], 0);
	CHECK_EQ(standard_check(4 << 20), 2);
	CHECK_EQ(edid[36], 0x08);
	CHECK_EQ(standard_check(1920 * 1080 * 4), 6);
	CHECK_EQ(standard_check(VRAM), 8);
}

static void name_is_text(void)
{
	vgpu_edid_build(edid, VRAM);
	CHECK(!memcmp(edid + 72, "\0\0\0\xfc\0KVMGT vGPU\n  ", 18));
	CHECK(!memcmp(edid + 90, "\0\0\0\xff\0" "1\n           ", 18));
	CHECK(!memcmp(edid + 108, "\0\0\0\x10", 4));
}

/* One timing as a driver reads it: pixels of a frame times frames is the clock. */
static void timing_check(const u8 *d, u32 width, u32 height, u32 hz)
{
	u32 clock = (d[0] | d[1] << 8) * 10000;
	u32 htotal = (d[2] | (d[4] & 0xf0) << 4) + (d[3] | (d[4] & 0x0f) << 8);
	u32 vtotal = (d[5] | (d[7] & 0xf0) << 4) + (d[6] | (d[7] & 0x0f) << 8);

	CHECK_EQ(d[2] | (d[4] & 0xf0) << 4, width);
	CHECK_EQ(d[5] | (d[7] & 0xf0) << 4, height);
	CHECK_EQ(htotal * vtotal * hz, clock);
	CHECK((u32)(d[8] | (d[11] & 0xc0) << 2) + (d[9] | (d[11] & 0x30) << 4) < htotal - width);
	CHECK_EQ(d[17], 0x1e);
}

/* The sizes that an EDID describes in full, those of the CEA extension behind the others. */
static u32 sizes_of(const u8 *hdmi, u32 *sizes)
{
	const u8 *d, *cea = hdmi + 128;
	u32 nr = 0;

	for (d = hdmi + 54; d < hdmi + 126; d += 18)
		if (d[0] || d[1])
			sizes[nr++] = (d[2] | (d[4] & 0xf0) << 4) << 16 | d[5] | (d[7] & 0xf0) << 4;
	for (d = cea + cea[2]; d + 18 <= cea + 127 && (d[0] || d[1]); d += 18)
		sizes[nr++] = (d[2] | (d[4] & 0xf0) << 4) << 16 | d[5] | (d[7] & 0xf0) << 4;
	return nr;
}

static void hdmi_has_full_and_ultra_hd(void)
{
	static const u32 want[] = {
		1920 << 16 | 1080, 3840 << 16 | 2160, 2560 << 16 | 1600, 2560 << 16 | 1440,
		1024 << 16 | 768,
	};
	struct vgpu_monitor m = {
		.width = 1920, .height = 1080, .max_width = 3840, .max_height = 2160
	};
	u8 hdmi[VGPU_EDID_HDMI_SIZE];
	u32 sizes[16] = { 0 };

	vgpu_edid_build_hdmi(hdmi, &m);
	timing_check(hdmi + 54, 1920, 1080, 60);
	timing_check(hdmi + 72, 3840, 2160, 30);
	CHECK(!memcmp(hdmi + 90, "\0\0\0\xfc\0KVMGT vGPU\n  ", 18));
	CHECK(!memcmp(hdmi + 108, "\0\0\0\xff", 4));
	CHECK_EQ(hdmi[36], 0x08);			/* 1024x768 */
	CHECK_EQ(hdmi[20] & 0x0f, 2);
	CHECK_EQ(sizes_of(hdmi, sizes), 5);
	CHECK(!memcmp(sizes, want, sizeof(want)));
}

/* Whatever a monitor prefers is first; nothing exceeds its limits or those of the link. */
static void hdmi_keeps_to_its_limits(void)
{
	static const struct vgpu_monitor monitors[] = {
		{ .width = 1024, .height = 768, .max_width = 1024, .max_height = 768 },
		{ .width = 2560, .height = 1600, .max_width = 2560, .max_height = 1600 },
		{ .width = 3840, .height = 2160, .max_width = 3840, .max_height = 2160 },
		{ .width = 1024, .height = 768, .max_width = 3840, .max_height = 2160 },
	};
	u8 hdmi[VGPU_EDID_HDMI_SIZE];
	u32 sizes[16];
	u32 i, k, nr;

	for (i = 0; i < 4; i++) {
		const struct vgpu_monitor *m = &monitors[i];

		vgpu_edid_build_hdmi(hdmi, m);
		CHECK(vgpu_edid_is_sane(hdmi, sizeof(hdmi)));
		nr = sizes_of(hdmi, sizes);
		CHECK_EQ(sizes[0], (u32)m->width << 16 | m->height);
		for (k = 0; k < nr; k++) {
			CHECK(sizes[k] >> 16 <= m->max_width);
			CHECK((sizes[k] & 0xffff) <= m->max_height);
		}
		CHECK((hdmi[54] | hdmi[55] << 8) <= HDMI_CLOCK_MAX_10KHZ);
		for (k = 38; k < 54; k += 2)
			CHECK(hdmi[k] == 1 || (hdmi[k] + 31) * 8 <= m->max_width);
	}
	vgpu_edid_build_hdmi(hdmi, &monitors[0]);
	CHECK_EQ(sizes_of(hdmi, sizes), 1);
	CHECK_EQ(hdmi[128 + 4] >> 5, 3);		/* no video codes, HDMI all the same */
}

static void hdmi_is_hdmi(void)
{
	u8 hdmi[VGPU_EDID_HDMI_SIZE];
	const u8 *cea = hdmi + 128;
	bool vendor = false;
	u8 sums[2] = { 0 };
	u32 i;

	vgpu_edid_build_hdmi(hdmi, &vgpu_model_gen8.monitors[0]);
	for (i = 0; i < sizeof(hdmi); i++)
		sums[i / 128] += hdmi[i];
	CHECK_EQ(sums[0] | sums[1], 0);
	CHECK_EQ(hdmi[126], 1);
	CHECK_EQ(cea[0], 2);
	CHECK_EQ(cea[1], 3);
	CHECK_EQ(cea[3], 0);				/* no sound */
	for (i = 4; i < cea[2]; i += 1 + (cea[i] & 0x1f)) {
		if (cea[i] >> 5 != 3)
			continue;
		vendor = true;
		CHECK(!memcmp(cea + i + 1, "\x03\x0c", 3));
		CHECK_EQ(cea[i + 7] * 5, 300);		/* MHz */
	}
	CHECK_EQ(i, cea[2]);				/* blocks end where they say */
	CHECK(vendor);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(block_is_valid),
	KTAP_CASE(manufacturer_is_kvg),
	KTAP_CASE(preferred_is_1024x768_at_60),
	KTAP_CASE(modes_fit_into_memory),
	KTAP_CASE(name_is_text),
	KTAP_CASE(hdmi_has_full_and_ultra_hd),
	KTAP_CASE(hdmi_keeps_to_its_limits),
	KTAP_CASE(hdmi_is_hdmi),
};

KTAP_MAIN(cases)
