/* SPDX-License-Identifier: GPL-2.0 */
/*
 * view.h - the live view
 */
#ifndef VIEW_H
#define VIEW_H

#include <signal.h>

#include "source.h"
#include "table.h"

/**
 * struct view - what is shown
 * @key: how rows are sorted
 * @delay: seconds between samples
 * @totals: counts since counting began, not rates
 */
struct view {
	enum sort_key key;
	double delay;
	bool totals;
};

/* Until 'q' or @stop.  Return: exit status of the program. */
int view_run(struct view *view, struct source *s, const volatile sig_atomic_t *stop);

#endif /* VIEW_H */
