// SPDX-License-Identifier: GPL-2.0
/*
 * gfx.c - the picture, as VFIO's region display wants it
 *
 * A VMM asks for the plane before each refresh and then reads the picture from
 * byte 0 of a region.  What the guest scans out may lie anywhere in its memory,
 * in other formats; so the picture is made when it is asked for, in memory of
 * its own, whose region index never changes and whose size no guest can exceed.
 */
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "vgpu_mdev.h"

#define PLANE_REGION VFIO_GFX_PLANE_TYPE_REGION
#define PLANE_PROBE VFIO_GFX_PLANE_TYPE_PROBE

/**
 * kvmgt_gfx_open - allocate the picture
 * @v: the vGPU, being opened
 *
 * Return: 0 or -ENOMEM.
 */
int kvmgt_gfx_open(struct kvmgt_vgpu *v)
{
	u32 size = v->core.frame_size;

	if (!size)
		return 0;
	v->frame = __vmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	return v->frame ? 0 : -ENOMEM;
}

/**
 * kvmgt_gfx_close - free the picture
 * @v: the vGPU, being closed: no mapping is left, as each holds the file
 */
void kvmgt_gfx_close(struct kvmgt_vgpu *v)
{
	vfree(v->frame);
	v->frame = NULL;
}

static void frame_take(struct kvmgt_vgpu *v, const struct vgpu_plane *p)
{
	lockdep_assert_held(&v->gfx_lock);
	kvmgt_pages_begin(v);
	vgpu_frame_copy(&v->core, p, v->frame);
	kvmgt_pages_end(v);
}

static void plane_fill(struct kvmgt_vgpu *v, struct vfio_device_gfx_plane_info *info)
{
	struct vgpu_plane p;

	mutex_lock(&v->gfx_lock);
	vgpu_plane_get(&v->core, &p);
	if (p.fourcc)
		frame_take(v, &p);
	mutex_unlock(&v->gfx_lock);

	info->drm_format = p.fourcc;
	info->drm_format_mod = 0;
	info->width = p.width;
	info->height = p.height;
	info->stride = p.stride;
	info->size = p.size;
	info->x_pos = 0;
	info->y_pos = 0;
	info->x_hot = 0;
	info->y_hot = 0;
	info->region_index = KVMGT_REGION_FRAME;
}

/**
 * kvmgt_query_gfx_plane - VFIO_DEVICE_QUERY_GFX_PLANE
 * @v: the vGPU
 * @arg: struct vfio_device_gfx_plane_info
 *
 * There is one primary plane; size and format 0 mean no picture.
 *
 * Return: 0; -EINVAL for another type than REGION, or without a display.
 */
int kvmgt_query_gfx_plane(struct kvmgt_vgpu *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_device_gfx_plane_info, region_index);
	struct vfio_device_gfx_plane_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || !v->frame)
		return -EINVAL;
	if (info.flags == (PLANE_PROBE | PLANE_REGION))
		return 0;
	if (info.flags != PLANE_REGION)
		return -EINVAL;

	switch (info.drm_plane_type) {
	case 0: /* QEMU leaves the type of a region display unset */
	case 1: /* DRM_PLANE_TYPE_PRIMARY */
		plane_fill(v, &info);
		break;
	case 2: /* DRM_PLANE_TYPE_CURSOR */
		memset((void *)&info + offsetof(typeof(info), drm_format), 0,
		       minsz - offsetof(typeof(info), drm_format));
		break;
	default:
		return -EINVAL;
	}
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}
