// SPDX-License-Identifier: GPL-2.0
/*
 * display.c - scan-out: what every model's picture must fulfil
 */
#include "vgpu.h"

static bool plane_is_sane(const struct vgpu *v, const struct vgpu_plane *p)
{
	return p->width && p->height && (u64)p->width * 4 <= p->stride &&
	       (u64)p->stride * p->height == p->size && p->size <= v->frame_size;
}

/**
 * vgpu_plane_get - what is scanned out now?
 * @v: the device
 * @p: receives it; all zero where there is no picture
 */
void vgpu_plane_get(struct vgpu *v, struct vgpu_plane *p)
{
	memset(p, 0, sizeof(*p));
	if (!v->model->plane)
		return;

	v->model->plane(v, p);
	if (!p->fourcc || !plane_is_sane(v, p))
		memset(p, 0, sizeof(*p));
}

/**
 * vgpu_frame_copy - make the frame that vgpu_plane_get() described
 * @v: the device
 * @p: what vgpu_plane_get() said
 * @dst: receives @p->size bytes, all of them
 *
 * The guest may have changed its mode since: @dst then holds what is left of the
 * picture, black elsewhere.
 */
void vgpu_frame_copy(struct vgpu *v, const struct vgpu_plane *p, void *dst)
{
	if (p->fourcc && v->model->frame && plane_is_sane(v, p))
		v->model->frame(v, p, dst);
}
