// SPDX-License-Identifier: GPL-2.0
/*
 * harness.c - a VM and a vGPU without a VMM
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

#define TYPES	"/sys/class/mdev_bus/kvmgt_vgpu/mdev_supported_types/kvmgt_vgpu-"
#define DEVICES	"/sys/bus/mdev/devices/"

#define GUEST_MEM	0x10000
#define GUEST_CODE	0x1000

static void fail(const char *what)
{
	fprintf(stdout, "Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static int must(int ret, const char *what)
{
	if (ret < 0)
		fail(what);
	return ret;
}

int text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

void mdev_name(struct dev *d)
{
	static unsigned int serial;

	snprintf(d->uuid, sizeof(d->uuid), "4b564d47-5400-4000-8000-%06x%06x",
		 getpid() & 0xffffff, ++serial);
}

int mdev_try_create(struct dev *d, const char *type)
{
	char path[256];

	snprintf(path, sizeof(path), TYPES "%s/create", type);
	d->container = d->group = d->fd = -1;
	return text_write(path, d->uuid);
}

int mdev_try_remove(struct dev *d)
{
	char path[256];

	snprintf(path, sizeof(path), DEVICES "%s/remove", d->uuid);
	return text_write(path, "1");
}

/* What was tried must have worked. */
static void succeed(int ret, const char *what)
{
	errno = -ret;
	if (ret)
		fail(what);
}

void mdev_create(struct dev *d, const char *type)
{
	mdev_name(d);
	succeed(mdev_try_create(d, type), type);
}

void mdev_remove(struct dev *d)
{
	succeed(mdev_try_remove(d), d->uuid);
}

void vm_create(struct vm *vm)
{
	struct kvm_userspace_memory_region slot = { .memory_size = GUEST_MEM };
	struct kvm_create_device vfio = { .type = KVM_DEV_TYPE_VFIO };
	int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");

	vm->vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	must(ioctl(vm->vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	must(ioctl(vm->vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");

	vm->mem = mmap(NULL, GUEST_MEM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->mem == MAP_FAILED)
		fail("guest memory");
	slot.userspace_addr = (uintptr_t)vm->mem;
	must(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");

	vm->vcpu = must(ioctl(vm->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	vm->run_size = must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	vm->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		fail("kvm_run");
	must(ioctl(vm->vm, KVM_CREATE_DEVICE, &vfio), "KVM_DEV_TYPE_VFIO");
	vm->kvm_vfio = vfio.fd;
	close(kvm);
}

void vm_destroy(struct vm *vm)
{
	munmap(vm->run, vm->run_size);
	munmap(vm->mem, GUEST_MEM);
	close(vm->kvm_vfio);
	close(vm->vcpu);
	close(vm->vm);
}

/* Return: the file of its group, or -errno. */
static int group_open(struct dev *d)
{
	char path[256], link[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), DEVICES "%s/iommu_group", d->uuid);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int group_attr(struct dev *d, struct vm *vm, uint64_t attr)
{
	struct kvm_device_attr arg = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = attr,
		.addr = (uintptr_t)&d->group,
	};

	return vm ? xioctl(vm->kvm_vfio, KVM_SET_DEVICE_ATTR, &arg) : 0;
}

int dev_try_open(struct dev *d, struct vm *vm)
{
	int ret;

	d->fd = -1;
	d->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	ret = d->container < 0 ? -errno : 0;
	d->group = group_open(d);
	if (!ret && d->group < 0)
		ret = d->group;
	ret = ret ?: xioctl(d->group, VFIO_GROUP_SET_CONTAINER, &d->container);
	if (!ret && ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		ret = -errno;
	ret = ret ?: group_attr(d, vm, KVM_DEV_VFIO_GROUP_ADD);
	if (!ret) {
		d->fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, d->uuid);
		ret = d->fd < 0 ? -errno : 0;
	}
	if (ret) {
		group_attr(d, vm, KVM_DEV_VFIO_GROUP_DEL);
		dev_close(d);
	}
	return ret;
}

void dev_open(struct dev *d, struct vm *vm)
{
	succeed(dev_try_open(d, vm), "VFIO_GROUP_GET_DEVICE_FD, or what comes before");
}

void dev_leave(struct dev *d, struct vm *vm)
{
	close(d->fd);
	d->fd = -1;
	group_attr(d, vm, KVM_DEV_VFIO_GROUP_DEL);
	dev_close(d);
}

void dev_close(struct dev *d)
{
	close(d->fd);
	close(d->group);
	close(d->container);
	d->container = d->group = d->fd = -1;
}

static void vcpu_start(struct vm *vm, const uint8_t *code, size_t size, uint16_t off,
		       uint16_t count)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rflags = 2, .rbx = off, .rcx = count, .rsp = 0x8000,
	};
	struct kvm_sregs sregs;

	memcpy(vm->mem + GUEST_CODE, code, size);
	must(ioctl(vm->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = sregs.cs.selector = 0;
	sregs.ds.base = GUEST_GPA;
	sregs.ds.selector = GUEST_GPA >> 4;
	must(ioctl(vm->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	must(ioctl(vm->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* The end is an OUT: with KVM's interrupt controllers a HLT would wait in the kernel. */
long vm_run_reads(struct vm *vm, uint16_t off, uint16_t count)
{
	static const uint8_t code[] = {
		0x66, 0x8b, 0x07,	/* 1: mov eax, [bx] */
		0xe2, 0xfb,		/* loop 1b */
		0xe6, 0x10,		/* out 0x10, al */
	};
	long exits = 0;

	vcpu_start(vm, code, sizeof(code), off, count);
	for (;;) {
		must(ioctl(vm->vcpu, KVM_RUN, 0), "KVM_RUN");
		if (vm->run->exit_reason == KVM_EXIT_IO)
			return exits;
		if (vm->run->exit_reason != KVM_EXIT_MMIO)
			fail("unexpected exit");
		exits++;
	}
}

void vm_run_forever(struct vm *vm, uint16_t off, const volatile bool *stop)
{
	static const uint8_t code[] = {
		0x66, 0x8b, 0x07,	/* 1: mov eax, [bx] */
		0x66, 0x89, 0x07,	/* mov [bx], eax */
		0xeb, 0xf8,		/* jmp 1b */
	};

	vcpu_start(vm, code, sizeof(code), off, 0);
	while (!*stop)
		if (ioctl(vm->vcpu, KVM_RUN, 0) < 0 && errno != EINTR && errno != EAGAIN)
			return;
}

int xioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

static int feature_ioctl(struct dev *d, uint32_t flags, void *payload, size_t size)
{
	struct vfio_device_feature *f = calloc(1, sizeof(*f) + size);
	int ret;

	f->argsz = sizeof(*f) + size;
	f->flags = flags | VFIO_DEVICE_FEATURE_INKERNEL;
	if (size)
		memcpy(f->data, payload, size);
	ret = xioctl(d->fd, VFIO_DEVICE_FEATURE, f);
	if (size)
		memcpy(payload, f->data, size);
	free(f);
	return ret;
}

int feature_probe(struct dev *d, uint32_t flags)
{
	return feature_ioctl(d, VFIO_DEVICE_FEATURE_PROBE | flags, NULL, 0);
}

int feature_set(struct dev *d, uint32_t op, const struct vfio_inkernel_range *ranges, uint32_t nr)
{
	size_t size = sizeof(struct vfio_device_feature_inkernel) + nr * sizeof(*ranges);
	struct vfio_device_feature_inkernel *p = calloc(1, size);
	int ret;

	p->op = op;
	p->nr_ranges = nr;
	memcpy(p->ranges, ranges, nr * sizeof(*ranges));
	ret = feature_ioctl(d, VFIO_DEVICE_FEATURE_SET, p, size);
	free(p);
	return ret;
}

int feature_get(struct dev *d, struct vfio_inkernel_range *ranges, uint32_t room, uint32_t *nr)
{
	size_t size = sizeof(struct vfio_device_feature_inkernel) + room * sizeof(*ranges);
	struct vfio_device_feature_inkernel *p = calloc(1, size);
	int ret;

	p->nr_ranges = room;
	ret = feature_ioctl(d, VFIO_DEVICE_FEATURE_GET, p, size);
	*nr = p->nr_ranges;
	if (room)
		memcpy(ranges, p->ranges, room * sizeof(*ranges));
	free(p);
	return ret;
}
