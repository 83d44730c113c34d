/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_guest.h - a guest whose memory is whatever a fuzzer says
 *
 * A small guest memory, the engines alone, and a host that checks that nobody
 * reaches past the memory and counts what it costs.
 */
#ifndef KVMGT_TESTS_FUZZ_GEN8_GUEST_H
#define KVMGT_TESTS_FUZZ_GEN8_GUEST_H

#include "../lib/apart.h"
#include "gen8_engine.h"

#define FUZZ_RAM	(256u << 10)
#define FUZZ_DMA_MAX	40000	/* accesses in one slice: more than one may make */

/* Where things are, in guest memory; the GGTT maps all of it from 0 on. */
#define FUZZ_CONTEXT	0x01000u	/* two pages */
#define FUZZ_RING	0x04000u	/* four pages */
#define FUZZ_BATCH	0x08000u	/* eight pages */
#define FUZZ_PML4	0x10000u	/* four tables, each the next one's parent */
#define FUZZ_HWSP	0x14000u
#define FUZZ_DATA	0x18000u

/**
 * struct fuzz_guest - the device and its guest
 * @v: the device
 * @memory: guest memory
 * @ram: all of it in one piece
 * @now: the clock
 * @dma: accesses of this slice
 * @direct: one bit for each of eight pages in turn: it can be accessed directly
 * @irqs: interrupts of engines so far
 */
struct fuzz_guest {
	struct vgpu v;
	struct apart memory;
	u8 *ram;
	u64 now;
	u32 dma;
	u8 direct;
	u32 irqs;
};

/* Make the device, once; then give it memory and registers as of the first time. */
void fuzz_guest_begin(struct fuzz_guest *g);
void fuzz_guest_exit(struct fuzz_guest *g);
void fuzz_put64(struct fuzz_guest *g, u32 off, u64 val);
void fuzz_put32(struct fuzz_guest *g, u32 off, u32 val);
void fuzz_reg(struct fuzz_guest *g, u32 off, u32 val);
/* Submit the context to an engine. */
void fuzz_submit(struct fuzz_guest *g, u32 engine, u32 flags);
/* A slice; ends with abort() if it costs too much. */
enum vgpu_work fuzz_slice(struct fuzz_guest *g);

#endif /* KVMGT_TESTS_FUZZ_GEN8_GUEST_H */
