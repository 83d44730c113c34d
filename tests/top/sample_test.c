// SPDX-License-Identifier: GPL-2.0
/*
 * sample_test.c - what is made of the text of debugfs, and which text is refused
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "sample.h"

#define COUNTERS "register offset vfio_reads vfio_writes reads writes\n"
#define RANGES "region offset size gpa reads writes bytes refused\n"
#define CLASSES "region offset size class\n"

static int counters(struct sample *s, const char *text)
{
	*s = (struct sample){ 0 };
	return sample_parse_counters(s, strdup(text));
}

static int ranges(struct sample *s, const char *text)
{
	char *copy = strdup(text);
	int ret;

	*s = (struct sample){ 0 };
	ret = sample_parse_ranges(s, copy);
	free(copy);
	return ret;
}

static int classes(struct map *map, const char *text)
{
	char *copy = strdup(text);
	int ret;

	*map = (struct map){ 0 };
	ret = map_parse(map, copy);
	free(copy);
	return ret;
}

static void registers_are_read(void)
{
	struct sample s;

	CHECK_EQ(counters(&s, COUNTERS "A 0x0 1 2 3 4\n(unlisted) 0x10 0 0 4294967295 1\n"
				       "FENCE[3] 0x100018 0 5 0 5\n"), 0);
	CHECK_EQ(s.nr_regs, 3);
	CHECK(!strcmp(s.regs[0].name, "A"));
	CHECK_EQ(s.regs[0].vfio_reads, 1);
	CHECK_EQ(s.regs[0].vfio_writes, 2);
	CHECK_EQ(s.regs[0].reads, 3);
	CHECK_EQ(s.regs[0].writes, 4);
	CHECK_EQ(s.regs[1].reads, UINT32_MAX);
	CHECK(!strcmp(s.regs[2].name, "FENCE[3]"));
	CHECK_EQ(s.regs[2].off, 0x100018);
	sample_free(&s);
}

static void nothing_counted_is_no_error(void)
{
	struct sample s;

	CHECK_EQ(counters(&s, COUNTERS), 0);
	CHECK_EQ(s.nr_regs, 0);
	sample_free(&s);
	CHECK_EQ(ranges(&s, RANGES), 0);
	CHECK_EQ(s.nr_ranges, 0);
	sample_free(&s);
}

static void other_forms_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"register offset reads writes\nA 0x0 1 2\n",
		COUNTERS "A 0x0 1 2 3\n",
		COUNTERS "A 0x0 1 2 3 4 5\n",
		COUNTERS "A 0x0 1 2 3 4x\n",
		COUNTERS "A 0x0 1 2 3 4294967296\n",
		COUNTERS "A 0x0 1 2 3 -4\n",
		COUNTERS "A 0x0 1  3 4\n",
		COUNTERS "A\n",
		COUNTERS "\n",
		COUNTERS "A 0x4 1 2 3 4\nB 0x4 1 2 3 4\n",
		COUNTERS "A 0x8 1 2 3 4\nB 0x4 1 2 3 4\n",
	};
	struct sample s;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!CHECK_EQ(-counters(&s, bad[i]), EPROTO))
			printf("# text %zu\n", i);
		sample_free(&s);
	}
	CHECK_EQ(-ranges(&s, RANGES "0 0x0 0x1000 0xfe000000 1 2 3\n"), EPROTO);
	sample_free(&s);
	CHECK_EQ(-ranges(&s, COUNTERS), EPROTO);
	sample_free(&s);
}

static void ranges_are_read(void)
{
	struct sample s;

	CHECK_EQ(ranges(&s, RANGES "2 0x1000 0x2000 0xfe001000 18446744073709551615 2 8 1\n"), 0);
	CHECK_EQ(s.nr_ranges, 1);
	CHECK_EQ(s.ranges[0].region, 2);
	CHECK_EQ(s.ranges[0].off, 0x1000);
	CHECK_EQ(s.ranges[0].size, 0x2000);
	CHECK_EQ(s.ranges[0].gpa, 0xfe001000);
	CHECK_EQ(s.ranges[0].reads, UINT64_MAX);
	CHECK_EQ(s.ranges[0].refused, 1);
	sample_free(&s);
}

static void map_says_who_answers(void)
{
	struct map map;

	CHECK_EQ(classes(&map, CLASSES "0 0x0 0x1000 shadow\n0 0x1000 0x800 emulated\n"
				       "0 0x1800 0x800 userspace\n0 0x2000 0x2000 passthrough\n"), 0);
	CHECK_EQ(map_class(&map, 0, 0), CLASS_SHADOW);
	CHECK_EQ(map_class(&map, 0, 0xfff), CLASS_SHADOW);
	CHECK_EQ(map_class(&map, 0, 0x1000), CLASS_EMULATED);
	CHECK_EQ(map_class(&map, 0, 0x17ff), CLASS_EMULATED);
	CHECK_EQ(map_class(&map, 0, 0x1800), CLASS_USERSPACE);
	CHECK_EQ(map_class(&map, 0, 0x3fff), CLASS_PASSTHROUGH);
	CHECK_EQ(map_class(&map, 0, 0x4000), CLASS_UNKNOWN);
	CHECK_EQ(map_class(&map, 1, 0), CLASS_UNKNOWN);
	CHECK_EQ(map_size(&map, CLASS_PASSTHROUGH), 0x2000);
	CHECK_EQ(map_size(&map, CLASS_SHADOW), 0x1000);
	map_free(&map);
	CHECK_EQ(-classes(&map, CLASSES "0 0x0 0x1000 sideways\n"), EPROTO);
	map_free(&map);
	CHECK_EQ(-classes(&map, CLASSES "0 0x0 shadow\n"), EPROTO);
	map_free(&map);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(registers_are_read),
	KTAP_CASE(nothing_counted_is_no_error),
	KTAP_CASE(other_forms_are_refused),
	KTAP_CASE(ranges_are_read),
	KTAP_CASE(map_says_who_answers),
};

KTAP_MAIN(cases)
