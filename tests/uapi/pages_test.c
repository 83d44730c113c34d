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

#include "gpu.h"
#include "ktap.h"

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

/* Write a limit of the type.  Return: 0 or -errno. */
static int limit_set(const char *name, const char *val)
{
	char path[160];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/sys/class/mdev_bus/kvmgt_vgpu/mdev_supported_types/"
		 "kvmgt_vgpu-gen8/limits/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, val, strlen(val)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* What there is of what is limited, and how often the limit was met. */
static void limit_get(struct gpu *g, const char *name, long *limit, long *now, long *met)
{
	char path[128], key[32];
	long val[3];
	FILE *file;

	*limit = -1;
	snprintf(path, sizeof(path), "/sys/kernel/debug/kvmgt/%s/limits", g->d.uuid);
	file = fopen(path, "r");
	if (!CHECK(file))
		return;
	while (fscanf(file, "%31s %ld %ld %ld", key, &val[0], &val[1], &val[2]) == 4) {
		if (strcmp(key, name))
			continue;
		*limit = val[0];
		*now = val[1];
		*met = val[2];
	}
	fclose(file);
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

/* Per cent of a CPU that the workers of vGPUs have in three seconds. */
static unsigned int share_measure(void)
{
	uint64_t begin = now_ns();
	uint64_t ran = kworkers_ns();

	sleep(3);
	ran = kworkers_ns() - ran;
	return 100 * ran / (now_ns() - begin);
}

/* A guest that never stops has 10/12 to 10/11 of one CPU; others may want that CPU too. */
static void costs_a_bounded_share(void)
{
	unsigned int percent;
	struct gpu g;

	mdev_create(&g.d, "gen8");
	gpu_begin(&g);
	CHECK_EQ(dma_map(&g, 0, ALL_SIZE), 0);
	blit_submit(&g, HALF_SIZE / PAGE, true);
	CHECK(blit_seen(&g));
	percent = share_measure();
	printf("# %u %% of a CPU\n", percent);
	CHECK(percent >= 65 && percent <= 93);
	gpu_end(&g);
	mdev_remove(&g.d);
}

/* All of memory through the aperture, where a quarter may be pinned: each byte is right. */
static void aperture_read(struct gpu *g)
{
	uint8_t *bar = mmap(NULL, ALL_SIZE, PROT_READ, MAP_SHARED, g->d.fd, REGION_OFFSET(2));
	long limit, now, met;
	uint32_t at;
	bool same = true;

	if (!CHECK(bar != MAP_FAILED))
		return;
	for (at = SRC; at < ALL_SIZE; at += PAGE)
		same = same && !memcmp(bar + at, g->mem + at, PAGE);
	CHECK(same);
	for (at = SRC; at < ALL_SIZE; at += PAGE)
		same = same && !memcmp(bar + at, g->mem + at, PAGE);
	CHECK(same);
	limit_get(g, "aperture_mib", &limit, &now, &met);
	printf("# aperture: %ld MiB of %ld, %ld pages made room\n", now, limit, met);
	CHECK_EQ(limit, 2);
	CHECK(now <= limit && met >= 1024);
	munmap(bar, ALL_SIZE);
}

/* The limits of the type, as of when the device is opened, whatever the guest does. */
static void limits_hold(void)
{
	long limit, now, met;
	unsigned int percent;
	struct gpu g;
	int i;

	CHECK_EQ(limit_set("cpu_percent", "0"), -ERANGE);
	CHECK_EQ(limit_set("cpu_percent", "92"), -ERANGE);
	CHECK_EQ(limit_set("pages_mib", "4097"), -ERANGE);
	CHECK_EQ(limit_set("aperture_mib", "much"), -EINVAL);
	CHECK_EQ(limit_set("cpu_percent", "30"), 0);
	CHECK_EQ(limit_set("pages_mib", "4"), 0);
	CHECK_EQ(limit_set("aperture_mib", "2"), 0);
	mdev_create(&g.d, "gen8");
	limit_get(&g, "cpu_percent", &limit, &now, &met);
	CHECK_EQ(limit, 30);	/* also before anybody opens it */
	gpu_begin(&g);
	/* of the next to open it */
	CHECK_EQ(limit_set("cpu_percent", "91"), 0);
	CHECK_EQ(limit_set("pages_mib", "64"), 0);
	CHECK_EQ(limit_set("aperture_mib", "256"), 0);
	CHECK_EQ(dma_map(&g, 0, ALL_SIZE), 0);
	fill(g.mem + SRC, HALF_SIZE, 5);
	blit_submit(&g, HALF_SIZE / PAGE, true);
	CHECK(blit_seen(&g));
	percent = share_measure();
	limit_get(&g, "cpu_percent", &limit, &now, &met);
	printf("# %u %% of a CPU of %ld, %ld pauses\n", percent, limit, met);
	CHECK_EQ(limit, 30);
	CHECK(percent >= 15 && percent <= 32 && met > 3);
	for (i = 0; i < 100; i++, usleep(1000))
		CHECK(pages_of(&g, "pinned") <= 1024);
	limit_get(&g, "pages_mib", &limit, &now, &met);
	CHECK_EQ(limit, 4);
	CHECK(now <= limit && met > 0);
	CHECK_EQ(xioctl(g.d.fd, VFIO_DEVICE_RESET, NULL), 0);
	CHECK(!memcmp(g.mem + DST, g.mem + SRC, HALF_SIZE));
	aperture_read(&g);
	CHECK_EQ(dma_unmap(&g, 0, ALL_SIZE), 0);
	limit_get(&g, "aperture_mib", &limit, &now, &met);
	CHECK_EQ(now, 0);
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
		blit_forget(&g);
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
	KTAP_CASE(limits_hold),
	KTAP_CASE(unmap_while_it_copies),
	KTAP_CASE(killed_while_it_copies),
	KTAP_CASE(without_memlock),
};

KTAP_MAIN(cases)
