// SPDX-License-Identifier: GPL-2.0
/*
 * pci.c - configuration space: three bytes for every byte
 *
 * The value, the bits that the guest may write and the bits that it clears by
 * writing 1.  A bit in neither mask is read-only.  Only two things are more than
 * that: power states that do not exist, and what follows from COMMAND.
 */
#include "vgpu.h"

/* clang-format off */
#define PM_OFFSET	VGPU_PCI_PM_OFFSET

#define STATUS_ERRORS	(PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT |	\
			 PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT |	\
			 PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY)
/* clang-format on */

static void put16(u8 *p, u32 val)
{
	p[0] = val;
	p[1] = val >> 8;
}

static void put32(u8 *p, u32 val)
{
	put16(p, val);
	put16(p + 2, val >> 16);
}

static u32 command(const struct vgpu *v)
{
	return v->config[PCI_COMMAND] | (u32)v->config[PCI_COMMAND + 1] << 8;
}

/* 0: D0 ... 3: D3hot; D0 where there is no power management. */
static u32 power_state(const struct vgpu *v)
{
	if (!v->model->pci.pm)
		return 0;
	return v->config[PM_OFFSET + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK;
}

static void decode_update_locked(struct vgpu *v)
{
	env_assert_locked(&v->config_lock);
	WRITE_ONCE(v->mem_enabled, command(v) & PCI_COMMAND_MEMORY && !power_state(v));
	WRITE_ONCE(v->bus_master, command(v) & PCI_COMMAND_MASTER && !power_state(v));
	WRITE_ONCE(v->intx_disabled, command(v) & PCI_COMMAND_INTX_DISABLE);
}

static void header_build(struct vgpu *v)
{
	const struct vgpu_pci_desc *d = &v->model->pci;
	u8 *c = v->config;

	put16(c + PCI_VENDOR_ID, d->vendor);
	put16(c + PCI_DEVICE_ID, d->device);
	put32(c + PCI_CLASS_REVISION, d->class << 8 | d->revision);
	put16(c + PCI_SUBSYSTEM_VENDOR_ID, d->subvendor);
	put16(c + PCI_SUBSYSTEM_ID, d->subdevice);
	c[PCI_INTERRUPT_PIN] = d->intx;

	put16(v->config_wmask + PCI_COMMAND,
	      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | (d->intx ? PCI_COMMAND_INTX_DISABLE : 0));
	put16(v->config_w1c + PCI_STATUS, STATUS_ERRORS);
	v->config_wmask[PCI_CACHE_LINE_SIZE] = 0xff;
	v->config_wmask[PCI_INTERRUPT_LINE] = 0xff;
}

/* A BAR's size is what its writable bits say. */
static void bars_build(struct vgpu *v)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++) {
		const struct vgpu_bar *b = &v->model->bars[i];
		u32 off = PCI_BASE_ADDRESS_0 + 4 * i;
		u64 mask = ~(b->size - 1);

		if (b->kind == VGPU_BAR_NONE)
			continue;
		put32(v->config + off, b->flags);
		put32(v->config_wmask + off, mask & PCI_BASE_ADDRESS_MEM_MASK);
		if (b->flags & PCI_BASE_ADDRESS_MEM_TYPE_64)
			put32(v->config_wmask + off + 4, mask >> 32);
	}
}

/* Put a capability in front of the list. */
static void cap_add(struct vgpu *v, u32 off, u8 id)
{
	v->config[off + PCI_CAP_LIST_ID] = id;
	v->config[off + PCI_CAP_LIST_NEXT] = v->config[PCI_CAPABILITY_LIST];
	v->config[PCI_CAPABILITY_LIST] = off;
	v->config[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
}

static void pm_build(struct vgpu *v)
{
	cap_add(v, PM_OFFSET, PCI_CAP_ID_PM);
	put16(v->config + PM_OFFSET + PCI_PM_PMC, 3); /* version; no D1, D2 nor PME */
	put16(v->config + PM_OFFSET + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
	put16(v->config_wmask + PM_OFFSET + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
}

/* 64-bit address, no masking for each vector. */
static void msi_build(struct vgpu *v)
{
	u32 off = v->model->pci.msi_offset ? v->model->pci.msi_offset : VGPU_PCI_MSI_OFFSET;
	u32 vectors = v->model->pci.msi_vectors;
	u32 log = 0;

	while (vectors >> (log + 1))
		log++;

	cap_add(v, off, PCI_CAP_ID_MSI);
	put16(v->config + off + PCI_MSI_FLAGS, PCI_MSI_FLAGS_64BIT | log << 1);
	put16(v->config_wmask + off + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	put32(v->config_wmask + off + PCI_MSI_ADDRESS_LO, 0xfffffffc);
	put32(v->config_wmask + off + PCI_MSI_ADDRESS_HI, 0xffffffff);
	put16(v->config_wmask + off + PCI_MSI_DATA_64, 0xffff);
}

static void extra_build(struct vgpu *v)
{
	const struct vgpu_pci_desc *d = &v->model->pci;
	u32 i;

	for (i = 0; i < d->nr_extra; i++) {
		put32(v->config + d->extra[i].off, d->extra[i].value);
		put32(v->config_wmask + d->extra[i].off, d->extra[i].wmask);
	}
}

/**
 * vgpu_pci_reset - configuration space as after power on
 * @v: the device
 */
void vgpu_pci_reset(struct vgpu *v)
{
	env_lock(&v->config_lock);
	memset(v->config, 0, sizeof(v->config));
	memset(v->config_wmask, 0, sizeof(v->config_wmask));
	memset(v->config_w1c, 0, sizeof(v->config_w1c));

	header_build(v);
	bars_build(v);
	if (v->model->pci.msi_vectors)
		msi_build(v);
	if (v->model->pci.pm)
		pm_build(v);
	extra_build(v);
	decode_update_locked(v);
	env_unlock(&v->config_lock);
}

static bool in_config(u64 off, u32 len)
{
	return len && len <= 8 && off < VGPU_CONFIG_SIZE && len <= VGPU_CONFIG_SIZE - off;
}

/**
 * vgpu_config_read - read configuration space
 * @v: the device
 * @off: byte offset
 * @buf: receives @len bytes
 * @len: 1 to 8
 *
 * Return: 0, or -EINVAL where the access does not lie in the space.
 */
int vgpu_config_read(struct vgpu *v, u64 off, void *buf, u32 len)
{
	if (!in_config(off, len))
		return -EINVAL;
	off = env_index_nospec(off, VGPU_CONFIG_SIZE);

	env_lock(&v->config_lock);
	memcpy(buf, v->config + off, len);
	env_unlock(&v->config_lock);
	return 0;
}

/**
 * vgpu_config_write - write configuration space
 * @v: the device
 * @off: byte offset
 * @buf: holds @len bytes
 * @len: 1 to 8
 *
 * Return: 0, or -EINVAL where the access does not lie in the space.
 */
int vgpu_config_write(struct vgpu *v, u64 off, const void *buf, u32 len)
{
	bool master = READ_ONCE(v->bus_master);
	const u8 *p = buf;
	u32 state;
	u32 i;

	if (!in_config(off, len))
		return -EINVAL;
	off = env_index_nospec(off, VGPU_CONFIG_SIZE);

	env_lock(&v->config_lock);
	state = power_state(v);
	for (i = off; len; i++, p++, len--) {
		u8 w = v->config_wmask[i];

		v->config[i] = (v->config[i] & ~w) | (*p & w);
		v->config[i] &= ~(*p & v->config_w1c[i]);
	}
	/* A power state that the device has not is not entered. */
	if (power_state(v) == 1 || power_state(v) == 2)
		v->config[PM_OFFSET + PCI_PM_CTRL] ^= power_state(v) ^ state;
	decode_update_locked(v);
	env_unlock(&v->config_lock);

	/* What was submitted before is due now. */
	if (!master && READ_ONCE(v->bus_master) && v->model->work && v->host->kick)
		v->host->kick(v);
	return 0;
}

/**
 * vgpu_pci_intx_status - show in STATUS whether an INTx interrupt is pending
 * @v: the device
 * @level: pending, also while COMMAND disables INTx
 */
void vgpu_pci_intx_status(struct vgpu *v, bool level)
{
	env_lock(&v->config_lock);
	v->config[PCI_STATUS] &= ~PCI_STATUS_INTERRUPT;
	if (level)
		v->config[PCI_STATUS] |= PCI_STATUS_INTERRUPT;
	env_unlock(&v->config_lock);
}
