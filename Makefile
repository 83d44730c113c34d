# SPDX-License-Identifier: GPL-2.0
# What to type.  Nothing is compiled here: each target calls the script that knows how.
#
#   make demo                   builds all, runs a guest with the accelerator off and on, compares
#   make check                  every test; last line: N passed, N failed, N skipped
#   make check-unit             unit tests, fuzz smoke and QEMU side: no VM, no root
#   make check-vm [CASE=glob]   the VM suite, or the cases that match; HOST=debug or HOST=kcsan: on
#                               a kernel that checks itself (the first time half an hour to build)
#   make bench                  the trap benchmark: build/bench/
#   make bench-blt              the blitter against memcpy(), without a VM
#   make modules                the kernel modules, for the bed's kernel: build/modules/
#   make tools                  kvmgt-top: build/tools/kvmgt-top
#   make fuzz SECONDS=n         fuzz for n seconds (default 60), then what of vgpu-core is reached;
#                               TIMES=n: n times as many inputs from a seed, SEED=s, TARGETS='pair'
#   make lint                   every lint
#   make shell                  a login in the test bed, a vGPU ready
#   make clean                  removes build/; what is cached stays in ~/.cache/kvmgt
#
# The test bed needs Debian 12, root for its chroots, and 6 GiB of disk in the cache.

SECONDS ?= 60
TIMES ?= 1

help:
	@sed -n 's/^#   //p' Makefile

demo:
	@tests/demo/run.sh

check:
	@tests/check.sh

check-unit:
	@tests/check.sh bed unit fuzz qemu

check-vm:
	@CASE='$(CASE)' HOST='$(HOST)' tests/check.sh vm

bench:
	@tests/bench/run.sh

bench-blt:
	@tests/bench/blt.sh

modules:
	@tests/vm/modules.sh

tools:
	@tests/vm/tools.sh

fuzz:
	@tests/fuzz/run.sh $(SECONDS) $(TIMES)
	@tests/fuzz/coverage.sh

lint:
	@tests/lint/run.sh

shell:
	@tests/vm/run.sh --shell

clean:
	rm -rf build

.PHONY: help demo check check-unit check-vm bench bench-blt modules tools fuzz lint shell clean
