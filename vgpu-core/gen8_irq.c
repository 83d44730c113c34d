// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_irq.c - from an event to an interrupt
 *
 * An event that IMR lets through is latched in IIR; IIR and IER make a bit of MASTER;
 * MASTER's bits and its enable make the line, which is the INTx pin, and whose rising
 * edges are MSIs: the host drops those of the two that the guest did not set up.  A
 * driver disables MASTER, looks, clears what it saw and enables it again: what came
 * meanwhile raises the line then.
 *
 * All that a guest reads here is stored, so that the page may be shared with it.
 */
#include "gen8.h"
#include "gen8_regs.h"

/* RING_IMR of each engine, and where its bits are in GTn: shifted, in both. */
static const struct engine_irq {
	u32 imr;
	u32 gt;
	u32 shift;
} engine_irqs[GEN8_NUM_ENGINES] = {
	[GEN8_RCS] = { 0x020a8, GT_IRQ(0), 0 },
	[GEN8_VCS0] = { 0x120a8, GT_IRQ(1), 0 },
	[GEN8_BCS] = { 0x220a8, GT_IRQ(0), 16 },
	[GEN8_VECS] = { 0x1a0a8, GT_IRQ(3), 0 },
};

/* What makes each bit of MASTER. */
static const struct master_source {
	u32 block;
	u32 mask;
	u32 bit;
} master_sources[] = {
	{ GT_IRQ(0), 0x0000ffff, MASTER_GT_RCS },
	{ GT_IRQ(0), 0xffff0000, MASTER_GT_BCS },
	{ GT_IRQ(1), 0x0000ffff, MASTER_GT_VCS0 },
	{ GT_IRQ(1), 0xffff0000, MASTER_GT_VCS1 },
	{ GT_IRQ(2), 0xffffffff, MASTER_GT_PM },
	{ GT_IRQ(3), 0x0000ffff, MASTER_GT_VECS },
	{ DE_PIPE_IRQ(PIPE_A), 0xffffffff, MASTER_DE_PIPE(PIPE_A) },
	{ DE_PIPE_IRQ(PIPE_B), 0xffffffff, MASTER_DE_PIPE(PIPE_B) },
	{ DE_PIPE_IRQ(PIPE_C), 0xffffffff, MASTER_DE_PIPE(PIPE_C) },
	{ DE_PORT_IRQ, 0xffffffff, MASTER_DE_PORT },
	{ DE_MISC_IRQ, 0xffffffff, MASTER_DE_MISC },
	{ SDE_IRQ, 0xffffffff, MASTER_DE_PCH },
	{ PCU_IRQ, 0xffffffff, MASTER_PCU },
};

static u32 reg(const struct vgpu *v, u32 off)
{
	return READ_ONCE(v->regs[off / 4]);
}

static u32 master_summary(const struct vgpu *v)
{
	u32 summary = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(master_sources); i++) {
		const struct master_source *s = &master_sources[i];

		if (reg(v, s->block + IRQ_IIR) & reg(v, s->block + IRQ_IER) & s->mask)
			summary |= s->bit;
	}
	return summary;
}

static void line_set_locked(struct vgpu *v, bool level)
{
	struct gen8 *g = to_gen8(v);

	env_assert_locked(&g->irq_lock);
	if (level == g->irq_level)
		return;
	g->irq_level = level;
	if (level)
		v->host->irq(v, 0);
	vgpu_pci_intx_status(v, level);
	v->host->intx(v, level);
}

/*
 * The registers are read under the lock: of two vCPUs that change them, the one that
 * comes last here sees both changes.
 */
static void irq_update_locked(struct vgpu *v)
{
	u32 summary = master_summary(v);

	vgpu_reg_update(v, MASTER_IRQ, ~(u32)MASTER_IRQ_ENABLE, summary);
	line_set_locked(v, summary && reg(v, MASTER_IRQ) & MASTER_IRQ_ENABLE);
}

static void irq_update(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->irq_lock);
	irq_update_locked(v);
	env_unlock(&g->irq_lock);
}

static void irq_raise(struct vgpu *v, u32 block, u32 bits)
{
	struct gen8 *g = to_gen8(v);

	bits &= ~reg(v, block + IRQ_IMR);
	if (!bits)
		return;

	gen8_clock_publish(v);
	env_lock(&g->irq_lock);
	vgpu_reg_set_bits(v, block + IRQ_IIR, bits);
	irq_update_locked(v);
	env_unlock(&g->irq_lock);
}

/**
 * gen8_irq_engine - something happened in an engine
 * @v: the device
 * @id: the engine
 * @bits: GEN8_IRQ_*
 */
void gen8_irq_engine(struct vgpu *v, enum gen8_engine_id id, u32 bits)
{
	const struct engine_irq *e = &engine_irqs[id];

	irq_raise(v, e->gt, (bits << e->shift) & ~reg(v, e->imr));
}

/**
 * gen8_irq_pipe - something happened in a pipe
 * @v: the device
 * @pipe: enum gen8_pipe
 * @bits: DE_PIPE_*
 */
void gen8_irq_pipe(struct vgpu *v, u32 pipe, u32 bits)
{
	irq_raise(v, DE_PIPE_IRQ(pipe), bits);
}

/**
 * gen8_irq_port - something happened at port A
 * @v: the device
 * @bits: DE_PORT_*
 */
void gen8_irq_port(struct vgpu *v, u32 bits)
{
	irq_raise(v, DE_PORT_IRQ, bits);
}

/**
 * gen8_irq_pch - something happened at a port of the PCH
 * @v: the device
 * @bits: SDE_*
 */
void gen8_irq_pch(struct vgpu *v, u32 bits)
{
	irq_raise(v, SDE_IRQ, bits);
}

/**
 * gen8_irq_reset - registers and configuration space have their reset values
 * @v: the device
 *
 * Nothing is pending, unless the guest is at work already.
 */
void gen8_irq_reset(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->irq_lock);
	irq_update_locked(v);
	vgpu_pci_intx_status(v, g->irq_level);
	env_unlock(&g->irq_lock);
}

static void irq_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	irq_update(v);
}

/*
 * A driver's handler begins by disabling MASTER.  If it then asks when the vertical blank was
 * that brought it here, it takes the scan line for how long that is ago: be it late, the line
 * is to be that of now.
 */
static void master_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	u32 master = reg(v, MASTER_IRQ);
	u32 pipe;

	for (pipe = 0; pipe < GEN8_NUM_PIPES && !(master & MASTER_IRQ_ENABLE); pipe++)
		if (master & MASTER_DE_PIPE(pipe))
			gen8_display_catch_up(v, pipe);
	if (master & MASTER_IRQ_ENABLE)
		gen8_display_awake(v);
	irq_update(v);
}

static void pipe_imr_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	gen8_display_irq_changed(v, (off - DE_PIPE_IRQ(PIPE_A)) / 0x10);
}

/* IMR acts on what comes: writing it changes nothing that is latched. */
/* clang-format off */
#define IRQ_BLOCK(block, imr_written)							\
	{ .off = (block) + IRQ_ISR, .name = #block ".ISR" },				\
	{ .off = (block) + IRQ_IMR, .name = #block ".IMR", .rw = 0xffffffff,		\
	  .reset = 0xffffffff, .written = (imr_written) },				\
	{ .off = (block) + IRQ_IIR, .name = #block ".IIR", .w1c = 0xffffffff,		\
	  .written = irq_written },							\
	{ .off = (block) + IRQ_IER, .name = #block ".IER", .rw = 0xffffffff,		\
	  .written = irq_written }

static const struct vgpu_reg irq_regs[] = {
	{ REG(MASTER_IRQ),	.rw = MASTER_IRQ_ENABLE,	.written = master_written },
	IRQ_BLOCK(GT_IRQ(0), NULL),
	IRQ_BLOCK(GT_IRQ(1), NULL),
	IRQ_BLOCK(GT_IRQ(2), NULL),
	IRQ_BLOCK(GT_IRQ(3), NULL),
	IRQ_BLOCK(DE_PIPE_IRQ(PIPE_A), pipe_imr_written),
	IRQ_BLOCK(DE_PIPE_IRQ(PIPE_B), pipe_imr_written),
	IRQ_BLOCK(DE_PIPE_IRQ(PIPE_C), pipe_imr_written),
	IRQ_BLOCK(DE_PORT_IRQ, NULL),
	IRQ_BLOCK(DE_MISC_IRQ, NULL),
	IRQ_BLOCK(PCU_IRQ, NULL),
	IRQ_BLOCK(SDE_IRQ, NULL),

	/* no source of ours: masks, and causes that stay clear */
	{ REG(DERRMR),		.rw = 0xffffffff,	.reset = 0xffffffff },
	{ REG(EDP_PSR_IMR),	.rw = 0xffffffff },
	{ REG(EDP_PSR_IIR),	.w1c = 0xffffffff },
	{ REG(SERR_INT),	.w1c = 0xffffffff },

	/* hotplug: enables and pulse lengths; status bits of each port */
	{ REG(DIGITAL_HOTPLUG),	.rw = 0x0000001c,	.w1c = 0x00000003 },
	{ REG(SHOTPLUG_CTL),	.rw = 0x1c1c1c1c,	.w1c = 0x03030303 },
	{ REG(SHOTPLUG_CTL2),	.rw = 0x0000001c,	.w1c = 0x00000003 },
};

/* clang-format on */

const struct vgpu_block gen8_irq_block = {
	.name = "irq",
	.regs = irq_regs,
	.nr_regs = ARRAY_SIZE(irq_regs),
};
