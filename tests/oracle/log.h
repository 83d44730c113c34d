/* SPDX-License-Identifier: GPL-2.0 */
/*
 * log.h - what a bare-metal guest writes down about its register accesses
 *
 * The contract between the payload (tests/bare) and the oracle (tests/oracle).
 * A log is one header followed by header.count records; bytes behind them are
 * ignored, so a whole buffer may be dumped.  All is little endian and packed;
 * header and record have the same size.
 *
 * Needs nothing but <stdint.h>: the payload is freestanding.
 */
#ifndef KVMGT_TESTS_ORACLE_LOG_H
#define KVMGT_TESTS_ORACLE_LOG_H

#include <stdint.h>

#define KVMGT_LOG_MAGIC		"KVMGTLOG"	/* without the NUL */
#define KVMGT_LOG_VERSION	1
#define KVMGT_LOG_DATA		16

/**
 * struct kvmgt_log_header - the start of a log
 * @magic: KVMGT_LOG_MAGIC
 * @version: KVMGT_LOG_VERSION
 * @record_size: sizeof(struct kvmgt_log_record)
 * @count: records that follow
 * @dropped: records for which there was no room; the oracle fails unless 0
 * @reserved: 0
 */
struct kvmgt_log_header {
	char magic[8];
	uint32_t version;
	uint32_t record_size;
	uint32_t count;
	uint32_t dropped;
	uint8_t reserved[16];
} __attribute__((packed));

/**
 * enum kvmgt_log_op - what one instruction (or one element of a rep) did
 * @KVMGT_LOG_NOTE: no access: a text of at most 32 bytes in @in and @out, printed
 *	when a later record does not match; names the test case
 * @KVMGT_LOG_STATE_RESET: no access: the device was reset here, every register
 *	has its reset value
 * @KVMGT_LOG_READ: @len bytes at @off were read: @out
 * @KVMGT_LOG_WRITE: @len bytes at @off were written: @in
 * @KVMGT_LOG_XCHG: @in was exchanged; @out is what was read
 * @KVMGT_LOG_OR: lock or; @in is the operand.  The guest does not see the old
 *	value: @out is not compared
 * @KVMGT_LOG_AND: lock and; as OR
 * @KVMGT_LOG_XOR: lock xor; as OR
 * @KVMGT_LOG_ADD: lock add; as OR
 * @KVMGT_LOG_XADD: lock xadd; @in is the operand, @out what was read
 * @KVMGT_LOG_CMPXCHG: lock cmpxchg of @len bytes (1-8): @in[0..7] is what the
 *	accumulator held, @in[8..15] the new value; @out is what was read (the
 *	accumulator afterwards)
 *
 * READ and WRITE have @len 1, 2, 4, 8 or 16 (SSE); the others 1, 2, 4 or 8.  Any
 * alignment, also across a page boundary.  A rep instruction (stos, movs, lods)
 * is one record for each element, in the order of the direction flag; a movs
 * from register to register is a READ and a WRITE for each element.
 *
 * KVM's emulator makes one read and one write of each locked instruction.  A
 * cmpxchg that fails writes back what it read.
 */
enum kvmgt_log_op {
	KVMGT_LOG_NOTE		= 0,
	KVMGT_LOG_STATE_RESET	= 1,
	KVMGT_LOG_READ		= 2,
	KVMGT_LOG_WRITE		= 3,
	KVMGT_LOG_XCHG		= 4,
	KVMGT_LOG_OR		= 5,
	KVMGT_LOG_AND		= 6,
	KVMGT_LOG_XOR		= 7,
	KVMGT_LOG_ADD		= 8,
	KVMGT_LOG_XADD		= 9,
	KVMGT_LOG_CMPXCHG	= 10,
};

/* Replay the record, but do not compare @out: the payload could not know it. */
#define KVMGT_LOG_F_NOCMP	0x0001
/* For the reader of a mismatch alone: an element of a rep; SSE; fast path on. */
#define KVMGT_LOG_F_REP		0x0002
#define KVMGT_LOG_F_SSE		0x0004
#define KVMGT_LOG_F_KERNEL	0x0008

/**
 * struct kvmgt_log_record - one access
 * @op: enum kvmgt_log_op
 * @len: bytes
 * @flags: KVMGT_LOG_F_*
 * @off: offset in the register BAR of the first byte
 * @in: what the guest gave
 * @out: what the guest got
 */
struct kvmgt_log_record {
	uint8_t op;
	uint8_t len;
	uint16_t flags;
	uint32_t off;
	uint8_t in[KVMGT_LOG_DATA];
	uint8_t out[KVMGT_LOG_DATA];
} __attribute__((packed));

_Static_assert(sizeof(struct kvmgt_log_record) == 40, "the log is an ABI");
_Static_assert(sizeof(struct kvmgt_log_header) == 40, "the log is an ABI");

#endif /* KVMGT_TESTS_ORACLE_LOG_H */
