// SPDX-License-Identifier: GPL-2.0
/*
 * naive_cs.c - a second command streamer: a command and a byte at a time
 */
#include <string.h>

#include "naive_cs.h"

#define COMMANDS_MAX 4000 /* of one run: more is a loop */
#define BASE_NR 4
#define RESULT 0x418
#define RESULT2 0x3bc

static const uint32_t bases[BASE_NR] = { 0x2000, 0x12000, 0x22000, 0x1a000 };

static bool in_page(uint32_t addr, uint32_t page)
{
	return addr / 4096 == page / 4096;
}

bool naive_cs_known(uint32_t reg)
{
	return (reg >= 0x3ac && reg < 0x580) || (reg >= 0x600 && reg < 0x800);
}

bool naive_cs_settled(const struct naive_cs *n, uint32_t addr)
{
	return !in_page(addr, n->at->context + 4096) && !in_page(addr, n->at->hwsp);
}

/* Where a byte is in memory; -1: nowhere, or not to be written. */
int naive_cs_byte(struct naive_cs *n, uint64_t addr, bool ggtt, bool write)
{
	addr &= ggtt ? 0xffffffff : 0xffffffffffff;
	if (addr >= NAIVE_RAM)
		return -1;
	if (!ggtt && in_page(addr, n->at->absent))
		return -1;
	if (!ggtt && write && in_page(addr, n->at->readonly))
		return -1;
	if (write && addr >= n->at->tables && addr < n->at->tables + 4 * 4096)
		n->end = NAIVE_UNKNOWN;
	if (!write && !naive_cs_settled(n, addr))
		n->end = NAIVE_UNKNOWN;
	return addr;
}

static bool privileged(const struct naive_cs *n)
{
	return !n->depth || !n->batch[n->depth - 1].ppgtt;
}

uint32_t naive_cs_load(struct naive_cs *n, uint64_t addr, bool ggtt)
{
	uint32_t val = 0, i;
	int at;

	if (ggtt && !privileged(n))
		return 0;
	for (i = 0; i < 4; i++) {
		at = naive_cs_byte(n, addr + i, ggtt, false);
		if (at >= 0)
			val |= (uint32_t)n->ram[at] << (8 * i);
	}
	return val;
}

static void store(struct naive_cs *n, uint64_t addr, bool ggtt, uint32_t val)
{
	uint32_t i;
	int at;

	if (ggtt && !privileged(n))
		return;
	for (i = 0; i < 4; i++) {
		at = naive_cs_byte(n, addr + i, ggtt, true);
		if (at >= 0)
			n->ram[at] = val >> (8 * i);
	}
}

static uint64_t address(const uint32_t *dw)
{
	return ((uint64_t)(dw[1] & 0xffff) << 32) + dw[0] / 4 * 4;
}

static uint32_t reg_get(struct naive_cs *n, uint32_t off)
{
	uint32_t i;

	off &= 0x7ffffc;
	for (i = 0; i < BASE_NR; i++)
		if (off >= bases[i] && naive_cs_known(off - bases[i]))
			return i == n->engine ? n->reg[(off - bases[i]) / 4] : 0;
	n->end = NAIVE_UNKNOWN;
	return 0;
}

static bool user_may(uint32_t own)
{
	return (own >= 0x290 && own < 0x358) || (own >= 0x400 && own < 0x4d0) ||
	       (own >= 0x500 && own < 0x580) || (own >= 0x600 && own < 0x680);
}

static void reg_put(struct naive_cs *n, uint32_t off, uint32_t val, uint32_t disable)
{
	uint32_t own, mask = 0, i;

	off &= 0x7ffffc;
	own = off - bases[n->engine];
	if (off < bases[n->engine] || own >= 0x800) {
		if (n->engine == NAIVE_RCS)
			n->end = NAIVE_UNKNOWN; /* perhaps of the 3D pipeline */
		return;
	}
	if (own == 0x230 || own == 0xd0 || own == 0x3a0)
		return;
	if (own == 0x200 && n->engine == NAIVE_BCS) {
		mask = disable ? 0 : val >> 16;
		n->reg[own / 4] = (n->reg[own / 4] & ~mask) | (val & mask);
		return;
	}
	if (!privileged(n) && !user_may(own))
		return;
	if (!naive_cs_known(own)) {
		n->end = NAIVE_UNKNOWN;
		return;
	}
	for (i = 0; i < 4; i++)
		if (!(disable >> i & 1))
			mask |= 0xffu << (8 * i);
	n->reg[own / 4] = (n->reg[own / 4] & ~mask) | (val & mask);
}

static uint64_t reg64(const struct naive_cs *n, uint32_t own)
{
	return (uint64_t)n->reg[own / 4 + 1] << 32 | n->reg[own / 4];
}

static bool result(const struct naive_cs *n)
{
	return n->reg[RESULT / 4] & 1;
}

static void predicate(struct naive_cs *n, uint32_t dw)
{
	uint64_t a = reg64(n, 0x400), b = reg64(n, 0x408);
	bool compare[4] = { true, false, a == b, a - b == reg64(n, 0x410) };
	bool val = compare[dw & 3], old = result(n);
	bool combined[4];

	if (!(dw & 0x80))
		return;
	if (dw & 0x40)
		val = !val;
	combined[0] = val;
	combined[1] = val && old;
	combined[2] = val || old;
	combined[3] = val != old;
	n->reg[RESULT / 4] = combined[dw >> 3 & 3];
}

static void set_predicate(struct naive_cs *n, uint32_t how)
{
	bool r2 = n->reg[RESULT2 / 4] & 1;

	n->nop = (how == 1 && !r2) || (how == 2 && r2) || (how == 3 && !result(n)) ||
		 (how == 4 && result(n)) || how == 6 || how == 7 || how == 15;
}

struct naive_alu {
	uint64_t a, b, accu;
	bool zf, cf;
};

static uint64_t alu_operand(struct naive_cs *n, const struct naive_alu *alu, uint32_t which)
{
	if (which < 16)
		return reg64(n, 0x600 + 8 * which);
	switch (which) {
	case 0x20:
		return alu->a;
	case 0x21:
		return alu->b;
	case 0x31:
		return alu->accu;
	case 0x32:
		return alu->zf ? UINT64_MAX : 0;
	case 0x33:
		return alu->cf ? UINT64_MAX : 0;
	}
	n->end = NAIVE_UNKNOWN;
	return 0;
}

static void alu_take(struct naive_cs *n, struct naive_alu *alu, uint32_t which, uint64_t val)
{
	if (which == 0x20)
		alu->a = val;
	else if (which == 0x21)
		alu->b = val;
	else
		n->end = NAIVE_UNKNOWN;
}

static void alu_store(struct naive_cs *n, uint32_t which, uint64_t val)
{
	if (which >= 16) {
		n->end = NAIVE_UNKNOWN;
		return;
	}
	n->reg[(0x600 + 8 * which) / 4] = val;
	n->reg[(0x604 + 8 * which) / 4] = val >> 32;
}

static void math(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	struct naive_alu alu = { 0 };
	uint32_t i;

	for (i = 1; i < len; i++) {
		uint32_t to = cmd[i] >> 10 & 0x3ff, from = cmd[i] & 0x3ff;

		switch (cmd[i] >> 20) {
		case 0x080:
			alu_take(n, &alu, to, alu_operand(n, &alu, from));
			continue;
		case 0x480:
			alu_take(n, &alu, to, ~alu_operand(n, &alu, from));
			continue;
		case 0x081:
			alu_take(n, &alu, to, 0);
			continue;
		case 0x481:
			alu_take(n, &alu, to, UINT64_MAX);
			continue;
		case 0x180:
			alu_store(n, to, alu_operand(n, &alu, from));
			continue;
		case 0x580:
			alu_store(n, to, ~alu_operand(n, &alu, from));
			continue;
		case 0x100:
			alu.cf = __builtin_add_overflow(alu.a, alu.b, &alu.accu);
			break;
		case 0x101:
			alu.cf = __builtin_sub_overflow(alu.a, alu.b, &alu.accu);
			break;
		case 0x102:
			alu.accu = alu.a & alu.b;
			break;
		case 0x103:
			alu.accu = alu.a | alu.b;
			break;
		case 0x104:
			alu.accu = alu.a ^ alu.b;
			break;
		default:
			continue;
		}
		alu.zf = alu.accu == 0;
	}
}

static void semaphore(struct naive_cs *n, const uint32_t *cmd)
{
	uint32_t val, than = cmd[1];
	bool passes[8];

	if (cmd[0] & 1 << 16)
		val = reg_get(n, cmd[2]);
	else
		val = naive_cs_load(n, address(cmd + 2), cmd[0] & 1 << 22);
	passes[0] = val > than;
	passes[1] = val >= than;
	passes[2] = val < than;
	passes[3] = val <= than;
	passes[4] = val == than;
	passes[5] = val != than;
	passes[6] = passes[7] = true;
	if (!passes[cmd[0] >> 12 & 7] && n->end == NAIVE_RUNS)
		n->end = NAIVE_WAITS;
}

/* MI_FLUSH_DW and PIPE_CONTROL, at their end. */
static void post_sync(struct naive_cs *n, uint32_t flags, bool ggtt, uint64_t addr,
		      const uint32_t *imm, uint32_t dwords)
{
	uint32_t i;

	if (!(flags & 3 << 14))
		return;
	if ((flags >> 14 & 3) != 1) {
		n->end = NAIVE_UNKNOWN;
		return;
	}
	addr = addr / 8 * 8;
	if (flags & 1 << 21) {
		addr = n->at->context + addr % 4096;
		ggtt = true;
	}
	for (i = 0; i < dwords; i++)
		store(n, addr + 4 * i, ggtt, imm[i]);
}

static void flush_dw(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	uint32_t imm[2] = { len > 3 ? cmd[3] : 0, len > 4 ? cmd[4] : 0 };

	post_sync(n, cmd[0], cmd[1] & 4, address(cmd + 1), imm, len > 4 ? 2 : 1);
}

static void advance(struct naive_cs *n, uint32_t len)
{
	if (n->depth)
		n->batch[n->depth - 1].pc += 4 * len;
	else
		n->head = (n->head + 4 * len) % n->at->ring_size;
}

static void batch_start(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	struct naive_batch b = { address(cmd + 1), cmd[0] & 1 << 8 || !privileged(n) };

	if (cmd[0] & 1 << 15 && n->engine == NAIVE_RCS && !result(n)) {
		advance(n, len);
		return;
	}
	if (n->depth == 0 || (n->depth == 1 && cmd[0] & 1 << 22)) {
		advance(n, len);
		n->depth++;
	}
	n->batch[n->depth - 1] = b;
}

static void batch_end(struct naive_cs *n)
{
	n->depth--;
	n->nop = false;
}

static void conditional_end(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	uint64_t addr = ((uint64_t)(len > 3 ? cmd[3] & 0xffff : 0) << 32) + cmd[2] / 8 * 8;
	uint32_t val = naive_cs_load(n, addr, cmd[0] & 1 << 22);

	if (cmd[0] & 1 << 19)
		val &= naive_cs_load(n, addr + 4, cmd[0] & 1 << 22);
	advance(n, len);
	if (val <= cmd[1] && n->depth)
		batch_end(n);
}

static void copy_mem(struct naive_cs *n, const uint32_t *cmd)
{
	uint32_t val = naive_cs_load(n, address(cmd + 3), cmd[0] & 1 << 22);

	store(n, address(cmd + 1), cmd[0] & 1 << 21, val);
}

static void data_index(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	uint32_t page = cmd[0] & 1 << 21 ? n->at->context : n->at->hwsp;
	uint32_t i;

	if (!privileged(n))
		return;
	for (i = 2; i < len && i < 4; i++)
		store(n, page + (cmd[1] & 0xffc) + 4 * (i - 2), true, cmd[i]);
}

/* Commands of the group 0 that store and load. */
static void mi_move(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	bool ggtt = cmd[0] & 1 << 22;
	uint32_t i;

	switch (cmd[0] >> 23) {
	case 0x20:
		for (i = 3; i < len; i++)
			store(n, address(cmd + 1) + 4 * (i - 3), ggtt, cmd[i]);
		break;
	case 0x21:
		data_index(n, cmd, len);
		break;
	case 0x22:
		for (i = 1; i + 1 < len; i += 2)
			reg_put(n, cmd[i], cmd[i + 1], cmd[0] >> 8 & 15);
		break;
	case 0x24:
		if (!(cmd[0] & 1 << 21) || result(n))
			store(n, address(cmd + 2), ggtt, reg_get(n, cmd[1]));
		break;
	case 0x29:
		reg_put(n, cmd[1], naive_cs_load(n, address(cmd + 2), ggtt), 0);
		break;
	case 0x2a:
		reg_put(n, cmd[2], reg_get(n, cmd[1]), 0);
		break;
	case 0x2e:
		copy_mem(n, cmd);
		break;
	default:
		n->end = NAIVE_UNKNOWN;
	}
}

/* The dwords that an MI command has at least; 0: there is none. */
static uint32_t mi_min(uint32_t op)
{
	static const uint8_t min[64] = {
		1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 2, 2,
		4, 2, 0, 0, 4, 3, 3, 0, 4, 0, 3, 2, 2, 4, 3, 2, 2, 2, 5, 3, 0, 3, 0, 0, 0, 0, 3,
	};

	return min[op];
}

/* Commands that memory and registers do not show. */
static bool mi_is_nothing(uint32_t op)
{
	static const uint8_t ops[] = { 0x00, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0b, 0x0d, 0x0e,
				       0x0f, 0x12, 0x13, 0x1b, 0x1d, 0x27, 0x28, 0x2b, 0x2c, 0x2d };

	return memchr(ops, op, sizeof(ops));
}

static void mi(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	uint32_t op = cmd[0] >> 23;

	switch (op) {
	case 0x01:
		set_predicate(n, cmd[0] & 15);
		break;
	case 0x07:
		n->ram[n->at->context + 0x10] = n->head;
		n->ram[n->at->context + 0x11] = n->head >> 8;
		n->ram[n->at->context + 0x12] = n->head >> 16;
		n->ram[n->at->context + 0x13] = 0;
		break;
	case 0x0a:
		if (!n->depth)
			break;
		batch_end(n);
		return;
	case 0x0c:
		predicate(n, cmd[0]);
		break;
	case 0x1a:
		math(n, cmd, len);
		break;
	case 0x1c:
		semaphore(n, cmd);
		if (n->end != NAIVE_RUNS)
			return;
		break;
	case 0x26:
		flush_dw(n, cmd, len);
		break;
	case 0x31:
		batch_start(n, cmd, len);
		return;
	case 0x36:
		conditional_end(n, cmd, len);
		return;
	default:
		if (!mi_is_nothing(op))
			mi_move(n, cmd, len);
	}
	advance(n, len);
}

/* A dword of the stream, @i behind the current one; false: there is none. */
static bool stream(struct naive_cs *n, uint32_t i, uint32_t *dw)
{
	uint64_t addr = n->at->ring + (n->head + 4 * i) % n->at->ring_size;
	bool ppgtt = false;

	if (n->depth) {
		addr = n->batch[n->depth - 1].pc + 4 * i;
		ppgtt = n->batch[n->depth - 1].ppgtt;
	}
	if (naive_cs_byte(n, addr, !ppgtt, false) < 0)
		return false;
	*dw = naive_cs_load(n, addr, !ppgtt);
	return true;
}

static uint32_t length(struct naive_cs *n, uint32_t dw)
{
	uint32_t op = dw >> 23;

	if (dw >> 29 == 3) {
		if (dw >> 27 == 0xf)
			return (dw & 0xff) + 2;
		n->end = NAIVE_UNKNOWN;
		return 1;
	}
	if (dw >> 29)
		return (dw & 0xff) + 2;
	if (op < 0x10)
		return 1;
	return (dw & (op == 0x20 ? 0x3ff : op == 0x26 ? 0x3f : 0xff)) + 2;
}

/* Is it a command of this engine? */
static bool valid(const struct naive_cs *n, uint32_t dw, uint32_t len)
{
	switch (dw >> 29) {
	case 0:
		return mi_min(dw >> 23) && len >= mi_min(dw >> 23);
	case 2:
		return n->engine == NAIVE_BCS;
	case 3:
		return n->engine != NAIVE_BCS && (dw >> 16 != 0x7a00 || len >= 6 || n->nop);
	default:
		return false;
	}
}

static void execute(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	if (cmd[0] >> 29 == 0) {
		mi(n, cmd, len);
		return;
	}
	if (cmd[0] >> 29 == 2)
		naive_blit(n, cmd, len);
	else if (cmd[0] >> 16 == 0x7a00)
		post_sync(n, cmd[1], cmd[1] & 1 << 24, address(cmd + 2), cmd + 4, 2);
	if (n->end == NAIVE_RUNS)
		advance(n, len);
}

static bool needs_all(uint32_t dw)
{
	return dw >> 29 != 3 || dw >> 16 == 0x7a00;
}

static void step(struct naive_cs *n)
{
	static uint32_t cmd[2048];
	uint32_t left = (n->tail - n->head + n->at->ring_size) % n->at->ring_size;
	uint32_t len, op, i;

	if (!n->depth && !left) {
		n->end = NAIVE_IDLE;
		return;
	}
	if (!stream(n, 0, &cmd[0])) {
		n->end = NAIVE_HUNG;
		return;
	}
	len = length(n, cmd[0]);
	op = cmd[0] >> 23;
	if (n->end != NAIVE_RUNS)
		return;
	if (!valid(n, cmd[0], len) || (!n->depth && 4 * len > left)) {
		n->end = cmd[0] >> 16 == 0x7a00 && len > 6 ? NAIVE_UNKNOWN : NAIVE_HUNG;
		return;
	}
	if (n->nop && op != 0x01 && op != 0x0a) {
		advance(n, len);
		return;
	}
	for (i = 1; i < len && needs_all(cmd[0]); i++)
		if (!stream(n, i, &cmd[i])) {
			n->end = cmd[0] >> 16 == 0x7a00 ? NAIVE_UNKNOWN : NAIVE_HUNG;
			return;
		}
	execute(n, cmd, len);
}

enum naive_end naive_cs_run(struct naive_cs *n, enum naive_engine engine, uint32_t head,
			    uint32_t tail)
{
	uint32_t i;

	n->engine = engine;
	n->end = NAIVE_RUNS;
	memset(n->reg, 0, sizeof(n->reg));
	n->head = head;
	n->tail = tail;
	n->depth = 0;
	n->nop = false;
	n->clip_known = false;
	for (i = 0; i < COMMANDS_MAX && n->end == NAIVE_RUNS; i++)
		step(n);
	if (n->end == NAIVE_RUNS)
		n->end = NAIVE_UNKNOWN;
	return n->end;
}
