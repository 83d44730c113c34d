/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vgpu_mdev.h - what the files of kvmgt_vgpu.ko share: a vGPU as a mediated VFIO
 * device
 *
 * Locks, outermost first; "leaf" locks may be taken by register callbacks, which
 * run under kvm->srcu, and so are never held around an attach or a detach:
 *
 *	reset_lock		one reset at a time
 *	irqs.set_lock		SET_IRQS against itself and close
 *	gfx_lock		one frame at a time
 *	monitor.lock		the EDID region
 *	bus lock, slots_lock	see kvmgt_bus.h
 *	pages.sem		see pages.c
 *	pin_lock		see aperture.c; may be taken by register callbacks
 *	core block locks	leaf, see vgpu-core; inside them the core's config_lock
 *	irqs.intx_lock		leaf of leaves, spinlock
 */
#ifndef KVMGT_VGPU_MDEV_H
#define KVMGT_VGPU_MDEV_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "kvmgt_bus.h"
#include "vgpu.h"

struct kvmgt_aperture;
struct kvmgt_count;
struct seq_file;
struct virqfd;

/* A region's index is in the upper bits of the file offset, as in vfio-pci. */
#define KVMGT_REGION_SHIFT	40
#define KVMGT_REGION_OFFSET(i)	((u64)(i) << KVMGT_REGION_SHIFT)
#define KVMGT_REGION_INDEX(off)	((off) >> KVMGT_REGION_SHIFT)
#define KVMGT_REGION_MASK	(KVMGT_REGION_OFFSET(1) - 1)

/*
 * The regions behind those of PCI: the picture, for the VMM's region display; for models of
 * Intel's the OpRegion; for models with a choice of monitors the EDID.
 */
#define KVMGT_REGION_FRAME	VFIO_PCI_NUM_REGIONS
#define KVMGT_REGION_OPREGION	(VFIO_PCI_NUM_REGIONS + 1)
#define KVMGT_REGION_EDID	(VFIO_PCI_NUM_REGIONS + 2)

#define KVMGT_OPREGION_SIZE	0x2000

/* The EDID lies behind the fields of its region. */
#define KVMGT_EDID_OFFSET	0x100
#define KVMGT_EDID_REGION_SIZE	(KVMGT_EDID_OFFSET + VGPU_EDID_MAX)

#define KVMGT_MAX_MSI		32

struct kvmgt_eventfd;

/**
 * struct kvmgt_irqs - what userspace configured by VFIO_DEVICE_SET_IRQS
 * @set_lock: serialises SET_IRQS; guards @index and every replacement below
 * @index: the interrupt in use: INTX, MSI or VFIO_PCI_NUM_IRQS for none
 * @msi: a trigger for each MSI vector; RCU, read by register callbacks
 * @intx: the INTx trigger; RCU
 * @req: asks userspace to give the device back; RCU
 * @unmask: userspace's eventfd that unmasks INTx (resample)
 * @intx_lock: guards the two below; hard-irq safe, because an eventfd's
 *	wake-up calls in
 * @intx_level: the device asserts the pin
 * @intx_masked: masked by userspace, or by having signalled
 */
struct kvmgt_irqs {
	struct mutex set_lock;	/* SET_IRQS against itself; guards all but the last three */
	u32 index;
	struct kvmgt_eventfd __rcu *msi[KVMGT_MAX_MSI];
	struct kvmgt_eventfd __rcu *intx;
	struct kvmgt_eventfd __rcu *req;
	struct virqfd *unmask;

	spinlock_t intx_lock;	/* guards the two below */
	bool intx_level;
	bool intx_masked;
};

/**
 * struct kvmgt_work - what runs on its own
 * @stopped: nothing may start: the device is not open
 * @run: the guest's commands
 * @used_ns: of the slice; the worker's, as the next two
 * @last_end: when it last ran
 * @wait: jiffies of the last wait for memory to change
 * @not_before: nanoseconds; a pause lasts until then
 * @ran_ns: for how long it ran since the device was opened
 * @nr_pauses: slices that were used up
 * @timer: when the device's timer is due
 * @tick: the device's timer
 */
struct kvmgt_work {
	bool stopped;
	struct delayed_work run;
	u64 used_ns;
	u64 last_end;
	int wait;
	u64 not_before;
	u64 ran_ns;
	u64 nr_pauses;
	struct hrtimer timer;
	struct work_struct tick;
};

/**
 * struct kvmgt_limits - what a vGPU may cost its host, see limits.c
 * @pages_mib: guest memory that stays pinned to be worked with
 * @aperture_mib: guest memory that is pinned for the aperture
 * @cpu_percent: of one CPU, for its commands
 */
struct kvmgt_limits {
	u32 pages_mib;
	u32 aperture_mib;
	u32 cpu_percent;
};

/**
 * struct kvmgt_monitor - what the EDID region holds
 * @lock: guards all below; outside of the core's locks
 * @link: VFIO_DEVICE_GFX_LINK_STATE_*
 * @size: bytes of @edid that count
 * @edid: what was written, or the EDID that the device comes with
 */
struct kvmgt_monitor {
	struct mutex lock;	/* guards all below */
	u32 link;
	u32 size;
	u8 edid[VGPU_EDID_MAX];
};

/**
 * struct kvmgt_pages - guest pages that are pinned to be worked with
 * @sem: read: pointers to them may be used; write: they may be unpinned
 * @at: by frame number of the guest, where the kernel has them
 * @used: which were used lately
 * @nr: how many there are; written under pin_lock, as all that follow
 * @cap: how many there may be
 * @hand: the page that is looked at next to make room
 * @no_pin_before: jiffies; VFIO refused
 * @refused_for: jiffies; for how long it is not asked the next time it does
 * @no_sweep_before: jiffies; room was made
 * @nr_pinned: pages pinned since open
 * @nr_swept: unpinned to make room
 * @nr_refused: that could not be pinned
 */
struct kvmgt_pages {
	struct rw_semaphore sem; /* see pages.c */
	struct xarray at;
	unsigned long *used;
	unsigned long nr;
	unsigned long cap;
	unsigned long hand;
	unsigned long no_pin_before;
	unsigned long refused_for;
	unsigned long no_sweep_before;
	u64 nr_pinned;
	u64 nr_swept;
	u64 nr_refused;
};

/**
 * struct kvmgt_vgpu - a vGPU
 * @vdev: the VFIO device; first, for vfio_alloc_device()
 * @core: the device model
 * @bus: its place on the VM's MMIO bus
 * @count: who counts accesses
 * @vfio_counts: accesses through the device file, per dword of the register BAR; NULL
 *	while nobody counts
 * @irqs: its interrupts
 * @work: its commands and its timer
 * @monitor: its EDID region
 * @regs_region: the region that holds the registers
 * @reset_lock: one reset at a time; outside of all others
 * @pin_lock: guards what is pinned, for @aperture and in @pages
 * @unmapped_first: memory that userspace takes away; under pin_lock, as the next two
 * @unmapped_last: its last byte
 * @unmapped_until: jiffies; nothing of it is pinned before
 * @limits: of its type, as of when it was created or last opened
 * @pages: guest memory that the device works with
 * @aperture: from open to close; NULL without an aperture that can be mapped
 * @opregion: KVMGT_OPREGION_SIZE bytes; NULL without one
 * @gfx_lock: guards the contents of @frame
 * @frame: core.frame_size bytes, from open to close; NULL without a display
 */
struct kvmgt_vgpu {
	struct vfio_device vdev;
	struct vgpu core;
	struct kvmgt_bus *bus;
	struct kvmgt_count *count;
	struct vgpu_reg_count *vfio_counts;
	struct kvmgt_irqs irqs;
	struct kvmgt_work work;
	struct kvmgt_monitor monitor;
	u32 regs_region;
	struct mutex reset_lock; /* one reset at a time */
	struct mutex pin_lock; /* guards what is pinned, for @aperture and in @pages */
	u64 unmapped_first;
	u64 unmapped_last;
	unsigned long unmapped_until;
	struct kvmgt_limits limits;
	struct kvmgt_pages pages;
	struct kvmgt_aperture *aperture;
	void *opregion;

	struct mutex gfx_lock;	/* guards what is in @frame */
	void *frame;
};

static inline struct kvmgt_vgpu *to_kvmgt_vgpu(struct vfio_device *vdev)
{
	return container_of(vdev, struct kvmgt_vgpu, vdev);
}

/* main.c */
struct vgpu_model *kvmgt_model_of(struct device *mdev);
struct kvmgt_limits *kvmgt_limits_of(struct device *mdev);
struct kvmgt_limits *kvmgt_limits_of_type(struct kobject *type);
const struct vgpu_monitor *kvmgt_monitor_of(struct device *mdev);

/* device.c */
extern const struct vfio_device_ops kvmgt_vgpu_ops;

/* info.c */
int kvmgt_get_info(struct kvmgt_vgpu *v, void __user *arg);
int kvmgt_get_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			  struct vfio_info_cap *caps);
int kvmgt_region_info_ioctl(struct kvmgt_vgpu *v, void __user *arg);
u32 kvmgt_region_map(void *priv, u32 region, const struct kvmgt_bus_area **areas);
u64 kvmgt_region_size(struct kvmgt_vgpu *v, u32 region);
u32 kvmgt_num_regions(struct kvmgt_vgpu *v);

/* irq.c */
extern const struct vgpu_host kvmgt_vgpu_host;
void kvmgt_irqs_init(struct kvmgt_irqs *irqs);
void kvmgt_irqs_release(struct kvmgt_vgpu *v);
int kvmgt_get_irq_info(struct kvmgt_vgpu *v, void __user *arg);
int kvmgt_set_irqs(struct kvmgt_vgpu *v, void __user *arg);
void kvmgt_intx_update(struct kvmgt_vgpu *v);
void kvmgt_irq_request(struct kvmgt_vgpu *v, u32 count);

/* mem.c */
int kvmgt_mmap(struct kvmgt_vgpu *v, struct vm_area_struct *vma);
ssize_t kvmgt_read(struct kvmgt_vgpu *v, char __user *buf, size_t count, loff_t *ppos);
ssize_t kvmgt_write(struct kvmgt_vgpu *v, const char __user *buf, size_t count, loff_t *ppos);

/* gfx.c */
int kvmgt_gfx_open(struct kvmgt_vgpu *v);
void kvmgt_gfx_close(struct kvmgt_vgpu *v);
int kvmgt_query_gfx_plane(struct kvmgt_vgpu *v, void __user *arg);

/* monitor.c */
void kvmgt_monitor_init(struct kvmgt_monitor *mon);
void kvmgt_monitor_open(struct kvmgt_vgpu *v);
void kvmgt_monitor_read(struct kvmgt_vgpu *v, u64 off, void *buf, u32 len);
int kvmgt_monitor_write(struct kvmgt_vgpu *v, u64 off, const void *buf, u32 len);

/* work.c */
void kvmgt_work_init(struct kvmgt_vgpu *v);
void kvmgt_work_account(struct kvmgt_vgpu *v);
void kvmgt_work_open(struct kvmgt_vgpu *v);
void kvmgt_work_close(struct kvmgt_vgpu *v);
void kvmgt_work_kick(struct vgpu *core);
void kvmgt_work_timer(struct vgpu *core, u64 deadline_ns);
int kvmgt_work_dma(struct vgpu *core, u64 gpa, void *buf, u32 len, bool write);

/* pages.c */
int kvmgt_page_pin(struct kvmgt_vgpu *v, u64 gpa, struct page **page);
void kvmgt_page_unmapping(struct kvmgt_vgpu *v, u64 first, u64 last);
void kvmgt_pages_init(struct kvmgt_vgpu *v);
int kvmgt_pages_open(struct kvmgt_vgpu *v);
void kvmgt_pages_close(struct kvmgt_vgpu *v);
void kvmgt_pages_begin(struct kvmgt_vgpu *v);
void kvmgt_pages_end(struct kvmgt_vgpu *v);
void *kvmgt_pages_map(struct vgpu *core, u64 gpa);
void kvmgt_pages_dma_unmap(struct kvmgt_vgpu *v, u64 first, u64 last);
void kvmgt_pages_show(struct kvmgt_vgpu *v, struct seq_file *m);

/* limits.c */
extern const struct kvmgt_limits kvmgt_limits_default;
int kvmgt_limits_create(struct kobject *type, struct kobject **dir);
void kvmgt_limits_take(struct kvmgt_vgpu *v);
void kvmgt_limits_show(struct kvmgt_vgpu *v, struct seq_file *m);

/* aperture.c */
int kvmgt_aperture_open(struct kvmgt_vgpu *v);
void kvmgt_aperture_close(struct kvmgt_vgpu *v);
void kvmgt_aperture_mmap(struct kvmgt_vgpu *v, struct vm_area_struct *vma);
void kvmgt_aperture_changed(struct vgpu *core);
void kvmgt_aperture_dma_unmap(struct kvmgt_vgpu *v, u64 first, u64 last);
void kvmgt_aperture_pinned_locked(struct kvmgt_vgpu *v, unsigned long *pages, u64 *evicted);

/* debugfs.c */
void kvmgt_debugfs_create(struct kvmgt_vgpu *v);
void kvmgt_debugfs_reg_name(struct seq_file *m, struct kvmgt_vgpu *v, u32 i);

/* count.c */
int kvmgt_count_create(struct kvmgt_vgpu *v);
void kvmgt_count_destroy(struct kvmgt_vgpu *v);
void kvmgt_count_access(struct kvmgt_vgpu *v, struct vgpu_reg_count *counts, u32 region, u64 off,
			u32 len, bool write);

static inline void kvmgt_count_vfio(struct kvmgt_vgpu *v, u32 region, u64 off, u32 len, bool write)
{
	/* Pairs with count_start_locked(): the array is zeroed. */
	struct vgpu_reg_count *counts = smp_load_acquire(&v->vfio_counts);

	if (counts)
		kvmgt_count_access(v, counts, region, off, len, write);
}

#endif /* KVMGT_VGPU_MDEV_H */
