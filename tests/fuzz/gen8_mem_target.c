// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mem_target.c - page tables that change while they are walked
 *
 * What is walked right after a flush is compared with what a naive walker finds; else the
 * walk may know tables as they were, and only must not leave the guest's memory.
 */
#include <stdio.h>

#include "gen8_guest.h"
#include "naive_walk.h"
#include "target.h"

/**
 * struct mem_op - what is done to tables and translations
 * @what: bits 0-2: kind; bit 3: write; bits 4-7: 0: @addr is a small one
 * @late: bit 0: the tables may be known from before
 * @slot: which entry of which table
 * @len: bytes
 * @addr: graphics address
 * @entry: what the guest writes there
 */
struct mem_op {
	u8 what;
	u8 late;
	u16 slot;
	u32 len;
	u64 addr;
	u64 entry;
};

static struct fuzz_guest guest;
static u64 judged;

/* @t: NULL for the GGTT.  @buf has room for what @len says at most. */
static int access_do(struct fuzz_guest *g, struct gen8_tlb *t, u64 addr, u8 *buf, u32 len,
		     bool write)
{
	if (t)
		return gen8_ppgtt_rw(&g->v, t, addr, buf, len, write);
	return gen8_ggtt_rw(&g->v, addr, buf, len, write);
}

static void __attribute__((noreturn)) differ(const char *what, u64 addr, u32 len)
{
	fprintf(stderr, "DIFFERENCE in %s, of %u bytes at %#llx\n", what, len,
		(unsigned long long)addr);
	abort();
}

/* The tables are as they are: the walker and the naive one find the same. */
static void access_judge(struct fuzz_guest *g, struct gen8_tlb *t, u64 addr, u8 *buf, u32 len,
			 bool write)
{
	static u8 ram[FUZZ_RAM], expected[3 * GEN8_PAGE];
	struct naive_walk w = { .ram = ram, .ram_size = FUZZ_RAM };
	enum naive_result result;
	int ret;

	memcpy(ram, g->ram, sizeof(ram));
	memcpy(expected, buf, len);
	if (t) {
		gen8_tlb_flush(&g->v, t);
		w.levels = t->levels;
		memcpy(w.root, t->root, sizeof(w.root));
	} else {
		w.ggtt = g->v.mem[0];
	}
	result = naive_walk_rw(&w, addr, expected, len, write);
	ret = access_do(g, t, addr, buf, len, write);
	if (result == NAIVE_OPEN)
		return;
	if ((ret == 0) != (result == NAIVE_OK))
		differ("whether it is there", addr, len);
	if (memcmp(buf, expected, len))
		differ("what was read", addr, len);
	if (memcmp(g->ram, ram, sizeof(ram)))
		differ("memory", addr, len);
	judged++;
}

static void mem_op_do(struct fuzz_guest *g, struct gen8_tlb *t, const struct mem_op *op)
{
	static u8 buf[3 * GEN8_PAGE];
	u64 addr = op->what >> 4 ? op->addr : op->addr & 0x3ffff;
	u32 len = op->len % (sizeof(buf) + 1);
	bool write = op->what & 8;
	u64 gpa = 0;

	memset(buf, op->slot, len);
	switch (op->what & 7) {
	case 0:
	case 1:
		fuzz_put64(g, FUZZ_PML4 + 8 * (op->slot % 2048), op->entry);
		break;
	case 2:
		((u64 *)g->v.mem[0])[op->slot & 63] = op->entry;
		break;
	case 3:
	case 4:
	case 5:
		if ((op->what & 7) == 5)
			t = NULL;
		if (op->late & 1)
			access_do(g, t, addr, buf, len, write);
		else
			access_judge(g, t, addr, buf, len, write);
		break;
	case 6:
		if (!gen8_aperture(&g->v, addr, &gpa) && gpa & ~GEN8_PTE_ADDR)
			abort();
		break;
	default:
		if (write)
			gen8_tlb_invalidate(&g->v);
		t->levels = op->len % 3 ? 4 : 3;
		gen8_tlb_flush(&g->v, t);
	}
}

static u64 mem_one(const u8 *data, size_t size)
{
	static struct gen8_tlb tlb;
	struct fuzz_guest *g = &guest;
	struct mem_op op;
	u64 ops = 0;
	u32 i;

	fuzz_guest_begin(g);
	g->direct = size ? data[size - 1] : 0;
	tlb.levels = 4;
	for (i = 0; i < 4; i++)
		tlb.root[i] = FUZZ_PML4 + i * GEN8_PAGE;
	gen8_tlb_flush(&g->v, &tlb);
	for (; size >= sizeof(op); data += sizeof(op), size -= sizeof(op), ops++) {
		memcpy(&op, data, sizeof(op));
		mem_op_do(g, &tlb, &op);
	}
	return ops;
}

/* An entry that the walk of a small address comes by, at each level. */
static u32 pick_slot(u32 level)
{
	static const u32 most[] = { 1, 1, 1, FUZZ_RAM / GEN8_PAGE };

	return 512 * level + (rnd() % 8 ? rnd() % most[level] : rnd() % 512);
}

/* It leads to the next table, to memory, to a larger page, or anywhere. */
static u64 pick_entry(u32 level)
{
	u64 rights = rnd() % 4 ? 3 : rnd() & 3;

	if (rnd() % 8 == 0)
		return rnd();
	if (level < 3 && rnd() % 2)
		return FUZZ_PML4 + (level + 1) * GEN8_PAGE + rights;
	if (level == 2 && rnd() % 2)
		return rights | 0x80 | (rnd() % 8 ? 0 : rnd() & 0x7fffffffff);
	if (level == 2)
		return (FUZZ_PML4 + 3 * GEN8_PAGE) | rights | 0x800;
	return (rnd() % FUZZ_RAM & ~0xfffull) | (rnd() & 0x880) | rights;
}

static u32 mem_item(const u8 *head, u8 *item)
{
	struct mem_op op = { .what = rnd(), .len = rnd() & 0x3fff };
	u32 level = rnd() % 4;

	op.late = rnd() & 1;
	op.slot = pick_slot(level);
	op.addr = rnd() % 4 ? rnd() % FUZZ_RAM : rnd();
	op.entry = pick_entry(level);
	memcpy(item, &op, sizeof(op));
	return sizeof(op);
}

static void mem_exit(void)
{
	fprintf(stderr, "%llu accesses were judged\n", (unsigned long long)judged);
	fuzz_guest_exit(&guest);
}

const struct fuzz_target gen8_mem_target = {
	.name = "gen8_mem",
	.unit = "table operations",
	.align = sizeof(struct mem_op),
	.items = 32,
	.item = mem_item,
	.one = mem_one,
	.exit = mem_exit,
};
