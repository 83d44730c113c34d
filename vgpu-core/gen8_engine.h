/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_engine.h - what the files of the engines know of each other
 *
 * gen8_engine.c decides which context runs, gen8_context.c loads and saves it,
 * gen8_cs.c fetches its commands, gen8_mi.c and gen8_blt.c execute them,
 * gen8_surface.c knows tiles and lines, gen8_mem.c finds their memory.
 */
#ifndef VGPU_GEN8_ENGINE_H
#define VGPU_GEN8_ENGINE_H

#include "gen8.h"

#define GEN8_PAGE		4096u

/* Offsets from an engine's base. */
#define RING_TAIL		0x030
#define RING_HEAD		0x034
#define RING_START		0x038
#define RING_CTL		0x03c
#define RING_ACTHD_UDW		0x05c
#define RING_IPEHR		0x068
#define RING_ACTHD		0x074
#define RING_HWS_PGA		0x080
#define RING_NOPID		0x094
#define RING_MI_MODE		0x09c
#define RING_IMR		0x0a8
#define RING_EIR		0x0b0
#define RING_EMR		0x0b4
#define RING_ESR		0x0b8
#define RING_RESET_CTL		0x0d0
#define RING_BB_STATE		0x110
#define RING_BBADDR		0x140
#define RING_BBADDR_UDW		0x168
#define RING_BCS_SWCTRL		0x200	/* of BCS alone */
#define RING_ELSP		0x230
#define RING_EXECLIST_STATUS	0x234
#define RING_EXECLIST_STATUS_HI	0x238
#define RING_MODE		0x29c
#define RING_PS_DEPTH_COUNT	0x350
#define RING_TIMESTAMP		0x358
#define RING_CSB		0x370
#define RING_CSB_PTR		0x3a0
#define RING_CTX_TIMESTAMP	0x3a8
#define RING_PREDICATE_RESULT_2	0x3bc
#define RING_PREDICATE_SRC0	0x400
#define RING_PREDICATE_SRC1	0x408
#define RING_PREDICATE_DATA	0x410
#define RING_PREDICATE_RESULT	0x418
#define RING_GPR		0x600
#define RING_SIZE		0x800

/* struct gen8_element.lo */
#define GEN8_DESC_VALID		BIT(0)
#define GEN8_DESC_FORCE_RESTORE	BIT(2)
#define GEN8_DESC_MODE		0x18u
#define GEN8_DESC_MODE_32BIT	0x08u
#define GEN8_DESC_MODE_48BIT	0x18u
#define GEN8_DESC_LRCA		0xfffff000u

#define GEN8_RING_CTL_VALID	1u
#define GEN8_BB_VALID		1u
#define GEN8_BB_PPGTT		BIT(5)

#define MI_MODE_STOP		BIT(8)
#define MI_MODE_IDLE		BIT(9)

#define GEN8_TLB_GROUPS		32
#define GEN8_TLB_PAGES		16	/* of one group; they follow each other */

/**
 * struct gen8_tlb - a context's PPGTT, and what is remembered of its tables
 * @levels: 4, or 3 (four page directories for 4 GiB); 0: no PPGTT
 * @root: the PML4, or the four page directories
 * @epoch: gen8->tlb_epoch at the time of the last flush
 * @groups: leaf entries, with the rights of all levels; the tag is the address
 *	over 64 KiB
 *
 * Holds guest addresses, never host ones: one that is out of date reads or writes
 * the guest's own memory, as a late TLB of hardware does.
 */
struct gen8_tlb {
	u32 levels;
	u64 root[4];
	u32 epoch;
	struct {
		u64 tag;
		u64 pte[GEN8_TLB_PAGES];
	} groups[GEN8_TLB_GROUPS];
};

/**
 * struct gen8_element - one port of an execlist, as the guest wrote it
 * @lo: descriptor: flags, and the GGTT page of the context
 * @hi: the context's id
 */
struct gen8_element {
	u32 lo;
	u32 hi;
};

/**
 * struct gen8_batch - a batch buffer that runs
 * @pc: address of the command
 * @ppgtt: it lies there, and its commands have no privilege; else in the GGTT
 */
struct gen8_batch {
	u64 pc;
	bool ppgtt;
};

enum gen8_tiling {
	GEN8_LINEAR,
	GEN8_TILE_X,
	GEN8_TILE_Y,
};

/**
 * struct gen8_surface - an operand of the blitter
 * @base: graphics address
 * @pitch: bytes from line to line; may be negative if linear
 * @tiling: enum gen8_tiling
 */
struct gen8_surface {
	u64 base;
	int pitch;
	enum gen8_tiling tiling;
};

/**
 * struct gen8_blt - a blit on its way, done block by block
 * @active: there is one
 * @copy: from @src; else @color is filled in
 * @apart: the addresses of source and destination have nothing in common
 * @rop: raster operation of source or pattern and destination
 * @keep: bits of a 32 bit pixel that stay as they are
 * @bpp: bytes per pixel
 * @color: one pixel
 * @dst: where to
 * @src: where from
 * @x: first byte of a line of @dst
 * @y: first line of @dst
 * @sx: as @x, of @src
 * @sy: as @y, of @src
 * @w: bytes of a line
 * @h: lines
 * @next: the next block
 * @clip_x1: the window of XY_SETUP_BLT, in pixels; its end is not part of it
 * @clip_y1: as above
 * @clip_x2: as above
 * @clip_y2: as above
 */
struct gen8_blt {
	bool active;
	bool copy;
	bool apart;
	u8 rop;
	u32 keep;
	u32 bpp;
	u32 color;
	struct gen8_surface dst;
	struct gen8_surface src;
	int x;
	int y;
	int sx;
	int sy;
	int w;
	int h;
	u32 next;
	int clip_x1;
	int clip_y1;
	int clip_x2;
	int clip_y2;
};

#define GEN8_CMD_MAX		1032	/* dwords; the longest command that is looked into */
#define GEN8_WINDOW		256	/* bytes fetched at once */

/**
 * struct gen8_cs - a command streamer in the middle of a context
 * @start: GGTT address of the ring
 * @size: its bytes; 0: it is switched off
 * @head: offset of the next command
 * @tail: offset behind the last
 * @batch: batch buffers; the second is of second level
 * @depth: how many of them run
 * @arb: another context may take over
 * @nop: MI_SET_PREDICATE turned commands into no-ops
 * @waiting: for a semaphore; said so by an interrupt
 * @ipehr: first dword of the current command
 * @acthd: its address
 * @window_at: address of what @window holds
 * @window_len: bytes of it; 0: nothing
 * @window_ppgtt: its address space
 * @window: commands read ahead; forgotten at each jump and each store near it
 * @cmd: the current command
 */
struct gen8_cs {
	u32 start;
	u32 size;
	u32 head;
	u32 tail;
	struct gen8_batch batch[2];
	u32 depth;
	bool arb;
	bool nop;
	bool waiting;
	u32 ipehr;
	u64 acthd;
	u64 window_at;
	u32 window_len;
	bool window_ppgtt;
	u8 window[GEN8_WINDOW];
	u32 cmd[GEN8_CMD_MAX];
};

#define GEN8_IMAGE_DWORDS	0x200	/* of the state page; what is looked at */

/**
 * struct gen8_engine - an engine
 * @id: which
 * @base: of its registers
 * @generation: counts resets; written under engine_lock
 * @port: the writes to ELSP so far, under engine_lock
 * @nr_port: how many
 * @pending: the execlist that was submitted last, under engine_lock
 * @has_pending: and not yet taken; written under engine_lock
 * @executing: the worker is at it; under engine_lock
 * @seen: @generation as the worker knows it; written under engine_lock
 * @run: the execlist that runs.  From here on all is the worker's alone
 * @nr_run: elements in it
 * @cur: the one that runs
 * @active: there is one
 * @loaded: its image was read
 * @hung: a command made no sense; only a reset helps
 * @waiting: what stopped it is a wait for memory to change
 * @cost: bytes of the slice that its accesses used up, not yet charged
 * @bb_saved: the image holds a batch buffer
 * @ts_saved: the context's run time before it was loaded, in ticks
 * @ts_loaded: when it was loaded, in ticks
 * @tlb: its PPGTT
 * @cs: its command streamer
 * @blt: its blit
 * @image: scratch for the context image
 */
struct gen8_engine {
	enum gen8_engine_id id;
	u32 base;

	u32 generation;
	u32 port[4];
	u32 nr_port;
	struct gen8_element pending[2];
	bool has_pending;
	bool executing;
	u32 seen;

	struct gen8_element run[2];
	u32 nr_run;
	u32 cur;
	bool active;
	bool loaded;
	bool hung;
	bool waiting;
	bool bb_saved;
	u32 cost;
	u32 ts_saved;
	u64 ts_loaded;
	struct gen8_tlb tlb;
	struct gen8_cs cs;
	struct gen8_blt blt;
	u32 image[GEN8_IMAGE_DWORDS];
};

#define GEN8_BLOCK_WIDTH	4096	/* bytes */
#define GEN8_BLOCK_HEIGHT	32	/* lines */

/**
 * struct gen8_rect - a part of a surface
 * @x: first byte of a line
 * @y: first line
 * @w: bytes
 * @h: lines
 */
struct gen8_rect {
	int x;
	int y;
	u32 w;
	u32 h;
};

/* Of a block anywhere: two of a line; 33 by 2 tiles of Y, 9 by 5 of X. */
#define GEN8_VIEW_PAGES		72

/**
 * struct gen8_view - where the bytes of a block are in memory
 * @tiling: of the surface
 * @w: bytes of a line of the block
 * @h: its lines
 * @x: tiled: its first byte in the first tile
 * @y: tiled: its first line there
 * @per_line: tiled: how many tiles hold a line of it
 * @run: linear: bytes of each line in its first page
 * @page: tiled: the tiles; linear: for each line where it begins, and where it goes on
 *	after @run
 */
struct gen8_view {
	enum gen8_tiling tiling;
	u32 w;
	u32 h;
	u32 x;
	u32 y;
	u32 per_line;
	u32 run[GEN8_BLOCK_HEIGHT];
	u8 *page[GEN8_VIEW_PAGES];
};

/**
 * struct gen8_engines - all engines of a vGPU; made by gen8_engine_init()
 * @engine: each
 * @next: the one whose turn it is
 * @denied: register and memory accesses that a command had no right to
 * @skipped: commands that do more on hardware than here
 * @dst: scratch of the blitter: where the block is written
 * @src: scratch of the blitter: where it is read
 * @buf: scratch of the blitter: @block or @under as a view
 * @block: scratch of the blitter: what will be written
 * @under: scratch of the blitter: what was there
 * @tile: scratch of the blitter: one tile
 *
 * The worker's, but for what struct gen8_engine says.
 */
struct gen8_engines {
	struct gen8_engine engine[GEN8_NUM_ENGINES];
	u32 next;
	u32 denied;
	u32 skipped;
	struct gen8_view dst;
	struct gen8_view src;
	struct gen8_view buf;
	u8 block[GEN8_BLOCK_WIDTH * GEN8_BLOCK_HEIGHT];
	u8 under[GEN8_BLOCK_WIDTH * GEN8_BLOCK_HEIGHT];
	u8 tile[GEN8_PAGE];
};

/**
 * enum gen8_cs_result - how a command ended
 * @GEN8_CS_DONE: it did, the next one is due
 * @GEN8_CS_BUSY: it goes on when called again
 * @GEN8_CS_WAIT: it waits for something that others do
 * @GEN8_CS_INVALID: it is no command: the engine hangs
 * @GEN8_CS_FAULT: it cannot be fetched: the engine hangs
 */
enum gen8_cs_result {
	GEN8_CS_DONE,
	GEN8_CS_BUSY,
	GEN8_CS_WAIT,
	GEN8_CS_INVALID,
	GEN8_CS_FAULT,
};

static inline u32 *gen8_ring_reg(struct vgpu *v, const struct gen8_engine *e, u32 off)
{
	return &v->regs[(e->base + off) / 4];
}

/* A reset that the worker has not seen yet. */
static inline bool gen8_engine_stale(const struct gen8_engine *e)
{
	return READ_ONCE(e->generation) != e->seen;
}

/* Take what accesses cost off the slice. */
static inline void gen8_engine_charge(struct gen8_engine *e, u32 *bytes)
{
	*bytes -= min(e->cost, *bytes);
	e->cost = 0;
}

/* gen8_mem.c */
void gen8_tlb_flush(struct vgpu *v, struct gen8_tlb *t);
int gen8_ppgtt_rw(struct vgpu *v, struct gen8_tlb *t, u64 addr, void *buf, u32 len, bool write);

/* gen8_context.c: worker only; of the element that runs */
void gen8_context_load(struct vgpu *v, struct gen8_engine *e);
void gen8_context_save(struct vgpu *v, struct gen8_engine *e);
/* Take the new tail alone. */
void gen8_context_refresh(struct vgpu *v, struct gen8_engine *e);
/* Its run time. */
u32 gen8_context_ticks(struct vgpu *v, const struct gen8_engine *e);

/* gen8_cs.c: worker only */
void gen8_cs_begin(struct gen8_engine *e);
bool gen8_cs_idle(const struct gen8_engine *e);
/* Execute a command, or as much of it as @bytes allow; they are counted down. */
enum gen8_cs_result gen8_cs_step(struct vgpu *v, struct gen8_engine *e, u32 *bytes);
/* Memory of the running context: the GGTT, or its PPGTT if it has one. */
int gen8_cs_rw(struct vgpu *v, struct gen8_engine *e, bool ggtt, u64 addr, void *buf, u32 len,
	       bool write);
/* Where that is, to the end of its page, until model->work returns; NULL: by gen8_cs_rw(). */
u8 *gen8_cs_map(struct vgpu *v, struct gen8_engine *e, u64 addr, bool write);

/* The same as a command may: without the right to, reads are zeros, writes vanish. */
void gen8_cs_mem(struct vgpu *v, struct gen8_engine *e, bool ggtt, u64 addr, void *buf, u32 len,
		 bool write);
/* @disable: one bit for each byte that stays */
void gen8_cs_reg_put(struct vgpu *v, struct gen8_engine *e, u32 off, u32 val, u32 disable);
u32 gen8_cs_reg_get(struct vgpu *v, u32 off);
/* Rings and batches in the GGTT are the driver's own; others a user's. */
bool gen8_cs_privileged(const struct gen8_engine *e);
void gen8_cs_denied(struct vgpu *v);
void gen8_cs_batch_end(struct gen8_engine *e);
/* The running batch, or the ring, goes on behind the current command of @nr dwords. */
bool gen8_cs_advance(struct gen8_engine *e, u32 nr);

/* What a command does to the one behind it: set by a handler that jumped. */
#define GEN8_CS_JUMPED		0x100

/* gen8_mi.c: worker only; both return enum gen8_cs_result, and GEN8_CS_JUMPED */
u32 gen8_mi_len(u32 dw0);
/* May a command of that many dwords be? */
bool gen8_mi_valid(u32 dw0, u32 len);
int gen8_mi_run(struct vgpu *v, struct gen8_engine *e, u32 len);
int gen8_pipe_control(struct vgpu *v, struct gen8_engine *e);

/*
 * gen8_surface.c: worker only.  Rectangles are no larger than a block; those of tiled
 * surfaces do not begin before them.
 */
/* Copy between lines at @buf, without a gap, and the surface; slow, but always. */
void gen8_surface_rw(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		     const struct gen8_rect *r, u8 *buf, bool write);
/* Bytes of the address space from the first to behind the last that the rectangle has. */
void gen8_surface_span(const struct gen8_surface *s, const struct gen8_rect *r, u64 *first,
		       u64 *end);
/* Find all of it.  Return: false if some cannot be accessed directly. */
bool gen8_view_map(struct vgpu *v, struct gen8_engine *e, const struct gen8_surface *s,
		   const struct gen8_rect *r, bool write, struct gen8_view *view);
/* A view of @h lines in a buffer, @stride bytes apart. */
void gen8_view_of(struct gen8_view *view, u8 *buf, u32 w, u32 h, u32 stride);
/* Are they so alike that one can be copied to the other? */
bool gen8_view_fits(const struct gen8_view *dst, const struct gen8_view *src);
void gen8_view_copy(const struct gen8_view *dst, const struct gen8_view *src);

/* gen8_blt.c: worker only */
/* Take the blit that the engine's current command describes; false: it is none. */
bool gen8_blt_begin(struct vgpu *v, struct gen8_engine *e, u32 len);
/* Do as much of it as @bytes allow; they are counted down.  True: it is done. */
bool gen8_blt_run(struct vgpu *v, struct gen8_engine *e, u32 *bytes);

#endif /* VGPU_GEN8_ENGINE_H */
