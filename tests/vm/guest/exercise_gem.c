// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_gem.c - batches that do nothing, store, compute, and share an engine
 */
#include <poll.h>
#include <string.h>

#include "exercise.h"

#define QUEUED 1000
#define SYNCED 100
#define RCS_TIMESTAMP 0x2358
#define RCS_GPR(n) (0x2600 + 8 * (n))
#define PAIRS 200

#define MI_ATOMIC_INC 0x17800501u

#define ALU_LOAD(to, from) (0x080u << 20 | (to) << 10 | (from))
#define ALU_STORE(to, from) (0x180u << 20 | (to) << 10 | (from))
#define ALU_ADD (0x100u << 20)
#define ALU_SRCA 0x20u
#define ALU_SRCB 0x21u
#define ALU_ACCU 0x31u

static void nop_many(const char *name, struct batch *b, uint64_t engine, unsigned int nr,
		     bool queue)
{
	uint64_t start;
	unsigned int i;
	int ret = 0;

	work_begin(name);
	start = now_us();
	for (i = 0; i < nr && !ret; i++) {
		ret = batch_submit(b, engine, NULL, 0);
		if (!queue && !ret)
			ret = bo_wait(&b->bo);
	}
	if (!ret)
		ret = bo_wait(&b->bo);
	start = now_us() - start;
	work_end();
	result(!ret && i == nr, "%s", name);
	note("%s: %u in %llu us, error %d", name, i, (unsigned long long)start, ret);
}

void test_nop(void)
{
	struct batch b = batch_new();
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(engines); i++) {
		batch_begin(&b);
		ret = batch_run(&b, engines[i].flag, NULL, 0);
		if (!result(!ret, "a no-op on %s", engines[i].name))
			note("error %d", ret);
	}
	nop_many("nop-sync-bcs-100", &b, I915_EXEC_BLT, SYNCED, false);
	nop_many("nop-sync-rcs-100", &b, I915_EXEC_RENDER, SYNCED, false);
	nop_many("nop-queued-bcs-1000", &b, I915_EXEC_BLT, QUEUED, true);
}

/*
 * Each is waited for: the same submissions however fast the engine is.  On the engine that
 * I915_EXEC_DEFAULT means, and on the one whose registers trap.
 */
void test_nops(void)
{
	struct batch b = batch_new();

	batch_begin(&b);
	if (!result(!batch_run(&b, I915_EXEC_RENDER, NULL, 0), "a no-op"))
		return;
	nop_many("nop-sync-rcs-1000", &b, I915_EXEC_RENDER, 10 * SYNCED, false);
	nop_many("nop-sync-bcs-1000", &b, I915_EXEC_BLT, 10 * SYNCED, false);
}

/* The driver chooses the address and writes it into the batch. */
static void store_relocated(const struct engine *engine, uint32_t value)
{
	struct bo target = bo_new(4096);
	struct batch b = batch_new();
	struct drm_i915_gem_relocation_entry reloc = {
		.target_handle = target.handle,
		.delta = 64,
		.offset = 4,
		.presumed_offset = ~0ull,
		.read_domains = I915_GEM_DOMAIN_RENDER,
		.write_domain = I915_GEM_DOMAIN_RENDER,
	};
	struct drm_i915_gem_exec_object2 objects[2] = {
		{ .handle = target.handle },
		{ .handle = b.bo.handle, .relocation_count = 1, .relocs_ptr = (uintptr_t)&reloc },
	};
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = 2,
		.flags = engine->flag,
	};
	int ret;

	put(&b, MI_STORE_DWORD);
	put_addr(&b, 0);
	put(&b, value);
	put(&b, MI_BATCH_BUFFER_END);
	put(&b, 0);
	ret = request(DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
	if (!ret)
		ret = bo_wait(&target);
	if (!result(!ret && target.map[16] == value && !target.map[15] && !target.map[17],
		    "a store by relocation on %s", engine->name))
		note("error %d, value %#x, address %#x, object at %#llx", ret, target.map[16],
		     b.bo.map[1], (unsigned long long)objects[0].offset);
	bo_free(&target);
	bo_free(&b.bo);
}

/* From its first to its last page, each with a value of its own. */
static void store_everywhere(const struct engine *engine)
{
	struct bo target = bo_new(1 << 20);
	const struct bo *bos[] = { &target };
	struct batch b = batch_new();
	unsigned int i, bad = 0;
	int ret;

	for (i = 0; i < 240; i++) {
		put(&b, MI_STORE_DWORD);
		put_addr(&b, target.addr + 4096 * i + 4 * i);
		put(&b, 0xabcd0000 + i);
	}
	ret = batch_run(&b, engine->flag, bos, 1);
	for (i = 0; i < 240; i++)
		bad += target.map[1024 * i + i] != 0xabcd0000 + i;
	if (!result(!ret && !bad, "240 pages stored to on %s", engine->name))
		note("error %d, %u bad", ret, bad);
	bo_free(&target);
	bo_free(&b.bo);
}

void test_store(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(engines); i++)
		store_relocated(&engines[i], 0xc0ffee00 + i);
	work_begin("store-240-pages");
	store_everywhere(&engines[0]);
	work_end();
	store_everywhere(&engines[1]);
}

static void put_store_register(struct batch *b, uint32_t reg, uint64_t addr)
{
	put(b, MI_STORE_REGISTER_MEM);
	put(b, reg);
	put_addr(b, addr);
}

static void put_load_register(struct batch *b, uint32_t reg, uint64_t value)
{
	put(b, MI_LOAD_REGISTER_IMM(2));
	put(b, reg);
	put(b, (uint32_t)value);
	put(b, reg + 4);
	put(b, value >> 32);
}

void test_math(void)
{
	const uint64_t one = 0x1fffffff0ull, other = 0x123456789abcull;
	struct bo target = bo_new(4096);
	const struct bo *bos[] = { &target };
	struct batch b = batch_new();
	uint64_t sum;
	int ret;

	put_store_register(&b, RCS_TIMESTAMP, target.addr + 8);
	put_load_register(&b, RCS_GPR(0), one);
	put_load_register(&b, RCS_GPR(1), other);
	put(&b, MI_MATH(4));
	put(&b, ALU_LOAD(ALU_SRCA, 0));
	put(&b, ALU_LOAD(ALU_SRCB, 1));
	put(&b, ALU_ADD);
	put(&b, ALU_STORE(2, ALU_ACCU));
	put_store_register(&b, RCS_GPR(2), target.addr);
	put_store_register(&b, RCS_GPR(2) + 4, target.addr + 4);
	put_store_register(&b, RCS_TIMESTAMP, target.addr + 12);
	ret = batch_run(&b, I915_EXEC_RENDER, bos, 1);
	memcpy(&sum, target.map, sizeof(sum));
	if (!result(!ret && sum == one + other, "64 bit sum by MI_MATH"))
		note("error %d, sum %#llx", ret, (unsigned long long)sum);
	if (!result(target.map[3] - target.map[2] - 1 < 0x7fffffff, "the timestamp advances"))
		note("from %#x to %#x", target.map[2], target.map[3]);
}

/* Two contexts in turn, all queued: no batch of either is lost, none runs twice. */
static void contexts_store(struct batch *b, uint64_t engine, const char *name)
{
	struct bo target[2] = { bo_new(4096), bo_new(4096) };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2; i++) {
		batch_begin(&b[i]);
		put(&b[i], MI_ATOMIC_INC);
		put_addr(&b[i], target[i].addr);
		put(&b[i], MI_BATCH_BUFFER_END);
		put(&b[i], 0);
	}
	for (i = 0; i < 2 * PAIRS && !ret; i++)
		ret = batch_submit(&b[i % 2], engine, (const struct bo *[]){ &target[i % 2] }, 1);
	for (i = 0; i < 2 && !ret; i++)
		ret = bo_wait(&target[i]);
	if (!result(!ret && target[0].map[0] == PAIRS && target[1].map[0] == PAIRS, "%s", name))
		note("error %d, counters %u %u of %u", ret, target[0].map[0], target[1].map[0],
		     PAIRS);
	bo_free(&target[0]);
	bo_free(&target[1]);
}

/* What one context left in a register is there again when it comes back. */
static void contexts_keep(struct batch *b)
{
	struct bo target = bo_new(4096);
	const struct bo *bos[] = { &target };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < 2 && !ret; i++) {
		batch_begin(&b[i]);
		put_load_register(&b[i], RCS_GPR(3), 0x1111000011110000ull * (i + 1));
		ret = batch_run(&b[i], I915_EXEC_RENDER, bos, 1);
	}
	for (i = 0; i < 2 && !ret; i++) {
		batch_begin(&b[i]);
		put_store_register(&b[i], RCS_GPR(3), target.addr + 4 * i);
		ret = batch_run(&b[i], I915_EXEC_RENDER, bos, 1);
	}
	if (!result(!ret && target.map[0] == 0x11110000 && target.map[1] == 0x22220000,
		    "registers belong to a context"))
		note("error %d, %#x %#x", ret, target.map[0], target.map[1]);
	bo_free(&target);
}

void test_contexts(void)
{
	struct batch b[2] = { batch_new(), batch_new() };

	b[0].ctx = context_new();
	b[1].ctx = context_new();
	work_begin("contexts-bcs-400");
	contexts_store(b, I915_EXEC_BLT, "two contexts in turn on bcs");
	work_end();
	contexts_store(b, I915_EXEC_RENDER, "two contexts in turn on rcs");
	contexts_keep(b);
}

/*
 * A batch that runs in a circle until the CPU puts an end into it: seen at once, by an
 * engine that meanwhile keeps nobody on other engines waiting.
 */
static void spin(const struct engine *engine, const struct engine *other)
{
	struct batch b = batch_new(), behind = batch_new(), beside = batch_new();
	uint64_t start;
	int ret;

	put(&b, 0);
	put(&b, MI_BATCH_BUFFER_START);
	put_addr(&b, b.bo.addr);
	behind.ctx = context_new();
	ret = batch_submit(&b, engine->flag, NULL, 0);
	if (!ret)
		ret = batch_end(&behind, engine->flag, NULL, 0);
	if (!ret)
		ret = batch_run(&beside, other->flag, NULL, 0);
	result(!ret, "%s works while %s spins", other->name, engine->name);
	poll(NULL, 0, 100);
	result(bo_busy(&b.bo) && bo_busy(&behind.bo), "%s spins", engine->name);
	*(volatile uint32_t *)b.bo.map = MI_BATCH_BUFFER_END;
	start = now_us();
	ret = bo_wait(&b.bo);
	if (!ret)
		ret = bo_wait(&behind.bo);
	start = now_us() - start;
	note("%s: ended after %llu us, error %d", engine->name, (unsigned long long)start, ret);
	result(!ret && start < 2 * US_PER_SECOND, "%s stops when told to", engine->name);
	context_free(behind.ctx);
	bo_free(&b.bo);
	bo_free(&behind.bo);
	bo_free(&beside.bo);
}

void test_spin(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(engines); i++)
		spin(&engines[i], &engines[(i + 1) % ARRAY_SIZE(engines)]);
}
