// SPDX-License-Identifier: GPL-2.0
/*
 * model_test.c - a device that exists to be tested against: one register of
 * each kind, arrays, holes, and every class of area in its awkward form
 */
#include "model_test.h"

struct test {
	env_lock_t irq_lock; /* guards @level and what the host heard of it */
	bool level;
	u32 reads[2]; /* of TEST_READ_COUNT and TEST_USER_COUNT */
};

static u32 read_count_read(struct vgpu *v, u32 off)
{
	struct test *t = v->priv;

	return env_inc(&t->reads[off == TEST_USER_COUNT]);
}

static void doorbell_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	u32 count = off == TEST_DOORBELL ? TEST_DOORBELL_COUNT : TEST_SHADOW_DOORBELL_COUNT;

	env_inc(&v->regs[count / 4]);
	v->host->irq(v, new % TEST_MSI_VECTORS);
}

/*
 * The setters act on edges, not on levels: the edges of a write that arrives in
 * pieces add up to those of the whole.
 */
static void w1c_set_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	vgpu_reg_set_bits(v, off == TEST_W1C_SET ? TEST_W1C : TEST_SHADOW_W1C, new & ~old);
}

static void rc_set_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	vgpu_reg_set_bits(v, TEST_RC, new & ~old);
}

/*
 * The registers are read under the lock: of two vCPUs that change them, the one
 * that comes last here sees both changes.
 */
static void intx_update(struct vgpu *v)
{
	struct test *t = v->priv;
	bool level;

	env_lock(&t->irq_lock);
	level = READ_ONCE(v->regs[TEST_IRQ_STATUS / 4]) & READ_ONCE(v->regs[TEST_IRQ_ENABLE / 4]);
	if (level != t->level) {
		t->level = level;
		vgpu_pci_intx_status(v, level);
		v->host->intx(v, level);
	}
	env_unlock(&t->irq_lock);
}

static void irq_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	intx_update(v);
}

static void irq_set_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	vgpu_reg_set_bits(v, TEST_IRQ_STATUS, new & ~old);
	intx_update(v);
}

static u32 time_read(struct vgpu *v, u32 off)
{
	u64 now = v->host->now_ns(v);

	return off == TEST_TIME_LO ? now : now >> 32;
}

/* clang-format off */
static const struct vgpu_reg test_regs[] = {
	{ REG(TEST_FIRST),		.rw = 0xffffffff,	.reset = 0x4b564d47 },

	{ REG(TEST_RW),			.rw = 0xffffffff,	.reset = 0x01234567 },
	{ REG(TEST_RW_PART),		.rw = 0x00fff00f,	.reset = 0xa5a5a5a5 },
	{ REG(TEST_RO),						.reset = 0x12345678 },
	{ REG(TEST_W1C),		.w1c = 0xffffffff,	.reset = 0xf0f0f0f0 },
	{ REG(TEST_MIXED),		.w1c = 0x00ff0ff0,
					.rw = 0xff00000f,	.reset = 0x0ffffff0 },
	{ REG(TEST_MASKED),		.rw = 0x0000ffff,
					.flags = VGPU_REG_MASKED },
	{ REG(TEST_MASKED_PART),	.rw = 0x00000ff0,	.reset = 0x00001234,
					.flags = VGPU_REG_MASKED },
	{ REG(TEST_RC),			.rc = 0x0ff0ffff,	.reset = 0xffffffff },
	{ REG(TEST_W1C_SET),		.rw = 0xffffffff,	.written = w1c_set_written },
	{ REG(TEST_RC_SET),		.rw = 0xffffffff,	.written = rc_set_written },
	{ REG(TEST_READ_COUNT),		.read = read_count_read,
					.flags = VGPU_REG_BYTE0 },
	{ REG(TEST_DOORBELL),		.rw = 0x000000ff,	.written = doorbell_written,
					.flags = VGPU_REG_BYTE0 },
	{ REG(TEST_DOORBELL_COUNT) },

	{ REG(TEST_IRQ_STATUS),		.w1c = 0xffffffff,	.written = irq_written },
	{ REG(TEST_IRQ_ENABLE),		.rw = 0xffffffff,	.written = irq_written },
	{ REG(TEST_IRQ_SET),		.rw = 0xffffffff,	.written = irq_set_written },

	{ REG(TEST_PAIR_LO),		.rw = 0xffffffff },
	{ REG(TEST_PAIR_HI),		.rw = 0xffffffff },
	{ REG(TEST_TIME_LO),		.read = time_read,	.flags = VGPU_REG_VOLATILE },
	{ REG(TEST_TIME_HI),		.read = time_read,	.flags = VGPU_REG_VOLATILE },

	{ REG(TEST_ARRAY),		.rw = 0xffffffff,	.count = TEST_ARRAY_NR,
					.reset = 0x0a0b0c0d },
	{ REG(TEST_CROSS),		.rw = 0x7fffffff,	.count = TEST_CROSS_NR,
					.reset = 0x80000000 },

	{ REG(TEST_SHADOW_RW),		.rw = 0xffffffff,	.reset = 0x5adc0de5 },
	{ REG(TEST_SHADOW_RW_PART),	.rw = 0x00fff00f,	.reset = 0xa5a5a5a5 },
	{ REG(TEST_SHADOW_RO),					.reset = 0x12345678 },
	{ REG(TEST_SHADOW_W1C),		.w1c = 0xffffffff,	.reset = 0xf0f0f0f0 },
	{ REG(TEST_SHADOW_MIXED),	.w1c = 0x00ff0ff0,
					.rw = 0xff00000f,	.reset = 0x0ffffff0 },
	{ REG(TEST_SHADOW_MASKED),	.rw = 0x0000ffff,
					.flags = VGPU_REG_MASKED },
	{ REG(TEST_SHADOW_W1C_SET),	.rw = 0xffffffff,	.written = w1c_set_written },
	{ REG(TEST_SHADOW_DOORBELL),	.rw = 0x000000ff,	.written = doorbell_written,
					.flags = VGPU_REG_BYTE0 },
	{ REG(TEST_SHADOW_DOORBELL_COUNT) },
	{ REG(TEST_SHADOW_ARRAY),	.rw = 0xffffffff,	.count = TEST_SHADOW_ARRAY_NR,
					.reset = 0x0a0b0c0d },

	{ REG(TEST_USER),		.rw = 0xffffffff,	.count = TEST_USER_SIZE / 4 },
	{ REG(TEST_USER_COUNT),		.read = read_count_read,
					.flags = VGPU_REG_BYTE0 },
	{ REG(TEST_ODD),		.rw = 0xffffffff,	.count = TEST_ODD_NR,
					.reset = 0x0dd0dd00 },
	{ REG(TEST_LAST),		.rw = 0xffffffff,	.reset = 0x7a57c0de },
};

static const struct vgpu_area regs_areas[] = {
	{ 0x0000,			TEST_SHADOW,			VGPU_EMULATED },
	{ TEST_SHADOW,			TEST_SHADOW_SIZE,		VGPU_SHADOW },
	{ TEST_SHADOW + TEST_SHADOW_SIZE,
	  TEST_USER - TEST_SHADOW - TEST_SHADOW_SIZE,			VGPU_EMULATED },
	{ TEST_USER,			TEST_USER_SIZE,			VGPU_USERSPACE },
	{ TEST_USER_COUNT,		TEST_ODD_USER - TEST_USER_COUNT, VGPU_EMULATED },
	{ TEST_ODD_USER,		TEST_ODD_USER_SIZE,		VGPU_USERSPACE },
	{ TEST_ODD_USER + TEST_ODD_USER_SIZE,
	  TEST_REGS_SIZE - TEST_ODD_USER - TEST_ODD_USER_SIZE,		VGPU_EMULATED },
};

/* clang-format on */

static const struct vgpu_area ram_areas[] = {
	{ .offset = 0, .size = TEST_RAM_SIZE, .class = VGPU_PASSTHROUGH },
};

static const struct vgpu_block test_block = {
	.name = "test",
	.regs = test_regs,
	.nr_regs = ARRAY_SIZE(test_regs),
};

static const struct vgpu_block *const test_blocks[] = { &test_block };

static int test_init(struct vgpu *v)
{
	struct test *t = v->priv;

	env_lock_init(&t->irq_lock);
	return 0;
}

static void test_exit(struct vgpu *v)
{
	struct test *t = v->priv;

	env_lock_destroy(&t->irq_lock);
}

static void test_reset(struct vgpu *v)
{
	struct test *t = v->priv;

	WRITE_ONCE(t->reads[0], 0);
	WRITE_ONCE(t->reads[1], 0);
	intx_update(v);

	/* Configuration space was reset, also where the level did not change. */
	env_lock(&t->irq_lock);
	vgpu_pci_intx_status(v, t->level);
	env_unlock(&t->irq_lock);
}

struct vgpu_model vgpu_model_test = {
	.name = "test",
	.description = "one register of each kind; only for tests",
	.pci = {
		.vendor = 0x1234,
		.device = 0x4b54,
		.subvendor = 0x1af4,
		.subdevice = 0x1100,
		.class = 0xff0000,
		.revision = 1,
		.intx = true,
		.msi_vectors = TEST_MSI_VECTORS,
		.pm = true,
	},
	.bars = {
		[TEST_BAR_REGS] = {
			.kind = VGPU_BAR_REGS,
			.size = TEST_REGS_SIZE,
			.areas = regs_areas,
			.nr_areas = ARRAY_SIZE(regs_areas),
		},
		[TEST_BAR_RAM] = {
			.kind = VGPU_BAR_RAM,
			.flags = PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
			.size = TEST_RAM_SIZE,
			.areas = ram_areas,
			.nr_areas = ARRAY_SIZE(ram_areas),
		},
	},
	.blocks = test_blocks,
	.nr_blocks = ARRAY_SIZE(test_blocks),
	.hole = TEST_HOLE,
	.priv_size = sizeof(struct test),
	.init = test_init,
	.exit = test_exit,
	.reset = test_reset,
};
