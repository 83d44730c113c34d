// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_engine_test.c - contexts run, and the guest hears of it in the right order
 */
#include "gen8_guest.h"

#define MI_NOOP			0
#define MI_USER_INTERRUPT	0x01000000
#define MI_BATCH_BUFFER_END	0x05000000
#define MI_BB_START_PPGTT	0x18800101
#define MI_SDI_GGTT		0x10400002
#define CSB_RESET		0x505

/* What happened, in order: interrupts and stores to where the tests look. */
enum what { IRQ, STORE };

static struct event {
	enum what what;
	u32 where;	/* IRQ: engine; STORE: GGTT address */
	u32 val;	/* IRQ: bits; STORE: first dword */
} events[256];
static u32 nr_events;
static u32 reset_at;	/* at which access to memory a vCPU resets the engine; 0: at none */
static const struct vgpu_host *real_host;
static struct vgpu_host host;

static void event_add(enum what what, u32 where, u32 val)
{
	if (nr_events < ARRAY_SIZE(events))
		events[nr_events++] = (struct event){ what, where, val };
}

static void engine_irq(struct vgpu *v, u32 id, u32 bits)
{
	event_add(IRQ, id, bits);
}

static int dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	u32 val = 0, i;

	if (reset_at && !--reset_at) {
		gen8_engine_reset(v, BIT(GEN8_RCS));
		CHECK_EQ(resetting(v), BIT(GEN8_RCS));
	}
	memcpy(&val, buf, len < 4 ? len : 4);
	for (i = 0; write && i < GEN8_NUM_ENGINES; i++)
		if (gpa / GEN8_PAGE == ggtt_gpa(hwsp(i)) / GEN8_PAGE)
			event_add(STORE, hwsp(i) + gpa % GEN8_PAGE, val);
	if (write && gpa / GEN8_PAGE == ggtt_gpa(SCRATCH) / GEN8_PAGE)
		event_add(STORE, SCRATCH + gpa % GEN8_PAGE, val);
	return real_host->dma(v, gpa, buf, len, write);
}

static void begin(void)
{
	guest_begin();
	real_host = f.v.host;
	host = *real_host;
	host.dma = dma;
	f.v.host = &host;
	f.engine_irq = engine_irq;
	nr_events = 0;
}

static void event_is(u32 i, enum what what, u32 where, u32 val)
{
	if (!CHECK(i < nr_events))
		return;
	CHECK_EQ(events[i].what, what);
	CHECK_EQ(events[i].where, where);
	CHECK_EQ(events[i].val, val);
}

/* Three in a row: the entry, the index, the interrupt. */
static void csb_event_is(u32 i, enum gen8_engine_id id, u32 slot, u32 status)
{
	event_is(i, STORE, hwsp(id) + 0x40 + 8 * slot, status);
	event_is(i + 1, STORE, hwsp(id) + 0x7c, slot);
	event_is(i + 2, IRQ, id, GEN8_IRQ_CSB);
}

/* The @n-th status since the index was reset, in memory and in registers. */
static void csb_is(enum gen8_engine_id id, u32 slot, u32 status, u32 ctx)
{
	CHECK_EQ(get32(ggtt_gpa(hwsp(id)) + 0x40 + 8 * slot), status);
	CHECK_EQ(get32(ggtt_gpa(hwsp(id)) + 0x44 + 8 * slot), ctx);
	CHECK_EQ(reg_get(engine(id)->base + RING_CSB + 8 * slot), status);
	CHECK_EQ(reg_get(engine(id)->base + RING_CSB + 8 * slot + 4), ctx);
}

static u32 csb_write(enum gen8_engine_id id)
{
	CHECK_EQ(reg_get(engine(id)->base + RING_CSB_PTR) & 7, get32(ggtt_gpa(hwsp(id)) + 0x7c));
	return get32(ggtt_gpa(hwsp(id)) + 0x7c);
}

/* As i915: the number, then the interrupt. */
static void breadcrumb(struct context *c, u32 seqno)
{
	EMIT(c, MI_SDI_GGTT, SCRATCH, 0, seqno, MI_USER_INTERRUPT, MI_NOOP);
}

static void request_in_order(enum gen8_engine_id id)
{
	struct context c;

	begin();
	c = context_new(0x20);
	breadcrumb(&c, 7);
	submit(id, &c, NULL);
	CHECK_EQ(f.kicks, 1);
	CHECK_EQ(nr_events, 0);			/* nothing happens in the vCPU */
	CHECK(work());
	csb_event_is(0, id, 0, 0x1);
	event_is(3, STORE, SCRATCH, 7);
	event_is(4, IRQ, id, GEN8_IRQ_USER);
	csb_event_is(5, id, 1, 0x18);
	CHECK_EQ(nr_events, 8);
	csb_is(id, 0, 0x1, 0);
	csb_is(id, 1, 0x18, 0x20);
	CHECK_EQ(get32(image_gpa(&c, 0x05)), c.tail);
	CHECK_EQ(reg_get(engine(id)->base + RING_EXECLIST_STATUS_HI), 0x20);
	CHECK_EQ(reg_get(engine(id)->base + RING_EXECLIST_STATUS), 0);
	CHECK_EQ(reg_get(engine(id)->base + RING_HEAD), c.tail);
	guest_end();
}

static void a_request_on_each_engine(void)
{
	u32 id;

	for (id = 0; id < GEN8_NUM_ENGINES; id++)
		request_in_order(id);
}

static void no_bus_master_no_commands(void)
{
	struct context c;

	begin();
	c = context_new(0x20);
	breadcrumb(&c, 3);
	vgpu_config_write(&f.v, PCI_COMMAND, "\2", 1);
	submit(GEN8_BCS, &c, NULL);
	CHECK_EQ(gen8_engine_work(&f.v), VGPU_WORK_DONE);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 0);
	f.kicks = 0;
	vgpu_config_write(&f.v, PCI_COMMAND, "\6", 1);
	CHECK_EQ(f.kicks, 1);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 3);
	guest_end();
}

static void idle_costs_nothing(void)
{
	struct context c;

	begin();
	CHECK(!gen8_engine_work(&f.v));
	c = context_new(0x20);
	/* only the fourth write submits */
	reg_put(0x2230, 0);
	reg_put(0x2230, 0);
	reg_put(0x2230, 0x20);
	CHECK_EQ(f.kicks, 0);
	CHECK(!gen8_engine_work(&f.v));
	reg_put(0x2230, c.lrca | 0x139);
	CHECK_EQ(f.kicks, 1);
	CHECK(work());
	CHECK_EQ(csb_write(GEN8_RCS), 1);
	CHECK(!gen8_engine_work(&f.v));
	CHECK_EQ(nr_events, 6);
	/* an execlist without a first element is none; pieces of a write are none */
	reg_put(0x2230, 0);
	reg_put(0x2230, c.lrca | 0x139);
	reg_put(0x2230, 0);
	reg_put(0x2230, 0);
	mmio_put(&f, 0x2230, 1, 1);
	CHECK(!gen8_engine_work(&f.v));
	CHECK_EQ(f.kicks, 1);
	guest_end();
}

static void two_elements(void)
{
	struct context a, b;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	breadcrumb(&a, 1);
	breadcrumb(&b, 2);
	submit(GEN8_BCS, &a, &b);
	CHECK(work());
	csb_event_is(0, GEN8_BCS, 0, 0x1);
	event_is(3, STORE, SCRATCH, 1);
	csb_event_is(5, GEN8_BCS, 1, 0x14);
	event_is(8, STORE, SCRATCH, 2);
	csb_event_is(10, GEN8_BCS, 2, 0x18);
	CHECK_EQ(nr_events, 13);
	csb_is(GEN8_BCS, 1, 0x14, 0x20);
	csb_is(GEN8_BCS, 2, 0x18, 0x40);
	CHECK_EQ(get32(image_gpa(&a, 0x05)), a.tail);
	CHECK_EQ(get32(image_gpa(&b, 0x05)), b.tail);
	CHECK_EQ(reg_get(0x22000 + RING_EXECLIST_STATUS_HI), 0x40);
	guest_end();
}

/* A batch that jumps to itself until somebody writes its end over the jump. */
static u32 spinner(struct context *c)
{
	ppgtt_new(c->pml4, 0x10000, 1);
	BATCH(c, 0x10000, MI_NOOP, MI_BB_START_PPGTT, 0x10000, 0);
	EMIT(c, MI_BB_START_PPGTT, 0x10000, 0, MI_NOOP);
	return ppgtt_gpa(c->pml4, 0x10000);
}

static void spinner_yields_and_ends(void)
{
	struct context c, other;
	u32 batch;

	begin();
	c = context_new(0x20);
	other = context_new(0x40);
	batch = spinner(&c);
	breadcrumb(&c, 3);
	breadcrumb(&other, 4);
	submit(GEN8_BCS, &c, NULL);
	CHECK(!work());
	CHECK_EQ(reg_get(0x22000 + RING_EXECLIST_STATUS), BIT(4) | BIT(18) | BIT(16) | BIT(14));
	/* others run meanwhile */
	submit(GEN8_RCS, &other, NULL);
	CHECK(gen8_engine_work(&f.v));
	CHECK_EQ(csb_write(GEN8_RCS), 1);
	CHECK_EQ(csb_write(GEN8_BCS), 0);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 4);
	put32(batch, MI_BATCH_BUFFER_END);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 3);
	csb_is(GEN8_BCS, 1, 0x18, 0x20);
	guest_end();
}

static void lite_restore_takes_the_tail(void)
{
	struct context c, next;
	u32 batch;

	begin();
	c = context_new(0x20);
	next = context_new(0x40);
	batch = spinner(&c);
	breadcrumb(&c, 1);
	submit(GEN8_VCS0, &c, NULL);
	CHECK(!work());
	/* the same context with more to do, and another behind it */
	put32(image_gpa(&c, 0x05), 0x100);	/* HEAD in memory is not looked at */
	breadcrumb(&c, 2);
	breadcrumb(&next, 3);
	nr_events = 0;
	submit(GEN8_VCS0, &c, &next);
	CHECK(!work());
	csb_event_is(0, GEN8_VCS0, 1, 0x8002);
	csb_is(GEN8_VCS0, 1, 0x8002, 0x20);
	CHECK_EQ(nr_events, 3);
	put32(batch, MI_BATCH_BUFFER_END);
	CHECK(work());
	event_is(3, STORE, SCRATCH, 1);
	event_is(5, STORE, SCRATCH, 2);
	csb_event_is(7, GEN8_VCS0, 2, 0x14);
	event_is(10, STORE, SCRATCH, 3);
	csb_event_is(12, GEN8_VCS0, 3, 0x18);
	CHECK_EQ(nr_events, 15);
	CHECK_EQ(get32(image_gpa(&c, 0x05)), c.tail);
	guest_end();
}

/* What was executed is not executed again, whichever way the context comes back. */
static void head_is_saved(void)
{
	struct context a, b;
	u32 i;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	for (i = 1; i <= 20; i++) {
		nr_events = 0;
		breadcrumb(&a, 2 * i);
		breadcrumb(&b, 2 * i + 1);
		submit_flags(GEN8_RCS, &a, &b, i % 2 ? 4 : 0);
		CHECK(work());
		CHECK_EQ(nr_events, 13);
		event_is(3, STORE, SCRATCH, 2 * i);
		event_is(8, STORE, SCRATCH, 2 * i + 1);
		CHECK_EQ(csb_write(GEN8_RCS), (3 * i - 1) % 6);
	}
	guest_end();
}

static void preemption(void)
{
	struct context a, b;
	u32 batch;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	EMIT(&a, 0x04000001, MI_NOOP);
	batch = spinner(&a);
	breadcrumb(&a, 1);
	breadcrumb(&b, 2);
	submit(GEN8_RCS, &a, NULL);
	CHECK(!work());
	submit(GEN8_RCS, &b, NULL);
	CHECK(work());
	csb_is(GEN8_RCS, 1, 0x2, 0x20);
	csb_is(GEN8_RCS, 2, 0x18, 0x40);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 2);
	/* a goes on inside its batch */
	submit(GEN8_RCS, &a, NULL);
	CHECK(!work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 2);
	put32(batch, MI_BATCH_BUFFER_END);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 1);
	/* and once only */
	BATCH(&a, 0x10000, MI_BB_START_PPGTT, 0x10000, 0);
	breadcrumb(&a, 3);
	submit(GEN8_RCS, &a, NULL);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 3);
	guest_end();
}

/* Both batches are where they were. */
static void preemption_in_second_level(void)
{
	struct context a, b;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	EMIT(&a, MI_BB_START_PPGTT, 0x10000, 0, MI_NOOP);
	ppgtt_new(a.pml4, 0x10000, 1);
	BATCH(&a, 0x10000, MI_BB_START_PPGTT | 1 << 22, 0x10800, 0, MI_USER_INTERRUPT,
	      MI_BATCH_BUFFER_END);
	BATCH(&a, 0x10800, MI_NOOP, MI_BB_START_PPGTT | 1 << 22, 0x10800, 0);
	breadcrumb(&a, 1);
	breadcrumb(&b, 2);
	submit(GEN8_RCS, &a, NULL);
	CHECK(!work());
	submit(GEN8_RCS, &b, NULL);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 2);
	put32(ppgtt_gpa(a.pml4, 0x10800), MI_BATCH_BUFFER_END);
	nr_events = 0;
	submit(GEN8_RCS, &a, NULL);
	CHECK(work());
	event_is(3, IRQ, GEN8_RCS, GEN8_IRQ_USER);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 1);
	csb_is(GEN8_RCS, 4, 0x18, 0x20);
	guest_end();
}

/* i915 of a vGPU switches arbitration off before each batch. */
static void no_arbitration_no_preemption(void)
{
	struct context a, b;
	u32 batch;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	EMIT(&a, 0x04000000, MI_NOOP);
	batch = spinner(&a);
	EMIT(&a, 0x04000001, MI_NOOP);
	breadcrumb(&b, 2);
	submit(GEN8_RCS, &a, NULL);
	CHECK(!work());
	submit(GEN8_RCS, &b, NULL);
	CHECK(!work());
	CHECK_EQ(csb_write(GEN8_RCS), 0);
	CHECK_EQ(reg_get(0x2000 + RING_EXECLIST_STATUS), BIT(2) | BIT(4) | BIT(18) | BIT(14));
	put32(batch, MI_BATCH_BUFFER_END);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 2);
	CHECK_EQ(csb_write(GEN8_RCS), 2);
	guest_end();
}

/* The dance of i915: stop, look who it was, ask, reset, index back, again. */
static void reset_cures_a_hang(void)
{
	struct context bad, good;
	u32 base = 0x22000, i;

	begin();
	for (i = 1; i <= 3; i++) {
		bad = context_new(0x20 * i);
		good = context_new(0x400 * i);
		spinner(&bad);
		breadcrumb(&good, i);
		submit(GEN8_BCS, &bad, &good);
		CHECK(!work());
		CHECK(!(reg_get(base + RING_MI_MODE) & MI_MODE_IDLE));
		reg_put(base + RING_MI_MODE, 0x01000100);
		CHECK(reg_get(base + RING_MI_MODE) & MI_MODE_IDLE);
		CHECK(work());
		CHECK_EQ(reg_get(base + RING_EXECLIST_STATUS_HI), 0x20 * i);
		CHECK_EQ(reg_get(base + RING_ACTHD) & ~0xf, 0x10000);
		reg_put(base + RING_RESET_CTL, 0x00010001);
		CHECK_EQ(reg_get(base + RING_RESET_CTL), 3);
		gen8_engine_reset(&f.v, BIT(GEN8_BCS));
		CHECK_EQ(resetting(&f.v), 0);
		CHECK_EQ(reg_get(base + RING_CSB_PTR), 0x505);
		CHECK_EQ(reg_get(base + RING_IMR), U32_MAX);
		CHECK_EQ(reg_get(base + RING_ESR), 0);
		reg_put(base + RING_RESET_CTL, 0x00010000);
		CHECK_EQ(reg_get(base + RING_RESET_CTL), 0);
		put32(ggtt_gpa(hwsp(GEN8_BCS)) + 0x7c, 5);
		reg_put(base + RING_CSB_PTR, 0xffff0505);
		reg_put(base + RING_MODE, 0x80008000);
		nr_events = 0;
		CHECK(work());
		CHECK_EQ(nr_events, 0);
		submit_flags(GEN8_BCS, &good, NULL, 4);
		CHECK(work());
		CHECK_EQ(get32(ggtt_gpa(SCRATCH)), i);
		CHECK_EQ(csb_write(GEN8_BCS), 1);
	}
	guest_end();
}

static void stop_and_go(void)
{
	struct context c;

	begin();
	c = context_new(0x20);
	breadcrumb(&c, 1);
	CHECK_EQ(reg_get(0x2000 + RING_MI_MODE), MI_MODE_IDLE);
	reg_put(0x2000 + RING_MI_MODE, 0x01000100);
	submit(GEN8_RCS, &c, NULL);
	CHECK(work());
	CHECK_EQ(nr_events, 0);
	CHECK_EQ(f.kicks, 1);
	reg_put(0x2000 + RING_MI_MODE, 0x01000000);
	CHECK_EQ(f.kicks, 2);
	CHECK(work());
	CHECK_EQ(csb_write(GEN8_RCS), 1);
	CHECK_EQ(reg_get(0x2000 + RING_MI_MODE), MI_MODE_IDLE);
	guest_end();
}

/* The reset comes while a command is on its way to memory. */
static void reset_in_the_middle(void)
{
	struct context c;

	begin();
	c = context_new(0x20);
	breadcrumb(&c, 1);
	submit(GEN8_RCS, &c, NULL);
	engine(GEN8_RCS)->executing = true;
	gen8_engine_reset(&f.v, BIT(GEN8_NUM_ENGINES) - 1);
	CHECK_EQ(resetting(&f.v), BIT(GEN8_RCS));
	CHECK(!(reg_get(0x2000 + RING_MI_MODE) & MI_MODE_IDLE));
	CHECK(work());
	CHECK_EQ(resetting(&f.v), 0);
	CHECK_EQ(nr_events, 0);
	/* what is submitted before the worker saw the reset belongs behind it */
	gen8_engine_reset(&f.v, BIT(GEN8_RCS));
	submit(GEN8_RCS, &c, NULL);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 1);
	CHECK_EQ(nr_events, 8);
	guest_end();
}

static void reset_at_each_access(void)
{
	u32 at;
	bool hit;

	for (at = 1, hit = true; hit; at++) {
		struct context c;

		begin();
		c = context_new(0x20);
		breadcrumb(&c, 1);
		submit(GEN8_RCS, &c, NULL);
		reset_at = at;
		CHECK(work());
		hit = !reset_at;
		reset_at = 0;
		if (hit)
			CHECK_EQ(reg_get(0x2000 + RING_CSB_PTR), CSB_RESET);
		CHECK_EQ(resetting(&f.v), 0);
		CHECK_EQ(reg_get(0x2000 + RING_MI_MODE), MI_MODE_IDLE);
		put32(ggtt_gpa(hwsp(GEN8_RCS)) + 0x7c, 5);
		reg_put(0x2000 + RING_CSB_PTR, 0xffff0505);
		nr_events = 0;
		breadcrumb(&c, 2);
		submit_flags(GEN8_RCS, &c, NULL, 4);
		CHECK(work());
		CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 2);
		csb_event_is(nr_events - 3, GEN8_RCS, 1, 0x18);
		guest_end();
	}
	CHECK(at > 8);
}

static void invalid_command_hangs(void)
{
	struct context c;

	begin();
	c = context_new(0x20);
	EMIT(&c, MI_NOOP, 0x0a000000);
	breadcrumb(&c, 1);
	submit(GEN8_VECS, &c, NULL);
	CHECK(work());				/* a hung engine is no work */
	CHECK_EQ(reg_get(0x1a000 + RING_IPEHR), 0x0a000000);
	CHECK_EQ(reg_get(0x1a000 + RING_ACTHD), c.ring + 4);
	CHECK_EQ(reg_get(0x1a000 + RING_HEAD), 4);
	CHECK_EQ(reg_get(0x1a000 + RING_EIR), 1);
	CHECK_EQ(reg_get(0x1a000 + RING_ESR), 1);
	event_is(3, IRQ, GEN8_VECS, GEN8_IRQ_CS_ERROR);
	CHECK_EQ(nr_events, 4);
	CHECK_EQ(csb_write(GEN8_VECS), 0);
	submit(GEN8_VECS, &c, NULL);
	CHECK(work());
	CHECK_EQ(csb_write(GEN8_VECS), 0);
	reg_put(0x1a000 + RING_EIR, 1);
	CHECK_EQ(reg_get(0x1a000 + RING_EIR), 0);
	guest_end();
}

static void nonsense_in_the_image_hangs(void)
{
	static const struct {
		u32 dword;
		u32 val;
	} bad[] = {
		{ 0x05, 0x8000 },	/* HEAD outside */
		{ 0x07, 0x1ffff8 },	/* TAIL outside */
		{ 0x09, 0xc0000000 },	/* no ring there */
		{ 0x07, 4 },		/* TAIL: half a qword is none: nothing to do */
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct context c;

		begin();
		c = context_new(0x20);
		breadcrumb(&c, 1);
		context_commit(&c);
		put32(image_gpa(&c, bad[i].dword), bad[i].val);
		reg_put(0x2230, 0);
		reg_put(0x2230, 0);
		reg_put(0x2230, 0x20);
		reg_put(0x2230, c.lrca | 0x139);
		CHECK(work());
		CHECK_EQ(csb_write(GEN8_RCS), i == 3 ? 1 : 0);
		CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 0);
		guest_end();
	}
}

static void a_ring_wraps(void)
{
	struct context c;
	u32 i;

	begin();
	c = context_new(0x20);
	/* odd lengths: commands lie across the end */
	for (i = 1; i <= 3000; i++) {
		EMIT(&c, MI_SDI_GGTT, SCRATCH + 4, 0, i, MI_NOOP);
		if (i % 500)
			continue;
		submit(GEN8_RCS, &c, NULL);
		CHECK(work());
		CHECK_EQ(get32(ggtt_gpa(SCRATCH) + 4), i);
		CHECK_EQ(get32(image_gpa(&c, 0x05)), c.tail);
	}
	guest_end();
}

static void run_time_adds_up(void)
{
	struct context c;

	begin();
	c = context_new(0x20);
	f.now = 80ull << 32;
	put32(image_gpa(&c, 0x23), 1000);
	EMIT(&c, 0x0e404002, 1, SCRATCH, 0);	/* until it is 1 */
	submit(GEN8_RCS, &c, NULL);
	CHECK(!work());
	f.now += 80 * 250;
	put32(ggtt_gpa(SCRATCH), 1);
	CHECK(work());
	CHECK_EQ(get32(image_gpa(&c, 0x23)), 1250);
	CHECK_EQ(reg_get(0x2000 + RING_CTX_TIMESTAMP), 1250);
	guest_end();
}

/* What one context computed with, another neither sees nor changes. */
static void registers_belong_to_contexts(void)
{
	struct context a, b;

	begin();
	a = context_new(0x20);
	b = context_new(0x40);
	EMIT(&a, 0x11000003, 0x22600, 0x1234, 0x22200, 0x00030002);
	EMIT(&b, 0x12400002, 0x22600, SCRATCH, 0, 0x12400002, 0x22200, SCRATCH + 4, 0);
	put32(ggtt_gpa(SCRATCH), 99);
	put32(ggtt_gpa(SCRATCH) + 4, 99);
	submit(GEN8_BCS, &a, &b);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 0);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH) + 4), 0);
	EMIT(&a, 0x12400002, 0x22600, SCRATCH, 0, 0x12400002, 0x22200, SCRATCH + 4, 0);
	submit(GEN8_BCS, &a, NULL);
	CHECK(work());
	CHECK_EQ(get32(ggtt_gpa(SCRATCH)), 0x1234);
	CHECK_EQ(get32(ggtt_gpa(SCRATCH) + 4), 2);
	guest_end();
}

/* A slice is bounded, however much there is. */
static void slices_are_bounded(void)
{
	struct context c;
	u32 i, n = 0;

	begin();
	c = context_new(0x20);
	for (i = 0; i < 3500; i++)
		emit(&c, MI_NOOP);
	submit(GEN8_RCS, &c, NULL);
	while (gen8_engine_work(&f.v))
		n++;
	CHECK_EQ(n, 3);
	guest_end();
}

/* A slice is as short for commands that move much as it is for many of them. */
static void large_stores_are_charged(void)
{
	const u32 dwords = 900, nr = 400;
	const u32 at = 0x00400000;
	struct context c;
	u32 i, k, off = 0;

	begin();
	c = context_new(0x20);
	ppgtt_new(c.pml4, at, (nr * (dwords + 3) * 4) / GEN8_PAGE + 2);
	ppgtt_new(c.pml4, SCRATCH, 1);
	for (i = 0; i < nr; i++) {
		const u32 head[] = { 0x10000000 | (dwords + 1), SCRATCH, 0 };

		for (k = 0; k < ARRAY_SIZE(head); k++, off += 4)
			put32(ppgtt_gpa(c.pml4, at + off), head[k]);
		put32(ppgtt_gpa(c.pml4, at + off), i + 1);
		off += 4 * dwords;
	}
	put32(ppgtt_gpa(c.pml4, at + off), 0x05000000);
	EMIT(&c, 0x18800101, at, 0, 0);
	submit(GEN8_RCS, &c, NULL);
	CHECK(gen8_engine_work(&f.v));
	i = get32(ppgtt_gpa(c.pml4, SCRATCH));
	CHECK(i > 100 && i < 300);
	CHECK(work());
	CHECK_EQ(get32(ppgtt_gpa(c.pml4, SCRATCH)), nr);
	guest_end();
}

/* Between two slices the guest may change what comes next. */
static void nothing_is_read_ahead_for_long(void)
{
	struct context c;
	u32 i, irqs = 0;

	begin();
	c = context_new(0x20);
	for (i = 0; i < 2000; i++)
		emit(&c, MI_NOOP);
	submit(GEN8_RCS, &c, NULL);
	CHECK(gen8_engine_work(&f.v));
	for (i = engine(GEN8_RCS)->cs.head; i < 4 * 1200; i += 4)
		put32(ggtt_gpa(c.ring + i), MI_USER_INTERRUPT);
	CHECK(work());
	for (i = 0; i < nr_events; i++)
		irqs += events[i].what == IRQ && events[i].val == GEN8_IRQ_USER;
	CHECK_EQ(irqs, 1200 - 999);
	guest_end();
}

static void allocation_may_fail(void)
{
	struct vgpu v;

	CHECK(!vgpu_model_init(&guest_model));
	alloc_fail_after(3);	/* priv, registers, GGTT, engines */
	CHECK_EQ(vgpu_init(&v, &guest_model, NULL, NULL), -ENOMEM);
	alloc_fail_after(-1);
	vgpu_model_exit(&guest_model);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(a_request_on_each_engine),
	KTAP_CASE(idle_costs_nothing),
	KTAP_CASE(no_bus_master_no_commands),
	KTAP_CASE(two_elements),
	KTAP_CASE(spinner_yields_and_ends),
	KTAP_CASE(lite_restore_takes_the_tail),
	KTAP_CASE(head_is_saved),
	KTAP_CASE(preemption),
	KTAP_CASE(preemption_in_second_level),
	KTAP_CASE(no_arbitration_no_preemption),
	KTAP_CASE(reset_cures_a_hang),
	KTAP_CASE(stop_and_go),
	KTAP_CASE(reset_in_the_middle),
	KTAP_CASE(reset_at_each_access),
	KTAP_CASE(invalid_command_hangs),
	KTAP_CASE(nonsense_in_the_image_hangs),
	KTAP_CASE(a_ring_wraps),
	KTAP_CASE(run_time_adds_up),
	KTAP_CASE(registers_belong_to_contexts),
	KTAP_CASE(slices_are_bounded),
	KTAP_CASE(large_stores_are_charged),
	KTAP_CASE(nothing_is_read_ahead_for_long),
	KTAP_CASE(allocation_may_fail),
};

KTAP_MAIN(cases)
