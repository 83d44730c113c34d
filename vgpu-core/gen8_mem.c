// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mem.c - from graphics addresses to guest memory: the GGTT and PPGTTs
 *
 * The guest may change any table at any time.  Each entry is read once and what
 * was read is what is used; a wrong entry leads to guest memory or to nowhere,
 * because the host checks every address.
 */
#include "gen8_engine.h"

#define PTE_WRITE 2u
#define PDE_2M 0x80u /* at the level of page directories; in a leaf it is PAT */
#define PDE_64K 0x800u
#define ADDR_64K 0x0000007fffff0000ull
#define ADDR_2M 0x0000007fffe00000ull
#define ADDR_MASK 0x0000ffffffffffffull /* addresses are canonical: 48 bits, sign extended */

#define TAG_NONE (~0ull)
#define GROUP_SIZE (GEN8_TLB_PAGES * GEN8_PAGE)

static int fault(struct vgpu *v)
{
	env_inc(&to_gen8(v)->faults);
	return -EFAULT;
}

/* The entry for an address of the GGTT, as memory holds it now. */
static u64 ggtt_entry(struct vgpu *v, u32 addr)
{
	const u64 *entries = v->mem[0];

	return READ_ONCE(entries[addr / GEN8_PAGE]);
}

/**
 * gen8_ggtt_page - where is a page of the GGTT?
 * @v: the device
 * @addr: graphics address
 * @gpa: receives the address of its page in guest memory
 *
 * Return: 0, or -EFAULT, counted, if there is none.
 */
int gen8_ggtt_page(struct vgpu *v, u32 addr, u64 *gpa)
{
	u64 entry = ggtt_entry(v, addr);

	if (!(entry & GEN8_PTE_PRESENT))
		return fault(v);
	*gpa = entry & GEN8_PTE_ADDR;
	return 0;
}

/* Where @gpa is, to the end of its page; NULL: only host->dma() gets there. */
static u8 *guest_at(struct vgpu *v, u64 gpa)
{
	return v->host->map ? v->host->map(v, gpa) : NULL;
}

/* Directly as far as that goes, then by the host.  Return: 0 or an error. */
static int guest_rw(struct vgpu *v, u64 gpa, u8 *buf, u32 len, bool write)
{
	while (len) {
		u32 n = min(GEN8_PAGE - (u32)(gpa % GEN8_PAGE), len);
		u8 *p = guest_at(v, gpa);

		if (!p)
			return v->host->dma(v, gpa, buf, len, write);
		if (write)
			memcpy(p, buf, n);
		else
			memcpy(buf, p, n);
		/* The guest may change it meanwhile: once read, it stays. */
		env_barrier();
		gpa += n;
		buf += n;
		len -= n;
	}
	return 0;
}

static bool table_read(struct vgpu *v, u64 table, u32 index, u64 *entries, u32 nr)
{
	return !guest_rw(v, (table & GEN8_PTE_ADDR) + 8 * index, (u8 *)entries, 8 * nr, false);
}

/* The page directory entry over @addr, its rights narrowed to those of all levels above. */
static bool walk(struct vgpu *v, const struct gen8_tlb *t, u64 addr, u64 *pde)
{
	u32 level = t->levels == 4 ? 3 : 1;
	u64 entry, rights = PTE_WRITE;

	if (t->levels == 3 && addr >> 32)
		return false;
	entry = t->root[t->levels == 4 ? 0 : addr >> 30 & 3];

	for (; level; level--) {
		if (!table_read(v, entry, addr >> (12 + 9 * level) & 511, &entry, 1))
			return false;
		if (!(entry & GEN8_PTE_PRESENT))
			return false;
		rights &= entry;
	}
	*pde = (entry & ~(u64)PTE_WRITE) | rights;
	return true;
}

/* Sixteen leaves around @addr, at once: of a table, or of a page larger than that. */
static bool leaves_read(struct vgpu *v, const struct gen8_tlb *t, u64 addr, u64 *pte)
{
	u64 pde, base;
	u32 index = addr >> 12 & 511 & ~(GEN8_TLB_PAGES - 1);
	u32 i;

	if (!walk(v, t, addr, &pde))
		return false;

	if (pde & PDE_2M) {
		base = (pde & (ADDR_2M | PTE_WRITE)) | GEN8_PTE_PRESENT;
		base += index * GEN8_PAGE;
	} else if (pde & PDE_64K) {
		if (!table_read(v, pde, index, &base, 1))
			return false;
		base &= ADDR_64K | GEN8_PTE_PRESENT | (pde & PTE_WRITE);
	} else {
		if (!table_read(v, pde, index, pte, GEN8_TLB_PAGES))
			return false;
		for (i = 0; i < GEN8_TLB_PAGES; i++)
			pte[i] &= GEN8_PTE_ADDR | GEN8_PTE_PRESENT | (pde & PTE_WRITE);
		return true;
	}
	for (i = 0; i < GEN8_TLB_PAGES; i++)
		pte[i] = base + i * GEN8_PAGE;
	return true;
}

/**
 * gen8_tlb_flush - forget what was read of page tables
 * @v: the device
 * @t: a context's
 */
void gen8_tlb_flush(struct vgpu *v, struct gen8_tlb *t)
{
	u32 i;

	t->epoch = READ_ONCE(to_gen8(v)->tlb_epoch);
	for (i = 0; i < GEN8_TLB_GROUPS; i++)
		t->groups[i].tag = TAG_NONE;
}

/* The leaf for @addr: address, PRESENT, WRITE; 0 if there is none. */
static u64 ppgtt_entry(struct vgpu *v, struct gen8_tlb *t, u64 addr)
{
	u64 tag = addr / GROUP_SIZE;
	u32 i = (tag ^ tag >> 5 ^ tag >> 10) % GEN8_TLB_GROUPS;
	u32 page = addr / GEN8_PAGE % GEN8_TLB_PAGES;

	if (t->epoch != READ_ONCE(to_gen8(v)->tlb_epoch))
		gen8_tlb_flush(v, t);
	if (t->groups[i].tag != tag) {
		t->groups[i].tag = TAG_NONE;
		if (!leaves_read(v, t, addr, t->groups[i].pte))
			return 0;
		t->groups[i].tag = tag;
	}
	return t->groups[i].pte[page];
}

static u64 entry_at(struct vgpu *v, struct gen8_tlb *t, u64 addr)
{
	if (t)
		return ppgtt_entry(v, t, addr & ADDR_MASK);
	return ggtt_entry(v, addr) | PTE_WRITE;
}

/* How many of the @len bytes at @addr lie behind each other in memory, as @entry begins. */
static u32 run_len(struct vgpu *v, struct gen8_tlb *t, u64 addr, u32 len, u64 entry)
{
	const u64 mask = GEN8_PTE_ADDR | GEN8_PTE_PRESENT | PTE_WRITE;
	u32 run = GEN8_PAGE - addr % GEN8_PAGE;

	if (!(entry & GEN8_PTE_PRESENT))
		return min(run, len);
	while (run < len) {
		entry = (entry & mask) + GEN8_PAGE;
		if ((entry_at(v, t, addr + run) & mask) != entry)
			break;
		run += GEN8_PAGE;
	}
	return min(run, len);
}

/* @t: NULL for the GGTT */
static int memory_rw(struct vgpu *v, struct gen8_tlb *t, u64 addr, void *buf, u32 len, bool write)
{
	u8 *p = buf;
	int ret = 0;

	while (len) {
		u64 entry = entry_at(v, t, addr);
		u32 n = run_len(v, t, addr, len, entry);
		u64 gpa = (entry & GEN8_PTE_ADDR) + addr % GEN8_PAGE;

		if (!(entry & GEN8_PTE_PRESENT) ||
		    ((entry & PTE_WRITE || !write) && guest_rw(v, gpa, p, n, write))) {
			if (!write)
				memset(p, 0, n);
			ret = fault(v);
		}
		addr += n;
		p += n;
		len -= n;
	}
	return ret;
}

/**
 * gen8_ggtt_rw - read or write memory through the GGTT
 * @v: the device
 * @addr: graphics address; wraps at 4 GiB
 * @buf: from or to
 * @len: bytes
 * @write: to the guest
 *
 * Return: 0, or -EFAULT if part of it is not there; a read gives zeros for that.
 */
int gen8_ggtt_rw(struct vgpu *v, u32 addr, void *buf, u32 len, bool write)
{
	return memory_rw(v, NULL, addr, buf, len, write);
}

/**
 * gen8_ppgtt_rw - read or write memory through a PPGTT
 * @v: the device
 * @t: the context's tables
 * @addr: graphics address
 * @buf: from or to
 * @len: bytes
 * @write: to the guest; what is read-only stays as it is, without an error
 *
 * Return: 0, or -EFAULT if part of it is not there; a read gives zeros for that.
 */
int gen8_ppgtt_rw(struct vgpu *v, struct gen8_tlb *t, u64 addr, void *buf, u32 len, bool write)
{
	return memory_rw(v, t, addr, buf, len, write);
}

/**
 * gen8_map - graphics memory that can be accessed directly
 * @v: the device
 * @t: the context's tables; NULL: the GGTT
 * @addr: graphics address
 * @write: it will be written
 *
 * Return: where it is, to the end of its page, while model->work or model->frame
 * runs; NULL: gen8_ggtt_rw() and gen8_ppgtt_rw() know what to do.
 */
u8 *gen8_map(struct vgpu *v, struct gen8_tlb *t, u64 addr, bool write)
{
	u64 entry;

	if (!v->host->map)
		return NULL;
	entry = entry_at(v, t, addr);
	if (!(entry & GEN8_PTE_PRESENT) || (write && !(entry & PTE_WRITE)))
		return NULL;
	return guest_at(v, (entry & GEN8_PTE_ADDR) + addr % GEN8_PAGE);
}

/**
 * gen8_ggtt_flush - the guest changed the GGTT and says so
 * @v: the device
 *
 * Entries are read at each use; only mappings of the aperture must learn of it.
 */
void gen8_ggtt_flush(struct vgpu *v)
{
	if (v->host->aperture_changed)
		v->host->aperture_changed(v);
}

/**
 * gen8_tlb_invalidate - the guest changed PPGTTs and says so
 * @v: the device
 */
void gen8_tlb_invalidate(struct vgpu *v)
{
	env_inc(&to_gen8(v)->tlb_epoch);
}

/**
 * gen8_aperture - the guest page behind a page of BAR2
 * @v: the device
 * @off: byte offset in the BAR
 * @gpa: receives its address
 *
 * Return: 0, or -EFAULT if there is none.
 */
int gen8_aperture(struct vgpu *v, u64 off, u64 *gpa)
{
	if (off >= GEN8_APERTURE_SIZE)
		return -EFAULT;
	return gen8_ggtt_page(v, off, gpa);
}
