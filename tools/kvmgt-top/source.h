/* SPDX-License-Identifier: GPL-2.0 */
/*
 * source.h - the vGPUs that are watched, and where their samples come from
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "sample.h"

/**
 * struct vgpu - a vGPU that is watched
 * @uuid: its name
 * @model: mdev type without the driver's name; "-" where sysfs does not say
 * @dir: its directory in debugfs, open
 * @counters: its counters; accesses are counted while this is open
 * @map: who answers what
 * @before: the last sample but one; without text: there is none yet
 * @now: the last sample; likewise
 * @next: the next vGPU
 */
struct vgpu {
	char *uuid;
	char *model;
	int dir;
	int counters;
	struct map map;
	struct sample before;
	struct sample now;
	struct vgpu *next;
};

/**
 * struct source - all that are watched
 * @debugfs: where debugfs is mounted; NULL: at its usual place
 * @filter: only vGPUs whose name begins so; NULL: all
 * @vgpus: list
 * @nr: its length
 * @error: what is wrong, once a call returned -1
 */
struct source {
	const char *debugfs;
	const char *filter;
	struct vgpu *vgpus;
	unsigned int nr;
	char error[256];
};

/* Return: 0, or -1 with @error set; no vGPU is no error of source_sample(). */
int source_open(struct source *s);
int source_sample(struct source *s);
void source_close(struct source *s);

#endif /* SOURCE_H */
