/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exercise_kms.h - a monitor that the guest's exercise draws on
 */
#ifndef GUEST_EXERCISE_KMS_H
#define GUEST_EXERCISE_KMS_H

#include "exercise.h"

#define PINS 4

/**
 * struct screen - a connected monitor
 * @crtc: what drives it
 * @connector: where it is plugged in
 * @mode: its preferred mode
 * @fb: two framebuffers, and more where buffers are pinned
 * @frame_us: how long a frame takes
 */
struct screen {
	uint32_t crtc;
	uint32_t connector;
	struct drm_mode_modeinfo mode;
	uint32_t fb[2 + PINS];
	double frame_us;
};

/**
 * struct frames - what a series of frames was like
 * @first: sequence number of the first
 * @last: of the last
 * @first_us: time of the first, as its event says
 * @last_us: of the last
 * @nr: how many there were
 * @unordered: times that a number was not above the one before
 * @missed: numbers that were left out
 * @restore: by so much the driver may miscount, see frames_tolerate(); 0: it may not
 * @restored: times that it did
 */
struct frames {
	uint32_t first;
	uint32_t last;
	uint64_t first_us;
	uint64_t last_us;
	unsigned int nr;
	unsigned int unordered;
	unsigned int missed;
	uint32_t restore;
	unsigned int restored;
};

/*
 * i915 counts frames that nobody waited for by time (drm_vblank_restore()).  Where the guest
 * lost its CPU while it dated the one before, for more than half a frame, that time is
 * negative, and counts as 2^64 ns.  A series that lasts, beside others, forgives that.
 */
void frames_tolerate(struct frames *f, const struct screen *s);

void frame_add(struct frames *f, uint32_t sequence, uint64_t us);
/* There were @want, numbers rise, and by as much as there was time for. */
void frames_judge(const struct frames *f, const struct screen *s, const char *name,
		  unsigned int want);

/* Two framebuffers, and one of them on the monitor.  Exits where it cannot. */
void screen_light(struct screen *s);
/* One with the gradient of the second, in tiles.  Return: 0 or -errno. */
int screen_tiled(const struct screen *s, uint32_t *id);
/* Flip to framebuffer @which at the next vertical blank.  Return: 0 or -errno. */
int flip_begin(const struct screen *s, unsigned int which);
/* The event of the flip, or nothing within @ms. */
bool flip_event(struct drm_event_vblank *event, int ms);

/* Find a monitor.  Return: is one connected? */
bool screen_look(struct screen *s);
/* Set its preferred mode, with a gradient on it; @name is the workload's.  Exits where it cannot. */
void screen_show(struct screen *s, const char *name);

#endif /* GUEST_EXERCISE_KMS_H */
