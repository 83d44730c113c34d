// SPDX-License-Identifier: GPL-2.0
/*
 * pair.c - vgpu-core and the naive model, side by side
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

#define FRAME_COMPARED	(256u << 10)	/* larger frames are compared in samples */

static void host_irq(struct vgpu *v, u32 vector)
{
	struct pair *p = v->host_data;

	if (vector >= ARRAY_SIZE(p->irqs))
		abort();
	p->irqs[vector]++;
}

static void host_intx(struct vgpu *v, bool level)
{
	struct pair *p = v->host_data;

	p->intx = level;
}

static u64 host_now_ns(struct vgpu *v)
{
	struct pair *p = v->host_data;

	return p->n.now;
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
};

void pair_init(struct pair *p, enum naive_model model)
{
	struct vgpu_model *m = vgpu_model_find(model == NAIVE_TEST ? "test" : "bochs");

	memset(p, 0, sizeof(*p));
	if (!m || vgpu_model_init(m) || vgpu_init(&p->v, m, &host, p))
		abort();
	naive_init(&p->n, model);
	if (m->regs_bar != p->n.regs_bar || m->regs_size != p->n.size)
		abort();
	p->fresh = malloc(m->regs_size);
	if (!p->fresh)
		abort();
	memcpy(p->fresh, p->v.regs, m->regs_size);
}

void pair_exit(struct pair *p)
{
	struct vgpu_model *m = vgpu_model_find(p->v.model->name);

	free(p->fresh);
	naive_exit(&p->n);
	vgpu_exit(&p->v);
	vgpu_model_exit(m);
}

static void __attribute__((noreturn)) differ(const struct pair *p, const struct pair_op *op,
					     const char *what)
{
	static const char *const kinds[] = { "read", "write", "reset", "plane" };
	u32 i;

	fprintf(stderr, "DIFFERENCE in %s after %llu accesses, model %s: %s of %u at %u:%#llx%s\n",
		what, (unsigned long long)p->accesses, p->v.model->name, kinds[op->kind % 4],
		op->len, op->region, (unsigned long long)op->off,
		op->pieces == PAIR_CORE_PIECES ? ", core in pieces" :
		op->pieces == PAIR_NAIVE_PIECES ? ", naive in pieces" : "");
	if (op->kind == PAIR_WRITE) {
		fprintf(stderr, "data");
		for (i = 0; i < op->len; i++)
			fprintf(stderr, " %02x", op->data[i]);
		fprintf(stderr, "\n");
	}
	abort();
}

static bool access_core(struct pair *p, const struct pair_op *op, u32 at, u8 *buf, u32 len)
{
	if (op->kind == PAIR_READ)
		return !vgpu_region_read(&p->v, op->region, op->off + at, buf + at, len);
	return !vgpu_region_write(&p->v, op->region, op->off + at, buf + at, len);
}

static bool access_naive(struct pair *p, const struct pair_op *op, u32 at, u8 *buf, u32 len)
{
	if (op->kind == PAIR_READ)
		return naive_read(&p->n, op->region, op->off + at, buf + at, len);
	return naive_write(&p->n, op->region, op->off + at, buf + at, len);
}

/* At most 8 bytes, and no more than @off is aligned to. */
static u32 next_piece(u64 off, u32 len)
{
	u32 n = 8;

	while (n > len || off % n)
		n /= 2;
	return n;
}

typedef bool access_fn(struct pair *p, const struct pair_op *op, u32 at, u8 *buf, u32 len);

static bool access_cut(access_fn *access, struct pair *p, const struct pair_op *op, u8 *buf,
		       bool pieces)
{
	u32 at, n;

	if (!pieces)
		return access(p, op, 0, buf, op->len);
	for (at = 0; at < op->len; at += n) {
		n = next_piece(op->off + at, op->len - at);
		if (!access(p, op, at, buf, n))
			return false;
	}
	return true;
}

/* Cut only what is allowed as a whole: else some pieces would be allowed. */
static bool may_cut(const struct pair *p, const struct pair_op *op)
{
	u64 size = vgpu_region_size(p->v.model, op->region);

	return op->len && op->len <= 8 && op->off < size && op->len <= size - op->off;
}

static void note_touched(struct pair *p, const struct pair_op *op)
{
	if (op->region != p->n.ram_bar || op->off >= p->n.ram_size)
		return;
	if (p->nr_touched < ARRAY_SIZE(p->touched))
		p->touched[p->nr_touched++] = op->off;
}

static void do_access(struct pair *p, const struct pair_op *op)
{
	u8 core[PAIR_DATA], naive[PAIR_DATA];
	bool cut = may_cut(p, op);
	bool core_ok, naive_ok;

	memcpy(core, op->data, sizeof(core));
	memcpy(naive, op->data, sizeof(naive));
	core_ok = access_cut(access_core, p, op, core, cut && op->pieces == PAIR_CORE_PIECES);
	naive_ok = access_cut(access_naive, p, op, naive, cut && op->pieces == PAIR_NAIVE_PIECES);
	p->accesses++;

	if (core_ok != naive_ok)
		differ(p, op, "what is allowed");
	/* also: what was refused, or is behind the end, was not touched */
	if (memcmp(core, naive, sizeof(core)))
		differ(p, op, "what was read");
	if (op->kind == PAIR_WRITE && naive_ok)
		note_touched(p, op);
}

static void compare_frame(struct pair *p, const struct pair_op *op, const struct vgpu_plane *plane)
{
	u32 step = plane->size <= FRAME_COMPARED ? 1 : plane->size / FRAME_COMPARED * 4 + 3;
	u32 *frame = malloc(plane->size);
	u64 i;

	if (!frame)
		abort();
	memset(frame, 0xa5, plane->size);
	vgpu_frame_copy(&p->v, plane, frame);
	for (i = 0; i < (u64)plane->width * plane->height; i += step)
		if ((frame[i] & 0xffffff) !=
		    naive_pixel(&p->n, i % plane->width, i / plane->width))
			differ(p, op, "a pixel");
	free(frame);
}

static void do_plane(struct pair *p, const struct pair_op *op)
{
	struct vgpu_plane plane;
	u32 width = 0, height = 0;
	bool picture = naive_mode(&p->n, &width, &height);

	vgpu_plane_get(&p->v, &plane);
	if (picture != (plane.fourcc != 0))
		differ(p, op, "whether there is a picture");
	if (!picture)
		return;
	if (plane.width != width || plane.height != height || plane.stride != 4 * width ||
	    plane.size != 4 * width * height)
		differ(p, op, "the mode");
	/* data decides: a large copy takes long */
	if (plane.size <= FRAME_COMPARED || op->data[0] == 0)
		compare_frame(p, op, &plane);
}

static void compare_state(const struct pair *p, const struct pair_op *op)
{
	if (memcmp(p->irqs, p->n.irqs, sizeof(p->irqs)))
		differ(p, op, "interrupts raised");
	if (p->intx != naive_intx(&p->n))
		differ(p, op, "the INTx level");
	if (p->v.mem_enabled != naive_mem_enabled(&p->n))
		differ(p, op, "memory decoding");
	if (p->v.intx_disabled != naive_intx_disabled(&p->n))
		differ(p, op, "INTx disable");
}

void pair_do(struct pair *p, const struct pair_op *op)
{
	p->n.now = p->n.now * 6364136223846793005 + 1442695040888963407;
	switch (op->kind) {
	case PAIR_READ:
	case PAIR_WRITE:
		do_access(p, op);
		break;
	case PAIR_RESET:
		vgpu_reset(&p->v);
		naive_reset(&p->n);
		break;
	default:
		do_plane(p, op);
	}
	compare_state(p, op);
}

void pair_compare_all(struct pair *p)
{
	struct pair_op op = { .kind = PAIR_READ, .len = 8 };

	op.region = p->n.regs_bar;
	for (op.off = 0; op.off < p->n.size; op.off += 8)
		pair_do(p, &op);
	op.region = VGPU_REGION_CONFIG;
	for (op.off = 0; op.off < VGPU_CONFIG_SIZE; op.off += 8)
		pair_do(p, &op);
}

/*
 * A reset walks all registers; copying them is many times as fast, and a fuzzer
 * begins thousands of times a second.  The reset itself is one of the things to do.
 */
static void begin_core(struct pair *p)
{
	memcpy(p->v.regs, p->fresh, p->v.model->regs_size);
	vgpu_pci_reset(&p->v);
	p->v.model->reset(&p->v);
}

void pair_begin(struct pair *p)
{
	u32 i;

	for (i = 0; i < p->nr_touched; i++) {
		u32 at = p->touched[i];
		u32 len = min(p->n.ram_size - at, (u32)PAIR_DATA);

		memset(p->n.ram + at, 0, len);
		memset((u8 *)p->v.mem[p->n.ram_bar] + at, 0, len);
	}
	p->nr_touched = 0;
	begin_core(p);
	naive_reset(&p->n);
	memset(p->irqs, 0, sizeof(p->irqs));
	memset(p->n.irqs, 0, sizeof(p->n.irqs));
	p->n.now = 0;
	p->accesses = 0;
}
