/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_guest.h - a guest of the Gen8 engines: page tables, contexts, rings, submissions
 *
 * One device, with the engines' registers alone.  Guest memory is given out from a
 * counter, in pages that do not follow each other.
 */
#ifndef KVMGT_TESTS_GEN8_GUEST_H
#define KVMGT_TESTS_GEN8_GUEST_H

#include "fixture.h"
#include "gen8_engine.h"
#include "gen8_regs.h"

#ifndef RAM_SIZE
#define RAM_SIZE	(32u << 20)
#endif
#define PTE_RW		3u
#define PTE_RO		1u

#define HWSP		0x00010000u	/* GGTT, of RCS; other engines' behind it */
#define SCRATCH		0x00080000u	/* GGTT: 64 KiB to write to */
#define RING_PAGES	4u

static struct fixture f;
static u64 ram_next;
static u32 ggtt_next;

static int guest_init(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_lock_init(&g->engine_lock);
	env_lock_init(&g->clock_lock);
	return gen8_engine_init(v);
}

static void guest_exit(struct vgpu *v)
{
	gen8_engine_exit(v);
	env_lock_destroy(&to_gen8(v)->clock_lock);
	env_lock_destroy(&to_gen8(v)->engine_lock);
}

static const struct vgpu_area guest_areas[] = {
	{ 0, GEN8_GGTT_OFFSET, VGPU_EMULATED },
	{ GEN8_GGTT_OFFSET, GEN8_BAR0_SIZE - GEN8_GGTT_OFFSET, VGPU_PASSTHROUGH },
};

static const struct vgpu_block *const guest_blocks[] = { &gen8_engine_block, &gen8_gt_block };

static struct vgpu_model guest_model = {
	.name = "gen8-engines",
	.description = "Gen8 without a display",
	.pci = { .vendor = 0x8086, .device = 0x1612, .class = 0x038000 },
	.bars = { {
		.kind = VGPU_BAR_REGS,
		.size = GEN8_BAR0_SIZE,
		.areas = guest_areas,
		.nr_areas = ARRAY_SIZE(guest_areas),
		.regs_size = GEN8_REGS_SIZE,
		.ram_offset = GEN8_GGTT_OFFSET,
	} },
	.blocks = guest_blocks,
	.nr_blocks = ARRAY_SIZE(guest_blocks),
	.priv_size = sizeof(struct gen8),
	.init = guest_init,
	.exit = guest_exit,
	.reset = gen8_engine_reset_all,
	.work = gen8_engine_work,
};

static inline struct gen8_engine *engine(enum gen8_engine_id id)
{
	return &to_gen8(&f.v)->engines->engine[id];
}

static inline u32 reg_get(u32 off)
{
	return mmio_get(&f, off, 4);
}

static inline void reg_put(u32 off, u32 val)
{
	mmio_put(&f, off, val, 4);
}

/* A zeroed page of guest memory; the next one is elsewhere. */
static inline u64 page_new(void)
{
	ram_next += 2 * GEN8_PAGE;
	if (ram_next >= RAM_SIZE) {
		printf("Bail out! guest memory is used up\n");
		exit(1);
	}
	return ram_next;
}

static inline u64 get64(u64 gpa)
{
	u64 val;

	memcpy(&val, f.ram + gpa, 8);
	return val;
}

static inline u32 get32(u64 gpa)
{
	u32 val;

	memcpy(&val, f.ram + gpa, 4);
	return val;
}

static inline void put64(u64 gpa, u64 val)
{
	memcpy(f.ram + gpa, &val, 8);
}

static inline void put32(u64 gpa, u32 val)
{
	memcpy(f.ram + gpa, &val, 4);
}

static inline void ggtt_set(u32 addr, u64 entry)
{
	((u64 *)f.v.mem[0])[addr / GEN8_PAGE] = entry;
}

static inline u64 ggtt_gpa(u32 addr)
{
	return (((u64 *)f.v.mem[0])[addr / GEN8_PAGE] & GEN8_PTE_ADDR) + addr % GEN8_PAGE;
}

static inline void ggtt_new(u32 addr, u32 pages)
{
	for (; pages; pages--, addr += GEN8_PAGE)
		ggtt_set(addr, page_new() | GEN8_PTE_PRESENT);
}

/* The address of the entry for @addr at @level (0: leaf) of a PPGTT. */
static inline u64 ppgtt_slot(u64 pml4, u64 addr, u32 level)
{
	u64 table = pml4;
	u32 l;

	for (l = 3;; l--) {
		u64 slot = table + 8 * (addr >> (12 + 9 * l) & 511);

		if (l == level)
			return slot;
		if (!(get64(slot) & 1))
			put64(slot, page_new() | PTE_RW);
		table = get64(slot) & GEN8_PTE_ADDR;
	}
}

static inline void ppgtt_set(u64 pml4, u64 addr, u64 entry)
{
	put64(ppgtt_slot(pml4, addr, 0), entry);
}

static inline u64 ppgtt_gpa(u64 pml4, u64 addr)
{
	return (get64(ppgtt_slot(pml4, addr, 0)) & GEN8_PTE_ADDR) + addr % GEN8_PAGE;
}

static inline void ppgtt_new(u64 pml4, u64 addr, u32 pages)
{
	for (; pages; pages--, addr += GEN8_PAGE)
		ppgtt_set(pml4, addr, page_new() | PTE_RW);
}

static inline u32 hwsp(enum gen8_engine_id id)
{
	return HWSP + id * GEN8_PAGE;
}

/* The guest is up: status pages, run list mode, errors of commands reported. */
static inline void guest_begin(void)
{
	u32 i;

	memset(&f, 0, sizeof(f));
	fixture_init(&f, &guest_model);
	fixture_memory(&f, RAM_SIZE);
	vgpu_config_write(&f.v, PCI_COMMAND, "\6", 1);
	f.kicks = 0;
	ram_next = 0;
	ggtt_next = 0x00100000;
	ggtt_new(SCRATCH, 16);
	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		u32 base = engine(i)->base;

		ggtt_new(hwsp(i), 1);
		put32(ggtt_gpa(hwsp(i)) + 0x7c, 5);
		reg_put(base + RING_HWS_PGA, hwsp(i));
		reg_put(base + RING_MODE, 0x80008000);
		reg_put(base + RING_CSB_PTR, 0xffff0505);
		reg_put(base + RING_EMR, ~1u);
	}
}

static inline void guest_end(void)
{
	fixture_exit(&f);
}

/**
 * struct context - a context of the guest
 * @id: high half of its descriptor
 * @lrca: GGTT address of its image
 * @ring: GGTT address of its ring
 * @tail: of its ring
 * @pml4: its PPGTT
 */
struct context {
	u32 id;
	u32 lrca;
	u32 ring;
	u32 tail;
	u64 pml4;
};

static inline u64 image_gpa(const struct context *c, u32 dword)
{
	return ggtt_gpa(c->lrca + 0x1000) + 4 * dword;
}

static inline struct context context_new(u32 id)
{
	struct context c = { .id = id };

	c.lrca = ggtt_next;
	c.ring = ggtt_next + 2 * GEN8_PAGE;
	ggtt_new(c.lrca, 2 + RING_PAGES);
	ggtt_next += 8 * GEN8_PAGE;
	c.pml4 = page_new();
	put32(image_gpa(&c, 0x09), c.ring);
	put32(image_gpa(&c, 0x0b), (RING_PAGES - 1) << 12 | 1);
	put32(image_gpa(&c, 0x31), c.pml4 >> 32);
	put32(image_gpa(&c, 0x33), c.pml4);
	return c;
}

static inline void emit(struct context *c, u32 dword)
{
	put32(ggtt_gpa(c->ring + c->tail), dword);
	c->tail = (c->tail + 4) % (RING_PAGES * GEN8_PAGE);
}

#define EMIT(c, ...)									\
	do {										\
		const u32 dwords_[] = { __VA_ARGS__ };					\
		u32 i_;									\
											\
		for (i_ = 0; i_ < ARRAY_SIZE(dwords_); i_++)				\
			emit(c, dwords_[i_]);						\
	} while (0)

/* Commands at an address of the context's PPGTT, whose pages exist. */
#define BATCH(c, addr, ...)								\
	do {										\
		const u32 dwords_[] = { __VA_ARGS__ };					\
		u32 i_;									\
											\
		for (i_ = 0; i_ < ARRAY_SIZE(dwords_); i_++)				\
			put32(ppgtt_gpa((c)->pml4, (addr) + 4 * i_), dwords_[i_]);	\
	} while (0)

/* A quarter of what EMIT() writes may be half a qword. */
static inline void context_commit(struct context *c)
{
	if (c->tail % 8)
		emit(c, 0);
	put32(image_gpa(c, 0x07), c->tail);
}

static inline void submit_flags(enum gen8_engine_id id, struct context *a, struct context *b,
				u32 flags)
{
	u32 elsp = engine(id)->base + RING_ELSP;

	if (b)
		context_commit(b);
	context_commit(a);
	reg_put(elsp, b ? b->id : 0);
	reg_put(elsp, b ? b->lrca | 0x139 : 0);
	reg_put(elsp, a->id);
	reg_put(elsp, a->lrca | 0x139 | flags);
}

static inline void submit(enum gen8_engine_id id, struct context *a, struct context *b)
{
	submit_flags(id, a, b, 0);
}

/* Work until there is none.  Return: false if it does not end. */
static inline bool work(void)
{
	u32 i;

	for (i = 0; i < 1000; i++)
		if (!gen8_engine_work(&f.v))
			return true;
	return false;
}

/* Engines that GDRST says are not done with their reset. */
static inline u32 resetting(struct vgpu *v)
{
	u32 gdrst = READ_ONCE(v->regs[GDRST / 4]);

	return (gdrst & GDRST_RENDER ? BIT(GEN8_RCS) : 0) | (gdrst & GDRST_BLT ? BIT(GEN8_BCS) : 0) |
	       (gdrst & GDRST_MEDIA ? BIT(GEN8_VCS0) : 0) | (gdrst & GDRST_VECS ? BIT(GEN8_VECS) : 0);
}

#endif /* KVMGT_TESTS_GEN8_GUEST_H */
