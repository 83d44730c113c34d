// SPDX-License-Identifier: GPL-2.0
/*
 * work.c - what a device does on its own: its commands, its timer, guest memory
 *
 * Commands of a guest run in a worker of the vGPU, a slice at a time, with a pause
 * after a slice that was used up: however hard a guest tries, it costs the host a
 * bounded share of one CPU.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>

#include "vgpu_mdev.h"

/*
 * Running for a slice earns a pause, whoever asks for more meanwhile; time in which nothing
 * ran is forgiven.  How long the pause is follows from how long it really ran and from the
 * share of a CPU that the vGPU may have, and a timer takes up to a jiffy longer: with 91
 * percent a guest that never stops has 10/12 to 10/11 of one CPU, whatever HZ is.
 */
#define SLICE_NS (10 * (u64)TICK_NSEC)

/* A device that waits for memory to change is asked less and less often, down to this. */
#define WAIT_JIFFIES_MAX max(1, HZ / 100)

/* No timer is due sooner: a guest that programs nonsense costs 10 kHz at most. */
#define TIMER_MIN_NS (100 * NSEC_PER_USEC)

/* Jiffies until the worker may run again. */
static unsigned long work_delay(const struct kvmgt_work *w)
{
	u64 now = ktime_get_ns();
	u64 not_before = READ_ONCE(w->not_before);

	return now < not_before ? div_u64(not_before - now + TICK_NSEC - 1, TICK_NSEC) : 0;
}

/* Return: when the slice will be used up. */
static u64 slice_begin(struct kvmgt_work *w, u64 now)
{
	w->used_ns -= min(w->used_ns, now - w->last_end);
	return now + SLICE_NS - w->used_ns;
}

/* Account what ran since @begin; a slice that is used up is followed by a pause. */
static void slice_end(struct kvmgt_vgpu *v, u64 begin)
{
	struct kvmgt_work *w = &v->work;
	u32 percent = v->limits.cpu_percent;
	u64 now = ktime_get_ns();

	w->used_ns += now - begin;
	w->last_end = now;
	WRITE_ONCE(w->ran_ns, w->ran_ns + now - begin);
	if (w->used_ns >= SLICE_NS) {
		WRITE_ONCE(w->nr_pauses, w->nr_pauses + 1);
		WRITE_ONCE(w->not_before, now + div_u64(w->used_ns * (100 - percent), percent));
		w->used_ns = 0;
	}
}

/* Return: what there is left to do. */
static enum vgpu_work slice_run(struct kvmgt_vgpu *v)
{
	struct kvmgt_work *w = &v->work;
	enum vgpu_work left = VGPU_WORK_MORE;
	u64 begin = ktime_get_ns();
	u64 end = slice_begin(w, begin);

	while (left == VGPU_WORK_MORE && !READ_ONCE(w->stopped) && ktime_get_ns() < end) {
		kvmgt_pages_begin(v);
		left = v->core.model->work(&v->core);
		kvmgt_pages_end(v);
		cond_resched();
	}
	slice_end(v, begin);
	return left;
}

static void work_run(struct work_struct *work)
{
	struct kvmgt_work *w = container_of(to_delayed_work(work), struct kvmgt_work, run);
	struct kvmgt_vgpu *v = container_of(w, struct kvmgt_vgpu, work);
	enum vgpu_work left;

	/* Rung during the last slice: the pause comes first. */
	left = work_delay(w) ? VGPU_WORK_MORE : slice_run(v);

	w->wait = left == VGPU_WORK_WAIT ? min(2 * w->wait + 1, WAIT_JIFFIES_MAX) : 0;
	if (left != VGPU_WORK_DONE && !READ_ONCE(w->stopped))
		mod_delayed_work(system_unbound_wq, &w->run,
				 max_t(unsigned long, work_delay(w), w->wait));
}

static void work_tick(struct work_struct *work)
{
	struct kvmgt_work *w = container_of(work, struct kvmgt_work, tick);
	struct kvmgt_vgpu *v = container_of(w, struct kvmgt_vgpu, work);

	v->core.model->timer(&v->core);
}

static enum hrtimer_restart work_timer(struct hrtimer *timer)
{
	struct kvmgt_work *w = container_of(timer, struct kvmgt_work, timer);

	queue_work(system_highpri_wq, &w->tick);
	return HRTIMER_NORESTART;
}

/**
 * kvmgt_work_kick - host->kick()
 * @core: the device
 *
 * Context: any that may not sleep for a vCPU; register callbacks.
 */
void kvmgt_work_kick(struct vgpu *core)
{
	struct kvmgt_vgpu *v = core->host_data;

	/* What waits is looked at soon enough; what pauses is not to be rung awake. */
	if (core->model->work && !READ_ONCE(v->work.stopped))
		queue_delayed_work(system_unbound_wq, &v->work.run, work_delay(&v->work));
}

/**
 * kvmgt_work_timer - host->timer()
 * @core: the device
 * @deadline_ns: when, in the time of host->now_ns(); 0: not at all, but one that
 *	is on its way still comes
 */
void kvmgt_work_timer(struct vgpu *core, u64 deadline_ns)
{
	struct kvmgt_vgpu *v = core->host_data;
	u64 earliest;

	if (!core->model->timer || READ_ONCE(v->work.stopped))
		return;
	if (deadline_ns) {
		earliest = ktime_get_ns() + TIMER_MIN_NS;
		deadline_ns = clamp_t(u64, deadline_ns, earliest, KTIME_MAX);
		hrtimer_start(&v->work.timer, ns_to_ktime(deadline_ns), HRTIMER_MODE_ABS);
	} else {
		hrtimer_try_to_cancel(&v->work.timer);
	}
}

/**
 * kvmgt_work_dma - host->dma()
 * @core: the device, open
 * @gpa: guest physical address
 * @buf: from or to
 * @len: bytes
 * @write: to the guest
 *
 * Return: 0, or an error of vfio_dma_rw().
 */
int kvmgt_work_dma(struct vgpu *core, u64 gpa, void *buf, u32 len, bool write)
{
	struct kvmgt_vgpu *v = core->host_data;

	return vfio_dma_rw(&v->vdev, gpa, buf, len, write);
}

/**
 * kvmgt_work_init - nothing runs yet
 * @v: the vGPU, all zero
 */
void kvmgt_work_init(struct kvmgt_vgpu *v)
{
	v->work.stopped = true;
	INIT_DELAYED_WORK(&v->work.run, work_run);
	INIT_WORK(&v->work.tick, work_tick);
	hrtimer_setup(&v->work.timer, work_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
}

/**
 * kvmgt_work_account - what is counted of the work begins anew
 * @v: the vGPU, being opened
 */
void kvmgt_work_account(struct kvmgt_vgpu *v)
{
	WRITE_ONCE(v->work.not_before, 0);
	WRITE_ONCE(v->work.ran_ns, 0);
	WRITE_ONCE(v->work.nr_pauses, 0);
}

/**
 * kvmgt_work_open - the device may work from now on
 * @v: the vGPU, being opened, or reset
 */
void kvmgt_work_open(struct kvmgt_vgpu *v)
{
	WRITE_ONCE(v->work.stopped, false);
	/* Something may have been rung, or a time asked for, while it was stopped. */
	kvmgt_work_kick(&v->core);
	if (v->core.model->timer)
		queue_work(system_highpri_wq, &v->work.tick);
}

/**
 * kvmgt_work_close - the device works no more when this returns
 * @v: the vGPU, being closed or reset; kvmgt_work_open() lets it go on
 *
 * Worker and timer start each other, so both are asked twice.
 */
void kvmgt_work_close(struct kvmgt_vgpu *v)
{
	int i;

	WRITE_ONCE(v->work.stopped, true);
	for (i = 0; i < 2; i++) {
		hrtimer_cancel(&v->work.timer);
		cancel_work_sync(&v->work.tick);
		cancel_delayed_work_sync(&v->work.run);
	}
}
