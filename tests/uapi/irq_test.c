// SPDX-License-Identifier: GPL-2.0
/*
 * irq_test.c - VFIO_DEVICE_SET_IRQS: what vfio-pci accepts is accepted and works,
 * what it refuses is refused with its errno and changes nothing
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"
#include "ktap.h"
#include "model_test.h"

#define INTX	VFIO_PCI_INTX_IRQ_INDEX
#define MSI	VFIO_PCI_MSI_IRQ_INDEX
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX
#define ERR	VFIO_PCI_ERR_IRQ_INDEX
#define REQ	VFIO_PCI_REQ_IRQ_INDEX

#define NONE	VFIO_IRQ_SET_DATA_NONE
#define BOOL	VFIO_IRQ_SET_DATA_BOOL
#define FD	VFIO_IRQ_SET_DATA_EVENTFD
#define MASK	VFIO_IRQ_SET_ACTION_MASK
#define UNMASK	VFIO_IRQ_SET_ACTION_UNMASK
#define TRIGGER	VFIO_IRQ_SET_ACTION_TRIGGER

#define STATUS_INTERRUPT	8

/* Registers of the gen8 model, and its EDID region, whose link is an interrupt of a kind. */
#define MASTER_IRQ	0x44200
#define MASTER_ENABLE	0x80000000
#define SDE_IMR		0xc4004
#define SDE_IIR		0xc4008
#define SDE_IER		0xc400c
#define SHOTPLUG	0xc4030
#define LINK_STATE	(REGION_OFFSET(11) + offsetof(struct vfio_region_gfx_edid, link_state))
#define UP		VFIO_DEVICE_GFX_LINK_STATE_UP
#define DOWN		VFIO_DEVICE_GFX_LINK_STATE_DOWN

static struct dev dev;
static int efd[5];

struct irq_set {
	struct vfio_irq_set hdr;
	int32_t fds[8];
};

static int set(uint32_t index, uint32_t flags, uint32_t start, uint32_t count, const void *data,
	       size_t size)
{
	struct irq_set s = {
		.hdr = {
			.argsz = sizeof(s.hdr) + size,
			.flags = flags,
			.index = index,
			.start = start,
			.count = count,
		},
	};

	if (size)
		memcpy(s.fds, data, size);
	return xioctl(dev.fd, VFIO_DEVICE_SET_IRQS, &s);
}

static int set_fds(uint32_t index, uint32_t start, uint32_t count, const int32_t *fds)
{
	return set(index, FD | TRIGGER, start, count, fds, 4 * count);
}

static int disable(uint32_t index)
{
	return set(index, NONE | TRIGGER, 0, 0, NULL, 0);
}

/* Times the eventfd was signalled since the last look; waits a little if @wait. */
static uint64_t signalled_wait(int fd, int wait)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t n = 0;

	if (poll(&p, 1, wait) == 1 && read(fd, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static uint64_t signalled(int fd)
{
	return signalled_wait(fd, 0);
}

static void reg_write(uint64_t off, uint32_t val)
{
	CHECK_EQ(pwrite(dev.fd, &val, 4, off), 4);
}

static void info(void)
{
	static const struct { int ret; uint32_t count; } expect[] = {
		{ 0, 1 }, { 0, 4 }, { 0, 0 }, { -EINVAL, 0 }, { 0, 1 }, { -EINVAL, 0 },
	};
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct vfio_irq_info q = { .argsz = sizeof(q), .index = i };

		CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_GET_IRQ_INFO, &q), expect[i].ret);
		if (!expect[i].ret) {
			CHECK_EQ(q.count, expect[i].count);
			CHECK(q.flags & VFIO_IRQ_INFO_EVENTFD);
			CHECK_EQ(!!(q.flags & VFIO_IRQ_INFO_AUTOMASKED), i == INTX);
		}
		q.argsz = 4;
		CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_GET_IRQ_INFO, &q), -EINVAL);
	}
}

static void malformed(void)
{
	const int32_t bad[4] = { efd[0], 9999, efd[2], efd[3] };
	struct irq_set s = { .hdr = { .argsz = 4 } };
	uint8_t one[4] = { 1, 1, 1, 1 };

	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_SET_IRQS, &s), -EINVAL);
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_SET_IRQS, NULL), -EFAULT);
	CHECK_EQ(set(5, NONE | TRIGGER, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(set(~0U, NONE | TRIGGER, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(set(MSI, TRIGGER, 0, 1, NULL, 0), -EINVAL);
	CHECK_EQ(set(MSI, NONE | FD | TRIGGER, 0, 1, efd, 4), -EINVAL);
	CHECK_EQ(set(MSI, NONE, 0, 1, NULL, 0), -ENOTTY);
	CHECK_EQ(set(MSI, NONE | MASK | TRIGGER, 0, 1, NULL, 0), -ENOTTY);
	CHECK_EQ(set(MSI, NONE | TRIGGER | 1U << 10, 0, 1, NULL, 0), -EINVAL);
	CHECK_EQ(set(MSI, NONE | MASK, 0, 1, NULL, 0), -ENOTTY);
	CHECK_EQ(set(MSI, NONE | UNMASK, 0, 1, NULL, 0), -ENOTTY);
	CHECK_EQ(set(MSI, FD | TRIGGER, 0, 4, efd, 12), -EINVAL);
	CHECK_EQ(set(MSI, FD | TRIGGER, 4, 1, efd, 4), -EINVAL);
	CHECK_EQ(set(MSI, FD | TRIGGER, 1, 4, efd, 16), -EINVAL);
	CHECK_EQ(set(MSI, FD | TRIGGER, ~0U, 1, efd, 4), -EINVAL);
	CHECK_EQ(set(MSI, FD | TRIGGER, 1, ~0U, efd, 16), -EINVAL);
	CHECK_EQ(set(MSI, NONE | TRIGGER, 0, 1, NULL, 0), -EINVAL);	/* not enabled */
	CHECK_EQ(set(MSI, BOOL | TRIGGER, 0, 4, one, 4), -EINVAL);
	CHECK_EQ(set(MSIX, NONE | TRIGGER, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(set(ERR, NONE | TRIGGER, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(set_fds(MSI, 0, 4, bad), -EBADF);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), -EINVAL);	/* not enabled */
	CHECK_EQ(set(INTX, NONE | MASK, 0, 1, NULL, 0), -EINVAL);
	CHECK_EQ(set(INTX, NONE | TRIGGER, 0, 1, NULL, 0), -EINVAL);
	CHECK_EQ(set(INTX, FD | TRIGGER, 0, 2, efd, 8), -EINVAL);
	CHECK_EQ(set(REQ, NONE | TRIGGER, 0, 0, NULL, 0), -EINVAL);

	/* nothing of all that enabled anything */
	reg_write(TEST_DOORBELL, 0);
	CHECK_EQ(signalled(efd[0]), 0);
}

static void msi_doorbell(void)
{
	static const int32_t none = -1;
	const int32_t bad[2] = { efd[4], 9999 };
	uint32_t i;

	CHECK_EQ(set_fds(MSI, 0, 4, efd), 0);
	for (i = 0; i < 4; i++) {
		reg_write(TEST_DOORBELL, i);
		CHECK_EQ(signalled(efd[i]), 1);
	}
	/* one that fails leaves all as they were */
	CHECK_EQ(set_fds(MSI, 0, 2, bad), -EBADF);
	reg_write(TEST_DOORBELL, 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(signalled(efd[4]), 0);

	CHECK_EQ(set_fds(MSI, 2, 1, &efd[4]), 0);
	reg_write(TEST_DOORBELL, 2);
	CHECK_EQ(signalled(efd[2]), 0);
	CHECK_EQ(signalled(efd[4]), 1);
	CHECK_EQ(set_fds(MSI, 2, 1, &none), 0);
	reg_write(TEST_DOORBELL, 2);
	CHECK_EQ(signalled(efd[4]), 0);
	CHECK_EQ(set_fds(INTX, 0, 1, efd), -EINVAL);	/* one kind at a time */
	CHECK_EQ(disable(MSI), 0);
	reg_write(TEST_DOORBELL, 0);
	CHECK_EQ(signalled(efd[0]), 0);
}

static void loopback(void)
{
	const uint8_t bools[4] = { 0, 1, 0, 1 };
	const uint8_t yes = 1, no = 0;

	CHECK_EQ(set_fds(MSI, 0, 4, efd), 0);
	CHECK_EQ(set(MSI, NONE | TRIGGER, 1, 2, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]) + signalled(efd[3]), 0);
	CHECK_EQ(signalled(efd[1]) + signalled(efd[2]), 2);
	CHECK_EQ(set(MSI, BOOL | TRIGGER, 0, 4, bools, 4), 0);
	CHECK_EQ(signalled(efd[0]) + signalled(efd[2]), 0);
	CHECK_EQ(signalled(efd[1]) + signalled(efd[3]), 2);
	CHECK_EQ(disable(MSI), 0);

	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	CHECK_EQ(set(INTX, NONE | TRIGGER, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(set(INTX, BOOL | TRIGGER, 0, 1, &no, 1), 0);
	CHECK_EQ(signalled(efd[0]), 0);
	CHECK_EQ(set(INTX, BOOL | TRIGGER, 0, 1, &yes, 1), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(disable(INTX), 0);
}

static void request(void)
{
	static const int32_t none = -1;
	const int32_t worse = -2;

	CHECK_EQ(set_fds(REQ, 0, 1, efd), 0);
	CHECK_EQ(set(REQ, NONE | TRIGGER, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(set_fds(REQ, 0, 1, &worse), -EINVAL);
	CHECK_EQ(set_fds(REQ, 0, 1, &none), 0);
	CHECK_EQ(set(REQ, NONE | TRIGGER, 0, 1, NULL, 0), -EINVAL);
}

/* Level: signalled once, masked by that, again when unmasked while still up. */
static void intx_level(void)
{
	const uint8_t yes = 1;

	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	reg_write(TEST_IRQ_ENABLE, 3);
	reg_write(TEST_IRQ_SET, 1);
	CHECK_EQ(signalled(efd[0]), 1);
	reg_write(TEST_IRQ_SET, 3);
	CHECK_EQ(signalled(efd[0]), 0);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	reg_write(TEST_IRQ_STATUS, 3);
	CHECK_EQ(set(INTX, BOOL | UNMASK, 0, 1, &yes, 1), 0);
	CHECK_EQ(signalled(efd[0]), 0);

	CHECK_EQ(set(INTX, NONE | MASK, 0, 1, NULL, 0), 0);
	reg_write(TEST_IRQ_SET, 0);
	reg_write(TEST_IRQ_SET, 1);
	CHECK_EQ(signalled(efd[0]), 0);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(set(INTX, FD | MASK, 0, 1, efd, 4), -ENOTTY);
	CHECK_EQ(disable(INTX), 0);
	reg_write(TEST_IRQ_STATUS, ~0U);
	reg_write(TEST_IRQ_SET, 0);
}

static void intx_resample(void)
{
	static const int32_t none = -1;
	uint64_t one = 1;

	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	CHECK_EQ(set(INTX, FD | UNMASK, 0, 1, &efd[1], 4), 0);
	CHECK_EQ(set(INTX, FD | UNMASK, 0, 1, &efd[2], 4), -EBUSY);
	reg_write(TEST_IRQ_ENABLE, 1);
	reg_write(TEST_IRQ_SET, 1);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(write(efd[1], &one, 8), 8);
	CHECK_EQ(signalled_wait(efd[0], 2000), 1);	/* still up: again */
	reg_write(TEST_IRQ_STATUS, 1);
	CHECK_EQ(write(efd[1], &one, 8), 8);
	CHECK_EQ(signalled_wait(efd[0], 200), 0);
	CHECK_EQ(set(INTX, FD | UNMASK, 0, 1, &none, 4), 0);
	CHECK_EQ(disable(INTX), 0);
	reg_write(TEST_IRQ_SET, 0);
}

static void command_write(uint16_t val)
{
	CHECK_EQ(pwrite(dev.fd, &val, 2, REGION_OFFSET(7) + 4), 2);
}

static uint16_t status_bit(void)
{
	uint16_t status;

	CHECK_EQ(pread(dev.fd, &status, 2, REGION_OFFSET(7) + 6), 2);
	return status & STATUS_INTERRUPT;
}

static void intx_disable_bit(void)
{
	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	command_write(0x400);
	reg_write(TEST_IRQ_ENABLE, 1);
	reg_write(TEST_IRQ_SET, 1);
	CHECK_EQ(signalled(efd[0]), 0);
	CHECK_EQ(status_bit(), STATUS_INTERRUPT);
	command_write(0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(disable(INTX), 0);
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(status_bit(), 0);
}

/* Unplugged and plugged in again: a cause that stays until the guest clears it. */
static void replug(void)
{
	reg_write(LINK_STATE, DOWN);
	reg_write(LINK_STATE, UP);
}

static void gen8_pin(void)
{
	struct vfio_irq_info q = { .argsz = sizeof(q), .index = INTX };
	uint8_t pin = 0;

	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_GET_IRQ_INFO, &q), 0);
	CHECK_EQ(q.count, 1);
	CHECK_EQ(pread(dev.fd, &pin, 1, REGION_OFFSET(7) + 0x3d), 1);
	CHECK_EQ(pin, 1);
}

/* Automasked; again by each way of unmasking while MASTER lets a cause through, else not. */
static void gen8_level(void)
{
	const uint64_t one = 1;

	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	CHECK_EQ(set(INTX, FD | UNMASK, 0, 1, &efd[1], 4), 0);
	replug();
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(status_bit(), STATUS_INTERRUPT);
	reg_write(SHOTPLUG, 0x12);
	replug();
	CHECK_EQ(signalled(efd[0]), 0);

	/* as the guest's handler does: the line falls, and rises for what is left */
	reg_write(MASTER_IRQ, 0);
	CHECK_EQ(status_bit(), 0);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 0);
	reg_write(MASTER_IRQ, MASTER_ENABLE);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(write(efd[1], &one, 8), 8);
	CHECK_EQ(signalled_wait(efd[0], 2000), 1);
	reg_write(SDE_IIR, ~0U);
	CHECK_EQ(status_bit(), 0);
	CHECK_EQ(write(efd[1], &one, 8), 8);
	CHECK_EQ(signalled_wait(efd[0], 200), 0);
}

static void gen8_disabled(void)
{
	command_write(0x400);
	replug();
	CHECK_EQ(status_bit(), STATUS_INTERRUPT);
	CHECK_EQ(signalled(efd[0]), 0);
	command_write(0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(disable(INTX), 0);
}

/* MSI is the line's edge, INTx its level: what is set up gets its own, the other nothing. */
static void gen8_msi_instead(void)
{
	CHECK_EQ(set_fds(MSI, 0, 1, &efd[2]), 0);
	CHECK_EQ(signalled(efd[2]), 0);
	reg_write(MASTER_IRQ, 0);
	reg_write(MASTER_IRQ, MASTER_ENABLE);
	CHECK_EQ(signalled(efd[2]), 1);
	CHECK_EQ(signalled(efd[0]), 0);
	CHECK_EQ(disable(MSI), 0);
	CHECK_EQ(set_fds(INTX, 0, 1, efd), 0);
	CHECK_EQ(signalled(efd[0]), 1);
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(set(INTX, NONE | UNMASK, 0, 1, NULL, 0), 0);
	CHECK_EQ(signalled(efd[0]) + signalled(efd[2]), 0);
	CHECK_EQ(status_bit(), 0);
	CHECK_EQ(disable(INTX), 0);
}

/* The model that guests have: its line is made of registers that are no test's own. */
static void intx_of_gen8(void)
{
	struct dev test = dev;

	memset(&dev, 0, sizeof(dev));
	mdev_create(&dev, "gen8");
	dev_open(&dev, NULL);
	reg_write(SDE_IMR, 0);
	reg_write(SDE_IER, ~0U);
	reg_write(SHOTPLUG, 0x10);
	reg_write(MASTER_IRQ, MASTER_ENABLE);
	gen8_pin();
	gen8_level();
	gen8_disabled();
	gen8_msi_instead();
	dev_close(&dev);
	mdev_remove(&dev);
	dev = test;
}

static const struct ktap_case cases[] = {
	KTAP_CASE(info),    KTAP_CASE(malformed),  KTAP_CASE(msi_doorbell),
	KTAP_CASE(loopback), KTAP_CASE(request),   KTAP_CASE(intx_level),
	KTAP_CASE(intx_resample), KTAP_CASE(intx_disable_bit), KTAP_CASE(intx_of_gen8),
};

int main(void)
{
	uint32_t i;
	int ret;

	for (i = 0; i < 5; i++)
		efd[i] = eventfd(0, EFD_NONBLOCK);
	mdev_create(&dev, "test");
	dev_open(&dev, NULL);
	ret = ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	dev_close(&dev);
	mdev_remove(&dev);
	return ret;
}
