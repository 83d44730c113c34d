// SPDX-License-Identifier: GPL-2.0
/*
 * sample.c - text of debugfs to numbers
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define COUNTERS_HEAD "register offset vfio_reads vfio_writes reads writes"
#define RANGES_HEAD "region offset size gpa reads writes bytes refused"
#define CLASSES_HEAD "region offset size class"

static const char *const class_names[] = {
	[CLASS_UNKNOWN] = "-",		 [CLASS_PASSTHROUGH] = "passthrough",
	[CLASS_SHADOW] = "shadow",	 [CLASS_EMULATED] = "emulated",
	[CLASS_USERSPACE] = "userspace",
};

const char *class_name(enum area_class class)
{
	return class_names[class];
}

/* Cuts the next line off @text; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text;
	char *end;

	if (!*line)
		return NULL;
	end = strchrnul(line, '\n');
	*text = *end ? end + 1 : end;
	*end = 0;
	return line;
}

static bool head_is(char **text, const char *head)
{
	const char *line = next_line(text);

	return line && !strcmp(line, head);
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr + 1;
}

/* Cuts the next word off @line and makes it a number of at most @max. */
static bool next_number(char **line, uint64_t max, uint64_t *value)
{
	char *word = strsep(line, " ");
	char *end;

	if (!word || *word < '0' || *word > '9')
		return false;
	errno = 0;
	*value = strtoull(word, &end, 0);
	return !errno && !*end && *value <= max;
}

static bool parse_numbers(char *line, const uint64_t *max, uint64_t *values, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!next_number(&line, max[i], &values[i]))
			return false;
	return !line;
}

static bool parse_reg(char *line, struct reg_count *reg)
{
	static const uint64_t max[] = { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
					UINT32_MAX };
	uint64_t v[5];

	reg->name = strsep(&line, " ");
	if (!*reg->name || !line || !parse_numbers(line, max, v, 5))
		return false;
	reg->off = v[0];
	reg->vfio_reads = v[1];
	reg->vfio_writes = v[2];
	reg->reads = v[3];
	reg->writes = v[4];
	return true;
}

/**
 * sample_parse_counters - take "counters" apart
 * @s: receives the registers
 * @text: from malloc(); the sample's from now on, whatever is returned
 *
 * Return: 0; -EPROTO for text of another form; -ENOMEM.
 */
int sample_parse_counters(struct sample *s, char *text)
{
	char *line;

	s->text = text;
	s->nr_regs = 0;
	s->regs = calloc(count_lines(text), sizeof(*s->regs));
	if (!s->regs)
		return -ENOMEM;
	if (!head_is(&text, COUNTERS_HEAD))
		return -EPROTO;
	while ((line = next_line(&text))) {
		struct reg_count *reg = &s->regs[s->nr_regs];

		if (!parse_reg(line, reg))
			return -EPROTO;
		if (s->nr_regs && reg->off <= reg[-1].off)
			return -EPROTO;
		s->nr_regs++;
	}
	return 0;
}

/**
 * sample_parse_ranges - take "ranges" apart
 * @s: receives the ranges
 * @text: the text; still the caller's
 *
 * Return: as sample_parse_counters().
 */
int sample_parse_ranges(struct sample *s, char *text)
{
	static const uint64_t max[] = { UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
					UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
	uint64_t v[8];
	char *line;

	s->nr_ranges = 0;
	s->ranges = calloc(count_lines(text), sizeof(*s->ranges));
	if (!s->ranges)
		return -ENOMEM;
	if (!head_is(&text, RANGES_HEAD))
		return -EPROTO;
	while ((line = next_line(&text))) {
		if (!parse_numbers(line, max, v, 8))
			return -EPROTO;
		s->ranges[s->nr_ranges++] = (struct range){
			.region = v[0],
			.off = v[1],
			.size = v[2],
			.gpa = v[3],
			.reads = v[4],
			.writes = v[5],
			.bytes = v[6],
			.refused = v[7],
		};
	}
	return 0;
}

static enum area_class class_by_name(const char *name)
{
	size_t i;

	for (i = 1; i < sizeof(class_names) / sizeof(class_names[0]); i++)
		if (!strcmp(name, class_names[i]))
			return i;
	return CLASS_UNKNOWN;
}

static bool parse_area(char *line, struct area *area)
{
	uint64_t region;

	if (!next_number(&line, UINT32_MAX, &region) ||
	    !next_number(&line, UINT64_MAX, &area->off) ||
	    !next_number(&line, UINT64_MAX, &area->size) || !line)
		return false;
	area->region = region;
	area->class = class_by_name(line);
	return area->class != CLASS_UNKNOWN;
}

/**
 * map_parse - take "classes" apart
 * @map: receives the areas
 * @text: the text; still the caller's
 *
 * Return: as sample_parse_counters().
 */
int map_parse(struct map *map, char *text)
{
	char *line;

	map->nr = 0;
	map->areas = calloc(count_lines(text), sizeof(*map->areas));
	if (!map->areas)
		return -ENOMEM;
	if (!head_is(&text, CLASSES_HEAD))
		return -EPROTO;
	while ((line = next_line(&text)))
		if (!parse_area(line, &map->areas[map->nr++]))
			return -EPROTO;
	return 0;
}

void sample_free(struct sample *s)
{
	free(s->regs);
	free(s->ranges);
	free(s->text);
	*s = (struct sample){ 0 };
}

void map_free(struct map *map)
{
	free(map->areas);
	*map = (struct map){ 0 };
}

enum area_class map_class(const struct map *map, uint32_t region, uint64_t off)
{
	size_t i;

	for (i = 0; i < map->nr; i++) {
		const struct area *a = &map->areas[i];

		if (a->region == region && off >= a->off && off - a->off < a->size)
			return a->class;
	}
	return CLASS_UNKNOWN;
}

uint64_t map_size(const struct map *map, enum area_class class)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < map->nr; i++)
		if (map->areas[i].class == class)
			size += map->areas[i].size;
	return size;
}
