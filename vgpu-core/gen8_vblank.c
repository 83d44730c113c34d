// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_vblank.c - pipes in time: frame counter, scan line, vertical blank, flips
 *
 * Where a pipe is in its frame follows from the clock.  What happens at a vertical blank
 * (planes change, counters, interrupts) is done by whoever comes first after it: a write,
 * or the timer, which is asked for while a pipe is on.
 *
 * The guest reads these registers from memory, so they are stored, all before the
 * interrupt that tells of them.  A counter is that of the last vertical blank.  The scan
 * line is where the pipe was at the last event, which is enough for a driver that stays out
 * of the way of a vertical blank to come: while anybody waits there is an event shortly
 * before.  A driver also dates a vertical blank by it.  Where that is half a frame too late,
 * because the line was old, i915's count jumps by 2^64 ns worth of frames when it next begins
 * to count (drm_vblank_restore()): so a handler's first write is an event, and so is each
 * quarter of a frame while anybody waits.
 */
#include "gen8_display.h"

#define NS_PER_SECOND 1000000000u
#define FRAME_NS_MIN (NS_PER_SECOND / 500)
#define FRAME_NS_MAX NS_PER_SECOND
#define FRAME_NS_DEFAULT (NS_PER_SECOND / 60)
#define LINES_MAX 0x1fffu

/* Before a vertical blank: more than drivers keep away from it (100 us), and a late timer. */
#define EVADE_NS 300000u

/* Of HDMI: the counter is this many lines behind what is being sent. */
#define DSL_LAG 2
#define DSL_OFF 1

#define WRPLL_REF_LCPLL 3
#define WRPLL_REF_LCPLL_KHZ 2700000u
#define WRPLL_REF_SSC_KHZ 135000u

static u32 pipe_of(u32 off)
{
	return (off >> 12 & 0xf) % GEN8_NUM_PIPES;
}

static struct gen8_pipe_state *pipe_at(struct vgpu *v, u32 off)
{
	return &to_gen8(v)->display->pipes[pipe_of(off)];
}

/* What comes out of a WRPLL, as its dividers say; 0: nothing. */
static u32 wrpll_khz(u32 ctl)
{
	u32 r = ctl & 0xff;
	u32 p = ctl >> 8 & 0x3f;
	u32 n = ctl >> 16 & 0xff;
	u32 ref = (ctl >> 28 & 3) == WRPLL_REF_LCPLL ? WRPLL_REF_LCPLL_KHZ : WRPLL_REF_SSC_KHZ;

	if (!(ctl & WRPLL_ENABLE) || !p || !r)
		return 0;
	return ref / 10 * n / (p * r) * 2;
}

/* Pixels per millisecond of a transcoder; 0: its clock cannot be told. */
static u32 pixel_khz(const struct vgpu *v, u32 t)
{
	u32 func = gen8_reg(v, TRANS_DDI_FUNC_CTL(t));
	u32 port = DDI_FUNC_PORT(func);
	u32 repeat = (gen8_reg(v, TRANS_MULT(t)) & 3) + 1;
	u32 sel, khz;

	if (!(func & DDI_FUNC_ENABLE) || port >= GEN8_NUM_PORTS)
		return 0;
	sel = gen8_reg(v, PORT_CLK_SEL(port)) & PORT_CLK_SEL_NONE;
	if (sel == PORT_CLK_SEL_WRPLL(0))
		khz = wrpll_khz(gen8_reg(v, WRPLL_CTL(0)));
	else if (sel == PORT_CLK_SEL_WRPLL(1))
		khz = wrpll_khz(gen8_reg(v, WRPLL_CTL(1)));
	else
		return 0;

	if (DDI_FUNC_BPC(func) == DDI_FUNC_BPC_12)
		khz = khz / 3 * 2;
	else if (DDI_FUNC_BPC(func) == DDI_FUNC_BPC_10)
		khz = khz / 5 * 4;
	return khz / repeat;
}

static u64 frame_ns(const struct vgpu *v, u32 t)
{
	u32 htotal = (gen8_reg(v, TRANS_HTOTAL(t)) >> 16 & LINES_MAX) + 1;
	u32 vtotal = (gen8_reg(v, TRANS_VTOTAL(t)) >> 16 & LINES_MAX) + 1;
	u32 khz = pixel_khz(v, t);
	u64 ns;

	if (!khz)
		return FRAME_NS_DEFAULT;
	ns = env_div64((u64)htotal * vtotal * 1000000, khz);
	if (ns < FRAME_NS_MIN)
		return FRAME_NS_MIN;
	return ns > FRAME_NS_MAX ? FRAME_NS_MAX : ns;
}

/* How many vertical blanks began since the pipe's epoch. */
static u64 vblanks_at(const struct gen8_pipe_state *p, u64 now)
{
	return env_div64(now - p->epoch, p->frame_ns);
}

static void plane_latch(struct gen8_pipe_state *p)
{
	p->plane = p->armed;
	p->pending &= ~(u32)DE_PIPE_PLANE_FLIP;
}

static void sprite_latch(struct gen8_pipe_state *p)
{
	p->sprite = p->sprite_armed;
	p->pending &= ~(u32)DE_PIPE_SPRITE_FLIP;
}

static void cursor_latch(struct gen8_pipe_state *p)
{
	p->cursor = p->cursor_armed;
	p->cursor_pending = false;
}

/* Everything that was armed is taken over.  Return: the flips that this completed. */
static u32 latch_locked(struct vgpu *v, u32 pipe)
{
	struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u32 flips = p->pending;

	if (flips || p->cursor_pending)
		p->changes++;
	if (flips & DE_PIPE_PLANE_FLIP) {
		plane_latch(p);
		WRITE_ONCE(v->regs[PIPE_FLIPCOUNT(pipe) / 4],
			   gen8_reg(v, PIPE_FLIPCOUNT(pipe)) + 1);
	}
	if (flips & DE_PIPE_SPRITE_FLIP)
		sprite_latch(p);
	if (p->cursor_pending)
		cursor_latch(p);
	return flips;
}

/*
 * Never 0: drivers take that for a pipe in a deep sleep and ask again.  The line behind
 * the last is the first.  From the event before a vertical blank on it is the last line
 * before that.
 */
static u32 scan_line(const struct gen8_pipe_state *p, u64 now)
{
	u64 pos = now - p->epoch - vblanks_at(p, now) * p->frame_ns;
	u32 line = p->vblank_start + env_div64(pos * p->vtotal, p->frame_ns);

	if (p->frame_ns - pos <= EVADE_NS)
		line = p->vblank_start + p->vtotal - 1;
	line = (line + p->vtotal - DSL_LAG) % p->vtotal;
	return line ? line : min(p->vtotal, LINES_MAX);
}

/* Store what the guest reads of a pipe. */
static void pipe_publish_locked(struct vgpu *v, u32 pipe, u64 now)
{
	const struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u64 vblank = p->on ? p->epoch + p->seen * p->frame_ns : 0;

	WRITE_ONCE(v->regs[PIPE_FRMCOUNT(pipe) / 4], p->frame_base + (p->on ? p->seen : 0));
	WRITE_ONCE(v->regs[PIPE_FRMTMSTMP(pipe) / 4], env_div64(vblank, 1000));
	WRITE_ONCE(v->regs[PIPEDSL(pipe) / 4], p->on ? scan_line(p, now) : DSL_OFF);
	WRITE_ONCE(v->regs[DSPSURFLIVE(pipe) / 4], p->plane.surf);
	WRITE_ONCE(v->regs[SPRSURFLIVE(pipe) / 4], p->sprite.surf);
	WRITE_ONCE(v->regs[CURSURFLIVE(pipe) / 4], p->cursor.base);
	WRITE_ONCE(v->regs[TIMESTAMP_CTR / 4], env_div64(now, 1000));
}

/* Bring a pipe up to now. */
static void pipe_advance_locked(struct vgpu *v, u32 pipe)
{
	struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u64 now = v->host->now_ns(v);
	u32 events = 0;

	env_assert_locked(&to_gen8(v)->display_lock);
	if (p->on && vblanks_at(p, now) > p->seen) {
		p->seen = vblanks_at(p, now);
		events = DE_PIPE_VBLANK | latch_locked(v, pipe);
		gen8_crc_vblank_locked(v, pipe);
	}
	pipe_publish_locked(v, pipe, now);
	gen8_pipe_event_locked(v, pipe, events);
}

/* When there is something to do for a pipe that is on. */
static u64 pipe_next_event(const struct gen8_pipe_state *p, u64 now)
{
	u64 last = p->epoch + p->seen * p->frame_ns;
	u64 vblank = last + p->frame_ns;
	u64 quarter = env_div64(p->frame_ns + 3, 4);
	u64 next;

	if (!(p->wanted & DE_PIPE_VBLANK))
		return vblank;
	next = min(last + (env_div64(now - last, quarter) + 1) * quarter, vblank);
	if (now + EVADE_NS < vblank)
		next = min(next, vblank - EVADE_NS);
	return next;
}

/* Where no pipe keeps time the clock is stored as if one did: all devices at once. */
static u64 clock_next_event(u64 now)
{
	return (env_div64(now, FRAME_NS_DEFAULT) + 1) * FRAME_NS_DEFAULT;
}

static void timer_update_locked(struct vgpu *v)
{
	struct gen8_display *d = to_gen8(v)->display;
	u64 now = v->host->now_ns(v);
	u64 deadline = 0;
	u32 i;

	env_assert_locked(&to_gen8(v)->display_lock);
	for (i = 0; i < GEN8_NUM_PIPES; i++) {
		const struct gen8_pipe_state *p = &d->pipes[i];
		u64 next = p->on ? pipe_next_event(p, now) : 0;

		if (next && (!deadline || next < deadline))
			deadline = next;
	}
	if (!deadline && d->awake)
		deadline = clock_next_event(now);
	if (deadline == d->deadline)
		return;
	d->deadline = deadline;
	v->host->timer(v, deadline);
}

/**
 * gen8_display_timer - the time that the host was asked to call at has come
 * @v: the device
 */
void gen8_display_timer(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);
	u32 i;

	env_lock(&g->display_lock);
	g->display->deadline = 0;
	for (i = 0; i < GEN8_NUM_PIPES; i++)
		pipe_advance_locked(v, i);
	timer_update_locked(v);
	env_unlock(&g->display_lock);
	gen8_clock_publish(v);
}

/**
 * gen8_display_awake - a driver has enabled interrupts
 * @v: the device
 */
void gen8_display_awake(struct vgpu *v)
{
	struct gen8 *g = to_gen8(v);

	if (READ_ONCE(g->display->awake))
		return;
	env_lock(&g->display_lock);
	WRITE_ONCE(g->display->awake, true);
	timer_update_locked(v);
	env_unlock(&g->display_lock);
}

/**
 * gen8_display_catch_up - what the guest reads of a pipe is to be that of now
 * @v: the device
 * @pipe: of this pipe
 */
void gen8_display_catch_up(struct vgpu *v, u32 pipe)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	pipe_advance_locked(v, pipe);
	timer_update_locked(v);
	env_unlock(&g->display_lock);
}

/**
 * gen8_display_irq_changed - the guest waits for other interrupts than before
 * @v: the device
 * @pipe: of this pipe
 */
void gen8_display_irq_changed(struct vgpu *v, u32 pipe)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	pipe_advance_locked(v, pipe);
	g->display->pipes[pipe].wanted = ~gen8_reg(v, DE_PIPE_IRQ(pipe) + IRQ_IMR);
	timer_update_locked(v);
	env_unlock(&g->display_lock);
}

/* A frame begins with its first line. */
static void pipe_enable_locked(struct vgpu *v, u32 pipe)
{
	struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u32 active;

	p->frame_ns = frame_ns(v, pipe);
	p->vtotal = max(gen8_reg(v, TRANS_VTOTAL(pipe)) >> 16 & LINES_MAX, 1u) + 1;
	active = (gen8_reg(v, TRANS_VBLANK(pipe)) & LINES_MAX) + 1;
	p->vblank_start = min(active, p->vtotal - 1);
	p->epoch = v->host->now_ns(v) -
		   env_div64((p->vtotal - p->vblank_start) * p->frame_ns, p->vtotal);
	p->seen = 0;
	p->changes++;
	p->on = true;
}

static void pipe_disable_locked(struct vgpu *v, u32 pipe)
{
	struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];

	pipe_advance_locked(v, pipe);
	p->frame_base += p->seen;
	p->on = false;
	latch_locked(v, pipe);
}

static void transconf_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8 *g = to_gen8(v);
	u32 pipe = pipe_of(off);
	bool enable;

	env_lock(&g->display_lock);
	enable = gen8_reg(v, off) & TRANSCONF_ENABLE;
	if (enable != g->display->pipes[pipe].on) {
		if (enable)
			pipe_enable_locked(v, pipe);
		else
			pipe_disable_locked(v, pipe);
		pipe_publish_locked(v, pipe, v->host->now_ns(v));
		timer_update_locked(v);
	}
	vgpu_reg_update(v, off, TRANSCONF_STATE, enable ? TRANSCONF_STATE : 0);
	env_unlock(&g->display_lock);
}

/* The transcoder for eDP has no panel, and no pipe of its own. */
static void transconf_edp_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8 *g = to_gen8(v);

	env_lock(&g->display_lock);
	vgpu_reg_update(v, off, TRANSCONF_STATE,
			gen8_reg(v, off) & TRANSCONF_ENABLE ? TRANSCONF_STATE : 0);
	env_unlock(&g->display_lock);
}

/* Something was armed: at the next vertical blank, or now where there will be none. */
static void armed_locked(struct vgpu *v, u32 pipe, bool now)
{
	struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u32 flips;

	if (!p->on || now) {
		flips = latch_locked(v, pipe);
		pipe_publish_locked(v, pipe, v->host->now_ns(v));
		gen8_pipe_event_locked(v, pipe, flips);
	}
	timer_update_locked(v);
}

/* The registers of a plane count as of when its surface is written. */
static void dspsurf_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8_pipe_state *p = pipe_at(v, off);
	struct gen8 *g = to_gen8(v);
	u32 pipe = pipe_of(off);

	env_lock(&g->display_lock);
	pipe_advance_locked(v, pipe);
	p->armed = (struct gen8_plane){
		.ctl = gen8_reg(v, DSPCNTR(pipe)),
		.stride = gen8_reg(v, DSPSTRIDE(pipe)),
		.surf = gen8_reg(v, DSPSURF(pipe)),
		.offset = gen8_reg(v, DSPOFFSET(pipe)),
	};
	p->pending |= DE_PIPE_PLANE_FLIP;
	armed_locked(v, pipe, p->armed.ctl & DSP_ASYNC_FLIP);
	env_unlock(&g->display_lock);
}

static void sprsurf_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8_pipe_state *p = pipe_at(v, off);
	struct gen8 *g = to_gen8(v);
	u32 pipe = pipe_of(off);

	env_lock(&g->display_lock);
	pipe_advance_locked(v, pipe);
	p->sprite_armed = (struct gen8_sprite){
		.ctl = gen8_reg(v, SPRCTL(pipe)),
		.stride = gen8_reg(v, SPRSTRIDE(pipe)),
		.pos = gen8_reg(v, SPRPOS(pipe)),
		.size = gen8_reg(v, SPRSIZE(pipe)),
		.surf = gen8_reg(v, SPRSURF(pipe)),
		.offset = gen8_reg(v, SPROFFSET(pipe)),
		.key = gen8_reg(v, SPRKEYVAL(pipe)),
		.key_mask = gen8_reg(v, SPRKEYMSK(pipe)),
	};
	p->pending |= DE_PIPE_SPRITE_FLIP;
	armed_locked(v, pipe, false);
	env_unlock(&g->display_lock);
}

static void curbase_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct gen8_pipe_state *p = pipe_at(v, off);
	struct gen8 *g = to_gen8(v);
	u32 pipe = pipe_of(off);

	env_lock(&g->display_lock);
	pipe_advance_locked(v, pipe);
	p->cursor_armed = (struct gen8_cursor){
		.ctl = gen8_reg(v, CURCNTR(pipe)),
		.base = gen8_reg(v, CURBASE(pipe)),
		.pos = gen8_reg(v, CURPOS(pipe)),
		.fbc = gen8_reg(v, CUR_FBC_CTL(pipe)),
	};
	p->cursor_pending = true;
	armed_locked(v, pipe, false);
	env_unlock(&g->display_lock);
}

/**
 * gen8_pipe_scanout_locked - what does a pipe show now?
 * @v: the device
 * @pipe: which
 * @s: receives it, but for what whoever draws it brings along
 *
 * Return: whether it is on.
 */
bool gen8_pipe_scanout_locked(struct vgpu *v, u32 pipe, struct gen8_scanout *s)
{
	const struct gen8_pipe_state *p = &to_gen8(v)->display->pipes[pipe];
	u32 src = gen8_reg(v, PIPESRC(pipe));

	pipe_advance_locked(v, pipe);
	*s = (struct gen8_scanout){
		.pipe = pipe,
		.width = (src >> 16 & 0xfff) + 1,
		.height = (src & 0xfff) + 1,
		.plane = p->plane,
		.sprite = p->sprite,
		.cursor = p->cursor,
		.changes = p->changes,
	};
	return p->on;
}

/**
 * gen8_pipe_event_locked - something happened to a pipe; tell, if anybody waits for it
 * @v: the device
 * @pipe: which
 * @events: DE_PIPE_*
 */
void gen8_pipe_event_locked(struct vgpu *v, u32 pipe, u32 events)
{
	env_assert_locked(&to_gen8(v)->display_lock);
	events &= to_gen8(v)->display->pipes[pipe].wanted;
	if (events)
		gen8_irq_pipe(v, pipe, events);
}

/**
 * gen8_scanout_get - what is shown now?
 * @v: the device
 * @s: receives it
 *
 * Return: false where no pipe shows a plane, and without a monitor.
 */
bool gen8_scanout_get(struct vgpu *v, struct gen8_scanout *s)
{
	struct gen8 *g = to_gen8(v);
	bool found = false;
	u32 i;

	env_lock(&g->display_lock);
	for (i = 0; i < GEN8_NUM_PIPES && !found; i++)
		found = gen8_pipe_scanout_locked(v, i, s) && s->plane.ctl & DSP_ENABLE;
	timer_update_locked(v);
	found = found && g->display->edid_size;
	env_unlock(&g->display_lock);
	return found;
}

/**
 * gen8_vblank_reset_locked - no pipe is on
 * @v: the device
 */
void gen8_vblank_reset_locked(struct vgpu *v)
{
	struct gen8_display *d = to_gen8(v)->display;

	env_assert_locked(&to_gen8(v)->display_lock);
	memset(d->pipes, 0, sizeof(d->pipes));
	d->crc.due = 0;
	d->crc.busy = false;
	WRITE_ONCE(d->awake, false);
	timer_update_locked(v);
}

/* clang-format off */
#define PIPE(p)										\
	{ REG(PIPEDSL(p)),		.reset = DSL_OFF,	.flags = VGPU_REG_VOLATILE },	\
	{ REG(TRANSCONF(p)),		.rw = ~(u32)TRANSCONF_STATE,				\
					.written = transconf_written },				\
	{ REG(PIPE_FRMCOUNT(p)),	.flags = VGPU_REG_VOLATILE },	\
	{ REG(PIPE_FLIPCOUNT(p)),	.flags = VGPU_REG_VOLATILE },	\
	{ REG(PIPE_FRMTMSTMP(p)),	.flags = VGPU_REG_VOLATILE },	\
	{ REG(CURBASE(p)),		.rw = 0xfffff000,	.written = curbase_written,	\
					.flags = VGPU_REG_DWORD },				\
	{ REG(CURSURFLIVE(p)),		.flags = VGPU_REG_VOLATILE },	\
	{ REG(DSPSURF(p)),		.rw = 0xfffff000,	.written = dspsurf_written,	\
					.flags = VGPU_REG_DWORD },				\
	{ REG(DSPSURFLIVE(p)),		.flags = VGPU_REG_VOLATILE },	\
	{ REG(SPRSURF(p)),		.rw = 0xfffff000,	.written = sprsurf_written,	\
					.flags = VGPU_REG_DWORD },				\
	{ REG(SPRSURFLIVE(p)),		.flags = VGPU_REG_VOLATILE },				\
	{ REG(PIPE_CRC_RES(p)),		.flags = VGPU_REG_VOLATILE }

static const struct vgpu_reg vblank_regs[] = {
	PIPE(PIPE_A),
	PIPE(PIPE_B),
	PIPE(PIPE_C),
	{ REG(TRANSCONF(TRANS_EDP)),	.rw = ~(u32)TRANSCONF_STATE,
					.written = transconf_edp_written },
	{ REG(TIMESTAMP_CTR),		.flags = VGPU_REG_VOLATILE },
};

/* clang-format on */

const struct vgpu_block gen8_vblank_block = {
	.name = "vblank",
	.regs = vblank_regs,
	.nr_regs = ARRAY_SIZE(vblank_regs),
};
