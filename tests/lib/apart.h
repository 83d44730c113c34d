/* SPDX-License-Identifier: GPL-2.0 */
/*
 * apart.h - guest memory whose pages lie apart for the device, as they do on a host
 *
 * The same memory twice: in one piece for the test, and page by page, each followed by a
 * hole, for a device that is told where a page is: who runs over its end ends there.
 */
#ifndef KVMGT_TESTS_APART_H
#define KVMGT_TESTS_APART_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define APART_PAGE	4096ul

/**
 * struct apart - memory of a guest
 * @whole: in one piece; NULL: there is none
 * @pages: its pages, with holes
 * @size: bytes, whole pages
 */
struct apart {
	uint8_t *whole;
	uint8_t *pages;
	uint64_t size;
};

static inline void apart_free(struct apart *a)
{
	if (a->whole)
		munmap(a->whole, a->size);
	if (a->pages)
		munmap(a->pages, 2 * a->size);
	*a = (struct apart){ 0 };
}

static inline void *apart_map(void *at, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
	void *p = mmap(at, size, prot, flags, fd, off);

	return p == MAP_FAILED ? NULL : p;
}

static inline int apart_fill(struct apart *a, int fd)
{
	const int rw = PROT_READ | PROT_WRITE;
	uint64_t off;

	if (fd < 0 || ftruncate(fd, a->size))
		return -1;
	a->whole = apart_map(NULL, a->size, rw, MAP_SHARED, fd, 0);
	a->pages = apart_map(NULL, 2 * a->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (off = 0; a->whole && a->pages && off < a->size; off += APART_PAGE)
		if (!apart_map(a->pages + 2 * off, APART_PAGE, rw, MAP_SHARED | MAP_FIXED, fd, off))
			return -1;
	return a->whole && a->pages ? 0 : -1;
}

/* Zeroed memory.  Return: 0, or -1: there is none. */
static inline int apart_make(struct apart *a, uint64_t size)
{
	int fd = syscall(SYS_memfd_create, "guest", 0);
	int ret;

	*a = (struct apart){ .size = (size + APART_PAGE - 1) & ~(APART_PAGE - 1) };
	ret = apart_fill(a, fd);
	if (fd >= 0)
		close(fd);
	if (ret)
		apart_free(a);
	return ret;
}

/* Where a byte is for the device, and what follows it in its page. */
static inline void *apart_at(const struct apart *a, uint64_t gpa)
{
	return a->pages + gpa / APART_PAGE * 2 * APART_PAGE + gpa % APART_PAGE;
}

/* What DMA does, all of it or nothing.  Return: false where there is no memory. */
static inline bool apart_rw(const struct apart *a, uint64_t gpa, void *buf, uint32_t len,
			    bool write)
{
	if (gpa >= a->size || len > a->size - gpa)
		return false;
	if (write)
		memcpy(a->whole + gpa, buf, len);
	else
		memcpy(buf, a->whole + gpa, len);
	return true;
}

#endif /* KVMGT_TESTS_APART_H */
