// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_blt.c - the blitter: fills and copies of rectangles, linear and tiled
 *
 * A blit is cut into blocks that fit into a buffer; between two of them the engine
 * may stop.  A block is read whole, combined, and written whole, a tile or a run of
 * lines at a time, so that a tile costs one access and not one for each line of it.
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

/* Bytes of a line of a tile, and its lines: 4 KiB either way. */
static u32 tile_width(enum gen8_tiling t)
{
	return t == GEN8_TILE_X ? 512 : 128;
}

static u32 tile_height(enum gen8_tiling t)
{
	return t == GEN8_TILE_X ? 8 : 32;
}

/* Bytes that follow each other in a tile: a line of it, or 16 bytes of one. */
static u32 tile_span(enum gen8_tiling t)
{
	return t == GEN8_TILE_X ? 512 : 16;
}

static u32 tile_offset(enum gen8_tiling t, u32 x, u32 y)
{
	return t == GEN8_TILE_X ? 512 * y + x : x / 16 * 512 + 16 * y + x % 16;
}

/**
 * struct rect - a part of a surface
 * @x: first byte of a line
 * @y: first line
 * @w: bytes
 * @h: lines
 */
struct rect {
	int x;
	int y;
	u32 w;
	u32 h;
};

/* An access costs as much as so many bytes, however few it is for. */
#define ACCESS_COST 512

static void memory(struct vgpu *v, struct gen8_engine *e, u64 addr, void *buf, u32 len, bool write)
{
	e->blt.cost += len + ACCESS_COST;
	if (!write || !gen8_engine_stale(e))
		gen8_cs_rw(v, e, false, addr, buf, len, write);
}

/* Lines of @r without a gap lie at @buf. */
static void linear_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		      const struct rect *r, u8 *buf, bool write)
{
	u64 addr = s->base + (u64)((long long)r->y * s->pitch + r->x);
	u32 i;

	if (s->pitch == (int)r->w) {
		memory(v, e, addr, buf, r->w * r->h, write);
		return;
	}
	for (i = 0; i < r->h; i++) {
		memory(v, e, addr, buf, r->w, write);
		addr += (u64)(long long)s->pitch;
		buf += r->w;
	}
}

/* Copy between the lines at @buf, @stride bytes apart, and part @r of the tile. */
static void tile_copy(enum gen8_tiling t, u8 *tile, const struct rect *r, u8 *buf, u32 stride,
		      bool to_tile)
{
	u32 span = tile_span(t);
	u32 y, x, n;

	for (y = 0; y < r->h; y++, buf += stride) {
		for (x = 0; x < r->w; x += n) {
			u8 *p = tile + tile_offset(t, r->x + x, r->y + y);

			n = min(span - (r->x + x) % span, r->w - x);
			if (n == 16) /* a constant makes it two instructions */
				memcpy(to_tile ? p : buf + x, to_tile ? buf + x : p, 16);
			else if (to_tile)
				memcpy(p, buf + x, n);
			else
				memcpy(buf + x, p, n);
		}
	}
}

/* Write part @r of a tile and nothing beside it, in as few pieces as it has. */
static void tile_write(struct vgpu *v, struct gen8_engine *e, enum gen8_tiling t, u64 addr,
		       u8 *tile, const struct rect *r)
{
	u32 span = tile_span(t);
	u32 begin = 0, end = 0;
	u32 x, y, n;

	for (x = 0; x < r->w; x += n) {
		n = min(span - (r->x + x) % span, r->w - x);
		for (y = 0; y < r->h; y++) {
			u32 off = tile_offset(t, r->x + x, r->y + y);

			if (off != end) {
				memory(v, e, addr + begin, tile + begin, end - begin, true);
				begin = off;
			}
			end = off + n;
		}
	}
	memory(v, e, addr + begin, tile + begin, end - begin, true);
}

static void tiled_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		     const struct rect *r, u8 *buf, bool write)
{
	u8 *tile = to_gen8(v)->engines->tile;
	u32 tw = tile_width(s->tiling), th = tile_height(s->tiling);
	u32 per_line = s->pitch / (int)tw;
	u32 x, y, nx, ny;

	for (y = 0; y < r->h; y += ny) {
		ny = min(th - (r->y + y) % th, r->h - y);
		for (x = 0; x < r->w; x += nx) {
			u32 tx = r->x + x, ty = r->y + y;
			u64 addr = s->base + ((u64)(ty / th) * per_line + tx / tw) * GEN8_PAGE;
			u8 *p = buf + (size_t)y * r->w + x;
			struct rect part = { .x = tx % tw, .y = ty % th };

			nx = min(tw - tx % tw, r->w - x);
			part.w = nx;
			part.h = ny;
			if (!write)
				memory(v, e, addr, tile, GEN8_PAGE, false);
			tile_copy(s->tiling, tile, &part, p, r->w, write);
			if (write)
				tile_write(v, e, s->tiling, addr, tile, &part);
		}
	}
}

static void surface_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		       const struct rect *r, u8 *buf, bool write)
{
	if (s->tiling == GEN8_LINEAR)
		linear_rw(v, e, s, r, buf, write);
	else
		tiled_rw(v, e, s, r, buf, write);
}

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

static void fill_block(const struct gen8_blt *b, u8 *block, u32 len)
{
	u32 n = b->bpp;

	memcpy(block, &b->color, n);
	for (; n < len; n *= 2)
		memcpy(block + n, block, min(n, len - n));
}

static void block_run(struct vgpu *v, struct gen8_engine *e, const struct rect *part)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	struct gen8_blt *b = &e->blt;
	struct rect dst = { b->x + part->x, b->y + part->y, part->w, part->h };
	struct rect src = { b->sx + part->x, b->sy + part->y, part->w, part->h };
	u32 len = part->w * part->h;

	if (b->copy)
		surface_rw(v, e, &b->src, &src, s->block, false);
	else
		fill_block(b, s->block, len);

	if (b->keep || (b->rop != ROP_SRC && b->copy) || (b->rop != ROP_PATTERN && !b->copy)) {
		if (b->keep || rop_needs_dst(b->rop))
			surface_rw(v, e, &b->dst, &dst, s->under, false);
		combine(b, s->block, s->under, len);
	}
	surface_rw(v, e, &b->dst, &dst, s->block, true);
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
		struct rect part;

		if (!*bytes || gen8_engine_stale(e))
			return false;
		if (b->copy && b->src.base == b->dst.base) {
			ix = b->sx < b->x ? nx - 1 - ix : ix;
			iy = b->sy < b->y ? ny - 1 - iy : iy;
		}
		part_at(ix, x0, b->w, GEN8_BLOCK_WIDTH, &part.x, &part.w);
		part_at(iy, y0, b->h, GEN8_BLOCK_HEIGHT, &part.y, &part.h);
		b->cost = 0;
		block_run(v, e, &part);
		b->next++;
		*bytes -= min(b->cost, *bytes);
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

/* From pixels to bytes, once all of it is known. */
static void blt_start(struct gen8_blt *b)
{
	clip_to_tiled(b, b->dst.tiling, &b->x, &b->y);
	if (b->copy)
		clip_to_tiled(b, b->src.tiling, &b->sx, &b->sy);
	b->x *= (int)b->bpp;
	b->sx *= (int)b->bpp;
	b->w *= (int)b->bpp;
	b->next = 0;
	b->active = b->w > 0 && b->h > 0;
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
	blt_start(b);
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
	blt_start(b);
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
