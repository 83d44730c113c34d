/* SPDX-License-Identifier: GPL-2.0 */
/*
 * boot.S - from the multiboot entry, or a startup IPI, to 64-bit C code
 *
 * Both ways meet in enter_long.  A processor needs a stack before it may call
 * C: the first one uses boot_stack, the others take a ticket and use the stack
 * with that number.
 */
#include "layout.h"

#define MB_MAGIC	0x1badb002
#define MB_FLAGS	0

#define CODE32		0x08
#define DATA		0x10
#define CODE64		0x18

#define PTE_TABLE	0x03
#define PTE_BLOCK	0x83
#define PTE_UNCACHED	0x10

	.section .multiboot, "a"
	.align 4
	.long MB_MAGIC
	.long MB_FLAGS
	.long -(MB_MAGIC + MB_FLAGS)

	.text
	.code32
	.globl _start
_start:
	cli
	cld
	lgdt gdt_ptr
	/* A reset loads .data again but leaves .bss as it was. */
	mov $__bss_start, %edi
	mov $__bss_end, %ecx
	sub %edi, %ecx
	shr $2, %ecx
	xor %eax, %eax
	rep stosl

	/* 4 GiB one to one, then one page directory for map.c */
	movl $(page_pdpt + PTE_TABLE), page_pml4
	mov $page_pd, %edi
	mov $PTE_BLOCK, %eax
1:	mov %eax, (%edi)
	test %eax, %eax
	jns 2f
	/* what lies above 2 GiB are devices */
	orl $PTE_UNCACHED, (%edi)
2:	add $8, %edi
	add $0x200000, %eax
	jnc 1b
	mov $page_pdpt, %edi
	mov $(page_pd + PTE_TABLE), %eax
	mov $5, %ecx
3:	mov %eax, (%edi)
	add $8, %edi
	add $4096, %eax
	loop 3b

	xor %ebx, %ebx
	ljmp $CODE32, $enter_long

/* %ebx: number of this processor */
enter_long:
	mov $DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $0x620, %eax		/* PAE, OSFXSR, OSXMMEXCPT */
	mov %eax, %cr4
	mov $page_pml4, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx		/* EFER: LME */
	rdmsr
	or $0x100, %eax
	wrmsr
	mov $0x80000033, %eax		/* PG, NE, ET, MP, PE; caches on */
	mov %eax, %cr0
	ljmp $CODE64, $start64

	.code64
start64:
	mov %ebx, %edi
	mov %ebx, %eax
	inc %eax
	shl $STACK_SHIFT, %rax
	lea stacks(%rax), %rsp
	xor %ebp, %ebp
	call cpu_main
	ud2

/* Copied to TRAMPOLINE, where startup IPIs begin. */
	.globl ap_trampoline, ap_trampoline_end
	.code16
ap_trampoline:
	cli
	cld
	mov %cs, %ax
	mov %ax, %ds
	lgdtl ap_gdt_ptr - ap_trampoline
	mov %cr0, %eax
	or $1, %eax
	mov %eax, %cr0
	ljmpl $CODE32, $ap_start
	.align 4
ap_gdt_ptr:
	.word gdt_end - gdt - 1
	.long gdt
ap_trampoline_end:

	.code32
ap_start:
	mov $DATA, %eax
	mov %eax, %ds
	mov $1, %ebx
	lock xadd %ebx, ap_ticket
	cmp $MAX_CPUS, %ebx
	jb enter_long
4:	cli
	hlt
	jmp 4b

	.code64
/* Interrupt stubs of equal size; irq.c fills the IDT from irq_stubs. */
	.globl irq_stubs
	.align IRQ_STUB_SIZE
irq_stubs:
	.set vector, 0
	.rept 256
	.align IRQ_STUB_SIZE
	/* these exceptions push an error code themselves */
	.if !((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21))
	push $0
	.endif
	push $vector
	jmp irq_common
	.set vector, vector + 1
	.endr

irq_common:
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, %rdi
	cld
	call irq_entry
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
	add $16, %rsp
	iretq

/*
 * Sleeps until an interrupt; they are off before and after.  sti holds interrupts
 * back for one instruction, so that none can come between it and hlt; but an
 * emulated SVM forgets that when the host takes an exit right there.  irq_entry()
 * therefore steps over the hlt if that is what it interrupted.
 */
	.globl irq_wait, irq_wait_hlt
irq_wait:
	sti
irq_wait_hlt:
	hlt
	cli
	ret

	.data
	.align 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
	.quad 0x00af9b000000ffff
gdt_end:
gdt_ptr:
	.word gdt_end - gdt - 1
	.long gdt
	.align 4
	.globl ap_ticket
ap_ticket:
	.long 1

	.bss
	.align 4096
page_pml4:
	.skip 4096
page_pdpt:
	.skip 4096
page_pd:
	.skip 4 * 4096
	.globl page_window
page_window:
	.skip 4096
	.globl stacks
stacks:
	.skip MAX_CPUS << STACK_SHIFT

	.section .note.GNU-stack, "", @progbits
