// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_cs_target.c - commands, in a ring or a batch
 *
 * Most commands have the right length and addresses where something is; the rest is
 * noise.
 */
#include <stdio.h>

#include "gen8_guest.h"
#include "target.h"

/**
 * struct head - how the commands are submitted
 * @where: bits 0-1: engine; bit 2: into the ring, else a batch; bit 3: in the GGTT, else
 *	the PPGTT; bit 6: submitted once more meanwhile; bit 7: the engine is reset
 *	meanwhile
 * @how: bits 0-2: 0: as @flags say; bits 3-5: 0: nothing ends the commands
 * @flags: of the context's descriptor
 */
struct head {
	u8 where;
	u8 how;
	u8 flags;
	u8 pad;
};

#define WHERE_RING	0x04
#define WHERE_GGTT	0x08
#define WHERE_AGAIN	0x40
#define WHERE_RESET	0x80
#define BYTES_MAX	(3 * GEN8_PAGE)

static struct fuzz_guest guest;
static u64 commands;

static u32 cmd[FUZZ_ITEM_MAX / 4];
static u32 used;

enum gen8_cs_result __real_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes);
enum gen8_cs_result __wrap_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes);

/* The linker sends each command here. */
enum gen8_cs_result __wrap_gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes)
{
	commands++;
	return __real_gen8_cs_step(v, e, bytes);
}

/* Return: the bytes of it that are in the ring. */
static u32 commands_put(struct fuzz_guest *g, const struct head *h, const u8 *data, u32 len)
{
	u32 at = h->where & WHERE_RING ? FUZZ_RING : FUZZ_BATCH;

	memcpy(g->ram + at, data, len);
	if (h->how & 0x38)
		fuzz_put32(g, at + (len & ~3u), 0x05000000);
	if (h->where & WHERE_RING)
		return (len + 7) & ~7u;
	fuzz_put32(g, FUZZ_RING, 0x18800001 | (h->where & WHERE_GGTT ? 0 : 0x100));
	fuzz_put32(g, FUZZ_RING + 4, FUZZ_BATCH);
	return 16;
}

static u64 cs_one(const u8 *data, size_t size)
{
	struct fuzz_guest *g = &guest;
	u32 engine, len, i;
	struct head h;

	if (size < sizeof(h))
		return 0;
	memcpy(&h, data, sizeof(h));
	size -= sizeof(h);
	engine = h.where & 3;
	commands = 0;
	fuzz_guest_begin(g);
	len = size < BYTES_MAX ? size : BYTES_MAX;
	len = commands_put(g, &h, data + sizeof(h), len);
	fuzz_put32(g, FUZZ_CONTEXT + GEN8_PAGE + 4 * 0x07, len);
	fuzz_submit(g, engine, h.how & 7 ? 0x139 : h.flags | 1);
	for (i = 0; i < 3 && fuzz_slice(g); i++) {
		if (i == 1 && h.where & WHERE_AGAIN)
			fuzz_submit(g, engine, 0x139);
		if (i == 1 && h.where & WHERE_RESET)
			gen8_engine_reset(&g->v, BIT(engine));
	}
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

	return rnd() % 8 ? ring[rnd() % 4] + (rnd() % 0x800 & ~3u) : rnd();
}

/* Opcode, dwords in all, where an address is (0: nowhere). */
static const struct {
	u8 op, len, addr;
} mi[] = {
	{ 0x00, 1, 0 }, { 0x01, 1, 0 }, { 0x02, 1, 0 }, { 0x05, 1, 0 }, { 0x07, 1, 0 },
	{ 0x08, 1, 0 }, { 0x0a, 1, 0 }, { 0x0c, 1, 0 }, { 0x1c, 4, 2 }, { 0x20, 4, 1 },
	{ 0x20, 5, 1 }, { 0x21, 3, 0 }, { 0x26, 4, 1 }, { 0x26, 5, 1 }, { 0x2e, 5, 1 },
	{ 0x2f, 3, 1 }, { 0x2f, 11, 1 }, { 0x31, 3, 1 }, { 0x36, 4, 2 },
};

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
			add((u32)(rnd() % 2 ? 0x80 : 0x100 + rnd() % 0x85) << 20 |
			    (rnd() % 0x35) << 10 | rnd() % 0x35);
	}
}

static u32 corner(void)
{
	u32 far = rnd() % 16 ? 64 : 65536;

	return (u32)(rnd() % far) << 16 | (u32)(rnd() % far);
}

static void add_blit(void)
{
	static const u32 ops[] = { 0x50 << 22 | 5, 0x53 << 22 | 8, 0x42 << 22 | 8 };
	u32 op = rnd() % 3;

	add(2u << 29 | ops[op] | (rnd() & 0x30e800));
	add((u32)(rnd() % 8) << 24 | (u32)(rnd() % 4 ? 0xcc : rnd() & 0xff) << 16 |
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
		add(rnd());
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
		if ((head[0] & 3) == GEN8_BCS)
			add_blit();
		else
			add_pipeline();
		break;
	default:
		add_any(rnd() % 8 ? 0 : 1);
	}
	memcpy(item, cmd, 4 * used);
	return 4 * used;
}

static void cs_exit(void)
{
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
