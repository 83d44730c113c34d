// SPDX-License-Identifier: GPL-2.0
/*
 * race_test.c - vCPUs that touch the same registers at once; runs under TSan
 *
 * Each case has a result that one lost or doubled bit would spoil.
 */
#include "fixture.h"
#include "model_bochs.h"
#include "model_test.h"

#define THREADS		8
#define ROUNDS		4000
#define MANY		100000	/* where the window to hit is a few instructions wide */

static struct fixture f;
static pthread_barrier_t barrier;

struct worker {
	pthread_t thread;
	u32 id;
	u32 sum;
	void (*run)(struct worker *w);
};

static struct worker workers[THREADS];

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(&barrier);
	w->run(w);
	return NULL;
}

static void run_all(void (*run)(struct worker *w))
{
	u32 i;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .id = i, .run = run };
		if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]))
			abort();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_barrier_destroy(&barrier);
}

/* Each thread owns one byte of a pair of registers. */
static void bytes_of_one_register(struct worker *w)
{
	u32 i;

	for (i = 0; i < MANY; i++) {
		mmio_put(&f, TEST_PAIR_LO + w->id, i & 0xff, 1);
		if (mmio_get(&f, TEST_PAIR_LO + w->id, 1) != (i & 0xff))
			w->sum++;
	}
}

static void neighbours_keep_their_bytes(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	run_all(bytes_of_one_register);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(workers[i].sum, 0);
	CHECK_EQ(mmio_get(&f, TEST_PAIR_LO, 8), ((MANY - 1) & 0xff) * 0x0101010101010101ull);
	fixture_exit(&f);
}

/*
 * Even threads are the device and set their bit, once it is clear; odd ones the
 * guest and clear the bit of their neighbour, once it is set.  A bit lost either
 * way is waited for in vain: the rounds are counted, with a limit.
 */
#define SPINS	20000000u

static bool wait_bit(u32 off, u32 bit, bool set)
{
	u32 n;

	for (n = 0; n < SPINS; n++) {
		if (!(READ_ONCE(f.v.regs[off / 4]) & bit) == !set)
			return true;
		if (n % 64 == 63)
			sched_yield();
	}
	return false;
}

static void set_and_clear(struct worker *w)
{
	u32 bit = 1u << (w->id / 2 * 9);
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		if (!wait_bit(TEST_W1C, bit, w->id & 1))
			return;
		if (w->id & 1)
			mmio_put(&f, TEST_W1C, bit, 4);
		else
			vgpu_reg_set_bits(&f.v, TEST_W1C, bit);
		w->sum++;
	}
}

static void no_cause_is_lost(void)
{
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	mmio_put(&f, TEST_W1C, U32_MAX, 4);
	run_all(set_and_clear);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(workers[i].sum, ROUNDS);
	CHECK_EQ(mmio_get(&f, TEST_W1C, 4), 0);
	fixture_exit(&f);
}

/* One thread sets a bit, the others read and clear it: each time it is seen once. */
static bool setter_done;

static void set_or_collect(struct worker *w)
{
	if (w->id) {
		while (!READ_ONCE(setter_done)) {
			w->sum += mmio_get(&f, TEST_RC, 4) & 1;
			sched_yield();
		}
		return;
	}

	while (w->sum < ROUNDS && wait_bit(TEST_RC, 1, false)) {
		vgpu_reg_set_bits(&f.v, TEST_RC, 1);
		w->sum++;
	}
	WRITE_ONCE(setter_done, true);
}

static void read_to_clear_gives_each_bit_once(void)
{
	u32 seen, i;

	fixture_init(&f, &vgpu_model_test);
	mmio_get(&f, TEST_RC, 4);
	run_all(set_or_collect);
	seen = mmio_get(&f, TEST_RC, 4) & 1;
	for (i = 1; i < THREADS; i++)
		seen += workers[i].sum;
	CHECK_EQ(workers[0].sum, ROUNDS);
	CHECK_EQ(seen, ROUNDS);
	fixture_exit(&f);
}

static void ring_and_count(struct worker *w)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		mmio_put(&f, TEST_DOORBELL, w->id, 4);
		mmio_get(&f, TEST_READ_COUNT, 4);
	}
}

static void counts_are_exact(void)
{
	u32 n = THREADS * ROUNDS;

	fixture_init(&f, &vgpu_model_test);
	CHECK_EQ(vgpu_count_enable(&f.v), 0);
	run_all(ring_and_count);
	CHECK_EQ(mmio_get(&f, TEST_DOORBELL_COUNT, 4), n);
	CHECK_EQ(f.irqs[0] + f.irqs[1] + f.irqs[2] + f.irqs[3], n);
	CHECK_EQ(mmio_get(&f, TEST_READ_COUNT, 4), n + 1);
	CHECK_EQ(f.v.counts[TEST_DOORBELL / 4].writes, n);
	CHECK_EQ(f.v.counts[TEST_READ_COUNT / 4].reads, n + 1);
	fixture_exit(&f);
}

/* Every vCPU raises and acknowledges; in the end the line is what the bits say. */
static void raise_and_ack(struct worker *w)
{
	u32 bit = 1u << w->id;
	u32 i;

	for (i = 0; i < ROUNDS / 4; i++) {
		mmio_put(&f, TEST_IRQ_SET, 0xff >> (i % 8), 1);
		mmio_put(&f, TEST_IRQ_SET, 0, 1);
		mmio_put(&f, TEST_IRQ_STATUS, bit, 1);
		mmio_put(&f, TEST_IRQ_ENABLE, i, 1);
	}
}

static void intx_ends_as_the_registers_say(void)
{
	bool want;

	fixture_init(&f, &vgpu_model_test);
	run_all(raise_and_ack);
	want = mmio_get(&f, TEST_IRQ_STATUS, 4) & mmio_get(&f, TEST_IRQ_ENABLE, 4);
	CHECK_EQ(f.intx, want);
	CHECK_EQ(f.intx_edges % 2, want);
	CHECK_EQ(!!(config_get(&f, PCI_STATUS, 2) & PCI_STATUS_INTERRUPT), want);
	mmio_put(&f, TEST_IRQ_STATUS, U32_MAX, 4);
	CHECK(!f.intx);
	fixture_exit(&f);
}

/* Everything at once: TSan is the judge. */
static void anything(struct worker *w)
{
	u64 rnd = w->id * 0x9e3779b97f4a7c15 + 1;
	u8 buf[8] = { 0 };
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		u32 len, off;

		rnd = rnd * 6364136223846793005 + 1442695040888963407;
		len = 1 + (rnd >> 60) % 8;
		off = (rnd >> 32) % 0x200;
		if (i % 64 == 0 && w->id == 0)
			vgpu_reset(&f.v);
		else if (i % 32 == 0)
			(void)!vgpu_region_write(&f.v, VGPU_REGION_CONFIG, off % 256, buf, len);
		else if (i % 32 == 1)
			(void)!vgpu_region_read(&f.v, VGPU_REGION_CONFIG, off % 256, buf, len);
		else if (i % 512 == 2 && w->id == 1)
			vgpu_count_enable(&f.v);
		else if (i % 512 == 300 && w->id == 1)
			vgpu_count_disable(&f.v);
		else if (rnd >> 63)
			(void)!vgpu_mmio_write(&f.v, off, buf, len);
		else
			(void)!vgpu_mmio_read(&f.v, off, buf, len);
		memcpy(buf, &rnd, 8);
		(void)READ_ONCE(f.v.mem_enabled);
	}
}

static void nothing_races(void)
{
	fixture_init(&f, &vgpu_model_test);
	run_all(anything);
	vgpu_reset(&f.v);
	CHECK_EQ(mmio_get(&f, TEST_RW, 4), 0x01234567);
	CHECK(!f.intx);
	fixture_exit(&f);
}

/* One thread scans out while the others set modes. */
static void scan_or_modeset(struct worker *w)
{
	static const u16 sizes[] = { 0, 63, 64, 100, 128, 65535 };
	struct vgpu_plane p;
	u8 *frame = NULL;
	u32 i;

	for (i = 0; i < ROUNDS / 10; i++) {
		if (w->id) {
			mmio_put(&f, VBE_ID_XRES + 2, sizes[(i + w->id) % 6], 2);
			mmio_put(&f, VBE_YRES_BPP, sizes[i / 6 % 6] | (16 + i % 2 * 16) << 16, 4);
			mmio_put(&f, VBE_OFFSET_XY, i * 0x1001, 4);
			mmio_put(&f, VBE_ENABLE_BANK, i % 5 != 0, 2);
			mmio_put(&f, QEXT_BYTEORDER, i & 1 ? QEXT_BIG_ENDIAN : QEXT_LITTLE_ENDIAN, 4);
			continue;
		}
		vgpu_plane_get(&f.v, &p);
		if (!p.fourcc || p.size > 128 * 128 * 4)
			continue;
		frame = realloc(frame, p.size);
		vgpu_frame_copy(&f.v, &p, frame);
		w->sum++;
	}
	free(frame);
}

static void scan_out_survives_mode_sets(void)
{
	fixture_init(&f, &vgpu_model_bochs);
	run_all(scan_or_modeset);
	CHECK_EQ(mmio_get(&f, VBE_ID_XRES, 2), VBE_ID5);
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(neighbours_keep_their_bytes),
	KTAP_CASE(no_cause_is_lost),
	KTAP_CASE(read_to_clear_gives_each_bit_once),
	KTAP_CASE(counts_are_exact),
	KTAP_CASE(intx_ends_as_the_registers_say),
	KTAP_CASE(nothing_races),
	KTAP_CASE(scan_out_survives_mode_sets),
};

KTAP_MAIN(cases)
