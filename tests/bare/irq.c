// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - interrupts: counts them by vector, acknowledges, gives the IOAPIC pins
 *
 * A level-triggered source must be silenced before the end of interrupt; the
 * monitor says with irq_ack_set() which write does that.
 */
#include "bare.h"

#define IOAPIC_SELECT (IOAPIC_BASE + 0x00)
#define IOAPIC_DATA (IOAPIC_BASE + 0x10)
#define IOAPIC_TABLE 0x10

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

struct idt_entry {
	u16 offset_low;
	u16 selector;
	u16 flags;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};

struct irq_frame {
	u64 regs[15];
	u64 vector;
	u64 error;
	u64 rip;
	u64 cs;
	u64 rflags;
	u64 rsp;
	u64 ss;
};

extern u8 irq_stubs[], irq_wait_hlt[];

static struct idt_entry idt[256];
static u32 counts[256];

static struct {
	u64 va;
	u32 width;
	u64 value;
} ack;

void irq_load(void)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) ptr = { sizeof(idt) - 1, (u64)idt };

	asm volatile("lidt %0" : : "m"(ptr));
}

void irq_init(void)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		u64 entry = (u64)irq_stubs + i * IRQ_STUB_SIZE;

		idt[i].offset_low = entry;
		idt[i].offset_mid = entry >> 16;
		idt[i].offset_high = entry >> 32;
		idt[i].selector = 0x18;
		idt[i].flags = 0x8e00;
	}
	outb(PIC1_DATA, 0xff);
	outb(PIC2_DATA, 0xff);
}

u32 irq_count(u8 vector)
{
	return __atomic_load_n(&counts[vector], __ATOMIC_RELAXED);
}

void irq_clear(void)
{
	memset(counts, 0, sizeof(counts));
}

/* width 0: no acknowledge. */
void irq_ack_set(u64 va, u32 width, u64 value)
{
	ack.width = 0;
	ack.va = va;
	ack.value = value;
	ack.width = width;
}

/* What waits for one gets it; else it is the end of the payload. */
static void __attribute__((noreturn)) exception(const struct irq_frame *f)
{
	struct cpu *c = cpu_self();
	u64 cr2;

	if (c->catching) {
		c->catching = false;
		c->caught[0] = f->vector;
		c->caught[1] = f->rip;
		__builtin_longjmp(c->catch, 1);
	}
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	out("panic vector=%lu error=0x%lx rip=0x%lx cr2=0x%lx\n", f->vector, f->error, f->rip, cr2);
	for (;;)
		asm volatile("cli; hlt");
}

void irq_entry(struct irq_frame *f);

void irq_entry(struct irq_frame *f)
{
	u8 vector = f->vector;

	if (vector < 32)
		exception(f);
	if (f->rip == (u64)irq_wait_hlt)
		f->rip++;
	__atomic_fetch_add(&counts[vector], 1, __ATOMIC_RELAXED);
	if (vector == VECTOR_SPURIOUS)
		return;
	if (ack.width && vector != VECTOR_SERIAL && vector != VECTOR_WAKE) {
		if (ack.width == 4)
			*(volatile u32 *)ack.va = ack.value;
		else
			*(volatile u8 *)ack.va = ack.value;
	}
	apic_eoi();
}

static u32 ioapic_read(u32 reg)
{
	mmio_write32(IOAPIC_SELECT, reg);
	return mmio_read32(IOAPIC_DATA);
}

static void ioapic_write(u32 reg, u32 v)
{
	mmio_write32(IOAPIC_SELECT, reg);
	mmio_write32(IOAPIC_DATA, v);
}

void ioapic_pin(u32 pin, u8 vector, bool level, bool masked)
{
	u32 reg = IOAPIC_TABLE + pin * 2;

	ioapic_write(reg, 1 << 16);
	ioapic_write(reg + 1, cpus[0].apic_id << 24);
	ioapic_write(reg, vector | (u32)level << 15 | (u32)masked << 16);
}

u64 ioapic_entry(u32 pin)
{
	u32 reg = IOAPIC_TABLE + pin * 2;

	return ioapic_read(reg) | (u64)ioapic_read(reg + 1) << 32;
}
