// SPDX-License-Identifier: GPL-2.0
/*
 * access.c - every kind of instruction that can touch a device register
 *
 * KVM executes these by its instruction emulator, so each form is a road of its
 * own.  The assembler operand is typed by the width, which makes the assembler
 * choose the encoding.
 */
#include "bare.h"

#include "../oracle/log.h"

#define IN(a, t) (*(t *)(a)->in)
#define OUT(a, t) (*(t *)(a)->out)
#define MEM(a, t) (*(volatile t *)(a)->va)

#define EACH_WIDTH(a, DO)                \
	do {                             \
		switch ((a)->width) {    \
		case 1:                  \
			DO(a, u8, "b");  \
			break;           \
		case 2:                  \
			DO(a, u16, "w"); \
			break;           \
		case 4:                  \
			DO(a, u32, "l"); \
			break;           \
		case 8:                  \
			DO(a, u64, "q"); \
			break;           \
		}                        \
	} while (0)

#define DO_LOAD(a, t, s) asm volatile("mov" s " %1, %0" : "=q"(OUT(a, t)) : "m"(MEM(a, t)))
#define DO_STORE(a, t, s) asm volatile("mov" s " %1, %0" : "=m"(MEM(a, t)) : "q"(IN(a, t)))
#define DO_XCHG(a, t, s)                                                             \
	do {                                                                         \
		OUT(a, t) = IN(a, t);                                                \
		asm volatile("xchg" s " %0, %1" : "+q"(OUT(a, t)), "+m"(MEM(a, t))); \
	} while (0)
#define DO_RMW(insn, a, t, s) \
	asm volatile(insn s " %1, %0" : "+m"(MEM(a, t)) : "q"(IN(a, t)) : "cc")
#define DO_OR(a, t, s) DO_RMW("or", a, t, s)
#define DO_LOCK_OR(a, t, s) DO_RMW("lock or", a, t, s)
#define DO_LOCK_AND(a, t, s) DO_RMW("lock and", a, t, s)
#define DO_LOCK_XOR(a, t, s) DO_RMW("lock xor", a, t, s)
#define DO_LOCK_ADD(a, t, s) DO_RMW("lock add", a, t, s)
#define DO_INC(a, t, s)                                                 \
	do {                                                            \
		IN(a, t) = 1;                                           \
		asm volatile("inc" s " %0" : "+m"(MEM(a, t)) : : "cc"); \
	} while (0)
#define DO_XADD(a, t, s)                                                                           \
	do {                                                                                       \
		OUT(a, t) = IN(a, t);                                                              \
		asm volatile("lock xadd" s " %0, %1" : "+q"(OUT(a, t)), "+m"(MEM(a, t)) : : "cc"); \
	} while (0)
#define DO_CMPXCHG(a, t, s)                               \
	do {                                              \
		t acc = *(t *)(a)->in;                    \
                                                          \
		asm volatile("lock cmpxchg" s " %2, %1"   \
			     : "+a"(acc), "+m"(MEM(a, t)) \
			     : "q"(*(t *)((a)->in + 8))   \
			     : "cc");                     \
		OUT(a, t) = acc;                          \
	} while (0)
/* add to a cleared register: a load that goes through the arithmetic unit */
#define DO_ADD_LOAD(a, t, s)                                                               \
	do {                                                                               \
		OUT(a, t) = 0;                                                             \
		asm volatile("add" s " %1, %0" : "+q"(OUT(a, t)) : "m"(MEM(a, t)) : "cc"); \
	} while (0)
#define DO_LODS(a, t, s)                                                         \
	do {                                                                     \
		u64 si = (a)->va;                                                \
                                                                                 \
		asm volatile("lods" s : "=a"(OUT(a, t)), "+S"(si) : : "memory"); \
	} while (0)
#define DO_STOS(a, t, s)                                                      \
	do {                                                                  \
		u64 di = (a)->va;                                             \
                                                                              \
		asm volatile("stos" s : "+D"(di) : "a"(IN(a, t)) : "memory"); \
	} while (0)
#define DO_REP_STOS(a, t, s)                                                               \
	do {                                                                               \
		u64 di = (a)->va, n = ACCESS_ELEMENTS;                                     \
                                                                                           \
		asm volatile("rep stos" s : "+D"(di), "+c"(n) : "a"(IN(a, t)) : "memory"); \
		((t *)(a)->in)[1] = IN(a, t);                                              \
		((t *)(a)->in)[2] = IN(a, t);                                              \
	} while (0)

static void string_move(u32 width, u64 dst, u64 src, u64 n)
{
	switch (width) {
	case 1:
		asm volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
		break;
	case 2:
		asm volatile("rep movsw" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
		break;
	case 4:
		asm volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
		break;
	case 8:
		asm volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
		break;
	}
}

static void load(struct access *a)
{
	EACH_WIDTH(a, DO_LOAD);
}

static void load_extend(struct access *a)
{
	u64 v = 0;

	if (a->width == 1)
		asm volatile("movzbl %1, %k0" : "=r"(v) : "m"(MEM(a, u8)));
	else
		asm volatile("movzwl %1, %k0" : "=r"(v) : "m"(MEM(a, u16)));
	memcpy(a->out, &v, a->width);
}

static void load_sign_extend(struct access *a)
{
	u64 v = 0;

	if (a->width == 1)
		asm volatile("movsbq %1, %0" : "=r"(v) : "m"(MEM(a, u8)));
	else if (a->width == 2)
		asm volatile("movswq %1, %0" : "=r"(v) : "m"(MEM(a, u16)));
	else
		asm volatile("movslq %1, %0" : "=r"(v) : "m"(MEM(a, u32)));
	memcpy(a->out, &v, a->width);
}

static void load_add(struct access *a)
{
	EACH_WIDTH(a, DO_ADD_LOAD);
}

static void load_push(struct access *a)
{
	asm volatile("pushq %1; popq %0" : "=r"(OUT(a, u64)) : "m"(MEM(a, u64)) : "memory");
}

static void load_lods(struct access *a)
{
	EACH_WIDTH(a, DO_LODS);
}

static void load_movs(struct access *a)
{
	string_move(a->width, (u64)a->out, a->va, 1);
}

static void load_rep_movs(struct access *a)
{
	string_move(a->width, (u64)a->out, a->va, ACCESS_ELEMENTS);
}

static void load_movups(struct access *a)
{
	asm volatile("movups (%0), %%xmm0; movups %%xmm0, (%1)"
		     :
		     : "r"(a->va), "r"(a->out)
		     : "memory");
}

static void load_movdqu(struct access *a)
{
	asm volatile("movdqu (%0), %%xmm1; movdqu %%xmm1, (%1)"
		     :
		     : "r"(a->va), "r"(a->out)
		     : "memory");
}

static void store(struct access *a)
{
	EACH_WIDTH(a, DO_STORE);
}

static void store_immediate(struct access *a)
{
	static const u8 imm[8] = { 0xa5, 0x5a, 0x3c, 0x43, 0, 0, 0, 0 };

	memcpy(a->in, imm, a->width);
	if (a->width == 1)
		asm volatile("movb $0xa5, %0" : "=m"(MEM(a, u8)));
	else if (a->width == 2)
		asm volatile("movw $0x5aa5, %0" : "=m"(MEM(a, u16)));
	else if (a->width == 4)
		asm volatile("movl $0x433c5aa5, %0" : "=m"(MEM(a, u32)));
	else
		asm volatile("movq $0x433c5aa5, %0" : "=m"(MEM(a, u64)));
}

static void store_pop(struct access *a)
{
	asm volatile("pushq %1; popq %0" : "=m"(MEM(a, u64)) : "r"(IN(a, u64)) : "memory");
}

static void store_stos(struct access *a)
{
	EACH_WIDTH(a, DO_STOS);
}

static void store_rep_stos(struct access *a)
{
	EACH_WIDTH(a, DO_REP_STOS);
}

static void store_movs(struct access *a)
{
	string_move(a->width, a->va, (u64)a->in, 1);
}

static void store_rep_movs(struct access *a)
{
	string_move(a->width, a->va, (u64)a->in, ACCESS_ELEMENTS);
}

/* Interrupt entry clears the direction flag for its C code and iret restores it. */
static void store_rep_movs_back(struct access *a)
{
	u32 last = (ACCESS_ELEMENTS - 1) * a->width;

	asm volatile("std" : : : "memory");
	string_move(a->width, a->va + last, (u64)a->in + last, ACCESS_ELEMENTS);
	asm volatile("cld" : : : "memory");
}

static void store_movnti(struct access *a)
{
	if (a->width == 4)
		asm volatile("movntil %1, %0" : "=m"(MEM(a, u32)) : "r"(IN(a, u32)));
	else
		asm volatile("movntiq %1, %0" : "=m"(MEM(a, u64)) : "r"(IN(a, u64)));
}

static void store_movups(struct access *a)
{
	asm volatile("movups (%1), %%xmm0; movups %%xmm0, (%0)"
		     :
		     : "r"(a->va), "r"(a->in)
		     : "memory");
}

static void store_movdqu(struct access *a)
{
	asm volatile("movdqu (%1), %%xmm1; movdqu %%xmm1, (%0)"
		     :
		     : "r"(a->va), "r"(a->in)
		     : "memory");
}

static void rmw_xchg(struct access *a)
{
	EACH_WIDTH(a, DO_XCHG);
}

static void rmw_or(struct access *a)
{
	EACH_WIDTH(a, DO_OR);
}

static void rmw_inc(struct access *a)
{
	EACH_WIDTH(a, DO_INC);
}

static void rmw_lock_or(struct access *a)
{
	EACH_WIDTH(a, DO_LOCK_OR);
}

static void rmw_lock_and(struct access *a)
{
	EACH_WIDTH(a, DO_LOCK_AND);
}

static void rmw_lock_xor(struct access *a)
{
	EACH_WIDTH(a, DO_LOCK_XOR);
}

static void rmw_lock_add(struct access *a)
{
	EACH_WIDTH(a, DO_LOCK_ADD);
}

static void rmw_xadd(struct access *a)
{
	EACH_WIDTH(a, DO_XADD);
}

static void rmw_cmpxchg(struct access *a)
{
	EACH_WIDTH(a, DO_CMPXCHG);
}

#define ANY (1 + 2 + 4 + 8)
#define SSE KVMGT_LOG_F_SSE
#define REP KVMGT_LOG_F_REP

/* clang-format off */
const struct access_form access_forms[] = {
	{ "mov_load",	KVMGT_LOG_READ,	0,   ANY, 1, false, false, load },
	{ "movzx",	KVMGT_LOG_READ,	0,   1 + 2, 1, false, false, load_extend },
	{ "movsx",	KVMGT_LOG_READ,	0,   1 + 2 + 4, 1, false, false, load_sign_extend },
	{ "add_load",	KVMGT_LOG_READ,	0,   ANY, 1, false, false, load_add },
	{ "push",	KVMGT_LOG_READ,	0,   8,	  1, false, false, load_push },
	{ "lods",	KVMGT_LOG_READ,	0,   ANY, 1, false, false, load_lods },
	{ "movs_load",	KVMGT_LOG_READ,	REP, ANY, 1, false, false, load_movs },
	{ "rep_movs_load", KVMGT_LOG_READ, REP, ANY, 3, false, false, load_rep_movs },
	{ "movups_load", KVMGT_LOG_READ, SSE, 16, 1, false, false, load_movups },
	{ "movdqu_load", KVMGT_LOG_READ, SSE, 16, 1, false, false, load_movdqu },
	{ "mov_store",	KVMGT_LOG_WRITE, 0,  ANY, 1, false, false, store },
	{ "mov_imm",	KVMGT_LOG_WRITE, 0,  ANY, 1, false, false, store_immediate },
	{ "pop",	KVMGT_LOG_WRITE, 0,  8,	  1, false, false, store_pop },
	{ "stos",	KVMGT_LOG_WRITE, 0,  ANY, 1, false, false, store_stos },
	{ "rep_stos",	KVMGT_LOG_WRITE, REP, ANY, 3, false, false, store_rep_stos },
	{ "movs_store",	KVMGT_LOG_WRITE, REP, ANY, 1, false, false, store_movs },
	{ "rep_movs_store", KVMGT_LOG_WRITE, REP, ANY, 3, false, false, store_rep_movs },
	{ "rep_movs_back", KVMGT_LOG_WRITE, REP, ANY, 3, true, false, store_rep_movs_back },
	{ "movnti",	KVMGT_LOG_WRITE, 0,  4 + 8, 1, false, false, store_movnti },
	{ "movups_store", KVMGT_LOG_WRITE, SSE, 16, 1, false, false, store_movups },
	{ "movdqu_store", KVMGT_LOG_WRITE, SSE, 16, 1, false, false, store_movdqu },
	{ "xchg",	KVMGT_LOG_XCHG,	0,   ANY, 1, false, false, rmw_xchg },
	{ "or",		KVMGT_LOG_OR,	0,   ANY, 1, false, false, rmw_or },
	{ "inc",	KVMGT_LOG_ADD,	0,   ANY, 1, false, false, rmw_inc },
	{ "lock_or",	KVMGT_LOG_OR,	0,   ANY, 1, false, false, rmw_lock_or },
	{ "lock_and",	KVMGT_LOG_AND,	0,   ANY, 1, false, false, rmw_lock_and },
	{ "lock_xor",	KVMGT_LOG_XOR,	0,   ANY, 1, false, false, rmw_lock_xor },
	{ "lock_add",	KVMGT_LOG_ADD,	0,   ANY, 1, false, false, rmw_lock_add },
	{ "xadd",	KVMGT_LOG_XADD,	0,   ANY, 1, false, false, rmw_xadd },
	{ "cmpxchg",	KVMGT_LOG_CMPXCHG, 0, ANY, 1, false, false, rmw_cmpxchg },
	{ "cmpxchg_eq",	KVMGT_LOG_CMPXCHG, 0, ANY, 1, false, true, rmw_cmpxchg },
};
/* clang-format on */

const u32 nr_access_forms = ARRAY_SIZE(access_forms);

const struct access_form *access_form_find(const char *name)
{
	u32 i;

	for (i = 0; i < nr_access_forms; i++)
		if (!strcmp(access_forms[i].name, name))
			return &access_forms[i];
	return NULL;
}

/* Bytes from the first to behind the last that are accessed. */
u32 access_span(const struct access_form *f, u32 width)
{
	return f->elements * width;
}
