// SPDX-License-Identifier: GPL-2.0
/*
 * gpu.c - a gen8 vGPU with guest memory, and a blitter that copies one half of it
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "gpu.h"
#include "ktap.h"

#define CONTEXT		0x10000u
#define RING		0x20000u
#define BATCH		0x30000u
#define HWSP		0x40000u

#define BCS		0x22000u
#define RING_HWS_PGA	0x080
#define RING_MODE	0x29c
#define RING_ELSP	0x230
#define RING_CSB_PTR	0x3a0
#define RING_BYTES	16u

void reg_put(struct gpu *g, uint32_t off, uint32_t val)
{
	CHECK_EQ(pwrite(g->d.fd, &val, 4, off), 4);
}

void put32(struct gpu *g, uint32_t at, uint32_t val)
{
	memcpy(g->mem + at, &val, 4);
}

int dma_map(struct gpu *g, uint64_t iova, uint32_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)(g->mem + iova),
		.iova = iova,
		.size = size,
	};

	return xioctl(g->d.container, VFIO_IOMMU_MAP_DMA, &map);
}

int dma_unmap(struct gpu *g, uint64_t iova, uint32_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return xioctl(g->d.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

void fill(uint8_t *p, uint32_t size, uint32_t seed)
{
	uint32_t i;

	for (i = 0; i < size; i += 4) {
		seed = seed * 1664525 + 1013904223;
		memcpy(p + i, &seed, 4);
	}
}

void gpu_ready(struct gpu *g)
{
	uint64_t entries[512];
	uint16_t command = 6;
	uint32_t i;

	g->mem = mmap(NULL, ALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(g->mem != MAP_FAILED);
	CHECK_EQ(pwrite(g->d.fd, &command, 2, REGION_OFFSET(7) + 4), 2);
	for (i = 0; i < ALL_SIZE / PAGE; i++) {
		entries[i % 512] = (uint64_t)i * PAGE | 1;
		if (i % 512 == 511 || i == ALL_SIZE / PAGE - 1)
			CHECK_EQ(pwrite(g->d.fd, entries, 8 * (i % 512 + 1),
					GGTT + 8 * (i - i % 512)),
				 8 * (i % 512 + 1));
	}
}

void gpu_begin(struct gpu *g)
{
	dev_open(&g->d, NULL);
	gpu_ready(g);
}

void gpu_end(struct gpu *g)
{
	dev_close(&g->d);
	munmap(g->mem, ALL_SIZE);
}

void blit_submit(struct gpu *g, uint32_t lines, bool forever)
{
	const uint32_t batch[] = {
		2u << 29 | 0x42 << 22 | 8, 3 << 24 | PAGE, 0, lines << 16 | 1024, DST, 0,
		0, PAGE, SRC, 0,
		0x10400002, HWSP + 0x800, 0, 1,				/* MI_STORE_DWORD */
		forever ? 0x18800001 : 0x05000000, forever ? BATCH : 0, 0,
	};
	const uint32_t ring[] = { 0x18800001, BATCH, 0, 0 };
	uint32_t image = CONTEXT + PAGE;

	memcpy(g->mem + BATCH, batch, sizeof(batch));
	memcpy(g->mem + RING, ring, sizeof(ring));
	put32(g, HWSP + 0x800, 0);
	put32(g, image + 4 * 0x05, 0);
	put32(g, image + 4 * 0x07, RING_BYTES);
	put32(g, image + 4 * 0x09, RING);
	put32(g, image + 4 * 0x0b, 1);
	reg_put(g, BCS + RING_HWS_PGA, HWSP);
	reg_put(g, BCS + RING_MODE, 0x80008000);
	reg_put(g, BCS + RING_CSB_PTR, 0xffff0505);
	reg_put(g, BCS + RING_ELSP, 0);
	reg_put(g, BCS + RING_ELSP, 0);
	reg_put(g, BCS + RING_ELSP, 0x20);
	reg_put(g, BCS + RING_ELSP, CONTEXT | 1);
}

void blit_forget(struct gpu *g)
{
	put32(g, HWSP + 0x800, 0);
}

/* Return: does a dword of memory become @val, or with @val 0 anything else, within ten seconds? */
static bool becomes(struct gpu *g, uint32_t at, uint32_t val)
{
	const volatile uint32_t *p = (const volatile uint32_t *)(g->mem + at);
	int i;

	for (i = 0; i < 100000; i++) {
		if (val ? *p == val : *p)
			return true;
		usleep(100);
	}
	return false;
}

bool blit_seen(struct gpu *g)
{
	return becomes(g, HWSP + 0x800, 0);
}

bool blit_done(struct gpu *g)
{
	return blit_seen(g) && becomes(g, CONTEXT + PAGE + 4 * 0x05, RING_BYTES);
}
