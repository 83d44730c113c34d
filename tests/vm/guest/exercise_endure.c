// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_endure.c - all engines and the screen at work for a given time, every result checked
 *
 * In rounds: stores with no-ops in between are queued on each engine, page flips go on
 * meanwhile, each as soon as the one before is done; then one blit against the CPU.
 */
#include <errno.h>

#include "exercise.h"
#include "exercise_kms.h"

#define STORES 8 /* queued on each engine in a round */
#define PROGRESS_US (5ull * US_PER_SECOND)
#define LOST_US (20ull * US_PER_SECOND) /* a flip without an event */

/**
 * struct work - what goes on on one engine
 * @store: batches with one store each
 * @nop: a batch without any
 * @target: where they store: each into a dword of its own, with one in between that stays
 */
struct work {
	struct batch store[STORES];
	struct batch nop;
	struct bo target;
};

/**
 * struct endurance - the whole
 * @work: by engine
 * @screen: the monitor
 * @frames: flips so far
 * @flip_us: when the flip that is under way was asked for
 * @submissions: batches so far
 * @blits: blits so far
 * @mismatches: results that were wrong
 * @error: what ended it before its time; 0: nothing
 */
struct endurance {
	struct work work[ARRAY_SIZE(engines)];
	struct screen screen;
	struct frames frames;
	uint64_t flip_us;
	unsigned int submissions;
	unsigned int blits;
	unsigned int mismatches;
	int error;
};

static void flip_next(struct endurance *e)
{
	e->error = flip_begin(&e->screen, e->frames.nr % 2);
	e->flip_us = now_us();
}

/* Has the flip come about?  Then the next one. */
static void flip_look(struct endurance *e)
{
	struct drm_event_vblank event;

	if (e->error)
		return;
	if (flip_event(&event, 0)) {
		frame_add(&e->frames, event.sequence,
			  (uint64_t)event.tv_sec * US_PER_SECOND + event.tv_usec);
		flip_next(e);
	} else if (now_us() - e->flip_us > LOST_US) {
		note("flip %u: no event", e->frames.nr);
		e->error = -ETIME;
	}
}

static uint32_t value_of(unsigned int round, unsigned int engine, unsigned int slot)
{
	return round << 8 | engine << 4 | slot | 1u << 31;
}

static void submit(struct endurance *e, const struct batch *b, unsigned int engine)
{
	const struct bo *bos[] = { &e->work[engine].target };

	if (e->error)
		return;
	e->error = batch_submit(b, engines[engine].flag, bos, 1);
	if (e->error)
		note("submission %u on %s: error %d", e->submissions, engines[engine].name, e->error);
	else
		e->submissions++;
}

static void queue(struct endurance *e, unsigned int engine, unsigned int round)
{
	struct work *w = &e->work[engine];
	unsigned int i;

	for (i = 0; i < STORES; i++) {
		struct batch *b = &w->store[i];

		batch_begin(b);
		put(b, MI_STORE_DWORD);
		put_addr(b, w->target.addr + 8 * i);
		put(b, value_of(round, engine, i));
		put(b, MI_BATCH_BUFFER_END);
		put(b, 0);
		submit(e, b, engine);
		submit(e, &w->nop, engine);
	}
}

static void check(struct endurance *e, unsigned int engine, unsigned int round)
{
	const struct work *w = &e->work[engine];
	unsigned int i;

	if (e->error)
		return;
	e->error = bo_wait(&w->target);
	for (i = 0; i < STORES && !e->error; i++) {
		uint32_t value = w->target.map[2 * i];

		if (value == value_of(round, engine, i) && !w->target.map[2 * i + 1])
			continue;
		e->mismatches++;
		note("round %u on %s: store %u left %#x", round, engines[engine].name, i, value);
	}
}

static void one_round(struct endurance *e, unsigned int round)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		queue(e, i, round);
		flip_look(e);
	}
	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		check(e, i, round);
		flip_look(e);
	}
	if (!e->error && !blit_check(e->blits++))
		e->mismatches++;
	flip_look(e);
}

static void tell(const struct endurance *e, uint64_t us)
{
	progress("seconds=%llu submissions=%u flips=%u blits=%u mismatches=%u",
		 (unsigned long long)(us / US_PER_SECOND), e->submissions, e->frames.nr, e->blits,
		 e->mismatches + e->frames.unordered);
}

static void rounds(struct endurance *e)
{
	uint64_t start = now_us(), now = start, told = start;
	unsigned int round = 0;

	flip_next(e);
	while (!e->error && now - start < duration * (uint64_t)US_PER_SECOND) {
		one_round(e, ++round);
		now = now_us();
		if (now - told < PROGRESS_US)
			continue;
		tell(e, now - start);
		told = now;
	}
	tell(e, now - start);
}

void test_endure(void)
{
	struct endurance e = { 0 };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		struct work *w = &e.work[i];

		w->target = bo_new(4096);
		w->nop = batch_new();
		put(&w->nop, MI_BATCH_BUFFER_END);
		put(&w->nop, 0);
		for (k = 0; k < STORES; k++)
			w->store[k] = batch_new();
	}
	screen_light(&e.screen);
	frames_tolerate(&e.frames, &e.screen);
	rounds(&e);
	result(!e.error, "endure: to its end, error %d", e.error);
	result(!e.mismatches, "endure: %u submissions, %u blits, all right", e.submissions, e.blits);
	note("endure: miscounted by the driver: %u", e.frames.restored);
	result(e.frames.restored <= 1 + duration / 20, "endure: the driver seldom miscounts");
	frames_judge(&e.frames, &e.screen, "endure: flips", 1);
}
