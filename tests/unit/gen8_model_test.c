// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_model_test.c - the whole: PCI identity, BARs, PVINFO, resets, mailbox, OpRegion
 */
#include "gen8_helpers.h"

static struct fixture f;

static void i915_finds_its_device(void)
{
	u32 off;

	fixture_init(&f, &vgpu_model_gen8);
	CHECK_EQ(config_get(&f, 0x00, 4), 0x16128086);
	CHECK_EQ(config_get(&f, 0x08, 4), 0x03000009);
	CHECK_EQ(config_get(&f, 0x0e, 1), 0);
	CHECK_EQ(config_get(&f, 0x50, 2), 0x00c0);	/* 8 MiB of entries, nothing stolen */
	CHECK_EQ(config_get(&f, 0x5c, 4), 0);
	CHECK_EQ(config_get(&f, 0xfc, 4), 0);
	config_put(&f, 0x50, 0xffff, 2);
	config_put(&f, 0x5c, 0xffffffff, 4);
	config_put(&f, 0xfc, 0x7ff00018, 4);
	CHECK_EQ(config_get(&f, 0x50, 2), 0x00c0);
	CHECK_EQ(config_get(&f, 0x5c, 4), 0);
	CHECK_EQ(config_get(&f, 0xfc, 4), 0x7ff00018);
	off = config_get(&f, PCI_CAPABILITY_LIST, 1);
	CHECK_EQ(config_get(&f, off, 2), PCI_CAP_ID_MSI);
	CHECK_EQ(config_get(&f, off + PCI_MSI_FLAGS, 2), 0x0080);
	config_put(&f, 0x10, 0xffffffffffffffff, 8);
	config_put(&f, 0x18, 0xffffffffffffffff, 8);
	CHECK_EQ(config_get(&f, 0x10, 8), 0xffffffffff000004);
	CHECK_EQ(config_get(&f, 0x18, 8), 0xfffffffff000000c);
	fixture_exit(&f);
}

static void pvinfo_is_what_i915_checks(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	CHECK_EQ(mmio_get(&f, 0x78000, 8), 0x4776544776544776);
	CHECK_EQ(mmio_get(&f, 0x78008, 2), 1);
	CHECK_EQ(rd(&f, 0x78010), 0xc);
	CHECK_EQ(rd(&f, 0x78040), 0);
	CHECK_EQ(rd(&f, 0x78044), 256 << 20);
	CHECK_EQ(rd(&f, 0x78048), 256 << 20);
	CHECK_EQ((u64)rd(&f, 0x78048) + rd(&f, 0x7804c), 1ull << 32);
	CHECK_EQ(rd(&f, 0x78050), 0);
	wr(&f, 0x78000, 0);
	wr(&f, 0x78010, 0);
	CHECK_EQ(mmio_get(&f, 0x78000, 8), 0x4776544776544776);
	CHECK_EQ(rd(&f, 0x78010), 0xc);
	wr(&f, 0x78838, 0x1000);
	wr(&f, 0x7883c, 1);
	wr(&f, 0x78818, 4);
	wr(&f, 0x78804, 1);
	CHECK_EQ(rd(&f, 0x78804), 1);
	fixture_exit(&f);
}

static void mailbox_answers_at_once(void)
{
	static const u8 known[] = { 0x08, 0x17, 0x18, 0x19 };
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0x138128, 0);
	wr(&f, 0x138124, 0x8000001a);
	CHECK_EQ(rd(&f, 0x138124), 0);
	CHECK_EQ(rd(&f, 0x138128), 0x700);
	for (i = 0; i < sizeof(known); i++) {
		wr(&f, 0x138128, 0x1234);
		wr(&f, 0x138124, 0x80000000 | known[i]);
		CHECK_EQ(rd(&f, 0x138124), 0);
	}
	wr(&f, 0x138124, 0x800000ee);			/* no such command */
	CHECK_EQ(rd(&f, 0x138124), 1);
	wr(&f, 0x138124, 0x1a);				/* nothing started */
	CHECK_EQ(rd(&f, 0x138124), 0x1a);
	fixture_exit(&f);
}

static void watermarks_have_latencies(void)
{
	u64 sskpd;

	fixture_init(&f, &vgpu_model_gen8);
	sskpd = mmio_get(&f, 0x145d10, 8);
	CHECK_EQ(sskpd >> 56, 20);
	CHECK_EQ(sskpd >> 4 & 0xff, 5);
	CHECK_EQ(sskpd >> 12 & 0xff, 10);
	CHECK_EQ(sskpd >> 20 & 0x1ff, 16);
	CHECK_EQ(sskpd >> 32 & 0x1ff, 20);
	CHECK_EQ(rd(&f, 0x145998), 0);			/* no frequencies to choose */
	CHECK_EQ(rd(&f, 0x9120), 1 << 25);
	fixture_exit(&f);
}

/* Idle engines stop at once. */
static void reset_requests_clear_themselves(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	for (i = 0; i < 32; i++) {
		wr(&f, 0x941c, 1u << i);
		f.model->work(&f.v);
		CHECK_EQ(rd(&f, 0x941c), 0);
	}
	wr(&f, 0x4260, 1);
	wr(&f, 0x4270, 1);
	CHECK_EQ(rd(&f, 0x4260), 0);
	CHECK_EQ(rd(&f, 0x4270), 0);
	fixture_exit(&f);
}

static void flush_tells_the_aperture(void)
{
	u64 gpa;

	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0x101008, 1);
	wr(&f, 0x101008, 1);
	CHECK_EQ(f.aperture_changes, 2);
	CHECK(f.model->aperture(&f.v, 0x3000, &gpa));
	ggtt_map(&f, 0x3000, 0x123456000);
	CHECK_EQ(f.model->aperture(&f.v, 0x3000, &gpa), 0);
	CHECK_EQ(gpa, 0x123456000);
	fixture_exit(&f);
}

static void forcewake_is_acknowledged(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	wr(&f, 0xa188, 0x00010001);
	CHECK_EQ(rd(&f, 0x130044), 1);
	wr(&f, 0xa188, 0x00010000);
	CHECK_EQ(rd(&f, 0x130044), 0);
	fixture_exit(&f);
}

static void table_entries_are_memory(void)
{
	u64 pte = 0x123456789abcdef0, got = 0;

	fixture_init(&f, &vgpu_model_gen8);
	CHECK_EQ(vgpu_region_write(&f.v, 0, 0xfffff8, &pte, 8), 0);
	CHECK_EQ(vgpu_region_read(&f.v, 0, 0xfffff8, &got, 8), 0);
	CHECK_EQ(got, pte);
	CHECK_EQ(vgpu_region_read(&f.v, 0, 0x200000, &got, 8), 0);
	CHECK_EQ(got, 0);
	vgpu_reset(&f.v);
	CHECK_EQ(vgpu_region_read(&f.v, 0, 0xfffff8, &got, 8), 0);
	CHECK_EQ(got, pte);
	fixture_exit(&f);
}

static u32 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

/* As i915 parses it: header, mailboxes, table, blocks, children. */
static void opregion_describes_one_hdmi_port(void)
{
	u8 region[8192 + 1];
	const u8 *vbt = region + 0x400, *bdb, *block;
	u32 children = 0;
	u8 sum = 0;
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	memset(region, 0xee, sizeof(region));
	f.model->opregion(&f.v, region);
	CHECK_EQ(region[8192], 0xee);
	CHECK(!memcmp(region, "IntelGraphicsMem", 16));
	CHECK_EQ(get16(region + 0x10), 8);
	CHECK_EQ(region[0x17], 2);
	CHECK_EQ(get16(region + 0x58), 1 << 3);

	CHECK(!memcmp(vbt, "$VBT", 4));
	for (i = 0; i < get16(vbt + 24); i++)
		sum += vbt[i];
	CHECK_EQ(sum, 0);
	bdb = vbt + get16(vbt + 28);
	CHECK(!memcmp(bdb, "BIOS_DATA_BLOCK ", 16));
	CHECK_EQ(bdb - vbt + get16(bdb + 20), get16(vbt + 24));
	for (block = bdb + get16(bdb + 18); block < bdb + get16(bdb + 20);
	     block += 3 + get16(block + 1)) {
		const u8 *child = block + 3 + 5;

		if (block[0] == 1)
			CHECK_EQ(block[3 + 4] & 1, 0);	/* no CRT */
		if (block[0] != 2)
			continue;
		CHECK_EQ(block[3 + 4], 33);
		children = (get16(block + 1) - 5) / 33;
		CHECK_EQ(get16(child + 2) & 0x1816, 0x0012);	/* TMDS, digital, no DP */
		CHECK_EQ(child[16], 1);			/* HDMI B */
		CHECK_EQ(child[19], 5);			/* GMBUS pin */
	}
	CHECK(block == bdb + get16(bdb + 20));
	CHECK_EQ(children, 1);
	fixture_exit(&f);
}

static void init_survives_want_of_memory(void)
{
	struct vgpu v;
	int n = -1;
	int ret;

	fixture_init(&f, &vgpu_model_gen8);
	do {
		alloc_fail_after(++n);
		ret = vgpu_init(&v, &vgpu_model_gen8, f.v.host, &f);
	} while (ret == -ENOMEM && n < 100);
	alloc_fail_after(-1);
	CHECK_EQ(ret, 0);
	CHECK_EQ(n, 5);			/* priv, registers, GGTT, display, engines */
	if (!ret)
		vgpu_exit(&v);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(i915_finds_its_device),
	KTAP_CASE(pvinfo_is_what_i915_checks),
	KTAP_CASE(mailbox_answers_at_once),
	KTAP_CASE(watermarks_have_latencies),
	KTAP_CASE(reset_requests_clear_themselves),
	KTAP_CASE(flush_tells_the_aperture),
	KTAP_CASE(forcewake_is_acknowledged),
	KTAP_CASE(table_entries_are_memory),
	KTAP_CASE(opregion_describes_one_hdmi_port),
	KTAP_CASE(init_survives_want_of_memory),
};

KTAP_MAIN(cases)
