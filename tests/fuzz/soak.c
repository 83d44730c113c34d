// SPDX-License-Identifier: GPL-2.0
/*
 * soak.c - millions of inputs of a target from a seed
 *
 *	soak TARGET [--units N] [--inputs N] [--seed S]
 *
 * The same seed gives the same inputs.  Ends with abort() at the first finding, else
 * when either number is reached.
 */
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "target.h"

static u64 number(const char *s)
{
	char *end;
	u64 n = strtoull(s, &end, 0);

	if (!*s || *end) {
		fprintf(stderr, "soak: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

static size_t input_make(const struct fuzz_target *t, u8 *data)
{
	u32 items = 1 + rnd() % t->items;
	size_t size = t->head;
	u32 i;

	for (i = 0; i < t->head; i++)
		data[i] = rnd();
	while (items--)
		size += t->item(data, data + size);
	return size;
}

static void soak(const struct fuzz_target *t, u64 max_units, u64 max_inputs, u64 seed)
{
	u8 *data = malloc(t->head + (size_t)t->items * FUZZ_ITEM_MAX);
	u64 units = 0, inputs;
	clock_t start = clock();
	double s;

	if (!data)
		abort();
	fuzz_seed(seed);
	for (inputs = 0; inputs < max_inputs && units < max_units; inputs++)
		units += t->one(data, input_make(t, data));
	s = (double)(clock() - start) / CLOCKS_PER_SEC;
	t->exit();
	free(data);
	printf("seed %llu, %.1f s, %.0f inputs/s\n", (unsigned long long)seed, s, inputs / s);
	printf("%llu inputs, %llu %s\n", (unsigned long long)inputs, (unsigned long long)units,
	       t->unit);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "units", required_argument, NULL, 'u' },
		{ "inputs", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	const struct fuzz_target *t = fuzz_target_find(argv[1]);
	u64 units = UINT64_MAX, inputs = UINT64_MAX, seed = 1;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'u')
			units = number(optarg);
		else if (c == 'n')
			inputs = number(optarg);
		else if (c == 's')
			seed = number(optarg);
		else
			return 2;
	}
	if (!t || (units == UINT64_MAX && inputs == UINT64_MAX)) {
		fprintf(stderr, "soak: which target, and how many of what?\n");
		return 2;
	}
	soak(t, units, inputs, seed);
	return 0;
}
