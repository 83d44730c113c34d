// SPDX-License-Identifier: GPL-2.0
/*
 * feature.c - the kernel's side of VFIO_DEVICE_FEATURE_INKERNEL, as the uapi header words it
 *
 * Stricter than a kernel in one way: ranges of all devices share one table of guest physical
 * addresses, as they share one VM, so a VMM that attaches before it detaches is told -EEXIST.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "fake.h"

static bool same(const struct vfio_inkernel_range *a, const struct vfio_inkernel_range *b)
{
	return a->region == b->region && a->offset == b->offset && a->size == b->size &&
	       a->gpa == b->gpa;
}

static bool overlap(const struct vfio_inkernel_range *a, const struct vfio_inkernel_range *b)
{
	return a->gpa < b->gpa + b->size && b->gpa < a->gpa + a->size;
}

static int find(const struct fake_device *dev, const struct vfio_inkernel_range *r)
{
	for (unsigned int i = 0; i < dev->nr_attached; i++)
		if (same(&dev->attached[i], r))
			return i;
	return -1;
}

/* Every byte in an area whose class can be attached?  Areas are sorted, as a good map is. */
static bool attachable(const struct fake_region *bar, const struct vfio_inkernel_range *r)
{
	uint64_t at = r->offset, end = r->offset + r->size;

	for (unsigned int i = 0; i < bar->nr_areas && at < end; i++) {
		const struct vfio_region_inkernel_area *a = &bar->areas[i];

		if (at < a->offset || at - a->offset >= a->size)
			continue;
		if (a->class != VFIO_INKERNEL_EMULATED && a->class != VFIO_INKERNEL_SHADOW)
			return false;
		at = a->offset + a->size;
	}
	return at >= end;
}

static int check(const struct fake_device *dev, const struct vfio_inkernel_range *r)
{
	const struct fake_region *bar;

	if (r->region >= FAKE_BARS || r->flags || !r->size || r->size > VFIO_INKERNEL_MAX_SIZE ||
	    r->gpa + r->size < r->gpa)
		return -EINVAL;
	bar = &dev->bars[r->region];
	if (r->offset > bar->size || r->size > bar->size - r->offset || !attachable(bar, r))
		return -EINVAL;
	return 0;
}

static int attach_one(struct fake_device *dev, const struct vfio_inkernel_range *r)
{
	if (find(dev, r) >= 0)
		return 0;
	for (int d = 0; d < FAKE_DEVICES; d++)
		for (unsigned int i = 0; i < fake_devices[d].nr_attached; i++)
			if (overlap(&fake_devices[d].attached[i], r))
				return -EEXIST;
	if (dev->refuse_errno && r->region == dev->refuse_region &&
	    dev->refuse_offset >= r->offset && dev->refuse_offset - r->offset < r->size)
		return -dev->refuse_errno;
	if (dev->nr_attached == dev->room)
		return -ENOSPC;
	dev->attached[dev->nr_attached] = *r;
	dev->attached[dev->nr_attached].reads = 0;
	dev->attached[dev->nr_attached].writes = 0;
	dev->attached[dev->nr_attached].bytes = 0;
	dev->attached[dev->nr_attached].refused = 0;
	dev->nr_attached++;
	return 0;
}

static void detach_one(struct fake_device *dev, const struct vfio_inkernel_range *r)
{
	int i = find(dev, r);

	if (i >= 0)
		dev->attached[i] = dev->attached[--dev->nr_attached];
}

static int set(struct fake_device *dev, const struct vfio_device_feature_inkernel *in)
{
	unsigned int before = dev->nr_attached;
	int ret;

	if (in->flags || in->reserved || !in->nr_ranges ||
	    in->nr_ranges > VFIO_INKERNEL_MAX_RANGES ||
	    (in->op != VFIO_INKERNEL_OP_ATTACH && in->op != VFIO_INKERNEL_OP_DETACH))
		return -EINVAL;
	for (uint32_t i = 0; i < in->nr_ranges; i++) {
		ret = check(dev, &in->ranges[i]);
		if (ret)
			return ret;
	}
	for (uint32_t i = 0; i < in->nr_ranges; i++) {
		if (in->op == VFIO_INKERNEL_OP_DETACH) {
			detach_one(dev, &in->ranges[i]);
			continue;
		}
		ret = attach_one(dev, &in->ranges[i]);
		if (ret) {
			dev->nr_attached = before;
			return ret;
		}
	}
	return 0;
}

static void log_set(const struct fake_device *dev, const struct vfio_device_feature_inkernel *in,
		    int ret)
{
	char ranges[VFIO_INKERNEL_MAX_RANGES * 80] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < in->nr_ranges && i < VFIO_INKERNEL_MAX_RANGES; i++) {
		const struct vfio_inkernel_range *r = &in->ranges[i];

		n += snprintf(ranges + n, sizeof(ranges) - n, "%s[%u, %llu, %llu, %llu]",
			      i ? ", " : "", r->region, r->offset, r->size, r->gpa);
	}
	fake_log("\"ev\": \"%s\", \"dev\": %d, \"ret\": %d, \"ranges\": [%s]",
		 in->op == VFIO_INKERNEL_OP_ATTACH ? "attach" : "detach", dev->group, ret, ranges);
}

static int get(const struct fake_device *dev, struct vfio_device_feature_inkernel *in)
{
	uint32_t room = in->nr_ranges, n = dev->nr_attached < room ? dev->nr_attached : room;

	if (in->flags || in->reserved)
		return -EINVAL;
	memcpy(in->ranges, dev->attached, n * sizeof(in->ranges[0]));
	in->nr_ranges = dev->nr_attached;
	return 0;
}

int fake_feature(struct fake_device *dev, struct vfio_device_feature *feature)
{
	struct vfio_device_feature_inkernel *in = (void *)feature->data;
	size_t fixed = sizeof(*feature) + sizeof(*in);
	int ret;

	if ((feature->flags & VFIO_DEVICE_FEATURE_MASK) != VFIO_DEVICE_FEATURE_INKERNEL ||
	    dev->feature_errno == ENOTTY)
		return -ENOTTY;
	if (feature->flags & VFIO_DEVICE_FEATURE_PROBE) {
		fake_log("\"ev\": \"probe\", \"dev\": %d", dev->group);
		return -dev->feature_errno;
	}
	if (feature->argsz < fixed ||
	    in->nr_ranges > (feature->argsz - fixed) / sizeof(in->ranges[0]))
		return -EINVAL;
	if (feature->flags & VFIO_DEVICE_FEATURE_GET)
		return get(dev, in);
	ret = dev->feature_errno ? -dev->feature_errno : set(dev, in);
	log_set(dev, in, ret);
	return ret;
}
