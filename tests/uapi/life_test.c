// SPDX-License-Identifier: GPL-2.0
/*
 * life_test.c - the life of a vGPU and of its VM, in every order: what is attached
 * never outlives either, and what comes next works
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "ktap.h"
#include "model_test.h"

#define ATTACH	VFIO_INKERNEL_OP_ATTACH
#define DETACH	VFIO_INKERNEL_OP_DETACH

static const struct vfio_inkernel_range regs = { .size = 0x8000, .gpa = GUEST_GPA };

static void enable_memory(struct dev *d)
{
	uint16_t cmd = 2;

	CHECK_EQ(pwrite(d->fd, &cmd, 2, REGION_OFFSET(7) + 4), 2);
}

/* A VM and an open device with its registers attached. */
static void set_up(struct vm *vm, struct dev *d)
{
	vm_create(vm);
	mdev_create(d, "test");
	dev_open(d, vm);
	enable_memory(d);
	CHECK_EQ(feature_set(d, ATTACH, &regs, 1), 0);
	CHECK_EQ(vm_run_reads(vm, TEST_RW, 10), 0);
}

static void close_fd(struct vm *vm, struct dev *d, int which)
{
	switch (which) {
	case 0: close(d->fd); break;
	case 1: close(d->group); break;
	case 2: close(d->container); break;
	case 3: close(vm->kvm_vfio); break;
	case 4: munmap(vm->run, vm->run_size); close(vm->vcpu); break;
	case 5: close(vm->vm); break;
	}
}

/* All 720 orders of closing six files, each with the range attached. */
static void every_order_of_closes(void)
{
	int order[6] = { 0, 1, 2, 3, 4, 5 };
	int i, j, n = 0;

	for (;;) {
		struct dev d;
		struct vm vm;

		set_up(&vm, &d);
		for (i = 0; i < 6; i++)
			close_fd(&vm, &d, order[i]);
		munmap(vm.mem, 0x10000);
		mdev_remove(&d);
		n++;

		/* the next permutation, in the order of a dictionary */
		for (i = 4; i >= 0 && order[i] > order[i + 1]; i--)
			;
		if (i < 0)
			break;
		for (j = 5; order[j] < order[i]; j--)
			;
		order[i] ^= order[j], order[j] ^= order[i], order[i] ^= order[j];
		for (j = 5, i++; i < j; i++, j--)
			order[i] ^= order[j], order[j] ^= order[i], order[i] ^= order[j];
	}
	CHECK_EQ(n, 720);
}

static void reopen(void)
{
	struct vfio_inkernel_range r;
	uint32_t val, nr, i;
	struct dev d;
	struct vm vm;

	set_up(&vm, &d);
	for (i = 0; i < 20; i++) {
		val = 7;
		CHECK_EQ(pwrite(d.fd, &val, 4, TEST_RW), 4);
		CHECK_EQ(pwrite(d.fd, &val, 4, REGION_OFFSET(2) + 0x1000), 4);
		dev_close(&d);
		CHECK_EQ(vm_run_reads(&vm, TEST_RW, 3), 3);	/* nobody answers */
		vm_destroy(&vm);
		vm_create(&vm);
		dev_open(&d, &vm);
		CHECK_EQ(feature_get(&d, &r, 1, &nr), 0);
		CHECK_EQ(nr, 0);
		CHECK_EQ(pread(d.fd, &val, 4, TEST_RW), 4);
		CHECK_EQ(val, 0x01234567);			/* as after reset */
		CHECK_EQ(pread(d.fd, &val, 4, REGION_OFFSET(2) + 0x1000), 4);
		CHECK_EQ(val, 0);				/* nothing of who had it before */
		enable_memory(&d);
		CHECK_EQ(feature_set(&d, ATTACH, &regs, 1), 0);
		CHECK_EQ(vm_run_reads(&vm, TEST_RW, 3), 0);
	}
	dev_close(&d);
	vm_destroy(&vm);
	mdev_remove(&d);
}

struct runner {
	struct vm vm;
	volatile bool stop;
	pthread_t thread;
};

static void *runner_main(void *arg)
{
	struct runner *r = arg;

	vm_run_forever(&r->vm, TEST_RW, &r->stop);
	return NULL;
}

static void on_signal(int unused)
{
	(void)unused;
}

static void runner_start(struct runner *r)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &sa, NULL);
	r->stop = false;
	pthread_create(&r->thread, NULL, runner_main, r);
}

static void runner_stop(struct runner *r)
{
	r->stop = true;
	while (pthread_tryjoin_np(r->thread, NULL) == EBUSY) {
		pthread_kill(r->thread, SIGUSR1);
		usleep(1000);
	}
}

/* Attach and detach while the vCPU hammers the range: never a lost callback. */
static void toggle_under_load(void)
{
	struct vfio_inkernel_range r;
	struct runner run;
	struct dev d;
	uint32_t nr, i;

	set_up(&run.vm, &d);
	runner_start(&run);
	for (i = 0; i < 200; i++) {
		CHECK_EQ(feature_set(&d, DETACH, &regs, 1), 0);
		CHECK_EQ(feature_set(&d, ATTACH, &regs, 1), 0);
	}
	usleep(50000);
	CHECK_EQ(feature_get(&d, &r, 1, &nr), 0);
	CHECK_EQ(nr, 1);
	CHECK(r.reads > 0 && r.writes > 0);
	runner_stop(&run);
	dev_close(&d);
	vm_destroy(&run.vm);
	mdev_remove(&d);
}

/* The device goes while the vCPU is in its registers. */
static void close_under_load(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		struct runner run;
		struct dev d;

		set_up(&run.vm, &d);
		runner_start(&run);
		usleep(2000 * (i % 5));
		dev_close(&d);
		runner_stop(&run);
		vm_destroy(&run.vm);
		mdev_remove(&d);
	}
}

static void reset_under_load(void)
{
	struct runner run;
	struct dev d;
	int i;

	set_up(&run.vm, &d);
	runner_start(&run);
	for (i = 0; i < 200; i++)
		CHECK_EQ(xioctl(d.fd, VFIO_DEVICE_RESET, NULL), 0);
	runner_stop(&run);
	dev_close(&d);
	vm_destroy(&run.vm);
	mdev_remove(&d);
}

/* A VMM that dies without a word. */
static void kill_under_load(void)
{
	struct dev d;
	int i, status;

	mdev_create(&d, "test");
	for (i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (!pid) {
			struct runner run;

			vm_create(&run.vm);
			dev_open(&d, &run.vm);
			enable_memory(&d);
			feature_set(&d, ATTACH, &regs, 1);
			runner_start(&run);
			usleep(3000);
			kill(getpid(), SIGKILL);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status));
	}
	mdev_remove(&d);
}

/* Two devices of one VM, each with its own ranges; closing one leaves the other. */
static void two_devices(void)
{
	const struct vfio_inkernel_range second = { .size = 0x1000, .gpa = GUEST_GPA + 0x8000 };
	struct dev a, b;
	struct vm vm;

	set_up(&vm, &a);
	mdev_create(&b, "test");
	dev_open(&b, &vm);
	enable_memory(&b);
	CHECK_EQ(feature_set(&b, ATTACH, &second, 1), 0);
	CHECK_EQ(vm_run_reads(&vm, 0x8000 + TEST_RW, 5), 0);
	dev_close(&a);
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 5), 5);
	CHECK_EQ(vm_run_reads(&vm, 0x8000 + TEST_RW, 5), 0);
	dev_close(&b);
	vm_destroy(&vm);
	mdev_remove(&a);
	mdev_remove(&b);
}

static int module_command(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void rmmod_in_use(void)
{
	struct dev d;
	struct vm vm;

	set_up(&vm, &d);
	CHECK(module_command("rmmod kvmgt_vgpu 2>/dev/null") != 0);
	CHECK(module_command("rmmod kvmgt_bus 2>/dev/null") != 0);
	CHECK(module_command("rmmod kvm 2>/dev/null") != 0);
	CHECK_EQ(vm_run_reads(&vm, TEST_RW, 5), 0);
	dev_close(&d);
	vm_destroy(&vm);
	mdev_remove(&d);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(reopen),	     KTAP_CASE(two_devices),	  KTAP_CASE(toggle_under_load),
	KTAP_CASE(close_under_load), KTAP_CASE(reset_under_load), KTAP_CASE(kill_under_load),
	KTAP_CASE(rmmod_in_use),     KTAP_CASE(every_order_of_closes),
};

KTAP_MAIN(cases)
