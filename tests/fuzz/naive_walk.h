/* SPDX-License-Identifier: GPL-2.0 */
/*
 * naive_walk.h - a second walker of page tables, that remembers nothing
 */
#ifndef KVMGT_TESTS_NAIVE_WALK_H
#define KVMGT_TESTS_NAIVE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct naive_walk - memory and the tables in it
 * @ram: guest memory from address 0 on
 * @ram_size: bytes of it
 * @ggtt: the entries of the GGTT; NULL: a PPGTT is meant
 * @root: its PML4, or its four page directories
 * @levels: 4 or 3
 */
struct naive_walk {
	uint8_t *ram;
	uint32_t ram_size;
	const uint64_t *ggtt;
	uint64_t root[4];
	int levels;
};

enum naive_result {
	NAIVE_OK,
	NAIVE_FAULT,
	NAIVE_OPEN,	/* memory ends in the middle, or what was written is the tables */
};

/* Do it to @w->ram; what may have been done where the result is open is not said. */
enum naive_result naive_walk_rw(const struct naive_walk *w, uint64_t addr, uint8_t *buf,
				uint32_t len, bool write);

#endif /* KVMGT_TESTS_NAIVE_WALK_H */
