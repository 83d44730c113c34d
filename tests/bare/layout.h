/* SPDX-License-Identifier: GPL-2.0 */
/*
 * layout.h - where things are, for assembler and C
 */
#ifndef BARE_LAYOUT_H
#define BARE_LAYOUT_H

#define MAX_CPUS 16
#define STACK_SHIFT 14

/* Below 1 MiB, page aligned: startup IPIs begin here. */
#define TRAMPOLINE 0x8000

#define IRQ_STUB_SIZE 16

/*
 * Virtual addresses from here, 1 GiB of them, show physical memory above 4 GiB
 * in pieces of 2 MiB, see map.c.
 */
#define WINDOW_BASE 0x100000000

/* Guest physical address of the access log, see seq.c. */
#define LOG_BASE 0x2000000
#define LOG_END 0x6000000

/* Guest physical memory that anything may be written to, see fuzz.c and engines.c. */
#define PLAY_BASE 0x6000000
#define PLAY_END 0x7f00000

#endif /* BARE_LAYOUT_H */
