// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_soak.c - millions of batches and page tables from a seed, on the engines
 *
 *	gen8_soak [--inputs N] [--seed S]
 *
 * The same seed gives the same inputs.  Most commands have the right length and
 * addresses where something is; the rest is noise.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen8_guest.h"

static u64 state;
static u32 input[512];
static u32 used;

static u64 rnd(void)
{
	u64 z;

	state += 0x9e3779b97f4a7c15;
	z = state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void add(u32 dword)
{
	if (used < ARRAY_SIZE(input))
		input[used++] = dword;
}

static void add_addr(void)
{
	if (rnd() % 16) {
		add((rnd() % 2 ? FUZZ_DATA : FUZZ_BATCH) + rnd() % 0x4000);
		add(0);
	} else {
		add(rnd());
		add(rnd() % 2 ? 0 : rnd());
	}
}

static void add_any(u32 n)
{
	while (n--)
		add(rnd() % 4 ? rnd() % 64 : rnd());
}

static u32 any_register(void)
{
	static const u32 ring[] = { 0x2000, 0x12000, 0x22000, 0x1a000 };

	return rnd() % 8 ? ring[rnd() % 4] + (rnd() % 0x800 & ~3u) : rnd();
}

/* Opcode, dwords in all, where an address is (0: nowhere). */
static const struct {
	u8 op, len, addr;
} mi[] = {
	{ 0x00, 1, 0 }, { 0x01, 1, 0 }, { 0x02, 1, 0 }, { 0x05, 1, 0 }, { 0x07, 1, 0 },
	{ 0x08, 1, 0 }, { 0x0a, 1, 0 }, { 0x0c, 1, 0 }, { 0x1c, 4, 2 }, { 0x20, 4, 1 },
	{ 0x20, 5, 1 }, { 0x21, 3, 0 }, { 0x26, 4, 1 }, { 0x26, 5, 1 }, { 0x2e, 5, 1 },
	{ 0x2f, 3, 1 }, { 0x2f, 11, 1 }, { 0x31, 3, 1 }, { 0x36, 4, 2 },
};

static void add_mi(void)
{
	u32 i = rnd() % ARRAY_SIZE(mi), n = mi[i].len;
	u32 flags = rnd() % 2 ? 0 : rnd() & 0x7fff00;
	u32 at;

	add((u32)mi[i].op << 23 | flags | (n > 1 ? n - 2 : rnd() & 0xff));
	for (at = 1; at < n; at++)
		if (at == mi[i].addr) {
			add_addr();
			at++;
		} else {
			add_any(1);
		}
}

static void add_register(void)
{
	u32 n;

	switch (rnd() % 4) {
	case 0:
		n = 1 + rnd() % 4;
		add(0x11000000 | (2 * n - 1) | (rnd() % 4 ? 0 : (rnd() & 15) << 8));
		while (n--) {
			add(any_register());
			add_any(1);
		}
		break;
	case 1:
		add((rnd() % 2 ? 0x12000002 : 0x14800002) | (rnd() & 0x600000));
		add(any_register());
		add_addr();
		break;
	case 2:
		add(0x15000001);
		add(any_register());
		add(any_register());
		break;
	default:
		n = 1 + rnd() % 8;
		add(0x0d000000 | (n - 1));
		while (n--)
			add((u32)(rnd() % 2 ? 0x80 : 0x100 + rnd() % 0x85) << 20 |
			    (rnd() % 0x35) << 10 | rnd() % 0x35);
	}
}

static u32 corner(void)
{
	u32 far = rnd() % 16 ? 64 : 65536;

	return (u32)(rnd() % far) << 16 | (u32)(rnd() % far);
}

static void add_blit(void)
{
	static const u32 ops[] = { 0x50 << 22 | 5, 0x53 << 22 | 8, 0x42 << 22 | 8 };
	u32 op = rnd() % 3;

	add(2u << 29 | ops[op] | (rnd() & 0x30e800));
	add((u32)(rnd() % 8) << 24 | (u32)(rnd() % 4 ? 0xcc : rnd() & 0xff) << 16 |
	    (rnd() % 4 ? 256u << rnd() % 4 : rnd() & 0xffff));
	add(corner());
	add(corner());
	add_addr();
	if (!op) {
		add_any(1);
		return;
	}
	add(corner());
	add(rnd() % 4 ? 256u << rnd() % 4 : rnd() & 0xffff);
	add_addr();
}

static void add_pipeline(void)
{
	if (rnd() % 2) {
		add(0x7a000004);
		add(rnd());
		add_addr();
		add_any(2);
	} else {
		u32 n = 2 + rnd() % 6;

		add(0x78000000 | (u32)(rnd() & 0x1ff0000) | (n - 2));
		add_any(n - 1);
	}
}

static size_t commands(void)
{
	u32 engine = rnd() & 3;
	u32 n = 1 + rnd() % 24;

	used = 0;
	while (n--)
		switch (rnd() % 8) {
		case 0:
		case 1:
		case 2:
			add_mi();
			break;
		case 3:
		case 4:
			add_register();
			break;
		case 5:
		case 6:
			if (engine == GEN8_BCS)
				add_blit();
			else
				add_pipeline();
			break;
		default:
			add_any(rnd() % 8 ? 0 : 1);
		}
	add(0x05000000);
	return engine;
}

static void one_cs(struct fuzz_guest *g)
{
	static u8 bytes[2 + sizeof(input)];
	u32 engine = commands();

	bytes[0] = engine | (rnd() & 0xfc);
	bytes[1] = rnd() % 8 ? 0x19 : rnd();
	memcpy(bytes + 2, input, 4 * used);
	gen8_cs_one(g, bytes, 2 + 4 * used);
}

/* Entries that lead somewhere, with any flags. */
static void one_mem(struct fuzz_guest *g)
{
	u64 ops[3 * 16];
	u32 i;

	for (i = 0; i < 16; i++) {
		ops[3 * i] = (rnd() & 0x3fff) << 32 | (rnd() & 0x07ff) << 16 | (rnd() & 0xff);
		ops[3 * i + 1] = rnd() % 4 ? rnd() % FUZZ_RAM : rnd();
		ops[3 * i + 2] = rnd() % 4 ? (rnd() % FUZZ_RAM & ~0xfffull) | (rnd() & 0x883) | 1 :
					     rnd();
	}
	gen8_mem_one(g, (const u8 *)ops, sizeof(ops));
}

static u64 number(const char *s)
{
	char *end;
	u64 n = strtoull(s, &end, 0);

	if (!*s || *end) {
		fprintf(stderr, "gen8_soak: not a number: %s\n", s);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "inputs", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static struct fuzz_guest g;
	u64 want = 1000000, seed = 1, i;
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

	state = seed;
	for (i = 0; i < want; i++)
		if (rnd() % 4)
			one_cs(&g);
		else
			one_mem(&g);
	fuzz_guest_exit(&g);

	printf("%llu inputs from seed %llu, %.1f s\n", (unsigned long long)want,
	       (unsigned long long)seed, (double)(clock() - start) / CLOCKS_PER_SEC);
	return 0;
}
