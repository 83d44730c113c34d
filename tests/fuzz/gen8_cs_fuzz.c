// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_cs_fuzz.c - libFuzzer: commands, in a ring or a batch
 */
#include "gen8_guest.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fuzz_guest g;

	gen8_cs_one(&g, data, size);
	return 0;
}
