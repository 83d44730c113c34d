// SPDX-License-Identifier: GPL-2.0
/*
 * naive_walk.c - a second walker of page tables, that remembers nothing
 */
#include <string.h>

#include "naive_walk.h"

#define PAGES_MAX 4 /* of one access */

struct page {
	bool there, writable;
	uint64_t at;
};

static bool entry_get(const struct naive_walk *w, uint64_t table, uint64_t index, uint64_t *entry)
{
	uint64_t at = (table & 0x7ffffff000) + index * 8;

	if (at + 8 > w->ram_size)
		return false;
	memcpy(entry, w->ram + at, 8);
	return *entry & 1;
}

/* The page that @addr is in, however large the one that the tables name. */
static struct page ppgtt_page(const struct naive_walk *w, uint64_t addr)
{
	struct page p = { .writable = true };
	uint64_t entry = w->root[0];
	int shift = 39;

	addr &= 0xffffffffffff;
	if (w->levels == 3) {
		if (addr >= 1ull << 32)
			return p;
		entry = w->root[addr >> 30];
		shift = 21;
	}
	for (; shift >= 21; shift -= 9) {
		if (!entry_get(w, entry, addr >> shift & 511, &entry))
			return p;
		p.writable &= entry >> 1 & 1;
	}
	if (entry & 0x80) {
		p.there = true;
		p.at = (entry & 0x7fffe00000) + (addr & 0x1ff000);
	} else if (entry & 0x800) {
		p.there = entry_get(w, entry, addr >> 12 & 0x1f0, &entry);
		p.writable &= entry >> 1 & 1;
		p.at = (entry & 0x7fffff0000) + (addr & 0xf000);
	} else {
		p.there = entry_get(w, entry, addr >> 12 & 0x1ff, &entry);
		p.writable &= entry >> 1 & 1;
		p.at = entry & 0x7ffffff000;
	}
	return p;
}

static struct page ggtt_page(const struct naive_walk *w, uint64_t addr)
{
	uint64_t entry = w->ggtt[(uint32_t)addr >> 12];

	return (struct page){ entry & 1, true, entry & 0x7ffffff000 };
}

/* Return: how many pages, all that @len bytes at @addr touch. */
static uint32_t pages_get(const struct naive_walk *w, uint64_t addr, uint32_t len, struct page *p)
{
	uint32_t n = len ? (addr % 4096 + len + 4095) / 4096 : 0, i;

	for (i = 0; i < n; i++)
		p[i] = w->ggtt ? ggtt_page(w, addr + i * 4096) : ppgtt_page(w, addr + i * 4096);
	return n;
}

static void byte_do(const struct naive_walk *w, const struct page *p, uint32_t in_page,
		    uint8_t *buf, bool write)
{
	if (!p->there) {
		if (!write)
			*buf = 0;
	} else if (!write) {
		*buf = w->ram[p->at + in_page];
	} else if (p->writable) {
		w->ram[p->at + in_page] = *buf;
	}
}

enum naive_result naive_walk_rw(const struct naive_walk *w, uint64_t addr, uint8_t *buf,
				uint32_t len, bool write)
{
	struct page page[PAGES_MAX], after[PAGES_MAX];
	uint32_t n = pages_get(w, addr, len, page), i;
	enum naive_result result = NAIVE_OK;

	memset(after, 0, sizeof(after));
	for (i = 0; i < n; i++) {
		if (!page[i].there)
			result = NAIVE_FAULT;
		else if (page[i].at >= w->ram_size)
			return NAIVE_OPEN;
	}
	for (i = 0; i < len; i++) {
		uint32_t at = addr % 4096 + i;

		byte_do(w, &page[at / 4096], at % 4096, buf + i, write);
	}
	pages_get(w, addr, len, after);
	for (i = 0; i < n; i++)
		if (page[i].there != after[i].there || page[i].at != after[i].at ||
		    page[i].writable != after[i].writable)
			return NAIVE_OPEN;
	return result;
}
