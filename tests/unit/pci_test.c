// SPDX-License-Identifier: GPL-2.0
/*
 * pci_test.c - configuration space: identity, BAR sizing, COMMAND, capabilities
 */
#include "fixture.h"
#include "model_bochs.h"
#include "model_test.h"

static struct fixture f;

/* Offset of a capability, 0: there is none. */
static u32 cap_find(u8 id)
{
	u32 off = config_get(&f, PCI_CAPABILITY_LIST, 1);
	u32 n;

	for (n = 0; off && n < 48; n++) {
		if (config_get(&f, off, 1) == id)
			return off;
		off = config_get(&f, off + PCI_CAP_LIST_NEXT, 1);
	}
	return 0;
}

static void identity_of_test(void)
{
	fixture_init(&f, &vgpu_model_test);
	CHECK_EQ(config_get(&f, PCI_VENDOR_ID, 4), 0x4b541234);
	CHECK_EQ(config_get(&f, PCI_CLASS_REVISION, 4), 0xff000001);
	CHECK_EQ(config_get(&f, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x11001af4);
	CHECK_EQ(config_get(&f, PCI_HEADER_TYPE, 1), 0);
	CHECK_EQ(config_get(&f, PCI_INTERRUPT_PIN, 1), 1);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
	CHECK_EQ(config_get(&f, PCI_ROM_ADDRESS, 4), 0);
	fixture_exit(&f);
}

static void identity_of_bochs(void)
{
	fixture_init(&f, &vgpu_model_bochs);
	CHECK_EQ(config_get(&f, PCI_VENDOR_ID, 4), 0x11111234);
	CHECK_EQ(config_get(&f, PCI_CLASS_REVISION, 4), 0x03800002);
	CHECK_EQ(config_get(&f, PCI_SUBSYSTEM_VENDOR_ID, 4), 0x11001af4);
	CHECK_EQ(config_get(&f, PCI_INTERRUPT_PIN, 1), 0);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2), 0);
	CHECK_EQ(config_get(&f, PCI_CAPABILITY_LIST, 1), 0);
	config_put(&f, PCI_COMMAND, 0xffff, 2);
	CHECK_EQ(config_get(&f, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	CHECK(!f.v.intx_disabled);
	fixture_exit(&f);
}

static u32 bar_probe(u32 n)
{
	config_put(&f, PCI_BASE_ADDRESS_0 + 4 * n, U32_MAX, 4);
	return config_get(&f, PCI_BASE_ADDRESS_0 + 4 * n, 4);
}

static void bars_tell_their_size(void)
{
	fixture_init(&f, &vgpu_model_test);
	CHECK_EQ(bar_probe(0), 0xffff0000);
	CHECK_EQ(bar_probe(1), 0);
	CHECK_EQ(bar_probe(2), 0xfff0000c);
	CHECK_EQ(bar_probe(3), 0xffffffff);
	CHECK_EQ(bar_probe(4), 0);
	CHECK_EQ(bar_probe(5), 0);
	config_put(&f, PCI_BASE_ADDRESS_2, 0x123456789abcdef0, 8);
	CHECK_EQ(config_get(&f, PCI_BASE_ADDRESS_2, 8), 0x123456789ab0000c);
	config_put(&f, PCI_BASE_ADDRESS_0 + 3, 0xfe, 1);
	CHECK_EQ(config_get(&f, PCI_BASE_ADDRESS_0, 4), 0xfeff0000);
	fixture_exit(&f);

	fixture_init(&f, &vgpu_model_bochs);
	CHECK_EQ(bar_probe(0), 0xff000008);
	CHECK_EQ(bar_probe(2), 0xfffff000);
	CHECK_EQ(bar_probe(1) | bar_probe(3) | bar_probe(4) | bar_probe(5), 0);
	fixture_exit(&f);
}

static void bounds_are_exact(void)
{
	u8 buf[16] = { 0 };
	u32 len;

	fixture_init(&f, &vgpu_model_test);
	for (len = 1; len <= 8; len++) {
		CHECK_EQ(vgpu_config_read(&f.v, 256 - len, buf, len), 0);
		CHECK_EQ(vgpu_config_write(&f.v, 256 - len, buf, len), 0);
		CHECK_EQ(-vgpu_config_read(&f.v, 257 - len, buf, len), EINVAL);
		CHECK_EQ(-vgpu_config_write(&f.v, 257 - len, buf, len), EINVAL);
		CHECK_EQ(-vgpu_config_write(&f.v, 0ull - len, buf, len), EINVAL);
	}
	CHECK_EQ(-vgpu_config_read(&f.v, 0, buf, 0), EINVAL);
	CHECK_EQ(-vgpu_config_write(&f.v, 0, buf, 9), EINVAL);
	fixture_exit(&f);
}

/* Nothing but what is meant to be writable changes. */
static void all_else_is_read_only(void)
{
	u8 before[256];
	u32 i;

	fixture_init(&f, &vgpu_model_test);
	for (i = 0; i < 256; i++)
		before[i] = config_get(&f, i, 1);
	for (i = 0; i < 256; i++)
		config_put(&f, i, ~before[i] & 0xff, 1);
	for (i = 0; i < 256; i++) {
		u8 changed = before[i] ^ config_get(&f, i, 1);

		CHECK_EQ(changed & ~f.v.config_wmask[i], 0);
	}
	CHECK_EQ(config_get(&f, 0, 4), 0x4b541234);
	CHECK_EQ(config_get(&f, PCI_INTERRUPT_LINE, 2), 0x01ff);
	CHECK_EQ(config_get(&f, PCI_CACHE_LINE_SIZE, 1), 0xff);
	CHECK_EQ(config_get(&f, PCI_LATENCY_TIMER, 1), 0);
	fixture_exit(&f);
}

static void command_enables_memory(void)
{
	fixture_init(&f, &vgpu_model_test);
	CHECK(!f.v.mem_enabled);
	config_put(&f, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	CHECK(f.v.mem_enabled);
	config_put(&f, PCI_COMMAND + 1, PCI_COMMAND_INTX_DISABLE >> 8, 1);
	CHECK(f.v.mem_enabled);
	CHECK(f.v.intx_disabled);
	config_put(&f, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
	CHECK(!f.v.mem_enabled);
	CHECK(!f.v.intx_disabled);
	config_put(&f, PCI_COMMAND, PCI_COMMAND_MEMORY, 8);	/* with others behind it */
	CHECK(f.v.mem_enabled);
	vgpu_reset(&f.v);
	CHECK(!f.v.mem_enabled);
	fixture_exit(&f);
}

static void power_states(void)
{
	u32 pm;

	fixture_init(&f, &vgpu_model_test);
	pm = cap_find(PCI_CAP_ID_PM);
	if (!CHECK(pm != 0))
		return;
	CHECK_EQ(config_get(&f, pm + PCI_PM_PMC, 2), 3);
	CHECK_EQ(config_get(&f, pm + PCI_PM_CTRL, 2), PCI_PM_CTRL_NO_SOFT_RESET);
	config_put(&f, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);

	config_put(&f, pm + PCI_PM_CTRL, 3, 2);
	CHECK_EQ(config_get(&f, pm + PCI_PM_CTRL, 2), 3 | PCI_PM_CTRL_NO_SOFT_RESET);
	CHECK(!f.v.mem_enabled);
	config_put(&f, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	CHECK(!f.v.mem_enabled);
	config_put(&f, pm + PCI_PM_CTRL, 1, 2);			/* no D1: stays in D3hot */
	CHECK_EQ(config_get(&f, pm + PCI_PM_CTRL, 1) & 3, 3);
	config_put(&f, pm + PCI_PM_CTRL, 0, 1);
	CHECK(f.v.mem_enabled);
	config_put(&f, pm + PCI_PM_CTRL, 2, 1);			/* no D2: stays in D0 */
	CHECK_EQ(config_get(&f, pm + PCI_PM_CTRL, 1) & 3, 0);
	CHECK(f.v.mem_enabled);
	fixture_exit(&f);
}

static void msi_capability(void)
{
	u32 msi;

	fixture_init(&f, &vgpu_model_test);
	msi = cap_find(PCI_CAP_ID_MSI);
	if (!CHECK(msi != 0))
		return;
	/* 4 vectors capable, 64-bit address, no masks */
	CHECK_EQ(config_get(&f, msi + PCI_MSI_FLAGS, 2), 0x0084);
	config_put(&f, msi, 0xffffffffffffffff, 8);
	config_put(&f, msi + 8, 0xffffffffffffffff, 8);
	CHECK_EQ(config_get(&f, msi + PCI_MSI_FLAGS, 2), 0x00f5);
	CHECK_EQ(config_get(&f, msi + PCI_MSI_ADDRESS_LO, 8), 0xfffffffffffffffc);
	CHECK_EQ(config_get(&f, msi + PCI_MSI_DATA_64, 4), 0x0000ffff);
	CHECK_EQ(config_get(&f, msi, 1), PCI_CAP_ID_MSI);
	vgpu_reset(&f.v);
	CHECK_EQ(config_get(&f, msi + PCI_MSI_FLAGS, 2), 0x0084);
	fixture_exit(&f);
}

static void msi_vector_counts(void)
{
	struct vgpu_model m = vgpu_model_test;
	u32 log;

	for (log = 0; log <= 5; log++) {
		m.pci.msi_vectors = 1 << log;
		fixture_init(&f, &m);
		CHECK_EQ(config_get(&f, cap_find(PCI_CAP_ID_MSI) + PCI_MSI_FLAGS, 2),
			 0x80 | log << 1);
		fixture_exit(&f);
	}
	m.pci.msi_vectors = 0;
	fixture_init(&f, &m);
	CHECK_EQ(cap_find(PCI_CAP_ID_MSI), 0);
	CHECK(cap_find(PCI_CAP_ID_PM) != 0);
	fixture_exit(&f);
}

static void msi_may_be_elsewhere(void)
{
	struct vgpu_model m = vgpu_model_test;

	m.pci.msi_offset = 0xac;
	fixture_init(&f, &m);
	CHECK_EQ(cap_find(PCI_CAP_ID_MSI), 0xac);
	CHECK(cap_find(PCI_CAP_ID_PM) != 0);
	CHECK_EQ(config_get(&f, 0xac + PCI_MSI_FLAGS, 2), 0x0084);
	config_put(&f, 0xac + PCI_MSI_DATA_64, 0xffffffff, 4);
	CHECK_EQ(config_get(&f, 0xac + PCI_MSI_DATA_64, 4), 0x0000ffff);
	CHECK_EQ(config_get(&f, 0x50, 8), 0);
	fixture_exit(&f);
}

static void extra_bytes_have_their_masks(void)
{
	static const struct vgpu_pci_extra extra[] = {
		{ 0x70, 0x12345678, 0 },
		{ 0xfc, 0, 0xfffff0ff },
	};
	struct vgpu_model m = vgpu_model_test;

	m.pci.extra = extra;
	m.pci.nr_extra = ARRAY_SIZE(extra);
	fixture_init(&f, &m);
	config_put(&f, 0x70, 0, 4);
	CHECK_EQ(config_get(&f, 0x70, 4), 0x12345678);
	config_put(&f, 0xfc, 0xffffffff, 4);
	CHECK_EQ(config_get(&f, 0xfc, 4), 0xfffff0ff);
	vgpu_reset(&f.v);
	CHECK_EQ(config_get(&f, 0xfc, 4), 0);
	fixture_exit(&f);
}

static void status_shows_intx(void)
{
	fixture_init(&f, &vgpu_model_test);
	vgpu_pci_intx_status(&f.v, true);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2), PCI_STATUS_CAP_LIST | PCI_STATUS_INTERRUPT);
	config_put(&f, PCI_STATUS, 0xffff, 2);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2), PCI_STATUS_CAP_LIST | PCI_STATUS_INTERRUPT);
	vgpu_pci_intx_status(&f.v, false);
	CHECK_EQ(config_get(&f, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
	fixture_exit(&f);
}

static void status_errors_are_w1c(void)
{
	fixture_init(&f, &vgpu_model_test);
	f.v.config[PCI_STATUS + 1] = 0xf9;		/* as if the device had met errors */
	config_put(&f, PCI_STATUS, 0, 2);
	CHECK_EQ(config_get(&f, PCI_STATUS + 1, 1), 0xf9);
	config_put(&f, PCI_STATUS, PCI_STATUS_DETECTED_PARITY, 2);
	CHECK_EQ(config_get(&f, PCI_STATUS + 1, 1), 0x79);
	fixture_exit(&f);
}

/* One write of 8 bytes is 8 writes of one, at any alignment. */
static void pieces_are_the_whole(void)
{
	static struct fixture g;
	u64 val = 0x123456789abcdef1;
	u32 off, i, len;

	fixture_init(&f, &vgpu_model_test);
	vgpu_model_exit(&vgpu_model_test);
	fixture_init(&g, &vgpu_model_test);
	for (off = 0; off <= 248; off++)
		for (len = 1; len <= 8; len++) {
			val = val * 6364136223846793005 + 1442695040888963407;
			config_put(&f, off, val, len);
			for (i = 0; i < len; i++)
				config_put(&g, off + i, val >> 8 * i & 0xff, 1);
			CHECK(!memcmp(f.v.config, g.v.config, 256));
			CHECK_EQ(f.v.mem_enabled, g.v.mem_enabled);
		}
	vgpu_exit(&f.v);
	fixture_exit(&g);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(identity_of_test),
	KTAP_CASE(identity_of_bochs),
	KTAP_CASE(bars_tell_their_size),
	KTAP_CASE(bounds_are_exact),
	KTAP_CASE(all_else_is_read_only),
	KTAP_CASE(command_enables_memory),
	KTAP_CASE(power_states),
	KTAP_CASE(msi_capability),
	KTAP_CASE(msi_vector_counts),
	KTAP_CASE(msi_may_be_elsewhere),
	KTAP_CASE(extra_bytes_have_their_masks),
	KTAP_CASE(status_shows_intx),
	KTAP_CASE(status_errors_are_w1c),
	KTAP_CASE(pieces_are_the_whole),
};

KTAP_MAIN(cases)
