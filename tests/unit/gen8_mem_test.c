// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mem_test.c - graphics addresses lead where the guest's tables say
 */
#include "gen8_guest.h"

static struct gen8_tlb tlb;

static void ppgtt_begin(void)
{
	guest_begin();
	tlb.levels = 4;
	tlb.root[0] = page_new();
	gen8_tlb_flush(&f.v, &tlb);
}

static u32 faults(void)
{
	return to_gen8(&f.v)->faults;
}

static u32 read32(u64 addr)
{
	u32 val = 0xdeadbeef;

	gen8_ppgtt_rw(&f.v, &tlb, addr, &val, 4, false);
	return val;
}

static int write32(u64 addr, u32 val)
{
	return gen8_ppgtt_rw(&f.v, &tlb, addr, &val, 4, true);
}

static void ggtt_is_read_at_each_use(void)
{
	u64 gpa = 0;
	u32 val = 0x11223344;

	guest_begin();
	CHECK_EQ(gen8_ggtt_page(&f.v, 0x5123, &gpa), -EFAULT);
	CHECK_EQ(faults(), 1);
	ggtt_set(0x5000, 0x123456789000 | 1);
	CHECK_EQ(gen8_ggtt_page(&f.v, 0x5123, &gpa), 0);
	CHECK_EQ(gpa, 0x3456789000);		/* 39 bits */
	ggtt_set(0x5000, 0x20000 | 1);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x5010, &val, 4, true), 0);
	CHECK_EQ(get32(0x20010), 0x11223344);
	ggtt_set(0x5000, 0x30000 | 1);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x5010, &val, 4, false), 0);
	CHECK_EQ(val, 0);
	ggtt_set(0xfffff000, 0x40000 | 1);
	CHECK_EQ(gen8_ggtt_page(&f.v, 0xfffff000, &gpa), 0);
	CHECK_EQ(gpa, 0x40000);
	guest_end();
}

static void ggtt_pages_need_not_follow(void)
{
	u8 data[3 * 4096], back[3 * 4096];
	u32 i;

	guest_begin();
	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + i / 256;
	ggtt_set(0x5000, 0x80000 | 1);
	ggtt_set(0x6000, 0x20000 | 1);
	ggtt_set(0x7000, 0x21000 | 1);
	ggtt_set(0x8000, 0x10000 | 1);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x5801, data, sizeof(data), true), 0);
	CHECK(!memcmp(f.ram + 0x80801, data, 0x7ff));
	CHECK(!memcmp(f.ram + 0x20000, data + 0x7ff, 0x2000));
	CHECK(!memcmp(f.ram + 0x10000, data + 0x27ff, 0x801));
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x5801, back, sizeof(back), false), 0);
	CHECK(!memcmp(data, back, sizeof(data)));

	/* A hole in the middle reads zeros, the rest what is there. */
	ggtt_set(0x6000, 0);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x5801, back, sizeof(back), false), -EFAULT);
	CHECK(!memcmp(data, back, 0x7ff));
	for (i = 0; i < 0x1000; i++)
		CHECK_EQ(back[0x7ff + i], 0);
	CHECK(!memcmp(data + 0x17ff, back + 0x17ff, 0x1801));
	CHECK_EQ(faults(), 1);
	/* So does what no memory is behind. */
	ggtt_set(0x6000, (u64)RAM_SIZE | 1);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0x6000, back, 4, false), -EFAULT);
	CHECK_EQ(back[0], 0);
	guest_end();
}

static void ggtt_wraps(void)
{
	u64 val = 0x8877665544332211;

	guest_begin();
	ggtt_set(0xfffff000, 0x80000 | 1);
	ggtt_set(0, 0x20000 | 1);
	CHECK_EQ(gen8_ggtt_rw(&f.v, 0xfffffffc, &val, 8, true), 0);
	CHECK_EQ(get32(0x80ffc), 0x44332211);
	CHECK_EQ(get32(0x20000), 0x88776655);
	guest_end();
}

static void ppgtt_has_four_levels(void)
{
	static const u64 addrs[] = { 0, 0x1000, 0x1ff000, 0x200000, 0x3ffff000, 0x40000000,
				     0x7fffffff000, 0x8000000000, 0xfffffffff000 };
	u32 i;

	ppgtt_begin();
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		ppgtt_new(tlb.root[0], addrs[i], 1);
		put32(ppgtt_gpa(tlb.root[0], addrs[i]) + 8, i + 1);
	}
	for (i = 0; i < ARRAY_SIZE(addrs); i++)
		CHECK_EQ(read32(addrs[i] + 8), i + 1);
	/* bit 47 extended, as programs write it */
	CHECK_EQ(read32(0xfffffffffffff008), ARRAY_SIZE(addrs));
	CHECK_EQ(faults(), 0);
	CHECK_EQ(write32(0x1ff008, 77), 0);
	CHECK_EQ(get32(ppgtt_gpa(tlb.root[0], 0x1ff008)), 77);
	guest_end();
}

static void ppgtt_missing_at_each_level(void)
{
	u32 level;

	for (level = 0; level < 4; level++) {
		ppgtt_begin();
		ppgtt_new(tlb.root[0], 0x123456789000, 1);
		put32(ppgtt_gpa(tlb.root[0], 0x123456789000), 5);
		CHECK_EQ(read32(0x123456789000), 5);
		put64(ppgtt_slot(tlb.root[0], 0x123456789000, level), 0);
		gen8_tlb_flush(&f.v, &tlb);
		CHECK_EQ(faults(), 0);
		CHECK_EQ(read32(0x123456789000), 0);
		CHECK_EQ(write32(0x123456789000, 1), -EFAULT);
		CHECK_EQ(faults(), 2);
		/* A table that is nowhere */
		put64(ppgtt_slot(tlb.root[0], 0x123456789000, level), 0x7000000000 | PTE_RW);
		gen8_tlb_flush(&f.v, &tlb);
		CHECK_EQ(read32(0x123456789000), 0);
		CHECK_EQ(faults(), 3);
		guest_end();
	}
}

static void read_only_drops_writes(void)
{
	u32 level;

	for (level = 0; level < 4; level++) {
		u64 slot, gpa;

		ppgtt_begin();
		ppgtt_new(tlb.root[0], 0x5000, 1);
		gpa = ppgtt_gpa(tlb.root[0], 0x5000);
		put32(gpa, 5);
		slot = ppgtt_slot(tlb.root[0], 0x5000, level);
		put64(slot, get64(slot) & ~2ull);
		CHECK_EQ(write32(0x5000, 6), 0);
		CHECK_EQ(read32(0x5000), 5);
		CHECK_EQ(get32(gpa), 5);
		CHECK_EQ(faults(), 0);
		guest_end();
	}
}

/* i915: each hole of an address space leads through scratch tables to one read-only page. */
static void scratch_is_shared_and_stays(void)
{
	u64 page, pt, pd, pdp, i;
	static const u64 addrs[] = { 0, 0x7000, 0x4560000, 0x123456000, 0x7fff00000000 };

	ppgtt_begin();
	page = page_new();
	pt = page_new();
	pd = page_new();
	pdp = page_new();
	put32(page, 0x5c5c5c5c);
	for (i = 0; i < 512; i++) {
		put64(pt + 8 * i, page | PTE_RO | 0x80);
		put64(pd + 8 * i, pt | PTE_RW | 0x18);
		put64(pdp + 8 * i, pd | PTE_RW | 0x18);
		put64(tlb.root[0] + 8 * i, pdp | PTE_RW | 0x18);
	}
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		CHECK_EQ(write32(addrs[i], i), 0);
		CHECK_EQ(read32(addrs[i]), 0x5c5c5c5c);
	}
	CHECK_EQ(faults(), 0);
	guest_end();
}

static void large_pages(void)
{
	u64 slot, pt;

	ppgtt_begin();
	/* 2 MiB; bits 20:12 of the entry are no address */
	put64(ppgtt_slot(tlb.root[0], 0x40000000, 1), 0x400000 | 0x1000 | PTE_RW | 0x80);
	put32(0x400000 + 0x123454, 0xaa);
	CHECK_EQ(read32(0x40123454), 0xaa);
	CHECK_EQ(write32(0x401ffffc, 0xbb), 0);
	CHECK_EQ(get32(0x5ffffc), 0xbb);
	put64(ppgtt_slot(tlb.root[0], 0x40000000, 1), 0x400000 | PTE_RO | 0x80);
	gen8_tlb_flush(&f.v, &tlb);
	CHECK_EQ(write32(0x40000000, 1), 0);
	CHECK_EQ(get32(0x400000), 0);

	/* 64 KiB: each sixteenth entry */
	slot = ppgtt_slot(tlb.root[0], 0x80000000, 1);
	pt = page_new();
	put64(slot, pt | PTE_RW | 0x800);
	put64(pt + 8 * 16, 0x610000 | PTE_RW);
	put64(pt + 8 * 17, 0x620000 | PTE_RW);
	put32(0x610000 + 0x5678, 0xcc);
	CHECK_EQ(read32(0x80000000 + 0x10000 + 0x5678), 0xcc);
	put32(0x61f000, 0xdd);
	CHECK_EQ(read32(0x80000000 + 0x1f000), 0xdd);
	CHECK_EQ(faults(), 0);
	CHECK_EQ(read32(0x80000000), 0);
	CHECK_EQ(faults(), 1);
	guest_end();
}

/* Bit 7 of a leaf is a cache attribute. */
static void pat_is_no_size(void)
{
	ppgtt_begin();
	ppgtt_set(tlb.root[0], 0x205000, 0x30000 | PTE_RW | 0x80 | 0x18);
	put32(0x30004, 9);
	CHECK_EQ(read32(0x205004), 9);
	guest_end();
}

static void three_levels(void)
{
	u32 i;

	ppgtt_begin();
	tlb.levels = 3;
	for (i = 0; i < 4; i++) {
		u64 pt = page_new(), page = page_new();

		tlb.root[i] = page_new();
		put64(tlb.root[i] + 8 * 511, pt | PTE_RW);
		put64(pt + 8 * 510, page | PTE_RW);
		put32(page, i + 1);
	}
	for (i = 0; i < 4; i++)
		CHECK_EQ(read32(0x40000000ull * i + (511ull << 21) + (510 << 12)), i + 1);
	CHECK_EQ(faults(), 0);
	CHECK_EQ(read32(0x100000000 + (511ull << 21) + (510 << 12)), 0);
	CHECK_EQ(faults(), 1);
	guest_end();
}

static void remembered_until_flushed(void)
{
	u32 i;

	ppgtt_begin();
	ppgtt_set(tlb.root[0], 0x5000, 0x30000 | PTE_RW);
	put32(0x30000, 1);
	put32(0x40000, 2);
	put32(0x50000, 3);
	CHECK_EQ(read32(0x5000), 1);
	ppgtt_set(tlb.root[0], 0x5000, 0x40000 | PTE_RW);
	CHECK_EQ(read32(0x5000), 1);
	gen8_tlb_flush(&f.v, &tlb);
	CHECK_EQ(read32(0x5000), 2);
	ppgtt_set(tlb.root[0], 0x5000, 0x50000 | PTE_RW);
	gen8_tlb_invalidate(&f.v);
	CHECK_EQ(read32(0x5000), 3);
	/* More places than are remembered, twice: none is taken for another. */
	for (i = 0; i < 200; i++) {
		ppgtt_new(tlb.root[0], 0x10000ull * i, 1);
		put32(ppgtt_gpa(tlb.root[0], 0x10000ull * i), i);
	}
	gen8_tlb_flush(&f.v, &tlb);
	for (i = 0; i < 400; i++)
		CHECK_EQ(read32(0x10000ull * (i % 200)), i % 200);
	guest_end();
}

static void aperture_follows_the_ggtt(void)
{
	u64 gpa = 0;

	guest_begin();
	CHECK_EQ(gen8_aperture(&f.v, 0x1000, &gpa), -EFAULT);
	ggtt_set(0x1000, 0x30000 | 1);
	CHECK_EQ(gen8_aperture(&f.v, 0x1000, &gpa), 0);
	CHECK_EQ(gpa, 0x30000);
	CHECK_EQ(f.aperture_changes, 0);
	gen8_ggtt_flush(&f.v);
	CHECK_EQ(f.aperture_changes, 1);
	ggtt_set(GEN8_APERTURE_SIZE, 0x40000 | 1);
	CHECK_EQ(gen8_aperture(&f.v, GEN8_APERTURE_SIZE, &gpa), -EFAULT);
	guest_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(ggtt_is_read_at_each_use),
	KTAP_CASE(ggtt_pages_need_not_follow),
	KTAP_CASE(ggtt_wraps),
	KTAP_CASE(ppgtt_has_four_levels),
	KTAP_CASE(ppgtt_missing_at_each_level),
	KTAP_CASE(read_only_drops_writes),
	KTAP_CASE(scratch_is_shared_and_stays),
	KTAP_CASE(large_pages),
	KTAP_CASE(pat_is_no_size),
	KTAP_CASE(three_levels),
	KTAP_CASE(remembered_until_flushed),
	KTAP_CASE(aperture_follows_the_ggtt),
};

KTAP_MAIN(cases)
