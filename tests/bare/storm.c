// SPDX-License-Identifier: GPL-2.0
/*
 * storm.c - other processors hammer a register while this one moves its BAR
 *
 * A hammer follows the BAR, but cannot know when a move takes effect: an access
 * may reach nobody, which reads 0 in QEMU and all ones in hardware.  Any other
 * wrong value is an error.
 */
#include "bare.h"

enum hammer_mode { HAMMER_READ, HAMMER_WRITE, HAMMER_MIX, HAMMER_VERIFY };

struct hammer {
	enum hammer_mode mode;
	u32 bar;
	u64 off;
	u32 width;
	u64 value;
};

enum hammer_result { HAMMER_ACCESSES, HAMMER_NOBODY, HAMMER_BAD, HAMMER_LAST_BAD };

static struct hammer hammers[MAX_CPUS];
static volatile u64 bar_va[PCI_BARS];

static u64 load(u64 va, u32 width)
{
	switch (width) {
	case 1:
		return *(volatile u8 *)va;
	case 2:
		return *(volatile u16 *)va;
	case 4:
		return *(volatile u32 *)va;
	default:
		return *(volatile u64 *)va;
	}
}

static void store(u64 va, u32 width, u64 v)
{
	switch (width) {
	case 1:
		*(volatile u8 *)va = v;
		break;
	case 2:
		*(volatile u16 *)va = v;
		break;
	case 4:
		*(volatile u32 *)va = v;
		break;
	default:
		*(volatile u64 *)va = v;
	}
}

static bool nobody(u64 got, u32 width)
{
	return got == 0 || got == width_mask(width);
}

static void hammer_check(struct cpu *c, u64 got, u64 expect, u32 width)
{
	if (got == expect)
		return;
	if (nobody(got, width)) {
		c->result[HAMMER_NOBODY]++;
		return;
	}
	c->result[HAMMER_BAD]++;
	c->result[HAMMER_LAST_BAD] = got;
}

static void hammer_work(struct cpu *c, void *arg)
{
	const struct hammer *h = arg;
	u64 seed = 0x9e3779b97f4a7c15ULL + (c - cpus);
	u64 mask = width_mask(h->width);

	memset(c->result, 0, sizeof(c->result));
	while (!c->stop) {
		u64 va = bar_va[h->bar] + h->off;
		u64 v;

		c->result[HAMMER_ACCESSES]++;
		switch (h->mode) {
		case HAMMER_READ:
			hammer_check(c, load(va, h->width), h->value, h->width);
			break;
		case HAMMER_WRITE:
			store(va, h->width, h->value);
			break;
		case HAMMER_MIX:
			store(va, h->width, prng_next(&seed));
			(void)load(va, h->width);
			break;
		case HAMMER_VERIFY:
			/* value: the writable bits of the register */
			v = prng_next(&seed) & h->value & mask;
			store(va, h->width, v);
			hammer_check(c, load(va, h->width) & h->value, v, h->width);
			break;
		}
	}
}

static bool hammer_args(char *args, u64 *cpu, struct hammer *h)
{
	static const char *const modes[] = { "rd", "wr", "mix", "verify" };
	const char *mode;
	u64 bar, width;
	u32 i;

	if (!dev_valid || !arg_number(&args, cpu) || *cpu < 1 || *cpu >= nr_cpus)
		return false;
	mode = arg_word(&args);
	for (i = 0; i < ARRAY_SIZE(modes) && strcmp(mode, modes[i]); i++)
		;
	if (i == ARRAY_SIZE(modes) || !arg_number(&args, &bar) || bar >= PCI_BARS ||
	    !arg_number(&args, &h->off) || !arg_number(&args, &width))
		return false;
	h->mode = i;
	h->bar = bar;
	h->width = width;
	if (!arg_number(&args, &h->value))
		h->value = width_mask(width);
	return true;
}

/* hammer CPU rd|wr|mix|verify BAR OFF W [VALUE] */
void hammer_command(char *args)
{
	struct hammer h;
	u64 cpu;

	if (!hammer_args(args, &cpu, &h)) {
		out("err hammer CPU rd|wr|mix|verify BAR OFF W [VALUE]\n");
		return;
	}
	if (cpu_busy(cpu)) {
		out("err processor %lu is busy\n", cpu);
		return;
	}
	hammers[cpu] = h;
	bar_va[h.bar] = map_phys(dev.bar[h.bar].addr);
	cpu_start(cpu, hammer_work, &hammers[cpu]);
	out("ok\n");
}

static void hammer_reply(const struct cpu *c)
{
	out("ok accesses=%lu nobody=%lu bad=%lu last=0x%lx\n", c->result[HAMMER_ACCESSES],
	    c->result[HAMMER_NOBODY], c->result[HAMMER_BAD], c->result[HAMMER_LAST_BAD]);
}

/* stop CPU */
void hammer_stop_command(char *args)
{
	u64 cpu;

	if (!arg_number(&args, &cpu) || cpu < 1 || cpu >= nr_cpus) {
		out("err stop CPU\n");
		return;
	}
	cpu_finish(cpu);
	hammer_reply(&cpus[cpu]);
}

struct storm {
	u64 n;
	u32 bar;
	u64 off;
	u32 width;
	u64 expect;
	u32 bad_here;
	u32 bad_gone;
};

static void storm_here(struct storm *s, u64 va)
{
	if (load(va + s->off, s->width) != s->expect)
		s->bad_here++;
}

static void storm_gone(struct storm *s, u64 va)
{
	if (!nobody(load(va + s->off, s->width), s->width))
		s->bad_gone++;
}

/* Ends where it began, also for an odd number of moves. */
static void storm_move(struct storm *s, u64 away, bool live)
{
	u64 home = dev.bar[s->bar].addr;
	u64 i;

	for (i = 0; i < s->n; i++) {
		u64 from = map_phys(dev.bar[s->bar].addr);
		u64 to = i & 1 ? home : away;

		pci_bar_move(&dev, s->bar, to, live);
		bar_va[s->bar] = map_phys(to);
		storm_here(s, map_phys(to));
		storm_gone(s, from);
	}
	pci_bar_move(&dev, s->bar, home, false);
	bar_va[s->bar] = map_phys(home);
}

static void storm_mem(struct storm *s)
{
	u64 va = map_phys(dev.bar[s->bar].addr);
	u64 i;

	for (i = 0; i < s->n; i++) {
		pci_mem_enable(dev.bdf, false);
		storm_gone(s, va);
		pci_mem_enable(dev.bdf, true);
		storm_here(s, va);
	}
}

/* storm move|live|mem N BAR OFF W EXPECT [AWAY] */
void storm_command(char *args)
{
	const char *what = arg_word(&args);
	bool live = !strcmp(what, "live");
	bool move = live || !strcmp(what, "move");
	struct storm s = { 0 };
	u64 bar, width, away = 0;

	if ((!move && strcmp(what, "mem")) || !dev_valid || !arg_number(&args, &s.n) ||
	    !arg_number(&args, &bar) || bar >= PCI_BARS || !arg_number(&args, &s.off) ||
	    !arg_number(&args, &width) || !arg_number(&args, &s.expect) ||
	    (move && !arg_number(&args, &away))) {
		out("err storm move|live|mem N BAR OFF W EXPECT [AWAY]\n");
		return;
	}
	s.bar = bar;
	s.width = width;
	if (move)
		storm_move(&s, away, live);
	else
		storm_mem(&s);
	out("ok n=%lu bad_here=%u bad_gone=%u\n", s.n, s.bad_here, s.bad_gone);
}
