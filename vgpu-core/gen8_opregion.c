// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_opregion.c - the OpRegion: what the firmware of a real machine would tell a driver
 *
 * Only the mailbox with the video BIOS table is there, and the table says what is true:
 * one HDMI port, no analogue one, no panel.
 */
#include "gen8.h"
#include "gen8_regs.h"

/* clang-format off */

/* Header of the OpRegion. */
enum {
	OPREGION_SIGNATURE	= 0x00,
	OPREGION_SIZE_KIB	= 0x10,
	OPREGION_VERSION	= 0x14,
	OPREGION_MAILBOXES	= 0x58,
	OPREGION_VBT		= 0x400,
};

#define VERSION_2_0		0x02000000
#define MAILBOX_VBT		BIT(3)

/* The table: a header, then a block of blocks. */
enum {
	VBT_SIGNATURE		= 0,
	VBT_VERSION		= 20,
	VBT_HEADER_SIZE		= 22,
	VBT_SIZE		= 24,
	VBT_CHECKSUM		= 26,
	VBT_BDB_OFFSET		= 28,
	VBT_BDB			= 48,
};

enum {
	BDB_SIGNATURE		= 0,
	BDB_VERSION		= 16,
	BDB_HEADER_SIZE		= 18,
	BDB_SIZE		= 20,
	BDB_BLOCKS		= 22,
};

#define VBT_VERSION_155		155
#define BDB_VERSION_186		186

/* Each block: id, size, data. */
#define BLOCK_HEADER		3
#define BLOCK_FEATURES		1
#define FEATURES_SIZE		6
#define BLOCK_DEFINITIONS	2
#define DEFINITIONS_SIZE	5

/* A port, as blocks of versions below 195 describe it. */
enum {
	CHILD_HANDLE		= 0,
	CHILD_TYPE		= 2,
	CHILD_LEVEL_SHIFT	= 7,
	CHILD_PORT		= 16,
	CHILD_DDC_PIN		= 19,
	CHILD_SUPPORT		= 24,
	CHILD_SIZE		= 33,
};

#define HANDLE_EFP1		0x0004	/* external flat panel */
#define TYPE_HDMI		0x60d2
#define PORT_HDMI_B		1
#define LEVEL_SHIFT		7
#define SUPPORT_HDMI		BIT(0)
#define SUPPORT_TMDS		BIT(2)

/* clang-format on */

static void put16(u8 *p, u32 val)
{
	p[0] = val;
	p[1] = val >> 8;
}

static void put32(u8 *p, u32 val)
{
	put16(p, val);
	put16(p + 2, val >> 16);
}

/* Return: where the next block begins. */
static u8 *block_begin(u8 *block, u8 id, u32 size)
{
	block[0] = id;
	put16(block + 1, size);
	return block + BLOCK_HEADER + size;
}

static void hdmi_child_build(u8 *child)
{
	put16(child + CHILD_HANDLE, HANDLE_EFP1);
	put16(child + CHILD_TYPE, TYPE_HDMI);
	child[CHILD_LEVEL_SHIFT] = LEVEL_SHIFT;
	child[CHILD_PORT] = PORT_HDMI_B;
	child[CHILD_DDC_PIN] = GMBUS_PIN_DPB;
	child[CHILD_SUPPORT] = SUPPORT_HDMI | SUPPORT_TMDS;
}

/* Return: bytes of it. */
static u32 bdb_build(u8 *bdb)
{
	u8 *block = bdb + BDB_BLOCKS;
	u8 *next;
	u32 size;

	/* features: all off, the analogue port among them */
	block = block_begin(block, BLOCK_FEATURES, FEATURES_SIZE);

	next = block_begin(block, BLOCK_DEFINITIONS, DEFINITIONS_SIZE + CHILD_SIZE);
	block[BLOCK_HEADER + DEFINITIONS_SIZE - 1] = CHILD_SIZE;
	hdmi_child_build(block + BLOCK_HEADER + DEFINITIONS_SIZE);

	size = next - bdb;
	memcpy(bdb + BDB_SIGNATURE, "BIOS_DATA_BLOCK ", 16);
	put16(bdb + BDB_VERSION, BDB_VERSION_186);
	put16(bdb + BDB_HEADER_SIZE, BDB_BLOCKS);
	put16(bdb + BDB_SIZE, size);
	return size;
}

static void vbt_build(u8 *vbt)
{
	u32 size = VBT_BDB + bdb_build(vbt + VBT_BDB);
	u8 sum = 0;
	u32 i;

	memcpy(vbt + VBT_SIGNATURE, "$VBT BROADWELL      ", 20);
	put16(vbt + VBT_VERSION, VBT_VERSION_155);
	put16(vbt + VBT_HEADER_SIZE, VBT_BDB);
	put16(vbt + VBT_SIZE, size);
	put32(vbt + VBT_BDB_OFFSET, VBT_BDB);
	for (i = 0; i < size; i++)
		sum += vbt[i];
	vbt[VBT_CHECKSUM] = -sum;
}

/**
 * gen8_opregion - model->opregion
 * @v: the device
 * @dst: receives GEN8_OPREGION_SIZE bytes
 */
void gen8_opregion(struct vgpu *v, void *dst)
{
	u8 *region = dst;

	memset(region, 0, GEN8_OPREGION_SIZE);
	memcpy(region + OPREGION_SIGNATURE, "IntelGraphicsMem", 16);
	put32(region + OPREGION_SIZE_KIB, GEN8_OPREGION_SIZE / 1024);
	put32(region + OPREGION_VERSION, VERSION_2_0);
	put32(region + OPREGION_MAILBOXES, MAILBOX_VBT);
	vbt_build(region + OPREGION_VBT);
}
