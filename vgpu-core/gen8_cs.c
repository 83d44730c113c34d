// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_cs.c - the command streamer: from rings and batch buffers to commands
 *
 * A batch in a PPGTT is a user's: it reaches neither the GGTT nor the registers
 * that keep users apart, as on hardware.  Commands of the 3D and media pipelines
 * are taken off the stream and do nothing.
 */
#include "gen8_engine.h"

#define ADDR_MASK 0x0000ffffffffffffull
#define MI_SET_PREDICATE 0x01
#define MI_BATCH_BUFFER_END 0x0a

/* An access costs as much as copying so many bytes, however few it is for. */
#define ACCESS_COST 512

static struct gen8_batch *batch_of(struct gen8_engine *e)
{
	return e->cs.depth ? &e->cs.batch[e->cs.depth - 1] : NULL;
}

/* Rings and batches in the GGTT are the driver's own. */
bool gen8_cs_privileged(const struct gen8_engine *e)
{
	return !e->cs.depth || !e->cs.batch[e->cs.depth - 1].ppgtt;
}

void gen8_cs_denied(struct vgpu *v)
{
	env_inc(&to_gen8(v)->engines->denied);
}

/**
 * gen8_cs_begin - another context: nothing is fetched, no batch runs
 * @e: the engine
 */
void gen8_cs_begin(struct gen8_engine *e)
{
	struct gen8_cs *cs = &e->cs;

	cs->start = 0;
	cs->size = 0;
	cs->head = 0;
	cs->tail = 0;
	cs->depth = 0;
	cs->arb = true;
	cs->nop = false;
	cs->waiting = false;
	cs->window_len = 0;
}

/**
 * gen8_cs_idle - has the context nothing left to do?
 * @e: the engine
 *
 * Return: true if so.
 */
bool gen8_cs_idle(const struct gen8_engine *e)
{
	return !e->cs.depth && (!e->cs.size || e->cs.head == e->cs.tail);
}

/*
 * A store near what was read ahead makes it old.  Pages have one offset whatever
 * their address is, so that is what is compared.
 */
static void window_check(struct gen8_cs *cs, u64 addr, u32 len)
{
	u32 first = addr % GEN8_PAGE;
	u32 window = cs->window_at % GEN8_PAGE;

	if (first + len > GEN8_PAGE || (first < window + cs->window_len && window < first + len))
		cs->window_len = 0;
}

int gen8_cs_rw(struct vgpu *v, struct gen8_engine *e, bool ggtt, u64 addr, void *buf, u32 len,
	       bool write)
{
	e->cost += len + ACCESS_COST;
	if (write)
		window_check(&e->cs, addr, len);
	if (ggtt || !e->tlb.levels)
		return gen8_ggtt_rw(v, addr, buf, len, write);
	return gen8_ppgtt_rw(v, &e->tlb, addr, buf, len, write);
}

u8 *gen8_cs_map(struct vgpu *v, struct gen8_engine *e, u64 addr, bool write)
{
	return gen8_map(v, e->tlb.levels ? &e->tlb : NULL, addr, write);
}

/* Memory that a command names.  Without the right to, reads are zeros, writes vanish. */
void gen8_cs_mem(struct vgpu *v, struct gen8_engine *e, bool ggtt, u64 addr, void *buf, u32 len,
		 bool write)
{
	if (ggtt && !gen8_cs_privileged(e)) {
		gen8_cs_denied(v);
		if (!write)
			memset(buf, 0, len);
		return;
	}
	gen8_cs_rw(v, e, ggtt, addr, buf, len, write);
}

/* Read commands of an address space where they follow each other, @limit bytes at most. */
static bool fetch(struct vgpu *v, struct gen8_engine *e, bool ppgtt, u64 addr, u32 limit, void *dst,
		  u32 len)
{
	struct gen8_cs *cs = &e->cs;
	u32 ahead = min(GEN8_PAGE - (u32)(addr % GEN8_PAGE), (u32)GEN8_WINDOW);

	if (cs->window_len && ppgtt == cs->window_ppgtt && addr >= cs->window_at &&
	    addr - cs->window_at + len <= cs->window_len) {
		memcpy(dst, cs->window + (addr - cs->window_at), len);
		return true;
	}
	cs->window_len = 0;
	ahead = min(ahead, limit);
	if (len > ahead)
		return !gen8_cs_rw(v, e, !ppgtt, addr, dst, len, false);

	if (gen8_cs_rw(v, e, !ppgtt, addr, cs->window, ahead, false))
		return false;
	cs->window_at = addr;
	cs->window_len = ahead;
	cs->window_ppgtt = ppgtt;
	memcpy(dst, cs->window, len);
	return true;
}

/* Bytes of the ring from its head on, not past @cs->tail. */
static u32 ring_bytes(const struct gen8_cs *cs)
{
	return cs->tail >= cs->head ? cs->tail - cs->head : cs->size - cs->head + cs->tail;
}

/*
 * The first @nr dwords of the current command.  The guest may be writing: what was
 * looked at stays what it was.
 */
static bool fetch_cmd(struct vgpu *v, struct gen8_engine *e, u32 nr)
{
	struct gen8_cs *cs = &e->cs;
	const struct gen8_batch *b = batch_of(e);
	u32 len = 4 * nr;
	u32 dw0 = cs->cmd[0];
	u32 first;
	bool ok;

	if (b) {
		ok = fetch(v, e, b->ppgtt, b->pc, GEN8_WINDOW, cs->cmd, len);
	} else {
		if (len > ring_bytes(cs))
			return false;
		first = min(len, cs->size - cs->head);
		ok = fetch(v, e, false, cs->start + cs->head,
			   min(ring_bytes(cs), cs->size - cs->head), cs->cmd, first);
		if (first < len)
			ok = ok && fetch(v, e, false, cs->start, len - first, cs->cmd + first / 4,
					 len - first);
	}
	if (nr > 1)
		cs->cmd[0] = dw0;
	return ok;
}

/* Return: false where the ring ends inside the command. */
bool gen8_cs_advance(struct gen8_engine *e, u32 nr)
{
	struct gen8_cs *cs = &e->cs;
	struct gen8_batch *b = batch_of(e);

	if (b) {
		b->pc = (b->pc + 4 * nr) & ADDR_MASK;
		return true;
	}
	if (4 * nr > ring_bytes(cs))
		return false;
	cs->head += 4 * nr;
	if (cs->head >= cs->size)
		cs->head -= cs->size;
	return true;
}

void gen8_cs_batch_end(struct gen8_engine *e)
{
	e->cs.depth--;
	e->cs.nop = false;
	e->cs.window_len = 0;
}

/**
 * struct reg_range - registers that commands may write
 * @first: offset of the first, from the base of the engine or of all
 * @last: of the last
 * @user: user batches as well
 */
struct reg_range {
	u32 first;
	u32 last;
	bool user;
};

static const struct reg_range ring_ranges[] = {
	{ 0x290, 0x357, true }, /* counters, dimensions */
	{ 0x400, 0x4cc, true }, /* predicates, indirect draws */
	{ 0x500, 0x57c, true }, { RING_GPR, 0x67c, true }, { 0x000, RING_SIZE - 4, false },
};

static const struct reg_range rcs_ranges[] = {
	{ 0x5000, 0x5ffc, true },
	{ 0x7000, 0x8ffc, true },
	{ 0xb000, 0xbffc, true },
	{ 0xe000, 0xeffc, true },
};

static bool in_ranges(const struct reg_range *r, u32 nr, u32 off, bool user)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (off >= r[i].first && off <= r[i].last && (r[i].user || !user))
			return true;
	return false;
}

static bool reg_may_write(const struct gen8_engine *e, u32 off)
{
	bool user = !gen8_cs_privileged(e);
	u32 own = off - e->base;

	/* An engine that submits to itself, resets itself or moves its status has no meaning. */
	if (own == RING_ELSP || own == RING_RESET_CTL || own == RING_CSB_PTR)
		return false;
	if (own == RING_BCS_SWCTRL && e->id == GEN8_BCS)
		return true;
	return in_ranges(ring_ranges, ARRAY_SIZE(ring_ranges), own, user) ||
	       (e->id == GEN8_RCS && in_ranges(rcs_ranges, ARRAY_SIZE(rcs_ranges), off, user));
}

/* @disable: one bit for each byte that stays */
void gen8_cs_reg_put(struct vgpu *v, struct gen8_engine *e, u32 off, u32 val, u32 disable)
{
	u32 lanes = 0;
	u32 i;

	off &= 0x7ffffc;
	if (!reg_may_write(e, off)) {
		gen8_cs_denied(v);
		return;
	}
	for (i = 0; i < 4; i++)
		if (!(disable & BIT(i)))
			lanes |= 0xffu << (8 * i);
	if (lanes)
		vgpu_reg_deliver(v, off, val & lanes, lanes);
}

/* Any register whose reading does nothing else. */
u32 gen8_cs_reg_get(struct vgpu *v, u32 off)
{
	const struct vgpu_reg *r;

	off &= 0x7ffffc;
	r = vgpu_reg_find(v->model, off);
	if (!r || r->rc || (r->read && r->flags & VGPU_REG_BYTE0)) {
		gen8_cs_denied(v);
		return 0;
	}
	if (r->flags & VGPU_REG_VOLATILE)
		gen8_clock_publish(v);
	return vgpu_reg_fetch(v, off);
}

/* The 3D and media pipelines: dwords of a command */
static u32 pipeline_len(const struct gen8_engine *e, u32 dw0)
{
	u32 op = dw0 >> 24 & 7;
	u32 sub = dw0 >> 16 & 0xff;

	switch (dw0 >> 27 & 3) {
	case 1: /* PIPELINE_SELECT, VF_STATISTICS; MFX_WAIT */
		if (op == 1 || (!op && (sub == 0xb || e->id != GEN8_RCS)))
			return 1;
		return (dw0 & 0xff) + 2;
	case 2:
		if (e->id == GEN8_RCS && op == 1 && sub == 5) /* GPGPU_WALKER has flags there */
			return (dw0 & 0xff) + 2;
		return (dw0 & 0xffff) + 2;
	default:
		return (dw0 & 0xff) + 2;
	}
}

static int mi_run(struct vgpu *v, struct gen8_engine *e, u32 len)
{
	u32 op = e->cs.cmd[0] >> 23 & 63;

	if (!gen8_mi_valid(e->cs.cmd[0], len))
		return GEN8_CS_INVALID;
	if (e->cs.nop && op != MI_SET_PREDICATE && op != MI_BATCH_BUFFER_END)
		return GEN8_CS_DONE;
	if (len > 1 && !fetch_cmd(v, e, len))
		return GEN8_CS_FAULT;
	return gen8_mi_run(v, e, len);
}

static int pipeline_run(struct vgpu *v, struct gen8_engine *e, u32 len)
{
	if (e->id == GEN8_BCS)
		return GEN8_CS_INVALID;
	if (e->cs.nop || e->cs.cmd[0] >> 16 != 0x7a00)
		return GEN8_CS_DONE;
	if (len < 6)
		return GEN8_CS_INVALID;
	if (!fetch_cmd(v, e, 6))
		return GEN8_CS_FAULT;
	return gen8_pipe_control(v, e);
}

/* A blit goes on from call to call; the command stays the current one until it is done. */
static int blit_run(struct vgpu *v, struct gen8_engine *e, u32 len, u32 *bytes)
{
	if (e->id != GEN8_BCS)
		return GEN8_CS_INVALID;
	if (e->cs.nop)
		return GEN8_CS_DONE;
	if (!e->blt.active) {
		if (!fetch_cmd(v, e, len))
			return GEN8_CS_FAULT;
		if (!gen8_blt_begin(v, e, len))
			return GEN8_CS_INVALID;
	}
	e->cs.window_len = 0;
	return gen8_blt_run(v, e, bytes) ? GEN8_CS_DONE : GEN8_CS_BUSY;
}

enum gen8_cs_result gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes)
{
	struct gen8_cs *cs = &e->cs;
	const struct gen8_batch *b = batch_of(e);
	u32 dw0, len;
	int ret;

	cs->acthd = b ? b->pc : cs->start + cs->head;
	if (!e->blt.active && !fetch_cmd(v, e, 1))
		return GEN8_CS_FAULT;
	dw0 = cs->cmd[0];
	cs->ipehr = dw0;

	switch (dw0 >> 29) {
	case 0:
		len = gen8_mi_len(dw0);
		ret = mi_run(v, e, len);
		break;
	case 2:
		len = (dw0 & 0xff) + 2;
		ret = blit_run(v, e, len, bytes);
		break;
	case 3:
		len = pipeline_len(e, dw0);
		ret = pipeline_run(v, e, len);
		break;
	default:
		return GEN8_CS_INVALID;
	}

	if (ret == GEN8_CS_DONE && !gen8_cs_advance(e, len))
		return GEN8_CS_FAULT;
	return ret & ~GEN8_CS_JUMPED;
}
