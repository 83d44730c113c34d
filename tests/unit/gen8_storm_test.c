// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_storm_test.c - a guest that writes anything anywhere; under ASan and UBSan
 *
 * From a fixed seed: any register with any value, tables full of noise, monitors full
 * of noise, time in leaps.  What must stay true is checked on the way.
 */
#include "gen8_helpers.h"

#define ACCESSES	400000
#define RAM		(1u << 20)
#define FRAME_MAX	(128u << 10)	/* larger ones take too long */

static struct fixture f;
static u64 state;

static u32 rnd(void)
{
	u64 z;

	state += 0x9e3779b97f4a7c15;
	z = state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void access_any(void)
{
	const struct vgpu_reg *r = f.model->flat[1 + rnd() % (f.model->nr_flat - 1)];
	u32 off = r->off + 4 * (rnd() % (r->count ? r->count : 1));
	u32 len = 4;

	if (rnd() % 4 == 0) {
		off += rnd() % 4;
		len = 1 + rnd() % 8;
	}
	if (off + len > GEN8_REGS_SIZE)
		return;
	if (rnd() % 3)
		mmio_put(&f, off, (u64)rnd() << 32 | rnd() >> rnd() % 32, len);
	else
		mmio_get(&f, off, len);
}

static void time_leaps(void)
{
	f.now += rnd() % 3000000;
	if (!f.deadline || f.deadline > f.now)
		return;
	f.deadline = 0;
	f.model->timer(&f.v);
	CHECK(!f.deadline || f.deadline > f.now);	/* or it would be called for ever */
}

/* A picture that may be one; a byte behind it is ASan's. */
static bool picture(void)
{
	struct vgpu_plane p;
	u32 pipe = rnd() % 3;
	u8 *frame;

	wr(&f, PIPESRC(pipe), rnd() % 200 << 16 | rnd() % 200);
	wr(&f, TRANSCONF(pipe), TRANSCONF_ENABLE);
	wr(&f, DSPCNTR(pipe), DSP_ENABLE | rnd() % 0x40000000);
	wr(&f, DSPSURF(pipe), rnd());
	wr(&f, CURCNTR(pipe), rnd() % 2 ? 0x27 : 0x8023);
	wr(&f, CURPOS(pipe), rnd() & 0x80ff80ff);
	wr(&f, CURBASE(pipe), rnd());
	f.now += FRAME_1080P_NS;

	vgpu_plane_get(&f.v, &p);
	if (!p.fourcc || p.size > FRAME_MAX)
		return false;
	frame = malloc(p.size);
	vgpu_frame_copy(&f.v, &p, frame);
	free(frame);
	return true;
}

static void monitor_any(void)
{
	u8 edid[600];
	u32 i;

	for (i = 0; i < sizeof(edid); i++)
		edid[i] = rnd();
	f.model->edid(&f.v, edid, rnd() % sizeof(edid));
}

static void invariants(void)
{
	u32 master = rd(&f, MASTER_IRQ);
	u32 p;

	for (p = 0; p < GEN8_NUM_PIPES; p++) {
		u32 pending = rd(&f, DE_PIPE_IRQ(p) + IRQ_IIR) & rd(&f, DE_PIPE_IRQ(p) + IRQ_IER);

		CHECK(rd(&f, PIPEDSL(p)));
		/* the read may just have begun a frame, and raised its interrupt */
		if (!pending)
			CHECK_EQ(master & MASTER_DE_PIPE(p), 0);
	}
	CHECK_EQ(rd(&f, GT_IRQ(1) + IRQ_IIR) >> 16, 0);		/* there is no VCS1 */
	CHECK_EQ(rd(&f, VGT_CAPS), VGT_CAPS_FULL_PPGTT | VGT_CAPS_HWSP);
	CHECK_EQ(rd(&f, PCODE_MAILBOX) & PCODE_READY, 0);
	CHECK_EQ(rd(&f, SBI_CTL_STAT) & SBI_BUSY, 0);
}

static void nothing_breaks(void)
{
	u32 pictures = 0;
	u32 i;

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, RAM);
	state = 1;
	for (i = 0; i < GEN8_GGTT_ENTRIES; i++) {
		u64 pte = rnd() & 0x001fffff;

		memcpy((u8 *)f.v.mem[0] + 8 * i, &pte, 8);
	}
	for (i = 0; i < ACCESSES && !ktap_case_failed; i++) {
		access_any();
		time_leaps();
		if (i % 64 == 0)
			f.model->work(&f.v);
		if (i % 256 == 0)
			pictures += picture();
		if (i % 1024 == 0)
			invariants();
		if (i % 4096 == 0)
			monitor_any();
		if (i % 16384 == 0)
			vgpu_reset(&f.v);
	}
	CHECK(pictures > 100);
	CHECK(f.irqs[0] > 10);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(nothing_breaks),
};

KTAP_MAIN(cases)
