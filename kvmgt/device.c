// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - the VFIO operations of a vGPU: its life, and who serves which ioctl
 */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vgpu_mdev.h"

static int bus_read(void *priv, u32 region, u64 offset, void *buf, u32 len)
{
	struct kvmgt_vgpu *v = priv;

	if (!READ_ONCE(v->core.mem_enabled))
		return -EOPNOTSUPP;
	return vgpu_mmio_read(&v->core, offset, buf, len);
}

static int bus_write(void *priv, u32 region, u64 offset, const void *buf, u32 len)
{
	struct kvmgt_vgpu *v = priv;

	if (!READ_ONCE(v->core.mem_enabled))
		return -EOPNOTSUPP;
	return vgpu_mmio_write(&v->core, offset, buf, len);
}

/*
 * Only the register BAR has areas that can be attached (kvmgt_region_map()), so
 * the two above need not look at the region.
 */
static const struct kvmgt_bus_ops bus_ops = {
	.map = kvmgt_region_map,
	.read = bus_read,
	.write = bus_write,
};

static u32 find_regs_region(const struct vgpu_model *m)
{
	u32 i;

	for (i = 0; i < VGPU_NUM_BARS; i++)
		if (m->bars[i].kind == VGPU_BAR_REGS)
			break;
	return i;
}

static int opregion_create(struct kvmgt_vgpu *v)
{
	if (!v->core.model->opregion)
		return 0;
	v->opregion = kzalloc(KVMGT_OPREGION_SIZE, GFP_KERNEL_ACCOUNT);
	if (!v->opregion)
		return -ENOMEM;
	v->core.model->opregion(&v->core, v->opregion);
	return 0;
}

static int device_init(struct vfio_device *vdev)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);
	struct vgpu_model *m = kvmgt_model_of(vdev->dev);
	int ret;

	mutex_init(&v->gfx_lock);
	mutex_init(&v->pin_lock);
	mutex_init(&v->reset_lock);
	kvmgt_irqs_init(&v->irqs);
	kvmgt_work_init(v);
	kvmgt_monitor_init(&v->monitor);
	kvmgt_pages_init(v);
	kvmgt_limits_take(v);
	v->regs_region = find_regs_region(m);

	ret = vgpu_init(&v->core, m, &kvmgt_vgpu_host, v);
	if (ret)
		return ret;
	if (m->monitors)
		vgpu_monitor_set(&v->core, kvmgt_monitor_of(vdev->dev));
	ret = opregion_create(v);
	if (ret)
		goto err_core;
	v->bus = kvmgt_bus_create(vdev->dev, &bus_ops, v);
	if (IS_ERR(v->bus)) {
		ret = PTR_ERR(v->bus);
		goto err_opregion;
	}
	ret = kvmgt_count_create(v);
	if (ret)
		goto err_bus;
	kvmgt_debugfs_create(v);
	return 0;

err_bus:
	kvmgt_bus_destroy(v->bus);
err_opregion:
	kfree(v->opregion);
err_core:
	vgpu_exit(&v->core);
	return ret;
}

static void device_release(struct vfio_device *vdev)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);

	kvmgt_bus_destroy(v->bus);
	kvmgt_count_destroy(v);
	kfree(v->opregion);
	vgpu_exit(&v->core);
	mutex_destroy(&v->monitor.lock);
	mutex_destroy(&v->reset_lock);
	mutex_destroy(&v->pin_lock);
	mutex_destroy(&v->gfx_lock);
	kvmgt_vfio_free(vdev);
}

static int device_open(struct vfio_device *vdev)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);
	int ret;

	kvmgt_limits_take(v);
	ret = kvmgt_gfx_open(v);
	if (ret)
		return ret;
	ret = kvmgt_pages_open(v);
	if (ret)
		goto err_gfx;
	ret = kvmgt_aperture_open(v);
	if (ret)
		goto err_pages;
	/* Whoever had it before leaves nothing behind. */
	vgpu_clear_memory(&v->core);
	kvmgt_monitor_open(v);
	vgpu_reset(&v->core);
	kvmgt_work_account(v);
	kvmgt_work_open(v);
	kvmgt_bus_open(v->bus, vdev);
	return 0;

err_pages:
	kvmgt_pages_close(v);
err_gfx:
	kvmgt_gfx_close(v);
	return ret;
}

/* First nobody can call in, then what they would have used goes. */
static void device_close(struct vfio_device *vdev)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);

	kvmgt_bus_close(v->bus);
	kvmgt_work_close(v);
	kvmgt_aperture_close(v);
	kvmgt_pages_close(v);
	kvmgt_irqs_release(v);
	kvmgt_gfx_close(v);
}

/* When it returns, the device touches guest memory no more. */
static int device_reset(struct kvmgt_vgpu *v)
{
	mutex_lock(&v->reset_lock);
	kvmgt_work_close(v);
	vgpu_reset(&v->core);
	kvmgt_work_open(v);
	mutex_unlock(&v->reset_lock);
	kvmgt_intx_update(v);
	return 0;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return kvmgt_get_info(v, uarg);
	case VFIO_DEVICE_GET_REGION_INFO:
		return KVMGT_VFIO_REGION_IOCTL ? kvmgt_region_info_ioctl(v, uarg) : -ENOTTY;
	case VFIO_DEVICE_GET_IRQ_INFO:
		return kvmgt_get_irq_info(v, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return kvmgt_set_irqs(v, uarg);
	case VFIO_DEVICE_RESET:
		return device_reset(v);
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return kvmgt_query_gfx_plane(v, uarg);
	default:
		return -ENOTTY;
	}
}

static ssize_t device_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos)
{
	return kvmgt_read(to_kvmgt_vgpu(vdev), buf, count, ppos);
}

static ssize_t device_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			    loff_t *ppos)
{
	return kvmgt_write(to_kvmgt_vgpu(vdev), buf, count, ppos);
}

static int device_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	return kvmgt_mmap(to_kvmgt_vgpu(vdev), vma);
}

/* Called again and again until nothing of the range is pinned. */
static void device_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
	struct kvmgt_vgpu *v = to_kvmgt_vgpu(vdev);
	u64 last = iova + (length - 1);

	if (!length)
		return;
	mutex_lock(&v->pin_lock);
	kvmgt_page_unmapping(v, iova, last);
	mutex_unlock(&v->pin_lock);
	kvmgt_aperture_dma_unmap(v, iova, last);
	kvmgt_pages_dma_unmap(v, iova, last);
}

static void device_request(struct vfio_device *vdev, unsigned int count)
{
	kvmgt_irq_request(to_kvmgt_vgpu(vdev), count);
}

static int device_feature(struct vfio_device *vdev, u32 flags, void __user *arg, size_t argsz)
{
	return kvmgt_bus_feature(to_kvmgt_vgpu(vdev)->bus, flags, arg, argsz);
}

const struct vfio_device_ops kvmgt_vgpu_ops = {
	.name = "kvmgt_vgpu",
	.init = device_init,
	.release = device_release,
	.open_device = device_open,
	.close_device = device_close,
	.read = device_read,
	.write = device_write,
	.ioctl = device_ioctl,
	.mmap = device_mmap,
	.request = device_request,
	.dma_unmap = device_dma_unmap,
	.device_feature = device_feature,
	/* clang-format off */
	KVMGT_VFIO_REGION_OP(kvmgt_get_region_info)
	KVMGT_VFIO_IOMMUFD_OPS
	/* clang-format on */
};
