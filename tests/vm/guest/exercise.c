// SPDX-License-Identifier: GPL-2.0
/*
 * exercise.c - submissions, blits, flips and hangs on the guest's i915, judged
 *
 *   exercise NAME     run one sub-test: nop store math contexts
 *                     spin blt hang flip flips flip-60s ggtt cursor tiled crc plug
 *   exercise endure SECONDS
 *
 * Speaks to the host in lines:
 *
 *   kv: ok TEXT, kv: not ok TEXT      a result
 *   kv: note TEXT                     for people
 *   kv: figure KEY NUMBER             of the workload that ended last
 *   kv: progress KEY=NUMBER...        of the one that runs
 *   kv: begin NAME, kv: end           around a workload: waits for a line each time, so
 *                                     that the host can look at its counters in peace
 *
 * Plain ioctls, no library: what is tested is the device below the driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "exercise.h"

#define EXEC_OBJECTS 8
#define BATCH_SIZE 4096
#define KLOG_READ_ALL 3

const struct engine engines[4] = {
	{ "rcs", I915_EXEC_RENDER },
	{ "bcs", I915_EXEC_BLT },
	{ "vcs", I915_EXEC_BSD },
	{ "vecs", I915_EXEC_VEBOX },
};

int card = -1;
unsigned int duration = 60;

static unsigned int failures;
static uint64_t next_addr = 16u << 20;

int request(unsigned long nr, void *arg)
{
	int ret;

	do {
		ret = ioctl(card, nr, arg);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	return ret < 0 ? -errno : ret;
}

static void say(const char *kind, const char *format, va_list args)
{
	char text[200];

	vsnprintf(text, sizeof(text), format, args);
	/* The kernel writes to the same port: one write each, on a line of its own. */
	printf("\nkv: %s %s\n", kind, text);
	fflush(stdout);
}

bool result(bool good, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	say(good ? "ok" : "not ok", name, args);
	va_end(args);
	failures += !good;
	return good;
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("note", format, args);
	va_end(args);
}

void progress(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("progress", format, args);
	va_end(args);
}

static void wait_for_host(void)
{
	char line[64];

	if (!fgets(line, sizeof(line), stdin))
		exit(1);
}

void work_begin(const char *name)
{
	printf("\nkv: begin %s\n", name);
	fflush(stdout);
	wait_for_host();
}

void work_end(void)
{
	printf("\nkv: end\n");
	fflush(stdout);
	wait_for_host();
}

void figure(const char *key, double value)
{
	printf("\nkv: figure %s %.12g\n", key, value);
	fflush(stdout);
}

uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * US_PER_SECOND + t.tv_nsec / 1000;
}

unsigned int kernel_said(const char *text)
{
	static char log[1 << 20];
	int len = klogctl(KLOG_READ_ALL, log, sizeof(log) - 1);
	unsigned int count = 0;
	const char *p = log;

	log[len < 0 ? 0 : len] = 0;
	while ((p = strstr(p, text))) {
		count++;
		p++;
	}
	return count;
}

struct bo bo_new(uint32_t size)
{
	struct drm_i915_gem_create create = { .size = size };
	struct drm_i915_gem_mmap_offset offset = { .flags = I915_MMAP_OFFSET_WB };
	struct bo bo = { .size = size };
	int ret = request(DRM_IOCTL_I915_GEM_CREATE, &create);

	offset.handle = create.handle;
	if (!ret)
		ret = request(DRM_IOCTL_I915_GEM_MMAP_OFFSET, &offset);
	if (!ret)
		bo.map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, card, offset.offset);
	if (ret || bo.map == MAP_FAILED) {
		result(false, "a buffer of %u bytes: error %d", size, ret);
		exit(1);
	}
	bo.handle = create.handle;
	bo.addr = next_addr;
	/* A hole behind each: what runs over shows. */
	next_addr += ((uint64_t)size + 0x1ffff) & ~0xffffull;
	memset(bo.map, 0, size);
	return bo;
}

void bo_free(struct bo *bo)
{
	struct drm_gem_close gem_close = { .handle = bo->handle };

	munmap(bo->map, bo->size);
	request(DRM_IOCTL_GEM_CLOSE, &gem_close);
}

int bo_wait(const struct bo *bo)
{
	struct drm_i915_gem_wait wait = {
		.bo_handle = bo->handle,
		.timeout_ns = 120ll * 1000 * 1000 * 1000,
	};

	return request(DRM_IOCTL_I915_GEM_WAIT, &wait);
}

bool bo_busy(const struct bo *bo)
{
	struct drm_i915_gem_busy busy = { .handle = bo->handle };

	return !request(DRM_IOCTL_I915_GEM_BUSY, &busy) && busy.busy;
}

uint32_t context_new(void)
{
	struct drm_i915_gem_context_create create = { 0 };
	int ret = request(DRM_IOCTL_I915_GEM_CONTEXT_CREATE, &create);

	if (ret) {
		result(false, "a context: error %d", ret);
		exit(1);
	}
	return create.ctx_id;
}

void context_free(uint32_t ctx)
{
	struct drm_i915_gem_context_destroy destroy = { .ctx_id = ctx };

	request(DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &destroy);
}

struct batch batch_new(void)
{
	return (struct batch){ .bo = bo_new(BATCH_SIZE) };
}

void batch_begin(struct batch *b)
{
	b->nr = 0;
}

void put(struct batch *b, uint32_t dword)
{
	b->bo.map[b->nr++] = dword;
}

void put_addr(struct batch *b, uint64_t addr)
{
	put(b, (uint32_t)addr);
	put(b, addr >> 32);
}

int batch_submit(const struct batch *b, uint64_t engine, const struct bo *const *bos,
		 unsigned int nr)
{
	struct drm_i915_gem_exec_object2 objects[EXEC_OBJECTS] = { 0 };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)objects,
		.buffer_count = nr + 1,
		.flags = engine | I915_EXEC_NO_RELOC,
		.rsvd1 = b->ctx,
	};
	unsigned int i;

	for (i = 0; i <= nr; i++) {
		const struct bo *bo = i < nr ? bos[i] : &b->bo;

		objects[i].handle = bo->handle;
		objects[i].offset = bo->addr;
		objects[i].flags = EXEC_OBJECT_PINNED;
		if (i < nr)
			objects[i].flags |= EXEC_OBJECT_WRITE;
	}
	return request(DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
}

int batch_end(struct batch *b, uint64_t engine, const struct bo *const *bos, unsigned int nr)
{
	put(b, MI_BATCH_BUFFER_END);
	put(b, 0);
	return batch_submit(b, engine, bos, nr);
}

int batch_run(struct batch *b, uint64_t engine, const struct bo *const *bos, unsigned int nr)
{
	int ret = batch_end(b, engine, bos, nr);

	return ret ? ret : bo_wait(&b->bo);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "nops", test_nops },
		{ "nop", test_nop },	 { "store", test_store }, { "math", test_math },
		{ "spin", test_spin },	 { "blt", test_blt },	  { "contexts", test_contexts },
		{ "hang", test_hang },	 { "flip", test_flip },	  { "cursor", test_cursor },
		{ "tiled", test_tiled }, { "flips", test_flips }, { "flip-60s", test_minute },
		{ "ggtt", test_ggtt },	 { "plug", test_plug },	  { "endure", test_endure },
		{ "crc", test_crc },
	};
	unsigned int i;

	if (argc == 3)
		duration = strtoul(argv[2], NULL, 0);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc < 2 || strcmp(argv[1], tests[i].name))
			continue;
		card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
		if (!result(card >= 0, "the graphics device opens"))
			return 1;
		tests[i].run();
		return !!failures;
	}
	return 2;
}
