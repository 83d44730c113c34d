// SPDX-License-Identifier: GPL-2.0
/*
 * fixture.c - a device with a host that writes down what it was told
 */
#include <stdio.h>

#include "fixture.h"
#include "gen8.h"

static int alloc_countdown = -1;

void *__real_calloc(size_t n, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void *__wrap_calloc(size_t n, size_t size);
int __wrap_posix_memalign(void **p, size_t align, size_t size);

static bool alloc_fails(void)
{
	return alloc_countdown >= 0 && alloc_countdown-- == 0;
}

/* The linker sends the core's allocations here. */
void *__wrap_calloc(size_t n, size_t size)
{
	return alloc_fails() ? NULL : __real_calloc(n, size);
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
	return alloc_fails() ? ENOMEM : __real_posix_memalign(p, align, size);
}

void __real_gen8_irq_engine(struct vgpu *v, enum gen8_engine_id id, u32 bits);
void __wrap_gen8_irq_engine(struct vgpu *v, enum gen8_engine_id id, u32 bits);

/* The linker sends engines' interrupts here. */
void __wrap_gen8_irq_engine(struct vgpu *v, enum gen8_engine_id id, u32 bits)
{
	struct fixture *f = v->host_data;

	if (f->engine_irq)
		f->engine_irq(v, id, bits);
	else
		__real_gen8_irq_engine(v, id, bits);
}

void alloc_fail_after(int n)
{
	alloc_countdown = n;
}

static void host_irq(struct vgpu *v, u32 vector)
{
	struct fixture *f = v->host_data;

	env_inc(&f->irqs[vector]);
}

static void host_intx(struct vgpu *v, bool level)
{
	struct fixture *f = v->host_data;

	WRITE_ONCE(f->intx, level);
	env_inc(&f->intx_edges);
}

static u64 host_now_ns(struct vgpu *v)
{
	struct fixture *f = v->host_data;

	return READ_ONCE(f->now);
}

static int host_dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	struct fixture *f = v->host_data;

	env_inc(&f->dmas);
	return apart_rw(&f->memory, gpa, buf, len, write) ? 0 : -EFAULT;
}

static void *host_map(struct vgpu *v, u64 gpa)
{
	struct fixture *f = v->host_data;
	u32 n = env_inc(&f->maps);

	if (f->map == MAP_NOTHING || gpa >= f->ram_size)
		return NULL;
	if (f->map == MAP_SOME && (gpa / PAGE_SIZE + n / 1024) % 3 == 0)
		return NULL;
	return apart_at(&f->memory, gpa);
}

static void host_kick(struct vgpu *v)
{
	struct fixture *f = v->host_data;

	env_inc(&f->kicks);
}

static void host_timer(struct vgpu *v, u64 deadline_ns)
{
	struct fixture *f = v->host_data;

	WRITE_ONCE(f->deadline, deadline_ns);
}

static void host_aperture_changed(struct vgpu *v)
{
	struct fixture *f = v->host_data;

	env_inc(&f->aperture_changes);
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.dma = host_dma,
	.map = host_map,
	.kick = host_kick,
	.timer = host_timer,
	.aperture_changed = host_aperture_changed,
};

static void require(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

void fixture_init(struct fixture *f, struct vgpu_model *m)
{
	memset(f, 0, sizeof(*f));
	f->model = m;
	require(!vgpu_model_init(m), "vgpu_model_init");
	require(!vgpu_init(&f->v, m, &host, f), "vgpu_init");
}

void fixture_exit(struct fixture *f)
{
	vgpu_exit(&f->v);
	vgpu_model_exit(f->model);
	apart_free(&f->memory);
	f->ram = NULL;
	f->ram_size = 0;
}

void fixture_memory(struct fixture *f, u64 size)
{
	apart_free(&f->memory);
	require(!apart_make(&f->memory, size), "fixture_memory");
	f->ram = f->memory.whole;
	f->ram_size = size;
}

u64 mmio_get(struct fixture *f, u64 off, u32 len)
{
	u64 val = 0;

	require(!vgpu_mmio_read(&f->v, off, &val, len), "vgpu_mmio_read");
	return val;
}

void mmio_put(struct fixture *f, u64 off, u64 val, u32 len)
{
	require(!vgpu_mmio_write(&f->v, off, &val, len), "vgpu_mmio_write");
}

u64 config_get(struct fixture *f, u64 off, u32 len)
{
	u64 val = 0;

	require(!vgpu_config_read(&f->v, off, &val, len), "vgpu_config_read");
	return val;
}

void config_put(struct fixture *f, u64 off, u64 val, u32 len)
{
	require(!vgpu_config_write(&f->v, off, &val, len), "vgpu_config_write");
}
