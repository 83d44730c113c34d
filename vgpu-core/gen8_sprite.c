// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_sprite.c - the sprite: a plane of its own size above the primary one
 *
 * It is not scaled, knows no alpha, and is drawn where it covers the frame.  Of the colour
 * keys the one of the primary plane is there; one of the sprite's own is not: it is drawn
 * whole.
 */
#include "gen8_display.h"

#define CHUNK 128u /* pixels at once */

static u32 format_cpp(u32 ctl)
{
	switch (SPR_FORMAT(ctl)) {
	case SPR_FORMAT_YUV422:
		return 2;
	case SPR_FORMAT_RGB101010:
	case SPR_FORMAT_RGB888:
		return 4;
	default:
		return 0;
	}
}

static u32 clamp_shift(int c, u32 shift)
{
	c >>= 8;
	return (u32)(c < 0 ? 0 : min(c, 255)) << shift;
}

/* By bits of the control register: BT.709 or 601, whole or limited range; by 256. */
static const struct yuv {
	int y, y_zero, red_v, green_u, green_v, blue_u;
} yuvs[2][2] = {
	{ { 298, 16, 409, 100, 208, 516 }, { 256, 0, 359, 88, 183, 454 } },
	{ { 298, 16, 459, 55, 136, 541 }, { 256, 0, 403, 48, 120, 475 } },
};

static u32 yuv_to_xrgb(u32 ctl, int y, int u, int v)
{
	const struct yuv *k = &yuvs[!!(ctl & SPR_YUV_BT709)][!!(ctl & SPR_YUV_FULL_RANGE)];

	y = k->y * (y - k->y_zero) + 128;
	u -= 128;
	v -= 128;
	return clamp_shift(y + k->red_v * v, 16) |
	       clamp_shift(y - k->green_u * u - k->green_v * v, 8) |
	       clamp_shift(y + k->blue_u * u, 0);
}

/* Pixel @x of a line that begins at an even one. */
static u32 pixel_get(u32 ctl, const u8 *line, u32 x)
{
	/* where Y of the first pixel, U, and V are in the four bytes of two pixels */
	static const u8 orders[4][3] = { { 0, 1, 3 }, { 1, 0, 2 }, { 0, 3, 1 }, { 1, 2, 0 } };
	const u8 *order = orders[SPR_YUV_ORDER(ctl)];
	u32 c;

	if (SPR_FORMAT(ctl) == SPR_FORMAT_YUV422) {
		const u8 *pair = line + (x & ~1u) * 2;

		return yuv_to_xrgb(ctl, pair[order[0] + 2 * (x & 1)], pair[order[1]],
				   pair[order[2]]);
	}
	memcpy(&c, line + 4 * x, 4);
	if (SPR_FORMAT(ctl) == SPR_FORMAT_RGB101010)
		c = gen8_rgb30_to_xrgb(c);
	return (ctl & SPR_ORDER_RGBX ? gen8_swap_red_blue(c) : c) & 0xffffff;
}

/* @n pixels of line @y from column @x on, to @dst; of a turned sprite, from right to left. */
static void pixels_draw(struct vgpu *v, const struct gen8_sprite *s, u32 x, u32 y, u32 n, u32 *dst)
{
	const struct gen8_plane plane = {
		.ctl = s->ctl & SPR_TILED ? DSP_TILED : 0,
		.stride = s->stride,
		.surf = s->surf,
	};
	u32 cpp = format_cpp(s->ctl);
	u8 line[(CHUNK + 2) * 4];
	u32 even = x & ~1u;
	u32 i;

	gen8_plane_line(v, &plane, even * cpp, y, line, ((x + n + 1) & ~1u) * cpp - even * cpp);
	for (i = 0; i < n; i++) {
		u32 from = s->ctl & SPR_ROTATE_180 ? n - 1 - i : i;

		if (s->ctl & SPR_DEST_KEY && (dst[i] ^ s->key) & s->key_mask & 0xffffff)
			continue;
		dst[i] = pixel_get(s->ctl, line, x - even + from);
	}
}

/**
 * gen8_sprite_draw - draw the sprite of a pipe over its frame
 * @v: the device
 * @s: the sprite
 * @w: lines of the frame
 */
void gen8_sprite_draw(struct vgpu *v, const struct gen8_sprite *s, const struct gen8_window *w)
{
	bool rotated = s->ctl & SPR_ROTATE_180;
	u32 sprite_width = (s->size & 0xfff) + 1;
	u32 sprite_height = (s->size >> 16 & 0xfff) + 1;
	u32 left = s->pos & 0xfff;
	u32 top = s->pos >> 16 & 0xfff;
	u32 x, y, n, visible;

	if (!(s->ctl & SPR_ENABLE) || !format_cpp(s->ctl) || left >= w->width)
		return;

	visible = min(sprite_width, w->width - left);
	y = top < w->first ? w->first - top : 0;
	for (; y < sprite_height && top + y < w->first + w->nr; y++) {
		u32 row = (s->offset >> 16 & 0xfff) + (rotated ? sprite_height - 1 - y : y);
		u32 *dst = w->dst + (top + y - w->first) * w->width + left;

		for (x = 0; x < visible; x += n) {
			u32 column = s->offset & 0xfff;

			n = min(CHUNK, visible - x);
			column += rotated ? sprite_width - x - n : x;
			pixels_draw(v, s, column, row, n, dst + x);
		}
	}
}
