// SPDX-License-Identifier: GPL-2.0
/*
 * naive_port.c - a second model of the registers of gen8 that answer, and of its monitor
 */
#include <string.h>

#include "naive_port.h"

enum kind {
	PLAIN,
	GPIO,
	GMBUS1,
	GMBUS3,
	AUX,
	SIDEBAND,
	WELL,
	LCPLL,
	DDI,
	PALETTE,
	PCODE,
	WAKE,
};

/* Behind the registers that do something those that they look at. */
static const struct row {
	uint32_t off, reset, rw, w1c;
	enum kind kind;
} rows[NAIVE_PORT_REGS] = {
	{ 0xc5010, 0x1010, 0x2f2f, 0, GPIO },
	{ 0xc5014, 0x1010, 0x2f2f, 0, GPIO },
	{ 0xc5018, 0x1010, 0x2f2f, 0, GPIO },
	{ 0xc501c, 0x1010, 0x2f2f, 0, GPIO },
	{ 0xc5020, 0x1010, 0x2f2f, 0, GPIO },
	{ 0xc5024, 0x1010, 0x2f2f, 0, GPIO },
#define I_GMBUS0 6
	{ 0xc5100, 0, 0xfff, 0, PLAIN },
	{ 0xc5104, 0, 0xffffffff, 0, GMBUS1 },
	{ 0xc5108, 0, 0, 0, PLAIN },
	{ 0xc510c, 0, 0xffffffff, 0, GMBUS3 },
	{ 0xc5110, 0, 0x1f, 0, PLAIN },
	{ 0xc5120, 0, 0x8000ffff, 0, PLAIN },
#define I_AUX 12 /* A to D */
	{ 0x64010, 0, 0xadffffff, 0x52000000, AUX },
	{ 0xe4110, 0, 0xadffffff, 0x52000000, AUX },
	{ 0xe4210, 0, 0xadffffff, 0x52000000, AUX },
	{ 0xe4310, 0, 0xadffffff, 0x52000000, AUX },
#define I_PORT_IIR 16
	{ 0x44448, 0, 0, 0xffffffff, PLAIN },
	{ 0x44444, 0xffffffff, 0xffffffff, 0, PLAIN },
	{ 0xc4008, 0, 0, 0xffffffff, PLAIN },
	{ 0xc4004, 0xffffffff, 0xffffffff, 0, PLAIN },
#define I_HOTPLUG 20
	{ 0xc4030, 0, 0x1c1c1c1c, 0x03030303, PLAIN },
#define I_SBI 21
	{ 0xc6000, 0, 0xffffffff, 0, PLAIN },
	{ 0xc6004, 0, 0xffffffff, 0, PLAIN },
	{ 0xc6008, 0, 0xffffffff, 0, SIDEBAND },
#define I_WELL 24
	{ 0x45400, 0, 0x80000000, 0, WELL },
	{ 0x45404, 0, 0x80000000, 0, WELL },
	{ 0x45408, 0, 0x80000000, 0, WELL },
	{ 0x4540c, 0, 0x80000000, 0, WELL },
	{ 0x130040, 0x40000000, 0xbff7ffff, 0, LCPLL },
	{ 0x64000, 0x80, 0xffffff7e, 0, DDI },
	{ 0x64100, 0x80, 0xffffff7e, 0, DDI },
	{ 0x64200, 0x80, 0xffffff7e, 0, DDI },
	{ 0x64300, 0x80, 0xffffff7e, 0, DDI },
	{ 0x64400, 0x80, 0xffffff7e, 0, DDI },
#define I_PALETTE 34 /* index and data of each pipe */
	{ 0x4a400, 0, 0xffffffff, 0, PLAIN },
	{ 0x4a404, 0, 0xffffffff, 0, PALETTE },
	{ 0x4ac00, 0, 0xffffffff, 0, PLAIN },
	{ 0x4ac04, 0, 0xffffffff, 0, PALETTE },
	{ 0x4b400, 0, 0xffffffff, 0, PLAIN },
	{ 0x4b404, 0, 0xffffffff, 0, PALETTE },
#define I_PCODE 40
	{ 0x138124, 0, 0xffffffff, 0, PCODE },
	{ 0x138128, 0, 0xffffffff, 0, PLAIN },
#define I_WAKE 42
	{ 0x0a188, 0, 0xffff, 0, WAKE },
	{ 0x130044, 0, 0, 0, PLAIN },
};

uint32_t naive_port_reg(uint32_t i)
{
	return i < NAIVE_PORT_REGS ? rows[i].off : 0;
}

static bool bit(uint32_t val, int nr)
{
	return val >> nr & 1;
}

/* Bit @nr becomes @to. */
static void bit_set(uint32_t *val, int nr, bool to)
{
	*val = (*val & ~(1u << nr)) | (uint32_t)to << nr;
}

void naive_port_reset(struct naive_port *n)
{
	uint32_t i;

	for (i = 0; i < NAIVE_PORT_REGS; i++)
		n->value[i] = rows[i].reset;
	n->reading = false;
	n->writing = false;
	n->stop = false;
	n->slave = 0;
	n->left = 0;
	n->sent = 0;
	n->offset = 0;
	n->segment = 0;
	n->nr_keys = 0;
	memset(n->palette, 0, sizeof(n->palette));
}

/* An event is latched unless it is masked. */
static void raise_cause(struct naive_port *n, uint32_t iir, uint32_t bits)
{
	n->value[iir] |= bits & ~n->value[iir + 1];
}

/* The bus is free, and the EEPROM forgets which segment was meant. */
static void bus_free(struct naive_port *n)
{
	n->reading = false;
	n->writing = false;
	n->segment = 0;
}

static void bus_status(struct naive_port *n)
{
	uint32_t *status = &n->value[I_GMBUS0 + 2];

	if (n->left) {
		*status = 0xa00;
	} else if (n->stop) {
		bus_free(n);
		*status = 0x800;
	} else {
		n->reading = false;
		n->writing = false;
		*status = 0x4a00;
	}
}

static void byte_sent(struct naive_port *n, uint8_t byte)
{
	if (n->sent == 0 && n->slave == 0x50)
		n->offset = byte;
	if (n->sent == 0 && n->slave == 0x30)
		n->segment = byte;
	n->sent++;
}

static void data_sent(struct naive_port *n)
{
	uint32_t data = n->value[I_GMBUS0 + 3];
	int i;

	for (i = 0; i < 4; i++) {
		if (!n->left)
			break;
		byte_sent(n, data >> (8 * i));
		n->left--;
	}
	bus_status(n);
}

static uint32_t data_received(struct naive_port *n)
{
	uint32_t data = 0;
	int i;

	for (i = 0; i < 4 && n->left; i++, n->left--) {
		uint32_t at = n->segment * 256 + n->offset;
		uint8_t byte = 0xff;

		if (n->slave == 0x50) {
			if (at < n->edid_size)
				byte = n->edid[at];
			n->offset++;
		}
		data |= (uint32_t)byte << (8 * i);
	}
	bus_status(n);
	return data;
}

static void message_begin(struct naive_port *n, uint32_t ctl)
{
	uint32_t two = n->value[I_GMBUS0 + 5];
	uint32_t slave = ctl / 2 % 128;

	if (n->value[I_GMBUS0] % 8 != 5 || !n->edid_size || (slave != 0x50 && slave != 0x30)) {
		bus_free(n);
		n->value[I_GMBUS0 + 2] = 0x400;
		return;
	}
	n->slave = slave;
	n->left = ctl >> 16 & 511;
	n->stop = bit(ctl, 27);
	n->sent = 0;
	if (bit(ctl, 26) && bit(two, 31)) {
		byte_sent(n, two >> 8);
		byte_sent(n, two);
	} else if (bit(ctl, 26)) {
		byte_sent(n, ctl >> 8);
	}
	n->reading = bit(ctl, 0);
	n->writing = !n->reading;
	if (n->writing)
		data_sent(n);
	else
		bus_status(n);
}

static void gmbus1(struct naive_port *n, uint32_t ctl)
{
	uint32_t *status = &n->value[I_GMBUS0 + 2];

	if (bit(ctl, 31)) {
		bus_free(n);
		*status = 0;
	} else if (bit(ctl, 30) && (bit(ctl, 25) || bit(ctl, 26))) {
		message_begin(n, ctl);
	} else if (bit(ctl, 30) && bit(ctl, 27)) {
		bus_free(n);
		*status &= 0x400;
	}
}

/* Of each line: direction and level, each beside its mask, and what is on the wire. */
static void gpio(uint32_t *value, uint32_t old, uint32_t val)
{
	int line, what;

	*value = val & 0x2020;
	for (line = 0; line < 16; line += 8) {
		for (what = 0; what < 4; what += 2)
			bit_set(value, line + what + 1,
				bit(bit(val, line + what) ? val : old, line + what + 1));
		bit_set(value, line + 4, !bit(*value, line + 1) || bit(*value, line + 3));
	}
}

static void aux(struct naive_port *n, uint32_t i)
{
	uint32_t *value = &n->value[i];

	if (!bit(*value, 31))
		return;
	bit_set(value, 31, false);
	bit_set(value, 30, true);
	bit_set(value, 28, true);
	if (!bit(*value, 29))
		return;
	if (i == I_AUX)
		raise_cause(n, I_PORT_IIR, 1);
	else
		raise_cause(n, I_PORT_IIR + 2, 1u << (24 + i - I_AUX));
}

static void sideband(struct naive_port *n)
{
	uint32_t *ctl = &n->value[I_SBI + 2];
	uint32_t key = n->value[I_SBI] >> 16 | (uint32_t)bit(*ctl, 16) << 16;
	uint32_t i;

	if (!bit(*ctl, 0))
		return;
	for (i = 0; i < n->nr_keys; i++)
		if (n->key[i] == key)
			break;
	if (!bit(*ctl, 8)) {
		n->value[I_SBI + 1] = i < n->nr_keys ? n->behind[i] : 0;
	} else if (i < 32) {
		n->key[i] = key;
		n->behind[i] = n->value[I_SBI + 1];
		if (i == n->nr_keys)
			n->nr_keys++;
	}
	*ctl &= ~7u;
}

static void wells(struct naive_port *n)
{
	bool on = false;
	int i;

	for (i = 0; i < 4; i++)
		on |= bit(n->value[I_WELL + i], 31);
	for (i = 0; i < 4; i++)
		bit_set(&n->value[I_WELL + i], 30, on);
}

static void pcode(struct naive_port *n)
{
	uint32_t *box = &n->value[I_PCODE];
	uint8_t command = *box;

	if (!bit(*box, 31))
		return;
	*box &= 0x7fffff00;
	if (command == 0x1a)
		n->value[I_PCODE + 1] = 0x700;
	else if (command != 8 && command != 9 && (command < 0x17 || command > 0x19))
		*box |= 1;
}

/* The entry that the index names; the index may move on. */
static uint32_t *palette_next(struct naive_port *n, uint32_t i)
{
	uint32_t *index = &n->value[i - 1];
	uint32_t at = *index % 1024;

	if (bit(*index, 15))
		*index = *index / 1024 * 1024 + (at + 1) % 1024;
	return &n->palette[(i - I_PALETTE) / 2][at];
}

uint32_t naive_port_read(struct naive_port *n, uint32_t i, uint32_t lanes)
{
	if (rows[i].kind == GMBUS3 && lanes & 0xff && n->reading && n->left)
		n->value[i] = data_received(n);
	if (rows[i].kind == PALETTE && lanes & 0xff)
		n->value[i] = *palette_next(n, i);
	return n->value[i];
}

static void act(struct naive_port *n, uint32_t i, uint32_t old, uint32_t val)
{
	uint32_t *value = &n->value[i];

	switch (rows[i].kind) {
	case GPIO:
		gpio(value, old, val);
		break;
	case GMBUS1:
		gmbus1(n, *value);
		break;
	case GMBUS3:
		if (n->writing && n->left)
			data_sent(n);
		break;
	case AUX:
		aux(n, i);
		break;
	case SIDEBAND:
		sideband(n);
		break;
	case WELL:
		wells(n);
		break;
	case LCPLL:
		bit_set(value, 30, !bit(*value, 31));
		bit_set(value, 19, bit(*value, 21));
		break;
	case DDI:
		bit_set(value, 7, !bit(*value, 31));
		break;
	case PALETTE:
		*palette_next(n, i) = *value;
		break;
	case PCODE:
		pcode(n);
		break;
	case WAKE:
		n->value[i + 1] = *value;
		break;
	default:
		break;
	}
}

/* Of these a part means nothing. */
static bool whole_only(enum kind kind)
{
	return kind == GPIO || kind == GMBUS1 || kind == GMBUS3 || kind == SIDEBAND ||
	       kind == PALETTE || kind == WAKE;
}

void naive_port_write(struct naive_port *n, uint32_t i, uint32_t val, uint32_t lanes)
{
	uint32_t old = n->value[i];
	uint32_t rw = rows[i].rw & lanes;

	if (whole_only(rows[i].kind) && lanes != 0xffffffff)
		return;
	if (rows[i].kind == WAKE)
		rw &= val >> 16;
	n->value[i] = ((old & ~rw) | (val & rw)) & ~(val & lanes & rows[i].w1c);
	act(n, i, old, val);
}

bool naive_port_plug(struct naive_port *n, const uint8_t *edid, uint32_t size)
{
	if (size && !naive_edid_sane(edid, size))
		return false;
	memset(n->edid, 0, sizeof(n->edid));
	if (size)
		memcpy(n->edid, edid, size);
	n->edid_size = size ? naive_edid_fit(n->edid, size) : 0;
	if (bit(n->value[I_HOTPLUG], 4)) {
		bit_set(&n->value[I_HOTPLUG], 1, true);
		raise_cause(n, I_PORT_IIR + 2, 1u << 21);
	}
	return true;
}
