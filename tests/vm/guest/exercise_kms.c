// SPDX-License-Identifier: GPL-2.0
/*
 * exercise_kms.c - modes, page flips, vertical blanks and the cursor
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "exercise.h"
#include "exercise_kms.h"

#define MANY 16
#define MODES 128
#define FRAMES 60
#define MOVES 100
#define CURSOR 64
#define NEAR 100u /* frames */

/* Entries of the GGTT, and where they lie among the registers. */
#define GGTT_OFFSET (8u << 20)
#define GGTT_ENTRIES (1u << 20)

/* Return: is a monitor connected there? */
static bool connector_take(struct screen *s, uint32_t id)
{
	struct drm_mode_modeinfo modes[MODES];
	struct drm_mode_get_connector probe = { .connector_id = id };
	struct drm_mode_get_connector get = { .connector_id = id };

	if (request(DRM_IOCTL_MODE_GETCONNECTOR, &probe) || probe.connection != 1 ||
	    !probe.count_modes || probe.count_modes > MODES)
		return false;
	get.count_modes = probe.count_modes;
	get.modes_ptr = (uintptr_t)modes;
	if (request(DRM_IOCTL_MODE_GETCONNECTOR, &get) || !get.count_modes)
		return false;
	s->connector = id;
	s->mode = modes[0];
	s->frame_us = 1000.0 * s->mode.htotal * s->mode.vtotal / s->mode.clock;
	return true;
}

static uint32_t gradient(unsigned int x, unsigned int y)
{
	return (x & 0xff) << 16 | (y & 0xff) << 8;
}

static void paint(const struct screen *s, uint32_t *pixels, uint32_t pitch, unsigned int which)
{
	unsigned int x, y;

	for (y = 0; y < s->mode.vdisplay; y++)
		for (x = 0; x < s->mode.hdisplay; x++)
			pixels[y * pitch / 4 + x] = which ? gradient(x, y) : 0x40 + (x & 0x3f);
}

static int framebuffer(struct screen *s, unsigned int which)
{
	struct drm_mode_create_dumb dumb = {
		.width = s->mode.hdisplay,
		.height = s->mode.vdisplay,
		.bpp = 32,
	};
	struct drm_mode_map_dumb map = { 0 };
	struct drm_mode_fb_cmd fb = { .bpp = 32, .depth = 24 };
	void *pixels;
	int ret = request(DRM_IOCTL_MODE_CREATE_DUMB, &dumb);

	if (ret)
		return ret;
	map.handle = dumb.handle;
	ret = request(DRM_IOCTL_MODE_MAP_DUMB, &map);
	if (ret)
		return ret;
	pixels = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, card, map.offset);
	if (pixels == MAP_FAILED)
		return -errno;
	paint(s, pixels, dumb.pitch, which);
	fb.width = dumb.width;
	fb.height = dumb.height;
	fb.pitch = dumb.pitch;
	fb.handle = dumb.handle;
	ret = request(DRM_IOCTL_MODE_ADDFB, &fb);
	s->fb[which] = fb.fb_id;
	return ret;
}

bool screen_look(struct screen *s)
{
	uint32_t crtcs[MANY], connectors[MANY];
	struct drm_mode_card_res res = {
		.crtc_id_ptr = (uintptr_t)crtcs,
		.count_crtcs = MANY,
		.connector_id_ptr = (uintptr_t)connectors,
		.count_connectors = MANY,
	};
	unsigned int i;
	int ret = request(DRM_IOCTL_MODE_GETRESOURCES, &res);

	for (i = 0; !ret && i < res.count_connectors && !s->connector; i++)
		connector_take(s, connectors[i]);
	s->crtc = res.count_crtcs ? crtcs[0] : 0;
	return !ret && s->connector && s->crtc;
}

/* A monitor, or no sub-test. */
static void screen_find(struct screen *s)
{
	if (!result(screen_look(s), "a monitor is connected"))
		exit(1);
}

static void mode_set(struct screen *s, const char *name, uint32_t fb)
{
	struct drm_mode_crtc set = {
		.set_connectors_ptr = (uintptr_t)&s->connector,
		.count_connectors = 1,
		.crtc_id = s->crtc,
		.fb_id = fb,
		.mode_valid = 1,
		.mode = s->mode,
	};
	int ret;

	work_begin(name);
	ret = request(DRM_IOCTL_MODE_SETCRTC, &set);
	work_end();
	note("mode %s, %u kHz, frame %u us, error %d", s->mode.name, s->mode.clock,
	     (unsigned int)s->frame_us, ret);
	if (!result(!ret, "a mode is set"))
		exit(1);
}

void screen_light(struct screen *s)
{
	int ret;

	screen_find(s);
	ret = framebuffer(s, 0);
	if (!ret)
		ret = framebuffer(s, 1);
	if (!result(!ret, "two framebuffers"))
		exit(1);
	mode_set(s, "setcrtc", s->fb[0]);
}

void screen_show(struct screen *s, const char *name)
{
	int ret = framebuffer(s, 1);

	if (!result(!ret, "a framebuffer of %ux%u", s->mode.hdisplay, s->mode.vdisplay)) {
		note("error %d", ret);
		exit(1);
	}
	mode_set(s, name, s->fb[1]);
}

bool flip_event(struct drm_event_vblank *event, int ms)
{
	struct pollfd wait = { .fd = card, .events = POLLIN };

	return poll(&wait, 1, ms) == 1 && read(card, event, sizeof(*event)) == sizeof(*event) &&
	       event->base.type == DRM_EVENT_FLIP_COMPLETE;
}

void frames_tolerate(struct frames *f, const struct screen *s)
{
	uint64_t pixels = (uint64_t)s->mode.htotal * s->mode.vtotal;

	f->restore = UINT64_MAX / (pixels * US_PER_SECOND / s->mode.clock);
}

/* Is the number what it is because the driver miscounted? */
static bool frame_restored(const struct frames *f, uint32_t sequence)
{
	return f->nr && f->restore && sequence - f->last - f->restore + NEAR < 2 * NEAR;
}

void frame_add(struct frames *f, uint32_t sequence, uint64_t us)
{
	sequence -= f->restored * f->restore;
	if (frame_restored(f, sequence)) {
		f->restored++;
		sequence -= f->restore;
		f->missed += sequence - f->last - 1;
	} else if (!f->nr) {
		f->first = sequence;
		f->first_us = us;
	} else if ((int32_t)(sequence - f->last) <= 0) {
		f->unordered++;
		note("number %u, %u us after number %u", sequence, (unsigned int)(us - f->last_us),
		     f->last);
	} else {
		f->missed += sequence - f->last - 1;
	}
	f->last = sequence;
	f->last_us = us;
	f->nr++;
}

/* Numbers rise, and by as much as there was time for. */
void frames_judge(const struct frames *f, const struct screen *s, const char *name,
		  unsigned int want)
{
	uint32_t numbers = f->last - f->first;
	double frames = (f->last_us - f->first_us) / s->frame_us;
	double slack = 1 + f->restored;

	note("%s: %u in %llu us, numbers %u, left out %u, time for %.2f", name, f->nr,
	     (unsigned long long)(f->last_us - f->first_us), numbers, f->missed, frames);
	result(f->nr >= want, "%s: all came", name);
	result(!f->unordered && numbers == f->nr - 1 + f->missed && frames - numbers < slack &&
		       numbers - frames < slack,
	       "%s: the numbers add up", name);
}

int flip_begin(const struct screen *s, unsigned int which)
{
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = s->crtc,
		.fb_id = s->fb[which],
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	return request(DRM_IOCTL_MODE_PAGE_FLIP, &flip);
}

/* One flip, and its event.  Return: 0 or -errno. */
static int flip(const struct screen *s, unsigned int which, struct drm_event_vblank *event)
{
	int ret = flip_begin(s, which);

	if (!ret && !flip_event(event, 2000))
		ret = -ETIME;
	return ret;
}

/* Flips until there were so many and that time has passed. */
static void flips(const struct screen *s, const char *name, unsigned int nr, uint64_t us)
{
	struct frames f = { 0 };
	uint64_t begin, end, stamp, late = 0, latest = 0;
	int ret = 0;

	work_begin(name);
	begin = end = now_us();
	while (!ret && (f.nr < nr || end - begin < us)) {
		struct drm_event_vblank event;

		ret = flip(s, (f.nr + 1) % 2, &event);
		end = now_us();
		if (ret)
			break;
		stamp = (uint64_t)event.tv_sec * US_PER_SECOND + event.tv_usec;
		frame_add(&f, event.sequence, stamp);
		late += end - stamp;
		if (end - stamp > latest)
			latest = end - stamp;
	}
	work_end();
	figure("flips", f.nr);
	figure("guest_us", end - begin);
	figure("vblanks", f.last - f.first + 1);
	figure("vblanks_without_flip", f.missed);
	/* From the vertical blank, as its time stamp says, to the program that waits. */
	figure("event_us_mean", f.nr ? late / f.nr : 0);
	figure("event_us_max", latest);
	if (ret)
		note("flip %u: error %d", f.nr, ret);
	frames_judge(&f, s, name, nr);
}

static void vblanks(const struct screen *s)
{
	struct frames f = { 0 };
	unsigned int i;
	int ret = 0;

	work_begin("vblank-waits-60");
	for (i = 0; i < FRAMES && !ret; i++) {
		union drm_wait_vblank wait = {
			.request = { .type = _DRM_VBLANK_RELATIVE, .sequence = 1 },
		};

		ret = request(DRM_IOCTL_WAIT_VBLANK, &wait);
		if (!ret)
			frame_add(&f, wait.reply.sequence,
				  (uint64_t)wait.reply.tval_sec * US_PER_SECOND +
					  wait.reply.tval_usec);
	}
	work_end();
	if (ret)
		note("wait %u: error %d", i, ret);
	frames_judge(&f, s, "vertical blanks", FRAMES);
}

void test_flip(void)
{
	struct screen s = { 0 };

	screen_light(&s);
	flips(&s, "flips-60", FRAMES, 0);
	vblanks(&s);
}

void test_flips(void)
{
	struct screen s = { 0 };

	screen_light(&s);
	flips(&s, "flips-600", 600, 0);
}

void test_minute(void)
{
	struct screen s = { 0 };

	screen_light(&s);
	flips(&s, "flip-60s", 0, 60 * US_PER_SECOND);
}

/* The GGTT as the driver sees it, at the end of the registers. */
static const volatile uint64_t *ggtt_map(void)
{
	int fd = open("/sys/class/drm/card0/device/resource0", O_RDWR | O_SYNC);
	void *p;

	if (fd < 0)
		return NULL;
	p = mmap(NULL, GGTT_ENTRIES * sizeof(uint64_t), PROT_READ, MAP_SHARED, fd, GGTT_OFFSET);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

/* Framebuffers that were shown nowhere yet are flipped to: the driver maps each. */
void test_ggtt(void)
{
	static uint64_t before[GGTT_ENTRIES];
	const volatile uint64_t *ggtt = ggtt_map();
	struct drm_event_vblank event;
	struct screen s = { 0 };
	unsigned int i, changed = 0;
	int ret = 0;

	if (!result(ggtt, "the GGTT is mapped"))
		exit(1);
	screen_light(&s);
	for (i = 2; i < ARRAY_SIZE(s.fb) && !ret; i++)
		ret = framebuffer(&s, i);
	for (i = 0; i < GGTT_ENTRIES; i++)
		before[i] = ggtt[i];

	work_begin("ggtt-pins-4");
	for (i = 2; i < ARRAY_SIZE(s.fb) && !ret; i++)
		ret = flip(&s, i, &event);
	work_end();

	for (i = 0; i < GGTT_ENTRIES; i++)
		changed += before[i] != ggtt[i];
	figure("pte_writes", changed);
	note("%u entries of the GGTT changed, error %d", changed, ret);
	result(!ret && changed >= PINS * (s.mode.hdisplay * s.mode.vdisplay / 1024),
	       "new framebuffers are in the GGTT");
}

void test_cursor(void)
{
	struct bo image = bo_new(CURSOR * CURSOR * 4);
	struct screen s = { 0 };
	struct drm_mode_cursor2 set = {
		.flags = DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE,
		.width = CURSOR,
		.height = CURSOR,
		.handle = image.handle,
	};
	unsigned int i;
	int ret;

	screen_light(&s);
	for (i = 0; i < CURSOR * CURSOR; i++)
		image.map[i] = 0xffff8000;
	set.crtc_id = s.crtc;
	ret = request(DRM_IOCTL_MODE_CURSOR2, &set);
	if (!result(!ret, "the cursor is set"))
		note("error %d", ret);
	work_begin("cursor-moves-100");
	for (i = 1; i <= MOVES && !ret; i++) {
		struct drm_mode_cursor2 move = {
			.flags = DRM_MODE_CURSOR_MOVE,
			.crtc_id = s.crtc,
			.x = 2 * i,
			.y = i,
		};

		ret = request(DRM_IOCTL_MODE_CURSOR2, &move);
	}
	work_end();
	if (!result(!ret, "the cursor moves"))
		note("move %u: error %d", i, ret);
}

/* In tiles of 128 pixels by 8 lines: the host looks at the picture. */
int screen_tiled(const struct screen *s, uint32_t *id)
{
	uint32_t tiles = (s->mode.hdisplay + 127) / 128;
	struct bo bo = bo_new(tiles * 4096 * ((s->mode.vdisplay + 7) / 8));
	struct drm_mode_fb_cmd2 fb = {
		.width = s->mode.hdisplay,
		.height = s->mode.vdisplay,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.flags = DRM_MODE_FB_MODIFIERS,
		.handles = { bo.handle },
		.pitches = { tiles * 512 },
		.modifier = { I915_FORMAT_MOD_X_TILED },
	};
	unsigned int x, y;
	int ret;

	for (y = 0; y < s->mode.vdisplay; y++)
		for (x = 0; x < s->mode.hdisplay; x++)
			bo.map[(y / 8 * tiles + x / 128) * 1024 + y % 8 * 128 + x % 128] =
				gradient(x, y);
	ret = request(DRM_IOCTL_MODE_ADDFB2, &fb);
	*id = fb.fb_id;
	if (!result(!ret, "an X-tiled framebuffer"))
		note("error %d", ret);
	return ret;
}

void test_tiled(void)
{
	struct screen s = { 0 };
	uint32_t fb;

	screen_find(&s);
	if (screen_tiled(&s, &fb))
		exit(1);
	mode_set(&s, "setcrtc-x-tiled", fb);
}
