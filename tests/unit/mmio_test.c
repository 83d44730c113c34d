// SPDX-License-Identifier: GPL-2.0
/*
 * mmio_test.c - the door of the register BAR: widths, lanes, kinds of registers
 */
#include "fixture.h"

/* What the callbacks of the model below saw. */
static struct {
	u32 reads, writes, off, old, new;
	u32 value;
} seen;

static u32 seen_read(struct vgpu *v, u32 off)
{
	seen.reads++;
	seen.off = off;
	return seen.value;
}

static void seen_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	seen.writes++;
	seen.off = off;
	seen.old = old;
	seen.new = new;
}

#define HOLE	0x11223344
#define SIZE	4096

enum {
	RW = 0x00, PART = 0x04, RO = 0x08, W1C = 0x0c, MASKED = 0x10, RC = 0x14,
	VOL = 0x18, B0 = 0x1c, HOOK = 0x20, MIXED = 0x24, DWORD = 0x28, ARRAY = 0x40, LAST = SIZE - 4,
};

static const struct vgpu_reg regs[] = {
	{ REG(RW),	.rw = U32_MAX, .reset = 0x03020100 },
	{ REG(PART),	.rw = 0x0ff00ff0, .reset = 0xabcdef01 },
	{ REG(RO),	.reset = 0x55667788 },
	{ REG(W1C),	.w1c = 0xffffff0f, .reset = U32_MAX },
	{ REG(MASKED),	.rw = 0x0fff, .reset = 0x1000, .flags = VGPU_REG_MASKED },
	{ REG(RC),	.rc = 0xff00ffff, .reset = U32_MAX },
	{ REG(VOL),	.rw = U32_MAX, .read = seen_read, .flags = VGPU_REG_VOLATILE },
	{ REG(B0),	.rw = U32_MAX, .read = seen_read, .written = seen_written,
			.flags = VGPU_REG_BYTE0 },
	{ REG(HOOK),	.rw = U32_MAX, .written = seen_written, .reset = 0x0f0f0f0f },
	{ REG(MIXED),	.rw = 0xff, .w1c = 0xff00, .rc = 0xff0000, .reset = 0xa5a5a5a5 },
	{ REG(DWORD),	.rw = U32_MAX, .written = seen_written, .flags = VGPU_REG_DWORD },
	{ REG(ARRAY),	.rw = U32_MAX, .count = 8, .reset = 0x77777777 },
	{ REG(LAST),	.rw = U32_MAX, .reset = 0x1a57 },
};

static const struct vgpu_block block = { "block", regs, ARRAY_SIZE(regs) };
static const struct vgpu_block *const blocks[] = { &block };
static const struct vgpu_area areas[] = { { 0, SIZE, VGPU_EMULATED } };

static struct vgpu_model model = {
	.name = "mmio",
	.description = "for this test",
	.bars[0] = { VGPU_BAR_REGS, 0, SIZE, areas, 1 },
	.blocks = blocks,
	.nr_blocks = 1,
	.hole = HOLE,
};

static struct fixture f;

static void begin(void)
{
	memset(&seen, 0, sizeof(seen));
	fixture_init(&f, &model);
}

static void bounds_are_exact(void)
{
	u8 buf[16] = { 0 };
	u32 len;

	begin();
	for (len = 1; len <= 8; len++) {
		CHECK_EQ(vgpu_mmio_read(&f.v, SIZE - len, buf, len), 0);
		CHECK_EQ(vgpu_mmio_write(&f.v, SIZE - len, buf, len), 0);
		CHECK_EQ(-vgpu_mmio_read(&f.v, SIZE - len + 1, buf, len), EINVAL);
		CHECK_EQ(-vgpu_mmio_write(&f.v, SIZE - len + 1, buf, len), EINVAL);
		CHECK_EQ(-vgpu_mmio_read(&f.v, 0ull - len, buf, len), EINVAL);
		CHECK_EQ(-vgpu_mmio_write(&f.v, (1ull << 32) + 16, buf, len), EINVAL);
	}
	CHECK_EQ(-vgpu_mmio_read(&f.v, 0, buf, 0), EINVAL);
	CHECK_EQ(-vgpu_mmio_write(&f.v, 0, buf, 0), EINVAL);
	CHECK_EQ(-vgpu_mmio_read(&f.v, 0, buf, 9), EINVAL);
	CHECK_EQ(-vgpu_mmio_write(&f.v, 0, buf, U32_MAX), EINVAL);
	fixture_exit(&f);
}

/* Every width at every alignment gives the bytes that single reads give. */
static void any_read_is_its_bytes(void)
{
	u32 off, len, i;

	begin();
	for (i = 0; i < 32; i++)
		mmio_put(&f, ARRAY + i, 0x40 + i, 1);
	for (off = ARRAY; off < ARRAY + 16; off++)
		for (len = 1; len <= 8; len++) {
			u64 val = mmio_get(&f, off, len);

			for (i = 0; i < len; i++)
				CHECK_EQ(val >> 8 * i & 0xff, 0x40 + off - ARRAY + i);
		}
	fixture_exit(&f);
}

/* Every width at every alignment changes its bytes and no other. */
static void any_write_is_its_bytes(void)
{
	u32 off, len, i;

	begin();
	for (off = ARRAY; off < ARRAY + 16; off++)
		for (len = 1; len <= 8; len++) {
			for (i = 0; i < 32; i += 4)
				mmio_put(&f, ARRAY + i, U32_MAX, 4);
			mmio_put(&f, off, 0x0807060504030201, len);
			for (i = 0; i < 32; i++) {
				bool in = ARRAY + i >= off && ARRAY + i < off + len;

				CHECK_EQ(mmio_get(&f, ARRAY + i, 1),
					 in ? ARRAY + i - off + 1 : 0xff);
			}
		}
	fixture_exit(&f);
}

static void holes_keep_nothing(void)
{
	begin();
	CHECK_EQ(mmio_get(&f, 0x30, 4), HOLE);
	mmio_put(&f, 0x30, 0, 8);
	CHECK_EQ(mmio_get(&f, 0x30, 4), HOLE);
	CHECK_EQ(mmio_get(&f, 0x31, 2), 0x2233);
	CHECK_EQ(f.v.regs[0x30 / 4], HOLE);	/* a mapping says the same */
	/* from a hole into a register */
	mmio_put(&f, ARRAY - 2, 0xaaaabbbb, 4);
	CHECK_EQ(mmio_get(&f, ARRAY - 4, 8), 0x7777aaaa00000000 | HOLE);
	fixture_exit(&f);
}

static void read_only_bits_stay(void)
{
	begin();
	mmio_put(&f, RO, 0, 4);
	CHECK_EQ(mmio_get(&f, RO, 4), 0x55667788);
	mmio_put(&f, PART, 0, 4);
	CHECK_EQ(mmio_get(&f, PART, 4), 0xa00de001);
	mmio_put(&f, PART, U32_MAX, 4);
	CHECK_EQ(mmio_get(&f, PART, 4), 0xaffdeff1);
	mmio_put(&f, PART + 1, 0, 1);
	CHECK_EQ(mmio_get(&f, PART, 4), 0xaffde0f1);
	fixture_exit(&f);
}

static void w1c_clears_ones(void)
{
	begin();
	mmio_put(&f, W1C, 0, 4);
	CHECK_EQ(mmio_get(&f, W1C, 4), U32_MAX);
	mmio_put(&f, W1C, 0x80000001, 4);
	CHECK_EQ(mmio_get(&f, W1C, 4), 0x7ffffffe);
	mmio_put(&f, W1C + 1, 0xff, 1);
	CHECK_EQ(mmio_get(&f, W1C, 4), 0x7fff00fe);
	mmio_put(&f, W1C, U32_MAX, 4);
	CHECK_EQ(mmio_get(&f, W1C, 4), 0x000000f0);
	vgpu_reg_set_bits(&f.v, W1C, 0x01000000);
	vgpu_reg_set_bits(&f.v, W1C, 0x01000000);
	CHECK_EQ(mmio_get(&f, W1C, 4), 0x010000f0);
	fixture_exit(&f);
}

static void masked_needs_its_mask(void)
{
	begin();
	mmio_put(&f, MASKED, 0xffff, 4);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x1000);
	mmio_put(&f, MASKED, 0x00f000ff, 4);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x10f0);
	mmio_put(&f, MASKED, 0x00300000, 4);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x10c0);
	mmio_put(&f, MASKED, 0xffff0fff, 4);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x1fff);	/* bit 12 is read-only */
	/* fewer than four bytes do nothing */
	mmio_put(&f, MASKED, 0, 2);
	mmio_put(&f, MASKED + 2, 0xffff, 2);
	mmio_put(&f, MASKED + 1, 0xffff00, 3);
	mmio_put(&f, MASKED - 1, 0xffff000000, 4);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x1fff);
	/* more than four bytes do */
	mmio_put(&f, MASKED - 1, 0xffff000000, 6);
	CHECK_EQ(mmio_get(&f, MASKED, 4), 0x1000);
	fixture_exit(&f);
}

static void dword_takes_no_less(void)
{
	begin();
	mmio_put(&f, DWORD, U32_MAX, 3);
	mmio_put(&f, DWORD + 1, U32_MAX, 3);
	mmio_put(&f, DWORD + 2, U32_MAX, 4);
	CHECK_EQ(seen.writes, 0);
	CHECK_EQ(mmio_get(&f, DWORD, 4), 0);
	mmio_put(&f, DWORD, 0x12345678, 4);
	CHECK_EQ(seen.writes, 1);
	CHECK_EQ(mmio_get(&f, DWORD + 1, 2), 0x3456);
	fixture_exit(&f);
}

static void rc_clears_what_was_read(void)
{
	begin();
	CHECK_EQ(mmio_get(&f, RC, 1), 0xff);
	CHECK_EQ(mmio_get(&f, RC, 4), 0xffffff00);
	CHECK_EQ(mmio_get(&f, RC, 4), 0x00ff0000);
	mmio_put(&f, RC, U32_MAX, 4);
	CHECK_EQ(mmio_get(&f, RC, 4), 0x00ff0000);
	vgpu_reg_set_bits(&f.v, RC, 0xff);
	CHECK_EQ(mmio_get(&f, RC + 1, 3), 0x00ff00);
	CHECK_EQ(mmio_get(&f, RC, 4), 0x00ff00ff);
	fixture_exit(&f);
}

static void kinds_mix_in_one_register(void)
{
	begin();
	mmio_put(&f, MIXED, 0x00008142, 4);
	CHECK_EQ(mmio_get(&f, MIXED, 4), 0xa5a52442);
	CHECK_EQ(mmio_get(&f, MIXED, 4), 0xa5002442);
	fixture_exit(&f);
}

static void volatile_is_not_stored(void)
{
	begin();
	seen.value = 0xcafef00d;
	CHECK_EQ(mmio_get(&f, VOL, 4), 0xcafef00d);
	CHECK_EQ(mmio_get(&f, VOL + 2, 1), 0xfe);
	CHECK_EQ(seen.reads, 2);
	CHECK_EQ(seen.off, VOL);
	CHECK_EQ(f.v.regs[VOL / 4], 0);
	mmio_put(&f, VOL, 5, 4);
	CHECK_EQ(f.v.regs[VOL / 4], 5);
	fixture_exit(&f);
}

static void byte0_runs_the_callbacks(void)
{
	begin();
	seen.value = 0x04030201;
	CHECK_EQ(mmio_get(&f, B0 + 1, 3), 0);
	CHECK_EQ(seen.reads, 0);
	CHECK_EQ(mmio_get(&f, B0, 1), 0x01);
	CHECK_EQ(seen.reads, 1);
	seen.value = 0x14131211;
	CHECK_EQ(mmio_get(&f, B0 + 1, 3), 0x040302);	/* what byte 0 left there */
	CHECK_EQ(mmio_get(&f, B0, 8) & U32_MAX, 0x14131211);
	CHECK_EQ(seen.reads, 2);

	mmio_put(&f, B0 + 1, 0xbbccdd, 3);
	CHECK_EQ(seen.writes, 0);
	mmio_put(&f, B0, 0xee, 1);
	CHECK_EQ(seen.writes, 1);
	CHECK_EQ(seen.old, 0xbbccdd11);
	CHECK_EQ(seen.new, 0xbbccddee);
	CHECK_EQ(seen.off, B0);
	fixture_exit(&f);
}

static void written_sees_old_and_new(void)
{
	begin();
	mmio_put(&f, HOOK, 0x12345678, 4);
	CHECK_EQ(seen.writes, 1);
	CHECK_EQ(seen.old, 0x0f0f0f0f);
	CHECK_EQ(seen.new, 0x12345678);
	mmio_put(&f, HOOK, 0x12345678, 4);	/* also when nothing changes */
	CHECK_EQ(seen.writes, 2);
	CHECK_EQ(seen.old, 0x12345678);
	mmio_put(&f, HOOK + 3, 0xff, 1);
	CHECK_EQ(seen.writes, 3);
	CHECK_EQ(seen.new, 0xff345678);
	fixture_exit(&f);
}

static void counters_count_dwords(void)
{
	begin();
	mmio_get(&f, RW, 4);
	CHECK(!f.v.counts);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	mmio_get(&f, RW, 4);
	mmio_get(&f, RW, 8);
	mmio_get(&f, RW + 3, 2);
	mmio_put(&f, RW, 0, 1);
	mmio_get(&f, 0x30, 4);
	mmio_put(&f, 0x30, 0, 4);
	CHECK_EQ(f.v.counts[RW / 4].reads, 3);
	CHECK_EQ(f.v.counts[RW / 4].writes, 1);
	CHECK_EQ(f.v.counts[PART / 4].reads, 2);
	CHECK_EQ(f.v.counts[0x30 / 4].reads, 1);
	CHECK_EQ(f.v.counts[0x30 / 4].writes, 1);
	vgpu_reset(&f.v);
	CHECK_EQ(f.v.counts[RW / 4].reads, 3);
	fixture_exit(&f);

	begin();
	alloc_fail_after(0);
	CHECK_EQ(-vgpu_count_enable(&f.v), ENOMEM);
	alloc_fail_after(-1);
	CHECK(!f.v.counts);
	fixture_exit(&f);
}

static void counting_stops_and_goes_on(void)
{
	begin();
	vgpu_count_disable(&f.v);
	CHECK(!f.v.counts && !f.v.counted);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	mmio_get(&f, RW, 4);
	vgpu_count_disable(&f.v);
	CHECK(!f.v.counts);
	mmio_get(&f, RW, 4);
	mmio_put(&f, RW, 0, 4);
	CHECK_EQ(f.v.counted[RW / 4].reads, 1);
	CHECK_EQ(f.v.counted[RW / 4].writes, 0);
	alloc_fail_after(0);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	alloc_fail_after(-1);
	mmio_get(&f, RW, 4);
	mmio_put(&f, RW, 0, 4);
	CHECK_EQ(f.v.counts[RW / 4].reads, 2);
	CHECK_EQ(f.v.counts[RW / 4].writes, 1);
	vgpu_count_disable(&f.v);
	fixture_exit(&f);
}

static void reset_restores_all(void)
{
	u32 i;

	begin();
	for (i = 0; i < SIZE; i += 8)
		mmio_put(&f, i, 0x5a5a5a5a5a5a5a5a, 8);
	mmio_get(&f, RC, 4);
	vgpu_reset(&f.v);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		CHECK_EQ(f.v.regs[regs[i].off / 4], regs[i].reset);
	CHECK_EQ(f.v.regs[ARRAY / 4 + 7], 0x77777777);
	CHECK_EQ(f.v.regs[ARRAY / 4 + 8], HOLE);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(bounds_are_exact),
	KTAP_CASE(any_read_is_its_bytes),
	KTAP_CASE(any_write_is_its_bytes),
	KTAP_CASE(holes_keep_nothing),
	KTAP_CASE(read_only_bits_stay),
	KTAP_CASE(w1c_clears_ones),
	KTAP_CASE(masked_needs_its_mask),
	KTAP_CASE(dword_takes_no_less),
	KTAP_CASE(rc_clears_what_was_read),
	KTAP_CASE(kinds_mix_in_one_register),
	KTAP_CASE(volatile_is_not_stored),
	KTAP_CASE(byte0_runs_the_callbacks),
	KTAP_CASE(written_sees_old_and_new),
	KTAP_CASE(counters_count_dwords),
	KTAP_CASE(counting_stops_and_goes_on),
	KTAP_CASE(reset_restores_all),
};

KTAP_MAIN(cases)
