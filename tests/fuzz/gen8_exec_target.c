// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_exec_target.c - submissions: execlists, context images, status buffers, resets
 *
 * Four contexts whose rings get commands that the naive engine knows too; what the guest
 * finds after each step must be the same.  Once an image was written to, or a command was
 * none that it knows, it is silent, and only nothing must break.
 *
 * Head: the engine; bit 2: guest memory can be accessed directly.
 */
#include <stdio.h>

#include "gen8_guest.h"
#include "naive_exec.h"
#include "target.h"

#define IMAGES 0x20000u /* of two pages each */
#define RINGS 0x30000u	/* of one page each */
#define WORDS 0x38000u
#define RING_BEGIN 0xf00u
#define RING_USED 3600u /* bytes that are put into a ring at most */
#define SLICES_MAX 50

enum what {
	COMMAND, /* @arg: a step of @context, with @word and @val */
	SUBMIT,	 /* @context, then @arg; see submit() */
	PORT,	 /* one dword of a submission that may be none */
	SIGNAL,	 /* @word becomes @val */
	WORK,
	STOP,
	RESET,
	MASTER,
	IMAGE,	 /* any dword of an image */
	RAW,	 /* any dword of a ring */
	NR_WHATS,
};

/**
 * struct exec_item - one thing to do
 * @what: enum what
 * @context: which
 * @arg: as above
 * @word: as above
 * @val: as above
 */
struct exec_item {
	u8 what;
	u8 context;
	u8 arg;
	u8 word;
	u32 val;
};

static const u32 bases[GEN8_NUM_ENGINES] = { 0x2000, 0x12000, 0x22000, 0x1a000 };
static const struct {
	u32 iir, shift;
} causes[GEN8_NUM_ENGINES] = { { 0x44308, 0 }, { 0x44318, 0 }, { 0x44308, 16 }, { 0x44338, 0 } };

static struct fuzz_guest guest;
static struct naive_exec naive;
static u32 engine;
static u32 tails[NAIVE_CONTEXTS], used[NAIVE_CONTEXTS];
static u32 ports; /* writes to ELSP, modulo 4 */
static bool wild;
static u64 commands, judged;

static void __attribute__((noreturn)) differ(const char *what, u32 at, u32 core, u32 expected)
{
	fprintf(stderr, "DIFFERENCE in %s %#x: %#x, expected %#x\n", what, at, core, expected);
	abort();
}

static u32 get32(u32 at)
{
	u32 val;

	memcpy(&val, guest.ram + at, 4);
	return val;
}

static u32 image(u32 context)
{
	return IMAGES + 2 * GEN8_PAGE * context + GEN8_PAGE;
}

static void emit(u32 context, u32 dword)
{
	fuzz_put32(&guest, RINGS + GEN8_PAGE * context + tails[context], dword);
	tails[context] = (tails[context] + 4) % GEN8_PAGE;
	used[context] += 4;
}

static void command_put(u32 context, u32 step, u32 word, u32 val)
{
	struct naive_context *c = &naive.context[context];

	if (used[context] > RING_USED || c->nr == NAIVE_STEPS)
		return;
	switch (step) {
	case STEP_STORE:
		emit(context, 0x10400002);
		emit(context, WORDS + 4 * word);
		emit(context, 0);
		emit(context, val);
		break;
	case STEP_USER:
		emit(context, 0x01000000);
		break;
	case STEP_WAIT: /* until memory is greater or equal */
		emit(context, 0x0e409002);
		emit(context, val);
		emit(context, WORDS + 4 * word);
		emit(context, 0);
		break;
	case STEP_ARB_ON:
	case STEP_ARB_OFF:
		emit(context, 0x04000000 | (step == STEP_ARB_ON));
		break;
	case STEP_BAD:
		emit(context, 0x20000000);
		break;
	default:
		emit(context, 0);
	}
	c->commands[c->nr++] = (struct naive_command){ step, word, tails[context], val };
}

/* The tail that the image has is of whole qwords. */
static void commit(u32 context)
{
	if (tails[context] % 8)
		command_put(context, STEP_NOOP, 0, 0);
	if (tails[context] % 8) /* no room */
		return;
	fuzz_put32(&guest, image(context) + 4 * 0x07, tails[context]);
	naive.context[context].visible = naive.context[context].nr;
}

static void port_put(u32 val)
{
	fuzz_reg(&guest, bases[engine] + RING_ELSP, val);
	ports = (ports + 1) % 4;
}

static u32 descriptor(const struct naive_element *e)
{
	return (IMAGES + 2 * GEN8_PAGE * e->context) | 0x138 | e->valid | (u32)e->force << 2;
}

/* @arg: bits 0-1: the second context; bit 2: there is one; bit 3: forced; bit 4: not valid */
static void submit(const struct exec_item *op)
{
	struct naive_element a = { op->context % NAIVE_CONTEXTS, 1 + op->word % 8, true, false };
	struct naive_element b = { op->arg % 4, 9 + op->word % 8, op->arg >> 2 & 1, false };

	a.valid = !(op->arg >> 4 & 1);
	a.force = op->arg >> 3 & 1;
	while (ports) /* what was begun is over */
		port_put(0);
	commit(a.context);
	commit(b.context);
	naive_exec_submit(&naive, a, b);
	port_put(b.id);
	port_put(descriptor(&b));
	port_put(a.id);
	port_put(descriptor(&a));
}

static void work(void)
{
	enum vgpu_work left = VGPU_WORK_MORE;
	bool waits = naive_exec_work(&naive);
	u32 i;

	for (i = 0; i < SLICES_MAX && left == VGPU_WORK_MORE; i++)
		left = fuzz_slice(&guest);
	if (!wild && left != (waits ? VGPU_WORK_WAIT : VGPU_WORK_DONE))
		differ("what is left to do", 0, left, waits);
}

static u32 reg(u32 off)
{
	return guest.v.regs[(bases[engine] + off) / 4];
}

static void expect_reg(u32 off, u32 mask, u32 expected)
{
	if ((reg(off) & mask) != expected)
		differ("register", off, reg(off) & mask, expected);
}

static void expect_memory(const char *what, u32 at, u32 expected)
{
	if (get32(at) != expected)
		differ(what, at, get32(at), expected);
}

static void compare(void)
{
	u32 i;

	expect_reg(RING_CSB_PTR, 7, naive.csb_last);
	for (i = 0; i < 12; i++) {
		expect_reg(RING_CSB + 4 * i, ~0u, naive.csb[i / 2][i % 2]);
		expect_memory("the status page at", FUZZ_HWSP + 0x40 + 4 * i,
			      naive.csb[i / 2][i % 2]);
	}
	expect_reg(RING_EXECLIST_STATUS, ~0u, naive.status);
	expect_reg(RING_EXECLIST_STATUS_HI, ~0u, naive.status_id);
	expect_reg(RING_MI_MODE, MI_MODE_STOP | MI_MODE_IDLE,
		   (naive.stopped ? MI_MODE_STOP : 0) | (naive.idle ? MI_MODE_IDLE : 0));
	expect_reg(RING_EIR, ~0u, naive.eir);
	expect_reg(RING_ESR, ~0u, naive.esr);
	for (i = 0; i < NAIVE_WORDS; i++)
		expect_memory("a word at", WORDS + 4 * i, naive.word[i]);
	for (i = 0; i < NAIVE_CONTEXTS; i++)
		expect_memory("the head in an image at", image(i) + 4 * 0x05,
			      naive.context[i].head);
	if (guest.v.regs[causes[engine].iir / 4] != naive.iir << causes[engine].shift)
		differ("IIR", causes[engine].iir, guest.v.regs[causes[engine].iir / 4], naive.iir);
	judged++;
}

static void stop(bool on)
{
	fuzz_reg(&guest, bases[engine] + RING_MI_MODE,
		 MI_MODE_STOP << 16 | (on ? MI_MODE_STOP : 0));
	naive_exec_stop(&naive, on);
}

static void master(bool on)
{
	u8 val = on ? 6 : 2;

	vgpu_config_write(&guest.v, PCI_COMMAND, &val, 1);
	naive.master = on;
}

static void exec_do(const struct exec_item *op)
{
	u32 context = op->context % NAIVE_CONTEXTS;

	switch (op->what % NR_WHATS) {
	case COMMAND:
		command_put(context, op->arg % NR_STEPS, op->word % NAIVE_WORDS, op->val);
		break;
	case SUBMIT:
		submit(op);
		break;
	case PORT: /* a fourth one is submit()'s */
		if (ports < 3)
			port_put(op->val);
		break;
	case SIGNAL:
		fuzz_put32(&guest, WORDS + 4 * (op->word % NAIVE_WORDS), op->val);
		naive.word[op->word % NAIVE_WORDS] = op->val;
		break;
	case WORK:
		work();
		break;
	case STOP:
		stop(op->arg & 1);
		break;
	case RESET:
		gen8_engine_reset(&guest.v, BIT(engine));
		naive_exec_reset(&naive);
		ports = 0;
		break;
	case MASTER:
		master(op->arg & 1);
		break;
	case IMAGE:
		wild = true;
		fuzz_put32(&guest, image(context) + 4 * (op->arg | (op->word & 1) << 8), op->val);
		break;
	default:
		wild = true;
		fuzz_put32(&guest, RINGS + GEN8_PAGE * context + 4 * (op->arg | (op->word & 3) << 8),
			   op->val);
	}
}

static void begin(u8 head)
{
	u32 i;

	engine = head % GEN8_NUM_ENGINES;
	fuzz_guest_begin(&guest);
	guest.direct = head & 4 ? 0xff : 0;
	naive_exec_begin(&naive);
	ports = 0;
	wild = false;
	guest.v.regs[causes[engine].iir / 4] = 0;
	for (i = 0; i < NAIVE_CONTEXTS; i++) {
		tails[i] = RING_BEGIN;
		used[i] = 0;
		naive.context[i].head = RING_BEGIN;
		fuzz_put32(&guest, image(i) + 4 * 0x05, RING_BEGIN);
		fuzz_put32(&guest, image(i) + 4 * 0x07, RING_BEGIN);
		fuzz_put32(&guest, image(i) + 4 * 0x09, RINGS + GEN8_PAGE * i);
		fuzz_put32(&guest, image(i) + 4 * 0x0b, 1);
		fuzz_put32(&guest, image(i) + 4 * 0x33, FUZZ_PML4);
	}
}

static u64 exec_one(const u8 *data, size_t size)
{
	struct exec_item op;

	if (!size)
		return 0;
	begin(data[0]);
	commands = 0;
	for (data++, size--; size >= sizeof(op); data += sizeof(op), size -= sizeof(op)) {
		memcpy(&op, data, sizeof(op));
		exec_do(&op);
		commands++;
		if (!wild)
			compare();
	}
	return commands;
}

static u32 exec_item(const u8 *head, u8 *item)
{
	static const u8 kinds[] = { SUBMIT, SUBMIT, SUBMIT, SIGNAL, SIGNAL, WORK, WORK, WORK,
				    WORK,   STOP,   RESET,  MASTER, PORT };
	static const u8 steps[] = { STEP_NOOP, STEP_STORE, STEP_STORE,	STEP_USER,
				    STEP_WAIT, STEP_WAIT,  STEP_ARB_ON, STEP_ARB_OFF };
	struct exec_item op = { .context = rnd() % 4, .arg = rnd(), .word = rnd() };

	op.val = rnd() % 8;
	if (rnd() % 2) {
		op.what = COMMAND;
		op.arg = rnd() % 256 ? steps[rnd() % 8] : STEP_BAD;
		op.word &= 3;
	} else {
		op.what = kinds[rnd() % ARRAY_SIZE(kinds)];
		if (op.what == SUBMIT) /* few ids, so that some are the same again */
			op.word &= 1, op.arg &= rnd() % 16 ? 0x0f : 0x1f;
		if (op.what >= STOP && op.what != PORT && rnd() % 4)
			op.what = WORK;
		if (op.what == STOP || op.what == MASTER)
			op.arg = op.what == STOP ? rnd() % 4 == 0 : rnd() % 4 != 0;
	}
	if (rnd() % 1024 == 0) {
		op.what = rnd() % 2 ? IMAGE : RAW;
		op.val = rnd() % 2 ? rnd() : rnd() % 0x40000;
		op.arg = rnd() % 4 ? rnd() % 64 : rnd();
	}
	memcpy(item, &op, sizeof(op));
	return sizeof(op);
}

static void exec_exit(void)
{
	fprintf(stderr, "%llu steps were judged\n", (unsigned long long)judged);
	fuzz_guest_exit(&guest);
}

const struct fuzz_target gen8_exec_target = {
	.name = "gen8_exec",
	.unit = "steps",
	.head = 1,
	.align = sizeof(struct exec_item),
	.items = 400,
	.item = exec_item,
	.one = exec_one,
	.exit = exec_exit,
};
