// SPDX-License-Identifier: GPL-2.0
/*
 * oracle.c - did the guest get what vgpu-core says?
 *
 *	oracle MODEL LOG
 *
 * Replays a log of a guest's accesses (log.h) on a fresh device in this process,
 * cut as KVM cuts them, and compares what the guest read.  Exit code: 0 all the
 * same, 1 something differs, 2 no verdict.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "vgpu.h"

#define KVM_MMIO_MAX	8	/* bytes that KVM's bus sees at once */
#define SHOWN		20	/* mismatches printed */

struct oracle {
	struct vgpu v;
	struct vgpu_model *model;
	char note[2 * KVMGT_LOG_DATA + 1];
	unsigned long index;
	unsigned long bytes;
	unsigned long mismatches;
};

static const char *const op_names[] = {
	"note", "reset", "read", "write", "xchg", "or", "and", "xor", "add", "xadd", "cmpxchg",
};

static void host_irq(struct vgpu *v, u32 vector)
{
}

static void host_intx(struct vgpu *v, bool level)
{
}

static u64 host_now_ns(struct vgpu *v)
{
	return 0;
}

/* What is asked for a later time has no place between two accesses. */
static void host_timer(struct vgpu *v, u64 deadline_ns)
{
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.timer = host_timer,
};

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("oracle: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

/* How much of an access KVM hands over next: not across a page, at most 8 bytes. */
static u32 next_piece(u32 off, u32 len)
{
	u32 page = PAGE_SIZE - off % PAGE_SIZE;

	if (page < len)
		len = page;
	return len < KVM_MMIO_MAX ? len : KVM_MMIO_MAX;
}

/*
 * KVM cuts at the page first and then each side into pieces of eight from its
 * start; next_piece() does the same from the front.
 */
static void replay_read(struct oracle *o, u32 off, u8 *buf, u32 len)
{
	while (len) {
		u32 n = next_piece(off, len);

		if (vgpu_mmio_read(&o->v, off, buf, n))
			die("record %lu: %u bytes at %#x are not in the BAR", o->index, n, off);
		off += n;
		buf += n;
		len -= n;
	}
}

static void replay_write(struct oracle *o, u32 off, const u8 *buf, u32 len)
{
	while (len) {
		u32 n = next_piece(off, len);

		if (vgpu_mmio_write(&o->v, off, buf, n))
			die("record %lu: %u bytes at %#x are not in the BAR", o->index, n, off);
		off += n;
		buf += n;
		len -= n;
	}
}

/* What a read-modify-write instruction writes back. */
static u64 modify(const struct kvmgt_log_record *r, u64 old)
{
	u64 in, new, mask = r->len == 8 ? ~0ull : (1ull << 8 * r->len) - 1;

	memcpy(&in, r->in, 8);
	memcpy(&new, r->in + 8, 8);
	switch (r->op) {
	case KVMGT_LOG_XCHG:
		return in;
	case KVMGT_LOG_OR:
		return old | in;
	case KVMGT_LOG_AND:
		return old & in;
	case KVMGT_LOG_XOR:
		return old ^ in;
	case KVMGT_LOG_ADD:
	case KVMGT_LOG_XADD:
		return old + in;
	default:	/* KVMGT_LOG_CMPXCHG: one that fails writes what it read */
		return (old & mask) == (in & mask) ? new : old;
	}
}

static void show_bytes(const u8 *p, u32 len)
{
	while (len--)
		printf("%02x", p[len]);
}

static void show_registers(const struct oracle *o, u32 off, u32 len)
{
	u32 at;

	for (at = off & ~3u; at < off + len; at += 4) {
		const struct vgpu_reg *r = vgpu_reg_find(o->model, at);

		printf(" %s", r ? r->name : "(hole)");
		if (r && r->count > 1)
			printf("[%u]", (at - r->off) / 4);
	}
}

static void show_mismatch(const struct oracle *o, const struct kvmgt_log_record *r, const u8 *want)
{
	printf("record %lu, %s: %s of %u at %#x,", o->index, o->note, op_names[r->op], r->len,
	       r->off);
	show_registers(o, r->off, r->len);
	if (r->op != KVMGT_LOG_READ) {
		printf("\n  in    ");
		show_bytes(r->in, r->op == KVMGT_LOG_CMPXCHG ? 16 : r->len);
	}
	printf("\n  guest ");
	show_bytes(r->out, r->len);
	printf("\n  core  ");
	show_bytes(want, r->len);
	printf("\n");
}

static bool is_volatile(const struct oracle *o, u32 off)
{
	const struct vgpu_reg *reg = vgpu_reg_find(o->model, off);

	return reg && reg->flags & VGPU_REG_VOLATILE;
}

static void compare(struct oracle *o, const struct kvmgt_log_record *r, const u8 *want)
{
	bool same = true;
	u32 i;

	if (r->flags & KVMGT_LOG_F_NOCMP)
		return;

	for (i = 0; i < r->len; i++) {
		if (is_volatile(o, r->off + i))
			continue;
		o->bytes++;
		same &= r->out[i] == want[i];
	}
	if (same)
		return;
	if (o->mismatches++ < SHOWN)
		show_mismatch(o, r, want);
}

static void check_record(const struct oracle *o, const struct kvmgt_log_record *r)
{
	bool plain = r->op == KVMGT_LOG_READ || r->op == KVMGT_LOG_WRITE;

	if (r->op > KVMGT_LOG_CMPXCHG)
		die("record %lu: no such operation: %u", o->index, r->op);
	if (r->op <= KVMGT_LOG_STATE_RESET)
		return;
	if (!r->len || r->len & (r->len - 1) || r->len > (plain ? 16 : 8))
		die("record %lu: no such length: %u", o->index, r->len);
}

static void replay(struct oracle *o, const struct kvmgt_log_record *r)
{
	u8 buf[KVMGT_LOG_DATA] = { 0 };
	u64 old, new;

	check_record(o, r);
	switch (r->op) {
	case KVMGT_LOG_NOTE:
		memcpy(o->note, r->in, KVMGT_LOG_DATA);
		memcpy(o->note + KVMGT_LOG_DATA, r->out, KVMGT_LOG_DATA);
		return;
	case KVMGT_LOG_STATE_RESET:
		vgpu_reset(&o->v);
		return;
	case KVMGT_LOG_WRITE:
		replay_write(o, r->off, r->in, r->len);
		return;
	}

	replay_read(o, r->off, buf, r->len);
	if (r->op == KVMGT_LOG_READ || r->op == KVMGT_LOG_XCHG || r->op == KVMGT_LOG_XADD ||
	    r->op == KVMGT_LOG_CMPXCHG)
		compare(o, r, buf);
	if (r->op == KVMGT_LOG_READ)
		return;

	memcpy(&old, buf, 8);
	new = modify(r, old);
	replay_write(o, r->off, (u8 *)&new, r->len);
}

/* The whole log in memory; ends the program where it is not one. */
static struct kvmgt_log_header *log_load(const char *path)
{
	struct kvmgt_log_header *h;
	FILE *file = fopen(path, "rb");
	size_t size = 0, room = 1 << 20;

	if (!file)
		die("%s: cannot be opened", path);
	h = malloc(room);
	while (h) {
		size += fread((u8 *)h + size, 1, room - size, file);
		if (size < room)
			break;
		room *= 2;
		h = realloc(h, room);
	}
	if (!h || ferror(file))
		die("%s: cannot be read", path);
	fclose(file);

	if (size < sizeof(*h) || memcmp(h->magic, KVMGT_LOG_MAGIC, sizeof(h->magic)))
		die("%s: not a log", path);
	if (h->version != KVMGT_LOG_VERSION || h->record_size != sizeof(struct kvmgt_log_record))
		die("%s: a log of version %u", path, h->version);
	if (h->dropped)
		die("%s: %u records were dropped", path, h->dropped);
	if (!h->count || (size - sizeof(*h)) / h->record_size < h->count)
		die("%s: %u records were promised, %zu are there", path, h->count,
		    (size - sizeof(*h)) / h->record_size);
	return h;
}

int main(int argc, char **argv)
{
	const struct kvmgt_log_record *records;
	static struct oracle o;
	struct kvmgt_log_header *h;

	if (argc != 3)
		die("usage: oracle MODEL LOG");
	o.model = vgpu_model_find(argv[1]);
	if (!o.model)
		die("no model is called %s", argv[1]);
	if (vgpu_model_init(o.model) || vgpu_init(&o.v, o.model, &host, NULL))
		die("no device of model %s", argv[1]);

	h = log_load(argv[2]);
	records = (const struct kvmgt_log_record *)(h + 1);
	strcpy(o.note, "(start)");
	for (o.index = 0; o.index < h->count; o.index++)
		replay(&o, &records[o.index]);

	printf("%u records, %lu bytes compared", h->count, o.bytes);
	if (o.mismatches)
		printf(", %lu records differ", o.mismatches);
	printf("\n");
	if (!o.bytes)
		die("nothing was compared");

	free(h);
	vgpu_exit(&o.v);
	vgpu_model_exit(o.model);
	return o.mismatches != 0;
}
