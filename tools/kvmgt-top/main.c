// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - kvmgt-top: which registers of a vGPU are accessed how often, by which path
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "print.h"
#include "view.h"

enum mode { MODE_VIEW, MODE_BATCH, MODE_JSON };

/**
 * struct options - the command line
 * @mode: where the result goes
 * @view: how it looks
 * @iterations: reports until the end; 0: until a signal
 * @top: registers per vGPU; 0: all
 */
struct options {
	enum mode mode;
	struct view view;
	unsigned int iterations;
	unsigned int top;
};

static volatile sig_atomic_t stop;

static const char usage[] =
	"usage: kvmgt-top [options]\n"
	"Which registers of each vGPU are accessed how often, in the kernel or through userspace.\n"
	"\n"
	"  -b, --batch            text to standard output, no terminal needed\n"
	"  -j, --json             one JSON object to standard output, then the end\n"
	"  -d, --seconds N        length of an interval (default 1); a signal ends it early\n"
	"  -n, --iterations N     number of intervals (default: 1 with --json, else no end)\n"
	"  -u, --uuid PREFIX      only vGPUs whose UUID begins so\n"
	"  -s, --sort KEY         total, reads, writes, kernel, user, offset or name\n"
	"  -t, --top N            at most N registers of each vGPU\n"
	"  -c, --counts           counts since counting began, not those of an interval\n"
	"      --debugfs DIR      where debugfs is mounted (default /sys/kernel/debug)\n"
	"  -h, --help             this text\n"
	"\n"
	"Counting costs nothing while neither kvmgt-top nor anybody else counts.  See kvmgt-top(1).\n";

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void bad_option(const char *what, const char *value)
{
	fprintf(stderr, "kvmgt-top: %s: %s\nTry kvmgt-top --help.\n", what, value);
	exit(2);
}

static double parse_seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value < 0.05 || value > 1e6)
		bad_option("not a number of seconds from 0.05 to 1000000", text);
	return value;
}

static unsigned int parse_count(const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || errno || *end || !value || value > 1000000000)
		bad_option("not a number from 1 to 1000000000", text);
	return value;
}

static enum sort_key parse_key(const char *text)
{
	int i;

	for (i = 0; i < NR_SORT_KEYS; i++)
		if (!strcmp(text, sort_names[i]))
			return i;
	bad_option("not a sort key (total, reads, writes, kernel, user, offset, name)", text);
	return SORT_TOTAL;
}

enum { OPTION_DEBUGFS = 256 };

static const struct option long_options[] = {
	{ "batch", no_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'j' },
	{ "seconds", required_argument, NULL, 'd' },
	{ "delay", required_argument, NULL, 'd' },
	{ "iterations", required_argument, NULL, 'n' },
	{ "uuid", required_argument, NULL, 'u' },
	{ "sort", required_argument, NULL, 's' },
	{ "top", required_argument, NULL, 't' },
	{ "counts", no_argument, NULL, 'c' },
	{ "debugfs", required_argument, NULL, OPTION_DEBUGFS },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void parse_option(int c, struct options *o, struct source *s)
{
	switch (c) {
	case 'b':
		o->mode = MODE_BATCH;
		break;
	case 'j':
		o->mode = MODE_JSON;
		break;
	case 'd':
		o->view.delay = parse_seconds(optarg);
		break;
	case 'n':
		o->iterations = parse_count(optarg);
		break;
	case 'u':
		s->filter = optarg;
		break;
	case 's':
		o->view.key = parse_key(optarg);
		break;
	case 't':
		o->top = parse_count(optarg);
		break;
	case 'c':
		o->view.totals = true;
		break;
	case OPTION_DEBUGFS:
		s->debugfs = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs("Try kvmgt-top --help.\n", stderr);
		exit(2);
	}
}

static void parse_options(int argc, char **argv, struct options *o, struct source *s)
{
	int c;

	while ((c = getopt_long(argc, argv, "bjd:n:u:s:t:ch", long_options, NULL)) != -1)
		parse_option(c, o, s);
	if (optind < argc)
		bad_option("unexpected argument", argv[optind]);
	if (o->mode == MODE_JSON && !o->iterations)
		o->iterations = 1;
}

/* A vGPU that has come since the last report has no interval yet. */
static bool has_interval(const struct options *o, const struct vgpu *v)
{
	return o->view.totals || v->before.text;
}

static int report_vgpu(const struct options *o, const struct vgpu *v, struct json *json)
{
	const struct sample *before = o->view.totals ? NULL : &v->before;
	struct table t;
	int ret = table_make(&t, before, &v->now, &v->map);

	if (ret)
		return ret;
	table_sort(&t, o->view.key);
	if (json)
		ret = json_add(json, v, &t, o->top);
	else
		print_table(stdout, v, &t, o->top, o->view.totals);
	table_free(&t);
	return ret;
}

static int report(const struct options *o, const struct source *s)
{
	struct json *json = o->mode == MODE_JSON ? json_begin() : NULL;
	char line[PRINT_WIDTH];
	const struct vgpu *v;
	int ret = o->mode == MODE_JSON && !json ? -ENOMEM : 0;

	if (o->mode == MODE_BATCH) {
		print_title(line, s, o->view.key, o->view.delay, o->view.totals);
		printf("%s\n", line);
	}
	for (v = s->vgpus; v && !ret; v = v->next)
		if (has_interval(o, v))
			ret = report_vgpu(o, v, json);
	if (json) {
		int end = json_end(json, stdout);

		ret = ret ?: end;
	}
	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = -EIO;
	if (ret)
		fprintf(stderr, "kvmgt-top: cannot report: %s\n", strerror(-ret));
	return ret;
}

static void interval(double seconds)
{
	struct timespec t = { .tv_sec = (time_t)seconds };

	t.tv_nsec = (seconds - t.tv_sec) * 1e9;
	/* A signal that comes before is seen at the latest after it. */
	while (!stop && nanosleep(&t, &t) && errno == EINTR)
		;
}

static int failed(const char *what)
{
	fprintf(stderr, "kvmgt-top: %s\n", what);
	return 1;
}

static int run_reports(const struct options *o, struct source *s)
{
	unsigned int i;

	for (i = 0; (!o->iterations || i < o->iterations) && !stop; i++) {
		interval(o->view.delay);
		if (source_sample(s))
			return failed(s->error);
		if (!s->nr)
			return failed("the last vGPU is gone");
		if (report(o, s))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .view = { .delay = 1 } };
	struct source s = { 0 };
	int ret;

	parse_options(argc, argv, &o, &s);
	catch_signals();
	if (source_open(&s)) {
		ret = failed(s.error);
	} else if (o.mode != MODE_VIEW) {
		ret = run_reports(&o, &s);
	} else if (!isatty(0) || !isatty(1)) {
		ret = failed("not a terminal: try --batch or --json");
	} else {
		ret = view_run(&o.view, &s, &stop);
		if (s.error[0])
			failed(s.error);
	}
	source_close(&s);
	return ret;
}
