// SPDX-License-Identifier: GPL-2.0
/*
 * feature_test.c - VFIO_DEVICE_FEATURE_INKERNEL: each malformed call gets its
 * errno and changes nothing; each good one does what uapi/linux/vfio_kvmgt.h says
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"
#include "ktap.h"
#include "model_test.h"

#define ATTACH	VFIO_INKERNEL_OP_ATTACH
#define DETACH	VFIO_INKERNEL_OP_DETACH
#define GPA	0x100000000ULL
#define ALL	VFIO_INKERNEL_MAX_RANGES

static struct vm vm;
static struct dev dev;

static struct vfio_inkernel_range range(uint64_t offset, uint64_t size, uint64_t gpa)
{
	return (struct vfio_inkernel_range) { .offset = offset, .size = size, .gpa = gpa };
}

static uint32_t attached(void)
{
	uint32_t nr = ~0U;

	CHECK_EQ(feature_get(&dev, NULL, 0, &nr), 0);
	return nr;
}

static int one(uint32_t op, struct vfio_inkernel_range r)
{
	return feature_set(&dev, op, &r, 1);
}

static void detach_all(void)
{
	struct vfio_inkernel_range r[ALL];
	uint32_t nr;

	do {
		CHECK_EQ(feature_get(&dev, r, ALL, &nr), 0);
		if (nr)
			CHECK_EQ(feature_set(&dev, DETACH, r, nr < ALL ? nr : ALL), 0);
	} while (nr > ALL);
	CHECK_EQ(attached(), 0);
}

static void probe(void)
{
	CHECK_EQ(feature_probe(&dev, VFIO_DEVICE_FEATURE_SET), 0);
	CHECK_EQ(feature_probe(&dev, VFIO_DEVICE_FEATURE_GET), 0);
	CHECK_EQ(feature_probe(&dev, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET), 0);
}

static void without_vm(void)
{
	struct vfio_inkernel_range r = range(0, 4, GPA);
	struct dev d;
	uint32_t nr;

	mdev_create(&d, "test");
	dev_open(&d, NULL);
	CHECK_EQ(feature_probe(&d, VFIO_DEVICE_FEATURE_SET), -ENODEV);
	CHECK_EQ(feature_set(&d, ATTACH, &r, 1), -ENODEV);
	CHECK_EQ(feature_set(&d, DETACH, &r, 1), -ENODEV);
	CHECK_EQ(feature_get(&d, NULL, 0, &nr), 0);
	CHECK_EQ(nr, 0);
	dev_close(&d);
	mdev_remove(&d);
}

/* Ranges that no ATTACH takes, and no DETACH either. */
static void bad_ranges(void)
{
	const struct {
		const char *what;
		struct vfio_inkernel_range r;
	} bad[] = {
		{ "empty", { .size = 0 } },
		{ "unknown flags", { .size = 4, .flags = 1 } },
		{ "too large", { .size = VFIO_INKERNEL_MAX_SIZE + 1 } },
		{ "behind the region", { .offset = TEST_REGS_SIZE, .size = 4 } },
		{ "over the end of the region", { .offset = TEST_REGS_SIZE - 2, .size = 4 } },
		{ "offset overflows", { .offset = ~0ULL - 1, .size = 4 } },
		{ "offset wraps into the region", { .offset = -4ULL, .size = 8 } },
		{ "gpa overflows", { .size = 4, .gpa = ~0ULL - 2 } },
		{ "region without anything", { .region = 1, .size = 4 } },
		{ "region of memory", { .region = TEST_BAR_RAM, .size = 4 } },
		{ "config space", { .region = 7, .size = 4 } },
		{ "the picture", { .region = REGION_FRAME, .size = 4 } },
		{ "region that does not exist", { .region = 10, .size = 4 } },
		{ "region far out", { .region = ~0U, .size = 4 } },
		{ "class USERSPACE", { .offset = TEST_USER, .size = 4 } },
		{ "into class USERSPACE", { .offset = TEST_USER - 4, .size = 8 } },
		{ "out of class USERSPACE", { .offset = TEST_USER_COUNT - 4, .size = 8 } },
		{ "across class USERSPACE", { .offset = TEST_USER - 4, .size = 0x1010 } },
		{ "one byte too many", { .offset = TEST_ODD, .size = TEST_ODD_USER - TEST_ODD + 1 } },
	};
	unsigned int i;

	CHECK_EQ(one(ATTACH, range(0, 4, GPA)), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!CHECK_EQ(one(ATTACH, bad[i].r), -EINVAL) ||
		    !CHECK_EQ(one(DETACH, bad[i].r), -EINVAL) || !CHECK_EQ(attached(), 1))
			printf("# %s\n", bad[i].what);
	}
	detach_all();
}

struct payload {
	struct vfio_device_feature f;
	struct vfio_device_feature_inkernel p;
	struct vfio_inkernel_range r[2];
};

static struct payload good_payload(uint32_t op)
{
	struct payload x = {
		.f = { .argsz = sizeof(x), .flags = VFIO_DEVICE_FEATURE_SET |
						    VFIO_DEVICE_FEATURE_INKERNEL },
		.p = { .op = op, .nr_ranges = 2 },
		.r = { range(0, 4, GPA), range(4, 4, GPA + 4) },
	};

	return x;
}

static void bad_headers(void)
{
	struct payload x;

#define TRY(errno_, change) do {						\
		x = good_payload(ATTACH);					\
		change;								\
		CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_FEATURE, &x), -(errno_));	\
		CHECK_EQ(attached(), 0);					\
	} while (0)

	TRY(EINVAL, x.f.argsz = 0);
	TRY(EINVAL, x.f.argsz = 7);
	TRY(EINVAL, x.f.argsz = sizeof(x.f));
	TRY(EINVAL, x.f.argsz = sizeof(x.f) + sizeof(x.p) - 1);
	TRY(EINVAL, x.f.argsz = sizeof(x.f) + sizeof(x.p));
	TRY(EINVAL, x.f.argsz = sizeof(x) - 1);
	TRY(EINVAL, x.f.flags &= ~VFIO_DEVICE_FEATURE_SET);
	TRY(EINVAL, x.f.flags |= VFIO_DEVICE_FEATURE_GET);
	TRY(EINVAL, x.f.flags |= 1U << 31);
	TRY(ENOTTY, x.f.flags += 1);
	TRY(ENOTTY, x.f.flags -= 1);
	TRY(EINVAL, x.p.op = 0);
	TRY(EINVAL, x.p.op = 3);
	TRY(EINVAL, x.p.flags = 1);
	TRY(EINVAL, x.p.reserved = 1);
	TRY(EINVAL, x.p.nr_ranges = 0);
	TRY(EINVAL, x.p.nr_ranges = 3);
	TRY(EINVAL, x.p.nr_ranges = ALL + 1);
	TRY(EINVAL, x.p.nr_ranges = ~0U);
	TRY(EINVAL, (x.f.argsz = ~0U, x.p.nr_ranges = ALL + 1));
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_FEATURE, NULL), -EFAULT);
#undef TRY
	x = good_payload(ATTACH);
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_FEATURE, &x), 0);
	CHECK_EQ(attached(), 2);
	detach_all();
}

/* The payload is said to be longer than the memory that holds it. */
static void bad_memory(void)
{
	static struct payload x;
	char *page = aligned_alloc(4096, 4096);

	x = good_payload(ATTACH);
	x.f.argsz = 1 << 20;
	x.p.nr_ranges = ALL;
	memcpy(page, &x, sizeof(x));
	/* 256 ranges do not fit: what follows the page is not ours or holds no range */
	CHECK(xioctl(dev.fd, VFIO_DEVICE_FEATURE, page) < 0);
	CHECK_EQ(attached(), 0);
	free(page);
}

static void all_or_nothing(void)
{
	struct vfio_inkernel_range r[3] = {
		range(0x100, 4, GPA), range(0x200, 4, GPA + 0x100), range(0x300, 4, GPA + 0x200),
	};

	r[2].size = 0;
	CHECK_EQ(feature_set(&dev, ATTACH, r, 3), -EINVAL);
	CHECK_EQ(attached(), 0);
	r[2] = range(0x300, 4, GPA + 2);
	CHECK_EQ(feature_set(&dev, ATTACH, r, 3), -EEXIST);
	CHECK_EQ(attached(), 0);
	r[2] = r[0];
	CHECK_EQ(feature_set(&dev, ATTACH, r, 3), -EEXIST);
	CHECK_EQ(attached(), 0);
	CHECK_EQ(feature_set(&dev, ATTACH, r, 2), 0);
	CHECK_EQ(attached(), 2);
	r[2] = range(0x100, 2, GPA);
	CHECK_EQ(feature_set(&dev, DETACH, r, 3), -EINVAL);
	CHECK_EQ(attached(), 2);
	detach_all();
}

static void idempotent(void)
{
	struct vfio_inkernel_range r = range(TEST_ARRAY, 0x100, GPA);

	CHECK_EQ(one(DETACH, r), 0);
	CHECK_EQ(one(ATTACH, r), 0);
	CHECK_EQ(one(ATTACH, r), 0);
	CHECK_EQ(attached(), 1);
	CHECK_EQ(one(DETACH, r), 0);
	CHECK_EQ(one(DETACH, r), 0);
	CHECK_EQ(attached(), 0);
}

static void overlap(void)
{
	CHECK_EQ(one(ATTACH, range(0x100, 0x10, GPA)), 0);
	CHECK_EQ(one(ATTACH, range(0x200, 0x10, GPA + 0xf)), -EEXIST);
	CHECK_EQ(one(ATTACH, range(0x200, 0x10, GPA - 0xf)), -EEXIST);
	CHECK_EQ(one(ATTACH, range(0x100, 0x8, GPA)), -EEXIST);
	CHECK_EQ(one(ATTACH, range(0x200, 0x100, GPA - 0x10)), -EEXIST);
	CHECK_EQ(one(DETACH, range(0x100, 0x8, GPA)), -EINVAL);
	CHECK_EQ(one(DETACH, range(0x104, 0x10, GPA)), -EINVAL);
	CHECK_EQ(attached(), 1);
	/* neighbours and a second address of the same bytes are fine */
	CHECK_EQ(one(ATTACH, range(0x110, 1, GPA + 0x10)), 0);
	CHECK_EQ(one(ATTACH, range(0x200, 2, GPA - 2)), 0);
	CHECK_EQ(one(ATTACH, range(0x100, 0x10, 2 * GPA)), 0);
	CHECK_EQ(attached(), 4);
	detach_all();
}

static void get_reports(void)
{
	struct vfio_inkernel_range r[3];
	uint32_t nr;

	CHECK_EQ(one(ATTACH, range(0x100, 7, GPA)), 0);
	CHECK_EQ(one(ATTACH, range(0x200, 9, GPA + 7)), 0);
	memset(r, 0xff, sizeof(r));
	CHECK_EQ(feature_get(&dev, r, 1, &nr), 0);
	CHECK_EQ(nr, 2);
	CHECK_EQ(r[0].offset, 0x100);
	CHECK_EQ(feature_get(&dev, r, 3, &nr), 0);
	CHECK_EQ(nr, 2);
	CHECK_EQ(r[0].region, 0);
	CHECK_EQ(r[0].flags, 0);
	CHECK_EQ(r[0].offset, 0x100);
	CHECK_EQ(r[0].size, 7);
	CHECK_EQ(r[0].gpa, GPA);
	CHECK_EQ(r[0].reads | r[0].writes | r[0].bytes | r[0].refused, 0);
	CHECK_EQ(r[1].size, 9);
	CHECK_EQ(r[1].gpa, GPA + 7);
	detach_all();
}

/* As many ranges as a device may have; then as many as KVM's bus has room for. */
static int fill(struct dev *d, uint64_t gpa)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; !ret && i < 2000; i++) {
		struct vfio_inkernel_range r = range(0, 4, gpa + 16 * i);

		ret = feature_set(d, ATTACH, &r, 1);
	}
	return ret;
}

static void full(void)
{
	struct vfio_inkernel_range r[2] = { range(0, 4, 4 * GPA), range(0, 4, 5 * GPA) };
	uint32_t nr, before;
	struct dev d;

	CHECK_EQ(fill(&dev, GPA), -ENOSPC);
	before = attached();
	CHECK(before >= 400);
	CHECK_EQ(feature_set(&dev, ATTACH, r, 2), -ENOSPC);
	CHECK_EQ(attached(), before);

	mdev_create(&d, "test");
	dev_open(&d, &vm);
	CHECK_EQ(fill(&d, 3 * GPA), -ENOSPC);
	CHECK_EQ(feature_get(&d, NULL, 0, &nr), 0);
	CHECK(nr >= 400 && before + nr <= 1000);
	dev_close(&d);
	mdev_remove(&d);

	detach_all();
	CHECK_EQ(one(ATTACH, r[0]), 0);
	detach_all();
}

/* KVM's own count of exits is the witness, and ours must agree with the guest. */
static void guest_reads(void)
{
	struct vfio_inkernel_range r = range(0, 0x1000, GUEST_GPA);
	uint16_t cmd = 2;
	uint32_t nr;

	CHECK_EQ(pwrite(dev.fd, &cmd, 2, REGION_OFFSET(7) + 4), 2);
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 100), 100);
	CHECK_EQ(one(ATTACH, r), 0);
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 100), 0);
	CHECK_EQ(feature_get(&dev, &r, 1, &nr), 0);
	CHECK_EQ(r.reads, 100);
	CHECK_EQ(r.bytes, 400);
	CHECK_EQ(r.writes | r.refused, 0);

	/* memory decoding off: the access is the VMM's */
	cmd = 0;
	CHECK_EQ(pwrite(dev.fd, &cmd, 2, REGION_OFFSET(7) + 4), 2);
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 10), 10);
	CHECK_EQ(feature_get(&dev, &r, 1, &nr), 0);
	CHECK_EQ(r.reads, 100);
	CHECK_EQ(r.refused, 10);

	detach_all();
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 10), 10);
}

/* A byte-granular end: what straddles it is the VMM's, as a whole. */
static void guest_straddles(void)
{
	uint16_t cmd = 2;

	CHECK_EQ(pwrite(dev.fd, &cmd, 2, REGION_OFFSET(7) + 4), 2);
	CHECK_EQ(one(ATTACH, range(0x100, 0x2a, GUEST_GPA + 0x100)), 0);
	CHECK_EQ(vm_run_reads(&vm, 0x100, 5), 0);
	CHECK_EQ(vm_run_reads(&vm, 0x126, 5), 0);
	CHECK_EQ(vm_run_reads(&vm, 0x127, 5), 5);
	CHECK_EQ(vm_run_reads(&vm, 0x12a, 5), 5);
	CHECK_EQ(vm_run_reads(&vm, 0xff, 5), 5);
	detach_all();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(probe),	   KTAP_CASE(without_vm),  KTAP_CASE(bad_ranges),
	KTAP_CASE(bad_headers),	   KTAP_CASE(bad_memory),  KTAP_CASE(all_or_nothing),
	KTAP_CASE(idempotent),	   KTAP_CASE(overlap),	   KTAP_CASE(get_reports),
	KTAP_CASE(full),	   KTAP_CASE(guest_reads), KTAP_CASE(guest_straddles),
};

int main(void)
{
	int ret;

	vm_create(&vm);
	mdev_create(&dev, "test");
	dev_open(&dev, &vm);
	ret = ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	dev_close(&dev);
	vm_destroy(&vm);
	mdev_remove(&dev);
	return ret;
}
