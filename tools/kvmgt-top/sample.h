/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sample.h - what debugfs says of a vGPU at one moment, taken apart
 *
 * Text comes from kvmgt/<uuid>/{counters,ranges,classes}.  Parsers cut the text in
 * place; what they make points into it.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who answers accesses; CLASS_UNKNOWN where the map says nothing. */
enum area_class {
	CLASS_UNKNOWN = 0,
	CLASS_PASSTHROUGH,
	CLASS_SHADOW,
	CLASS_EMULATED,
	CLASS_USERSPACE,
};

/**
 * struct area - a piece of a region and its class
 * @region: index of the VFIO region
 * @off: first byte in the region
 * @size: bytes
 * @class: who answers
 */
struct area {
	uint32_t region;
	uint64_t off;
	uint64_t size;
	enum area_class class;
};

/**
 * struct map - the areas of all regions; constant for the life of a vGPU
 * @areas: sorted by region and offset
 * @nr: entries in @areas
 */
struct map {
	struct area *areas;
	size_t nr;
};

/**
 * struct reg_count - accesses of a register so far; wraps around at 2^32
 * @name: what it is called
 * @off: byte offset in the register BAR
 * @vfio_reads: through the device file
 * @vfio_writes: through the device file
 * @reads: by any path
 * @writes: by any path
 */
struct reg_count {
	const char *name;
	uint32_t off;
	uint32_t vfio_reads;
	uint32_t vfio_writes;
	uint32_t reads;
	uint32_t writes;
};

/**
 * struct range - a piece of a region that the kernel answers, since it was attached
 * @region: index of the VFIO region
 * @off: first byte in the region
 * @size: bytes
 * @gpa: where the guest has it
 * @reads: answered in the kernel
 * @writes: answered in the kernel
 * @bytes: of both
 * @refused: given to userspace
 */
struct range {
	uint32_t region;
	uint64_t off;
	uint64_t size;
	uint64_t gpa;
	uint64_t reads;
	uint64_t writes;
	uint64_t bytes;
	uint64_t refused;
};

/**
 * struct sample - counts of one moment
 * @ns: when, by the monotonic clock
 * @regs: registers that were touched, by rising offset
 * @nr_regs: entries in @regs
 * @ranges: what is attached
 * @nr_ranges: entries in @ranges
 * @text: what @regs points into
 */
struct sample {
	uint64_t ns;
	struct reg_count *regs;
	size_t nr_regs;
	struct range *ranges;
	size_t nr_ranges;
	char *text;
};

/* Return: 0; -EPROTO for text of another form; -ENOMEM. */
int sample_parse_counters(struct sample *s, char *text);
int sample_parse_ranges(struct sample *s, char *text);
int map_parse(struct map *map, char *text);

void sample_free(struct sample *s);
void map_free(struct map *map);

enum area_class map_class(const struct map *map, uint32_t region, uint64_t off);
uint64_t map_size(const struct map *map, enum area_class class);
const char *class_name(enum area_class class);

#endif /* SAMPLE_H */
