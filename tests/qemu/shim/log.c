// SPDX-License-Identifier: GPL-2.0
/* log.c - the event log: one JSON object per line, appended in one write. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "fake.h"

static int log_fd = -1;

__attribute__((constructor)) static void log_open(void)
{
	const char *dir = getenv("FAKE_VFIO_DIR");
	char path[4096];

	if (!dir || snprintf(path, sizeof(path), "%s/log", dir) >= (int)sizeof(path))
		return;
	/* creat() is not among the functions that are replaced. */
	log_fd = creat(path, 0600);
}

void fake_log(const char *format, ...)
{
	char line[32768];
	va_list ap;
	int n;

	line[0] = '{';
	va_start(ap, format);
	n = vsnprintf(line + 1, sizeof(line) - 3, format, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line) - 3)
		abort();
	line[n + 1] = '}';
	line[n + 2] = '\n';
	if (log_fd >= 0 && write(log_fd, line, n + 3) != n + 3)
		abort();
}
