// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz.c - libFuzzer on the target that FUZZ_TARGET names
 *
 * What it changes in an input are items more often than bytes.  At the end it says how
 * much was done, as soak.c does.
 */
#include <stdio.h>

#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed);

static const struct fuzz_target *target;
static u64 inputs;
static u64 units;

static void finish(void)
{
	target->exit();
	fprintf(stderr, "%llu inputs, %llu %s\n", (unsigned long long)inputs,
		(unsigned long long)units, target->unit);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	target = fuzz_target_find(getenv("FUZZ_TARGET"));
	if (!target) {
		fprintf(stderr, "FUZZ_TARGET names no target\n");
		exit(2);
	}
	atexit(finish);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	inputs++;
	units += target->one(data, size);
	return 0;
}

/* Another item at @at, or one that replaces what is there. */
static size_t item_put(u8 *data, size_t size, size_t max, size_t at)
{
	u8 item[FUZZ_ITEM_MAX];
	u32 len = target->item(data, item);

	if (len > max - at)
		return size;
	if (rnd() % 2) {
		size_t behind = min(size - at, max - at - len);

		memmove(data + at + len, data + at, behind);
		size = at + len + behind;
	}
	memcpy(data + at, item, len);
	return max(size, at + len);
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed)
{
	size_t slots;
	u32 n;

	fuzz_seed(seed);
	if (size < target->head || max < target->head || rnd() % 4 == 0)
		return LLVMFuzzerMutate(data, size, max);
	for (n = rnd() % 4 + 1; n; n--) {
		slots = (size - target->head) / target->align + 1;
		size = item_put(data, size, max, target->head + rnd() % slots * target->align);
	}
	return size;
}
