/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bus_trace.h - events of kvmgt_bus.ko: each access answered in the kernel, each
 * change of what is attached
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvmgt

#if !defined(KVMGT_BUS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KVMGT_BUS_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

TRACE_EVENT(kvmgt_mmio,
	TP_PROTO(struct device *dev, u32 region, u64 offset, u32 len, const void *val, bool write,
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
		__entry->val = 0;
		if (!ret || write)
			memcpy(&__entry->val, val, min_t(u32, len, sizeof(u64)));
		__entry->region = region;
		__entry->len = len;
		__entry->write = write;
		__entry->ret = ret;
	),
	TP_printk("%s %c region %u +0x%llx len %u val 0x%llx ret %d", __get_str(name),
		  __entry->write ? 'W' : 'R', __entry->region, __entry->offset, __entry->len,
		  __entry->val, __entry->ret)
);

DECLARE_EVENT_CLASS(kvmgt_range,
	TP_PROTO(struct device *dev, u32 region, u64 offset, u64 size, u64 gpa, int ret),
	TP_ARGS(dev, region, offset, size, gpa, ret),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u64, offset)
		__field(u64, size)
		__field(u64, gpa)
		__field(u32, region)
		__field(int, ret)
	),
	TP_fast_assign(
		kvmgt_assign_str(name, dev_name(dev));
		__entry->offset = offset;
		__entry->size = size;
		__entry->gpa = gpa;
		__entry->region = region;
		__entry->ret = ret;
	),
	TP_printk("%s region %u +0x%llx size 0x%llx gpa 0x%llx ret %d", __get_str(name),
		  __entry->region, __entry->offset, __entry->size, __entry->gpa, __entry->ret)
);

DEFINE_EVENT(kvmgt_range, kvmgt_attach,
	TP_PROTO(struct device *dev, u32 region, u64 offset, u64 size, u64 gpa, int ret),
	TP_ARGS(dev, region, offset, size, gpa, ret));

DEFINE_EVENT(kvmgt_range, kvmgt_detach,
	TP_PROTO(struct device *dev, u32 region, u64 offset, u64 size, u64 gpa, int ret),
	TP_ARGS(dev, region, offset, size, gpa, ret));

#endif /* KVMGT_BUS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE bus_trace
#include <trace/define_trace.h>
