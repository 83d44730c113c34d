// SPDX-License-Identifier: GPL-2.0
/*
 * info.c - what a vGPU tells about itself: device, regions, their maps
 */
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_kvmgt.h>

#include "vgpu_mdev.h"

/* vgpu-core includes no uapi; its classes are the uapi's all the same. */
static_assert(VGPU_PASSTHROUGH == (u32)VFIO_INKERNEL_PASSTHROUGH);
static_assert(VGPU_SHADOW == (u32)VFIO_INKERNEL_SHADOW);
static_assert(VGPU_EMULATED == (u32)VFIO_INKERNEL_EMULATED);
static_assert(VGPU_USERSPACE == (u32)VFIO_INKERNEL_USERSPACE);

/* Nor does the bus know vgpu-core: one table serves both as the same struct. */
static_assert(sizeof(struct vgpu_area) == sizeof(struct kvmgt_bus_area));
static_assert(offsetof(struct vgpu_area, size) == offsetof(struct kvmgt_bus_area, size));
static_assert(offsetof(struct vgpu_area, class) == offsetof(struct kvmgt_bus_area, class));

/**
 * kvmgt_region_map - the map of a region, for the bus
 * @priv: the vGPU
 * @region: index of the region, any value
 * @areas: receives the areas
 *
 * Return: number of areas; 0 for all but the register BAR.
 */
u32 kvmgt_region_map(void *priv, u32 region, const struct kvmgt_bus_area **areas)
{
	struct kvmgt_vgpu *v = priv;
	const struct vgpu_bar *bar;

	if (region != v->regs_region)
		return 0;
	bar = &v->core.model->bars[region];
	*areas = (const struct kvmgt_bus_area *)bar->areas;
	return bar->nr_areas;
}

/**
 * kvmgt_region_size - bytes of a region
 * @v: the vGPU
 * @region: index of the region, any value
 *
 * Return: the size, 0 where there is nothing.
 */
u64 kvmgt_region_size(struct kvmgt_vgpu *v, u32 region)
{
	if (region == KVMGT_REGION_FRAME)
		return v->core.frame_size;
	if (region == KVMGT_REGION_OPREGION)
		return v->opregion ? KVMGT_OPREGION_SIZE : 0;
	if (region == KVMGT_REGION_EDID)
		return v->core.monitor ? KVMGT_EDID_REGION_SIZE : 0;
	return vgpu_region_size(v->core.model, region);
}

/**
 * kvmgt_num_regions - number of regions: up to the last one that there is
 * @v: the vGPU
 *
 * Return: the number.
 */
u32 kvmgt_num_regions(struct kvmgt_vgpu *v)
{
	if (v->core.monitor)
		return KVMGT_REGION_EDID + 1;
	return v->opregion ? KVMGT_REGION_OPREGION + 1 : KVMGT_REGION_FRAME + 1;
}

/**
 * kvmgt_get_info - VFIO_DEVICE_GET_INFO
 * @v: the vGPU
 * @arg: struct vfio_device_info
 *
 * Return: 0, -EINVAL for a short argsz, -EFAULT.
 */
int kvmgt_get_info(struct kvmgt_vgpu *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = kvmgt_num_regions(v);
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static bool area_mappable(const struct vgpu_area *a)
{
	return a->class == VGPU_PASSTHROUGH;
}

/* The pieces of a BAR that the VMM may map writable. */
static int add_sparse_mmap(struct kvmgt_vgpu *v, const struct vgpu_bar *bar,
			   struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	u32 nr = 0;
	u32 i;
	int ret;

	for (i = 0; i < bar->nr_areas; i++)
		nr += area_mappable(&bar->areas[i]);
	if (!nr || (bar->kind == VGPU_BAR_APERTURE && !v->aperture))
		return 0;

	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	if (nr == bar->nr_areas)
		return 0;

	sparse = kzalloc(struct_size(sparse, areas, nr), GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	for (i = 0; i < bar->nr_areas; i++) {
		if (!area_mappable(&bar->areas[i]))
			continue;
		sparse->areas[sparse->nr_areas].offset = bar->areas[i].offset;
		sparse->areas[sparse->nr_areas++].size = bar->areas[i].size;
	}
	ret = vfio_info_add_capability(caps, &sparse->header, struct_size(sparse, areas, nr));
	kfree(sparse);
	return ret;
}

static int bar_info(struct kvmgt_vgpu *v, struct vfio_region_info *info, struct vfio_info_cap *caps)
{
	const struct vgpu_bar *bar = &v->core.model->bars[info->index];
	int ret;

	if (bar->kind == VGPU_BAR_NONE)
		return 0;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	ret = add_sparse_mmap(v, bar, info, caps);
	if (ret)
		return ret;
	return kvmgt_bus_region_info(v->bus, info, caps);
}

/* A region behind those of PCI, where the device has it. */
static int type_info(struct vfio_region_info *info, struct vfio_info_cap *caps, u32 flags, u32 type,
		     u32 subtype)
{
	struct vfio_region_info_cap_type cap = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = type,
		.subtype = subtype,
	};

	if (!info->size)
		return 0;
	info->flags = flags;
	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

/**
 * kvmgt_get_region_info - describe one region
 * @vdev: the vGPU
 * @info: index in, all else out
 * @caps: the capability chain
 *
 * Return: 0; -EINVAL for an index that does not exist; -ENOMEM.
 */
int kvmgt_get_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			  struct vfio_info_cap *caps)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);

	if (info->index >= kvmgt_num_regions(v))
		return -EINVAL;

	info->flags = 0;
	info->offset = KVMGT_REGION_OFFSET(info->index);
	info->size = kvmgt_region_size(v, info->index);

	switch (info->index) {
	case VFIO_PCI_BAR0_REGION_INDEX ... VFIO_PCI_BAR5_REGION_INDEX:
		return bar_info(v, info, caps);
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		return 0;
	case KVMGT_REGION_FRAME:
		return type_info(info, caps,
				 VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_MMAP,
				 VFIO_REGION_TYPE_KVMGT, VFIO_REGION_SUBTYPE_KVMGT_FRAME);
	case KVMGT_REGION_OPREGION:
		return type_info(info, caps, VFIO_REGION_INFO_FLAG_READ,
				 VFIO_REGION_TYPE_PCI_VENDOR_TYPE | PCI_VENDOR_ID_INTEL,
				 VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION);
	case KVMGT_REGION_EDID:
		return type_info(info, caps,
				 VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
				 VFIO_REGION_TYPE_GFX, VFIO_REGION_SUBTYPE_GFX_EDID);
	default:
		return 0;
	}
}

static int region_info_copy(struct vfio_region_info *info, struct vfio_info_cap *caps,
			    void __user *arg, unsigned long minsz)
{
	if (caps->size) {
		info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
		if (info->argsz < sizeof(*info) + caps->size) {
			info->argsz = sizeof(*info) + caps->size;
			info->cap_offset = 0;
		} else {
			vfio_info_cap_shift(caps, sizeof(*info));
			if (copy_to_user(arg + sizeof(*info), caps->buf, caps->size))
				return -EFAULT;
			info->cap_offset = sizeof(*info);
		}
	}
	return copy_to_user(arg, info, minsz) ? -EFAULT : 0;
}

/**
 * kvmgt_region_info_ioctl - VFIO_DEVICE_GET_REGION_INFO, where the core does not
 * handle argsz and capabilities itself (before 7.0)
 * @v: the vGPU
 * @arg: struct vfio_region_info
 *
 * Return: 0, -EINVAL for a short argsz or an unknown index, -ENOMEM, -EFAULT.
 */
int kvmgt_region_info_ioctl(struct kvmgt_vgpu *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	struct vfio_info_cap caps = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	info.cap_offset = 0;
	ret = kvmgt_get_region_info(&v->vdev, &info, &caps);
	if (!ret)
		ret = region_info_copy(&info, &caps, arg, minsz);
	kfree(caps.buf);
	return ret;
}
