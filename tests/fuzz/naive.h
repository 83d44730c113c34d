/* SPDX-License-Identifier: GPL-2.0 */
/*
 * naive.h - a second model of devices, one byte at a time
 *
 * Knows nothing of vgpu-core: no header, no table, no constant is shared.  What
 * it does is what the manuals of the devices say, said as plainly as can be.
 */
#ifndef KVMGT_TESTS_NAIVE_H
#define KVMGT_TESTS_NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAIVE_CONFIG	7

enum naive_model {
	NAIVE_TEST,
	NAIVE_BOCHS,
	NAIVE_GEN8,	/* configuration space alone */
};

/**
 * struct naive - a device
 * @model: which
 * @size: bytes of its registers; the next six have something for each byte
 * @value: what it holds
 * @reset: what it holds after a reset
 * @rw: bits the guest writes
 * @w1c: bits the guest clears
 * @rc: bits that a read clears
 * @kind: what is special about it
 * @regs_bar: the BAR they are in
 * @ram: its memory, @ram_size bytes
 * @ram_bar: the BAR that is in
 * @config: configuration space, and what of it can be written
 * @config_w: bits the guest writes
 * @config_c: bits the guest clears
 * @reads: of the two read counters
 * @irqs: vectors raised
 * @line: of NAIVE_GEN8, whose registers are not here: its INTx pin is up
 * @big_endian: byte order of the framebuffer
 * @now: the clock
 */
struct naive {
	enum naive_model model;
	uint32_t size;
	uint8_t *value;
	uint8_t *reset;
	uint8_t *rw;
	uint8_t *w1c;
	uint8_t *rc;
	uint8_t *kind;
	uint32_t regs_bar;
	uint8_t *ram;
	uint32_t ram_size;
	uint32_t ram_bar;
	uint8_t config[256];
	uint8_t config_w[256];
	uint8_t config_c[256];
	uint32_t reads[2];
	uint32_t irqs[4];
	bool line;
	bool big_endian;
	uint64_t now;
};

void naive_init(struct naive *n, enum naive_model model);
void naive_exit(struct naive *n);
void naive_reset(struct naive *n);

/* Return: false where the access is refused. */
bool naive_read(struct naive *n, uint32_t region, uint64_t off, uint8_t *buf, uint32_t len);
bool naive_write(struct naive *n, uint32_t region, uint64_t off, const uint8_t *buf, uint32_t len);

bool naive_intx(const struct naive *n);
bool naive_mem_enabled(const struct naive *n);
bool naive_intx_disabled(const struct naive *n);

/* Return: false where there is no picture. */
bool naive_mode(const struct naive *n, uint32_t *width, uint32_t *height);
/* The pixel at @x, @y, without its unused byte; naive_mode() gave the limits. */
uint32_t naive_pixel(const struct naive *n, uint32_t x, uint32_t y);

#endif /* KVMGT_TESTS_NAIVE_H */
