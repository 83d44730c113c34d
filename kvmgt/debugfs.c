// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs.c - a vGPU for the curious: registers by name, accesses of each
 *
 * In debugfs kvmgt/<uuid>/, beside the bus's "ranges":
 *
 *	regs		name, offset and value; reading it has no side effect
 *	count		write 1 to begin to count accesses by register
 *	counters	what was counted; registers that were not touched are left out
 *	pages		guest pages that the device keeps pinned, beside its aperture
 */
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

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

static int counters_show(struct seq_file *m, void *unused)
{
	struct kvmgt_vgpu *v = m->private;
	const struct vgpu_model *model = v->core.model;
	/* Pairs with the release in vgpu_count_enable(): the array is zeroed. */
	const struct vgpu_reg_count *counts = smp_load_acquire(&v->core.counts);
	u32 dwords = model->regs_size / 4;
	u32 i;

	if (!counts)
		return 0;
	seq_puts(m, "register offset reads writes\n");
	for (i = 0; i < dwords; i++) {
		const struct vgpu_reg *r = model->flat[model->index[i]];
		u32 reads = READ_ONCE(counts[i].reads);
		u32 writes = READ_ONCE(counts[i].writes);

		if (!reads && !writes)
			continue;
		if (r)
			reg_show_name(m, r, i - r->off / 4);
		else
			seq_puts(m, "(unlisted)");
		seq_printf(m, " 0x%x %u %u\n", 4 * i, reads, writes);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int pages_show(struct seq_file *m, void *unused)
{
	kvmgt_pages_show(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pages);

static ssize_t count_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	struct kvmgt_vgpu *v = file->private_data;
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;
	if (!on)
		return -EINVAL;
	ret = vgpu_count_enable(&v->core);
	return ret ?: len;
}

static const struct file_operations count_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = count_write,
};

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
	debugfs_create_file("counters", 0444, dir, v, &counters_fops);
	debugfs_create_file("pages", 0444, dir, v, &pages_fops);
	debugfs_create_file("count", 0200, dir, v, &count_fops);
	if (v->core.monitor)
		debugfs_create_file("monitor", 0444, dir, v, &monitor_fops);
}
