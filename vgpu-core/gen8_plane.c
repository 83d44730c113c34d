// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_plane.c - what is scanned out: primary plane, sprite and cursor, to pixels
 *
 * The frame is that of the first pipe that shows a plane.  Whatever the guest's
 * registers and tables say, what is written is the frame and nothing else; what cannot
 * be read is black.
 */
#include "gen8_display.h"

#define TILE_SIZE 4096u
#define TILE_WIDTH 512u /* bytes of a line that are in one tile */
#define TILE_HEIGHT 8u
#define CURSOR_MAX 256u
#define COPIES_MAX 3 /* of a frame that is flipped away while it is copied */

static u32 format_cpp(u32 ctl)
{
	switch (DSP_FORMAT(ctl)) {
	case DSP_FORMAT_8BPP:
		return 1;
	case DSP_FORMAT_RGB565:
		return 2;
	case DSP_FORMAT_XRGB8888:
	case DSP_FORMAT_XBGR8888:
	case DSP_FORMAT_XRGB2101010:
	case DSP_FORMAT_XBGR2101010:
		return 4;
	default:
		return 0;
	}
}

static bool plane_is_shown(const struct gen8_plane *p)
{
	return p->ctl & DSP_ENABLE && format_cpp(p->ctl);
}

/**
 * gen8_plane_get - model->plane
 * @v: the device
 * @p: says what is shown
 */
void gen8_plane_get(struct vgpu *v, struct vgpu_plane *p)
{
	struct gen8_scanout s;

	if (!gen8_scanout_get(v, &s) || !format_cpp(s.plane.ctl))
		return;
	if ((u64)s.width * s.height * 4 > v->frame_size)
		return;

	p->fourcc = VGPU_FOURCC_XRGB8888;
	p->width = s.width;
	p->height = s.height;
	p->stride = 4 * s.width;
	p->size = p->stride * p->height;
}

/* Bytes of the GGTT; those that are not there, or behind its end, are 0. */
static void ggtt_get(struct vgpu *v, u64 addr, void *buf, u32 len)
{
	if (addr + len - 1 > U32_MAX)
		memset(buf, 0, len);
	else
		gen8_ggtt_rw(v, addr, buf, len, false);
}

/*
 * @len bytes of the GGTT, pixels of @cpp bytes: where they are, as far as they follow
 * each other there, or a copy of them.
 */
static const u8 *ggtt_at(struct vgpu *v, const struct gen8_scanout *s, u64 addr, u32 cpp, u32 *len)
{
	u32 run = min(*len, TILE_SIZE - (u32)(addr % TILE_SIZE));
	const u8 *p = NULL;

	run -= run % cpp;
	if (run && addr + run - 1 <= U32_MAX)
		p = gen8_map(v, NULL, addr, false);
	if (p) {
		*len = run;
		return p;
	}
	*len = min(*len, GEN8_SCRATCH_SIZE);
	ggtt_get(v, addr, s->scratch, *len);
	return s->scratch;
}

/**
 * gen8_plane_line - a piece of a line of a surface
 * @v: the device
 * @plane: where the surface is, and whether it is tiled
 * @x: byte in the line that the piece begins with
 * @y: line
 * @buf: receives the piece
 * @len: bytes of it
 */
void gen8_plane_line(struct vgpu *v, const struct gen8_plane *plane, u32 x, u32 y, u8 *buf, u32 len)
{
	u64 stride = plane->stride;
	u64 addr = plane->surf;

	if (!(plane->ctl & DSP_TILED)) {
		ggtt_get(v, addr + y * stride + x, buf, len);
		return;
	}

	addr += y / TILE_HEIGHT * TILE_HEIGHT * stride + y % TILE_HEIGHT * TILE_WIDTH;
	while (len) {
		u32 in_tile = x % TILE_WIDTH;
		u32 n = min(len, TILE_WIDTH - in_tile);

		ggtt_get(v, addr + (u64)(x / TILE_WIDTH) * TILE_SIZE + in_tile, buf, n);
		x += n;
		buf += n;
		len -= n;
	}
}

static u32 rgb565_to_xrgb(u32 c)
{
	u32 r = c >> 11 & 0x1f;
	u32 g = c >> 5 & 0x3f;
	u32 b = c & 0x1f;

	return (r << 3 | r >> 2) << 16 | (g << 2 | g >> 4) << 8 | (b << 3 | b >> 2);
}

static u32 palette_to_xrgb(const struct vgpu *v, u32 pipe, u8 index)
{
	return gen8_reg(v, LGC_PALETTE(pipe) + 4 * index) & 0xffffff;
}

/* The format that nearly all pictures have: two pixels at a time. */
static void xrgb_convert(u32 *dst, const u8 *src, u32 n)
{
	const u64 mask = 0x00ffffff00ffffffull;
	u64 two;
	u32 x, c;

	for (x = 0; x + 1 < n; x += 2) {
		memcpy(&two, src + 4 * x, 8);
		two &= mask;
		memcpy(dst + x, &two, 8);
	}
	if (x < n) {
		memcpy(&c, src + 4 * x, 4);
		dst[x] = c & 0xffffff;
	}
}

/* @n pixels.  The guest may be drawing: each is read once. */
static void pixels_convert(const struct vgpu *v, const struct gen8_scanout *s, u32 *dst,
			   const u8 *src, u32 n)
{
	u32 format = DSP_FORMAT(s->plane.ctl);
	u32 x, c;

	if (format == DSP_FORMAT_XRGB8888) {
		xrgb_convert(dst, src, n);
		return;
	}
	for (x = 0; x < n; x++) {
		switch (format) {
		case DSP_FORMAT_8BPP:
			dst[x] = palette_to_xrgb(v, s->pipe, src[x]);
			continue;
		case DSP_FORMAT_RGB565:
			dst[x] = rgb565_to_xrgb(src[2 * x] | src[2 * x + 1] << 8);
			continue;
		}
		memcpy(&c, src + 4 * x, 4);
		if (format == DSP_FORMAT_XBGR8888)
			c = gen8_swap_red_blue(c);
		else if (format == DSP_FORMAT_XRGB2101010)
			c = gen8_rgb30_to_xrgb(c);
		else if (format == DSP_FORMAT_XBGR2101010)
			c = gen8_swap_red_blue(gen8_rgb30_to_xrgb(c));
		dst[x] = c & 0xffffff;
	}
}

static void line_reverse(u32 *line, u32 width)
{
	u32 x;

	for (x = 0; x < width / 2; x++) {
		u32 c = line[x];

		line[x] = line[width - 1 - x];
		line[width - 1 - x] = c;
	}
}

/**
 * struct band - lines of a frame that come from one row of tiles, or one line
 * @dst: the first of them in the frame
 * @line: where it is in the plane
 * @nr: how many
 * @down: the plane's lines go down where the frame's do; else up
 */
struct band {
	u32 *dst;
	u32 line;
	u32 nr;
	bool down;
};

static void linear_draw(struct vgpu *v, const struct gen8_scanout *s, const struct band *b, u32 x,
			u32 width)
{
	u32 cpp = format_cpp(s->plane.ctl);
	u64 addr = s->plane.surf + (u64)b->line * s->plane.stride + x * cpp;
	u32 done, n;

	for (done = 0; done < width; done += n / cpp) {
		const u8 *src;

		n = (width - done) * cpp;
		src = ggtt_at(v, s, addr + (u64)done * cpp, cpp, &n);
		pixels_convert(v, s, b->dst + done, src, n / cpp);
	}
}

/* A tile at a time: of each of its lines that the band has, the pixels in it. */
static void tiled_draw(struct vgpu *v, const struct gen8_scanout *s, const struct band *b, u32 x,
		       u32 width)
{
	u32 cpp = format_cpp(s->plane.ctl);
	u64 row = s->plane.surf + (u64)(b->line / TILE_HEIGHT * TILE_HEIGHT) * s->plane.stride;
	u32 done, n, i;

	for (done = 0; done < width; done += n) {
		u32 byte = (x + done) * cpp;
		u64 addr = row + (u64)(byte / TILE_WIDTH) * TILE_SIZE;
		u32 len = TILE_SIZE;
		const u8 *tile = ggtt_at(v, s, addr, TILE_SIZE, &len);
		const u8 *column = tile + byte % TILE_WIDTH;

		n = min((TILE_WIDTH - byte % TILE_WIDTH) / cpp, width - done);
		for (i = 0; i < b->nr; i++) {
			u32 line = b->down ? b->line + i : b->line - i;

			pixels_convert(v, s, b->dst + i * width + done,
				       column + line % TILE_HEIGHT * TILE_WIDTH, n);
		}
	}
}

/* The primary plane, as far as both it and the frame go. */
static void plane_draw(struct vgpu *v, const struct gen8_scanout *s, const struct gen8_window *w)
{
	bool rotated = s->plane.ctl & DSP_ROTATE_180;
	bool tiled = s->plane.ctl & DSP_TILED;
	u32 left = s->plane.offset & 0xfff;
	u32 top = s->plane.offset >> 16 & 0xfff;
	/* of a turned picture, its last lines and columns are the first ones */
	u32 column = left + (rotated ? s->width - w->width : 0);
	struct band b = { .dst = w->dst, .down = !rotated };
	u32 end = w->first + w->nr;
	u32 y, i;

	for (y = w->first; y < end; y += b.nr, b.dst += b.nr * w->width) {
		b.line = top + (rotated ? s->height - 1 - y : y);
		b.nr = rotated ? b.line % TILE_HEIGHT + 1 : TILE_HEIGHT - b.line % TILE_HEIGHT;
		b.nr = tiled ? min(b.nr, end - y) : 1;
		if (tiled)
			tiled_draw(v, s, &b, column, w->width);
		else
			linear_draw(v, s, &b, column, w->width);
		for (i = 0; rotated && i < b.nr; i++)
			line_reverse(b.dst + i * w->width, w->width);
	}
}

static u32 cursor_width(u32 ctl)
{
	switch (ctl & CUR_MODE_MASK) {
	case CUR_MODE_64_ARGB:
		return 64;
	case CUR_MODE_128_ARGB:
		return 128;
	case CUR_MODE_256_ARGB:
		return 256;
	default:
		return 0;
	}
}

static int cursor_pos(u32 half)
{
	int pos = half & CURPOS_MASK;

	return half & CURPOS_SIGN ? -pos : pos;
}

/* @src is premultiplied: what it lets through of @dst is added to it. */
static u32 pixel_blend(u32 dst, u32 src)
{
	u32 through = 255 - (src >> 24);
	u32 sum = 0;
	u32 shift;

	for (shift = 0; shift < 24; shift += 8) {
		u32 c = (src >> shift & 0xff) + ((dst >> shift & 0xff) * through + 127) / 255;

		sum |= min(c, 255u) << shift;
	}
	return sum;
}

static void cursor_draw(struct vgpu *v, const struct gen8_cursor *cur, const struct gen8_window *w)
{
	bool rotated = cur->ctl & CUR_ROTATE_180;
	u32 size = cursor_width(cur->ctl);
	u32 lines = cur->fbc & CUR_FBC_ENABLE ? (cur->fbc & CUR_FBC_HEIGHT) + 1 : size;
	int left = cursor_pos(cur->pos & 0xffff);
	int top = cursor_pos(cur->pos >> 16);
	u32 line[CURSOR_MAX];
	u32 x, y;

	lines = min(lines, size);
	for (y = 0; y < lines; y++) {
		int at = top + (int)y - (int)w->first;
		u32 row = rotated ? lines - 1 - y : y;

		if (at < 0 || at >= (int)w->nr)
			continue;
		ggtt_get(v, (u64)cur->base + row * size * 4, line, size * 4);
		for (x = 0; x < size; x++) {
			u32 *p = w->dst + (u32)at * w->width + left + (int)x;

			if (left + (int)x < 0 || left + (int)x >= (int)w->width)
				continue;
			*p = pixel_blend(*p, line[rotated ? size - 1 - x : x]);
		}
	}
}

/**
 * gen8_pipe_draw - draw all planes of a pipe, the lowest first
 * @v: the device
 * @s: what it shows; without a primary plane the others are drawn on black
 * @w: lines of the frame, as far as that goes
 *
 * Indices into a palette are colours already.
 */
void gen8_pipe_draw(struct vgpu *v, const struct gen8_scanout *s, const struct gen8_window *w)
{
	struct gen8_gamma gamma;

	if (plane_is_shown(&s->plane))
		plane_draw(v, s, w);
	else
		memset(w->dst, 0, 4 * w->width * w->nr);
	gen8_sprite_draw(v, &s->sprite, w);
	cursor_draw(v, &s->cursor, w);
	if (s->plane.ctl & DSP_GAMMA && DSP_FORMAT(s->plane.ctl) != DSP_FORMAT_8BPP &&
	    gen8_gamma_get(v, s->pipe, &gamma))
		gen8_gamma_apply(&gamma, w->dst, w->width * w->nr);
}

static bool same_picture(const struct gen8_scanout *a, const struct gen8_scanout *b)
{
	return a->pipe == b->pipe && a->plane.surf == b->plane.surf &&
	       a->plane.ctl == b->plane.ctl && a->plane.stride == b->plane.stride &&
	       a->plane.offset == b->plane.offset && a->sprite.surf == b->sprite.surf &&
	       a->sprite.ctl == b->sprite.ctl;
}

/* Clear what of the frame is right of and below the picture. */
static void border_clear(u32 *dst, const struct vgpu_plane *p, u32 width, u32 height)
{
	u32 y;

	if (width < p->width) /* lines lie close together until here */
		for (y = height; y--;) {
			memmove(dst + y * p->width, dst + y * width, 4 * width);
			memset(dst + y * p->width + width, 0, 4 * (p->width - width));
		}
	memset(dst + height * p->width, 0, 4 * p->width * (p->height - height));
}

/**
 * gen8_plane_frame - model->frame
 * @v: the device
 * @p: what gen8_plane_get() said; what is shown may be another picture by now
 * @dst: receives the frame
 *
 * A guest that flips twice while this copies draws into what is being copied: then the
 * copy is made again, a few times.
 */
void gen8_plane_frame(struct vgpu *v, const struct vgpu_plane *p, void *dst)
{
	u8 *scratch = to_gen8(v)->display->scratch;
	struct gen8_window w = { .dst = dst };
	struct gen8_scanout s, after;
	u32 i;

	if (!gen8_scanout_get(v, &s) || !format_cpp(s.plane.ctl)) {
		memset(dst, 0, p->size);
		return;
	}

	for (i = 0; i < COPIES_MAX; i++) {
		w.width = min(p->width, s.width);
		w.nr = min(p->height, s.height);
		s.scratch = scratch;
		gen8_pipe_draw(v, &s, &w);
		border_clear(dst, p, w.width, w.nr);
		if (!gen8_scanout_get(v, &after) || same_picture(&s, &after) ||
		    !format_cpp(after.plane.ctl))
			return;
		s = after;
	}
}
