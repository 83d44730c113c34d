/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gen8_display.h - state of the display that is no register
 */
#ifndef VGPU_GEN8_DISPLAY_H
#define VGPU_GEN8_DISPLAY_H

#include "gen8.h"
#include "gen8_regs.h"

#define GEN8_SIDEBAND_NR 32
#define GEN8_SCRATCH_SIZE 16384u
#define GEN8_CRC_PIXELS 32768u /* at least a line: PIPESRC has 12 bits for its width */

/* Registers of the primary plane that are taken over together. */
struct gen8_plane {
	u32 ctl;
	u32 stride;
	u32 surf;
	u32 offset;
};

/* Registers of the sprite that are taken over together. */
struct gen8_sprite {
	u32 ctl;
	u32 stride;
	u32 pos;
	u32 size;
	u32 surf;
	u32 offset;
	u32 key;
	u32 key_mask;
};

struct gen8_cursor {
	u32 ctl;
	u32 base;
	u32 pos;
	u32 fbc;
};

/**
 * struct gen8_pipe_state - a pipe
 * @on: it scans out
 * @epoch: ns; where vertical blank number 0 would have begun; number n began or will
 *	begin n frames later
 * @frame_ns: duration of a frame
 * @seen: number of the last vertical blank that was acted on
 * @frame_base: frame counter at @epoch
 * @vtotal: lines of a frame
 * @vblank_start: the line that vertical blank begins with
 * @wanted: DE_PIPE_* that IMR lets through, as of when this was last looked at: what
 *	happened while an event was masked is not told later
 * @pending: DE_PIPE_PLANE_FLIP, DE_PIPE_SPRITE_FLIP: these planes were armed since
 * @cursor_pending: and so was the cursor
 * @changes: counts what was taken over of what was armed, and when the pipe was switched on
 * @armed: what the primary plane becomes at the next vertical blank
 * @plane: what it is
 * @sprite_armed: as @armed
 * @sprite: as @plane
 * @cursor_armed: as @armed
 * @cursor: as @plane
 */
struct gen8_pipe_state {
	bool on;
	u64 epoch;
	u64 frame_ns;
	u64 seen;
	u32 frame_base;
	u32 vtotal;
	u32 vblank_start;
	u32 wanted;
	u32 pending;
	bool cursor_pending;
	u32 changes;
	struct gen8_plane armed;
	struct gen8_plane plane;
	struct gen8_sprite sprite_armed;
	struct gen8_sprite sprite;
	struct gen8_cursor cursor_armed;
	struct gen8_cursor cursor;
};

enum gen8_gmbus_phase {
	GMBUS_IDLE,
	GMBUS_READING,
	GMBUS_WRITING,
};

/**
 * struct gen8_gmbus - the bus to the monitor, and where the monitor is
 * @phase: what GMBUS3 does
 * @addr: 7-bit address that is spoken to
 * @left: bytes of the transfer that did not go through GMBUS3 yet
 * @stop: the transfer ends with a stop condition
 * @sent: bytes that this transfer wrote: the first is the offset
 * @offset: the monitor's read pointer in its segment
 * @segment: of 256 bytes; a stop condition makes it 0
 */
struct gen8_gmbus {
	enum gen8_gmbus_phase phase;
	u32 addr;
	u32 left;
	bool stop;
	u32 sent;
	u8 offset;
	u8 segment;
};

/* A register behind the sideband interface. */
struct gen8_sideband {
	u32 key;
	u32 val;
};

/**
 * struct gen8_scanout - what a pipe shows now
 * @pipe: which
 * @width: pixels
 * @height: lines
 * @plane: its primary plane
 * @sprite: its sprite
 * @cursor: its cursor
 * @changes: as of struct gen8_pipe_state
 * @scratch: who draws it has GEN8_SCRATCH_SIZE bytes here, for a line or a tile that
 *	cannot be accessed directly
 */
struct gen8_scanout {
	u32 pipe;
	u32 width;
	u32 height;
	struct gen8_plane plane;
	struct gen8_sprite sprite;
	struct gen8_cursor cursor;
	u32 changes;
	u8 *scratch;
};

/**
 * struct gen8_crc - of model->work alone, but for @due
 * @due: BIT(pipe) whose frames are to be summed up, under display_lock
 * @busy: a frame is half done
 * @s: that frame
 * @frame: its number
 * @late: sums that came after their frame, in a row
 * @line: what of it comes next
 * @hash: of all before that
 * @pixels: lines that are drawn
 * @scratch: as of struct gen8_scanout
 */
struct gen8_crc {
	u32 due;
	bool busy;
	struct gen8_scanout s;
	u32 frame;
	u32 late;
	u32 line;
	u64 hash;
	u32 pixels[GEN8_CRC_PIXELS];
	u8 scratch[GEN8_SCRATCH_SIZE];
};

/**
 * struct gen8_display - under gen8->display_lock
 * @pipes: the pipes
 * @awake: there was a driver since the last reset
 * @deadline: what the host's timer was last asked for
 * @bus: GMBUS
 * @edid: of the monitor at DDI B
 * @edid_size: bytes of it; 0: there is no monitor
 * @sideband: registers that were written through the sideband interface
 * @nr_sideband: entries in @sideband
 * @palette: 10-bit gamma tables
 * @crc: checksums of frames
 * @scratch: of model->frame alone, see struct gen8_scanout
 */
struct gen8_display {
	struct gen8_pipe_state pipes[GEN8_NUM_PIPES];
	bool awake;
	u64 deadline;
	struct gen8_gmbus bus;
	u8 edid[VGPU_EDID_MAX];
	u32 edid_size;
	struct gen8_sideband sideband[GEN8_SIDEBAND_NR];
	u32 nr_sideband;
	u32 palette[GEN8_NUM_PIPES][PREC_PAL_NR];
	struct gen8_crc crc;
	u8 scratch[GEN8_SCRATCH_SIZE];
};

/**
 * struct gen8_window - lines of a frame that are drawn
 * @dst: receives the first of them; lines lie close together
 * @width: pixels of each
 * @first: which lines of the frame
 * @nr: how many
 */
struct gen8_window {
	u32 *dst;
	u32 width;
	u32 first;
	u32 nr;
};

/**
 * struct gen8_gamma - the tables of a pipe
 * @map: what each value becomes, of blue, green, red
 */
struct gen8_gamma {
	u8 map[3][256];
};

/* gen8_plane.c */
void gen8_plane_line(struct vgpu *v, const struct gen8_plane *plane, u32 x, u32 y, u8 *buf,
		     u32 len);
void gen8_pipe_draw(struct vgpu *v, const struct gen8_scanout *s, const struct gen8_window *w);

/* gen8_sprite.c */
void gen8_sprite_draw(struct vgpu *v, const struct gen8_sprite *s, const struct gen8_window *w);

/* gen8_gamma.c */
bool gen8_gamma_get(struct vgpu *v, u32 pipe, struct gen8_gamma *gamma);
void gen8_gamma_apply(const struct gen8_gamma *gamma, u32 *p, u32 n);

/* gen8_vblank.c */
bool gen8_scanout_get(struct vgpu *v, struct gen8_scanout *s);
bool gen8_pipe_scanout_locked(struct vgpu *v, u32 pipe, struct gen8_scanout *s);
void gen8_pipe_event_locked(struct vgpu *v, u32 pipe, u32 events);
void gen8_vblank_reset_locked(struct vgpu *v);

/* gen8_crc.c */
void gen8_crc_vblank_locked(struct vgpu *v, u32 pipe);

/* gen8_gmbus.c */
void gen8_gmbus_reset_locked(struct vgpu *v);

static inline u32 gen8_reg(const struct vgpu *v, u32 off)
{
	return READ_ONCE(v->regs[off / 4]);
}

static inline u32 gen8_swap_red_blue(u32 c)
{
	return (c >> 16 & 0xff) | (c & 0xff00) | (c & 0xff) << 16;
}

static inline u32 gen8_rgb30_to_xrgb(u32 c)
{
	return (c >> 22 & 0xff) << 16 | (c >> 12 & 0xff) << 8 | (c >> 2 & 0xff);
}

#endif /* VGPU_GEN8_DISPLAY_H */
