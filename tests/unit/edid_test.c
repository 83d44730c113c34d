// SPDX-License-Identifier: GPL-2.0
/*
 * edid_test.c - the monitor's description, read back as a driver reads it
 */
#include "edid.h"
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

static const struct ktap_case cases[] = {
	KTAP_CASE(block_is_valid),
	KTAP_CASE(manufacturer_is_kvg),
	KTAP_CASE(preferred_is_1024x768_at_60),
	KTAP_CASE(modes_fit_into_memory),
	KTAP_CASE(name_is_text),
};

KTAP_MAIN(cases)
