// SPDX-License-Identifier: GPL-2.0
/*
 * mmio_fuzz.c - libFuzzer: the register BAR of both models
 */
#include "input.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct pair pairs[2];
	struct pair *p;
	struct input in;
	struct pair_op op;
	size_t i;

	if (!pairs[0].v.regs) {
		pair_init(&pairs[0], NAIVE_TEST);
		pair_init(&pairs[1], NAIVE_BOCHS);
	}
	if (!size)
		return 0;

	/* the first byte: which model; then accesses near what it has */
	p = &pairs[data[0] & 1];
	pair_begin(p);
	for (i = 0; i < INPUTS_MAX && size >= 1 + (i + 1) * sizeof(in); i++) {
		memcpy(&in, data + 1 + i * sizeof(in), sizeof(in));
		input_to_op(&in, &op);
		op.kind &= PAIR_WRITE;
		op.region = p->n.regs_bar;
		op.len %= 10;
		op.off = in.off % (p->n.size + 8);
		pair_do(p, &op);
	}
	if (i % 8 == 7)
		pair_compare_all(p);
	return 0;
}
