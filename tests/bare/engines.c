// SPDX-License-Identifier: GPL-2.0
/*
 * engines.c - drives the engines of a gen8 vGPU, well or badly
 *
 * The GGTT shows 16 MiB of guest memory from 0 on, again and again up to 4 GiB; so does the
 * PPGTT of every context in all of its 48 bits.  What a wild command writes lands there.
 * A graphics address below 16 MiB is thus also an offset in that memory, in which the host
 * puts what it likes; the payload keeps page tables, images and rings there:
 *
 *	0x010000	status pages
 *	0x018000	page tables, one of each level, each with 512 equal entries or pages
 *	0x100000	a MiB for each engine: image, ring (0x10000), free for batches and data
 *			(0x20000); for no-ops an image (0xc0000) and a ring (0xd0000)
 */
#include "bare.h"

#define GPU_BASE PLAY_BASE
#define GPU_SIZE 0x1000000ULL
#define NR_ENGINES 4
#define PAGE 4096

#define GGTT_BAR_OFFSET 0x800000
#define GGTT_ENTRIES 0x100000
#define ENTRY_FLAGS 3

#define STATUS_PAGES 0x10000
#define SEQNO 0x17000
#define PML4 0x18000
#define PDP 0x19000
#define PD 0x1a000
#define PT 0x20000 /* eight of them: 16 MiB */
#define AREAS 0x100000
#define IMAGE 0x00000
#define RING 0x10000
#define BATCH 0x20000
#define NOOP 0xc0000
#define RING_BYTES 0x4000

/* Of the image's second page, in dwords. */
#define IMAGE_TAIL 0x07
#define IMAGE_START 0x09
#define IMAGE_CTL 0x0b
#define IMAGE_PDP0_UDW 0x31
#define IMAGE_PDP0_LDW 0x33

#define REG_TAIL 0x30
#define REG_HEAD 0x34
#define REG_ACTHD 0x74
#define REG_HWS_PGA 0x80
#define REG_MI_MODE 0x9c
#define REG_IMR 0xa8
#define REG_EMR 0xb4
#define REG_RESET_CTL 0xd0
#define REG_ELSP 0x230
#define REG_STATUS 0x234
#define REG_MODE 0x29c
#define REG_CSB_PTR 0x3a0
#define GDRST 0x941c
#define GFX_FLSH_CNTL 0x101008
#define RTCR 0x4260

#define DESCRIPTOR 0x139 /* valid, 48 bits, privileged */
#define POLLS 200000

static const struct {
	u32 base;
	u32 gdrst;
} engines[NR_ENGINES] = {
	{ 0x02000, 1 << 1 }, /* RCS */
	{ 0x12000, 1 << 2 }, /* VCS0 */
	{ 0x22000, 1 << 3 }, /* BCS */
	{ 0x1a000, 1 << 4 }, /* VECS */
};

static u32 tails[NR_ENGINES];
static u32 seqno;

static volatile u32 *at(u64 addr)
{
	return (volatile u32 *)(GPU_BASE + addr % GPU_SIZE);
}

static u32 reg_get(u32 off)
{
	return mmio_read32(map_phys(dev.bar[0].addr + off));
}

static void reg_put(u32 off, u32 v)
{
	mmio_write32(map_phys(dev.bar[0].addr + off), v);
}

static void ggtt_put(u64 index, u64 entry)
{
	u64 va = map_phys(dev.bar[0].addr + GGTT_BAR_OFFSET + 8 * (index % GGTT_ENTRIES));

	*(volatile u64 *)va = entry;
}

static void table_fill(u64 table, u64 entry, u64 step)
{
	u32 i;

	for (i = 0; i < 512; i++, entry += step)
		((volatile u64 *)at(table))[i] = entry;
}

static void tables_make(void)
{
	u32 i;

	table_fill(PML4, (GPU_BASE + PDP) | ENTRY_FLAGS, 0);
	table_fill(PDP, (GPU_BASE + PD) | ENTRY_FLAGS, 0);
	for (i = 0; i < 512; i++)
		((volatile u64 *)at(PD))[i] = (GPU_BASE + PT + i % 8 * PAGE) | ENTRY_FLAGS;
	for (i = 0; i < 8; i++)
		table_fill(PT + i * PAGE, (GPU_BASE + i * 0x200000ULL) | ENTRY_FLAGS, PAGE);
}

static void engine_setup(u32 e)
{
	u32 base = engines[e].base;

	*at(STATUS_PAGES + e * PAGE + 0x7c) = 5;
	reg_put(base + REG_HWS_PGA, STATUS_PAGES + e * PAGE);
	reg_put(base + REG_MODE, 0x80008000);
	reg_put(base + REG_CSB_PTR, 0xffff0505);
	reg_put(base + REG_IMR, 0xffffffff);
	reg_put(base + REG_EMR, ~1U);
	reg_put(base + REG_MI_MODE, 0x01000000);
}

/* Image at @addr, ring behind it; both empty. */
static void context_make(u64 addr)
{
	volatile u32 *image = at(addr + PAGE);

	memset((void *)at(addr), 0, 2 * PAGE);
	memset((void *)at(addr + RING), 0, RING_BYTES);
	image[IMAGE_START] = addr + RING;
	image[IMAGE_CTL] = (RING_BYTES - PAGE) | 1;
	image[IMAGE_PDP0_LDW] = GPU_BASE + PML4;
}

static u64 area(u32 e)
{
	return AREAS + e * 0x100000;
}

static void elsp_put(u32 e, const u32 *port)
{
	u32 i;

	for (i = 0; i < 4; i++)
		reg_put(engines[e].base + REG_ELSP, port[i]);
}

static void submit(u32 e, u64 image, u32 id, u32 tail, u32 flags)
{
	u32 port[4] = { 0, 0, id, (u32)image | flags };

	at(image + PAGE)[IMAGE_TAIL] = tail;
	elsp_put(e, port);
}

/* All as it should be, whatever was done before. */
static void gpu_init(void)
{
	u64 i;

	for (i = 0; i < GGTT_ENTRIES; i++)
		ggtt_put(i, (GPU_BASE + i * PAGE % GPU_SIZE) | ENTRY_FLAGS);
	reg_put(GFX_FLSH_CNTL, 1);
	tables_make();
	for (i = 0; i < NR_ENGINES; i++) {
		engine_setup(i);
		context_make(area(i));
		tails[i] = 0;
	}
	reg_put(RTCR, 1);
}

static bool reg_wait(u32 off, u32 mask, u32 want)
{
	u32 i;

	for (i = 0; i < POLLS; i++)
		if ((reg_get(off) & mask) == want)
			return true;
	return false;
}

/* As i915 does it: stop the ring, ask, reset, tell that it is over. */
static bool engine_reset(u32 e)
{
	u32 base = engines[e].base;
	bool ready;

	reg_put(base + REG_MI_MODE, 0x01000100);
	reg_wait(base + REG_MI_MODE, 1 << 9, 1 << 9);
	reg_put(base + REG_RESET_CTL, 0x00010001);
	ready = reg_wait(base + REG_RESET_CTL, 2, 2);
	reg_put(GDRST, engines[e].gdrst);
	ready = reg_wait(GDRST, engines[e].gdrst, 0) && ready;
	reg_put(base + REG_RESET_CTL, 0x00010000);
	engine_setup(e);
	context_make(area(e));
	tails[e] = 0;
	return ready;
}

/* A context of its own that stores a number; the host asks for it. */
static void noop(u32 e)
{
	u64 image = area(e) + NOOP;
	volatile u32 *ring = at(image + RING);
	u32 n = 0;

	context_make(image);
	ring[n++] = 0;
	ring[n++] = 0x10400002; /* MI_STORE_DATA_IMM, GGTT */
	ring[n++] = SEQNO + 4 * e;
	ring[n++] = 0;
	ring[n++] = ++seqno;
	ring[n++] = 0x01000000; /* MI_USER_INTERRUPT */
	submit(e, image, 0x1000 + seqno, 4 * n, DESCRIPTOR);
}

/* Dwords behind the first of a command. */
static u32 operands(u32 head)
{
	if (head >> 29 == 0 && head >> 23 < 0x10)
		return 0;
	return (head & 0xff) + 1;
}

/* Random dwords; @commands: most begin a command that there is, or belong to one. */
static void garbage(u64 addr, u64 bytes, u64 seed, bool commands)
{
	static const u32 heads[] = {
		0x00000000, 0x01000000, 0x04000000, 0x04000001, 0x0e409002, 0x10400002,
		0x10000003, 0x10800001, 0x11000001, 0x12400002, 0x13000001, 0x14c00002,
		0x15000001, 0x17000003, 0x17c00001, 0x18800001, 0x18800101, 0x18c00101,
		0x1b000002, 0x0d000000, 0x54300005, 0x54f00008, 0x50800008, 0x7a000004,
		0x70000000, 0x79000002,
	};
	u32 left = 0;
	u64 i;

	for (i = 0; i < bytes; i += 4) {
		u64 r = prng_next(&seed);

		if (commands && !left && r >> 58) {
			*at(addr + i) = heads[(r >> 34) % ARRAY_SIZE(heads)];
			left = operands(*at(addr + i));
			continue;
		}
		*at(addr + i) = r >> (u32[]){ 63, 56, 40, 8 }[r & 3];
		left -= left > 0;
	}
}

/* Rewrites tables and entries until it is stopped: right, gone, of another level, of itself. */
static void churn_work(struct cpu *c, void *arg)
{
	memset(c->result, 0, sizeof(c->result));
	for (; !c->stop; c->result[0]++) {
		u64 r = prng_next(arg);
		u32 table = (u32[]){ PML4, PDP, PD, PT }[r % 4] + (r % 4 == 3 ? (r >> 8) % 8 : 0) * PAGE;
		u64 to = (u64[]){ table, PML4, PDP, (r >> 20) % GPU_SIZE & ~4095ULL }[r >> 4 & 3];

		((volatile u64 *)at(table))[(r >> 44) % 512] =
			(GPU_BASE + to) | (r >> 6 & 0x82) | !!(r >> 14 & 15);
		if (!(r >> 56 & 15))
			reg_put(RTCR, 1);
		if (r >> 60)
			continue;
		ggtt_put(r >> 36, (GPU_BASE + ((r >> 20) % GPU_SIZE & ~4095ULL)) | !!(r >> 8 & 7));
	}
}

/* An engine is reset or not, and gets commands, or anything, in a good or a spoilt context. */
static void wild_one(u64 *state)
{
	static const u32 flags[] = { DESCRIPTOR, DESCRIPTOR & ~0x18U, DESCRIPTOR & ~0x10U,
				     DESCRIPTOR | 4 };
	u64 r = prng_next(state);
	u32 e = r % NR_ENGINES;
	u32 bytes = (r >> 8 & 0x7f8) + 64;
	u64 wait = (r >> 40) % 20000;

	if (r >> 4 & 3)
		(void)engine_reset(e);
	garbage(area(e) + RING, bytes, prng_next(state) | 1, r >> 24 & 7);
	garbage(area(e) + BATCH, 4 * bytes, prng_next(state) | 1, r >> 27 & 7);
	if (!(r >> 30 & 7))
		garbage(area(e) + PAGE, 0x600, prng_next(state) | 1, false);
	submit(e, area(e), (r >> 20 & 3) + 1, bytes, flags[r >> 33 & 3]);
	while (wait--)
		cpu_relax();
}

static void wild_work(struct cpu *c, void *arg)
{
	memset(c->result, 0, sizeof(c->result));
	for (; !c->stop; c->result[0]++)
		wild_one(arg);
}

static bool start(void (*work)(struct cpu *c, void *arg), u64 cpu, u64 seed)
{
	static u64 states[MAX_CPUS];

	if (!seed || cpu >= nr_cpus || cpu_busy(cpu))
		return false;
	states[cpu] = seed;
	return !cpu_start(cpu, work, &states[cpu]);
}

/* Reads a word of each page of the aperture. */
static u64 aperture_touch(u64 off, u64 pages)
{
	u64 i, sum = 0;

	for (i = 0; i < pages; i++)
		sum += mmio_read32(map_phys(dev.bar[2].addr + off + i * PAGE));
	return sum;
}

static void state_reply(u32 e)
{
	u32 base = engines[e].base;

	out("ok head=0x%x tail=0x%x acthd=0x%x status=0x%x csb=0x%x mode=0x%x gdrst=0x%x seqno=%u\n",
	    reg_get(base + REG_HEAD), reg_get(base + REG_TAIL), reg_get(base + REG_ACTHD),
	    reg_get(base + REG_STATUS), reg_get(base + REG_CSB_PTR), reg_get(base + REG_MI_MODE),
	    reg_get(GDRST), *at(SEQNO + 4 * e));
}

/* What concerns memory.  Return: false if it is no such command or its arguments are wrong. */
static bool memory_command(const char *what, char *args)
{
	u64 a, b, c, d;

	if (!strcmp(what, "get") && arg_number(&args, &a)) {
		out("ok 0x%x\n", *at(a));
		return true;
	}
	if (!strcmp(what, "put") && arg_number(&args, &a)) {
		for (; arg_number(&args, &b); a += 4)
			*at(a) = b;
	} else if (!strcmp(what, "fill") && arg_number(&args, &a) && arg_number(&args, &b) &&
		   arg_number(&args, &c) && c) {
		garbage(a, b, c, !strcmp(arg_word(&args), "commands"));
	} else if (!strcmp(what, "pte") && arg_number(&args, &a) && arg_number(&args, &b) &&
		   arg_number(&args, &c) && arg_number(&args, &d)) {
		for (; b; a++, b--, c += d)
			ggtt_put(a, c);
	} else if (!strcmp(what, "table") && arg_number(&args, &a) && arg_number(&args, &b) &&
		   arg_number(&args, &c)) {
		table_fill(a, b, c);
	} else if (!strcmp(what, "flush")) {
		reg_put(GFX_FLSH_CNTL, 1);
	} else if (!strcmp(what, "touch") && arg_number(&args, &a) && arg_number(&args, &b)) {
		out("ok sum=0x%lx\n", aperture_touch(a, b));
		return true;
	} else if (!arg_number(&args, &a) || !arg_number(&args, &b) ||
		   !(!strcmp(what, "churn") ? start(churn_work, a, b) :
		     !strcmp(what, "wild")  ? start(wild_work, a, b) :
					      false)) {
		return false;
	}
	out("ok\n");
	return true;
}

/* What concerns an engine.  Return: as above. */
static bool engine_command(const char *what, u32 e, char *args)
{
	u32 port[4];
	u64 v, flags = DESCRIPTOR;
	u32 i;

	if (!strcmp(what, "state")) {
		state_reply(e);
		return true;
	}
	if (!strcmp(what, "context")) {
		context_make(area(e));
		tails[e] = 0;
	} else if (!strcmp(what, "ring")) {
		for (; arg_number(&args, &v); tails[e] = (tails[e] + 4) % RING_BYTES)
			*at(area(e) + RING + tails[e]) = v;
	} else if (!strcmp(what, "run")) {
		arg_number(&args, &flags);
		if (!arg_number(&args, &v))
			v = (tails[e] + 4) & ~7U;
		submit(e, area(e), 1 + e, v, flags);
	} else if (!strcmp(what, "elsp")) {
		for (i = 0; i < 4 && arg_number(&args, &v); i++)
			port[i] = v;
		if (i < 4)
			return false;
		elsp_put(e, port);
	} else if (!strcmp(what, "noop")) {
		noop(e);
		out("ok seqno=%u\n", seqno);
		return true;
	} else if (strcmp(what, "reset")) {
		return false;
	} else if (!engine_reset(e)) {
		out("err engine %u does not reset\n", e);
		return true;
	}
	out("ok\n");
	return true;
}

/*
 * gpu init
 * gpu get ADDR | put ADDR DWORD... | fill ADDR BYTES SEED [commands]: graphics memory
 * gpu pte INDEX COUNT ENTRY STEP | flush: of the GGTT; they are in force
 * gpu table ADDR ENTRY STEP: of a PPGTT
 * gpu touch OFF PAGES: reads of the aperture
 * gpu churn|wild CPU SEED: rewrites tables; submits anything; ended by stop
 * gpu context|state|noop|reset ENGINE: empty; registers; a submission; as i915 does it
 * gpu ring ENGINE DWORD... | run ENGINE [FLAGS [TAIL]] | elsp ENGINE DWORD*4
 */
void gpu_command(char *args)
{
	const char *what = arg_word(&args);
	char *rest = args;
	u64 e;

	if (dev_valid && dev.bar[0].size > GGTT_BAR_OFFSET) {
		if (!strcmp(what, "init")) {
			gpu_init();
			out("ok\n");
			return;
		}
		if (arg_number(&rest, &e) && e < NR_ENGINES && engine_command(what, e, rest))
			return;
		if (memory_command(what, args))
			return;
	}
	out("err gpu: see engines.c\n");
}
