// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - the device behind a fake group: a memory file, one region after the other
 *
 * Registers are plain memory.  What a real driver would do on an access happens elsewhere: only
 * the doorbell for INTx and the counters of attached ranges are here.
 */
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>
#include "fake.h"

static uint64_t region_base(uint32_t index)
{
	return (uint64_t)index << FAKE_REGION_SHIFT;
}

static void put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void fill_config(const struct fake_device *dev, uint8_t *c)
{
	put16(c + PCI_VENDOR_ID, dev->vendor);
	put16(c + PCI_DEVICE_ID, dev->device);
	c[PCI_CLASS_PROG] = dev->class;
	put16(c + PCI_CLASS_DEVICE, dev->class >> 8);
	for (int i = 0; i < FAKE_BARS; i++) {
		const struct fake_region *bar = &dev->bars[i];

		c[PCI_BASE_ADDRESS_0 + 4 * i] =
			(bar->wide ? PCI_BASE_ADDRESS_MEM_TYPE_64 : 0) |
			(bar->prefetch ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0);
	}
	c[PCI_INTERRUPT_PIN] = dev->intx;
	if (dev->msi) {
		c[PCI_STATUS] = PCI_STATUS_CAP_LIST;
		c[PCI_CAPABILITY_LIST] = 0x50;
		c[0x50] = PCI_CAP_ID_MSI;
		put16(c + 0x50 + PCI_MSI_FLAGS, PCI_MSI_FLAGS_64BIT);
	}
}

int fake_device_open(struct fake_device *dev)
{
	uint8_t config[FAKE_CONFIG_SIZE] = { 0 };

	dev->fd = fake_new_fd(FAKE_DEVICE, dev);
	if (dev->fd < 0 || ftruncate(dev->fd, region_base(VFIO_PCI_NUM_REGIONS)))
		return -1;
	fill_config(dev, config);
	fake_real_pwrite(dev->fd, config, sizeof(config),
			 region_base(VFIO_PCI_CONFIG_REGION_INDEX));
	fake_log("\"ev\": \"open\", \"dev\": %d", dev->group);
	return dev->fd;
}

void fake_device_close(struct fake_device *dev)
{
	fake_log("\"ev\": \"close\", \"dev\": %d, \"attached\": %u", dev->group, dev->nr_attached);
	dev->nr_attached = 0;
	dev->fd = -1;
}

/* There is no expansion ROM: its address register is zero and stays so. */
bool fake_write_is_ignored(off_t pos)
{
	off_t rom = region_base(VFIO_PCI_CONFIG_REGION_INDEX) + PCI_ROM_ADDRESS;

	return pos >= rom && pos < rom + 4;
}

static struct vfio_inkernel_range *attached_at(struct fake_device *dev, uint32_t region,
					       uint64_t offset, size_t len)
{
	for (unsigned int i = 0; i < dev->nr_attached; i++) {
		struct vfio_inkernel_range *r = &dev->attached[i];

		if (r->region == region && offset >= r->offset && len <= r->size &&
		    offset - r->offset <= r->size - len)
			return r;
	}
	return NULL;
}

/*
 * An access has been made through the device file.  KVM is not ours, so this is also where the
 * accesses end up that a kernel with the feature would have answered: count them as that.
 */
void fake_device_accessed(struct fake_device *dev, bool is_write, const void *buf, size_t len,
			  off_t pos)
{
	uint32_t region = pos >> FAKE_REGION_SHIFT;
	uint64_t offset = pos - region_base(region), value = 0, one = 1;
	struct vfio_inkernel_range *r = attached_at(dev, region, offset, len);

	memcpy(&value, buf, len < 8 ? len : 8);
	if (r) {
		r->reads += !is_write;
		r->writes += is_write;
		r->bytes += len;
	}
	if (region < FAKE_BARS)
		fake_log("\"ev\": \"%s\", \"dev\": %d, \"region\": %u, \"offset\": %lu, "
			 "\"len\": %zu, \"value\": %lu", is_write ? "write" : "read", dev->group,
			 region, offset, len, value);
	if (is_write && dev->door && region == dev->door_region && offset == dev->door_offset &&
	    dev->intx_fd >= 0 && write(dev->intx_fd, &one, sizeof(one)) == sizeof(one))
		fake_log("\"ev\": \"intx\", \"dev\": %d", dev->group);
}

/* Where in the answer the capability is, and how much of it; returns the size of the answer. */
static uint32_t put_map(const struct fake_region *bar, uint8_t *out, uint32_t at)
{
	struct vfio_region_info_cap_inkernel cap = {
		.header = { VFIO_REGION_INFO_CAP_INKERNEL, 1, 0 },
		.nr_areas = bar->nr_areas,
	};
	uint32_t size = bar->nr_areas * sizeof(bar->areas[0]);

	switch (bar->defect) {
	case DEFECT_TRUNCATED:
		cap.nr_areas += 1000;
		break;
	case DEFECT_VERSION:
		cap.header.version = 2;
		break;
	case DEFECT_LOOP:
		cap.header.id = 0x7777;
		cap.header.next = at;
		break;
	default:
		break;
	}
	memcpy(out + at, &cap, sizeof(cap));
	memcpy(out + at + sizeof(cap), bar->areas, size);
	return bar->defect == DEFECT_SHORT ? at + sizeof(cap.header) : at + sizeof(cap) + size;
}

static uint32_t put_caps(const struct fake_region *bar, uint8_t *out)
{
	struct vfio_region_info *info = (void *)out;
	uint32_t at = sizeof(*info);

	info->cap_offset = bar->defect == DEFECT_BEYOND ? 0x10000 : at;
	if (bar->sparse_size) {
		struct vfio_region_info_cap_sparse_mmap *sparse = (void *)(out + at);
		uint32_t next = at + sizeof(*sparse) + sizeof(sparse->areas[0]);

		sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
		sparse->header.version = 1;
		sparse->header.next = bar->nr_areas ? next : 0;
		sparse->nr_areas = 1;
		sparse->areas[0].offset = bar->sparse_offset;
		sparse->areas[0].size = bar->sparse_size;
		at = next;
	}
	return bar->nr_areas ? put_map(bar, out, at) : at;
}

int fake_region_info(const struct fake_device *dev, struct vfio_region_info *info)
{
	uint8_t answer[32768] = { 0 };
	struct vfio_region_info *a = (void *)answer;
	uint32_t need = sizeof(*a), room = info->argsz;

	a->index = info->index;
	a->offset = region_base(info->index);
	if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
		a->size = FAKE_CONFIG_SIZE;
		a->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	} else if (info->index < FAKE_BARS && dev->bars[info->index].size) {
		const struct fake_region *bar = &dev->bars[info->index];

		a->size = bar->size;
		a->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			   (bar->mmap ? VFIO_REGION_INFO_FLAG_MMAP : 0) |
			   (bar->nr_areas ? VFIO_REGION_INFO_FLAG_INKERNEL : 0);
		if (bar->nr_areas || bar->sparse_size) {
			a->flags |= VFIO_REGION_INFO_FLAG_CAPS;
			need = put_caps(bar, answer);
		}
	}
	a->argsz = need;
	if (room < need) {
		a->cap_offset = 0;
		need = sizeof(*a);
	}
	memcpy(info, answer, need);
	return 0;
}
