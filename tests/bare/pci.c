// SPDX-License-Identifier: GPL-2.0
/*
 * pci.c - finds PCI functions, sizes, moves and enables their BARs
 *
 * Configuration space is reached through ports 0xcf8 and 0xcfc, which every
 * machine type has.
 */
#include "bare.h"

#define PCI_ADDR 0xcf8
#define PCI_DATA 0xcfc

#define PCI_COMMAND 0x04
#define COMMAND_MEM 0x02
#define COMMAND_MASTER 0x04
#define PCI_CLASS 0x08
#define PCI_HEADER 0x0e
#define PCI_BAR0 0x10
#define PCI_SECONDARY 0x19
#define PCI_STATUS 0x06
#define STATUS_CAPS 0x10
#define PCI_CAPS 0x34

#define BAR_IO 0x1
#define BAR_64 0x4

#define MCH_Q35 0x29c08086
#define MCH_PCIEXBAR 0x60

static u32 port_lock; /* guards what PCI_ADDR selects */
static u32 shake_lock; /* guards registers that are changed for a while */

static void pci_select(u16 bdf, u32 off)
{
	outl(PCI_ADDR, 0x80000000 | (u32)bdf << 8 | (off & 0xfc));
}

u32 pci_read(u16 bdf, u32 off, u32 width)
{
	u32 v;

	spin_lock(&port_lock);
	pci_select(bdf, off);
	if (width == 1)
		v = inb(PCI_DATA + (off & 3));
	else if (width == 2)
		v = inw(PCI_DATA + (off & 2));
	else
		v = inl(PCI_DATA);
	spin_unlock(&port_lock);
	return v;
}

void pci_write(u16 bdf, u32 off, u32 width, u32 v)
{
	spin_lock(&port_lock);
	pci_select(bdf, off);
	if (width == 1)
		outb(PCI_DATA + (off & 3), v);
	else if (width == 2)
		outw(PCI_DATA + (off & 2), v);
	else
		outl(PCI_DATA, v);
	spin_unlock(&port_lock);
}

/* The firmware numbered the buses already. */
static void pci_each_on(u32 bus, void (*fn)(u16 bdf, void *arg), void *arg)
{
	u32 slot, func;

	for (slot = 0; slot < 32; slot++) {
		for (func = 0; func < 8; func++) {
			u16 bdf = bus << 8 | slot << 3 | func;
			u8 header, secondary;

			if (pci_read(bdf, 0, 2) == 0xffff) {
				if (func == 0)
					break;
				continue;
			}
			fn(bdf, arg);
			header = pci_read(bdf, PCI_HEADER, 1);
			if ((header & 0x7f) == 1) {
				secondary = pci_read(bdf, PCI_SECONDARY, 1);
				if (secondary > bus)
					pci_each_on(secondary, fn, arg);
			}
			if (func == 0 && !(header & 0x80))
				break;
		}
	}
}

void pci_each(void (*fn)(u16 bdf, void *arg), void *arg)
{
	pci_each_on(0, fn, arg);
}

struct find {
	u32 id;
	u32 index;
	bool found;
	u16 bdf;
};

static void find_one(u16 bdf, void *arg)
{
	struct find *f = arg;

	if (f->found || pci_read(bdf, 0, 4) != f->id)
		return;
	if (f->index--)
		return;
	f->found = true;
	f->bdf = bdf;
}

bool pci_find(u16 vendor, u16 device, u32 index, u16 *bdf)
{
	struct find f = { .id = (u32)device << 16 | vendor, .index = index };

	pci_each(find_one, &f);
	*bdf = f.bdf;
	return f.found;
}

static u32 bar_probe(u16 bdf, u32 reg)
{
	u32 old = pci_read(bdf, reg, 4);
	u32 mask;

	pci_write(bdf, reg, 4, ~0U);
	mask = pci_read(bdf, reg, 4);
	pci_write(bdf, reg, 4, old);
	return mask;
}

/* Sizes the BARs with decoding off, so that no probe value becomes an address. */
void pci_probe(struct pci_dev *d, u16 bdf)
{
	u32 command = pci_read(bdf, PCI_COMMAND, 2);
	u32 i;

	memset(d, 0, sizeof(*d));
	d->bdf = bdf;
	d->vendor = pci_read(bdf, 0, 2);
	d->device = pci_read(bdf, 2, 2);
	d->class = pci_read(bdf, PCI_CLASS, 4) >> 8;
	pci_write(bdf, PCI_COMMAND, 2, command & ~3);
	for (i = 0; i < PCI_BARS; i++) {
		struct pci_bar *b = &d->bar[i];
		u32 reg = PCI_BAR0 + i * 4;
		u32 low = pci_read(bdf, reg, 4);
		u64 mask = bar_probe(bdf, reg);

		if (!mask)
			continue;
		if (low & BAR_IO) {
			b->flags = low & 3;
			b->addr = low & ~3U;
			b->size = (u32)(~(mask & ~3U) + 1) & 0xffff;
			continue;
		}
		b->flags = low & 0xf;
		b->addr = low & ~0xfU;
		mask = (mask & ~0xfULL) | 0xffffffff00000000ULL;
		if (b->flags & BAR_64) {
			b->addr |= (u64)pci_read(bdf, reg + 4, 4) << 32;
			mask &= (u64)bar_probe(bdf, reg + 4) << 32 | 0xffffffffU;
			i++;
		}
		b->size = ~mask + 1;
	}
	pci_write(bdf, PCI_COMMAND, 2, command | COMMAND_MEM | COMMAND_MASTER);
}

static void mem_enable(u16 bdf, bool on)
{
	u32 command = pci_read(bdf, PCI_COMMAND, 2);

	command = on ? command | COMMAND_MEM : command & ~COMMAND_MEM;
	pci_write(bdf, PCI_COMMAND, 2, command);
}

/*
 * @live: decoding stays on, as careless firmware does it; not for addresses
 * above 4 GiB, which take two writes.
 */
void pci_bar_move(struct pci_dev *d, u32 bar, u64 addr, bool live)
{
	struct pci_bar *b = &d->bar[bar];
	u32 reg = PCI_BAR0 + bar * 4;

	spin_lock(&shake_lock);
	if (!live)
		mem_enable(d->bdf, false);
	pci_write(d->bdf, reg, 4, (u32)addr | b->flags);
	if (b->flags & BAR_64 && (addr >> 32 || b->addr >> 32))
		pci_write(d->bdf, reg + 4, 4, addr >> 32);
	b->addr = addr;
	if (!live)
		mem_enable(d->bdf, true);
	spin_unlock(&shake_lock);
}

void pci_mem_enable(u16 bdf, bool on)
{
	spin_lock(&shake_lock);
	mem_enable(bdf, on);
	spin_unlock(&shake_lock);
}

/* Give a register another value for a while; @v is narrowed to @width. */
void pci_shake(u16 bdf, u32 off, u32 width, u64 v, void (*meanwhile)(void *arg), void *arg)
{
	u32 old;

	spin_lock(&shake_lock);
	old = pci_read(bdf, off & ~3U, 4);
	pci_write(bdf, off & ~(width - 1), width, v);
	meanwhile(arg);
	pci_write(bdf, off & ~3U, 4, old);
	spin_unlock(&shake_lock);
}

/* Where q35 shows configuration space in memory; 0: it does not. */
u64 pci_mcfg(void)
{
	u32 bar;

	if (pci_read(0, 0, 4) != MCH_Q35)
		return 0;
	bar = pci_read(0, MCH_PCIEXBAR, 4);
	return bar & 1 ? bar & 0xf0000000 : 0;
}

/* 0: the function has no such capability. */
u32 pci_find_cap(u16 bdf, u8 id)
{
	u32 off, hops = 48;

	if (!(pci_read(bdf, PCI_STATUS, 2) & STATUS_CAPS))
		return 0;
	for (off = pci_read(bdf, PCI_CAPS, 1) & 0xfc; off && hops--;
	     off = pci_read(bdf, off + 1, 1) & 0xfc)
		if (pci_read(bdf, off, 1) == id)
			return off;
	return 0;
}
