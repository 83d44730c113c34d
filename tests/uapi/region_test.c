// SPDX-License-Identifier: GPL-2.0
/*
 * region_test.c - the regions of a vGPU: what they say of themselves, read, write,
 * mmap, the picture; and that bad calls get their errno
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "ktap.h"
#include "model_bochs.h"
#include "model_test.h"

#define BAR0	REGION_OFFSET(0)
#define BAR2	REGION_OFFSET(2)
#define CONFIG	REGION_OFFSET(7)
#define FRAME	REGION_OFFSET(REGION_FRAME)

static struct dev test_dev, bochs_dev;
static void *volatile nowhere = (void *)8;

static void device_info(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_INFO, &info), 0);
	CHECK_EQ(info.flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	CHECK_EQ(info.num_regions, 10);
	CHECK_EQ(info.num_irqs, 5);
	info.argsz = 8;
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_INFO, &info), -EINVAL);
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_INFO, NULL), -EFAULT);
}

/* The caller frees.  NULL: the ioctl failed. */
static struct vfio_region_info *region_info(struct dev *d, uint32_t index)
{
	struct vfio_region_info *info = calloc(1, 4096);

	info->argsz = 4096;
	info->index = index;
	if (xioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, info)) {
		free(info);
		return NULL;
	}
	return info;
}

static void *find_cap(struct vfio_region_info *info, uint16_t id)
{
	struct vfio_info_cap_header *h;
	uint32_t off;

	if (!(info->flags & VFIO_REGION_INFO_FLAG_CAPS))
		return NULL;
	for (off = info->cap_offset; off; off = h->next) {
		h = (void *)((char *)info + off);
		if (h->id == id)
			return h;
	}
	return NULL;
}

static void region_infos(void)
{
	static const uint64_t test_size[] = { TEST_REGS_SIZE, 0, TEST_RAM_SIZE, 0, 0, 0, 0, 256, 0, 0 };
	struct vfio_region_info *info;
	uint32_t i;

	for (i = 0; i < 10; i++) {
		info = region_info(&test_dev, i);
		if (!CHECK(info))
			return;
		CHECK_EQ(info->size, test_size[i]);
		CHECK_EQ(info->offset, REGION_OFFSET(i));
		CHECK_EQ(!!(info->flags & VFIO_REGION_INFO_FLAG_INKERNEL), i == 0);
		CHECK_EQ(!!(info->flags & VFIO_REGION_INFO_FLAG_MMAP), i == 2);
		free(info);
	}
	CHECK(!region_info(&test_dev, 10));
	CHECK(!region_info(&test_dev, ~0U));
	info = region_info(&bochs_dev, REGION_FRAME);
	CHECK_EQ(info->size, BOCHS_VGAMEM);
	CHECK_EQ(info->flags, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_MMAP |
				      VFIO_REGION_INFO_FLAG_CAPS);
	CHECK(find_cap(info, VFIO_REGION_INFO_CAP_TYPE));
	free(info);
}

static void region_map(void)
{
	static const uint32_t class[] = {
		VFIO_INKERNEL_EMULATED, VFIO_INKERNEL_SHADOW,	 VFIO_INKERNEL_EMULATED,
		VFIO_INKERNEL_USERSPACE, VFIO_INKERNEL_EMULATED, VFIO_INKERNEL_USERSPACE,
		VFIO_INKERNEL_EMULATED,
	};
	struct vfio_region_info *info = region_info(&test_dev, 0);
	struct vfio_region_info_cap_inkernel *cap = find_cap(info, VFIO_REGION_INFO_CAP_INKERNEL);
	uint64_t next = 0;
	uint32_t i;

	if (!CHECK(cap))
		return;
	CHECK_EQ(cap->header.version, 1);
	if (!CHECK_EQ(cap->nr_areas, 7))
		return;
	for (i = 0; i < cap->nr_areas; i++) {
		CHECK_EQ(cap->areas[i].offset, next);
		CHECK_EQ(cap->areas[i].flags, 0);
		CHECK_EQ(cap->areas[i].class, class[i]);
		next += cap->areas[i].size;
	}
	CHECK_EQ(next, TEST_REGS_SIZE);
	free(info);
}

static void region_info_argsz(void)
{
	struct vfio_region_info info = { .argsz = sizeof(info) };

	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	CHECK(info.argsz > sizeof(info));
	CHECK_EQ(info.cap_offset, 0);
	CHECK(info.flags & VFIO_REGION_INFO_FLAG_CAPS);
	info.argsz = sizeof(info) - 1;
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_REGION_INFO, &info), -EINVAL);
}

static long read_at(struct dev *d, uint64_t off, size_t len)
{
	static char buf[8192];
	long ret = pread(d->fd, buf, len, off);

	return ret < 0 ? -errno : ret;
}

static long write_at(struct dev *d, uint64_t off, size_t len)
{
	static char buf[8192];
	long ret = pwrite(d->fd, buf, len, off);

	return ret < 0 ? -errno : ret;
}

static void access_bounds(void)
{
	CHECK_EQ(read_at(&test_dev, BAR0, 4), 4);
	CHECK_EQ(read_at(&test_dev, BAR0, 0), 0);
	CHECK_EQ(read_at(&test_dev, BAR0, 4096), 4096);
	CHECK_EQ(read_at(&test_dev, BAR0 + TEST_REGS_SIZE - 4, 8), 4);
	CHECK_EQ(read_at(&test_dev, BAR0 + TEST_REGS_SIZE, 4), -EINVAL);
	CHECK_EQ(write_at(&test_dev, BAR0 + TEST_REGS_SIZE, 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, REGION_OFFSET(1), 4), -EINVAL);
	CHECK_EQ(write_at(&test_dev, REGION_OFFSET(1), 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, REGION_OFFSET(6), 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, REGION_OFFSET(8), 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, FRAME, 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, REGION_OFFSET(10), 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, REGION_OFFSET(0x7fffff), 4), -EINVAL);
	CHECK_EQ(read_at(&test_dev, BAR2 + TEST_RAM_SIZE - 1, 100), 1);
	CHECK_EQ(read_at(&test_dev, CONFIG + 250, 100), 6);
	CHECK_EQ(read_at(&test_dev, CONFIG + 256, 1), -EINVAL);
	CHECK_EQ(read_at(&bochs_dev, FRAME, 64), 64);
	CHECK_EQ(write_at(&bochs_dev, FRAME, 64), -EINVAL);
	CHECK_EQ(pread(test_dev.fd, nowhere, 4, BAR0), -1);
	CHECK_EQ(errno, EFAULT);
	CHECK_EQ(pwrite(test_dev.fd, nowhere, 4, BAR0), -1);
	CHECK_EQ(errno, EFAULT);
}

static void config_identity(void)
{
	uint32_t id, class;

	CHECK_EQ(pread(test_dev.fd, &id, 4, CONFIG), 4);
	CHECK_EQ(id, 0x4b541234);
	CHECK_EQ(pread(bochs_dev.fd, &id, 4, CONFIG), 4);
	CHECK_EQ(id, 0x11111234);
	CHECK_EQ(pread(bochs_dev.fd, &class, 4, CONFIG + 8), 4);
	CHECK_EQ(class >> 8, 0x038000);
}

static void *map_at(struct dev *d, uint64_t off, size_t len, int prot, int flags)
{
	return mmap(NULL, len, prot, flags, d->fd, off);
}

static void mmap_memory(void)
{
	uint32_t *p = map_at(&test_dev, BAR2 + 0x3000, 0x2000, PROT_READ | PROT_WRITE, MAP_SHARED);
	uint32_t val = 0x600dcafe;

	if (!CHECK(p != MAP_FAILED))
		return;
	CHECK_EQ(pwrite(test_dev.fd, &val, 4, BAR2 + 0x3010), 4);
	CHECK_EQ(p[4], 0x600dcafe);
	p[0x400] = 0x12345678;
	CHECK_EQ(pread(test_dev.fd, &val, 4, BAR2 + 0x4000), 4);
	CHECK_EQ(val, 0x12345678);
	munmap(p, 0x2000);
}

static void mmap_refused(void)
{
	CHECK(map_at(&test_dev, BAR0, 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, REGION_OFFSET(1), 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, CONFIG, 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, FRAME, 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, REGION_OFFSET(1000), 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, BAR2, 4096, PROT_READ, MAP_PRIVATE) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, BAR2 + TEST_RAM_SIZE - 4096, 8192, PROT_READ, MAP_SHARED) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, BAR2 + TEST_RAM_SIZE, 4096, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&bochs_dev, FRAME, 4096, PROT_READ | PROT_WRITE, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EPERM);
}

/* Registers in a SHADOW area, seen in memory: what the device file says, at once. */
static void mmap_shadow(void)
{
	uint32_t *p = map_at(&test_dev, BAR0 + TEST_SHADOW, TEST_SHADOW_SIZE, PROT_READ, MAP_SHARED);
	static uint32_t file[TEST_SHADOW_SIZE / 4];
	uint32_t val = 0x00c0ffee;

	if (!CHECK(p != MAP_FAILED))
		return;
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(p[0], 0x5adc0de5);
	CHECK_EQ(pwrite(test_dev.fd, &val, 4, BAR0 + TEST_SHADOW_RW), 4);
	CHECK_EQ(p[0], 0x00c0ffee);
	CHECK_EQ(pwrite(test_dev.fd, &val, 4, BAR0 + TEST_SHADOW_W1C_SET), 4);
	CHECK_EQ(p[(TEST_SHADOW_W1C - TEST_SHADOW) / 4], 0xf0f0f0f0 | 0x00c0ffee);
	CHECK_EQ(pread(test_dev.fd, file, sizeof(file), BAR0 + TEST_SHADOW), sizeof(file));
	CHECK(!memcmp(p, file, sizeof(file)));
	CHECK_EQ(p[1023], TEST_HOLE);
	CHECK_EQ(mprotect(p, 4096, PROT_READ | PROT_WRITE), -1);
	CHECK_EQ(errno, EACCES);
	CHECK_EQ(mprotect(p, 4096, PROT_READ | PROT_EXEC), -1);
	CHECK_EQ(errno, EACCES);
	munmap(p, TEST_SHADOW_SIZE);
}

static void mmap_shadow_refused(void)
{
	static const int prot[] = { PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC };
	uint32_t i;

	for (i = 0; i < 3; i++) {
		CHECK(map_at(&test_dev, BAR0 + TEST_SHADOW, 4096, prot[i], MAP_SHARED) ==
		      MAP_FAILED);
		CHECK_EQ(errno, EPERM);
	}
	CHECK(map_at(&test_dev, BAR0 + TEST_SHADOW, 4096, PROT_READ, MAP_PRIVATE) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	/* not one page more, on either side */
	CHECK(map_at(&test_dev, BAR0 + TEST_SHADOW, 8192, PROT_READ, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(map_at(&test_dev, BAR0 + TEST_SHADOW - 4096, 8192, PROT_READ, MAP_SHARED) ==
	      MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
}

static int query_plane(struct dev *d, uint32_t argsz, uint32_t flags, uint32_t type,
		       struct vfio_device_gfx_plane_info *info)
{
	memset(info, 0xff, sizeof(*info));
	info->argsz = argsz;
	info->flags = flags;
	info->drm_plane_type = type;
	return xioctl(d->fd, VFIO_DEVICE_QUERY_GFX_PLANE, info);
}

static void plane_refused(void)
{
	const uint32_t probe = VFIO_GFX_PLANE_TYPE_PROBE, region = VFIO_GFX_PLANE_TYPE_REGION;
	struct vfio_device_gfx_plane_info p;
	const uint32_t sz = sizeof(p);

	CHECK_EQ(query_plane(&bochs_dev, sz, probe | region, 1, &p), 0);
	CHECK_EQ(query_plane(&bochs_dev, sz, probe | VFIO_GFX_PLANE_TYPE_DMABUF, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, VFIO_GFX_PLANE_TYPE_DMABUF, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, 0, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, region | 1U << 31, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, region, 3, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, region, 0, &p), 0);	/* as QEMU asks */
	CHECK_EQ(query_plane(&bochs_dev, 8, region, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&test_dev, sz, probe | region, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&test_dev, sz, region, 1, &p), -EINVAL);
	CHECK_EQ(query_plane(&bochs_dev, sz, region, 2, &p), 0);
	CHECK_EQ(p.size, 0);
	CHECK_EQ(xioctl(bochs_dev.fd, VFIO_DEVICE_GET_GFX_DMABUF, &p), -ENOTTY);
}

static void vbe_write(uint32_t index, uint16_t val)
{
	CHECK_EQ(pwrite(bochs_dev.fd, &val, 2, BAR2 + 0x500 + 2 * index), 2);
}

/* A mode with an offset into the framebuffer: the picture begins at byte 0 all the same. */
static void plane_picture(void)
{
	struct vfio_device_gfx_plane_info p;
	uint32_t pixel = 0x00abcdef;
	uint32_t *frame;

	CHECK_EQ(query_plane(&bochs_dev, sizeof(p), VFIO_GFX_PLANE_TYPE_REGION, 1, &p), 0);
	CHECK_EQ(p.size, 0);

	vbe_write(1, 320);		/* x */
	vbe_write(2, 200);		/* y */
	vbe_write(3, 32);		/* bpp */
	vbe_write(6, 640);		/* virtual width */
	vbe_write(8, 10);		/* x offset */
	vbe_write(9, 20);		/* y offset */
	vbe_write(4, 0x41);		/* enable, linear */
	CHECK_EQ(pwrite(bochs_dev.fd, &pixel, 4, BAR0 + 4 * (20 * 640 + 10 + 640 + 5)), 4);

	CHECK_EQ(query_plane(&bochs_dev, sizeof(p), VFIO_GFX_PLANE_TYPE_REGION, 1, &p), 0);
	CHECK_EQ(p.width, 320);
	CHECK_EQ(p.height, 200);
	CHECK_EQ(p.stride, 1280);
	CHECK_EQ(p.size, 1280 * 200);
	CHECK_EQ(p.region_index, REGION_FRAME);
	CHECK_EQ(p.drm_format, 0x34325258);	/* XR24 */

	frame = map_at(&bochs_dev, FRAME, 1280 * 200, PROT_READ, MAP_SHARED);
	if (!CHECK(frame != MAP_FAILED))
		return;
	CHECK_EQ(frame[320 + 5], pixel);
	CHECK_EQ(mprotect(frame, 4096, PROT_READ | PROT_WRITE), -1);
	CHECK_EQ(errno, EACCES);
	munmap(frame, 1280 * 200);

	vbe_write(2, 65535);		/* does not fit: no picture, nothing worse */
	CHECK_EQ(query_plane(&bochs_dev, sizeof(p), VFIO_GFX_PLANE_TYPE_REGION, 1, &p), 0);
	CHECK_EQ(p.size, 0);
}

static void reset(void)
{
	uint32_t val = 0x11111111;

	CHECK_EQ(pwrite(test_dev.fd, &val, 4, BAR0 + TEST_RW), 4);
	CHECK_EQ(pwrite(test_dev.fd, &val, 4, CONFIG + 0x10), 4);
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(pread(test_dev.fd, &val, 4, BAR0 + TEST_RW), 4);
	CHECK_EQ(val, 0x01234567);
	CHECK_EQ(pread(test_dev.fd, &val, 4, CONFIG + 0x10), 4);
	CHECK_EQ(val, 0);
}

static void unknown_ioctls(void)
{
	char buf[256] = { [0] = 255 };

	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, buf), -ENOTTY);
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_PCI_HOT_RESET, buf), -ENOTTY);
	CHECK_EQ(xioctl(test_dev.fd, VFIO_DEVICE_IOEVENTFD, buf), -ENOTTY);
	CHECK_EQ(xioctl(test_dev.fd, _IO(VFIO_TYPE, 99), buf), -ENOTTY);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(device_info),	      KTAP_CASE(region_infos),	KTAP_CASE(region_map),
	KTAP_CASE(region_info_argsz), KTAP_CASE(access_bounds), KTAP_CASE(config_identity),
	KTAP_CASE(mmap_memory),	      KTAP_CASE(mmap_refused),	KTAP_CASE(plane_refused),
	KTAP_CASE(mmap_shadow),	      KTAP_CASE(mmap_shadow_refused),
	KTAP_CASE(plane_picture),     KTAP_CASE(reset),		KTAP_CASE(unknown_ioctls),
};

int main(void)
{
	int ret;

	mdev_create(&test_dev, "test");
	mdev_create(&bochs_dev, "bochs");
	dev_open(&test_dev, NULL);
	dev_open(&bochs_dev, NULL);
	ret = ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	dev_close(&bochs_dev);
	dev_close(&test_dev);
	mdev_remove(&bochs_dev);
	mdev_remove(&test_dev);
	return ret;
}
