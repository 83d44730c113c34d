// SPDX-License-Identifier: GPL-2.0
/*
 * edid.c - the descriptions of virtual monitors
 *
 * The plain one is an EDID 1.4 base block that prefers 1024x768 and lists modes as far as a
 * frame of 32 bits per pixel fits into the memory of the device.  Those on HDMI prefer what
 * their struct vgpu_monitor says, list modes up to its limits, and say in a CEA-861
 * extension that they take faster clocks than DVI has.
 */
#include "edid.h"

/* clang-format off */
#define MANUFACTURER	(('K' - '@') << 10 | ('V' - '@') << 5 | ('G' - '@'))
#define PRODUCT		0x0001
#define YEAR		2026

/* clang-format on */

#define DESCRIPTOR_SIZE EDID_DESCRIPTOR_SIZE
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
#define SYNC_REDUCED 0x1a /* vertical negative */

/* The largest first: of those that a monitor can show, it describes a few in full. */
static const struct edid_timing timings[] = {
	{
		/* CEA-861 3840x2160 at 30 Hz: what a link of 300 MHz can carry */
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
	},
	{
		/* VESA CVT 2560x1600 at 60 Hz, reduced blanking */
		.clock_10khz = 26850,
		.width = 2560,
		.hblank = 160,
		.hfront = 48,
		.hsync = 32,
		.height = 1600,
		.vblank = 46,
		.vfront = 3,
		.vsync = 6,
		.sync = SYNC_REDUCED,
	},
	{
		/* VESA CVT 2560x1440 at 60 Hz, reduced blanking */
		.clock_10khz = 24150,
		.width = 2560,
		.hblank = 160,
		.hfront = 48,
		.hsync = 32,
		.height = 1440,
		.vblank = 41,
		.vfront = 3,
		.vsync = 5,
		.sync = SYNC_REDUCED,
	},
	{
		/* CEA-861 1920x1080 at 60 Hz */
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
	},
	{
		/* VESA DMT 1024x768 at 60 Hz */
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
	},
};

/**
 * struct sink - what differs between monitors
 * @input: video input definition
 * @width_mm: of the picture
 * @height_mm: of the picture
 * @width: the preferred mode; one of timings[]
 * @height: as @width
 * @vram: bytes that a frame must fit into
 * @max_width: and dots that a line may have
 * @max_height: and lines of a frame
 * @nr_timings: that are described in full
 * @extensions: blocks behind the base block
 */
struct sink {
	u8 input;
	u16 width_mm, height_mm;
	u16 width, height;
	u64 vram;
	u16 max_width, max_height;
	u32 nr_timings;
	u8 extensions;
};

static bool fits(const struct sink *m, u32 width, u32 height)
{
	return width <= m->max_width && height <= m->max_height &&
	       (u64)width * height * 4 <= m->vram;
}

static void established_build(u8 *edid, const struct sink *m)
{
	u32 bits = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(established); i++)
		if (fits(m, established[i].width, established[i].height))
			bits |= established[i].bit;
	for (i = 0; i < 3; i++)
		edid[EDID_ESTABLISHED + i] = bits >> (8 * i);
}

static void standard_build(u8 *edid, const struct sink *m)
{
	u8 *p = edid + EDID_STANDARD;
	u32 i;

	memset(p, 0x01, 2 * NR_STANDARD); /* unused */
	for (i = 0; i < NR_STANDARD; i++) {
		if (!fits(m, standard[i].width, standard[i].height))
			continue;
		*p++ = standard[i].width / 8 - 31;
		*p++ = standard[i].aspect; /* the low bits: 60 Hz */
	}
}

/**
 * vgpu_edid_timing_put - write a detailed timing
 * @d: a descriptor, all zero
 * @t: the timing
 * @width_mm: of the picture
 * @height_mm: of the picture
 */
void vgpu_edid_timing_put(u8 *d, const struct edid_timing *t, u32 width_mm, u32 height_mm)
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
	d[12] = width_mm & 0xff;
	d[13] = height_mm & 0xff;
	d[14] = (width_mm >> 8) << 4 | height_mm >> 8;
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

/*
 * Write the timings that a monitor describes in full: up to @nr, after @skip of them, of which
 * the preferred one is the first.  Return: how many were written.
 */
static u32 timings_build(u8 *d, const struct sink *m, u32 skip, u32 nr)
{
	u32 at = 1;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(timings); i++) {
		const struct edid_timing *t = &timings[i];
		bool preferred = t->width == m->width && t->height == m->height;
		u32 n = preferred ? 0 : at;

		if (!preferred && !fits(m, t->width, t->height))
			continue;
		at += !preferred;
		if (n >= skip && n < skip + nr)
			vgpu_edid_timing_put(d + (n - skip) * DESCRIPTOR_SIZE, t, m->width_mm,
					     m->height_mm);
	}
	return min(nr, at > skip ? at - skip : 0);
}

/* Four: timings first, then texts, then what is unused. */
static void descriptors_build(u8 *edid, const struct sink *m)
{
	u8 *d = edid + EDID_DESCRIPTORS;

	d += timings_build(d, m, 0, m->nr_timings) * DESCRIPTOR_SIZE;
	text_build(d, 0xfc, "KVMGT vGPU");
	text_build(d + DESCRIPTOR_SIZE, 0xff, "1");
	for (d += 2 * DESCRIPTOR_SIZE; d < edid + EDID_EXTENSIONS; d += DESCRIPTOR_SIZE)
		d[3] = 0x10; /* unused */
}

/**
 * vgpu_edid_checksum_put - make the sum of a block right
 * @block: the block
 */
void vgpu_edid_checksum_put(u8 *block)
{
	u8 sum = 0;
	u32 i;

	for (i = 0; i < EDID_CHECKSUM; i++)
		sum += block[i];
	block[EDID_CHECKSUM] = -sum;
}

static void base_build(u8 *edid, const struct sink *m)
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

	established_build(edid, m);
	standard_build(edid, m);
	descriptors_build(edid, m);
	edid[EDID_EXTENSIONS] = m->extensions;
	vgpu_edid_checksum_put(edid);
}

/**
 * vgpu_edid_build - describe the plain monitor
 * @edid: receives VGPU_EDID_SIZE bytes
 * @vram: bytes of memory that a frame can lie in
 */
void vgpu_edid_build(u8 *edid, u64 vram)
{
	const struct sink plain = {
		.input = 0xa5, /* digital, 8 bits per colour, DisplayPort */
		.width_mm = 320,
		.height_mm = 240,
		.width = 1024,
		.height = 768,
		.vram = vram,
		.max_width = 2048,
		.max_height = 1536,
		.nr_timings = 1,
	};

	base_build(edid, &plain);
}

/**
 * vgpu_edid_build_hdmi - describe a monitor on HDMI
 * @edid: receives VGPU_EDID_HDMI_SIZE bytes
 * @m: the monitor
 */
void vgpu_edid_build_hdmi(u8 *edid, const struct vgpu_monitor *m)
{
	const struct sink hdmi = {
		.input = 0xa2, /* digital, 8 bits per colour, HDMI */
		.width_mm = 530,
		.height_mm = 530 * m->height / m->width,
		.width = m->width,
		.height = m->height,
		.vram = U32_MAX,
		.max_width = m->max_width,
		.max_height = m->max_height,
		.nr_timings = 2,
		.extensions = 1,
	};
	/* 1920x1080 at 60 (native), 50 and 24 Hz; 1280x720 at 60 and 50 Hz */
	static const u8 video[] = { 0x90, 0x1f, 0x20, 0x04, 0x13 };

	u8 *cea = edid + VGPU_EDID_SIZE;

	base_build(edid, &hdmi);
	vgpu_edid_cea_build(cea, video, fits(&hdmi, 1920, 1080) ? sizeof(video) : 0);
	timings_build(cea + cea[CEA_TIMINGS], &hdmi, hdmi.nr_timings, CEA_NR_TIMINGS);
	vgpu_edid_checksum_put(cea);
}
