// SPDX-License-Identifier: GPL-2.0
/*
 * edid_hdmi.c - a monitor that somebody else describes, at an HDMI port
 *
 * A VMM that makes up a monitor of some size does not know which port it will hang on.
 * What it wrote is made fit: where nothing says that the sink takes HDMI, and so faster
 * clocks than DVI has, that is added; where its preferred mode is too fast even then, or
 * described as only DisplayPort has it, the same size is described with shorter blanks and,
 * if it must be, fewer frames.
 *
 * Whatever the bytes are, nothing outside of the blocks is read or written.
 */
#include "edid.h"

#define CEA_BLOCK_VIDEO 2
#define CEA_BLOCK_VENDOR 3
#define VENDOR_SIZE 8

#define DISPLAYID_EXTENSION 0x70
#define DISPLAYID_LENGTH 2
#define DISPLAYID_DATA 5
#define DISPLAYID_TIMING 3

/* HDMI: its number, address 1.0.0.0, nothing optional, 300 MHz. */
static const u8 vendor_block[VENDOR_SIZE] = {
	CEA_BLOCK_VENDOR << 5 | (VENDOR_SIZE - 1), 0x03, 0x0c, 0x00, 0x10, 0x00, 0x00, 0x3c,
};

static u8 sum_of(const u8 *block)
{
	u8 sum = 0;
	u32 i;

	for (i = 0; i < VGPU_EDID_SIZE; i++)
		sum += block[i];
	return sum;
}

/**
 * vgpu_edid_is_sane - may this be the description of a monitor?
 * @edid: it
 * @size: bytes of it
 *
 * Return: true if it is whole blocks, the first one is that of an EDID, its sum is right,
 * and those that it announces are there.
 */
bool vgpu_edid_is_sane(const u8 *edid, u32 size)
{
	static const u8 header[] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };

	if (!size || size % VGPU_EDID_SIZE || memcmp(edid, header, sizeof(header)))
		return false;
	return !sum_of(edid) && edid[EDID_EXTENSIONS] < size / VGPU_EDID_SIZE;
}

/* The extension of a kind; NULL: there is none. */
static u8 *extension_find(u8 *edid, u8 tag)
{
	u32 i;

	for (i = 1; i <= edid[EDID_EXTENSIONS]; i++)
		if (edid[i * VGPU_EDID_SIZE] == tag)
			return edid + i * VGPU_EDID_SIZE;
	return NULL;
}

static bool is_timing(const u8 *d)
{
	return d[0] || d[1];
}

/* The size that the first timing of a DisplayID extension has. */
static bool displayid_size(const u8 *did, u32 *width, u32 *height)
{
	const u8 *d;

	if (!did || did[DISPLAYID_LENGTH] < 3 + 20 || did[DISPLAYID_DATA] != DISPLAYID_TIMING ||
	    did[DISPLAYID_DATA + 2] < 20)
		return false;
	d = did + DISPLAYID_DATA + 3;
	*width = (d[4] | d[5] << 8) + 1;
	*height = (d[12] | d[13] << 8) + 1;
	return true;
}

/* Vertical sync tells the aspect ratio. */
static u32 vsync_of(u32 width, u32 height)
{
	if (3 * width == 4 * height)
		return 4;
	if (9 * width == 16 * height)
		return 5;
	if (10 * width == 16 * height)
		return 6;
	return 4 * width == 5 * height ? 7 : 10;
}

/* VESA CVT with reduced blanking at the highest usual rate that the link carries. */
static bool timing_reduced(struct edid_timing *t, u32 width, u32 height)
{
	static const u8 rates[] = { 60, 50, 30, 24 };
	u32 i;

	if (width < 64 || width > 4095 || height < 64 || height > 4095)
		return false;

	*t = (struct edid_timing){
		.width = width,
		.hblank = 160,
		.hfront = 48,
		.hsync = 32,
		.height = height,
		.vfront = 3,
		.vsync = vsync_of(width, height),
		.sync = 0x1a, /* digital, separate, horizontal positive */
	};
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		u32 visible_us = 1000000 / rates[i] - 460;
		u32 clock;

		t->vblank = max(460 * height / visible_us + 1, 3u + t->vsync + 6u);
		clock = (width + t->hblank) * (height + t->vblank) * rates[i] / 10000;
		t->clock_10khz = clock;
		if (clock <= HDMI_CLOCK_MAX_10KHZ)
			return true;
	}
	return false;
}

/* The preferred mode is one that the link carries, if it can be. */
static void preferred_fit(u8 *edid)
{
	u8 *d = edid + EDID_DESCRIPTORS;
	u32 width = d[2] | (d[4] & 0xf0) << 4;
	u32 height = d[5] | (d[7] & 0xf0) << 4;
	struct edid_timing t;

	if (is_timing(d)) {
		if ((d[0] | d[1] << 8) <= HDMI_CLOCK_MAX_10KHZ)
			return;
	} else if (!displayid_size(extension_find(edid, DISPLAYID_EXTENSION), &width, &height)) {
		return;
	}
	if (!timing_reduced(&t, width, height))
		return;
	if (!is_timing(d)) /* the last descriptor makes room for a timing */
		memmove(d + EDID_DESCRIPTOR_SIZE, d,
			(EDID_NR_DESCRIPTORS - 1) * EDID_DESCRIPTOR_SIZE);
	memset(d, 0, EDID_DESCRIPTOR_SIZE);
	vgpu_edid_timing_put(d, &t, edid[EDID_WIDTH_CM] * 10, edid[EDID_HEIGHT_CM] * 10);
	vgpu_edid_checksum_put(edid);
}

/* Where the blocks of data of a CEA extension end and its timings begin. */
static u32 cea_timings(const u8 *cea)
{
	u32 at = cea[CEA_TIMINGS];

	return at < CEA_DATA || at > EDID_CHECKSUM ? CEA_DATA : at;
}

static bool cea_has_vendor(const u8 *cea)
{
	u32 end = cea_timings(cea);
	u32 i;

	for (i = CEA_DATA; i + 4 <= end; i += 1 + (cea[i] & 0x1f))
		if (cea[i] >> 5 == CEA_BLOCK_VENDOR && !memcmp(cea + i + 1, vendor_block + 1, 3))
			return true;
	return false;
}

/* Timings move up, as far as there is room; what is no timing goes. */
static void cea_add_vendor(u8 *cea)
{
	u32 end = cea_timings(cea);
	u32 to = end + VENDOR_SIZE;
	u8 old[VGPU_EDID_SIZE];
	u32 from;

	if (to > EDID_CHECKSUM)
		return;
	memcpy(old, cea, sizeof(old));
	memset(cea + end, 0, EDID_CHECKSUM - end);
	memcpy(cea + end, vendor_block, VENDOR_SIZE);
	cea[CEA_TIMINGS] = to;
	for (from = end; from + EDID_DESCRIPTOR_SIZE <= EDID_CHECKSUM;
	     from += EDID_DESCRIPTOR_SIZE) {
		if (!is_timing(old + from) || to + EDID_DESCRIPTOR_SIZE > EDID_CHECKSUM)
			break;
		memcpy(cea + to, old + from, EDID_DESCRIPTOR_SIZE);
		to += EDID_DESCRIPTOR_SIZE;
	}
	vgpu_edid_checksum_put(cea);
}

/**
 * vgpu_edid_cea_build - a CEA-861 extension: an HDMI sink at the root of its tree that takes
 * 300 MHz; no sound
 * @cea: receives VGPU_EDID_SIZE bytes
 * @video: codes of modes
 * @video_size: how many
 */
void vgpu_edid_cea_build(u8 *cea, const u8 *video, u32 video_size)
{
	u8 *p = cea + CEA_DATA;

	memset(cea, 0, VGPU_EDID_SIZE);
	cea[CEA_TAG] = CEA_EXTENSION;
	cea[CEA_REVISION] = 3;
	if (video_size) {
		*p++ = CEA_BLOCK_VIDEO << 5 | video_size;
		memcpy(p, video, video_size);
		p += video_size;
	}
	memcpy(p, vendor_block, VENDOR_SIZE);
	cea[CEA_TIMINGS] = p + VENDOR_SIZE - cea;
	vgpu_edid_checksum_put(cea);
}

/**
 * vgpu_edid_to_hdmi - make a description fit for an HDMI port
 * @edid: VGPU_EDID_MAX bytes, of which the first are the description
 * @size: bytes of it; it is sane
 *
 * Return: bytes that it has after.
 */
u32 vgpu_edid_to_hdmi(u8 *edid, u32 size)
{
	u8 *cea = extension_find(edid, CEA_EXTENSION);
	u32 at = (edid[EDID_EXTENSIONS] + 1) * VGPU_EDID_SIZE;

	preferred_fit(edid);
	if (cea && cea[CEA_REVISION] >= 3 && !sum_of(cea)) {
		if (!cea_has_vendor(cea))
			cea_add_vendor(cea);
	} else if (!cea && at + VGPU_EDID_SIZE <= VGPU_EDID_MAX) {
		vgpu_edid_cea_build(edid + at, NULL, 0);
		edid[EDID_EXTENSIONS]++;
		vgpu_edid_checksum_put(edid);
		size = max(size, at + (u32)VGPU_EDID_SIZE);
	}
	return size;
}
