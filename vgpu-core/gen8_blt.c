// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_blt.c - the blitter: fills and copies of rectangles, linear and tiled
 *
 * A blit is cut into blocks that fit into a buffer; between two of them the engine
 * may stop.  A block is copied in one go where nothing but its source makes it and the
 * two are apart; else it is read whole, combined, and written whole.
 */
#include "gen8_engine.h"

#define OP_SETUP_BLT 0x01
#define OP_SETUP_CLIP_BLT 0x03
#define OP_XY_FAST_COPY_BLT 0x42
#define OP_XY_COLOR_BLT 0x50
#define OP_XY_SRC_COPY_BLT 0x53

#define WRITE_ALPHA BIT(21)
#define WRITE_RGB BIT(20)
#define SRC_TILED BIT(15)
#define DST_TILED BIT(11)
#define CLIPPING BIT(30)

#define SWCTRL_SRC_Y BIT(0)
#define SWCTRL_DST_Y BIT(1)

#define ROP_SRC 0xcc
#define ROP_PATTERN 0xf0

/* One bit of @rop for each of the eight cases of pattern, source and destination. */
static u64 rop_word(u8 rop, u64 p, u64 s, u64 d)
{
	u64 out = 0;
	u32 i;

	for (i = 0; i < 8; i++)
		if (rop & BIT(i))
			out |= (i & 4 ? p : ~p) & (i & 2 ? s : ~s) & (i & 1 ? d : ~d);
	return out;
}

static bool rop_needs_dst(u8 rop)
{
	return (rop ^ rop >> 1) & 0x55;
}

/*
 * @block holds source or pattern and becomes the result.  A fill has no source and
 * a copy no pattern: what its raster operation makes of one is as of zeros.
 */
static void combine(const struct gen8_blt *b, u8 *block, const u8 *under, u32 len)
{
	u64 keep = (u64)b->keep << 32 | b->keep;
	u64 in, out, d;
	u32 i;

	/* Past @len there is room for the rest of a word. */
	for (i = 0; i < len; i += sizeof(in)) {
		memcpy(&in, block + i, sizeof(in));
		memcpy(&d, under + i, sizeof(d));
		out = b->copy ? rop_word(b->rop, 0, in, d) : rop_word(b->rop, in, 0, d);
		out = (out & ~keep) | (d & keep);
		memcpy(block + i, &out, sizeof(out));
	}
}

/* Does nothing but source or pattern reach the destination? */
static bool is_plain(const struct gen8_blt *b)
{
	return !b->keep && b->rop == (b->copy ? ROP_SRC : ROP_PATTERN);
}

/* One line of the pattern: all are equal. */
static void pattern_line(const struct gen8_blt *b, u8 *line, u32 len)
{
	u32 n = b->bpp;

	memcpy(line, &b->color, n);
	for (; n < len; n *= 2)
		memcpy(line + n, line, min(n, len - n));
}

/**
 * struct operand - a block of a surface
 * @s: the surface
 * @r: the block
 * @view: scratch: where it is
 * @direct: all of it can be accessed through @view
 */
struct operand {
	const struct gen8_surface *s;
	struct gen8_rect r;
	struct gen8_view *view;
	bool direct;
};

/* Between the block and lines at @buf, without a gap. */
static void operand_rw(struct vgpu *v, struct gen8_engine *e, const struct operand *o, u8 *buf,
		       bool write)
{
	struct gen8_view *lines = &to_gen8(v)->engines->buf;

	if (!o->direct) {
		gen8_surface_rw(v, e, o->s, &o->r, buf, write);
		return;
	}
	e->cost += o->r.w * o->r.h;
	gen8_view_of(lines, buf, o->r.w, o->r.h, o->r.w);
	gen8_view_copy(write ? o->view : lines, write ? lines : o->view);
}

/* Into @block: source or pattern. */
static void source_get(struct vgpu *v, struct gen8_engine *e, const struct operand *src, u8 *block)
{
	u32 y;

	if (e->blt.copy) {
		operand_rw(v, e, src, block, false);
		return;
	}
	pattern_line(&e->blt, block, src->r.w);
	for (y = 1; y < src->r.h; y++)
		memcpy(block + y * src->r.w, block, src->r.w);
}

/* In one copy, from where it is to where it goes.  Return: false if that cannot be. */
static bool block_copy(struct vgpu *v, struct gen8_engine *e, const struct operand *dst,
		       const struct operand *src)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	const struct gen8_blt *b = &e->blt;

	if (!is_plain(b) || !dst->direct)
		return false;
	if (!b->copy) {
		pattern_line(b, s->block, src->r.w);
		gen8_view_of(src->view, s->block, src->r.w, src->r.h, 0);
	} else if (!b->apart || !src->direct || !gen8_view_fits(dst->view, src->view)) {
		return false;
	}
	e->cost += dst->r.w * dst->r.h;
	gen8_view_copy(dst->view, src->view);
	return true;
}

static void block_run(struct vgpu *v, struct gen8_engine *e, const struct gen8_rect *part)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	struct gen8_blt *b = &e->blt;
	struct operand dst = {
		.s = &b->dst,
		.r = { b->x + part->x, b->y + part->y, part->w, part->h },
		.view = &s->dst,
	};
	struct operand src = {
		.s = &b->src,
		.r = { b->sx + part->x, b->sy + part->y, part->w, part->h },
		.view = &s->src,
	};

	dst.direct = gen8_view_map(v, e, dst.s, &dst.r, true, dst.view);
	src.direct = b->copy && gen8_view_map(v, e, src.s, &src.r, false, src.view);
	if (block_copy(v, e, &dst, &src))
		return;

	source_get(v, e, &src, s->block);
	if (!is_plain(b)) {
		if (b->keep || rop_needs_dst(b->rop))
			operand_rw(v, e, &dst, s->under, false);
		combine(b, s->block, s->under, part->w * part->h);
	}
	operand_rw(v, e, &dst, s->block, true);
}

/* Part @i of @len units that begin at @first: parts end where the grid of @step does. */
static void part_at(u32 i, int first, u32 len, u32 step, int *begin, u32 *size)
{
	int from = (int)(i * step) - first;
	u32 to = from + (int)step;

	if (from < 0)
		from = 0;
	*begin = from;
	*size = min(to, len) - from;
}

/*
 * Blocks lie on a grid of the destination's tiles.  Where a surface is moved within
 * itself they are done in the order in which none is written before it was read.
 */
bool gen8_blt_run(struct vgpu *v, struct gen8_engine *e, u32 *bytes)
{
	struct gen8_blt *b = &e->blt;
	bool tiled = b->dst.tiling != GEN8_LINEAR;
	u32 x0 = tiled ? b->x % GEN8_BLOCK_WIDTH : 0;
	u32 y0 = tiled ? b->y % GEN8_BLOCK_HEIGHT : 0;
	u32 nx = (x0 + b->w + GEN8_BLOCK_WIDTH - 1) / GEN8_BLOCK_WIDTH;
	u32 ny = (y0 + b->h + GEN8_BLOCK_HEIGHT - 1) / GEN8_BLOCK_HEIGHT;

	while (b->active && b->next < nx * ny) {
		u32 ix = b->next % nx, iy = b->next / nx;
		struct gen8_rect part;

		if (!*bytes || gen8_engine_stale(e))
			return false;
		if (b->copy && b->src.base == b->dst.base) {
			ix = b->sx < b->x ? nx - 1 - ix : ix;
			iy = b->sy < b->y ? ny - 1 - iy : iy;
		}
		part_at(ix, x0, b->w, GEN8_BLOCK_WIDTH, &part.x, &part.w);
		part_at(iy, y0, b->h, GEN8_BLOCK_HEIGHT, &part.y, &part.h);
		block_run(v, e, &part);
		b->next++;
		gen8_engine_charge(e, bytes);
	}
	b->active = false;
	return true;
}

static int low16(u32 dword)
{
	return (short)(dword & 0xffff);
}

static int high16(u32 dword)
{
	return (short)(dword >> 16);
}

static u64 address(const u32 *dwords)
{
	return ((u64)dwords[1] << 32 | dwords[0]) & 0x0000ffffffffffffull;
}

/* The destination: rectangle in dwords 2 and 3, in pixels; its end is not part of it. */
static void dst_take(struct gen8_blt *b, const u32 *cmd)
{
	b->x = low16(cmd[2]);
	b->y = high16(cmd[2]);
	b->w = low16(cmd[3]) - b->x;
	b->h = high16(cmd[3]) - b->y;
	b->dst.base = address(cmd + 4);
}

static void src_take(struct gen8_blt *b, const u32 *cmd)
{
	b->sx = low16(cmd[6]);
	b->sy = high16(cmd[6]);
	b->src.base = address(cmd + 8);
}

/* Move the begin of both rectangles. */
static void shrink(struct gen8_blt *b, int dx, int dy)
{
	b->x += dx;
	b->sx += dx;
	b->w -= dx;
	b->y += dy;
	b->sy += dy;
	b->h -= dy;
}

/* A tiled surface has nothing left of its first byte or above it. */
static void clip_to_tiled(struct gen8_blt *b, enum gen8_tiling t, const int *x, const int *y)
{
	if (t != GEN8_LINEAR)
		shrink(b, *x < 0 ? -*x : 0, *y < 0 ? -*y : 0);
}

static void clip_to_window(struct gen8_blt *b)
{
	if (b->x < b->clip_x1)
		shrink(b, b->clip_x1 - b->x, 0);
	if (b->y < b->clip_y1)
		shrink(b, 0, b->clip_y1 - b->y);
	b->w = min(b->w, b->clip_x2 - b->x);
	b->h = min(b->h, b->clip_y2 - b->y);
}

/* Have source and destination nothing in common, as far as their addresses say? */
static bool is_apart(const struct gen8_blt *b, bool ggtt)
{
	u64 mask = ggtt ? U32_MAX : ~0ull;
	struct gen8_rect dst = { b->x, b->y, b->w, b->h };
	struct gen8_rect src = { b->sx, b->sy, b->w, b->h };
	u64 dst_first, dst_end, src_first, src_end;

	gen8_surface_span(&b->dst, &dst, &dst_first, &dst_end);
	gen8_surface_span(&b->src, &src, &src_first, &src_end);
	dst_end = (dst_first & mask) + (dst_end - dst_first);
	src_end = (src_first & mask) + (src_end - src_first);
	return dst_end <= (src_first & mask) || src_end <= (dst_first & mask);
}

/* From pixels to bytes, once all of it is known. */
static void blt_start(struct gen8_engine *e)
{
	struct gen8_blt *b = &e->blt;

	clip_to_tiled(b, b->dst.tiling, &b->x, &b->y);
	if (b->copy)
		clip_to_tiled(b, b->src.tiling, &b->sx, &b->sy);
	b->x *= (int)b->bpp;
	b->sx *= (int)b->bpp;
	b->w *= (int)b->bpp;
	b->next = 0;
	b->active = b->w > 0 && b->h > 0;
	b->apart = b->active && b->copy && is_apart(b, !e->tlb.levels);
}

/* Tiled pitches are in dwords. */
static void surface_take(struct gen8_surface *s, u32 pitch, bool tiled, bool y)
{
	s->pitch = low16(pitch);
	s->tiling = GEN8_LINEAR;
	if (!tiled)
		return;
	s->pitch = (int)(pitch & 0xffff) * 4;
	s->tiling = y ? GEN8_TILE_Y : GEN8_TILE_X;
}

/* XY_COLOR_BLT, XY_SRC_COPY_BLT */
static void xy_take(struct vgpu *v, struct gen8_engine *e, bool copy)
{
	static const u8 bpps[] = { 1, 2, 2, 4 };
	u32 swctrl = READ_ONCE(*gen8_ring_reg(v, e, RING_BCS_SWCTRL));
	const u32 *cmd = e->cs.cmd;
	struct gen8_blt *b = &e->blt;

	b->copy = copy;
	b->sx = 0;
	b->sy = 0;
	b->rop = cmd[1] >> 16;
	b->bpp = bpps[cmd[1] >> 24 & 3];
	b->color = copy ? 0 : cmd[6];
	b->keep = 0;
	if (b->bpp == 4)
		b->keep = (cmd[0] & WRITE_ALPHA ? 0 : 0xff000000) |
			  (cmd[0] & WRITE_RGB ? 0 : 0x00ffffff);
	dst_take(b, cmd);
	surface_take(&b->dst, cmd[1], cmd[0] & DST_TILED, swctrl & SWCTRL_DST_Y);
	if (copy) {
		src_take(b, cmd);
		surface_take(&b->src, cmd[7], cmd[0] & SRC_TILED, swctrl & SWCTRL_SRC_Y);
	}
	if (cmd[1] & CLIPPING)
		clip_to_window(b);
	blt_start(e);
}

/* Return: false for a tiling that this blitter does not know. */
static bool fast_tiling(struct gen8_surface *s, u32 pitch, u32 tiling, bool yf)
{
	if (tiling == 3 || (tiling == 2 && yf))
		return false;
	surface_take(s, pitch, tiling, tiling == 2);
	return true;
}

static bool fast_copy_take(struct gen8_engine *e)
{
	static const u8 bpps[] = { 1, 2, 0, 4, 8, 16, 0, 0 };
	const u32 *cmd = e->cs.cmd;
	struct gen8_blt *b = &e->blt;

	b->copy = true;
	b->rop = ROP_SRC;
	b->keep = 0;
	b->bpp = bpps[cmd[1] >> 24 & 7];
	dst_take(b, cmd);
	src_take(b, cmd);
	if (!b->bpp || !fast_tiling(&b->dst, cmd[1], cmd[0] >> 13 & 3, cmd[1] & BIT(30)) ||
	    !fast_tiling(&b->src, cmd[7], cmd[0] >> 20 & 3, cmd[1] & BIT(31)))
		return false;
	blt_start(e);
	return true;
}

static void clip_take(struct gen8_blt *b, const u32 *rect)
{
	b->clip_x1 = low16(rect[0]);
	b->clip_y1 = high16(rect[0]);
	b->clip_x2 = low16(rect[1]);
	b->clip_y2 = high16(rect[1]);
}

bool gen8_blt_begin(struct vgpu *v, struct gen8_engine *e, u32 len)
{
	const u32 *cmd = e->cs.cmd;
	struct gen8_blt *b = &e->blt;

	b->active = false;
	switch (cmd[0] >> 22 & 0x7f) {
	case OP_XY_COLOR_BLT:
		if (len < 7)
			return false;
		xy_take(v, e, false);
		return true;
	case OP_XY_SRC_COPY_BLT:
		if (len < 10)
			return false;
		xy_take(v, e, true);
		return true;
	case OP_XY_FAST_COPY_BLT:
		if (len < 10)
			return false;
		if (!fast_copy_take(e))
			env_inc(&to_gen8(v)->engines->skipped);
		return true;
	case OP_SETUP_BLT:
		if (len < 4)
			return false;
		clip_take(b, cmd + 2);
		return true;
	case OP_SETUP_CLIP_BLT:
		if (len < 3)
			return false;
		clip_take(b, cmd + 1);
		return true;
	default:
		env_inc(&to_gen8(v)->engines->skipped);
		return true;
	}
}
