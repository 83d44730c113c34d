// SPDX-License-Identifier: GPL-2.0
/*
 * rig.c - a vGPU and all that is done with one, as functions that may fail
 */
#define _GNU_SOURCE
#include <dirent.h>
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

#define DEBUGFS "/sys/kernel/debug/kvmgt/"
#define MODULES "/share/modules/"

#define REGION_EDID 11

int rig_module_load(const char *name)
{
	const char *params = strcmp(name, "kvmgt_vgpu") ? "" : "test_types=1";
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), MODULES "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return ret;
}

int rig_module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

int rig_create(struct rig *r)
{
	mdev_name(&r->g.d);
	return mdev_try_create(&r->g.d, r->type);
}

void rig_remove(struct rig *r)
{
	CHECK_EQ(mdev_try_remove(&r->g.d), 0);
}

int rig_open(struct rig *r)
{
	return dev_try_open(&r->g.d, &r->vm);
}

void rig_close(struct rig *r)
{
	dev_leave(&r->g.d, &r->vm);
}

/* A corner of 1920x1080 on pipe A, as i915 lights it; 320x200 of the bochs display. */
static void screen_light(struct rig *r)
{
	static const uint32_t gen8[][2] = {
		{ 0x46040, 0xb0210614 },
		{ 0x46104, 0x80000000 },
		{ 0x60000, 2199 << 16 | 1919 },
		{ 0x6000c, 1124 << 16 | 1079 },
		{ 0x60010, 1124 << 16 | 1079 },
		{ 0x6001c, 63 << 16 | 63 },
		{ 0x60400, 0x92000000 },
		{ 0x70008, 0x80000000 },
		{ 0x70188, 256 },
		{ 0x70180, 0x98000200 },
		{ 0x7019c, SRC },
	};
	static const uint16_t vbe[][2] = { { 1, 320 }, { 2, 200 }, { 3, 32 }, { 4, 0x41 } };
	size_t i;

	for (i = 0; !strcmp(r->type, "gen8") && i < sizeof(gen8) / sizeof(gen8[0]); i++)
		reg_put(&r->g, gen8[i][0], gen8[i][1]);
	for (i = 0; !strcmp(r->type, "bochs") && i < sizeof(vbe) / sizeof(vbe[0]); i++)
		CHECK_EQ(pwrite(r->g.d.fd, &vbe[i][1], 2, REGION_OFFSET(2) + 0x500 + 2 * vbe[i][0]),
			 2);
}

void rig_begin(struct rig *r)
{
	uint16_t command = 2;
	int i;

	vm_create(&r->vm);
	CHECK_EQ(rig_create(r), 0);
	CHECK_EQ(rig_open(r), 0);
	r->event = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < RIG_RANGES; i++)
		r->ranges[i] = (struct vfio_inkernel_range){
			.region = !strcmp(r->type, "bochs") ? 2 : 0,
			.offset = 0x400 * i,
			.size = 0x400,
			.gpa = GUEST_GPA + 0x1000 * i,
		};
	if (strcmp(r->type, "gen8")) {
		CHECK_EQ(pwrite(r->g.d.fd, &command, 2, REGION_OFFSET(7) + 4), 2);
	} else {
		gpu_ready(&r->g);
		CHECK_EQ(dma_map(&r->g, 0, ALL_SIZE), 0);
		fill(r->g.mem + SRC, HALF_SIZE, 1);
	}
	screen_light(r);
}

void rig_end(struct rig *r)
{
	close(r->event);
	rig_close(r);
	rig_remove(r);
	vm_destroy(&r->vm);
	if (r->g.mem)
		munmap(r->g.mem, ALL_SIZE);
	r->g.mem = NULL;
}

static int region_info(struct rig *r, uint32_t index, struct vfio_region_info *info, size_t size)
{
	memset(info, 0, size);
	info->argsz = size;
	info->index = index;
	return xioctl(r->g.d.fd, VFIO_DEVICE_GET_REGION_INFO, info);
}

static uint32_t num_regions(struct rig *r)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	return xioctl(r->g.d.fd, VFIO_DEVICE_GET_INFO, &info) ? 0 : info.num_regions;
}

int rig_region_infos(struct rig *r)
{
	char buf[4096] __attribute__((aligned(8)));
	uint32_t nr = num_regions(r);
	uint32_t i;
	int ret = nr ? 0 : -EFAULT;

	for (i = 0; i < nr && !ret; i++)
		ret = region_info(r, i, (void *)buf, sizeof(buf));
	return ret;
}

int rig_irqs(struct rig *r, uint32_t index, uint32_t action, uint32_t count)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(int)] __attribute__((aligned(8)));
	struct vfio_irq_set *set = (void *)buf;

	*set = (struct vfio_irq_set){
		.argsz = count ? sizeof(buf) : sizeof(*set),
		.flags = action | (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE),
		.index = index,
		.count = count,
	};
	memcpy(set->data, &r->event, sizeof(int));
	return xioctl(r->g.d.fd, VFIO_DEVICE_SET_IRQS, set);
}

static int map_once(struct rig *r, uint32_t region, uint64_t off, int prot)
{
	void *p = mmap(NULL, 4096, prot, MAP_SHARED, r->g.d.fd, REGION_OFFSET(region) + off);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, 4096);
	return 0;
}

int rig_mmap(struct rig *r)
{
	int ret;

	if (!strcmp(r->type, "bochs"))
		return map_once(r, 0, 0, PROT_READ | PROT_WRITE);
	if (strcmp(r->type, "gen8"))
		return 0;
	ret = map_once(r, 0, 0, PROT_READ);
	ret = ret ?: map_once(r, 0, 0x800000, PROT_READ | PROT_WRITE);
	ret = ret ?: map_once(r, 2, 0, PROT_READ | PROT_WRITE);
	return ret ?: map_once(r, 9, 0, PROT_READ);
}

static void edid_make(uint8_t *edid)
{
	static const uint8_t header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	int i;

	memset(edid, 0, 128);
	memcpy(edid, header, 8);
	edid[18] = 1;
	edid[19] = 4;
	for (i = 0; i < 127; i++)
		edid[127] -= edid[i];
}

static int edid_field(struct rig *r, size_t field, uint32_t val)
{
	return pwrite(r->g.d.fd, &val, 4, REGION_OFFSET(REGION_EDID) + field) == 4 ? 0 : -errno;
}

int rig_monitor(struct rig *r)
{
	struct vfio_region_gfx_edid regs;
	uint8_t edid[128];
	int ret;

	if (num_regions(r) <= REGION_EDID)
		return 0;
	edid_make(edid);
	if (pread(r->g.d.fd, &regs, sizeof(regs), REGION_OFFSET(REGION_EDID)) != sizeof(regs))
		return -errno;
	ret = edid_field(r, offsetof(struct vfio_region_gfx_edid, link_state),
			 VFIO_DEVICE_GFX_LINK_STATE_DOWN);
	ret = ret ?: edid_field(r, offsetof(struct vfio_region_gfx_edid, edid_size), 128);
	if (!ret &&
	    pwrite(r->g.d.fd, edid, 128, REGION_OFFSET(REGION_EDID) + regs.edid_offset) != 128)
		ret = -errno;
	return ret   ?:
		       edid_field(r, offsetof(struct vfio_region_gfx_edid, link_state),
				  VFIO_DEVICE_GFX_LINK_STATE_UP);
}

int rig_plane(struct rig *r)
{
	struct vfio_device_gfx_plane_info p = {
		.argsz = sizeof(p),
		.flags = VFIO_GFX_PLANE_TYPE_REGION,
	};
	int ret = xioctl(r->g.d.fd, VFIO_DEVICE_QUERY_GFX_PLANE, &p);

	if (!strcmp(r->type, "test"))
		return 0; /* it has none */
	return ret ?: p.size ? 0 : -ENODATA;
}

int rig_aperture(struct rig *r)
{
	uint8_t *bar =
		mmap(NULL, 16 * 4096, PROT_READ, MAP_SHARED, r->g.d.fd, REGION_OFFSET(2) + SRC);
	int i, ret = -ENODATA;

	if (bar == MAP_FAILED)
		return -errno;
	/* a page that could not be pinned is tried again by and by */
	for (i = 0; i < 500 && ret; i++) {
		ret = memcmp(bar, r->g.mem + SRC, 16 * 4096) ? -ENODATA : 0;
		if (ret)
			usleep(10000);
	}
	munmap(bar, 16 * 4096);
	return ret;
}

int rig_blit(struct rig *r)
{
	memset(r->g.mem + DST, 0, 64 * 4096);
	blit_submit(&r->g, 64, false);
	return blit_done(&r->g) && !memcmp(r->g.mem + DST, r->g.mem + SRC, 64 * 4096) ? 0 :
											-ENODATA;
}

static int file_read(const char *dir, const char *name)
{
	char path[512], buf[4096];
	ssize_t n;
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	ret = n < 0 ? -errno : 0;
	close(fd);
	return ret;
}

int rig_debugfs(struct rig *r)
{
	struct dirent *entry;
	char path[128];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), DEBUGFS "%s", r->g.d.uuid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = file_read(path, entry->d_name);
	closedir(dir);
	return ret;
}

int rig_count(struct rig *r)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s/count", r->g.d.uuid);
	return text_write(path, "1") ?: text_write(path, "0");
}

int rig_remap(struct rig *r)
{
	if (!r->g.mem)
		return 0;
	return dma_unmap(&r->g, 0, ALL_SIZE) ?: dma_map(&r->g, 0, ALL_SIZE);
}

int rig_vm_works(void)
{
	struct rig r = { .type = "test" };
	long exits;
	int ret;

	rig_begin(&r);
	ret = feature_set(&r.g.d, VFIO_INKERNEL_OP_ATTACH, r.ranges, RIG_RANGES);
	exits = vm_run_reads(&r.vm, 0x10, 10);
	rig_end(&r);
	return ret ?: exits ? -EREMOTE : 0;
}
