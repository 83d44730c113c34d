// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_engine.c - the engines' registers, execlists, status buffers, resets
 *
 * vCPUs write registers: they leave a submission or a reset under engine_lock and
 * kick the worker.  The worker alone runs contexts and touches guest memory; what
 * it publishes in registers it publishes under engine_lock too, unless a reset came
 * in between.
 */
#include "gen8_engine.h"

/* What one call of gen8_engine_work() does for an engine at most. */
#define SLICE_COMMANDS 1000
#define SLICE_BYTES (2u << 20)
#define SLICE_NS 1000000 /* of one engine; looked at every SLICE_LOOK commands */
#define SLICE_LOOK 8

/* Context status */
#define CSB_ENTRIES 6
#define CSB_IDLE_TO_ACTIVE BIT(0)
#define CSB_PREEMPTED BIT(1)
#define CSB_ELEMENT_SWITCH BIT(2)
#define CSB_ACTIVE_TO_IDLE BIT(3)
#define CSB_COMPLETE BIT(4)
#define CSB_LITE_RESTORE BIT(15)
#define CSB_PTR_RESET 0x505u
#define HWSP_CSB 0x40
#define HWSP_CSB_WRITE 0x7c

/* EXECLIST_STATUS */
#define STATUS_QUEUE_FULL BIT(2)
#define STATUS_EXECLIST0_VALID BIT(4)
#define STATUS_ELEMENT 14 /* shift: 0 none, 1, 2 */
#define STATUS_ARBITRATION BIT(16) /* another context may take over */
#define STATUS_EXECLIST0_ACTIVE BIT(18)

#define RESET_CTL_REQUEST BIT(0)
#define RESET_CTL_READY BIT(1)
#define ERROR_INSTRUCTION BIT(0)

static const u32 bases[GEN8_NUM_ENGINES] = {
	[GEN8_RCS] = 0x02000,
	[GEN8_VCS0] = 0x12000,
	[GEN8_BCS] = 0x22000,
	[GEN8_VECS] = 0x1a000,
};

/* The engine that a register callback was called for. */
static struct gen8_engine *engine_of(struct vgpu *v, u32 off)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	u32 i = 0;

	while (i < GEN8_NUM_ENGINES - 1 && off - bases[i] >= RING_SIZE)
		i++;
	return &s->engine[i];
}

/* Make the bits of @mask of a register those of @val; the guest may be writing others. */
static void reg_set(u32 *reg, u32 mask, u32 val)
{
	u32 old = READ_ONCE(*reg);

	for (;;) {
		u32 seen = env_cmpxchg(reg, old, (old & ~mask) | (val & mask));

		if (seen == old)
			return;
		old = seen;
	}
}

/* Four writes submit an execlist: the second element first, high halves first. */
static void elsp_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8_engine *e = engine_of(v, off);
	bool kick = false;

	env_lock(&to_gen8(v)->engine_lock);
	e->port[e->nr_port++] = new;
	if (e->nr_port == 4) {
		e->nr_port = 0;
		if (e->port[3] & GEN8_DESC_VALID) {
			e->pending[0] = (struct gen8_element){ e->port[3], e->port[2] };
			e->pending[1] = (struct gen8_element){ e->port[1], e->port[0] };
			WRITE_ONCE(e->has_pending, true);
			reg_set(gen8_ring_reg(v, e, RING_EXECLIST_STATUS), STATUS_QUEUE_FULL,
				STATUS_QUEUE_FULL);
			kick = true;
		}
	}
	env_unlock(&to_gen8(v)->engine_lock);

	if (kick)
		v->host->kick(v);
}

/* A stopped ring is idle at once, or as soon as the worker lets go of it. */
static void mi_mode_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8_engine *e = engine_of(v, off);
	u32 *reg = gen8_ring_reg(v, e, RING_MI_MODE);
	u32 cleared = old & ~new;

	env_lock(&to_gen8(v)->engine_lock);
	if (READ_ONCE(*reg) & MI_MODE_STOP && !e->executing)
		reg_set(reg, MI_MODE_IDLE, MI_MODE_IDLE);
	env_unlock(&to_gen8(v)->engine_lock);

	if (cleared & MI_MODE_STOP)
		v->host->kick(v);
}

/* An engine is ready to be reset as soon as it is asked. */
static void reset_ctl_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	u32 *reg = &v->regs[off / 4];

	env_lock(&to_gen8(v)->engine_lock);
	reg_set(reg, RESET_CTL_READY, READ_ONCE(*reg) & RESET_CTL_REQUEST ? RESET_CTL_READY : 0);
	env_unlock(&to_gen8(v)->engine_lock);
}

/* clang-format off */
#define STORE(n, b, from, to)							\
	{ .off = (b) + (from), .name = n "_" #from,				\
	  .count = ((to) - (from)) / 4,		.rw = 0xffffffff }
#define CHICKEN(n, b, at, nr)							\
	{ .off = (b) + (at), .name = n "_" #at,					\
	  .count = nr,				.rw = 0x0000ffff,		\
						.flags = VGPU_REG_MASKED }
#define STATE(n, b, r, nr, val)							\
	{ .off = (b) + (r), .name = n "_" #r,					\
	  .count = nr,				.reset = val }

/*
 * The registers of one engine, in the order of their addresses.  What nothing
 * here acts on is storage: for WAs, for error capture, for batches that use it.
 */
#define RING_REGS(n, b, swctrl, clock)							\
	STORE(n, b, 0x000, RING_TAIL),						\
	STORE(n, b, RING_TAIL, 0x050),		/* HEAD, START, CTL */		\
	CHICKEN(n, b, 0x050, 1),		/* PSMI_CTL */			\
	STORE(n, b, 0x054, RING_ACTHD_UDW),					\
	STATE(n, b, RING_ACTHD_UDW, 3, 0),	/* DMA_FADD_UDW, IPEIR */	\
	STATE(n, b, RING_IPEHR, 1, 0),						\
	STATE(n, b, 0x06c, 1, 0xffffffff),	/* INSTDONE */			\
	STATE(n, b, 0x070, 1, 0),		/* INSTPS */			\
	STATE(n, b, RING_ACTHD, 2, 0),		/* DMA_FADD */			\
	STORE(n, b, 0x07c, RING_HWS_PGA),					\
	{ .off = (b) + RING_HWS_PGA, .name = n "_RING_HWS_PGA",			\
						.rw = 0xfffff000 },		\
	STORE(n, b, 0x084, 0x098),						\
	{ .off = (b) + 0x098, .name = n "_HWSTAM",				\
						.rw = 0xffffffff,		\
						.reset = 0xffffffff },		\
	{ .off = (b) + RING_MI_MODE, .name = n "_RING_MI_MODE",			\
						.rw = 0x0000fdff,		\
						.reset = MI_MODE_IDLE,		\
						.flags = VGPU_REG_MASKED,	\
						.written = mi_mode_written },	\
	STORE(n, b, 0x0a0, RING_IMR),						\
	{ .off = (b) + RING_IMR, .name = n "_RING_IMR",				\
						.rw = 0xffffffff,		\
						.reset = 0xffffffff },		\
	STORE(n, b, 0x0ac, RING_EIR),						\
	{ .off = (b) + RING_EIR, .name = n "_RING_EIR",				\
						.w1c = 0xffffffff },		\
	{ .off = (b) + RING_EMR, .name = n "_RING_EMR",				\
						.rw = 0xffffffff,		\
						.reset = 0xffffffff },		\
	STATE(n, b, RING_ESR, 1, 0),						\
	STORE(n, b, 0x0bc, 0x0c0),						\
	CHICKEN(n, b, 0x0c0, 1),		/* INSTPM */			\
	STORE(n, b, 0x0c4, RING_RESET_CTL),					\
	{ .off = (b) + RING_RESET_CTL, .name = n "_RING_RESET_CTL",		\
						.rw = RESET_CTL_REQUEST,	\
						.flags = VGPU_REG_MASKED,	\
						.written = reset_ctl_written },	\
	CHICKEN(n, b, 0x0d4, 1),						\
	STORE(n, b, 0x0d8, 0x0e0),						\
	CHICKEN(n, b, 0x0e0, 2),						\
	STORE(n, b, 0x0e8, 0x0ec),						\
	CHICKEN(n, b, 0x0ec, 1),						\
	STORE(n, b, 0x0f0, RING_BB_STATE),					\
	STATE(n, b, RING_BB_STATE, 1, 0),					\
	STORE(n, b, 0x114, RING_BBADDR),					\
	STATE(n, b, RING_BBADDR, 1, 0),						\
	STORE(n, b, 0x144, RING_BBADDR_UDW),					\
	STATE(n, b, RING_BBADDR_UDW, 1, 0),					\
	STORE(n, b, 0x16c, RING_BCS_SWCTRL),					\
	swctrl(n, b, RING_BCS_SWCTRL, 1),					\
	STORE(n, b, 0x204, RING_ELSP),						\
	{ .off = (b) + RING_ELSP, .name = n "_RING_ELSP",			\
						.rw = 0xffffffff,		\
						.flags = VGPU_REG_DWORD,	\
						.written = elsp_written },	\
	STATE(n, b, RING_EXECLIST_STATUS, 1, 0),				\
	STATE(n, b, RING_EXECLIST_STATUS_HI, 1, 0),				\
	STORE(n, b, 0x23c, 0x244),						\
	CHICKEN(n, b, 0x244, 1),		/* CONTEXT_CONTROL */		\
	STORE(n, b, 0x248, RING_MODE),						\
	CHICKEN(n, b, RING_MODE, 1),						\
	STORE(n, b, 0x2a0, RING_TIMESTAMP),					\
	{ .off = (b) + RING_TIMESTAMP, .name = n "_RING_TIMESTAMP",		\
	  .count = 2,				.read = (clock),		\
						.flags = VGPU_REG_VOLATILE },	\
	STORE(n, b, 0x360, RING_CSB),						\
	STATE(n, b, RING_CSB, 2 * CSB_ENTRIES, 0),				\
	{ .off = (b) + RING_CSB_PTR, .name = n "_RING_CSB_PTR",			\
						.rw = 0x00000707,		\
						.reset = CSB_PTR_RESET,		\
						.flags = VGPU_REG_MASKED },	\
	STORE(n, b, 0x3a4, RING_CTX_TIMESTAMP),					\
	STORE(n, b, RING_CTX_TIMESTAMP, 0x580),					\
	CHICKEN(n, b, 0x580, 1),		/* CS_CHICKEN1 */		\
	STORE(n, b, 0x584, RING_GPR),						\
	STORE(n, b, RING_GPR, RING_SIZE)

#define SWCTRL_STORE(n, b, at, nr)	STORE(n, b, at, (at) + 4 * (nr))

static const struct vgpu_reg engine_regs[] = {
	RING_REGS("RCS", 0x02000, SWCTRL_STORE, NULL),
	RING_REGS("VCS0", 0x12000, SWCTRL_STORE, NULL),
	RING_REGS("VECS", 0x1a000, SWCTRL_STORE, NULL),
	RING_REGS("BCS", 0x22000, CHICKEN, gen8_clock_read),
	STORE("RCS", 0, 0x05000, 0x05800),	/* stream out, statistics */
};

/* clang-format on */

const struct vgpu_block gen8_engine_block = {
	.name = "engines",
	.regs = engine_regs,
	.nr_regs = ARRAY_SIZE(engine_regs),
};

/* Store an event where the guest looks for it, then say that it is there, then ring. */
static void csb_post(struct vgpu *v, struct gen8_engine *e, u32 status, u32 id)
{
	u32 event[2] = { status, id };
	u32 write, hwsp;

	env_lock(&to_gen8(v)->engine_lock);
	if (gen8_engine_stale(e)) {
		env_unlock(&to_gen8(v)->engine_lock);
		return;
	}
	write = READ_ONCE(*gen8_ring_reg(v, e, RING_CSB_PTR)) & 7;
	write = write >= CSB_ENTRIES - 1 ? 0 : write + 1;
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_CSB + 8 * write), status);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_CSB + 8 * write + 4), id);
	reg_set(gen8_ring_reg(v, e, RING_CSB_PTR), 7, write);
	hwsp = READ_ONCE(*gen8_ring_reg(v, e, RING_HWS_PGA));
	env_unlock(&to_gen8(v)->engine_lock);

	gen8_ggtt_rw(v, hwsp + HWSP_CSB + 8 * write, event, sizeof(event), true);
	gen8_ggtt_rw(v, hwsp + HWSP_CSB_WRITE, &write, sizeof(write), true);
	gen8_irq_engine(v, e->id, GEN8_IRQ_CSB);
}

/* Is it the running context that was submitted, to go on with more in its ring? */
static bool is_lite_restore(const struct gen8_engine *e, const struct gen8_element *el)
{
	const struct gen8_element *run = &e->run[e->cur];

	return run->hi == el->hi && !((run->lo ^ el->lo) & GEN8_DESC_LRCA) &&
	       !(el->lo & GEN8_DESC_FORCE_RESTORE);
}

/* May the pending execlist take over between two commands? */
static bool may_switch(struct gen8_engine *e)
{
	return !e->active || !e->loaded || (e->cs.arb && !e->blt.active) ||
	       is_lite_restore(e, &e->pending[0]);
}

/* Take the pending execlist, if it is still there. */
static void execlist_switch(struct vgpu *v, struct gen8_engine *e)
{
	struct gen8_element next[2];
	u32 old = e->run[e->cur].hi;
	u32 status = CSB_IDLE_TO_ACTIVE;
	bool take, lite = false;

	env_lock(&to_gen8(v)->engine_lock);
	take = !gen8_engine_stale(e) && e->has_pending && may_switch(e);
	if (take) {
		memcpy(next, e->pending, sizeof(next));
		WRITE_ONCE(e->has_pending, false);
		lite = e->active && is_lite_restore(e, &next[0]);
	}
	env_unlock(&to_gen8(v)->engine_lock);
	if (!take)
		return;

	if (!e->active)
		old = 0;
	else if (lite)
		status = CSB_PREEMPTED | CSB_LITE_RESTORE;
	else
		status = CSB_PREEMPTED;

	if (!lite)
		gen8_context_save(v, e);
	memcpy(e->run, next, sizeof(next));
	e->nr_run = next[1].lo & GEN8_DESC_VALID ? 2 : 1;
	e->cur = 0;
	e->active = true;
	if (lite)
		gen8_context_refresh(v, e);
	csb_post(v, e, status, old);
}

/* The ring of the running context is empty: on to the next element, or to idle. */
static void element_complete(struct vgpu *v, struct gen8_engine *e)
{
	u32 id = e->run[e->cur].hi;

	gen8_context_save(v, e);
	if (e->cur + 1 < e->nr_run) {
		e->cur++;
		csb_post(v, e, CSB_COMPLETE | CSB_ELEMENT_SWITCH, id);
		return;
	}
	e->active = false;
	csb_post(v, e, CSB_COMPLETE | CSB_ACTIVE_TO_IDLE, id);
}

/* What error capture and the guest's debugger look at.  Under engine_lock. */
static void registers_publish(struct vgpu *v, struct gen8_engine *e)
{
	const struct gen8_cs *cs = &e->cs;
	u32 status = e->has_pending ? STATUS_QUEUE_FULL : 0;

	env_assert_locked(&to_gen8(v)->engine_lock);
	if (e->active)
		status |= STATUS_EXECLIST0_VALID | STATUS_EXECLIST0_ACTIVE |
			  (cs->arb ? STATUS_ARBITRATION : 0) | (e->cur + 1) << STATUS_ELEMENT;
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_EXECLIST_STATUS), status);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_EXECLIST_STATUS_HI), e->run[e->cur].hi);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_HEAD), cs->head);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_TAIL), cs->tail);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_START), cs->start);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_CTL),
		   cs->size ? (cs->size - GEN8_PAGE) | GEN8_RING_CTL_VALID : 0);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_IPEHR), cs->ipehr);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_ACTHD), cs->acthd);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_ACTHD_UDW), cs->acthd >> 32);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_BBADDR),
		   cs->depth ? (u32)cs->batch[cs->depth - 1].pc | GEN8_BB_VALID : 0);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_BBADDR_UDW),
		   cs->depth ? cs->batch[cs->depth - 1].pc >> 32 : 0);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_BB_STATE),
		   cs->depth && cs->batch[cs->depth - 1].ppgtt ? GEN8_BB_PPGTT : 0);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_CTX_TIMESTAMP), gen8_context_ticks(v, e));
}

static bool is_stopped(struct vgpu *v, struct gen8_engine *e)
{
	return READ_ONCE(*gen8_ring_reg(v, e, RING_MI_MODE)) & MI_MODE_STOP;
}

/* Tell GDRST of the engines whose reset the worker has not seen yet. */
static void resetting_publish_locked(struct vgpu *v)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	u32 mask = 0;
	u32 i;

	env_assert_locked(&to_gen8(v)->engine_lock);
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		if (s->engine[i].executing && gen8_engine_stale(&s->engine[i]))
			mask |= BIT(i);
	gen8_gt_resetting(v, mask);
}

/* Is there anything to do?  Then nobody will say that the engine is idle. */
static bool engine_enter(struct vgpu *v, struct gen8_engine *e)
{
	bool run;

	env_lock(&to_gen8(v)->engine_lock);
	if (gen8_engine_stale(e)) {
		e->seen = e->generation;
		e->active = false;
		e->loaded = false;
		e->hung = false;
		e->blt.active = false;
		resetting_publish_locked(v);
	}
	run = !is_stopped(v, e) && !e->hung && (e->active || e->has_pending) &&
	      READ_ONCE(v->bus_master);
	e->executing = run;
	if (run)
		reg_set(gen8_ring_reg(v, e, RING_MI_MODE), MI_MODE_IDLE, 0);
	env_unlock(&to_gen8(v)->engine_lock);
	return run;
}

/* Return: is there more to do? */
static bool engine_leave(struct vgpu *v, struct gen8_engine *e)
{
	u32 *mi_mode = gen8_ring_reg(v, e, RING_MI_MODE);
	bool more;

	env_lock(&to_gen8(v)->engine_lock);
	e->executing = false;
	if (!gen8_engine_stale(e)) {
		registers_publish(v, e);
		more = !is_stopped(v, e) && !e->hung && (e->active || e->has_pending);
		if (is_stopped(v, e) || (!e->active && !e->has_pending))
			reg_set(mi_mode, MI_MODE_IDLE, MI_MODE_IDLE);
	} else {
		more = e->has_pending;
		reg_set(mi_mode, MI_MODE_IDLE, MI_MODE_IDLE);
		resetting_publish_locked(v);
	}
	env_unlock(&to_gen8(v)->engine_lock);
	return more;
}

/* A command that is none stops the engine, as a fetch from nowhere does. */
static void engine_hang(struct vgpu *v, struct gen8_engine *e, bool invalid)
{
	bool error = false;

	e->hung = true;
	env_lock(&to_gen8(v)->engine_lock);
	if (invalid && !gen8_engine_stale(e)) {
		WRITE_ONCE(*gen8_ring_reg(v, e, RING_ESR), ERROR_INSTRUCTION);
		error = !(READ_ONCE(*gen8_ring_reg(v, e, RING_EMR)) & ERROR_INSTRUCTION);
		if (error)
			reg_set(gen8_ring_reg(v, e, RING_EIR), ERROR_INSTRUCTION,
				ERROR_INSTRUCTION);
	}
	env_unlock(&to_gen8(v)->engine_lock);
	if (error)
		gen8_irq_engine(v, e->id, GEN8_IRQ_CS_ERROR);
}

/* One thing at a time.  Return: false to let others have their turn. */
static bool engine_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes)
{
	if (READ_ONCE(e->has_pending))
		execlist_switch(v, e);
	if (!e->active || e->hung)
		return false;
	if (!e->loaded) {
		gen8_context_load(v, e);
		return !e->hung;
	}
	if (gen8_cs_idle(e)) {
		element_complete(v, e);
		return true;
	}
	switch (gen8_cs_step(v, e, bytes)) {
	case GEN8_CS_DONE:
	case GEN8_CS_BUSY:
		return true;
	case GEN8_CS_WAIT:
		e->waiting = true;
		return false;
	case GEN8_CS_INVALID:
		engine_hang(v, e, true);
		return false;
	default:
		engine_hang(v, e, false);
		return false;
	}
}

/* Commands differ: most cost nothing, some go to memory that is slow to come. */
static bool slice_is_over(struct vgpu *v, u64 begin, u32 commands)
{
	return commands % SLICE_LOOK == 0 && v->host->now_ns(v) - begin > SLICE_NS;
}

static enum vgpu_work engine_run(struct vgpu *v, struct gen8_engine *e)
{
	u32 commands = SLICE_COMMANDS;
	u32 bytes = SLICE_BYTES;
	u64 begin;

	if (!engine_enter(v, e))
		return VGPU_WORK_DONE;

	/* What was read ahead is old: others ran since. */
	e->cs.window_len = 0;
	e->waiting = false;
	e->cost = 0;
	begin = v->host->now_ns(v);
	while (commands && bytes && !gen8_engine_stale(e) && !is_stopped(v, e) &&
	       READ_ONCE(v->bus_master)) {
		if (!engine_step(v, e, &bytes))
			break;
		gen8_engine_charge(e, &bytes);
		if (slice_is_over(v, begin, --commands))
			break;
	}
	if (!engine_leave(v, e))
		return VGPU_WORK_DONE;
	return e->waiting ? VGPU_WORK_WAIT : VGPU_WORK_MORE;
}

/**
 * gen8_engine_work - model->work: run the engines for a bounded time
 * @v: the device
 *
 * Return: what there is left to do, be it to ask again what an engine waits for.
 */
enum vgpu_work gen8_engine_work(struct vgpu *v)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	enum vgpu_work left = VGPU_WORK_DONE;
	u32 i;

	for (i = 0; i < GEN8_NUM_ENGINES; i++) {
		enum vgpu_work w = engine_run(v, &s->engine[(s->next + i) % GEN8_NUM_ENGINES]);

		left = max(left, w);
	}
	s->next = (s->next + 1) % GEN8_NUM_ENGINES;
	return left;
}

static void engine_reset(struct vgpu *v, struct gen8_engine *e)
{
	static const u16 zeroed[] = {
		RING_TAIL,	RING_HEAD,	 RING_START,
		RING_CTL,	RING_EIR,	 RING_ESR,
		RING_RESET_CTL, RING_MODE,	 RING_EXECLIST_STATUS,
		RING_ACTHD,	RING_IPEHR,	 RING_ACTHD_UDW,
		RING_BBADDR,	RING_BBADDR_UDW, RING_BB_STATE,
	};
	u32 i;

	env_assert_locked(&to_gen8(v)->engine_lock);
	WRITE_ONCE(e->generation, e->generation + 1);
	WRITE_ONCE(e->has_pending, false);
	e->nr_port = 0;
	for (i = 0; i < ARRAY_SIZE(zeroed); i++)
		WRITE_ONCE(*gen8_ring_reg(v, e, zeroed[i]), 0);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_IMR), U32_MAX);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_EMR), U32_MAX);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_CSB_PTR), CSB_PTR_RESET);
	WRITE_ONCE(*gen8_ring_reg(v, e, RING_MI_MODE), e->executing ? 0 : MI_MODE_IDLE);
}

/**
 * gen8_engine_reset - GDRST: stop engines now, forget what they were to do
 * @v: the device
 * @engine_mask: BIT(enum gen8_engine_id) of each
 *
 * The worker stops before its next command, or in the middle of a blit; until then GDRST
 * says so.
 */
void gen8_engine_reset(struct vgpu *v, u32 engine_mask)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	u32 i;

	env_lock(&to_gen8(v)->engine_lock);
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		if (engine_mask & BIT(i))
			engine_reset(v, &s->engine[i]);
	resetting_publish_locked(v);
	env_unlock(&to_gen8(v)->engine_lock);
}

/* All that an engine is but the count of its resets. */
static void engine_clear(struct gen8_engine *e, enum gen8_engine_id id)
{
	u32 generation = e->generation;

	memset(e, 0, sizeof(*e));
	e->id = id;
	e->base = bases[id];
	e->generation = generation;
	e->seen = generation;
	gen8_cs_begin(e);
}

/**
 * gen8_engine_reset_all - model->reset, as far as engines go
 * @v: the device; its worker is not running
 *
 * Nothing stays of who had the device before: no clip window, no translation, no
 * command and no byte that was copied.
 */
void gen8_engine_reset_all(struct vgpu *v)
{
	struct gen8_engines *s = to_gen8(v)->engines;
	u32 i;

	gen8_engine_reset(v, BIT(GEN8_NUM_ENGINES) - 1);
	env_lock(&to_gen8(v)->engine_lock);
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		engine_clear(&s->engine[i], i);
	memset((u8 *)s + sizeof(s->engine), 0, sizeof(*s) - sizeof(s->engine));
	env_unlock(&to_gen8(v)->engine_lock);
}

/**
 * gen8_engine_init - model->init, as far as engines go
 * @v: the device; its engine_lock is there
 *
 * Return: 0 or -ENOMEM.
 */
int gen8_engine_init(struct vgpu *v)
{
	struct gen8_engines *s = env_zalloc(sizeof(*s));
	u32 i;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		engine_clear(&s->engine[i], i);
	to_gen8(v)->engines = s;
	return 0;
}

/**
 * gen8_engine_exit - undo gen8_engine_init()
 * @v: the device; its worker is gone
 */
void gen8_engine_exit(struct vgpu *v)
{
	env_free(to_gen8(v)->engines);
	to_gen8(v)->engines = NULL;
}
