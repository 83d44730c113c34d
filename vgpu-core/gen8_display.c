// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_display.c - power, clocks, PLLs, DDIs, transcoders, planes: the display's registers
 *
 * Most of them are storage that a driver compares with what it wrote.  The rest answers a
 * request at once: hardware that takes its time has drivers poll.
 */
#include "gen8_display.h"

/* A bit of a register follows another one of it; under the lock, so that the last counts. */
static void status_follow(struct vgpu *v, u32 off, u32 request, u32 status, bool inverted)
{
	struct gen8 *g = to_gen8(v);
	bool set;

	env_lock(&g->display_lock);
	set = !(gen8_reg(v, off) & request) == inverted;
	vgpu_reg_update(v, off, status, set ? status : 0);
	env_unlock(&g->display_lock);
}

static void ddi_buf_ctl_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	status_follow(v, off, DDI_BUF_ENABLE, DDI_BUF_IS_IDLE, true);
}

static void lcpll_ctl_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	status_follow(v, off, LCPLL_PLL_DISABLE, LCPLL_PLL_LOCK, true);
	status_follow(v, off, LCPLL_CD_FCLK, LCPLL_CD_FCLK_DONE, false);
}

/* The well is on while anybody wants it. */
static void pwr_well_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8 *g = to_gen8(v);
	u32 requests = 0;
	u32 i;

	env_lock(&g->display_lock);
	for (i = 0; i < PWR_WELL_NR; i++)
		requests |= gen8_reg(v, PWR_WELL_BIOS + 4 * i);
	for (i = 0; i < PWR_WELL_NR; i++)
		vgpu_reg_update(v, PWR_WELL_BIOS + 4 * i, PWR_WELL_STATE,
				requests & PWR_WELL_REQ ? PWR_WELL_STATE : 0);
	env_unlock(&g->display_lock);
}

/* The slot of a register behind the sideband; NULL: it was never written, or no room. */
static struct gen8_sideband *sideband_find_locked(struct gen8_display *d, u32 key, bool add)
{
	u32 i;

	for (i = 0; i < d->nr_sideband; i++)
		if (d->sideband[i].key == key)
			return &d->sideband[i];
	if (!add || d->nr_sideband == GEN8_SIDEBAND_NR)
		return NULL;
	d->sideband[i].key = key;
	d->nr_sideband++;
	return &d->sideband[i];
}

/* A transaction over the PCH's sideband: done, and successful, before this returns. */
static void sbi_ctl_written(struct vgpu *v, u32 off, u32 old, u32 val)
{
	struct gen8 *g = to_gen8(v);
	struct gen8_sideband *s;
	u32 key;

	env_lock(&g->display_lock);
	val = gen8_reg(v, off);
	if (!(val & SBI_BUSY))
		goto out;

	/* which register, and of which of the two destinations */
	key = (gen8_reg(v, SBI_ADDR) & 0xffff0000) | (val >> 16 & 1);
	s = sideband_find_locked(g->display, key, val & SBI_CTL_OP_WRITE);
	if (!(val & SBI_CTL_OP_WRITE))
		WRITE_ONCE(v->regs[SBI_DATA / 4], s ? s->val : 0);
	else if (s)
		s->val = gen8_reg(v, SBI_DATA);
	vgpu_reg_update(v, off, SBI_BUSY | SBI_RESPONSE, 0);
out:
	env_unlock(&g->display_lock);
}

/* Nothing that talks over AUX is connected: each transfer times out, at once. */
static void aux_ctl_written(struct vgpu *v, u32 off, u32 old, u32 val)
{
	if (!(val & AUX_SEND_BUSY))
		return;

	vgpu_reg_update(v, off, AUX_SEND_BUSY | AUX_DONE | AUX_TIMEOUT, AUX_DONE | AUX_TIMEOUT);
	if (!(val & AUX_INTERRUPT))
		return;
	if (off == DDI_AUX_CTL_A)
		gen8_irq_port(v, DE_PORT_AUX_A);
	else
		gen8_irq_pch(v, SDE_AUX_B << ((off - PCH_AUX_CTL(PORT_B)) / 0x100));
}

/* The 10-bit tables are behind an index that may move on with each access. */
static u32 *palette_next_locked(struct vgpu *v, u32 off)
{
	struct gen8_display *d = to_gen8(v)->display;
	u32 pipe = (off - PREC_PAL_DATA(PIPE_A)) / 0x800 % GEN8_NUM_PIPES;
	u32 ctl = gen8_reg(v, PREC_PAL_INDEX(pipe));
	u32 index = ctl & PAL_PREC_INDEX_MASK;

	if (ctl & PAL_PREC_AUTO_INCREMENT)
		vgpu_reg_update(v, PREC_PAL_INDEX(pipe), PAL_PREC_INDEX_MASK, index + 1);
	return &d->palette[pipe][env_index_nospec(index, PREC_PAL_NR)];
}

static u32 prec_pal_data_read(struct vgpu *v, u32 off)
{
	struct gen8 *g = to_gen8(v);
	u32 val;

	env_lock(&g->display_lock);
	val = *palette_next_locked(v, off);
	env_unlock(&g->display_lock);
	return val;
}

static void prec_pal_data_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	*palette_next_locked(v, off) = new;
	env_unlock(&g->display_lock);
}

/* clang-format off */
#define RW	.rw = 0xffffffff

#define COLOUR(p)								\
	{ REG(PIPE_CSC(p)),			RW,	.count = PIPE_CSC_NR },	\
	{ REG(LGC_PALETTE(p)),			RW,	.count = LGC_PALETTE_NR }, \
	{ REG(PREC_PAL_INDEX(p)),		RW },				\
	{ REG(PREC_PAL_DATA(p)),		RW,				\
		.read = prec_pal_data_read,	.written = prec_pal_data_written, \
		.flags = VGPU_REG_BYTE0 | VGPU_REG_DWORD },			\
	{ REG(PREC_PAL_GC_MAX(p)),		RW,	.count = 3 },		\
	{ REG(PREC_PAL_EXT_GC_MAX(p)),		RW,	.count = 6 },		\
	{ REG(GAMMA_MODE(p)),			RW }

#define TRANSCODER(t)								\
	{ REG(TRANS_HTOTAL(t)),			RW },				\
	{ REG(TRANS_HBLANK(t)),			RW },				\
	{ REG(TRANS_HSYNC(t)),			RW },				\
	{ REG(TRANS_VTOTAL(t)),			RW },				\
	{ REG(TRANS_VBLANK(t)),			RW },				\
	{ REG(TRANS_VSYNC(t)),			RW },				\
	{ REG(PIPESRC(t)),			RW },				\
	{ REG(BCLRPAT(t)),			RW },				\
	{ REG(TRANS_VSYNCSHIFT(t)),		RW },				\
	{ REG(TRANS_MULT(t)),			RW },				\
	{ REG(TRANS_MN(t)),			RW,	.count = 8 },		\
	{ REG(PIPE_CRC_CTL(t)),			RW },				\
	{ REG(VIDEO_DIP(t)),			RW,	.count = VIDEO_DIP_NR }, \
	{ REG(TRANS_DDI_FUNC_CTL(t)),		RW },				\
	{ REG(TRANS_MSA_MISC(t)),		RW }

#define PORT(p)									\
	{ REG(DDI_BUF_CTL(p)),			.rw = 0xffffff7e,		\
		.reset = DDI_BUF_IS_IDLE,	.written = ddi_buf_ctl_written }, \
	{ REG(DP_TP_CTL(p)),			RW },				\
	{ REG(DP_TP_STATUS(p)),			RW },				\
	{ REG(PORT_CLK_SEL(p)),			RW,	.reset = PORT_CLK_SEL_NONE }

#define AUX_MASKS								\
	.rw = ~(u32)(AUX_DONE | AUX_TIMEOUT | AUX_RECEIVE_ERROR),		\
	.w1c = AUX_DONE | AUX_TIMEOUT | AUX_RECEIVE_ERROR,			\
	.written = aux_ctl_written

#define PCH_AUX(p)								\
	{ REG(PCH_AUX_CTL(p)),			AUX_MASKS },			\
	{ REG(PCH_AUX_DATA(p)),			RW,	.count = AUX_DATA_NR }

/* what gen8_vblank.c does not act on */
#define PLANES(p)								\
	{ REG(PIPE_MISC(p)),			RW,	.count = 2 },		\
	{ REG(CURCNTR(p)),			RW },				\
	{ REG(CURPOS(p)),			RW },				\
	{ REG(CURPALET(p)),			RW,	.count = 4 },		\
	{ REG(CUR_FBC_CTL(p)),			RW },				\
	{ REG(DSPCNTR(p)),			RW },				\
	{ REG(DSPLINOFF(p)),			RW },				\
	{ REG(DSPSTRIDE(p)),			RW },				\
	{ REG(DSPPOS(p)),			RW },				\
	{ REG(DSPSIZE(p)),			RW },				\
	{ REG(DSPOFFSET(p)),			RW },				\
	{ REG(SPRCTL(p)),			RW,	.count = 7 },		\
	{ REG(SPRKEYMAX(p)),			RW,	.count = 2 },		\
	{ REG(SPRGAMC(p)),			RW,	.count = SPRGAMC_NR },	\
	{ REG(PF_WIN(p)),			RW,	.count = 2 },		\
	{ REG(PF_CTL(p)),			RW }

static const struct vgpu_reg display_regs[] = {
	/* without VGA there is nothing to take its ports from */
	{ REG(VGACNTRL),		RW,	.reset = VGA_DISABLE },
	{ REG(FUSE_STRAP) },
	{ REG(DSPCLK_GATE_D),		RW },
	{ REG(CHICKEN_PAR1),		RW },
	{ REG(CHICKEN_MISC),		RW },
	{ REG(CHICKEN_MISC4),		RW },
	{ REG(CHICKEN_MSG),		RW },
	{ REG(CHICKEN_PIPESL),		RW,	.count = 3 },
	{ REG(CHICKEN_TRANS),		RW,	.count = 4 },
	{ REG(FPGA_DBG),		.w1c = FPGA_DBG_RM_NOCLAIM },

	{ REG(DPFC_CB_BASE),		RW },
	{ REG(DPFC_CONTROL),		RW },
	{ REG(DPFC_RECOMP_CTL),		RW },
	{ REG(DPFC_FENCE_YOFF),		RW },
	{ REG(DPFC_CHICKEN),		RW },
	{ REG(DPFC_CTL_SA),		RW },
	{ REG(DPFC_CPU_FENCE_OFFSET),	RW },
	{ REG(IPS_CTL),			RW },
	{ REG(DISP_ARB_CTL),		RW },
	{ REG(DISP_ARB_CTL2),		RW },
	{ REG(MSG_CTL),			RW },
	{ REG(WM_PIPE_AB),		RW,	.count = 2 },
	{ REG(WM_LP),			RW,	.count = 3 },
	{ REG(WM_LP_SPRITE),		RW,	.count = 3 },
	{ REG(WM_PIPE_C),		RW },
	{ REG(WM_MISC),			RW },
	{ REG(WM_LINETIME),		RW,	.count = 3 },
	{ REG(WM_DBG),			RW },

	{ REG(PWR_WELL_BIOS),		.rw = PWR_WELL_REQ,	.count = PWR_WELL_NR,
					.written = pwr_well_written },
	{ REG(SPLL_CTL),		RW },
	{ REG(WRPLL_CTL(0)),		RW },
	{ REG(WRPLL_CTL(1)),		RW },
	{ REG(TRANS_CLK_SEL),		RW,	.count = 3 },
	{ REG(CDCLK_FREQ),		RW },
	{ REG(NDE_RSTWRN_OPT),		RW },
	{ REG(LCPLL_CTL),		.rw = ~(u32)(LCPLL_PLL_LOCK | LCPLL_CD_FCLK_DONE),
					.reset = LCPLL_PLL_LOCK,
					.written = lcpll_ctl_written },
	{ REG(BLC_PWM_CPU),		RW,	.count = 2 },
	{ REG(BLC_PWM_PCH),		RW,	.count = 2 },
	{ REG(SWF),			RW,	.count = SWF_NR },

	COLOUR(PIPE_A),
	COLOUR(PIPE_B),
	COLOUR(PIPE_C),
	TRANSCODER(PIPE_A),
	TRANSCODER(PIPE_B),
	TRANSCODER(PIPE_C),
	TRANSCODER(TRANS_EDP),
	PLANES(PIPE_A),
	PLANES(PIPE_B),
	PLANES(PIPE_C),
	PORT(PORT_A),
	PORT(PORT_B),
	PORT(PORT_C),
	PORT(PORT_D),
	PORT(PORT_E),

	{ REG(DDI_AUX_CTL_A),		AUX_MASKS },
	{ REG(DDI_AUX_DATA_A),		RW,	.count = AUX_DATA_NR },
	PCH_AUX(PORT_B),
	PCH_AUX(PORT_C),
	PCH_AUX(PORT_D),
	{ REG(DDI_BUF_TRANS),		RW,	.count = DDI_BUF_TRANS_NR },
	{ REG(AUD_CONFIG),		RW,	.count = AUD_CONFIG_NR },
	{ REG(AUD_FREQ_CNTRL),		RW },

	/* south: one digital port, no analogue one */
	{ REG(SFUSE_STRAP),		.reset = SFUSE_CRT_DISABLED | SFUSE_DDIB_DETECTED },
	{ REG(SOUTH_CHICKEN),		RW,	.count = 2 },
	{ REG(SOUTH_DSPCLK_GATE_D),	RW },
	{ REG(SBI_ADDR),		RW },
	{ REG(SBI_DATA),		RW },
	{ REG(SBI_CTL_STAT),		RW,	.written = sbi_ctl_written,
					.flags = VGPU_REG_DWORD },
	{ REG(PIXCLK_GATE),		RW },
	{ REG(PCH_RAWCLK_FREQ),		RW,	.reset = 24 },
	{ REG(PCH_TRANSCONF),		RW },
	{ REG(PCH_TRANS_CHICKEN),	RW,	.count = 2 },
};

/* clang-format on */

const struct vgpu_block gen8_display_block = {
	.name = "display",
	.regs = display_regs,
	.nr_regs = ARRAY_SIZE(display_regs),
};

/**
 * gen8_display_init - a display, without a monitor yet
 * @v: the device; its display_lock is there
 *
 * Return: 0 or -ENOMEM.
 */
int gen8_display_init(struct vgpu *v)
{
	struct gen8_display *d = env_zalloc(sizeof(*d));

	if (!d)
		return -ENOMEM;
	to_gen8(v)->display = d;
	return 0;
}

/**
 * gen8_display_exit - undo gen8_display_init()
 * @v: the device
 */
void gen8_display_exit(struct vgpu *v)
{
	env_free(to_gen8(v)->display);
	to_gen8(v)->display = NULL;
}

/**
 * gen8_display_reset - as after power on, with the same monitor
 * @v: the device, its registers reset
 */
void gen8_display_reset(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	gen8_vblank_reset_locked(v);
	gen8_gmbus_reset_locked(v);
	g->display->nr_sideband = 0;
	memset(g->display->palette, 0, sizeof(g->display->palette));
	env_unlock(&g->display_lock);
}

/**
 * gen8_display_edid - another monitor is connected, or none
 * @v: the device
 * @edid: describes it
 * @size: bytes of @edid, VGPU_EDID_MAX at most; 0: no monitor
 *
 * The driver hears of it as of any plug that is pulled or put in: a long pulse on the
 * hotplug line of the port.
 */
void gen8_display_edid(struct vgpu *v, const void *edid, u32 size)
{
	struct gen8 *g = to_gen8(v);
	struct gen8_display *d = g->display;

	size = min(size, VGPU_EDID_MAX);
	env_lock(&g->display_lock);
	memset(d->edid, 0, sizeof(d->edid));
	if (size)
		memcpy(d->edid, edid, size);
	d->edid_size = size;
	if (gen8_reg(v, SHOTPLUG_CTL) & SHOTPLUG_B_ENABLE) {
		vgpu_reg_set_bits(v, SHOTPLUG_CTL, SHOTPLUG_B_LONG);
		gen8_irq_pch(v, SDE_HOTPLUG_B);
	}
	env_unlock(&g->display_lock);
}
