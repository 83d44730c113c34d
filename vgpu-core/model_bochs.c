// SPDX-License-Identifier: GPL-2.0
/*
 * model_bochs.c - the bochs display, register compatible to QEMU's bochs-display
 *
 * A framebuffer, eleven registers of 16 bits that say what of it is shown, and
 * an EDID block.  There is no VGA behind it: stock drivers write a few VGA ports
 * at 0x400 all the same, into a hole.
 */
#include "edid.h"
#include "model_bochs.h"

#define MIN_SIZE 64 /* pixels, each way: less is no mode */

struct bochs {
	u32 byteorder; /* QEXT_BIG_ENDIAN or QEXT_LITTLE_ENDIAN */
};

/* What the registers say, read once. */
struct bochs_mode {
	u32 bpp;
	u32 width;
	u32 height;
	u32 stride;
	u64 offset;
	bool big_endian;
};

static u32 byteorder_read(struct vgpu *v, u32 off)
{
	struct bochs *b = v->priv;

	return READ_ONCE(b->byteorder);
}

/* Any other value is stored, and ignored. */
static void byteorder_written(struct vgpu *v, u32 off, u32 old, u32 new)
{
	struct bochs *b = v->priv;

	if (new == QEXT_BIG_ENDIAN || new == QEXT_LITTLE_ENDIAN)
		WRITE_ONCE(b->byteorder, new);
}

/* clang-format off */
static const struct vgpu_reg bochs_regs[] = {
	/* what is in it: bochs_reset() */
	{ REG(BOCHS_EDID),	.count = BOCHS_EDID_SIZE / 4 },

	{ REG(VBE_ID_XRES),	.rw = 0xffff0000,	.reset = VBE_ID5 },
	{ REG(VBE_YRES_BPP),	.rw = 0xffffffff },
	{ REG(VBE_ENABLE_BANK),	.rw = 0xffffffff },
	{ REG(VBE_VIRT_SIZE),	.rw = 0xffffffff },
	{ REG(VBE_OFFSET_XY),	.rw = 0xffffffff },
	{ REG(VBE_MEMORY_64K),				.reset = 0xffff0000 | BOCHS_VGAMEM >> 16 },

	{ REG(QEXT_SIZE),				.reset = 8 },
	{ REG(QEXT_BYTEORDER),	.rw = 0xffffffff,	.reset = QEXT_LITTLE_ENDIAN,
				.read = byteorder_read,	.written = byteorder_written,
				.flags = VGPU_REG_DWORD },
};

/* clang-format on */

static const struct vgpu_block bochs_block = {
	.name = "bochs",
	.regs = bochs_regs,
	.nr_regs = ARRAY_SIZE(bochs_regs),
};

static const struct vgpu_block *const bochs_blocks[] = { &bochs_block };

static const struct vgpu_area fb_areas[] = {
	{ .offset = 0, .size = BOCHS_VGAMEM, .class = VGPU_PASSTHROUGH },
};

static const struct vgpu_area regs_areas[] = {
	{ .offset = 0, .size = 4096, .class = VGPU_EMULATED },
};

static void bochs_reset(struct vgpu *v)
{
	struct bochs *b = v->priv;
	u8 edid[VGPU_EDID_SIZE];
	u32 i;

	vgpu_edid_build(edid, BOCHS_VGAMEM);
	for (i = 0; i < sizeof(edid); i += 4)
		WRITE_ONCE(v->regs[(BOCHS_EDID + i) / 4],
			   edid[i] | edid[i + 1] << 8 | edid[i + 2] << 16 | (u32)edid[i + 3] << 24);
	WRITE_ONCE(b->byteorder, QEXT_LITTLE_ENDIAN);
}

/*
 * The mode that the guest set, if it is one and lies in the framebuffer.  The
 * guest may be writing the registers meanwhile: what counts is that each is read
 * once and the result was checked.
 */
static bool mode_get(struct vgpu *v, struct bochs_mode *mode)
{
	u32 id_xres = READ_ONCE(v->regs[VBE_ID_XRES / 4]);
	u32 yres_bpp = READ_ONCE(v->regs[VBE_YRES_BPP / 4]);
	u32 enable = READ_ONCE(v->regs[VBE_ENABLE_BANK / 4]);
	u32 virt_size = READ_ONCE(v->regs[VBE_VIRT_SIZE / 4]);
	u32 offset_xy = READ_ONCE(v->regs[VBE_OFFSET_XY / 4]);
	struct bochs *b = v->priv;

	mode->bpp = yres_bpp >> 16;
	if (!(enable & VBE_ENABLED) || (mode->bpp != 16 && mode->bpp != 32))
		return false;

	mode->width = id_xres >> 16;
	mode->height = yres_bpp & 0xffff;
	if (mode->width < MIN_SIZE || mode->height < MIN_SIZE)
		return false;

	/* virt_size: the height above plays no role */
	mode->stride = max(mode->width, virt_size & 0xffff) * (mode->bpp / 8);
	mode->offset =
		(u64)(offset_xy & 0xffff) * (mode->bpp / 8) + (u64)(offset_xy >> 16) * mode->stride;
	mode->big_endian = READ_ONCE(b->byteorder) == QEXT_BIG_ENDIAN;
	return mode->offset + (u64)mode->stride * mode->height <= BOCHS_VGAMEM;
}

static void bochs_plane(struct vgpu *v, struct vgpu_plane *p)
{
	struct bochs_mode mode;

	if (!mode_get(v, &mode))
		return;

	/* 16 bits grow to 32: a frame of more than frame_size is not shown */
	if ((u64)mode.width * mode.height * 4 > v->model->frame_size)
		return;

	p->fourcc = VGPU_FOURCC_XRGB8888;
	p->width = mode.width;
	p->height = mode.height;
	p->stride = 4 * mode.width;
	p->size = p->stride * p->height;
}

static u32 rgb565_to_xrgb(u32 c)
{
	u32 r = c >> 11 & 0x1f;
	u32 g = c >> 5 & 0x3f;
	u32 b = c & 0x1f;

	r = r << 3 | r >> 2;
	g = g << 2 | g >> 4;
	b = b << 3 | b >> 2;
	return r << 16 | g << 8 | b;
}

static void line_convert(u8 *dst, const u8 *src, u32 width, const struct bochs_mode *mode)
{
	u32 x;

	if (mode->bpp == 32 && !mode->big_endian) {
		memcpy(dst, src, 4 * width);
		return;
	}

	for (x = 0; x < width; x++, dst += 4) {
		u32 c;

		if (mode->bpp == 16) { /* little endian always, as QEMU does */
			c = rgb565_to_xrgb(src[2 * x] | src[2 * x + 1] << 8);
		} else {
			c = src[4 * x + 1] << 16 | src[4 * x + 2] << 8 | src[4 * x + 3];
		}
		dst[0] = c;
		dst[1] = c >> 8;
		dst[2] = c >> 16;
		dst[3] = 0;
	}
}

/* @p is older than the mode: only what both have is shown. */
static void bochs_frame(struct vgpu *v, const struct vgpu_plane *p, void *dst)
{
	const u8 *src = v->mem[BOCHS_BAR_FB];
	struct bochs_mode mode;
	u32 width, height;
	u8 *line = dst;
	u32 y;

	if (!mode_get(v, &mode)) {
		memset(dst, 0, p->size);
		return;
	}

	src += mode.offset;
	width = min(p->width, mode.width);
	height = min(p->height, mode.height);
	for (y = 0; y < height; y++, line += p->stride, src += mode.stride) {
		line_convert(line, src, width, &mode);
		memset(line + 4 * width, 0, p->stride - 4 * width);
	}
	memset(line, 0, (p->height - height) * p->stride);
}

struct vgpu_model vgpu_model_bochs = {
	.name = "bochs",
	.description = "bochs display, 16 MiB",
	.pci = {
		.vendor = 0x1234,
		.device = 0x1111,
		.subvendor = 0x1af4,
		.subdevice = 0x1100,
		.class = 0x038000,	/* display, other */
		.revision = 2,		/* has the extension at 0x600 */
	},
	.bars = {
		[BOCHS_BAR_FB] = {
			.kind = VGPU_BAR_RAM,
			.flags = PCI_BASE_ADDRESS_MEM_PREFETCH,
			.size = BOCHS_VGAMEM,
			.areas = fb_areas,
			.nr_areas = ARRAY_SIZE(fb_areas),
		},
		[BOCHS_BAR_REGS] = {
			.kind = VGPU_BAR_REGS,
			.size = 4096,
			.areas = regs_areas,
			.nr_areas = ARRAY_SIZE(regs_areas),
		},
	},
	.blocks = bochs_blocks,
	.nr_blocks = ARRAY_SIZE(bochs_blocks),
	.hole = 0xffffffff,
	.frame_size = BOCHS_VGAMEM,
	.priv_size = sizeof(struct bochs),
	.reset = bochs_reset,
	.plane = bochs_plane,
	.frame = bochs_frame,
};
