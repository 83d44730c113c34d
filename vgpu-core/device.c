// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - the life of a device, and the door to its regions
 */
#include "vgpu.h"

static void memory_free(struct vgpu *v)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++) {
		env_pages_free(v->mem[i]);
		v->mem[i] = NULL;
	}
	env_pages_free(v->regs);
	v->regs = NULL;
	env_free(v->priv);
	v->priv = NULL;
}

/* Bytes of memory of its own that a BAR has; they end where the BAR ends. */
static u64 ram_size(const struct vgpu_bar *b)
{
	if (b->kind == VGPU_BAR_RAM)
		return b->size;
	return b->ram_offset ? b->size - b->ram_offset : 0;
}

static int memory_alloc(struct vgpu *v)
{
	const struct vgpu_model *m = v->model;
	u32 i;

	if (m->priv_size) {
		v->priv = env_zalloc(m->priv_size);
		if (!v->priv)
			goto err_free;
	}
	if (m->regs_size) {
		v->regs = env_pages_alloc(m->regs_size);
		if (!v->regs)
			goto err_free;
	}
	for (i = 0; i < VGPU_NUM_BARS; i++) {
		if (!ram_size(&m->bars[i]))
			continue;
		v->mem[i] = env_pages_alloc(ram_size(&m->bars[i]));
		if (!v->mem[i])
			goto err_free;
	}
	return 0;

err_free:
	memory_free(v);
	return -ENOMEM;
}

/**
 * vgpu_init - make a device, in its reset state
 * @v: the device; what it held is overwritten
 * @m: its model, checked by vgpu_model_init(); outlives the device
 * @host: its host
 * @host_data: the host's own
 *
 * Return: 0, -ENOMEM, or the error of the model's own init.
 */
int vgpu_init(struct vgpu *v, const struct vgpu_model *m, const struct vgpu_host *host,
	      void *host_data)
{
	int ret;

	memset(v, 0, sizeof(*v));
	v->model = m;
	v->host = host;
	v->host_data = host_data;
	v->frame_size = m->frame_size;

	ret = memory_alloc(v);
	if (ret)
		return ret;

	env_lock_init(&v->config_lock);
	if (m->init) {
		ret = m->init(v);
		if (ret)
			goto err_lock;
	}
	if (m->monitors)
		vgpu_monitor_set(v, &m->monitors[0]);
	vgpu_reset(v);
	return 0;

err_lock:
	env_lock_destroy(&v->config_lock);
	memory_free(v);
	return ret;
}

/**
 * vgpu_exit - undo vgpu_init()
 * @v: the device; nobody may be using it, nothing of it may be mapped
 */
void vgpu_exit(struct vgpu *v)
{
	if (v->model->exit)
		v->model->exit(v);
	env_free(v->counted);
	v->counted = NULL;
	v->counts = NULL;
	env_lock_destroy(&v->config_lock);
	memory_free(v);
}

/**
 * vgpu_reset - registers and configuration space get their reset values
 * @v: the device
 *
 * Memory BARs and counters keep what they have.  Accesses may run meanwhile:
 * each register has its old or its reset value then.
 */
void vgpu_reset(struct vgpu *v)
{
	vgpu_mmio_reset(v);
	vgpu_pci_reset(v);
	if (v->model->reset)
		v->model->reset(v);
}

/**
 * vgpu_clear_memory - zero the memory of all BARs, as when the device was made
 * @v: the device; nothing of it is mapped
 */
void vgpu_clear_memory(struct vgpu *v)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++)
		if (v->mem[i])
			memset(v->mem[i], 0, ram_size(&v->model->bars[i]));
}

/**
 * vgpu_count_enable - count the accesses of every register from now on
 * @v: the device
 *
 * Counting goes on from where vgpu_count_disable() stopped it.
 *
 * Return: 0, also if they are counted already; -ENOMEM.
 */
int vgpu_count_enable(struct vgpu *v)
{
	int ret = 0;

	env_lock(&v->config_lock);
	if (!v->counted)
		v->counted = env_zalloc((v->model->regs_size / 4 + 1) * sizeof(*v->counted));
	if (v->counted)
		env_store_release(&v->counts, v->counted);
	else
		ret = -ENOMEM;
	env_unlock(&v->config_lock);
	return ret;
}

/**
 * vgpu_count_disable - count no more; what was counted stays
 * @v: the device
 *
 * An access that runs may still be counted.
 */
void vgpu_count_disable(struct vgpu *v)
{
	env_lock(&v->config_lock);
	WRITE_ONCE(v->counts, NULL);
	env_unlock(&v->config_lock);
}

/* Where @len bytes of @bar's own memory lie; NULL unless they all do. */
static void *ram_at(struct vgpu *v, u32 bar, u64 off, u32 len)
{
	const struct vgpu_bar *b = &v->model->bars[bar];

	if (!len || off < b->ram_offset || off >= b->size || len > b->size - off)
		return NULL;
	return (u8 *)v->mem[bar] + env_index_nospec(off - b->ram_offset, ram_size(b));
}

static int ram_access(struct vgpu *v, u32 bar, u64 off, void *buf, u32 len, bool write)
{
	void *p = ram_at(v, bar, off, len);

	if (!p)
		return -EINVAL;
	if (write)
		memcpy(p, buf, len);
	else
		memcpy(buf, p, len);
	return 0;
}

/* Page by page: reads of what is not there are all ones, writes are dropped. */
static int aperture_access(struct vgpu *v, u32 bar, u64 off, void *buf, u32 len, bool write)
{
	u64 size = v->model->bars[bar].size;
	u8 *p = buf;

	if (!len || off >= size || len > size - off)
		return -EINVAL;

	while (len) {
		u32 in_page = off % PAGE_SIZE;
		u32 n = min((u32)(PAGE_SIZE - in_page), len);
		u64 gpa;

		if ((v->model->aperture(v, off - in_page, &gpa) ||
		     v->host->dma(v, gpa + in_page, p, n, write)) &&
		    !write)
			memset(p, 0xff, n);
		off += n;
		p += n;
		len -= n;
	}
	return 0;
}

/**
 * vgpu_region_memory - the device's own memory behind a region, for mapping it
 * @v: the device
 * @region: index of the VFIO region
 * @off: byte offset in the region
 *
 * What may be mapped, and how, says the class of the area.  Behind registers is the
 * page that they are stored in.
 *
 * Return: the address; NULL where the region has no memory of its own.
 */
void *vgpu_region_memory(struct vgpu *v, u32 region, u64 off)
{
	if (region >= VGPU_NUM_BARS)
		return NULL;
	region = env_index_nospec(region, VGPU_NUM_BARS);
	if (region == v->model->regs_bar && off < v->model->regs_size)
		return (u8 *)v->regs + env_index_nospec(off, v->model->regs_size);
	if (!ram_size(&v->model->bars[region]))
		return NULL;
	return ram_at(v, region, off, 1);
}

static int hole_read(const struct vgpu *v, u64 off, u8 *p, u32 len)
{
	for (; len; len--, off++)
		*p++ = v->model->hole >> (8 * (off % 4));
	return 0;
}

/* Registers, a hole, memory: an access that straddles belongs to where it begins. */
static int regs_bar_read(struct vgpu *v, u32 bar, u64 off, void *buf, u32 len)
{
	if (off < v->model->regs_size || !v->mem[bar])
		return vgpu_mmio_read(v, off, buf, len);
	if (off < v->model->bars[bar].ram_offset)
		return hole_read(v, off, buf, len);
	return ram_access(v, bar, off, buf, len, false);
}

static int regs_bar_write(struct vgpu *v, u32 bar, u64 off, const void *buf, u32 len)
{
	if (off < v->model->regs_size || !v->mem[bar])
		return vgpu_mmio_write(v, off, buf, len);
	if (off < v->model->bars[bar].ram_offset)
		return 0;
	return ram_access(v, bar, off, (void *)buf, len, true);
}

/**
 * vgpu_region_read - read from any region
 * @v: the device
 * @region: index of the VFIO region
 * @off: byte offset in the region
 * @buf: receives @len bytes
 * @len: 1 to 8; a RAM BAR gives more at once
 *
 * Return: 0, or -EINVAL where the access does not lie in the region.
 */
int vgpu_region_read(struct vgpu *v, u32 region, u64 off, void *buf, u32 len)
{
	if (region == VGPU_REGION_CONFIG)
		return vgpu_config_read(v, off, buf, len);
	if (region >= VGPU_NUM_BARS)
		return -EINVAL;

	region = env_index_nospec(region, VGPU_NUM_BARS);
	switch (v->model->bars[region].kind) {
	case VGPU_BAR_REGS:
		return regs_bar_read(v, region, off, buf, len);
	case VGPU_BAR_RAM:
		return ram_access(v, region, off, buf, len, false);
	case VGPU_BAR_APERTURE:
		return aperture_access(v, region, off, buf, len, false);
	default:
		return -EINVAL;
	}
}

/**
 * vgpu_region_write - write to any region
 * @v: the device
 * @region: index of the VFIO region
 * @off: byte offset in the region
 * @buf: holds @len bytes
 * @len: 1 to 8; a RAM BAR takes more at once
 *
 * Return: 0, or -EINVAL where the access does not lie in the region.
 */
int vgpu_region_write(struct vgpu *v, u32 region, u64 off, const void *buf, u32 len)
{
	if (region == VGPU_REGION_CONFIG)
		return vgpu_config_write(v, off, buf, len);
	if (region >= VGPU_NUM_BARS)
		return -EINVAL;

	region = env_index_nospec(region, VGPU_NUM_BARS);
	switch (v->model->bars[region].kind) {
	case VGPU_BAR_REGS:
		return regs_bar_write(v, region, off, buf, len);
	case VGPU_BAR_RAM:
		return ram_access(v, region, off, (void *)buf, len, true);
	case VGPU_BAR_APERTURE:
		return aperture_access(v, region, off, (void *)buf, len, true);
	default:
		return -EINVAL;
	}
}
