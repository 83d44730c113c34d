#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# /init of the Linux guest: loads the stock bochs driver, shows the console on the vGPU, obeys.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
echo "kv: init after $(cut -d ' ' -f 1 /proc/uptime) s" >/dev/ttyS0

find_display() {
	for d in /sys/bus/pci/devices/*; do
		case "$(cat "$d/vendor") $(cat "$d/device")" in
		"0x1234 0x1111"|"0x8086 0x1612")
			echo "$d"
			return ;;
		esac
	done
}

while read -r module; do
	insmod "$module" || echo "kv: cannot load $module" >/dev/ttyS0
done </modules
display=$(find_display)
case $(cat "$display/vendor") in 0x8086) registers=resource0 ;; *) registers=resource2 ;; esac
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -e /sys/class/graphics/fb0 ] && break
	sleep 0.1
done

banner() {
	printf '\033[?25l\r\n\033[1;32m'
	cat <<'ART'
  _  ____     ____  __  ____ _____
 | |/ /\ \   / /  \/  |/ ___|_   _|   a Linux console on a virtual display,
 | ' /  \ \ / /| |\/| | |  _  | |     registers answered by the host kernel
 | . \   \ V / | |  | | |_| | | |
 |_|\_\   \_/  |_|  |_|\____| |_|
ART
	printf '\033[0m\r\n'
	printf ' kernel   %s\r\n' "$(uname -sr)"
	printf ' display  %s  driver %s\r\n' "$(cat "$display/vendor"):$(cat "$display/device")" \
		"$(basename "$(readlink "$display/driver")")"
	printf ' screen   %s, %s\r\n' "$(cat /sys/class/graphics/fb0/virtual_size)" \
		"$(cat /sys/class/graphics/fb0/name)"
	printf ' up       %s s\r\n\r\n' "$(cut -d ' ' -f 1 /proc/uptime)"
}

if [ -n "$display" ] && [ -e /sys/class/graphics/fb0 ]; then
	echo "kv: driver $(basename "$(readlink "$display/driver")")," \
		"fb0 $(cat /sys/class/graphics/fb0/name)" \
		"$(cat /sys/class/graphics/fb0/virtual_size)" >/dev/ttyS0
	banner >/dev/tty0
	/bin/guest /dev/ttyS0 "$display/$registers"
else
	echo "kv: no display" >/dev/ttyS0
fi
echo "kv: the guest ends" >/dev/ttyS0
poweroff -f
