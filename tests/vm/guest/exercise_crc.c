// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_crc.c - checksums of frames, as the driver reads them from the pipe
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "exercise.h"
#include "exercise_kms.h"

#define DEBUGFS "/sys/kernel/debug"
#define CRC DEBUGFS "/dri/0/crtc-0/crc/"
#define SUMS 3		/* of a picture that does not change */
#define WAIT_MS 20000

/* The next line: number of the frame, sum.  Return: 0 or -errno. */
static int sum_read(int fd, uint32_t *frame, uint32_t *sum)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char line[128], *end;
	ssize_t n;

	if (poll(&wait, 1, WAIT_MS) != 1)
		return -ETIME;
	n = read(fd, line, sizeof(line) - 1);
	if (n < 0)
		return -errno;
	line[n] = 0;
	*frame = strtoul(line, &end, 16);
	*sum = strtoul(end, &end, 16);
	return *end == ' ' || *end == '\n' ? 0 : -EPROTO;
}

/*
 * Some frames of what is shown now.  The driver numbers a sum when it hears of it, and a guest
 * that lost its CPU hears of two in one frame.
 * Return: are their sums the same, and do their numbers not go back?
 */
static bool sums_take(const char *what, uint32_t *sum)
{
	uint32_t frame = 0, before = 0, other = 0;
	int fd = open(CRC "data", O_RDONLY);
	int ret = fd < 0 ? -errno : sum_read(fd, &before, sum);
	unsigned int i;

	for (i = 1; i < SUMS && !ret; i++) {
		ret = sum_read(fd, &frame, &other);
		if (ret || other != *sum || (int32_t)(frame - before) < 0)
			break;
		before = frame;
	}
	if (fd >= 0)
		close(fd);
	note("%s: %u sums, %#x in frame %u, error %d", what, i, *sum, before, ret);
	if (i == SUMS)
		return true;
	note("then %#x in frame %u", other, frame);
	return false;
}

/* What a framebuffer that is flipped to sums up to. */
static uint32_t sum_of(const struct screen *s, unsigned int which, const char *what)
{
	struct drm_event_vblank event;
	uint32_t sum = 0;
	int ret = flip_begin(s, which);

	result(!ret && flip_event(&event, WAIT_MS) && sums_take(what, &sum),
	       "%s: each frame has the same sum", what);
	return sum;
}

void test_crc(void)
{
	struct screen s = { 0 };
	uint32_t stripes, gradient;

	if (mount("debugfs", DEBUGFS, "debugfs", 0, NULL) && errno != EBUSY)
		note("debugfs: %s", strerror(errno));
	screen_light(&s);
	if (screen_tiled(&s, &s.fb[2]))
		exit(1);

	work_begin("crc");
	gradient = sum_of(&s, 1, "gradient");
	stripes = sum_of(&s, 0, "stripes");
	result(stripes != gradient, "another picture has another sum");
	result(sum_of(&s, 2, "gradient in tiles") == gradient, "tiles do not matter to it");
	result(sum_of(&s, 0, "stripes again") == stripes, "the first picture has its sum again");
	work_end();
}
