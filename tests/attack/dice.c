// SPDX-License-Identifier: GPL-2.0
/*
 * dice.c - what the environment says of an attack: seed and length
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "dice.h"

#define SECONDS 20

uint64_t attack_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

uint64_t attack_seed(void)
{
	const char *text = getenv("KVMGT_ATTACK_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 0;

	if (!seed)
		seed = (uint64_t)time(NULL) << 20 ^ attack_now() ^ getpid();
	printf("# seed %" PRIu64 " (KVMGT_ATTACK_SEED)\n", seed);
	fflush(stdout);
	return seed;
}

unsigned int attack_seconds(void)
{
	const char *text = getenv("KVMGT_ATTACK_SECONDS");

	return text ? strtoul(text, NULL, 0) : SECONDS;
}

unsigned int attack_slow(void)
{
	const char *text = getenv("KVMGT_SLOW");

	return text ? strtoul(text, NULL, 0) : 1;
}
