#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# PID 1 of level 1: sets the host up, runs the planned cases one by one, powers off.
#
# The console is ttyS0; ttyS1 carries nothing but KTAP and the marks "# kv-begin NAME" and
# "# kv-end NAME STATUS" by which the bed tells the cases apart.  A case finds /share (read-only),
# /out (its own result directory) and its errors end in /out/stderr.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=/share/lib

mark() { printf '# kv-%s\n' "$*" >/dev/ttyS1; printf 'kv-%s\n' "$*" >/dev/kmsg; }

# A debug kernel's modules come by the share.
kernel_modules() {
	local release
	release=$(uname -r)
	[ -d "/share/kernel/$release" ] || return
	mkdir -p /lib/modules
	ln -s "/share/kernel/$release" "/lib/modules/$release"
}

# limited SECONDS CMD...: so long on a stock kernel.
limited() {
	local seconds=$1
	shift
	timeout "$((seconds * ${KVMGT_SLOW:-1}))" "$@"
}

# Leaks are told on the console, at the end of a boot: a scan takes its time.  In the backtrace of
# what a case before the last one lost the modules have no names any more; alone in a boot it shows
# them.  An object must be some seconds old, and seen unchanged by two scans.
leaks() {
	local file=/sys/kernel/debug/kmemleak line
	[ -w "$file" ] || return
	sleep 5
	echo scan >"$file" && echo scan >"$file"
	while read -r line; do
		printf '%s\n' "$line" >/dev/kmsg
	done <"$file"
	echo clear >"$file"
}

# Lockdep ends with its first report, and says nothing about what comes after.
lockdep_is_off() {
	[ -r /proc/lockdep_stats ] && ! grep -q 'debug_locks: *1$' /proc/lockdep_stats
}

setup() {
	mount -t tmpfs tmpfs /run && mkdir -p /run/out /run/lock
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none out /run/out
	mount -t tmpfs tmpfs /tmp
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	kernel_modules
	stty -F /dev/ttyS1 raw -echo
	hostname kvmgt-l1
	ip link set lo up
	if grep -qw svm /proc/cpuinfo; then
		modprobe kvm-amd
	elif grep -qw vmx /proc/cpuinfo; then
		modprobe kvm-intel
	fi
	modprobe -a mdev vfio vfio_iommu_type1
	[ -c /dev/kvm ] || echo "kv: no /dev/kvm: this CPU offers no virtualisation" >/dev/kmsg
}

# What a case left behind must not decide about the next one; what cannot be removed is a finding.
cleanup() {
	local left=0 d m pid
	for pid in $(ps -eo pid=,ppid=,args= | awk '$2 == 1 && $3 !~ /^\[/ { print $1 }'); do
		kill -9 "$pid" 2>/dev/null
	done
	for d in /sys/bus/mdev/devices/*; do
		[ -e "$d" ] && { limited 20 sh -c "echo 1 >'$d/remove'" || left=1; }
	done
	if [ -n "${last-}" ] || lockdep_is_off; then
		leaks
	fi
	for m in kvmgt_vgpu kvmgt_bus; do
		[ -d "/sys/module/$m" ] && { limited 20 rmmod "$m" || left=1; }
	done
	awk '$2 ~ "^/tmp/" { print $2 }' /proc/mounts | xargs -r umount -l
	find /tmp -mindepth 1 -delete
	return "$left"
}

run_case() {
	local name=$1 seconds=$2 last=$3 out=/run/out/$1 file status
	for file in "/share/cases/$name".sh "/share/cases/$name".py; do [ -e "$file" ] && break; done
	mkdir -p "$out"
	mount --bind "$out" /out
	mark "begin $name"
	case $file in
	*.py)	set -- python3 "$file" ;;
	*)	set -- bash "$file" ;;
	esac
	( cd /tmp && exec timeout -k 5 "$seconds" "$@" ) </dev/null 2>/out/stderr >/dev/ttyS1
	status=$?
	cleanup >>/out/stderr 2>&1 || printf '# kv-left-over modules or devices\n' >/dev/ttyS1
	sync
	umount -l /out
	lockdep_is_off && echo "BUG: kv: lockdep is off" >/dev/kmsg
	mark "end $name $status"
}

interactive() {
	local size
	dmesg -n 5
	size=$(sed -n 's/.*kv\.tty=\([0-9]*\)x\([0-9]*\).*/rows \1 columns \2/p' /proc/cmdline)
	# shellcheck disable=SC2086 # four words
	stty -F /dev/ttyS0 sane $size
	mount --bind /run/out /out
	cd /tmp || return
	TERM=${TERM:-linux} setsid -c bash --rcfile /share/lib/shell.sh -i </dev/ttyS0 >/dev/ttyS0 2>&1
	cd / || return
	umount -l /out
	cleanup
}

setup
boot=$(sed -n 's/.*kv\.boot=\([^ ]*\).*/\1/p' /proc/cmdline)
if [ "$boot" = shell ]; then
	interactive
else
	dmesg -n 7
	mark "up $(cut -d ' ' -f 1 /proc/uptime)"
	# shellcheck source=/dev/null
	. "/run/out/.boot-$boot/env"
	cases=$(wc -l <"/run/out/.boot-$boot/plan")
	while read -r name seconds; do
		cases=$((cases - 1))
		run_case "$name" "$seconds" "$([ "$cases" -gt 0 ] || echo last)"
		# The others get a boot in which lockdep sees them.
		lockdep_is_off && break
	done <"/run/out/.boot-$boot/plan"
	mark "down $(cut -d ' ' -f 1 /proc/uptime)"
fi
sync
echo o >/proc/sysrq-trigger
sleep 10
