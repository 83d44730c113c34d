// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_crc.c - checksums of the frames of a pipe, for a driver that asks for them
 *
 * While PIPE_CRC_CTL is enabled each vertical blank makes a checksum due; the worker draws
 * what the pipe shows from then on, some lines at a time, stores the sum and interrupts.
 * Drivers number a sum by the frame in which they hear of it, and who has drawn into what is
 * shown takes the first that is numbered later.  So a sum that comes after its frame is not
 * told; but a host that never keeps up tells each LATE_MAX-th, where no plane was touched
 * since: better late than never.
 *
 * Intel does not publish the polynomial.  Ours tells pictures apart: all that test programs
 * (kms_pipe_crc_basic, kms_cursor_crc ... of igt-gpu-tools) ask of it.
 */
#include "gen8_display.h"

#define CRC_SEED 0x9e3779b97f4a7c15ull
#define CRC_PRIME 0xff51afd7ed558ccdull

#define LATE_MAX 4

/**
 * gen8_crc_vblank_locked - a pipe begins with a frame
 * @v: the device
 * @pipe: which
 */
void gen8_crc_vblank_locked(struct vgpu *v, u32 pipe)
{
	struct gen8_crc *c = &to_gen8(v)->display->crc;

	env_assert_locked(&to_gen8(v)->display_lock);
	if (!(gen8_reg(v, PIPE_CRC_CTL(pipe)) & PIPE_CRC_ENABLE))
		return;
	WRITE_ONCE(c->due, c->due | BIT(pipe));
	if (v->host->kick)
		v->host->kick(v);
}

/* Each pipe in turn.  Return: true if there is a frame to begin with. */
static bool crc_begin(struct vgpu *v, struct gen8_crc *c)
{
	bool found = false;
	u32 pipe = c->s.pipe;
	u32 i;

	env_lock(&to_gen8(v)->display_lock);
	for (i = 0; i < GEN8_NUM_PIPES && !found; i++) {
		pipe = (pipe + 1) % GEN8_NUM_PIPES;
		if (!(c->due & BIT(pipe)))
			continue;
		WRITE_ONCE(c->due, c->due & ~(u32)BIT(pipe));
		found = gen8_pipe_scanout_locked(v, pipe, &c->s);
		c->frame = gen8_reg(v, PIPE_FRMCOUNT(pipe));
	}
	env_unlock(&to_gen8(v)->display_lock);

	c->s.scratch = c->scratch;
	c->line = 0;
	c->hash = CRC_SEED;
	return found;
}

/* The sum of @c is there; the pipe shows @now.  Return: is it still to be told? */
static bool crc_counts_locked(const struct vgpu *v, struct gen8_crc *c,
			      const struct gen8_scanout *now)
{
	bool late = gen8_reg(v, PIPE_FRMCOUNT(now->pipe)) != c->frame;

	c->late = late ? c->late + 1 : 0;
	if (late && (c->late < LATE_MAX || now->changes != c->s.changes))
		return false;
	c->late = 0;
	return gen8_reg(v, PIPE_CRC_CTL(now->pipe)) & PIPE_CRC_ENABLE;
}

/* The frame is summed up: tell, if anybody should hear of it. */
static void crc_end(struct vgpu *v, struct gen8_crc *c)
{
	u32 pipe = c->s.pipe;
	struct gen8_scanout now;

	env_lock(&to_gen8(v)->display_lock);
	if (gen8_pipe_scanout_locked(v, pipe, &now) && crc_counts_locked(v, c, &now)) {
		WRITE_ONCE(v->regs[PIPE_CRC_RES(pipe) / 4], (u32)(c->hash ^ c->hash >> 32));
		gen8_pipe_event_locked(v, pipe, DE_PIPE_CRC_DONE);
		/* What became due meanwhile would be told in the same frame. */
		WRITE_ONCE(c->due, c->due & ~(u32)BIT(pipe));
	}
	env_unlock(&to_gen8(v)->display_lock);
}

/* The planes that the guest wants summed up. */
static struct gen8_scanout crc_source(const struct vgpu *v, const struct gen8_crc *c)
{
	struct gen8_scanout s = c->s;

	switch (PIPE_CRC_SOURCE(gen8_reg(v, PIPE_CRC_CTL(s.pipe)))) {
	case PIPE_CRC_SOURCE_PRIMARY:
		s.sprite.ctl = 0;
		s.cursor.ctl = 0;
		break;
	case PIPE_CRC_SOURCE_SPRITE:
		s.plane.ctl = 0;
		s.cursor.ctl = 0;
		break;
	}
	return s;
}

static u64 crc_add(u64 hash, u64 pixels)
{
	hash = (hash ^ pixels) * CRC_PRIME;
	return hash ^ hash >> 29;
}

/* Lines, each two pixels at a time. */
static u64 crc_lines(u64 hash, const struct gen8_window *w)
{
	const u32 *p = w->dst;
	u32 x, y;

	for (y = 0; y < w->nr; y++) {
		for (x = 0; x + 1 < w->width; x += 2, p += 2)
			hash = crc_add(hash, p[0] | (u64)p[1] << 32);
		if (x < w->width)
			hash = crc_add(hash, *p++);
	}
	return hash;
}

/**
 * gen8_crc_work - sum up some lines of what is due
 * @v: the device
 *
 * Context: model->work.
 * Return: what there is left to do.
 */
enum vgpu_work gen8_crc_work(struct vgpu *v)
{
	struct gen8_crc *c = &to_gen8(v)->display->crc;
	struct gen8_window w = { .dst = c->pixels };
	struct gen8_scanout s;

	if (!c->busy && (!READ_ONCE(c->due) || !crc_begin(v, c)))
		return VGPU_WORK_DONE;

	s = crc_source(v, c);
	w.width = s.width;
	w.first = c->line;
	w.nr = min(GEN8_CRC_PIXELS / s.width, s.height - c->line);
	gen8_pipe_draw(v, &s, &w);
	c->hash = crc_lines(c->hash, &w);
	c->line += w.nr;
	c->busy = c->line < s.height;
	if (!c->busy)
		crc_end(v, c);
	return c->busy || READ_ONCE(c->due) ? VGPU_WORK_MORE : VGPU_WORK_DONE;
}
