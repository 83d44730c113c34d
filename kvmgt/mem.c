// SPDX-License-Identifier: GPL-2.0
/*
 * mem.c - read(), write() and mmap() of a vGPU's device file
 */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "vgpu_mdev.h"

#define CREATE_TRACE_POINTS
#include "vgpu_trace.h"

/* Bytes the core takes at once. */
#define CHUNK 8

static int core_read(struct kvmgt_vgpu *v, u32 region, u64 off, u64 *val, u32 len)
{
	kvmgt_count_vfio(v, region, off, len, false);
	return vgpu_region_read(&v->core, region, off, val, len);
}

static int core_write(struct kvmgt_vgpu *v, u32 region, u64 off, const u64 *val, u32 len)
{
	kvmgt_count_vfio(v, region, off, len, true);
	return vgpu_region_write(&v->core, region, off, val, len);
}

static int region_read(struct kvmgt_vgpu *v, u32 region, u64 off, u64 *val, u32 len)
{
	int ret = 0;

	*val = 0;
	if (region == KVMGT_REGION_FRAME)
		memcpy(val, v->frame + off, len);
	else if (region == KVMGT_REGION_OPREGION)
		memcpy(val, v->opregion + off, len);
	else if (region == KVMGT_REGION_EDID)
		kvmgt_monitor_read(v, off, val, len);
	else
		ret = core_read(v, region, off, val, len);
	trace_kvmgt_vfio_rw(v->vdev.dev, region, off, len, *val, false, ret);
	return ret;
}

static int region_write(struct kvmgt_vgpu *v, u32 region, u64 off, const u64 *val, u32 len)
{
	int ret;

	if (region == KVMGT_REGION_FRAME || region == KVMGT_REGION_OPREGION)
		return -EINVAL;
	if (region == KVMGT_REGION_EDID)
		ret = kvmgt_monitor_write(v, off, val, len);
	else
		ret = core_write(v, region, off, val, len);
	trace_kvmgt_vfio_rw(v->vdev.dev, region, off, len, *val, true, ret);

	/* The guest may have allowed INTx just now. */
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		kvmgt_intx_update(v);
	return ret;
}

/* Cut at natural 8-byte boundaries: what an aligned access carries stays whole. */
static u32 chunk_len(u64 off, size_t left)
{
	return min_t(size_t, left, CHUNK - off % CHUNK);
}

/* How much of [off, off + count) is there: fewer bytes at the end, as in a file. */
static ssize_t region_clip(struct kvmgt_vgpu *v, u32 region, u64 off, size_t count)
{
	u64 size = kvmgt_region_size(v, region);

	if (off >= size)
		return -EINVAL;
	return min_t(u64, count, size - off);
}

/**
 * kvmgt_read - read() of the device file: the slow path, valid at any time
 * @v: the vGPU
 * @buf: where to
 * @count: bytes
 * @ppos: region index and offset; advanced
 *
 * Return: bytes read; -EINVAL outside of regions; -EFAULT.
 */
ssize_t kvmgt_read(struct kvmgt_vgpu *v, char __user *buf, size_t count, loff_t *ppos)
{
	u32 region = KVMGT_REGION_INDEX(*ppos);
	u64 off = *ppos & KVMGT_REGION_MASK;
	ssize_t total = region_clip(v, region, off, count);
	ssize_t done = 0;
	int ret;

	while (done < total) {
		u32 len = chunk_len(off + done, total - done);
		u64 val;

		ret = region_read(v, region, off + done, &val, len);
		if (ret)
			return done ?: ret;
		if (copy_to_user(buf + done, &val, len))
			return done ?: -EFAULT;
		done += len;
		*ppos += len;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return total < 0 ? total : done;
}

/**
 * kvmgt_write - write() of the device file: the slow path, valid at any time
 * @v: the vGPU
 * @buf: where from
 * @count: bytes
 * @ppos: region index and offset; advanced
 *
 * Return: bytes written; -EINVAL outside of regions; -EFAULT.
 */
ssize_t kvmgt_write(struct kvmgt_vgpu *v, const char __user *buf, size_t count, loff_t *ppos)
{
	u32 region = KVMGT_REGION_INDEX(*ppos);
	u64 off = *ppos & KVMGT_REGION_MASK;
	ssize_t total = region_clip(v, region, off, count);
	ssize_t done = 0;
	int ret;

	while (done < total) {
		u32 len = chunk_len(off + done, total - done);
		u64 val = 0;

		if (copy_from_user(&val, buf + done, len))
			return done ?: -EFAULT;
		ret = region_write(v, region, off + done, &val, len);
		if (ret)
			return done ?: ret;
		done += len;
		*ppos += len;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return total < 0 ? total : done;
}

/* What stands behind @off of a region that can be mapped, or NULL. */
static void *region_memory(struct kvmgt_vgpu *v, u32 region, u64 off)
{
	if (region == KVMGT_REGION_FRAME)
		return v->frame ? v->frame + off : NULL;
	return vgpu_region_memory(&v->core, region, off);
}

/*
 * Ordinary, refcounted pages: KVM may take them, and freeing the memory under a
 * stray reference is safe.  The mapping holds the file, so @v outlives it.
 */
static vm_fault_t mem_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct kvmgt_vgpu *v = vma->vm_private_data;
	u32 region = vmf->pgoff >> (KVMGT_REGION_SHIFT - PAGE_SHIFT);
	u64 off = ((u64)vmf->pgoff << PAGE_SHIFT) & KVMGT_REGION_MASK;
	struct page *page;
	void *mem;

	if (off >= kvmgt_region_size(v, region))
		return VM_FAULT_SIGBUS;
	mem = region_memory(v, region, off);
	page = mem ? vmalloc_to_page(mem) : NULL;
	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct mem_vm_ops = {
	.fault = mem_fault,
};

static bool is_aperture(struct kvmgt_vgpu *v, u32 region)
{
	return v->aperture && region < VGPU_NUM_BARS &&
	       v->core.model->bars[region].kind == VGPU_BAR_APERTURE;
}

enum map_as {
	MAP_NOT,
	MAP_TO_READ,
	MAP_TO_WRITE,
};

/* Are all areas that [off, off + len) of the BAR lies in of this class? */
static bool bar_is_of(const struct vgpu_bar *bar, u64 off, u64 len, u32 class)
{
	u32 i;

	for (i = 0; i < bar->nr_areas; i++) {
		const struct vgpu_area *a = &bar->areas[i];

		if (a->class != class && a->offset < off + len && off < a->offset + a->size)
			return false;
	}
	return true;
}

/* How may all of [off, off + len) of the region be mapped? */
static enum map_as region_map_as(struct kvmgt_vgpu *v, u32 region, u64 off, u64 len)
{
	const struct vgpu_bar *bar;
	u64 size = kvmgt_region_size(v, region);

	if (off >= size || len > size - off)
		return MAP_NOT;
	if (!is_aperture(v, region) && !region_memory(v, region, off))
		return MAP_NOT;
	if (region == KVMGT_REGION_FRAME)
		return MAP_TO_READ;

	bar = &v->core.model->bars[array_index_nospec(region, VGPU_NUM_BARS)];
	if (bar_is_of(bar, off, len, VGPU_PASSTHROUGH))
		return MAP_TO_WRITE;
	return bar_is_of(bar, off, len, VGPU_SHADOW) ? MAP_TO_READ : MAP_NOT;
}

/**
 * kvmgt_mmap - mmap() of the device file
 * @v: the vGPU
 * @vma: the mapping
 *
 * Return: 0; -EINVAL where the range cannot be mapped as a whole or the mapping is
 * private; -EPERM for a writable or executable mapping of what may only be read: the
 * picture, and pages of registers.
 */
int kvmgt_mmap(struct kvmgt_vgpu *v, struct vm_area_struct *vma)
{
	u32 region = vma->vm_pgoff >> (KVMGT_REGION_SHIFT - PAGE_SHIFT);
	u64 off = ((u64)vma->vm_pgoff << PAGE_SHIFT) & KVMGT_REGION_MASK;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	switch (region_map_as(v, region, off, vma->vm_end - vma->vm_start)) {
	case MAP_NOT:
		return -EINVAL;
	case MAP_TO_READ:
		if (vma->vm_flags & (VM_WRITE | VM_EXEC))
			return -EPERM;
		vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
		break;
	case MAP_TO_WRITE:
		break;
	}
	if (is_aperture(v, region)) {
		kvmgt_aperture_mmap(v, vma);
		return 0;
	}

	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_private_data = v;
	vma->vm_ops = &mem_vm_ops;
	return 0;
}
