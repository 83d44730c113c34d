// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs.c - a vGPU for the curious: registers by name
 *
 * In debugfs kvmgt/<uuid>/, beside the bus's "ranges" and "classes" and the files of
 * count.c:
 *
 *	regs		name, offset and value; reading it has no side effect
 *	pages		guest pages that the device keeps pinned, beside its aperture
 *	limits		what it may cost, see limits.c
 *	monitor		whether it is connected, and the size of its EDID
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "vgpu_mdev.h"

static u32 reg_dwords(const struct vgpu_reg *r)
{
	return r->count ?: 1;
}

static void reg_show_name(struct seq_file *m, const struct vgpu_reg *r, u32 n)
{
	if (r->count > 1)
		seq_printf(m, "%s[%u]", r->name, n);
	else
		seq_puts(m, r->name);
}

/**
 * kvmgt_debugfs_reg_name - what a dword of the register BAR is called
 * @m: where to
 * @v: the vGPU
 * @i: number of the dword, inside the registers
 */
void kvmgt_debugfs_reg_name(struct seq_file *m, struct kvmgt_vgpu *v, u32 i)
{
	const struct vgpu_reg *r = vgpu_reg_find(v->core.model, 4 * i);

	if (r)
		reg_show_name(m, r, i - r->off / 4);
	else
		seq_puts(m, "(unlisted)");
}

static int regs_show(struct seq_file *m, void *unused)
{
	struct kvmgt_vgpu *v = m->private;
	const struct vgpu_model *model = v->core.model;
	u32 i, n;

	for (i = 1; i < model->nr_flat; i++) {
		const struct vgpu_reg *r = model->flat[i];

		for (n = 0; n < reg_dwords(r); n++) {
			reg_show_name(m, r, n);
			seq_printf(m, " 0x%x 0x%08x\n", r->off + 4 * n,
				   READ_ONCE(v->core.regs[r->off / 4 + n]));
		}
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(regs);

static int pages_show(struct seq_file *m, void *unused)
{
	kvmgt_pages_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pages);

static int limits_show(struct seq_file *m, void *unused)
{
	kvmgt_limits_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(limits);

/* The link of the monitor, VFIO_DEVICE_GFX_LINK_STATE_*, and the size of its EDID. */
static int monitor_show(struct seq_file *m, void *unused)
{
	struct kvmgt_vgpu *v = m->private;

	mutex_lock(&v->monitor.lock);
	seq_printf(m, "link %u edid %u\n", v->monitor.link, v->monitor.size);
	mutex_unlock(&v->monitor.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(monitor);

/**
 * kvmgt_debugfs_create - add the vGPU's files to the bus's directory
 * @v: the vGPU
 *
 * They go with the directory, in kvmgt_bus_destroy().
 */
void kvmgt_debugfs_create(struct kvmgt_vgpu *v)
{
	struct dentry *dir = kvmgt_bus_debugfs(v->bus);

	debugfs_create_file("regs", 0444, dir, v, &regs_fops);
	debugfs_create_file("pages", 0444, dir, v, &pages_fops);
	debugfs_create_file("limits", 0444, dir, v, &limits_fops);
	if (v->core.monitor)
		debugfs_create_file("monitor", 0444, dir, v, &monitor_fops);
}
