// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_irq_test.c - from events to MSIs and INTx, as i915's handler sees them
 */
#include "gen8_helpers.h"

static struct fixture f;

/* Each block, and what of it makes which bit of MASTER. */
static const struct {
	u32 block, bits, master;
} sources[] = {
	{ 0x44300, 0x00000001, 1u << 0 },  { 0x44300, 0x00008000, 1u << 0 },
	{ 0x44300, 0x00010000, 1u << 1 },  { 0x44310, 0x00000100, 1u << 2 },
	{ 0x44320, 0x00000010, 1u << 4 },  { 0x44330, 0x00000001, 1u << 6 },
	{ 0x44400, 0x00000001, 1u << 16 }, { 0x44410, 0x80000000, 1u << 17 },
	{ 0x44420, 0x00000010, 1u << 18 }, { 0x44440, 0x00000001, 1u << 20 },
	{ 0x44460, 0x08000000, 1u << 22 }, { 0xc4000, 0x00200000, 1u << 23 },
	{ 0x444e0, 0x00000001, 1u << 30 },
};

static const struct {
	enum gen8_engine_id id;
	u32 imr, block, shift, master;
} engines[] = {
	{ GEN8_RCS, 0x020a8, 0x44300, 0, 1u << 0 },
	{ GEN8_BCS, 0x220a8, 0x44300, 16, 1u << 1 },
	{ GEN8_VCS0, 0x120a8, 0x44310, 0, 1u << 2 },
	{ GEN8_VECS, 0x1a0a8, 0x44330, 0, 1u << 6 },
};

/* As after i915's postinstall: everything that it uses is let through. */
static void begin(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		wr(&f, sources[i].block + 4, 0);
		wr(&f, sources[i].block + 12, 0xffffffff);
	}
	for (i = 0; i < ARRAY_SIZE(engines); i++)
		wr(&f, engines[i].imr, 0);
	wr(&f, 0x44200, 0x80000000);
}

/* A cause, as the device would latch it, without saying which part of it did. */
static void latch(u32 block, u32 bits)
{
	if (block == 0xc4000)
		gen8_irq_pch(&f.v, bits);
	else if (block == 0x44440)
		gen8_irq_port(&f.v, bits);
	else if (block >= 0x44400 && block < 0x44430)
		gen8_irq_pipe(&f.v, (block - 0x44400) / 16, bits);
	else
		vgpu_reg_set_bits(&f.v, block + 8, bits);
}

static void master_bit_of_each_source(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		begin();
		latch(sources[i].block, sources[i].bits);
		wr(&f, 0x44200, 0x80000000);		/* have it looked at */
		CHECK_EQ(rd(&f, 0x44200), 0x80000000 | sources[i].master);
		CHECK_EQ(f.irqs[0], 1);
		wr(&f, sources[i].block + 8, sources[i].bits);
		CHECK_EQ(rd(&f, sources[i].block + 8), 0);
		CHECK_EQ(rd(&f, 0x44200), 0x80000000);
		CHECK_EQ(f.irqs[0], 1);
		fixture_exit(&f);
	}
}

static void engine_bits_are_shifted(void)
{
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		begin();
		gen8_irq_engine(&f.v, engines[i].id, GEN8_IRQ_USER | GEN8_IRQ_CSB);
		CHECK_EQ(rd(&f, engines[i].block + 8), 0x101u << engines[i].shift);
		CHECK_EQ(rd(&f, 0x44200), 0x80000000 | engines[i].master);
		CHECK_EQ(f.irqs[0], 1);
		for (k = 0; k < 4; k++)
			if (0x44300 + 16 * k != engines[i].block)
				CHECK_EQ(rd(&f, 0x44308 + 16 * k), 0);
		fixture_exit(&f);
	}
}

static void ring_imr_is_shifted_too(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		begin();
		wr(&f, engines[i].imr, ~(0x100u << engines[i].shift));
		gen8_irq_engine(&f.v, engines[i].id, GEN8_IRQ_USER);
		CHECK_EQ(f.irqs[0], 0);
		CHECK_EQ(rd(&f, engines[i].block + 8), 0);
		gen8_irq_engine(&f.v, engines[i].id, GEN8_IRQ_USER | GEN8_IRQ_CSB);
		CHECK_EQ(rd(&f, engines[i].block + 8), 0x100u << engines[i].shift);
		CHECK_EQ(f.irqs[0], 1);
		fixture_exit(&f);
	}
}

static void imr_drops_what_comes(void)
{
	begin();
	wr(&f, 0x44404, 0xfffffffe);
	gen8_irq_pipe(&f.v, 0, 0x10);
	CHECK_EQ(rd(&f, 0x44408), 0);
	wr(&f, 0x44404, 0);			/* and it does not come back */
	CHECK_EQ(rd(&f, 0x44408), 0);
	CHECK_EQ(f.irqs[0], 0);
	gen8_irq_pipe(&f.v, 0, 0x11);
	CHECK_EQ(rd(&f, 0x44408), 0x11);
	wr(&f, 0x44404, 0xffffffff);		/* what is latched stays */
	CHECK_EQ(rd(&f, 0x44408), 0x11);
	CHECK_EQ(f.irqs[0], 1);
	fixture_exit(&f);
}

static void ier_hides_from_master(void)
{
	begin();
	wr(&f, 0x4440c, 0);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(rd(&f, 0x44408), 1);
	CHECK_EQ(rd(&f, 0x44200), 0x80000000);
	CHECK_EQ(f.irqs[0], 0);
	wr(&f, 0x4440c, 1);
	CHECK_EQ(rd(&f, 0x44200), 0x80010000);
	CHECK_EQ(f.irqs[0], 1);
	wr(&f, 0x4440c, 0);
	CHECK_EQ(rd(&f, 0x44200), 0x80000000);
	fixture_exit(&f);
}

static void one_msi_for_one_edge(void)
{
	begin();
	gen8_irq_pipe(&f.v, 0, 1);
	gen8_irq_pipe(&f.v, 0, 1);
	gen8_irq_pipe(&f.v, 1, 1);
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_USER);
	CHECK_EQ(f.irqs[0], 1);
	/* clearing one of them with the line up makes no edge */
	wr(&f, 0x44408, 1);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(f.irqs[0], 1);
	/* all of them does */
	wr(&f, 0x44408, 1);
	wr(&f, 0x44418, 1);
	wr(&f, 0x44308, 1);
	CHECK_EQ(rd(&f, 0x44200), 0x80000000);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(f.irqs[0], 2);
	fixture_exit(&f);
}

/* Disable, look, clear, enable; something comes in between. */
static void handler_loses_nothing(void)
{
	begin();
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_USER);
	CHECK_EQ(f.irqs[0], 1);
	wr(&f, 0x44200, 0);
	CHECK_EQ(rd(&f, 0x44200), 1);		/* readable while disabled */
	CHECK_EQ(rd(&f, 0x44308), 1);
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_CSB);
	wr(&f, 0x44308, 1);
	CHECK_EQ(rd(&f, 0x44308), 0x100);
	CHECK_EQ(f.irqs[0], 1);
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(f.irqs[0], 2);
	CHECK_EQ(rd(&f, 0x44200), 0x80000001);

	wr(&f, 0x44200, 0);
	wr(&f, 0x44308, 0x100);
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(f.irqs[0], 2);			/* nothing pending: no edge */
	CHECK_EQ(rd(&f, 0x44200), 0x80000000);
	fixture_exit(&f);
}

static void enable_twice_is_no_edge(void)
{
	begin();
	wr(&f, 0x44200, 0);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(f.irqs[0], 0);
	wr(&f, 0x44200, 0x80000000);
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(f.irqs[0], 1);
	wr(&f, 0x44200, 0x7fffffff);		/* the summary is not the guest's to write */
	CHECK_EQ(rd(&f, 0x44200), 0x00010000);
	fixture_exit(&f);
}

static void iir_clears_what_is_written(void)
{
	begin();
	gen8_irq_pch(&f.v, 0x0e200000);
	wr(&f, 0xc4008, 0x02000001);
	CHECK_EQ(rd(&f, 0xc4008), 0x0c200000);
	wr(&f, 0xc4008, 0);
	CHECK_EQ(rd(&f, 0xc4008), 0x0c200000);
	mmio_put(&f, 0xc400b, 0xff, 1);
	CHECK_EQ(rd(&f, 0xc4008), 0x00200000);
	wr(&f, 0x64838, 0xffffffff);
	CHECK_EQ(rd(&f, 0x64838), 0);
	fixture_exit(&f);
}

/* As gen3_irq_reset() does with each block; then postinstall wants to find nothing. */
static void reset_sequence_leaves_nothing(void)
{
	u32 i;

	begin();
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		latch(sources[i].block, sources[i].bits);
	wr(&f, 0x44200, 0);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		u32 base = sources[i].block;

		wr(&f, base + 4, 0xffffffff);
		CHECK_EQ(rd(&f, base + 4), 0xffffffff);
		wr(&f, base + 12, 0);
		wr(&f, base + 8, 0xffffffff);
		wr(&f, base + 8, 0xffffffff);
		CHECK_EQ(rd(&f, base + 8), 0);
	}
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(rd(&f, 0x44200), 0x80000000);
	fixture_exit(&f);
}

static void device_reset_is_silent(void)
{
	begin();
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(f.irqs[0], 1);
	vgpu_reset(&f.v);
	CHECK_EQ(rd(&f, 0x44200), 0);
	CHECK_EQ(rd(&f, 0x44404), 0xffffffff);
	CHECK_EQ(rd(&f, 0x44408), 0);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(rd(&f, 0x44408), 0);
	wr(&f, 0x44404, 0);
	wr(&f, 0x4440c, 1);
	wr(&f, 0x44200, 0x80000000);
	CHECK_EQ(f.irqs[0], 1);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK_EQ(f.irqs[0], 2);			/* the line was low */
	fixture_exit(&f);
}

static u32 status_bit(void)
{
	return config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT;
}

/* Pin, level and the bit in STATUS agree; COMMAND's INTX_DISABLE is the host's business. */
static void intx_is_the_line(void)
{
	begin();
	CHECK_EQ(config_get(&f, PCI_INTERRUPT_PIN, 1), 1);
	CHECK_EQ(f.intx_edges, 0);
	CHECK_EQ(status_bit(), 0);

	gen8_irq_pipe(&f.v, 0, 1);
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_USER);
	CHECK(f.intx);
	CHECK_EQ(f.intx_edges, 1);
	CHECK_EQ(status_bit(), PCI_STATUS_INTERRUPT);
	wr(&f, 0x44408, 1);			/* one of two causes gone */
	CHECK(f.intx);
	wr(&f, 0x44308, 1);
	CHECK(!f.intx);
	CHECK_EQ(f.intx_edges, 2);
	CHECK_EQ(status_bit(), 0);

	config_put(&f, PCI_COMMAND, 0xffff, 2);
	CHECK_EQ(config_get(&f, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
							 PCI_COMMAND_INTX_DISABLE);
	CHECK(f.v.intx_disabled);
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK(f.intx);
	CHECK_EQ(status_bit(), PCI_STATUS_INTERRUPT);
	config_put(&f, PCI_STATUS, 0xffff, 2);	/* read-only */
	CHECK_EQ(status_bit(), PCI_STATUS_INTERRUPT);
	fixture_exit(&f);
}

/* The handler's first write takes the line down, its last one up again for what is left. */
static void intx_through_the_handler(void)
{
	begin();
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_USER);
	CHECK(f.intx);
	wr(&f, 0x44200, 0);
	CHECK(!f.intx);
	CHECK_EQ(status_bit(), 0);
	gen8_irq_engine(&f.v, GEN8_RCS, GEN8_IRQ_CSB);
	CHECK(!f.intx);
	wr(&f, 0x44308, 1);
	wr(&f, 0x44200, 0x80000000);
	CHECK(f.intx);
	CHECK_EQ(status_bit(), PCI_STATUS_INTERRUPT);
	CHECK_EQ(f.intx_edges, 3);
	wr(&f, 0x44200, 0);
	wr(&f, 0x44308, 0x100);
	wr(&f, 0x44200, 0x80000000);
	CHECK(!f.intx);
	CHECK_EQ(f.intx_edges, 4);
	fixture_exit(&f);
}

static void intx_after_a_reset(void)
{
	begin();
	gen8_irq_pipe(&f.v, 0, 1);
	CHECK(f.intx);
	vgpu_reset(&f.v);
	CHECK(!f.intx);
	CHECK_EQ(f.intx_edges, 2);
	CHECK_EQ(status_bit(), 0);
	CHECK_EQ(config_get(&f, PCI_COMMAND, 2), 0);
	CHECK(!f.v.intx_disabled);
	vgpu_reset(&f.v);
	CHECK_EQ(f.intx_edges, 2);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(master_bit_of_each_source),
	KTAP_CASE(engine_bits_are_shifted),
	KTAP_CASE(ring_imr_is_shifted_too),
	KTAP_CASE(imr_drops_what_comes),
	KTAP_CASE(ier_hides_from_master),
	KTAP_CASE(one_msi_for_one_edge),
	KTAP_CASE(handler_loses_nothing),
	KTAP_CASE(enable_twice_is_no_edge),
	KTAP_CASE(iir_clears_what_is_written),
	KTAP_CASE(reset_sequence_leaves_nothing),
	KTAP_CASE(device_reset_is_silent),
	KTAP_CASE(intx_is_the_line),
	KTAP_CASE(intx_through_the_handler),
	KTAP_CASE(intx_after_a_reset),
};

KTAP_MAIN(cases)
