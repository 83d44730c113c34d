// SPDX-License-Identifier: GPL-2.0
/*
 * monitor.c - a guest that does what it is told over the first serial port
 *
 * Multiboot, 32-bit, one CPU, no interrupts.  A test decides each access of the guest, so no
 * scenario has to be compiled in.  One command per line, numbers in hexadecimal:
 *
 *	r W ADDR	read W (1, 2, 4) bytes of memory	answer: the value
 *	w W ADDR VALUE	write					answer: ok
 *	i W PORT	read an I/O port			answer: the value
 *	o W PORT VALUE	write					answer: ok
 *	l COUNT ADDR	read 4 bytes COUNT times		answer: the last value
 *
 * When it starts it says "ready", to anything else "what".
 */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define COM1		0x3f8
#define LINE_STATUS	(COM1 + 5)
#define RECEIVED	0x01
#define SENDER_EMPTY	0x20

#define MAGIC		0x1badb002u
#define STACK_TOP	"0x80000"

__attribute__((section(".multiboot"), used))
static const u32 multiboot[3] = { MAGIC, 0, -MAGIC };

__attribute__((section(".start"), naked, used)) void start(void)
{
	asm("mov $" STACK_TOP ", %esp\n\tcall main\n1:\thlt\n\tjmp 1b");
}

static u32 in(u32 width, u32 port)
{
	u32 v = 0;

	if (width == 1)
		asm volatile("inb %w1, %b0" : "+a"(v) : "Nd"(port));
	else if (width == 2)
		asm volatile("inw %w1, %w0" : "+a"(v) : "Nd"(port));
	else
		asm volatile("inl %w1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static void out(u32 width, u32 port, u32 v)
{
	if (width == 1)
		asm volatile("outb %b0, %w1" : : "a"(v), "Nd"(port));
	else if (width == 2)
		asm volatile("outw %w0, %w1" : : "a"(v), "Nd"(port));
	else
		asm volatile("outl %0, %w1" : : "a"(v), "Nd"(port));
}

/* One instruction each, so that one command is one access. */
static u32 read(u32 width, u32 addr)
{
	u32 v;

	if (width == 1)
		asm volatile("movzbl (%1), %0" : "=r"(v) : "r"(addr) : "memory");
	else if (width == 2)
		asm volatile("movzwl (%1), %0" : "=r"(v) : "r"(addr) : "memory");
	else
		asm volatile("movl (%1), %0" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static void write(u32 width, u32 addr, u32 v)
{
	if (width == 1)
		asm volatile("movb %b0, (%1)" : : "q"(v), "r"(addr) : "memory");
	else if (width == 2)
		asm volatile("movw %w0, (%1)" : : "r"(v), "r"(addr) : "memory");
	else
		asm volatile("movl %0, (%1)" : : "r"(v), "r"(addr) : "memory");
}

static void put(char c)
{
	while (!(in(1, LINE_STATUS) & SENDER_EMPTY))
		;
	out(1, COM1, (u8)c);
}

static void say(const char *s)
{
	while (*s)
		put(*s++);
	put('\n');
}

static void say_number(u32 v)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[v >> shift & 15]);
	put('\n');
}

static int get(void)
{
	while (!(in(1, LINE_STATUS) & RECEIVED))
		asm volatile("pause");
	return in(1, COM1);
}

/* Reads a line: a letter, then up to three numbers; returns the letter. */
static int get_command(u32 *arg)
{
	int letter = get(), c = letter, n = -1;

	arg[0] = arg[1] = arg[2] = 0;
	while (c != '\n') {
		c = get();
		if (c == ' ')
			n++;
		else if (n >= 0 && n < 3 && c >= '0' && c <= '9')
			arg[n] = arg[n] << 4 | (u32)(c - '0');
		else if (n >= 0 && n < 3 && c >= 'a' && c <= 'f')
			arg[n] = arg[n] << 4 | (u32)(c - 'a' + 10);
	}
	return letter;
}

static u32 read_often(u32 count, u32 addr)
{
	u32 v = 0;

	while (count--)
		v = read(4, addr);
	return v;
}

__attribute__((used)) void main(void)
{
	u32 arg[3];

	say("ready");
	for (;;) {
		switch (get_command(arg)) {
		case 'r':
			say_number(read(arg[0], arg[1]));
			break;
		case 'w':
			write(arg[0], arg[1], arg[2]);
			say("ok");
			break;
		case 'i':
			say_number(in(arg[0], arg[1]));
			break;
		case 'o':
			out(arg[0], arg[1], arg[2]);
			say("ok");
			break;
		case 'l':
			say_number(read_often(arg[0], arg[1]));
			break;
		default:
			say("what");
		}
	}
}
