/* SPDX-License-Identifier: GPL-2.0 */
/*
 * edid.h - the description of a virtual monitor
 */
#ifndef VGPU_EDID_H
#define VGPU_EDID_H

#include "env.h"

#define VGPU_EDID_SIZE		128

void vgpu_edid_build(u8 *edid, u64 vram);

#endif /* VGPU_EDID_H */
