// SPDX-License-Identifier: GPL-2.0
/*
 * edid.c - the description of a virtual monitor: one EDID 1.4 base block
 *
 * 1024x768 is preferred; other modes are listed as far as a frame of 32 bits per
 * pixel fits into the memory of the device.
 */
#include "edid.h"

/* clang-format off */
#define MANUFACTURER	(('K' - '@') << 10 | ('V' - '@') << 5 | ('G' - '@'))
#define PRODUCT		0x0001
#define YEAR		2026

#define WIDTH_MM	320
#define HEIGHT_MM	240

/* Offsets in the base block. */
enum {
	EDID_MANUFACTURER	= 8,
	EDID_PRODUCT		= 10,
	EDID_YEAR		= 17,
	EDID_VERSION		= 18,
	EDID_INPUT		= 20,
	EDID_WIDTH_CM		= 21,
	EDID_HEIGHT_CM		= 22,
	EDID_GAMMA		= 23,
	EDID_FEATURES		= 24,
	EDID_CHROMATICITY	= 25,
	EDID_ESTABLISHED	= 35,
	EDID_STANDARD		= 38,
	EDID_DESCRIPTORS	= 54,
	EDID_CHECKSUM		= 127,
};

/* clang-format on */

#define DESCRIPTOR_SIZE 18
#define NR_STANDARD 8

/* Aspect ratio of a standard timing, in place. */
enum {
	ASPECT_16_10 = 0x00,
	ASPECT_4_3 = 0x40,
	ASPECT_5_4 = 0x80,
	ASPECT_16_9 = 0xc0,
};

/* Bits of the three bytes at EDID_ESTABLISHED, first byte in the low bits. */
static const struct established {
	u16 width, height;
	u32 bit;
} established[] = {
	{ 640, 480, BIT(5) },
	{ 800, 600, BIT(0) },
	{ 1024, 768, BIT(11) },
};

static const struct standard {
	u16 width, height;
	u8 aspect;
} standard[NR_STANDARD] = {
	{ 1152, 864, ASPECT_4_3 },    { 1280, 720, ASPECT_16_9 },   { 1280, 1024, ASPECT_5_4 },
	{ 1440, 900, ASPECT_16_10 },  { 1680, 1050, ASPECT_16_10 }, { 1920, 1080, ASPECT_16_9 },
	{ 1920, 1200, ASPECT_16_10 }, { 2048, 1536, ASPECT_4_3 },
};

/* VESA DMT 1024x768 at 60 Hz; both syncs negative. */
static const struct timing {
	u16 clock_10khz;
	u16 width, hblank, hfront, hsync;
	u16 height, vblank, vfront, vsync;
} preferred = {
	.clock_10khz = 6500,
	.width = 1024,
	.hblank = 320,
	.hfront = 24,
	.hsync = 136,
	.height = 768,
	.vblank = 38,
	.vfront = 3,
	.vsync = 6,
};

static bool fits(u32 width, u32 height, u64 vram)
{
	return (u64)width * height * 4 <= vram;
}

static void established_build(u8 *edid, u64 vram)
{
	u32 bits = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(established); i++)
		if (fits(established[i].width, established[i].height, vram))
			bits |= established[i].bit;
	for (i = 0; i < 3; i++)
		edid[EDID_ESTABLISHED + i] = bits >> (8 * i);
}

static void standard_build(u8 *edid, u64 vram)
{
	u8 *p = edid + EDID_STANDARD;
	u32 i;

	memset(p, 0x01, 2 * NR_STANDARD); /* unused */
	for (i = 0; i < NR_STANDARD; i++) {
		if (!fits(standard[i].width, standard[i].height, vram))
			continue;
		*p++ = standard[i].width / 8 - 31;
		*p++ = standard[i].aspect; /* the low bits: 60 Hz */
	}
}

static void timing_build(u8 *d, const struct timing *t)
{
	d[0] = t->clock_10khz & 0xff;
	d[1] = t->clock_10khz >> 8;
	d[2] = t->width & 0xff;
	d[3] = t->hblank & 0xff;
	d[4] = (t->width >> 8) << 4 | t->hblank >> 8;
	d[5] = t->height & 0xff;
	d[6] = t->vblank & 0xff;
	d[7] = (t->height >> 8) << 4 | t->vblank >> 8;
	d[8] = t->hfront & 0xff;
	d[9] = t->hsync & 0xff;
	d[10] = (t->vfront & 0xf) << 4 | (t->vsync & 0xf);
	d[11] = (t->hfront >> 8) << 6 | (t->hsync >> 8) << 4 | (t->vfront >> 4) << 2 |
		t->vsync >> 4;
	d[12] = WIDTH_MM & 0xff;
	d[13] = HEIGHT_MM & 0xff;
	d[14] = (WIDTH_MM >> 8) << 4 | HEIGHT_MM >> 8;
	d[17] = 0x18; /* digital separate sync */
}

/* A descriptor that is text; ends with a line feed, padded with spaces. */
static void text_build(u8 *d, u8 type, const char *text)
{
	u32 i;

	d[3] = type;
	memset(d + 5, ' ', 13);
	for (i = 0; text[i]; i++)
		d[5 + i] = text[i];
	d[5 + i] = '\n';
}

static void descriptors_build(u8 *edid)
{
	u8 *d = edid + EDID_DESCRIPTORS;

	timing_build(d, &preferred);
	text_build(d + DESCRIPTOR_SIZE, 0xfc, "KVMGT vGPU");
	text_build(d + 2 * DESCRIPTOR_SIZE, 0xff, "1");
	d[3 * DESCRIPTOR_SIZE + 3] = 0x10; /* unused */
}

/**
 * vgpu_edid_build - describe the monitor
 * @edid: receives VGPU_EDID_SIZE bytes
 * @vram: bytes of memory that a frame can lie in
 */
void vgpu_edid_build(u8 *edid, u64 vram)
{
	static const u8 header[] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };
	static const u8 srgb[] = {
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
	};
	u8 sum = 0;
	u32 i;

	memset(edid, 0, VGPU_EDID_SIZE);
	memcpy(edid, header, sizeof(header));
	edid[EDID_MANUFACTURER] = MANUFACTURER >> 8;
	edid[EDID_MANUFACTURER + 1] = MANUFACTURER & 0xff;
	edid[EDID_PRODUCT] = PRODUCT & 0xff;
	edid[EDID_PRODUCT + 1] = PRODUCT >> 8;
	edid[EDID_YEAR] = YEAR - 1990;
	edid[EDID_VERSION] = 1;
	edid[EDID_VERSION + 1] = 4;
	edid[EDID_INPUT] = 0xa5; /* digital, 8 bits per colour, DisplayPort */
	edid[EDID_WIDTH_CM] = WIDTH_MM / 10;
	edid[EDID_HEIGHT_CM] = HEIGHT_MM / 10;
	edid[EDID_GAMMA] = 220 - 100;
	edid[EDID_FEATURES] = 0x06; /* sRGB; the first timing is the native one */
	memcpy(edid + EDID_CHROMATICITY, srgb, sizeof(srgb));

	established_build(edid, vram);
	standard_build(edid, vram);
	descriptors_build(edid);

	for (i = 0; i < EDID_CHECKSUM; i++)
		sum += edid[i];
	edid[EDID_CHECKSUM] = -sum;
}
