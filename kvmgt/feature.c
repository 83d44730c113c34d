// SPDX-License-Identifier: GPL-2.0
/*
 * feature.c - VFIO_DEVICE_FEATURE_INKERNEL and the region capability: userspace's
 * view of the bus, and the only place that looks at what userspace sent
 */
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_kvmgt.h>

#include "bus_internal.h"
#include "kvm_symbols.h"

static bool class_attachable(u32 class)
{
	return class == VFIO_INKERNEL_EMULATED || class == VFIO_INKERNEL_SHADOW;
}

/* Does the map allow every byte of [offset, offset + size) to be attached? */
static bool map_allows(struct kvmgt_bus *bus, const struct vfio_inkernel_range *u)
{
	const struct kvmgt_bus_area *area;
	u64 last = u->offset + (u->size - 1);
	u64 next = u->offset;
	u32 nr;

	nr = bus->ops->map(bus->priv, u->region, &area);
	for (; nr; nr--, area++) {
		u64 area_last = area->offset + (area->size - 1);

		if (area_last < next)
			continue;
		if (!class_attachable(area->class))
			return false;
		if (area_last >= last)
			return true;
		next = area_last + 1;
	}
	return false;
}

static bool range_valid(struct kvmgt_bus *bus, const struct vfio_inkernel_range *u)
{
	u64 last;

	if (u->flags || !u->size || u->size > VFIO_INKERNEL_MAX_SIZE)
		return false;
	if (check_add_overflow(u->offset, u->size - 1, &last) ||
	    check_add_overflow(u->gpa, u->size - 1, &last))
		return false;
	return map_allows(bus, u);
}

static int feature_apply(struct kvmgt_bus *bus, u32 op, const struct vfio_inkernel_range *ranges,
			 u32 nr)
{
	u32 i;
	int ret;

	for (i = 0; i < nr; i++)
		if (!range_valid(bus, &ranges[i]))
			return -EINVAL;

	mutex_lock(&bus->lock);
	if (!bus->kvm)
		ret = -ENODEV;
	else if (op == VFIO_INKERNEL_OP_ATTACH)
		ret = kvmgt_range_attach_locked(bus, ranges, nr);
	else
		ret = kvmgt_range_detach_locked(bus, ranges, nr);
	mutex_unlock(&bus->lock);
	return ret;
}

static int feature_set(struct kvmgt_bus *bus, void __user *arg, size_t argsz)
{
	struct vfio_device_feature_inkernel hdr;
	struct vfio_inkernel_range *ranges;
	int ret;

	if (copy_from_user(&hdr, arg, sizeof(hdr)))
		return -EFAULT;
	if (hdr.op != VFIO_INKERNEL_OP_ATTACH && hdr.op != VFIO_INKERNEL_OP_DETACH)
		return -EINVAL;
	if (hdr.flags || hdr.reserved || !hdr.nr_ranges || hdr.nr_ranges > VFIO_INKERNEL_MAX_RANGES)
		return -EINVAL;
	if (argsz < struct_size(&hdr, ranges, hdr.nr_ranges))
		return -EINVAL;

	ranges = memdup_user(arg + sizeof(hdr), array_size(hdr.nr_ranges, sizeof(*ranges)));
	if (IS_ERR(ranges))
		return PTR_ERR(ranges);

	ret = feature_apply(bus, hdr.op, ranges, hdr.nr_ranges);
	kfree(ranges);
	return ret;
}

static int feature_get(struct kvmgt_bus *bus, void __user *arg, size_t argsz)
{
	struct vfio_device_feature_inkernel hdr;
	struct vfio_inkernel_range *ranges;
	u32 room, nr;
	int ret = 0;

	if (copy_from_user(&hdr, arg, sizeof(hdr)))
		return -EFAULT;
	if (hdr.flags || hdr.reserved)
		return -EINVAL;
	if (argsz < struct_size(&hdr, ranges, hdr.nr_ranges))
		return -EINVAL;

	room = min_t(u32, hdr.nr_ranges, KVMGT_BUS_MAX_RANGES);
	ranges = kvcalloc(room, sizeof(*ranges), GFP_KERNEL_ACCOUNT);
	if (!ranges)
		return -ENOMEM;

	mutex_lock(&bus->lock);
	nr = kvmgt_range_report_locked(bus, ranges, room);
	mutex_unlock(&bus->lock);

	hdr.op = 0;
	hdr.nr_ranges = nr;
	if (copy_to_user(arg, &hdr, sizeof(hdr)) ||
	    copy_to_user(arg + sizeof(hdr), ranges, min(room, nr) * sizeof(*ranges)))
		ret = -EFAULT;
	kvfree(ranges);
	return ret;
}

static int feature_probe(struct kvmgt_bus *bus)
{
	bool bound;

	mutex_lock(&bus->lock);
	bound = bus->kvm;
	mutex_unlock(&bus->lock);
	return bound ? 0 : -ENODEV;
}

/**
 * kvmgt_bus_feature - the driver's device_feature op, for our feature
 * @bus: the device
 * @flags: as VFIO passes them
 * @arg: the payload
 * @argsz: bytes of @arg
 *
 * Context: may sleep; takes bus->lock, kvm->slots_lock, waits for kvm->srcu.
 *
 * Return: 0; -ENOTTY for another feature, or where KVM's functions were not
 * found; otherwise as described in uapi/linux/vfio_kvmgt.h.
 */
int kvmgt_bus_feature(struct kvmgt_bus *bus, u32 flags, void __user *arg, size_t argsz)
{
	int ret;

	if ((flags & VFIO_DEVICE_FEATURE_MASK) != VFIO_DEVICE_FEATURE_INKERNEL ||
	    !kvm_symbols_available())
		return -ENOTTY;

	ret = vfio_check_feature(flags, argsz, VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_GET,
				 sizeof(struct vfio_device_feature_inkernel));
	if (ret < 0)
		return ret;
	if (!ret)
		return feature_probe(bus);
	if (flags & VFIO_DEVICE_FEATURE_GET)
		return feature_get(bus, arg, argsz);
	return feature_set(bus, arg, argsz);
}
EXPORT_SYMBOL_GPL(kvmgt_bus_feature);

/**
 * kvmgt_bus_region_info - add flag and capability to a region's info
 * @bus: the device
 * @info: the info; its index says which region
 * @caps: the capability chain
 *
 * Does nothing where nothing of the region can be attached.
 *
 * Return: 0 or -ENOMEM.
 */
int kvmgt_bus_region_info(struct kvmgt_bus *bus, struct vfio_region_info *info,
			  struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_inkernel *cap;
	const struct kvmgt_bus_area *areas;
	bool attachable = false;
	u32 nr, i;
	int ret;

	nr = kvm_symbols_available() ? bus->ops->map(bus->priv, info->index, &areas) : 0;
	for (i = 0; i < nr; i++)
		attachable |= class_attachable(areas[i].class);
	if (!attachable)
		return 0;

	cap = kzalloc(struct_size(cap, areas, nr), GFP_KERNEL);
	if (!cap)
		return -ENOMEM;
	cap->header.id = VFIO_REGION_INFO_CAP_INKERNEL;
	cap->header.version = 1;
	cap->nr_areas = nr;
	for (i = 0; i < nr; i++) {
		cap->areas[i].offset = areas[i].offset;
		cap->areas[i].size = areas[i].size;
		cap->areas[i].class = areas[i].class;
	}
	ret = vfio_info_add_capability(caps, &cap->header, struct_size(cap, areas, nr));
	kfree(cap);
	if (!ret)
		info->flags |= VFIO_REGION_INFO_FLAG_INKERNEL;
	return ret;
}
EXPORT_SYMBOL_GPL(kvmgt_bus_region_info);
