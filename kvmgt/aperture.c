// SPDX-License-Identifier: GPL-2.0
/*
 * aperture.c - an aperture BAR: the guest's own pages, mapped where its graphics
 * page table says
 *
 * A page of the aperture is pinned through VFIO and mapped when it is first
 * touched, and stays until the table names another page (aperture_changed, from
 * the guest's flush), or userspace takes the memory away (dma_unmap), or close.
 *
 * A guest may make its table name the aperture itself.  Then VFIO, asked by us to
 * reach guest memory and holding its lock, faults on our mapping; such a fault
 * must not ask VFIO again, and finds nothing there (kvmgt_vfio_enter()).
 *
 * Locks: a fault comes with mmap_lock held and pinning takes it, so the fault
 * lets go of it, pins, and has itself repeated.  @lock is taken inside mmap_lock
 * and therefore never held while pinning or unpinning.
 */
#include <linux/bitmap.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vgpu_mdev.h"

/* In @gpa: the dummy is mapped, because there was nothing to pin. */
#define NOTHING (~0ULL)

struct aperture_slot {
	u64 gpa;
	struct page *page;
};

/**
 * struct kvmgt_aperture - state of the aperture while the device is open
 * @lock: guards all below; inside mmap_lock, outside i_mmap_rwsem
 * @region: index of the BAR
 * @nr: pages of it
 * @slots: what is pinned for each page
 * @pinned: which of @slots are in use
 */
struct kvmgt_aperture {
	struct mutex lock; /* guards all below */
	u32 region;
	u32 nr;
	struct aperture_slot *slots;
	unsigned long *pinned;
};

static u32 find_aperture(const struct vgpu_model *m)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++)
		if (m->bars[i].kind == VGPU_BAR_APERTURE)
			break;
	return i;
}

/* Take the slot out of use; the caller unpins what it held. */
static u64 slot_drop_locked(struct kvmgt_vgpu *v, u32 n)
{
	struct kvmgt_aperture *a = v->aperture;
	u64 gpa = a->slots[n].gpa;

	lockdep_assert_held(&a->lock);
	unmap_mapping_range(kvmgt_vfio_mapping(&v->vdev),
			    KVMGT_REGION_OFFSET(a->region) + (u64)n * PAGE_SIZE, PAGE_SIZE, 1);
	a->slots[n].page = NULL;
	__clear_bit(n, a->pinned);
	return gpa;
}

/* The first page in use, from @n on, that @stale says is no longer right; or nr. */
static u32 next_stale(struct kvmgt_vgpu *v, u32 n, bool (*stale)(struct kvmgt_vgpu *, u32, void *),
		      void *arg)
{
	struct kvmgt_aperture *a = v->aperture;

	for_each_set_bit_from(n, a->pinned, a->nr)
		if (stale(v, n, arg))
			return n;
	return a->nr;
}

static void drop_stale(struct kvmgt_vgpu *v, bool (*stale)(struct kvmgt_vgpu *, u32, void *),
		       void *arg)
{
	struct kvmgt_aperture *a = v->aperture;
	u32 n = 0;
	u64 gpa;

	while (n < a->nr) {
		mutex_lock(&a->lock);
		n = next_stale(v, n, stale, arg);
		if (n < a->nr)
			gpa = slot_drop_locked(v, n);
		mutex_unlock(&a->lock);
		if (n < a->nr && gpa != NOTHING)
			vfio_unpin_pages(&v->vdev, gpa, 1);
	}
}

static bool slot_moved(struct kvmgt_vgpu *v, u32 n, void *unused)
{
	u64 gpa;

	if (v->core.model->aperture(&v->core, (u64)n * PAGE_SIZE, &gpa))
		gpa = NOTHING;
	return gpa != v->aperture->slots[n].gpa;
}

struct dma_range {
	u64 first;
	u64 last;
};

static bool slot_in_range(struct kvmgt_vgpu *v, u32 n, void *arg)
{
	const struct dma_range *r = arg;
	u64 gpa = v->aperture->slots[n].gpa;

	return gpa >= r->first && gpa <= r->last;
}

static bool slot_any(struct kvmgt_vgpu *v, u32 n, void *unused)
{
	return true;
}

/**
 * kvmgt_aperture_changed - host->aperture_changed()
 * @core: the device
 */
void kvmgt_aperture_changed(struct vgpu *core)
{
	struct kvmgt_vgpu *v = core->host_data;

	if (v->aperture)
		drop_stale(v, slot_moved, NULL);
}

/**
 * kvmgt_aperture_dma_unmap - userspace takes memory away
 * @v: the vGPU
 * @iova: first byte
 * @size: bytes
 */
void kvmgt_aperture_dma_unmap(struct kvmgt_vgpu *v, u64 iova, u64 size)
{
	struct dma_range r = { .first = iova, .last = iova + (size - 1) };

	if (v->aperture && size)
		drop_stale(v, slot_in_range, &r);
}

/* Put @page into the slot unless somebody was faster. */
static bool slot_fill(struct kvmgt_vgpu *v, u32 n, u64 gpa, struct page *page)
{
	struct kvmgt_aperture *a = v->aperture;
	bool filled = false;

	mutex_lock(&a->lock);
	if (!a->slots[n].page) {
		a->slots[n].gpa = gpa;
		a->slots[n].page = page;
		__set_bit(n, a->pinned);
		filled = true;
	}
	mutex_unlock(&a->lock);
	return filled;
}

/* Pin what the table names now. */
static void slot_pin(struct kvmgt_vgpu *v, u32 n)
{
	struct kvmgt_vfio_call call;
	struct page *page;
	u64 gpa;
	int ret;

	if (v->core.model->aperture(&v->core, (u64)n * PAGE_SIZE, &gpa))
		return;
	kvmgt_vfio_enter(&call);
	ret = vfio_pin_pages(&v->vdev, gpa, 1, IOMMU_READ | IOMMU_WRITE, &page);
	kvmgt_vfio_leave(&call);
	if (ret == 1 && !slot_fill(v, n, gpa, page))
		vfio_unpin_pages(&v->vdev, gpa, 1);
}

/* Map the slot, if what is pinned is what the table names. */
static vm_fault_t slot_map(struct kvmgt_vgpu *v, struct vm_fault *vmf, u32 n)
{
	struct kvmgt_aperture *a = v->aperture;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&a->lock);
	if (a->slots[n].page && !slot_moved(v, n, NULL))
		ret = vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(a->slots[n].page));
	mutex_unlock(&a->lock);
	return ret;
}

/*
 * Where the table names nothing, the guest sees a page of zeros that belongs to
 * nobody: a fault must not fail, it would stop the VM.
 */
static vm_fault_t map_nothing(struct kvmgt_vgpu *v, struct vm_fault *vmf, u32 n)
{
	slot_fill(v, n, NOTHING, v->aperture_dummy);
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(v->aperture_dummy));
}

static vm_fault_t aperture_fault(struct vm_fault *vmf)
{
	struct kvmgt_vgpu *v = vmf->vma->vm_private_data;
	u64 off = ((u64)vmf->pgoff << PAGE_SHIFT) & KVMGT_REGION_MASK;
	u32 n = off >> PAGE_SHIFT;
	vm_fault_t ret;

	ret = slot_map(v, vmf, n);
	if (ret != VM_FAULT_SIGBUS)
		return ret;
	if (!fault_flag_allow_retry_first(vmf->flags) || vmf->flags & FAULT_FLAG_RETRY_NOWAIT ||
	    kvmgt_vfio_entered())
		return map_nothing(v, vmf, n);

	kvmgt_release_fault_lock(vmf);
	slot_pin(v, n);
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

static void aperture_free(struct kvmgt_vgpu *v)
{
	struct kvmgt_aperture *a = v->aperture;

	v->aperture = NULL;
	if (v->aperture_dummy)
		__free_page(v->aperture_dummy);
	v->aperture_dummy = NULL;
	bitmap_free(a->pinned);
	vfree(a->slots);
	mutex_destroy(&a->lock);
	kfree(a);
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

	a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	if (!a)
		return -ENOMEM;
	mutex_init(&a->lock);
	a->region = region;
	a->nr = v->core.model->bars[region].size >> PAGE_SHIFT;
	a->slots = __vmalloc(array_size(a->nr, sizeof(*a->slots)), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	a->pinned = bitmap_zalloc(a->nr, GFP_KERNEL_ACCOUNT);
	v->aperture = a;
	v->aperture_dummy = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!a->slots || !a->pinned || !v->aperture_dummy) {
		aperture_free(v);
		return -ENOMEM;
	}
	return 0;
}

/**
 * kvmgt_aperture_close - unpin all
 * @v: the vGPU, being closed: no mapping is left, as each holds the file
 */
void kvmgt_aperture_close(struct kvmgt_vgpu *v)
{
	if (!v->aperture)
		return;
	drop_stale(v, slot_any, NULL);
	aperture_free(v);
}
