// SPDX-License-Identifier: GPL-2.0
/*
 * neighbours.c - hostile work for the engines of a gen8 vGPU, beside a good neighbour
 *
 * Each attack is what a guest could do to keep an engine, and with it the host, busy or
 * confused: for ever, over tables and commands that change meanwhile, anywhere in memory.
 * While it goes on the neighbour's blits are done and right and the host keeps a part of its
 * CPU; then a reset of the engine, by the register that i915 writes, cures it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "dice.h"
#include "ktap.h"
#include "rig.h"

#define PAGE 4096u
#define GDRST 0x941c
#define GDRST_ALL 0x1e
#define GFX_FLSH_CNTL 0x101008
#define ENGINES 4

/* In low memory, and in the GGTT, which maps it as it is; see gpu.c for what is there. */
#define HOSTILE_CONTEXT 0x50000u
#define HOSTILE_RING 0x60000u
#define HOSTILE_BATCH 0x70000u
#define HOSTILE_STATUS 0x80000u
#define TABLES 0x90000u
#define SCRATCH 0xa0000u

#define NOOP 0x00000000u
#define BB_END 0x05000000u
#define BB_START_GGTT 0x18800001u
#define BB_START 0x18800101u /* in the PPGTT */
#define SDI_GGTT 0x10400002u
#define SEMAPHORE_GGTT 0x0e404002u /* wait until equal */
#define COPY 0x54f00008u /* XY_SRC_COPY_BLT, all bytes */
#define FILL 0x54000005u /* XY_COLOR_BLT */

static const uint32_t bases[ENGINES] = { 0x02000, 0x12000, 0x1a000, 0x22000 };

static struct rig bad = { .type = "gen8" };
static struct rig good = { .type = "gen8" };
static struct dice dice;

static void mem_put(uint32_t at, const uint32_t *words, uint32_t nr)
{
	memcpy(bad.g.mem + at, words, 4 * nr);
}

#define PUT(at, ...)                                   \
	mem_put(at, (const uint32_t[]){ __VA_ARGS__ }, \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

static void ggtt_put(uint32_t page, uint64_t entry)
{
	CHECK_EQ(pwrite(bad.g.d.fd, &entry, 8, GGTT + 8 * page), 8);
}

/* Submit a ring of @bytes to an engine; @pml4 0: it lies in the GGTT alone. */
static void submit(uint32_t base, uint32_t bytes, uint64_t pml4)
{
	uint32_t image = HOSTILE_CONTEXT + PAGE;

	put32(&bad.g, image + 4 * 0x05, 0);
	put32(&bad.g, image + 4 * 0x07, bytes);
	put32(&bad.g, image + 4 * 0x09, HOSTILE_RING);
	put32(&bad.g, image + 4 * 0x0b, 1);
	put32(&bad.g, image + 4 * 0x31, pml4 >> 32);
	put32(&bad.g, image + 4 * 0x33, pml4);
	reg_put(&bad.g, base + 0x080, HOSTILE_STATUS);
	reg_put(&bad.g, base + 0x29c, 0x80008000);
	reg_put(&bad.g, base + 0x3a0, 0xffff0505);
	reg_put(&bad.g, base + 0x230, 0);
	reg_put(&bad.g, base + 0x230, 0);
	reg_put(&bad.g, base + 0x230, 0x30);
	reg_put(&bad.g, base + 0x230, HOSTILE_CONTEXT | 1 | (pml4 ? 0x18 : 0));
}

/* A batch in the GGTT, on each engine. */
static void submit_batch(void)
{
	uint32_t i;

	PUT(HOSTILE_RING, BB_START_GGTT, HOSTILE_BATCH, 0, NOOP);
	for (i = 0; i < ENGINES; i++)
		submit(bases[i], 16, 0);
}

static void endless(void)
{
	PUT(HOSTILE_BATCH, BB_START_GGTT, HOSTILE_BATCH, 0, NOOP);
	submit_batch();
}

/* Each round it writes over the command behind the one that writes. */
static void self_modifying(void)
{
	PUT(HOSTILE_BATCH, SDI_GGTT, HOSTILE_BATCH + 48, 0, NOOP, SDI_GGTT, HOSTILE_BATCH + 56, 0,
	    NOOP, SDI_GGTT, HOSTILE_BATCH + 48, 0, NOOP, BB_END, NOOP, BB_END, NOOP, BB_START_GGTT,
	    HOSTILE_BATCH, 0, NOOP);
	submit_batch();
}

static void semaphore_that_never_comes(void)
{
	put32(&bad.g, SCRATCH, 0);
	PUT(HOSTILE_BATCH, SEMAPHORE_GGTT, 1, SCRATCH, 0, BB_END, NOOP);
	submit_batch();
}

/* Every level of the PPGTT names one page, which is the table itself. */
static void tables_that_name_themselves(void)
{
	uint64_t entry = TABLES | 3;
	uint32_t i;

	for (i = 0; i < PAGE / 8; i++)
		memcpy(bad.g.mem + TABLES + 8 * i, &entry, 8);
	PUT(HOSTILE_RING, BB_START, 0x1000, 0x1234, NOOP);
	for (i = 0; i < ENGINES; i++)
		submit(bases[i], 16, TABLES);
}

static volatile bool stop;

static void *tables_rewrite(void *arg)
{
	struct dice d = { (uintptr_t)arg };

	while (!stop) {
		uint64_t entry = (uint64_t)PAGE * dice_below(&d, 1024) | dice_below(&d, 8);

		if (dice_one_in(&d, 4))
			entry = dice_u64(&d);
		memcpy(bad.g.mem + TABLES + 8 * dice_below(&d, 512), &entry, 8);
		if (dice_one_in(&d, 64))
			ggtt_put((LOW_SIZE + dice_below(&d, ALL_SIZE - LOW_SIZE)) / PAGE,
				 (uint64_t)PAGE * dice_below(&d, 8192) | 1);
	}
	return NULL;
}

/* The largest that can be said, to and from wherever, over each other. */
static void huge_blits(void)
{
	uint32_t at = HOSTILE_BATCH;
	uint32_t i;

	for (i = 0; i < 40; i++, at += 40)
		PUT(at, COPY, 0x03cc0000 | (dice_u64(&dice) & 0xffff), 0, 0xffffffff,
		    dice_u64(&dice), 0, dice_u64(&dice), dice_u64(&dice) & 0xffff, dice_u64(&dice),
		    0);
	for (i = 0; i < 40; i++, at += 28)
		PUT(at, FILL, 0x03f00000 | (dice_u64(&dice) & 0xffff), dice_u64(&dice), 0xffffffff,
		    dice_u64(&dice), 0, 0x55aa55aa);
	PUT(at, BB_START_GGTT, HOSTILE_BATCH, 0, NOOP);
	submit_batch();
}

/* Rings, contexts and batches of noise, in part with opcodes that there are. */
static void noise(void)
{
	static const uint32_t heads[] = {
		SDI_GGTT,   BB_START_GGTT, BB_START,   SEMAPHORE_GGTT, COPY,
		FILL,	    0x11000001,	   0x12000002, 0x14800002,     0x17000003,
		0x13000003, 0x7a000004,	   0x0d000003, 0x1b000002,     0x17800001,
	};
	uint32_t i;

	dice_fill(&dice, bad.g.mem + HOSTILE_CONTEXT, 2 * PAGE);
	dice_fill(&dice, bad.g.mem + HOSTILE_RING, 16 * PAGE);
	dice_fill(&dice, bad.g.mem + HOSTILE_BATCH, 16 * PAGE);
	for (i = 0; i < 16 * PAGE; i += 4 * (1 + dice_below(&dice, 12)))
		put32(&bad.g, HOSTILE_BATCH + i, heads[dice_below(&dice, 15)]);
	for (i = 0; i < ENGINES; i++) {
		PUT(HOSTILE_RING, BB_START_GGTT, HOSTILE_BATCH + 4 * dice_below(&dice, 4096), 0,
		    NOOP);
		submit(bases[i], 8 * dice_below(&dice, 512), dice_one_in(&dice, 2) ? TABLES : 0);
	}
}

/* The GGTT names what is no memory: nothing, registers, the aperture, the end of the world. */
static void entries_of_nowhere(void)
{
	static const uint64_t gpas[] = {
		0xfee00000, 0xfec00000, 0xe0000000, 0xfffff000, 0x7ffffffff000, ALL_SIZE, 0xc0000,
	};
	uint32_t i;

	for (i = 0; i < 256; i++)
		ggtt_put(SCRATCH / PAGE + 16 + i, gpas[i % 7] | 1);
	PUT(HOSTILE_BATCH, SDI_GGTT, SCRATCH + 16 * PAGE, 0, 1, SDI_GGTT, SCRATCH + 17 * PAGE, 0, 2,
	    COPY, 0x03cc1000, 0, 0x01000400, SCRATCH + 16 * PAGE, 0, 0, 0x1000, SCRATCH + 18 * PAGE,
	    0, BB_START_GGTT, HOSTILE_BATCH, 0, NOOP);
	submit_batch();
}

/* The context is where the GGTT ends, its ring everywhere and its tail beyond. */
static void contexts_at_the_edge(void)
{
	uint32_t i;

	for (i = 0; i < ENGINES; i++) {
		reg_put(&bad.g, bases[i] + 0x080, 0xfffff000);
		reg_put(&bad.g, bases[i] + 0x29c, 0x80008000);
		reg_put(&bad.g, bases[i] + 0x230, 0xffffffff);
		reg_put(&bad.g, bases[i] + 0x230, 0xfffff001);
		reg_put(&bad.g, bases[i] + 0x230, 0xffffffff);
		reg_put(&bad.g, bases[i] + 0x230, 0xfffff119);
		put32(&bad.g, HOSTILE_CONTEXT + PAGE + 4 * 0x0b, 0xfffff001);
		submit(bases[i], 0xfffffff8, 0);
	}
}

/* As i915 does it: ask for it, and it is done when the bits are clear. */
static void engines_reset(void)
{
	uint32_t left = 1;
	int i;

	reg_put(&bad.g, GDRST, GDRST_ALL);
	for (i = 0; i < 5000 && left; i++) {
		usleep(1000);
		CHECK_EQ(pread(bad.g.d.fd, &left, 4, GDRST), 4);
	}
	CHECK_EQ(left, 0);
}

/* Milliseconds that the workers of vGPUs ran, from debugfs "limits". */
static uint64_t worker_ms(const struct rig *r)
{
	char path[128], name[32];
	unsigned long long limit, now = 0, met;
	uint64_t ms = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvmgt/%s/limits", r->g.d.uuid);
	file = fopen(path, "r");
	if (!CHECK(file))
		return 0;
	while (fscanf(file, "%31s %llu %llu %llu", name, &limit, &now, &met) == 4)
		if (!strcmp(name, "cpu_percent"))
			ms = now;
	fclose(file);
	return ms;
}

/* clang-format off */
static const struct {
	const char *name;
	void (*run)(void);
} attacks[] = {
	{ "endless",			 endless },
	{ "self-modifying",		 self_modifying },
	{ "semaphore that never comes",	 semaphore_that_never_comes },
	{ "tables that name themselves", tables_that_name_themselves },
	{ "huge blits",			 huge_blits },
	{ "noise",			 noise },
	{ "entries of nowhere",		 entries_of_nowhere },
	{ "contexts at the edge",	 contexts_at_the_edge },
};
/* clang-format on */

/* The GGTT maps memory as it is again, tables are clean, and the attacker's own blit is done and right. */
static void cured(void)
{
	uint32_t i;

	engines_reset();
	for (i = 0; i < ALL_SIZE / PAGE; i++)
		ggtt_put(i, (uint64_t)i * PAGE | 1);
	reg_put(&bad.g, GFX_FLSH_CNTL, 1);
	memset(bad.g.mem, 0, LOW_SIZE);
	CHECK_EQ(rig_blit(&bad), 0);
}

static void attack(uint32_t n, uint32_t ms)
{
	uint64_t begin, ran;
	pthread_t thread;
	uint32_t i;

	stop = false;
	pthread_create(&thread, NULL, tables_rewrite, (void *)(uintptr_t)dice_u64(&dice));
	attacks[n].run();
	begin = attack_now();
	ran = worker_ms(&bad);
	for (i = 0; attack_now() - begin < ms * 1000000ull; i++)
		CHECK_EQ(rig_blit(&good), 0);
	ran = worker_ms(&bad) - ran;
	stop = true;
	pthread_join(thread, NULL);
	begin = (attack_now() - begin) / 1000000;
	printf("# %s: %u %% of a CPU; beside it %u blits\n", attacks[n].name,
	       (unsigned int)(100 * ran / begin), i);
	/* 10/11, and one slice more or less, whose last step a slow host makes longer */
	CHECK(100 * ran <= 91 * begin + 100 * 50 * attack_slow());
	cured();
	if (ktap_case_failed)
		printf("# after %s\n", attacks[n].name);
}

static void neighbours_do_not_notice(void)
{
	uint64_t end = attack_now() + attack_seconds() * 1000000000ull;
	uint32_t nr = sizeof(attacks) / sizeof(attacks[0]);
	uint32_t n;

	dice.state = attack_seed();
	rig_begin(&bad);
	rig_begin(&good);
	for (n = 0; !ktap_case_failed && (attack_now() < end || n < nr); n++) {
		attack(n % nr, 1000 * attack_slow());
		fflush(stdout);
	}
	CHECK_EQ(rig_remap(&bad), 0);
	rig_end(&good);
	rig_end(&bad);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(neighbours_do_not_notice),
};

KTAP_MAIN(cases)
