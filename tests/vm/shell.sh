# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The login of make shell: loads the modules, makes a bochs vGPU, says what can be tried.
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh
PS1='kvmgt-l1:\w# '

if modules_load test_types=1 && UUID=$(mdev_create bochs); then
	export UUID
	DEV=/sys/bus/mdev/devices/$UUID
	QEMU="$KV_PATCHED_QEMU -M q35 -accel kvm -cpu host -m 256M -nodefaults -display none -serial mon:stdio"
	GUEST="-kernel /share/guest/vmlinuz -initrd /share/guest/initrd"
	APPEND="console=tty0 console=ttyS0 iomem=relaxed"

	# One guest on the vGPU, in this terminal; ctrl-a x ends it.  guest [on|off|auto]
	guest() {
		# shellcheck disable=SC2086 # lists of words
		$QEMU $GUEST -append "$APPEND" \
			-device "vfio-pci,sysfsdev=$DEV,id=vgpu0,display=on,x-kvmgt=${1:-on}"
	}
	cat <<END

Level 1: Debian 12, Linux $(uname -r).  The modules are loaded and this vGPU exists:
  $DEV
  /sys/kernel/debug/kvmgt/$UUID: $(cd "/sys/kernel/debug/kvmgt/$UUID" && echo *)

  guest on            a Linux guest on it, accelerated (off, auto: try them); ctrl-a x ends it;
                      it takes commands such as:  rate r 0x500 2
  ctrl-a c in it      QEMU's monitor:  screendump /out/x.png -f png   (build/check/ outside)
                                       qom-set /machine/peripheral/vgpu0 x-kvmgt off
  mdevctl list        cat /share/cases/*.py        dmesg | tail
  exit                powers off                   /share is read-only, /out is build/check

END
fi
