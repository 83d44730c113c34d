// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_door_target.c - all that a user of the core may do to gen8, to two of them
 *
 * One gets every access as it is, the other in pieces, as a VMM may cut it: they must stay
 * the same.  Configuration space is compared with the naive one.  What a guest reads of a
 * SHADOW page must be what is stored there, MASTER what the registers below it make, and no
 * rising edge of it without an MSI.
 */
#include <stdio.h>

#include "gen8_device.h"
#include "gen8_engine.h"
#include "gen8_regs.h"
#include "naive.h"
#include "target.h"

#define DATA_MAX 64
#define FRAME_MAX (1u << 20) /* larger ones are not looked at */
#define STEP_NS 40000000u

enum what {
	READ = 0, /* to 5 */
	WRITE = 6, /* to 11 */
	TIME = 12,
	WORK = 13,
	PICTURE = 14,
	OTHER = 15,
};

/**
 * struct door_item - one thing to do
 * @what: bits 0-3: enum what
 * @len: bytes
 * @region: index of the region
 * @how: bit 0: in pieces; bit 1: of 4 bytes at most, else 8; of others: which
 * @off: the offset
 * @data: what is written, repeated; bits 32 to 63 of the offset of what is read
 */
struct door_item {
	u8 what;
	u8 len;
	u8 region;
	u8 how;
	u32 off;
	u64 data;
};

_Static_assert(sizeof(struct door_item) == 16, "no padding");

static struct fuzz_device whole, cut;
static struct naive naive;
static struct vgpu_plane plane; /* the last that was asked for */
static bool level;

static void __attribute__((noreturn)) differ(const char *what, u64 at, u64 is, u64 expected)
{
	fprintf(stderr, "DIFFERENCE in %s at %#llx: %#llx, expected %#llx\n", what,
		(unsigned long long)at, (unsigned long long)is, (unsigned long long)expected);
	abort();
}

static u64 offset_of(const struct door_item *op)
{
	bool far = op->what % 16 < WRITE && op->how & 0x80;

	return (far ? op->data & ~0xffffffffull : 0) | op->off;
}

/* Registers, the hole behind them, the GGTT: a piece is cut within one alone. */
static u32 zone(u32 region, u64 off)
{
	if (region)
		return 0;
	return off < GEN8_REGS_SIZE ? 1 : off < GEN8_GGTT_OFFSET ? 2 : 3;
}

static bool may_cut(u32 region, u64 off, u32 len)
{
	u64 size = vgpu_region_size(whole.v.model, region);

	if (!len || off >= size || len > size - off)
		return false;
	return len <= 8 && zone(region, off) == zone(region, off + len - 1);
}

/* What lies in its region; an access that straddles belongs to where it begins. */
static bool allowed(u32 region, u64 off, u32 len)
{
	u64 size, most = 8;

	if (region == VGPU_REGION_CONFIG)
		size = 256;
	else if (region == 2)
		size = most = 256u << 20;
	else if (region == 0 && off < 2u << 20)
		size = 2u << 20;
	else if (region == 0 && off < 8u << 20)
		return true;
	else if (region == 0)
		size = most = 16u << 20;
	else
		return false;
	return len && len <= most && off < size && len <= size - off;
}

static int access_once(struct fuzz_device *d, u32 region, u64 off, u8 *buf, u32 len, bool write)
{
	if (write && !region && off >= GEN8_GGTT_OFFSET - 8 && off < GEN8_BAR0_SIZE)
		for (u32 i = 0; i < len; i += 8)
			fuzz_device_touch(d, off + i - min(off, (u64)GEN8_GGTT_OFFSET));
	if (write)
		return vgpu_region_write(&d->v, region, off, buf, len);
	return vgpu_region_read(&d->v, region, off, buf, len);
}

static int access_cut(struct fuzz_device *d, u32 region, u64 off, u8 *buf, u32 len, u32 most,
		      bool write)
{
	u32 n;

	for (; len; off += n, buf += n, len -= n) {
		for (n = most; n > len || off % n; n /= 2)
			;
		if (access_once(d, region, off, buf, n, write))
			return -EINVAL;
	}
	return 0;
}

/* What a guest with the page mapped would have read. */
static void shadow_check(u64 off, const u8 *buf, u32 len)
{
	const struct vgpu_bar *b = &whole.v.model->bars[0];
	u32 i, k;

	for (k = 0; k < len; k++)
		for (i = 0; i < b->nr_areas; i++) {
			const struct vgpu_area *a = &b->areas[i];

			if (off + k < a->offset || off + k - a->offset >= a->size)
				continue;
			if (a->class == VGPU_SHADOW && ((u8 *)whole.v.regs)[off + k] != buf[k])
				differ("a shadow", off + k, ((u8 *)whole.v.regs)[off + k], buf[k]);
		}
}

static void config_check(const struct door_item *op, bool write, const u8 *buf, int ret)
{
	u8 expected[DATA_MAX];
	u32 i;
	bool ok;

	for (i = 0; i < DATA_MAX; i++)
		expected[i] = op->data >> 8 * (i % 8);
	if (write)
		ok = naive_write(&naive, NAIVE_CONFIG, offset_of(op), expected, op->len);
	else
		ok = naive_read(&naive, NAIVE_CONFIG, offset_of(op), expected, op->len);
	if (ok != !ret)
		differ("what is allowed", op->off, !ret, ok);
	if (memcmp(buf, expected, DATA_MAX))
		differ("configuration space", op->off, buf[0], expected[0]);
}

static void access_do(struct door_item *op)
{
	u8 a[DATA_MAX], b[DATA_MAX];
	u64 off = offset_of(op);
	bool write = op->what % 16 >= WRITE;
	int ret_a, ret_b;
	u32 i;

	op->len %= DATA_MAX + 1;
	op->region %= 16;
	for (i = 0; i < DATA_MAX; i++)
		a[i] = b[i] = op->data >> 8 * (i % 8);
	ret_a = access_once(&whole, op->region, off, a, op->len, write);
	if (op->how & 1 && may_cut(op->region, off, op->len))
		ret_b = access_cut(&cut, op->region, off, b, op->len, op->how & 2 ? 4 : 8, write);
	else
		ret_b = access_once(&cut, op->region, off, b, op->len, write);
	if (ret_a != ret_b || ret_a != (allowed(op->region, off, op->len) ? 0 : -EINVAL))
		differ("what is allowed", off, ret_a, ret_b);
	if (memcmp(a, b, sizeof(a)))
		differ("what was read", off, a[0], b[0]);
	if (op->region == VGPU_REGION_CONFIG)
		config_check(op, write, a, ret_a);
	if (!write && !op->region && !ret_a && off < GEN8_REGS_SIZE)
		shadow_check(off, a, op->len);
}

static void time_do(const struct door_item *op)
{
	struct fuzz_device *both[] = { &whole, &cut };
	u32 i;

	for (i = 0; i < 2; i++) {
		struct fuzz_device *d = both[i];

		d->now += op->data % STEP_NS;
		if (op->how & 1 || (d->deadline && d->now >= d->deadline))
			d->v.model->timer(&d->v);
	}
	for (i = 0; i < GEN8_NUM_PIPES; i++)
		if (!whole.v.regs[PIPEDSL(i) / 4])
			differ("the scan line", i, 0, 1);
}

static void frame_compare(const struct vgpu_plane *p)
{
	u8 *a, *b;

	if (!p->fourcc || p->size > FRAME_MAX)
		return;
	if (p->stride != 4 * p->width || p->size != p->stride * p->height)
		differ("the frame's size", 0, p->size, p->stride * p->height);
	a = malloc(p->size);
	b = malloc(p->size);
	memset(a, 0xa5, p->size);
	memset(b, 0x5a, p->size);
	vgpu_frame_copy(&whole.v, p, a);
	vgpu_frame_copy(&cut.v, p, b);
	if (memcmp(a, b, p->size))
		differ("the frame", 0, a[0], b[0]);
	free(a);
	free(b);
}

/* What was said before may be out of date by now. */
static void picture_do(const struct door_item *op)
{
	struct vgpu_plane a, b;

	if (op->how & 1)
		frame_compare(&plane);
	vgpu_plane_get(&whole.v, &a);
	vgpu_plane_get(&cut.v, &b);
	if (memcmp(&a, &b, sizeof(a)))
		differ("the plane", 0, a.size, b.size);
	if (a.size > whole.v.frame_size)
		differ("the plane's size", 0, a.size, whole.v.frame_size);
	frame_compare(&a);
	plane = a;
}

static void reset_do(void)
{
	vgpu_reset(&whole.v);
	vgpu_reset(&cut.v);
	naive_reset(&naive);
}

static void memory_check(const struct door_item *op)
{
	u32 region = op->region % 16;
	u8 *p = vgpu_region_memory(&whole.v, region, op->off);
	u8 *expected = NULL;

	if (region == 0 && op->off < GEN8_REGS_SIZE)
		expected = (u8 *)whole.v.regs + op->off;
	else if (region == 0 && op->off >= GEN8_GGTT_OFFSET && op->off < GEN8_BAR0_SIZE)
		expected = (u8 *)whole.v.mem[0] + op->off - GEN8_GGTT_OFFSET;
	if (p != expected)
		differ("the memory of a region", op->off, (uintptr_t)p, (uintptr_t)expected);
}

/* What VFIO lets a VMM do beside accesses. */
static void other_do(const struct door_item *op)
{
	struct fuzz_device *both[] = { &whole, &cut };
	u32 i;

	if (op->how % 8 == 0 && op->data % 8 == 0)
		reset_do();
	if (op->how % 8 == 1)
		memory_check(op);
	for (i = 0; i < 2; i++) {
		struct vgpu *v = &both[i]->v;

		switch (op->how % 8) {
		case 2:
			vgpu_monitor_set(v, &v->model->monitors[op->off % v->model->nr_monitors]);
			break;
		case 3:
			vgpu_monitor_plug(v, NULL, 0);
			break;
		case 4:
			if (vgpu_count_enable(v))
				abort();
			break;
		case 5:
			vgpu_count_disable(v);
			break;
		case 6:
			both[i]->direct = op->data;
			break;
		}
	}
}

static void interrupts_check(u32 irqs)
{
	/* IIR, which of its bits, and where MASTER shows them */
	static const u32 blocks[][3] = {
		{ 0x44308, 0x0000ffff, 0 },  { 0x44308, 0xffff0000, 1 },
		{ 0x44318, 0x0000ffff, 2 },  { 0x44318, 0xffff0000, 3 },
		{ 0x44328, 0xffffffff, 4 },  { 0x44338, 0x0000ffff, 6 },
		{ 0x44408, 0xffffffff, 16 }, { 0x44418, 0xffffffff, 17 },
		{ 0x44428, 0xffffffff, 18 }, { 0x44448, 0xffffffff, 20 },
		{ 0x44468, 0xffffffff, 22 }, { 0xc4008, 0xffffffff, 23 },
		{ 0x444e8, 0xffffffff, 30 },
	};
	const u32 *regs = whole.v.regs;
	u32 master = regs[0x44200 / 4], sum = 0, i;
	bool was = level;

	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		if (regs[blocks[i][0] / 4] & regs[blocks[i][0] / 4 + 1] & blocks[i][1])
			sum |= 1u << blocks[i][2];
	if ((master & 0x7fffffff) != sum)
		differ("MASTER", 0x44200, master, sum);
	level = sum && master >> 31;
	naive.line = level;
	if (whole.intx != level || cut.intx != level)
		differ("INTx", 0, whole.intx, level);
	if (level && !was && whole.irqs == irqs)
		differ("MSIs", 0, whole.irqs, irqs + 1);
	if (whole.irqs != cut.irqs)
		differ("MSIs of the two", 0, whole.irqs, cut.irqs);
	if (whole.deadline != cut.deadline)
		differ("the timers", 0, whole.deadline, cut.deadline);
}

static void door_do(struct door_item *op)
{
	u32 irqs = whole.irqs;

	switch (op->what % 16) {
	case TIME:
		time_do(op);
		break;
	case WORK:
		if (whole.v.model->work(&whole.v) != cut.v.model->work(&cut.v))
			differ("what is left to do", 0, 0, 0);
		break;
	case PICTURE:
		picture_do(op);
		break;
	case OTHER:
		other_do(op);
		break;
	default:
		access_do(op);
	}
	interrupts_check(irqs);
	if (whole.v.mem_enabled != naive_mem_enabled(&naive))
		differ("memory decoding", 0, whole.v.mem_enabled, naive_mem_enabled(&naive));
}

static void begin(void)
{
	if (!naive.value)
		naive_init(&naive, NAIVE_GEN8);
	naive_reset(&naive);
	fuzz_device_begin(&whole);
	fuzz_device_begin(&cut);
	vgpu_count_disable(&whole.v);
	vgpu_count_disable(&cut.v);
	memset(&plane, 0, sizeof(plane));
	level = naive.line = false;
}

static u64 door_one(const u8 *data, size_t size)
{
	struct door_item op;
	u64 done = 0;
	u32 at;

	begin();
	for (; size >= sizeof(op); data += sizeof(op), size -= sizeof(op), done++) {
		memcpy(&op, data, sizeof(op));
		door_do(&op);
	}
	at = fuzz_device_differ(&whole, &cut);
	if (at != U32_MAX)
		differ("a register", at, whole.v.regs[at / 4], cut.v.regs[at / 4]);
	if (memcmp(whole.ram, cut.ram, DEVICE_RAM))
		differ("guest memory", 0, 0, 0);
	return done;
}

/* Where the next item goes. */
static struct door_item *next;

static void put(u8 what, u32 region, u32 off, u32 len, u64 data)
{
	*next++ = (struct door_item){
		.what = what, .len = len, .region = region, .how = rnd() & 0x7f, .off = off,
		.data = data,
	};
}

static void wr(u32 off, u32 val)
{
	put(WRITE, 0, off, 4, val);
}

/* A pipe of few pixels, lit as drivers do or nearly so. */
static void light_item(void)
{
	u32 p = rnd() % 3, size = rnd() % 8 ? 31 : 250;

	wr(WRPLL_CTL(0), rnd() % 4 ? 0xb0210614 : rnd());
	wr(PORT_CLK_SEL(PORT_B), rnd() % 4 ? PORT_CLK_SEL_WRPLL(rnd() % 2) : rnd());
	wr(TRANS_HTOTAL(p), (u32)(rnd() % 100 + 40) << 16 | size);
	wr(TRANS_VTOTAL(p), (u32)(rnd() % 100 + 40) << 16 | size);
	wr(TRANS_VBLANK(p), rnd() % 4 ? size : rnd());
	wr(PIPESRC(p), (u32)(rnd() % (size + 1)) << 16 | (u32)(rnd() % (size + 1)));
	wr(TRANS_DDI_FUNC_CTL(p), rnd() % 4 ? 0x92000000 : rnd() | DDI_FUNC_ENABLE);
	wr(TRANSCONF(p), rnd() % 8 ? TRANSCONF_ENABLE : 0);
	wr(DE_PIPE_IRQ(p) + IRQ_IMR, rnd() % 2 ? 0 : rnd());
	wr(DE_PIPE_IRQ(p) + IRQ_IER, rnd() % 2 ? ~0u : rnd());
	wr(MASTER_IRQ, rnd() % 4 ? MASTER_IRQ_ENABLE : 0);
}

static u32 surface(void)
{
	return rnd() % 8 ? rnd() % DEVICE_RAM : rnd();
}

static u32 place(void)
{
	return (u32)(rnd() % (rnd() % 8 ? 16 : 4096)) << 16 | (u32)(rnd() % (rnd() % 8 ? 16 : 4096));
}

static void plane_item(u32 p)
{
	static const u8 formats[] = { 2, 5, 6, 8, 10, 14 };
	u32 flags = rnd() & (DSP_TILED | DSP_ROTATE_180 | DSP_GAMMA | DSP_ASYNC_FLIP);
	u32 format = rnd() % 16 ? formats[rnd() % 6] : rnd() % 16;

	wr(DSPCNTR(p), (rnd() % 16 ? DSP_ENABLE : 0) | flags | format << 26);
	wr(DSPSTRIDE(p), rnd() % 8 ? 512 << rnd() % 2 : rnd() & 0xffff);
	wr(DSPOFFSET(p), rnd() % 2 ? 0 : place());
	wr(DSPSURF(p), surface());
}

static void sprite_item(u32 p)
{
	u32 flags = rnd() & (SPR_TILED | SPR_ROTATE_180 | SPR_DEST_KEY | SPR_ORDER_RGBX |
			     SPR_YUV_BT709 | SPR_YUV_FULL_RANGE | 0x30000);

	wr(SPRCTL(p), (rnd() % 16 ? SPR_ENABLE : 0) | flags | (u32)(rnd() % 4) << 25);
	wr(SPRSTRIDE(p), rnd() % 8 ? 512 : rnd() & 0xffff);
	wr(SPRPOS(p), place());
	wr(SPRSIZE(p), place());
	wr(SPROFFSET(p), rnd() % 2 ? 0 : place());
	wr(SPRKEYVAL(p), 0);
	wr(SPRKEYMSK(p), rnd() % 2 ? 0xffffff : 0);
	wr(SPRSURF(p), surface());
}

static void cursor_item(u32 p)
{
	static const u8 modes[] = { 0, 0x27, 0x22, 0x23, 0x07 };

	wr(CURCNTR(p), modes[rnd() % 5] | (rnd() & CUR_ROTATE_180));
	wr(CURPOS(p), place() | (rnd() & 0x80008000));
	wr(CUR_FBC_CTL(p), rnd() % 2 ? 0 : CUR_FBC_ENABLE | (rnd() & 0xff));
	wr(CURBASE(p), surface());
}

/* Planes, as they come, and a look. */
static void picture_item(void)
{
	u32 p = rnd() % 8 ? 0 : rnd() % 3;

	plane_item(p);
	if (rnd() % 3 == 0)
		sprite_item(p);
	if (rnd() % 3 == 0)
		cursor_item(p);
	if (rnd() % 4 == 0)
		wr(GAMMA_MODE(p), rnd() % 4);
	put(TIME, 0, 0, 0, rnd());
	put(PICTURE, 0, 0, 0, 0);
}

/* A descriptor, whole or not, and the engine's turn. */
static void submit_item(void)
{
	static const u32 bases[] = { 0x2000, 0x12000, 0x22000, 0x1a000 };
	u32 base = bases[rnd() % 4], i;

	put(WRITE, VGPU_REGION_CONFIG, PCI_COMMAND, 1, rnd() % 8 ? 6 : rnd());
	wr(base + RING_IMR, 0);
	wr(GT_IRQ(rnd() % 4) + IRQ_IMR, 0);
	wr(base + RING_HWS_PGA, surface());
	for (i = 0; i < (rnd() % 8 ? 4 : 3); i++)
		wr(base + RING_ELSP, i % 2 ? (surface() & ~0xfffu) | (rnd() & 0xfff) : rnd());
	put(WORK, 0, 0, 0, 0);
}

static u64 pick_data(void)
{
	switch (rnd() % 6) {
	case 0:
		return 0;
	case 1:
		return ~0ull;
	case 2:
		return 1ull << rnd() % 64;
	case 3:
		return ~(1ull << rnd() % 64);
	default:
		return rnd();
	}
}

/* Near a register, at the edges of what a region has, or anywhere. */
static void access_item(void)
{
	const struct vgpu_model *m = &vgpu_model_gen8;
	static const u32 edges[] = { 0, GEN8_REGS_SIZE, GEN8_GGTT_OFFSET, GEN8_BAR0_SIZE };
	u8 what = rnd() % 2 ? READ : WRITE;
	u32 region = 0, off, len = 1 + rnd() % 8;
	const struct vgpu_reg *r;

	switch (rnd() % 32) {
	case 0 ... 19:
		r = m->flat[1 + rnd() % (m->nr_flat - 1)];
		off = r->off + rnd() % (4 * (r->count ? r->count : 1) + 8) - 4;
		break;
	case 20 ... 24:
		region = VGPU_REGION_CONFIG;
		off = rnd() % 264;
		break;
	case 25 ... 27: /* the GGTT, where it leads somewhere */
		off = GEN8_GGTT_OFFSET + rnd() % (8 * DEVICE_RAM / PAGE_SIZE);
		len = rnd() % (DATA_MAX + 1);
		break;
	case 28:
		off = edges[rnd() % 4] + rnd() % 32 - 16;
		len = rnd() % 20;
		break;
	case 29 ... 30: /* guest memory, through the aperture */
		region = 2;
		off = rnd() % 8 ? rnd() % (DEVICE_RAM + 64) : GEN8_APERTURE_SIZE - rnd() % 64;
		len = rnd() % (DATA_MAX + 1);
		break;
	default:
		region = rnd() % 16;
		off = rnd() >> rnd() % 64;
		len = rnd() % (DATA_MAX + 1);
	}
	put(what, region, off, len, pick_data());
	if (rnd() % 64 == 0)
		next[-1].how |= 0x80;
}

static u32 door_item(const u8 *head, u8 *item)
{
	static struct door_item items[FUZZ_ITEM_MAX / sizeof(struct door_item)];
	u32 what = rnd() % 128;

	if (!whole.v.regs)
		begin();
	next = items;
	if (what < 2)
		light_item();
	else if (what < 4)
		picture_item();
	else if (what < 6)
		submit_item();
	else if (what < 10)
		put(rnd() % 4 ? TIME : WORK, 0, 0, 0, rnd());
	else if (what < 14)
		put(OTHER, rnd() % 4, rnd() >> rnd() % 64, 0, rnd());
	else
		access_item();
	memcpy(item, items, (u8 *)next - (u8 *)items);
	return (u8 *)next - (u8 *)items;
}

static void door_exit(void)
{
	fuzz_device_exit(&whole);
	fuzz_device_exit(&cut);
	if (naive.value)
		naive_exit(&naive);
}

const struct fuzz_target gen8_door_target = {
	.name = "gen8_door",
	.unit = "accesses",
	.align = sizeof(struct door_item),
	.items = 400,
	.item = door_item,
	.one = door_one,
	.exit = door_exit,
};
