// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - vGPUs come, are used and go, in an order that nobody planned, by several processes
 *
 * A few vGPUs are fought for: created and removed, opened, bound to VMs, attached, read by a
 * vCPU, closed in any order or left by being killed, while the module that they are of is
 * unloaded and loaded again.  What cannot be done fails, with an errno that says so.  In the
 * end nothing is left, and a VM works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dice.h"
#include "ktap.h"
#include "rig.h"

#define FIGHTERS 4
#define SLOTS 3

/* What fighters came to, of all processes. */
static struct tally {
	unsigned long opened;
	unsigned long attached;
} *tally;

static const char *const types[] = { "test", "bochs", "gen8" };

/* Somebody else was faster, or is not done. */
static bool is_rivalry(int ret)
{
	switch (-ret) {
	case 0:
	case EEXIST:
	case ENOENT:
	case ENODEV:
	case EBUSY:
	case EAGAIN:
		return true;
	default:
		return false;
	}
}

static void broken(const char *what, int ret)
{
	printf("# %s: %s\n", what, strerror(-ret));
	fflush(stdout);
	_exit(1);
}

static void expect_rivalry(const char *what, int ret)
{
	if (!is_rivalry(ret))
		broken(what, ret);
}

static void uuid_of(struct rig *r, uint32_t slot)
{
	snprintf(r->g.d.uuid, sizeof(r->g.d.uuid), "4b564d47-5400-4000-8002-%012x", slot);
	r->g.d.container = r->g.d.group = r->g.d.fd = -1;
}

static void create_or_remove(struct dice *d)
{
	struct rig r = { .type = types[dice_below(d, 3)] };

	uuid_of(&r, dice_below(d, SLOTS));
	if (dice_one_in(d, 2))
		expect_rivalry("create", mdev_try_create(&r.g.d, r.type));
	else
		expect_rivalry("remove", mdev_try_remove(&r.g.d));
}

static void close_any(struct dice *d, struct rig *r)
{
	int fds[] = { r->g.d.fd,      r->g.d.group, r->g.d.container,
		      r->vm.kvm_vfio, r->vm.vcpu,   r->vm.vm };
	uint32_t left = 6;

	while (left) {
		uint32_t i = dice_below(d, left);

		close(fds[i]);
		fds[i] = fds[--left];
	}
}

/* In a process of its own, which may be killed at any time. */
static void use(struct dice *d)
{
	uint32_t region = dice_one_in(d, 2) ? 0 : 2;
	struct rig r = { .type = "test" };
	int i, ret;

	uuid_of(&r, dice_below(d, SLOTS));
	vm_create(&r.vm);
	if (!rig_open(&r)) {
		uint16_t command = 2;

		__atomic_add_fetch(&tally->opened, 1, __ATOMIC_RELAXED);
		if (pwrite(r.g.d.fd, &command, 2, REGION_OFFSET(7) + 4) < 0)
			_exit(1);
		for (i = 0; i < RIG_RANGES; i++)
			r.ranges[i] = (struct vfio_inkernel_range){
				.region = region,
				.offset = 0x400 * i,
				.size = 0x400,
				.gpa = GUEST_GPA + 0x1000 * i,
			};
		ret = feature_set(&r.g.d, VFIO_INKERNEL_OP_ATTACH, r.ranges, RIG_RANGES);
		/* The device is this process's alone; its registers may be in the other region. */
		if (ret && ret != -EINVAL)
			broken("attach", ret);
		if (!ret)
			__atomic_add_fetch(&tally->attached, 1, __ATOMIC_RELAXED);
		vm_run_reads(&r.vm, 0x10, 1 + dice_below(d, 2000));
	}
	close_any(d, &r);
	_exit(0);
}

static void use_and_perhaps_be_killed(struct dice *d)
{
	bool killed = dice_one_in(d, 2);
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		use(d);
	}
	if (killed) {
		usleep(dice_below(d, 30000));
		kill(pid, SIGKILL);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status) ? WTERMSIG(status) != SIGKILL : WEXITSTATUS(status))
		_exit(1);
	dice_u64(d);
}

static void module(struct dice *d)
{
	expect_rivalry("unload", rig_module_unload("kvmgt_vgpu"));
	usleep(dice_below(d, 20000));
	expect_rivalry("load", rig_module_load("kvmgt_vgpu"));
}

static void fight(uint64_t seed, uint64_t end)
{
	struct dice d = { seed };
	uint32_t n;

	for (n = 0; attack_now() < end; n++) {
		switch (dice_below(&d, 16)) {
		case 0:
			module(&d);
			break;
		case 1 ... 7:
			create_or_remove(&d);
			break;
		default:
			use_and_perhaps_be_killed(&d);
		}
	}
	printf("# %u actions\n", n);
	fflush(stdout);
	_exit(0);
}

static void fought_for(void)
{
	uint64_t end = attack_now() + attack_seconds() * 1000000000ull;
	uint64_t seed = attack_seed();
	pid_t pids[FIGHTERS];
	int status;
	uint32_t i;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (!CHECK(tally != MAP_FAILED))
		return;
	for (i = 0; i < FIGHTERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			fight(seed + i, end);
	}
	for (i = 0; i < FIGHTERS; i++) {
		CHECK_EQ(waitpid(pids[i], &status, 0), pids[i]);
		CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	}
	printf("# opened %lu times, attached %lu times\n", tally->opened, tally->attached);
	CHECK(tally->opened > 0 && tally->attached > 0);
	munmap(tally, sizeof(*tally));
}

/* KVM has a directory PID-FD for each. */
static size_t vms_left(void)
{
	glob_t found = { 0 };
	size_t nr;

	glob("/sys/kernel/debug/kvm/*-*", 0, NULL, &found);
	nr = found.gl_pathc;
	globfree(&found);
	return nr;
}

static void nothing_is_left(void)
{
	struct rig r = { .type = "test" };
	uint32_t i;
	int ret;

	ret = rig_module_load("kvmgt_vgpu");
	CHECK(ret == 0 || ret == -EEXIST);
	for (i = 0; i < SLOTS; i++) {
		uuid_of(&r, i);
		ret = mdev_try_remove(&r.g.d);
		CHECK(ret == 0 || ret == -ENOENT);
	}
	CHECK_EQ(vms_left(), 0);
	CHECK_EQ(rig_module_unload("kvmgt_vgpu"), 0);
	CHECK_EQ(rig_module_unload("kvmgt_bus"), 0);
	CHECK_EQ(access("/sys/kernel/debug/kvmgt", F_OK), -1);
	CHECK_EQ(rig_module_load("kvmgt_bus"), 0);
	CHECK_EQ(rig_module_load("kvmgt_vgpu"), 0);
	vm_create(&r.vm);
	CHECK_EQ(vms_left(), 1);	/* they are seen when they are there */
	vm_destroy(&r.vm);
	CHECK_EQ(rig_vm_works(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fought_for),
	KTAP_CASE(nothing_is_left),
};

KTAP_MAIN(cases)
