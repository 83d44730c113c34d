// SPDX-License-Identifier: GPL-2.0
/*
 * aperture.c - an aperture BAR: the guest's own pages, mapped where its graphics
 * page table says
 *
 * A page of the aperture is pinned through VFIO and mapped when it is first
 * touched, and stays until the table names another page (aperture_changed, from
 * the guest's flush), or userspace takes the memory away (dma_unmap), or close.
 *
 * Locks, outermost first:
 *
 *	VFIO's device_list_lock		held around dma_unmap
 *	v->pin_lock			what is pinned and what the slots say are one;
 *					guards v->aperture against dma_unmap, which
 *					may come before open and after close
 *	VFIO's iommu->lock, mmap_lock	taken by pinning and unpinning
 *	a->lock				slots and what is mapped are one
 *
 * A fault comes with mmap_lock held.  So it lets go of it, pins, and has itself
 * repeated.  VFIO itself touches user memory with its lock held, and a guest or a
 * VMM can make that user memory the aperture: a fault that may come from there
 * must not ask VFIO, and fails (fault_may_pin()).
 */
#include <linux/bitmap.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vgpu_mdev.h"

/* In a slot: the dummy is mapped, because there was nothing to pin. */
#define NOTHING (~0ULL)

/* After a pin that failed: ask no sooner, and look again then. */
#define RETRY_JIFFIES (HZ / 10)

/**
 * struct aperture_slot - a page of the aperture
 * @gpa: the guest page that is pinned for it, or NOTHING
 * @page: what is mapped; NULL: nothing is, and nothing is pinned
 */
struct aperture_slot {
	u64 gpa;
	struct page *page;
};

struct dma_range {
	u64 first;
	u64 last;
};

/* Neighbours that are dropped together. */
#define RUN_MAX 64

/**
 * struct slot_run - neighbouring pages that were unmapped, to be unpinned
 * @nr: how many
 * @gpa: of each: what is pinned, or NOTHING
 */
struct slot_run {
	u32 nr;
	u64 gpa[RUN_MAX];
};

/**
 * struct kvmgt_aperture - state of the aperture while the device is open
 * @v: whose
 * @lock: guards @slots, @used and the mappings
 * @region: index of the BAR
 * @nr: pages of it
 * @slots: a slot for each page
 * @used: which of @slots have a page
 * @dummy: what is mapped where the guest's table names nothing: one page of this
 *	vGPU alone
 * @retry: drops dummies that stand for a page whose pinning failed
 * @no_pin_before: jiffies; under pin_lock, as all that follow
 * @nr_pinned: slots with a guest page
 * @cap: how many there may be
 * @hand: the slot that is looked at next to make room
 * @nr_evicted: pages that made room
 */
struct kvmgt_aperture {
	struct kvmgt_vgpu *v;
	struct mutex lock; /* guards @slots, @used and the mappings */
	u32 region;
	u32 nr;
	struct aperture_slot *slots;
	unsigned long *used;
	struct page *dummy;
	struct delayed_work retry;
	unsigned long no_pin_before;
	unsigned long nr_pinned;
	unsigned long cap;
	u32 hand;
	u64 nr_evicted;
};

typedef bool (*slot_test)(struct kvmgt_aperture *a, u32 n, const void *arg);

static u32 find_aperture(const struct vgpu_model *m)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++)
		if (m->bars[i].kind == VGPU_BAR_APERTURE)
			break;
	return i;
}

/* The guest page that the table names for page @n of the aperture, or NOTHING. */
static u64 table_names(struct kvmgt_aperture *a, u32 n)
{
	struct vgpu *core = &a->v->core;
	u64 gpa;

	return core->model->aperture(core, (u64)n * PAGE_SIZE, &gpa) ? NOTHING : gpa;
}

/*
 * Unmap the first page from @n on that @test picks, and its neighbours that it picks
 * as well: each time costs a look at every mapping.  Return: the first of them.
 */
static u32 slots_unmap_next(struct kvmgt_aperture *a, u32 n, slot_test test, const void *arg,
			    struct slot_run *run)
{
	u32 i;

	run->nr = 0;
	mutex_lock(&a->lock);
	for_each_set_bit_from(n, a->used, a->nr)
		if (test(a, n, arg))
			break;
	for (i = n; i < a->nr && run->nr < RUN_MAX; i++) {
		if (!test_bit(i, a->used) || !test(a, i, arg))
			break;
		run->gpa[run->nr++] = a->slots[i].gpa;
	}
	if (run->nr)
		unmap_mapping_range(kvmgt_vfio_mapping(&a->v->vdev),
				    KVMGT_REGION_OFFSET(a->region) + (u64)n * PAGE_SIZE,
				    (u64)run->nr * PAGE_SIZE, 1);
	for (i = n; i < n + run->nr; i++) {
		a->slots[i].page = NULL;
		__clear_bit(i, a->used);
	}
	mutex_unlock(&a->lock);
	return n;
}

static void run_unpin_locked(struct kvmgt_aperture *a, const struct slot_run *run)
{
	u32 i;

	lockdep_assert_held(&a->v->pin_lock);
	for (i = 0; i < run->nr; i++) {
		if (run->gpa[i] == NOTHING)
			continue;
		vfio_unpin_pages(&a->v->vdev, run->gpa[i], 1);
		a->nr_pinned--;
	}
}

/* Unmap and unpin all pages that @test picks. */
static void slots_drop_locked(struct kvmgt_aperture *a, slot_test test, const void *arg)
{
	struct slot_run run;
	u32 n = 0;

	lockdep_assert_held(&a->v->pin_lock);
	for (;;) {
		n = slots_unmap_next(a, n, test, arg, &run);
		if (!run.nr)
			return;
		run_unpin_locked(a, &run);
		n += run.nr;
		cond_resched();
	}
}

static bool slot_any(struct kvmgt_aperture *a, u32 n, const void *unused)
{
	return true;
}

static bool slot_moved(struct kvmgt_aperture *a, u32 n, const void *unused)
{
	return a->slots[n].gpa != table_names(a, n);
}

static bool slot_in_range(struct kvmgt_aperture *a, u32 n, const void *arg)
{
	const struct dma_range *r = arg;

	return a->slots[n].gpa >= r->first && a->slots[n].gpa <= r->last &&
	       a->slots[n].gpa != NOTHING;
}

static bool slot_pinned(struct kvmgt_aperture *a, u32 n, const void *unused)
{
	return a->slots[n].gpa != NOTHING;
}

/* Some neighbours go, the next time those behind them: what is touched again comes back. */
static void slots_make_room_locked(struct kvmgt_aperture *a)
{
	struct slot_run run;
	u32 n;

	n = slots_unmap_next(a, a->hand, slot_pinned, NULL, &run);
	if (!run.nr)
		n = slots_unmap_next(a, 0, slot_pinned, NULL, &run);
	run_unpin_locked(a, &run);
	a->hand = n + run.nr;
	a->nr_evicted += run.nr;
}

/**
 * kvmgt_aperture_changed - host->aperture_changed()
 * @core: the device
 *
 * Context: a register callback; may wait for pages that are being pinned.
 */
void kvmgt_aperture_changed(struct vgpu *core)
{
	struct kvmgt_vgpu *v = core->host_data;

	mutex_lock(&v->pin_lock);
	if (v->aperture)
		slots_drop_locked(v->aperture, slot_moved, NULL);
	mutex_unlock(&v->pin_lock);
}

/**
 * kvmgt_aperture_dma_unmap - userspace takes memory away
 * @v: the vGPU, also before open and after close; the range is announced by
 *	kvmgt_page_unmapping()
 * @first: first byte
 * @last: last byte
 */
void kvmgt_aperture_dma_unmap(struct kvmgt_vgpu *v, u64 first, u64 last)
{
	struct dma_range r = { .first = first, .last = last };

	mutex_lock(&v->pin_lock);
	if (v->aperture)
		slots_drop_locked(v->aperture, slot_in_range, &r);
	mutex_unlock(&v->pin_lock);
}

static void retry_work(struct work_struct *work)
{
	struct kvmgt_aperture *a = container_of(work, struct kvmgt_aperture, retry.work);

	mutex_lock(&a->v->pin_lock);
	slots_drop_locked(a, slot_moved, NULL);
	mutex_unlock(&a->v->pin_lock);
}

/*
 * Before 6.13 KVM takes a reference of each page it maps from such a VMA, and
 * fails for tails of compound pages: then the whole VM stops.
 */
static bool page_is_mappable(struct kvmgt_aperture *a, struct page *page)
{
	if (!KVMGT_KVM_REFERENCES_PFNMAP || !PageTail(page))
		return true;
	dev_warn_once(a->v->vdev.dev,
		      "guest memory in huge pages: use memfd, the aperture needs small ones\n");
	return false;
}

/* Pin @gpa if that can be done now. Return: the page or NULL. */
static struct page *page_pin_locked(struct kvmgt_aperture *a, u64 gpa)
{
	struct page *page;
	int ret;

	lockdep_assert_held(&a->v->pin_lock);
	if (time_before(jiffies, a->no_pin_before))
		return NULL;
	if (a->nr_pinned >= a->cap)
		slots_make_room_locked(a);
	ret = kvmgt_page_pin(a->v, gpa, &page);
	if (ret == -EAGAIN)
		return NULL; /* being unmapped, and no reason to refuse others */
	if (!ret) {
		if (page_is_mappable(a, page)) {
			a->nr_pinned++;
			return page;
		}
		vfio_unpin_pages(&a->v->vdev, gpa, 1);
	}
	a->no_pin_before = jiffies + RETRY_JIFFIES;
	return NULL;
}

/* Give the slot the page that the table names now; the dummy where that fails. */
static void slot_fill(struct kvmgt_vgpu *v, u32 n)
{
	struct kvmgt_aperture *a;
	struct page *page = NULL;
	u64 gpa;

	mutex_lock(&v->pin_lock);
	a = v->aperture;
	if (!a || a->slots[n].page)
		goto out;

	gpa = table_names(a, n);
	if (gpa != NOTHING) {
		page = page_pin_locked(a, gpa);
		if (!page)
			queue_delayed_work(system_unbound_wq, &a->retry, RETRY_JIFFIES);
	}
	mutex_lock(&a->lock);
	a->slots[n].gpa = page ? gpa : NOTHING;
	a->slots[n].page = page ?: a->dummy;
	__set_bit(n, a->used);
	mutex_unlock(&a->lock);
out:
	mutex_unlock(&v->pin_lock);
}

/* Map what the slot has; VM_FAULT_NOPAGE where it has nothing. */
static vm_fault_t slot_map(struct kvmgt_aperture *a, struct vm_fault *vmf, u32 n)
{
	vm_fault_t ret = VM_FAULT_NOPAGE;
	bool filled;

	mutex_lock(&a->lock);
	filled = a->slots[n].page;
	if (filled)
		ret = vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(a->slots[n].page));
	mutex_unlock(&a->lock);
	return filled ? ret : 0;
}

/*
 * A guest's access, which KVM resolves with neither flag, or a plain one of the
 * VMM's own code.  Not what may come from inside VFIO: copies to and from user
 * memory (INTERRUPTIBLE without USER) and pinning (REMOTE).
 */
static bool fault_may_pin(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_USER ||
	       !(vmf->flags & (FAULT_FLAG_REMOTE | FAULT_FLAG_INTERRUPTIBLE));
}

static vm_fault_t aperture_fault(struct vm_fault *vmf)
{
	struct kvmgt_vgpu *v = vmf->vma->vm_private_data;
	u64 off = ((u64)vmf->pgoff << PAGE_SHIFT) & KVMGT_REGION_MASK;
	u32 n = off >> PAGE_SHIFT;
	struct file *file;
	vm_fault_t ret;

	if (n >= v->aperture->nr)
		return VM_FAULT_SIGBUS;
	ret = slot_map(v->aperture, vmf, n);
	if (ret)
		return ret;
	if (!fault_may_pin(vmf))
		return VM_FAULT_SIGBUS;
	if (!fault_flag_allow_retry_first(vmf->flags))
		return VM_FAULT_NOPAGE; /* dropped again meanwhile: touched again, it comes back */
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;

	/* Without mmap_lock the mapping may go, and its hold on the device with it. */
	file = get_file(vmf->vma->vm_file);
	kvmgt_release_fault_lock(vmf);
	slot_fill(v, n);
	fput(file);
	return VM_FAULT_RETRY;
}

static const struct vm_operations_struct aperture_vm_ops = {
	.fault = aperture_fault,
};

/**
 * kvmgt_aperture_mmap - map the aperture
 * @v: the vGPU
 * @vma: a shared mapping of (a part of) the BAR, checked
 */
void kvmgt_aperture_mmap(struct kvmgt_vgpu *v, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_private_data = v;
	vma->vm_ops = &aperture_vm_ops;
}

/**
 * kvmgt_aperture_pinned_locked - what is pinned for the aperture
 * @v: the vGPU; its pin_lock is held
 * @pages: receives how many pages
 * @evicted: receives how many made room for others
 */
void kvmgt_aperture_pinned_locked(struct kvmgt_vgpu *v, unsigned long *pages, u64 *evicted)
{
	struct kvmgt_aperture *a = v->aperture;

	lockdep_assert_held(&v->pin_lock);
	*pages = a ? a->nr_pinned : 0;
	*evicted = a ? a->nr_evicted : 0;
}

static void aperture_free(struct kvmgt_aperture *a)
{
	if (a->dummy)
		__free_page(a->dummy);
	bitmap_free(a->used);
	vfree(a->slots);
	mutex_destroy(&a->lock);
	kfree(a);
}

static struct kvmgt_aperture *aperture_create(struct kvmgt_vgpu *v, u32 region)
{
	struct kvmgt_aperture *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	mutex_init(&a->lock);
	INIT_DELAYED_WORK(&a->retry, retry_work);
	a->v = v;
	a->region = region;
	a->nr = v->core.model->bars[region].size >> PAGE_SHIFT;
	a->no_pin_before = jiffies;
	a->cap = (unsigned long)v->limits.aperture_mib << (20 - PAGE_SHIFT);
	a->slots = __vmalloc(array_size(a->nr, sizeof(*a->slots)), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	a->used = bitmap_zalloc(a->nr, GFP_KERNEL_ACCOUNT);
	a->dummy = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (a->slots && a->used && a->dummy)
		return a;
	aperture_free(a);
	return NULL;
}

static void aperture_publish(struct kvmgt_vgpu *v, struct kvmgt_aperture *a)
{
	mutex_lock(&v->pin_lock);
	v->aperture = a;
	mutex_unlock(&v->pin_lock);
}

/**
 * kvmgt_aperture_open - prepare the aperture, if the model has one
 * @v: the vGPU, being opened
 *
 * Return: 0 or -ENOMEM.
 */
int kvmgt_aperture_open(struct kvmgt_vgpu *v)
{
	u32 region = find_aperture(v->core.model);
	struct kvmgt_aperture *a;

	if (region == VGPU_NUM_BARS || !kvmgt_vfio_mapping(&v->vdev))
		return 0;
	a = aperture_create(v, region);
	if (!a)
		return -ENOMEM;
	aperture_publish(v, a);
	return 0;
}

/**
 * kvmgt_aperture_close - unpin all
 * @v: the vGPU, being closed: no mapping and no fault is left, as each holds the
 *	file
 */
void kvmgt_aperture_close(struct kvmgt_vgpu *v)
{
	struct kvmgt_aperture *a = v->aperture;

	if (!a)
		return;
	mutex_lock(&v->pin_lock);
	slots_drop_locked(a, slot_any, NULL);
	v->aperture = NULL;
	mutex_unlock(&v->pin_lock);
	cancel_delayed_work_sync(&a->retry);
	aperture_free(a);
}
