/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gpu.h - a gen8 vGPU with guest memory, and a blitter that copies one half of it
 */
#ifndef KVMGT_TESTS_UAPI_GPU_H
#define KVMGT_TESTS_UAPI_GPU_H

#include "harness.h"

#define MIB		(1u << 20)
#define PAGE		4096u
#define GGTT		0x800000u

/* Guest memory, which the GGTT maps as it is: tables and ring first, then the halves. */
#define LOW_SIZE	MIB
#define HALF_SIZE	(8 * MIB)
#define DST		MIB
#define SRC		(DST + HALF_SIZE)
#define ALL_SIZE	(SRC + HALF_SIZE)

/**
 * struct gpu - a vGPU with memory
 * @d: the device
 * @mem: ALL_SIZE bytes: guest memory from address 0 on
 */
struct gpu {
	struct dev d;
	uint8_t *mem;
};

void reg_put(struct gpu *g, uint32_t off, uint32_t val);
void put32(struct gpu *g, uint32_t at, uint32_t val);

/* Return: 0 or -errno. */
int dma_map(struct gpu *g, uint64_t iova, uint32_t size);
int dma_unmap(struct gpu *g, uint64_t iova, uint32_t size);

void fill(uint8_t *p, uint32_t size, uint32_t seed);

/* Of a device that is open: memory, and a GGTT that maps it; the device may master the bus. */
void gpu_ready(struct gpu *g);
/* The same, opened without a VM. */
void gpu_begin(struct gpu *g);
void gpu_end(struct gpu *g);

/* Copy @lines of 4 KiB from SRC to DST, once or for ever, and say so in the status page. */
void blit_submit(struct gpu *g, uint32_t lines, bool forever);
/* What was seen does not count: the next copy does. */
void blit_forget(struct gpu *g);
/* Return: has it copied once, within ten seconds? */
bool blit_seen(struct gpu *g);
/* The same, and its context is saved: another may be submitted that is not the same one still. */
bool blit_done(struct gpu *g);

#endif /* KVMGT_TESTS_UAPI_GPU_H */
