/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vgpu.h - a virtual GPU as its users see it
 *
 * Users are the VFIO driver, the unit tests, the fuzzers and the oracle.  All
 * go through vgpu_region_read() and vgpu_region_write(), so there is one
 * behaviour.
 */
#ifndef VGPU_H
#define VGPU_H

#include "reg.h"

/* Region indices are those of VFIO PCI: BAR0-5, ROM, config space. */
#define VGPU_NUM_BARS		6
#define VGPU_REGION_CONFIG	7

#define VGPU_CONFIG_SIZE	256

/**
 * enum vgpu_class - who answers the guest's access to an area of a BAR
 * @VGPU_PASSTHROUGH: nobody: it is memory that the guest has mapped
 * @VGPU_SHADOW: reads need nobody, writes as EMULATED
 * @VGPU_EMULATED: this device, in the kernel or through the VMM
 * @VGPU_USERSPACE: this device, always through the VMM
 *
 * Same values as enum vfio_inkernel_class of uapi/linux/vfio_kvmgt.h.
 */
enum vgpu_class {
	VGPU_PASSTHROUGH	= 0,
	VGPU_SHADOW		= 1,
	VGPU_EMULATED		= 2,
	VGPU_USERSPACE		= 3,
};

/**
 * struct vgpu_area - one piece of a BAR
 * @offset: first byte in the BAR
 * @size: bytes
 * @class: enum vgpu_class
 */
struct vgpu_area {
	u64 offset;
	u64 size;
	u32 class;
};

/**
 * enum vgpu_bar_kind - what stands behind a BAR
 * @VGPU_BAR_NONE: the BAR is not implemented
 * @VGPU_BAR_REGS: the registers of the model; at most one BAR
 * @VGPU_BAR_RAM: plain memory, zeroed when the device is created, kept at reset
 * @VGPU_BAR_APERTURE: a window onto guest memory, page by page, as
 *	model->aperture says
 */
enum vgpu_bar_kind {
	VGPU_BAR_NONE = 0,
	VGPU_BAR_REGS,
	VGPU_BAR_RAM,
	VGPU_BAR_APERTURE,
};

/**
 * struct vgpu_bar - a BAR of a model
 * @kind: enum vgpu_bar_kind
 * @flags: low bits of the BAR register: PCI_BASE_ADDRESS_MEM_TYPE_64 (0x4),
 *	PCI_BASE_ADDRESS_MEM_PREFETCH (0x8)
 * @size: bytes, a power of two, at least one page
 * @areas: sorted, gapless, covering the BAR
 * @nr_areas: entries in @areas
 * @regs_size: REGS: bytes of registers, from byte 0 on; 0: all of the BAR
 * @ram_offset: REGS: where memory begins behind the registers, to the end of the
 *	BAR; 0: there is none.  Between the two is a hole
 */
struct vgpu_bar {
	enum vgpu_bar_kind kind;
	u32 flags;
	u64 size;
	const struct vgpu_area *areas;
	u32 nr_areas;
	u32 regs_size;
	u32 ram_offset;
};

/**
 * struct vgpu_pci_extra - four bytes of configuration space of a model's own
 * @off: byte offset, a multiple of 4, behind the standard header
 * @value: what they are after reset
 * @wmask: bits that the guest may write
 */
struct vgpu_pci_extra {
	u8 off;
	u32 value;
	u32 wmask;
};

/**
 * struct vgpu_pci_desc - the PCI identity of a model
 * @vendor: vendor id
 * @device: device id
 * @subvendor: subsystem vendor id
 * @subdevice: subsystem id
 * @class: class, subclass and programming interface, 24 bits
 * @revision: revision id
 * @intx: true: interrupt pin A
 * @msi_vectors: MSI vectors: 0 (no MSI capability), 1, 2, 4, ... 32
 * @msi_offset: where the MSI capability is, for models whose drivers look for something
 *	else at the usual place; 0: anywhere
 * @pm: true: a power management capability
 * @extra: what else there is in configuration space
 * @nr_extra: entries in @extra
 */
struct vgpu_pci_desc {
	u16 vendor;
	u16 device;
	u16 subvendor;
	u16 subdevice;
	u32 class;
	u8 revision;
	bool intx;
	u8 msi_vectors;
	u8 msi_offset;
	bool pm;
	const struct vgpu_pci_extra *extra;
	u32 nr_extra;
};

/**
 * struct vgpu_monitor - a monitor that a device can come with
 * @name: what tells it from the others of its model, and so the mdev types; NULL for
 *	the first one, which the plain type has
 * @width: of the mode that it prefers
 * @height: as @width
 * @max_width: the largest mode that can be shown on it
 * @max_height: as @max_width
 */
struct vgpu_monitor {
	const char *name;
	u16 width;
	u16 height;
	u16 max_width;
	u16 max_height;
};

/**
 * struct vgpu_plane - what is scanned out
 * @fourcc: DRM fourcc of the frame that vgpu_frame_copy() makes; 0: no picture
 * @width: pixels
 * @height: lines
 * @stride: bytes from line to line of the copied frame
 * @size: bytes of the copied frame
 *
 * Every value was clamped: @size never exceeds vgpu->frame_size.
 */
struct vgpu_plane {
	u32 fourcc;
	u32 width;
	u32 height;
	u32 stride;
	u32 size;
};

/**
 * enum vgpu_work - what model->work left behind
 * @VGPU_WORK_DONE: nothing to do until the next kick
 * @VGPU_WORK_WAIT: to look again, soon but not at once, whether memory has changed
 * @VGPU_WORK_MORE: more to do
 */
enum vgpu_work {
	VGPU_WORK_DONE = 0,
	VGPU_WORK_WAIT,
	VGPU_WORK_MORE,
};

/**
 * struct vgpu_model - one kind of device; immutable once vgpu_model_init() ran
 * @name: short name, part of the mdev type
 * @description: one line for humans
 * @pci: PCI identity
 * @bars: the BARs; a 64-bit BAR leaves the next entry VGPU_BAR_NONE
 * @blocks: register blocks
 * @nr_blocks: entries in @blocks
 * @hole: what registers read that no block lists; writes to them are dropped
 * @frame_size: bytes of the largest frame that can be scanned out; 0: no display.  With
 *	@monitors the one that the device comes with decides
 * @monitors: those that can be had with the device, the usual one first; NULL: there
 *	is no choice
 * @nr_monitors: entries in @monitors
 * @priv_size: bytes of vgpu->priv
 * @init: optional; sets up vgpu->priv (its locks), before the first reset
 * @exit: optional; undoes @init
 * @reset: optional; runs after all registers got their reset values, not while @work does
 * @plane: optional; says what is scanned out, clamped to what exists
 * @frame: optional; writes the frame that @plane described to @dst.  One call at a time
 * @aperture: with an aperture BAR: the guest page behind byte @off of it (a
 *	multiple of the page size); an error where there is none
 * @work: optional; does what host->kick() asked for, for a few milliseconds at
 *	most.  One call at a time
 * @timer: optional; the time given to host->timer() has come, or the host has lost it:
 *	asks for the time of what is still to come
 * @opregion: optional; fills the 8 KiB of an Intel OpRegion
 * @edid: with @monitors: another one is connected: VGPU_EDID_MAX bytes at most that
 *	describe it; @size 0: none is
 * @flat: all registers of all blocks; entry 0 is NULL.  Made by vgpu_model_init()
 * @nr_flat: entries in @flat
 * @index: for each dword of the register BAR, its entry in @flat; 0: hole
 * @regs_bar: which BAR has the registers; VGPU_NUM_BARS: none.  As @flat
 * @regs_size: bytes of registers in it; 0: none.  As @flat
 */
struct vgpu_model {
	const char *name;
	const char *description;
	struct vgpu_pci_desc pci;
	struct vgpu_bar bars[VGPU_NUM_BARS];
	const struct vgpu_block *const *blocks;
	u32 nr_blocks;
	u32 hole;
	u32 frame_size;
	const struct vgpu_monitor *monitors;
	u32 nr_monitors;
	u32 priv_size;
	int (*init)(struct vgpu *v);
	void (*exit)(struct vgpu *v);
	void (*reset)(struct vgpu *v);
	void (*plane)(struct vgpu *v, struct vgpu_plane *p);
	void (*frame)(struct vgpu *v, const struct vgpu_plane *p, void *dst);
	int (*aperture)(struct vgpu *v, u64 off, u64 *gpa);
	enum vgpu_work (*work)(struct vgpu *v);
	void (*timer)(struct vgpu *v);
	void (*opregion)(struct vgpu *v, void *dst);
	void (*edid)(struct vgpu *v, const void *edid, u32 size);

	const struct vgpu_reg **flat;
	u32 nr_flat;
	u16 *index;
	u32 regs_bar;
	u32 regs_size;
};

/**
 * struct vgpu_host - what a device needs from its host at run time
 * @irq: the device raises MSI vector @vector; dropped where userspace did not
 *	configure it
 * @intx: the level of the INTx pin changed, also while MSI is in use; INTX_DISABLE is
 *	the host's to respect
 * @now_ns: a monotonic clock
 * @dma: read or write guest memory; 0, or an error where there is none.  May
 *	sleep.  Only from model->work, model->timer, model->frame and the door to
 *	an aperture; never under a lock that a register callback takes
 * @map: optional; where a byte of guest memory, and what follows it in its page, can
 *	be read and written directly; NULL: not now, @dma is the way.  Only from
 *	model->work and model->frame; valid until they return
 * @kick: have model->work called soon, in a thread
 * @timer: have model->timer called at @deadline_ns of now_ns(), in a thread;
 *	replaces what was asked before; 0: not at all.  It may come late, and once
 *	more after it was replaced
 * @aperture_changed: pages that model->aperture named may be others now: drop
 *	mappings of the guest onto them.  From register callbacks, under no lock;
 *	asks model->aperture, which takes none
 *
 * Called from register callbacks, possibly under block locks of the core and
 * under kvm->srcu: must not sleep for a vCPU and must not call back into the
 * core.  The last five may be NULL where no model needs them.
 */
struct vgpu_host {
	void (*irq)(struct vgpu *v, u32 vector);
	void (*intx)(struct vgpu *v, bool level);
	u64 (*now_ns)(struct vgpu *v);
	int (*dma)(struct vgpu *v, u64 gpa, void *buf, u32 len, bool write);
	void *(*map)(struct vgpu *v, u64 gpa);
	void (*kick)(struct vgpu *v);
	void (*timer)(struct vgpu *v, u64 deadline_ns);
	void (*aperture_changed)(struct vgpu *v);
};

/**
 * struct vgpu_reg_count - accesses of one register
 * @reads: times it was read
 * @writes: times it was written
 */
struct vgpu_reg_count {
	u32 reads;
	u32 writes;
};

/**
 * struct vgpu - one device
 * @model: its model
 * @host: its host
 * @host_data: the host's own
 * @priv: the model's own, model->priv_size bytes
 * @monitor: what it comes with; NULL where the model has no choice
 * @frame_size: bytes of the largest frame that can be scanned out; 0: no display
 * @regs: registers, size of the register BAR, page aligned; accessed with
 *	READ_ONCE()/WRITE_ONCE()/env_cmpxchg() alone: the guest may map them
 * @mem: memory of RAM BARs, and of the one behind the registers; page aligned
 * @counts: per dword of the register BAR; NULL while nobody counts
 * @counted: the same, once somebody counted: kept until vgpu_exit(), for accesses
 *	that still count and readers that come late
 * @config_lock: guards @config and BAR writes; a leaf
 * @config: PCI configuration space
 * @config_wmask: bits of @config that the guest may write
 * @config_w1c: bits of @config that the guest clears by writing 1
 * @mem_enabled: memory decoding is on (PCI_COMMAND_MEMORY, D0); read without a lock
 * @bus_master: PCI_COMMAND_MASTER; without it commands of the guest do not run
 * @intx_disabled: PCI_COMMAND_INTX_DISABLE; read without a lock, also by hosts in
 *	atomic context
 */
struct vgpu {
	const struct vgpu_model *model;
	const struct vgpu_host *host;
	void *host_data;
	void *priv;
	const struct vgpu_monitor *monitor;
	u32 frame_size;

	u32 *regs;
	void *mem[VGPU_NUM_BARS];
	struct vgpu_reg_count *counts;
	struct vgpu_reg_count *counted;

	env_lock_t config_lock;
	u8 config[VGPU_CONFIG_SIZE];
	u8 config_wmask[VGPU_CONFIG_SIZE];
	u8 config_w1c[VGPU_CONFIG_SIZE];
	bool mem_enabled;
	bool bus_master;
	bool intx_disabled;
};

/* model.c: the list of models; every model is checked and indexed once */
extern struct vgpu_model *const vgpu_models[];
extern const u32 vgpu_nr_models;

int vgpu_model_init(struct vgpu_model *m);
void vgpu_model_exit(struct vgpu_model *m);
struct vgpu_model *vgpu_model_find(const char *name);

/* Size of a region, 0 where the model has none. */
u64 vgpu_region_size(const struct vgpu_model *m, u32 region);

/* pci.c: where a model's capabilities lie, and how long they are */
#define VGPU_PCI_PM_OFFSET	0x40
#define VGPU_PCI_MSI_OFFSET	0x50	/* but for models that say otherwise */
#define VGPU_PCI_MSI_SIZE	0x10

/* device.c: life of a device */
int vgpu_init(struct vgpu *v, const struct vgpu_model *m, const struct vgpu_host *host,
	      void *host_data);
void vgpu_exit(struct vgpu *v);
void vgpu_reset(struct vgpu *v);
void vgpu_clear_memory(struct vgpu *v);
int vgpu_count_enable(struct vgpu *v);
void vgpu_count_disable(struct vgpu *v);

/*
 * device.c: the door: any region, any alignment; 1-8 bytes of registers and
 * configuration space, any number of a RAM BAR.  Memory decoding (@mem_enabled)
 * is the caller's to look at.
 */
int vgpu_region_read(struct vgpu *v, u32 region, u64 off, void *buf, u32 len);
int vgpu_region_write(struct vgpu *v, u32 region, u64 off, const void *buf, u32 len);
void *vgpu_region_memory(struct vgpu *v, u32 region, u64 off);

/* mmio.c: the register BAR; the hot path */
int vgpu_mmio_read(struct vgpu *v, u64 off, void *buf, u32 len);
int vgpu_mmio_write(struct vgpu *v, u64 off, const void *buf, u32 len);
u32 vgpu_reg_fetch(struct vgpu *v, u32 off);
void vgpu_reg_deliver(struct vgpu *v, u32 off, u32 val, u32 lanes);
void vgpu_reg_set_bits(struct vgpu *v, u32 off, u32 bits);
void vgpu_reg_update(struct vgpu *v, u32 off, u32 mask, u32 bits);
void vgpu_mmio_reset(struct vgpu *v);
const struct vgpu_reg *vgpu_reg_find(const struct vgpu_model *m, u32 off);

/* pci.c: configuration space */
void vgpu_pci_reset(struct vgpu *v);
int vgpu_config_read(struct vgpu *v, u64 off, void *buf, u32 len);
int vgpu_config_write(struct vgpu *v, u64 off, const void *buf, u32 len);
void vgpu_pci_intx_status(struct vgpu *v, bool level);

/* monitor.c: what hangs on the device */
#define VGPU_EDID_MAX	512u	/* four blocks: two segments */

void vgpu_monitor_set(struct vgpu *v, const struct vgpu_monitor *m);
u32 vgpu_monitor_edid(const struct vgpu *v, u8 *edid);
int vgpu_monitor_plug(struct vgpu *v, const u8 *edid, u32 size);

/* DRM_FORMAT_XRGB8888: a pixel is a little endian 0x??RRGGBB */
#define VGPU_FOURCC_XRGB8888	0x34325258

/* display.c: scan-out */
void vgpu_plane_get(struct vgpu *v, struct vgpu_plane *p);
void vgpu_frame_copy(struct vgpu *v, const struct vgpu_plane *p, void *dst);

#endif /* VGPU_H */
