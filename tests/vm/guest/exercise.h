/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exercise.h - what the parts of the guest's i915 exercise share
 *
 * exercise.c talks to the driver, exercise_gem.c submits to engines,
 * exercise_blt.c blits, exercise_hang.c hangs an engine, exercise_kms.c lights
 * the screen, exercise_crc.c sums up what is on it, exercise_plug.c hears of other
 * monitors, exercise_endure.c does most of that for long.
 */
#ifndef GUEST_EXERCISE_H
#define GUEST_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <drm.h>
#include <drm_mode.h>
#include <i915_drm.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define US_PER_SECOND 1000000u

#define MI_BATCH_BUFFER_END 0x05000000u
#define MI_STORE_DWORD 0x10000002u
#define MI_LOAD_REGISTER_IMM(nr) (0x11000000u | (2 * (nr)-1))
#define MI_STORE_REGISTER_MEM 0x12000002u
#define MI_FLUSH_DW 0x13000002u
#define MI_BATCH_BUFFER_START 0x18800101u /* in the context's own address space */
#define MI_MATH(nr) (0x0d000000u | ((nr)-1))

/**
 * struct bo - a buffer
 * @handle: the driver's name of it
 * @size: its bytes
 * @addr: where it lies in every context
 * @map: cached mapping
 */
struct bo {
	uint32_t handle;
	uint32_t size;
	uint64_t addr;
	uint32_t *map;
};

/**
 * struct batch - commands under construction
 * @bo: they lie there
 * @nr: dwords so far
 * @ctx: context to run in; 0: the file's own
 */
struct batch {
	struct bo bo;
	uint32_t nr;
	uint32_t ctx;
};

/**
 * struct engine - an engine by its old name
 * @name: for people
 * @flag: I915_EXEC_*
 */
struct engine {
	const char *name;
	uint64_t flag;
};

extern const struct engine engines[4];
/* The graphics device; sub-tests may use others of their own for a while. */
extern int card;
/* Seconds that a sub-test without an end of its own lasts. */
extern unsigned int duration;

/* ioctl() on card, until it is not interrupted.  Return: its value, or -errno. */
int request(unsigned long nr, void *arg);
/* One result of a sub-test; returns @good. */
bool result(bool good, const char *name, ...) __attribute__((format(printf, 2, 3)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Where a workload that lasts has got to. */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What happens in between is counted by the host under that name. */
void work_begin(const char *name);
void work_end(void);
/* Something that the guest knows of the workload that ended last. */
void figure(const char *key, double value);
uint64_t now_us(void);
/* How often the kernel has said that, since it booted. */
unsigned int kernel_said(const char *text);

struct bo bo_new(uint32_t size);
void bo_free(struct bo *bo);
/* Wait until no engine uses it.  Return: 0 or -errno. */
int bo_wait(const struct bo *bo);
bool bo_busy(const struct bo *bo);

uint32_t context_new(void);
void context_free(uint32_t ctx);

struct batch batch_new(void);
void batch_begin(struct batch *b);
void put(struct batch *b, uint32_t dword);
void put_addr(struct batch *b, uint64_t addr);
/* Close and submit it, with the buffers it uses.  Return: 0 or -errno. */
int batch_end(struct batch *b, uint64_t engine, const struct bo *const *bos, unsigned int nr);
/* Submit again what was closed. */
int batch_submit(const struct batch *b, uint64_t engine, const struct bo *const *bos,
		 unsigned int nr);
int batch_run(struct batch *b, uint64_t engine, const struct bo *const *bos, unsigned int nr);

/* The @n-th of a row of blits, by every command, tiling and pixel size.  Return: every byte is right. */
bool blit_check(unsigned int n);

void test_nop(void);
void test_nops(void);
void test_store(void);
void test_math(void);
void test_contexts(void);
void test_blt(void);
void test_spin(void);
void test_hang(void);
void test_flip(void);
void test_flips(void);
void test_minute(void);
void test_ggtt(void);
void test_cursor(void);
void test_tiled(void);
void test_crc(void);
void test_plug(void);
void test_endure(void);

#endif /* GUEST_EXERCISE_H */
