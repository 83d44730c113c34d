// SPDX-License-Identifier: GPL-2.0
/*
 * pages.c - guest memory at hand: pages that stay pinned while the device works with
 * them
 *
 * vfio_dma_rw() asks VFIO for each piece, a lock and a change of address space at a
 * time.  So pages that the device uses are pinned and remembered, and accessed where
 * they are.  What cannot be pinned - no memlock left, read-only, no RAM, about to be
 * unmapped, the cache full - is accessed by vfio_dma_rw() as before.
 *
 * A pointer to a page lives from kvmgt_pages_begin() to kvmgt_pages_end(), which hold
 * @sem for reading; a page is unpinned under @sem for writing and nowhere else.  So
 * who takes memory away waits for one slice of the device's work, or one frame, and
 * no pointer is used after its pin.
 *
 * Pages that are written through VFIO's pin are dirty for VFIO as long as they are
 * pinned.  Userspace that throws away guest memory without unmapping it (a balloon)
 * must not do so with devices that pin, this one included; QEMU sees to it.
 *
 * Locks, outermost first; see aperture.c for what VFIO and faults add:
 *
 *	VFIO's device_list_lock		held around dma_unmap
 *	gfx_lock
 *	p->sem				pointers (read), what is unpinned (write)
 *	v->pin_lock			what is pinned, what is being unmapped
 *	VFIO's iommu->lock, mmap_lock	taken by pinning, unpinning and vfio_dma_rw()
 */
#include <linux/bitmap.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "vgpu_mdev.h"

/* "Used lately" is kept for so many pages; two that are that far apart share a bit. */
#define USED_BITS 65536

/* Once full, so often are so many pages at most unpinned to make room. */
#define SWEEP_JIFFIES max(1, HZ / 50)
#define SWEEP_PAGES 256

/* After VFIO refused for want of memory or memlock: from here, doubled each time, to there. */
#define REFUSED_JIFFIES (HZ / 10)
#define REFUSED_JIFFIES_MAX (60 * HZ)

/* Nothing of what is being unmapped is pinned for so long; VFIO asks again at once. */
#define UNMAPPED_JIFFIES (HZ / 10)

static unsigned long used_bit(unsigned long gfn)
{
	return gfn % USED_BITS;
}

/* May @page be accessed through the kernel's own mapping of all memory? */
static bool page_is_memory(struct page *page)
{
	return !PageReserved(page) && !is_zone_device_page(page) && !PageHighMem(page);
}

/**
 * kvmgt_page_pin - pin a guest page, unless it is being unmapped
 * @v: the vGPU, open
 * @gpa: its address
 * @page: receives it; vfio_unpin_pages() lets it go
 *
 * VFIO calls dma_unmap until nothing of the range is pinned, and gives up with a BUG:
 * what is pinned again in between must not be.
 *
 * Return: 0, or a negative error.
 */
int kvmgt_page_pin(struct kvmgt_vgpu *v, u64 gpa, struct page **page)
{
	int ret;

	lockdep_assert_held(&v->pin_lock);
	if (time_before(jiffies, v->unmapped_until) && gpa >= v->unmapped_first &&
	    gpa <= v->unmapped_last)
		return -EAGAIN;
	ret = vfio_pin_pages(&v->vdev, gpa, 1, IOMMU_READ | IOMMU_WRITE, page);
	if (ret == 1)
		return 0;
	return ret < 0 ? ret : -EFAULT;
}

/**
 * kvmgt_page_unmapping - nothing of this range is pinned for a while
 * @v: the vGPU
 * @first: first byte
 * @last: last byte
 */
void kvmgt_page_unmapping(struct kvmgt_vgpu *v, u64 first, u64 last)
{
	lockdep_assert_held(&v->pin_lock);
	v->unmapped_first = first;
	v->unmapped_last = last;
	v->unmapped_until = jiffies + UNMAPPED_JIFFIES;
}

/* No more, for a while: type1 complains in the log each time. */
static void refused(struct kvmgt_pages *p, int error)
{
	p->nr_refused++;
	if (error != -ENOMEM)
		return;
	WRITE_ONCE(p->no_pin_before, jiffies + p->refused_for);
	p->refused_for = min_t(unsigned long, 2 * p->refused_for, REFUSED_JIFFIES_MAX);
}

static bool may_pin(const struct kvmgt_pages *p)
{
	return READ_ONCE(p->nr) < p->cap && !time_before(jiffies, READ_ONCE(p->no_pin_before));
}

static void *page_add_locked(struct kvmgt_vgpu *v, unsigned long gfn)
{
	struct kvmgt_pages *p = &v->pages;
	struct page *page;
	void *at;
	int ret;

	lockdep_assert_held(&v->pin_lock);
	at = xa_load(&p->at, gfn); /* another reader of @sem was faster */
	if (at)
		return at;
	ret = kvmgt_page_pin(v, PFN_PHYS((u64)gfn), &page);
	if (ret) {
		refused(p, ret);
		return NULL;
	}
	at = page_address(page);
	if (!page_is_memory(page) || xa_err(xa_store(&p->at, gfn, at, GFP_KERNEL))) {
		p->nr_refused++;
		vfio_unpin_pages(&v->vdev, PFN_PHYS((u64)gfn), 1);
		return NULL;
	}
	p->nr_pinned++;
	p->refused_for = REFUSED_JIFFIES;
	WRITE_ONCE(p->nr, p->nr + 1);
	return at;
}

static void *page_add(struct kvmgt_vgpu *v, unsigned long gfn)
{
	void *at = NULL;

	if (!may_pin(&v->pages))
		return NULL;
	mutex_lock(&v->pin_lock);
	if (may_pin(&v->pages))
		at = page_add_locked(v, gfn);
	mutex_unlock(&v->pin_lock);
	return at;
}

static void page_drop_locked(struct kvmgt_vgpu *v, unsigned long gfn)
{
	struct kvmgt_pages *p = &v->pages;

	lockdep_assert_held_write(&p->sem);
	lockdep_assert_held(&v->pin_lock);
	xa_erase(&p->at, gfn);
	WRITE_ONCE(p->nr, p->nr - 1);
	vfio_unpin_pages(&v->vdev, PFN_PHYS((u64)gfn), 1);
}

static void range_drop(struct kvmgt_vgpu *v, unsigned long first, unsigned long last)
{
	struct kvmgt_pages *p = &v->pages;
	unsigned long gfn;
	void *at;

	down_write(&p->sem);
	mutex_lock(&v->pin_lock);
	xa_for_each_range(&p->at, gfn, at, first, last) {
		page_drop_locked(v, gfn);
		cond_resched();
	}
	mutex_unlock(&v->pin_lock);
	up_write(&p->sem);
}

/* From the hand on, drop what was not used since it last came by; once around at most. */
static u32 hand_moves_locked(struct kvmgt_vgpu *v, unsigned long last, u32 room)
{
	struct kvmgt_pages *p = &v->pages;
	u32 dropped = 0;
	void *at;

	lockdep_assert_held_write(&p->sem);
	xa_for_each_range(&p->at, p->hand, at, p->hand, last) {
		if (dropped == room)
			return dropped;
		if (__test_and_clear_bit(used_bit(p->hand), p->used))
			continue;
		page_drop_locked(v, p->hand);
		dropped++;
	}
	return dropped;
}

/*
 * Make room in a full cache.  What is used all the time stays; where more is used than
 * there is room for, some of it stays and the rest is not pinned, rather than all of
 * it again and again.
 */
static void sweep(struct kvmgt_vgpu *v)
{
	struct kvmgt_pages *p = &v->pages;
	unsigned long start;
	u32 dropped;

	if (READ_ONCE(p->nr) < p->cap || time_before(jiffies, READ_ONCE(p->no_sweep_before)))
		return;
	down_write(&p->sem);
	mutex_lock(&v->pin_lock);
	start = p->hand;
	dropped = hand_moves_locked(v, ULONG_MAX, SWEEP_PAGES);
	if (dropped < SWEEP_PAGES && start) {
		p->hand = 0;
		dropped += hand_moves_locked(v, start - 1, SWEEP_PAGES - dropped);
	} else if (dropped < SWEEP_PAGES) {
		p->hand = 0;
	}
	p->nr_swept += dropped;
	WRITE_ONCE(p->no_sweep_before, jiffies + SWEEP_JIFFIES);
	mutex_unlock(&v->pin_lock);
	up_write(&p->sem);
}

/**
 * kvmgt_pages_begin - pointers to guest memory may be taken from here on
 * @v: the vGPU, open
 *
 * Not for long: until kvmgt_pages_end() nobody can take guest memory away.
 */
void kvmgt_pages_begin(struct kvmgt_vgpu *v)
{
	sweep(v);
	down_read(&v->pages.sem);
}

/**
 * kvmgt_pages_end - they may not be used any more
 * @v: the vGPU
 */
void kvmgt_pages_end(struct kvmgt_vgpu *v)
{
	up_read(&v->pages.sem);
}

/**
 * kvmgt_pages_map - host->map()
 * @core: the device, between kvmgt_pages_begin() and kvmgt_pages_end()
 * @gpa: guest physical address
 *
 * Return: where it is, to the end of its page, until kvmgt_pages_end(); NULL where
 * only vfio_dma_rw() can help.
 */
void *kvmgt_pages_map(struct vgpu *core, u64 gpa)
{
	struct kvmgt_vgpu *v = core->host_data;
	struct kvmgt_pages *p = &v->pages;
	unsigned long gfn = PHYS_PFN(gpa);
	void *at;

	lockdep_assert_held(&p->sem);
	at = xa_load(&p->at, gfn);
	if (!at)
		at = page_add(v, gfn);
	if (!at)
		return NULL;
	if (!test_bit(used_bit(gfn), p->used))
		set_bit(used_bit(gfn), p->used);
	return at + offset_in_page(gpa);
}

/**
 * kvmgt_pages_dma_unmap - userspace takes memory away
 * @v: the vGPU, also before open and after close; the range is announced by
 *	kvmgt_page_unmapping()
 * @first: first byte
 * @last: last byte
 *
 * Waits for a slice of the device's work or a frame.
 */
void kvmgt_pages_dma_unmap(struct kvmgt_vgpu *v, u64 first, u64 last)
{
	range_drop(v, PHYS_PFN(first), PHYS_PFN(last));
}

/**
 * kvmgt_pages_show - what is pinned, for debugfs
 * @v: the vGPU
 * @m: receives it
 */
void kvmgt_pages_show(struct kvmgt_vgpu *v, struct seq_file *m)
{
	const struct kvmgt_pages *p = &v->pages;

	mutex_lock(&v->pin_lock);
	seq_printf(m, "pinned %lu\ncap %lu\npins %llu\nswept %llu\nrefused %llu\n", p->nr, p->cap,
		   p->nr_pinned, p->nr_swept, p->nr_refused);
	mutex_unlock(&v->pin_lock);
}

/**
 * kvmgt_pages_init - nothing is pinned
 * @v: the vGPU, all zero
 */
void kvmgt_pages_init(struct kvmgt_vgpu *v)
{
	init_rwsem(&v->pages.sem);
	xa_init(&v->pages.at);
	v->unmapped_until = jiffies;
}

/**
 * kvmgt_pages_open - pages may be pinned from now on
 * @v: the vGPU, being opened
 *
 * Return: 0 or -ENOMEM.
 */
int kvmgt_pages_open(struct kvmgt_vgpu *v)
{
	struct kvmgt_pages *p = &v->pages;

	p->used = bitmap_zalloc(USED_BITS, GFP_KERNEL_ACCOUNT);
	if (!p->used)
		return -ENOMEM;
	p->cap = (unsigned long)v->limits.pages_mib << (20 - PAGE_SHIFT);
	p->hand = 0;
	p->refused_for = REFUSED_JIFFIES;
	p->no_pin_before = jiffies;
	p->no_sweep_before = jiffies;
	p->nr_pinned = 0;
	p->nr_swept = 0;
	p->nr_refused = 0;
	return 0;
}

/**
 * kvmgt_pages_close - unpin all
 * @v: the vGPU, being closed: worker and frames are done
 */
void kvmgt_pages_close(struct kvmgt_vgpu *v)
{
	range_drop(v, 0, ULONG_MAX);
	bitmap_free(v->pages.used);
	v->pages.used = NULL;
}
