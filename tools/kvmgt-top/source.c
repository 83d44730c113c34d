// SPDX-License-Identifier: GPL-2.0
/*
 * source.c - finds vGPUs in debugfs and reads their files
 *
 * vGPUs come and go while we look: one that is gone is forgotten, one that has
 * come is watched from the next sample on.  An open file belongs to one life of
 * a vGPU, so samples of two lives never meet.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

#define DEBUGFS "/sys/kernel/debug"
#define MDEV "/sys/bus/mdev/devices"
/* Far more than all registers of any model. */
#define MAX_TEXT (64u << 20)

static int fail(struct source *s, const char *what, const char *why)
{
	snprintf(s->error, sizeof(s->error), "%.120s: %.120s", what, why);
	return -1;
}

/* All of @fd from its beginning, as a string.  Return: 0 or a negative errno. */
static int read_all(int fd, char **text)
{
	size_t size = 1 << 16, used = 0;
	char *buf = malloc(size);
	int ret = -ENOMEM;
	ssize_t n;

	while (buf) {
		char *more;

		n = pread(fd, buf + used, size - used - 1, used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			ret = n ? -errno : 0;
			break;
		}
		used += n;
		if (used < size - 1)
			continue;
		more = size < MAX_TEXT ? realloc(buf, 2 * size) : NULL;
		if (!more)
			break;
		buf = more;
		size *= 2;
	}
	if (ret) {
		free(buf);
		return ret;
	}
	buf[used] = 0;
	*text = buf;
	return 0;
}

static int read_file(int dir, const char *name, char **text)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = read_all(fd, text);
	close(fd);
	return ret;
}

/* What debugfs answers for files of a device that is gone. */
static bool is_gone(int err)
{
	return err == -EIO || err == -ENOENT || err == -ENODEV;
}

static void vgpu_free(struct vgpu *v)
{
	if (v->counters >= 0)
		close(v->counters);
	if (v->dir >= 0)
		close(v->dir);
	sample_free(&v->before);
	sample_free(&v->now);
	map_free(&v->map);
	free(v->uuid);
	free(v->model);
	free(v);
}

/* The mdev's type is called DRIVER-MODEL. */
static char *find_model(const char *uuid)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *dash;
	ssize_t n;

	snprintf(path, sizeof(path), MDEV "/%.255s/mdev_type", uuid);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return strdup("-");
	target[n] = 0;
	dash = strrchr(target, '-');
	return strdup(dash ? dash + 1 : "-");
}

static int read_map(struct vgpu *v)
{
	char *text;
	int ret = read_file(v->dir, "classes", &text);

	if (ret)
		return ret;
	ret = map_parse(&v->map, text);
	free(text);
	return ret;
}

static int read_sample(struct vgpu *v, struct sample *s)
{
	struct timespec t;
	char *text;
	int ret = read_all(v->counters, &text);

	if (ret)
		return ret;
	clock_gettime(CLOCK_MONOTONIC, &t);
	s->ns = t.tv_sec * 1000000000ull + t.tv_nsec;
	ret = sample_parse_counters(s, text);
	if (ret)
		return ret;
	ret = read_file(v->dir, "ranges", &text);
	if (ret)
		return ret;
	ret = sample_parse_ranges(s, text);
	free(text);
	return ret;
}

/* Return: 0; a negative errno, of those that is_gone() knows where it is not a vGPU. */
static int vgpu_open(struct vgpu *v, int root, const char *uuid)
{
	v->counters = -1;
	v->dir = openat(root, uuid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->dir < 0)
		return -errno;
	v->counters = openat(v->dir, "counters", O_RDONLY | O_CLOEXEC);
	if (v->counters < 0)
		return -errno;
	v->uuid = strdup(uuid);
	v->model = find_model(uuid);
	if (!v->uuid || !v->model)
		return -ENOMEM;
	return read_map(v);
}

static const char *reason(int err)
{
	if (err == -EPROTO)
		return "debugfs says it in a form that this program does not know";
	if (err == -EACCES || err == -EPERM)
		return "no permission: this needs root, and debugfs not locked down";
	return strerror(-err);
}

static bool is_watched(const struct source *s, const char *uuid)
{
	const struct vgpu *v;

	for (v = s->vgpus; v; v = v->next)
		if (!strcmp(v->uuid, uuid))
			return true;
	return false;
}

static bool is_wanted(const struct source *s, const char *name)
{
	if (name[0] == '.')
		return false;
	return !s->filter || !strncasecmp(name, s->filter, strlen(s->filter));
}

static int source_add(struct source *s, int root, const char *uuid)
{
	struct vgpu **tail = &s->vgpus;
	struct vgpu *v = calloc(1, sizeof(*v));
	int ret = v ? vgpu_open(v, root, uuid) : -ENOMEM;

	if (ret) {
		if (v)
			vgpu_free(v);
		/* Another driver of the bus, or gone again: not ours to complain about. */
		if (is_gone(ret))
			return 0;
		return fail(s, uuid, reason(ret));
	}
	while (*tail)
		tail = &(*tail)->next;
	*tail = v;
	s->nr++;
	return 0;
}

static int source_scan_dir(struct source *s, DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (is_wanted(s, entry->d_name) && !is_watched(s, entry->d_name) &&
		    source_add(s, dirfd(dir), entry->d_name))
			return -1;
	return 0;
}

static const char *why_no_dir(const struct source *s, int err)
{
	struct statfs fs;

	if (err != ENOENT)
		return reason(-err);
	if (!s->debugfs && (statfs(DEBUGFS, &fs) || fs.f_type != DEBUGFS_MAGIC))
		return "debugfs is not mounted: mount -t debugfs none " DEBUGFS;
	return "not there: is the module kvmgt_bus loaded?";
}

static int source_scan(struct source *s)
{
	char path[PATH_MAX];
	DIR *dir;
	int ret;

	snprintf(path, sizeof(path), "%s/kvmgt", s->debugfs ?: DEBUGFS);
	dir = opendir(path);
	if (!dir)
		return fail(s, path, why_no_dir(s, errno));
	ret = source_scan_dir(s, dir);
	closedir(dir);
	return ret;
}

/* Return: 0, also where the vGPU is gone: then it is no longer in the list. */
static int sample_one(struct source *s, struct vgpu **link)
{
	struct vgpu *v = *link;
	struct sample fresh = { 0 };
	int ret = read_sample(v, &fresh);

	if (!ret) {
		sample_free(&v->before);
		v->before = v->now;
		v->now = fresh;
		return 0;
	}
	sample_free(&fresh);
	if (!is_gone(ret))
		return fail(s, v->uuid, reason(ret));
	*link = v->next;
	s->nr--;
	vgpu_free(v);
	return 0;
}

/**
 * source_sample - one more sample of each vGPU
 * @s: the source
 *
 * Return: 0, or -1 with the source's error set.
 */
int source_sample(struct source *s)
{
	struct vgpu **link = &s->vgpus;

	if (source_scan(s))
		return -1;
	while (*link) {
		struct vgpu *v = *link;

		if (sample_one(s, link))
			return -1;
		if (*link == v)
			link = &v->next;
	}
	return 0;
}

/**
 * source_open - find vGPUs, begin to count, take the first sample
 * @s: with @debugfs and @filter
 *
 * Return: 0; -1 where there is none, with the source's error set.
 */
int source_open(struct source *s)
{
	if (source_sample(s))
		return -1;
	if (s->nr)
		return 0;
	if (s->filter)
		return fail(s, s->filter, "no vGPU's UUID begins so");
	return fail(s, s->debugfs ?: DEBUGFS, "there is no vGPU");
}

void source_close(struct source *s)
{
	while (s->vgpus) {
		struct vgpu *v = s->vgpus;

		s->vgpus = v->next;
		vgpu_free(v);
	}
	s->nr = 0;
}
