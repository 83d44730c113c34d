// SPDX-License-Identifier: GPL-2.0
/*
 * model.c - the list of models, and what must be true of each before it is used
 *
 * Models are data.  What could be wrong with the data is refused here, once, at
 * load and in a unit test, so that no other file needs to ask.
 */
#include "gen8.h"
#include "model_bochs.h"
#include "model_test.h"
#include "vgpu.h"

#define BAR_FLAGS (PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH)
#define REGS_SIZE_MAX (64u << 20)
#define RAM_SIZE_MAX (1u << 30)
#define MSI_VECTORS_MAX 32

struct vgpu_model *const vgpu_models[] = {
	&vgpu_model_bochs,
	&vgpu_model_gen8,
	&vgpu_model_test,
};

const u32 vgpu_nr_models = ARRAY_SIZE(vgpu_models);

static u32 reg_nr(const struct vgpu_reg *r)
{
	return r->count ? r->count : 1;
}

static bool power_of_two(u64 n)
{
	return n && !(n & (n - 1));
}

static bool area_is_sane(const struct vgpu_area *a, u64 offset, u64 bar_size)
{
	if (a->offset != offset || !a->size || a->size > bar_size - offset)
		return false;

	switch (a->class) {
	case VGPU_PASSTHROUGH:
	case VGPU_SHADOW:
		return a->offset % PAGE_SIZE == 0 && a->size % PAGE_SIZE == 0;
	case VGPU_EMULATED:
	case VGPU_USERSPACE:
		return true;
	default:
		return false;
	}
}

static bool areas_are_sane(const struct vgpu_bar *b)
{
	u64 offset = 0;
	u32 i;

	for (i = 0; i < b->nr_areas; i++) {
		if (!area_is_sane(&b->areas[i], offset, b->size))
			return false;
		offset += b->areas[i].size;
	}
	return offset == b->size;
}

/* Registers, then perhaps a hole, then perhaps memory. */
static bool regs_layout_is_sane(const struct vgpu_bar *b)
{
	if (b->regs_size % PAGE_SIZE || b->ram_offset % PAGE_SIZE || b->regs_size > b->size)
		return false;
	return !b->ram_offset ||
	       (b->regs_size && b->ram_offset >= b->regs_size && b->ram_offset < b->size);
}

static bool bar_is_sane(const struct vgpu_model *m, u32 n)
{
	const struct vgpu_bar *b = &m->bars[n];

	if (b->kind == VGPU_BAR_NONE)
		return !b->size && !b->flags && !b->nr_areas;

	if (b->flags & ~BAR_FLAGS || !power_of_two(b->size) || b->size < PAGE_SIZE)
		return false;
	if (b->size > (b->kind == VGPU_BAR_REGS ? REGS_SIZE_MAX : RAM_SIZE_MAX))
		return false;
	if (b->kind == VGPU_BAR_APERTURE && !m->aperture)
		return false;
	if (b->kind == VGPU_BAR_REGS ? !regs_layout_is_sane(b) : b->regs_size || b->ram_offset)
		return false;
	if (b->flags & PCI_BASE_ADDRESS_MEM_TYPE_64 &&
	    (n + 1 >= VGPU_NUM_BARS || m->bars[n + 1].kind != VGPU_BAR_NONE))
		return false;
	return areas_are_sane(b);
}

static int bars_check(struct vgpu_model *m)
{
	u32 i;

	m->regs_bar = VGPU_NUM_BARS;
	m->regs_size = 0;
	for (i = 0; i < VGPU_NUM_BARS; i++) {
		if (!bar_is_sane(m, i))
			return -EINVAL;
		if (m->bars[i].kind != VGPU_BAR_REGS)
			continue;
		if (m->regs_size)
			return -EINVAL;
		m->regs_bar = i;
		m->regs_size = m->bars[i].regs_size ? m->bars[i].regs_size : m->bars[i].size;
	}
	return 0;
}

static bool ranges_overlap(u32 a, u32 a_size, u32 b, u32 b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Capabilities and what a model has besides lie behind the header, each for itself. */
static bool config_is_sane(const struct vgpu_pci_desc *d)
{
	u32 msi = d->msi_offset ? d->msi_offset : VGPU_PCI_MSI_OFFSET;
	u32 i, k;

	if (msi % 4 || msi < PCI_STD_HEADER_SIZEOF || msi > VGPU_CONFIG_SIZE - VGPU_PCI_MSI_SIZE)
		return false;
	if (d->pm && d->msi_vectors &&
	    ranges_overlap(VGPU_PCI_PM_OFFSET, PCI_PM_SIZEOF, msi, VGPU_PCI_MSI_SIZE))
		return false;

	for (i = 0; i < d->nr_extra; i++) {
		u32 off = d->extra[i].off;

		if (off % 4 || off < PCI_STD_HEADER_SIZEOF)
			return false;
		if (d->msi_vectors && ranges_overlap(off, 4, msi, VGPU_PCI_MSI_SIZE))
			return false;
		if (d->pm && ranges_overlap(off, 4, VGPU_PCI_PM_OFFSET, PCI_PM_SIZEOF))
			return false;
		for (k = 0; k < i; k++)
			if (d->extra[k].off == off)
				return false;
	}
	return true;
}

/* Each prefers what it can show, and the frame has room for what it can show. */
static bool monitors_are_sane(const struct vgpu_model *m)
{
	u32 i;

	if (!m->monitors != !m->nr_monitors || !m->monitors != !m->edid)
		return false;
	for (i = 0; i < m->nr_monitors; i++) {
		const struct vgpu_monitor *mon = &m->monitors[i];

		if (!mon->name != !i || !mon->width || !mon->height ||
		    mon->width > mon->max_width || mon->height > mon->max_height ||
		    (u64)mon->max_width * mon->max_height * 4 > m->frame_size)
			return false;
	}
	return true;
}

static bool identity_is_sane(const struct vgpu_model *m)
{
	u32 vectors = m->pci.msi_vectors;

	if (!m->name || !m->description || m->pci.class >> 24)
		return false;
	if (vectors && (!power_of_two(vectors) || vectors > MSI_VECTORS_MAX))
		return false;
	if (!config_is_sane(&m->pci))
		return false;
	if (!monitors_are_sane(m))
		return false;
	/* A display needs all three; without one there is none of them. */
	return !m->plane == !m->frame_size && !m->frame == !m->frame_size;
}

/* What can be said of a register without looking at its place. */
static bool reg_is_sane(const struct vgpu_reg *r)
{
	if (!r->name || r->off % 4)
		return false;
	if (r->rw & r->w1c || r->rw & r->rc || r->w1c & r->rc)
		return false;
	if (r->rc && r->read)
		return false;
	if (r->flags & VGPU_REG_MASKED && (r->rw >> 16 || r->w1c || r->rc))
		return false;
	if (r->flags & VGPU_REG_BYTE0 && !r->read && !r->written)
		return false;
	return true;
}

static u32 class_at(const struct vgpu_model *m, u32 off)
{
	const struct vgpu_bar *b = &m->bars[m->regs_bar];
	u32 i = 0;

	while (off - b->areas[i].offset >= b->areas[i].size)
		i++;
	return b->areas[i].class;
}

/* May the guest see this dword without a trap, as its area says? */
static bool dword_fits_class(const struct vgpu_model *m, u32 off)
{
	const struct vgpu_reg *r = m->flat[m->index[off / 4]];

	switch (class_at(m, off)) {
	case VGPU_PASSTHROUGH:
		return r && r->rw == U32_MAX && !r->read && !r->written;
	case VGPU_SHADOW:
		return !r || (!r->read && !r->rc);
	default:
		return true;
	}
}

/* Enter flat[@n] into the index. */
static int reg_place(struct vgpu_model *m, u32 n)
{
	const struct vgpu_reg *r = m->flat[n];
	u32 nr = reg_nr(r);
	u32 i;

	if (!reg_is_sane(r) || r->off >= m->regs_size || nr > (m->regs_size - r->off) / 4)
		return -EINVAL;

	for (i = r->off / 4; i < r->off / 4 + nr; i++) {
		if (m->index[i])
			return -EEXIST;
		m->index[i] = n;
	}
	return 0;
}

/* Gather the blocks into one array.  Entry 0 stays NULL: the hole. */
static int flat_build(struct vgpu_model *m)
{
	u32 nr = 1;
	u32 i, k;

	for (i = 0; i < m->nr_blocks; i++) {
		if (m->blocks[i]->nr_regs > U16_MAX - nr)
			return -EINVAL;
		nr += m->blocks[i]->nr_regs;
	}

	m->flat = env_zalloc(nr * sizeof(*m->flat));
	if (!m->flat)
		return -ENOMEM;

	m->nr_flat = 1;
	for (i = 0; i < m->nr_blocks; i++)
		for (k = 0; k < m->blocks[i]->nr_regs; k++)
			m->flat[m->nr_flat++] = &m->blocks[i]->regs[k];
	return 0;
}

static int index_build(struct vgpu_model *m)
{
	u32 i;
	int ret;

	/* One more than needed: a model without registers is no special case. */
	m->index = env_zalloc((m->regs_size / 4 + 1) * sizeof(*m->index));
	if (!m->index)
		return -ENOMEM;

	for (i = 1; i < m->nr_flat; i++) {
		ret = reg_place(m, i);
		if (ret)
			return ret;
	}

	for (i = 0; i < m->regs_size; i += 4)
		if (!dword_fits_class(m, i))
			return -EINVAL;
	return 0;
}

/**
 * vgpu_model_init - check a model and build its index
 * @m: the model
 *
 * Return: 0; -EINVAL where something is impossible; -EEXIST where two registers
 * overlap; -ENOMEM.
 */
int vgpu_model_init(struct vgpu_model *m)
{
	int ret;

	if (!identity_is_sane(m))
		return -EINVAL;

	ret = bars_check(m);
	if (ret)
		return ret;

	ret = flat_build(m);
	if (!ret)
		ret = index_build(m);
	if (ret)
		vgpu_model_exit(m);
	return ret;
}

/**
 * vgpu_model_exit - undo vgpu_model_init()
 * @m: the model; no device of it may be left
 */
void vgpu_model_exit(struct vgpu_model *m)
{
	env_free(m->index);
	m->index = NULL;
	env_free(m->flat);
	m->flat = NULL;
	m->nr_flat = 0;
}

/**
 * vgpu_model_find - look a model up
 * @name: its name
 *
 * Return: the model, NULL if there is none of that name.
 */
struct vgpu_model *vgpu_model_find(const char *name)
{
	u32 i;

	for (i = 0; i < vgpu_nr_models; i++)
		if (!strcmp(vgpu_models[i]->name, name))
			return vgpu_models[i];
	return NULL;
}

/**
 * vgpu_region_size - how large is a region?
 * @m: the model
 * @region: index of the VFIO region
 *
 * Return: bytes, 0 where the model has no such region.
 */
u64 vgpu_region_size(const struct vgpu_model *m, u32 region)
{
	if (region == VGPU_REGION_CONFIG)
		return VGPU_CONFIG_SIZE;
	if (region >= VGPU_NUM_BARS)
		return 0;
	return m->bars[env_index_nospec(region, VGPU_NUM_BARS)].size;
}
