// SPDX-License-Identifier: GPL-2.0
/*
 * edid.c - the descriptions of two virtual monitors
 *
 * One is an EDID 1.4 base block that prefers 1024x768.  The other is on HDMI, prefers
 * 1920x1080, and says in a CEA-861 extension that it takes faster clocks than DVI has.
 * Modes are listed as far as a frame of 32 bits per pixel fits into the memory of the
 * device.
 */
#include "edid.h"

/* clang-format off */
#define MANUFACTURER	(('K' - '@') << 10 | ('V' - '@') << 5 | ('G' - '@'))
#define PRODUCT		0x0001
#define YEAR		2026

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
	EDID_EXTENSIONS		= 126,
	EDID_CHECKSUM		= 127,
};

/* Offsets in a CEA-861 extension. */
enum {
	CEA_TAG			= 0,
	CEA_REVISION		= 1,
	CEA_TIMINGS		= 2,
	CEA_DATA		= 4,
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

#define SYNC_NEGATIVE 0x18 /* digital, separate, both */
#define SYNC_POSITIVE 0x1e

struct timing {
	u16 clock_10khz;
	u16 width, hblank, hfront, hsync;
	u16 height, vblank, vfront, vsync;
	u8 sync;
};

/* VESA DMT 1024x768 at 60 Hz. */
static const struct timing xga = {
	.clock_10khz = 6500,
	.width = 1024,
	.hblank = 320,
	.hfront = 24,
	.hsync = 136,
	.height = 768,
	.vblank = 38,
	.vfront = 3,
	.vsync = 6,
	.sync = SYNC_NEGATIVE,
};

/* CEA-861 1920x1080 at 60 Hz. */
static const struct timing full_hd = {
	.clock_10khz = 14850,
	.width = 1920,
	.hblank = 280,
	.hfront = 88,
	.hsync = 44,
	.height = 1080,
	.vblank = 45,
	.vfront = 4,
	.vsync = 5,
	.sync = SYNC_POSITIVE,
};

/* CEA-861 3840x2160 at 30 Hz: what a link of 300 MHz can carry. */
static const struct timing ultra_hd = {
	.clock_10khz = 29700,
	.width = 3840,
	.hblank = 560,
	.hfront = 176,
	.hsync = 88,
	.height = 2160,
	.vblank = 90,
	.vfront = 8,
	.vsync = 10,
	.sync = SYNC_POSITIVE,
};

/**
 * struct monitor - what differs between the two
 * @input: video input definition
 * @width_mm: of the picture
 * @height_mm: of the picture
 * @timings: detailed, the preferred one first
 * @nr_timings: one or two
 * @extensions: blocks behind the base block
 */
struct monitor {
	u8 input;
	u16 width_mm, height_mm;
	const struct timing *timings[2];
	u32 nr_timings;
	u8 extensions;
};

static const struct monitor monitor_plain = {
	.input = 0xa5, /* digital, 8 bits per colour, DisplayPort */
	.width_mm = 320,
	.height_mm = 240,
	.timings = { &xga },
	.nr_timings = 1,
};

static const struct monitor monitor_hdmi = {
	.input = 0xa2, /* digital, 8 bits per colour, HDMI */
	.width_mm = 530,
	.height_mm = 300,
	.timings = { &full_hd, &ultra_hd },
	.nr_timings = 2,
	.extensions = 1,
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

static void timing_build(u8 *d, const struct monitor *m, const struct timing *t)
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
	d[12] = m->width_mm & 0xff;
	d[13] = m->height_mm & 0xff;
	d[14] = (m->width_mm >> 8) << 4 | m->height_mm >> 8;
	d[17] = t->sync;
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

/* Four: timings first, then texts, then what is unused. */
static void descriptors_build(u8 *edid, const struct monitor *m, u64 vram)
{
	u8 *d = edid + EDID_DESCRIPTORS;
	u32 i;

	for (i = 0; i < m->nr_timings; i++) {
		if (i && !fits(m->timings[i]->width, m->timings[i]->height, vram))
			continue;
		timing_build(d, m, m->timings[i]);
		d += DESCRIPTOR_SIZE;
	}
	text_build(d, 0xfc, "KVMGT vGPU");
	text_build(d + DESCRIPTOR_SIZE, 0xff, "1");
	for (d += 2 * DESCRIPTOR_SIZE; d < edid + EDID_EXTENSIONS; d += DESCRIPTOR_SIZE)
		d[3] = 0x10; /* unused */
}

static void checksum_build(u8 *block)
{
	u8 sum = 0;
	u32 i;

	for (i = 0; i < EDID_CHECKSUM; i++)
		sum += block[i];
	block[EDID_CHECKSUM] = -sum;
}

static void base_build(u8 *edid, const struct monitor *m, u64 vram)
{
	static const u8 header[] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };
	static const u8 srgb[] = {
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
	};

	memset(edid, 0, VGPU_EDID_SIZE);
	memcpy(edid, header, sizeof(header));
	edid[EDID_MANUFACTURER] = MANUFACTURER >> 8;
	edid[EDID_MANUFACTURER + 1] = MANUFACTURER & 0xff;
	edid[EDID_PRODUCT] = PRODUCT & 0xff;
	edid[EDID_PRODUCT + 1] = PRODUCT >> 8;
	edid[EDID_YEAR] = YEAR - 1990;
	edid[EDID_VERSION] = 1;
	edid[EDID_VERSION + 1] = 4;
	edid[EDID_INPUT] = m->input;
	edid[EDID_WIDTH_CM] = m->width_mm / 10;
	edid[EDID_HEIGHT_CM] = m->height_mm / 10;
	edid[EDID_GAMMA] = 220 - 100;
	edid[EDID_FEATURES] = 0x06; /* sRGB; the first timing is the native one */
	memcpy(edid + EDID_CHROMATICITY, srgb, sizeof(srgb));

	established_build(edid, vram);
	standard_build(edid, vram);
	descriptors_build(edid, m, vram);
	edid[EDID_EXTENSIONS] = m->extensions;
	checksum_build(edid);
}

/* An HDMI sink at the root of its tree that takes 300 MHz; no sound. */
static void cea_build(u8 *cea)
{
	/* clang-format off */
	static const u8 data[] = {
		/* video: 1920x1080 at 60 (native), 50 and 24 Hz; 1280x720 at 60 and 50 Hz */
		0x45, 0x90, 0x1f, 0x20, 0x04, 0x13,
		/* HDMI: its number, address 1.0.0.0, nothing optional, 300 MHz */
		0x67, 0x03, 0x0c, 0x00, 0x10, 0x00, 0x00, 0x3c,
	};
	/* clang-format on */

	memset(cea, 0, VGPU_EDID_SIZE);
	cea[CEA_TAG] = 0x02;
	cea[CEA_REVISION] = 3;
	cea[CEA_TIMINGS] = CEA_DATA + sizeof(data); /* there are none */
	memcpy(cea + CEA_DATA, data, sizeof(data));
	checksum_build(cea);
}

/**
 * vgpu_edid_build - describe the plain monitor
 * @edid: receives VGPU_EDID_SIZE bytes
 * @vram: bytes of memory that a frame can lie in
 */
void vgpu_edid_build(u8 *edid, u64 vram)
{
	base_build(edid, &monitor_plain, vram);
}

/**
 * vgpu_edid_build_hdmi - describe the monitor on HDMI
 * @edid: receives VGPU_EDID_HDMI_SIZE bytes
 * @vram: bytes of memory that a frame can lie in
 */
void vgpu_edid_build_hdmi(u8 *edid, u64 vram)
{
	base_build(edid, &monitor_hdmi, vram);
	cea_build(edid + VGPU_EDID_SIZE);
}
