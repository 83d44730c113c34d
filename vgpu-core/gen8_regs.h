/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_regs.h - registers of Broadwell outside its engines, by the names of the manual
 *
 * Offsets in BAR0.  Where the manual has one name for each of several pipes, ports or
 * transcoders, the name here takes which.
 */
#ifndef VGPU_GEN8_REGS_H
#define VGPU_GEN8_REGS_H

#include "env.h"

/* clang-format off */

enum gen8_pipe {
	PIPE_A,
	PIPE_B,
	PIPE_C,
	GEN8_NUM_PIPES,
};

enum gen8_port {
	PORT_A,
	PORT_B,
	PORT_C,
	PORT_D,
	PORT_E,
	GEN8_NUM_PORTS,
};

/* GT: faults, caches, translation */
#define MCR_SELECTOR		0x00fdc
#define ARB_MODE		0x04030
#define GAC_ECO_BITS		0x14090
#define TLB_RD_ADDR_0		0x04b10
#define TLB_RD_ADDR_1		0x04b14
#define ERROR_GEN6		0x040a0
#define DONE_REG		0x040b0
#define PRIVATE_PAT_LO		0x040e0
#define PRIVATE_PAT_HI		0x040e4
#define GAM_ECOCHK		0x04090
#define RING_FAULT_REG		0x04094
#define RING_FAULT_VALID	BIT(0)
#define GTCR			0x04274
#define RTCR			0x04260		/* RCS; VCS0, VCS1, BCS, VECS behind it */
#define RTCR_NR			5
#define L3_LRA_1_GPGPU		0x04dd4
#define GAB_CTL			0x24000
#define GTT_CACHE_EN		0x04024

/* GT: chicken bits of the render engine, and of what it shares */
#define CACHE_MODE		0x07000		/* two of them */
#define GT_MODE			0x07008
#define COMMON_SLICE_CHICKEN1	0x07010
#define COMMON_SLICE_CHICKEN2	0x07014
#define HIZ_CHICKEN		0x07018
#define L3_CONFIG		0x07034		/* set by users' batches */
#define SC_INSTDONE		0x07100
#define HDC_CHICKEN0		0x07300
#define HDC_CHICKEN1		0x07304
#define SAMPLER_INSTDONE	0x0e160
#define ROW_INSTDONE		0x0e164
#define HALF_SLICE_CHICKEN	0x0e180		/* four of them */
#define ROW_CHICKEN		0x0e4f0		/* two of them */

/* GT: clock gating, reset, fuses */
#define FUSE2			0x09120
#define FUSE2_SLICE0		BIT(25)
#define EU_DISABLE		0x09134		/* three of them */
#define UCGCTL			0x09400		/* seven of them */
#define GDRST			0x0941c
#define GDRST_FULL		BIT(0)
#define GDRST_RENDER		BIT(1)
#define GDRST_MEDIA		BIT(2)
#define GDRST_BLT		BIT(3)
#define GDRST_VECS		BIT(4)
#define RSTCTL			0x09420
#define MISCCPCTL		0x09424
#define UCGCTL6			0x09430

/* GT: power management, kept for the driver that reads it back */
#define RPNSWREQ		0x0a008
#define RC_VIDEO_FREQ		0x0a00c
#define RPS			0x0a010		/* to RP_IDLE_HYSTERSIS */
#define RC_CONTROL		0x0a090
#define RC_STATE		0x0a094
#define RC_WAKE_RATES		0x0a098
#define PMINTRMSK		0x0a168
#define FORCEWAKE_MT		0x0a188
#define FORCEWAKE_ACK		0x130044

/* GT: L3 */
#define L3CNTLREG		0x0b020
#define L3SQCREG1		0x0b100
#define L3SQCREG4		0x0b118

/* fences, flush */
#define FENCE			0x100000
#define FENCE_NR		32
#define GFX_FLSH_CNTL		0x101008

/* pcode mailbox; fuses of the package; memory controller */
#define EDRAM_CAP		0x120010
#define PCODE_MAILBOX		0x138124
#define PCODE_READY		BIT(31)
#define PCODE_COMMAND		0x000000ffu
#define PCODE_ILLEGAL_CMD	0x1
#define PCODE_DATA		0x138128
#define PCODE_DATA1		0x13812c
#define RP_STATE_CAP		0x145998
#define MCH_SSKPD		0x145d10
#define MCH_SSKPD_HI		0x145d14
#define DCLK			0x145e04

/* PVINFO: what a paravirtual guest is told */
#define VGT_MAGIC_LO		0x78000
#define VGT_MAGIC_HI		0x78004
#define VGT_VERSION		0x78008
#define VGT_ID			0x7800c
#define VGT_CAPS		0x78010
#define VGT_CAPS_FULL_PPGTT	BIT(2)
#define VGT_CAPS_HWSP		BIT(3)
#define VGT_MAPPABLE_BASE	0x78040
#define VGT_MAPPABLE_SIZE	0x78044
#define VGT_UNMAPPABLE_BASE	0x78048
#define VGT_UNMAPPABLE_SIZE	0x7804c
#define VGT_FENCE_NUM		0x78050
#define VGT_DISPLAY_READY	0x78804
#define VGT_G2V_NOTIFY		0x78818
#define VGT_CURSOR_HOTSPOT	0x78830		/* x, y */
#define VGT_PDP			0x78838		/* four of 64 bits */
#define VGT_EXECLIST		0x78858		/* 64 bits */

/* interrupts: each block is ISR, IMR, IIR, IER */
#define MASTER_IRQ		0x44200
#define MASTER_IRQ_ENABLE	BIT(31)
#define MASTER_GT_RCS		BIT(0)
#define MASTER_GT_BCS		BIT(1)
#define MASTER_GT_VCS0		BIT(2)
#define MASTER_GT_VCS1		BIT(3)
#define MASTER_GT_PM		BIT(4)
#define MASTER_GT_VECS		BIT(6)
#define MASTER_DE_PIPE(p)	(BIT(16) << (p))
#define MASTER_DE_PORT		BIT(20)
#define MASTER_DE_MISC		BIT(22)
#define MASTER_DE_PCH		BIT(23)
#define MASTER_PCU		BIT(30)
#define IRQ_ISR			0x0
#define IRQ_IMR			0x4
#define IRQ_IIR			0x8
#define IRQ_IER			0xc
#define GT_IRQ(n)		(0x44300 + 0x10 * (n))
#define DE_PIPE_IRQ(p)		(0x44400 + 0x10 * (p))
#define DE_PIPE_VBLANK		BIT(0)
#define DE_PIPE_PLANE_FLIP	BIT(4)
#define DE_PIPE_SPRITE_FLIP	BIT(5)
#define DE_PIPE_CRC_DONE	BIT(28)
#define DE_PORT_IRQ		0x44440
#define DE_PORT_AUX_A		BIT(0)
#define DE_MISC_IRQ		0x44460
#define PCU_IRQ			0x444e0
#define SDE_IRQ			0xc4000
#define SDE_HOTPLUG_B		BIT(21)
#define SDE_AUX_B		BIT(25)
#define SDE_AUX_C		BIT(26)
#define SDE_AUX_D		BIT(27)
#define DIGITAL_HOTPLUG		0x44030
#define DERRMR			0x44050
#define TIMESTAMP_CTR		0x44070
#define SHOTPLUG_CTL		0xc4030
#define SHOTPLUG_B_ENABLE	BIT(4)
#define SHOTPLUG_B_LONG		BIT(1)
#define SHOTPLUG_CTL2		0xc403c
#define SERR_INT		0xc4040

/* power, clocks */
#define VGACNTRL		0x41000
#define VGA_DISABLE		BIT(31)
#define FUSE_STRAP		0x42014
#define DSPCLK_GATE_D		0x42020
#define CHICKEN_PAR1		0x42080
#define CHICKEN_MISC		0x42084
#define CHICKEN_MISC4		0x4208c
#define CHICKEN_MSG		0x42090
#define CHICKEN_PIPESL		0x420b0		/* a pipe each */
#define CHICKEN_TRANS		0x420c0		/* a transcoder each */
#define FPGA_DBG		0x42300
#define FPGA_DBG_RM_NOCLAIM	BIT(31)
#define PWR_WELL_BIOS		0x45400		/* then driver, KVMR, debug */
#define PWR_WELL_NR		4
#define PWR_WELL_REQ		BIT(31)
#define PWR_WELL_STATE		BIT(30)
#define SPLL_CTL		0x46020
#define WRPLL_CTL(n)		(0x46040 + 0x20 * (n))
#define WRPLL_ENABLE		BIT(31)
#define PORT_CLK_SEL(p)		(0x46100 + 4 * (p))
#define PORT_CLK_SEL_WRPLL(n)	((4u + (n)) << 29)
#define PORT_CLK_SEL_NONE	0xe0000000
#define TRANS_CLK_SEL		0x46140		/* a transcoder each */
#define CDCLK_FREQ		0x46200
#define NDE_RSTWRN_OPT		0x46408
#define LCPLL_CTL		0x130040
#define LCPLL_PLL_DISABLE	BIT(31)
#define LCPLL_PLL_LOCK		BIT(30)
#define LCPLL_CD_FCLK		BIT(21)
#define LCPLL_CD_FCLK_DONE	BIT(19)
#define SOUTH_CHICKEN		0xc2000		/* two of them */
#define SFUSE_STRAP		0xc2014
#define SFUSE_CRT_DISABLED	BIT(6)
#define SFUSE_DDIB_DETECTED	BIT(2)
#define SOUTH_DSPCLK_GATE_D	0xc2020
#define SBI_ADDR		0xc6000
#define SBI_DATA		0xc6004
#define SBI_CTL_STAT		0xc6008
#define SBI_BUSY		BIT(0)
#define SBI_RESPONSE		GENMASK(2, 1)
#define SBI_CTL_OP_WRITE	BIT(8)
#define PIXCLK_GATE		0xc6020
#define PCH_RAWCLK_FREQ		0xc6204

/* watermarks, arbitration, compression */
#define DPFC_CB_BASE		0x43200
#define DPFC_CONTROL		0x43208
#define DPFC_RECOMP_CTL		0x4320c
#define DPFC_FENCE_YOFF		0x43218
#define DPFC_CHICKEN		0x43224
#define IPS_CTL			0x43408
#define DISP_ARB_CTL		0x45000
#define DISP_ARB_CTL2		0x45004
#define MSG_CTL			0x45010
#define WM_PIPE_AB		0x45100		/* pipes A and B */
#define WM_LP			0x45108		/* three of them */
#define WM_LP_SPRITE		0x45120		/* three of them */
#define WM_PIPE_C		0x45200
#define WM_MISC			0x45260
#define WM_LINETIME		0x45270		/* a pipe each */
#define WM_DBG			0x45280
#define DPFC_CTL_SA		0x100100
#define DPFC_CPU_FENCE_OFFSET	0x100104
#define BLC_PWM_CPU		0x48250		/* two of them */
#define BLC_PWM_PCH		0xc8250		/* two of them */
#define SWF			0x4f000		/* scratch of firmware */
#define SWF_NR			36

/* colour: a pipe each */
#define PIPE_CSC(p)		(0x49010 + 0x100 * (p))	/* coefficients to offsets */
#define PIPE_CSC_NR		16
#define LGC_PALETTE(p)		(0x4a000 + 0x800 * (p))
#define LGC_PALETTE_NR		256
#define PREC_PAL_INDEX(p)	(0x4a400 + 0x800 * (p))
#define PAL_PREC_AUTO_INCREMENT	BIT(15)
#define PAL_PREC_INDEX_MASK	0x000003ffu
#define PREC_PAL_DATA(p)	(0x4a404 + 0x800 * (p))
#define PREC_PAL_NR		1024
#define PREC_PAL_GC_MAX(p)	(0x4a410 + 0x800 * (p))
#define PREC_PAL_EXT_GC_MAX(p)	(0x4a420 + 0x800 * (p))
#define GAMMA_MODE(p)		(0x4a480 + 0x800 * (p))
#define GAMMA_MODE_MASK		0x3
#define GAMMA_MODE_8BIT		0
#define GAMMA_MODE_10BIT	1
#define GAMMA_MODE_SPLIT	3

/* transcoders; the one for eDP is number 15 of the row */
#define TRANS_EDP		15
#define TRANS_HTOTAL(t)		(0x60000 + 0x1000 * (t))
#define TRANS_HBLANK(t)		(0x60004 + 0x1000 * (t))
#define TRANS_HSYNC(t)		(0x60008 + 0x1000 * (t))
#define TRANS_VTOTAL(t)		(0x6000c + 0x1000 * (t))
#define TRANS_VBLANK(t)		(0x60010 + 0x1000 * (t))
#define TRANS_VSYNC(t)		(0x60014 + 0x1000 * (t))
#define PIPESRC(t)		(0x6001c + 0x1000 * (t))
#define BCLRPAT(t)		(0x60020 + 0x1000 * (t))
#define TRANS_VSYNCSHIFT(t)	(0x60028 + 0x1000 * (t))
#define TRANS_MULT(t)		(0x6002c + 0x1000 * (t))
#define TRANS_MN(t)		(0x60030 + 0x1000 * (t))	/* data and link, 1 and 2 */
#define PIPE_CRC_CTL(t)		(0x60050 + 0x1000 * (t))
#define PIPE_CRC_ENABLE		BIT(31)
#define PIPE_CRC_SOURCE(v)	((v) >> 29 & 3)
#define PIPE_CRC_SOURCE_PRIMARY	0
#define PIPE_CRC_SOURCE_SPRITE	1
#define PIPE_CRC_SOURCE_PIPE	2
#define PIPE_CRC_RES(t)		(0x60064 + 0x1000 * (t))
#define VIDEO_DIP(t)		(0x60200 + 0x1000 * (t))	/* control, GCP, packets */
#define VIDEO_DIP_NR		88
#define TRANS_DDI_FUNC_CTL(t)	(0x60400 + 0x1000 * (t))
#define DDI_FUNC_ENABLE		BIT(31)
#define DDI_FUNC_PORT(v)	((v) >> 28 & 7)
#define DDI_FUNC_BPC(v)		((v) >> 20 & 7)
#define DDI_FUNC_BPC_10		1
#define DDI_FUNC_BPC_12		3
#define TRANS_MSA_MISC(t)	(0x60410 + 0x1000 * (t))
#define TRANSCONF(t)		(0x70008 + 0x1000 * (t))
#define TRANSCONF_ENABLE	BIT(31)
#define TRANSCONF_STATE		BIT(30)

/* DDIs */
#define DDI_BUF_CTL(p)		(0x64000 + 0x100 * (p))
#define DDI_BUF_ENABLE		BIT(31)
#define DDI_BUF_IS_IDLE		BIT(7)
#define DDI_AUX_CTL_A		0x64010
#define DDI_AUX_DATA_A		0x64014
#define PCH_AUX_CTL(p)		(0xe4010 + 0x100 * (p))	/* ports B to D */
#define PCH_AUX_DATA(p)		(0xe4014 + 0x100 * (p))
#define AUX_DATA_NR		5
#define AUX_SEND_BUSY		BIT(31)
#define AUX_DONE		BIT(30)
#define AUX_INTERRUPT		BIT(29)
#define AUX_TIMEOUT		BIT(28)
#define AUX_RECEIVE_ERROR	BIT(25)
#define DP_TP_CTL(p)		(0x64040 + 0x100 * (p))
#define DP_TP_STATUS(p)		(0x64044 + 0x100 * (p))
#define DDI_BUF_TRANS		0x64e00		/* of all ports */
#define DDI_BUF_TRANS_NR	120
#define EDP_PSR_IMR		0x64834
#define EDP_PSR_IIR		0x64838
#define AUD_CONFIG		0x65000
#define AUD_CONFIG_NR		128
#define AUD_FREQ_CNTRL		0x65900
#define PCH_TRANSCONF		0xf0008
#define PCH_TRANS_CHICKEN	0xf0060		/* two of them */

/* pipes and their planes */
#define PIPEDSL(p)		(0x70000 + 0x1000 * (p))
#define PIPE_MISC(p)		(0x70030 + 0x1000 * (p))
#define PIPE_FRMCOUNT(p)	(0x70040 + 0x1000 * (p))
#define PIPE_FLIPCOUNT(p)	(0x70044 + 0x1000 * (p))
#define PIPE_FRMTMSTMP(p)	(0x70048 + 0x1000 * (p))
#define CURCNTR(p)		(0x70080 + 0x1000 * (p))
#define CUR_ROTATE_180		BIT(15)
#define CUR_MODE_MASK		0x27
#define CUR_MODE_64_ARGB	0x27
#define CUR_MODE_128_ARGB	0x22
#define CUR_MODE_256_ARGB	0x23
#define CURBASE(p)		(0x70084 + 0x1000 * (p))
#define CURPOS(p)		(0x70088 + 0x1000 * (p))
#define CURPOS_SIGN		BIT(15)
#define CURPOS_MASK		0x7fff
#define CURPALET(p)		(0x70090 + 0x1000 * (p))
#define CUR_FBC_CTL(p)		(0x700a0 + 0x1000 * (p))
#define CUR_FBC_ENABLE		BIT(31)
#define CUR_FBC_HEIGHT		0xff
#define CURSURFLIVE(p)		(0x700ac + 0x1000 * (p))
#define DSPCNTR(p)		(0x70180 + 0x1000 * (p))
#define DSP_ENABLE		BIT(31)
#define DSP_GAMMA		BIT(30)
#define DSP_FORMAT(v)		((v) >> 26 & 0xf)
#define DSP_FORMAT_8BPP		0x2
#define DSP_FORMAT_RGB565	0x5
#define DSP_FORMAT_XRGB8888	0x6
#define DSP_FORMAT_XBGR2101010	0x8
#define DSP_FORMAT_XRGB2101010	0xa
#define DSP_FORMAT_XBGR8888	0xe
#define DSP_ROTATE_180		BIT(15)
#define DSP_TILED		BIT(10)
#define DSP_ASYNC_FLIP		BIT(9)
#define DSPLINOFF(p)		(0x70184 + 0x1000 * (p))
#define DSPSTRIDE(p)		(0x70188 + 0x1000 * (p))
#define DSPPOS(p)		(0x7018c + 0x1000 * (p))
#define DSPSIZE(p)		(0x70190 + 0x1000 * (p))
#define DSPSURF(p)		(0x7019c + 0x1000 * (p))
#define DSPOFFSET(p)		(0x701a4 + 0x1000 * (p))
#define DSPSURFLIVE(p)		(0x701ac + 0x1000 * (p))
#define SPRCTL(p)		(0x70280 + 0x1000 * (p))	/* to SPRKEYMSK */
#define SPR_ENABLE		BIT(31)
#define SPR_YUV_FULL_RANGE	BIT(28)
#define SPR_FORMAT(v)		((v) >> 25 & 0x7)
#define SPR_FORMAT_YUV422	0x0
#define SPR_FORMAT_RGB101010	0x1
#define SPR_FORMAT_RGB888	0x2
#define SPR_ORDER_RGBX		BIT(20)
#define SPR_YUV_BT709		BIT(18)
#define SPR_YUV_ORDER(v)	((v) >> 16 & 0x3)	/* YUYV, UYVY, YVYU, VYUY */
#define SPR_ROTATE_180		BIT(15)
#define SPR_TILED		BIT(10)
#define SPR_DEST_KEY		BIT(2)
#define SPRSTRIDE(p)		(0x70288 + 0x1000 * (p))
#define SPRPOS(p)		(0x7028c + 0x1000 * (p))
#define SPRSIZE(p)		(0x70290 + 0x1000 * (p))
#define SPRKEYVAL(p)		(0x70294 + 0x1000 * (p))
#define SPRKEYMSK(p)		(0x70298 + 0x1000 * (p))
#define SPRSURF(p)		(0x7029c + 0x1000 * (p))
#define SPRKEYMAX(p)		(0x702a0 + 0x1000 * (p))	/* and SPROFFSET */
#define SPROFFSET(p)		(0x702a4 + 0x1000 * (p))
#define SPRSURFLIVE(p)		(0x702ac + 0x1000 * (p))
#define SPRGAMC(p)		(0x70400 + 0x1000 * (p))
#define SPRGAMC_NR		22
#define PF_WIN(p)		(0x68070 + 0x800 * (p))		/* position, size */
#define PF_CTL(p)		(0x68080 + 0x800 * (p))

/* GMBUS, GPIO */
#define GPIO			0xc5010		/* pins A to F */
#define GPIO_NR			6
#define GPIO_CLOCK_DIR		BIT(1)
#define GPIO_CLOCK_VAL_OUT	BIT(3)
#define GPIO_CLOCK_VAL_IN	BIT(4)
#define GPIO_DATA_DIR		BIT(9)
#define GPIO_DATA_VAL_OUT	BIT(11)
#define GPIO_DATA_VAL_IN	BIT(12)
#define GMBUS0			0xc5100
#define GMBUS0_PIN(v)		((v) & 7)
#define GMBUS_PIN_DPB		5
#define GMBUS1			0xc5104
#define GMBUS_SW_CLR_INT	BIT(31)
#define GMBUS_SW_RDY		BIT(30)
#define GMBUS_CYCLE_STOP	BIT(27)
#define GMBUS_CYCLE_INDEX	BIT(26)
#define GMBUS_CYCLE_WAIT	BIT(25)
#define GMBUS_BYTE_COUNT(v)	((v) >> 16 & 0x1ff)
#define GMBUS_INDEX(v)		((v) >> 8 & 0xff)
#define GMBUS_ADDR(v)		((v) >> 1 & 0x7f)
#define GMBUS_READ		BIT(0)
#define GMBUS2			0xc5108
#define GMBUS_HW_WAIT_PHASE	BIT(14)
#define GMBUS_HW_RDY		BIT(11)
#define GMBUS_SATOER		BIT(10)
#define GMBUS_ACTIVE		BIT(9)
#define GMBUS3			0xc510c
#define GMBUS4			0xc5110
#define GMBUS5			0xc5120
#define GMBUS_2BYTE_INDEX	BIT(31)

#endif /* VGPU_GEN8_REGS_H */
