// SPDX-License-Identifier: GPL-2.0
/*
 * shadow_test.c - what a guest finds in the page of a SHADOW area is what a trapped read
 * of it says, whatever was done to the device
 */
#include "fixture.h"
#include "gen8.h"
#include "model_test.h"

#define WRITES 20000

static struct fixture f;
static u64 seed;

static u64 any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* How many dwords of SHADOW areas there are, and that each reads the same both ways. */
static u32 compare(const struct vgpu_model *m)
{
	const struct vgpu_bar *b = &m->bars[m->regs_bar];
	u32 nr = 0;
	u32 i;
	u64 off;

	for (i = 0; i < b->nr_areas; i++) {
		const struct vgpu_area *a = &b->areas[i];

		for (off = a->offset; a->class == VGPU_SHADOW && off < a->offset + a->size; off += 4) {
			const u32 *page = vgpu_region_memory(&f.v, m->regs_bar, off);
			u32 val = 0;

			if (!CHECK_EQ(vgpu_region_read(&f.v, m->regs_bar, off, &val, 4), 0) ||
			    !CHECK_EQ(val, READ_ONCE(*page))) {
				printf("# %s at %#llx\n", m->name, (unsigned long long)off);
				return 0;
			}
			nr++;
		}
	}
	return nr;
}

/* Writes of any width at registers, and what the host asks the device for meanwhile. */
static void storm(const struct vgpu_model *m)
{
	u32 i;

	for (i = 0; i < WRITES; i++) {
		const struct vgpu_reg *r = m->flat[1 + any() % (m->nr_flat - 1)];
		u64 val = any();

		f.now += any() % 1000000;
		vgpu_region_write(&f.v, m->regs_bar, r->off + any() % 4, &val, 1 + any() % 8);
		if (f.deadline && f.deadline <= f.now) {
			f.deadline = 0;
			m->timer(&f.v);
		}
		if (m->work && i % 64 == 0)
			m->work(&f.v);
	}
}

static void pages_and_reads_agree(struct vgpu_model *m, u32 at_least)
{
	seed = 0x5eed;
	fixture_init(&f, m);
	CHECK(compare(m) >= at_least);
	storm(m);
	compare(m);
	vgpu_reset(&f.v);
	compare(m);
	fixture_exit(&f);
}

static void test_model(void)
{
	pages_and_reads_agree(&vgpu_model_test, 1024);
}

static void gen8(void)
{
	pages_and_reads_agree(&vgpu_model_gen8, 504 * 1024);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(test_model),
	KTAP_CASE(gen8),
};

KTAP_MAIN(cases)
