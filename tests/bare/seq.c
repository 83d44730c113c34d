// SPDX-License-Identifier: GPL-2.0
/*
 * seq.c - accesses that are written down for the oracle
 *
 * The log lies at a fixed guest physical address, where the test fetches it.
 * What is done follows from the seed alone, so that two runs can be compared
 * record by record.
 */
#include "bare.h"

#include "../oracle/log.h"

#define LOG_ROOM ((LOG_END - LOG_BASE) / sizeof(struct kvmgt_log_record) - 1)

static struct kvmgt_log_header *const header = (void *)LOG_BASE;
static struct kvmgt_log_record *const records = (void *)(LOG_BASE + sizeof(*header));

void log_init(void)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, KVMGT_LOG_MAGIC, sizeof(header->magic));
	header->version = KVMGT_LOG_VERSION;
	header->record_size = sizeof(struct kvmgt_log_record);
}

static struct kvmgt_log_record *log_add(u8 op, u8 len, u16 flags, u32 off)
{
	static struct kvmgt_log_record nowhere;
	struct kvmgt_log_record *r = &nowhere;

	if (header->count < LOG_ROOM)
		r = &records[header->count++];
	else
		header->dropped++;
	memset(r, 0, sizeof(*r));
	r->op = op;
	r->len = len;
	r->flags = flags;
	r->off = off;
	return r;
}

static void log_note(const char *text)
{
	struct kvmgt_log_record *r = log_add(KVMGT_LOG_NOTE, 0, 0, 0);
	u8 *p = (u8 *)r + offsetof(struct kvmgt_log_record, in);
	u32 n;

	/* the text goes on from in[] to out[] */
	for (n = 0; text[n] && n < 2 * KVMGT_LOG_DATA; n++)
		p[n] = text[n];
}

/* One record for each element, in the order in which the processor did them. */
static void log_access(const struct access *a, u32 off)
{
	const struct access_form *f = &access_forms[a->form];
	u32 i;

	for (i = 0; i < f->elements; i++) {
		u32 at = (f->backward ? f->elements - 1 - i : i) * a->width;
		struct kvmgt_log_record *r = log_add(f->op, a->width, f->flags, off + at);

		if (f->op == KVMGT_LOG_CMPXCHG) {
			memcpy(r->in, a->in, a->width);
			memcpy(r->in + 8, a->in + 8, a->width);
		} else if (f->op != KVMGT_LOG_READ) {
			memcpy(r->in, a->in + at, a->width);
		}
		memcpy(r->out, a->out + at, a->width);
	}
}

static void access_logged(u32 form, u32 width, u64 va, u32 off, u64 *seed)
{
	struct access a = { .form = form, .width = width, .va = va };
	const struct access_form *f = &access_forms[form];
	u32 i;

	for (i = 0; i < sizeof(a.in) / 8; i++)
		((u64 *)a.in)[i] = prng_next(seed);
	if (f->wants_old) {
		struct access old = { .width = width, .va = va };

		access_forms[0].run(&old);
		log_access(&old, off);
		memcpy(a.in, old.out, width);
	}
	f->run(&a);
	log_access(&a, off);
}

static void log_reply(void)
{
	out("ok count=%u dropped=%u addr=0x%lx bytes=%lu\n", header->count, header->dropped,
	    (u64)LOG_BASE, (u64)sizeof(*header) + (u64)header->count * sizeof(*records));
}

/* log [clear | note TEXT | reset] */
void log_command(char *args)
{
	char *word = arg_word(&args);

	if (!strcmp(word, "clear"))
		log_init();
	else if (!strcmp(word, "note"))
		log_note(args);
	else if (!strcmp(word, "reset"))
		log_add(KVMGT_LOG_STATE_RESET, 0, 0, 0);
	log_reply();
}

/* BAR OFF LEN: a part of a BAR of the current device */
static bool arg_range(char **args, u64 *va, u64 *off, u64 *len)
{
	u64 bar;

	if (!dev_valid || !arg_number(args, &bar) || !arg_number(args, off) ||
	    !arg_number(args, len))
		return false;
	if (bar >= PCI_BARS || *off > dev.bar[bar].size || !*len || *len > dev.bar[bar].size - *off)
		return false;
	*va = map_phys(dev.bar[bar].addr) + *off;
	return true;
}

/* seq SEED COUNT BAR OFF LEN: random forms, widths and places in the range */
void seq_command(char *args)
{
	u64 seed, count, va, off, len;

	if (!arg_number(&args, &seed) || !arg_number(&args, &count) ||
	    !arg_range(&args, &va, &off, &len) || !seed) {
		out("err seq SEED COUNT BAR OFF LEN\n");
		return;
	}
	while (count) {
		u64 r = prng_next(&seed);
		u32 form = (r >> 8) % nr_access_forms;
		u32 width = 1U << (r >> 32) % 5;
		u32 span = access_span(&access_forms[form], width);
		u64 at;

		if (!(access_forms[form].widths & width) || span > len)
			continue;
		at = prng_next(&seed) % (len - span + 1);
		access_logged(form, width, va + at, off + at, &seed);
		count--;
	}
	log_reply();
}

/* sweep SEED BAR OFF LEN: each form and width at each place where it fits */
void sweep_command(char *args)
{
	u64 seed, va, off, len, at;
	u32 form, width;

	if (!arg_number(&args, &seed) || !arg_range(&args, &va, &off, &len) || !seed) {
		out("err sweep SEED BAR OFF LEN\n");
		return;
	}
	for (form = 0; form < nr_access_forms; form++) {
		const struct access_form *f = &access_forms[form];

		log_note(f->name);
		for (width = 1; width <= 16; width *= 2)
			for (at = 0; f->widths & width && at + access_span(f, width) <= len; at++)
				access_logged(form, width, va + at, off + at, &seed);
	}
	log_reply();
}
