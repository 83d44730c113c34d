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

static const struct ktap_case cases[] = {
	KTAP_CASE(init_survives_want_of_memory),
	KTAP_CASE(init_of_the_model_may_refuse),
	KTAP_CASE(model_without_anything),
	KTAP_CASE(regions_lead_to_their_own),
	KTAP_CASE(ram_is_memory),
	KTAP_CASE(ram_bounds_are_exact),
	KTAP_CASE(pages_can_be_mapped),
};

KTAP_MAIN(cases)
