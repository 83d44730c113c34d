// SPDX-License-Identifier: GPL-2.0
/*
 * faults.c - every operation of a vGPU with its first allocation failing, its second, and so
 * on, until it needs no more
 *
 * By /proc/thread-self/fail-nth (Documentation/fault-injection): the nth allocation or copy
 * from or to userspace of this thread fails that has our modules on its stack.  The operation
 * then fails cleanly or does without; undone and done again it works.  Which call of the
 * modules it was the kernel logs, and the case collects.
 *
 * Usage: attack-faults [always] TYPE OPERATION...
 *
 * "always": all fail that the case has chosen, once; for what has another way when its first
 * allocation fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "ktap.h"
#include "rig.h"

#define NTH_MAX 2000

static int nth_fd;

static void nth_set(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	if (pwrite(nth_fd, text, strlen(text), 0) < 0)
		printf("Bail out! fail-nth: %s\n", strerror(errno)), exit(1);
}

/* Return: did it come to that? */
static bool nth_was_reached(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		printf("Bail out! fail-nth: %s\n", strerror(errno)), exit(1);
	nth_set(0);
	return atoi(text) == 0;
}

static bool is_clean(int ret)
{
	return ret == -ENOMEM || ret == -EFAULT || ret == -EINVAL || ret == -EAGAIN ||
	       ret == -ENOSPC || ret == -ENODEV || ret == -EBUSY;
}

/**
 * struct op - an operation
 * @name: of it
 * @begin: what it needs beforehand; NULL: nothing
 * @run: does it.  Return: 0 or a negative error, and then there is nothing to undo
 * @undo: NULL: nothing
 * @end: undoes @begin
 */
struct op {
	const char *name;
	void (*begin)(struct rig *r);
	int (*run)(struct rig *r);
	void (*undo)(struct rig *r);
	void (*end)(struct rig *r);
};

static int bus_module_run(struct rig *r)
{
	return rig_module_load("kvmgt_bus");
}

static void bus_module_undo(struct rig *r)
{
	CHECK_EQ(rig_module_unload("kvmgt_bus"), 0);
}

static int module_run(struct rig *r)
{
	return rig_module_load("kvmgt_vgpu");
}

static void module_undo(struct rig *r)
{
	CHECK_EQ(rig_module_unload("kvmgt_vgpu"), 0);
}

static void modules_begin(struct rig *r)
{
	module_undo(r);
	bus_module_undo(r);
}

static void modules_end(struct rig *r)
{
	CHECK_EQ(bus_module_run(r), 0);
	CHECK_EQ(module_run(r), 0);
}

static void module_end(struct rig *r)
{
	CHECK_EQ(module_run(r), 0);
}

static void open_begin(struct rig *r)
{
	vm_create(&r->vm);
	CHECK_EQ(rig_create(r), 0);
}

static void open_end(struct rig *r)
{
	rig_remove(r);
	vm_destroy(&r->vm);
}

static int info_run(struct rig *r)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_irq_info irq = { .argsz = sizeof(irq) };
	int ret = xioctl(r->g.d.fd, VFIO_DEVICE_GET_INFO, &info);

	return ret ?: xioctl(r->g.d.fd, VFIO_DEVICE_GET_IRQ_INFO, &irq);
}

static int attach_run(struct rig *r)
{
	return feature_set(&r->g.d, VFIO_INKERNEL_OP_ATTACH, r->ranges, RIG_RANGES);
}

static void attach_undo(struct rig *r)
{
	CHECK_EQ(feature_set(&r->g.d, VFIO_INKERNEL_OP_DETACH, r->ranges, RIG_RANGES), 0);
}

static int feature_get_run(struct rig *r)
{
	struct vfio_inkernel_range got[RIG_RANGES];
	uint32_t nr;

	return feature_get(&r->g.d, got, RIG_RANGES, &nr);
}

static int trigger(struct rig *r, uint32_t index, uint32_t count)
{
	return rig_irqs(r, index, VFIO_IRQ_SET_ACTION_TRIGGER, count);
}

static int msi_run(struct rig *r)
{
	return trigger(r, VFIO_PCI_MSI_IRQ_INDEX, 1);
}

static void msi_undo(struct rig *r)
{
	CHECK_EQ(trigger(r, VFIO_PCI_MSI_IRQ_INDEX, 0), 0);
}

static int intx_run(struct rig *r)
{
	int ret = trigger(r, VFIO_PCI_INTX_IRQ_INDEX, 1);

	if (ret)
		return ret;
	ret = rig_irqs(r, VFIO_PCI_INTX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_UNMASK, 1);
	if (ret)
		trigger(r, VFIO_PCI_INTX_IRQ_INDEX, 0);
	return ret;
}

static void intx_undo(struct rig *r)
{
	CHECK_EQ(trigger(r, VFIO_PCI_INTX_IRQ_INDEX, 0), 0);
}

static int request_run(struct rig *r)
{
	return trigger(r, VFIO_PCI_REQ_IRQ_INDEX, 1);
}

static void request_undo(struct rig *r)
{
	CHECK_EQ(trigger(r, VFIO_PCI_REQ_IRQ_INDEX, 0), 0);
}

static int read_write_run(struct rig *r)
{
	uint32_t val = 6;

	if (pwrite(r->g.d.fd, &val, 2, REGION_OFFSET(7) + 4) != 2)
		return -errno;
	return pread(r->g.d.fd, &val, 4, REGION_OFFSET(7)) == 4 ? 0 : -errno;
}

/* Nothing stays pinned, so that the next time all is pinned anew. */
static void remap(struct rig *r)
{
	CHECK_EQ(rig_remap(r), 0);
}

static int reset_run(struct rig *r)
{
	return xioctl(r->g.d.fd, VFIO_DEVICE_RESET, NULL);
}

/* clang-format off */
static const struct op ops[] = {
	{ "bus-module",	 modules_begin, bus_module_run,	  bus_module_undo, modules_end },
	{ "module",	 module_undo,	module_run,	  module_undo,	   module_end },
	{ "create",	 NULL,		rig_create,	  rig_remove,	   NULL },
	{ "open",	 open_begin,	rig_open,	  rig_close,	   open_end },
	{ "info",	 rig_begin,	info_run,	  NULL,		   rig_end },
	{ "region-info", rig_begin,	rig_region_infos, NULL,		   rig_end },
	{ "attach",	 rig_begin,	attach_run,	  attach_undo,	   rig_end },
	{ "feature-get", rig_begin,	feature_get_run,  NULL,		   rig_end },
	{ "msi",	 rig_begin,	msi_run,	  msi_undo,	   rig_end },
	{ "intx",	 rig_begin,	intx_run,	  intx_undo,	   rig_end },
	{ "request",	 rig_begin,	request_run,	  request_undo,	   rig_end },
	{ "read-write",	 rig_begin,	read_write_run,	  NULL,		   rig_end },
	{ "mmap",	 rig_begin,	rig_mmap,	  NULL,		   rig_end },
	{ "edid",	 rig_begin,	rig_monitor,	  NULL,		   rig_end },
	{ "plane",	 rig_begin,	rig_plane,	  remap,	   rig_end },
	{ "aperture",	 rig_begin,	rig_aperture,	  remap,	   rig_end },
	{ "debugfs",	 rig_begin,	rig_debugfs,	  NULL,		   rig_end },
	{ "count",	 rig_begin,	rig_count,	  NULL,		   rig_end },
	{ "reset",	 rig_begin,	reset_run,	  NULL,		   rig_end },
};
/* clang-format on */

/* All that was chosen fail, from now on, or none. */
static void always_set(bool on)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	char path[64];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/times", kinds[i]);
		CHECK_EQ(text_write(path, "-1"), 0);
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/probability", kinds[i]);
		CHECK_EQ(text_write(path, on ? "100" : "0"), 0);
	}
}

static void op_always(const struct op *op, const char *type)
{
	struct rig r = { .type = type };
	int ret;

	if (op->begin)
		op->begin(&r);
	always_set(true);
	ret = op->run(&r);
	always_set(false);
	printf("# %s, %s: %d\n", op->name, type, ret);
	CHECK(!ret || is_clean(ret));
	if (!ret && op->undo)
		op->undo(&r);
	ret = op->run(&r);
	CHECK_EQ(ret, 0);
	if (!ret && op->undo)
		op->undo(&r);
	if (op->end)
		op->end(&r);
	CHECK_EQ(rig_vm_works(), 0);
}

/* With the nth failing.  Return: was there an nth? */
static bool op_once(const struct op *op, struct rig *r, int n, unsigned int *failed)
{
	bool reached;
	int ret;

	nth_set(n);
	ret = op->run(r);
	reached = nth_was_reached();
	if (ret && !CHECK(is_clean(ret) && reached))
		printf("# %s with number %d failing: %d\n", op->name, n, ret);
	*failed += ret != 0;
	if (!ret && op->undo)
		op->undo(r);
	/* whatever it was, nothing of it stays */
	ret = op->run(r);
	if (!CHECK_EQ(ret, 0))
		printf("# %s does not work after number %d failed\n", op->name, n);
	if (!ret && op->undo)
		op->undo(r);
	return reached;
}

static void op_run(const struct op *op, const char *type)
{
	struct rig r = { .type = type };
	unsigned int failed = 0;
	int n = 1;

	if (op->begin)
		op->begin(&r);
	while (!ktap_case_failed && n < NTH_MAX && op_once(op, &r, n, &failed)) {
		if (n++ % 50 == 0)
			printf("# %s, %s: %d so far\n", op->name, type, n - 1), fflush(stdout);
	}
	if (op->end)
		op->end(&r);
	printf("# %s, %s: %d injected, %u errors\n", op->name, type, n - 1, failed);
	CHECK(n < NTH_MAX);
	/* and the next VM works */
	CHECK_EQ(rig_vm_works(), 0);
}

static const struct op *op_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	printf("Bail out! there is no operation %s\n", name);
	exit(1);
}

int main(int argc, char **argv)
{
	bool always = argc > 1 && !strcmp(argv[1], "always");
	bool failed = false;
	int i;

	argc -= always;
	argv += always;
	if (argc < 3) {
		printf("Bail out! attack-faults [always] TYPE OPERATION...\n");
		return 1;
	}
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		printf("Bail out! /proc/thread-self/fail-nth: %s\n", strerror(errno));
		return 1;
	}
	printf("KTAP version 1\n1..%d\n", argc - 2);
	for (i = 2; i < argc; i++) {
		ktap_case_failed = false;
		(always ? op_always : op_run)(op_find(argv[i]), argv[1]);
		printf("%s %d %s on %s\n", ktap_case_failed ? "not ok" : "ok", i - 1, argv[i],
		       argv[1]);
		fflush(stdout);
		failed |= ktap_case_failed;
	}
	return failed;
}
