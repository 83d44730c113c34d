/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmgt_bus.h - parts of a VFIO region on the MMIO bus of one VM
 *
 * For any VFIO driver: a mediated device, a vfio-pci variant driver.  The driver
 * keeps a struct kvmgt_bus per device and forwards four things to it:
 *
 *	probe/remove		kvmgt_bus_create(), kvmgt_bus_destroy()
 *	open/close_device	kvmgt_bus_open(), kvmgt_bus_close()
 *	GET_REGION_INFO		kvmgt_bus_region_info()
 *	device_feature		kvmgt_bus_feature()
 *
 * The driver's ops are then called for guest accesses, on the vCPU that made
 * them, under kvm->srcu.
 *
 * Lock order:
 *
 *	bus->lock  >  kvm->slots_lock  >  wait for kvm->srcu readers
 *	kvm->srcu (reader)  >  locks taken by the driver's ops (leaves)
 *
 * A lock that ops->read or ops->write takes must therefore never be held around
 * kvmgt_bus_close() or kvmgt_bus_feature(); and neither may be called from an op.
 */
#ifndef KVMGT_BUS_H
#define KVMGT_BUS_H

#include <linux/types.h>

struct device;
struct dentry;
struct kvmgt_bus;
struct vfio_device;
struct vfio_info_cap;
struct vfio_region_info;

/**
 * struct kvmgt_bus_area - one piece of a region
 * @offset: first byte in the region
 * @size: bytes
 * @class: enum vfio_inkernel_class
 */
struct kvmgt_bus_area {
	u64 offset;
	u64 size;
	u32 class;
};

/**
 * struct kvmgt_bus_ops - the driver's side
 * @map: the map of a region: sorted, gapless, covering it.  Returns the number
 *	of areas, 0 where nothing of the region can be answered in the kernel.
 *	Constant for the life of the bus
 * @read: answer a guest's read of @len (1 to 8) bytes at any alignment, wholly
 *	inside an attached range.  Returns 0, or an error to hand the access to
 *	userspace; it must have had no side effect then
 * @write: the same for a write
 *
 * Context of @read and @write: a vCPU thread, may sleep briefly; concurrent with
 * themselves.
 */
struct kvmgt_bus_ops {
	u32 (*map)(void *priv, u32 region, const struct kvmgt_bus_area **areas);
	int (*read)(void *priv, u32 region, u64 offset, void *buf, u32 len);
	int (*write)(void *priv, u32 region, u64 offset, const void *buf, u32 len);
};

struct kvmgt_bus *kvmgt_bus_create(struct device *dev, const struct kvmgt_bus_ops *ops,
				   void *priv);
void kvmgt_bus_destroy(struct kvmgt_bus *bus);

void kvmgt_bus_open(struct kvmgt_bus *bus, struct vfio_device *vdev);
void kvmgt_bus_close(struct kvmgt_bus *bus);

int kvmgt_bus_region_info(struct kvmgt_bus *bus, struct vfio_region_info *info,
			  struct vfio_info_cap *caps);
int kvmgt_bus_feature(struct kvmgt_bus *bus, u32 flags, void __user *arg, size_t argsz);

struct dentry *kvmgt_bus_debugfs(struct kvmgt_bus *bus);

#endif /* KVMGT_BUS_H */
