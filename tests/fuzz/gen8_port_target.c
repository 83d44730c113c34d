// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_port_target.c - monitors that a VMM describes, and the registers that answer: GMBUS,
 * GPIO, AUX, the sideband, palettes, power, pcode; against the naive ones
 *
 * An input builds descriptions piece by piece, plugs them in, and does with the registers
 * what drivers do and what they should not.
 */
#include <stdio.h>

#include "edid.h"
#include "gen8_device.h"
#include "gen8_display.h"
#include "naive_port.h"
#include "target.h"

enum what {
	READ,		/* register @reg; @len: lanes, as bits; 0: all */
	WRITE,
	BLOCK,		/* @len of @reg: a base block, CEA-861, DisplayID, nothing */
	POKE,		/* eight bytes at @at of the description */
	SUM,		/* of block @reg is made right */
	PLUG,		/* @at bytes are the description */
	RESET,
	NR_WHATS,
};

/**
 * struct port_item - one thing to do
 * @what: enum what
 * @reg: which register, which block
 * @at: where, how much
 * @len: lanes, kind
 * @data: bytes
 */
struct port_item {
	u8 what;
	u8 reg;
	u16 at;
	u8 len;
	u8 pad[3];
	u8 data[8];
};

_Static_assert(sizeof(struct port_item) == 16, "no padding");

static struct fuzz_device device;
static struct naive_port naive;
static u8 edid[VGPU_EDID_MAX];

static void __attribute__((noreturn)) differ(const char *what, u32 at, u32 core, u32 expected)
{
	fprintf(stderr, "DIFFERENCE in %s at %#x: %#x, expected %#x\n", what, at, core, expected);
	abort();
}

static void compare_registers(void)
{
	u32 i, off;

	for (i = 0; (off = naive_port_reg(i)); i++)
		if (device.v.regs[off / 4] != naive.value[i])
			differ("a register", off, device.v.regs[off / 4], naive.value[i]);
}

static void compare_monitor(void)
{
	const struct gen8_display *d = to_gen8(&device.v)->display;
	u32 i;

	if (d->edid_size != naive.edid_size)
		differ("the monitor's size", 0, d->edid_size, naive.edid_size);
	for (i = 0; i < sizeof(naive.edid); i++)
		if (d->edid[i] != naive.edid[i])
			differ("the monitor", i, d->edid[i], naive.edid[i]);
}

/* Bytes of a register that follow each other. */
static void access_do(const struct port_item *op)
{
	u32 i = op->reg % NAIVE_PORT_REGS, val, got = 0;
	u32 lane = op->len & 3, n = min((op->len >> 2 & 3) + 1u, 4 - lane);
	u32 lanes;

	if (!(op->len & 0x30)) { /* most are whole */
		lane = 0;
		n = 4;
	}
	lanes = (u32)GENMASK(8 * (lane + n) - 1, 8 * lane);
	memcpy(&val, op->data, 4);
	if (op->what == READ) {
		if (vgpu_region_read(&device.v, 0, naive_port_reg(i) + lane, &got, n))
			abort();
		val = (naive_port_read(&naive, i, lanes) & lanes) >> (8 * lane);
		if (got != val)
			differ("what was read", naive_port_reg(i), got, val);
	} else {
		naive_port_write(&naive, i, val << (8 * lane), lanes);
		if (vgpu_region_write(&device.v, 0, naive_port_reg(i) + lane, &val, n))
			abort();
	}
}

/* A description of a mode and how many extensions there are. */
static void base_block(u8 *block, const u8 *data)
{
	struct edid_timing t = {
		.clock_10khz = data[0] | data[1] << 8,
		.width = data[2] | (data[3] & 15) << 8,
		.hblank = 100,
		.height = data[4] | (data[5] & 15) << 8,
		.vblank = 30,
	};

	vgpu_edid_build(block, 16 << 20);
	memset(block + EDID_DESCRIPTORS, 0, EDID_DESCRIPTOR_SIZE);
	vgpu_edid_timing_put(block + EDID_DESCRIPTORS, &t, data[6] * 4, data[7] * 3);
	block[EDID_WIDTH_CM] = data[6];
	block[EDID_HEIGHT_CM] = data[7];
	block[EDID_EXTENSIONS] = data[3] >> 6;
}

/* Blocks of data that end, or do not, where timings begin. */
static void cea_block(u8 *block, const u8 *data)
{
	u32 at;

	memset(block, 0, VGPU_EDID_SIZE);
	block[0] = CEA_EXTENSION;
	block[1] = data[0] % 5;
	block[2] = data[1] % 4 ? data[1] % 64 : data[1];
	for (at = 4; at < block[2] && at < 127; at += 1 + (block[at] & 31)) {
		block[at] = data[2 + at % 5];
		if (at < 120 && data[7] % 4 == 0)
			memcpy(block + at, "\x67\x03\x0c\x00", 4);
	}
	for (; at < 109; at += 18)
		block[at] = data[7] & at ? data[6] : 0;
}

static void displayid_block(u8 *block, const u8 *data)
{
	const u8 head[] = { 0x70, 0x13, data[0], 3, 0, data[1] % 4 ? 3 : data[1], 0, data[2] };

	memset(block, 0, VGPU_EDID_SIZE);
	memcpy(block, head, sizeof(head));
	block[2] = data[0] % 4 ? 23 : 18 + data[0] / 4 % 8;
	block[7] = data[2] % 4 ? 20 : 15 + data[2] / 4 % 8;
	block[12] = data[3];
	block[13] = data[4] & 15;
	block[20] = data[5];
	block[21] = data[6] & 15;
}

static void block_put(const struct port_item *op)
{
	u8 *block = edid + op->reg % 4 * VGPU_EDID_SIZE;

	switch (op->len % 4) {
	case 0:
		base_block(block, op->data);
		break;
	case 1:
		cea_block(block, op->data);
		break;
	case 2:
		displayid_block(block, op->data);
		break;
	default:
		memset(block, op->data[0], VGPU_EDID_SIZE);
	}
	vgpu_edid_checksum_put(block);
}

/* More than can be is offered too, from a place of that size. */
static void plug(const struct port_item *op)
{
	static u8 offered[2 * VGPU_EDID_MAX];
	u32 size = op->at % (sizeof(offered) + 1);
	bool core, expected;
	u8 *exact;

	memcpy(offered, edid, sizeof(edid));
	exact = malloc(size);
	memcpy(exact, offered, size);
	core = !vgpu_monitor_plug(&device.v, exact, size);
	expected = naive_port_plug(&naive, exact, size);
	free(exact);
	if (core != expected)
		differ("whether it is a monitor", size, core, expected);
	compare_monitor();
}

/* What resets keep is the monitor. */
static void reset(void)
{
	vgpu_reset(&device.v);
	naive_port_reset(&naive);
}

static void port_do(const struct port_item *op)
{
	switch (op->what % 16) {
	case BLOCK:
		block_put(op);
		break;
	case POKE:
		memcpy(edid + op->at % (sizeof(edid) - 7), op->data, 8);
		break;
	case SUM:
		vgpu_edid_checksum_put(edid + op->reg % 4 * VGPU_EDID_SIZE);
		break;
	case PLUG:
		plug(op);
		break;
	case RESET:
		if (op->data[0] == 0)
			reset();
		break;
	default:
		access_do(op);
	}
}

static u64 port_one(const u8 *data, size_t size)
{
	struct port_item op;
	u64 done = 0;

	fuzz_device_begin(&device);
	memset(edid, 0, sizeof(edid));
	memset(&naive, 0, sizeof(naive));
	naive.edid_size = vgpu_monitor_edid(&device.v, naive.edid);
	naive_port_reset(&naive);
	for (; size >= sizeof(op); data += sizeof(op), size -= sizeof(op), done++) {
		memcpy(&op, data, sizeof(op));
		port_do(&op);
		if (op.what % 16 != READ)
			compare_registers();
	}
	compare_registers();
	return done;
}

/* Where the next item goes. */
static struct port_item *next;

static void put(u8 what, u8 reg, u32 at, u8 len, u64 val)
{
	*next = (struct port_item){ .what = what, .reg = reg, .at = at, .len = len };
	memcpy(next->data, &val, 8);
	next++;
}

/* The place of a register among those of the naive model. */
static u8 place(u32 off)
{
	u8 i = 0;

	while (naive_port_reg(i) && naive_port_reg(i) != off)
		i++;
	return i;
}

static u32 gmbus_command(void)
{
	static const u8 slaves[] = { 0x50, 0x50, 0x50, 0x30, 0x37 };
	u32 count = rnd() % 4 ? rnd() % 12 : rnd() % 512;
	u32 cmd = GMBUS_SW_RDY | count << 16 | slaves[rnd() % 5] << 1 | (rnd() & 1);

	cmd |= (u32)(rnd() & 0xff) << 8;
	cmd |= (u32)(rnd() % 8 ? 1 + rnd() % 7 : 0) << 25; /* WAIT, INDEX, STOP */
	if (rnd() % 32 == 0)
		cmd |= GMBUS_SW_CLR_INT;
	return rnd() % 32 ? cmd : rnd();
}

static void message_item(void)
{
	u32 n = rnd() % 6;

	if (rnd() % 4 == 0)
		put(WRITE, place(GMBUS0), 0, 0, rnd() % 8 ? GMBUS_PIN_DPB : rnd());
	if (rnd() % 4 == 0)
		put(WRITE, place(GMBUS3), 0, 0, rnd());
	if (rnd() % 4 == 0)
		put(WRITE, place(GMBUS5), 0, 0, rnd());
	put(WRITE, place(GMBUS1), 0, 0, gmbus_command());
	while (n--)
		put(rnd() % 4 ? READ : WRITE, place(GMBUS3), 0, 0, rnd());
}

/* A description that is one, nearly always, and is plugged in. */
static void monitor_item(void)
{
	u32 extensions = rnd() % 4, i;
	u64 data = rnd();

	data &= ~(0xf0ull << 24) & ~(0xc0ull << 24);
	data |= (u64)extensions << 30;
	if (rnd() % 3 == 0) /* no timing, or a slow one */
		data &= ~0xffffull;
	if (rnd() % 3 == 0)
		data = (data & ~0xff00ull) | rnd() % 0x74 << 8;
	put(BLOCK, 0, 0, 0, data);
	for (i = 1; i <= extensions; i++) {
		put(BLOCK, i, 0, rnd() % 8 ? 1 + rnd() % 2 : 3, rnd());
		if (rnd() % 4 == 0)
			put(POKE, 0, 128 * i + rnd() % 120, 0, rnd());
		if (rnd() % 4 == 0)
			put(SUM, i, 0, 0, 0);
	}
	if (rnd() % 4 == 0) {
		put(POKE, 0, 54 + rnd() % 70, 0, rnd());
		put(SUM, 0, 0, 0, 0);
	}
	put(PLUG, 0, rnd() % 16 ? 128 * (1 + extensions + (rnd() % 8 == 0)) : rnd(), 0, 0);
}

static u64 any_value(void)
{
	switch (rnd() % 4) {
	case 0:
		return rnd();
	case 1:
		return 1ull << rnd() % 32;
	case 2:
		return ~(1ull << rnd() % 32);
	default: /* what starts something, with little else */
		return (rnd() & 0xb0010101) | rnd() % 32;
	}
}

static u32 port_item(const u8 *head, u8 *item)
{
	static struct port_item items[FUZZ_ITEM_MAX / sizeof(struct port_item)];

	next = items;
	switch (rnd() % 16) {
	case 0 ... 3:
		message_item();
		break;
	case 4:
		monitor_item();
		break;
	case 5:
		if (rnd() % 64)
			put(PLUG, 0, rnd() % 2 ? 0 : 128 * (rnd() % 6), 0, 0);
		else
			put(RESET, 0, 0, 0, 0);
		break;
	default:
		put(rnd() % 2 ? READ : WRITE, rnd() % NAIVE_PORT_REGS, 0,
		    rnd() % 4 ? 0 : rnd(), any_value());
	}
	memcpy(item, items, (u8 *)next - (u8 *)items);
	return (u8 *)next - (u8 *)items;
}

static void port_exit(void)
{
	fuzz_device_exit(&device);
}

const struct fuzz_target gen8_port_target = {
	.name = "gen8_port",
	.unit = "accesses",
	.align = sizeof(struct port_item),
	.items = 400,
	.item = port_item,
	.one = port_one,
	.exit = port_exit,
};
