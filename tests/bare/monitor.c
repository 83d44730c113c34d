// SPDX-License-Identifier: GPL-2.0
/*
 * monitor.c - commands over the serial line: one line in, one line out
 *
 * A reply begins with "ok" or "err".  Numbers are decimal or 0x hexadecimal.  An
 * ADDR is a number, barN, ram, ioapic or apic, each with an optional +OFF.
 */
#include "bare.h"

#define PCI_COMMAND 0x04
#define COMMAND_INTX_OFF (1 << 10)
#define CAP_MSI 0x05
#define MSI_CONTROL 2
#define MSI_64 (1 << 7)
#define MSI_MASKABLE (1 << 8)

struct pci_dev dev;
bool dev_valid;

static u8 scratch[8192] __attribute__((aligned(4096)));

/* Cuts the next word out of the line; "" at its end. */
char *arg_word(char **args)
{
	char *p = *args;
	char *word;

	while (*p == ' ')
		p++;
	word = p;
	while (*p && *p != ' ')
		p++;
	if (*p)
		*p++ = 0;
	*args = p;
	return word;
}

bool arg_number(char **args, u64 *v)
{
	const char *p;

	while (**args == ' ')
		++*args;
	p = *args;
	if (!parse_number(&p, v) || (*p && *p != ' '))
		return false;
	*args += p - *args;
	return true;
}

bool arg_address(char **args, u64 *va)
{
	const char *p = arg_word(args);
	u64 base = 0, off = 0;

	if (starts_with(p, "bar") && p[3] >= '0' && p[3] < '0' + PCI_BARS) {
		if (!dev_valid || !dev.bar[p[3] - '0'].size)
			return false;
		base = dev.bar[p[3] - '0'].addr;
		p += 4;
	} else if (starts_with(p, "ram")) {
		base = (u64)scratch;
		p += 3;
	} else if (starts_with(p, "ioapic")) {
		base = IOAPIC_BASE;
		p += 6;
	} else if (starts_with(p, "apic")) {
		base = APIC_BASE;
		p += 4;
	} else if (!parse_number(&p, &base)) {
		return false;
	}
	if (*p == '+') {
		p++;
		if (!parse_number(&p, &off))
			return false;
	}
	*va = map_phys(base + off);
	return !*p;
}

static void pci_list_one(u16 bdf, void *arg)
{
	(void)arg;
	out(" %02x:%02x.%x=%04x:%04x", bdf >> 8, bdf >> 3 & 31, bdf & 7, pci_read(bdf, 0, 2),
	    pci_read(bdf, 2, 2));
}

static void pci_command(char *args)
{
	(void)args;
	out("ok");
	pci_each(pci_list_one, NULL);
	out("\n");
}

static void bars_reply(void)
{
	u32 i;

	out("ok bdf=%02x:%02x.%x class=%06x", dev.bdf >> 8, dev.bdf >> 3 & 31, dev.bdf & 7,
	    dev.class);
	for (i = 0; i < PCI_BARS; i++)
		if (dev.bar[i].size)
			out(" bar%u=0x%lx/0x%lx/%x", i, dev.bar[i].addr, dev.bar[i].size,
			    dev.bar[i].flags);
	out("\n");
}

/* use VENDOR DEVICE [INDEX] */
static void use_command(char *args)
{
	u64 vendor, device, index = 0;
	u16 bdf;

	if (!arg_number(&args, &vendor) || !arg_number(&args, &device)) {
		out("err use VENDOR DEVICE [INDEX]\n");
		return;
	}
	arg_number(&args, &index);
	dev_valid = pci_find(vendor, device, index, &bdf);
	if (!dev_valid) {
		out("err no such device\n");
		return;
	}
	pci_probe(&dev, bdf);
	bars_reply();
}

/* move BAR ADDR [live] */
static void move_command(char *args)
{
	u64 bar, addr;

	if (!dev_valid || !arg_number(&args, &bar) || bar >= PCI_BARS ||
	    !arg_number(&args, &addr)) {
		out("err move BAR ADDR [live]\n");
		return;
	}
	pci_bar_move(&dev, bar, addr, !strcmp(arg_word(&args), "live"));
	bars_reply();
}

/* mem 0|1 */
static void mem_command(char *args)
{
	u64 on;

	if (!dev_valid || !arg_number(&args, &on)) {
		out("err mem 0|1\n");
		return;
	}
	pci_mem_enable(dev.bdf, on);
	out("ok\n");
}

static bool valid_width(u64 w)
{
	return w == 1 || w == 2 || w == 4;
}

/* cfgrd OFF W */
static void cfgrd_command(char *args)
{
	u64 off, width;

	if (!dev_valid || !arg_number(&args, &off) || !arg_number(&args, &width) ||
	    !valid_width(width))
		out("err cfgrd OFF W\n");
	else
		out("ok 0x%x\n", pci_read(dev.bdf, off, width));
}

/* cfgwr OFF W VALUE */
static void cfgwr_command(char *args)
{
	u64 off, width, v;

	if (!dev_valid || !arg_number(&args, &off) || !arg_number(&args, &width) ||
	    !valid_width(width) || !arg_number(&args, &v)) {
		out("err cfgwr OFF W VALUE\n");
		return;
	}
	pci_write(dev.bdf, off, width, v);
	out("ok\n");
}

static bool arg_form(char **args, const char *def, struct access *a)
{
	const char *name = arg_word(args);
	const struct access_form *f = access_form_find(*name ? name : def);

	if (!f || !(f->widths & a->width))
		return false;
	a->form = f - access_forms;
	return true;
}

static void bytes_reply(const char *name, const u8 *bytes, u32 n)
{
	out(" %s=0x", name);
	while (n--)
		out("%02x", bytes[n]);
}

/* rd ADDR W [FORM]; of a rep form all elements */
static void rd_command(char *args)
{
	struct access a = { 0 };
	u64 width;

	if (!arg_address(&args, &a.va) || !arg_number(&args, &width)) {
		out("err rd ADDR W [FORM]\n");
		return;
	}
	a.width = width;
	if (!arg_form(&args, width == 16 ? "movups_load" : "mov_load", &a)) {
		out("err no such form and width\n");
		return;
	}
	access_forms[a.form].run(&a);
	out("ok");
	bytes_reply("out", a.out, access_span(&access_forms[a.form], a.width));
	out("\n");
}

/* wr ADDR W VALUE [FORM [VALUE2]]; VALUE2 is the new value of a cmpxchg */
static void wr_command(char *args)
{
	struct access a = { 0 };
	u64 width, v;

	if (!arg_address(&args, &a.va) || !arg_number(&args, &width) || !arg_number(&args, &v)) {
		out("err wr ADDR W VALUE [FORM [VALUE2]]\n");
		return;
	}
	a.width = width;
	if (!arg_form(&args, width == 16 ? "movups_store" : "mov_store", &a)) {
		out("err no such form and width\n");
		return;
	}
	memcpy(a.in, &v, 8);
	if (arg_number(&args, &v))
		memcpy(a.in + 8, &v, 8);
	access_forms[a.form].run(&a);
	out("ok");
	bytes_reply("out", a.out, width < 8 ? width : 8);
	out("\n");
}

static void forms_command(char *args)
{
	u32 i;

	(void)args;
	out("ok");
	for (i = 0; i < nr_access_forms; i++)
		out(" %s/%u", access_forms[i].name, access_forms[i].widths);
	out("\n");
}

/* in PORT W */
static void in_command(char *args)
{
	u64 port, width;

	if (!arg_number(&args, &port) || !arg_number(&args, &width) || !valid_width(width)) {
		out("err in PORT W\n");
		return;
	}
	out("ok 0x%x\n", width == 1 ? inb(port) : width == 2 ? inw(port) : inl(port));
}

static void tsc_command(char *args)
{
	(void)args;
	out("ok tsc=%lu\n", rdtsc());
}

static void hello_command(char *args)
{
	(void)args;
	out("ok kvmgt-bare cpus=%u\n", nr_cpus);
}

/* irq [clear]: what arrived, by vector, without the payload's own */
static void irq_command(char *args)
{
	u32 v;

	if (!strcmp(arg_word(&args), "clear"))
		irq_clear();
	out("ok");
	for (v = 0; v < 256; v++)
		if (irq_count(v) && v != VECTOR_SERIAL && v != VECTOR_WAKE)
			out(" %x=%u", v, irq_count(v));
	out("\n");
}

/* irqack ADDR W VALUE | irqack off: the write that silences the device */
static void irqack_command(char *args)
{
	u64 va, width, v;

	if (starts_with(args, "off")) {
		irq_ack_set(0, 0, 0);
	} else if (arg_address(&args, &va) && arg_number(&args, &width) &&
		   (width == 1 || width == 4) && arg_number(&args, &v)) {
		irq_ack_set(va, width, v);
	} else {
		out("err irqack ADDR 1|4 VALUE | irqack off\n");
		return;
	}
	out("ok\n");
}

/* ioapic PIN [VECTOR level|edge [masked]] */
static void ioapic_command(char *args)
{
	u64 pin, vector;
	bool level;

	if (!arg_number(&args, &pin) || pin > 23) {
		out("err ioapic PIN [VECTOR level|edge [masked]]\n");
		return;
	}
	if (arg_number(&args, &vector)) {
		level = !strcmp(arg_word(&args), "level");
		ioapic_pin(pin, vector, level, !strcmp(arg_word(&args), "masked"));
	}
	out("ok 0x%lx\n", ioapic_entry(pin));
}

/* intx 0|1 */
static void intx_command(char *args)
{
	u32 command;
	u64 on;

	if (!dev_valid || !arg_number(&args, &on)) {
		out("err intx 0|1\n");
		return;
	}
	command = pci_read(dev.bdf, PCI_COMMAND, 2) & ~COMMAND_INTX_OFF;
	pci_write(dev.bdf, PCI_COMMAND, 2, on ? command : command | COMMAND_INTX_OFF);
	out("ok\n");
}

/* msi VECTOR LOG2 | msi off: 1 << LOG2 vectors from VECTOR, all on processor 0 */
static void msi_command(char *args)
{
	u32 cap = dev_valid ? pci_find_cap(dev.bdf, CAP_MSI) : 0;
	u64 vector, log2;
	u32 control;

	if (!cap) {
		out("err no MSI capability\n");
		return;
	}
	control = pci_read(dev.bdf, cap + MSI_CONTROL, 2) & ~0x71U;
	if (arg_number(&args, &vector) && arg_number(&args, &log2)) {
		u32 data = control & MSI_64 ? cap + 12 : cap + 8;

		pci_write(dev.bdf, cap + MSI_CONTROL, 2, control);
		pci_write(dev.bdf, cap + 4, 4, APIC_BASE | cpus[0].apic_id << 12);
		if (control & MSI_64)
			pci_write(dev.bdf, cap + 8, 4, 0);
		pci_write(dev.bdf, data, 2, vector);
		control |= log2 << 4 | 1;
	} else if (!starts_with(args, "off")) {
		out("err msi VECTOR LOG2 | msi off\n");
		return;
	}
	pci_write(dev.bdf, cap + MSI_CONTROL, 2, control);
	out("ok control=0x%x\n", pci_read(dev.bdf, cap + MSI_CONTROL, 2));
}

/* msimask BITS */
static void msimask_command(char *args)
{
	u32 cap = dev_valid ? pci_find_cap(dev.bdf, CAP_MSI) : 0;
	u32 control = cap ? pci_read(dev.bdf, cap + MSI_CONTROL, 2) : 0;
	u32 mask = cap + (control & MSI_64 ? 16 : 12);
	u64 bits;

	if (!(control & MSI_MASKABLE) || !arg_number(&args, &bits)) {
		out("err msimask BITS, if the device can mask\n");
		return;
	}
	pci_write(dev.bdf, mask, 4, bits);
	out("ok mask=0x%x pending=0x%x\n", pci_read(dev.bdf, mask, 4),
	    pci_read(dev.bdf, mask + 4, 4));
}

static const struct {
	const char *name;
	void (*run)(char *args);
} commands[] = {
	{ "hello", hello_command },
	{ "tsc", tsc_command },
	{ "pci", pci_command },
	{ "use", use_command },
	{ "move", move_command },
	{ "mem", mem_command },
	{ "cfgrd", cfgrd_command },
	{ "cfgwr", cfgwr_command },
	{ "rd", rd_command },
	{ "wr", wr_command },
	{ "in", in_command },
	{ "forms", forms_command },
	{ "log", log_command },
	{ "seq", seq_command },
	{ "sweep", sweep_command },
	{ "bench", bench_command },
	{ "smp", bench_smp_command },
	{ "hammer", hammer_command },
	{ "stop", hammer_stop_command },
	{ "storm", storm_command },
	{ "fuzz", fuzz_command },
	{ "gpu", gpu_command },
	{ "irq", irq_command },
	{ "irqack", irqack_command },
	{ "ioapic", ioapic_command },
	{ "intx", intx_command },
	{ "msi", msi_command },
	{ "msimask", msimask_command },
};

static void command_run(char *line)
{
	const char *name = arg_word(&line);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name)) {
			commands[i].run(line);
			return;
		}
	}
	out("err unknown command\n");
}

void monitor(void)
{
	static char line[1024];
	u32 n = 0;

	log_init();
	hello_command(line);
	for (;;) {
		int c = serial_getc();

		if (c == '\r')
			continue;
		if (c != '\n') {
			if (n < sizeof(line) - 1)
				line[n++] = c;
			continue;
		}
		line[n] = 0;
		if (n)
			command_run(line);
		n = 0;
	}
}
