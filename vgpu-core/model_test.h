/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_test.h - registers of the device that exists to be tested against
 */
#ifndef VGPU_MODEL_TEST_H
#define VGPU_MODEL_TEST_H

#include "vgpu.h"

#define TEST_BAR_REGS		0
#define TEST_BAR_RAM		2
#define TEST_REGS_SIZE		0x10000
#define TEST_RAM_SIZE		(1u << 20)
#define TEST_MSI_VECTORS	4

#define TEST_HOLE		0xdeadbeef

#define TEST_FIRST		0x0000	/* the first dword of the BAR: rw */
/* 0x0004 - 0x000f: hole */
#define TEST_RW			0x0010
#define TEST_RW_PART		0x0014
#define TEST_RO			0x0018
#define TEST_W1C		0x001c
#define TEST_MIXED		0x0020	/* rw and w1c bits in one register */
#define TEST_MASKED		0x0024
#define TEST_MASKED_PART	0x0028
#define TEST_RC			0x002c
#define TEST_W1C_SET		0x0030	/* a bit that goes from 0 to 1 is set in TEST_W1C */
#define TEST_RC_SET		0x0034	/* ... in TEST_RC */
#define TEST_READ_COUNT		0x0038	/* reads of byte 0 so far, this one included */
#define TEST_DOORBELL		0x003c	/* a write of byte 0 raises vector (byte 0 & 3) */
#define TEST_DOORBELL_COUNT	0x0040	/* times it rang */
/* 0x0044 - 0x004f: hole */
#define TEST_IRQ_STATUS		0x0050	/* w1c; INTx is up while STATUS & ENABLE */
#define TEST_IRQ_ENABLE		0x0054
#define TEST_IRQ_SET		0x0058	/* a bit that goes from 0 to 1 is set in STATUS */
/* 0x005c: hole */
#define TEST_PAIR_LO		0x0060	/* 64 bits in two dwords */
#define TEST_PAIR_HI		0x0064
/*
 * 0x0068 - 0x0077: hole.  Of a CMPXCHG that reaches the clock only the clock knows
 * whether it writes, so nothing that stores anything may lie in its reach.
 */
#define TEST_TIME_LO		0x0078	/* nanoseconds; volatile */
#define TEST_TIME_HI		0x007c
/* 0x0080 - 0x00ff: hole */
#define TEST_ARRAY		0x0100	/* 64 equal registers */
#define TEST_ARRAY_NR		64
/* 0x0200 - 0x0fef: hole */
#define TEST_CROSS		0x0ff0	/* 8 equal registers, four on each page */
#define TEST_CROSS_NR		8
/* 0x1010 - 0x3fff: hole */
/* a page of class SHADOW: one of each kind of register that is stored, and what acts on it */
#define TEST_SHADOW		0x4000
#define TEST_SHADOW_SIZE	0x1000
#define TEST_SHADOW_RW		0x4000
#define TEST_SHADOW_RW_PART	0x4004
#define TEST_SHADOW_RO		0x4008
#define TEST_SHADOW_W1C		0x400c
#define TEST_SHADOW_MIXED	0x4010
#define TEST_SHADOW_MASKED	0x4014
#define TEST_SHADOW_W1C_SET	0x4018	/* a bit that goes from 0 to 1 is set in TEST_SHADOW_W1C */
#define TEST_SHADOW_DOORBELL	0x401c	/* as TEST_DOORBELL */
#define TEST_SHADOW_DOORBELL_COUNT 0x4020
/* 0x4024 - 0x40ff: hole */
#define TEST_SHADOW_ARRAY	0x4100	/* 64 equal registers */
#define TEST_SHADOW_ARRAY_NR	64
/* 0x4200 - 0x7fff: hole */
#define TEST_USER		0x8000	/* a page of class USERSPACE: all registers rw */
#define TEST_USER_SIZE		0x1000
#define TEST_USER_COUNT		0x9000	/* as TEST_READ_COUNT, just behind the page */
/* 0x9004 - 0xc0ff: hole */
#define TEST_ODD		0xc100	/* 4 rw; a USERSPACE area of 7 bytes begins at + 6 */
#define TEST_ODD_NR		4
#define TEST_ODD_USER		0xc106
#define TEST_ODD_USER_SIZE	7
/* 0xc110 - 0xfffb: hole */
#define TEST_LAST		0xfffc	/* the last dword of the BAR: rw */

extern struct vgpu_model vgpu_model_test;

#endif /* VGPU_MODEL_TEST_H */
