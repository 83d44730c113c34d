/* SPDX-License-Identifier: GPL-2.0 */
/*
 * naive_port.h - a second model of the registers of gen8 that answer, and of its monitor
 *
 * GMBUS with the monitor's EEPROM, GPIO, AUX, hotplug; power wells, clocks, DDI buffers,
 * the sideband, palettes, pcode and forcewake.  Knows nothing of vgpu-core: what it does is
 * what the manual says of hardware that takes no time.
 */
#ifndef KVMGT_TESTS_NAIVE_PORT_H
#define KVMGT_TESTS_NAIVE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAIVE_EDID_MAX	512
#define NAIVE_PORT_REGS	44

/**
 * struct naive_port - registers, and what is behind them
 * @value: of each register, in the order of naive_port_reg()
 * @edid: of the monitor, @edid_size bytes; 0: there is none
 * @pin: the rest: GMBUS in the middle of a message
 * @palette: 10-bit tables of three pipes
 * @key: registers behind the sideband that were written, @nr_keys of them
 * @behind: their values
 */
struct naive_port {
	uint32_t value[NAIVE_PORT_REGS];
	uint8_t edid[NAIVE_EDID_MAX];
	uint32_t edid_size;
	bool reading, writing, stop;
	uint32_t slave, left, sent;
	uint8_t offset, segment;
	uint32_t palette[3][1024];
	uint32_t key[32], behind[32], nr_keys;
};

/* The offset of the @i-th register; 0 behind the last. */
uint32_t naive_port_reg(uint32_t i);
void naive_port_reset(struct naive_port *n);

/* One dword, of which the bytes in @lanes are accessed. */
uint32_t naive_port_read(struct naive_port *n, uint32_t i, uint32_t lanes);
void naive_port_write(struct naive_port *n, uint32_t i, uint32_t val, uint32_t lanes);

/* Return: false where it is refused. */
bool naive_port_plug(struct naive_port *n, const uint8_t *edid, uint32_t size);

/* naive_edid.c: @edid has room for NAIVE_EDID_MAX bytes. */
bool naive_edid_sane(const uint8_t *edid, uint32_t size);
uint32_t naive_edid_fit(uint8_t *edid, uint32_t size);

#endif /* KVMGT_TESTS_NAIVE_PORT_H */
