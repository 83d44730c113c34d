// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_device.c - the whole gen8 model, with a guest memory and a host of a fuzzer's own
 */
#include "gen8_device.h"

static u32 users;

static void host_irq(struct vgpu *v, u32 vector)
{
	struct fuzz_device *d = v->host_data;

	if (vector)
		abort();
	d->irqs++;
}

/* Told of changes alone. */
static void host_intx(struct vgpu *v, bool level)
{
	struct fuzz_device *d = v->host_data;

	if (level == d->intx)
		abort();
	d->intx = level;
}

static u64 host_now_ns(struct vgpu *v)
{
	struct fuzz_device *d = v->host_data;

	return d->now;
}

static int host_dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	struct fuzz_device *d = v->host_data;

	return apart_rw(&d->memory, gpa, buf, len, write) ? 0 : -EFAULT;
}

static void *host_map(struct vgpu *v, u64 gpa)
{
	struct fuzz_device *d = v->host_data;

	if (gpa >= DEVICE_RAM || !(d->direct >> (gpa / PAGE_SIZE % 8) & 1))
		return NULL;
	return apart_at(&d->memory, gpa);
}

static void host_kick(struct vgpu *v)
{
	struct fuzz_device *d = v->host_data;

	d->kicks++;
}

static void host_timer(struct vgpu *v, u64 deadline_ns)
{
	struct fuzz_device *d = v->host_data;

	d->deadline = deadline_ns;
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.dma = host_dma,
	.map = host_map,
	.kick = host_kick,
	.timer = host_timer,
};

static void device_make(struct fuzz_device *d)
{
	struct vgpu_model *m = &vgpu_model_gen8;
	u32 i;

	if ((!users++ && vgpu_model_init(m)) || vgpu_init(&d->v, m, &host, d) ||
	    apart_make(&d->memory, DEVICE_RAM))
		abort();
	d->ram = d->memory.whole;
	d->fresh = malloc(m->regs_size);
	if (!d->fresh)
		abort();
	memcpy(d->fresh, d->v.regs, m->regs_size);
	for (i = 0; i < m->regs_size / 4; i++)
		if (m->index[i] && (!d->nr_pages || d->pages[d->nr_pages - 1] != i / 1024))
			d->pages[d->nr_pages++] = i / 1024;
	d->nr_touched = DEVICE_TOUCHED + 1;
}

static u64 first_entry(u32 i)
{
	return i < DEVICE_RAM / PAGE_SIZE ? i * PAGE_SIZE | GEN8_PTE_PRESENT : 0;
}

static void ggtt_begin(struct fuzz_device *d)
{
	u64 *ggtt = d->v.mem[0];
	u32 i;

	if (d->nr_touched > DEVICE_TOUCHED) {
		memset(ggtt, 0, 8 * GEN8_GGTT_ENTRIES);
		for (i = 0; i < DEVICE_RAM / PAGE_SIZE; i++)
			ggtt[i] = first_entry(i);
	} else {
		for (i = 0; i < d->nr_touched; i++)
			ggtt[d->touched[i]] = first_entry(d->touched[i]);
	}
	d->nr_touched = 0;
}

/* Copying registers is many times as fast as resetting them one by one. */
void fuzz_device_begin(struct fuzz_device *d)
{
	u32 i;

	if (!d->v.regs)
		device_make(d);
	ggtt_begin(d);
	memset(d->ram, 0, DEVICE_RAM);
	d->now = 1000000000;
	d->irqs = 0;
	d->direct = 0;
	for (i = 0; i < d->nr_pages; i++)
		memcpy((u8 *)d->v.regs + d->pages[i] * PAGE_SIZE,
		       (u8 *)d->fresh + d->pages[i] * PAGE_SIZE, PAGE_SIZE);
	vgpu_pci_reset(&d->v);
	d->v.model->reset(&d->v);
	vgpu_monitor_set(&d->v, &d->v.model->monitors[0]);
	d->kicks = 0;
	d->deadline = 0;
}

void fuzz_device_exit(struct fuzz_device *d)
{
	if (!d->v.regs)
		return;
	vgpu_exit(&d->v);
	free(d->fresh);
	apart_free(&d->memory);
	if (!--users)
		vgpu_model_exit(&vgpu_model_gen8);
}

static void touch_entry(struct fuzz_device *d, u32 i)
{
	if (i >= GEN8_GGTT_ENTRIES)
		return;
	if (d->nr_touched < DEVICE_TOUCHED)
		d->touched[d->nr_touched++] = i;
	else
		d->nr_touched = DEVICE_TOUCHED + 1;
}

void fuzz_device_touch(struct fuzz_device *d, u32 off)
{
	touch_entry(d, off / 8);
	touch_entry(d, (off + 7) / 8);
}

u32 fuzz_device_differ(const struct fuzz_device *a, const struct fuzz_device *b)
{
	u32 i, at;

	for (i = 0; i < a->nr_pages; i++) {
		u32 page = a->pages[i] * PAGE_SIZE;

		if (!memcmp((u8 *)a->v.regs + page, (u8 *)b->v.regs + page, PAGE_SIZE))
			continue;
		for (at = page; a->v.regs[at / 4] == b->v.regs[at / 4]; at += 4)
			;
		return at;
	}
	return U32_MAX;
}
