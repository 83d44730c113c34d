// SPDX-License-Identifier: GPL-2.0
/*
 * monitor.c - the monitor of a device: the one that it comes with, and others
 */
#include "edid.h"

/**
 * vgpu_monitor_set - the device comes with this monitor; it is plugged in
 * @v: the device
 * @m: the monitor, one of model->monitors
 *
 * What can be scanned out is what this monitor can show at most.
 */
void vgpu_monitor_set(struct vgpu *v, const struct vgpu_monitor *m)
{
	u8 edid[VGPU_EDID_MAX];

	v->monitor = m;
	v->frame_size = 4 * m->max_width * m->max_height;
	v->model->edid(v, edid, vgpu_monitor_edid(v, edid));
}

/**
 * vgpu_monitor_edid - the description of the monitor that the device comes with
 * @v: the device, of a model with monitors
 * @edid: receives VGPU_EDID_MAX bytes at most
 *
 * Return: how many.
 */
u32 vgpu_monitor_edid(const struct vgpu *v, u8 *edid)
{
	vgpu_edid_build_hdmi(edid, v->monitor);
	return VGPU_EDID_HDMI_SIZE;
}

/**
 * vgpu_monitor_plug - another monitor is connected, or none
 * @v: the device, of a model with monitors
 * @edid: describes it
 * @size: bytes of @edid, VGPU_EDID_MAX at most; 0: no monitor
 *
 * Return: 0, or -EINVAL and nothing has changed: that describes no monitor.
 */
int vgpu_monitor_plug(struct vgpu *v, const u8 *edid, u32 size)
{
	u8 fit[VGPU_EDID_MAX] = { 0 };

	if (!size) {
		v->model->edid(v, NULL, 0);
		return 0;
	}
	if (size > VGPU_EDID_MAX || !vgpu_edid_is_sane(edid, size))
		return -EINVAL;
	memcpy(fit, edid, size);
	v->model->edid(v, fit, vgpu_edid_to_hdmi(fit, size));
	return 0;
}
