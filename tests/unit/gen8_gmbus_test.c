// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_gmbus_test.c - GMBUS as i915 drives it, and as it should not
 */
#include "edid.h"
#include "gen8_helpers.h"

#define WAIT	0x02000000u
#define INDEX	0x04000000u
#define STOP	0x08000000u
#define RDY	0x40000000u
#define CLR	0x80000000u

#define ST_WAIT		0x4000u
#define ST_RDY		0x0800u
#define ST_NAK		0x0400u
#define ST_ACTIVE	0x0200u

static struct fixture f;
static u8 edid[VGPU_EDID_HDMI_SIZE];

static void begin(void)
{
	fixture_init(&f, &vgpu_model_gen8);
	vgpu_edid_build_hdmi(edid, &vgpu_model_gen8.monitors[0]);
}

static u32 status(void)
{
	return rd(&f, 0xc5108);
}

static void read_start(u32 addr, u32 len, u32 cycle)
{
	wr(&f, 0xc5104, RDY | cycle | len << 16 | addr << 1 | 1);
}

/* Take @len bytes out, as long as there are some. */
static void read_data(u8 *buf, u32 len)
{
	while (len) {
		u32 val, n = len < 4 ? len : 4;

		if (!CHECK_EQ(status(), ST_RDY | ST_ACTIVE))
			return;
		val = rd(&f, 0xc510c);
		memcpy(buf, &val, n);
		buf += n;
		len -= n;
	}
	CHECK(status() & ST_WAIT);
}

static void message_end(void)
{
	wr(&f, 0xc5104, RDY | STOP);
	CHECK_EQ(status() & ST_ACTIVE, 0);
	wr(&f, 0xc5100, 0);
}

static void index_cycle_reads_blocks(void)
{
	u8 buf[256];
	u32 i;

	begin();
	for (i = 0; i < 2; i++) {
		wr(&f, 0xc5100, 5);
		read_start(0x50, 128, WAIT | INDEX | i * 128 << 8);
		read_data(buf + 128 * i, 128);
		message_end();
	}
	CHECK(!memcmp(buf, edid, 256));
	CHECK_EQ(status(), 0);
	fixture_exit(&f);
}

static void presence_is_one_byte(void)
{
	u8 byte = 0xaa;

	begin();
	wr(&f, 0xc5100, 5);
	read_start(0x50, 1, WAIT);
	read_data(&byte, 1);
	CHECK_EQ(byte, edid[0]);
	message_end();
	fixture_exit(&f);
}

/* The offset as a write, then a read that goes on from there. */
static void written_offset_counts(void)
{
	u8 buf[7];

	begin();
	wr(&f, 0xc5100, 5);
	wr(&f, 0xc510c, 0x36);
	wr(&f, 0xc5104, RDY | WAIT | 1 << 16 | 0x50 << 1);
	CHECK_EQ(status(), ST_WAIT | ST_RDY | ST_ACTIVE);
	read_start(0x50, 7, WAIT);
	read_data(buf, 7);
	CHECK(!memcmp(buf, edid + 0x36, 7));
	read_start(0x50, 5, WAIT);
	read_data(buf, 5);
	CHECK(!memcmp(buf, edid + 0x36 + 7, 5));
	message_end();
	fixture_exit(&f);
}

/* More than four bytes to send: the FIFO is filled again. */
static void long_write_is_taken(void)
{
	u8 byte;

	begin();
	wr(&f, 0xc5100, 5);
	wr(&f, 0xc510c, 0x11223314);
	wr(&f, 0xc5104, RDY | WAIT | 6 << 16 | 0x50 << 1);
	CHECK_EQ(status(), ST_RDY | ST_ACTIVE);
	wr(&f, 0xc510c, 0x5566);
	CHECK_EQ(status(), ST_WAIT | ST_RDY | ST_ACTIVE);
	read_start(0x50, 1, WAIT);
	read_data(&byte, 1);
	CHECK_EQ(byte, edid[0x14]);
	message_end();
	fixture_exit(&f);
}

static void nobody_else_answers(void)
{
	u32 pin, addr;

	begin();
	for (pin = 0; pin < 8; pin++)
		for (addr = 0; addr < 0x80; addr++) {
			bool there = pin == 5 && (addr == 0x50 || addr == 0x30);

			wr(&f, 0xc5100, pin);
			read_start(addr, 1, WAIT);
			CHECK_EQ(!!(status() & ST_NAK), !there);
			if (!there)
				CHECK_EQ(status() & ST_ACTIVE, 0);
			/* as the driver gives up */
			wr(&f, 0xc5104, CLR);
			CHECK_EQ(status(), 0);
			wr(&f, 0xc5104, 0);
			wr(&f, 0xc5100, 0);
		}
	fixture_exit(&f);
}

/* A second segment, as for a monitor with more than two blocks; a stop ends it. */
static void segments_reach_four_blocks(void)
{
	u8 big[512], buf[4];
	u32 i;

	begin();
	for (i = 0; i < sizeof(big); i++)
		big[i] = i ^ i >> 8;
	f.model->edid(&f.v, big, sizeof(big));
	wr(&f, 0xc5100, 5);
	wr(&f, 0xc510c, 1);
	wr(&f, 0xc5104, RDY | WAIT | 1 << 16 | 0x30 << 1);
	CHECK_EQ(status(), ST_WAIT | ST_RDY | ST_ACTIVE);
	read_start(0x50, 4, WAIT | INDEX | 0x80 << 8);
	read_data(buf, 4);
	CHECK(!memcmp(buf, big + 256 + 128, 4));
	message_end();
	wr(&f, 0xc5100, 5);
	read_start(0x50, 4, WAIT | INDEX | 0x80 << 8);
	read_data(buf, 4);
	CHECK(!memcmp(buf, big + 128, 4));
	message_end();
	fixture_exit(&f);
}

static void stop_in_the_same_cycle(void)
{
	u8 buf[4];
	u32 val;

	begin();
	wr(&f, 0xc5100, 5);
	read_start(0x50, 4, WAIT | STOP | INDEX | 8 << 8);
	CHECK_EQ(status(), ST_RDY | ST_ACTIVE);
	val = rd(&f, 0xc510c);
	memcpy(buf, &val, 4);
	CHECK(!memcmp(buf, edid + 8, 4));
	CHECK_EQ(status() & ST_ACTIVE, 0);
	fixture_exit(&f);
}

static void two_byte_index(void)
{
	u8 buf[4];

	begin();
	wr(&f, 0xc5100, 5);
	wr(&f, 0xc5120, 0x80000000 | 0x36 << 8);
	read_start(0x50, 4, WAIT | INDEX);
	read_data(buf, 4);
	CHECK(!memcmp(buf, edid + 0x36, 4));
	message_end();
	fixture_exit(&f);
}

static void monitor_is_changed_and_unplugged(void)
{
	u8 other[128], buf[128];

	begin();
	wr(&f, 0xc4004, 0);
	wr(&f, 0xc400c, 0xffffffff);
	wr(&f, 0x44200, 0x80000000);
	vgpu_edid_build(other, 16 << 20);

	f.model->edid(&f.v, other, sizeof(other));	/* nobody listens */
	CHECK_EQ(rd(&f, 0xc4030), 0);
	CHECK_EQ(f.irqs[0], 0);
	wr(&f, 0xc5100, 5);
	read_start(0x50, 128, WAIT | INDEX);
	read_data(buf, 128);
	CHECK(!memcmp(buf, other, 128));
	message_end();

	wr(&f, 0xc4030, 0x10);
	f.model->edid(&f.v, NULL, 0);
	CHECK_EQ(rd(&f, 0xc4030), 0x12);		/* a long pulse on port B */
	CHECK_EQ(rd(&f, 0xc4008), 1 << 21);
	CHECK_EQ(f.irqs[0], 1);
	wr(&f, 0xc4030, 0x12);
	CHECK_EQ(rd(&f, 0xc4030), 0x10);
	wr(&f, 0xc5100, 5);
	read_start(0x50, 1, WAIT);
	CHECK_EQ(status(), ST_NAK);

	vgpu_reset(&f.v);				/* a reset plugs nothing in */
	wr(&f, 0xc5100, 5);
	read_start(0x50, 1, WAIT);
	CHECK_EQ(status(), ST_NAK);
	fixture_exit(&f);
}

static void data_register_outside_a_read(void)
{
	begin();
	wr(&f, 0xc510c, 0x12345678);
	CHECK_EQ(rd(&f, 0xc510c), 0x12345678);
	CHECK_EQ(rd(&f, 0xc510c), 0x12345678);
	CHECK_EQ(status(), 0);
	/* past the end of a read the last data stay */
	wr(&f, 0xc5100, 5);
	read_start(0x50, 2, WAIT | INDEX);
	CHECK_EQ(rd(&f, 0xc510c), 0xff00);
	CHECK_EQ(rd(&f, 0xc510c), 0xff00);
	CHECK_EQ(status(), ST_WAIT | ST_RDY | ST_ACTIVE);
	/* a transfer of nothing is over at once */
	read_start(0x50, 0, WAIT);
	CHECK_EQ(status(), ST_WAIT | ST_RDY | ST_ACTIVE);
	fixture_exit(&f);
}

static void gpio_lines_are_pulled_up(void)
{
	u32 n;

	begin();
	for (n = 0; n < 6; n++) {
		u32 off = 0xc5010 + 4 * n;

		CHECK_EQ(rd(&f, off), 0x1010);
		wr(&f, off, 0x0007);			/* drive the clock low */
		CHECK_EQ(rd(&f, off), 0x1002);
		wr(&f, off, 0x0700);			/* and the data line */
		CHECK_EQ(rd(&f, off), 0x0202);
		wr(&f, off, 0x000c);			/* clock high, still driven */
		CHECK_EQ(rd(&f, off), 0x021a);
		wr(&f, off, 0x000a);			/* without masks nothing changes */
		CHECK_EQ(rd(&f, off), 0x021a);
		wr(&f, off, 0x0101);			/* let both go */
		CHECK_EQ(rd(&f, off), 0x1018);
		wr(&f, off, 0x2020);			/* kept for those who keep it */
		CHECK_EQ(rd(&f, off), 0x3038);
	}
	fixture_exit(&f);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(index_cycle_reads_blocks),
	KTAP_CASE(presence_is_one_byte),
	KTAP_CASE(written_offset_counts),
	KTAP_CASE(long_write_is_taken),
	KTAP_CASE(nobody_else_answers),
	KTAP_CASE(segments_reach_four_blocks),
	KTAP_CASE(stop_in_the_same_cycle),
	KTAP_CASE(two_byte_index),
	KTAP_CASE(monitor_is_changed_and_unplugged),
	KTAP_CASE(data_register_outside_a_read),
	KTAP_CASE(gpio_lines_are_pulled_up),
};

KTAP_MAIN(cases)
