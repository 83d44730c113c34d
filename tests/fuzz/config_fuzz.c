// SPDX-License-Identifier: GPL-2.0
/*
 * config_fuzz.c - libFuzzer: configuration space of both models
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

	p = &pairs[data[0] & 1];
	pair_begin(p);
	for (i = 0; i < INPUTS_MAX && size >= 1 + (i + 1) * sizeof(in); i++) {
		memcpy(&in, data + 1 + i * sizeof(in), sizeof(in));
		input_to_op(&in, &op);
		op.kind &= PAIR_WRITE;
		op.len %= 10;
		if (in.what & 0x80) {	/* interrupts show in STATUS */
			op.region = p->n.regs_bar;
			op.off = 0x4c + in.off % 20;
		} else {
			op.region = VGPU_REGION_CONFIG;
			op.off = in.off % (VGPU_CONFIG_SIZE + 8);
		}
		pair_do(p, &op);
	}
	return 0;
}
