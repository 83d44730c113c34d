// SPDX-License-Identifier: GPL-2.0
/*
 * table_test.c - differences of samples: wraps, registers that come and go, sorting
 */
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "table.h"

static struct area areas[] = {
	{ 0, 0, 0x1000, CLASS_SHADOW },
	{ 0, 0x1000, 0x1000, CLASS_EMULATED },
};
static const struct map map = { areas, 2 };

static struct reg_count before_regs[] = {
	/* name, offset, through the file: reads, writes, all: reads, writes */
	{ "A", 0x0, 0, 0, 10, 0 },
	{ "B", 0x4, UINT32_MAX, 0, UINT32_MAX, 5 },
	{ "GONE", 0x10, 0, 0, UINT32_MAX, 0 },
	{ "IDLE", 0x14, 1, 1, 2, 2 },
};
static struct reg_count now_regs[] = {
	{ "A", 0x0, 3, 0, 20, 0 },
	{ "B", 0x4, 1, 1, 7, 6 },
	{ "NEW", 0x8, 0, 2, 0, 2 },
	{ "IDLE", 0x14, 1, 1, 2, 2 },
	{ "LAST", 0x1000, 0, 0, 1, 0 },
};
static const struct sample before = { .ns = 1000000000, .regs = before_regs, .nr_regs = 4 };
static const struct sample now = { .ns = 3500000000, .regs = now_regs, .nr_regs = 5 };

static void row_is(const struct row *row, const char *name, uint64_t kernel_reads,
		   uint64_t user_reads, uint64_t kernel_writes, uint64_t user_writes)
{
	if (!CHECK(!strcmp(row->name, name)))
		printf("# %s, not %s\n", row->name, name);
	CHECK_EQ(row->traffic.kernel_reads, kernel_reads);
	CHECK_EQ(row->traffic.user_reads, user_reads);
	CHECK_EQ(row->traffic.kernel_writes, kernel_writes);
	CHECK_EQ(row->traffic.user_writes, user_writes);
}

static void differences_by_path(void)
{
	struct table t;

	CHECK_EQ(table_make(&t, &before, &now, &map), 0);
	CHECK_EQ((uint64_t)(t.seconds * 1000), 2500);
	if (CHECK_EQ(t.nr, 5)) {
		row_is(&t.rows[0], "A", 7, 3, 0, 0);
		row_is(&t.rows[1], "B", 6, 2, 0, 1);	/* both wrapped */
		row_is(&t.rows[2], "NEW", 0, 0, 0, 2);
		row_is(&t.rows[3], "GONE", 1, 0, 0, 0);	/* wrapped to 0 */
		row_is(&t.rows[4], "LAST", 1, 0, 0, 0);
		CHECK_EQ(t.rows[3].off, 0x10);
		CHECK_EQ(t.rows[0].class, CLASS_SHADOW);
		CHECK_EQ(t.rows[4].class, CLASS_EMULATED);
	}
	CHECK_EQ(t.total.kernel_reads, 15);
	CHECK_EQ(t.total.user_reads, 5);
	CHECK_EQ(t.total.kernel_writes, 0);
	CHECK_EQ(t.total.user_writes, 3);
	table_free(&t);
}

static void first_sample_counts_from_zero(void)
{
	static const struct map none;
	struct table t;

	CHECK_EQ(table_make(&t, NULL, &now, &none), 0);
	CHECK(t.seconds == 0);
	if (CHECK_EQ(t.nr, 5)) {
		row_is(&t.rows[0], "A", 17, 3, 0, 0);
		row_is(&t.rows[3], "IDLE", 1, 1, 1, 1);
		CHECK_EQ(t.rows[0].class, CLASS_UNKNOWN);
	}
	table_free(&t);
}

static void nothing_happened(void)
{
	struct table t;

	CHECK_EQ(table_make(&t, &now, &now, &map), 0);
	CHECK_EQ(t.nr, 0);
	table_sort(&t, SORT_TOTAL);
	table_free(&t);
}

static void order_is(enum sort_key key, const char *want)
{
	char got[64] = "";
	struct table t;
	size_t i;

	CHECK_EQ(table_make(&t, &before, &now, &map), 0);
	table_sort(&t, key);
	for (i = 0; i < t.nr && i < 8; i++) {
		strcat(got, t.rows[i].name);
		strcat(got, " ");
	}
	if (!CHECK(!strcmp(got, want)))
		printf("# by %s: %s, not %s\n", sort_names[key], got, want);
	table_free(&t);
}

static void sorting(void)
{
	order_is(SORT_TOTAL, "A B NEW GONE LAST ");
	order_is(SORT_READS, "A B GONE LAST NEW ");
	order_is(SORT_WRITES, "NEW B A GONE LAST ");
	order_is(SORT_KERNEL, "A B GONE LAST NEW ");
	order_is(SORT_USER, "A B NEW GONE LAST ");
	order_is(SORT_OFFSET, "A B NEW GONE LAST ");
	order_is(SORT_NAME, "A B GONE LAST NEW ");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(differences_by_path),
	KTAP_CASE(first_sample_counts_from_zero),
	KTAP_CASE(nothing_happened),
	KTAP_CASE(sorting),
};

KTAP_MAIN(cases)
