// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - interrupts of a vGPU: from the device model to eventfds
 *
 * The device raises interrupts from register callbacks, on a vCPU or on a thread
 * in read() or write(); the eventfds are published by RCU so that this side takes
 * no mutex.  With KVM's irqfd behind an eventfd the signal becomes a guest
 * interrupt right there, without userspace.
 *
 * MSI is edge: signal and forget.  INTx is a level that userspace cannot see, so
 * it is signalled once and masked (VFIO_IRQ_INFO_AUTOMASKED) until userspace
 * unmasks, by SET_IRQS or by the resample eventfd, and signalled again if the
 * level is still there.
 */
#include <linux/eventfd.h>
#include <linux/pci_regs.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vgpu_mdev.h"

#define IRQ_NONE_INDEX VFIO_PCI_NUM_IRQS

struct kvmgt_eventfd {
	struct eventfd_ctx *ctx;
	struct rcu_head rcu;
};

static void eventfd_destroy(struct kvmgt_eventfd *e)
{
	if (!e)
		return;
	eventfd_ctx_put(e->ctx);
	kfree(e);
}

static void eventfd_free_rcu(struct rcu_head *rcu)
{
	eventfd_destroy(container_of(rcu, struct kvmgt_eventfd, rcu));
}

/* A negative @fd means none: NULL. */
static struct kvmgt_eventfd *eventfd_create(int fd)
{
	struct kvmgt_eventfd *e;
	struct eventfd_ctx *ctx;

	if (fd < 0)
		return NULL;
	e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return ERR_PTR(-ENOMEM);
	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx)) {
		kfree(e);
		return ERR_CAST(ctx);
	}
	e->ctx = ctx;
	return e;
}

static void eventfd_publish(struct kvmgt_irqs *irqs, struct kvmgt_eventfd __rcu **slot,
			    struct kvmgt_eventfd *e)
{
	struct kvmgt_eventfd *old;

	old = rcu_replace_pointer(*slot, e, lockdep_is_held(&irqs->set_lock));
	if (old)
		call_rcu(&old->rcu, eventfd_free_rcu);
}

static bool eventfd_notify(struct kvmgt_eventfd __rcu **slot)
{
	struct kvmgt_eventfd *e;

	rcu_read_lock();
	e = rcu_dereference(*slot);
	if (e)
		kvmgt_eventfd_signal(e->ctx);
	rcu_read_unlock();
	return e;
}

/* Take the right to signal INTx: the caller must signal if this returns true. */
static bool intx_claim(struct kvmgt_vgpu *v)
{
	lockdep_assert_held(&v->irqs.intx_lock);

	if (!v->irqs.intx_level || v->irqs.intx_masked || READ_ONCE(v->core.intx_disabled))
		return false;
	if (!rcu_access_pointer(v->irqs.intx))
		return false;
	v->irqs.intx_masked = true;
	return true;
}

/**
 * kvmgt_intx_update - signal INTx if the level is up and nothing masks it
 * @v: the vGPU
 *
 * To be called after anything of that may have changed.
 */
void kvmgt_intx_update(struct kvmgt_vgpu *v)
{
	unsigned long flags;
	bool signal;

	spin_lock_irqsave(&v->irqs.intx_lock, flags);
	signal = intx_claim(v);
	spin_unlock_irqrestore(&v->irqs.intx_lock, flags);
	if (signal)
		eventfd_notify(&v->irqs.intx);
}

static void intx_set_masked(struct kvmgt_vgpu *v, bool masked)
{
	unsigned long flags;

	spin_lock_irqsave(&v->irqs.intx_lock, flags);
	v->irqs.intx_masked = masked;
	spin_unlock_irqrestore(&v->irqs.intx_lock, flags);
	if (!masked)
		kvmgt_intx_update(v);
}

static void host_irq(struct vgpu *core, u32 vector)
{
	struct kvmgt_vgpu *v = core->host_data;

	if (vector < KVMGT_MAX_MSI)
		eventfd_notify(&v->irqs.msi[vector]);
}

static void host_intx(struct vgpu *core, bool level)
{
	struct kvmgt_vgpu *v = core->host_data;
	unsigned long flags;

	spin_lock_irqsave(&v->irqs.intx_lock, flags);
	v->irqs.intx_level = level;
	spin_unlock_irqrestore(&v->irqs.intx_lock, flags);
	kvmgt_intx_update(v);
}

static u64 host_now_ns(struct vgpu *core)
{
	return ktime_get_ns();
}

const struct vgpu_host kvmgt_vgpu_host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.dma = kvmgt_work_dma,
	.map = kvmgt_pages_map,
	.kick = kvmgt_work_kick,
	.timer = kvmgt_work_timer,
	.aperture_changed = kvmgt_aperture_changed,
};

/*
 * Runs in the wake-up of userspace's eventfd, interrupts off.  Signalling there
 * would recurse into eventfd code, so a signal that is due goes to a work item.
 */
static int intx_unmask_handler(void *opaque, void *unused)
{
	struct kvmgt_vgpu *v = opaque;
	unsigned long flags;
	bool signal;

	spin_lock_irqsave(&v->irqs.intx_lock, flags);
	v->irqs.intx_masked = false;
	signal = intx_claim(v);
	spin_unlock_irqrestore(&v->irqs.intx_lock, flags);
	return signal;
}

static void intx_unmask_inject(void *opaque, void *unused)
{
	struct kvmgt_vgpu *v = opaque;

	eventfd_notify(&v->irqs.intx);
}

static u32 vectors_of(struct kvmgt_vgpu *v, u32 index)
{
	const struct vgpu_pci_desc *pci = &v->core.model->pci;

	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return pci->intx;
	case VFIO_PCI_MSI_IRQ_INDEX:
		return pci->msi_vectors;
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	default:
		return 0;
	}
}

/**
 * kvmgt_get_irq_info - VFIO_DEVICE_GET_IRQ_INFO
 * @v: the vGPU
 * @arg: struct vfio_irq_info
 *
 * Return: 0, -EINVAL for a short argsz or an unknown index, -EFAULT.
 */
int kvmgt_get_irq_info(struct kvmgt_vgpu *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS ||
	    info.index == VFIO_PCI_ERR_IRQ_INDEX)
		return -EINVAL;

	info.flags = VFIO_IRQ_INFO_EVENTFD;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	info.count = vectors_of(v, info.index);
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static void irqs_disable(struct kvmgt_vgpu *v)
{
	struct kvmgt_irqs *irqs = &v->irqs;
	u32 i;

	lockdep_assert_held(&irqs->set_lock);

	vfio_virqfd_disable(&irqs->unmask);
	eventfd_publish(irqs, &irqs->intx, NULL);
	for (i = 0; i < KVMGT_MAX_MSI; i++)
		eventfd_publish(irqs, &irqs->msi[i], NULL);
	irqs->index = IRQ_NONE_INDEX;
	intx_set_masked(v, false);
}

static int set_intx_mask(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data)
{
	if (v->irqs.index != VFIO_PCI_INTX_IRQ_INDEX || hdr->count != 1)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(const u8 *)data)
		intx_set_masked(v, true);
	return 0;
}

static int set_intx_unmask(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data)
{
	if (v->irqs.index != VFIO_PCI_INTX_IRQ_INDEX || hdr->count != 1)
		return -EINVAL;

	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		int fd = *(const s32 *)data;

		if (fd >= 0)
			return vfio_virqfd_enable(v, intx_unmask_handler, intx_unmask_inject, NULL,
						  &v->irqs.unmask, fd);
		vfio_virqfd_disable(&v->irqs.unmask);
		return 0;
	}
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(const u8 *)data)
		intx_set_masked(v, false);
	return 0;
}

static int set_intx_trigger(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data)
{
	struct kvmgt_irqs *irqs = &v->irqs;
	struct kvmgt_eventfd *e;

	if (irqs->index == VFIO_PCI_INTX_IRQ_INDEX && !hdr->count &&
	    hdr->flags & VFIO_IRQ_SET_DATA_NONE) {
		irqs_disable(v);
		return 0;
	}
	if (hdr->count != 1)
		return -EINVAL;

	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (irqs->index != VFIO_PCI_INTX_IRQ_INDEX && irqs->index != IRQ_NONE_INDEX)
			return -EINVAL;
		e = eventfd_create(*(const s32 *)data);
		if (IS_ERR(e))
			return PTR_ERR(e);
		irqs->index = VFIO_PCI_INTX_IRQ_INDEX;
		eventfd_publish(irqs, &irqs->intx, e);
		kvmgt_intx_update(v);
		return 0;
	}

	if (irqs->index != VFIO_PCI_INTX_IRQ_INDEX)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || *(const u8 *)data)
		eventfd_notify(&irqs->intx);
	return 0;
}

/* All or nothing: a bad descriptor leaves every vector as it was. */
static int msi_set_eventfds(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const s32 *fds)
{
	struct kvmgt_eventfd *fresh[KVMGT_MAX_MSI];
	struct kvmgt_irqs *irqs = &v->irqs;
	u32 i;

	for (i = 0; i < hdr->count; i++) {
		fresh[i] = eventfd_create(fds[i]);
		if (IS_ERR(fresh[i]))
			goto err_destroy;
	}
	irqs->index = VFIO_PCI_MSI_IRQ_INDEX;
	for (i = 0; i < hdr->count; i++)
		eventfd_publish(irqs, &irqs->msi[hdr->start + i], fresh[i]);
	return 0;

err_destroy:
	fresh[KVMGT_MAX_MSI - 1] = fresh[i];
	while (i)
		eventfd_destroy(fresh[--i]);
	return PTR_ERR(fresh[KVMGT_MAX_MSI - 1]);
}

static int set_msi_trigger(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data)
{
	struct kvmgt_irqs *irqs = &v->irqs;
	u32 i;

	if (irqs->index == VFIO_PCI_MSI_IRQ_INDEX && !hdr->count &&
	    hdr->flags & VFIO_IRQ_SET_DATA_NONE) {
		irqs_disable(v);
		return 0;
	}
	if (irqs->index != VFIO_PCI_MSI_IRQ_INDEX && irqs->index != IRQ_NONE_INDEX)
		return -EINVAL;
	if (!hdr->count || hdr->count > KVMGT_MAX_MSI)
		return -EINVAL;

	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return msi_set_eventfds(v, hdr, data);

	if (irqs->index != VFIO_PCI_MSI_IRQ_INDEX)
		return -EINVAL;
	for (i = 0; i < hdr->count; i++)
		if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || ((const u8 *)data)[i])
			eventfd_notify(&irqs->msi[hdr->start + i]);
	return 0;
}

static int set_req_trigger(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data)
{
	struct kvmgt_irqs *irqs = &v->irqs;
	struct kvmgt_eventfd *e;

	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE) {
		if (!rcu_access_pointer(irqs->req))
			return -EINVAL;
		if (hdr->count)
			eventfd_notify(&irqs->req);
		else
			eventfd_publish(irqs, &irqs->req, NULL);
		return 0;
	}
	if (hdr->count != 1)
		return -EINVAL;
	if (hdr->flags & VFIO_IRQ_SET_DATA_BOOL) {
		if (*(const u8 *)data)
			eventfd_notify(&irqs->req);
		return 0;
	}
	if (*(const s32 *)data < -1)
		return -EINVAL;
	e = eventfd_create(*(const s32 *)data);
	if (IS_ERR(e))
		return PTR_ERR(e);
	eventfd_publish(irqs, &irqs->req, e);
	return 0;
}

typedef int (*set_irqs_fn)(struct kvmgt_vgpu *v, const struct vfio_irq_set *hdr, const void *data);

/* The combinations that exist, as in vfio-pci. */
static set_irqs_fn set_irqs_find(const struct vfio_irq_set *hdr)
{
	u32 action = hdr->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

	switch (hdr->index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		if (action == VFIO_IRQ_SET_ACTION_MASK)
			return set_intx_mask;
		if (action == VFIO_IRQ_SET_ACTION_UNMASK)
			return set_intx_unmask;
		if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
			return set_intx_trigger;
		return NULL;
	case VFIO_PCI_MSI_IRQ_INDEX:
		return action == VFIO_IRQ_SET_ACTION_TRIGGER ? set_msi_trigger : NULL;
	case VFIO_PCI_REQ_IRQ_INDEX:
		return action == VFIO_IRQ_SET_ACTION_TRIGGER ? set_req_trigger : NULL;
	default:
		return NULL;
	}
}

/**
 * kvmgt_set_irqs - VFIO_DEVICE_SET_IRQS
 * @v: the vGPU
 * @arg: struct vfio_irq_set
 *
 * Return: 0; -EINVAL, -ENOTTY, -EBADF, -EFAULT, -EBUSY or -ENOMEM, and nothing
 * has changed.
 */
int kvmgt_set_irqs(struct kvmgt_vgpu *v, void __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	size_t data_size = 0;
	void *data = NULL;
	set_irqs_fn fn;
	int ret;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&hdr, vectors_of(v, hdr.index), VFIO_PCI_NUM_IRQS,
						 &data_size);
	if (ret)
		return ret;
	fn = set_irqs_find(&hdr);
	if (!fn)
		return -ENOTTY;

	if (data_size) {
		data = memdup_user(arg + minsz, data_size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	mutex_lock(&v->irqs.set_lock);
	ret = fn(v, &hdr, data);
	mutex_unlock(&v->irqs.set_lock);
	kfree(data);
	return ret;
}

/**
 * kvmgt_irq_request - ask userspace to give the device back
 * @v: the vGPU
 * @count: how often it was asked already
 */
void kvmgt_irq_request(struct kvmgt_vgpu *v, u32 count)
{
	if (!eventfd_notify(&v->irqs.req) && !count)
		dev_notice(v->vdev.dev, "in use, and its user asks for no request: waiting\n");
}

/**
 * kvmgt_irqs_init - no interrupt is configured
 * @irqs: all zero
 */
void kvmgt_irqs_init(struct kvmgt_irqs *irqs)
{
	mutex_init(&irqs->set_lock);
	spin_lock_init(&irqs->intx_lock);
	irqs->index = IRQ_NONE_INDEX;
}

/**
 * kvmgt_irqs_release - forget all that userspace configured
 * @v: the vGPU; nobody calls its registers
 */
void kvmgt_irqs_release(struct kvmgt_vgpu *v)
{
	mutex_lock(&v->irqs.set_lock);
	irqs_disable(v);
	eventfd_publish(&v->irqs, &v->irqs.req, NULL);
	mutex_unlock(&v->irqs.set_lock);
}
