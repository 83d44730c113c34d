// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - kvmgt_vgpu.ko: the mdev parent, its types, module init and exit
 */
#include <linux/device.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "vgpu_mdev.h"

#define KVMGT_MAX_INSTANCES 64
#define KVMGT_MAX_TYPES 16
#define KVMGT_TYPE_NAME 32

static bool test_types;
module_param(test_types, bool, 0444);
MODULE_PARM_DESC(test_types, "Also offer models that exist only to be tested against");

/**
 * struct vgpu_type - a model with a monitor
 * @type: what mdev knows of it
 * @model: the model
 * @monitor: one of its monitors; NULL where it has none to choose from
 * @limits: of the vGPUs of this type that are opened
 * @limits_dir: where they are shown
 * @name: of the type, behind "kvmgt_vgpu-"
 */
struct vgpu_type {
	struct mdev_type type;
	struct vgpu_model *model;
	const struct vgpu_monitor *monitor;
	struct kvmgt_limits limits;
	struct kobject *limits_dir;
	char name[KVMGT_TYPE_NAME];
};

static struct vgpu_type types[KVMGT_MAX_TYPES];
static struct mdev_type *type_list[KVMGT_MAX_TYPES];
static u32 nr_types;

static struct class vgpu_class = {
	.name = "kvmgt_vgpu",
};

static struct device *parent_dev;
static struct mdev_parent parent;

static struct vgpu_type *to_vgpu_type(struct mdev_type *type)
{
	return container_of(type, struct vgpu_type, type);
}

/**
 * kvmgt_monitor_of - the monitor that comes with a mediated device
 * @mdev: the mdev's device
 *
 * Return: the monitor; NULL where the model has none to choose from.
 */
const struct vgpu_monitor *kvmgt_monitor_of(struct device *mdev)
{
	return to_vgpu_type(to_mdev_device(mdev)->type)->monitor;
}

/**
 * kvmgt_model_of - the model that a mediated device was created as
 * @mdev: the mdev's device
 *
 * Return: the model, never NULL.
 */
struct vgpu_model *kvmgt_model_of(struct device *mdev)
{
	return to_vgpu_type(to_mdev_device(mdev)->type)->model;
}

/**
 * kvmgt_limits_of - the limits of a mediated device's type
 * @mdev: the mdev's device
 *
 * Return: the limits; they may be changing.
 */
struct kvmgt_limits *kvmgt_limits_of(struct device *mdev)
{
	return &to_vgpu_type(to_mdev_device(mdev)->type)->limits;
}

/**
 * kvmgt_limits_of_type - the limits of a type
 * @type: its directory
 *
 * Return: the limits; they may be changing.
 */
struct kvmgt_limits *kvmgt_limits_of_type(struct kobject *type)
{
	return &to_vgpu_type(container_of(type, struct mdev_type, kobj))->limits;
}

static int vgpu_probe(struct mdev_device *mdev)
{
	struct kvmgt_vgpu *v;
	int ret;

	v = vfio_alloc_device(kvmgt_vgpu, vdev, &mdev->dev, &kvmgt_vgpu_ops);
	if (IS_ERR(v))
		return PTR_ERR(v);

	ret = vfio_register_emulated_iommu_dev(&v->vdev);
	if (ret)
		goto err_put;
	dev_set_drvdata(&mdev->dev, v);
	return 0;

err_put:
	vfio_put_device(&v->vdev);
	return ret;
}

static void vgpu_remove(struct mdev_device *mdev)
{
	struct kvmgt_vgpu *v = dev_get_drvdata(&mdev->dev);

	vfio_unregister_group_dev(&v->vdev);
	vfio_put_device(&v->vdev);
}

static ssize_t vgpu_show_description(struct mdev_type *type, char *buf)
{
	struct vgpu_type *t = to_vgpu_type(type);
	const struct vgpu_monitor *mon = t->monitor;

	if (!mon)
		return sysfs_emit(buf, "%s\n", t->model->description);
	return sysfs_emit(buf, "%s; monitor of %ux%u, modes up to %ux%u\n", t->model->description,
			  mon->width, mon->height, mon->max_width, mon->max_height);
}

static struct mdev_driver vgpu_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.max_instances = KVMGT_MAX_INSTANCES,
	.probe = vgpu_probe,
	.remove = vgpu_remove,
	.show_description = vgpu_show_description,
	.driver = {
		.name = "kvmgt_vgpu",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
	},
};

static void models_exit(void)
{
	while (nr_types)
		vgpu_model_exit(types[--nr_types].model);
}

static int type_add(struct vgpu_model *m, const struct vgpu_monitor *mon)
{
	struct vgpu_type *t = &types[nr_types];

	if (nr_types == KVMGT_MAX_TYPES)
		return -ENOSPC;
	if (mon && mon->name)
		snprintf(t->name, sizeof(t->name), "%s_%s", m->name, mon->name);
	else
		snprintf(t->name, sizeof(t->name), "%s", m->name);
	t->model = m;
	t->monitor = mon;
	t->limits = kvmgt_limits_default;
	t->type.sysfs_name = t->name;
	t->type.pretty_name = t->name;
	type_list[nr_types++] = &t->type;
	return 0;
}

/* A type for each monitor that the model can come with. */
static int types_add(struct vgpu_model *m)
{
	u32 i;
	int ret;

	if (!m->nr_monitors)
		return type_add(m, NULL);
	for (i = 0; i < m->nr_monitors; i++) {
		ret = type_add(m, &m->monitors[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* Check and index the models, make types of them. */
static int models_init(void)
{
	u32 i;
	int ret;

	for (i = 0; i < vgpu_nr_models; i++) {
		struct vgpu_model *m = vgpu_models[i];

		if (!strcmp(m->name, "test") && !test_types)
			continue;
		ret = vgpu_model_init(m);
		if (!ret)
			ret = types_add(m);
		if (ret) {
			pr_err("model %s: its tables are wrong (%d)\n", m->name, ret);
			vgpu_model_exit(m);
			models_exit();
			return ret;
		}
	}
	return 0;
}

static void limits_remove(void)
{
	u32 i;

	for (i = 0; i < nr_types; i++) {
		kobject_put(types[i].limits_dir);
		types[i].limits_dir = NULL;
	}
}

static int limits_add(void)
{
	u32 i;
	int ret;

	for (i = 0; i < nr_types; i++) {
		ret = kvmgt_limits_create(&types[i].type.kobj, &types[i].limits_dir);
		if (ret) {
			limits_remove();
			return ret;
		}
	}
	return 0;
}

static int __init vgpu_module_init(void)
{
	int ret;

	ret = models_init();
	if (ret)
		return ret;
	ret = class_register(&vgpu_class);
	if (ret)
		goto err_models;
	parent_dev = device_create(&vgpu_class, NULL, MKDEV(0, 0), NULL, "kvmgt_vgpu");
	if (IS_ERR(parent_dev)) {
		ret = PTR_ERR(parent_dev);
		goto err_class;
	}
	ret = mdev_register_driver(&vgpu_driver);
	if (ret)
		goto err_device;
	ret = mdev_register_parent(&parent, parent_dev, &vgpu_driver, type_list, nr_types);
	if (ret)
		goto err_driver;
	ret = limits_add();
	if (ret)
		goto err_parent;
	return 0;

err_parent:
	mdev_unregister_parent(&parent);
err_driver:
	mdev_unregister_driver(&vgpu_driver);
err_device:
	device_unregister(parent_dev);
err_class:
	class_unregister(&vgpu_class);
err_models:
	models_exit();
	return ret;
}

static void __exit vgpu_module_exit(void)
{
	limits_remove();
	mdev_unregister_parent(&parent);
	mdev_unregister_driver(&vgpu_driver);
	device_unregister(parent_dev);
	class_unregister(&vgpu_class);
	models_exit();
	rcu_barrier(); /* eventfds are freed by a callback of ours */
}

module_init(vgpu_module_init);
module_exit(vgpu_module_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Software vGPUs as mediated VFIO devices, answered in the kernel");
