// SPDX-License-Identifier: GPL-2.0
/*
 * naive_edid.c - a second opinion on monitors that a VMM describes
 *
 * What EDID 1.4, CEA-861 and VESA CVT say, for a port that is HDMI and carries 300 MHz.
 */
#include <string.h>

#include "naive_port.h"

#define BLOCK 128
#define CLOCK_MAX 30000 /* in units of 10 kHz */

static const uint8_t hdmi[8] = { 0x67, 0x03, 0x0c, 0x00, 0x10, 0x00, 0x00, 0x3c };

static int sum(const uint8_t *block)
{
	int i, s = 0;

	for (i = 0; i < BLOCK; i++)
		s += block[i];
	return s % 256;
}

static void sum_right(uint8_t *block)
{
	block[BLOCK - 1] += 256 - sum(block);
}

bool naive_edid_sane(const uint8_t *edid, uint32_t size)
{
	int i;

	if (size == 0 || size > NAIVE_EDID_MAX || size % BLOCK)
		return false;
	for (i = 0; i < 8; i++)
		if (edid[i] != (i % 7 ? 0xff : 0))
			return false;
	return sum(edid) == 0 && (edid[126] + 1u) * BLOCK <= size;
}

/* The first extension of a kind. */
static uint8_t *extension(uint8_t *edid, uint8_t kind)
{
	uint8_t *e;

	for (e = edid + BLOCK; e < edid + BLOCK * (edid[126] + 1); e += BLOCK)
		if (*e == kind)
			return e;
	return NULL;
}

/* The size that is wanted, if what is said of it does not fit the port. */
static bool wanted(uint8_t *edid, uint32_t *width, uint32_t *height)
{
	const uint8_t *d = edid + 54;
	const uint8_t *id = extension(edid, 0x70);

	if (d[0] + d[1] * 256 > CLOCK_MAX) {
		*width = d[2] + d[4] / 16 * 256;
		*height = d[5] + d[7] / 16 * 256;
		return true;
	}
	/* of a DisplayID: its first block, if that is a type I timing and whole */
	if (d[0] || d[1] || !id || id[2] < 23 || id[5] != 3 || id[7] < 20)
		return false;
	*width = id[12] + id[13] * 256 + 1;
	*height = id[20] + id[21] * 256 + 1;
	return true;
}

static uint32_t sync_lines(uint32_t width, uint32_t height)
{
	static const uint8_t ratio[][3] = { { 4, 3, 4 }, { 16, 9, 5 }, { 16, 10, 6 }, { 5, 4, 7 } };
	int i;

	for (i = 0; i < 4; i++)
		if (width * ratio[i][1] == height * ratio[i][0])
			return ratio[i][2];
	return 10;
}

/* CVT with reduced blanks.  Return: the clock, 0 if no rate fits. */
static uint32_t reduced(uint32_t width, uint32_t height, uint32_t sync, uint32_t *blank)
{
	static const int rates[] = { 60, 50, 30, 24 };
	uint64_t clock;
	int i;

	for (i = 0; i < 4; i++) {
		/* at least 460 us, and what front porch, sync and back porch need */
		*blank = 460 * height / (1000000 / rates[i] - 460) + 1;
		if (*blank < 3 + sync + 6)
			*blank = 3 + sync + 6;
		clock = (uint64_t)(width + 160) * (height + *blank) * rates[i] / 10000;
		if (clock <= CLOCK_MAX)
			return clock;
	}
	return 0;
}

static void preferred(uint8_t *edid)
{
	uint32_t width, height, clock, blank, sync, mm_x = edid[21] * 10, mm_y = edid[22] * 10;
	uint8_t *d = edid + 54;
	int i;

	if (!wanted(edid, &width, &height))
		return;
	if (width < 64 || height < 64 || width > 4095 || height > 4095)
		return;
	sync = sync_lines(width, height);
	clock = reduced(width, height, sync, &blank);
	if (!clock)
		return;
	if (!d[0] && !d[1])
		for (i = 71; i >= 18; i--)
			d[i] = d[i - 18];
	memset(d, 0, 18);
	d[0] = clock;
	d[1] = clock / 256;
	d[2] = width;
	d[3] = 160;
	d[4] = width / 256 * 16;
	d[5] = height;
	d[6] = blank;
	d[7] = height / 256 * 16 + blank / 256;
	d[8] = 48;
	d[9] = 32;
	d[10] = 3 * 16 + sync;
	d[12] = mm_x;
	d[13] = mm_y;
	d[14] = mm_x / 256 * 16 + mm_y / 256;
	d[17] = 0x1a;
	sum_right(edid);
}

static bool says_hdmi(const uint8_t *cea, int end)
{
	int at;

	for (at = 4; at + 4 <= end; at += 1 + cea[at] % 32)
		if (cea[at] / 32 == 3 && cea[at + 1] == 3 && cea[at + 2] == 12 && !cea[at + 3])
			return true;
	return false;
}

/* HDMI's block between the others and the timings, which move up; the last may fall off. */
static void hdmi_insert(uint8_t *cea)
{
	uint8_t out[BLOCK] = { 0 };
	int end = cea[2] < 4 || cea[2] > 127 ? 4 : cea[2];
	int from = end, to = end + 8;

	if (says_hdmi(cea, end) || to > 127)
		return;
	memcpy(out, cea, end);
	memcpy(out + end, hdmi, 8);
	out[2] = to;
	while (to + 18 <= 127 && from + 18 <= 127 && (cea[from] || cea[from + 1])) {
		memcpy(out + to, cea + from, 18);
		to += 18;
		from += 18;
	}
	memcpy(cea, out, BLOCK);
	sum_right(cea);
}

uint32_t naive_edid_fit(uint8_t *edid, uint32_t size)
{
	uint8_t *cea = extension(edid, 2);
	uint32_t end = BLOCK * (edid[126] + 1);

	preferred(edid);
	if (cea) {
		if (cea[1] >= 3 && sum(cea) == 0)
			hdmi_insert(cea);
		return size;
	}
	if (end == NAIVE_EDID_MAX)
		return size;
	cea = edid + end;
	memset(cea, 0, BLOCK);
	cea[0] = 2;
	cea[1] = 3;
	cea[2] = 12;
	memcpy(cea + 4, hdmi, 8);
	sum_right(cea);
	edid[126]++;
	sum_right(edid);
	return size > end + BLOCK ? size : end + BLOCK;
}
