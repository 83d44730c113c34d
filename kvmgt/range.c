// SPDX-License-Identifier: GPL-2.0
/*
 * range.c - one piece of a region on the MMIO bus of a VM: its life, its two
 * callbacks, its counters
 *
 * A range is reachable by vCPUs from kvm_symbols_bus_register() until
 * kvm_symbols_bus_unregister() returns, which waits for the callbacks that run;
 * so it is filled in before the first and freed after the second, and the
 * callbacks need no lock.  It has no destructor: KVM calls it in some versions
 * and errors only, and freeing after unregister is right in all.
 */
#include <linux/kvm_host.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vfio_kvmgt.h>

#include <kvm/iodev.h>

#include "bus_internal.h"
#include "kvm_symbols.h"

#define CREATE_TRACE_POINTS
#include "bus_trace.h"

struct range_count {
	u64 reads;
	u64 writes;
	u64 bytes;
	u64 refused;
};

struct kvmgt_range {
	struct kvm_io_device io;
	struct kvmgt_bus *bus;
	struct list_head node;
	u32 region;
	u64 offset;
	u64 size;
	u64 gpa;
	struct range_count __percpu *count;
};

static struct kvmgt_range *to_range(struct kvm_io_device *io)
{
	return container_of(io, struct kvmgt_range, io);
}

/* The bus asks ranges that contain the access wholly; do not rely on it. */
static bool range_covers(const struct kvmgt_range *r, u64 gpa, u32 len)
{
	u64 off = gpa - r->gpa; /* huge before the range */

	return len - 1 < 8 && off < r->size && len <= r->size - off;
}

static int range_read(struct kvm_vcpu *vcpu, struct kvm_io_device *io, gpa_t gpa, int len,
		      void *val)
{
	struct kvmgt_range *r = to_range(io);
	u64 off = r->offset + (gpa - r->gpa);
	int ret;

	if (!range_covers(r, gpa, len))
		return -EOPNOTSUPP;

	ret = r->bus->ops->read(r->bus->priv, r->region, off, val, len);
	trace_kvmgt_mmio(r->bus->dev, r->region, off, len, val, false, ret);
	if (ret) {
		this_cpu_inc(r->count->refused);
		return -EOPNOTSUPP;
	}
	this_cpu_inc(r->count->reads);
	this_cpu_add(r->count->bytes, len);
	return 0;
}

static int range_write(struct kvm_vcpu *vcpu, struct kvm_io_device *io, gpa_t gpa, int len,
		       const void *val)
{
	struct kvmgt_range *r = to_range(io);
	u64 off = r->offset + (gpa - r->gpa);
	int ret;

	if (!range_covers(r, gpa, len))
		return -EOPNOTSUPP;

	ret = r->bus->ops->write(r->bus->priv, r->region, off, val, len);
	trace_kvmgt_mmio(r->bus->dev, r->region, off, len, val, true, ret);
	if (ret) {
		this_cpu_inc(r->count->refused);
		return -EOPNOTSUPP;
	}
	this_cpu_inc(r->count->writes);
	this_cpu_add(r->count->bytes, len);
	return 0;
}

static const struct kvm_io_device_ops range_ops = {
	.read = range_read,
	.write = range_write,
};

static struct kvmgt_range *range_create(struct kvmgt_bus *bus, const struct vfio_inkernel_range *u)
{
	struct kvmgt_range *r;

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->count = alloc_percpu_gfp(struct range_count, GFP_KERNEL_ACCOUNT);
	if (!r->count) {
		kfree(r);
		return NULL;
	}
	kvm_iodevice_init(&r->io, &range_ops);
	r->bus = bus;
	r->region = u->region;
	r->offset = u->offset;
	r->size = u->size;
	r->gpa = u->gpa;
	return r;
}

static void range_destroy(struct kvmgt_range *r)
{
	list_del(&r->node);
	free_percpu(r->count);
	kfree(r);
}

static bool range_equal(const struct kvmgt_range *r, const struct vfio_inkernel_range *u)
{
	return r->region == u->region && r->offset == u->offset && r->size == u->size &&
	       r->gpa == u->gpa;
}

static bool overlaps(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a <= b + (b_size - 1) && b <= a + (a_size - 1);
}

static struct kvmgt_range *range_find(struct kvmgt_bus *bus, const struct vfio_inkernel_range *u)
{
	struct kvmgt_range *r;

	list_for_each_entry(r, &bus->ranges, node)
		if (range_equal(r, u))
			return r;
	return NULL;
}

/* Overlap in guest physical memory with something else that is attached? */
static bool range_collides(struct list_head *ranges, const struct vfio_inkernel_range *u)
{
	struct kvmgt_range *r;

	list_for_each_entry(r, ranges, node)
		if (overlaps(r->gpa, r->size, u->gpa, u->size))
			return true;
	return false;
}

static int range_register(struct kvmgt_bus *bus, struct kvmgt_range *r)
{
	int ret;

	mutex_lock(&bus->kvm->slots_lock);
	ret = kvm_symbols_bus_register(bus->kvm, r->gpa, r->size, &r->io);
	mutex_unlock(&bus->kvm->slots_lock);

	trace_kvmgt_attach(bus->dev, r->region, r->offset, r->size, r->gpa, ret);
	return ret;
}

static void range_unregister(struct kvmgt_bus *bus, struct kvmgt_range *r)
{
	int ret;

	mutex_lock(&bus->kvm->slots_lock);
	ret = kvm_symbols_bus_unregister(bus->kvm, &r->io);
	mutex_unlock(&bus->kvm->slots_lock);

	trace_kvmgt_detach(bus->dev, r->region, r->offset, r->size, r->gpa, ret);
	if (ret) {
		pr_warn_once("%s: KVM dropped its MMIO bus (%d): the VM goes on, slowly\n",
			     dev_name(bus->dev), ret);
		bus->lost = true;
	}
}

/* KVM dropped the bus, and waited: what is still listed is on no bus any more. */
static void ranges_forget_lost(struct kvmgt_bus *bus)
{
	struct kvmgt_range *r, *next;

	if (!bus->lost)
		return;
	list_for_each_entry_safe(r, next, &bus->ranges, node)
		range_destroy(r);
	bus->nr_ranges = 0;
}

/*
 * Create what @ranges asks for and is not there yet, on @fresh.  A range of the
 * call may equal an attached one (left as it is), but may not overlap one.
 */
static int ranges_prepare(struct kvmgt_bus *bus, const struct vfio_inkernel_range *ranges, u32 nr,
			  struct list_head *fresh)
{
	struct kvmgt_range *r;
	u32 nr_fresh = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		const struct vfio_inkernel_range *u = &ranges[i];

		if (range_find(bus, u))
			continue;
		if (range_collides(&bus->ranges, u) || range_collides(fresh, u))
			return -EEXIST;
		if (bus->nr_ranges + ++nr_fresh > KVMGT_BUS_MAX_RANGES)
			return -ENOSPC;
		r = range_create(bus, u);
		if (!r)
			return -ENOMEM;
		list_add_tail(&r->node, fresh);
	}
	return 0;
}

/**
 * kvmgt_range_attach_locked - attach all of @ranges or none
 * @bus: the device, with a VM
 * @ranges: checked against the region maps
 * @nr: entries in @ranges
 *
 * Context: bus->lock is held; takes kvm->slots_lock and waits for kvm->srcu.
 *
 * Return: 0; -EEXIST, -ENOSPC or -ENOMEM, and nothing has changed.
 */
int kvmgt_range_attach_locked(struct kvmgt_bus *bus, const struct vfio_inkernel_range *ranges,
			      u32 nr)
{
	struct kvmgt_range *r, *next;
	LIST_HEAD(fresh);
	int ret;

	lockdep_assert_held(&bus->lock);

	if (bus->lost)
		return -ENOMEM;
	ret = ranges_prepare(bus, ranges, nr, &fresh);
	if (ret)
		goto err_destroy;

	list_for_each_entry(r, &fresh, node) {
		ret = range_register(bus, r);
		if (ret)
			goto err_unregister;
	}

	list_for_each_entry(r, &fresh, node)
		bus->nr_ranges++;
	list_splice_tail(&fresh, &bus->ranges);
	return 0;

err_unregister:
	list_for_each_entry_continue_reverse(r, &fresh, node)
		range_unregister(bus, r);
err_destroy:
	list_for_each_entry_safe(r, next, &fresh, node)
		range_destroy(r);
	ranges_forget_lost(bus);
	return ret;
}

static void range_detach(struct kvmgt_bus *bus, struct kvmgt_range *r)
{
	range_unregister(bus, r);
	range_destroy(r);
	bus->nr_ranges--;
}

/* Is @u, which is not attached as such, a part of something that is? */
static bool range_is_partial(struct kvmgt_bus *bus, const struct vfio_inkernel_range *u)
{
	return !range_find(bus, u) && range_collides(&bus->ranges, u);
}

/**
 * kvmgt_range_detach_locked - detach @ranges where they are attached
 * @bus: the device, with a VM
 * @ranges: ranges
 * @nr: entries in @ranges
 *
 * Context: as kvmgt_range_attach_locked().
 *
 * Return: 0, and no callback of the ranges runs; -EINVAL where one overlaps an
 * attached range that it does not equal, and nothing has changed.
 */
int kvmgt_range_detach_locked(struct kvmgt_bus *bus, const struct vfio_inkernel_range *ranges,
			      u32 nr)
{
	struct kvmgt_range *r;
	u32 i;

	lockdep_assert_held(&bus->lock);

	for (i = 0; i < nr; i++)
		if (range_is_partial(bus, &ranges[i]))
			return -EINVAL;

	for (i = 0; i < nr; i++) {
		r = range_find(bus, &ranges[i]);
		if (r)
			range_detach(bus, r);
	}
	ranges_forget_lost(bus);
	return 0;
}

/**
 * kvmgt_range_detach_all_locked - leave the VM's bus
 * @bus: the device
 *
 * Context: as kvmgt_range_attach_locked().
 */
void kvmgt_range_detach_all_locked(struct kvmgt_bus *bus)
{
	struct kvmgt_range *r, *next;

	lockdep_assert_held(&bus->lock);
	list_for_each_entry_safe(r, next, &bus->ranges, node)
		range_detach(bus, r);
	bus->lost = false;
}

static void range_report(const struct kvmgt_range *r, struct vfio_inkernel_range *out)
{
	int cpu;

	*out = (struct vfio_inkernel_range){
		.region = r->region,
		.offset = r->offset,
		.size = r->size,
		.gpa = r->gpa,
	};
	for_each_possible_cpu(cpu) {
		const struct range_count *c = per_cpu_ptr(r->count, cpu);

		out->reads += READ_ONCE(c->reads);
		out->writes += READ_ONCE(c->writes);
		out->bytes += READ_ONCE(c->bytes);
		out->refused += READ_ONCE(c->refused);
	}
}

/**
 * kvmgt_range_report_locked - what is attached, with counters
 * @bus: the device
 * @out: receives the first @room ranges
 * @room: entries in @out
 *
 * Context: bus->lock is held.
 *
 * Return: the number attached.
 */
u32 kvmgt_range_report_locked(struct kvmgt_bus *bus, struct vfio_inkernel_range *out, u32 room)
{
	struct kvmgt_range *r;
	u32 i = 0;

	lockdep_assert_held(&bus->lock);
	list_for_each_entry(r, &bus->ranges, node) {
		if (i == room)
			break;
		range_report(r, &out[i++]);
	}
	return bus->nr_ranges;
}

/**
 * kvmgt_range_show_locked - the ranges as text, for debugfs
 * @bus: the device
 * @m: where to
 *
 * Context: bus->lock is held.
 */
void kvmgt_range_show_locked(struct kvmgt_bus *bus, struct seq_file *m)
{
	struct vfio_inkernel_range u;
	struct kvmgt_range *r;

	lockdep_assert_held(&bus->lock);
	seq_puts(m, "region offset size gpa reads writes bytes refused\n");
	list_for_each_entry(r, &bus->ranges, node) {
		range_report(r, &u);
		seq_printf(m, "%u 0x%llx 0x%llx 0x%llx %llu %llu %llu %llu\n", u.region, u.offset,
			   u.size, u.gpa, u.reads, u.writes, u.bytes, u.refused);
	}
}
