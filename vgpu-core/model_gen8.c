// SPDX-License-Identifier: GPL-2.0
/*
 * model_gen8.c - Broadwell GT2 as a vGPU: what its blocks make together
 */
#include "gen8.h"

#define GMCH_CTRL 0x50
#define GMCH_GGMS_8M 0xc0 /* of page table entries; no stolen memory */
#define BDSM 0x5c
#define MSI_CAP 0xac
#define ASLS 0xfc

static const struct vgpu_block *const gen8_blocks[] = {
	&gen8_gt_block,	     &gen8_engine_block, &gen8_irq_block,
	&gen8_display_block, &gen8_vblank_block, &gen8_gmbus_block,
};

static const struct vgpu_pci_extra gen8_extra[] = {
	{ .off = GMCH_CTRL, .value = GMCH_GGMS_8M },
	{ .off = BDSM },
	{ .off = ASLS, .wmask = 0xffffffff }, /* firmware says where it put the OpRegion */
};

/*
 * What the guest reads is stored, but for the blitter's page, see gen8_clock.c, and two
 * blocks whose reads do something: the palettes behind an index that moves on, and GMBUS.
 * GFX_FLSH_CNTL is only ever written, which a page that is not mapped makes cheaper.
 */
/* clang-format off */
#define AREA(from, to, class)	{ (from), (to) - (from), (class) }

static const struct vgpu_area gttmm_areas[] = {
	AREA(0x000000,		0x022000,		VGPU_SHADOW),
	AREA(0x022000,		0x023000,		VGPU_EMULATED),	/* BCS */
	AREA(0x023000,		0x04a000,		VGPU_SHADOW),
	AREA(0x04a000,		0x04c000,		VGPU_EMULATED),	/* PREC_PAL_DATA */
	AREA(0x04c000,		0x0c5000,		VGPU_SHADOW),
	AREA(0x0c5000,		0x0c6000,		VGPU_EMULATED),	/* GMBUS */
	AREA(0x0c6000,		0x101000,		VGPU_SHADOW),
	AREA(0x101000,		0x102000,		VGPU_EMULATED),	/* GFX_FLSH_CNTL */
	AREA(0x102000,		GEN8_REGS_SIZE,		VGPU_SHADOW),
	{ GEN8_REGS_SIZE,	GEN8_GGTT_OFFSET - GEN8_REGS_SIZE,	VGPU_USERSPACE },
	{ GEN8_GGTT_OFFSET,	GEN8_BAR0_SIZE - GEN8_GGTT_OFFSET,	VGPU_PASSTHROUGH },
};

/* clang-format on */

static const struct vgpu_area aperture_areas[] = {
	{ .offset = 0, .size = GEN8_APERTURE_SIZE, .class = VGPU_PASSTHROUGH },
};

/* What they prefer, and the largest that the part can drive, or less for less memory. */
static const struct vgpu_monitor gen8_monitors[] = {
	{ NULL, 1920, 1080, 3840, 2160 },
	{ "1024x768", 1024, 768, 1024, 768 },
	{ "2560x1600", 2560, 1600, 2560, 1600 },
	{ "3840x2160", 3840, 2160, 3840, 2160 },
};

static void locks_destroy(struct gen8 *g)
{
	env_lock_destroy(&g->clock_lock);
	env_lock_destroy(&g->engine_lock);
	env_lock_destroy(&g->display_lock);
	env_lock_destroy(&g->irq_lock);
}

static int gen8_init(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);
	int ret;

	env_lock_init(&g->irq_lock);
	env_lock_init(&g->display_lock);
	env_lock_init(&g->engine_lock);
	env_lock_init(&g->clock_lock);
	ret = gen8_display_init(v);
	if (ret)
		goto err_locks;
	ret = gen8_engine_init(v);
	if (ret)
		goto err_display;
	return 0;

err_display:
	gen8_display_exit(v);
err_locks:
	locks_destroy(g);
	return ret;
}

static void gen8_exit(struct vgpu *v)
{
	gen8_engine_exit(v);
	gen8_display_exit(v);
	locks_destroy(to_gen8(v));
}

static void gen8_reset(struct vgpu *v)
{
	gen8_engine_reset_all(v);
	gen8_display_reset(v);
	gen8_irq_reset(v);
}

static enum vgpu_work gen8_work(struct vgpu *v)
{
	enum vgpu_work engines = gen8_engine_work(v);
	enum vgpu_work display = gen8_crc_work(v);

	return max(engines, display);
}

struct vgpu_model vgpu_model_gen8 = {
	.name = "gen8",
	.description = "Intel Broadwell GT2, for i915 as an Intel vGPU",
	.pci = {
		.vendor = 0x8086,
		.device = 0x1612,
		.subvendor = 0x1af4,
		.subdevice = 0x1100,
		.class = 0x030000,	/* display, VGA compatible */
		.revision = 9,
		.intx = true,
		.msi_vectors = 1,
		.msi_offset = MSI_CAP,
		.extra = gen8_extra,
		.nr_extra = ARRAY_SIZE(gen8_extra),
	},
	.bars = {
		[0] = {
			.kind = VGPU_BAR_REGS,
			.flags = PCI_BASE_ADDRESS_MEM_TYPE_64,
			.size = GEN8_BAR0_SIZE,
			.areas = gttmm_areas,
			.nr_areas = ARRAY_SIZE(gttmm_areas),
			.regs_size = GEN8_REGS_SIZE,
			.ram_offset = GEN8_GGTT_OFFSET,
		},
		[2] = {
			.kind = VGPU_BAR_APERTURE,
			.flags = PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
			.size = GEN8_APERTURE_SIZE,
			.areas = aperture_areas,
			.nr_areas = ARRAY_SIZE(aperture_areas),
		},
	},
	.blocks = gen8_blocks,
	.nr_blocks = ARRAY_SIZE(gen8_blocks),
	.frame_size = 3840 * 2160 * 4,
	.monitors = gen8_monitors,
	.nr_monitors = ARRAY_SIZE(gen8_monitors),
	.priv_size = sizeof(struct gen8),
	.init = gen8_init,
	.exit = gen8_exit,
	.reset = gen8_reset,
	.plane = gen8_plane_get,
	.frame = gen8_plane_frame,
	.aperture = gen8_aperture,
	.work = gen8_work,
	.timer = gen8_display_timer,
	.opregion = gen8_opregion,
	.edid = gen8_display_edid,
};
