// SPDX-License-Identifier: GPL-2.0
/*
 * kvm.c - what the fake has to do with KVM: it records memory slots, and plays the kvm-vfio
 * device, because the real one would refuse our groups.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include "fake.h"

/* Newer than the headers of Debian 12; begins like struct kvm_userspace_memory_region. */
#define SET_USER_MEMORY_REGION2	_IOC(_IOC_WRITE, KVMIO, 0x49, 160)

/* True if the request has been answered here. */
bool fake_kvm_ioctl(unsigned long request, void *arg, int *ret)
{
	struct kvm_create_device *create = arg;

	if (request != KVM_CREATE_DEVICE || create->type != KVM_DEV_TYPE_VFIO)
		return false;
	create->fd = fake_new_fd(FAKE_KVM_VFIO, NULL);
	*ret = 0;
	return true;
}

void fake_kvm_observe(unsigned long request, const void *arg, int ret)
{
	const struct kvm_userspace_memory_region *slot = arg;

	if (request != KVM_SET_USER_MEMORY_REGION && request != SET_USER_MEMORY_REGION2)
		return;
	fake_log("\"ev\": \"slot\", \"slot\": %u, \"gpa\": %llu, \"size\": %llu, "
		 "\"flags\": %u, \"ret\": %d", slot->slot, slot->guest_phys_addr,
		 slot->memory_size, slot->flags, ret);
}
