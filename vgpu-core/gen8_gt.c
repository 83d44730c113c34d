// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_gt.c - the GT around its engines: resets, fuses, pcode, PVINFO, fences, flushes
 *
 * What only tunes hardware is storage.  Power management has nothing to manage: no
 * frequency can be chosen, the GT is always awake.
 */
#include "gen8_regs.h"
#include "gen8.h"

#define MAGIC_LO 0x76544776
#define MAGIC_HI 0x47765447

/* clang-format off */

/* Commands of the pcode mailbox. */
enum {
	PCODE_WRITE_FREQ_TABLE	= 0x08,
	PCODE_READ_FREQ_TABLE	= 0x09,
	PCODE_DE_WRITE_FREQ	= 0x17,
	PCODE_DISPLAY_FREQ	= 0x18,
	PCODE_IPS_CONTROL	= 0x19,
	PCODE_DUTY_CYCLE	= 0x1a,
};

#define PCODE_EFFICIENT_FREQ	(7 << 8)	/* of the duty cycle control: 350 MHz */

/* clang-format on */

static const struct gdrst_bit {
	u32 bit;
	enum gen8_engine_id engine;
} gdrst_bits[] = {
	{ GDRST_RENDER, GEN8_RCS },
	{ GDRST_MEDIA, GEN8_VCS0 },
	{ GDRST_BLT, GEN8_BCS },
	{ GDRST_VECS, GEN8_VECS },
};

static void gdrst_written(struct vgpu *v, u32 off, u32 old, u32 val)
{
	u32 engines = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gdrst_bits); i++)
		if (val & (gdrst_bits[i].bit | GDRST_FULL))
			engines |= BIT(gdrst_bits[i].engine);
	gen8_engine_reset(v, engines);
}

/* A bit is clear once its engine has stopped. */
void gen8_gt_resetting(struct vgpu *v, u32 engines)
{
	u32 busy = engines ? GDRST_FULL : 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gdrst_bits); i++)
		if (engines & BIT(gdrst_bits[i].engine))
			busy |= gdrst_bits[i].bit;
	vgpu_reg_update(v, GDRST, U32_MAX, busy);
}

static void rtcr_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	gen8_tlb_invalidate(v);
}

static void gfx_flsh_cntl_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	gen8_ggtt_flush(v);
}

/* The reply is there before the write of the mailbox returns. */
static void pcode_mailbox_written(struct vgpu *v, u32 off, u32 old, u32 val)
{
	u32 error = 0;

	if (!(val & PCODE_READY))
		return;

	switch (val & PCODE_COMMAND) {
	case PCODE_DUTY_CYCLE:
		WRITE_ONCE(v->regs[PCODE_DATA / 4], PCODE_EFFICIENT_FREQ);
		break;
	case PCODE_WRITE_FREQ_TABLE:
	case PCODE_READ_FREQ_TABLE:
	case PCODE_DE_WRITE_FREQ:
	case PCODE_DISPLAY_FREQ:
	case PCODE_IPS_CONTROL:
		break;
	default:
		error = PCODE_ILLEGAL_CMD;
	}
	vgpu_reg_update(v, off, PCODE_READY | PCODE_COMMAND, error);
}

/* For drivers that do not know that they are guests. */
static void forcewake_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	WRITE_ONCE(v->regs[FORCEWAKE_ACK / 4], new);
}

/* clang-format off */
#define RW	.rw = 0xffffffff
#define MASKED	.rw = 0x0000ffff, .flags = VGPU_REG_MASKED

static const struct vgpu_reg gt_regs[] = {
	{ REG(MCR_SELECTOR),		RW },
	{ REG(GTT_CACHE_EN),		RW },
	{ REG(ARB_MODE),		MASKED },
	{ REG(GAM_ECOCHK),		RW },
	{ REG(RING_FAULT_REG),		RW },
	{ REG(ERROR_GEN6),		RW },
	{ REG(DONE_REG) },
	{ REG(PRIVATE_PAT_LO),		RW },
	{ REG(PRIVATE_PAT_HI),		RW },
	{ REG(RTCR),			.count = RTCR_NR,	.written = rtcr_written },
	{ REG(GTCR),		RW },
	{ REG(TLB_RD_ADDR_0) },
	{ REG(TLB_RD_ADDR_1) },
	{ REG(L3_LRA_1_GPGPU),		RW },
	{ REG(GAC_ECO_BITS),		RW },
	{ REG(GAB_CTL),			RW },

	{ REG(CACHE_MODE),		MASKED,	.count = 2 },
	{ REG(GT_MODE),			MASKED },
	{ REG(COMMON_SLICE_CHICKEN1),	MASKED },
	{ REG(COMMON_SLICE_CHICKEN2),	MASKED },
	{ REG(HIZ_CHICKEN),		MASKED },
	{ REG(L3_CONFIG),		RW },
	{ REG(SC_INSTDONE) },
	{ REG(HDC_CHICKEN0),		MASKED },
	{ REG(HDC_CHICKEN1),		MASKED },
	{ REG(SAMPLER_INSTDONE) },
	{ REG(ROW_INSTDONE) },
	{ REG(HALF_SLICE_CHICKEN),	MASKED,	.count = 4 },
	{ REG(ROW_CHICKEN),		MASKED,	.count = 2 },

	{ REG(FUSE2),			.reset = FUSE2_SLICE0 },
	{ REG(EU_DISABLE),		.count = 3 },
	{ REG(UCGCTL),			RW,	.count = 7 },
	{ REG(GDRST),			.rw = 0x0000001f,
					.written = gdrst_written,
					.flags = VGPU_REG_BYTE0 },
	{ REG(RSTCTL),			RW },
	{ REG(MISCCPCTL),		RW },
	{ REG(UCGCTL6),			RW },

	{ REG(RPNSWREQ),		RW },
	{ REG(RC_VIDEO_FREQ),		RW },
	{ REG(RPS),			RW,	.count = 25 },
	{ REG(RC_CONTROL),		RW },
	{ REG(RC_STATE),		RW },
	{ REG(RC_WAKE_RATES),		RW,	.count = 8 },
	{ REG(PMINTRMSK),		RW },
	{ REG(FORCEWAKE_MT),		MASKED,	.written = forcewake_written },
	{ REG(FORCEWAKE_ACK) },

	{ REG(L3CNTLREG),		RW,	.count = 4 },
	{ REG(L3SQCREG1),		RW },
	{ REG(L3SQCREG4),		RW },

	{ REG(FENCE),			RW,	.count = 2 * FENCE_NR },
	{ REG(GFX_FLSH_CNTL),		.written = gfx_flsh_cntl_written },

	{ REG(EDRAM_CAP) },
	{ REG(PCODE_MAILBOX),		RW,	.written = pcode_mailbox_written },
	{ REG(PCODE_DATA),		RW },
	{ REG(PCODE_DATA1),		RW },
	{ REG(RP_STATE_CAP) },
	/* latencies: 2 us for WM0, then half microseconds; zeros are no watermark at all */
	{ REG(MCH_SSKPD),		.reset = 16 << 20 | 10 << 12 | 5 << 4 },
	{ REG(MCH_SSKPD_HI),		.reset = 20u << 24 | 20 },
	{ REG(DCLK) },

	{ REG(VGT_MAGIC_LO),		.reset = MAGIC_LO },
	{ REG(VGT_MAGIC_HI),		.reset = MAGIC_HI },
	{ REG(VGT_VERSION),		.reset = 1 },
	{ REG(VGT_ID),			.reset = 1 },
	{ REG(VGT_CAPS),		.reset = VGT_CAPS_FULL_PPGTT | VGT_CAPS_HWSP },
	/* all of the GGTT is the guest's: the aperture, and the rest */
	{ REG(VGT_MAPPABLE_BASE) },
	{ REG(VGT_MAPPABLE_SIZE),	.reset = GEN8_APERTURE_SIZE },
	{ REG(VGT_UNMAPPABLE_BASE),	.reset = GEN8_APERTURE_SIZE },
	{ REG(VGT_UNMAPPABLE_SIZE),	.reset = 0u - GEN8_APERTURE_SIZE },
	/* no fences: the aperture does not turn tiles into lines */
	{ REG(VGT_FENCE_NUM) },
	{ REG(VGT_DISPLAY_READY),	RW },
	{ REG(VGT_G2V_NOTIFY),		RW },
	{ REG(VGT_CURSOR_HOTSPOT),	RW,	.count = 2,	.reset = 0xffffffff },
	{ REG(VGT_PDP),			RW,	.count = 8 },
	{ REG(VGT_EXECLIST),		RW,	.count = 2 },
};

/* clang-format on */

const struct vgpu_block gen8_gt_block = {
	.name = "gt",
	.regs = gt_regs,
	.nr_regs = ARRAY_SIZE(gt_regs),
};
