// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_engine_race_test.c - vCPUs submit, stop and reset while the worker runs; for TSan
 */
#include <pthread.h>
#include <sched.h>

#include "gen8_guest.h"

#define ROUNDS 500
#define LOOKS 200	/* at a register, for the worker to come in between */

static struct context contexts[GEN8_NUM_ENGINES];
static u32 running;
static u32 irqs;

static void engine_irq(struct vgpu *v, u32 id, u32 bits)
{
	env_inc(&irqs);
}

static void *worker(void *arg)
{
	while (READ_ONCE(running))
		gen8_engine_work(&f.v);
	return NULL;
}

static void elsp(u32 id, u32 flags)
{
	u32 reg = engine(id)->base + RING_ELSP;

	reg_put(reg, 0);
	reg_put(reg, 0);
	reg_put(reg, contexts[id].id);
	reg_put(reg, contexts[id].lrca | 0x139 | flags);
}

/* As i915: stop, ask, reset, wait until nobody writes to memory any more. */
static bool reset(u32 id)
{
	u32 base = engine(id)->base;

	reg_put(base + RING_MI_MODE, 0x01000100);
	while (!(reg_get(base + RING_MI_MODE) & MI_MODE_IDLE))
		sched_yield();
	reg_put(base + RING_RESET_CTL, 0x00010001);
	gen8_engine_reset(&f.v, BIT(id));
	while (resetting(&f.v) & BIT(id))
		sched_yield();
	if (!CHECK_EQ(reg_get(base + RING_CSB_PTR), 0x505))
		return false;
	reg_put(base + RING_RESET_CTL, 0x00010000);
	return true;
}

/* A driver of one engine that is never content. */
static void *vcpu(void *arg)
{
	u32 id = *(u32 *)arg, base = engine(id)->base;
	u32 i, k;

	for (i = 0; i < ROUNDS; i++) {
		elsp(id, i % 3 ? 0 : 4);
		for (k = 0; k < LOOKS && reg_get(base + RING_EXECLIST_STATUS) & BIT(2); k++)
			sched_yield();
		reg_get(base + RING_CSB_PTR);
		reg_get(base + RING_ACTHD);
		gen8_tlb_invalidate(&f.v);
		if (i % 16 == 15 && !reset(id))
			break;
	}
	return NULL;
}

static void submissions_and_resets(void)
{
	pthread_t threads[GEN8_NUM_ENGINES], work_thread;
	u32 ids[GEN8_NUM_ENGINES], i, k;

	guest_begin();
	f.engine_irq = engine_irq;
	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		contexts[i] = context_new(0x20 + i);
		for (k = 0; k < 40; k++)
			EMIT(&contexts[i], 0x10400002, SCRATCH + i * GEN8_PAGE, 0, k, 0x01000000);
		context_commit(&contexts[i]);
		ids[i] = i;
	}
	WRITE_ONCE(running, 1);
	pthread_create(&work_thread, NULL, worker, NULL);
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		pthread_create(&threads[i], NULL, vcpu, &ids[i]);
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		pthread_join(threads[i], NULL);
	WRITE_ONCE(running, 0);
	pthread_join(work_thread, NULL);
	CHECK(irqs > 200);
	/* whatever happened, the engines are as good as new */
	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		gen8_engine_reset(&f.v, BIT(i));
		put32(ggtt_gpa(SCRATCH + i * GEN8_PAGE), 99);
		put32(image_gpa(&contexts[i], 0x05), 0);
		elsp(i, 4);
	}
	CHECK(work());
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		CHECK_EQ(get32(ggtt_gpa(SCRATCH + i * GEN8_PAGE)), 39);
	guest_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(submissions_and_resets),
};

KTAP_MAIN(cases)
