/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_bochs.h - registers of the bochs display
 */
#ifndef VGPU_MODEL_BOCHS_H
#define VGPU_MODEL_BOCHS_H

#include "vgpu.h"

#define BOCHS_BAR_FB		0
#define BOCHS_BAR_REGS		2
#define BOCHS_VGAMEM		(16u << 20)

/* EDID: bytes; a base block, and room for one extension that there is not. */
#define BOCHS_EDID		0x000
#define BOCHS_EDID_SIZE		0x100

/*
 * VBE registers: 16 bits each, two to a dword, the even one in the low half.
 * The dwords carry the names of both.
 */
#define BOCHS_VBE		0x500
#define VBE_ID_XRES		0x500
#define VBE_YRES_BPP		0x504
#define VBE_ENABLE_BANK		0x508
#define VBE_VIRT_SIZE		0x50c
#define VBE_OFFSET_XY		0x510
#define VBE_MEMORY_64K		0x514

#define VBE_ID5			0xb0c5
#define VBE_ENABLED		BIT(0)

/* QEMU's extension. */
#define QEXT_SIZE		0x600
#define QEXT_BYTEORDER		0x604
#define QEXT_BIG_ENDIAN		0xbebebebe
#define QEXT_LITTLE_ENDIAN	0x1e1e1e1e

extern struct vgpu_model vgpu_model_bochs;

#endif /* VGPU_MODEL_BOCHS_H */
