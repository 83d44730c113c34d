/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pair.h - vgpu-core and the naive model, side by side
 */
#ifndef KVMGT_TESTS_PAIR_H
#define KVMGT_TESTS_PAIR_H

#include "naive.h"
#include "vgpu.h"

#define PAIR_DATA	64	/* bytes of the longest access */

/**
 * struct pair - one device, twice
 * @v: vgpu-core's
 * @n: the naive one
 * @irqs: what the host heard from @v
 * @intx: the level it heard
 * @fresh: registers of @v after a reset
 * @touched: where RAM may be other than 0, for pair_begin()
 * @nr_touched: entries
 * @accesses: made so far
 */
struct pair {
	struct vgpu v;
	struct naive n;
	u32 irqs[4];
	bool intx;
	u32 *fresh;
	u32 touched[256];
	u32 nr_touched;
	u64 accesses;
};

enum pair_kind { PAIR_READ, PAIR_WRITE, PAIR_RESET, PAIR_PLANE };

/* Who gets the access in pieces, as a VMM may cut it. */
enum pair_pieces { PAIR_WHOLE, PAIR_CORE_PIECES, PAIR_NAIVE_PIECES };

/**
 * struct pair_op - one thing to do to both
 * @kind: enum pair_kind
 * @region: index of the region
 * @off: offset in the region
 * @len: bytes, at most PAIR_DATA
 * @pieces: enum pair_pieces; ignored where the access is refused
 * @data: what is written
 */
struct pair_op {
	u32 kind;
	u32 region;
	u64 off;
	u32 len;
	u32 pieces;
	u8 data[PAIR_DATA];
};

void pair_init(struct pair *p, enum naive_model model);
void pair_exit(struct pair *p);

/* Both as new. */
void pair_begin(struct pair *p);

/* Do it to both; print and abort() where they differ. */
void pair_do(struct pair *p, const struct pair_op *op);

/* Compare every register and byte of configuration. */
void pair_compare_all(struct pair *p);

#endif /* KVMGT_TESTS_PAIR_H */
