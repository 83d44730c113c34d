// SPDX-License-Identifier: GPL-2.0
/*
 * mmio.c - from an access of any width to registers, in constant time
 *
 * The hot path takes no lock.  A register is one aligned dword in v->regs, and
 * every change of it that depends on its old value is one compare-and-exchange;
 * so writers of different bytes of a register, and a guest that clears bits
 * while the device sets others, never undo each other.
 */
#include "vgpu.h"

#define ALL_LANES 0xffffffffu
#define BYTE0_LANE 0x000000ffu

/* The description of dword @i; NULL: a hole. */
static const struct vgpu_reg *reg_at(const struct vgpu_model *m, u32 i)
{
	return m->flat[m->index[i]];
}

/*
 * Bits in @rw become those of @val, bits in @clear become 0.  Each retry means
 * that somebody else's store went through.  Return: the old value.
 */
static u32 reg_update(u32 *p, u32 rw, u32 val, u32 clear, u32 *new)
{
	u32 old = READ_ONCE(*p);

	for (;;) {
		u32 seen;

		*new = ((old & ~rw) | (val & rw)) & ~clear;
		if (*new == old)
			return old;
		seen = env_cmpxchg(p, old, *new);
		if (seen == old)
			return old;
		old = seen;
	}
}

/* A register that plain memory is not: it computes its value or loses bits. */
static u32 reg_read_special(struct vgpu *v, const struct vgpu_reg *r, u32 i, u32 lanes)
{
	u32 val;

	if (r->rc)
		return reg_update(&v->regs[i], 0, 0, r->rc & lanes, &val);

	if (!(r->flags & VGPU_REG_BYTE0))
		return r->read(v, 4 * i);

	if (!(lanes & BYTE0_LANE))
		return READ_ONCE(v->regs[i]);

	val = r->read(v, 4 * i);
	WRITE_ONCE(v->regs[i], val);
	return val;
}

/* @lanes has the bits of the bytes that the access carries. */
static inline u32 reg_read_uncounted(struct vgpu *v, u32 i, u32 lanes)
{
	const struct vgpu_reg *r = reg_at(v->model, i);

	if (!r)
		return v->model->hole;
	if (r->read || r->rc)
		return reg_read_special(v, r, i, lanes);
	return READ_ONCE(v->regs[i]);
}

static inline u32 reg_read(struct vgpu *v, u32 i, u32 lanes)
{
	struct vgpu_reg_count *counts = env_load_acquire(&v->counts);

	if (counts)
		env_inc(&counts[i].reads);
	return reg_read_uncounted(v, i, lanes);
}

static void reg_write_uncounted(struct vgpu *v, u32 i, u32 val, u32 lanes)
{
	const struct vgpu_reg *r = reg_at(v->model, i);
	u32 rw, old, new;

	if (!r)
		return;
	if (lanes != ALL_LANES && r->flags & (VGPU_REG_MASKED | VGPU_REG_DWORD))
		return;

	rw = r->rw & lanes;
	if (r->flags & VGPU_REG_MASKED)
		rw &= val >> 16;

	old = reg_update(&v->regs[i], rw, val, val & r->w1c & lanes, &new);

	if (r->written && (lanes & BYTE0_LANE || !(r->flags & VGPU_REG_BYTE0)))
		r->written(v, 4 * i, old, new);
}

static void reg_write(struct vgpu *v, u32 i, u32 val, u32 lanes)
{
	struct vgpu_reg_count *counts = env_load_acquire(&v->counts);

	if (counts)
		env_inc(&counts[i].writes);
	reg_write_uncounted(v, i, val, lanes);
}

static bool in_bar(const struct vgpu *v, u64 off, u32 len)
{
	u32 size = v->model->regs_size;

	return len && len <= 8 && off < size && len <= size - off;
}

/* The dword that @off lies in; @off was checked. */
static u32 dword_of(const struct vgpu *v, u32 off)
{
	u32 i = off / 4;

	return env_index_nospec(i, v->model->regs_size / 4);
}

/* One whole register: what drivers write, most often to what is plain memory. */
static int mmio_write_dword(struct vgpu *v, u32 i, u32 val)
{
	const struct vgpu_reg *r = reg_at(v->model, i);

	if (r && r->rw == ALL_LANES && !r->written && !READ_ONCE(v->counts))
		WRITE_ONCE(v->regs[i], val);
	else
		reg_write(v, i, val, ALL_LANES);
	return 0;
}

/* Out of line, or whole registers would pay for what it needs. */
static noinline int mmio_write_pieces(struct vgpu *v, u64 off, const u8 *p, u32 len)
{
	while (len) {
		u32 lane = off % 4;
		u32 n = min(4 - lane, len);
		u32 lanes = GENMASK(8 * (lane + n) - 1, 8 * lane);
		u32 val = 0;
		u32 b;

		for (b = 0; b < n; b++)
			val |= (u32)*p++ << (8 * (lane + b));
		reg_write(v, dword_of(v, off), val, lanes);
		off += n;
		len -= n;
	}
	return 0;
}

/* One whole register: what drivers read. */
static int mmio_read_dword(struct vgpu *v, u32 i, void *buf)
{
	u32 val = reg_read(v, i, ALL_LANES);

	memcpy(buf, &val, 4);
	return 0;
}

/* Out of line, as mmio_write_pieces(). */
static noinline int mmio_read_pieces(struct vgpu *v, u64 off, u8 *p, u32 len)
{
	while (len) {
		u32 lane = off % 4;
		u32 n = min(4 - lane, len);
		u32 lanes = GENMASK(8 * (lane + n) - 1, 8 * lane);
		u32 val = reg_read(v, dword_of(v, off), lanes) >> (8 * lane);

		off += n;
		len -= n;
		for (; n; n--, val >>= 8)
			*p++ = val;
	}
	return 0;
}

/**
 * vgpu_mmio_read - a guest reads from the register BAR
 * @v: the device
 * @off: byte offset in the BAR
 * @buf: receives @len bytes, little endian
 * @len: 1 to 8
 *
 * Return: 0, or -EINVAL where the access does not lie in the BAR.
 */
int vgpu_mmio_read(struct vgpu *v, u64 off, void *buf, u32 len)
{
	if (!in_bar(v, off, len))
		return -EINVAL;
	if (len == 4 && off % 4 == 0)
		return mmio_read_dword(v, dword_of(v, off), buf);
	return mmio_read_pieces(v, off, buf, len);
}

/**
 * vgpu_mmio_write - a guest writes to the register BAR
 * @v: the device
 * @off: byte offset in the BAR
 * @buf: holds @len bytes, little endian
 * @len: 1 to 8
 *
 * Return: 0, or -EINVAL where the access does not lie in the BAR.
 */
int vgpu_mmio_write(struct vgpu *v, u64 off, const void *buf, u32 len)
{
	u32 val;

	if (!in_bar(v, off, len))
		return -EINVAL;
	if (len != 4 || off % 4)
		return mmio_write_pieces(v, off, buf, len);
	memcpy(&val, buf, 4);
	return mmio_write_dword(v, dword_of(v, off), val);
}

/**
 * vgpu_reg_fetch - an engine of the device reads a register
 * @v: the device
 * @off: byte offset in the register BAR, a multiple of 4
 *
 * What it does is what a guest's read does, but it is no access of the guest's, and not
 * counted as one.
 *
 * Return: the value; that of a hole outside the BAR.
 */
u32 vgpu_reg_fetch(struct vgpu *v, u32 off)
{
	if (!in_bar(v, off, 4))
		return v->model->hole;
	return reg_read_uncounted(v, dword_of(v, off), ALL_LANES);
}

/**
 * vgpu_reg_deliver - an engine of the device writes to a register
 * @v: the device
 * @off: byte offset in the register BAR, a multiple of 4; outside nothing happens
 * @val: the value
 * @lanes: the bits of the bytes that are written
 *
 * See vgpu_reg_fetch().
 */
void vgpu_reg_deliver(struct vgpu *v, u32 off, u32 val, u32 lanes)
{
	if (in_bar(v, off, 4))
		reg_write_uncounted(v, dword_of(v, off), val, lanes);
}

/**
 * vgpu_reg_set_bits - the device sets bits of a register, atomically
 * @v: the device
 * @off: byte offset in the register BAR, a multiple of 4, of the model's choice
 * @bits: the bits
 */
void vgpu_reg_set_bits(struct vgpu *v, u32 off, u32 bits)
{
	u32 new;

	reg_update(&v->regs[off / 4], bits, bits, 0, &new);
}

/**
 * vgpu_reg_update - the device changes bits of a register, atomically
 * @v: the device
 * @off: byte offset in the register BAR, a multiple of 4, of the model's choice
 * @mask: the bits that change
 * @bits: what they become
 */
void vgpu_reg_update(struct vgpu *v, u32 off, u32 mask, u32 bits)
{
	u32 new;

	reg_update(&v->regs[off / 4], mask, bits, 0, &new);
}

/**
 * vgpu_mmio_reset - give every register its reset value
 * @v: the device
 *
 * Holes get the model's hole value, so that a guest that maps the page reads
 * what a trapped read would say.
 */
void vgpu_mmio_reset(struct vgpu *v)
{
	const struct vgpu_model *m = v->model;
	u32 i;

	for (i = 0; i < m->regs_size / 4; i++) {
		const struct vgpu_reg *r = reg_at(m, i);

		WRITE_ONCE(v->regs[i], r ? r->reset : m->hole);
	}
}

/**
 * vgpu_reg_find - which register is this?
 * @m: the model
 * @off: byte offset in the register BAR
 *
 * Return: the description of the register that @off lies in, NULL for a hole and
 * outside the BAR.
 */
const struct vgpu_reg *vgpu_reg_find(const struct vgpu_model *m, u32 off)
{
	u32 i = off / 4;

	if (off >= m->regs_size)
		return NULL;
	return reg_at(m, env_index_nospec(i, m->regs_size / 4));
}
