/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dice.h - chance that can be had again: the same seed, the same numbers
 */
#ifndef KVMGT_TESTS_DICE_H
#define KVMGT_TESTS_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct dice - a generator of one thread (splitmix64)
 * @state: where it is
 */
struct dice {
	uint64_t state;
};

static inline uint64_t dice_u64(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 to @n - 1 */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
	return (dice_u64(d) >> 32) * n >> 32;
}

static inline bool dice_one_in(struct dice *d, uint32_t n)
{
	return !dice_below(d, n);
}

/* A number as bugs like them: small, a power of two and around it, all ones, or any. */
static inline uint64_t dice_odd(struct dice *d)
{
	switch (dice_below(d, 8)) {
	case 0:
		return dice_u64(d);
	case 1:
		return ~0ull >> dice_below(d, 64);
	case 2:
	case 3:
		return (1ull << dice_below(d, 48)) + dice_below(d, 3) - 1;
	case 4:
		return 0ull - dice_below(d, 4096);
	default:
		return dice_below(d, 24);
	}
}

static inline void dice_fill(struct dice *d, void *p, size_t n)
{
	uint8_t *at = p;

	while (n--)
		*at++ = dice_u64(d);
}

/* From the environment: KVMGT_ATTACK_SEED, or one of the time; it is printed. */
uint64_t attack_seed(void);
/* KVMGT_ATTACK_SECONDS, or 20. */
unsigned int attack_seconds(void);
/* KVMGT_SLOW: by what the host is slower, at most, than one with a stock kernel. */
unsigned int attack_slow(void);
/* Nanoseconds, for telling how long it is. */
uint64_t attack_now(void);

#endif /* KVMGT_TESTS_DICE_H */
