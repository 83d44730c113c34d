// SPDX-License-Identifier: GPL-2.0
/*
 * naive_blt.c - a second blitter: a pixel at a time
 *
 * All is read before anything is written.  Where that order could be told from another
 * (a surface is moved onto itself, or lies over itself) the model does not say.
 */
#include <string.h>

#include "naive_cs.h"

#define BYTES_MAX 16384u /* of a blit: larger ones take too long */

struct surface {
	uint64_t base;
	int pitch;
	uint32_t tiling; /* 0: linear, 1: X, 2: Y */
	int x, y;
};

struct blit {
	struct surface dst, src;
	bool copy;
	uint32_t rop, bpp, color, keep;
	int w, h;
};

static int low(uint32_t dw)
{
	return (int16_t)dw;
}

static int high(uint32_t dw)
{
	return (int16_t)(dw >> 16);
}

/* The address of byte @b of the line @y, right of and below the surface's begin. */
static uint64_t locate(const struct surface *s, int64_t b, int64_t y)
{
	int64_t wide = s->tiling == 1 ? 512 : 128, tall = s->tiling == 1 ? 8 : 32;
	int64_t tile, in;

	if (!s->tiling)
		return s->base + (uint64_t)(y * s->pitch + b);
	tile = y / tall * (s->pitch / wide) + b / wide;
	b %= wide;
	y %= tall;
	in = s->tiling == 1 ? y * 512 + b : b / 16 * 512 + y * 16 + b % 16;
	return s->base + (uint64_t)(tile * 4096 + in);
}

static uint8_t combine(uint32_t rop, uint8_t p, uint8_t s, uint8_t d)
{
	uint8_t out = 0;
	uint32_t i, which;

	for (i = 0; i < 8; i++) {
		which = (p >> i & 1) * 4 + (s >> i & 1) * 2 + (d >> i & 1);
		out |= (rop >> which & 1) << i;
	}
	return out;
}

/* Is a pixel part of the picture? */
static bool inside(const struct blit *b, int x, int y)
{
	if (b->dst.tiling && (b->dst.x + x < 0 || b->dst.y + y < 0))
		return false;
	return !b->copy || !b->src.tiling || (b->src.x + x >= 0 && b->src.y + y >= 0);
}

static uint8_t load(struct naive_cs *n, const struct surface *s, int64_t at, int64_t y)
{
	int where = naive_cs_byte(n, locate(s, at, y), false, false);

	return where < 0 ? 0 : n->ram[where];
}

static void byte_do(struct naive_cs *n, const struct blit *b, int64_t at, int y, uint8_t *out)
{
	uint32_t lane = (uint64_t)at % b->bpp;
	int64_t from = (int64_t)b->src.x * b->bpp + at, to = (int64_t)b->dst.x * b->bpp + at;
	uint8_t keep = b->keep >> (8 * (lane % 4));
	uint8_t s = 0, p = 0, d = 0;
	bool needs = (b->rop ^ b->rop >> 1) & 0x55;

	if (b->copy)
		s = load(n, &b->src, from, b->src.y + y);
	else
		p = b->color >> (8 * lane);
	if (needs || keep)
		d = load(n, &b->dst, to, b->dst.y + y);
	*out = (combine(b->rop, p, s, d) & ~keep) | (d & keep);
}

/* Where byte @i of the picture is in an operand; negative: it has none. */
static int byte_at(struct naive_cs *n, const struct blit *b, const struct surface *s, uint32_t i,
		   bool write)
{
	uint32_t line = b->w * b->bpp;

	if (!inside(b, i % line / b->bpp, i / line))
		return -1;
	return naive_cs_byte(n, locate(s, (int64_t)s->x * b->bpp + i % line, s->y + i / line),
			     false, write);
}

static void blit_do(struct naive_cs *n, const struct blit *b)
{
	static uint8_t out[BYTES_MAX];
	uint32_t line, i, total;
	int x, y, where;

	if (b->w <= 0 || b->h <= 0)
		return;
	line = b->w * b->bpp;
	if ((uint64_t)line * b->h > BYTES_MAX) {
		n->end = NAIVE_UNKNOWN;
		return;
	}
	total = line * b->h;
	n->blits++;
	for (i = 0; i < total; i++) {
		x = i % line / b->bpp;
		y = i / line;
		if (inside(b, x, y))
			byte_do(n, b, i % line, y, &out[i]);
	}
	for (i = 0; i < total; i++) {
		where = byte_at(n, b, &b->dst, i, true);
		if (where < 0)
			continue;
		if (n->stamp[where] == n->blits)
			n->end = NAIVE_UNKNOWN;
		n->stamp[where] = n->blits;
		n->ram[where] = out[i];
	}
	for (i = 0; b->copy && i < total; i++) {
		where = byte_at(n, b, &b->src, i, false);
		if (where >= 0 && n->stamp[where] == n->blits)
			n->end = NAIVE_UNKNOWN;
	}
}

static void surface_set(struct surface *s, const uint32_t *addr, uint32_t pitch, uint32_t tiling)
{
	s->base = (uint64_t)(addr[1] & 0xffff) << 32 | addr[0];
	s->tiling = tiling;
	s->pitch = tiling ? (int)(pitch & 0xffff) * 4 : low(pitch);
}

static void rectangles(struct blit *b, const uint32_t *cmd)
{
	b->dst.x = low(cmd[2]);
	b->dst.y = high(cmd[2]);
	b->w = low(cmd[3]) - b->dst.x;
	b->h = high(cmd[3]) - b->dst.y;
	if (b->copy) {
		b->src.x = low(cmd[6]);
		b->src.y = high(cmd[6]);
	}
}

static void clip(struct naive_cs *n, struct blit *b)
{
	int left = n->clip[0] - b->dst.x, top = n->clip[1] - b->dst.y;

	if (!n->clip_known)
		n->end = NAIVE_UNKNOWN;
	left = left > 0 ? left : 0;
	top = top > 0 ? top : 0;
	if (n->clip[2] - b->dst.x < b->w)
		b->w = n->clip[2] - b->dst.x;
	if (n->clip[3] - b->dst.y < b->h)
		b->h = n->clip[3] - b->dst.y;
	b->dst.x += left;
	b->src.x += left;
	b->w -= left;
	b->dst.y += top;
	b->src.y += top;
	b->h -= top;
}

/* XY_COLOR_BLT and XY_SRC_COPY_BLT */
static void xy(struct naive_cs *n, const uint32_t *cmd, bool copy)
{
	static const uint8_t bpps[] = { 1, 2, 2, 4 };
	uint32_t swctrl = n->reg[0x200 / 4];
	struct blit b = { .copy = copy, .rop = cmd[1] >> 16 & 0xff };

	b.bpp = bpps[cmd[1] >> 24 & 3];
	b.color = copy ? 0 : cmd[6];
	if (b.bpp == 4)
		b.keep = (cmd[0] & 1 << 21 ? 0 : 0xff000000) | (cmd[0] & 1 << 20 ? 0 : 0xffffff);
	rectangles(&b, cmd);
	surface_set(&b.dst, cmd + 4, cmd[1], cmd[0] & 1 << 11 ? 1 + (swctrl >> 1 & 1) : 0);
	if (copy)
		surface_set(&b.src, cmd + 8, cmd[7], cmd[0] & 1 << 15 ? 1 + (swctrl & 1) : 0);
	if (cmd[1] & 1 << 30)
		clip(n, &b);
	blit_do(n, &b);
}

static void fast_copy(struct naive_cs *n, const uint32_t *cmd)
{
	static const uint8_t bpps[] = { 1, 2, 0, 4, 8, 16, 0, 0 };
	uint32_t dst = cmd[0] >> 13 & 3, src = cmd[0] >> 20 & 3;
	struct blit b = { .copy = true, .rop = 0xcc, .bpp = bpps[cmd[1] >> 24 & 7] };

	if (!b.bpp || dst == 3 || src == 3 || (dst == 2 && cmd[1] & 1 << 30) ||
	    (src == 2 && cmd[1] & 1u << 31))
		return;
	rectangles(&b, cmd);
	surface_set(&b.dst, cmd + 4, cmd[1], dst);
	surface_set(&b.src, cmd + 8, cmd[7], src);
	blit_do(n, &b);
}

static void clip_set(struct naive_cs *n, const uint32_t *rect)
{
	n->clip[0] = low(rect[0]);
	n->clip[1] = high(rect[0]);
	n->clip[2] = low(rect[1]);
	n->clip[3] = high(rect[1]);
	n->clip_known = true;
}

void naive_blit(struct naive_cs *n, const uint32_t *cmd, uint32_t len)
{
	static const struct {
		uint32_t op, min;
	} ops[] = { { 0x50, 7 }, { 0x53, 10 }, { 0x42, 10 }, { 0x01, 4 }, { 0x03, 3 } };
	uint32_t op = cmd[0] >> 22 & 0x7f, i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ops[i].op == op && len < ops[i].min) {
			n->end = NAIVE_HUNG;
			return;
		}
	switch (op) {
	case 0x50:
		xy(n, cmd, false);
		break;
	case 0x53:
		xy(n, cmd, true);
		break;
	case 0x42:
		fast_copy(n, cmd);
		break;
	case 0x01:
		clip_set(n, cmd + 2);
		break;
	case 0x03:
		clip_set(n, cmd + 1);
		break;
	}
}
