/* SPDX-License-Identifier: GPL-2.0 */
/*
 * target.h - what is fuzzed, for libFuzzer (fuzz.c) and from a seed (soak.c)
 *
 * An input is a head and then items: accesses, commands, changes of tables.  A target
 * knows how to do an input and how to make an item that means something.
 */
#ifndef KVMGT_TESTS_FUZZ_TARGET_H
#define KVMGT_TESTS_FUZZ_TARGET_H

#include "env.h"

#define FUZZ_ITEM_MAX	512u	/* bytes of the longest item */

/**
 * struct fuzz_target - a part of the core, and its inputs
 * @name: what it is called by
 * @unit: what it counts
 * @head: bytes that an input begins with
 * @align: items are multiples of so many bytes
 * @items: of an input that soak makes, at most
 * @item: writes an item for an input that begins with @head; returns its bytes
 * @one: does an input; ends with abort() at a finding.  Returns how many of its units
 *	that were
 * @exit: gives back what @one made
 */
struct fuzz_target {
	const char *name;
	const char *unit;
	u32 head;
	u32 align;
	u32 items;
	u32 (*item)(const u8 *head, u8 *item);
	u64 (*one)(const u8 *data, size_t size);
	void (*exit)(void);
};

extern const struct fuzz_target pair_target;
extern const struct fuzz_target gen8_cs_target;
extern const struct fuzz_target gen8_mem_target;
extern const struct fuzz_target gen8_exec_target;
extern const struct fuzz_target gen8_port_target;
extern const struct fuzz_target gen8_door_target;

/* Return: NULL where there is none of that name. */
const struct fuzz_target *fuzz_target_find(const char *name);

/* The same seed gives the same numbers. */
void fuzz_seed(u64 seed);
u64 rnd(void);

#endif /* KVMGT_TESTS_FUZZ_TARGET_H */
