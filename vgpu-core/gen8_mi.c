// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mi.c - the commands that all engines know, and PIPE_CONTROL
 */
#include "gen8_engine.h"

#define MI_GGTT BIT(22)
#define MI_STORE_INDEX BIT(21)
#define ADDR_MASK 0x0000ffffffffffffull
#define STATUS_PAGE_MASK 0xff8u

/* PIPE_CONTROL's flags and those of MI_FLUSH_DW that are in the same place */
#define FLUSH_NOTIFY BIT(8)
#define FLUSH_TLB BIT(18)
#define FLUSH_STORE_INDEX BIT(21)
#define FLUSH_GGTT BIT(24)
#define FLUSH_POST_SYNC(flags) ((flags) >> 14 & 3)

enum post_sync {
	POST_NONE,
	POST_IMMEDIATE,
	POST_DEPTH_COUNT,
	POST_TIMESTAMP,
};

/**
 * struct mi_op - an MI command
 * @run: executes it; NULL: there is no such command
 * @min: dwords it has at least
 */
struct mi_op {
	int (*run)(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len);
	u32 min;
};

static u64 addr_of(const u32 *dwords)
{
	return ((u64)dwords[1] << 32 | (dwords[0] & ~3u)) & ADDR_MASK;
}

/* The status page of the running context itself. */
static u32 status_page(const struct gen8_engine *e)
{
	return e->run[e->cur].lo & ~(GEN8_PAGE - 1);
}

static u64 gpr_get(struct vgpu *v, const struct gen8_engine *e, u32 n)
{
	u32 *r = gen8_ring_reg(v, e, RING_GPR + 8 * n);

	return (u64)READ_ONCE(r[1]) << 32 | READ_ONCE(r[0]);
}

static void gpr_put(struct vgpu *v, const struct gen8_engine *e, u32 n, u64 val)
{
	u32 *r = gen8_ring_reg(v, e, RING_GPR + 8 * n);

	WRITE_ONCE(r[0], (u32)val);
	WRITE_ONCE(r[1], val >> 32);
}

static int mi_nothing(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	return GEN8_CS_DONE;
}

/* It would do more on hardware than here. */
static int mi_skip(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	env_inc(&to_gen8(v)->engines->skipped);
	return GEN8_CS_DONE;
}

static int mi_noop(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	if (cmd[0] & MI_GGTT) /* the bit says here: into NOPID */
		WRITE_ONCE(*gen8_ring_reg(v, e, RING_NOPID), cmd[0] & 0x3fffff);
	return GEN8_CS_DONE;
}

static int mi_user_interrupt(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	if (!gen8_engine_stale(e))
		gen8_irq_engine(v, e->id, GEN8_IRQ_USER);
	return GEN8_CS_DONE;
}

static int mi_arb_on_off(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	e->cs.arb = cmd[0] & 1;
	return GEN8_CS_DONE;
}

static int mi_report_head(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 head = e->cs.head;

	gen8_cs_rw(v, e, true, status_page(e) + 0x10, &head, sizeof(head), true);
	return GEN8_CS_DONE;
}

static bool predicate_result(struct vgpu *v, const struct gen8_engine *e)
{
	return READ_ONCE(*gen8_ring_reg(v, e, RING_PREDICATE_RESULT)) & 1;
}

/* From here on commands are no-ops, or no longer. */
static int mi_set_predicate(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	bool result2 = READ_ONCE(*gen8_ring_reg(v, e, RING_PREDICATE_RESULT_2)) & 1;

	switch (cmd[0] & 15) {
	case 1:
		e->cs.nop = !result2;
		break;
	case 2:
		e->cs.nop = result2;
		break;
	case 3:
		e->cs.nop = !predicate_result(v, e);
		break;
	case 4:
		e->cs.nop = predicate_result(v, e);
		break;
	case 6: /* for parts with two slices */
	case 7: /* with three */
	case 15:
		e->cs.nop = true;
		break;
	default: /* what is for one slice runs */
		e->cs.nop = false;
	}
	return GEN8_CS_DONE;
}

static u64 reg64(struct vgpu *v, const struct gen8_engine *e, u32 off)
{
	return (u64)READ_ONCE(*gen8_ring_reg(v, e, off + 4)) << 32 |
	       READ_ONCE(*gen8_ring_reg(v, e, off));
}

static int mi_predicate(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u64 src0 = reg64(v, e, RING_PREDICATE_SRC0);
	u64 src1 = reg64(v, e, RING_PREDICATE_SRC1);
	bool state = predicate_result(v, e);
	bool compare, old = state;

	switch (cmd[0] & 3) {
	case 0:
		compare = true;
		break;
	case 1:
		compare = false;
		break;
	case 2:
		compare = src0 == src1;
		break;
	default:
		compare = src0 - src1 == reg64(v, e, RING_PREDICATE_DATA);
	}
	if ((cmd[0] >> 6 & 3) < 2) /* keep */
		return GEN8_CS_DONE;
	state = (cmd[0] >> 6 & 3) == 2 ? compare : !compare;
	switch (cmd[0] >> 3 & 3) {
	case 1:
		state &= old;
		break;
	case 2:
		state |= old;
		break;
	case 3:
		state ^= old;
	}
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_PREDICATE_RESULT), state);
	return GEN8_CS_DONE;
}

/* In the ring it has nothing to end. */
static int mi_batch_buffer_end(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	if (!e->cs.depth)
		return GEN8_CS_DONE;
	gen8_cs_batch_end(e);
	return GEN8_CS_DONE | GEN8_CS_JUMPED;
}

/* Out of the ring, one level down, or elsewhere on this level. */
static int mi_batch_buffer_start(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	struct gen8_cs *cs = &e->cs;
	struct gen8_batch next = {
		.pc = addr_of(cmd + 1),
		.ppgtt = cmd[0] & BIT(8) || !gen8_cs_privileged(e),
	};

	if (cmd[0] & BIT(15) && e->id == GEN8_RCS && !predicate_result(v, e))
		return GEN8_CS_DONE;
	if (!cs->depth || (cmd[0] & BIT(22) && cs->depth == 1)) {
		if (!gen8_cs_advance(e, len))
			return GEN8_CS_FAULT;
		cs->depth++;
	}
	cs->batch[cs->depth - 1] = next;
	cs->window_len = 0;
	return GEN8_CS_DONE | GEN8_CS_JUMPED;
}

/* On memory against a number: <= ends the batch. */
static int mi_conditional_end(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 val[2] = { 0, U32_MAX };
	u64 addr = (u64)(len > 3 ? cmd[3] : 0) << 32 | (cmd[2] & ~7u);

	gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr & ADDR_MASK, val, cmd[0] & BIT(19) ? 8 : 4, false);
	if ((val[0] & val[1]) > cmd[1] || !e->cs.depth)
		return GEN8_CS_DONE;
	gen8_cs_batch_end(e);
	return GEN8_CS_DONE | GEN8_CS_JUMPED;
}

static int mi_store_data_imm(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr_of(cmd + 1), (void *)(cmd + 3), 4 * (len - 3),
		    true);
	return GEN8_CS_DONE;
}

/* Into the context's own status page, or the engine's. */
static int mi_store_data_index(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 page = cmd[0] & MI_STORE_INDEX ? status_page(e) :
					     READ_ONCE(*gen8_ring_reg(v, e, RING_HWS_PGA));

	if (!gen8_cs_privileged(e))
		gen8_cs_denied(v);
	else
		gen8_cs_rw(v, e, true, page + (cmd[1] & 0xffc), (void *)(cmd + 2),
			   min(4 * (len - 2), 8u), true);
	return GEN8_CS_DONE;
}

static int mi_load_register_imm(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 i;

	for (i = 1; i + 1 < len; i += 2)
		gen8_cs_reg_put(v, e, cmd[i], cmd[i + 1], cmd[0] >> 8 & 15);
	return GEN8_CS_DONE;
}

static int mi_store_register_mem(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 val;

	if (cmd[0] & BIT(21) && !predicate_result(v, e))
		return GEN8_CS_DONE;
	val = gen8_cs_reg_get(v, cmd[1]);
	gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr_of(cmd + 2), &val, sizeof(val), true);
	return GEN8_CS_DONE;
}

static int mi_load_register_mem(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 val;

	gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr_of(cmd + 2), &val, sizeof(val), false);
	gen8_cs_reg_put(v, e, cmd[1], val, 0);
	return GEN8_CS_DONE;
}

static int mi_load_register_reg(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	gen8_cs_reg_put(v, e, cmd[2], gen8_cs_reg_get(v, cmd[1]), 0);
	return GEN8_CS_DONE;
}

static int mi_copy_mem_mem(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u32 val;

	gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr_of(cmd + 3), &val, sizeof(val), false);
	gen8_cs_mem(v, e, cmd[0] & BIT(21), addr_of(cmd + 1), &val, sizeof(val), true);
	return GEN8_CS_DONE;
}

/* @op: IMAX and such at the width of the type; what has no meaning leaves it as it is. */
static u64 atomic_result(u32 op, u64 mem, u64 a, u64 b, u32 bits)
{
	u64 sign = 1ull << (bits - 1);

	switch (op) {
	case 0x1:
		return mem & a;
	case 0x2:
		return mem | a;
	case 0x3:
		return mem ^ a;
	case 0x4:
		return a;
	case 0x5:
		return mem + 1;
	case 0x6:
		return mem - 1;
	case 0x7:
		return mem + a;
	case 0x8:
		return mem - a;
	case 0x9:
		return a - mem;
	case 0xa:
		return (mem ^ sign) > (a ^ sign) ? mem : a;
	case 0xb:
		return (mem ^ sign) < (a ^ sign) ? mem : a;
	case 0xc:
		return mem > a ? mem : a;
	case 0xd:
		return mem < a ? mem : a;
	case 0xe:
		return mem == a ? b : mem;
	case 0xf:
		return mem - 1;
	default:
		return mem;
	}
}

/* Atomic among engines: one worker runs them all.  Not against the guest's CPUs. */
static int mi_atomic(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	bool inline_data = cmd[0] & BIT(18);
	bool ggtt = cmd[0] & MI_GGTT;
	u32 op = cmd[0] >> 8 & 0xff;
	u32 size = op >> 5 ? 8 : 4;
	u64 mask = size == 8 ? ~0ull : U32_MAX;
	u64 addr = addr_of(cmd + 1);
	u64 a, b, mem = 0, old;

	if (op >> 6 || (inline_data && len < 11))
		return op >> 6 ? mi_skip(v, e, cmd, len) : GEN8_CS_INVALID;
	a = inline_data ? (u64)cmd[5] << 32 | cmd[3] : gpr_get(v, e, 0);
	b = inline_data ? (u64)cmd[6] << 32 | cmd[4] : gpr_get(v, e, 2);

	gen8_cs_mem(v, e, ggtt, addr, &mem, size, false);
	old = mem;
	mem = atomic_result(op & 15, mem, a & mask, b & mask, 8 * size);
	gen8_cs_mem(v, e, ggtt, addr, &mem, size, true);
	if (cmd[0] & BIT(16))
		gpr_put(v, e, 4, (op & 15) == 0xf ? mem & mask : old);
	return GEN8_CS_DONE;
}

static bool semaphore_passes(u32 compare, u32 val, u32 data)
{
	switch (compare) {
	case 0:
		return val > data;
	case 1:
		return val >= data;
	case 2:
		return val < data;
	case 3:
		return val <= data;
	case 4:
		return val == data;
	case 5:
		return val != data;
	default:
		return true;
	}
}

/* Looked at again in the next slice: a signal is a store like any other. */
static int mi_semaphore_wait(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	struct gen8_cs *cs = &e->cs;
	u32 val;

	if (cmd[0] & BIT(16))
		val = gen8_cs_reg_get(v, cmd[2]);
	else
		gen8_cs_mem(v, e, cmd[0] & MI_GGTT, addr_of(cmd + 2), &val, sizeof(val), false);
	if (semaphore_passes(cmd[0] >> 12 & 7, val, cmd[1])) {
		cs->waiting = false;
		return GEN8_CS_DONE;
	}
	if (!cs->waiting && !gen8_engine_stale(e))
		gen8_irq_engine(v, e->id, GEN8_IRQ_SEMAPHORE);
	cs->waiting = true;
	cs->window_len = 0;
	return GEN8_CS_WAIT;
}

/* The ALU of MI_MATH. */
struct alu {
	u64 srca;
	u64 srcb;
	u64 accu;
	bool zf;
	bool cf;
};

static u64 alu_source(struct vgpu *v, const struct gen8_engine *e, const struct alu *a, u32 n)
{
	switch (n) {
	case 0x20:
		return a->srca;
	case 0x21:
		return a->srcb;
	case 0x31:
		return a->accu;
	case 0x32:
		return a->zf ? ~0ull : 0;
	case 0x33:
		return a->cf ? ~0ull : 0;
	default:
		return n < 16 ? gpr_get(v, e, n) : 0;
	}
}

static void alu_load(struct alu *a, u32 n, u64 val)
{
	if (n == 0x20)
		a->srca = val;
	else if (n == 0x21)
		a->srcb = val;
}

static void alu_compute(struct alu *a, u32 op)
{
	switch (op) {
	case 0x100:
		a->accu = a->srca + a->srcb;
		a->cf = a->accu < a->srca;
		break;
	case 0x101:
		a->accu = a->srca - a->srcb;
		a->cf = a->srca < a->srcb;
		break;
	case 0x102:
		a->accu = a->srca & a->srcb;
		break;
	case 0x103:
		a->accu = a->srca | a->srcb;
		break;
	case 0x104:
		a->accu = a->srca ^ a->srcb;
		break;
	default:
		return;
	}
	a->zf = !a->accu;
}

static int mi_math(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	struct alu a = { 0 };
	u32 i;

	for (i = 1; i < len; i++) {
		u32 op = cmd[i] >> 20;
		u32 to = cmd[i] >> 10 & 0x3ff;
		u32 from = cmd[i] & 0x3ff;

		switch (op) {
		case 0x080:
			alu_load(&a, to, alu_source(v, e, &a, from));
			break;
		case 0x480:
			alu_load(&a, to, ~alu_source(v, e, &a, from));
			break;
		case 0x081:
			alu_load(&a, to, 0);
			break;
		case 0x481:
			alu_load(&a, to, ~0ull);
			break;
		case 0x180:
		case 0x580:
			if (to < 16)
				gpr_put(v, e, to,
					alu_source(v, e, &a, from) ^ (op == 0x580 ? ~0ull : 0));
			break;
		default:
			alu_compute(&a, op);
		}
	}
	return GEN8_CS_DONE;
}

/* What a flush does when all before it is done: which here it is. */
static void flush(struct vgpu *v, struct gen8_engine *e, u32 flags, bool ggtt, u64 addr, u64 imm,
		  u32 size)
{
	if (flags & FLUSH_TLB)
		gen8_tlb_flush(v, &e->tlb);
	if (flags & FLUSH_STORE_INDEX) {
		addr = status_page(e) + (addr & STATUS_PAGE_MASK);
		ggtt = true;
	}
	switch (FLUSH_POST_SYNC(flags)) {
	case POST_IMMEDIATE:
		gen8_cs_mem(v, e, ggtt, addr, &imm, size, true);
		break;
	case POST_DEPTH_COUNT:
		imm = reg64(v, e, RING_PS_DEPTH_COUNT);
		gen8_cs_mem(v, e, ggtt, addr, &imm, sizeof(imm), true);
		break;
	case POST_TIMESTAMP:
		imm = gen8_clock_publish(v);
		gen8_cs_mem(v, e, ggtt, addr, &imm, sizeof(imm), true);
		break;
	}
	if (flags & FLUSH_NOTIFY && !gen8_engine_stale(e))
		gen8_irq_engine(v, e->id, GEN8_IRQ_NOTIFY);
}

static int mi_flush_dw(struct vgpu *v, struct gen8_engine *e, const u32 *cmd, u32 len)
{
	u64 imm = len > 3 ? cmd[3] : 0;

	if (len > 4)
		imm |= (u64)cmd[4] << 32;
	flush(v, e, cmd[0], cmd[1] & 4, addr_of(cmd + 1) & ~7ull, imm, len > 4 ? 8 : 4);
	return GEN8_CS_DONE;
}

int gen8_pipe_control(struct vgpu *v, struct gen8_engine *e)
{
	const u32 *cmd = e->cs.cmd;

	flush(v, e, cmd[1], cmd[1] & FLUSH_GGTT, addr_of(cmd + 2) & ~7ull,
	      (u64)cmd[5] << 32 | cmd[4], 8);
	return GEN8_CS_DONE;
}

/* By opcode, bits 28:23; those below 0x10 are one dword long. */
static const struct mi_op mi_ops[64] = {
	[0x00] = { mi_noop, 1 },
	[0x01] = { mi_set_predicate, 1 },
	[0x02] = { mi_user_interrupt, 1 },
	[0x04] = { mi_nothing, 1 }, /* FLUSH */
	[0x05] = { mi_nothing, 1 }, /* ARB_CHECK */
	[0x06] = { mi_nothing, 1 }, /* RS_CONTROL */
	[0x07] = { mi_report_head, 1 },
	[0x08] = { mi_arb_on_off, 1 },
	[0x09] = { mi_nothing, 1 }, /* URB_ATOMIC_ALLOC */
	[0x0a] = { mi_batch_buffer_end, 1 },
	[0x0b] = { mi_nothing, 1 }, /* SUSPEND_FLUSH */
	[0x0c] = { mi_predicate, 1 },
	[0x0d] = { mi_nothing, 1 }, /* TOPOLOGY_FILTER */
	[0x0e] = { mi_nothing, 1 }, /* SET_APPID */
	[0x0f] = { mi_nothing, 1 }, /* RS_CONTEXT */
	[0x12] = { mi_nothing, 2 }, /* LOAD_SCAN_LINES_INCL */
	[0x13] = { mi_nothing, 2 }, /* LOAD_SCAN_LINES_EXCL */
	[0x1a] = { mi_math, 2 },
	[0x1b] = { mi_nothing, 2 }, /* SEMAPHORE_SIGNAL: who waits looks itself */
	[0x1c] = { mi_semaphore_wait, 4 },
	[0x1d] = { mi_nothing, 2 }, /* FORCE_WAKEUP */
	[0x20] = { mi_store_data_imm, 4 },
	[0x21] = { mi_store_data_index, 3 },
	[0x22] = { mi_load_register_imm, 3 },
	[0x24] = { mi_store_register_mem, 4 },
	[0x26] = { mi_flush_dw, 3 },
	[0x27] = { mi_nothing, 2 }, /* CLFLUSH */
	[0x28] = { mi_skip, 2 }, /* REPORT_PERF_COUNT */
	[0x29] = { mi_load_register_mem, 4 },
	[0x2a] = { mi_load_register_reg, 3 },
	[0x2b] = { mi_skip, 2 }, /* RS_STORE_DATA_IMM */
	[0x2c] = { mi_skip, 2 }, /* LOAD_URB_MEM */
	[0x2d] = { mi_skip, 2 }, /* STORE_URB_MEM */
	[0x2e] = { mi_copy_mem_mem, 5 },
	[0x2f] = { mi_atomic, 3 },
	[0x31] = { mi_batch_buffer_start, 3 },
	[0x36] = { mi_conditional_end, 3 },
};

u32 gen8_mi_len(u32 dw0)
{
	u32 op = dw0 >> 23 & 63;

	if (op < 0x10)
		return 1;
	if (op == 0x20)
		return (dw0 & 0x3ff) + 2;
	if (op == 0x26) /* bit 7 means something else */
		return (dw0 & 0x3f) + 2;
	return (dw0 & 0xff) + 2;
}

bool gen8_mi_valid(u32 dw0, u32 len)
{
	const struct mi_op *op = &mi_ops[dw0 >> 23 & 63];

	return op->run && len >= op->min;
}

int gen8_mi_run(struct vgpu *v, struct gen8_engine *e, u32 len)
{
	return mi_ops[e->cs.cmd[0] >> 23 & 63].run(v, e, e->cs.cmd, len);
}
