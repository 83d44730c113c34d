// SPDX-License-Identifier: GPL-2.0
/*
 * count.c - how often each register is accessed, and by which path
 *
 * The core counts what reaches a register.  Here is counted what of it came through
 * the device file; the rest was answered on the vCPU, in the kernel.  In debugfs
 * kvmgt/<uuid>/:
 *
 *	counters	what was counted, registers that were not touched left out; all
 *			accesses are counted while anybody has it open
 *	count		1: they are counted also when nobody has; 0: no longer so
 *
 * When counting stops the counts stay, and it goes on from there.  They are of 32
 * bits and wrap around.
 *
 * An open file may outlive the vGPU, and is closed in any case; hence the struct of
 * its own that both hold.
 */
#include <linux/debugfs.h>
#include <linux/kref.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vgpu_mdev.h"

/**
 * struct kvmgt_count - who wants accesses of a vGPU to be counted
 * @ref: held by the vGPU and by every open "counters"
 * @lock: guards all below
 * @v: the vGPU; NULL once it is gone
 * @users: open "counters", and one for @always
 * @always: "count" is 1
 * @vfio: of each register, accesses through the device file; NULL until somebody
 *	counts
 */
struct kvmgt_count {
	struct kref ref;
	struct mutex lock; /* guards all below */
	struct kvmgt_vgpu *v;
	u32 users;
	bool always;
	struct vgpu_reg_count *vfio;
};

static u32 count_dwords(const struct kvmgt_vgpu *v)
{
	return v->core.model->regs_size / 4;
}

/* First the core, then the device file: what the second counts, the first does too. */
static int count_start_locked(struct kvmgt_count *c)
{
	struct kvmgt_vgpu *v = c->v;
	int ret;

	if (!c->vfio)
		c->vfio = kvcalloc(count_dwords(v) + 1, sizeof(*c->vfio), GFP_KERNEL_ACCOUNT);
	if (!c->vfio)
		return -ENOMEM;
	ret = vgpu_count_enable(&v->core);
	if (ret)
		return ret;
	/* Pairs with kvmgt_count_vfio(): the array is zeroed. */
	smp_store_release(&v->vfio_counts, c->vfio);
	return 0;
}

static int count_get_locked(struct kvmgt_count *c)
{
	int ret;

	lockdep_assert_held(&c->lock);
	if (!c->v)
		return -ENODEV;
	ret = c->users ? 0 : count_start_locked(c);
	if (!ret)
		c->users++;
	return ret;
}

static void count_put_locked(struct kvmgt_count *c)
{
	lockdep_assert_held(&c->lock);
	if (--c->users || !c->v)
		return;
	WRITE_ONCE(c->v->vfio_counts, NULL);
	vgpu_count_disable(&c->v->core);
}

static void count_release(struct kref *ref)
{
	struct kvmgt_count *c = container_of(ref, struct kvmgt_count, ref);

	mutex_destroy(&c->lock);
	kfree(c);
}

/**
 * kvmgt_count_access - count an access that came through the device file
 * @v: the vGPU
 * @counts: v->vfio_counts, not NULL
 * @region: index of the region, any value
 * @off: byte offset in the region
 * @len: 1 to 8
 * @write: false: a read
 *
 * One for each register that it touches, as the core counts.  Called before the
 * core is: so that it never looks as if the kernel had answered it.
 */
void kvmgt_count_access(struct kvmgt_vgpu *v, struct vgpu_reg_count *counts, u32 region, u64 off,
			u32 len, bool write)
{
	u32 size = v->core.model->regs_size;
	u32 i;

	if (region != v->regs_region || off >= size || len > size - off)
		return;
	for (i = off / 4; i <= (off + len - 1) / 4; i++) {
		struct vgpu_reg_count *count = &counts[env_index_nospec(i, size / 4)];

		env_inc(write ? &count->writes : &count->reads);
	}
}

/* From @pos on (a dword's number and 1; 0 is the headline), what has something to show. */
static void *counters_seek(struct kvmgt_count *c, loff_t *pos)
{
	struct vgpu_reg_count *counted = c->v->core.counted;
	u32 dwords = count_dwords(c->v);

	if (!*pos)
		return SEQ_START_TOKEN;
	for (; *pos <= dwords; ++*pos) {
		struct vgpu_reg_count *count = &counted[*pos - 1];

		if (READ_ONCE(count->reads) || READ_ONCE(count->writes))
			return count;
	}
	return NULL;
}

static void *counters_start(struct seq_file *m, loff_t *pos)
{
	return counters_seek(m->private, pos);
}

static void *counters_next(struct seq_file *m, void *entry, loff_t *pos)
{
	++*pos;
	return counters_seek(m->private, pos);
}

static void counters_stop(struct seq_file *m, void *entry)
{
}

/*
 * What of @all came through the device file.  An access that runs is in @vfio
 * already and not yet in @all, both counts of which may have wrapped.
 */
static u32 vfio_part(u32 vfio, u32 all)
{
	return vfio - all < U16_MAX ? all : vfio;
}

static int counters_show(struct seq_file *m, void *entry)
{
	struct kvmgt_count *c = m->private;
	const struct vgpu_reg_count *all = entry;
	u32 i, reads, writes;

	if (entry == SEQ_START_TOKEN) {
		seq_puts(m, "register offset vfio_reads vfio_writes reads writes\n");
		return 0;
	}
	i = all - c->v->core.counted;
	reads = READ_ONCE(all->reads);
	writes = READ_ONCE(all->writes);
	kvmgt_debugfs_reg_name(m, c->v, i);
	seq_printf(m, " 0x%x %u %u %u %u\n", 4 * i, vfio_part(READ_ONCE(c->vfio[i].reads), reads),
		   vfio_part(READ_ONCE(c->vfio[i].writes), writes), reads, writes);
	return 0;
}

static const struct seq_operations counters_ops = {
	.start = counters_start,
	.next = counters_next,
	.stop = counters_stop,
	.show = counters_show,
};

static int counters_open(struct inode *inode, struct file *file)
{
	struct kvmgt_count *c = inode->i_private;
	int ret;

	ret = seq_open(file, &counters_ops);
	if (ret)
		return ret;
	mutex_lock(&c->lock);
	ret = count_get_locked(c);
	mutex_unlock(&c->lock);
	if (ret) {
		seq_release(inode, file);
		return ret;
	}
	kref_get(&c->ref);
	((struct seq_file *)file->private_data)->private = c;
	return 0;
}

/* Runs also when the vGPU, and with it the file's name, is gone. */
static int counters_release(struct inode *inode, struct file *file)
{
	struct kvmgt_count *c = ((struct seq_file *)file->private_data)->private;

	mutex_lock(&c->lock);
	count_put_locked(c);
	mutex_unlock(&c->lock);
	kref_put(&c->ref, count_release);
	return seq_release(inode, file);
}

static const struct file_operations counters_fops = {
	.owner = THIS_MODULE,
	.open = counters_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = counters_release,
};

static ssize_t count_read(struct file *file, char __user *buf, size_t len, loff_t *ppos)
{
	struct kvmgt_count *c = file->private_data;
	bool on;

	mutex_lock(&c->lock);
	on = c->users;
	mutex_unlock(&c->lock);
	return simple_read_from_buffer(buf, len, ppos, on ? "1\n" : "0\n", 2);
}

static ssize_t count_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	struct kvmgt_count *c = file->private_data;
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;

	mutex_lock(&c->lock);
	if (on && !c->always)
		ret = count_get_locked(c);
	else if (!on && c->always)
		count_put_locked(c);
	if (!ret)
		c->always = on;
	mutex_unlock(&c->lock);
	return ret ?: len;
}

static const struct file_operations count_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = count_read,
	.write = count_write,
};

/**
 * kvmgt_count_create - make accesses countable
 * @v: the vGPU, with its bus
 *
 * Return: 0 or -ENOMEM.
 */
int kvmgt_count_create(struct kvmgt_vgpu *v)
{
	struct kvmgt_count *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	struct dentry *dir = kvmgt_bus_debugfs(v->bus);

	if (!c)
		return -ENOMEM;
	kref_init(&c->ref);
	mutex_init(&c->lock);
	c->v = v;
	v->count = c;
	debugfs_create_file("counters", 0444, dir, c, &counters_fops);
	debugfs_create_file("count", 0600, dir, c, &count_fops);
	return 0;
}

/**
 * kvmgt_count_destroy - undo kvmgt_count_create()
 * @v: the vGPU, which nobody accesses; its files in debugfs are gone
 */
void kvmgt_count_destroy(struct kvmgt_vgpu *v)
{
	struct kvmgt_count *c = v->count;

	mutex_lock(&c->lock);
	c->v = NULL;
	v->vfio_counts = NULL;
	kvfree(c->vfio);
	c->vfio = NULL;
	mutex_unlock(&c->lock);
	kref_put(&c->ref, count_release);
}
