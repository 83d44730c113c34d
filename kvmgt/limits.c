// SPDX-License-Identifier: GPL-2.0
/*
 * limits.c - what a vGPU may cost its host, by type
 *
 * In sysfs, below the type: mdev_supported_types/kvmgt_vgpu-NAME/limits/
 *
 *	pages_mib	guest memory that its engines and its screen keep pinned; what does not
 *			fit is accessed page by page, slower
 *	aperture_mib	guest memory that is pinned because the guest's CPUs see it through the
 *			aperture; what does not fit makes room for what is touched
 *	cpu_percent	of one CPU, for its engines
 *
 * A vGPU has those that its type had when it was opened.  What else it can ask for is
 * bounded by its form: an execlist waits behind the running one of each engine, a timer
 * comes no sooner than TIMER_MIN_NS, and there is no message in the host's log that a guest
 * can cause more than once, but for those of VFIO when memory may not be locked, which come
 * less and less often (pages.c).
 *
 * In debugfs kvmgt/<uuid>/limits: each with what there is of it (MiB; milliseconds so far),
 * and how often it was met (pages that made room; pauses).
 */
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>

#include "vgpu_mdev.h"

const struct kvmgt_limits kvmgt_limits_default = {
	.pages_mib = 64,
	.aperture_mib = 256,
	.cpu_percent = 91,
};

/**
 * struct limit - one of them
 * @attr: its file
 * @offset: of the number, in struct kvmgt_limits
 * @min: smallest value
 * @max: largest
 */
struct limit {
	struct kobj_attribute attr;
	size_t offset;
	u32 min;
	u32 max;
};

static ssize_t limit_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct limit *l = container_of(attr, struct limit, attr);
	u32 *value = (void *)kvmgt_limits_of_type(kobj->parent) + l->offset;

	return sysfs_emit(buf, "%u\n", READ_ONCE(*value));
}

static ssize_t limit_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			   size_t count)
{
	struct limit *l = container_of(attr, struct limit, attr);
	u32 *value = (void *)kvmgt_limits_of_type(kobj->parent) + l->offset;
	u32 new;
	int ret;

	ret = kstrtou32(buf, 0, &new);
	if (ret)
		return ret;
	if (new < l->min || new > l->max)
		return -ERANGE;
	WRITE_ONCE(*value, new);
	return count;
}

/* clang-format off */
#define LIMIT(_name, _min, _max)						\
	static struct limit limit_##_name = {					\
		.attr = __ATTR(_name, 0644, limit_show, limit_store),		\
		.offset = offsetof(struct kvmgt_limits, _name),			\
		.min = (_min),							\
		.max = (_max),							\
	}

LIMIT(pages_mib, 0, 4096);
LIMIT(aperture_mib, 1, 4096);
LIMIT(cpu_percent, 1, 91);
/* clang-format on */

static struct attribute *limit_attrs[] = {
	&limit_pages_mib.attr.attr,
	&limit_aperture_mib.attr.attr,
	&limit_cpu_percent.attr.attr,
	NULL,
};

static const struct attribute_group limit_group = {
	.attrs = limit_attrs,
};

/**
 * kvmgt_limits_create - show the limits of a type in sysfs
 * @type: the type's directory
 * @dir: receives the directory below it; kobject_put() removes it
 *
 * Return: 0 or a negative error.
 */
int kvmgt_limits_create(struct kobject *type, struct kobject **dir)
{
	int ret;

	*dir = kobject_create_and_add("limits", type);
	if (!*dir)
		return -ENOMEM;
	ret = sysfs_create_group(*dir, &limit_group);
	if (ret) {
		kobject_put(*dir);
		*dir = NULL;
	}
	return ret;
}

/**
 * kvmgt_limits_take - the limits of the type are those of the vGPU from now on
 * @v: the vGPU, being created, or opened: before all that has a limit
 */
void kvmgt_limits_take(struct kvmgt_vgpu *v)
{
	const struct kvmgt_limits *l = kvmgt_limits_of(v->vdev.dev);

	WRITE_ONCE(v->limits.pages_mib, READ_ONCE(l->pages_mib));
	WRITE_ONCE(v->limits.aperture_mib, READ_ONCE(l->aperture_mib));
	WRITE_ONCE(v->limits.cpu_percent, READ_ONCE(l->cpu_percent));
}

/**
 * kvmgt_limits_show - limits, for debugfs
 * @v: the vGPU
 * @m: receives a line for each: name, limit, what there is of it, how often it was met
 */
void kvmgt_limits_show(struct kvmgt_vgpu *v, struct seq_file *m)
{
	const struct kvmgt_limits *l = &v->limits;
	unsigned long aperture;
	u64 evicted;

	mutex_lock(&v->pin_lock);
	kvmgt_aperture_pinned_locked(v, &aperture, &evicted);
	seq_printf(m, "pages_mib %u %lu %llu\n", READ_ONCE(l->pages_mib),
		   v->pages.nr >> (20 - PAGE_SHIFT), v->pages.nr_swept);
	seq_printf(m, "aperture_mib %u %lu %llu\n", READ_ONCE(l->aperture_mib),
		   aperture >> (20 - PAGE_SHIFT), evicted);
	mutex_unlock(&v->pin_lock);
	seq_printf(m, "cpu_percent %u %llu %llu\n", READ_ONCE(l->cpu_percent),
		   div_u64(READ_ONCE(v->work.ran_ns), NSEC_PER_MSEC), READ_ONCE(v->work.nr_pauses));
}
