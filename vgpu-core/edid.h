/* SPDX-License-Identifier: GPL-2.0 */
/*
 * edid.h - the descriptions of virtual monitors
 */
#ifndef VGPU_EDID_H
#define VGPU_EDID_H

#include "env.h"

#define VGPU_EDID_SIZE		128	/* of a block */
#define VGPU_EDID_HDMI_SIZE	256

void vgpu_edid_build(u8 *edid, u64 vram);
void vgpu_edid_build_hdmi(u8 *edid, u64 vram);

#endif /* VGPU_EDID_H */
