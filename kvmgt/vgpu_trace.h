/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vgpu_trace.h - events of kvmgt_vgpu.ko: each access that came through the VFIO
 * device file.  Those answered on KVM's bus are kvmgt:kvmgt_mmio.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvmgt_vgpu

#if !defined(KVMGT_VGPU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KVMGT_VGPU_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

TRACE_EVENT(kvmgt_vfio_rw,
	TP_PROTO(struct device *dev, u32 region, u64 offset, u32 len, u64 val, bool write,
		 int ret),
	TP_ARGS(dev, region, offset, len, val, write, ret),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u64, offset)
		__field(u64, val)
		__field(u32, region)
		__field(u32, len)
		__field(bool, write)
		__field(int, ret)
	),
	TP_fast_assign(
		kvmgt_assign_str(name, dev_name(dev));
		__entry->offset = offset;
		__entry->val = val;
		__entry->region = region;
		__entry->len = len;
		__entry->write = write;
		__entry->ret = ret;
	),
	TP_printk("%s %c region %u +0x%llx len %u val 0x%llx ret %d", __get_str(name),
		  __entry->write ? 'W' : 'R', __entry->region, __entry->offset, __entry->len,
		  __entry->val, __entry->ret)
);

#endif /* KVMGT_VGPU_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vgpu_trace
#include <trace/define_trace.h>
