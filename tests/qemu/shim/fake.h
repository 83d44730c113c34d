/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake.h - a VFIO mdev that exists only inside one QEMU process
 *
 * The library is preloaded into QEMU.  It answers for /dev/vfio/vfio and /dev/vfio/GROUP, plays
 * the kernel's side of uapi/linux/vfio_kvmgt.h, and writes one line of JSON per event, so that a
 * test sees VFIO and KVM requests in one order.  Everything else, KVM in particular, is real.
 *
 *	hooks.c		the libc functions that are replaced
 *	vfio.c		container, group and device requests
 *	device.c	the device: configuration space, regions, capabilities
 *	spec.c		what the device is like, from $FAKE_VFIO_DIR/GROUP.spec
 *	feature.c	VFIO_DEVICE_FEATURE_INKERNEL
 *	kvm.c		memory slots, and the kvm-vfio device
 *	log.c		the event log, $FAKE_VFIO_DIR/log
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/vfio_kvmgt.h>

#define FAKE_BARS		6
#define FAKE_AREAS		640
#define FAKE_DEVICES		4
#define FAKE_CONFIG_SIZE	256
#define FAKE_REGION_SHIFT	40

/* What can be wrong with a capability. */
enum fake_defect {
	DEFECT_NONE,
	DEFECT_TRUNCATED,	/* more areas promised than there are */
	DEFECT_SHORT,		/* ends inside the fixed part */
	DEFECT_LOOP,		/* the chain bites its tail */
	DEFECT_BEYOND,		/* the chain leaves the buffer */
	DEFECT_VERSION,		/* a version of the future */
};

struct fake_region {
	uint64_t size;
	bool mmap, wide, prefetch;
	uint64_t sparse_offset, sparse_size;
	struct vfio_region_inkernel_area areas[FAKE_AREAS];
	unsigned int nr_areas;
	enum fake_defect defect;
};

struct fake_device {
	int group;			/* 0: unused */
	int fd;				/* -1 unless open */
	uint16_t vendor, device;
	uint32_t class;
	bool intx, msi;
	struct fake_region bars[FAKE_BARS];

	int feature_errno;		/* what the feature's probe answers */
	unsigned int room;		/* ranges that fit */
	uint32_t refuse_region;		/* attaching this place fails ... */
	uint64_t refuse_offset;
	int refuse_errno;		/* ... with this, unless 0 */
	uint64_t door_region, door_offset;
	bool door;			/* writing there raises INTx */

	int intx_fd;			/* where INTx is signalled, or -1 */
	struct vfio_inkernel_range attached[VFIO_INKERNEL_MAX_RANGES];
	unsigned int nr_attached;
};

/* Devices and their files; all under fake_lock. */
extern struct fake_device fake_devices[FAKE_DEVICES];
void fake_lock(void);
void fake_unlock(void);

/* spec.c: the device of a group, read from its file on first use; NULL if there is none. */
struct fake_device *fake_device_of_group(int group);

/* device.c */
int fake_device_open(struct fake_device *dev);
void fake_device_close(struct fake_device *dev);
int fake_region_info(const struct fake_device *dev, struct vfio_region_info *info);
void fake_device_accessed(struct fake_device *dev, bool is_write, const void *buf, size_t len,
			  off_t pos);
bool fake_write_is_ignored(off_t pos);

/* vfio.c, feature.c, kvm.c: 0 or a negative errno, as a kernel would return. */
int fake_container_ioctl(unsigned long request, void *arg);
int fake_group_ioctl(struct fake_device *dev, unsigned long request, void *arg);
int fake_device_ioctl(struct fake_device *dev, unsigned long request, void *arg);
int fake_feature(struct fake_device *dev, struct vfio_device_feature *feature);
bool fake_kvm_ioctl(unsigned long request, void *arg, int *ret);
void fake_kvm_observe(unsigned long request, const void *arg, int ret);

/* hooks.c */
enum fake_kind { FAKE_NONE, FAKE_CONTAINER, FAKE_GROUP, FAKE_DEVICE, FAKE_KVM_VFIO };
int fake_new_fd(enum fake_kind kind, struct fake_device *dev);
ssize_t fake_real_pwrite(int fd, const void *buf, size_t len, off_t pos);

/* log.c: one event; the text is the inside of a JSON object. */
void fake_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* FAKE_H */
