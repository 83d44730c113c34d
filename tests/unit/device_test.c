// SPDX-License-Identifier: GPL-2.0
/*
 * device_test.c - life of a device, and the door to its regions
 */
#include "fixture.h"
#include "model_bochs.h"
#include "model_test.h"

static struct fixture f;

static void init_survives_want_of_memory(void)
{
	struct vgpu v;
	int n = -1;
	int ret;

	if (!CHECK_EQ(vgpu_model_init(&vgpu_model_test), 0))
		return;
	do {
		alloc_fail_after(++n);
		ret = vgpu_init(&v, &vgpu_model_test, NULL, NULL);
	} while (ret == -ENOMEM && n < 100);
	alloc_fail_after(-1);
	CHECK_EQ(ret, 0);
	CHECK_EQ(n, 3);			/* priv, registers, memory */
	vgpu_exit(&v);
	vgpu_model_exit(&vgpu_model_test);
}

static int init_refuses(struct vgpu *v)
{
	return -ENODEV;
}

static void init_of_the_model_may_refuse(void)
{
	struct vgpu_model m = vgpu_model_test;
	struct vgpu v;

	m.init = init_refuses;
	if (!CHECK_EQ(vgpu_model_init(&m), 0))
		return;
	CHECK_EQ(-vgpu_init(&v, &m, NULL, NULL), ENODEV);
	CHECK(!v.regs && !v.priv && !v.mem[TEST_BAR_RAM]);
	vgpu_model_exit(&m);
}

static void model_without_anything(void)
{
	struct vgpu_model m = { .name = "empty", .description = "nothing" };
	u8 buf[8] = { 0 };

	fixture_init(&f, &m);
	CHECK(!f.v.regs && !f.v.priv);
	CHECK_EQ(-vgpu_region_read(&f.v, 0, 0, buf, 4), EINVAL);
	CHECK_EQ(-vgpu_mmio_read(&f.v, 0, buf, 4), EINVAL);
	CHECK_EQ(config_get(&f, 0, 8), 0);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	fixture_exit(&f);
}

static void regions_lead_to_their_own(void)
{
	u64 val = 0;
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	CHECK_EQ(vgpu_region_read(&f.v, TEST_BAR_REGS, TEST_RO, &val, 4), 0);
	CHECK_EQ(val, 0x12345678);
	val = 0x55;
	CHECK_EQ(vgpu_region_write(&f.v, TEST_BAR_REGS, TEST_RW, &val, 4), 0);
	CHECK_EQ(mmio_get(&f, TEST_RW, 4), 0x55);
	CHECK_EQ(vgpu_region_read(&f.v, VGPU_REGION_CONFIG, 0, &val, 2), 0);
	CHECK_EQ(val, 0x1234);
	val = 0x0b;
	CHECK_EQ(vgpu_region_write(&f.v, VGPU_REGION_CONFIG, PCI_INTERRUPT_LINE, &val, 1), 0);
	CHECK_EQ(config_get(&f, PCI_INTERRUPT_LINE, 1), 0x0b);
	for (i = 0; i < 32; i++) {
		if (i == TEST_BAR_REGS || i == TEST_BAR_RAM || i == VGPU_REGION_CONFIG)
			continue;
		CHECK_EQ(-vgpu_region_read(&f.v, i, 0, &val, 4), EINVAL);
		CHECK_EQ(-vgpu_region_write(&f.v, i, 0, &val, 4), EINVAL);
	}
	CHECK_EQ(-vgpu_region_read(&f.v, U32_MAX, 0, &val, 4), EINVAL);
	fixture_exit(&f);
}

static void ram_is_memory(void)
{
	u8 in[64], out[64];
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	for (i = 0; i < sizeof(in); i++)
		in[i] = i + 1;
	CHECK_EQ(vgpu_region_read(&f.v, TEST_BAR_RAM, 4093, out, 8), 0);
	for (i = 0; i < 8; i++)
		CHECK_EQ(out[i], 0);
	CHECK_EQ(vgpu_region_write(&f.v, TEST_BAR_RAM, 4093, in, sizeof(in)), 0);
	CHECK_EQ(vgpu_region_read(&f.v, TEST_BAR_RAM, 4093, out, sizeof(out)), 0);
	CHECK(!memcmp(in, out, sizeof(in)));
	CHECK(!memcmp((u8 *)f.v.mem[TEST_BAR_RAM] + 4093, in, sizeof(in)));
	vgpu_reset(&f.v);					/* kept */
	CHECK(!memcmp((u8 *)f.v.mem[TEST_BAR_RAM] + 4093, in, sizeof(in)));
	fixture_exit(&f);
}

static void ram_bounds_are_exact(void)
{
	u8 buf[64] = { 0 };
	u64 size = TEST_RAM_SIZE;
	u32 len;

	fixture_init(&f, &vgpu_model_test);
	for (len = 1; len <= sizeof(buf); len++) {
		CHECK_EQ(vgpu_region_write(&f.v, TEST_BAR_RAM, size - len, buf, len), 0);
		CHECK_EQ(vgpu_region_read(&f.v, TEST_BAR_RAM, size - len, buf, len), 0);
		CHECK_EQ(-vgpu_region_write(&f.v, TEST_BAR_RAM, size - len + 1, buf, len), EINVAL);
		CHECK_EQ(-vgpu_region_read(&f.v, TEST_BAR_RAM, size - len + 1, buf, len), EINVAL);
		CHECK_EQ(-vgpu_region_read(&f.v, TEST_BAR_RAM, 0ull - len, buf, len), EINVAL);
	}
	CHECK_EQ(-vgpu_region_write(&f.v, TEST_BAR_RAM, 0, buf, 0), EINVAL);
	CHECK_EQ(-vgpu_region_read(&f.v, TEST_BAR_RAM, 0, buf, U32_MAX), EINVAL);
	fixture_exit(&f);
}

static void pages_can_be_mapped(void)
{
	fixture_init(&f, &vgpu_model_bochs);
	CHECK_EQ((uintptr_t)f.v.regs % PAGE_SIZE, 0);
	CHECK_EQ((uintptr_t)f.v.mem[BOCHS_BAR_FB] % PAGE_SIZE, 0);
	fixture_exit(&f);
}

/* Registers, a hole, memory in one BAR; a window onto guest memory in another. */
#define GUEST_PAGE	0x12345000

static u8 guest[4096];
static u32 guest_errors;

static int window(struct vgpu *v, u64 off, u64 *gpa)
{
	*gpa = GUEST_PAGE + off;
	return off == 0x3000 ? -EFAULT : 0;		/* the last page is not there */
}

/* The guest has one page, the second of the window. */
static int guest_dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	u64 at = gpa - GUEST_PAGE - 0x1000;

	if (at >= sizeof(guest) || len > sizeof(guest) - at) {
		guest_errors++;
		return -EFAULT;
	}
	if (write)
		memcpy(guest + at, buf, len);
	else
		memcpy(buf, guest + at, len);
	return 0;
}

static const struct vgpu_host guest_host = { .dma = guest_dma };

static const struct vgpu_area areas[] = { { 0, 0x4000, VGPU_EMULATED } };
static const struct vgpu_reg gpu_regs[] = { { REG(0xffc), .rw = U32_MAX } };
static const struct vgpu_block gpu_block = { "gpu", gpu_regs, 1 };
static const struct vgpu_block *const gpu_blocks[] = { &gpu_block };

static struct vgpu_model gpu = {
	.name = "gpu",
	.description = "for this test",
	.bars[0] = { VGPU_BAR_REGS, 0, 0x4000, areas, 1, 0x1000, 0x3000 },
	.bars[1] = { VGPU_BAR_APERTURE, 0, 0x4000, areas, 1 },
	.blocks = gpu_blocks,
	.nr_blocks = 1,
	.hole = 0x44332211,
	.aperture = window,
};

static u64 get(struct vgpu *v, u32 bar, u64 off, u32 len)
{
	u64 val = 0;

	CHECK_EQ(vgpu_region_read(v, bar, off, &val, len), 0);
	return val;
}

static void put(struct vgpu *v, u32 bar, u64 off, u64 val, u32 len)
{
	CHECK_EQ(vgpu_region_write(v, bar, off, &val, len), 0);
}

static bool gpu_begin(struct vgpu *v)
{
	return CHECK_EQ(vgpu_model_init(&gpu), 0) &&
	       CHECK_EQ(vgpu_init(v, &gpu, &guest_host, NULL), 0);
}

static void gpu_end(struct vgpu *v)
{
	vgpu_exit(v);
	vgpu_model_exit(&gpu);
}

static void memory_behind_registers(void)
{
	struct vgpu v;
	u64 val = 0;

	if (!gpu_begin(&v))
		return;
	put(&v, 0, 0xffc, 0xaabbccdd, 4);
	CHECK_EQ(get(&v, 0, 0xffc, 4), 0xaabbccdd);
	/* a hole: reads as one at each alignment, keeps nothing */
	put(&v, 0, 0x1000, 0, 8);
	CHECK_EQ(get(&v, 0, 0x1000, 8), 0x4433221144332211);
	CHECK_EQ(get(&v, 0, 0x2003, 3), 0x221144);
	/* memory to the end of the BAR */
	CHECK_EQ(get(&v, 0, 0x3000, 8), 0);
	put(&v, 0, 0x3ff8, 0x1122334455667788, 8);
	CHECK_EQ(get(&v, 0, 0x3ffc, 4), 0x11223344);
	CHECK_EQ(-vgpu_region_read(&v, 0, 0x3ffd, &val, 4), EINVAL);
	CHECK_EQ(-vgpu_region_write(&v, 0, 0x4000, &val, 1), EINVAL);

	CHECK(vgpu_region_memory(&v, 0, 0) == v.regs);
	CHECK(vgpu_region_memory(&v, 0, 0xfff) == (u8 *)v.regs + 0xfff);
	CHECK(!vgpu_region_memory(&v, 0, 0x1000));
	CHECK(!vgpu_region_memory(&v, 0, 0x2fff));
	CHECK(vgpu_region_memory(&v, 0, 0x3000) == v.mem[0]);
	CHECK(vgpu_region_memory(&v, 0, 0x3fff) == (u8 *)v.mem[0] + 0xfff);
	CHECK(!vgpu_region_memory(&v, 0, 0x4000));
	CHECK(!vgpu_region_memory(&v, 1, 0));
	CHECK(!vgpu_region_memory(&v, 7, 0));
	gpu_end(&v);
}

static void aperture_goes_page_by_page(void)
{
	static u8 buf[0x3000];
	struct vgpu v;
	u32 i;

	if (!gpu_begin(&v))
		return;
	for (i = 0; i < sizeof(guest); i++)
		guest[i] = i;
	CHECK_EQ(get(&v, 1, 0x1004, 8), 0x0b0a090807060504);
	CHECK_EQ(get(&v, 1, 0x0ffc, 8), 0x03020100ffffffff);	/* nothing before it */
	CHECK_EQ(get(&v, 1, 0x1ffe, 4), 0xfffffffe | 0xff00);
	CHECK_EQ(get(&v, 1, 0x3ff8, 8), ~0ull);			/* no translation */
	guest_errors = 0;
	put(&v, 1, 0x0ffe, 0x55667788, 4);
	CHECK_EQ(guest_errors, 1);
	CHECK_EQ(guest[0], 0x66);
	CHECK_EQ(guest[1], 0x55);
	CHECK_EQ(guest[2], 2);

	CHECK_EQ(vgpu_region_read(&v, 1, 0x1000 - 16, buf, sizeof(buf)), 0);
	CHECK(!memcmp(buf + 16, guest, sizeof(guest)));
	CHECK_EQ(buf[15], 0xff);
	CHECK_EQ(buf[16 + sizeof(guest)], 0xff);
	CHECK_EQ(-vgpu_region_read(&v, 1, 0x3ffd, buf, 4), EINVAL);
	CHECK_EQ(-vgpu_region_read(&v, 1, 0x4000, buf, 1), EINVAL);
	CHECK_EQ(-vgpu_region_write(&v, 1, 0, buf, 0), EINVAL);
	gpu_end(&v);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(init_survives_want_of_memory),
	KTAP_CASE(init_of_the_model_may_refuse),
	KTAP_CASE(model_without_anything),
	KTAP_CASE(regions_lead_to_their_own),
	KTAP_CASE(ram_is_memory),
	KTAP_CASE(ram_bounds_are_exact),
	KTAP_CASE(pages_can_be_mapped),
	KTAP_CASE(memory_behind_registers),
	KTAP_CASE(aperture_goes_page_by_page),
};

KTAP_MAIN(cases)
