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

/* Find a monitor.  Return: is one connected? */
bool screen_look(struct screen *s);
/* Set its preferred mode, with a gradient on it; @name is the workload's.  Exits where it cannot. */
void screen_show(struct screen *s, const char *name);

#endif /* GUEST_EXERCISE_KMS_H */
