// SPDX-License-Identifier: GPL-2.0
/*
 * guest.c - obeys the host in the Linux guest: counts register accesses, runs programs
 *
 * Maps BAR2 of the display through sysfs, no device file and no driver of ours in
 * between, and answers commands on the serial port, one line each way:
 *
 *   read OFF WIDTH             kv: read OFF = VALUE
 *   rate r|w OFF SECONDS       kv: rate N accesses in US us, last VALUE, bad N
 *   count r|w OFF N            kv: count N accesses in US us, last VALUE, bad N
 *   say TEXT                   TEXT on the screen;  kv: said
 *   show FILE                  its lines, each after "| ";  kv: shown
 *   run PROGRAM ARG [ARG]      it talks to the host itself;  kv: done STATUS
 *   off                        power off
 *
 * Accesses are 16 bits wide, as the bochs driver makes them.  A write stores what
 * was read there before and reads are compared with it: "bad" counts differences.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define BAR_SIZE 4096

struct result {
	uint64_t count;
	uint64_t us;
	uint64_t bad;
	uint16_t last;
};

static volatile uint8_t *bar;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Until count accesses are made or, when count is 0, until us have passed. */
static struct result hammer(char op, unsigned int off, uint64_t count, uint64_t us)
{
	volatile uint16_t *reg = (volatile uint16_t *)(bar + off);
	uint16_t first = *reg;
	struct result r = { .last = first };
	uint64_t start = now_us();

	do {
		uint64_t batch = count && count - r.count < 64 ? count - r.count : 64;

		r.count += batch;
		while (batch--) {
			if (op == 'w') {
				*reg = first;
			} else {
				r.last = *reg;
				r.bad += r.last != first;
			}
		}
		r.us = now_us() - start;
	} while (count ? r.count < count : r.us < us);
	return r;
}

static void read_command(FILE *tty, unsigned int off, unsigned int width)
{
	unsigned int value;

	if (width == 1)
		value = bar[off];
	else if (width == 2)
		value = *(volatile uint16_t *)(bar + off);
	else
		value = *(volatile uint32_t *)(bar + off);
	fprintf(tty, "kv: read %#x = %#x\n", off, value);
}

static void hammer_command(FILE *tty, const char *verb, char op, unsigned int off, uint64_t n)
{
	struct result r;

	if (!strcmp(verb, "rate"))
		r = hammer(op, off, 0, n * 1000000);
	else
		r = hammer(op, off, n, 0);
	fprintf(tty, "kv: %s %llu accesses in %llu us, last %#x, bad %llu\n", verb,
		(unsigned long long)r.count, (unsigned long long)r.us, r.last,
		(unsigned long long)r.bad);
}

static void say(const char *text)
{
	FILE *screen = fopen("/dev/tty0", "w");

	if (!screen)
		return;
	fprintf(screen, "%s\r\n", text);
	fclose(screen);
}

static void show(FILE *tty, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		fprintf(tty, "\n| %s", line);
	if (file)
		fclose(file);
	fprintf(tty, "\nkv: shown\n");
}

/* A program out of /bin with the host's line as its own; @more: another argument, or NULL. */
static void run(FILE *tty, const char *program, const char *arg, const char *more)
{
	char path[64];
	int status = -1;
	pid_t child;

	snprintf(path, sizeof(path), "/bin/%s", program);
	fflush(tty);
	child = fork();
	if (!child) {
		dup2(fileno(tty), STDIN_FILENO);
		dup2(fileno(tty), STDOUT_FILENO);
		execl(path, program, arg, more, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	fprintf(tty, "\nkv: done %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void command(FILE *tty, char *line)
{
	char verb[8], op, program[32], arg[32], more[32];
	unsigned int off, width;
	unsigned long long n;
	int words;

	line[strcspn(line, "\r\n")] = 0;
	if (sscanf(line, "read %i %u", (int *)&off, &width) == 2 && off < BAR_SIZE)
		read_command(tty, off, width);
	else if (sscanf(line, "%7s %c %i %llu", verb, &op, (int *)&off, &n) == 4 &&
		 off < BAR_SIZE && (!strcmp(verb, "rate") || !strcmp(verb, "count")))
		hammer_command(tty, verb, op, off, n);
	else if (!strncmp(line, "say ", 4))
		say(line + 4), fprintf(tty, "kv: said\n");
	else if (!strncmp(line, "show ", 5))
		show(tty, line + 5);
	else if ((words = sscanf(line, "run %31s %31s %31s", program, arg, more)) >= 2)
		run(tty, program, arg, words == 3 ? more : NULL);
	else if (!strcmp(line, "off"))
		reboot(RB_POWER_OFF);
	else
		fprintf(tty, "kv: what? %s\n", line);
}

static void *map_bar(const char *path)
{
	int fd = open(path, O_RDWR | O_SYNC);
	void *p;

	if (fd < 0)
		return NULL;
	p = mmap(NULL, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

int main(int argc, char **argv)
{
	struct termios raw;
	char line[256];
	FILE *tty;

	if (argc != 3)
		return 2;
	tty = fopen(argv[1], "r+");
	if (!tty)
		return 1;
	if (!tcgetattr(fileno(tty), &raw)) {
		cfmakeraw(&raw);
		tcsetattr(fileno(tty), TCSANOW, &raw);
	}
	setvbuf(tty, NULL, _IOLBF, 0);
	bar = map_bar(argv[2]);
	if (!bar) {
		fprintf(tty, "kv: cannot map %s\n", argv[2]);
		return 1;
	}
	fprintf(tty, "kv: ready\n");
	while (fgets(line, sizeof(line), tty)) {
		/* The stream changes direction. */
		fseek(tty, 0, SEEK_CUR);
		command(tty, line);
		fflush(tty);
	}
	return 0;
}
