// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_cs_test.c - each command does what the manual says, and no more than it may
 */
#include "gen8_guest.h"

#define NOOP		0x00000000
#define BB_END		0x05000000
#define BB_START	0x18800101	/* PPGTT */
#define BB_START_GGTT	0x18800001
#define SECOND_LEVEL	BIT(22)
#define GGTT		BIT(22)
#define SDI		0x10000002
#define SDI_QWORD	0x10000003
#define LRI(n)		(0x11000000 | (2 * (n) - 1))
#define SRM		0x12000002
#define LRM		0x14800002
#define LRR		0x15000001
#define COPY		0x17000003
#define ATOMIC		0x17800001
#define ATOMIC_INLINE	(0x17800009 | BIT(18))
#define SEMAPHORE	0x0e000002
#define MATH(n)		(0x0d000000 | ((n) - 1))
#define FLUSH_DW	0x13000002
#define PIPE_CONTROL	0x7a000004
#define COND_END	0x1b000002
#define PREDICATE	0x06000000
#define SET_PREDICATE	0x00800000

#define USER		0x20000		/* PPGTT: a page for data */
#define BATCH_AT	0x10000		/* PPGTT: eight pages for batches */
#define GPR(base, n)	((base) + 0x600 + 8 * (n))

static struct context c;
static u32 irqs[GEN8_NUM_ENGINES];	/* bits so far */
static u32 nr_irqs;

static void engine_irq(struct vgpu *v, u32 id, u32 bits)
{
	irqs[id] |= bits;
	nr_irqs += bits != GEN8_IRQ_CSB;
}

static void begin(void)
{
	guest_begin();
	f.engine_irq = engine_irq;
	memset(irqs, 0, sizeof(irqs));
	nr_irqs = 0;
	c = context_new(0x20);
	ppgtt_new(c.pml4, BATCH_AT, 8);
	ppgtt_new(c.pml4, USER, 1);
}

static u32 data(u32 off)
{
	return get32(ppgtt_gpa(c.pml4, USER + off));
}

static void data_put(u32 off, u32 val)
{
	put32(ppgtt_gpa(c.pml4, USER + off), val);
}

static u32 scratch(u32 off)
{
	return get32(ggtt_gpa(SCRATCH + off));
}

/* Run what was emitted; it comes to its end. */
static void run(enum gen8_engine_id id)
{
	submit(id, &c, NULL);
	CHECK(work());
	CHECK(!engine(id)->hung);
	CHECK_EQ(get32(image_gpa(&c, 0x05)), c.tail);
}

/* Run the batch at BATCH_AT. */
static void run_batch(enum gen8_engine_id id)
{
	EMIT(&c, BB_START, BATCH_AT, 0, NOOP);
	run(id);
}

static void hangs(enum gen8_engine_id id)
{
	submit(id, &c, NULL);
	CHECK(work());
	CHECK(engine(id)->hung);
	CHECK_EQ(to_gen8(&f.v)->engines->engine[id].cs.ipehr, reg_get(engine(id)->base + 0x68));
}

static void stores(void)
{
	begin();
	EMIT(&c, SDI, USER, 0, 0x11, SDI_QWORD, USER + 8, 0, 0x22, 0x33);
	EMIT(&c, SDI | GGTT, SCRATCH, 0, 0x44);
	EMIT(&c, SDI + 4, USER + 0x20, 0, 1, 2, 3, 4, 5);
	run(GEN8_BCS);
	CHECK_EQ(data(0), 0x11);
	CHECK_EQ(data(4), 0);
	CHECK_EQ(data(8), 0x22);
	CHECK_EQ(data(12), 0x33);
	CHECK_EQ(scratch(0), 0x44);
	CHECK_EQ(data(0x30), 5);
	CHECK_EQ(data(0x34), 0);
	/* the status page of the context, and that of the engine */
	EMIT(&c, 0x10a00001, 0x80, 0x55, 0x10800001, 0x88, 0x66);
	run(GEN8_BCS);
	CHECK_EQ(get32(ggtt_gpa(c.lrca) + 0x80), 0x55);
	CHECK_EQ(get32(ggtt_gpa(hwsp(GEN8_BCS)) + 0x88), 0x66);
	/* REPORT_HEAD */
	EMIT(&c, 0x03800000, NOOP);
	run(GEN8_BCS);
	CHECK_EQ(get32(ggtt_gpa(c.lrca) + 0x10), c.tail - 8);
	guest_end();
}

static void registers(void)
{
	u32 id;

	for (id = 0; id < GEN8_NUM_ENGINES; id++) {
		u32 base;

		begin();
		base = engine(id)->base;
		data_put(0x10, 0x77);
		EMIT(&c, LRI(2), GPR(base, 0), 0x11, GPR(base, 1), 0x22);
		EMIT(&c, LRI(1) | 0xc00, GPR(base, 1), 0xffffffff);	/* two bytes stay */
		EMIT(&c, LRR, GPR(base, 0), GPR(base, 2));
		EMIT(&c, LRM, GPR(base, 3), USER + 0x10, 0);
		EMIT(&c, SRM, GPR(base, 1), USER, 0, SRM, GPR(base, 2), USER + 4, 0);
		EMIT(&c, SRM | GGTT, GPR(base, 3), SCRATCH, 0);
		run(id);
		CHECK_EQ(data(0), 0xffff);
		CHECK_EQ(data(4), 0x11);
		CHECK_EQ(scratch(0), 0x77);
		guest_end();
	}
}

/* Registers that user batches may write: one context must not see what another wrote. */
static const u32 context_regs[] = {
	0x2158, 0x2290, 0x2294, 0x22c8, 0x22cc, 0x22d8, 0x22dc, 0x22f0, 0x22f4, 0x22f8, 0x22fc,
	0x2300, 0x2304, 0x2308, 0x230c, 0x2310, 0x2314, 0x2318, 0x231c, 0x2320, 0x2324, 0x2328,
	0x232c, 0x2330, 0x2334, 0x2338, 0x233c, 0x2340, 0x2344, 0x2360, 0x2364, 0x2400, 0x2404,
	0x2408, 0x240c, 0x2410, 0x2414, 0x2418, 0x241c, 0x2420, 0x2430, 0x2434, 0x2438, 0x243c,
	0x2440, 0x2448, 0x244c, 0x2450, 0x2454, 0x2500, 0x2504, 0x2508, 0x2600, 0x267c, 0x5200,
	0x5204, 0x5208, 0x520c, 0x5210, 0x5214, 0x5218, 0x521c, 0x5240, 0x5244, 0x5248, 0x524c,
	0x5250, 0x5254, 0x5258, 0x525c, 0x5280, 0x5284, 0x5288, 0x528c, 0x7034,
	0x20c0, 0x7000, 0x7004, 0x7008,		/* the upper half says which bits are written */
};

#define NR_PLAIN (ARRAY_SIZE(context_regs) - 4)

static u32 context_reg_value(u32 i, u32 salt)
{
	return (i + 1) * salt & (i < NR_PLAIN ? U32_MAX : 0xff);
}

static void context_regs_write(u32 salt)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(context_regs); i++)
		EMIT(&c, LRI(1), context_regs[i],
		     context_reg_value(i, salt) | (i < NR_PLAIN ? 0 : 0xffff0000));
	run(GEN8_RCS);
}

/* Return: how many are not as they were written with @salt; 0: never. */
static u32 context_regs_differ(u32 salt)
{
	u32 i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(context_regs); i++)
		EMIT(&c, SRM, context_regs[i], USER + 4 * i, 0);
	run(GEN8_RCS);
	for (i = 0; i < ARRAY_SIZE(context_regs); i++)
		bad += data(4 * i) != context_reg_value(i, salt);
	return bad;
}

static void contexts_do_not_share_registers(void)
{
	struct context first, second;

	begin();
	first = c;
	context_regs_write(3);
	CHECK_EQ(context_regs_differ(3), 0);

	c = context_new(0x60);
	ppgtt_new(c.pml4, USER, 1);
	CHECK_EQ(context_regs_differ(0), 0);
	context_regs_write(5);
	second = c;

	c = first;
	CHECK_EQ(context_regs_differ(3), 0);
	c = second;
	CHECK_EQ(context_regs_differ(5), 0);
	guest_end();
}

/* What is counted is what may have trapped. */
static void an_engine_is_not_the_guest(void)
{
	const struct vgpu_reg_count *count;
	u32 reg;

	begin();
	reg = GPR(engine(GEN8_RCS)->base, 0);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	count = &f.v.counts[reg / 4];
	EMIT(&c, LRI(1), reg, 0x11, SRM, reg, USER, 0);
	run(GEN8_RCS);
	CHECK_EQ(data(0), 0x11);
	CHECK_EQ(count->reads, 0);
	CHECK_EQ(count->writes, 0);
	reg_put(reg, reg_get(reg));
	CHECK_EQ(count->reads, 1);
	CHECK_EQ(count->writes, 1);
	guest_end();
}

static void registers_not_its_own(void)
{
	begin();
	reg_put(0x12000 + 0x24, 5);
	/* another engine's, the port, the reset, the index */
	EMIT(&c, LRI(4), 0x12024, 6, 0x2230, 1, 0x20d0, 0x10001, 0x23a0, 0x70003);
	EMIT(&c, SRM, 0x12024, USER, 0, SRM, 0x7ffffc, USER + 4, 0);
	run(GEN8_RCS);
	CHECK_EQ(reg_get(0x12024), 5);
	CHECK_EQ(engine(GEN8_RCS)->nr_port, 0);
	CHECK_EQ(reg_get(0x20d0), 0);
	CHECK_EQ(reg_get(0x23a0) & 7, 1);
	CHECK_EQ(data(0), 5);
	CHECK_EQ(data(4), 0);
	CHECK_EQ(to_gen8(&f.v)->engines->denied, 5);
	guest_end();
}

/* A batch in a PPGTT is a user's. */
static void users_are_kept_apart(void)
{
	begin();
	put32(ggtt_gpa(SCRATCH), 0x5ec2e7);
	reg_put(0x2080, hwsp(GEN8_RCS));
	BATCH(&c, BATCH_AT, SDI | GGTT, SCRATCH + 8, 0, 1, COPY | GGTT, USER, 0, SCRATCH, 0,
	      LRI(3), 0x2080, 0, 0x20a8, 0, GPR(0x2000, 0), 3, SRM, GPR(0x2000, 0), USER + 4, 0,
	      0x10a00001, 0x80, 0x55,
	      /* a batch of the GGTT is one of the PPGTT then */
	      BB_START_GGTT, BATCH_AT + 0x1000, 0);
	BATCH(&c, BATCH_AT + 0x1000, SDI | GGTT, SCRATCH + 8, 0, 1, SDI, USER + 8, 0, 4, BB_END);
	data_put(0, 0xff);
	run_batch(GEN8_RCS);
	CHECK_EQ(scratch(8), 0);
	CHECK_EQ(data(0), 0);
	CHECK_EQ(data(4), 3);
	CHECK_EQ(data(8), 4);
	CHECK_EQ(reg_get(0x2080), hwsp(GEN8_RCS));
	CHECK_EQ(reg_get(0x20a8), U32_MAX);
	CHECK_EQ(get32(ggtt_gpa(c.lrca) + 0x80), 0);
	guest_end();
}

static void batches(void)
{
	begin();
	/* chained, then of second level, then chained in there: back to behind the second */
	BATCH(&c, BATCH_AT, SDI, USER, 0, 1, BB_START, BATCH_AT + 0x1000, 0, SDI, USER + 4, 0, 2);
	BATCH(&c, BATCH_AT + 0x1000, BB_START | SECOND_LEVEL, BATCH_AT + 0x2000, 0, SDI, USER + 8,
	      0, 3, BB_END);
	BATCH(&c, BATCH_AT + 0x2000, SDI, USER + 12, 0, 4, BB_START | SECOND_LEVEL,
	      BATCH_AT + 0x3000, 0);
	BATCH(&c, BATCH_AT + 0x3000, SDI, USER + 16, 0, 5, BB_END);
	EMIT(&c, BB_START, BATCH_AT, 0, SDI, USER + 20, 0, 6, NOOP);
	run(GEN8_VCS0);
	CHECK_EQ(data(0), 1);
	CHECK_EQ(data(4), 0);
	CHECK_EQ(data(8), 3);
	CHECK_EQ(data(12), 4);
	CHECK_EQ(data(16), 5);
	CHECK_EQ(data(20), 6);
	/* the golden state: a batch of the driver in the GGTT, which may do anything */
	put32(ggtt_gpa(SCRATCH + 0x1000), SDI | GGTT);
	put32(ggtt_gpa(SCRATCH + 0x1004), SCRATCH);
	put32(ggtt_gpa(SCRATCH + 0x100c), 7);
	put32(ggtt_gpa(SCRATCH + 0x1010), BB_END);
	EMIT(&c, BB_START_GGTT, SCRATCH + 0x1000, 0, NOOP);
	run(GEN8_VCS0);
	CHECK_EQ(scratch(0), 7);
	guest_end();
}

/* Commands that cross pages that do not follow each other in memory. */
static void a_batch_crosses_pages(void)
{
	u32 at;

	for (at = 0xff0; at <= 0x1000; at += 4) {
		begin();
		BATCH(&c, BATCH_AT, BB_START, BATCH_AT + at, 0);
		BATCH(&c, BATCH_AT + at, SDI, USER, 0, at, SDI + 8, USER + 8, 0, 1, 2, 3, 4, 5, 6,
		      7, 8, 9, BB_END);
		run_batch(GEN8_BCS);
		CHECK_EQ(data(0), at);
		CHECK_EQ(data(8 + 4 * 8), 9);
		guest_end();
	}
}

/* A store into what comes next is seen, whatever was read ahead. */
static void code_may_be_written(void)
{
	begin();
	BATCH(&c, BATCH_AT, SDI, BATCH_AT + 28, 0, 0x22, SDI, USER, 0, 0x11, BB_END);
	run_batch(GEN8_RCS);
	CHECK_EQ(data(0), 0x22);
	/* the same through another address */
	ppgtt_set(c.pml4, USER + 0x3000, ppgtt_gpa(c.pml4, BATCH_AT) | PTE_RW);
	BATCH(&c, BATCH_AT, SDI, USER + 0x3000 + 28, 0, 0x33, SDI, USER, 0, 0x11, BB_END);
	run_batch(GEN8_RCS);
	CHECK_EQ(data(0), 0x33);
	guest_end();
}

static void copies(void)
{
	begin();
	data_put(0, 0x11);
	put32(ggtt_gpa(SCRATCH), 0x22);
	EMIT(&c, COPY, USER + 4, 0, USER, 0, COPY | GGTT, USER + 8, 0, SCRATCH, 0,
	     COPY | BIT(21), SCRATCH + 4, 0, USER, 0);
	run(GEN8_BCS);
	CHECK_EQ(data(4), 0x11);
	CHECK_EQ(data(8), 0x22);
	CHECK_EQ(scratch(4), 0x11);
	guest_end();
}

static void atomic_is(u32 op, u64 before, u64 a, u64 b, u64 after)
{
	bool wide = op & 0x20;

	put64(ppgtt_gpa(c.pml4, USER), before);
	EMIT(&c, ATOMIC_INLINE | BIT(16) | op << 8, USER, 0, (u32)a, (u32)b, a >> 32, b >> 32, 0, 0,
	     0, 0);
	run(GEN8_RCS);
	if (!CHECK_EQ(get64(ppgtt_gpa(c.pml4, USER)), after))
		printf("# operation %#x\n", op);
	if ((op & 15) != 15)
		CHECK_EQ(reg_get(GPR(0x2000, 4)), (u32)before);
	if ((op & 15) != 15)
		CHECK_EQ(reg_get(GPR(0x2000, 4) + 4), wide ? before >> 32 : 0);
}

static void atomics(void)
{
	const u64 top = 0x9999999900000000;

	begin();
	atomic_is(0x01, top | 0xf0, 0x3c, 0, top | 0x30);
	atomic_is(0x02, top | 0xf0, 0x3c, 0, top | 0xfc);
	atomic_is(0x03, top | 0xf0, 0x3c, 0, top | 0xcc);
	atomic_is(0x04, top | 0xf0, 0x3c, 0, top | 0x3c);
	atomic_is(0x05, top | 0xffffffff, 0, 0, top);
	atomic_is(0x06, top, 0, 0, top | 0xffffffff);
	atomic_is(0x07, top | 5, 7, 0, top | 12);
	atomic_is(0x08, top | 5, 7, 0, top | 0xfffffffe);
	atomic_is(0x09, top | 5, 7, 0, top | 2);
	atomic_is(0x0a, top | 0xfffffffe, 1, 0, top | 1);
	atomic_is(0x0b, top | 0xfffffffe, 1, 0, top | 0xfffffffe);
	atomic_is(0x0c, top | 0xfffffffe, 1, 0, top | 0xfffffffe);
	atomic_is(0x0d, top | 0xfffffffe, 1, 0, top | 1);
	atomic_is(0x0e, top | 5, 5, 8, top | 8);
	atomic_is(0x0e, top | 5, 6, 8, top | 5);
	atomic_is(0x0f, top | 5, 0, 0, top | 4);
	atomic_is(0x27, 0xffffffff, 1, 0, 0x100000000);
	atomic_is(0x2a, ~0ull, 5, 0, 5);
	atomic_is(0x2e, top, top, 1, 1);
	/* operands in registers */
	EMIT(&c, LRI(1), GPR(0x2000, 0), 40, ATOMIC | 0x7 << 8, USER, 0);
	put64(ppgtt_gpa(c.pml4, USER), 2);
	run(GEN8_RCS);
	CHECK_EQ(data(0), 42);
	guest_end();
}

static void semaphore_is(u32 compare, u32 mem, u32 imm, bool passes)
{
	begin();
	data_put(0, mem);
	EMIT(&c, SEMAPHORE | BIT(15) | compare << 12, imm, USER, 0, SDI, USER + 4, 0, 1);
	submit(GEN8_RCS, &c, NULL);
	CHECK_EQ(work(), passes);
	CHECK_EQ(data(4), passes);
	CHECK_EQ(irqs[GEN8_RCS] & GEN8_IRQ_SEMAPHORE, passes ? 0 : GEN8_IRQ_SEMAPHORE);
	CHECK_EQ(nr_irqs, !passes);
	guest_end();
}

static void semaphores(void)
{
	static const struct {
		bool less, equal, greater;
	} want[] = {
		{ false, false, true }, { false, true, true }, { true, false, false },
		{ true, true, false }, { false, true, false }, { true, false, true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		semaphore_is(i, 4, 5, want[i].less);
		semaphore_is(i, 5, 5, want[i].equal);
		semaphore_is(i, 0x80000000, 5, want[i].greater);
	}
	/* one engine waits for another */
	begin();
	EMIT(&c, SEMAPHORE | GGTT | 4 << 12, 9, SCRATCH, 0, SDI | GGTT, SCRATCH + 4, 0, 1);
	submit(GEN8_RCS, &c, NULL);
	CHECK(!work());
	CHECK_EQ(gen8_engine_work(&f.v), VGPU_WORK_WAIT);
	c = context_new(0x40);
	EMIT(&c, SDI | GGTT, SCRATCH, 0, 9);
	submit(GEN8_BCS, &c, NULL);
	CHECK(work());
	CHECK_EQ(scratch(4), 1);
	guest_end();
}

#define ALU(op, to, from)	((op) << 20 | (to) << 10 | (from))
#define SRCA			0x20
#define SRCB			0x21
#define ACCU			0x31
#define ZF			0x32
#define CF			0x33

static void math_is(u32 op, u64 a, u64 b, u64 result, bool zero, bool carry)
{
	u32 base = 0x22000, i;
	const u64 want[] = { result, zero ? ~0ull : 0, carry ? ~0ull : 0, ~result };

	EMIT(&c, LRI(4), GPR(base, 0), (u32)a, GPR(base, 0) + 4, a >> 32, GPR(base, 1), (u32)b,
	     GPR(base, 1) + 4, b >> 32);
	EMIT(&c, MATH(7), ALU(0x080, SRCA, 0), ALU(0x080, SRCB, 1), ALU(op, 0, 0),
	     ALU(0x180, 2, ACCU), ALU(0x180, 3, ZF), ALU(0x180, 4, CF), ALU(0x580, 5, ACCU));
	run(GEN8_BCS);
	for (i = 0; i < 4; i++)
		CHECK_EQ(mmio_get(&f, GPR(base, 2 + i), 8), want[i]);
}

static void math(void)
{
	begin();
	math_is(0x100, 0xffffffff, 1, 0x100000000, false, false);
	math_is(0x100, ~0ull, 1, 0, true, true);
	math_is(0x101, 5, 7, -2ull, false, true);
	math_is(0x101, 7, 7, 0, true, false);
	math_is(0x102, 0xf0f0, 0xff00, 0xf000, false, false);
	math_is(0x103, 0xf0f0, 0xff00, 0xfff0, false, false);
	math_is(0x104, 0xf0f0, 0xf0f0, 0, true, false);
	EMIT(&c, MATH(6), ALU(0x081, SRCA, 0), ALU(0x481, SRCB, 0), ALU(0x102, 0, 0),
	     ALU(0x180, 6, SRCB), ALU(0x480, SRCA, 6), ALU(0x180, 7, SRCA));
	EMIT(&c, MATH(2), ALU(0x180, 16, SRCB), ALU(0x7ff, 0x3ff, 0x3ff));	/* nonsense */
	run(GEN8_BCS);
	CHECK_EQ(mmio_get(&f, GPR(0x22000, 6), 8), ~0ull);
	CHECK_EQ(mmio_get(&f, GPR(0x22000, 7), 8), 0);
	guest_end();
}

static void conditions(void)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		begin();
		data_put(0x10, 4 + i);
		data_put(0x14, 0xffffffff);
		BATCH(&c, BATCH_AT, COND_END, 5, USER + 0x10, 0, SDI, USER, 0, 1, BB_END);
		run_batch(GEN8_RCS);
		CHECK_EQ(data(0), i == 2);
		guest_end();
	}
	/* with a mask behind the value */
	begin();
	data_put(0x10, 0x106);
	data_put(0x14, 0x00f);
	BATCH(&c, BATCH_AT, COND_END | BIT(19), 6, USER + 0x10, 0, SDI, USER, 0, 1, BB_END);
	run_batch(GEN8_RCS);
	CHECK_EQ(data(0), 0);
	guest_end();
}

static void predicate_is(u32 dw0, u32 src0, u32 src1, u32 old, u32 want)
{
	EMIT(&c, LRI(6), 0x2400, src0, 0x2404, 0, 0x2408, src1, 0x240c, 0, 0x2418, old, 0x2410, 3,
	     PREDICATE | dw0, NOOP, SRM, 0x2418, USER, 0);
	run(GEN8_RCS);
	if (!CHECK_EQ(data(0), want))
		printf("# PREDICATE %#x\n", dw0);
}

static void predicates(void)
{
	begin();
	predicate_is(2 << 6 | 2, 5, 5, 0, 1);
	predicate_is(2 << 6 | 2, 5, 6, 1, 0);
	predicate_is(3 << 6 | 2, 5, 6, 0, 1);
	predicate_is(3 << 6 | 2, 5, 5, 1, 0);
	predicate_is(2 << 6 | 3, 8, 5, 0, 1);	/* the difference is 3 */
	predicate_is(2 << 6 | 0, 0, 0, 0, 1);
	predicate_is(2 << 6 | 1, 0, 0, 1, 0);
	predicate_is(0 << 6 | 2, 5, 5, 0, 0);	/* keep */
	predicate_is(2 << 6 | 1 << 3 | 2, 5, 5, 0, 0);
	predicate_is(2 << 6 | 2 << 3 | 2, 5, 6, 1, 1);
	predicate_is(2 << 6 | 3 << 3 | 2, 5, 5, 1, 0);

	/* a store that needs one, a batch that needs one, commands that need one */
	EMIT(&c, LRI(2), 0x2418, 0, GPR(0x2000, 0), 7, SRM | BIT(21), GPR(0x2000, 0), USER + 4, 0);
	EMIT(&c, BB_START | BIT(15), BATCH_AT, 0, NOOP);
	BATCH(&c, BATCH_AT, SDI, USER + 8, 0, 1, SET_PREDICATE | 3, SDI, USER + 12, 0, 1,
	      SET_PREDICATE, SDI, USER + 16, 0, 1, BB_END);
	run(GEN8_RCS);
	CHECK_EQ(data(4), 0);
	CHECK_EQ(data(8), 0);
	EMIT(&c, BB_START, BATCH_AT, 0, NOOP);
	run(GEN8_RCS);
	CHECK_EQ(data(8), 1);
	CHECK_EQ(data(12), 0);
	CHECK_EQ(data(16), 1);
	EMIT(&c, LRI(1), 0x2418, 1, SRM | BIT(21), GPR(0x2000, 0), USER + 4, 0);
	EMIT(&c, BB_START | BIT(15), BATCH_AT, 0, NOOP);
	run(GEN8_RCS);
	CHECK_EQ(data(4), 7);
	CHECK_EQ(data(12), 1);
	guest_end();
}

/* A GT2 has one slice: what is for parts with more of them is not for it. */
static void slices(void)
{
	u32 nr;

	begin();
	for (nr = 1; nr <= 3; nr++)
		BATCH(&c, BATCH_AT + 0x1000 * (nr - 1), SET_PREDICATE | (4 + nr), SDI,
		      USER + 4 * nr, 0, nr, SET_PREDICATE, BB_END);
	for (nr = 1; nr <= 3; nr++)
		EMIT(&c, BB_START, BATCH_AT + 0x1000 * (nr - 1), 0, NOOP);
	run(GEN8_RCS);
	CHECK_EQ(data(4), 1);
	CHECK_EQ(data(8), 0);
	CHECK_EQ(data(12), 0);
	guest_end();
}

static void flushes(void)
{
	begin();
	f.now = 80ull * 0x123456789;
	EMIT(&c, FLUSH_DW | 1 << 14, USER, 0, 0x11);
	EMIT(&c, (FLUSH_DW + 1) | 1 << 14, USER + 8, 0, 0x22, 0x33);
	EMIT(&c, FLUSH_DW | 1 << 14, SCRATCH | 4, 0, 0x44);
	EMIT(&c, FLUSH_DW | 1 << 14 | BIT(21), 0xd0, 0, 0x55);
	EMIT(&c, FLUSH_DW | 3 << 14, USER + 16, 0, 0);
	EMIT(&c, FLUSH_DW | BIT(7) | BIT(18), 0, 0, 0, NOOP);	/* bit 7 is no length */
	run(GEN8_VCS0);
	CHECK_EQ(data(0), 0x11);
	CHECK_EQ(data(4), 0);
	CHECK_EQ(data(8), 0x22);
	CHECK_EQ(data(12), 0x33);
	CHECK_EQ(scratch(0), 0x44);
	CHECK_EQ(get32(ggtt_gpa(c.lrca) + 0xd0), 0x55);
	CHECK_EQ(data(16), 0x23456789);
	CHECK_EQ(data(20), 1);
	CHECK_EQ(nr_irqs, 0);
	EMIT(&c, FLUSH_DW | BIT(8), 0, 0, 0);
	run(GEN8_VCS0);
	CHECK_EQ(irqs[GEN8_VCS0], GEN8_IRQ_NOTIFY | GEN8_IRQ_CSB);

	EMIT(&c, PIPE_CONTROL, 1 << 14, USER + 0x20, 0, 0x66, 0x77);
	EMIT(&c, PIPE_CONTROL, 1 << 14 | BIT(24), SCRATCH + 8, 0, 0x88, 0x99);
	EMIT(&c, PIPE_CONTROL, 1 << 14 | BIT(21), 0xd8, 0, 0xaa, 0);
	EMIT(&c, PIPE_CONTROL, 3 << 14, USER + 0x28, 0, 0, 0, LRI(1), 0x2350, 0xbb);
	EMIT(&c, PIPE_CONTROL, 2 << 14, USER + 0x30, 0, 0, 0, PIPE_CONTROL, BIT(8), 0, 0, 0, 0);
	run(GEN8_RCS);
	CHECK_EQ(data(0x20), 0x66);
	CHECK_EQ(data(0x24), 0x77);
	CHECK_EQ(scratch(8), 0x88);
	CHECK_EQ(scratch(12), 0x99);
	CHECK_EQ(get32(ggtt_gpa(c.lrca) + 0xd8), 0xaa);
	CHECK_EQ(data(0x28), 0x23456789);
	CHECK_EQ(data(0x30), 0xbb);
	CHECK_EQ(irqs[GEN8_RCS], GEN8_IRQ_NOTIFY | GEN8_IRQ_CSB);
	guest_end();
}

/* A flush with that bit makes changed page tables seen. */
static void flush_forgets_translations(void)
{
	u64 other;

	begin();
	other = page_new();
	put32(other, 0x22);
	data_put(0, 0x11);
	/* the CPU changes the entry while the engine waits */
	EMIT(&c, COPY, USER + 4, 0, USER, 0, SEMAPHORE | GGTT | 4 << 12, 1, SCRATCH, 0);
	EMIT(&c, FLUSH_DW | BIT(18), 0, 0, 0, COPY, USER + 8, 0, USER, 0);
	submit(GEN8_BCS, &c, NULL);
	CHECK(!work());
	ppgtt_set(c.pml4, USER, other | PTE_RW);
	put32(ggtt_gpa(SCRATCH), 1);
	CHECK(work());
	CHECK_EQ(get32(other + 8), 0x22);
	guest_end();
}

/* Lengths: what stands behind is found. */
static void pipelines_are_skipped(void)
{
	static const u32 cmds[][2] = {
		{ 0x69040000, 1 }, { 0x680b0000, 1 }, { 0x61010000 | 14, 16 },
		{ 0x78000000 | 5, 7 }, { 0x7b000000 | 5 | BIT(8) | BIT(10), 7 },
		{ 0x70000000 | 7, 9 }, { 0x71050000 | 13 | BIT(10), 15 },
		{ 0x71000000 | 300, 302 }, { 0x78490000 | 3, 5 },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		begin();
		emit(&c, cmds[i][0]);
		for (k = 1; k < cmds[i][1]; k++)
			emit(&c, 0xe0000000 | k);	/* would hang */
		EMIT(&c, SDI, USER, 0, 1);
		run(GEN8_RCS);
		CHECK_EQ(data(0), 1);
		guest_end();
	}
	/* MFX_WAIT on the video engines */
	begin();
	EMIT(&c, 0x68000100, SDI, USER, 0, 1);
	run(GEN8_VCS0);
	CHECK_EQ(data(0), 1);
	guest_end();
}

static void no_operation(void)
{
	static const u32 cmds[] = {
		0x00000000, 0x02000000, 0x02800000, 0x03000000, 0x05800000, 0x06800000, 0x07000000,
		0x07800000, 0x04000001,
	};
	u32 i;

	begin();
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		emit(&c, cmds[i]);
	EMIT(&c, 0x00400000 | 0x12345, 0x0d800000, 0, 0x13800001, 0, 0, SDI, USER, 0, 1);
	run(GEN8_BCS);
	CHECK_EQ(data(0), 1);
	CHECK_EQ(reg_get(0x22000 + RING_NOPID), 0x12345);
	CHECK_EQ(nr_irqs, 0);
	guest_end();
}

static void nonsense_hangs(void)
{
	static const struct {
		enum gen8_engine_id id;
		u32 dw0;
	} bad[] = {
		{ GEN8_RCS, 0x0a000001 },	/* DISPLAY_FLIP */
		{ GEN8_RCS, 0x01800000 },	/* WAIT_FOR_EVENT */
		{ GEN8_RCS, 0x1f800000 },
		{ GEN8_RCS, 0x20000000 },	/* no client */
		{ GEN8_RCS, 0xe0000000 },
		{ GEN8_RCS, 0x54000005 },	/* a blit */
		{ GEN8_BCS, 0x7a000004 },	/* no blit */
		{ GEN8_BCS, 0x54000001 },	/* too short */
		{ GEN8_RCS, 0x10000000 },
		{ GEN8_RCS, 0x7a000000 },
		{ GEN8_RCS, 0x71000000 | 0xffff },	/* longer than the ring */
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		begin();
		emit(&c, bad[i].dw0);
		for (k = 0; k < 8; k++)
			emit(&c, 0);
		EMIT(&c, SDI, USER, 0, 1);
		hangs(bad[i].id);
		CHECK_EQ(reg_get(engine(bad[i].id)->base + RING_IPEHR), bad[i].dw0);
		CHECK_EQ(data(0), 0);
		guest_end();
	}
	/* a batch where there is none */
	begin();
	EMIT(&c, BB_START, 0x7000000, 0, NOOP);
	hangs(GEN8_RCS);
	CHECK_EQ(reg_get(0x2000 + RING_ACTHD), 0x7000000);
	CHECK_EQ(reg_get(0x2000 + RING_EIR), 0);
	guest_end();
}

/* The guest changes a command between two looks at it. */
static u64 raced_gpa;

static int racing_dma(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write)
{
	struct fixture *fx = v->host_data;

	memcpy(write ? (void *)(fx->ram + gpa) : buf, write ? buf : (void *)(fx->ram + gpa), len);
	if (!write && gpa == raced_gpa)
		put32(gpa, 0x0a000000);
	return 0;
}

static void a_command_is_read_once(void)
{
	struct vgpu_host host;
	u32 i;

	begin();
	/* so long that it is read again, whole */
	put32(ppgtt_gpa(c.pml4, BATCH_AT), SDI + 100);
	put32(ppgtt_gpa(c.pml4, BATCH_AT + 4), USER);
	for (i = 0; i < 101; i++)
		put32(ppgtt_gpa(c.pml4, BATCH_AT + 12 + 4 * i), i + 1);
	put32(ppgtt_gpa(c.pml4, BATCH_AT + 4 * 104), BB_END);
	raced_gpa = ppgtt_gpa(c.pml4, BATCH_AT);
	host = *f.v.host;
	host.dma = racing_dma;
	f.v.host = &host;
	run_batch(GEN8_RCS);
	CHECK_EQ(get32(raced_gpa), 0x0a000000);
	CHECK_EQ(data(4 * 98), 99);
	guest_end();
}

/* What a command stored of the clock is never ahead of what the page says, nor behind. */
static void clock_is_stored_with_what_tells_of_it(void)
{
	begin();
	f.now = 80 * 0x123456789aull;
	CHECK_EQ(reg_get(0x02358), 0);		/* as of the last event: there was none */
	CHECK_EQ(reg_get(0x22358), 0x3456789a);	/* always of now */
	CHECK_EQ(reg_get(0x2235c), 0x12);
	EMIT(&c, SRM | GGTT, 0x2358, SCRATCH, 0, SRM | GGTT, 0x235c, SCRATCH + 4, 0);
	run(GEN8_RCS);
	CHECK_EQ(scratch(0), 0x3456789a);
	CHECK_EQ(scratch(4), 0x12);
	CHECK_EQ(reg_get(0x02358), 0x3456789a);
	CHECK_EQ(reg_get(0x0235c), 0x12);
	f.now += 80;
	EMIT(&c, PIPE_CONTROL, 3 << 14 | BIT(24), SCRATCH + 8, 0, 0, 0);
	run(GEN8_RCS);
	CHECK_EQ(scratch(8), 0x3456789b);
	CHECK_EQ(reg_get(0x02358), 0x3456789b);
	CHECK_EQ(reg_get(0x12358), 0x3456789b);
	CHECK_EQ(reg_get(0x1a358), 0x3456789b);
	CHECK_EQ(reg_get(0x1a35c), 0x12);
	guest_end();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(clock_is_stored_with_what_tells_of_it),
	KTAP_CASE(stores),
	KTAP_CASE(registers),
	KTAP_CASE(contexts_do_not_share_registers),
	KTAP_CASE(an_engine_is_not_the_guest),
	KTAP_CASE(registers_not_its_own),
	KTAP_CASE(users_are_kept_apart),
	KTAP_CASE(batches),
	KTAP_CASE(a_batch_crosses_pages),
	KTAP_CASE(code_may_be_written),
	KTAP_CASE(copies),
	KTAP_CASE(atomics),
	KTAP_CASE(semaphores),
	KTAP_CASE(math),
	KTAP_CASE(conditions),
	KTAP_CASE(predicates),
	KTAP_CASE(slices),
	KTAP_CASE(flushes),
	KTAP_CASE(flush_forgets_translations),
	KTAP_CASE(pipelines_are_skipped),
	KTAP_CASE(no_operation),
	KTAP_CASE(nonsense_hangs),
	KTAP_CASE(a_command_is_read_once),
};

KTAP_MAIN(cases)
