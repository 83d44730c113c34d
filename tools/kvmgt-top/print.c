// SPDX-License-Identifier: GPL-2.0
/*
 * print.c - a vGPU's table as text
 */
#include <time.h>

#include "print.h"

/* A count, or how many a second. */
static const char *figure(char *buf, uint64_t n, const struct table *t, bool totals)
{
	double rate = t->seconds > 0 ? n / t->seconds : 0;

	if (totals)
		snprintf(buf, 16, "%llu", (unsigned long long)n);
	else
		snprintf(buf, 16, rate < 9.95 ? "%.1f" : "%.0f", rate);
	return buf;
}

static void print_traffic(char *out, size_t size, const struct traffic *x, const struct table *t,
			  bool totals)
{
	char b[6][16];

	snprintf(out, size, "%9s %9s %9s %9s %9s %9s",
		 figure(b[0], x->kernel_reads + x->user_reads, t, totals),
		 figure(b[1], x->kernel_reads, t, totals), figure(b[2], x->user_reads, t, totals),
		 figure(b[3], x->kernel_writes + x->user_writes, t, totals),
		 figure(b[4], x->kernel_writes, t, totals),
		 figure(b[5], x->user_writes, t, totals));
}

void print_title(char *line, const struct source *s, enum sort_key key, double delay, bool totals)
{
	time_t now = time(NULL);
	struct tm tm;
	char clock[16];

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	snprintf(line, PRINT_WIDTH, "kvmgt-top %s  %u vGPU%s  every %.1f s  by %s  %s", clock,
		 s->nr, s->nr == 1 ? "" : "s", delay, sort_names[key],
		 totals ? "counts so far" : "accesses per second");
}

static void traffic_head(char *out, size_t size, bool totals)
{
	snprintf(out, size, "%9s %9s %9s %9s %9s %9s", totals ? "READS" : "READS/s", "kernel",
		 "user", totals ? "WRITES" : "WRITES/s", "kernel", "user");
}

void print_vgpu_head(char *line, bool totals)
{
	char head[64];

	traffic_head(head, sizeof(head), totals);
	snprintf(line, PRINT_WIDTH, "%-36s %-9s %4s %s", "VGPU", "MODEL", "REGS", head);
}

void print_vgpu(char *line, const struct vgpu *v, const struct table *t, bool totals)
{
	char traffic[112];

	print_traffic(traffic, sizeof(traffic), &t->total, t, totals);
	snprintf(line, PRINT_WIDTH, "%-36.36s %-9.9s %4zu %.63s", v->uuid, v->model, t->nr,
		 traffic);
}

void print_uncounted(char *line, const struct vgpu *v)
{
	unsigned long long shadow = map_size(&v->map, CLASS_SHADOW) >> 10;
	unsigned long long passthrough = map_size(&v->map, CLASS_PASSTHROUGH) >> 10;

	snprintf(line, PRINT_WIDTH,
		 "no exit, not counted where mapped: reads of %llu KiB shadow, all of %llu KiB"
		 " passthrough",
		 shadow, passthrough);
}

void print_row_head(char *line, bool totals)
{
	char head[64];

	traffic_head(head, sizeof(head), totals);
	snprintf(line, PRINT_WIDTH, "%-29s %8s %-11s %s", "REGISTER", "OFFSET", "CLASS", head);
}

void print_row(char *line, const struct row *row, const struct table *t, bool totals)
{
	char traffic[112];

	print_traffic(traffic, sizeof(traffic), &row->traffic, t, totals);
	snprintf(line, PRINT_WIDTH, "%-29.29s %#8x %-11s %.63s", row->name, row->off,
		 class_name(row->class), traffic);
}

void print_table(FILE *out, const struct vgpu *v, const struct table *t, unsigned int top,
		 bool totals)
{
	char line[PRINT_WIDTH];
	size_t i;

	print_vgpu_head(line, totals);
	fprintf(out, "%s\n", line);
	print_vgpu(line, v, t, totals);
	fprintf(out, "%s\n", line);
	print_uncounted(line, v);
	fprintf(out, "%s\n\n", line);
	print_row_head(line, totals);
	fprintf(out, "%s\n", line);
	for (i = 0; i < t->nr && (!top || i < top); i++) {
		print_row(line, &t->rows[i], t, totals);
		fprintf(out, "%s\n", line);
	}
	fprintf(out, "\n");
}
