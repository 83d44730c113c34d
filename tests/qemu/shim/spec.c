// SPDX-License-Identifier: GPL-2.0
/*
 * spec.c - what a fake device is like: lines of words, numbers in C notation
 *
 *	id VENDOR DEVICE CLASS
 *	bar N SIZE [mmap] [64] [prefetch]
 *	sparse N OFFSET SIZE		the only part of bar N that can be mapped
 *	area N OFFSET SIZE CLASS FLAGS	an entry of the map of bar N
 *	defect N truncated|short|loop|beyond|version
 *	intx | msi			the device has it
 *	door N OFFSET			a write there raises INTx
 *	feature ERRNO			what the feature's probe answers
 *	room COUNT			ranges that can be attached
 *	refuse N OFFSET ERRNO		attaching this place fails
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fake.h"

struct fake_device fake_devices[FAKE_DEVICES];

struct words {
	char *word[8];
	unsigned int count;
};

static uint64_t number(const struct words *w, unsigned int i)
{
	char *end;
	uint64_t value;

	if (i >= w->count)
		abort();
	value = strtoull(w->word[i], &end, 0);
	if (*end)
		abort();
	return value;
}

static bool has(const struct words *w, const char *word)
{
	for (unsigned int i = 1; i < w->count; i++)
		if (!strcmp(w->word[i], word))
			return true;
	return false;
}

static enum fake_defect defect_named(const char *name)
{
	static const char * const names[] = {
		[DEFECT_NONE] = "none",
		[DEFECT_TRUNCATED] = "truncated",
		[DEFECT_SHORT] = "short",
		[DEFECT_LOOP] = "loop",
		[DEFECT_BEYOND] = "beyond",
		[DEFECT_VERSION] = "version",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return i;
	abort();
}

static void add_area(struct fake_region *bar, const struct words *w)
{
	if (bar->nr_areas == FAKE_AREAS)
		abort();
	bar->areas[bar->nr_areas++] = (struct vfio_region_inkernel_area) {
		.offset = number(w, 2),
		.size = number(w, 3),
		.class = number(w, 4),
		.flags = number(w, 5),
	};
}

/* Words whose first argument is the number of a bar; false if this is none of them. */
static bool set_bar(struct fake_device *dev, const char *key, const struct words *w)
{
	struct fake_region *bar;

	if (strcmp(key, "bar") && strcmp(key, "sparse") && strcmp(key, "area") &&
	    strcmp(key, "defect"))
		return false;
	bar = &dev->bars[number(w, 1) % FAKE_BARS];
	if (!strcmp(key, "bar")) {
		bar->size = number(w, 2);
		bar->mmap = has(w, "mmap");
		bar->wide = has(w, "64");
		bar->prefetch = has(w, "prefetch");
	} else if (!strcmp(key, "sparse")) {
		bar->sparse_offset = number(w, 2);
		bar->sparse_size = number(w, 3);
	} else if (!strcmp(key, "area")) {
		add_area(bar, w);
	} else {
		bar->defect = defect_named(w->word[2]);
	}
	return true;
}

static void set(struct fake_device *dev, const struct words *w)
{
	const char *key = w->word[0];

	if (set_bar(dev, key, w))
		return;
	if (!strcmp(key, "id")) {
		dev->vendor = number(w, 1);
		dev->device = number(w, 2);
		dev->class = number(w, 3);
	} else if (!strcmp(key, "intx")) {
		dev->intx = true;
	} else if (!strcmp(key, "msi")) {
		dev->msi = true;
	} else if (!strcmp(key, "door")) {
		dev->door = true;
		dev->door_region = number(w, 1);
		dev->door_offset = number(w, 2);
	} else if (!strcmp(key, "feature")) {
		dev->feature_errno = number(w, 1);
	} else if (!strcmp(key, "room")) {
		dev->room = number(w, 1);
	} else if (!strcmp(key, "refuse")) {
		dev->refuse_region = number(w, 1);
		dev->refuse_offset = number(w, 2);
		dev->refuse_errno = number(w, 3);
	} else {
		abort();
	}
}

static bool read_spec(struct fake_device *dev, int group)
{
	const char *dir = getenv("FAKE_VFIO_DIR");
	char path[4096], line[256];
	FILE *f;

	if (!dir || snprintf(path, sizeof(path), "%s/%d.spec", dir, group) >= (int)sizeof(path))
		return false;
	f = fopen(path, "r");
	if (!f)
		return false;
	*dev = (struct fake_device) {
		.group = group,
		.fd = -1,
		.intx_fd = -1,
		.room = VFIO_INKERNEL_MAX_RANGES,
	};
	while (fgets(line, sizeof(line), f)) {
		struct words w = { .count = 0 };
		char *p = line, *word;

		while (w.count < 8 && (word = strsep(&p, " \n")))
			if (*word)
				w.word[w.count++] = word;
		if (w.count)
			set(dev, &w);
	}
	fclose(f);
	return true;
}

struct fake_device *fake_device_of_group(int group)
{
	for (int i = 0; i < FAKE_DEVICES; i++) {
		struct fake_device *dev = &fake_devices[i];

		if (dev->group == group)
			return dev;
		if (!dev->group)
			return read_spec(dev, group) ? dev : NULL;
	}
	return NULL;
}
