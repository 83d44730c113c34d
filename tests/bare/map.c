// SPDX-License-Identifier: GPL-2.0
/*
 * map.c - virtual addresses of physical ones
 *
 * The first 4 GiB are mapped one to one.  What lies above is shown in a window
 * of 512 entries of 2 MiB.  An entry is never given to another address, so no
 * processor can hold a stale translation.
 */
#include "bare.h"

#define ENTRY_SIZE 0x200000ULL
#define ENTRY_FLAGS 0x93 /* present, writable, uncached, 2 MiB */

extern u64 page_window[512];

static u32 window_used;
static u32 window_lock;

/* 0: the window is full. */
u64 map_phys(u64 pa)
{
	u64 entry = (pa & ~(ENTRY_SIZE - 1)) | ENTRY_FLAGS;
	u64 va = 0;
	u32 i;

	if (pa < 0x100000000ULL)
		return pa;
	spin_lock(&window_lock);
	/* accessed and dirty bits may be set by now */
	for (i = 0; i < window_used; i++)
		if (!((page_window[i] ^ entry) & ~0x60ULL))
			break;
	/* one entry more than asked for: an access may cross its end */
	if (i == window_used) {
		if (window_used + 2 > ARRAY_SIZE(page_window))
			goto out;
		page_window[window_used++] = entry;
		page_window[window_used++] = entry + ENTRY_SIZE;
	}
	va = WINDOW_BASE + i * ENTRY_SIZE + (pa & (ENTRY_SIZE - 1));
out:
	spin_unlock(&window_lock);
	return va;
}
