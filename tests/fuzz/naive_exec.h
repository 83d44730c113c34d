/* SPDX-License-Identifier: GPL-2.0 */
/*
 * naive_exec.h - a second engine: execlists, context images and status buffers
 *
 * Its contexts run what is known here as steps, until each is done or waits.  Knows nothing
 * of vgpu-core.
 */
#ifndef KVMGT_TESTS_NAIVE_EXEC_H
#define KVMGT_TESTS_NAIVE_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_CONTEXTS	4
#define NAIVE_WORDS	16
#define NAIVE_STEPS	512

enum naive_step {
	STEP_NOOP,
	STEP_STORE,	/* @val to @word */
	STEP_USER,	/* an interrupt */
	STEP_WAIT,	/* until @word is @val or more */
	STEP_ARB_ON,
	STEP_ARB_OFF,
	STEP_BAD,
	NR_STEPS,
};

/**
 * struct naive_command - a command in a ring
 * @step: enum naive_step
 * @word: of memory
 * @val: a value
 * @end: offset in the ring behind it
 */
struct naive_command {
	uint8_t step, word;
	uint16_t end;
	uint32_t val;
};

/**
 * struct naive_context - a context, as it is in memory
 * @commands: that were ever put into its ring, @nr of them
 * @visible: those that the tail in the image covers
 * @saved: those that the image says are done
 * @head: offset in the ring that the image has
 */
struct naive_context {
	struct naive_command commands[NAIVE_STEPS];
	uint32_t nr, visible, saved, head;
};

struct naive_element {
	uint32_t context, id;
	bool valid, force;
};

/**
 * struct naive_exec - an engine
 * @context: all that there are
 * @word: memory that commands store to
 * @port: dwords that were written to ELSP, @nr_port of them
 * @pending: the execlist that waits for its turn, if @has_pending
 * @run: the one that runs, if @active; from @done on, up to @tail, of element @cur
 * @csb: events, by slot; the last one is in @csb_last
 * @status: EXECLIST_STATUS, and the context's id
 * @iir: causes that were latched
 */
struct naive_exec {
	struct naive_context context[NAIVE_CONTEXTS];
	uint32_t word[NAIVE_WORDS];
	struct naive_element port[2], pending[2], run[2];
	bool has_pending, active, loaded, hung, arb, waiting, told;
	uint32_t cur, nr_run, done, tail, head;
	bool stopped, idle, master, masked;
	uint32_t csb[6][2], csb_last;
	uint32_t status, status_id;
	uint32_t iir, eir, esr;
};

void naive_exec_begin(struct naive_exec *n);
void naive_exec_submit(struct naive_exec *n, struct naive_element a, struct naive_element b);
void naive_exec_stop(struct naive_exec *n, bool stop);
void naive_exec_reset(struct naive_exec *n);
/* Return: does it wait for memory to change? */
bool naive_exec_work(struct naive_exec *n);

#endif /* KVMGT_TESTS_NAIVE_EXEC_H */
