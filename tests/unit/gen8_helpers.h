/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_helpers.h - what tests of the gen8 model do again and again
 */
#ifndef KVMGT_TESTS_GEN8_HELPERS_H
#define KVMGT_TESTS_GEN8_HELPERS_H

#include "fixture.h"
#include "gen8.h"
#include "gen8_regs.h"

#define FRAME_1080P_NS	16666666ull	/* 2200 * 1125 pixels at 148.5 MHz */
#define BLANK_1080P_NS	(45 * FRAME_1080P_NS / 1125)

static inline u32 rd(struct fixture *f, u32 off)
{
	return mmio_get(f, off, 4);
}

static inline void wr(struct fixture *f, u32 off, u32 val)
{
	mmio_put(f, off, val, 4);
}

/* An entry of the GGTT, as a guest writes it: to memory. */
static inline void ggtt_map(struct fixture *f, u32 addr, u64 gpa)
{
	u64 pte = gpa | GEN8_PTE_PRESENT;

	memcpy((u8 *)f->v.mem[0] + addr / 4096 * 8, &pte, 8);
}

/* Light pipe @p as i915 does with 1920x1080 at 60 Hz; what is shown is up to the caller. */
static inline void pipe_light(struct fixture *f, u32 p)
{
	wr(f, WRPLL_CTL(0), 0xb0210614);
	wr(f, PORT_CLK_SEL(PORT_B), PORT_CLK_SEL_WRPLL(0));
	wr(f, TRANS_HTOTAL(p), 2199 << 16 | 1919);
	wr(f, TRANS_VTOTAL(p), 1124 << 16 | 1079);
	wr(f, TRANS_VBLANK(p), 1124 << 16 | 1079);
	wr(f, PIPESRC(p), 1919 << 16 | 1079);
	wr(f, TRANS_DDI_FUNC_CTL(p), 0x92000000);
	wr(f, TRANSCONF(p), TRANSCONF_ENABLE);
}

#endif /* KVMGT_TESTS_GEN8_HELPERS_H */
