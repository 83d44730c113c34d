// SPDX-License-Identifier: GPL-2.0
/*
 * no_handle_lut.c - for LD_PRELOAD: no submission to i915 promises I915_EXEC_HANDLE_LUT
 *
 * gem_busy of intel-gpu-tools promises indices and then gives handles; without the promise
 * handles are right.
 */
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <i915_drm.h>

int ioctl(int fd, unsigned long nr, ...);

static int submit(int fd, unsigned long nr, struct drm_i915_gem_execbuffer2 *exec)
{
	uint64_t flags = exec->flags;
	int ret;

	exec->flags &= ~(uint64_t)I915_EXEC_HANDLE_LUT;
	ret = syscall(SYS_ioctl, fd, nr, exec);
	exec->flags = flags;
	return ret;
}

int ioctl(int fd, unsigned long nr, ...)
{
	va_list args;
	void *arg;

	va_start(args, nr);
	arg = va_arg(args, void *);
	va_end(args);
	if (nr == DRM_IOCTL_I915_GEM_EXECBUFFER2 || nr == DRM_IOCTL_I915_GEM_EXECBUFFER2_WR)
		return submit(fd, nr, arg);
	return syscall(SYS_ioctl, fd, nr, arg);
}
