/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bus_internal.h - what the files of kvmgt_bus.ko share
 */
#ifndef KVMGT_BUS_INTERNAL_H
#define KVMGT_BUS_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "kvmgt_bus.h"

struct kvm;
struct seq_file;
struct vfio_inkernel_range;

/* Half of a VM's bus (NR_IOBUS_DEVS): one device cannot starve KVM's own. */
#define KVMGT_BUS_MAX_RANGES	500

/**
 * struct kvmgt_bus - what one VFIO device has on the bus of its VM
 * @dev: the VFIO device's device, for names
 * @ops: the driver
 * @priv: the driver's own
 * @debugfs: directory of the device
 * @lock: guards all below; outside kvm->slots_lock, never taken by a handler
 * @kvm: the VM, referenced from open to close; NULL without one
 * @ranges: struct kvmgt_range, what is attached
 * @nr_ranges: entries in @ranges
 * @lost: KVM could not shrink the VM's bus and dropped it: nothing can be attached
 *	until the device is opened again
 */
struct kvmgt_bus {
	struct device *dev;
	const struct kvmgt_bus_ops *ops;
	void *priv;
	struct dentry *debugfs;

	struct mutex lock;	/* guards all below */
	struct kvm *kvm;
	struct list_head ranges;
	u32 nr_ranges;
	bool lost;
};

/* range.c */
int kvmgt_range_attach_locked(struct kvmgt_bus *bus, const struct vfio_inkernel_range *ranges,
			      u32 nr);
int kvmgt_range_detach_locked(struct kvmgt_bus *bus, const struct vfio_inkernel_range *ranges,
			      u32 nr);
void kvmgt_range_detach_all_locked(struct kvmgt_bus *bus);
u32 kvmgt_range_report_locked(struct kvmgt_bus *bus, struct vfio_inkernel_range *out, u32 room);
void kvmgt_range_show_locked(struct kvmgt_bus *bus, struct seq_file *m);

#endif /* KVMGT_BUS_INTERNAL_H */
