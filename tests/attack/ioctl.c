// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl.c - a VMM gone mad: any call on the files of a vGPU, with any argument, from several
 * threads, while a vCPU reads its registers
 *
 * In rounds of a fixed number of calls.  A call returns 0, what it read or wrote, or an errno
 * that userspace may see; after each round the device, reset, is what it was and its
 * registers are answered in the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "dice.h"
#include "ktap.h"
#include "rig.h"

#define CALLS 1500 /* of a thread in a round */
#define THREADS 3
#define PAGE 4096u
#define ARG_MAX 2048u
#define ERRNO_MAX 134 /* what is beyond is the kernel's own */

static const char *const types[] = { "test", "bochs", "gen8" };

/**
 * struct caller - a thread
 * @dice: its chance
 * @r: the vGPU
 * @arg: a page for arguments, nothing behind it
 * @last: what it called last, for who looks at a failure
 */
struct caller {
	struct dice dice;
	struct rig *r;
	uint8_t *arg;
	const char *last;
};

static __thread sigjmp_buf touched_nothing;
static __thread volatile bool touching;

static void fault(int sig)
{
	if (touching)
		siglongjmp(touched_nothing, 1);
	signal(sig, SIG_DFL);
}

static void returned(struct caller *c, long ret)
{
	int error = errno;

	if (ret >= 0 || CHECK(error > 0 && error < ERRNO_MAX))
		return;
	printf("# %s: errno %d\n", c->last, error);
}

static uint32_t odd(struct caller *c)
{
	return dice_odd(&c->dice);
}

/* Where an argument of @size bytes is: mostly where it fits, sometimes not all of it. */
static void *arg_place(struct caller *c, uint32_t size)
{
	switch (dice_below(&c->dice, 24)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(dice_u64(&c->dice) | 1ull << 63);
	case 2:
		return c->arg + PAGE - dice_below(&c->dice, size + 1);
	default:
		return c->arg + PAGE - size;
	}
}

/* The argument is written where all of it is, and given where arg_place() says. */
static void call(struct caller *c, int fd, unsigned long cmd, const void *arg, uint32_t size)
{
	void *place = arg_place(c, size);
	int ret;

	memcpy(c->arg + PAGE - size, arg, size);
	ret = ioctl(fd, cmd, place);
	returned(c, ret);
}

static uint32_t argsz(struct caller *c, uint32_t size)
{
	return dice_one_in(&c->dice, 4) ? odd(c) : size;
}

static void call_info(struct caller *c)
{
	struct vfio_device_info info = { .argsz = argsz(c, sizeof(info)), .flags = odd(c) };

	call(c, c->r->g.d.fd, VFIO_DEVICE_GET_INFO, &info, sizeof(info));
}

static void call_region_info(struct caller *c)
{
	uint8_t buf[ARG_MAX] = {};
	struct vfio_region_info info = {
		.argsz = argsz(c, sizeof(buf)),
		.index = dice_one_in(&c->dice, 8) ? odd(c) : dice_below(&c->dice, 13),
		.cap_offset = odd(c),
	};

	memcpy(buf, &info, sizeof(info));
	call(c, c->r->g.d.fd, VFIO_DEVICE_GET_REGION_INFO, buf, sizeof(buf));
}

static void call_irq_info(struct caller *c)
{
	struct vfio_irq_info info = {
		.argsz = argsz(c, sizeof(info)),
		.index = odd(c),
		.count = odd(c),
	};

	call(c, c->r->g.d.fd, VFIO_DEVICE_GET_IRQ_INFO, &info, sizeof(info));
}

static void call_set_irqs(struct caller *c)
{
	uint8_t buf[ARG_MAX];
	uint32_t count = dice_one_in(&c->dice, 8) ? odd(c) : dice_below(&c->dice, 34);
	struct vfio_irq_set set = {
		.argsz = argsz(c, sizeof(set) + 4 * (count & 63)),
		.flags = dice_one_in(&c->dice, 8) ?
				 odd(c) :
				 1u << dice_below(&c->dice, 3) | 8u << dice_below(&c->dice, 3),
		.index = dice_one_in(&c->dice, 8) ? odd(c) : dice_below(&c->dice, 6),
		.start = dice_one_in(&c->dice, 4) ? odd(c) : 0,
		.count = count,
	};
	int fds[] = { c->r->event, -1, c->r->g.d.fd, c->r->vm.vm, 12345 };
	uint32_t i;

	for (i = 0; i < sizeof(buf); i += 4)
		memcpy(buf + i, &fds[dice_one_in(&c->dice, 4) ? dice_below(&c->dice, 5) : 0], 4);
	memcpy(buf, &set, sizeof(set));
	call(c, c->r->g.d.fd, VFIO_DEVICE_SET_IRQS, buf,
	     sizeof(set) + 4 * (dice_below(&c->dice, 40)));
}

static void call_reset(struct caller *c)
{
	returned(c, ioctl(c->r->g.d.fd, VFIO_DEVICE_RESET, dice_odd(&c->dice)));
}

static void call_plane(struct caller *c)
{
	struct vfio_device_gfx_plane_info p = {
		.argsz = argsz(c, sizeof(p)),
		.flags = dice_one_in(&c->dice, 3) ? odd(c) : VFIO_GFX_PLANE_TYPE_REGION,
		.drm_plane_type = dice_one_in(&c->dice, 3) ? odd(c) : 1,
	};

	call(c, c->r->g.d.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &p, sizeof(p));
}

static void call_unknown(struct caller *c)
{
	uint8_t buf[256];

	dice_fill(&c->dice, buf, sizeof(buf));
	call(c, c->r->g.d.fd,
	     dice_one_in(&c->dice, 2) ? odd(c) :
					_IO(VFIO_TYPE, VFIO_BASE + dice_below(&c->dice, 40)),
	     buf, sizeof(buf));
}

static struct vfio_inkernel_range range_any(struct caller *c)
{
	struct vfio_inkernel_range r = c->r->ranges[dice_below(&c->dice, RIG_RANGES)];

	if (dice_one_in(&c->dice, 4))
		r.offset = dice_odd(&c->dice);
	if (dice_one_in(&c->dice, 4))
		r.size = dice_odd(&c->dice);
	if (dice_one_in(&c->dice, 4))
		r.gpa = dice_one_in(&c->dice, 2) ? dice_odd(&c->dice) :
						   GUEST_GPA + 8 * dice_below(&c->dice, 0x400);
	if (dice_one_in(&c->dice, 16))
		r.region = odd(c);
	if (dice_one_in(&c->dice, 32))
		r.flags = odd(c);
	return r;
}

static void call_feature(struct caller *c)
{
	uint8_t buf[ARG_MAX] = {};
	struct vfio_device_feature *f = (void *)buf;
	struct vfio_device_feature_inkernel *p = (void *)f->data;
	uint32_t nr = dice_below(&c->dice, 8);
	uint32_t size = sizeof(*f) + sizeof(*p) + nr * sizeof(p->ranges[0]);
	uint32_t i;

	f->argsz = argsz(c, size);
	f->flags =
		(dice_one_in(&c->dice, 16) ? odd(c) : VFIO_DEVICE_FEATURE_INKERNEL) |
		(dice_one_in(&c->dice, 16) ? odd(c) << 16 : 1u << (16 + dice_below(&c->dice, 2))) |
		(dice_one_in(&c->dice, 8) ? VFIO_DEVICE_FEATURE_PROBE : 0);
	p->op = dice_one_in(&c->dice, 16) ? odd(c) : 1 + dice_below(&c->dice, 2);
	p->nr_ranges = dice_one_in(&c->dice, 8) ? odd(c) : nr;
	p->flags = dice_one_in(&c->dice, 32) ? odd(c) : 0;
	for (i = 0; i < nr; i++)
		p->ranges[i] = range_any(c);
	call(c, c->r->g.d.fd, VFIO_DEVICE_FEATURE, buf, size);
}

/* Registers, configuration space, the tables, the frame, the monitor; or beside all of them. */
static uint64_t offset_any(struct caller *c)
{
	static const uint32_t parts[] = { 0x100, 0x1000, 0x8000, 0x180000, 0x1000000 };
	uint64_t off = REGION_OFFSET(dice_below(&c->dice, 13));

	if (dice_one_in(&c->dice, 16))
		return dice_odd(&c->dice) & INT64_MAX;
	off += dice_below(&c->dice, parts[dice_below(&c->dice, 5)]);
	return dice_one_in(&c->dice, 4) ? off : off & ~3ull;
}

static size_t len_any(struct caller *c)
{
	static const uint16_t lens[] = { 1, 2, 4, 4, 4, 8, 3, 16, 64, 512 };

	return dice_one_in(&c->dice, 16) ? dice_below(&c->dice, PAGE) :
					   lens[dice_below(&c->dice, sizeof(lens) / 2)];
}

static void call_read(struct caller *c)
{
	size_t len = len_any(c);

	returned(c, pread(c->r->g.d.fd, arg_place(c, len), len, offset_any(c)));
}

static void call_write(struct caller *c)
{
	size_t len = len_any(c);

	dice_fill(&c->dice, c->arg + PAGE - len, len);
	returned(c, pwrite(c->r->g.d.fd, arg_place(c, len), len, offset_any(c)));
}

static void touch(volatile uint8_t *p, size_t len, bool write)
{
	size_t i;

	touching = true;
	if (!sigsetjmp(touched_nothing, 1)) {
		for (i = 0; i < len; i += PAGE)
			write ? (void)(p[i] = i) : (void)p[i];
	}
	touching = false;
}

static void call_mmap(struct caller *c)
{
	int prot = dice_one_in(&c->dice, 2) ? PROT_READ | PROT_WRITE : dice_below(&c->dice, 8);
	size_t len =
		PAGE * (dice_one_in(&c->dice, 8) ? odd(c) % 0x10000 : 1 + dice_below(&c->dice, 16));
	void *p = mmap(NULL, len, prot, dice_one_in(&c->dice, 8) ? MAP_PRIVATE : MAP_SHARED,
		       c->r->g.d.fd, offset_any(c) & ~(uint64_t)(PAGE - 1));
	size_t some;

	returned(c, p == MAP_FAILED ? -1 : 0);
	if (p == MAP_FAILED)
		return;
	some = len > 64 * PAGE ? 64 * PAGE : len;
	touch(p, some, false);
	if (dice_one_in(&c->dice, 2))
		touch(p, some, true);
	if (dice_one_in(&c->dice, 4))
		mprotect(p, some, dice_below(&c->dice, 8));
	touch(p, some, dice_one_in(&c->dice, 2));
	if (dice_one_in(&c->dice, 8))
		madvise(p, len, MADV_DONTFORK);
	munmap(p, len);
}

/*
 * Memory of the guest comes and goes.  One thread at a time takes some away: of two, one
 * waits in vfio_notify_dma_unmap() with iommu->lock for the other, whose .dma_unmap unpins
 * pages and waits for that lock (6.12: any mdev driver that pins, and for ever).
 */
static void call_dma(struct caller *c)
{
	static pthread_mutex_t unmapping = PTHREAD_MUTEX_INITIALIZER;
	uint64_t iova = (uint64_t)PAGE * dice_below(&c->dice, ALL_SIZE / PAGE);
	uint32_t size = PAGE * (1 + dice_below(&c->dice, (ALL_SIZE - iova) / PAGE));

	if (!c->r->g.mem)
		return;
	if (dice_one_in(&c->dice, 4))
		iova = 0, size = ALL_SIZE;
	if (dice_one_in(&c->dice, 2)) {
		pthread_mutex_lock(&unmapping);
		dma_unmap(&c->r->g, iova, size);
		pthread_mutex_unlock(&unmapping);
	} else {
		dma_map(&c->r->g, iova, size);
	}
}

static void call_debugfs(struct caller *c)
{
	static const char *const names[] = {
		"ranges", "classes", "regs", "pages", "limits", "monitor", "counters", "count",
	};
	char path[128];
	size_t len = dice_below(&c->dice, 64);
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvmgt/%s/%s", c->r->g.d.uuid,
		 names[dice_below(&c->dice, 8)]);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	dice_fill(&c->dice, c->arg + PAGE - len, len);
	if (dice_one_in(&c->dice, 2))
		returned(c, write(fd, arg_place(c, len), len));
	returned(c, pread(fd, arg_place(c, 1024), 1024, dice_odd(&c->dice) & 0xffff));
	close(fd);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*call)(struct caller *c);
	uint32_t weight;
} calls[] = {
	{ "GET_INFO",		call_info,		2 },
	{ "GET_REGION_INFO",	call_region_info,	4 },
	{ "GET_IRQ_INFO",	call_irq_info,		2 },
	{ "SET_IRQS",		call_set_irqs,		8 },
	{ "RESET",		call_reset,		1 },
	{ "QUERY_GFX_PLANE",	call_plane,		2 },
	{ "unknown",		call_unknown,		2 },
	{ "FEATURE",		call_feature,		12 },
	{ "read",		call_read,		16 },
	{ "write",		call_write,		24 },
	{ "mmap",		call_mmap,		3 },
	{ "DMA",		call_dma,		2 },
	{ "debugfs",		call_debugfs,		2 },
};
/* clang-format on */

static void any_call(struct caller *c)
{
	uint32_t total = 0;
	uint32_t i, n;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		total += calls[i].weight;
	n = dice_below(&c->dice, total);
	for (i = 0; n >= calls[i].weight; i++)
		n -= calls[i].weight;
	c->last = calls[i].name;
	calls[i].call(c);
}

static void *caller_run(void *arg)
{
	struct caller *c = arg;
	uint8_t *pages =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	munmap(pages + PAGE, PAGE);
	c->arg = pages;
	for (i = 0; i < CALLS; i++)
		any_call(c);
	munmap(pages, PAGE);
	return NULL;
}

static volatile bool stop;

static void *vcpu_run(void *arg)
{
	struct caller *c = arg;

	while (!stop)
		vm_run_reads(&c->r->vm, 4 * dice_below(&c->dice, 0x100), 50);
	return NULL;
}

/* Whatever was done to it: reset it is as it was, and attached it answers. */
static void still_works(struct rig *r)
{
	static const uint16_t ids[] = { 0x1234, 0x1234, 0x8086 };
	uint16_t id = 0, command = 2;
	uint32_t nr = 0;
	size_t i;

	CHECK_EQ(xioctl(r->g.d.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(rig_region_infos(r), 0);
	CHECK_EQ(pread(r->g.d.fd, &id, 2, REGION_OFFSET(7)), 2);
	for (i = 0; i < 3; i++)
		if (!strcmp(types[i], r->type))
			CHECK_EQ(id, ids[i]);
	CHECK_EQ(pwrite(r->g.d.fd, &command, 2, REGION_OFFSET(7) + 4), 2);
	CHECK_EQ(feature_get(&r->g.d, NULL, 0, &nr), 0);
	if (!nr)
		CHECK_EQ(feature_set(&r->g.d, VFIO_INKERNEL_OP_ATTACH, r->ranges, 1), 0);
}

static void round_run(uint64_t seed, const char *type)
{
	struct caller callers[THREADS + 1]; /* the last is the vCPU */
	pthread_t threads[THREADS + 1];
	struct rig r = { .type = type };
	int i;

	rig_begin(&r);
	stop = false;
	for (i = 0; i <= THREADS; i++) {
		callers[i] = (struct caller){ .dice = { seed + i }, .r = &r, .last = "" };
		pthread_create(&threads[i], NULL, i < THREADS ? caller_run : vcpu_run, &callers[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	stop = true;
	pthread_join(threads[THREADS], NULL);
	still_works(&r);
	rig_end(&r);
}

static void any_call_with_any_argument(void)
{
	uint64_t end = attack_now() + attack_seconds() * 1000000000ull;
	uint64_t seed = attack_seed();
	uint32_t rounds = 0;

	while (!ktap_case_failed && (attack_now() < end || rounds < 3)) {
		round_run(seed + 1000 * rounds, types[rounds % 3]);
		if (rounds++ % 10 == 9)
			printf("# %u rounds\n", rounds), fflush(stdout);
	}
	if (ktap_case_failed)
		printf("# round %u, of %s\n", rounds - 1, types[(rounds - 1) % 3]);
	printf("# %u rounds, %u calls\n", rounds, rounds * THREADS * CALLS);
	CHECK_EQ(rig_vm_works(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(any_call_with_any_argument),
};

int main(void)
{
	struct sigaction action = { .sa_handler = fault, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	return ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
}
