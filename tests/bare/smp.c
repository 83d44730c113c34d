// SPDX-License-Identifier: GPL-2.0
/*
 * smp.c - starts the other processors and gives them work
 */
#include "bare.h"

#define APIC_ID 0x20
#define APIC_EOI 0xb0
#define APIC_SVR 0xf0
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_LINT0 0x350

#define ICR_PENDING (1 << 12)
#define ICR_INIT 0x000c4500 /* all but self, assert */
#define ICR_STARTUP 0x000c4600

#define FW_CFG_SELECT 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_NB_CPUS 0x05

extern u8 ap_trampoline[], ap_trampoline_end[], stacks[];

struct cpu cpus[MAX_CPUS];
u32 nr_cpus;

static u32 apic_read(u32 reg)
{
	return mmio_read32(APIC_BASE + reg);
}

static void apic_write(u32 reg, u32 v)
{
	mmio_write32(APIC_BASE + reg, v);
}

void apic_enable(void)
{
	apic_write(APIC_SVR, 0x100 | VECTOR_SPURIOUS);
	/* the legacy controller stays silent */
	apic_write(APIC_LVT_LINT0, 0x10000);
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

static void apic_send(u32 dest, u32 command)
{
	while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
		cpu_relax();
	apic_write(APIC_ICR_HIGH, dest << 24);
	apic_write(APIC_ICR_LOW, command);
}

/* QEMU says how many processors there are, so nobody has to guess by time. */
static u32 fw_cfg_cpus(void)
{
	u32 n;

	outw(FW_CFG_SELECT, FW_CFG_NB_CPUS);
	n = inb(FW_CFG_DATA);
	n |= inb(FW_CFG_DATA) << 8;
	return n < MAX_CPUS ? n : MAX_CPUS;
}

static void delay(u32 loops)
{
	/* a port access is about a microsecond on real hardware, more elsewhere */
	while (loops--)
		outb(0x80, 0);
}

void smp_init(void)
{
	u32 i;

	nr_cpus = fw_cfg_cpus();
	cpus[0].apic_id = apic_read(APIC_ID) >> 24;
	cpus[0].online = true;
	if (nr_cpus < 2)
		return;

	memcpy((void *)TRAMPOLINE, ap_trampoline, ap_trampoline_end - ap_trampoline);
	apic_send(0, ICR_INIT);
	delay(10000);
	apic_send(0, ICR_STARTUP | TRAMPOLINE >> 12);
	delay(200);
	apic_send(0, ICR_STARTUP | TRAMPOLINE >> 12);
	for (i = 1; i < nr_cpus; i++)
		while (!cpus[i].online)
			cpu_relax();
}

static void __attribute__((noreturn)) cpu_idle(struct cpu *c)
{
	for (;;) {
		irq_disable();
		while (!c->work)
			irq_wait();
		irq_enable();
		c->work(c, c->arg);
		__atomic_store_n(&c->work, NULL, __ATOMIC_RELEASE);
	}
}

/* Every processor comes here from boot.S. */
void __attribute__((noreturn)) cpu_main(u32 nr);

void cpu_main(u32 nr)
{
	struct cpu *c = &cpus[nr];

	if (nr == 0)
		irq_init();
	irq_load();
	apic_enable();
	if (nr == 0) {
		serial_init();
		smp_init();
		irq_enable();
		monitor();
	}
	c->apic_id = apic_read(APIC_ID) >> 24;
	c->online = true;
	cpu_idle(c);
}

/* Does not wait; 0 is the processor that runs the monitor and cannot be asked. */
int cpu_start(u32 nr, void (*work)(struct cpu *c, void *arg), void *arg)
{
	struct cpu *c = &cpus[nr];

	if (nr == 0 || nr >= nr_cpus || c->work)
		return -1;
	c->arg = arg;
	c->stop = false;
	__atomic_store_n(&c->work, work, __ATOMIC_RELEASE);
	apic_send(c->apic_id, 0x4000 | VECTOR_WAKE);
	return 0;
}

bool cpu_busy(u32 nr)
{
	return __atomic_load_n(&cpus[nr].work, __ATOMIC_ACQUIRE);
}

void cpu_finish(u32 nr)
{
	cpus[nr].stop = true;
	while (cpu_busy(nr))
		cpu_relax();
}

/* Each has its own stack, see boot.S. */
struct cpu *cpu_self(void)
{
	return &cpus[((u64)__builtin_frame_address(0) - (u64)stacks) >> STACK_SHIFT];
}

void cpu_wait_for(volatile u32 *counter, u32 value)
{
	while (*counter < value)
		cpu_relax();
}
