// SPDX-License-Identifier: GPL-2.0
/*
 * bus.c - kvmgt_bus.ko: a VFIO device's place on the MMIO bus of its VM, from
 * open to close
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vfio.h>
#include <linux/vfio_kvmgt.h>

#include "bus_internal.h"
#include "kvm_symbols.h"

static struct dentry *debugfs_root;

static int ranges_show(struct seq_file *m, void *unused)
{
	struct kvmgt_bus *bus = m->private;

	mutex_lock(&bus->lock);
	kvmgt_range_show_locked(bus, m);
	mutex_unlock(&bus->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ranges);

static const char *class_name(u32 class)
{
	switch (class) {
	case VFIO_INKERNEL_PASSTHROUGH:
		return "passthrough";
	case VFIO_INKERNEL_SHADOW:
		return "shadow";
	case VFIO_INKERNEL_EMULATED:
		return "emulated";
	default:
		return "userspace";
	}
}

/* Needs no lock: maps are constant. */
static int classes_show(struct seq_file *m, void *unused)
{
	struct kvmgt_bus *bus = m->private;
	const struct kvmgt_bus_area *area;
	u32 region, nr;

	seq_puts(m, "region offset size class\n");
	for (region = 0; region < VFIO_PCI_NUM_REGIONS; region++)
		for (nr = bus->ops->map(bus->priv, region, &area); nr; nr--, area++)
			seq_printf(m, "%u 0x%llx 0x%llx %s\n", region, area->offset, area->size,
				   class_name(area->class));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(classes);

/**
 * kvmgt_bus_create - prepare a device for the bus
 * @dev: the VFIO device's device; its name is used in traces and debugfs
 * @ops: the driver's side
 * @priv: passed to @ops
 *
 * Return: the bus, to be freed with kvmgt_bus_destroy(); ERR_PTR(-ENOMEM).
 */
struct kvmgt_bus *kvmgt_bus_create(struct device *dev, const struct kvmgt_bus_ops *ops, void *priv)
{
	struct kvmgt_bus *bus;

	bus = kzalloc(sizeof(*bus), GFP_KERNEL_ACCOUNT);
	if (!bus)
		return ERR_PTR(-ENOMEM);
	bus->dev = get_device(dev);
	bus->ops = ops;
	bus->priv = priv;
	mutex_init(&bus->lock);
	INIT_LIST_HEAD(&bus->ranges);
	bus->debugfs = debugfs_create_dir(dev_name(dev), debugfs_root);
	debugfs_create_file("ranges", 0444, bus->debugfs, bus, &ranges_fops);
	debugfs_create_file("classes", 0444, bus->debugfs, bus, &classes_fops);
	return bus;
}
EXPORT_SYMBOL_GPL(kvmgt_bus_create);

/**
 * kvmgt_bus_destroy - undo kvmgt_bus_create()
 * @bus: the bus, closed
 *
 * Removes the device's debugfs directory with all the driver put there.
 */
void kvmgt_bus_destroy(struct kvmgt_bus *bus)
{
	debugfs_remove_recursive(bus->debugfs);
	mutex_destroy(&bus->lock);
	put_device(bus->dev);
	kfree(bus);
}
EXPORT_SYMBOL_GPL(kvmgt_bus_destroy);

/**
 * kvmgt_bus_open - the device file was opened: take the VM, if there is one
 * @bus: the bus
 * @vdev: the VFIO device
 *
 * The VFIO core sets vdev->kvm before open_device.  Before 6.3 it holds no
 * reference, and the VM may be dying: hence the safe get, in all versions.
 *
 * Context: from open_device; takes bus->lock.
 */
void kvmgt_bus_open(struct kvmgt_bus *bus, struct vfio_device *vdev)
{
	mutex_lock(&bus->lock);
	if (vdev->kvm && kvm_get_kvm_safe(vdev->kvm))
		bus->kvm = vdev->kvm;
	mutex_unlock(&bus->lock);
}
EXPORT_SYMBOL_GPL(kvmgt_bus_open);

/**
 * kvmgt_bus_close - the device file was closed: detach all, let the VM go
 * @bus: the bus
 *
 * When it returns, no op of the driver is called any more.  The reference may
 * be the VM's last: then it is destroyed here.
 *
 * Context: from close_device, no lock held that the driver's ops take.
 */
void kvmgt_bus_close(struct kvmgt_bus *bus)
{
	struct kvm *kvm;

	mutex_lock(&bus->lock);
	kvmgt_range_detach_all_locked(bus);
	kvm = bus->kvm;
	bus->kvm = NULL;
	mutex_unlock(&bus->lock);

	if (kvm)
		kvm_put_kvm(kvm);
}
EXPORT_SYMBOL_GPL(kvmgt_bus_close);

/**
 * kvmgt_bus_debugfs - the device's debugfs directory, for the driver's files
 * @bus: the bus
 *
 * Return: what debugfs_create_dir() returned; all debugfs calls take it.
 */
struct dentry *kvmgt_bus_debugfs(struct kvmgt_bus *bus)
{
	return bus->debugfs;
}
EXPORT_SYMBOL_GPL(kvmgt_bus_debugfs);

static int __init bus_init(void)
{
	debugfs_root = debugfs_create_dir("kvmgt", NULL);
	kvm_symbols_init();
	return 0;
}

static void __exit bus_exit(void)
{
	debugfs_remove_recursive(debugfs_root);
}

module_init(bus_init);
module_exit(bus_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Regions of VFIO devices on KVM's MMIO bus");
