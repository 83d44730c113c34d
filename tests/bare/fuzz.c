// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz.c - processors that access the device at random
 *
 * What a processor does follows from its seed alone, never from what it reads: the same
 * seed and count do the same again.  Where the BARs are, and what other processors do
 * meanwhile, is not part of that.
 *
 * Ranges of BARs come from the host, which knows the model.  Most accesses go there, to
 * their borders and a little beyond.  Page table entries that are written name memory that
 * this payload has no use for, or none at all.
 */
#include "bare.h"

#include "../oracle/log.h"

#define RANGES_MAX 64
#define BORDER 40 /* bytes around one */
#define CONFIG_ONE_IN 64
#define CAP_MSI 0x05
#define MSI_MESSAGE 4 /* to the end of the capability: who writes it sends interrupts anywhere */
#define MSI_END 24

/* Virtual addresses that may be devices: below are RAM, above the interrupt controllers. */
#define DEVICES_BEGIN 0x80000000
#define DEVICES_END 0xfec00000

struct range {
	u32 bar;
	u64 off;
	u64 len;
};

/**
 * struct fuzz - what one processor does
 * @state: of the generator
 * @count: accesses to make; 0: until it is stopped
 * @done: accesses made
 * @faults: exceptions that they caused
 * @config: how many of them went to configuration space
 * @outside: how many were not made, because no device is there
 * @last: the current one
 */
struct fuzz {
	u64 state;
	u64 count;
	volatile u64 done;
	volatile u64 faults;
	u64 config;
	u64 outside;
	struct access last;
};

static struct fuzz fuzzers[MAX_CPUS];
static struct range ranges[RANGES_MAX];
static u32 nr_ranges;
static struct range ptes; /* page table entries; none if it is empty */
static u32 plain;	  /* BARs that take loads and stores alone, a bit each */
static u32 msi;		  /* its offset in configuration space */
static u64 mcfg;

static u64 next(struct fuzz *f)
{
	return prng_next(&f->state);
}

static u64 value(struct fuzz *f)
{
	static const u64 interesting[] = {
		0,
		1,
		~0ULL,
		0x80000000,
		0x7fffffff,
		0xffffffff,
		0xffff0000,
		0x00010001,
		0x80008000,
		0xaaaaaaaa55555555,
		0x8000000000000000,
		0xfee00000,
		PLAY_BASE | 3,
	};
	u64 r = next(f);

	switch (r % 4) {
	case 0:
		return interesting[(r >> 8) % ARRAY_SIZE(interesting)];
	case 1:
		return 1ULL << (r >> 8) % 64;
	case 2:
		return (r >> 8) % 4096;
	default:
		return next(f);
	}
}

/* Around the borders of a range or of its pages, in it, or anywhere in its BAR. */
static u64 place(struct fuzz *f, const struct range *r)
{
	u64 at = r->off + next(f) % r->len;
	u64 near = next(f) % (2 * BORDER) - BORDER;

	switch (next(f) % 8) {
	case 0:
		return r->off + near;
	case 1:
		return r->off + r->len + near;
	case 2:
		return (at & ~4095ULL) + near;
	case 3:
		return next(f) % dev.bar[r->bar].size;
	default:
		return at;
	}
}

static bool in_ptes(u32 bar, u64 off, u32 span)
{
	return ptes.len && bar == ptes.bar && off + span > ptes.off &&
	       (s64)off < (s64)(ptes.off + ptes.len);
}

static bool is_plain(const struct access *a)
{
	u8 op = access_forms[a->form].op;

	return op == KVMGT_LOG_READ || op == KVMGT_LOG_WRITE;
}

/*
 * Bytes of an entry: none is small, but that what is not written stays as it was.  Bits
 * 24 to 31 of an address are thus 6 or 7, our playground, or beyond all memory.
 */
static void ptes_tame(struct access *a)
{
	u32 i;

	if (!is_plain(a) && access_forms[a->form].op != KVMGT_LOG_OR)
		a->form = 0;
	if (!strcmp(access_forms[a->form].name, "mov_imm")) /* it has zeros of its own */
		a->form = 0;
	for (i = 0; i < sizeof(a->in); i++)
		if (a->in[i] < PLAY_BASE >> 24)
			a->in[i] |= PLAY_BASE >> 24;
}

static void choose_form(struct fuzz *f, struct access *a)
{
	do {
		u64 r = next(f);

		a->form = (r >> 8) % nr_access_forms;
		a->width = 1U << (r >> 32) % 5;
	} while (!(access_forms[a->form].widths & a->width));
}

static bool is_device(u64 va, u32 span)
{
	if (va >= DEVICES_BEGIN && va < DEVICES_END - span)
		return true;
	return va >= WINDOW_BASE + BORDER && va < WINDOW_BASE + 0x3ff00000;
}

/* Return: false if it was none. */
static bool __attribute__((noinline)) run_caught(struct cpu *c, struct access *a)
{
	if (__builtin_setjmp(c->catch)) {
		asm volatile("cld" : : : "memory");
		irq_enable();
		return false;
	}
	c->catching = true;
	access_forms[a->form].run(a);
	c->catching = false;
	return true;
}

static void access_one(struct cpu *c, struct fuzz *f)
{
	const struct range *r = &ranges[next(f) % nr_ranges];
	struct access *a = &f->last;
	u64 off = place(f, r);
	u32 i, span;

	choose_form(f, a);
	span = access_span(&access_forms[a->form], a->width);
	if (next(f) & 1)
		off &= ~(u64)(a->width - 1);
	for (i = 0; i < sizeof(a->in) / 8; i++)
		((u64 *)a->in)[i] = value(f);
	if (in_ptes(r->bar, off, span))
		ptes_tame(a);
	if (plain & 1 << r->bar && !is_plain(a))
		a->form = 0;
	a->va = map_phys(dev.bar[r->bar].addr) + off;
	if (!is_device(a->va, span))
		f->outside++;
	else if (!run_caught(c, a))
		f->faults++;
}

static bool is_message(u32 off)
{
	return msi && off + 4 > msi + MSI_MESSAGE && off < msi + MSI_END;
}

/* The upper half of a BAR: an address that no processor has is the end of QEMU, by abort(). */
static bool is_upper_half(u32 off)
{
	u32 i = (off - 0x10) / 4 - 1;

	return i < PCI_BARS && dev.bar[i].size && dev.bar[i].flags & 4;
}

/* A BAR with such memory is not put above another one, where locked instructions go. */
static bool is_plain_bar(u32 off)
{
	u32 i = (off - 0x10) / 4;

	return off >= 0x10 && i < PCI_BARS && plain & 1 << i;
}

/* While a register has a value that it should not have. */
static void look_around(void *arg)
{
	struct fuzz *f = arg;
	u64 off = next(f) % 256;

	(void)pci_read(dev.bdf, off & ~3U, 4);
	if (mcfg)
		(void)mmio_read32(mcfg + ((u64)dev.bdf << 12) + (off & ~3U));
}

/* Reads anywhere, writes that are taken back; of any width, on either way. */
static void config_one(struct cpu *c, struct fuzz *f)
{
	struct access *a = &f->last;
	u64 r = next(f);
	u32 off = r % 256;
	u32 width = 1U << (r >> 16) % 3;
	u64 v = value(f);

	f->config++;
	if (r >> 32 & 1) {
		if (is_upper_half(off)) {
			v &= 0x7f;
			off &= ~3U;
		}
		if (!is_message(off & ~3U) && !is_plain_bar(off))
			pci_shake(dev.bdf, off, width, v, look_around, f);
		return;
	}
	if (!mcfg) {
		(void)pci_read(dev.bdf, off, width);
		return;
	}
	choose_form(f, a);
	if (access_forms[a->form].op != KVMGT_LOG_READ)
		a->form = 0;
	if (!(access_forms[a->form].widths & a->width))
		a->width = 4;
	a->va = mcfg + ((u64)dev.bdf << 12) + (r >> 40) % 4096;
	if (!run_caught(c, a))
		f->faults++;
}

static void fuzz_work(struct cpu *c, void *arg)
{
	struct fuzz *f = arg;

	while (!c->stop && (!f->count || f->done < f->count)) {
		if (next(f) % CONFIG_ONE_IN)
			access_one(c, f);
		else
			config_one(c, f);
		f->done++;
	}
}

static void reply(u64 nr)
{
	const struct fuzz *f = &fuzzers[nr];
	const struct access *a = &f->last;

	out("ok busy=%u ops=%lu faults=%lu config=%lu outside=%lu", cpu_busy(nr), f->done, f->faults,
	    f->config, f->outside);
	out(" form=%s width=%u va=0x%lx vector=%lu rip=0x%lx\n", access_forms[a->form].name,
	    a->width, a->va, cpus[nr].caught[0], cpus[nr].caught[1]);
}

static bool start(u64 nr, u64 seed, u64 count)
{
	struct fuzz *f = &fuzzers[nr];

	if (!nr_ranges || !seed || cpu_busy(nr))
		return false;
	msi = pci_find_cap(dev.bdf, CAP_MSI);
	mcfg = pci_mcfg();
	memset(f, 0, sizeof(*f));
	f->state = seed;
	f->count = count;
	return !cpu_start(nr, fuzz_work, f);
}

static bool arg_range(char **args, struct range *r)
{
	u64 bar;

	if (!dev_valid || !arg_number(args, &bar) || bar >= PCI_BARS || !dev.bar[bar].size ||
	    !arg_number(args, &r->off) || !arg_number(args, &r->len) || !r->len)
		return false;
	r->bar = bar;
	return true;
}

/* Entries that are not written to in all their bytes name no memory of ours either. */
static void ptes_fill(void)
{
	u64 va = map_phys(dev.bar[ptes.bar].addr + ptes.off);
	u64 i;

	for (i = 0; i < ptes.len; i += 8)
		*(volatile u64 *)(va + i) = PLAY_BASE | (i << 9 & 0xfff000);
}

static bool command(const char *what, char *args)
{
	u64 nr, seed, count;

	if (!strcmp(what, "clear")) {
		nr_ranges = 0;
		ptes.len = 0;
		plain = 0;
	} else if (!strcmp(what, "range")) {
		if (nr_ranges == RANGES_MAX || !arg_range(&args, &ranges[nr_ranges]))
			return false;
		nr_ranges++;
	} else if (!strcmp(what, "ptes")) {
		if (!arg_range(&args, &ptes))
			return false;
		ptes_fill();
	} else if (!strcmp(what, "plain")) {
		if (!arg_number(&args, &nr) || nr >= PCI_BARS)
			return false;
		plain |= 1 << nr;
	} else if (!dev_valid || !arg_number(&args, &nr) || nr < 1 || nr >= nr_cpus) {
		return false;
	} else if (!strcmp(what, "start")) {
		if (!arg_number(&args, &seed) || !arg_number(&args, &count) ||
		    !start(nr, seed, count))
			return false;
	} else {
		if (!strcmp(what, "stop"))
			cpu_finish(nr);
		else if (strcmp(what, "show"))
			return false;
		reply(nr);
		return true;
	}
	out("ok\n");
	return true;
}

/*
 * fuzz clear | range BAR OFF LEN | ptes BAR OFF LEN | plain BAR: forget; also access that;
 * there are page table entries; no locked instruction there
 * fuzz start CPU SEED COUNT | stop CPU | show CPU
 */
void fuzz_command(char *args)
{
	const char *what = arg_word(&args);

	if (!command(what, args))
		out("err fuzz: see fuzz.c\n");
}
