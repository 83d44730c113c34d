// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_cs_target.c - commands, in a ring or a batch
 *
 * Most commands have the right length and addresses where something is; the rest is
 * noise.  What memory and registers are afterwards is compared with the naive command
 * streamer, wherever that knows.
 */
#include <stdio.h>

#include "gen8_guest.h"
#include "naive_cs.h"
#include "target.h"

/**
 * struct head - how the commands are submitted
 * @where: bits 0-1: engine; bit 2: into the ring, else a batch; bit 3: in the GGTT, else
 *	the PPGTT; bit 4: the ring begins close to its end; bit 6: submitted once more
 *	meanwhile; bit 7: the engine is reset meanwhile
 * @how: bits 0-2: 0: as @flags say; bits 3-5: 0: nothing ends the commands
 * @flags: of the context's descriptor
 * @rarely: bits 0-2: 0: bits 6 and 7 of @where count; bits 3-4: 0: no memory can be
 *	accessed directly, 1: all, else: one of eight pages for each bit that is set
 */
struct head {
	u8 where;
	u8 how;
	u8 flags;
	u8 rarely;
};

#define WHERE_RING 0x04
#define WHERE_GGTT 0x08
#define WHERE_WRAP 0x10
#define WHERE_AGAIN 0x40
#define WHERE_RESET 0x80
#define RING_BYTES (4 * GEN8_PAGE)
#define BYTES_MAX (3 * GEN8_PAGE)
#define SLICES_MAX 100 /* of what the naive model runs to its end */

static struct fuzz_guest guest;
static struct naive_cs naive;
static u64 commands, runs, judged;

static u32 cmd[FUZZ_ITEM_MAX / 4];
static u32 used;
static u32 engine; /* of the item that is made */

enum gen8_cs_result __real_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes);
enum gen8_cs_result __wrap_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes);

/* The linker sends each command here. */
enum gen8_cs_result __wrap_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes)
{
	commands++;
	return __real_gen8_cs_step(v, e, bytes);
}

/* What blits read is not all the same; taken for commands it is MI_NOOP. */
static void pattern_put(struct fuzz_guest *g)
{
	u32 at;

	for (at = FUZZ_DATA; at < FUZZ_RAM; at += 4)
		fuzz_put32(g, at, at * 0x9e3779b1 >> 10);
}

/* Commands into the ring, from @head on.  Return: where they end. */
static u32 ring_put(struct fuzz_guest *g, u32 head, const void *data, u32 len)
{
	u32 first = min(len, RING_BYTES - head);

	memcpy(g->ram + FUZZ_RING + head, data, first);
	memcpy(g->ram + FUZZ_RING, (const u8 *)data + first, len - first);
	return (head + (len + 7) / 8 * 8) % RING_BYTES;
}

/* Return: the tail of the ring. */
static u32 commands_put(struct fuzz_guest *g, const struct head *h, u32 head, const u8 *data,
			u32 len)
{
	u32 start[] = { 0x18800001 | (h->where & WHERE_GGTT ? 0 : 0x100), FUZZ_BATCH, 0, 0 };

	if (h->where & WHERE_RING)
		return ring_put(g, head, data, len);
	memcpy(g->ram + FUZZ_BATCH, data, len);
	if (h->how & 0x38)
		fuzz_put32(g, FUZZ_BATCH + (len & ~3u), 0x05000000);
	return ring_put(g, head, start, sizeof(start));
}

/* Most inputs run undisturbed. */
static u32 meanwhile(const struct head *h)
{
	return h->rarely % 8 ? 0 : h->where;
}

/* What the naive model makes of the same memory. */
static enum naive_end predict(const struct fuzz_guest *g, const struct head *h, u32 head, u32 tail)
{
	static const struct naive_layout layout = {
		.context = FUZZ_CONTEXT,
		.hwsp = FUZZ_HWSP,
		.tables = FUZZ_PML4,
		.readonly = 60 * GEN8_PAGE,
		.absent = 61 * GEN8_PAGE,
		.ring = FUZZ_RING,
		.ring_size = RING_BYTES,
	};
	static const enum naive_engine engines[] = { NAIVE_RCS, NAIVE_VCS, NAIVE_BCS, NAIVE_VECS };

	if (meanwhile(h) & (WHERE_AGAIN | WHERE_RESET) || !(h->how & 7))
		return NAIVE_UNKNOWN;
	naive.at = &layout;
	memcpy(naive.ram, g->ram, sizeof(naive.ram));
	return naive_cs_run(&naive, engines[h->where & 3], head, tail);
}

static void __attribute__((noreturn)) differ(const char *what, u32 at, u32 core, u32 expected)
{
	fprintf(stderr, "DIFFERENCE in %s at %#x: %#x, expected %#x\n", what, at, core, expected);
	abort();
}

static void compare(const struct fuzz_guest *g, u32 id, enum naive_end end)
{
	const struct gen8_engine *e = &to_gen8((struct vgpu *)&g->v)->engines->engine[id];
	u32 i;

	if (e->hung != (end == NAIVE_HUNG))
		differ("whether it hangs", 0, e->hung, end == NAIVE_HUNG);
	if (e->active != (end != NAIVE_IDLE))
		differ("whether it is done", 0, e->active, end != NAIVE_IDLE);
	for (i = 0; i < FUZZ_RAM; i++)
		if (g->ram[i] != naive.ram[i] && naive_cs_settled(&naive, i))
			differ("memory", i, g->ram[i], naive.ram[i]);
	for (i = 0; i < RING_SIZE; i += 4)
		if (naive_cs_known(i) && g->v.regs[(e->base + i) / 4] != naive.reg[i / 4])
			differ("a register", i, g->v.regs[(e->base + i) / 4], naive.reg[i / 4]);
}

/* Slices, until there is nothing to do but wait. */
static void run_judged(struct fuzz_guest *g, u32 id, enum naive_end end)
{
	u32 i;

	for (i = 0; i < SLICES_MAX && fuzz_slice(g) == VGPU_WORK_MORE; i++)
		;
	compare(g, id, end);
	judged++;
}

static void run_blind(struct fuzz_guest *g, const struct head *h)
{
	u32 i;

	for (i = 0; i < 3 && fuzz_slice(g); i++) {
		if (i == 1 && meanwhile(h) & WHERE_AGAIN)
			fuzz_submit(g, h->where & 3, 0x139);
		if (i == 1 && meanwhile(h) & WHERE_RESET)
			gen8_engine_reset(&g->v, BIT(h->where & 3));
	}
}

static u64 cs_one(const u8 *data, size_t size)
{
	struct fuzz_guest *g = &guest;
	enum naive_end end;
	struct head h;
	u32 image = FUZZ_CONTEXT + GEN8_PAGE;
	u32 begin, tail, len;

	if (size < sizeof(h))
		return 0;
	memcpy(&h, data, sizeof(h));
	size -= sizeof(h);
	commands = 0;
	runs++;
	fuzz_guest_begin(g);
	pattern_put(g);
	g->direct = h.rarely & 0x10 ? h.rarely : h.rarely & 0x08 ? 0xff : 0;
	len = size < BYTES_MAX ? size : BYTES_MAX;
	begin = h.where & WHERE_WRAP ? RING_BYTES - 64 : 0;
	tail = commands_put(g, &h, begin, data + sizeof(h), len);
	fuzz_put32(g, image + 4 * 0x05, begin);
	fuzz_put32(g, image + 4 * 0x07, tail);
	end = predict(g, &h, begin, tail);
	fuzz_submit(g, h.where & 3, h.how & 7 ? 0x139 : h.flags | 1);
	if (end == NAIVE_UNKNOWN)
		run_blind(g, &h);
	else
		run_judged(g, h.where & 3, end);
	return commands;
}

static void add(u32 dword)
{
	if (used < ARRAY_SIZE(cmd))
		cmd[used++] = dword;
}

static void add_addr(void)
{
	if (rnd() % 16) {
		add((rnd() % 2 ? FUZZ_DATA : FUZZ_BATCH) + rnd() % 0x4000);
		add(0);
	} else {
		add(rnd());
		add(rnd() % 2 ? 0 : rnd());
	}
}

static void add_any(u32 n)
{
	while (n--)
		add(rnd() % 4 ? rnd() % 64 : rnd());
}

static u32 any_register(void)
{
	static const u32 ring[] = { 0x2000, 0x12000, 0x22000, 0x1a000 };
	static const u32 computed[] = { 0x400, 0x404, 0x408, 0x410, 0x418, 0x3bc, 0x200 };

	switch (rnd() % 32) {
	case 0:
		return rnd();
	case 1:
		return ring[rnd() % 4] + (rnd() % 0x800 & ~3u);
	case 2:
		return ring[rnd() % 4] + RING_GPR + 4 * (rnd() % 32);
	case 3:
	case 4:
	case 5:
		return ring[engine] + computed[rnd() % ARRAY_SIZE(computed)];
	default:
		return ring[engine] + RING_GPR + 4 * (rnd() % 32);
	}
}

/* Opcode, dwords in all, where an address is (0: nowhere). */
static const struct {
	u8 op, len, addr;
} mi[] = {
	{ 0x00, 1, 0 }, { 0x01, 1, 0 },	 { 0x02, 1, 0 }, { 0x05, 1, 0 }, { 0x07, 1, 0 },
	{ 0x08, 1, 0 }, { 0x0a, 1, 0 },	 { 0x0c, 1, 0 }, { 0x1c, 4, 2 }, { 0x20, 4, 1 },
	{ 0x20, 5, 1 }, { 0x21, 3, 0 },	 { 0x26, 4, 1 }, { 0x26, 5, 1 }, { 0x2e, 5, 1 },
	{ 0x2f, 3, 1 }, { 0x2f, 11, 1 }, { 0x31, 3, 1 }, { 0x36, 4, 2 },
};

/* A batch of second level, made and called. */
static void add_call(void)
{
	u32 at = FUZZ_DATA + (rnd() & 0x3ffc);

	add(0x10000003);
	add(at);
	add(0);
	add(rnd() % 4 ? 0x04000000 : 0x05000000);
	add(0x05000000);
	add(0x18800001 | 1 << 22 | (rnd() % 2 ? 0x100 : 0));
	add(at);
	add(0);
}

static void add_mi(void)
{
	u32 i = rnd() % ARRAY_SIZE(mi), n = mi[i].len;
	u32 flags = rnd() % 2 ? 0 : rnd() & 0x7fff00;
	u32 at;

	add((u32)mi[i].op << 23 | flags | (n > 1 ? n - 2 : rnd() & 0xff));
	for (at = 1; at < n; at++)
		if (at == mi[i].addr) {
			add_addr();
			at++;
		} else {
			add_any(1);
		}
}

/* One step of MI_MATH. */
static void add_alu(void)
{
	static const u16 compute[] = { 0x100, 0x101, 0x102, 0x103, 0x104, 0x000 };
	static const u16 load[] = { 0x080, 0x480, 0x081, 0x481 };
	static const u8 from[] = { 0x20, 0x21, 0x31, 0x32, 0x33 };
	u32 source = rnd() % 2 ? rnd() % 16 : from[rnd() % ARRAY_SIZE(from)];

	switch (rnd() % 16) {
	case 0:
		add((u32)(0x100 + rnd() % 0x485) << 20 | rnd() % 0x35 << 10 | rnd() % 0x35);
		break;
	case 1 ... 5:
		add((u32)compute[rnd() % ARRAY_SIZE(compute)] << 20);
		break;
	case 6 ... 9:
		add((rnd() % 2 ? 0x180u : 0x580u) << 20 | rnd() % 16 << 10 | source);
		break;
	default:
		add((u32)load[rnd() % ARRAY_SIZE(load)] << 20 | (0x20 + rnd() % 2) << 10 | source);
	}
}

static void add_register(void)
{
	u32 n;

	switch (rnd() % 4) {
	case 0:
		n = 1 + rnd() % 4;
		add(0x11000000 | (2 * n - 1) | (rnd() % 4 ? 0 : (rnd() & 15) << 8));
		while (n--) {
			add(any_register());
			add_any(1);
		}
		break;
	case 1:
		add((rnd() % 2 ? 0x12000002 : 0x14800002) | (rnd() & 0x600000));
		add(any_register());
		add_addr();
		break;
	case 2:
		add(0x15000001);
		add(any_register());
		add(any_register());
		break;
	default:
		n = 1 + rnd() % 8;
		add(0x0d000000 | (n - 1));
		while (n--)
			add_alu();
	}
}

static u32 corner(void)
{
	u32 far = rnd() % 16 ? 64 : 65536;

	return (u32)(rnd() % far) << 16 | (u32)(rnd() % far);
}

static void add_clip(void)
{
	add(2u << 29 | 0x03 << 22 | 1);
	add(corner());
	add(corner());
}

static void add_blit(void)
{
	static const u32 ops[] = { 0x50 << 22 | 5, 0x53 << 22 | 8, 0x42 << 22 | 8 };
	bool clip = rnd() % 4 == 0;
	u32 op = rnd() % 3;

	if (clip)
		add_clip();
	add(2u << 29 | ops[op] | (rnd() & 0x30e800));
	add((u32)clip << 30 | (u32)(rnd() % 8) << 24 |
	    (u32)(rnd() % 2 ? 0xcc : rnd() & 0xff) << 16 |
	    (rnd() % 4 ? 256u << rnd() % 4 : rnd() & 0xffff));
	add(corner());
	add(corner());
	add_addr();
	if (!op) {
		add_any(1);
		return;
	}
	add(corner());
	add(rnd() % 4 ? 256u << rnd() % 4 : rnd() & 0xffff);
	add_addr();
}

static void add_pipeline(void)
{
	if (rnd() % 2) {
		add(0x7a000004);
		add(rnd() % 4 ? (rnd() & 0xffff3fff) | (rnd() & 0x4000) : rnd());
		add_addr();
		add_any(2);
	} else {
		u32 n = 2 + rnd() % 6;

		add(0x78000000 | (u32)(rnd() & 0x1ff0000) | (n - 2));
		add_any(n - 1);
	}
}

static u32 cs_item(const u8 *head, u8 *item)
{
	used = 0;
	engine = head[0] & 3;
	switch (rnd() % 8) {
	case 0:
	case 1:
	case 2:
		add_mi();
		break;
	case 3:
	case 4:
		add_register();
		break;
	case 5:
	case 6:
		if (engine == GEN8_BCS)
			add_blit();
		else
			add_pipeline();
		break;
	default:
		if (rnd() % 8)
			add_call();
		else
			add_any(1);
	}
	memcpy(item, cmd, 4 * used);
	return 4 * used;
}

static void cs_exit(void)
{
	fprintf(stderr, "%llu of %llu inputs were judged\n", (unsigned long long)judged,
		(unsigned long long)runs);
	fuzz_guest_exit(&guest);
}

const struct fuzz_target gen8_cs_target = {
	.name = "gen8_cs",
	.unit = "commands",
	.head = sizeof(struct head),
	.align = 4,
	.items = 24,
	.item = cs_item,
	.one = cs_one,
	.exit = cs_exit,
};
