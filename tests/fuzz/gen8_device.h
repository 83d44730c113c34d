/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_device.h - the whole gen8 model, with a guest memory and a host of a fuzzer's own
 */
#ifndef KVMGT_TESTS_FUZZ_GEN8_DEVICE_H
#define KVMGT_TESTS_FUZZ_GEN8_DEVICE_H

#include "../lib/apart.h"
#include "gen8.h"

#define DEVICE_RAM	(256u << 10)
#define DEVICE_TOUCHED	512

/**
 * struct fuzz_device - the device and its host
 * @v: the device
 * @memory: guest memory; at first the GGTT maps all of it from 0 on
 * @ram: all of it in one piece
 * @fresh: its registers after a reset
 * @pages: those that have registers, by number
 * @nr_pages: entries
 * @now: the clock; it stands still but where the fuzzer moves it
 * @deadline: of the timer that the device asked for
 * @irqs: MSIs so far
 * @intx: the level of the INTx pin
 * @kicks: times that work was asked for
 * @direct: one bit for each of eight pages in turn: it can be accessed directly
 * @touched: bytes of the GGTT that may be other than at first
 * @nr_touched: entries; one more than there are: anything may be
 */
struct fuzz_device {
	struct vgpu v;
	struct apart memory;
	u8 *ram;
	u32 *fresh;
	u32 pages[GEN8_REGS_SIZE / 4096];
	u32 nr_pages;
	u64 now;
	u64 deadline;
	u32 irqs;
	bool intx;
	u32 kicks;
	u8 direct;
	u32 touched[DEVICE_TOUCHED];
	u32 nr_touched;
};

/* Make the device, once; then give it registers and memory as of the first time. */
void fuzz_device_begin(struct fuzz_device *d);
void fuzz_device_exit(struct fuzz_device *d);
/* Some byte, and seven behind it, of the GGTT are about to be written. */
void fuzz_device_touch(struct fuzz_device *d, u32 off);
/* Are all registers of two devices the same?  Return: the offset of one that is not, or U32_MAX. */
u32 fuzz_device_differ(const struct fuzz_device *a, const struct fuzz_device *b);

#endif /* KVMGT_TESTS_FUZZ_GEN8_DEVICE_H */
