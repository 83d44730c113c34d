// SPDX-License-Identifier: GPL-2.0
/*
 * monitor_test.c - the EDID region: good writes change what the guest's driver reads, bad
 * ones get their errno and change nothing, and neither hurts a driver that reads meanwhile
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "ktap.h"

#define REGION_EDID	11
#define EDID		REGION_OFFSET(REGION_EDID)
#define EDID_MAX	512
#define FIELD(name)	(EDID + offsetof(struct vfio_region_gfx_edid, name))
#define UP		VFIO_DEVICE_GFX_LINK_STATE_UP
#define DOWN		VFIO_DEVICE_GFX_LINK_STATE_DOWN

#define GMBUS0		0xc5100
#define GMBUS1		0xc5104
#define GMBUS2		0xc5108
#define GMBUS3		0xc510c
#define SHOTPLUG	0xc4030
#define SDE_IMR		0xc4004
#define SDE_IIR		0xc4008

static struct dev dev;
static struct vfio_region_gfx_edid regs;

static long put(uint64_t off, const void *data, size_t len)
{
	long ret = pwrite(dev.fd, data, len, off);

	return ret < 0 ? -errno : ret;
}

static long put32(uint64_t off, uint32_t val)
{
	return put(off, &val, 4);
}

static uint32_t get32(uint64_t off)
{
	uint32_t val = 0xdeadbeef;

	CHECK_EQ(pread(dev.fd, &val, 4, off), 4);
	return val;
}

static void regs_get(void)
{
	CHECK_EQ(pread(dev.fd, &regs, sizeof(regs), EDID), sizeof(regs));
}

/* A base block that no monitor of ours has; @mark tells two of them apart. */
static void edid_make(uint8_t *edid, uint8_t mark)
{
	static const uint8_t header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	uint32_t i;

	memset(edid, 0, 128);
	memcpy(edid, header, 8);
	edid[12] = mark;
	edid[18] = 1;
	edid[19] = 4;
	for (i = 0; i < 127; i++)
		edid[127] -= edid[i];
}

/* One block of the EDID as i915 reads it.  Return: whether a monitor answered. */
static bool gmbus_read(uint8_t *buf)
{
	bool there = true;
	uint32_t i, val;

	put32(GMBUS0, 5);
	put32(GMBUS1, 0x468000a1);
	for (i = 0; i < 128 && there; i += 4) {
		there = !(get32(GMBUS2) & 0x400);
		val = get32(GMBUS3);
		memcpy(buf + i, &val, 4);
	}
	put32(GMBUS1, 0x80000000);
	put32(GMBUS1, 0);
	put32(GMBUS0, 0);
	return there;
}

static bool monitor_is(uint8_t mark)
{
	uint8_t buf[128];

	return gmbus_read(buf) && buf[12] == mark;
}

static void region_is_described(void)
{
	struct vfio_region_info_cap_type *type;
	struct vfio_region_info *info = calloc(1, 4096);

	info->argsz = 4096;
	info->index = REGION_EDID;
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, info), 0);
	CHECK_EQ(info->size, 0x100 + EDID_MAX);
	CHECK_EQ(info->flags, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
				      VFIO_REGION_INFO_FLAG_CAPS);
	type = (void *)((char *)info + info->cap_offset);
	CHECK_EQ(type->header.id, VFIO_REGION_INFO_CAP_TYPE);
	CHECK_EQ(type->type, VFIO_REGION_TYPE_GFX);
	CHECK_EQ(type->subtype, VFIO_REGION_SUBTYPE_GFX_EDID);
	info->index = REGION_EDID + 1;
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_GET_REGION_INFO, info), -EINVAL);
	free(info);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev.fd, EDID) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
}

/* Before anybody writes: the monitor of the type, and what a VMM may make of it. */
static void device_comes_with_a_monitor(void)
{
	uint8_t blob[EDID_MAX], seen[128];

	regs_get();
	CHECK_EQ(regs.edid_offset, 0x100);
	CHECK_EQ(regs.edid_max_size, EDID_MAX);
	CHECK_EQ(regs.edid_size, 256);
	CHECK_EQ(regs.max_xres, 3840);
	CHECK_EQ(regs.max_yres, 2160);
	CHECK_EQ(regs.link_state, UP);
	CHECK_EQ(pread(dev.fd, blob, sizeof(blob), EDID + 0x100), sizeof(blob));
	CHECK(gmbus_read(seen));
	CHECK(!memcmp(blob, seen, 128));
	CHECK_EQ(get32(EDID + sizeof(regs)), 0);	/* between fields and EDID */
}

static void vmm_changes_it(void)
{
	uint8_t edid[128];

	edid_make(edid, 0x11);
	put32(SDE_IMR, 0);
	put32(SHOTPLUG, 0x10);
	CHECK_EQ(put32(FIELD(link_state), DOWN), 4);
	CHECK(!monitor_is(0x11));
	CHECK(!gmbus_read(edid + 0));			/* nobody answers */
	CHECK_EQ(get32(SHOTPLUG), 0x12);
	CHECK_EQ(get32(SDE_IIR), 1u << 21);
	put32(SDE_IIR, ~0u);
	put32(SHOTPLUG, 0x12);

	edid_make(edid, 0x11);
	CHECK_EQ(put32(FIELD(edid_size), 128), 4);
	CHECK_EQ(put(EDID + 0x100, edid, 128), 128);
	CHECK_EQ(get32(SHOTPLUG), 0x10);		/* not yet */
	CHECK_EQ(put32(FIELD(link_state), UP), 4);
	CHECK_EQ(get32(SHOTPLUG), 0x12);
	CHECK_EQ(get32(SDE_IIR), 1u << 21);
	CHECK(monitor_is(0x11));
	regs_get();
	CHECK_EQ(regs.edid_size, 128);
	CHECK_EQ(regs.link_state, UP);
	put32(SDE_IIR, ~0u);
	put32(SHOTPLUG, 0x12);
}

/* What is written while the link is up counts from the next "up" on, whole. */
static void writes_wait_for_the_link(void)
{
	uint8_t edid[128];
	uint32_t i;

	edid_make(edid, 0x22);
	for (i = 0; i < 128; i++)
		CHECK_EQ(put(EDID + 0x100 + i, edid + i, 1), 1);
	CHECK(monitor_is(0x11));
	CHECK_EQ(put32(FIELD(edid_size), 0), 4);
	CHECK(monitor_is(0x11));
	CHECK_EQ(put32(FIELD(link_state), UP), -EINVAL);	/* no EDID: no monitor */
	CHECK(monitor_is(0x11));
	CHECK_EQ(put32(FIELD(edid_size), 128), 4);
	CHECK_EQ(put32(FIELD(link_state), UP), 4);
	CHECK(monitor_is(0x22));
}

static void bad_writes(void)
{
	static const struct {
		uint64_t off;
		uint32_t len;
		uint32_t val;
		long ret;
	} table[] = {
		{ FIELD(edid_offset), 4, 0x100, -EINVAL },	/* what the device can */
		{ FIELD(edid_max_size), 4, 4096, -EINVAL },
		{ FIELD(max_xres), 4, 800, -EINVAL },
		{ FIELD(max_yres), 4, 600, -EINVAL },
		{ FIELD(edid_size), 4, EDID_MAX + 1, -EINVAL },	/* numbers that there are not */
		{ FIELD(edid_size), 4, ~0u, -EINVAL },
		{ FIELD(link_state), 4, 0, -EINVAL },
		{ FIELD(link_state), 4, 3, -EINVAL },
		{ FIELD(link_state), 4, ~0u, -EINVAL },
		{ FIELD(edid_size), 1, 0, -EINVAL },		/* pieces of fields */
		{ FIELD(edid_size), 2, 0, -EINVAL },
		{ FIELD(edid_size) + 2, 2, 0, -EINVAL },
		{ FIELD(link_state), 2, DOWN, -EINVAL },
		{ FIELD(link_state) + 1, 3, 0, -EINVAL },
		{ EDID + 2, 4, 0, -EINVAL },
		{ EDID + sizeof(regs), 4, 0, -EINVAL },		/* what is no field */
		{ EDID + 0xfc, 4, 0, -EINVAL },
		{ EDID + 0x100 + EDID_MAX, 4, 0, -EINVAL },	/* behind the end */
		{ EDID + (1ULL << 39), 4, 0, -EINVAL },
	};
	struct vfio_region_gfx_edid before, whole = { .edid_size = 128, .link_state = DOWN };
	uint32_t i;

	regs_get();
	before = regs;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!CHECK_EQ(put(table[i].off, &table[i].val, table[i].len), table[i].ret))
			printf("# row %u\n", i);
	CHECK_EQ(put(EDID, &whole, sizeof(whole)), -EINVAL);
	CHECK_EQ(put(EDID + 0x100 + EDID_MAX - 2, &whole, 8), 2);	/* as at the end of a file */
	CHECK_EQ(put(EDID + 0x100, (void *)8, 4), -EFAULT);
	regs_get();
	CHECK(!memcmp(&before, &regs, sizeof(regs)));
	CHECK(monitor_is(0x22));
}

/* Each of these is no EDID: "up" is refused and the link stays as it was. */
static void junk_is_no_monitor(void)
{
	uint8_t edid[EDID_MAX];
	uint32_t i;

	for (i = 0; i < 6; i++) {
		edid_make(edid, 0x33);
		memset(edid + 128, 0xff, sizeof(edid) - 128);
		CHECK_EQ(put32(FIELD(edid_size), 128), 4);
		switch (i) {
		case 0: memset(edid, 0, 128); break;
		case 1: memset(edid, 0xff, 128); break;
		case 2: edid[127]++; break;
		case 3: edid[126] = 1; edid[127]--; break;	/* an extension that is not there */
		case 4: put32(FIELD(edid_size), 127); break;
		case 5: put32(FIELD(edid_size), 200); break;
		}
		CHECK_EQ(put(EDID + 0x100, edid, sizeof(edid)), sizeof(edid));
		CHECK_EQ(put32(FIELD(link_state), UP), -EINVAL);
		CHECK(monitor_is(0x22));
		CHECK_EQ(put32(FIELD(link_state), DOWN), 4);
		CHECK_EQ(put32(FIELD(link_state), DOWN), 4);
		CHECK_EQ(put32(FIELD(link_state), UP), -EINVAL);
		CHECK_EQ(get32(FIELD(link_state)), DOWN);
		CHECK(!gmbus_read(edid));
		edid_make(edid, 0x22);
		CHECK_EQ(put32(FIELD(edid_size), 128), 4);
		CHECK_EQ(put(EDID + 0x100, edid, 128), 128);
		CHECK_EQ(put32(FIELD(link_state), UP), 4);
	}
}

static void reset_keeps_it_and_open_does_not(void)
{
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK(monitor_is(0x22));
	CHECK_EQ(put32(FIELD(link_state), DOWN), 4);
	CHECK_EQ(xioctl(dev.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK_EQ(get32(FIELD(link_state)), DOWN);
	CHECK(!monitor_is(0x22));
	dev_close(&dev);
	dev_open(&dev, NULL);
	device_comes_with_a_monitor();
}

static volatile bool stop;

static void *replug(void *arg)
{
	uint8_t edid[2][128];
	uint32_t i;

	edid_make(edid[0], 0x44);
	edid_make(edid[1], 0x55);
	for (i = 0; !stop; i++) {
		put32(FIELD(link_state), DOWN);
		put32(FIELD(edid_size), 128);
		put(EDID + 0x100, edid[i % 2], 128);
		put32(FIELD(link_state), UP);
	}
	return arg;
}

/* A driver that reads while plugs fly: it sees nobody, a monitor, or pieces of two. */
static void races_with_the_driver(void)
{
	uint32_t i, answers = 0;
	uint8_t buf[128];
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, replug, NULL), 0);
	for (i = 0; i < 2000; i++) {
		if (!gmbus_read(buf))
			continue;
		answers++;
		CHECK(buf[12] == 0x44 || buf[12] == 0x55 || buf[12] == 0xff || !buf[12]);
	}
	stop = true;
	pthread_join(thread, NULL);
	CHECK(answers);
	CHECK(monitor_is(0x44) || monitor_is(0x55));
}

static const struct ktap_case cases[] = {
	KTAP_CASE(region_is_described),
	KTAP_CASE(device_comes_with_a_monitor),
	KTAP_CASE(vmm_changes_it),
	KTAP_CASE(writes_wait_for_the_link),
	KTAP_CASE(bad_writes),
	KTAP_CASE(junk_is_no_monitor),
	KTAP_CASE(reset_keeps_it_and_open_does_not),
	KTAP_CASE(races_with_the_driver),
};

int main(void)
{
	int ret;

	mdev_create(&dev, "gen8");
	dev_open(&dev, NULL);
	ret = ktap_run(cases, sizeof(cases) / sizeof(cases[0]));
	dev_close(&dev);
	mdev_remove(&dev);
	return ret;
}
