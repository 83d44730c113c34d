// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_guest.c - a guest whose memory is whatever a fuzzer says
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen8_guest.h"

static const u32 bases[GEN8_NUM_ENGINES] = { 0x2000, 0x12000, 0x22000, 0x1a000 };

static int guest_init(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_lock_init(&g->engine_lock);
	env_lock_init(&g->irq_lock);
	return gen8_engine_init(v);
}

static void guest_exit(struct vgpu *v)
{
	gen8_engine_exit(v);
	env_lock_destroy(&to_gen8(v)->irq_lock);
	env_lock_destroy(&to_gen8(v)->engine_lock);
}

static const struct vgpu_area areas[] = { { 0, GEN8_BAR0_SIZE, VGPU_EMULATED } };
static const struct vgpu_block *const blocks[] = { &gen8_engine_block };

static struct vgpu_model model = {
	.name = "gen8-engines",
	.description = "Gen8 without a display",
	.bars = { {
		.kind = VGPU_BAR_REGS,
		.size = GEN8_BAR0_SIZE,
		.areas = areas,
		.nr_areas = 1,
		.regs_size = GEN8_REGS_SIZE,
		.ram_offset = GEN8_GGTT_OFFSET,
	} },
	.blocks = blocks,
	.nr_blocks = 1,
	.priv_size = sizeof(struct gen8),
	.init = guest_init,
	.exit = guest_exit,
};

static void host_irq(struct vgpu *v, u32 vector)
{
	struct fuzz_guest *g = v->host_data;

	g->irqs++;
}

static void host_intx(struct vgpu *v, bool level)
{
}

static u64 host_now_ns(struct vgpu *v)
{
	struct fuzz_guest *g = v->host_data;

	return g->now += 80;
}

static int host_dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	struct fuzz_guest *g = v->host_data;

	g->dma++;
	if (!len)
		return 0;
	return apart_rw(&g->memory, gpa, buf, len, write) ? 0 : -EFAULT;
}

/* As the input says: all, none, or by the page.  A page costs what an access does. */
static void *host_map(struct vgpu *v, u64 gpa)
{
	struct fuzz_guest *g = v->host_data;

	g->dma++;
	if (gpa >= FUZZ_RAM || !(g->direct >> (gpa / GEN8_PAGE % 8) & 1))
		return NULL;
	return apart_at(&g->memory, gpa);
}

static void host_kick(struct vgpu *v)
{
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.dma = host_dma,
	.map = host_map,
	.kick = host_kick,
};

void fuzz_put64(struct fuzz_guest *g, u32 off, u64 val)
{
	memcpy(g->ram + off, &val, 8);
}

void fuzz_put32(struct fuzz_guest *g, u32 off, u32 val)
{
	memcpy(g->ram + off, &val, 4);
}

void fuzz_reg(struct fuzz_guest *g, u32 off, u32 val)
{
	if (vgpu_mmio_write(&g->v, off, &val, 4))
		abort();
}

/* Memory with the tables of a context that works; what is at 0x10000 of it, of data. */
static void tables_build(struct fuzz_guest *g)
{
	u64 *ggtt = g->v.mem[0];
	u32 i;

	for (i = 0; i < FUZZ_RAM / GEN8_PAGE; i++)
		ggtt[i] = i * GEN8_PAGE | GEN8_PTE_PRESENT;
	for (i = 0; i < 3; i++)
		fuzz_put64(g, FUZZ_PML4 + i * GEN8_PAGE, (FUZZ_PML4 + (i + 1) * GEN8_PAGE) | 3);
	for (i = 0; i < FUZZ_RAM / GEN8_PAGE; i++)
		fuzz_put64(g, FUZZ_PML4 + 3 * GEN8_PAGE + 8 * i, i * GEN8_PAGE | 3);
	/* a page that is read-only and one that is not there */
	fuzz_put64(g, FUZZ_PML4 + 3 * GEN8_PAGE + 8 * 60, 60 * GEN8_PAGE | 1);
	fuzz_put64(g, FUZZ_PML4 + 3 * GEN8_PAGE + 8 * 61, 0);
}

void fuzz_guest_begin(struct fuzz_guest *g)
{
	u32 image = FUZZ_CONTEXT + GEN8_PAGE;
	u32 i;

	if (!g->v.regs && (vgpu_model_init(&model) || vgpu_init(&g->v, &model, &host, g) ||
			   apart_make(&g->memory, FUZZ_RAM)))
		abort();
	g->ram = g->memory.whole;
	gen8_engine_reset_all(&g->v);
	vgpu_config_write(&g->v, PCI_COMMAND, "\6", 1);
	memset(g->ram, 0, FUZZ_RAM);
	tables_build(g);
	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		memset(&g->v.regs[bases[i] / 4], 0, RING_SIZE);
		fuzz_reg(g, bases[i] + RING_HWS_PGA, FUZZ_HWSP);
		fuzz_reg(g, bases[i] + RING_CSB_PTR, 0xffff0505);
	}
	fuzz_put32(g, image + 4 * 0x09, FUZZ_RING);
	fuzz_put32(g, image + 4 * 0x0b, 3 << 12 | 1);
	fuzz_put32(g, image + 4 * 0x33, FUZZ_PML4);
	gen8_engine_work(&g->v);
}

void fuzz_guest_exit(struct fuzz_guest *g)
{
	if (!g->v.regs)
		return;
	vgpu_exit(&g->v);
	vgpu_model_exit(&model);
	apart_free(&g->memory);
}

void fuzz_submit(struct fuzz_guest *g, u32 engine, u32 flags)
{
	u32 elsp = bases[engine % GEN8_NUM_ENGINES] + RING_ELSP;

	fuzz_reg(g, elsp, 0);
	fuzz_reg(g, elsp, 0);
	fuzz_reg(g, elsp, 0x20);
	fuzz_reg(g, elsp, FUZZ_CONTEXT | flags);
}

enum vgpu_work fuzz_slice(struct fuzz_guest *g)
{
	enum vgpu_work left;

	g->dma = 0;
	left = gen8_engine_work(&g->v);
	if (g->dma > FUZZ_DMA_MAX) {
		fprintf(stderr, "a slice made %u accesses\n", g->dma);
		abort();
	}
	return left;
}
