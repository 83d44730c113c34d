#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# /init of the Debian guest: root image below a tmpfs, then a runner of commands on ttyS0.
#
# The runner says "kv: ready"; for each line "sh COMMAND" it runs COMMAND in bash, prints what that
# prints with "| " before each line, then "kv: exit STATUS".
outer() {
	/bin/busybox --install -s /bin
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev
	while read -r module; do
		insmod "$module" || echo "kv: cannot load $module" >/dev/ttyS0
	done </modules
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -b /dev/vda ] && break
		sleep 0.2
	done
	mkdir -p /mnt/image /mnt/tmp /mnt/root
	mount -t ext4 -o ro /dev/vda /mnt/image
	mount -t tmpfs tmpfs /mnt/tmp
	mkdir -p /mnt/tmp/upper /mnt/tmp/work
	mount -t overlay -o lowerdir=/mnt/image,upperdir=/mnt/tmp/upper,workdir=/mnt/tmp/work \
		overlay /mnt/root
	cp /init /mnt/root/init
	mount --move /dev /mnt/root/dev
	mount --move /proc /mnt/root/proc
	mount --move /sys /mnt/root/sys
	exec switch_root /mnt/root /bin/sh /init inner
}

# What COMMAND leaves running in the background must have its output elsewhere: the pipe is read to
# its end.
serve() {
	exec 4>&1
	while read -r verb rest; do
		status=255
		if [ "$verb" = sh ]; then
			status=$({ { bash -c "$rest" </dev/null 2>&1 3>&- 4>&-; echo $? >&3; } |
				sed -u 's/^/| /' >&4; } 3>&1)
		fi
		echo "kv: exit $status"
	done
}

inner() {
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/run/user
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /tmp
	mkdir -m 700 /run/user
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	# From here on the line belongs to the runner; the kernel's log is there for the asking.
	dmesg -n 1
	stty -F /dev/ttyS0 raw -echo
	echo "kv: ready after $(cut -d ' ' -f 1 /proc/uptime) s"
	serve
	echo o >/proc/sysrq-trigger
	sleep 10
}

case ${1:-} in
inner)	inner </dev/ttyS0 >/dev/ttyS0 2>&1 ;;
*)	outer ;;
esac
