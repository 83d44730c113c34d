// SPDX-License-Identifier: GPL-2.0
/*
 * plant.c - faults, one of each kind that a debug kernel is to see; never in a module that is used
 *
 * Built with KVMGT_PLANT=y only.  Writing the name of a fault to the module's parameter "plant"
 * commits it, in this module and by its rules: what is built like the rest of it is watched like
 * the rest of it.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define PLANT_BYTES 96
#define PLANT_LEAKS 16
#define PLANT_ROUNDS 200000

static DEFINE_MUTEX(plant_outer);
static DEFINE_MUTEX(plant_inner);
static unsigned long plant_shared;
static DECLARE_COMPLETION(plant_done);

/* Read what was freed. */
static noinline int plant_uaf(void)
{
	u8 *p = kzalloc(PLANT_BYTES, GFP_KERNEL);
	u8 *stale = p;

	if (!p)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(stale);
	kfree(p);
	READ_ONCE(stale[PLANT_BYTES / 2]);
	return 0;
}

/* Two locks in both orders, which nobody ever waits for. */
static noinline int plant_lock(void)
{
	mutex_lock(&plant_outer);
	mutex_lock(&plant_inner);
	mutex_unlock(&plant_inner);
	mutex_unlock(&plant_outer);

	mutex_lock(&plant_inner);
	mutex_lock(&plant_outer);
	mutex_unlock(&plant_outer);
	mutex_unlock(&plant_inner);
	return 0;
}

/* Memory that nobody knows any more; some, because a stale register may still name one. */
static noinline int plant_leak(void)
{
	u32 i;

	for (i = 0; i < PLANT_LEAKS; i++) {
		u8 *p = kmalloc(PLANT_BYTES, GFP_KERNEL);

		if (!p)
			return -ENOMEM;
		memset(p, i + 1, PLANT_BYTES);
	}
	return 0;
}

static noinline void plant_count(void)
{
	u32 i;

	for (i = 0; i < PLANT_ROUNDS; i++) {
		plant_shared++;
		barrier();
		cond_resched();
	}
}

static int plant_racer(void *unused)
{
	plant_count();
	/* not complete(): the module may go while this returns */
	kthread_complete_and_exit(&plant_done, 0);
}

/* Two count in one variable. */
static noinline int plant_race(void)
{
	struct task_struct *other = kthread_run(plant_racer, NULL, "plant_race");

	if (IS_ERR(other))
		return PTR_ERR(other);
	plant_count();
	wait_for_completion(&plant_done);
	return 0;
}

static int plant_set(const char *val, const struct kernel_param *kp)
{
	if (sysfs_streq(val, "uaf"))
		return plant_uaf();
	if (sysfs_streq(val, "lock"))
		return plant_lock();
	if (sysfs_streq(val, "leak"))
		return plant_leak();
	if (sysfs_streq(val, "race"))
		return plant_race();
	return -EINVAL;
}

static const struct kernel_param_ops plant_ops = {
	.set = plant_set,
};

module_param_cb(plant, &plant_ops, NULL, 0200);
MODULE_PARM_DESC(plant, "Commit a fault: uaf, lock, leak, race");
