/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8.h - Broadwell GT2 (8086:1612) as a vGPU: what its blocks know of each other
 *
 * Each block is a table of registers and the few functions that masks cannot say:
 *
 *	gen8_gt.c	uncore, fuses, resets, pcode, PVINFO, fences, flushes
 *	gen8_irq.c	MASTER, GT and display interrupt registers, MSI, INTx
 *	gen8_display.c	power, clocks, PLLs, DDI, planes as registers
 *	gen8_vblank.c	pipes in time: frame counter, scan line, vblank, flips
 *	gen8_gmbus.c	GMBUS, GPIO and AUX, with the monitor's EDID behind
 *	gen8_plane.c	what is scanned out: planes and cursor to pixels
 *	gen8_crc.c	checksums of that, frame by frame
 *	gen8_opregion.c	the OpRegion with the VBT: what firmware would say of the ports
 *	gen8_mem.c	GGTT and PPGTT: from graphics addresses to guest memory
 *	gen8_engine.c	the engines' registers, execlists, context images, CSB
 *	gen8_cs.c	the command streamer: MI_* and what is skipped
 *	gen8_blt.c	the blitter
 *	gen8_surface.c	its surfaces: lines, tiles, where they are in memory
 *
 * Locks: gen8->engine_lock (engines, their queues), gen8->irq_lock (what is
 * signalled), gen8->display_lock (vblank, GMBUS).  Each is a leaf but that
 * irq_lock may be taken inside the other two, and config_lock inside irq_lock.  None
 * is held around host->dma().
 *
 * Facts: Intel's public PRMs for Broadwell and what i915 does, see the project's
 * notes.
 */
#ifndef VGPU_GEN8_H
#define VGPU_GEN8_H

#include "vgpu.h"

#define GEN8_REGS_SIZE		0x200000u	/* of BAR0 */
#define GEN8_GGTT_OFFSET	0x800000u	/* of BAR0: page table entries, memory */
#define GEN8_BAR0_SIZE		0x1000000u
#define GEN8_APERTURE_SIZE	0x10000000u	/* BAR2 */
#define GEN8_GGTT_ENTRIES	0x100000u	/* 4 GiB */
#define GEN8_PTE_PRESENT	1u
#define GEN8_PTE_ADDR		0x0000007ffffff000ull

enum gen8_engine_id {
	GEN8_RCS,
	GEN8_VCS0,
	GEN8_BCS,
	GEN8_VECS,
	GEN8_NUM_ENGINES,
};

/* Bits of an engine's 16 bit half of its GT interrupt registers. */
#define GEN8_IRQ_USER		BIT(0)
#define GEN8_IRQ_CS_ERROR	BIT(3)
#define GEN8_IRQ_NOTIFY		BIT(4)
#define GEN8_IRQ_CSB		BIT(8)
#define GEN8_IRQ_SEMAPHORE	BIT(11)

struct gen8_tlb;	/* gen8_engine.h */
struct gen8_engines;	/* private to gen8_engine.c */
struct gen8_display;	/* gen8_display.h: private to the display's files */

/**
 * struct gen8 - vgpu->priv of this model
 * @engine_lock: guards @engines
 * @irq_lock: guards the latching of causes and the level of the line
 * @display_lock: guards @display
 * @clock_lock: of those who store the clock
 * @engines: state of the engines that is no register
 * @display: state of the display that is no register
 * @irq_level: the INTx pin; MSIs are its rising edges
 * @faults: guest addresses that could not be translated or accessed
 * @tlb_epoch: counts invalidations of all that engines remember of page tables
 */
struct gen8 {
	env_lock_t engine_lock;
	env_lock_t irq_lock;
	env_lock_t display_lock;
	env_lock_t clock_lock;
	struct gen8_engines *engines;
	struct gen8_display *display;
	bool irq_level;
	u32 faults;
	u32 tlb_epoch;
};

static inline struct gen8 *to_gen8(struct vgpu *v)
{
	return v->priv;
}

/* gen8_clock.c: what engines call the time, in ticks of 80 ns */
u64 gen8_clock_ticks(struct vgpu *v);
/* Store it where the guest reads it.  Return: what was stored.  Takes clock_lock alone. */
u64 gen8_clock_publish(struct vgpu *v);
/* vgpu_reg.read */
u32 gen8_clock_read(struct vgpu *v, u32 off);

/* gen8_gt.c */
extern const struct vgpu_block gen8_gt_block;
/*
 * BIT(enum gen8_engine_id) of engines whose reset the worker has not seen yet: a command
 * of theirs may still write to memory.  GDRST reads as busy until there is none.
 */
void gen8_gt_resetting(struct vgpu *v, u32 engines);

/* gen8_irq.c */
extern const struct vgpu_block gen8_irq_block;
/* An engine's event: masked by its RING_IMR, latched in its half of GTn. */
void gen8_irq_engine(struct vgpu *v, enum gen8_engine_id id, u32 bits);
/* @bits of DE_PIPE @pipe, DE_PORT, DE_MISC, SDE (the PCH) */
void gen8_irq_pipe(struct vgpu *v, u32 pipe, u32 bits);
void gen8_irq_port(struct vgpu *v, u32 bits);
void gen8_irq_pch(struct vgpu *v, u32 bits);
void gen8_irq_reset(struct vgpu *v);

/* gen8_display.c, gen8_vblank.c, gen8_gmbus.c, gen8_plane.c */
extern const struct vgpu_block gen8_display_block;
extern const struct vgpu_block gen8_vblank_block;
extern const struct vgpu_block gen8_gmbus_block;
int gen8_display_init(struct vgpu *v);
void gen8_display_exit(struct vgpu *v);
void gen8_display_reset(struct vgpu *v);
void gen8_display_timer(struct vgpu *v);
/* IMR of DE_PIPE @pipe was written: the interrupts that time must be kept for changed. */
void gen8_display_irq_changed(struct vgpu *v, u32 pipe);
void gen8_display_catch_up(struct vgpu *v, u32 pipe);
/* A driver is there: from now on the clock is never older than a frame. */
void gen8_display_awake(struct vgpu *v);
/* model->edid */
void gen8_display_edid(struct vgpu *v, const void *edid, u32 size);
void gen8_plane_get(struct vgpu *v, struct vgpu_plane *p);
void gen8_plane_frame(struct vgpu *v, const struct vgpu_plane *p, void *dst);

/* gen8_crc.c: model->work, of the display */
enum vgpu_work gen8_crc_work(struct vgpu *v);

/* gen8_opregion.c: model->opregion */
#define GEN8_OPREGION_SIZE	8192
void gen8_opregion(struct vgpu *v, void *dst);

/*
 * gen8_mem.c: translation is done at each use, against tables that the guest may
 * be changing.  All return 0 or -EFAULT, having counted it; a read then gives
 * zeros for what is not there, a write through a read-only entry is dropped
 * without an error.  Thread context only: they call host->dma().
 */
int gen8_ggtt_page(struct vgpu *v, u32 addr, u64 *gpa);
int gen8_ggtt_rw(struct vgpu *v, u32 addr, void *buf, u32 len, bool write);
/* Where it is, to the end of its page, while model->work or model->frame runs; or NULL. */
u8 *gen8_map(struct vgpu *v, struct gen8_tlb *t, u64 addr, bool write);
/* The guest flushed the GGTT (GFX_FLSH_CNTL): forget, and tell the aperture. */
void gen8_ggtt_flush(struct vgpu *v);
/* The guest invalidated the TLB of an engine (4260...).  Register callback context. */
void gen8_tlb_invalidate(struct vgpu *v);
/* model->aperture */
int gen8_aperture(struct vgpu *v, u64 off, u64 *gpa);

/* gen8_engine.c */
extern const struct vgpu_block gen8_engine_block;
int gen8_engine_init(struct vgpu *v);
void gen8_engine_exit(struct vgpu *v);
void gen8_engine_reset_all(struct vgpu *v);
/* GDRST: stop what runs on these engines now, forget their queues. Register callback context. */
void gen8_engine_reset(struct vgpu *v, u32 engine_mask);
/* model->work, of the engines: run them for a bounded time. */
enum vgpu_work gen8_engine_work(struct vgpu *v);

extern struct vgpu_model vgpu_model_gen8;

#endif /* VGPU_GEN8_H */
