/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bare.h - what the files of the payload share
 */
#ifndef BARE_H
#define BARE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Instructions that C has no word for. */

static inline void outb(u16 port, u8 v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outw(u16 port, u16 v)
{
	asm volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outl(u16 port, u32 v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u16 inw(u16 port)
{
	u16 v;

	asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u32 inl(u16 port)
{
	u32 v;

	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	asm volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

static inline void cpu_relax(void)
{
	asm volatile("pause" : : : "memory");
}

static inline void irq_disable(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void irq_enable(void)
{
	asm volatile("sti" : : : "memory");
}

/* Not for what interrupts use too. */
static inline void spin_lock(u32 *lock)
{
	while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static inline void spin_unlock(u32 *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static inline u32 mmio_read32(u64 va)
{
	return *(volatile u32 *)va;
}

static inline void mmio_write32(u64 va, u32 v)
{
	*(volatile u32 *)va = v;
}

/* lib.c */
void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int strcmp(const char *a, const char *b);
bool starts_with(const char *s, const char *prefix);
bool parse_number(const char **s, u64 *v);
u64 prng_next(u64 *state);
u64 width_mask(u32 width);

/* serial.c: COM1, 115200 8n1 */
void serial_init(void);
void serial_putc(char c);
int serial_getc(void);
bool serial_ready(void);
void out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* map.c */
u64 map_phys(u64 pa);

/* smp.c */

/**
 * struct cpu - a processor
 * @work: what it does; NULL: it is idle
 * @arg: of @work
 * @stop: @work shall end
 * @result: what @work tells
 * @catch: __builtin_setjmp(): where an exception goes to
 * @catching: it does; cleared by that
 * @caught: vector, and address of the instruction
 */
struct cpu {
	u32 apic_id;
	void (*volatile work)(struct cpu *c, void *arg);
	void *arg;
	volatile bool online;
	volatile bool stop;
	u64 result[6];
	void *catch[5];
	volatile bool catching;
	u64 caught[2];
};

extern struct cpu cpus[MAX_CPUS];
extern u32 nr_cpus;

void smp_init(void);
void apic_enable(void);
void apic_eoi(void);
int cpu_start(u32 nr, void (*work)(struct cpu *c, void *arg), void *arg);
void cpu_finish(u32 nr);
bool cpu_busy(u32 nr);
void cpu_wait_for(volatile u32 *counter, u32 value);
struct cpu *cpu_self(void);

/* boot.S */
void irq_wait(void);

/* irq.c */
void irq_init(void);
void irq_load(void);
u32 irq_count(u8 vector);
void irq_clear(void);
void irq_ack_set(u64 va, u32 width, u64 value);
void ioapic_pin(u32 pin, u8 vector, bool level, bool masked);
u64 ioapic_entry(u32 pin);

#define APIC_BASE 0xfee00000
#define IOAPIC_BASE 0xfec00000
#define VECTOR_SERIAL 0x31
#define VECTOR_WAKE 0x32
#define VECTOR_SPURIOUS 0xff

/* pci.c */
#define PCI_BARS 6

struct pci_bar {
	u64 addr;
	u64 size;
	u32 flags;
};

struct pci_dev {
	u16 bdf;
	u16 vendor;
	u16 device;
	u32 class;
	struct pci_bar bar[PCI_BARS];
};

u32 pci_read(u16 bdf, u32 off, u32 width);
void pci_write(u16 bdf, u32 off, u32 width, u32 v);
void pci_each(void (*fn)(u16 bdf, void *arg), void *arg);
bool pci_find(u16 vendor, u16 device, u32 index, u16 *bdf);
void pci_probe(struct pci_dev *d, u16 bdf);
void pci_bar_move(struct pci_dev *d, u32 bar, u64 addr, bool live);
void pci_mem_enable(u16 bdf, bool on);
u32 pci_find_cap(u16 bdf, u8 id);
u64 pci_mcfg(void);
void pci_shake(u16 bdf, u32 off, u32 width, u64 v, void (*meanwhile)(void *arg), void *arg);

/* access.c: one access in a given instruction form */
#define ACCESS_ELEMENTS 3 /* of the rep forms */

struct access {
	u32 form;
	u32 width;
	u64 va;
	u8 in[ACCESS_ELEMENTS * 8];
	u8 out[ACCESS_ELEMENTS * 8];
};

/**
 * struct access_form - an instruction that accesses memory
 * @name: for the monitor
 * @op: enum kvmgt_log_op of each element
 * @flags: KVMGT_LOG_F_* of its records
 * @widths: sum of the operand sizes that it has
 * @elements: consecutive operands that it accesses
 * @backward: the last element comes first
 * @wants_old: access.in[0..width-1] should be what the register holds
 * @run: does it with access.in, leaves what was read in access.out
 */
struct access_form {
	const char *name;
	u8 op;
	u8 flags;
	u8 widths;
	u8 elements;
	bool backward;
	bool wants_old;
	void (*run)(struct access *a);
};

extern const struct access_form access_forms[];
extern const u32 nr_access_forms;

const struct access_form *access_form_find(const char *name);
u32 access_span(const struct access_form *f, u32 width);

/* bench.c */
enum bench_op { BENCH_READ, BENCH_WRITE, BENCH_NOP };

typedef u64 (*bench_fn)(u64 va, u64 n, u64 value);

bench_fn bench_loop(enum bench_op op, u32 width);
void bench_command(char *args);
void bench_smp_command(char *args);

/* storm.c */
void hammer_command(char *args);
void hammer_stop_command(char *args);
void storm_command(char *args);

/* fuzz.c */
void fuzz_command(char *args);

/* engines.c */
void gpu_command(char *args);

/* seq.c */
void log_init(void);
void log_command(char *args);
void seq_command(char *args);
void sweep_command(char *args);

/* monitor.c */
extern struct pci_dev dev;
extern bool dev_valid;

bool arg_number(char **args, u64 *v);
bool arg_address(char **args, u64 *va);
char *arg_word(char **args);
void __attribute__((noreturn)) monitor(void);

#endif /* BARE_H */
