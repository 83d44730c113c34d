/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - the kernels we build against, made to look like one
 *
 * Force-included into every file of the modules.  The only place that may test
 * a kernel version; the code is written to the newest form and never asks.  Tested
 * on 6.12; 6.1 builds; the bounds in between are where the change was seen or is
 * known to be, not tried one by one.
 * Facts: Debian's linux-source 6.1, 6.12 and 7.3.
 */
#ifndef KVMGT_COMPAT_H
#define KVMGT_COMPAT_H

/* Before any header that may include printk.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#define KVMGT_KERNEL(a, b)	(LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))

/* vm_flags became read-only, with accessors, in 6.3. */
#if !KVMGT_KERNEL(6, 3)
#include <linux/mm.h>

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* eventfd_signal() lost its count in 6.8. */
#if KVMGT_KERNEL(6, 8)
#define kvmgt_eventfd_signal(ctx)	eventfd_signal(ctx)
#else
#define kvmgt_eventfd_signal(ctx)	((void)eventfd_signal(ctx, 1))
#endif

/*
 * Before 6.2 the driver's release must free the vfio_device; iommufd has no
 * hooks yet, and until 6.6 none to detach.
 */
#if KVMGT_KERNEL(6, 6)
#define kvmgt_vfio_free(vdev)		do { } while (0)
#define KVMGT_VFIO_IOMMUFD_OPS						\
	.bind_iommufd = vfio_iommufd_emulated_bind,			\
	.unbind_iommufd = vfio_iommufd_emulated_unbind,			\
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,		\
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
#elif KVMGT_KERNEL(6, 2)
#error "6.2 to 6.5 are not supported: no Debian release has them"
#else
#define kvmgt_vfio_free(vdev)		vfio_free_device(vdev)
#define KVMGT_VFIO_IOMMUFD_OPS
#endif

/*
 * 7.0 took VFIO_DEVICE_GET_REGION_INFO out of ->ioctl into an op of its own.
 * The driver has the op; before 7.0 its ioctl calls info.c's copy of the
 * core's argsz and capability handling.
 */
#if KVMGT_KERNEL(7, 0)
#define KVMGT_VFIO_REGION_OP(fn)	.get_region_info_caps = fn,
#define KVMGT_VFIO_REGION_IOCTL		0
#else
#define KVMGT_VFIO_REGION_OP(fn)
#define KVMGT_VFIO_REGION_IOCTL		1
#endif

/* __assign_str() lost its source argument in 6.10. */
#if KVMGT_KERNEL(6, 10)
#define kvmgt_assign_str(dst, src)	__assign_str(dst)
#else
#define kvmgt_assign_str(dst, src)	__assign_str(dst, src)
#endif

/*
 * Since 6.10 each VFIO device has an inode, and so an address_space of its own
 * that can be unmapped.  Before, NULL: what would need that is not mapped.
 */
#if KVMGT_KERNEL(6, 10)
#define kvmgt_vfio_mapping(vdev)	((vdev)->inode->i_mapping)
#else
#define kvmgt_vfio_mapping(vdev)	((struct address_space *)NULL)
#endif

/*
 * Until 6.13 KVM takes a reference of pages that it finds in a VM_PFNMAP mapping,
 * which fails for tails of compound pages.
 */
#define KVMGT_KVM_REFERENCES_PFNMAP	(!KVMGT_KERNEL(6, 13))

/* Since 6.6 a fault may hold its VMA's lock in place of mmap_lock. */
#if KVMGT_KERNEL(6, 6)
#define kvmgt_release_fault_lock(vmf)	release_fault_lock(vmf)
#else
#define kvmgt_release_fault_lock(vmf)	mmap_read_unlock((vmf)->vma->vm_mm)
#endif

/* hrtimer_setup() replaced hrtimer_init() in 6.13. */
#if !KVMGT_KERNEL(6, 13)
#include <linux/hrtimer.h>

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* The namespace of an import became a string in 6.13. */
#if KVMGT_KERNEL(6, 13)
#define KVMGT_IMPORT_NS(ns)		MODULE_IMPORT_NS(#ns)
#else
#define KVMGT_IMPORT_NS(ns)		MODULE_IMPORT_NS(ns)
#endif

#endif /* KVMGT_COMPAT_H */
