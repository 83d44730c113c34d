// SPDX-License-Identifier: GPL-2.0
/*
 * table.c - differences of samples; sorting
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

const char *const sort_names[NR_SORT_KEYS] = {
	[SORT_TOTAL] = "total",	  [SORT_READS] = "reads", [SORT_WRITES] = "writes",
	[SORT_KERNEL] = "kernel", [SORT_USER] = "user",	  [SORT_OFFSET] = "offset",
	[SORT_NAME] = "name",
};

/* Counters are of 32 bits and wrap: so do the differences, and come out right. */
static struct traffic traffic_between(const struct reg_count *a, const struct reg_count *b)
{
	uint32_t vfio_reads = b->vfio_reads - a->vfio_reads;
	uint32_t vfio_writes = b->vfio_writes - a->vfio_writes;
	uint32_t reads = b->reads - a->reads;
	uint32_t writes = b->writes - a->writes;

	return (struct traffic){
		.kernel_reads = (uint32_t)(reads - vfio_reads),
		.user_reads = vfio_reads,
		.kernel_writes = (uint32_t)(writes - vfio_writes),
		.user_writes = vfio_writes,
	};
}

static uint64_t reads_of(const struct traffic *t)
{
	return t->kernel_reads + t->user_reads;
}

static uint64_t writes_of(const struct traffic *t)
{
	return t->kernel_writes + t->user_writes;
}

static void table_add(struct table *t, const struct reg_count *a, const struct reg_count *b,
		      const char *name, const struct map *map)
{
	struct row *row = &t->rows[t->nr];

	row->traffic = traffic_between(a, b);
	if (!reads_of(&row->traffic) && !writes_of(&row->traffic))
		return;
	row->name = name;
	row->off = a->name ? a->off : b->off;
	/* Only one region has registers, and only its map is there. */
	row->class = map->nr ? map_class(map, map->areas[0].region, row->off) : CLASS_UNKNOWN;
	t->total.kernel_reads += row->traffic.kernel_reads;
	t->total.user_reads += row->traffic.user_reads;
	t->total.kernel_writes += row->traffic.kernel_writes;
	t->total.user_writes += row->traffic.user_writes;
	t->nr++;
}

/**
 * table_make - what happened between two samples
 * @t: receives the rows, by rising offset; names are the samples'
 * @before: the earlier sample of the same vGPU; NULL: all counts were 0 then
 * @now: the later one
 * @map: the vGPU's map
 *
 * A register that a sample does not have was not touched, or wrapped to 0.
 *
 * Return: 0 or -ENOMEM.
 */
int table_make(struct table *t, const struct sample *before, const struct sample *now,
	       const struct map *map)
{
	static const struct sample empty;
	static const struct reg_count zero;
	size_t i = 0, j = 0;

	*t = (struct table){ .seconds = before ? (now->ns - before->ns) / 1e9 : 0 };
	before = before ?: &empty;
	t->rows = calloc(before->nr_regs + now->nr_regs + 1, sizeof(*t->rows));
	if (!t->rows)
		return -ENOMEM;

	while (i < before->nr_regs || j < now->nr_regs) {
		const struct reg_count *a = i < before->nr_regs ? &before->regs[i] : NULL;
		const struct reg_count *b = j < now->nr_regs ? &now->regs[j] : NULL;

		if (a && (!b || a->off < b->off)) {
			table_add(t, a, &zero, a->name, map);
			i++;
		} else if (b && (!a || b->off < a->off)) {
			table_add(t, &zero, b, b->name, map);
			j++;
		} else {
			table_add(t, a, b, b->name, map);
			i++;
			j++;
		}
	}
	return 0;
}

static uint64_t sort_value(const struct row *row, enum sort_key key)
{
	const struct traffic *t = &row->traffic;

	switch (key) {
	case SORT_READS:
		return reads_of(t);
	case SORT_WRITES:
		return writes_of(t);
	case SORT_KERNEL:
		return t->kernel_reads + t->kernel_writes;
	case SORT_USER:
		return t->user_reads + t->user_writes;
	case SORT_TOTAL:
		return reads_of(t) + writes_of(t);
	default:
		return 0;
	}
}

static int row_compare(const void *pa, const void *pb, void *pkey)
{
	const struct row *a = pa, *b = pb;
	enum sort_key key = *(enum sort_key *)pkey;
	uint64_t va = sort_value(a, key), vb = sort_value(b, key);
	int ret = key == SORT_NAME ? strcmp(a->name, b->name) : 0;

	if (va != vb)
		return va < vb ? 1 : -1;
	return ret ?: (a->off > b->off) - (a->off < b->off);
}

/**
 * table_sort - the most first; offsets and names rising
 * @t: the table
 * @key: what counts; equal rows go by offset
 */
void table_sort(struct table *t, enum sort_key key)
{
	qsort_r(t->rows, t->nr, sizeof(*t->rows), row_compare, &key);
}

void table_free(struct table *t)
{
	free(t->rows);
	*t = (struct table){ 0 };
}

/* Where an access needs no exit, nobody sees it. */
bool class_counts_reads(enum area_class class)
{
	return class != CLASS_SHADOW && class != CLASS_PASSTHROUGH;
}

bool class_counts_writes(enum area_class class)
{
	return class != CLASS_PASSTHROUGH;
}
