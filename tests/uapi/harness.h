/* SPDX-License-Identifier: GPL-2.0 */
/*
 * harness.h - a VM and a vGPU without a VMM: real KVM, real VFIO, a guest of a few
 * bytes of machine code
 *
 * Runs in level 1 as root.  What cannot be set up ends the program: there is no
 * test to run then, and the judge sees a plan without results.
 */
#ifndef KVMGT_TESTS_UAPI_HARNESS_H
#define KVMGT_TESTS_UAPI_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/kvm.h>
#include <linux/vfio_kvmgt.h>

#define REGION_OFFSET(i)	((uint64_t)(i) << 40)
#define REGION_FRAME		9

/* Where the guest finds the registers: below 1 MiB, without memory behind it. */
#define GUEST_GPA		0xd0000ULL

/**
 * struct vm - a VM with one vCPU in real mode
 * @vm: VM file
 * @vcpu: vCPU file
 * @kvm_vfio: KVM's VFIO device
 * @run: the vCPU's shared page
 * @run_size: bytes of @run
 * @mem: 64 KiB of guest memory at 0
 */
struct vm {
	int vm;
	int vcpu;
	int kvm_vfio;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *mem;
};

/**
 * struct dev - an open vGPU
 * @uuid: the mdev
 * @container: VFIO container file
 * @group: VFIO group file
 * @fd: device file
 */
struct dev {
	char uuid[40];
	int container;
	int group;
	int fd;
};

/* Write a file, such as sysfs has.  This and all that is tried: return 0 or -errno. */
int text_write(const char *path, const char *text);

/* A uuid that nobody has. */
void mdev_name(struct dev *d);
int mdev_try_create(struct dev *d, const char *type);
int mdev_try_remove(struct dev *d);
void mdev_create(struct dev *d, const char *type);
void mdev_remove(struct dev *d);

void vm_create(struct vm *vm);
void vm_destroy(struct vm *vm);

/* Open the device of @d for @vm; @vm NULL: without a VM. */
void dev_open(struct dev *d, struct vm *vm);
int dev_try_open(struct dev *d, struct vm *vm);
void dev_close(struct dev *d);
/* The same, and @vm may be bound to another. */
void dev_leave(struct dev *d, struct vm *vm);

/* One guest program: read GUEST_GPA + @off @count times, then halt.  Return: exits to userspace. */
long vm_run_reads(struct vm *vm, uint16_t off, uint16_t count);
/* The same without an end; returns when @stop is set and a signal arrives. */
void vm_run_forever(struct vm *vm, uint16_t off, const volatile bool *stop);

/* ioctl() that returns 0 or -errno. */
int xioctl(int fd, unsigned long cmd, void *arg);

/* VFIO_DEVICE_FEATURE_INKERNEL; return 0 or -errno. */
int feature_probe(struct dev *d, uint32_t flags);
int feature_set(struct dev *d, uint32_t op, const struct vfio_inkernel_range *ranges, uint32_t nr);
int feature_get(struct dev *d, struct vfio_inkernel_range *ranges, uint32_t room, uint32_t *nr);

#endif /* KVMGT_TESTS_UAPI_HARNESS_H */
