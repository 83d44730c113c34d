// SPDX-License-Identifier: GPL-2.0
/*
 * soak.c - millions of accesses from a seed, on the core and on the naive model
 *
 *	soak [--accesses N] [--seed S]
 *
 * The same seed gives the same accesses.  Most go where registers are; the rest
 * anywhere.  Ends with abort() where the two differ.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pair.h"

#define ROUND	10000	/* accesses between two resets of everything */

static u64 state;

static u64 rnd(void)
{
	u64 z;

	state += 0x9e3779b97f4a7c15;
	z = state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static u64 pick_data(void)
{
	switch (rnd() % 8) {
	case 0: return 0;
	case 1: return ~0ull;
	case 2: return 0xbebebebebebebebe;
	case 3: return 0x1e1e1e1e1e1e1e1e;
	case 4: return 1ull << rnd() % 64;
	case 5: return ~(1ull << rnd() % 64);
	default: return rnd();
	}
}

/* Near a register more often than not. */
static u64 pick_register(const struct pair *p)
{
	const struct vgpu_model *m = p->v.model;
	const struct vgpu_reg *r;

	if (rnd() % 8 == 0)
		return rnd() % (m->regs_size + 8);
	r = m->flat[1 + rnd() % (m->nr_flat - 1)];
	return r->off + rnd() % (4 * (r->count ? r->count : 1) + 8) - 4;
}

/* A mode that may be one: width, height, depth, place. */
static void set_mode(struct pair *p)
{
	static const u16 sizes[] = { 63, 64, 65, 96, 128, 200, 1024, 2048, 65535 };
	static const u16 depths[] = { 0, 15, 16, 24, 32, 32, 16, 32 };
	struct pair_op op = { .kind = PAIR_WRITE, .region = p->n.regs_bar, .len = 2 };
	u16 vals[10];
	u32 i;

	vals[1] = sizes[rnd() % ARRAY_SIZE(sizes)];
	vals[2] = sizes[rnd() % ARRAY_SIZE(sizes)];
	vals[3] = depths[rnd() % ARRAY_SIZE(depths)];
	vals[4] = rnd() % 8 ? 0x41 : 0x40;
	vals[5] = 0;
	vals[6] = rnd() % 2 ? vals[1] : rnd();
	vals[7] = rnd();
	vals[8] = rnd() % 4 ? rnd() % 64 : rnd();
	vals[9] = rnd() % 4 ? rnd() % 64 : rnd();
	for (i = 1; i < ARRAY_SIZE(vals); i++) {
		op.off = 0x500 + 2 * i;
		memcpy(op.data, &vals[i], 2);
		pair_do(p, &op);
	}
	op = (struct pair_op){ .kind = PAIR_PLANE, .data[0] = rnd() };
	pair_do(p, &op);
}

static void pick_op(struct pair *p, struct pair_op *op)
{
	u64 data = pick_data();
	u64 where = rnd() % 256;
	u32 i;

	op->kind = rnd() % 2;
	op->pieces = rnd() % 3;
	op->len = 1 + rnd() % 8;
	for (i = 0; i < PAIR_DATA; i++)
		op->data[i] = data >> (8 * (i % 8));

	if (where < 184) {
		op->region = p->n.regs_bar;
		op->off = pick_register(p);
	} else if (where < 232) {
		op->region = VGPU_REGION_CONFIG;
		op->off = rnd() % 4 ? rnd() % 0x60 : rnd() % 264;
	} else if (where < 250) {
		op->region = p->n.ram_bar;
		op->len = 1 + rnd() % PAIR_DATA;
		op->off = rnd() % 2 ? rnd() % 0x10000 : p->n.ram_size - rnd() % (2 * PAIR_DATA);
	} else {
		op->region = rnd() % 16;
		op->len = rnd() % (PAIR_DATA + 1);
		op->off = rnd() >> rnd() % 64;
	}
}

static u64 soak_round(struct pair *p)
{
	struct pair_op op;
	u32 i;

	pair_begin(p);
	op = (struct pair_op){ .kind = PAIR_RESET };
	pair_do(p, &op);
	for (i = 0; i < ROUND; i++) {
		pick_op(p, &op);
		pair_do(p, &op);
		if (i % 2000 == 1999)
			set_mode(p);
	}
	pair_compare_all(p);
	return p->accesses;
}

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

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "accesses", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static struct pair pairs[2];
	u64 want = 10000000, seed = 1, done = 0, rounds = 0;
	clock_t start = clock();
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n')
			want = number(optarg);
		else if (c == 's')
			seed = number(optarg);
		else
			return 2;
	}

	pair_init(&pairs[0], NAIVE_TEST);
	pair_init(&pairs[1], NAIVE_BOCHS);
	state = seed;
	while (done < want)
		done += soak_round(&pairs[rounds++ % 2]);
	pair_exit(&pairs[0]);
	pair_exit(&pairs[1]);

	printf("%llu accesses from seed %llu without a difference, %.1f s\n",
	       (unsigned long long)done, (unsigned long long)seed,
	       (double)(clock() - start) / CLOCKS_PER_SEC);
	return 0;
}
