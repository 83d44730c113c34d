// SPDX-License-Identifier: GPL-2.0
/*
 * bochs_test.c - the bochs display as its drivers use it, and as they should not
 */
#include "edid.h"
#include "fixture.h"
#include "model_bochs.h"

/* VBE register numbers, as in the Bochs documents. */
enum {
	ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET,
	MEMORY_64K, NR_VBE,
};

static struct fixture f;

static u32 vbe_get(u32 reg)
{
	return mmio_get(&f, BOCHS_VBE + 2 * reg, 2);
}

static void vbe_put(u32 reg, u32 val)
{
	mmio_put(&f, BOCHS_VBE + 2 * reg, val, 2);
}

static void mode_set(u32 width, u32 height, u32 bpp)
{
	vbe_put(ENABLE, 0);
	vbe_put(BPP, bpp);
	vbe_put(XRES, width);
	vbe_put(YRES, height);
	vbe_put(BANK, 0);
	vbe_put(VIRT_WIDTH, width);
	vbe_put(X_OFFSET, 0);
	vbe_put(Y_OFFSET, 0);
	vbe_put(ENABLE, 0x41);
}

static struct vgpu_plane plane(void)
{
	struct vgpu_plane p;

	vgpu_plane_get(&f.v, &p);
	return p;
}

static u8 *fb(void)
{
	return f.v.mem[BOCHS_BAR_FB];
}

static void driver_finds_what_it_looks_for(void)
{
	fixture_init(&f, &vgpu_model_bochs);
	CHECK_EQ(vbe_get(ID), 0xb0c5);
	CHECK_EQ(vbe_get(MEMORY_64K) * (64 << 10), vgpu_region_size(f.model, BOCHS_BAR_FB));
	CHECK_EQ(mmio_get(&f, 0x600, 4), 8);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0x1e1e1e1e);
	fixture_exit(&f);
}

static void vbe_registers_are_16_bits(void)
{
	u32 i, k;

	fixture_init(&f, &vgpu_model_bochs);
	for (i = XRES; i < MEMORY_64K; i++)
		CHECK_EQ(vbe_get(i), 0);
	for (i = ID; i < NR_VBE; i++)
		vbe_put(i, 0x1000 + i);
	for (i = XRES; i < MEMORY_64K; i++)
		CHECK_EQ(vbe_get(i), 0x1000 + i);
	CHECK_EQ(vbe_get(ID), 0xb0c5);
	CHECK_EQ(vbe_get(MEMORY_64K), 256);
	/* as bytes, and two at once */
	for (k = 0; k < 2; k++)
		mmio_put(&f, BOCHS_VBE + 2 * YRES + k, 0x70 + k, 1);
	CHECK_EQ(vbe_get(YRES), 0x7170);
	CHECK_EQ(mmio_get(&f, BOCHS_VBE + 2 * YRES, 4), 0x10037170);
	fixture_exit(&f);
}

static void the_rest_reads_all_ones(void)
{
	u32 off;

	fixture_init(&f, &vgpu_model_bochs);
	for (off = 0x100; off < 0x1000; off++) {
		if ((off >= 0x500 && off < 0x516) || (off >= 0x600 && off < 0x608))
			continue;
		mmio_put(&f, off, 0, 1);
		CHECK_EQ(mmio_get(&f, off, 1), 0xff);
	}
	fixture_exit(&f);
}

static void edid_is_there(void)
{
	u8 want[VGPU_EDID_SIZE];
	u32 i;

	fixture_init(&f, &vgpu_model_bochs);
	vgpu_edid_build(want, BOCHS_VGAMEM);
	for (i = 0; i < 0x100; i++) {
		mmio_put(&f, i, 0x5a, 1);
		CHECK_EQ(mmio_get(&f, i, 1), i < sizeof(want) ? want[i] : 0);
	}
	vgpu_reset(&f.v);
	for (i = 0; i < sizeof(want); i++)
		CHECK_EQ(mmio_get(&f, i, 1), want[i]);
	fixture_exit(&f);
}

static void byte_order_has_two_values(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_bochs);
	mmio_put(&f, 0x604, 0xbebebebe, 4);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0xbebebebe);
	mmio_put(&f, 0x604, 0x12345678, 4);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0xbebebebe);
	mmio_put(&f, 0x604, 0x1e1e1e1e, 4);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0x1e1e1e1e);
	for (i = 0; i < 4; i++)			/* dwords only, as QEMU has it */
		mmio_put(&f, 0x604 + i, 0xbe, 1);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0x1e1e1e1e);
	mmio_put(&f, 0x604, 0xbebebebe, 4);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0xbebebebe);
	vgpu_reset(&f.v);
	CHECK_EQ(mmio_get(&f, 0x604, 4), 0x1e1e1e1e);
	fixture_exit(&f);
}

static void plane_follows_the_mode(void)
{
	struct vgpu_plane p;

	fixture_init(&f, &vgpu_model_bochs);
	CHECK_EQ(plane().fourcc, 0);
	mode_set(1024, 768, 32);
	p = plane();
	CHECK_EQ(p.fourcc, 0x34325258);
	CHECK_EQ(p.width, 1024);
	CHECK_EQ(p.height, 768);
	CHECK_EQ(p.stride, 4096);
	CHECK_EQ(p.size, 4096 * 768);
	mode_set(800, 600, 16);
	p = plane();
	CHECK_EQ(p.stride, 3200);
	CHECK_EQ(p.size, 3200 * 600);
	vbe_put(ENABLE, 0x40);
	CHECK_EQ(plane().fourcc, 0);
	CHECK_EQ(plane().size, 0);
	fixture_exit(&f);
}

static void impossible_modes_have_no_picture(void)
{
	static const struct { u32 width, height, bpp; } bad[] = {
		{ 63, 768, 32 }, { 1024, 63, 32 }, { 0, 0, 32 }, { 1024, 768, 24 },
		{ 1024, 768, 8 }, { 1024, 768, 0 }, { 1024, 768, 15 }, { 2048, 2049, 32 },
		{ 65535, 65535, 32 }, { 65535, 65535, 16 }, { 65535, 65, 32 },
		{ 2049, 2048, 16 },	/* its copy would not fit */
	};
	u32 i;

	fixture_init(&f, &vgpu_model_bochs);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		mode_set(bad[i].width, bad[i].height, bad[i].bpp);
		CHECK_EQ(plane().fourcc, 0);
	}
	mode_set(64, 64, 32);
	CHECK_EQ(plane().size, 64 * 64 * 4);
	mode_set(2048, 2048, 32);
	CHECK_EQ(plane().size, BOCHS_VGAMEM);
	mode_set(2048, 2048, 16);
	CHECK_EQ(plane().size, BOCHS_VGAMEM);
	fixture_exit(&f);
}

static void offsets_stay_in_memory(void)
{
	fixture_init(&f, &vgpu_model_bochs);
	mode_set(1024, 1024, 32);
	vbe_put(Y_OFFSET, 3072);
	CHECK_EQ(plane().size, 4 << 20);
	vbe_put(X_OFFSET, 1);
	CHECK_EQ(plane().fourcc, 0);
	vbe_put(X_OFFSET, 0);
	vbe_put(Y_OFFSET, 3073);
	CHECK_EQ(plane().fourcc, 0);
	vbe_put(Y_OFFSET, 0);
	vbe_put(VIRT_WIDTH, 4096);
	CHECK_EQ(plane().stride, 4096);		/* of the copy */
	vbe_put(VIRT_WIDTH, 4097);
	CHECK_EQ(plane().fourcc, 0);
	mode_set(64, 64, 32);
	vbe_put(VIRT_WIDTH, 32768);
	CHECK_EQ(plane().width, 64);
	vbe_put(Y_OFFSET, 32768);		/* 2^32 bytes: 0 in 32 bits */
	CHECK_EQ(plane().fourcc, 0);
	vbe_put(VIRT_WIDTH, 65535);
	vbe_put(X_OFFSET, 65535);
	vbe_put(Y_OFFSET, 65535);
	CHECK_EQ(plane().fourcc, 0);
	fixture_exit(&f);
}

/* A frame of exactly its size; ASan sees a byte more. */
static u32 *frame_get(struct vgpu_plane *p)
{
	u32 *frame = malloc(p->size);

	if (!frame)
		abort();
	memset(frame, 0xee, p->size);
	vgpu_frame_copy(&f.v, p, frame);
	return frame;
}

static void frame_is_the_window(void)
{
	struct vgpu_plane p;
	u32 *frame;
	u32 x, y;

	fixture_init(&f, &vgpu_model_bochs);
	for (y = 0; y < 200; y++)
		for (x = 0; x < 300; x++)
			((u32 *)fb())[y * 300 + x] = y << 12 | x;
	mode_set(100, 80, 32);
	vbe_put(VIRT_WIDTH, 300);
	vbe_put(X_OFFSET, 7);
	vbe_put(Y_OFFSET, 9);
	p = plane();
	frame = frame_get(&p);
	for (y = 0; y < 80; y++)
		for (x = 0; x < 100; x++)
			CHECK_EQ(frame[y * 100 + x], (y + 9) << 12 | (x + 7));
	free(frame);
	fixture_exit(&f);
}

static void frame_converts_formats(void)
{
	static const u8 be[] = { 0x99, 0x12, 0x34, 0x56 };
	struct vgpu_plane p;
	u32 *frame;

	fixture_init(&f, &vgpu_model_bochs);
	mode_set(64, 64, 32);
	p = plane();
	memcpy(fb(), be, 4);
	mmio_put(&f, QEXT_BYTEORDER, QEXT_BIG_ENDIAN, 4);
	frame = frame_get(&p);
	CHECK_EQ(frame[0], 0x123456);
	free(frame);

	mode_set(64, 64, 16);
	memcpy(fb(), "\x00\xf8\xe0\x07\x1f\x00\xff\xff\x21\x08", 10);
	p = plane();
	frame = frame_get(&p);
	CHECK_EQ(frame[0], 0xff0000);
	CHECK_EQ(frame[1], 0x00ff00);
	CHECK_EQ(frame[2], 0x0000ff);
	CHECK_EQ(frame[3], 0xffffff);
	CHECK_EQ(frame[4], 0x080408);
	free(frame);
	fixture_exit(&f);
}

/* Between the question and the copy the guest changes its mind. */
static void frame_survives_a_mode_change(void)
{
	struct vgpu_plane p;
	u32 *frame;
	u32 i;

	fixture_init(&f, &vgpu_model_bochs);
	memset(fb(), 0x11, BOCHS_VGAMEM);
	mode_set(128, 128, 32);
	p = plane();

	mode_set(64, 100, 32);
	frame = frame_get(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], i % 128 < 64 && i / 128 < 100 ? 0x11111111 : 0);
	free(frame);

	mode_set(2048, 2048, 32);
	frame = frame_get(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], 0x11111111);
	free(frame);

	vbe_put(ENABLE, 0);
	frame = frame_get(&p);
	for (i = 0; i < 128 * 128; i++)
		CHECK_EQ(frame[i], 0);
	free(frame);
	fixture_exit(&f);
}

static void largest_frame_at_the_end_of_memory(void)
{
	struct vgpu_plane p;
	u32 *frame;

	fixture_init(&f, &vgpu_model_bochs);
	mode_set(64, 65472, 32);
	vbe_put(Y_OFFSET, 64);
	p = plane();
	if (CHECK_EQ(p.size, 64 * 65472 * 4)) {
		fb()[BOCHS_VGAMEM - 1] = 0x42;
		frame = frame_get(&p);
		CHECK_EQ(frame[64 * 65472 - 1], 0x42000000);
		free(frame);
	}
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(driver_finds_what_it_looks_for),
	KTAP_CASE(vbe_registers_are_16_bits),
	KTAP_CASE(the_rest_reads_all_ones),
	KTAP_CASE(edid_is_there),
	KTAP_CASE(byte_order_has_two_values),
	KTAP_CASE(plane_follows_the_mode),
	KTAP_CASE(impossible_modes_have_no_picture),
	KTAP_CASE(offsets_stay_in_memory),
	KTAP_CASE(frame_is_the_window),
	KTAP_CASE(frame_converts_formats),
	KTAP_CASE(frame_survives_a_mode_change),
	KTAP_CASE(largest_frame_at_the_end_of_memory),
};

KTAP_MAIN(cases)
