// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_plug.c - monitors that are changed while one looks: what a desktop does about it
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "exercise.h"
#include "exercise_kms.h"

#define PATIENCE_US (60ull * US_PER_SECOND)

static int uevents_open(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (!result(fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)),
		    "the kernel's events can be heard"))
		exit(1);
	return fd;
}

/* Does one of an event's lines say HOTPLUG=1? */
static bool is_hotplug(const char *event, long len)
{
	const char *p;

	for (p = event; p < event + len; p += strlen(p) + 1)
		if (!strcmp(p, "HOTPLUG=1"))
			return true;
	return false;
}

/* Wait for the next event of that kind until @deadline. */
static bool hotplug_wait(int fd, uint64_t deadline)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char event[4096];
	uint64_t now;

	while ((now = now_us()) < deadline) {
		long len;

		if (poll(&wait, 1, (deadline - now) / 1000 + 1) != 1)
			continue;
		len = recv(fd, event, sizeof(event) - 1, 0);
		if (len <= 0)
			continue;
		event[len] = 0;
		if (is_hotplug(event, len))
			return true;
	}
	return false;
}

/* The host changes something: wait until the first mode is another, or none is left. */
static void change_wait(int uevents, struct screen *s)
{
	uint64_t deadline = now_us() + PATIENCE_US;
	struct screen before = *s;
	unsigned int heard = 0;
	bool changed = false;

	while (!changed && hotplug_wait(uevents, deadline)) {
		heard++;
		memset(s, 0, sizeof(*s));
		if (screen_look(s))
			changed = s->mode.hdisplay != before.mode.hdisplay ||
				  s->mode.vdisplay != before.mode.vdisplay;
	}
	note("%u hotplug events", heard);
	result(changed, "another mode comes first: %s", s->mode.name);
}

/* Each "plug" of the host is heard, and what the monitor likes best then is shown on it. */
static void replug(int uevents, struct screen *s, unsigned int n)
{
	char name[16];

	snprintf(name, sizeof(name), "change-%u", n);
	work_begin(name);
	change_wait(uevents, s);
	work_end();
	snprintf(name, sizeof(name), "plug-%u", n);
	screen_show(s, name);
}

void test_plug(void)
{
	struct screen s = { 0 };
	int uevents = uevents_open();
	unsigned int n;

	if (!result(screen_look(&s), "a monitor is connected"))
		exit(1);
	note("first mode %s", s.mode.name);
	screen_show(&s, "plug-boot");
	for (n = 1; n <= 3; n++)
		replug(uevents, &s, n);
	close(uevents);
}
