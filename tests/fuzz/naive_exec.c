// SPDX-License-Identifier: GPL-2.0
/*
 * naive_exec.c - a second engine: execlists, context images and status buffers
 */
#include <string.h>

#include "naive_exec.h"

/* Of context status. */
#define BEGINS 1
#define PREEMPTED 2
#define NEXT_ELEMENT 4
#define ENDS 8
#define COMPLETE 16
#define LITE 0x8000

#define IRQ_USER 1
#define IRQ_ERROR 8
#define IRQ_CSB 0x100
#define IRQ_WAITS 0x800

void naive_exec_begin(struct naive_exec *n)
{
	memset(n, 0, sizeof(*n));
	n->csb_last = 5;
	n->master = true;
}

static void interrupt(struct naive_exec *n, uint32_t cause)
{
	if (!n->masked)
		n->iir |= cause;
}

static void event(struct naive_exec *n, uint32_t status, uint32_t id)
{
	n->csb_last = (n->csb_last + 1) % 6;
	n->csb[n->csb_last][0] = status;
	n->csb[n->csb_last][1] = id;
	interrupt(n, IRQ_CSB);
}

void naive_exec_submit(struct naive_exec *n, struct naive_element a, struct naive_element b)
{
	if (!a.valid)
		return;
	n->pending[0] = a;
	n->pending[1] = b;
	n->has_pending = true;
	n->status |= 4;
}

void naive_exec_stop(struct naive_exec *n, bool stop)
{
	n->stopped = stop;
	if (stop)
		n->idle = true;
}

/* Who ran is not saved. */
void naive_exec_reset(struct naive_exec *n)
{
	n->has_pending = false;
	n->active = false;
	n->loaded = false;
	n->hung = false;
	n->stopped = false;
	n->idle = true;
	n->masked = true;
	n->csb_last = 5;
	n->status = 0;
	n->eir = 0;
	n->esr = 0;
}

static struct naive_context *running(struct naive_exec *n)
{
	return &n->context[n->run[n->cur].context];
}

static void save(struct naive_exec *n)
{
	if (!n->loaded)
		return;
	running(n)->saved = n->done;
	running(n)->head = n->head;
	n->loaded = false;
}

static void load(struct naive_exec *n)
{
	n->done = running(n)->saved;
	n->head = running(n)->head;
	n->tail = running(n)->visible;
	n->arb = true;
	n->told = false;
	n->loaded = true;
}

/* The same context, to go on with what is new in its ring. */
static bool same(const struct naive_exec *n)
{
	const struct naive_element *run = &n->run[n->cur], *next = &n->pending[0];

	return n->active && run->context == next->context && run->id == next->id && !next->force;
}

static void take_over(struct naive_exec *n)
{
	uint32_t status = n->active ? PREEMPTED : BEGINS;
	uint32_t id = n->active ? n->run[n->cur].id : 0;
	bool lite = same(n);

	if (n->active && n->loaded && !n->arb && !lite)
		return;
	if (!lite)
		save(n);
	memcpy(n->run, n->pending, sizeof(n->run));
	n->nr_run = n->run[1].valid ? 2 : 1;
	n->cur = 0;
	n->active = true;
	n->has_pending = false;
	if (lite && n->loaded)
		n->tail = running(n)->visible;
	event(n, status | (lite ? LITE : 0), id);
}

static void complete(struct naive_exec *n)
{
	uint32_t id = n->run[n->cur].id;

	save(n);
	if (n->cur + 1 < n->nr_run) {
		n->cur++;
		event(n, COMPLETE | NEXT_ELEMENT, id);
	} else {
		n->active = false;
		event(n, COMPLETE | ENDS, id);
	}
}

static void bad(struct naive_exec *n)
{
	n->hung = true;
	n->esr = 1;
	if (n->masked)
		return;
	n->eir = 1;
	interrupt(n, IRQ_ERROR);
}

/* Return: false where it can not go on. */
static bool step(struct naive_exec *n, const struct naive_command *c)
{
	switch (c->step) {
	case STEP_STORE:
		n->word[c->word] = c->val;
		break;
	case STEP_USER:
		interrupt(n, IRQ_USER);
		break;
	case STEP_WAIT:
		if (n->word[c->word] >= c->val) {
			n->told = false;
			break;
		}
		if (!n->told)
			interrupt(n, IRQ_WAITS);
		n->told = true;
		n->waiting = true;
		return false;
	case STEP_ARB_ON:
	case STEP_ARB_OFF:
		n->arb = c->step == STEP_ARB_ON;
		break;
	case STEP_BAD:
		bad(n);
		return false;
	default:
		break;
	}
	n->done++;
	n->head = c->end;
	return true;
}

static void publish(struct naive_exec *n)
{
	n->status = n->has_pending ? 4 : 0;
	if (n->active)
		n->status |= 0x40010 | (n->arb ? 0x10000 : 0) | (n->cur + 1) << 14;
	n->status_id = n->run[n->cur].id;
}

bool naive_exec_work(struct naive_exec *n)
{
	n->waiting = false;
	if (n->stopped || n->hung || !n->master || (!n->active && !n->has_pending))
		return false;
	n->idle = false;
	for (;;) {
		if (n->has_pending)
			take_over(n);
		if (!n->active)
			break;
		if (!n->loaded)
			load(n);
		if (n->done == n->tail)
			complete(n);
		else if (!step(n, &running(n)->commands[n->done]))
			break;
	}
	publish(n);
	if (!n->active && !n->has_pending)
		n->idle = true;
	return n->waiting;
}
