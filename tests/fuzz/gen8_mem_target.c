// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mem_target.c - page tables that change while they are walked
 */
#include <stdio.h>

#include "gen8_guest.h"
#include "target.h"

/**
 * struct mem_op - what is done to tables and translations
 * @what: bits 0-2: kind; bit 3: write; bits 4-7: shift of @addr
 * @slot: which entry of which table
 * @len: bytes
 * @addr: graphics address
 * @entry: what the guest writes there
 */
struct mem_op {
	u8 what;
	u8 pad;
	u16 slot;
	u32 len;
	u64 addr;
	u64 entry;
};

static struct fuzz_guest guest;

static void mem_op_do(struct fuzz_guest *g, struct gen8_tlb *t, const struct mem_op *op)
{
	static u8 buf[3 * GEN8_PAGE];
	u64 addr = op->what >> 4 ? op->addr : op->addr & 0x3ffff;
	u32 len = op->len % (sizeof(buf) + 1);
	u64 gpa = 0;

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
		gen8_ppgtt_rw(&g->v, t, addr, buf, len, op->what & 8);
		break;
	case 5:
		gen8_ggtt_rw(&g->v, addr, buf, len, op->what & 8);
		break;
	case 6:
		if (!gen8_aperture(&g->v, addr, &gpa) && gpa & ~GEN8_PTE_ADDR)
			abort();
		break;
	default:
		if (op->what & 8)
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

/* Entries that lead somewhere, with any flags. */
static u32 mem_item(const u8 *head, u8 *item)
{
	struct mem_op op = { .what = rnd(), .slot = rnd() & 0x7ff, .len = rnd() & 0x3fff };

	op.addr = rnd() % 4 ? rnd() % FUZZ_RAM : rnd();
	op.entry = rnd() % 4 ? (rnd() % FUZZ_RAM & ~0xfffull) | (rnd() & 0x883) | 1 : rnd();
	memcpy(item, &op, sizeof(op));
	return sizeof(op);
}

static void mem_exit(void)
{
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
