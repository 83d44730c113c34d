// SPDX-License-Identifier: GPL-2.0
/*
 * serial.c - COM1 and formatted output
 *
 * Bytes are read by polling; the receive interrupt only ends the hlt of an idle
 * monitor.
 */
#include "bare.h"

#define COM1 0x3f8
#define UART_DATA (COM1 + 0)
#define UART_IER (COM1 + 1)
#define UART_FCR (COM1 + 2)
#define UART_LCR (COM1 + 3)
#define UART_MCR (COM1 + 4)
#define UART_LSR (COM1 + 5)

#define LSR_DATA 0x01
#define LSR_EMPTY 0x20

void serial_init(void)
{
	outb(UART_IER, 0);
	outb(UART_LCR, 0x80);
	outb(UART_DATA, 1); /* divisor of 115200 */
	outb(UART_IER, 0);
	outb(UART_LCR, 0x03);
	outb(UART_FCR, 0x07);
	outb(UART_MCR, 0x0b);
	outb(UART_IER, 0x01);
	ioapic_pin(4, VECTOR_SERIAL, false, false);
}

void serial_putc(char c)
{
	while (!(inb(UART_LSR) & LSR_EMPTY))
		cpu_relax();
	outb(UART_DATA, c);
}

bool serial_ready(void)
{
	return inb(UART_LSR) & LSR_DATA;
}

int serial_getc(void)
{
	irq_disable();
	while (!serial_ready())
		irq_wait();
	irq_enable();
	return inb(UART_DATA);
}

static void put_string(const char *s)
{
	while (*s)
		serial_putc(*s++);
}

static void put_number(u64 v, u32 base, u32 width)
{
	char buf[24];
	u32 n = 0;

	do {
		buf[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n < width)
		buf[n++] = '0';
	while (n)
		serial_putc(buf[--n]);
}

/*
 * The part of printf that the payload needs: %s %c %u %x with 0N widths and the
 * length l; every number is 64 bits wide with l, 32 without.
 */
void out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt; fmt++) {
		u32 width = 0;
		bool wide;

		if (*fmt != '%') {
			serial_putc(*fmt);
			continue;
		}
		for (fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + *fmt - '0';
		wide = *fmt == 'l';
		if (wide)
			fmt++;
		if (*fmt == 's')
			put_string(va_arg(ap, const char *));
		else if (*fmt == 'c')
			serial_putc(va_arg(ap, int));
		else
			put_number(wide ? va_arg(ap, u64) : va_arg(ap, u32), *fmt == 'x' ? 16 : 10,
				   width);
	}
	va_end(ap);
}
