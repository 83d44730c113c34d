// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_hang.c - an endless batch; only a reset of its engine ends it
 */
#include <poll.h>
#include <sys/klog.h>

#include "exercise.h"

#define HANGS 3
#define KLOG_CONSOLE_LEVEL 8

/* The bystander's file and context: work on another engine that must not suffer. */
struct bystander {
	struct bo target;
	struct batch batch;
	unsigned int done;
	unsigned int bad;
};

static void bystander_work(struct bystander *s)
{
	const struct bo *bos[] = { &s->target };
	uint32_t value = 0x5a000000 + s->done;

	batch_begin(&s->batch);
	put(&s->batch, MI_STORE_DWORD);
	put_addr(&s->batch, s->target.addr);
	put(&s->batch, value);
	if (batch_run(&s->batch, I915_EXEC_RENDER, bos, 1) || s->target.map[0] != value)
		s->bad++;
	s->done++;
}

static struct drm_i915_reset_stats stats_of(uint32_t ctx)
{
	struct drm_i915_reset_stats stats = { .ctx_id = ctx };

	request(DRM_IOCTL_I915_GET_RESET_STATS, &stats);
	return stats;
}

static void hang(unsigned int i, struct bystander *s)
{
	struct batch endless = batch_new(), after = batch_new();
	unsigned int engine_resets = kernel_said("Resetting bcs0");
	unsigned int chip_resets = kernel_said("Resetting chip");
	struct drm_i915_reset_stats stats;
	uint64_t start = now_us();
	int ret;

	endless.ctx = context_new();
	put(&endless, 0);
	put(&endless, MI_BATCH_BUFFER_START);
	put_addr(&endless, endless.bo.addr);
	ret = batch_submit(&endless, I915_EXEC_BLT, NULL, 0);
	while (!ret && bo_busy(&endless.bo) && now_us() - start < 100ull * US_PER_SECOND) {
		bystander_work(s);
		poll(NULL, 0, 200);
	}
	note("hang %u: error %d, over after %llu ms", i, ret,
	     (unsigned long long)(now_us() - start) / 1000);
	result(!ret && !bo_busy(&endless.bo), "hang %u ends", i);
	stats = stats_of(endless.ctx);
	result(stats.batch_active == 1, "hang %u: its context is found guilty", i);
	engine_resets = kernel_said("Resetting bcs0") - engine_resets;
	chip_resets = kernel_said("Resetting chip") - chip_resets;
	note("hang %u: the engine was reset %u times, the chip %u times", i, engine_resets,
	     chip_resets);
	result(engine_resets == 1 && !chip_resets, "hang %u: one reset of one engine", i);
	result(!batch_run(&after, I915_EXEC_BLT, NULL, 0), "hang %u: the engine works again", i);
	context_free(endless.ctx);
	bo_free(&endless.bo);
	bo_free(&after.bo);
}

void test_hang(void)
{
	struct bystander s = { .target = bo_new(4096), .batch = batch_new() };
	struct drm_i915_reset_stats stats;
	unsigned int i;

	/* What the kernel says of it would get between our lines. */
	klogctl(KLOG_CONSOLE_LEVEL, NULL, 1);
	s.batch.ctx = context_new();
	work_begin("hang-bcs-3");
	for (i = 1; i <= HANGS; i++)
		hang(i, &s);
	work_end();
	stats = stats_of(s.batch.ctx);
	note("bystander: %u batches, %u bad, guilty %u, waiting %u", s.done, s.bad,
	     stats.batch_active, stats.batch_pending);
	result(s.done > HANGS && !s.bad && !stats.batch_active && !stats.batch_pending,
	       "a context on rcs does not notice");
	result(!kernel_said("*ERROR*") && !kernel_said("WARNING:") && !kernel_said("wedged"),
	       "the kernel reports nothing worse");
}
