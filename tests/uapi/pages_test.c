// SPDX-License-Identifier: GPL-2.0
/*
 * pages_test.c - guest memory that the gen8 vGPU works with, taken away under its feet
 *
 * A blitter that never stops copies one half of the guest's memory to the other.  What
 * userspace unmaps is its own again when the ioctl returns: no byte of it changes.  And
 * the host keeps a part of the CPU that the blitter runs on.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/vfio.h>

#include "harness.h"
#include "ktap.h"

#define MIB		(1u << 20)
#define PAGE		4096u
#define GGTT		0x800000u

/* Guest memory, which the GGTT maps as it is: tables and ring first, then the halves. */
#define LOW_SIZE	MIB
#define HALF_SIZE	(8 * MIB)
#define DST		MIB
#define SRC		(DST + HALF_SIZE)
#define ALL_SIZE	(SRC + HALF_SIZE)

#define CONTEXT		0x10000u
#define RING		0x20000u
#define BATCH		0x30000u
#define HWSP		0x40000u

#define BCS		0x22000u
#define RING_HWS_PGA	0x080
#define RING_MODE	0x29c
#define RING_ELSP	0x230
#define RING_CSB_PTR	0x3a0

struct gpu {
	struct dev d;
	uint8_t *mem;
};

static void reg_put(struct gpu *g, uint32_t off, uint32_t val)
{
	CHECK_EQ(pwrite(g->d.fd, &val, 4, off), 4);
}

static void put32(struct gpu *g, uint32_t at, uint32_t val)
{
	memcpy(g->mem + at, &val, 4);
}

static int dma_map(struct gpu *g, uint64_t iova, uint32_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)(g->mem + iova),
		.iova = iova,
		.size = size,
	};

	return xioctl(g->d.container, VFIO_IOMMU_MAP_DMA, &map);
}

static int dma_unmap(struct gpu *g, uint64_t iova, uint32_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return xioctl(g->d.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

/* A number of debugfs "pages". */
static long pages_of(struct gpu *g, const char *name)
{
	char path[128], key[32];
	long val, found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvmgt/%s/pages", g->d.uuid);
	file = fopen(path, "r");
	if (!CHECK(file))
		return -1;
	while (fscanf(file, "%31s %ld", key, &val) == 2)
		if (!strcmp(key, name))
			found = val;
	fclose(file);
	return found;
}

static void fill(uint8_t *p, uint32_t size, uint32_t seed)
{
	uint32_t i;

	for (i = 0; i < size; i += 4) {
		seed = seed * 1664525 + 1013904223;
		memcpy(p + i, &seed, 4);
	}
}

/* Memory, and a GGTT that maps it; the device may master the bus. */
static void gpu_begin(struct gpu *g)
{
	uint64_t entries[512];
	uint16_t command = 6;
	uint32_t i;

	dev_open(&g->d, NULL);
	g->mem = mmap(NULL, ALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(g->mem != MAP_FAILED);
	CHECK_EQ(pwrite(g->d.fd, &command, 2, REGION_OFFSET(7) + 4), 2);
	for (i = 0; i < ALL_SIZE / PAGE; i++) {
		entries[i % 512] = (uint64_t)i * PAGE | 1;
		if (i % 512 == 511 || i == ALL_SIZE / PAGE - 1)
			CHECK_EQ(pwrite(g->d.fd, entries, 8 * (i % 512 + 1),
					GGTT + 8 * (i - i % 512)),
				 8 * (i % 512 + 1));
	}
}

static void gpu_end(struct gpu *g)
{
	dev_close(&g->d);
	munmap(g->mem, ALL_SIZE);
}

/* Copy @lines of 4 KiB from SRC to DST, once or for ever, and say so in the status page. */
static void blit_submit(struct gpu *g, uint32_t lines, bool forever)
{
	const uint32_t batch[] = {
		2u << 29 | 0x42 << 22 | 8, 3 << 24 | PAGE, 0, lines << 16 | 1024, DST, 0,
		0, PAGE, SRC, 0,
		0x10400002, HWSP + 0x800, 0, 1,				/* MI_STORE_DWORD */
		forever ? 0x18800001 : 0x05000000, forever ? BATCH : 0, 0,
	};
	const uint32_t ring[] = { 0x18800001, BATCH, 0, 0 };
	uint32_t image = CONTEXT + PAGE;

	memcpy(g->mem + BATCH, batch, sizeof(batch));
	memcpy(g->mem + RING, ring, sizeof(ring));
	put32(g, HWSP + 0x800, 0);
	put32(g, image + 4 * 0x05, 0);
	put32(g, image + 4 * 0x07, sizeof(ring));
	put32(g, image + 4 * 0x09, RING);
	put32(g, image + 4 * 0x0b, 1);
	reg_put(g, BCS + RING_HWS_PGA, HWSP);
	reg_put(g, BCS + RING_MODE, 0x80008000);
	reg_put(g, BCS + RING_CSB_PTR, 0xffff0505);
	reg_put(g, BCS + RING_ELSP, 0);
	reg_put(g, BCS + RING_ELSP, 0);
	reg_put(g, BCS + RING_ELSP, 0x20);
	reg_put(g, BCS + RING_ELSP, CONTEXT | 1);
}

/* Return: has it copied once, within ten seconds? */
static bool blit_seen(struct gpu *g)
{
	int i;

	for (i = 0; i < 10000; i++) {
		if (*(volatile uint32_t *)(g->mem + HWSP + 0x800))
			return true;
		usleep(1000);
	}
	return false;
}

static void copies_where_it_is(void)
{
	struct gpu g;

	mdev_create(&g.d, "gen8");
	gpu_begin(&g);
	CHECK_EQ(dma_map(&g, 0, ALL_SIZE), 0);
	fill(g.mem + SRC, HALF_SIZE, 1);
	blit_submit(&g, HALF_SIZE / PAGE, false);
	CHECK(blit_seen(&g));
	CHECK(!memcmp(g.mem + DST, g.mem + SRC, HALF_SIZE));
	CHECK(pages_of(&g, "pinned") >= 2 * HALF_SIZE / PAGE);
	CHECK_EQ(dma_unmap(&g, 0, ALL_SIZE), 0);
	CHECK_EQ(pages_of(&g, "pinned"), 0);
	gpu_end(&g);
	mdev_remove(&g.d);
}

/* Nanoseconds of CPU that a thread had, if it is one of those that run vGPUs. */
static uint64_t kworker_ns(const char *pid)
{
	char path[300], text[64] = "";
	uint64_t ns = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	if (strncmp(text, "kworker/u", 9))
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &ns) != 1)
		ns = 0;
	fclose(file);
	return ns;
}

static uint64_t kworkers_ns(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t sum = 0;

	if (!CHECK(proc))
		return 0;
	while ((entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			sum += kworker_ns(entry->d_name);
	closedir(proc);
	return sum;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* A guest that never stops has 10/12 to 10/11 of one CPU; others may want that CPU too. */
static void costs_a_bounded_share(void)
{
	uint64_t begin, ran, percent;
	struct gpu g;

	mdev_create(&g.d, "gen8");
	gpu_begin(&g);
	CHECK_EQ(dma_map(&g, 0, ALL_SIZE), 0);
	blit_submit(&g, HALF_SIZE / PAGE, true);
	CHECK(blit_seen(&g));
	begin = now_ns();
	ran = kworkers_ns();
	sleep(3);
	ran = kworkers_ns() - ran;
	percent = 100 * ran / (now_ns() - begin);
	printf("# %u %% of a CPU\n", (unsigned int)percent);
	CHECK(percent >= 65 && percent <= 93);
	gpu_end(&g);
	mdev_remove(&g.d);
}

/* The destination comes and goes while it is written; what is gone is left alone. */
static void unmap_while_it_copies(void)
{
	static uint8_t mine[HALF_SIZE];
	struct gpu g;
	int i;

	mdev_create(&g.d, "gen8");
	gpu_begin(&g);
	CHECK_EQ(dma_map(&g, 0, LOW_SIZE), 0);
	CHECK_EQ(dma_map(&g, DST, HALF_SIZE), 0);
	CHECK_EQ(dma_map(&g, SRC, HALF_SIZE), 0);
	fill(g.mem + SRC, HALF_SIZE, 2);
	fill(mine, HALF_SIZE, 3);
	blit_submit(&g, HALF_SIZE / PAGE, true);
	CHECK(blit_seen(&g));
	for (i = 0; i < 20; i++) {
		CHECK_EQ(dma_unmap(&g, DST, HALF_SIZE), 0);
		memcpy(g.mem + DST, mine, HALF_SIZE);
		usleep(3000 * (i % 4));
		CHECK(!memcmp(g.mem + DST, mine, HALF_SIZE));
		CHECK_EQ(dma_map(&g, DST, HALF_SIZE), 0);
		put32(&g, HWSP + 0x800, 0);
		CHECK(blit_seen(&g));
		/* the source as well, and the memory goes with it */
		CHECK_EQ(dma_unmap(&g, SRC, HALF_SIZE), 0);
		CHECK_EQ(madvise(g.mem + SRC, HALF_SIZE, MADV_REMOVE), 0);
		CHECK_EQ(dma_map(&g, SRC, HALF_SIZE), 0);
	}
	CHECK_EQ(xioctl(g.d.fd, VFIO_DEVICE_RESET, NULL), 0);
	/* closed while all is mapped and something is pinned */
	gpu_end(&g);
	mdev_remove(&g.d);
}

/* The mapping that pages are pinned by goes with the process. */
static void killed_while_it_copies(void)
{
	struct gpu g;
	int i, status;

	mdev_create(&g.d, "gen8");
	for (i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (!pid) {
			gpu_begin(&g);
			dma_map(&g, 0, ALL_SIZE);
			blit_submit(&g, HALF_SIZE / PAGE, true);
			blit_seen(&g);
			usleep(1000 * (i % 5));
			kill(getpid(), SIGKILL);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status));
	}
	mdev_remove(&g.d);
}

static int ipc_lock_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	const struct rlimit none = { 0, 0 };

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	data[0].permitted &= ~(1u << CAP_IPC_LOCK);
	if (syscall(SYS_capset, &header, data) || setrlimit(RLIMIT_MEMLOCK, &none))
		return -errno;
	return 0;
}

/* Whoever may not lock memory gets the same, slower. */
static void without_memlock(void)
{
	struct gpu g;
	int status;
	pid_t pid;

	mdev_create(&g.d, "gen8");
	pid = fork();
	if (!pid) {
		CHECK_EQ(ipc_lock_drop(), 0);
		gpu_begin(&g);
		CHECK_EQ(dma_map(&g, 0, ALL_SIZE), 0);
		fill(g.mem + SRC, HALF_SIZE, 4);
		blit_submit(&g, HALF_SIZE / PAGE, false);
		status = blit_seen(&g) && !memcmp(g.mem + DST, g.mem + SRC, HALF_SIZE) &&
			 !pages_of(&g, "pinned") && pages_of(&g, "refused") > 0;
		gpu_end(&g);
		_exit(status ? 0 : 1);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
	mdev_remove(&g.d);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(copies_where_it_is),
	KTAP_CASE(costs_a_bounded_share),
	KTAP_CASE(unmap_while_it_copies),
	KTAP_CASE(killed_while_it_copies),
	KTAP_CASE(without_memlock),
};

KTAP_MAIN(cases)
