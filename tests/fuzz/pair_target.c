// SPDX-License-Identifier: GPL-2.0
/*
 * pair_target.c - anything that a user of the core may do to the test model and the
 * bochs display, against the naive one
 *
 * Head: bit 0: which model; bits 1-2: accesses go anywhere, to registers or to
 * configuration space.
 */
#include "pair.h"
#include "target.h"

#define FOCUS_REGS	1
#define FOCUS_CONFIG	2

/**
 * struct access - one thing to do
 * @what: bits 0-1: enum pair_kind; bits 2-3: enum pair_pieces; bits 4-7: region
 * @len: bytes
 * @high: of the offset, from bit 32 on, sign extended
 * @off: the offset
 * @data: what is written, repeated
 */
struct access {
	u8 what;
	u8 len;
	int16_t high;
	u32 off;
	u8 data[8];
};

_Static_assert(sizeof(struct access) == 16, "no padding");

static struct pair pairs[2];

static struct pair *pair_of(const u8 *head)
{
	if (!pairs[0].v.regs) {
		pair_init(&pairs[0], NAIVE_TEST);
		pair_init(&pairs[1], NAIVE_BOCHS);
	}
	return &pairs[head[0] & 1];
}

static void access_to_op(const struct access *a, struct pair_op *op)
{
	u32 i;

	op->kind = a->what & 3;
	op->pieces = (a->what >> 2 & 3) % 3;
	op->region = a->what >> 4;
	op->len = a->len % (PAIR_DATA + 1);
	op->off = (u64)a->high << 32 | a->off;
	for (i = 0; i < PAIR_DATA; i++)
		op->data[i] = a->data[i % 8];
}

static void op_focus(const struct pair *p, u32 focus, const struct access *a, struct pair_op *op)
{
	if (focus != FOCUS_REGS && focus != FOCUS_CONFIG)
		return;
	op->kind &= PAIR_WRITE;
	op->len %= 10;
	if (focus == FOCUS_REGS) {
		op->region = p->n.regs_bar;
		op->off = a->off % (p->n.size + 8);
	} else if (a->what & 0x80) { /* interrupts show in STATUS */
		op->region = p->n.regs_bar;
		op->off = 0x4c + a->off % 20;
	} else {
		op->region = VGPU_REGION_CONFIG;
		op->off = a->off % (VGPU_CONFIG_SIZE + 8);
	}
}

static u64 pair_one(const u8 *data, size_t size)
{
	struct access a;
	struct pair_op op;
	struct pair *p;
	size_t at;

	if (!size)
		return 0;
	p = pair_of(data);
	pair_begin(p);
	for (at = 1; size - at >= sizeof(a); at += sizeof(a)) {
		memcpy(&a, data + at, sizeof(a));
		access_to_op(&a, &op);
		op_focus(p, data[0] >> 1 & 3, &a, &op);
		pair_do(p, &op);
	}
	if (size % 128 == 1 || size > 0x10000)
		pair_compare_all(p);
	return p->accesses;
}

static u64 pick_data(void)
{
	switch (rnd() % 8) {
	case 0: return 0;
	case 1: return ~0ull;
	case 2: return 0xbebebebebebebebe;
	case 3: return 0x1e1e1e1e1e1e1e1e;
	case 4: return 1ull << rnd() % 64;
	case 5: return ~(1ull << rnd() % 64);
	default: return rnd();
	}
}

/* Near a register more often than not. */
static u64 pick_register(const struct pair *p)
{
	const struct vgpu_model *m = p->v.model;
	const struct vgpu_reg *r;

	if (rnd() % 8 == 0)
		return rnd() % (m->regs_size + 8);
	r = m->flat[1 + rnd() % (m->nr_flat - 1)];
	return r->off + rnd() % (4 * (r->count ? r->count : 1) + 8) - 4;
}

static u32 item_end(u8 *item, const struct access *a, u32 nr)
{
	memcpy(item, a, nr * sizeof(*a));
	return nr * sizeof(*a);
}

/* A mode that may be one: width, height, depth, place; then a look at it. */
static u32 mode_item(const struct pair *p, u8 *item)
{
	static const u16 sizes[] = { 63, 64, 65, 96, 128, 200, 1024, 2048, 65535 };
	static const u16 depths[] = { 0, 15, 16, 24, 32, 32, 16, 32 };
	struct access a[10] = { 0 };
	u16 vals[10];
	u32 i;

	vals[1] = sizes[rnd() % ARRAY_SIZE(sizes)];
	vals[2] = sizes[rnd() % ARRAY_SIZE(sizes)];
	vals[3] = depths[rnd() % ARRAY_SIZE(depths)];
	vals[4] = rnd() % 8 ? 0x41 : 0x40;
	vals[5] = 0;
	vals[6] = rnd() % 2 ? vals[1] : rnd();
	vals[7] = rnd();
	vals[8] = rnd() % 4 ? rnd() % 64 : rnd();
	vals[9] = rnd() % 4 ? rnd() % 64 : rnd();
	for (i = 1; i < ARRAY_SIZE(vals); i++) {
		a[i - 1].what = PAIR_WRITE | p->n.regs_bar << 4;
		a[i - 1].len = 2;
		a[i - 1].off = 0x500 + 2 * i;
		memcpy(a[i - 1].data, &vals[i], 2);
	}
	a[9].what = PAIR_PLANE;
	a[9].data[0] = rnd();
	return item_end(item, a, 10);
}

static u32 pair_item(const u8 *head, u8 *item)
{
	const struct pair *p = pair_of(head);
	u64 data = pick_data(), off;
	u32 where = rnd() % 256, region, len;
	struct access a;

	if (rnd() % 2000 == 0)
		return mode_item(p, item);
	len = 1 + rnd() % 8;
	if (where < 184) {
		region = p->n.regs_bar;
		off = pick_register(p);
	} else if (where < 232) {
		region = VGPU_REGION_CONFIG;
		off = rnd() % 4 ? rnd() % 0x60 : rnd() % 264;
	} else if (where < 250) {
		region = p->n.ram_bar;
		len = 1 + rnd() % PAIR_DATA;
		off = rnd() % 2 ? rnd() % 0x10000 : p->n.ram_size - rnd() % (2 * PAIR_DATA);
	} else {
		region = rnd() % 16;
		len = rnd() % (PAIR_DATA + 1);
		off = rnd() >> rnd() % 64;
	}
	a = (struct access){ .len = len, .high = off >> 32, .off = off };
	a.what = rnd() % 2 | (rnd() % 3) << 2 | region << 4;
	if (rnd() % 8192 == 0)
		a.what = PAIR_RESET;
	memcpy(a.data, &data, sizeof(data));
	return item_end(item, &a, 1);
}

static void pair_target_exit(void)
{
	if (!pairs[0].v.regs)
		return;
	pair_exit(&pairs[0]);
	pair_exit(&pairs[1]);
}

const struct fuzz_target pair_target = {
	.name = "pair",
	.unit = "accesses",
	.head = 1,
	.align = sizeof(struct access),
	.items = 10000,
	.item = pair_item,
	.one = pair_one,
	.exit = pair_target_exit,
};
