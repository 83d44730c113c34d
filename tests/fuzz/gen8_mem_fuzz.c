// SPDX-License-Identifier: GPL-2.0
/*
 * gen8_mem_fuzz.c - libFuzzer: page tables that change while they are walked
 */
#include "gen8_guest.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fuzz_guest g;

	gen8_mem_one(&g, data, size);
	return 0;
}
