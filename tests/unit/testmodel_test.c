// SPDX-License-Identifier: GPL-2.0
/*
 * testmodel_test.c - the test device does what its header says
 */
#include "fixture.h"
#include "model_test.h"

static struct fixture f;

static void get_is(u32 off, u32 want)
{
	u32 got = mmio_get(&f, off, 4);

	if (!CHECK_EQ(got, want))
		printf("#   at %#x\n", off);
}

static void reset_values(void)
{
	fixture_init(&f, &vgpu_model_test);
	get_is(TEST_FIRST, 0x4b564d47);
	get_is(4, TEST_HOLE);
	get_is(TEST_RW, 0x01234567);
	get_is(TEST_ARRAY, 0x0a0b0c0d);
	get_is(TEST_ARRAY + 4 * (TEST_ARRAY_NR - 1), 0x0a0b0c0d);
	get_is(TEST_ARRAY + 4 * TEST_ARRAY_NR, TEST_HOLE);
	get_is(TEST_CROSS + 4 * (TEST_CROSS_NR - 1), 0x80000000);
	get_is(TEST_USER, 0);
	get_is(TEST_LAST, 0x7a57c0de);
	CHECK_EQ(TEST_LAST + 4, TEST_REGS_SIZE);
	fixture_exit(&f);
}

static void read_counter_counts_byte_0(void)
{
	fixture_init(&f, &vgpu_model_test);
	get_is(TEST_READ_COUNT, 1);
	get_is(TEST_READ_COUNT, 2);
	CHECK_EQ(mmio_get(&f, TEST_READ_COUNT + 1, 1), 0);
	CHECK_EQ(mmio_get(&f, TEST_READ_COUNT, 1), 3);
	CHECK_EQ(mmio_get(&f, TEST_READ_COUNT + 2, 4), 0);
	CHECK_EQ(mmio_get(&f, TEST_READ_COUNT - 4, 8) >> 32, 4);
	get_is(TEST_USER_COUNT, 1);			/* counts for itself */
	vgpu_reset(&f.v);
	get_is(TEST_READ_COUNT, 1);
	get_is(TEST_USER_COUNT, 1);
	fixture_exit(&f);
}

static void doorbell_raises_its_vector(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	for (i = 0; i < 4; i++) {
		mmio_put(&f, TEST_DOORBELL, i, 4);
		CHECK_EQ(f.irqs[i], 1);
		get_is(TEST_DOORBELL_COUNT, i + 1);
	}
	mmio_put(&f, TEST_DOORBELL + 1, 0, 3);		/* no byte 0 */
	get_is(TEST_DOORBELL_COUNT, 4);
	mmio_put(&f, TEST_DOORBELL, 7, 1);
	CHECK_EQ(f.irqs[3], 2);
	get_is(TEST_DOORBELL, 7);
	CHECK_EQ(f.intx_edges, 0);
	fixture_exit(&f);
}

static void intx_is_status_and_enable(void)
{
	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, TEST_IRQ_SET, 0x11, 4);
	get_is(TEST_IRQ_STATUS, 0x11);
	CHECK(!f.intx);
	mmio_put(&f, TEST_IRQ_ENABLE, 0x10, 4);
	CHECK(f.intx);
	CHECK(config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT);
	mmio_put(&f, TEST_IRQ_STATUS, 0x01, 4);
	CHECK(f.intx);
	CHECK_EQ(f.intx_edges, 1);
	mmio_put(&f, TEST_IRQ_STATUS, 0x10, 1);
	CHECK(!f.intx);
	CHECK(!(config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT));
	mmio_put(&f, TEST_IRQ_SET, 0x11, 4);		/* no edge */
	get_is(TEST_IRQ_STATUS, 0);
	mmio_put(&f, TEST_IRQ_SET, 0, 4);
	mmio_put(&f, TEST_IRQ_SET, 0x10, 4);
	CHECK(f.intx);
	mmio_put(&f, TEST_IRQ_ENABLE, 0, 4);
	CHECK(!f.intx);
	CHECK_EQ(f.intx_edges, 4);
	fixture_exit(&f);
}

static void reset_lowers_intx(void)
{
	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, TEST_IRQ_ENABLE, U32_MAX, 4);
	mmio_put(&f, TEST_IRQ_SET, 1, 4);
	CHECK(f.intx);
	vgpu_reset(&f.v);
	CHECK(!f.intx);
	CHECK_EQ(f.intx_edges, 2);
	CHECK(!(config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT));
	vgpu_reset(&f.v);
	CHECK_EQ(f.intx_edges, 2);
	fixture_exit(&f);
}

static void setters_set(void)
{
	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, TEST_W1C, U32_MAX, 4);
	mmio_put(&f, TEST_W1C_SET, 0x80000001, 4);
	get_is(TEST_W1C, 0x80000001);
	mmio_get(&f, TEST_RC, 4);
	get_is(TEST_RC, 0xf00f0000);
	mmio_put(&f, TEST_RC_SET, 0x00000ff0, 2);
	get_is(TEST_RC, 0xf00f0ff0);
	get_is(TEST_RC, 0xf00f0000);
	fixture_exit(&f);
}

static void time_is_the_hosts(void)
{
	fixture_init(&f, &vgpu_model_test);
	f.now = 0x123456789abcdef0;
	get_is(TEST_TIME_LO, 0x9abcdef0);
	get_is(TEST_TIME_HI, 0x12345678);
	CHECK_EQ(mmio_get(&f, TEST_TIME_LO, 8), f.now);
	fixture_exit(&f);
}

/* What a locked access of 8 bytes to a clock does is the same at any time. */
static void nothing_is_stored_beside_the_clock(void)
{
	u32 off;

	fixture_init(&f, &vgpu_model_test);
	for (off = TEST_TIME_LO - 7; off < TEST_TIME_HI + 4 + 7; off++) {
		const struct vgpu_reg *r = vgpu_reg_find(&vgpu_model_test, off);

		CHECK(!r || r->flags & VGPU_REG_VOLATILE);
	}
	fixture_exit(&f);
}

static void pair_is_64_bits(void)
{
	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, TEST_PAIR_LO, 0x0123456789abcdef, 8);
	CHECK_EQ(mmio_get(&f, TEST_PAIR_LO, 8), 0x0123456789abcdef);
	get_is(TEST_PAIR_HI, 0x01234567);
	fixture_exit(&f);
}

static void array_crosses_the_page(void)
{
	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, 0xffc, 0x1122334455667788, 8);
	get_is(0xffc, 0xd5667788);		/* bit 31 is read-only, and set */
	get_is(0x1000, 0x91223344);
	fixture_exit(&f);
}

/* What a VMM does to an access: pieces at their natural alignment. */
static void put_in_pieces(u64 off, u64 val, u32 len)
{
	while (len) {
		u32 n = 8;

		while (n > len || off % n)
			n /= 2;
		mmio_put(&f, off, val, n);
		val = n == 8 ? 0 : val >> 8 * n;
		off += n;
		len -= n;
	}
}

/* Any write at any place leaves the same registers, whole or in pieces. */
static void pieces_add_up(void)
{
	static u32 whole[TEST_REGS_SIZE / 4];
	u32 off, len, n;

	for (n = 0; n < 4; n++) {
		u64 val = 0x8f7f6f5f4f3f2f1f * (2 * n + 1);

		for (off = 0; off < 0x78; off++)
			for (len = 1; len <= 8; len++) {
				if (!f.v.regs)
					fixture_init(&f, &vgpu_model_test);
				vgpu_reset(&f.v);
				mmio_put(&f, TEST_RC, 0, 4);
				mmio_put(&f, off, val, len);
				mmio_put(&f, off, ~val, len);
				memcpy(whole, f.v.regs, sizeof(whole));
				vgpu_reset(&f.v);
				put_in_pieces(off, val, len);
				put_in_pieces(off, ~val, len);
				CHECK(!memcmp(whole, f.v.regs, sizeof(whole)));
			}
	}
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(reset_values),
	KTAP_CASE(read_counter_counts_byte_0),
	KTAP_CASE(doorbell_raises_its_vector),
	KTAP_CASE(intx_is_status_and_enable),
	KTAP_CASE(reset_lowers_intx),
	KTAP_CASE(setters_set),
	KTAP_CASE(time_is_the_hosts),
	KTAP_CASE(nothing_is_stored_beside_the_clock),
	KTAP_CASE(pair_is_64_bits),
	KTAP_CASE(array_crosses_the_page),
	KTAP_CASE(pieces_add_up),
};

KTAP_MAIN(cases)
