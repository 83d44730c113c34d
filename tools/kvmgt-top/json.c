// SPDX-License-Identifier: GPL-2.0
/*
 * json.c - tables as JSON
 *
 * Registers have counts of the interval, "seconds" is its length (0: all since
 * counting began).  Ranges have those since they were attached: debugfs does not
 * tell one that was attached anew from what it was before.  The form is in
 * kvmgt-top.1.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "json.h"

struct json {
	json_t *vgpus;
};

/**
 * json_begin - an empty report
 *
 * Return: the report, to be given to json_end(); NULL without memory.
 */
struct json *json_begin(void)
{
	struct json *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->vgpus = json_array();
	if (j->vgpus)
		return j;
	free(j);
	return NULL;
}

static json_t *paths(uint64_t kernel, uint64_t user, bool counted)
{
	return json_pack("{s:I, s:I, s:b}", "kernel", (json_int_t)kernel, "userspace",
			 (json_int_t)user, "all_counted", counted);
}

static json_t *registers(const struct table *t, unsigned int top)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < t->nr && (!top || i < top); i++) {
		const struct row *row = &t->rows[i];
		const struct traffic *x = &row->traffic;

		json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:o, s:o}", "name",
						      row->name, "offset", (json_int_t)row->off,
						      "class", class_name(row->class), "reads",
						      paths(x->kernel_reads, x->user_reads,
							    class_counts_reads(row->class)),
						      "writes",
						      paths(x->kernel_writes, x->user_writes,
							    class_counts_writes(row->class))));
	}
	return list;
}

static json_t *ranges(const struct sample *now)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < now->nr_ranges; i++) {
		const struct range *r = &now->ranges[i];

		json_array_append_new(
			list,
			json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "region",
				  (json_int_t)r->region, "offset", (json_int_t)r->off, "size",
				  (json_int_t)r->size, "gpa", (json_int_t)r->gpa, "reads",
				  (json_int_t)r->reads, "writes", (json_int_t)r->writes, "bytes",
				  (json_int_t)r->bytes, "refused", (json_int_t)r->refused));
	}
	return list;
}

static json_t *classes(const struct map *map)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < map->nr; i++) {
		const struct area *a = &map->areas[i];

		json_array_append_new(
			list, json_pack("{s:I, s:I, s:I, s:s}", "region", (json_int_t)a->region,
					"offset", (json_int_t)a->off, "size", (json_int_t)a->size,
					"class", class_name(a->class)));
	}
	return list;
}

/**
 * json_add - one vGPU more
 * @j: the report
 * @v: the vGPU
 * @t: what happened
 * @top: registers at most; 0: all
 *
 * Return: 0 or -ENOMEM.
 */
int json_add(struct json *j, const struct vgpu *v, const struct table *t, unsigned int top)
{
	const struct traffic *x = &t->total;
	json_t *o = json_pack("{s:s, s:s, s:f, s:I, s:{s:I, s:I}, s:{s:I, s:I}, s:o, s:o, s:o}",
			      "uuid", v->uuid, "model", v->model, "seconds", t->seconds, "touched",
			      (json_int_t)t->nr, "reads", "kernel", (json_int_t)x->kernel_reads,
			      "userspace", (json_int_t)x->user_reads, "writes", "kernel",
			      (json_int_t)x->kernel_writes, "userspace", (json_int_t)x->user_writes,
			      "registers", registers(t, top), "ranges", ranges(&v->now), "classes",
			      classes(&v->map));

	return o && !json_array_append_new(j->vgpus, o) ? 0 : -ENOMEM;
}

/**
 * json_end - write the report as one line, and free it
 * @j: the report
 * @out: where to
 *
 * Return: 0 or -EIO.
 */
int json_end(struct json *j, FILE *out)
{
	json_t *o = json_pack("{s:i, s:o}", "version", 1, "vgpus", j->vgpus);
	int ret = o ? json_dumpf(o, out, JSON_COMPACT | JSON_REAL_PRECISION(9)) : -1;

	if (!ret)
		ret = fputc('\n', out) == EOF || fflush(out) ? -1 : 0;
	json_decref(o);
	free(j);
	return ret ? -EIO : 0;
}
