/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vfio_kvmgt.h - regions of a VFIO device that the kernel answers itself
 *
 * A VFIO region whose accesses trap is served today by the VMM: it reads and
 * writes the region through the device file.  A driver that can also serve the
 * guest's accesses without leaving the kernel says so here, and a VMM that
 * wants it tells the driver where in guest physical memory the region lies.
 *
 * The device file keeps working for every byte of such a region, at any time,
 * with the same results.  A VMM that knows nothing of this file loses nothing
 * but speed.
 *
 * All numbers come from the top of their spaces, because upstream VFIO hands
 * them out from the bottom.
 */
#ifndef _UAPI_LINUX_VFIO_KVMGT_H
#define _UAPI_LINUX_VFIO_KVMGT_H

#include <linux/types.h>
#include <linux/vfio.h>

/*
 * In vfio_region_info.flags: (parts of) this region can be answered in the
 * kernel; VFIO_REGION_INFO_CAP_INKERNEL says which.
 */
#define VFIO_REGION_INFO_FLAG_INKERNEL	(1U << 31)

/*
 * Capability in the chain of vfio_region_info: the map of the region.
 * Version 1.
 */
#define VFIO_REGION_INFO_CAP_INKERNEL	0xf001

/**
 * enum vfio_inkernel_class - who answers a guest's access to an area
 * @VFIO_INKERNEL_PASSTHROUGH: memory: the VMM maps it into the guest (it is
 *	also in VFIO_REGION_INFO_CAP_SPARSE_MMAP); nothing traps
 * @VFIO_INKERNEL_SHADOW: as EMULATED; besides, reads have no side effect and
 *	are right in a read-only mapping of the device file, so that the VMM can
 *	map it into the guest as read-only memory: then writes alone arrive.
 *	Such an area is not in VFIO_REGION_INFO_CAP_SPARSE_MMAP, and its mmap()
 *	refuses PROT_WRITE and PROT_EXEC
 * @VFIO_INKERNEL_EMULATED: reads and writes can be attached
 * @VFIO_INKERNEL_USERSPACE: always served through the device file; attaching
 *	it is refused
 */
enum vfio_inkernel_class {
	VFIO_INKERNEL_PASSTHROUGH	= 0,
	VFIO_INKERNEL_SHADOW		= 1,
	VFIO_INKERNEL_EMULATED		= 2,
	VFIO_INKERNEL_USERSPACE		= 3,
};

/**
 * struct vfio_region_inkernel_area - one piece of a region
 * @offset: first byte, relative to the start of the region
 * @size: bytes, never 0
 * @class: enum vfio_inkernel_class
 * @flags: 0; a VMM ignores areas with flags that it does not know
 *
 * @offset and @size of PASSTHROUGH and SHADOW areas are multiples of the page
 * size, those of other classes are byte-granular.
 */
struct vfio_region_inkernel_area {
	__aligned_u64 offset;
	__aligned_u64 size;
	__u32 class;
	__u32 flags;
};

/**
 * struct vfio_region_info_cap_inkernel - the map of a region
 * @header: id VFIO_REGION_INFO_CAP_INKERNEL, version 1
 * @nr_areas: entries in @areas
 * @reserved: 0
 * @areas: sorted by offset, without gap or overlap, covering the region
 */
struct vfio_region_info_cap_inkernel {
	struct vfio_info_cap_header header;
	__u32 nr_areas;
	__u32 reserved;
	struct vfio_region_inkernel_area areas[];
};

/*
 * VFIO_DEVICE_FEATURE number.
 *
 * PROBE | SET: 0 if ranges can be attached now, -ENODEV if no VM is bound to
 *	the device (the VMM adds the group or device to its kvm-vfio device
 *	before it opens the device file), -ENOTTY if this kernel cannot do it.
 * SET: struct vfio_device_feature_inkernel with op ATTACH or DETACH.
 * GET: the same structure, filled with what is attached.
 *
 * Allowed in every migration state and at any time between open and close.
 * Closing the device file detaches everything.
 */
#define VFIO_DEVICE_FEATURE_INKERNEL	0xf001

/**
 * struct vfio_inkernel_range - a piece of a region at a guest physical address
 * @region: index of the VFIO region
 * @flags: must be 0
 * @offset: first byte, relative to the start of the region
 * @size: bytes, never 0, at most VFIO_INKERNEL_MAX_SIZE
 * @gpa: guest physical address of the first byte
 * @reads: accesses answered, GET only
 * @writes: accesses answered, GET only
 * @bytes: bytes read and written, GET only
 * @refused: accesses that the driver handed to userspace, GET only
 *
 * A range is byte-granular.  It is served as a whole or not at all: a guest's
 * access that straddles its end goes to the VMM.  SET ignores the counters.
 */
struct vfio_inkernel_range {
	__u32 region;
	__u32 flags;
	__aligned_u64 offset;
	__aligned_u64 size;
	__aligned_u64 gpa;
	__aligned_u64 reads;
	__aligned_u64 writes;
	__aligned_u64 bytes;
	__aligned_u64 refused;
};

#define VFIO_INKERNEL_MAX_SIZE		0x40000000ULL
#define VFIO_INKERNEL_MAX_RANGES	256

#define VFIO_INKERNEL_OP_ATTACH		1
#define VFIO_INKERNEL_OP_DETACH		2

/**
 * struct vfio_device_feature_inkernel - payload of the feature
 * @op: SET: VFIO_INKERNEL_OP_*; GET: ignored
 * @flags: must be 0
 * @nr_ranges: SET: entries in @ranges, 1 to VFIO_INKERNEL_MAX_RANGES; GET: in,
 *	room in @ranges; out, the number attached, of which as many as there was
 *	room for are in @ranges
 * @reserved: must be 0
 * @ranges: the ranges
 *
 * ATTACH is all or nothing: on an error none of the ranges of the call is
 * attached that was not before.  A range that is attached already, with the
 * same four values, is left as it is.  Ranges attached by this device may not
 * overlap in guest physical memory; one part of a region may be attached at
 * several addresses.
 *
 * When KVM has no memory to take a range off its bus, it drops the whole bus of the
 * VM: then all ranges are detached, also by a failing ATTACH, and ATTACH returns
 * -ENOMEM until the device is opened again.
 *
 * GET without a VM finds nothing attached.  DETACH of a range that is not attached
 * does nothing.  When it returns, no
 * access to the range is being answered in the kernel any more.
 *
 * Errors: -EINVAL (unknown op or flags, nr_ranges or argsz out of bounds, a
 * range that is empty, too large, overflows, leaves the region, covers a class
 * that cannot be attached, or, in DETACH, is only a part of an attached range),
 * -EEXIST (ATTACH: overlap with another attached range or within the call),
 * -ENOSPC (the VM's bus or the device's table is full), -ENODEV (no VM is
 * bound), -ENOMEM, -EFAULT.
 */
struct vfio_device_feature_inkernel {
	__u32 op;
	__u32 flags;
	__u32 nr_ranges;
	__u32 reserved;
	struct vfio_inkernel_range ranges[];
};

/*
 * A device-specific region (VFIO_REGION_INFO_CAP_TYPE) of a vGPU with a display:
 * the picture as VFIO_DEVICE_QUERY_GFX_PLANE last described it, linear, from
 * byte 0 on.  Read-only, also in mmap().
 */
#define VFIO_REGION_TYPE_KVMGT		0xf001
#define VFIO_REGION_SUBTYPE_KVMGT_FRAME	1

#endif /* _UAPI_LINUX_VFIO_KVMGT_H */
