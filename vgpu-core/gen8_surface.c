// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_surface.c - surfaces of the blitter: lines and tiles, and where in memory they are
 *
 * The blitter goes block by block.  Where all pages of a block can be accessed
 * directly it gets a view of them, and a copy is one from view to view.  Else a block
 * is read or written through a buffer, a tile or a run of lines at a time.
 */
#include "gen8_engine.h"

/* What looking up a page costs: as much as copying so many bytes. */
#define PAGE_COST 128

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

/* Of the tile that has byte @x of line @y. */
static u64 tile_addr(const struct gen8_surface *s, u32 x, u32 y)
{
	u32 tw = tile_width(s->tiling);
	u32 per_line = s->pitch / (int)tw;

	return s->base + ((u64)(y / tile_height(s->tiling)) * per_line + x / tw) * GEN8_PAGE;
}

static u64 line_addr(const struct gen8_surface *s, int x, int y)
{
	return s->base + (u64)((long long)y * s->pitch + x);
}

void gen8_surface_span(const struct gen8_surface *s, const struct gen8_rect *r, u64 *first,
		       u64 *end)
{
	int last = r->y + (int)r->h - 1;

	if (s->tiling != GEN8_LINEAR) {
		*first = tile_addr(s, 0, r->y);
		*end = tile_addr(s, r->x + r->w - 1, last) + GEN8_PAGE;
		return;
	}
	*first = line_addr(s, r->x, s->pitch < 0 ? last : r->y);
	*end = line_addr(s, r->x + (int)r->w, s->pitch < 0 ? r->y : last);
}

static void memory(struct vgpu *v, struct gen8_engine *e, u64 addr, void *buf, u32 len, bool write)
{
	if (!write || !gen8_engine_stale(e))
		gen8_cs_rw(v, e, false, addr, buf, len, write);
}

/* Lines of @r without a gap lie at @buf. */
static void linear_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		      const struct gen8_rect *r, u8 *buf, bool write)
{
	u64 addr = line_addr(s, r->x, r->y);
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

/*
 * Read all of it, then write it: the guest may have one page in both places.  Compilers
 * that see the kernel's memcpy() do not think that this is small.
 */
static __always_inline void copy_16(u8 *to, const u8 *from)
{
	u64 a, b;

	memcpy(&a, from, 8);
	memcpy(&b, from + 8, 8);
	memcpy(to, &a, 8);
	memcpy(to + 8, &b, 8);
}

/* The eight columns that a line of a Y tile is made of, without a loop around them. */
static __always_inline void copy_8_of_16(u8 *to, u32 to_step, const u8 *from, u32 from_step)
{
	copy_16(to, from);
	copy_16(to + to_step, from + from_step);
	copy_16(to + 2 * to_step, from + 2 * from_step);
	copy_16(to + 3 * to_step, from + 3 * from_step);
	copy_16(to + 4 * to_step, from + 4 * from_step);
	copy_16(to + 5 * to_step, from + 5 * from_step);
	copy_16(to + 6 * to_step, from + 6 * from_step);
	copy_16(to + 7 * to_step, from + 7 * from_step);
}

/* Copy between @p and a whole line of a Y tile, which begins at @q. */
static void tile_line_y(u8 *q, u8 *p, bool to_tile)
{
	if (to_tile)
		copy_8_of_16(q, 512, p, 16);
	else
		copy_8_of_16(p, 16, q, 512);
}

/* Copy @n bytes between @p and a line of a tile, from byte @x of line @y on. */
static void tile_line(enum gen8_tiling t, u8 *tile, u32 x, u32 y, u8 *p, u32 n, bool to_tile)
{
	u32 span = tile_span(t);
	u32 len;

	if (t == GEN8_TILE_Y && n == 128) {
		tile_line_y(tile + 16 * y, p, to_tile);
		return;
	}
	for (; n; x += len, p += len, n -= len) {
		u8 *q = tile + tile_offset(t, x, y);

		len = min(span - x % span, n);
		if (len == 16)
			copy_16(to_tile ? q : p, to_tile ? p : q);
		else
			memmove(to_tile ? q : p, to_tile ? p : q, len);
	}
}

/* Write part @r of a tile and nothing beside it, in as few pieces as it has. */
static void tile_write(struct vgpu *v, struct gen8_engine *e, enum gen8_tiling t, u64 addr,
		       u8 *tile, const struct gen8_rect *r)
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

/* A part of a tile, and lines at @buf, @stride bytes apart. */
static void tile_rw(struct vgpu *v, struct gen8_engine *e, enum gen8_tiling t, u64 addr,
		    const struct gen8_rect *r, u8 *buf, u32 stride, bool write)
{
	u8 *tile = to_gen8(v)->engines->tile;
	u32 y;

	if (!write)
		memory(v, e, addr, tile, GEN8_PAGE, false);
	for (y = 0; y < r->h; y++)
		tile_line(t, tile, r->x, r->y + y, buf + y * stride, r->w, write);
	if (write)
		tile_write(v, e, t, addr, tile, r);
}

static void tiled_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		     const struct gen8_rect *r, u8 *buf, bool write)
{
	u32 tw = tile_width(s->tiling), th = tile_height(s->tiling);
	u32 x, y, nx, ny;

	for (y = 0; y < r->h; y += ny) {
		ny = min(th - (r->y + y) % th, r->h - y);
		for (x = 0; x < r->w; x += nx) {
			u32 tx = r->x + x, ty = r->y + y;
			struct gen8_rect part = { .x = tx % tw, .y = ty % th };

			nx = min(tw - tx % tw, r->w - x);
			part.w = nx;
			part.h = ny;
			tile_rw(v, e, s->tiling, tile_addr(s, tx, ty), &part,
				buf + (size_t)y * r->w + x, r->w, write);
		}
	}
}

void gen8_surface_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		     const struct gen8_rect *r, u8 *buf, bool write)
{
	if (s->tiling == GEN8_LINEAR)
		linear_rw(v, e, s, r, buf, write);
	else
		tiled_rw(v, e, s, r, buf, write);
}

static bool lines_map(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		      const struct gen8_rect *r, bool write, struct gen8_view *view)
{
	u64 addr = line_addr(s, r->x, r->y);
	u8 **page = view->page;
	u32 y;

	for (y = 0; y < r->h; y++, page += 2) {
		u32 run = min(GEN8_PAGE - (u32)(addr % GEN8_PAGE), r->w);

		page[0] = gen8_cs_map(v, e, addr, write);
		page[1] = run < r->w ? gen8_cs_map(v, e, addr + run, write) : page[0];
		if (!page[0] || !page[1])
			return false;
		view->run[y] = run;
		addr += (u64)(long long)s->pitch;
	}
	e->cost += r->h * PAGE_COST;
	return true;
}

static bool tiles_map(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		      const struct gen8_rect *r, bool write, struct gen8_view *view)
{
	u32 tw = tile_width(s->tiling), th = tile_height(s->tiling);
	u32 lines, i, k;

	view->x = r->x % tw;
	view->y = r->y % th;
	view->per_line = (view->x + r->w + tw - 1) / tw;
	lines = (view->y + r->h + th - 1) / th;
	for (i = 0; i < lines; i++) {
		for (k = 0; k < view->per_line; k++) {
			u64 addr = tile_addr(s, r->x + k * tw, r->y + i * th);
			u8 *tile = NULL;

			if (!(addr % GEN8_PAGE))
				tile = gen8_cs_map(v, e, addr, write);
			if (!tile)
				return false;
			view->page[i * view->per_line + k] = tile;
		}
	}
	e->cost += lines * view->per_line * PAGE_COST;
	return true;
}

bool gen8_view_map(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		   const struct gen8_rect *r, bool write, struct gen8_view *view)
{
	view->tiling = s->tiling;
	view->w = r->w;
	view->h = r->h;
	if (s->tiling == GEN8_LINEAR)
		return lines_map(v, e, s, r, write, view);
	return tiles_map(v, e, s, r, write, view);
}

void gen8_view_of(struct gen8_view *view, u8 *buf, u32 w, u32 h, u32 stride)
{
	u32 y;

	view->tiling = GEN8_LINEAR;
	view->w = w;
	view->h = h;
	for (y = 0; y < h; y++) {
		view->run[y] = w;
		view->page[2 * y] = buf + (size_t)y * stride;
		view->page[2 * y + 1] = view->page[2 * y];
	}
}

bool gen8_view_fits(const struct gen8_view *dst, const struct gen8_view *src)
{
	if (dst->tiling != GEN8_TILE_Y || src->tiling != GEN8_TILE_Y)
		return true;
	return dst->x == src->x && dst->y == src->y;
}

/* Byte @x of line @y of a view, not of Y tiles, and how many of @n bytes follow it there. */
static u8 *line_at(const struct gen8_view *view, u32 x, u32 y, u32 *n)
{
	u32 run;

	if (view->tiling == GEN8_TILE_X) {
		x += view->x;
		y += view->y;
		*n = min(*n, 512 - x % 512);
		return view->page[y / 8 * view->per_line + x / 512] + y % 8 * 512 + x % 512;
	}
	run = view->run[y];
	if (x >= run)
		return view->page[2 * y + 1] + (x - run);
	*n = min(*n, run - x);
	return view->page[2 * y] + x;
}

static void lines_copy(const struct gen8_view *dst, const struct gen8_view *src)
{
	u32 x, y, n;

	for (y = 0; y < dst->h; y++) {
		for (x = 0; x < dst->w; x += n) {
			u8 *to, *from;

			n = dst->w - x;
			to = line_at(dst, x, y, &n);
			from = line_at(src, x, y, &n);
			memmove(to, from, n);
		}
	}
}

/* Part @r of tiles that are alike. */
static void tile_copy(enum gen8_tiling t, u8 *to, const u8 *from, const struct gen8_rect *r)
{
	u32 span = tile_span(t);
	u32 x, y, n;

	if (r->w * r->h == GEN8_PAGE) {
		memmove(to, from, GEN8_PAGE);
		return;
	}
	for (x = 0; x < r->w; x += n) {
		u32 off = tile_offset(t, r->x + x, r->y);

		n = min(span - (r->x + x) % span, r->w - x);
		if (n == span) { /* lines of it follow each other */
			memmove(to + off, from + off, n * r->h);
			continue;
		}
		for (y = 0; y < r->h; y++)
			memmove(to + off + y * span, from + off + y * span, n);
	}
}

static void tiles_copy(const struct gen8_view *dst, const struct gen8_view *src)
{
	u32 tw = tile_width(dst->tiling), th = tile_height(dst->tiling);
	u32 x, y, nx, ny;

	for (y = 0; y < dst->h; y += ny) {
		u32 line = (dst->y + y) / th * dst->per_line;

		ny = min(th - (dst->y + y) % th, dst->h - y);
		for (x = 0; x < dst->w; x += nx) {
			u32 i = line + (dst->x + x) / tw;
			struct gen8_rect part = { (dst->x + x) % tw, (dst->y + y) % th, 0, ny };

			nx = min(tw - (dst->x + x) % tw, dst->w - x);
			part.w = nx;
			tile_copy(dst->tiling, dst->page[i], src->page[i], &part);
		}
	}
}

/* Copy between @n bytes at @p and Y tiles, from byte @x of line @y of their view on. */
static void run_copy(const struct gen8_view *tiled, u32 x, u32 y, u8 *p, u32 n, bool to_tile)
{
	u8 *const *tile;
	u32 len;

	x += tiled->x;
	y += tiled->y;
	tile = tiled->page + y / 32 * tiled->per_line + x / 128;
	for (x %= 128, y %= 32; n; x = 0, p += len, n -= len, tile++) {
		len = min(128 - x, n);
		if (len == 128)
			tile_line_y(*tile + 16 * y, p, to_tile);
		else
			tile_line(GEN8_TILE_Y, *tile, x, y, p, len, to_tile);
	}
}

static void runs_copy(const struct gen8_view *tiled, const struct gen8_view *lines, bool to_tile)
{
	u32 x, y, n;

	for (y = 0; y < tiled->h; y++) {
		for (x = 0; x < tiled->w; x += n) {
			u8 *p;

			n = tiled->w - x;
			p = line_at(lines, x, y, &n);
			run_copy(tiled, x, y, p, n, to_tile);
		}
	}
}

static bool is_alike(const struct gen8_view *a, const struct gen8_view *b)
{
	return a->tiling != GEN8_LINEAR && a->tiling == b->tiling && a->x == b->x && a->y == b->y;
}

void gen8_view_copy(const struct gen8_view *dst, const struct gen8_view *src)
{
	if (is_alike(dst, src))
		tiles_copy(dst, src);
	else if (dst->tiling == GEN8_TILE_Y)
		runs_copy(dst, src, true);
	else if (src->tiling == GEN8_TILE_Y)
		runs_copy(src, dst, false);
	else
		lines_copy(dst, src);
}
