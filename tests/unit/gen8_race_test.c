// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_race_test.c - engines, timer and vCPUs at once; runs under TSan
 */
#include <sched.h>

#include "gen8_helpers.h"

#define EVENTS	30000
#define MAX_THREADS	11

static struct fixture f;
static bool stop;

static void threads_run(void *(*const fns[])(void *), u32 nr)
{
	pthread_t threads[MAX_THREADS];
	u32 i;

	WRITE_ONCE(stop, false);
	for (i = 0; i < nr; i++)
		pthread_create(&threads[i], NULL, fns[i], NULL);
	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

static bool produced;
static u32 handled;
static u32 clock_seen;
static u32 backwards;

/* i915's handler, for RCS and pipe A. */
static void handle(void)
{
	u32 master, iir, clock;

	wr(&f, MASTER_IRQ, 0);
	clock = rd(&f, 0x02358);
	if ((int)(clock - clock_seen) < 0)
		backwards++;
	clock_seen = clock;
	master = rd(&f, MASTER_IRQ);
	if (master & MASTER_GT_RCS) {
		iir = rd(&f, GT_IRQ(0) + IRQ_IIR);
		wr(&f, GT_IRQ(0) + IRQ_IIR, iir);
	}
	if (master & MASTER_DE_PIPE(PIPE_A)) {
		iir = rd(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IIR);
		wr(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IIR, iir);
	}
	wr(&f, MASTER_IRQ, MASTER_IRQ_ENABLE);
	env_inc(&handled);
}

static void *guest(void *arg)
{
	u32 seen = 0;

	for (;;) {
		bool last = READ_ONCE(stop);
		u32 irqs = READ_ONCE(f.irqs[0]);

		if (irqs != seen) {
			seen = irqs;
			handle();
		} else if (last) {
			return NULL;
		} else {
			sched_yield();
		}
	}
}

static u32 up_while_disabled;

/* The same by INTx: a level, that the handler has taken down once it disabled MASTER. */
static void *guest_by_intx(void *arg)
{
	for (;;) {
		bool last = READ_ONCE(stop);

		if (READ_ONCE(f.intx)) {
			wr(&f, MASTER_IRQ, 0);
			if (READ_ONCE(f.intx) ||
			    config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT)
				up_while_disabled++;
			handle();
		} else if (last) {
			return NULL;
		} else {
			sched_yield();
		}
	}
}

static void *engine(void *arg)
{
	u32 i;

	for (i = 0; i < EVENTS; i++) {
		/* with one core it might be over before the guest begins */
		while (i == EVENTS / 2 && !READ_ONCE(handled))
			sched_yield();
		gen8_irq_engine(&f.v, GEN8_RCS, i % 2 ? GEN8_IRQ_USER : GEN8_IRQ_CSB);
	}
	WRITE_ONCE(produced, true);
	return NULL;
}

static void *timer(void *arg)
{
	while (!READ_ONCE(produced)) {
		WRITE_ONCE(f.now, READ_ONCE(f.now) + FRAME_1080P_NS);
		f.model->timer(&f.v);
	}
	WRITE_ONCE(stop, true);
	return NULL;
}

/* Whatever comes between what: in the end nothing is pending that the guest was not told of. */
static void guest_against_events(void *(*handler)(void *))
{
	void *(*const fns[])(void *) = { handler, engine, timer };

	fixture_init(&f, &vgpu_model_gen8);
	produced = false;
	handled = 0;
	clock_seen = 0;
	backwards = 0;
	wr(&f, GT_IRQ(0) + IRQ_IMR, 0);
	wr(&f, GT_IRQ(0) + IRQ_IER, 0xffffffff);
	wr(&f, 0x020a8, 0);
	wr(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IMR, ~(u32)DE_PIPE_VBLANK);
	wr(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IER, 0xffffffff);
	wr(&f, MASTER_IRQ, MASTER_IRQ_ENABLE);
	pipe_light(&f, PIPE_A);
	threads_run(fns, 3);
	CHECK(f.irqs[0] > 1);
	CHECK(clock_seen != 0);
	CHECK_EQ(backwards, 0);
	CHECK_EQ(rd(&f, GT_IRQ(0) + IRQ_IIR), 0);
	CHECK_EQ(rd(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IIR), 0);
	CHECK_EQ(rd(&f, MASTER_IRQ), MASTER_IRQ_ENABLE);
	CHECK(!f.intx);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT, 0);
	fixture_exit(&f);
}

static void no_msi_is_lost(void)
{
	guest_against_events(guest);
}

static void no_intx_is_lost(void)
{
	up_while_disabled = 0;
	guest_against_events(guest_by_intx);
	CHECK_EQ(up_while_disabled, 0);
}

static void *flipper(void *arg)
{
	u32 i;

	for (i = 0; i < EVENTS / 4; i++) {
		wr(&f, DSPCNTR(0), DSP_ENABLE | 6u << 26 | (i % 3 ? 0 : DSP_ASYNC_FLIP));
		wr(&f, DSPSURF(0), i << 12);
		wr(&f, CURBASE(0), i << 12);
		wr(&f, DE_PIPE_IRQ(PIPE_A) + IRQ_IMR, i % 5 ? 0 : ~0u);
		wr(&f, TRANSCONF(1), i % 2 ? TRANSCONF_ENABLE : 0);
	}
	WRITE_ONCE(stop, true);
	return NULL;
}

static void *counter(void *arg)
{
	u32 last = 0;

	while (!READ_ONCE(stop)) {
		u32 count = rd(&f, PIPE_FRMCOUNT(0));

		if (count < last || !rd(&f, PIPEDSL(0)))
			env_inc(&backwards);
		last = count;
		rd(&f, DSPSURFLIVE(0));
	}
	return NULL;
}

static void *viewer(void *arg)
{
	static u8 frame[64 * 64 * 4];
	struct vgpu_plane p;

	while (!READ_ONCE(stop)) {
		vgpu_plane_get(&f.v, &p);
		if (p.size && p.size <= sizeof(frame))
			vgpu_frame_copy(&f.v, &p, frame);
		WRITE_ONCE(f.now, READ_ONCE(f.now) + FRAME_1080P_NS / 7);
	}
	return NULL;
}

static void *clock_tick(void *arg)
{
	while (!READ_ONCE(stop))
		f.model->timer(&f.v);
	return NULL;
}

static void flips_while_others_look(void)
{
	static void *(*const fns[])(void *) = { flipper, counter, viewer, clock_tick };

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, 1 << 20);
	backwards = 0;
	pipe_light(&f, PIPE_A);
	wr(&f, PIPESRC(0), 63 << 16 | 63);
	threads_run(fns, 4);
	CHECK_EQ(backwards, 0);
	CHECK_EQ(rd(&f, TRANSCONF(1)), 0xc0000000);
	fixture_exit(&f);
}

#define NR_VCPUS	8
#define VCPU_ACCESSES	50000
#define MAX_REGS	4096

static u32 offsets[MAX_REGS];
static u32 nr_offsets;
static u32 next_vcpu;
static u32 vcpus_done;

static void offsets_collect(const struct vgpu_model *m)
{
	u32 i, k, n;

	nr_offsets = 0;
	for (i = 0; i < m->nr_blocks; i++) {
		for (k = 0; k < m->blocks[i]->nr_regs; k++) {
			const struct vgpu_reg *r = &m->blocks[i]->regs[k];

			for (n = 0; n < (r->count ?: 1) && n < 4 && nr_offsets < MAX_REGS; n++)
				offsets[nr_offsets++] = r->off + 4 * n;
		}
	}
}

/* What a vCPU gone mad does: anything, anywhere, in any width. */
static void *mad_vcpu(void *arg)
{
	u32 seed = env_inc(&next_vcpu) * 2654435761u | 1;
	u32 i;

	for (i = 0; i < VCPU_ACCESSES; i++) {
		u32 width, off;

		seed = seed * 1664525 + 1013904223;
		width = 1u << (seed >> 30);
		off = offsets[(seed >> 8) % nr_offsets] + (width < 4 ? (seed >> 4 & 3) & ~(width - 1) : 0);
		off &= ~(width - 1);
		if (seed >> 29 & 1)
			mmio_put(&f, off, seed * 2246822519u, width);
		else
			mmio_get(&f, off, width);
	}
	if (env_inc(&vcpus_done) == NR_VCPUS)
		WRITE_ONCE(stop, true);
	return NULL;
}

static void *engine_worker(void *arg)
{
	while (!READ_ONCE(stop))
		if (f.model->work(&f.v) == VGPU_WORK_DONE)
			sched_yield();
	return NULL;
}

/* Eight vCPUs at once at every register there is, beside all that runs on its own. */
static void eight_vcpus_everywhere(void)
{
	static void *(*const fns[])(void *) = {
		mad_vcpu, mad_vcpu, mad_vcpu, mad_vcpu, mad_vcpu, mad_vcpu, mad_vcpu, mad_vcpu,
		viewer, clock_tick, engine_worker,
	};

	fixture_init(&f, &vgpu_model_gen8);
	fixture_memory(&f, 1 << 20);
	offsets_collect(f.model);
	CHECK(nr_offsets > 500 && nr_offsets < MAX_REGS);
	next_vcpu = 0;
	vcpus_done = 0;
	threads_run(fns, ARRAY_SIZE(fns));
	/* no lock is left held, and the device works */
	f.model->reset(&f.v);
	wr(&f, GT_IRQ(0) + IRQ_IMR, 0x12345678);
	CHECK_EQ(rd(&f, GT_IRQ(0) + IRQ_IMR), 0x12345678);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(eight_vcpus_everywhere),
	KTAP_CASE(no_msi_is_lost),
	KTAP_CASE(no_intx_is_lost),
	KTAP_CASE(flips_while_others_look),
};

KTAP_MAIN(cases)
