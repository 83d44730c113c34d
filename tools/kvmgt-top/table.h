/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - what happened between two samples, register by register
 */
#ifndef TABLE_H
#define TABLE_H

#include "sample.h"

/**
 * struct traffic - accesses by path
 * @kernel_reads: answered on the vCPU
 * @user_reads: answered through userspace and the device file
 * @kernel_writes: as reads
 * @user_writes: as reads
 */
struct traffic {
	uint64_t kernel_reads;
	uint64_t user_reads;
	uint64_t kernel_writes;
	uint64_t user_writes;
};

/**
 * struct row - accesses of a register
 * @name: what it is called; the later sample's or the earlier one's
 * @off: byte offset in the register BAR
 * @class: who answers
 * @traffic: what happened
 */
struct row {
	const char *name;
	uint32_t off;
	enum area_class class;
	struct traffic traffic;
};

/**
 * struct table - what happened
 * @seconds: between the samples; 0: since counting began
 * @rows: registers that were accessed
 * @nr: entries in @rows
 * @total: of all rows
 */
struct table {
	double seconds;
	struct row *rows;
	size_t nr;
	struct traffic total;
};

enum sort_key {
	SORT_TOTAL,
	SORT_READS,
	SORT_WRITES,
	SORT_KERNEL,
	SORT_USER,
	SORT_OFFSET,
	SORT_NAME,
	NR_SORT_KEYS,
};

extern const char *const sort_names[NR_SORT_KEYS];

int table_make(struct table *t, const struct sample *before, const struct sample *now,
	       const struct map *map);
void table_sort(struct table *t, enum sort_key key);
void table_free(struct table *t);

bool class_counts_reads(enum area_class class);
bool class_counts_writes(enum area_class class);

#endif /* TABLE_H */
