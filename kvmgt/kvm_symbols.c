// SPDX-License-Identifier: GPL-2.0
/*
 * kvm_symbols.c - the only file that reaches what KVM does not export
 *
 * kvm_io_bus_register_dev() and kvm_io_bus_unregister_dev() are global functions
 * of kvm.ko without an export.  Their addresses come from a kprobe that is
 * registered disabled (it resolves the name and never patches anything), and
 * they are called through static calls: with IBT the kernel seals functions
 * whose address nobody took, so an indirect call to them would fault, and a
 * static call is a direct one.
 *
 * The addresses stay good while this module is loaded: bus.c references
 * kvm_put_kvm(), a real symbol dependency that pins kvm.ko.
 *
 * If a name is not found the module loads all the same and says so once; then
 * nothing is offered to userspace and every access takes the slow path.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/static_call.h>

#include "kvm_symbols.h"

#ifdef KVMGT_TEST
static bool fail_lookup;
module_param(fail_lookup, bool, 0444);
MODULE_PARM_DESC(fail_lookup, "Pretend that KVM's bus functions cannot be found (test builds)");
#else
#define fail_lookup false
#endif

static int no_register(struct kvm *kvm, enum kvm_bus bus, gpa_t gpa, int size,
		       struct kvm_io_device *io)
{
	return -EOPNOTSUPP;
}

static int no_unregister(struct kvm *kvm, enum kvm_bus bus, struct kvm_io_device *io)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(kvm_symbols_register, no_register);
DEFINE_STATIC_CALL(kvm_symbols_unregister, no_unregister);

static bool available __ro_after_init;

/*
 * ENDBR64 and what the kernel writes over it in sealed functions: 6.12 and 7.3
 * use different poisons (arch/x86/include/asm/ibt.h).
 */
static bool is_function_entry(u32 insn)
{
	return insn == 0xfa1e0ff3 || insn == 0x001f0f66 || insn == 0xd6401f0f;
}

/*
 * A kprobe on a function that starts with ENDBR sits behind it.  The entry
 * itself is wanted: call depth tracking looks at the padding in front of it.
 */
static void *kvm_lookup(const char *name)
{
	struct kprobe kp = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	void *addr;
	int ret;

	ret = fail_lookup ? -ENOENT : register_kprobe(&kp);
	if (ret) {
		pr_notice("%s not found (%d): no in-kernel emulation, guests use the slow path\n",
			  name, ret);
		return NULL;
	}
	addr = kp.addr;
	unregister_kprobe(&kp);

	if (is_function_entry(*(u32 *)(addr - 4)))
		addr -= 4;
	return addr;
}

/**
 * kvm_symbols_init - find KVM's bus functions
 *
 * Context: module init, once.
 */
void __init kvm_symbols_init(void)
{
	typeof(no_unregister) *unregister_fn;
	typeof(no_register) *register_fn;

	register_fn = kvm_lookup("kvm:kvm_io_bus_register_dev");
	if (!register_fn)
		return;
	unregister_fn = kvm_lookup("kvm:kvm_io_bus_unregister_dev");
	if (!unregister_fn)
		return;

	static_call_update(kvm_symbols_register, register_fn);
	static_call_update(kvm_symbols_unregister, unregister_fn);
	available = true;
}

/**
 * kvm_symbols_available - can ranges be put on a VM's bus at all?
 *
 * Return: true if both functions were found.  Constant after module init.
 */
bool kvm_symbols_available(void)
{
	return available;
}

/**
 * kvm_symbols_bus_register - put a device on a VM's MMIO bus
 * @kvm: the VM; the caller holds a reference
 * @gpa: guest physical address of its first byte
 * @size: bytes
 * @io: initialised by kvm_iodevice_init(), without a destructor
 *
 * Context: may sleep; kvm->slots_lock is held, no lock that a handler takes.
 * 6.1 and 6.12 wait for kvm->srcu readers.
 *
 * Return: 0; -ENOSPC when the bus is full; -ENOMEM.
 */
int kvm_symbols_bus_register(struct kvm *kvm, u64 gpa, int size, struct kvm_io_device *io)
{
	lockdep_assert_held(&kvm->slots_lock);
	return static_call(kvm_symbols_register)(kvm, KVM_MMIO_BUS, gpa, size, io);
}

/**
 * kvm_symbols_bus_unregister - take a device off a VM's MMIO bus
 * @kvm: the VM
 * @io: the device
 *
 * When it returns, no handler of @io runs and none will: also on an error.
 *
 * Context: as kvm_symbols_bus_register(); waits for kvm->srcu readers.
 *
 * Return: 0; -ENOMEM when KVM could not shrink its bus and dropped it whole
 * (from then on all MMIO of the VM goes to userspace).
 */
int kvm_symbols_bus_unregister(struct kvm *kvm, struct kvm_io_device *io)
{
	lockdep_assert_held(&kvm->slots_lock);
	return static_call(kvm_symbols_unregister)(kvm, KVM_MMIO_BUS, io);
}
