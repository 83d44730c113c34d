// SPDX-License-Identifier: GPL-2.0
/*
 * monitor.c - VFIO's EDID region: the VMM says which monitor is connected, and whether one is
 *
 * The VMM takes the link down, writes another EDID and takes the link up again; the guest hears
 * of both as of a plug that is pulled and put in, and reads the EDID anew.  What is written while
 * the link is up waits until the VMM says "up" once more, so the guest never sees half of it.
 */
#include <linux/vfio.h>

#include "vgpu_mdev.h"

#define LINK_UP VFIO_DEVICE_GFX_LINK_STATE_UP
#define LINK_DOWN VFIO_DEVICE_GFX_LINK_STATE_DOWN

#define FIELD(name) offsetof(struct vfio_region_gfx_edid, name)

static_assert(sizeof(struct vfio_region_gfx_edid) <= KVMGT_EDID_OFFSET);

/**
 * kvmgt_monitor_init - prepare the monitor's lock
 * @mon: all zero
 */
void kvmgt_monitor_init(struct kvmgt_monitor *mon)
{
	mutex_init(&mon->lock);
}

/**
 * kvmgt_monitor_open - the monitor that the mdev's type has is connected
 * @v: the vGPU, being opened
 */
void kvmgt_monitor_open(struct kvmgt_vgpu *v)
{
	struct kvmgt_monitor *mon = &v->monitor;

	if (!v->core.monitor)
		return;

	mutex_lock(&mon->lock);
	vgpu_monitor_set(&v->core, v->core.monitor);
	memset(mon->edid, 0, sizeof(mon->edid));
	mon->size = vgpu_monitor_edid(&v->core, mon->edid);
	mon->link = LINK_UP;
	mutex_unlock(&mon->lock);
}

/**
 * kvmgt_monitor_read - read from the EDID region
 * @v: the vGPU, of a model with monitors
 * @off: byte offset in the region
 * @buf: receives @len bytes
 * @len: bytes, all of them in the region
 */
void kvmgt_monitor_read(struct kvmgt_vgpu *v, u64 off, void *buf, u32 len)
{
	struct kvmgt_monitor *mon = &v->monitor;
	struct vfio_region_gfx_edid regs = {
		.edid_offset = KVMGT_EDID_OFFSET,
		.edid_max_size = sizeof(mon->edid),
		.max_xres = v->core.monitor->max_width,
		.max_yres = v->core.monitor->max_height,
	};
	u32 i;

	mutex_lock(&mon->lock);
	regs.edid_size = mon->size;
	regs.link_state = mon->link;
	for (i = 0; i < len; i++, off++) {
		u8 byte = 0;

		if (off >= KVMGT_EDID_OFFSET)
			byte = mon->edid[off - KVMGT_EDID_OFFSET];
		else if (off < sizeof(regs))
			byte = ((u8 *)&regs)[off];
		((u8 *)buf)[i] = byte;
	}
	mutex_unlock(&mon->lock);
}

static int link_set_locked(struct kvmgt_vgpu *v, u32 link)
{
	struct kvmgt_monitor *mon = &v->monitor;
	int ret;

	lockdep_assert_held(&mon->lock);

	if (link != LINK_UP && link != LINK_DOWN)
		return -EINVAL;
	if (link == LINK_UP && !mon->size)
		return -EINVAL;
	if (link == LINK_DOWN && mon->link == LINK_DOWN)
		return 0;
	ret = vgpu_monitor_plug(&v->core, mon->edid, link == LINK_UP ? mon->size : 0);
	if (!ret)
		mon->link = link;
	return ret;
}

/* A whole field, or nothing: half of a number is none. */
static int field_write_locked(struct kvmgt_vgpu *v, u64 off, const void *buf, u32 len)
{
	u32 val;

	if (len != sizeof(val))
		return -EINVAL;
	memcpy(&val, buf, sizeof(val));

	switch (off) {
	case FIELD(edid_size):
		if (val > sizeof(v->monitor.edid))
			return -EINVAL;
		v->monitor.size = val;
		return 0;
	case FIELD(link_state):
		return link_set_locked(v, val);
	default: /* the others say what the device can */
		return -EINVAL;
	}
}

/**
 * kvmgt_monitor_write - write to the EDID region
 * @v: the vGPU, of a model with monitors
 * @off: byte offset in the region
 * @buf: holds @len bytes
 * @len: bytes, all of them in the region
 *
 * Return: 0; -EINVAL for what is no field or cannot be written, a size that there is no room
 * for, a link state that does not exist, and "up" with what is no EDID.
 */
int kvmgt_monitor_write(struct kvmgt_vgpu *v, u64 off, const void *buf, u32 len)
{
	struct kvmgt_monitor *mon = &v->monitor;
	int ret = 0;

	mutex_lock(&mon->lock);
	if (off < KVMGT_EDID_OFFSET)
		ret = field_write_locked(v, off, buf, len);
	else
		memcpy(mon->edid + (off - KVMGT_EDID_OFFSET), buf, len);
	mutex_unlock(&mon->lock);
	return ret;
}
