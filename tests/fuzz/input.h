/* SPDX-License-Identifier: GPL-2.0 */
/*
 * input.h - how bytes of a fuzzer become things to do
 */
#ifndef KVMGT_TESTS_INPUT_H
#define KVMGT_TESTS_INPUT_H

#include "pair.h"

/**
 * struct input - one thing to do, as a fuzzer writes it
 * @what: bits 0-1: enum pair_kind; bits 2-3: enum pair_pieces; bits 4-7: region
 * @len: bytes
 * @high: bits 32-47 of the offset
 * @off: the offset
 * @data: what is written, repeated
 */
struct input {
	u8 what;
	u8 len;
	u16 high;
	u32 off;
	u8 data[8];
};

_Static_assert(sizeof(struct input) == 16, "no padding");

#define INPUTS_MAX	128	/* per run: more makes runs long and no better */

static inline void input_to_op(const struct input *in, struct pair_op *op)
{
	u32 i;

	op->kind = in->what & 3;
	op->pieces = (in->what >> 2 & 3) % 3;
	op->region = in->what >> 4;
	op->len = in->len % (PAIR_DATA + 1);
	op->off = (u64)in->high << 32 | in->off;
	for (i = 0; i < PAIR_DATA; i++)
		op->data[i] = in->data[i % 8];
}

#endif /* KVMGT_TESTS_INPUT_H */
