// SPDX-License-Identifier: GPL-2.0
/*
 * hooks.c - the libc functions that are replaced, and which file descriptors are ours
 *
 * A descriptor of ours is a memory file, so mmap(), fstat(), poll() and friends work by themselves.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "fake.h"

#define MAX_FD 4096

static struct {
	enum fake_kind kind;
	struct fake_device *dev;
} files[MAX_FD];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *path, int flags, ...);
static int (*real_close)(int fd);
static int (*real_ioctl)(int fd, unsigned long request, ...);
static ssize_t (*real_pread)(int fd, void *buf, size_t len, off_t pos);
static ssize_t (*real_pwrite)(int fd, const void *buf, size_t len, off_t pos);
static char *(*real_realpath)(const char *path, char *out);

__attribute__((constructor)) static void find_real(void)
{
	real_open = dlsym(RTLD_NEXT, "open64");
	real_close = dlsym(RTLD_NEXT, "close");
	real_ioctl = dlsym(RTLD_NEXT, "ioctl");
	real_pread = dlsym(RTLD_NEXT, "pread64");
	real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
	real_realpath = dlsym(RTLD_NEXT, "realpath");
}

void fake_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void fake_unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

int fake_new_fd(enum fake_kind kind, struct fake_device *dev)
{
	int fd = memfd_create("fake-vfio", MFD_CLOEXEC);

	if (fd >= MAX_FD)
		abort();
	if (fd >= 0) {
		files[fd].kind = kind;
		files[fd].dev = dev;
	}
	return fd;
}

ssize_t fake_real_pwrite(int fd, const void *buf, size_t len, off_t pos)
{
	return real_pwrite(fd, buf, len, pos);
}

static enum fake_kind kind_of(int fd)
{
	return fd >= 0 && fd < MAX_FD ? files[fd].kind : FAKE_NONE;
}

/* -2: not one of ours. */
static int open_fake(const char *path)
{
	struct fake_device *dev;
	int group, fd = -2;

	if (!strcmp(path, "/dev/vfio/vfio"))
		return fake_new_fd(FAKE_CONTAINER, NULL);
	if (sscanf(path, "/dev/vfio/%d", &group) == 1) {
		fake_lock();
		dev = fake_device_of_group(group);
		if (dev)
			fd = fake_new_fd(FAKE_GROUP, dev);
		fake_unlock();
	}
	return fd;
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	int fd;

	va_start(ap, flags);
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		mode = va_arg(ap, int);
	va_end(ap);
	fd = open_fake(path);
	return fd == -2 ? real_open(path, flags, mode) : fd;
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

int close(int fd)
{
	if (kind_of(fd) != FAKE_NONE) {
		fake_lock();
		if (files[fd].kind == FAKE_DEVICE)
			fake_device_close(files[fd].dev);
		files[fd].kind = FAKE_NONE;
		fake_unlock();
	}
	return real_close(fd);
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	fake_lock();
	switch (files[fd].kind) {
	case FAKE_CONTAINER:
		ret = fake_container_ioctl(request, arg);
		break;
	case FAKE_GROUP:
		ret = fake_group_ioctl(files[fd].dev, request, arg);
		break;
	case FAKE_DEVICE:
		ret = fake_device_ioctl(files[fd].dev, request, arg);
		break;
	default:
		ret = 0;
	}
	fake_unlock();
	if (ret < 0) {
		errno = -ret;
		return -1;
	}
	return ret;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (kind_of(fd) != FAKE_NONE)
		return fake_ioctl(fd, request, arg);
	if (fake_kvm_ioctl(request, arg, &ret))
		return ret;
	ret = real_ioctl(fd, request, arg);
	fake_kvm_observe(request, arg, ret);
	return ret;
}

ssize_t pread64(int fd, void *buf, size_t len, off_t pos)
{
	ssize_t ret = real_pread(fd, buf, len, pos);

	if (kind_of(fd) == FAKE_DEVICE && ret > 0) {
		fake_lock();
		fake_device_accessed(files[fd].dev, false, buf, len, pos);
		fake_unlock();
	}
	return ret;
}

/* What a fortified caller of pread() ends up in. */
ssize_t __pread64_chk(int fd, void *buf, size_t len, off_t pos, size_t room)
{
	if (len > room)
		abort();
	return pread64(fd, buf, len, pos);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t pos)
{
	ssize_t ret;

	if (kind_of(fd) != FAKE_DEVICE)
		return real_pwrite(fd, buf, len, pos);
	if (fake_write_is_ignored(pos))
		return len;
	ret = real_pwrite(fd, buf, len, pos);
	fake_lock();
	fake_device_accessed(files[fd].dev, true, buf, len, pos);
	fake_unlock();
	return ret;
}

/* The devices of the test are mdevs, whatever the kernel knows. */
char *realpath(const char *path, char *out)
{
	static const char answer[] = "/sys/bus/mdev", last[] = "/subsystem";
	const char *dir = getenv("FAKE_VFIO_DIR");
	size_t n = strlen(path);

	if (dir && !strncmp(path, dir, strlen(dir)) && n > strlen(last) &&
	    !strcmp(path + n - strlen(last), last))
		return out ? strcpy(out, answer) : strdup(answer);
	return real_realpath(path, out);
}

char *__realpath_chk(const char *path, char *out, size_t room)
{
	if (room < PATH_MAX)
		abort();
	return realpath(path, out);
}
