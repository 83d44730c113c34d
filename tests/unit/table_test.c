// SPDX-License-Identifier: GPL-2.0
/*
 * table_test.c - vgpu_model_init() takes what is right and refuses what is not
 */
#include "fixture.h"

static u32 any_read(struct vgpu *v, u32 off)
{
	return 0;
}

static void any_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
}

static void any_plane(struct vgpu *v, struct vgpu_plane *p)
{
}

static void any_frame(struct vgpu *v, const struct vgpu_plane *p, void *dst)
{
}

static int any_aperture(struct vgpu *v, u64 off, u64 *gpa)
{
	return 0;
}

static void any_edid(struct vgpu *v, const void *edid, u32 size)
{
}

/* A model that a case may spoil: one block, one BAR of two pages. */
static struct vgpu_reg regs[4];
static struct vgpu_block block = { "block", regs, 1 };
static struct vgpu_block block2 = { "block2", regs + 1, 0 };
static const struct vgpu_block *const blocks[] = { &block, &block2 };
static struct vgpu_area areas[4];
static struct vgpu_model model;

static void model_good(void)
{
	memset(regs, 0, sizeof(regs));
	regs[0] = (struct vgpu_reg){ .off = 0x10, .name = "A", .rw = 0xff };
	regs[1] = (struct vgpu_reg){ .off = 0x20, .name = "B", .count = 4 };
	block.nr_regs = 1;
	block2.nr_regs = 1;

	memset(areas, 0, sizeof(areas));
	areas[0] = (struct vgpu_area){ 0, 8192, VGPU_EMULATED };

	model = (struct vgpu_model){
		.name = "m",
		.description = "d",
		.bars[1] = { VGPU_BAR_REGS, 0, 8192, areas, 1 },
		.blocks = blocks,
		.nr_blocks = 2,
	};
}

static int model_try(void)
{
	int ret = vgpu_model_init(&model);

	if (!ret)
		vgpu_model_exit(&model);
	CHECK(!model.flat);
	CHECK(!model.index);
	return ret;
}

/* Spoil one thing and expect an error. */
#define REFUSED(spoil, error)				\
	do {						\
		model_good();				\
		spoil;					\
		CHECK_EQ(-model_try(), error);		\
	} while (0)

#define TAKEN(change)	REFUSED(change, 0)

static void all_models_are_sane(void)
{
	u32 i, k;

	for (i = 0; i < vgpu_nr_models; i++) {
		struct vgpu_model *m = vgpu_models[i];

		CHECK_EQ(vgpu_model_init(m), 0);
		CHECK(m->nr_flat > 1);
		CHECK(!m->flat[0]);
		for (k = 1; k < m->nr_flat; k++)
			CHECK(vgpu_reg_find(m, m->flat[k]->off) == m->flat[k]);
		vgpu_model_exit(m);
		CHECK(vgpu_model_find(m->name) == m);
	}
	CHECK(!vgpu_model_find("none"));
	CHECK(!vgpu_model_find(""));
}

static void index_is_exact(void)
{
	u32 off;

	model_good();
	if (!CHECK_EQ(vgpu_model_init(&model), 0))
		return;
	CHECK_EQ(model.regs_bar, 1);
	CHECK_EQ(model.regs_size, 8192);
	CHECK_EQ(model.nr_flat, 3);
	for (off = 0; off < 8192; off++) {
		const struct vgpu_reg *r = NULL;

		if (off / 4 == 0x10 / 4)
			r = &regs[0];
		else if (off >= 0x20 && off < 0x30)
			r = &regs[1];
		CHECK(vgpu_reg_find(&model, off) == r);
	}
	CHECK(!vgpu_reg_find(&model, 8192));
	CHECK(!vgpu_reg_find(&model, U32_MAX));
	vgpu_model_exit(&model);
}

static void registers_are_refused(void)
{
	TAKEN((void)0);
	REFUSED(regs[0].name = NULL, EINVAL);
	REFUSED(regs[0].off = 0x12, EINVAL);
	REFUSED(regs[0].off = 8192, EINVAL);
	REFUSED(regs[0].off = 0xfffffffc, EINVAL);
	TAKEN(regs[0].off = 8188);
	REFUSED((regs[0].off = 8188, regs[0].count = 2), EINVAL);
	REFUSED((regs[0].off = 4, regs[0].count = U16_MAX), EINVAL);
	REFUSED(regs[0].off = 0x20, EEXIST);
	REFUSED(regs[0].off = 0x2c, EEXIST);
	TAKEN(regs[0].off = 0x30);
	REFUSED(regs[0].count = 5, EEXIST);
	TAKEN(regs[0].count = 4);
}

static void masks_are_refused(void)
{
	REFUSED(regs[0].w1c = 0x80, EINVAL);
	REFUSED(regs[0].rc = 0x01, EINVAL);
	REFUSED((regs[0].w1c = 0x100, regs[0].rc = 0x100), EINVAL);
	TAKEN((regs[0].w1c = 0x100, regs[0].rc = 0x200));
	REFUSED((regs[0].rc = 0x200, regs[0].read = any_read), EINVAL);

	TAKEN(regs[0].flags = VGPU_REG_MASKED);
	REFUSED((regs[0].flags = VGPU_REG_MASKED, regs[0].rw = 0x10000), EINVAL);
	REFUSED((regs[0].flags = VGPU_REG_MASKED, regs[0].w1c = 0x100), EINVAL);
	REFUSED((regs[0].flags = VGPU_REG_MASKED, regs[0].rc = 0x100), EINVAL);

	REFUSED(regs[0].flags = VGPU_REG_BYTE0, EINVAL);
	TAKEN((regs[0].flags = VGPU_REG_BYTE0, regs[0].read = any_read));
	TAKEN((regs[0].flags = VGPU_REG_BYTE0, regs[0].written = any_written));
}

static void bars_are_refused(void)
{
	REFUSED(model.bars[1].size = 0, EINVAL);
	REFUSED(model.bars[1].size = 8191, EINVAL);
	REFUSED(model.bars[1].size = 12288, EINVAL);
	REFUSED((model.bars[1].size = 2048, areas[0].size = 2048), EINVAL);
	REFUSED((model.bars[1].size = 1u << 27, areas[0].size = 1u << 27), EINVAL);
	REFUSED(model.bars[1].flags = 1, EINVAL);
	TAKEN(model.bars[1].flags = 0xc);
	REFUSED(model.bars[2] = model.bars[1], EINVAL);		/* two of registers */
	TAKEN((model.bars[2] = model.bars[1], model.bars[2].kind = VGPU_BAR_RAM));
	REFUSED((model.bars[1].flags = 4, model.bars[2] = model.bars[1],
		 model.bars[2].kind = VGPU_BAR_RAM), EINVAL);
	REFUSED((model.bars[5] = model.bars[1], model.bars[5].kind = VGPU_BAR_RAM,
		 model.bars[5].flags = 4), EINVAL);
	TAKEN((model.bars[5] = model.bars[1], model.bars[5].kind = VGPU_BAR_RAM));
	REFUSED((model.bars[5] = model.bars[1], model.bars[5].kind = VGPU_BAR_RAM,
		 model.bars[5].size = 1ull << 31), EINVAL);
	REFUSED(model.bars[3].size = 4096, EINVAL);
	REFUSED(model.bars[3].flags = 8, EINVAL);
	REFUSED(model.bars[3].nr_areas = 1, EINVAL);
}

static void layouts_are_refused(void)
{
#define LAYOUT(regs, ram)	(model.bars[1].regs_size = (regs), model.bars[1].ram_offset = (ram))
	TAKEN(LAYOUT(4096, 0));
	TAKEN(LAYOUT(8192, 0));
	TAKEN(LAYOUT(4096, 4096));
	REFUSED(LAYOUT(4092, 0), EINVAL);
	REFUSED(LAYOUT(12288, 0), EINVAL);
	REFUSED(LAYOUT(0, 4096), EINVAL);
	REFUSED(LAYOUT(8192, 4096), EINVAL);
	REFUSED(LAYOUT(4096, 4100), EINVAL);
	REFUSED(LAYOUT(4096, 8192), EINVAL);
	REFUSED((LAYOUT(4096, 0), regs[0].off = 4096), EINVAL);
	REFUSED((model.bars[2] = model.bars[1], model.bars[2].kind = VGPU_BAR_RAM,
		 model.bars[2].regs_size = 4096), EINVAL);
	REFUSED((model.bars[2] = model.bars[1], model.bars[2].kind = VGPU_BAR_RAM,
		 model.bars[2].ram_offset = 4096), EINVAL);
	REFUSED((model.bars[2] = model.bars[1], model.bars[2].kind = VGPU_BAR_APERTURE), EINVAL);
	TAKEN((model.bars[2] = model.bars[1], model.bars[2].kind = VGPU_BAR_APERTURE,
	       model.aperture = any_aperture));
}

/* Two areas that meet at @at, the first of @class. */
static void areas_split(u64 at, u32 class)
{
	areas[0] = (struct vgpu_area){ 0, at, class };
	areas[1] = (struct vgpu_area){ at, 8192 - at, VGPU_EMULATED };
	model.bars[1].nr_areas = 2;
}

static void areas_are_refused(void)
{
	REFUSED(model.bars[1].nr_areas = 0, EINVAL);
	REFUSED(areas[0].size = 8188, EINVAL);
	REFUSED(areas[0].size = 8196, EINVAL);
	REFUSED(areas[0].offset = 4, EINVAL);
	REFUSED(areas[0].class = 4, EINVAL);
	REFUSED(model.bars[1].nr_areas = 2, EINVAL);		/* empty one at the end */

	TAKEN(areas_split(0x1235, VGPU_USERSPACE));
	TAKEN(areas_split(0x1235, VGPU_EMULATED));
	REFUSED((areas_split(0x1000, VGPU_EMULATED), areas[1].offset = 0x1001), EINVAL);
	REFUSED((areas_split(0x1000, VGPU_EMULATED), areas[1].offset = 0xfff), EINVAL);
	REFUSED((areas_split(0x1000, VGPU_EMULATED), areas[1].size += 1), EINVAL);
	REFUSED(areas_split(0x1004, VGPU_SHADOW), EINVAL);
	REFUSED(areas_split(0x1004, VGPU_PASSTHROUGH), EINVAL);
	REFUSED((areas_split(0x1001, VGPU_EMULATED), areas[1].class = VGPU_SHADOW), EINVAL);
}

static void mapped_areas_hold_plain_registers(void)
{
	TAKEN(areas_split(0x1000, VGPU_SHADOW));
	REFUSED((areas_split(0x1000, VGPU_SHADOW), regs[0].read = any_read), EINVAL);
	REFUSED((areas_split(0x1000, VGPU_SHADOW), regs[0].rc = 0x100), EINVAL);
	TAKEN((areas_split(0x1000, VGPU_SHADOW), regs[0].flags = VGPU_REG_VOLATILE));
	TAKEN((areas_split(0x1000, VGPU_SHADOW), regs[0].written = any_written));
	TAKEN((areas_split(0x1000, VGPU_SHADOW), regs[0].off = 0x1000,
	       regs[0].read = any_read));

	REFUSED(areas_split(0x1000, VGPU_PASSTHROUGH), EINVAL);	/* has holes */
#define FILLED	(areas_split(0x1000, VGPU_PASSTHROUGH), regs[1].off = 0x1000,	\
		 regs[0].off = 0, regs[0].count = 1024, regs[0].rw = U32_MAX)
	TAKEN(FILLED);
	REFUSED((FILLED, regs[0].rw = 0xffff), EINVAL);
	REFUSED((FILLED, regs[0].read = any_read), EINVAL);
	REFUSED((FILLED, regs[0].written = any_written), EINVAL);
}

static void extra_config_is_refused(void)
{
	struct vgpu_pci_extra extra[] = { { 0x60, 1, 2 }, { 0xfc, 1, 2 } };

#define WITH_EXTRA(...)	(model.pci.extra = extra, model.pci.nr_extra = 2, __VA_ARGS__)
	TAKEN(WITH_EXTRA((void)0));
	REFUSED(WITH_EXTRA(extra[0].off = 0x3c), EINVAL);
	REFUSED(WITH_EXTRA(extra[0].off = 0x61), EINVAL);
	REFUSED(WITH_EXTRA(extra[0].off = 0xfc), EINVAL);
	TAKEN(WITH_EXTRA(extra[0].off = 0x50));
	REFUSED(WITH_EXTRA(model.pci.msi_vectors = 1, extra[0].off = 0x5c), EINVAL);
	TAKEN(WITH_EXTRA(model.pci.msi_vectors = 1, extra[0].off = 0x60));
	TAKEN(WITH_EXTRA(extra[0].off = 0x44));
	REFUSED(WITH_EXTRA(model.pci.pm = true), EINVAL);
}

static struct vgpu_monitor monitors[2];

static void with_monitors(void)
{
	monitors[0] = (struct vgpu_monitor){ NULL, 64, 48, 128, 96 };
	monitors[1] = (struct vgpu_monitor){ "small", 32, 24, 32, 24 };
	model.plane = any_plane;
	model.frame = any_frame;
	model.edid = any_edid;
	model.frame_size = 4 * 128 * 96;
	model.monitors = monitors;
	model.nr_monitors = 2;
}

static void monitors_are_refused(void)
{
	TAKEN(with_monitors());
	REFUSED((with_monitors(), model.edid = NULL), EINVAL);
	REFUSED((with_monitors(), model.monitors = NULL), EINVAL);
	REFUSED((with_monitors(), model.nr_monitors = 0), EINVAL);
	REFUSED((with_monitors(), monitors[0].name = "first"), EINVAL);
	REFUSED((with_monitors(), monitors[1].name = NULL), EINVAL);
	REFUSED((with_monitors(), monitors[1].width = 0), EINVAL);
	REFUSED((with_monitors(), monitors[1].height = 0), EINVAL);
	REFUSED((with_monitors(), monitors[1].width = 33), EINVAL);
	REFUSED((with_monitors(), monitors[1].height = 25), EINVAL);
	REFUSED((with_monitors(), monitors[0].max_height = 97), EINVAL);
}

static void identity_is_refused(void)
{
	REFUSED(model.name = NULL, EINVAL);
	REFUSED(model.description = NULL, EINVAL);
	REFUSED(model.pci.class = 0x1000000, EINVAL);
	TAKEN(model.pci.msi_vectors = 1);
	TAKEN(model.pci.msi_vectors = 32);
	REFUSED(model.pci.msi_vectors = 3, EINVAL);
	REFUSED(model.pci.msi_vectors = 64, EINVAL);
	TAKEN(model.pci.msi_offset = 0x40);
	TAKEN(model.pci.msi_offset = 0xf0);
	REFUSED(model.pci.msi_offset = 0xf4, EINVAL);
	REFUSED(model.pci.msi_offset = 0x3c, EINVAL);
	REFUSED(model.pci.msi_offset = 0x52, EINVAL);
	REFUSED((model.pci.msi_vectors = 1, model.pci.pm = true, model.pci.msi_offset = 0x44),
		EINVAL);
	TAKEN((model.pci.msi_vectors = 1, model.pci.pm = true, model.pci.msi_offset = 0x48));
	REFUSED(model.frame_size = 4096, EINVAL);
	REFUSED(model.plane = any_plane, EINVAL);
	REFUSED(model.frame = any_frame, EINVAL);
	REFUSED((model.frame_size = 4096, model.plane = any_plane), EINVAL);
	TAKEN((model.frame_size = 4096, model.plane = any_plane, model.frame = any_frame));
}

static void size_of_the_table_is_bounded(void)
{
	REFUSED(block.nr_regs = U16_MAX, EINVAL);
	REFUSED(block2.nr_regs = U32_MAX, EINVAL);
}

static void model_without_registers(void)
{
	model_good();
	model.bars[1].kind = VGPU_BAR_RAM;
	model.nr_blocks = 0;
	if (!CHECK_EQ(vgpu_model_init(&model), 0))
		return;
	CHECK_EQ(model.regs_bar, VGPU_NUM_BARS);
	CHECK_EQ(model.regs_size, 0);
	CHECK(!vgpu_reg_find(&model, 0));
	vgpu_model_exit(&model);

	REFUSED((model.bars[1].kind = VGPU_BAR_RAM), EINVAL);	/* a register, nowhere */
}

static void init_survives_want_of_memory(void)
{
	int n;

	for (n = 0; n < 2; n++) {
		model_good();
		alloc_fail_after(n);
		CHECK_EQ(-model_try(), ENOMEM);
	}
	alloc_fail_after(-1);
	TAKEN((void)0);
}

static void region_sizes(void)
{
	u32 i;

	model_good();
	for (i = 0; i < 16; i++)
		CHECK_EQ(vgpu_region_size(&model, i), i == 1 ? 8192 :
			 i == VGPU_REGION_CONFIG ? VGPU_CONFIG_SIZE : 0);
	CHECK_EQ(vgpu_region_size(&model, U32_MAX), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(all_models_are_sane),
	KTAP_CASE(index_is_exact),
	KTAP_CASE(registers_are_refused),
	KTAP_CASE(masks_are_refused),
	KTAP_CASE(bars_are_refused),
	KTAP_CASE(layouts_are_refused),
	KTAP_CASE(areas_are_refused),
	KTAP_CASE(mapped_areas_hold_plain_registers),
	KTAP_CASE(extra_config_is_refused),
	KTAP_CASE(monitors_are_refused),
	KTAP_CASE(identity_is_refused),
	KTAP_CASE(size_of_the_table_is_bounded),
	KTAP_CASE(model_without_registers),
	KTAP_CASE(init_survives_want_of_memory),
	KTAP_CASE(region_sizes),
};

KTAP_MAIN(cases)
