// SPDX-License-Identifier: GPL-2.0
/*
 * replay.c - would vgpu-core have answered a recorded guest as it was answered?
 *
 *	replay NAME <TRACE
 *
 * Replays a trace on a fresh gen8 device in this process and compares what the guest
 * read.  Two forms of lines are known:
 *
 *	NS R|W OFFSET SIZE VALUE PHASE			(BAR0, hexadecimal, 32 bits of the value)
 *	... kvmgt_mmio|kvmgt_vfio_rw: DEVICE R|W region N +OFFSET len N val VALUE ret N
 *
 * A trace has no guest memory, so engines execute nothing here; when the guest sees
 * that one did, its interrupt is raised here as well, through the same masks.  Time is
 * that of the trace; what shows the time is only checked for sanity.  The monitor is
 * the one that the guest read.
 *
 * KTAP, three cases: what was read, what time showed, whether every register is known.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edid.h"
#include "gen8.h"
#include "gen8_regs.h"

#define REGS_BAR	0
#define LOOK_AHEAD	64	/* records from reading MASTER to the IIRs it leads to */
#define SHOWN		20

struct record {
	u64 ns;
	u64 val;
	u64 known;	/* bits of @val that were recorded */
	u32 region;
	u32 off;
	u32 len;
	bool write;
};

static struct record *records;
static u32 nr_records;
static u64 now;

static struct vgpu v;

/* Of each dword of the registers. */
static struct tally {
	u32 compared;
	u32 differ;
	u32 first;	/* record */
	u64 got;
} tallies[GEN8_REGS_SIZE / 4];

/*
 * What only an engine that executes can know, by offset from its base.  0x3a0 and
 * behind: the status buffer and its pointer.
 */
static const struct engine_range {
	u32 first, last;
} engine_ranges[] = {
	{ 0x030, 0x07c }, { 0x110, 0x1fc }, { 0x234, 0x238 }, { 0x270, 0x28c }, { 0x358, 0x3bc },
};

static const u32 engine_bases[GEN8_NUM_ENGINES] = {
	[GEN8_RCS] = 0x02000,
	[GEN8_VCS0] = 0x12000,
	[GEN8_BCS] = 0x22000,
	[GEN8_VECS] = 0x1a000,
};

/* Values in which the model behind the old traces and this one may differ. */
static const struct choice {
	u32 off;
	u32 mask;
	const char *why;
} choices[] = {
	{ MASTER_IRQ, 0x00070000, "vertical blanks come with the time" },
	{ DE_PIPE_IRQ(PIPE_A) + IRQ_IIR, DE_PIPE_VBLANK | DE_PIPE_PLANE_FLIP, "so do these" },
	{ DE_PIPE_IRQ(PIPE_B) + IRQ_IIR, DE_PIPE_VBLANK | DE_PIPE_PLANE_FLIP, "so do these" },
	{ DE_PIPE_IRQ(PIPE_C) + IRQ_IIR, DE_PIPE_VBLANK | DE_PIPE_PLANE_FLIP, "so do these" },
	{ DERRMR, 0xffffffff, "all masked after reset, as the manual has it" },
	{ 0x0209c, 0x00004000, "a command set it" },
	{ 0x020c0, 0x00000080, "a command set it" },
};

void __real_gen8_irq_engine(struct vgpu *dev, enum gen8_engine_id id, u32 bits);
void __wrap_gen8_irq_engine(struct vgpu *dev, enum gen8_engine_id id, u32 bits);

/* The linker sends what the engines of this device say here: the trace knows better. */
void __wrap_gen8_irq_engine(struct vgpu *dev, enum gen8_engine_id id, u32 bits)
{
}

static void host_irq(struct vgpu *dev, u32 vector)
{
}

static void host_intx(struct vgpu *dev, bool level)
{
}

static u64 host_now_ns(struct vgpu *dev)
{
	return now;
}

static int host_dma(struct vgpu *dev, u64 gpa, void *buf, u32 len, bool write)
{
	return -EFAULT;
}

static void host_kick(struct vgpu *dev)
{
}

static void host_timer(struct vgpu *dev, u64 deadline_ns)
{
}

static void host_aperture_changed(struct vgpu *dev)
{
}

static const struct vgpu_host host = {
	.irq = host_irq,
	.intx = host_intx,
	.now_ns = host_now_ns,
	.dma = host_dma,
	.kick = host_kick,
	.timer = host_timer,
	.aperture_changed = host_aperture_changed,
};

static void __attribute__((noreturn)) die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(2);
}

static u64 bits_of(u32 len)
{
	return len == 8 ? ~0ull : (1ull << 8 * len) - 1;
}

/* Line of a trace of access to BAR0.  Return: it is one. */
static bool line_plain(const char *line, struct record *r)
{
	char dir;

	if (sscanf(line, "%" SCNu64 " %c %" SCNx32 " %" SCNu32 " %" SCNx64, &r->ns, &dir, &r->off,
		   &r->len, &r->val) != 5)
		return false;
	r->region = REGS_BAR;
	r->write = dir == 'W';
	r->known = 0xffffffff;
	return dir == 'W' || dir == 'R';
}

/* Line of the kernel's trace; of the first device that it tells of. */
static bool line_event(const char *line, struct record *r)
{
	static char device[64];
	const char *event = strstr(line, "kvmgt_mmio: ");
	char name[64], dir;
	const char *p;
	double s = 0;
	int ret;

	if (!event)
		event = strstr(line, "kvmgt_vfio_rw: ");
	if (!event)
		return false;
	for (p = event; p > line && (p[-1] == ' ' || p[-1] == ':'); p--)
		;
	while (p > line && p[-1] != ' ')
		p--;
	sscanf(p, "%lf", &s);
	r->ns = s * 1e9;

	event = strchr(event, ':') + 2;
	if (sscanf(event, "%63s %c region %" SCNu32 " +0x%" SCNx32 " len %" SCNu32 " val 0x%" SCNx64
		   " ret %d", name, &dir, &r->region, &r->off, &r->len, &r->val, &ret) != 7)
		return false;
	if (!device[0])
		strcpy(device, name);
	r->write = dir == 'W';
	r->known = ~0ull;
	return !ret && !strcmp(device, name);
}

static void trace_load(FILE *file)
{
	char line[512];
	u32 room = 0;

	while (fgets(line, sizeof(line), file)) {
		struct record r = { 0 };

		if (!line_plain(line, &r) && !line_event(line, &r))
			continue;
		if (!r.len || r.len > 8 || (r.region != REGS_BAR && r.region != VGPU_REGION_CONFIG))
			continue;
		r.known &= bits_of(r.len);
		if (nr_records == room) {
			room = room ? 2 * room : 65536;
			records = realloc(records, room * sizeof(*records));
			if (!records)
				die("no memory");
		}
		records[nr_records++] = r;
	}
}

/* Give the device the monitor that the guest read, as far as it did. */
static void monitor_load(void)
{
	u8 edid[512] = { 0 };
	u32 at = 0, left = 0, size = 0;
	u32 i, k;

	for (i = 0; i < nr_records; i++) {
		const struct record *r = &records[i];

		if (r->region != REGS_BAR)
			continue;
		if (r->write && r->off == GMBUS1 && r->val & GMBUS_SW_RDY) {
			left = r->val & GMBUS_CYCLE_INDEX && r->val & GMBUS_READ ?
			       GMBUS_BYTE_COUNT(r->val) : 0;
			at = GMBUS_INDEX(r->val);
		}
		if (r->write || r->off != GMBUS3)
			continue;
		for (k = 0; k < 4 && left; k++, left--, at++) {
			edid[at % sizeof(edid)] = r->val >> (8 * k);
			size = max(size, at + 1);
		}
	}
	if (size)
		vgpu_model_gen8.edid(&v, edid, (size + 127) / 128 * 128);
}

static bool engine_knows(u32 off)
{
	u32 i, k;

	for (i = 0; i < GEN8_NUM_ENGINES; i++)
		for (k = 0; k < ARRAY_SIZE(engine_ranges); k++)
			if (off - engine_bases[i] >= engine_ranges[k].first &&
			    off - engine_bases[i] <= engine_ranges[k].last)
				return true;
	return false;
}

/* Bits of the dword at @off that can be compared. */
static u32 comparable(u32 off)
{
	const struct vgpu_reg *r = vgpu_reg_find(&vgpu_model_gen8, off);
	u32 mask = 0xffffffff;
	u32 i;

	if (engine_knows(off) || (r && r->flags & VGPU_REG_VOLATILE))
		return 0;
	for (i = 0; i < ARRAY_SIZE(choices); i++)
		if (choices[i].off == off)
			mask &= ~choices[i].mask;
	return mask;
}

/* What the guest saw of an IIR, an engine or the hotplug line has done. */
static void events_inject(u32 off, u32 seen)
{
	u32 missing = seen & ~v.regs[off / 4];

	switch (off) {
	case GT_IRQ(0) + IRQ_IIR:
		__real_gen8_irq_engine(&v, GEN8_RCS, missing & 0xffff);
		__real_gen8_irq_engine(&v, GEN8_BCS, missing >> 16);
		break;
	case GT_IRQ(1) + IRQ_IIR:
		__real_gen8_irq_engine(&v, GEN8_VCS0, missing & 0xffff);
		break;
	case GT_IRQ(3) + IRQ_IIR:
		__real_gen8_irq_engine(&v, GEN8_VECS, missing & 0xffff);
		break;
	case SDE_IRQ + IRQ_IIR:
		gen8_irq_pch(&v, missing);
		break;
	}
}

/* Before the guest looks at MASTER: what it is going to find in the IIRs. */
static void events_before(u32 i)
{
	u32 end = min(i + LOOK_AHEAD, nr_records);

	if (records[i].off != MASTER_IRQ) {
		events_inject(records[i].off, records[i].val);
		return;
	}
	for (i++; i < end; i++) {
		const struct record *r = &records[i];

		if (r->region != REGS_BAR || r->off >= GEN8_REGS_SIZE)
			continue;
		if (r->off == MASTER_IRQ && r->write)
			return;
		if (!r->write)
			events_inject(r->off, r->val);
	}
}

static void compare(u32 i, u64 got)
{
	const struct record *r = &records[i];
	u64 mask = comparable(r->off & ~3u);
	struct tally *t = &tallies[r->off / 4];

	mask >>= 8 * (r->off % 4);
	if (r->len > 4 - r->off % 4)
		mask |= (u64)comparable((r->off & ~3u) + 4) << (32 - 8 * (r->off % 4));
	mask &= r->known;
	if (!mask)
		return;
	t->compared++;
	if (!((got ^ r->val) & mask))
		return;
	if (!t->differ++) {
		t->first = i;
		t->got = got;
	}
}

static u32 time_wrong;

/* Frames do not go back; lines are never 0. */
static void time_check(u32 off, u32 got)
{
	static u32 frames[GEN8_NUM_PIPES];
	u32 p;

	for (p = 0; p < GEN8_NUM_PIPES; p++) {
		if (off == PIPEDSL(p))
			time_wrong += !got;
		if (off != PIPE_FRMCOUNT(p))
			continue;
		time_wrong += got < frames[p];
		frames[p] = got;
	}
}

static void replay_one(u32 i)
{
	struct record *r = &records[i];
	u64 got = 0;

	now = 1000000000 + r->ns;
	if (r->write) {
		vgpu_region_write(&v, r->region, r->off, &r->val, r->len);
		return;
	}
	if (r->region == REGS_BAR && r->off == GDRST)
		vgpu_model_gen8.work(&v);	/* engines stop */
	if (r->region == REGS_BAR && r->off < GEN8_REGS_SIZE)
		events_before(i);
	if (vgpu_region_read(&v, r->region, r->off, &got, r->len))
		die("an access outside the regions");
	if (r->region != REGS_BAR || r->off + r->len > GEN8_REGS_SIZE)
		return;
	compare(i, got);
	time_check(r->off, got);
}

static u64 compared, differ;

static void show_differences(void)
{
	u32 shown = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tallies); i++) {
		const struct tally *t = &tallies[i];
		const struct vgpu_reg *reg = vgpu_reg_find(&vgpu_model_gen8, 4 * i);

		compared += t->compared;
		differ += t->differ;
		if (!t->differ || shown++ >= SHOWN)
			continue;
		printf("# %#x %s: %u of %u reads differ; record %u: guest %#llx, core %#llx\n",
		       4 * i, reg ? reg->name : "(hole)", t->differ, t->compared, t->first,
		       (unsigned long long)records[t->first].val, (unsigned long long)t->got);
	}
}

/* Return: how many registers the guest accessed that no block lists. */
static u32 show_holes(void)
{
	static bool told[GEN8_REGS_SIZE / 4];
	u32 holes = 0;
	u32 i;

	for (i = 0; i < nr_records; i++) {
		const struct record *r = &records[i];

		if (r->region != REGS_BAR || r->off >= GEN8_REGS_SIZE || told[r->off / 4] ||
		    vgpu_reg_find(&vgpu_model_gen8, r->off))
			continue;
		told[r->off / 4] = true;
		if (holes++ < SHOWN)
			printf("# no register at %#x (%c %#llx)\n", r->off, r->write ? 'W' : 'R',
			       (unsigned long long)r->val);
	}
	return holes;
}

static bool result(u32 number, bool ok, const char *trace, const char *what)
{
	printf("%s %u %s: %s\n", ok ? "ok" : "not ok", number, trace, what);
	return ok;
}

int main(int argc, char **argv)
{
	u32 first = argc > 2 ? atoi(argv[2]) : 1;
	bool ok;
	u32 i;

	if (argc < 2) {
		fprintf(stderr, "usage: replay NAME [NUMBER-OF-FIRST-CASE] <TRACE\n");
		return 2;
	}
	if (vgpu_model_init(&vgpu_model_gen8) || vgpu_init(&v, &vgpu_model_gen8, &host, NULL))
		die("no device");
	trace_load(stdin);
	monitor_load();
	for (i = 0; i < nr_records; i++)
		replay_one(i);

	show_differences();
	printf("# %s: %u accesses, %llu reads compared, %llu differ\n", argv[1], nr_records,
	       (unsigned long long)compared, (unsigned long long)differ);
	ok = result(first, compared && !differ, argv[1], "reads what the guest read");
	ok &= result(first + 1, !time_wrong, argv[1], "time goes on");
	ok &= result(first + 2, nr_records && !show_holes(), argv[1], "every register is known");
	vgpu_exit(&v);
	vgpu_model_exit(&vgpu_model_gen8);
	free(records);
	return !ok;
}
