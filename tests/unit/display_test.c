// SPDX-License-Identifier: GPL-2.0
/*
 * display_test.c - no model gets a plane past the core that lies
 */
#include "fixture.h"
#include "model_test.h"

#define FRAME_SIZE	8192

static struct vgpu_plane answer;
static u32 frames;

static void answer_plane(struct vgpu *v, struct vgpu_plane *p)
{
	*p = answer;
}

static void count_frame(struct vgpu *v, const struct vgpu_plane *p, void *dst)
{
	frames++;
}

static struct vgpu_model model = {
	.name = "display",
	.description = "for this test",
	.frame_size = FRAME_SIZE,
	.plane = answer_plane,
	.frame = count_frame,
};

static struct fixture f;

/* Is @answer believed, by both functions? */
static bool believed(void)
{
	struct vgpu_plane p;
	u32 before = frames;

	vgpu_plane_get(&f.v, &p);
	vgpu_frame_copy(&f.v, &answer, NULL);
	if (!p.fourcc)
		CHECK(!p.width && !p.height && !p.stride && !p.size);
	CHECK_EQ(frames - before, p.fourcc != 0);
	return p.fourcc;
}

static void planes_are_checked(void)
{
	static const struct vgpu_plane good = { VGPU_FOURCC_XRGB8888, 16, 8, 64, 512 };

	fixture_init(&f, &model);
#define BELIEVED(...)	(answer = good, __VA_ARGS__, believed())
	CHECK(BELIEVED((void)0));
	CHECK(!BELIEVED(answer.fourcc = 0));
	CHECK(!BELIEVED(answer.width = 0));
	CHECK(!BELIEVED(answer.height = 0, answer.size = 0));
	CHECK(!BELIEVED(answer.width = 17));
	CHECK(!BELIEVED(answer.size = 513));
	CHECK(!BELIEVED(answer.size = 511));
	CHECK(BELIEVED(answer.stride = 1024, answer.size = 8192));
	CHECK(!BELIEVED(answer.stride = 1028, answer.size = 8224));
	/* 64 * 0x4000008 is 512 in 32 bits */
	CHECK(!BELIEVED(answer.height = 0x4000008));
	/* so is 4 * 0x40000010 */
	CHECK(!BELIEVED(answer.width = 0x40000010));
	fixture_exit(&f);
}

static void no_display_no_picture(void)
{
	struct vgpu_plane p = { 1, 2, 3, 4, 5 };

	fixture_init(&f, &vgpu_model_test);
	vgpu_plane_get(&f.v, &p);
	CHECK(!p.fourcc && !p.width && !p.height && !p.stride && !p.size);
	answer = (struct vgpu_plane){ VGPU_FOURCC_XRGB8888, 1, 1, 4, 4 };
	vgpu_frame_copy(&f.v, &answer, NULL);	/* touches nothing */
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(planes_are_checked),
	KTAP_CASE(no_display_no_picture),
};

KTAP_MAIN(cases)
