// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_gmbus.c - GMBUS and GPIO: the two ways to the monitor's EDID
 *
 * A byte on this bus takes no time: what GMBUS2 says after a write is final, and no
 * interrupt tells it.  The monitor is on pin DPB: an EEPROM at 0x50 with a segment
 * pointer at 0x30; nobody else answers.  GPIO lines are pulled up, and nobody hangs on
 * them: the bus has no slave for who drives it by hand.
 */
#include "gen8_display.h"

#define ADDR_SEGMENT 0x30
#define ADDR_EDID 0x50

static bool addr_answers(const struct gen8_display *d, u32 pin, u32 addr)
{
	return pin == GMBUS_PIN_DPB && d->edid_size && (addr == ADDR_EDID || addr == ADDR_SEGMENT);
}

/* The first byte of a message is an address; the EEPROM takes no data. */
static void byte_to_monitor(struct gen8_gmbus *bus, u8 byte)
{
	if (bus->sent++)
		return;
	if (bus->addr == ADDR_SEGMENT)
		bus->segment = byte;
	else
		bus->offset = byte;
}

static u8 byte_from_monitor(struct gen8_display *d)
{
	struct gen8_gmbus *bus = &d->bus;
	u32 at = bus->segment * 256u + bus->offset;

	if (bus->addr != ADDR_EDID)
		return 0xff;
	bus->offset++;
	return at < d->edid_size ? d->edid[env_index_nospec(at, VGPU_EDID_MAX)] : 0xff;
}

static void status_set(struct vgpu *v, u32 status)
{
	WRITE_ONCE(v->regs[GMBUS2 / 4], status);
}

static void bus_stop(struct gen8_gmbus *bus)
{
	bus->phase = GMBUS_IDLE;
	bus->segment = 0;
}

/* Say how far the transfer is. */
static void progress_locked(struct vgpu *v)
{
	struct gen8_gmbus *bus = &to_gen8(v)->display->bus;

	if (bus->left) {
		status_set(v, GMBUS_HW_RDY | GMBUS_ACTIVE);
	} else if (bus->stop) {
		bus_stop(bus);
		status_set(v, GMBUS_HW_RDY);
	} else {
		bus->phase = GMBUS_IDLE;
		status_set(v, GMBUS_HW_RDY | GMBUS_HW_WAIT_PHASE | GMBUS_ACTIVE);
	}
}

static void send_from_gmbus3_locked(struct vgpu *v)
{
	struct gen8_gmbus *bus = &to_gen8(v)->display->bus;
	u32 data = gen8_reg(v, GMBUS3);
	u32 n;

	for (n = 0; n < 4 && bus->left; n++, bus->left--)
		byte_to_monitor(bus, data >> (8 * n));
	progress_locked(v);
}

static void index_send_locked(struct vgpu *v, u32 ctl)
{
	struct gen8_gmbus *bus = &to_gen8(v)->display->bus;
	u32 index = gen8_reg(v, GMBUS5);

	if (index & GMBUS_2BYTE_INDEX) {
		byte_to_monitor(bus, index >> 8);
		byte_to_monitor(bus, index);
	} else {
		byte_to_monitor(bus, GMBUS_INDEX(ctl));
	}
}

static void cycle_begin_locked(struct vgpu *v, u32 ctl)
{
	struct gen8_display *d = to_gen8(v)->display;
	struct gen8_gmbus *bus = &d->bus;

	if (!addr_answers(d, GMBUS0_PIN(gen8_reg(v, GMBUS0)), GMBUS_ADDR(ctl))) {
		bus_stop(bus);
		status_set(v, GMBUS_SATOER);
		return;
	}

	bus->addr = GMBUS_ADDR(ctl);
	bus->left = GMBUS_BYTE_COUNT(ctl);
	bus->stop = ctl & GMBUS_CYCLE_STOP;
	bus->sent = 0;
	if (ctl & GMBUS_CYCLE_INDEX)
		index_send_locked(v, ctl);

	bus->phase = ctl & GMBUS_READ ? GMBUS_READING : GMBUS_WRITING;
	if (bus->phase == GMBUS_READING)
		progress_locked(v);
	else
		send_from_gmbus3_locked(v);
}

static void gmbus1_written(struct vgpu *v, u32 off, u32 old, u32 val)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	if (val & GMBUS_SW_CLR_INT) {
		bus_stop(&g->display->bus);
		status_set(v, 0);
	} else if (val & GMBUS_SW_RDY && val & (GMBUS_CYCLE_WAIT | GMBUS_CYCLE_INDEX)) {
		cycle_begin_locked(v, val);
	} else if (val & GMBUS_SW_RDY && val & GMBUS_CYCLE_STOP) {
		bus_stop(&g->display->bus);
		status_set(v, gen8_reg(v, GMBUS2) & GMBUS_SATOER);
	}
	env_unlock(&g->display_lock);
}

/* Up to four bytes; outside a read, what was last there. */
static u32 gmbus3_read(struct vgpu *v, u32 off)
{
	struct gen8 *g = to_gen8(v);
	struct gen8_gmbus *bus = &g->display->bus;
	u32 data = 0;
	u32 n;

	env_lock(&g->display_lock);
	if (bus->phase == GMBUS_READING && bus->left) {
		for (n = 0; n < 4 && bus->left; n++, bus->left--)
			data |= (u32)byte_from_monitor(g->display) << (8 * n);
		progress_locked(v);
	} else {
		data = gen8_reg(v, off);
	}
	env_unlock(&g->display_lock);
	return data;
}

static void gmbus3_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	if (g->display->bus.phase == GMBUS_WRITING && g->display->bus.left)
		send_from_gmbus3_locked(v);
	env_unlock(&g->display_lock);
}

/* A line that is driven reads what drives it, one that is not reads high. */
static u32 line_in(u32 reg, u32 dir, u32 val_out, u32 val_in)
{
	return reg & dir && !(reg & val_out) ? 0 : val_in;
}

/*
 * A bit beside its mask (the one below it) is taken over where the mask is written too;
 * masks are not kept.
 */
static void gpio_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	const u32 bits = GPIO_CLOCK_DIR | GPIO_CLOCK_VAL_OUT | GPIO_DATA_DIR | GPIO_DATA_VAL_OUT;
	struct gen8 *g = to_gen8(v);
	u32 kept = bits & ~(new << 1);
	u32 val;

	env_lock(&g->display_lock);
	val = (old & kept) | (new & ~kept);
	val &= ~(bits >> 1 | GPIO_CLOCK_VAL_IN | GPIO_DATA_VAL_IN);
	val |= line_in(val, GPIO_CLOCK_DIR, GPIO_CLOCK_VAL_OUT, GPIO_CLOCK_VAL_IN);
	val |= line_in(val, GPIO_DATA_DIR, GPIO_DATA_VAL_OUT, GPIO_DATA_VAL_IN);
	WRITE_ONCE(v->regs[off / 4], val);
	env_unlock(&g->display_lock);
}

/**
 * gen8_gmbus_reset_locked - nobody talks
 * @v: the device
 */
void gen8_gmbus_reset_locked(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	env_assert_locked(&g->display_lock);
	memset(&g->display->bus, 0, sizeof(g->display->bus));
}

/* clang-format off */
static const struct vgpu_reg gmbus_regs[] = {
	{ REG(GPIO),	.rw = 0x00002f2f,	.reset = GPIO_CLOCK_VAL_IN | GPIO_DATA_VAL_IN,
			.count = GPIO_NR,	.written = gpio_written,
			.flags = VGPU_REG_DWORD },
	{ REG(GMBUS0),	.rw = 0x00000fff },
	{ REG(GMBUS1),	.rw = 0xffffffff,	.written = gmbus1_written,
			.flags = VGPU_REG_DWORD },
	{ REG(GMBUS2) },
	{ REG(GMBUS3),	.rw = 0xffffffff,	.read = gmbus3_read,
			.written = gmbus3_written,
			.flags = VGPU_REG_DWORD | VGPU_REG_BYTE0 },
	{ REG(GMBUS4),	.rw = 0x0000001f },
	{ REG(GMBUS5),	.rw = 0x8000ffff },
};

/* clang-format on */

const struct vgpu_block gen8_gmbus_block = {
	.name = "gmbus",
	.regs = gmbus_regs,
	.nr_regs = ARRAY_SIZE(gmbus_regs),
};
