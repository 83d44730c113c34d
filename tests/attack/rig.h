/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rig.h - a vGPU and all that is done with one, as functions that may fail
 *
 * Return: 0 or -errno, and then nothing of it is left, where nothing else is said.
 */
#ifndef KVMGT_TESTS_RIG_H
#define KVMGT_TESTS_RIG_H

#include "gpu.h"

#define RIG_RANGES 3

/**
 * struct rig - a vGPU
 * @type: its type, without the module's name
 * @g: the device, and memory of the guest
 * @vm: a VM that it is bound to
 * @event: an eventfd
 * @ranges: pieces of its registers that can be attached
 */
struct rig {
	const char *type;
	struct gpu g;
	struct vm vm;
	int event;
	struct vfio_inkernel_range ranges[RIG_RANGES];
};

/* finit_module() and delete_module() of our modules. */
int rig_module_load(const char *name);
int rig_module_unload(const char *name);

int rig_create(struct rig *r);
void rig_remove(struct rig *r);
/* VFIO_GROUP_GET_DEVICE_FD and what comes before. */
int rig_open(struct rig *r);
void rig_close(struct rig *r);
/* All of it, with a VM, memory, a GGTT that maps it, and a screen that is lit. */
void rig_begin(struct rig *r);
void rig_end(struct rig *r);

int rig_region_infos(struct rig *r);
/* Of an interrupt, by @event: VFIO_IRQ_SET_ACTION_*; @count 0 takes it away. */
int rig_irqs(struct rig *r, uint32_t index, uint32_t action, uint32_t count);
/* Map what can be mapped, and unmap it. */
int rig_mmap(struct rig *r);
/* Another monitor. */
int rig_monitor(struct rig *r);
/* Ask for the picture. */
int rig_plane(struct rig *r);
/* Read memory through the aperture, until it is what it should be; gen8 alone. */
int rig_aperture(struct rig *r);
/* A blit, until it is done; gen8 alone. */
int rig_blit(struct rig *r);
/* Read all files that debugfs has of it. */
int rig_debugfs(struct rig *r);
/* Count its accesses, and no more. */
int rig_count(struct rig *r);
/* Take guest memory away and give it back: nothing stays pinned. */
int rig_remap(struct rig *r);

/* A VM and a vGPU of their own: are accesses answered in the kernel? */
int rig_vm_works(void);

#endif /* KVMGT_TESTS_RIG_H */
