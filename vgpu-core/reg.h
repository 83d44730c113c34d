/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reg.h - how a model says what its registers do
 *
 * A register is described by masks; only what masks cannot say is code.  A bit
 * in no mask is read-only.  There is no default handler to call and none to
 * forget.
 *
 * Registers are 32 bits wide, little endian.  An access of another width or
 * alignment is cut into dwords with byte lanes once, at the door (mmio.c), and
 * means the same whether it arrives whole or in pieces: KVM's bus delivers what
 * the guest did, a VMM may split it at its natural alignment.  That is why a
 * side effect belongs to a lane (VGPU_REG_BYTE0, @rc, @w1c) and never to "an
 * access".
 */
#ifndef VGPU_REG_H
#define VGPU_REG_H

#include "env.h"

struct vgpu;

/**
 * struct vgpu_reg - one 32-bit register, or an array of equal ones
 * @off: byte offset in the register BAR, a multiple of 4
 * @name: the name in the hardware manual; for traces and debugfs
 * @count: number of consecutive registers described; 0 means 1
 * @flags: VGPU_REG_*
 * @reset: value after device reset
 * @rw: bits that the guest may write
 * @w1c: bits that the guest clears by writing 1
 * @rc: bits that a read clears (of the bytes that were read)
 * @read: computes a volatile value; NULL means the stored value
 * @written: acts on a write that was already stored; NULL means nothing to do
 *
 * A bit is in one of @rw, @w1c and @rc at most.
 *
 * @read and @written get naturally aligned 32-bit registers.  No lock is held;
 * vCPUs may run them concurrently, also for the same register.  A callback that
 * needs more than one register at a time takes the lock of its block.  @old and
 * @new are the exact values of this store, also under concurrency.  @written of
 * a register without VGPU_REG_BYTE0 runs once for each piece of a write, and for
 * writes that change nothing: what it does must add up to the same.
 */
struct vgpu_reg {
	u32 off;
	const char *name;
	u16 count;
	u16 flags;
	u32 reset;
	u32 rw;
	u32 w1c;
	u32 rc;
	u32 (*read)(struct vgpu *v, u32 off);
	void (*written)(struct vgpu *v, u32 off, u32 old, u32 new);
};

/*
 * The high half of a written value selects which bits of the low half change.
 * Implies VGPU_REG_DWORD.
 */
#define VGPU_REG_MASKED		BIT(0)
/*
 * The callbacks run only for accesses that carry byte 0; @read's value is stored
 * then, and other bytes are read from the store.  For registers whose @read has
 * a side effect and for doorbells.  @written may rely on byte 0 of @new alone:
 * the others may be on their way.
 */
#define VGPU_REG_BYTE0		BIT(1)
/* The value depends on time or other outside state: an oracle must not compare. */
#define VGPU_REG_VOLATILE	BIT(2)
/*
 * A write of fewer than four bytes does nothing.  For what must not be looked at
 * in halves, because halves may travel apart.
 */
#define VGPU_REG_DWORD		BIT(3)

#define REG(r)			.off = (r), .name = #r

/**
 * struct vgpu_block - an array of registers that belong together
 * @name: for humans
 * @regs: the registers
 * @nr_regs: entries in @regs
 *
 * Models share blocks.
 */
struct vgpu_block {
	const char *name;
	const struct vgpu_reg *regs;
	u32 nr_regs;
};

#endif /* VGPU_REG_H */
