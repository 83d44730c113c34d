/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvm_symbols.h - the two functions of KVM that no kernel exports
 */
#ifndef KVMGT_KVM_SYMBOLS_H
#define KVMGT_KVM_SYMBOLS_H

#include <linux/types.h>

struct kvm;
struct kvm_io_device;

void kvm_symbols_init(void);
bool kvm_symbols_available(void);

int kvm_symbols_bus_register(struct kvm *kvm, u64 gpa, int size, struct kvm_io_device *io);
int kvm_symbols_bus_unregister(struct kvm *kvm, struct kvm_io_device *io);

#endif /* KVMGT_KVM_SYMBOLS_H */
