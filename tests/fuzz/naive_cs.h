/* SPDX-License-Identifier: GPL-2.0 */
/*
 * naive_cs.h - a second command streamer: a command and a byte at a time
 *
 * Knows nothing of vgpu-core.  It has one context, whose PPGTT and GGTT both map its
 * memory as it is, but for two pages of the PPGTT.  Where what happens is not for it to
 * say (time, page tables that change, registers that act) it says that.
 */
#ifndef KVMGT_TESTS_NAIVE_CS_H
#define KVMGT_TESTS_NAIVE_CS_H

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_RAM (256u << 10)

enum naive_engine { NAIVE_RCS, NAIVE_VCS, NAIVE_BCS, NAIVE_VECS };

enum naive_end {
	NAIVE_RUNS,
	NAIVE_IDLE, /* all is done */
	NAIVE_WAITS, /* for a semaphore that nobody signals */
	NAIVE_HUNG, /* at something that is no command */
	NAIVE_UNKNOWN, /* not for this model to say */
};

/**
 * struct naive_layout - where things are in the guest's memory; pages of 4 KiB
 * @context: its status page; its state page is behind it
 * @hwsp: the engine's status page
 * @tables: four pages of page tables
 * @readonly: the page that the PPGTT maps without a right to write
 * @absent: the page that it does not map
 * @ring: the ring
 * @ring_size: bytes
 */
struct naive_layout {
	uint32_t context;
	uint32_t hwsp;
	uint32_t tables;
	uint32_t readonly;
	uint32_t absent;
	uint32_t ring;
	uint32_t ring_size;
};

struct naive_batch {
	uint64_t pc;
	bool ppgtt;
};

/**
 * struct naive_cs - the command streamer of an engine
 * @at: where things are
 * @engine: enum naive_engine
 * @end: enum naive_end
 * @ram: the guest's memory
 * @reg: registers of the engine, 0x800 bytes; see naive_cs_known()
 * @head: offset in the ring
 * @tail: as above
 * @depth: batches that run
 * @batch: as above
 * @nop: commands do nothing
 * @clip: XY_SETUP_BLT's window
 * @clip_known: there was one
 * @stamp: which blit wrote a byte
 * @blits: so far
 */
struct naive_cs {
	const struct naive_layout *at;
	enum naive_engine engine;
	enum naive_end end;
	uint8_t ram[NAIVE_RAM];
	uint32_t reg[0x200];
	uint32_t head;
	uint32_t tail;
	uint32_t depth;
	struct naive_batch batch[2];
	bool nop;
	int clip[4];
	bool clip_known;
	uint32_t stamp[NAIVE_RAM];
	uint32_t blits;
};

/* Run what is in @n->ram, in the ring from @head to @tail. */
enum naive_end naive_cs_run(struct naive_cs *n, enum naive_engine engine, uint32_t head,
			    uint32_t tail);

/* May a register, or a byte of memory, be compared when all is done? */
bool naive_cs_known(uint32_t reg);
bool naive_cs_settled(const struct naive_cs *n, uint32_t addr);

/* naive_blt.c: the blitter's command that these dwords are. */
uint32_t naive_cs_load(struct naive_cs *n, uint64_t addr, bool ggtt);
int naive_cs_byte(struct naive_cs *n, uint64_t addr, bool ggtt, bool write);
void naive_blit(struct naive_cs *n, const uint32_t *cmd, uint32_t len);

#endif /* KVMGT_TESTS_NAIVE_CS_H */
