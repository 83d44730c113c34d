// SPDX-License-Identifier: GPL-2.0
/*
 * bench.c - how long a loop of accesses takes
 *
 * The loops differ in the access alone and know nothing of what lies behind the
 * address: all paths are measured with the same instructions.  Every sample is
 * reported; statistics are the caller's business.
 */
#include "bare.h"

#define MAX_SAMPLES 256

#define LOOP(name, insn)                            \
	static u64 name(u64 va, u64 n, u64 value)   \
	{                                           \
		u64 start = rdtsc();                \
                                                    \
		asm volatile(".balign 64\n"         \
			     "1:	" insn "\n" \
			     "	dec %0\n"            \
			     "	jnz 1b"              \
			     : "+r"(n), "+a"(value) \
			     : "D"(va)              \
			     : "memory", "cc");     \
		return rdtsc() - start;             \
	}

LOOP(loop_nop, "")
LOOP(loop_read1, "mov (%%rdi), %%al")
LOOP(loop_read2, "mov (%%rdi), %%ax")
LOOP(loop_read4, "mov (%%rdi), %%eax")
LOOP(loop_read8, "mov (%%rdi), %%rax")
LOOP(loop_write1, "mov %%al, (%%rdi)")
LOOP(loop_write2, "mov %%ax, (%%rdi)")
LOOP(loop_write4, "mov %%eax, (%%rdi)")
LOOP(loop_write8, "mov %%rax, (%%rdi)")

/* NULL: there is no such width. */
bench_fn bench_loop(enum bench_op op, u32 width)
{
	static const bench_fn loops[2][4] = {
		{ loop_read1, loop_read2, loop_read4, loop_read8 },
		{ loop_write1, loop_write2, loop_write4, loop_write8 },
	};

	if (op == BENCH_NOP)
		return loop_nop;
	switch (width) {
	case 1:
		return loops[op][0];
	case 2:
		return loops[op][1];
	case 4:
		return loops[op][2];
	case 8:
		return loops[op][3];
	default:
		return NULL;
	}
}

struct bench {
	bench_fn fn;
	u64 va;
	u64 stride;
	u64 n;
	u64 reps;
	u64 value;
	u32 nr_cpus;
	volatile u32 arrived;
	u64 starts[MAX_CPUS][MAX_SAMPLES];
	u64 samples[MAX_CPUS][MAX_SAMPLES];
};

static struct bench bench;

/* rd|wr|nop ADDR W N REPS [VALUE] */
static bool bench_args(char *args, struct bench *b)
{
	const char *op = arg_word(&args);
	enum bench_op what = BENCH_NOP;
	u64 width;

	if (!strcmp(op, "rd"))
		what = BENCH_READ;
	else if (!strcmp(op, "wr"))
		what = BENCH_WRITE;
	else if (strcmp(op, "nop"))
		return false;
	if (!arg_address(&args, &b->va) || !arg_number(&args, &width) ||
	    !arg_number(&args, &b->n) || !arg_number(&args, &b->reps))
		return false;
	if (!arg_number(&args, &b->value))
		b->value = 0;
	b->fn = bench_loop(what, width);
	return b->fn && b->n && b->reps && b->reps <= MAX_SAMPLES;
}

static void bench_worker(struct cpu *c, void *arg)
{
	struct bench *b = arg;
	u32 nr = c - cpus;
	u64 i;

	for (i = 0; i < b->reps; i++) {
		__atomic_fetch_add(&b->arrived, 1, __ATOMIC_ACQ_REL);
		cpu_wait_for(&b->arrived, (i + 1) * b->nr_cpus);
		b->starts[nr][i] = rdtsc();
		b->samples[nr][i] = b->fn(b->va + nr * b->stride, b->n, b->value);
	}
}

/*
 * From the first start to the last end.  All begin together, but a processor that has to share
 * its core begins when it gets its turn.
 */
static u64 bench_span(const struct bench *b, u64 i)
{
	u64 start = b->starts[0][i], end = start + b->samples[0][i];
	u32 nr;

	for (nr = 1; nr < b->nr_cpus; nr++) {
		u64 s = b->starts[nr][i];

		if (s < start)
			start = s;
		if (s + b->samples[nr][i] > end)
			end = s + b->samples[nr][i];
	}
	return end - start;
}

static void bench_run(struct bench *b)
{
	u32 nr;
	u64 i;

	b->arrived = 0;
	for (nr = 1; nr < b->nr_cpus; nr++)
		cpu_start(nr, bench_worker, b);
	bench_worker(&cpus[0], b);
	for (nr = 1; nr < b->nr_cpus; nr++)
		while (cpu_busy(nr))
			cpu_relax();

	out("ok cpus=%u n=%lu samples=", b->nr_cpus, b->n);
	for (i = 0; i < b->reps; i++)
		out("%s%lu", i ? "," : "", b->nr_cpus > 1 ? bench_span(b, i) : b->samples[0][i]);
	out("\n");
}

/* bench rd|wr|nop ADDR W N REPS [VALUE] */
void bench_command(char *args)
{
	bench.nr_cpus = 1;
	bench.stride = 0;
	if (bench_args(args, &bench))
		bench_run(&bench);
	else
		out("err bench rd|wr|nop ADDR W N REPS [VALUE]\n");
}

/* smp CPUS STRIDE rd|wr|nop ADDR W N REPS [VALUE]: processor i at ADDR + i * STRIDE */
void bench_smp_command(char *args)
{
	u64 n;
	u32 nr;

	if (!arg_number(&args, &n) || !n || n > nr_cpus || !arg_number(&args, &bench.stride) ||
	    !bench_args(args, &bench)) {
		out("err smp CPUS STRIDE rd|wr|nop ADDR W N REPS [VALUE]\n");
		return;
	}
	for (nr = 1; nr < n; nr++) {
		if (cpu_busy(nr)) {
			out("err processor %u is busy\n", nr);
			return;
		}
	}
	bench.nr_cpus = n;
	bench_run(&bench);
}
