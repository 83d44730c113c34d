/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fixture.h - a device with a host that writes down what it was told
 */
#ifndef KVMGT_TESTS_FIXTURE_H
#define KVMGT_TESTS_FIXTURE_H

#include "apart.h"
#include "ktap.h"
#include "vgpu.h"

/**
 * enum fixture_map - what of guest memory the device may access directly
 * @MAP_NOTHING: all goes through host->dma()
 * @MAP_ALL: none does
 * @MAP_SOME: every third page can not, and not for ever
 */
enum fixture_map {
	MAP_NOTHING,
	MAP_ALL,
	MAP_SOME,
};

/**
 * struct fixture - a device and what its host heard
 * @v: the device
 * @model: its model
 * @irqs: interrupts raised, by vector
 * @intx_edges: changes of the INTx level
 * @intx: the INTx level
 * @now: what the clock says
 * @memory: guest memory from address 0 on; see fixture_memory()
 * @ram: all of it in one piece
 * @ram_size: bytes of it
 * @map: what of it can be accessed directly
 * @maps: times that the device asked where a page is
 * @dmas: accesses through host->dma()
 * @kicks: times that the device asked for its work
 * @deadline: when the device wants its timer; 0: not at all
 * @aperture_changes: times that the device said so
 * @engine_irq: hears of interrupts of Gen8 engines in place of gen8_irq.c
 */
struct fixture {
	struct vgpu v;
	struct vgpu_model *model;
	u32 irqs[32];
	u32 intx_edges;
	bool intx;
	u64 now;
	struct apart memory;
	u8 *ram;
	u64 ram_size;
	enum fixture_map map;
	u32 maps;
	u32 dmas;
	u32 kicks;
	u64 deadline;
	u32 aperture_changes;
	void (*engine_irq)(struct vgpu *v, u32 id, u32 bits);
};

/* All end the program where they fail: no test makes sense then. */
void fixture_init(struct fixture *f, struct vgpu_model *m);
void fixture_exit(struct fixture *f);
/* Give the guest memory; without it the device can reach none. */
void fixture_memory(struct fixture *f, u64 size);

u64 mmio_get(struct fixture *f, u64 off, u32 len);
void mmio_put(struct fixture *f, u64 off, u64 val, u32 len);
u64 config_get(struct fixture *f, u64 off, u32 len);
void config_put(struct fixture *f, u64 off, u64 val, u32 len);

/* The allocation after @n more fails; -1: none does. */
void alloc_fail_after(int n);

#endif /* KVMGT_TESTS_FIXTURE_H */
