/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env.h - all that vgpu-core asks of the world it is compiled in
 *
 * vgpu-core runs inside a kernel module, inside unit tests and inside fuzzers.
 * This is the one file of vgpu-core that may look at __KERNEL__: a name that is
 * not provided on both sides below may not be used by the core.
 *
 * Services that differ between instances rather than between worlds (raise an
 * interrupt, tell the time) are no business of this file; see struct vgpu_host.
 */
#ifndef VGPU_ENV_H
#define VGPU_ENV_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/pci_regs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

typedef struct mutex env_lock_t;

#define env_lock_init(l)	mutex_init(l)
#define env_lock_destroy(l)	mutex_destroy(l)
#define env_lock(l)		mutex_lock(l)
#define env_unlock(l)		mutex_unlock(l)
#define env_assert_locked(l)	lockdep_assert_held(l)

static inline void *env_zalloc(size_t n)
{
	return kvzalloc(n, GFP_KERNEL_ACCOUNT);
}

static inline void env_free(const void *p)
{
	kvfree(p);
}

/* Zeroed, page aligned, order-0 pages: they can be mapped into userspace. */
static inline void *env_pages_alloc(size_t n)
{
	return __vmalloc(n, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

static inline void env_pages_free(const void *p)
{
	vfree(p);
}

/* 64-bit division, for kernels on 32 bits as well. */
static inline u64 env_div64(u64 n, u64 d)
{
	return div64_u64(n, d);
}

/* If *p is still @old, make it @new.  Return: what *p was. */
static inline u32 env_cmpxchg(u32 *p, u32 old, u32 new)
{
	return cmpxchg(p, old, new);
}

/* Store two dwords, the low one first in memory, at once; @p is aligned to 8 bytes. */
static inline void env_store64(u32 *p, u64 val)
{
	WRITE_ONCE(*(u64 *)p, val);
}

/* Count one more, without ordering anything else.  Return: the new count. */
static inline u32 env_inc(u32 *p)
{
	return atomic_inc_return_relaxed((atomic_t *)p);
}

/* Publish a pointer to something complete, and see it complete. */
#define env_store_release(p, v)	smp_store_release(p, v)
#define env_load_acquire(p)	smp_load_acquire(p)

/* What was copied before stays what it was: the compiler reads no source again. */
#define env_barrier()		barrier()

/* A bounds-checked index that a mispredicted branch cannot carry past @n. */
#define env_index_nospec(i, n)	array_index_nospec(i, n)

#else /* userspace: tests, fuzzers, oracle */

#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BIT(n)			(1UL << (n))
#define GENMASK(h, l)		(((~0UL) << (l)) & (~0UL >> (63 - (h))))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define U16_MAX			UINT16_MAX
#define U32_MAX			UINT32_MAX
#define PAGE_SIZE		4096UL
#define static_assert		_Static_assert
#define noinline		__attribute__((__noinline__))
#ifndef __always_inline /* libraries have it too */
#define __always_inline		inline __attribute__((__always_inline__))
#endif

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

typedef pthread_mutex_t env_lock_t;

#define env_lock_init(l)	pthread_mutex_init(l, NULL)
#define env_lock_destroy(l)	pthread_mutex_destroy(l)
#define env_lock(l)		pthread_mutex_lock(l)
#define env_unlock(l)		pthread_mutex_unlock(l)
#define env_assert_locked(l)	((void)(l))

static inline void *env_zalloc(size_t n)
{
	return calloc(1, n);
}

static inline void env_free(const void *p)
{
	free((void *)p);
}

static inline void *env_pages_alloc(size_t n)
{
	void *p = NULL;

	if (posix_memalign(&p, PAGE_SIZE, n))
		return NULL;
	return memset(p, 0, n);
}

static inline void env_pages_free(const void *p)
{
	free((void *)p);
}

static inline u64 env_div64(u64 n, u64 d)
{
	return n / d;
}

static inline u32 env_cmpxchg(u32 *p, u32 old, u32 new)
{
	__atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

static inline void env_store64(u32 *p, u64 val)
{
	typedef u64 __attribute__((may_alias)) u64_alias;

	__atomic_store_n((u64_alias *)p, val, __ATOMIC_RELAXED);
}

static inline u32 env_inc(u32 *p)
{
	return __atomic_add_fetch(p, 1, __ATOMIC_RELAXED);
}

#define env_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define env_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)

#define env_barrier()		__asm__ volatile("" ::: "memory")

#define env_index_nospec(i, n)	((void)(n), (i))

#endif /* __KERNEL__ */
#endif /* VGPU_ENV_H */
