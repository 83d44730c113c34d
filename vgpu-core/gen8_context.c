// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_context.c - contexts as the guest keeps them in memory: images
 *
 * An image is in the GGTT: the context's own status page, then its state page.
 * What the driver reads and writes there has the places that the manual gives it;
 * all other registers of a context are kept in a list of our own behind.
 */
#include "gen8_engine.h"

/* The context's state page, behind its own status page; in dwords. */
#define STATE_PAGE 0x1000
#define IMAGE_HEAD 0x05
#define IMAGE_TAIL 0x07
#define IMAGE_START 0x09
#define IMAGE_CTL 0x0b
#define IMAGE_BB_UDW 0x0d
#define IMAGE_BB 0x0f
#define IMAGE_BB_STATE 0x11
#define IMAGE_SBB_UDW 0x13
#define IMAGE_SBB 0x15
#define IMAGE_SBB_STATE 0x17
#define IMAGE_TIMESTAMP 0x23
#define IMAGE_PDP3_UDW 0x25
#define IMAGE_SAVED 0x100 /* a list of registers, as MI_LOAD_REGISTER_IMM */
#define RING_CTL_SIZE 0x1ff000u

static u32 state_page(const struct gen8_engine *e)
{
	return (e->run[e->cur].lo & GEN8_DESC_LRCA) + STATE_PAGE;
}

static void image_put(struct vgpu *v, const struct gen8_engine *e, u32 dword, u32 val)
{
	gen8_ggtt_rw(v, state_page(e) + 4 * dword, &val, sizeof(val), true);
}

/**
 * struct saved_range - registers that belong to a context
 * @engines: BIT(enum gen8_engine_id) of those that have them
 * @off: of the first, from the engine's base on
 * @nr: how many
 */
struct saved_range {
	u8 engines;
	u16 off;
	u8 nr;
};

/* clang-format off */
#define RCS	BIT(GEN8_RCS)
#define BCS	BIT(GEN8_BCS)
#define ALL	(BIT(GEN8_NUM_ENGINES) - 1)

/*
 * What commands compute with, and what user batches may write, beyond what the driver
 * finds in an image: one context must not see what another left there.
 */
static const struct saved_range saved_ranges[] = {
	{ ALL, RING_GPR,		32 },
	{ BCS, RING_BCS_SWCTRL,		1 },
	{ RCS, 0x0c0,			1 },	/* INSTPM */
	{ RCS, 0x158,			1 },	/* BB_OFFSET */
	{ RCS, 0x290,			2 },	/* GPGPU_THREADS_DISPATCHED */
	{ RCS, 0x2c8,			2 },	/* PS_INVOCATION_COUNT_0 */
	{ RCS, 0x2d8,			2 },	/* PS_DEPTH_COUNT_0 */
	{ RCS, 0x2f0,			4 },	/* PS_INVOCATION_COUNT_1, PS_DEPTH_COUNT_1 */
	{ RCS, 0x300,			18 },	/* HS_INVOCATION_COUNT to CL_PRIMITIVES_COUNT */
	{ RCS, 0x360,			2 },	/* OA_CTX_CONTROL, OACTXID */
	{ RCS, RING_PREDICATE_SRC0,	9 },	/* to MI_PREDICATE_RESULT_1, 3DPRIM_END_OFFSET */
	{ RCS, 0x430,			5 },	/* 3DPRIM_START_VERTEX to _BASE_VERTEX */
	{ RCS, 0x448,			4 },	/* PS_INVOCATION_COUNT_2, PS_DEPTH_COUNT_2 */
	{ RCS, 0x500,			3 },	/* GPGPU_DISPATCHDIMX, Y, Z */
	{ RCS, 0x3200,			8 },	/* SO_NUM_PRIMS_WRITTEN */
	{ RCS, 0x3240,			8 },	/* SO_PRIM_STORAGE_NEEDED */
	{ RCS, 0x3280,			4 },	/* SO_WRITE_OFFSET */
	{ RCS, 0x5000,			3 },	/* CACHE_MODE_0, CACHE_MODE_1, GT_MODE */
	{ RCS, 0x5034,			1 },	/* L3_CONFIG */
};

/* clang-format on */

/**
 * struct saved_walk - goes through the registers of an engine's context
 * @e: the engine
 * @range: where in saved_ranges
 * @i: which of that range
 * @nr: how many there were
 */
struct saved_walk {
	const struct gen8_engine *e;
	u32 range;
	u32 i;
	u32 nr;
};

/* Return: the offset of the next register, 0 behind the last. */
static u32 saved_next(struct saved_walk *w)
{
	for (; w->range < ARRAY_SIZE(saved_ranges); w->range++, w->i = 0) {
		const struct saved_range *r = &saved_ranges[w->range];

		if (!(r->engines & BIT(w->e->id)) || w->i == r->nr)
			continue;
		w->nr++;
		return r->off + 4 * w->i++;
	}
	return 0;
}

/* As MI_LOAD_REGISTER_IMM of them all; it also says that the list is one of ours. */
static u32 saved_header(const struct gen8_engine *e)
{
	struct saved_walk w = { .e = e };

	while (saved_next(&w))
		continue;
	return 0x11000000 | (2 * w.nr - 1);
}

/* A context that was never saved begins with zeros. */
static void saved_load(struct vgpu *v, struct gen8_engine *e)
{
	const u32 *list = &e->image[IMAGE_SAVED];
	bool valid = list[0] == saved_header(e);
	struct saved_walk w = { .e = e };
	u32 off;

	while ((off = saved_next(&w)))
		WRITE_ONCE(*gen8_ring_reg(v, e, off), valid ? list[2 * w.nr] : 0);
}

static void saved_store(struct vgpu *v, struct gen8_engine *e)
{
	u32 *list = &e->image[IMAGE_SAVED];
	bool any = list[0] == saved_header(e);
	struct saved_walk w = { .e = e };
	u32 off;

	while ((off = saved_next(&w))) {
		list[2 * w.nr - 1] = e->base + off;
		list[2 * w.nr] = READ_ONCE(*gen8_ring_reg(v, e, off));
		any |= list[2 * w.nr];
	}
	if (!any)
		return;
	list[0] = saved_header(e);
	gen8_ggtt_rw(v, state_page(e) + 4 * IMAGE_SAVED, list, 4 + 8 * w.nr, true);
}

static void batch_load(struct gen8_batch *b, const u32 *image, u32 udw, u32 ldw, u32 state)
{
	b->pc = (u64)(image[udw] & 0xffff) << 32 | (image[ldw] & ~3u);
	b->ppgtt = image[state] & GEN8_BB_PPGTT;
}

/* A context that was interrupted inside a batch goes on there, once. */
static void batches_load(struct vgpu *v, struct gen8_engine *e)
{
	struct gen8_cs *cs = &e->cs;

	e->bb_saved = e->image[IMAGE_BB] & GEN8_BB_VALID;
	if (!e->bb_saved)
		return;
	batch_load(&cs->batch[0], e->image, IMAGE_BB_UDW, IMAGE_BB, IMAGE_BB_STATE);
	batch_load(&cs->batch[1], e->image, IMAGE_SBB_UDW, IMAGE_SBB, IMAGE_SBB_STATE);
	cs->depth = e->image[IMAGE_SBB] & GEN8_BB_VALID ? 2 : 1;
	image_put(v, e, IMAGE_BB, 0);
	image_put(v, e, IMAGE_SBB, 0);
}

static void batch_store(struct vgpu *v, struct gen8_engine *e, u32 i, u32 udw)
{
	const struct gen8_batch *b = &e->cs.batch[i];

	image_put(v, e, udw, b->pc >> 32);
	image_put(v, e, udw + 4, b->ppgtt ? GEN8_BB_PPGTT : 0);
	image_put(v, e, udw + 2, (u32)b->pc | GEN8_BB_VALID);
}

/* The page tables that the descriptor and the image name. */
static void ppgtt_load(struct vgpu *v, struct gen8_engine *e)
{
	u32 mode = e->run[e->cur].lo & GEN8_DESC_MODE;
	u32 i;

	for (i = 0; i < 4; i++) {
		const u32 *pdp = &e->image[IMAGE_PDP3_UDW + 4 * (3 - i)];

		e->tlb.root[i] = (u64)pdp[0] << 32 | pdp[2];
	}
	e->tlb.levels = mode == GEN8_DESC_MODE_48BIT ? 4 : mode == GEN8_DESC_MODE_32BIT ? 3 : 0;
	gen8_tlb_flush(v, &e->tlb);
}

void gen8_context_load(struct vgpu *v, struct gen8_engine *e)
{
	struct gen8_cs *cs = &e->cs;
	u32 *image = e->image;

	gen8_ggtt_rw(v, state_page(e), image, sizeof(e->image), false);
	gen8_cs_begin(e);
	cs->start = image[IMAGE_START] & ~(GEN8_PAGE - 1);
	cs->head = image[IMAGE_HEAD] & 0x1ffffc;
	cs->tail = image[IMAGE_TAIL] & 0x1ffff8;
	if (image[IMAGE_CTL] & GEN8_RING_CTL_VALID)
		cs->size = (image[IMAGE_CTL] & RING_CTL_SIZE) + GEN8_PAGE;
	e->hung = cs->size && (cs->head >= cs->size || cs->tail >= cs->size);

	ppgtt_load(v, e);
	batches_load(v, e);
	saved_load(v, e);
	e->ts_saved = image[IMAGE_TIMESTAMP];
	e->ts_loaded = gen8_clock_ticks(v);
	e->loaded = true;
}

u32 gen8_context_ticks(struct vgpu *v, const struct gen8_engine *e)
{
	return e->ts_saved + (u32)(gen8_clock_ticks(v) - e->ts_loaded);
}

void gen8_context_save(struct vgpu *v, struct gen8_engine *e)
{
	if (!e->loaded || gen8_engine_stale(e))
		return;
	e->loaded = false;
	saved_store(v, e);
	if (e->cs.depth)
		batch_store(v, e, 0, IMAGE_BB_UDW);
	if (e->cs.depth > 1)
		batch_store(v, e, 1, IMAGE_SBB_UDW);
	image_put(v, e, IMAGE_TIMESTAMP, gen8_context_ticks(v, e));
	image_put(v, e, IMAGE_HEAD, e->cs.head);
}

void gen8_context_refresh(struct vgpu *v, struct gen8_engine *e)
{
	u32 tail;

	if (!e->loaded)
		return;
	gen8_ggtt_rw(v, state_page(e) + 4 * IMAGE_TAIL, &tail, sizeof(tail), false);
	e->cs.tail = tail & 0x1ffff8;
	e->cs.window_len = 0;
	if (e->cs.size && e->cs.tail >= e->cs.size)
		e->hung = true;
}
