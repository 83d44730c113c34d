// SPDX-License-Identifier: GPL-2.0
/* vfio.c - the requests on the fake container, group and device files. */
#include <errno.h>
#include <linux/vfio.h>
#include "fake.h"

int fake_container_ioctl(unsigned long request, void *arg)
{
	struct vfio_iommu_type1_info *info = arg;
	struct vfio_iommu_type1_dma_unmap *unmap = arg;
	struct vfio_iommu_type1_dma_map *map = arg;

	switch (request) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return (unsigned long)arg == VFIO_TYPE1v2_IOMMU;
	case VFIO_SET_IOMMU:
		return 0;
	case VFIO_IOMMU_GET_INFO:
		info->argsz = sizeof(*info);
		info->flags = VFIO_IOMMU_INFO_PGSIZES;
		info->iova_pgsizes = 4096;
		return 0;
	case VFIO_IOMMU_MAP_DMA:
		fake_log("\"ev\": \"dma_map\", \"iova\": %llu, \"size\": %llu", map->iova,
			 map->size);
		return 0;
	case VFIO_IOMMU_UNMAP_DMA:
		fake_log("\"ev\": \"dma_unmap\", \"iova\": %llu, \"size\": %llu", unmap->iova,
			 unmap->size);
		return 0;
	default:
		return -ENOTTY;
	}
}

int fake_group_ioctl(struct fake_device *dev, unsigned long request, void *arg)
{
	struct vfio_group_status *status = arg;

	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		status->flags = VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
	case VFIO_GROUP_UNSET_CONTAINER:
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		return fake_device_open(dev);
	default:
		return -ENOTTY;
	}
}

static int irq_info(const struct fake_device *dev, struct vfio_irq_info *info)
{
	switch (info->index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		info->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
			      VFIO_IRQ_INFO_AUTOMASKED;
		info->count = dev->intx;
		return 0;
	case VFIO_PCI_MSI_IRQ_INDEX:
		info->flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
		info->count = dev->msi;
		return 0;
	default:
		return -EINVAL;
	}
}

static int set_irqs(struct fake_device *dev, const struct vfio_irq_set *irqs)
{
	if (irqs->index == VFIO_PCI_INTX_IRQ_INDEX &&
	    (irqs->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		dev->intx_fd = irqs->flags & VFIO_IRQ_SET_DATA_EVENTFD && irqs->count ?
			       *(const int *)irqs->data : -1;
	fake_log("\"ev\": \"irqs\", \"dev\": %d, \"index\": %u, \"flags\": %u, \"count\": %u",
		 dev->group, irqs->index, irqs->flags, irqs->count);
	return 0;
}

int fake_device_ioctl(struct fake_device *dev, unsigned long request, void *arg)
{
	struct vfio_device_info *info = arg;

	switch (request) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = VFIO_PCI_NUM_REGIONS;
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return fake_region_info(dev, arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return irq_info(dev, arg);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(dev, arg);
	case VFIO_DEVICE_RESET:
		fake_log("\"ev\": \"reset\", \"dev\": %d, \"attached\": %u", dev->group,
			 dev->nr_attached);
		return 0;
	case VFIO_DEVICE_FEATURE:
		return fake_feature(dev, arg);
	default:
		return -ENOTTY;
	}
}
