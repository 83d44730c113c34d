// SPDX-License-Identifier: GPL-2.0
/*
 * target.c - the list of targets, and the numbers that make their inputs
 */
#include "target.h"

static const struct fuzz_target *const targets[] = {
	&pair_target,
	&gen8_cs_target,
	&gen8_mem_target,
	&gen8_exec_target,
	&gen8_port_target,
	&gen8_door_target,
};

static u64 state;

const struct fuzz_target *fuzz_target_find(const char *name)
{
	u32 i;

	for (i = 0; name && i < ARRAY_SIZE(targets); i++)
		if (!strcmp(targets[i]->name, name))
			return targets[i];
	return NULL;
}

void fuzz_seed(u64 seed)
{
	state = seed;
}

u64 rnd(void)
{
	u64 z;

	state += 0x9e3779b97f4a7c15;
	z = state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}
