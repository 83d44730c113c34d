// SPDX-License-Identifier: GPL-2.0
/*
 * naive.c - a second model of devices, one byte at a time
 */
#include <stdlib.h>
#include <string.h>

#include "naive.h"

enum kind {
	HOLE,
	PLAIN,
	MASKED,		/* high half selects bits of the low half */
	READ_COUNT,	/* counts reads of byte 0 */
	DOORBELL,	/* rings when byte 0 is written */
	SETTER,		/* bits that rise are set in the register at 'target' */
	TIME_LO,
	TIME_HI,
	BYTEORDER_REG,
};

struct row {
	uint32_t off, nr, reset, rw, w1c, rc;
	enum kind kind;
};

static const struct row test_rows[] = {
	{ 0x0000, 1, 0x4b564d47, 0xffffffff, 0, 0, PLAIN },
	{ 0x0010, 1, 0x01234567, 0xffffffff, 0, 0, PLAIN },
	{ 0x0014, 1, 0xa5a5a5a5, 0x00fff00f, 0, 0, PLAIN },
	{ 0x0018, 1, 0x12345678, 0, 0, 0, PLAIN },
	{ 0x001c, 1, 0xf0f0f0f0, 0, 0xffffffff, 0, PLAIN },
	{ 0x0020, 1, 0x0ffffff0, 0xff00000f, 0x00ff0ff0, 0, PLAIN },
	{ 0x0024, 1, 0x00000000, 0x0000ffff, 0, 0, MASKED },
	{ 0x0028, 1, 0x00001234, 0x00000ff0, 0, 0, MASKED },
	{ 0x002c, 1, 0xffffffff, 0, 0, 0x0ff0ffff, PLAIN },
	{ 0x0030, 1, 0, 0xffffffff, 0, 0, SETTER },
	{ 0x0034, 1, 0, 0xffffffff, 0, 0, SETTER },
	{ 0x0038, 1, 0, 0, 0, 0, READ_COUNT },
	{ 0x003c, 1, 0, 0x000000ff, 0, 0, DOORBELL },
	{ 0x0040, 1, 0, 0, 0, 0, PLAIN },
	{ 0x0050, 1, 0, 0, 0xffffffff, 0, PLAIN },
	{ 0x0054, 1, 0, 0xffffffff, 0, 0, PLAIN },
	{ 0x0058, 1, 0, 0xffffffff, 0, 0, SETTER },
	{ 0x0060, 2, 0, 0xffffffff, 0, 0, PLAIN },
	{ 0x0078, 1, 0, 0, 0, 0, TIME_LO },
	{ 0x007c, 1, 0, 0, 0, 0, TIME_HI },
	{ 0x0100, 64, 0x0a0b0c0d, 0xffffffff, 0, 0, PLAIN },
	{ 0x0ff0, 8, 0x80000000, 0x7fffffff, 0, 0, PLAIN },
	{ 0x4000, 1, 0x5adc0de5, 0xffffffff, 0, 0, PLAIN },
	{ 0x4004, 1, 0xa5a5a5a5, 0x00fff00f, 0, 0, PLAIN },
	{ 0x4008, 1, 0x12345678, 0, 0, 0, PLAIN },
	{ 0x400c, 1, 0xf0f0f0f0, 0, 0xffffffff, 0, PLAIN },
	{ 0x4010, 1, 0x0ffffff0, 0xff00000f, 0x00ff0ff0, 0, PLAIN },
	{ 0x4014, 1, 0x00000000, 0x0000ffff, 0, 0, MASKED },
	{ 0x4018, 1, 0, 0xffffffff, 0, 0, SETTER },
	{ 0x401c, 1, 0, 0x000000ff, 0, 0, DOORBELL },
	{ 0x4020, 1, 0, 0, 0, 0, PLAIN },
	{ 0x4100, 64, 0x0a0b0c0d, 0xffffffff, 0, 0, PLAIN },
	{ 0x8000, 1024, 0, 0xffffffff, 0, 0, PLAIN },
	{ 0x9000, 1, 0, 0, 0, 0, READ_COUNT },
	{ 0xc100, 4, 0x0dd0dd00, 0xffffffff, 0, 0, PLAIN },
	{ 0xfffc, 1, 0x7a57c0de, 0xffffffff, 0, 0, PLAIN },
};

static const struct row bochs_rows[] = {
	{ 0x0000, 64, 0, 0, 0, 0, PLAIN },		/* EDID: edid_enter() */
	{ 0x0500, 1, 0x0000b0c5, 0xffff0000, 0, 0, PLAIN },
	{ 0x0504, 4, 0, 0xffffffff, 0, 0, PLAIN },
	{ 0x0514, 1, 0xffff0100, 0, 0, 0, PLAIN },
	{ 0x0600, 1, 8, 0, 0, 0, PLAIN },
	{ 0x0604, 1, 0x1e1e1e1e, 0, 0, 0, BYTEORDER_REG },
};

/* The EDID block, as a monitor of this name would have it in its ROM. */
static const uint8_t edid_rom[128] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x2e, 0xc7, 0x01, 0x00, 0, 0, 0, 0,
	0x00, 0x24, 0x01, 0x04, 0xa5, 0x20, 0x18, 0x78, 0x06, 0xee, 0x91, 0xa3, 0x54, 0x4c,
	0x99, 0x26, 0x0f, 0x50, 0x54, 0x21, 0x08, 0x00,
	0x71, 0x40, 0x81, 0xc0, 0x81, 0x80, 0x95, 0x00, 0xb3, 0x00, 0xd1, 0xc0, 0xd1, 0x00,
	0xe1, 0x40,
	0x64, 0x19, 0x00, 0x40, 0x41, 0x00, 0x26, 0x30, 0x18, 0x88, 0x36, 0x00, 0x40, 0xf0,
	0x10, 0x00, 0x00, 0x18,
	0, 0, 0, 0xfc, 0, 'K', 'V', 'M', 'G', 'T', ' ', 'v', 'G', 'P', 'U', '\n', ' ', ' ',
	0, 0, 0, 0xff, 0, '1', '\n', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ',
	0, 0, 0, 0x10,
};

/* Sparse bytes of configuration space: where, what, writable, cleared by 1. */
struct config_row {
	uint8_t off, value, w, c;
};

static const struct config_row test_config[] = {
	{ 0x00, 0x34, 0, 0 }, { 0x01, 0x12, 0, 0 }, { 0x02, 0x54, 0, 0 }, { 0x03, 0x4b, 0, 0 },
	{ 0x04, 0, 0x06, 0 }, { 0x05, 0, 0x04, 0 }, { 0x06, 0x10, 0, 0 }, { 0x07, 0, 0, 0xf9 },
	{ 0x08, 0x01, 0, 0 }, { 0x0b, 0xff, 0, 0 }, { 0x0c, 0, 0xff, 0 },
	{ 0x12, 0, 0xff, 0 }, { 0x13, 0, 0xff, 0 },
	{ 0x18, 0x0c, 0, 0 }, { 0x1a, 0, 0xf0, 0 }, { 0x1b, 0, 0xff, 0 },
	{ 0x1c, 0, 0xff, 0 }, { 0x1d, 0, 0xff, 0 }, { 0x1e, 0, 0xff, 0 }, { 0x1f, 0, 0xff, 0 },
	{ 0x2c, 0xf4, 0, 0 }, { 0x2d, 0x1a, 0, 0 }, { 0x2f, 0x11, 0, 0 },
	{ 0x34, 0x40, 0, 0 }, { 0x3c, 0, 0xff, 0 }, { 0x3d, 0x01, 0, 0 },
	{ 0x40, 0x01, 0, 0 }, { 0x41, 0x50, 0, 0 }, { 0x42, 0x03, 0, 0 }, { 0x44, 0x08, 0x03, 0 },
	{ 0x50, 0x05, 0, 0 }, { 0x52, 0x84, 0x71, 0 },
	{ 0x54, 0, 0xfc, 0 }, { 0x55, 0, 0xff, 0 }, { 0x56, 0, 0xff, 0 }, { 0x57, 0, 0xff, 0 },
	{ 0x58, 0, 0xff, 0 }, { 0x59, 0, 0xff, 0 }, { 0x5a, 0, 0xff, 0 }, { 0x5b, 0, 0xff, 0 },
	{ 0x5c, 0, 0xff, 0 }, { 0x5d, 0, 0xff, 0 },
};

static const struct config_row bochs_config[] = {
	{ 0x00, 0x34, 0, 0 }, { 0x01, 0x12, 0, 0 }, { 0x02, 0x11, 0, 0 }, { 0x03, 0x11, 0, 0 },
	{ 0x04, 0, 0x06, 0 }, { 0x07, 0, 0, 0xf9 },
	{ 0x08, 0x02, 0, 0 }, { 0x0a, 0x80, 0, 0 }, { 0x0b, 0x03, 0, 0 }, { 0x0c, 0, 0xff, 0 },
	{ 0x10, 0x08, 0, 0 }, { 0x13, 0, 0xff, 0 },
	{ 0x19, 0, 0xf0, 0 }, { 0x1a, 0, 0xff, 0 }, { 0x1b, 0, 0xff, 0 },
	{ 0x2c, 0xf4, 0, 0 }, { 0x2d, 0x1a, 0, 0 }, { 0x2f, 0x11, 0, 0 },
	{ 0x3c, 0, 0xff, 0 },
};

static const struct config_row gen8_config[] = {
	{ 0x00, 0x86, 0, 0 }, { 0x01, 0x80, 0, 0 }, { 0x02, 0x12, 0, 0 }, { 0x03, 0x16, 0, 0 },
	{ 0x04, 0, 0x06, 0 }, { 0x05, 0, 0x04, 0 }, { 0x06, 0x10, 0, 0 }, { 0x07, 0, 0, 0xf9 },
	{ 0x08, 0x09, 0, 0 }, { 0x0b, 0x03, 0, 0 }, { 0x0c, 0, 0xff, 0 },
	{ 0x10, 0x04, 0, 0 }, { 0x13, 0, 0xff, 0 },
	{ 0x14, 0, 0xff, 0 }, { 0x15, 0, 0xff, 0 }, { 0x16, 0, 0xff, 0 }, { 0x17, 0, 0xff, 0 },
	{ 0x18, 0x0c, 0, 0 }, { 0x1b, 0, 0xf0, 0 },
	{ 0x1c, 0, 0xff, 0 }, { 0x1d, 0, 0xff, 0 }, { 0x1e, 0, 0xff, 0 }, { 0x1f, 0, 0xff, 0 },
	{ 0x2c, 0xf4, 0, 0 }, { 0x2d, 0x1a, 0, 0 }, { 0x2f, 0x11, 0, 0 },
	{ 0x34, 0xac, 0, 0 }, { 0x3c, 0, 0xff, 0 }, { 0x3d, 0x01, 0, 0 }, { 0x50, 0xc0, 0, 0 },
	{ 0xac, 0x05, 0, 0 }, { 0xae, 0x80, 0x71, 0 },
	{ 0xb0, 0, 0xfc, 0 }, { 0xb1, 0, 0xff, 0 }, { 0xb2, 0, 0xff, 0 }, { 0xb3, 0, 0xff, 0 },
	{ 0xb4, 0, 0xff, 0 }, { 0xb5, 0, 0xff, 0 }, { 0xb6, 0, 0xff, 0 }, { 0xb7, 0, 0xff, 0 },
	{ 0xb8, 0, 0xff, 0 }, { 0xb9, 0, 0xff, 0 },
	{ 0xfc, 0, 0xff, 0 }, { 0xfd, 0, 0xff, 0 }, { 0xfe, 0, 0xff, 0 }, { 0xff, 0, 0xff, 0 },
};

static void put(uint8_t *p, uint32_t val)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = val >> (8 * i);
}

static void rows_enter(struct naive *n, const struct row *rows, size_t nr)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < nr; i++)
		for (k = 0; k < rows[i].nr; k++) {
			uint32_t off = rows[i].off + 4 * k;

			put(n->reset + off, rows[i].reset);
			put(n->rw + off, rows[i].rw);
			put(n->w1c + off, rows[i].w1c);
			put(n->rc + off, rows[i].rc);
			memset(n->kind + off, rows[i].kind, 4);
		}
}

/* What the ROM says, with the sum that makes it 0. */
static void edid_enter(struct naive *n)
{
	uint8_t sum = 0;
	int i;

	for (i = 0; i < 128; i++) {
		n->reset[i] = edid_rom[i];
		sum += edid_rom[i];
	}
	n->reset[127] = 256 - sum;
}

static uint8_t *bytes(uint32_t size)
{
	uint8_t *p = calloc(size, 1);

	if (!p)
		abort();
	return p;
}

void naive_init(struct naive *n, enum naive_model model)
{
	bool test = model == NAIVE_TEST;
	uint32_t off;

	memset(n, 0, sizeof(*n));
	n->model = model;
	n->regs_bar = test ? 0 : 2;
	n->ram_bar = test ? 2 : 0;
	n->size = test ? 0x10000 : 0x1000;
	n->ram_size = test ? 0x100000 : 0x1000000;
	if (model == NAIVE_GEN8) {
		n->regs_bar = n->ram_bar = 255; /* none */
		n->size = n->ram_size = 0;
	}
	n->value = bytes(n->size);
	n->reset = bytes(n->size);
	n->rw = bytes(n->size);
	n->w1c = bytes(n->size);
	n->rc = bytes(n->size);
	n->kind = bytes(n->size);
	n->ram = bytes(n->ram_size);

	for (off = 0; off < n->size; off += 4)
		put(n->reset + off, test ? 0xdeadbeef : 0xffffffff);
	if (test) {
		rows_enter(n, test_rows, sizeof(test_rows) / sizeof(test_rows[0]));
	} else if (model == NAIVE_BOCHS) {
		rows_enter(n, bochs_rows, sizeof(bochs_rows) / sizeof(bochs_rows[0]));
		edid_enter(n);
	}
	naive_reset(n);
}

void naive_exit(struct naive *n)
{
	free(n->value);
	free(n->reset);
	free(n->rw);
	free(n->w1c);
	free(n->rc);
	free(n->kind);
	free(n->ram);
}

static void config_reset(struct naive *n, const struct config_row *rows, size_t nr)
{
	size_t i;

	memset(n->config, 0, 256);
	for (i = 0; i < nr; i++) {
		n->config[rows[i].off] = rows[i].value;
		n->config_w[rows[i].off] = rows[i].w;
		n->config_c[rows[i].off] = rows[i].c;
	}
}

void naive_reset(struct naive *n)
{
	memcpy(n->value, n->reset, n->size);
	if (n->model == NAIVE_TEST)
		config_reset(n, test_config, sizeof(test_config) / sizeof(test_config[0]));
	else if (n->model == NAIVE_BOCHS)
		config_reset(n, bochs_config, sizeof(bochs_config) / sizeof(bochs_config[0]));
	else
		config_reset(n, gen8_config, sizeof(gen8_config) / sizeof(gen8_config[0]));
	n->reads[0] = 0;
	n->reads[1] = 0;
	n->big_endian = false;
}

/* One byte of a register is read. */
static uint8_t lane_read(struct naive *n, uint32_t off)
{
	uint32_t b = off % 4;
	uint8_t val;

	switch (n->kind[off]) {
	case READ_COUNT:
		if (b == 0)
			put(n->value + off, ++n->reads[off >= 0x9000]);
		break;
	case TIME_LO:
		return n->now >> (8 * b);
	case TIME_HI:
		return n->now >> (32 + 8 * b);
	case BYTEORDER_REG:
		return n->big_endian ? 0xbe : 0x1e;
	}
	val = n->value[off];
	n->value[off] = val & ~n->rc[off];
	return val;
}

/* The register in which bits are set. */
static uint32_t setter_target(uint32_t off)
{
	switch (off & ~3u) {
	case 0x30:
		return 0x1c;
	case 0x34:
		return 0x2c;
	case 0x58:
		return 0x50;
	default:
		return 0x400c;
	}
}

/* One byte of a register is written; not of those that take whole dwords. */
static void lane_write(struct naive *n, uint32_t off, uint8_t val)
{
	uint8_t old = n->value[off];
	int i;

	if (n->kind[off] == HOLE)
		return;

	n->value[off] = ((old & ~n->rw[off]) | (val & n->rw[off])) & ~(val & n->w1c[off]);

	if (n->kind[off] == DOORBELL && off % 4 == 0) {
		n->irqs[n->value[off] % 4]++;
		for (i = 0; i < 4; i++)
			if (++n->value[(off & 0x4000 ? 0x4020 : 0x40) + i])
				break;
	}
	if (n->kind[off] == SETTER) {
		uint32_t target = setter_target(off);

		n->value[target + off % 4] |= n->value[off] & ~old;
	}
}

/* The two kinds that look at all four bytes at once, or not at all. */
static void dword_write(struct naive *n, uint32_t off, const uint8_t *p)
{
	int b;

	if (n->kind[off] == BYTEORDER_REG) {
		if (p[0] == p[1] && p[1] == p[2] && p[2] == p[3] &&
		    (p[0] == 0xbe || p[0] == 0x1e))
			n->big_endian = p[0] == 0xbe;
		return;
	}
	for (b = 0; b < 2; b++) {
		uint8_t rw = n->rw[off + b] & p[2 + b];

		n->value[off + b] = (n->value[off + b] & ~rw) | (p[b] & rw);
	}
}

static void regs_write(struct naive *n, uint64_t off, const uint8_t *buf, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		uint8_t kind = n->kind[off + i];

		if (kind != MASKED && kind != BYTEORDER_REG)
			lane_write(n, off + i, buf[i]);
		else if ((off + i) % 4 == 0 && len - i >= 4)
			dword_write(n, off + i, buf + i);
	}
}

static void config_write(struct naive *n, uint32_t off, uint8_t val)
{
	uint8_t w = n->config_w[off];

	/* power states 1 and 2 do not exist */
	if (n->model == NAIVE_TEST && off == 0x44 && (val % 4 == 1 || val % 4 == 2))
		return;
	n->config[off] = ((n->config[off] & ~w) | (val & w)) & ~(val & n->config_c[off]);
}

static uint8_t config_read(const struct naive *n, uint32_t off)
{
	return n->config[off] | (off == 6 && naive_intx(n) ? 8 : 0);
}

/* Does the access lie in its region?  Registers and configuration: 8 bytes. */
static bool allowed(const struct naive *n, uint32_t region, uint64_t off, uint32_t len)
{
	uint64_t size, most = 8;

	if (region == NAIVE_CONFIG) {
		size = 256;
	} else if (region == n->regs_bar) {
		size = n->size;
	} else if (region == n->ram_bar) {
		size = n->ram_size;
		most = size;
	} else {
		return false;
	}
	return len > 0 && len <= most && off < size && off + len <= size;
}

bool naive_read(struct naive *n, uint32_t region, uint64_t off, uint8_t *buf, uint32_t len)
{
	uint32_t i;

	if (!allowed(n, region, off, len))
		return false;
	for (i = 0; i < len; i++) {
		if (region == NAIVE_CONFIG)
			buf[i] = config_read(n, off + i);
		else if (region == n->regs_bar)
			buf[i] = lane_read(n, off + i);
		else
			buf[i] = n->ram[off + i];
	}
	return true;
}

bool naive_write(struct naive *n, uint32_t region, uint64_t off, const uint8_t *buf, uint32_t len)
{
	uint32_t i;

	if (!allowed(n, region, off, len))
		return false;
	if (region == n->regs_bar) {
		regs_write(n, off, buf, len);
		return true;
	}
	for (i = 0; i < len; i++) {
		if (region == NAIVE_CONFIG)
			config_write(n, off + i, buf[i]);
		else
			n->ram[off + i] = buf[i];
	}
	return true;
}

bool naive_intx(const struct naive *n)
{
	bool level = n->model == NAIVE_GEN8 && n->line;
	int b;

	for (b = 0; b < 4 && n->model == NAIVE_TEST; b++)
		level |= n->value[0x50 + b] & n->value[0x54 + b];
	return level;
}

bool naive_mem_enabled(const struct naive *n)
{
	return n->config[4] & 2 && (n->model != NAIVE_TEST || n->config[0x44] % 4 == 0);
}

bool naive_intx_disabled(const struct naive *n)
{
	return n->config[5] & 4;
}

/* VBE register @index of 16 bits. */
static uint64_t vbe(const struct naive *n, uint32_t index)
{
	const uint8_t *p = n->value + 0x500 + 2 * index;

	return p[0] | p[1] << 8;
}

/* Where in memory the pixel begins. */
static uint64_t pixel_at(const struct naive *n, uint64_t x, uint64_t y)
{
	uint64_t pixel = vbe(n, 3) / 8;
	uint64_t virt = vbe(n, 6) > vbe(n, 1) ? vbe(n, 6) : vbe(n, 1);

	return ((vbe(n, 9) + y) * virt + vbe(n, 8) + x) * pixel;
}

bool naive_mode(const struct naive *n, uint32_t *width, uint32_t *height)
{
	uint64_t bpp = vbe(n, 3);
	uint64_t virt;

	if (n->model != NAIVE_BOCHS || vbe(n, 4) % 2 == 0 || (bpp != 16 && bpp != 32))
		return false;
	*width = vbe(n, 1);
	*height = vbe(n, 2);
	if (*width < 64 || *height < 64)
		return false;
	/* the last line counts as a whole one */
	virt = vbe(n, 6) > *width ? vbe(n, 6) : *width;
	if (pixel_at(n, 0, 0) + virt * *height * (bpp / 8) > n->ram_size)
		return false;
	return 4ull * *width * *height <= n->ram_size;
}

uint32_t naive_pixel(const struct naive *n, uint32_t x, uint32_t y)
{
	const uint8_t *p = n->ram + pixel_at(n, x, y);
	uint32_t c;

	if (vbe(n, 3) == 32)
		return n->big_endian ? (uint32_t)p[1] << 16 | p[2] << 8 | p[3] :
				       (uint32_t)p[2] << 16 | p[1] << 8 | p[0];
	c = p[0] | p[1] << 8;
	/* 5 or 6 bits become 8: the upper ones again below */
	return (c >> 11 << 3 | c >> 13) << 16 | ((c >> 5 & 63) << 2 | (c >> 9 & 3)) << 8 |
	       ((c & 31) << 3 | (c >> 2 & 7));
}
