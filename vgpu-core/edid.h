/* SPDX-License-Identifier: GPL-2.0 */
/*
 * edid.h - the descriptions of virtual monitors
 */
#ifndef VGPU_EDID_H
#define VGPU_EDID_H

#include "vgpu.h"

#define VGPU_EDID_SIZE		128	/* of a block */
#define VGPU_EDID_HDMI_SIZE	256

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

#define EDID_DESCRIPTOR_SIZE	18
#define EDID_NR_DESCRIPTORS	4

/* Offsets in a CEA-861 extension. */
enum {
	CEA_TAG			= 0,
	CEA_REVISION		= 1,
	CEA_TIMINGS		= 2,
	CEA_FEATURES		= 3,
	CEA_DATA		= 4,
};

#define CEA_EXTENSION		0x02
#define CEA_NR_TIMINGS		5	/* that there is room for, whatever else there is of ours */

/* What an HDMI link of 300 MHz carries. */
#define HDMI_CLOCK_MAX_10KHZ	30000

/**
 * struct edid_timing - a mode in full
 * @clock_10khz: dots per second, by 10,000
 * @width: visible dots of a line
 * @hblank: the others
 * @hfront: of these, before the pulse
 * @hsync: the pulse
 * @height: visible lines
 * @vblank: the others
 * @vfront: of these, before the pulse
 * @vsync: the pulse
 * @sync: polarities, as in byte 17 of a descriptor
 */
struct edid_timing {
	u16 clock_10khz;
	u16 width, hblank, hfront, hsync;
	u16 height, vblank, vfront, vsync;
	u8 sync;
};

/* edid.c */
void vgpu_edid_build(u8 *edid, u64 vram);
void vgpu_edid_build_hdmi(u8 *edid, const struct vgpu_monitor *m);
void vgpu_edid_timing_put(u8 *d, const struct edid_timing *t, u32 width_mm, u32 height_mm);
void vgpu_edid_checksum_put(u8 *block);

/* edid_hdmi.c */
bool vgpu_edid_is_sane(const u8 *edid, u32 size);
u32 vgpu_edid_to_hdmi(u8 *edid, u32 size);
void vgpu_edid_cea_build(u8 *cea, const u8 *video, u32 video_size);

#endif /* VGPU_EDID_H */
