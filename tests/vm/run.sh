#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs VM cases: builds what they need, boots level 1, judges; or opens a login in level 1.
#
#   run.sh [--smp N] [--icount] [--timeout S] [--out DIR] CASE...   run these (name or glob)
#   run.sh --all                                                    every case but benchmarks and,
#                                                                   unless KVMGT_LONG=1, long ones
#   run.sh --list [CASE...]                                         print the names
#   run.sh --shell                                                  interactive login
#
# A case is an executable file tests/*/cases/NAME.{sh,py}.  Comment lines in its head say:
#   # boot: own         do not share the boot of level 1 with other cases
#   # smp: N            vCPUs of level 1 (default 2)
#   # icount            one vCPU, -icount shift=0,sleep=off
#   # timeout: S        seconds for this case (default 180), beside KVMGT_ATTACK_SECONDS
#   # long              takes minutes: --all leaves it out unless KVMGT_LONG=1
#   # needs: WORD...    modules plant qemu guest debian bin: built first and found in /share
#                       (default modules)
#   # host: WORD...     runs with these HOST only
#   # planted: REGEX    plants a fault: passes only if the kernel reports what matches
# /share/bin holds what every executable tests/*/share.sh put there when called with that path.
# HOST in the environment chooses the kernel of level 1: stock (default), debug (KASAN, lockdep,
# kmemleak ...) or kcsan, see debug-kernel.sh.  All time limits grow with it.
# Results: DIR/vm-CASE.ktap, DIR/vm-CASE.console, and DIR/CASE/ which the case sees as /out.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What HOST means: kernel, and by what it is slower, at most, than a stock kernel.
HOST=${HOST:-stock}
case $HOST in
stock)	flavour='' slow=1 ;;
debug)	flavour=kasan slow=8 ;;
kcsan)	flavour=kcsan slow=8 ;;
*)	die "HOST=$HOST: there are stock, debug, kcsan" ;;
esac
export KVMGT_SLOW=$slow

OUT=$KV_BUILD/check
SHARE=$KV_BUILD/share
MODULES=$KV_BUILD/modules
if [ -n "$flavour" ]; then
	OUT=$OUT-$HOST SHARE=$SHARE-$HOST MODULES=$MODULES-$HOST
fi
smp='' icount='' timeout='' list='' shell='' all=''
cases=()

# header FILE KEY: the value of "# KEY: value" in the head of a case.
header() {
	sed -n "1,25s/^# $2: *//p" "$1" | head -n 1
}

names_of() { sed 's,.*/,,; s,\.[^.]*$,,'; }

runs_here() {
	local hosts
	hosts=$(header "$1" host)
	case " ${hosts:-$HOST} " in *" $HOST "*) ;; *) return 1 ;; esac
}

find_cases() {
	local pattern=$1 f name found=''
	for f in "$KV_ROOT"/tests/*/cases/*; do
		name=${f##*/}
		case $name in *.sh|*.py) name=${name%.*} ;; *) continue ;; esac
		if [ "$pattern" = --all ]; then
			case $f in */tests/bench/cases/*|*/tests/demo/cases/*) continue ;; esac
			runs_here "$f" || continue
			[ -z "${KVMGT_LONG-}" ] && sed -n '1,25{/^# long$/p}' "$f" | grep -q . && continue
		else
			# shellcheck disable=SC2254 # a glob is wanted
			case $name in $pattern) runs_here "$f" || continue ;; *) continue ;; esac
		fi
		found=yes
		printf '%s\n' "$f"
	done
	[ -n "$found" ] || die "no VM case of HOST=$HOST matches $pattern"
}

# put SRC DST: replace a file of the share in one step, and only when it changed: a level 1
# that another run has booted may be reading it.
put() {
	cmp -s "$1" "$2" && return 0
	mkdir -p "$(dirname "$2")"
	cp -L "$1" "$2.tmp.$$"
	mv "$2.tmp.$$" "$2"
}

put_tree() {
	local f
	( cd "$1" && find -L . -type f ) | while read -r f; do
		put "$1/$f" "$2/$f"
	done
}

# share_modules [NAME DIR MAKEARG...]: as /share/NAME.
share_modules() {
	local name=${1:-modules} dir=${2:-$MODULES} f
	shift "$(($# < 2 ? $# : 2))"
	[ $# -gt 0 ] || set -- KVMGT_TEST=1
	KERNEL=${kernel-} "$KV_ROOT/tests/vm/modules.sh" "$dir" "$@"
	for f in "$dir"/{*.ko,abi}; do
		put "$f" "$SHARE/$name/${f##*/}"
	done
}

# Modules with faults in them, see kvmgt/plant.c.
share_plant() {
	share_modules plant "$MODULES-plant" KVMGT_TEST=1 KVMGT_PLANT=y
}

share_qemu() {
	local dir
	dir=$("$KV_ROOT/tests/vm/qemu.sh")
	put_tree "$dir" "$SHARE/qemu"
}

share_guest() {
	local dir
	dir=$("$KV_ROOT/tests/vm/guest.sh")
	put_tree "$dir" "$SHARE/guest"
}

share_debian() {
	local dir
	dir=$("$KV_ROOT/tests/vm/debian.sh")
	put_tree "$dir" "$SHARE/debian"
}

share_bin() {
	local f tmp
	tmp=$(mktemp -d "$KV_BUILD/bin-XXXXXX")
	for f in "$KV_ROOT"/tests/*/share.sh; do
		[ -x "$f" ] || continue
		tell_time "test programs of ${f#"$KV_ROOT"/}" "$f" "$tmp"
	done
	put_tree "$tmp" "$SHARE/bin"
	chmod -R a+rx "$SHARE/bin"
	rm -rf "$tmp"
}

fill_share() {
	local f need_word needs=''
	for f in "$@"; do
		needs="$needs $(header "$f" needs)"
		[ -n "$(header "$f" needs)" ] || needs="$needs modules"
		put "$f" "$SHARE/cases/${f##*/}"
	done
	for f in "$KV_ROOT"/tests/vm/{init.sh,shell.sh} "$KV_ROOT"/tests/*/l1/* "$KV_ROOT"/tests/vm/libvirt/*; do
		[ -f "$f" ] && put "$f" "$SHARE/lib/${f##*/}"
	done
	[ -z "$shell" ] || needs='modules qemu guest'
	for need_word in modules plant qemu guest debian bin; do
		case " $needs " in *" $need_word "*) "share_$need_word" ;; esac
	done
	for need_word in $needs; do
		case $need_word in modules|plant|qemu|guest|debian|bin|none) ;; *) die "unknown need: $need_word" ;; esac
	done
}

# boot SMP ICOUNT NAME:SECONDS...
boot() {
	local smp=$1 icount=$2
	shift 2
	say "level 1${flavour:+ ($flavour)} with $smp vCPU${icount:+, icount}: ${*%%:*}"
	python3 "$KV_ROOT/tests/vm/boot.py" --qemu "$l0_qemu" --image "$image" --share "$SHARE" \
		--out "$OUT" --smp "$smp" --slow "$slow" ${flavour:+--debug} ${icount:+--icount} \
		"${planted[@]}" "$@"
}

run_all() {
	local f name seconds n i key groups want planted=()
	declare -A groups
	for f in "$@"; do
		name=${f##*/} name=${name%.*}
		seconds=${timeout:-$(header "$f" timeout)}
		n=${smp:-$(header "$f" smp)}
		i=$icount
		grep -qE '^# icount$' <(head -n 25 "$f") && i=yes
		key="${n:-2}|$i|"
		[ "$(header "$f" boot)" = own ] && key="$key$name"
		groups[$key]+=" $name:$(((${seconds:-180} + ${KVMGT_ATTACK_SECONDS:-0}) * slow))"
		want=$(header "$f" planted)
		[ -z "$want" ] || planted+=(--planted "$name=$want")
		rm -rf "${OUT:?}/$name" "$OUT/vm-$name".{ktap,console}
	done
	for key in $(printf '%s\n' "${!groups[@]}" | sort); do
		IFS='|' read -r n i _ <<<"$key"
		# shellcheck disable=SC2086 # a list of words
		boot "$n" "$i" ${groups[$key]}
	done
}

while [ $# -gt 0 ]; do
	case $1 in
	--smp)		smp=$2; shift ;;
	--timeout)	timeout=$2; shift ;;
	--out)		mkdir -p "$2"; OUT=$(cd "$2" && pwd); shift ;;
	--icount)	icount=yes ;;
	--list)		list=yes ;;
	--shell)	shell=yes ;;
	--all)		all=yes; cases+=(--all) ;;
	-*)		die "unknown option $1 (see the head of this file)" ;;
	*)		cases+=("$1") ;;
	esac
	shift
done
[ -n "$list$all" ] && [ ${#cases[@]} -eq 0 ] && cases=(--all)
if [ -z "$shell" ] && [ ${#cases[@]} -eq 0 ]; then
	die "usage: run.sh [--smp N] [--icount] [--timeout S] [--out DIR] CASE...|--all|--list|--shell"
fi

files=()
for pattern in "${cases[@]}"; do
	mapfile -t -O "${#files[@]}" files < <(find_cases "$pattern")
done
mapfile -t files < <(printf '%s\n' "${files[@]}" | awk 'NF && !seen[$0]++')
if [ -n "$list" ]; then
	printf '%s\n' "${files[@]}" | names_of
	exit 0
fi

need_root
# Level 1 runs on our QEMU: the one of Debian 12 executes stale code after another CPU has patched
# it (TCG, fixed in 8.1), and KVM patches __schedule() whenever the first VM comes or the last one
# goes.  Debian's package is there for the libraries and the firmware.
need qemu-system-x86_64=qemu-system-x86 flock=util-linux python3=python3
mkdir -p "$OUT" "$SHARE"/{cases,lib,bin,modules,qemu,guest}
image=$("$KV_ROOT/tests/vm/image.sh")
if [ -n "$flavour" ]; then
	kernel=$("$KV_ROOT/tests/vm/debug-kernel.sh" "$flavour")
	image=$("$KV_ROOT/tests/vm/debug-kernel.sh" --image "$flavour" "$image")
	put_tree "$kernel/modules/lib/modules" "$SHARE/kernel"
fi
l0_qemu=$("$KV_ROOT/tests/vm/qemu.sh")/qemu-system-x86_64
exec 6>"$SHARE.lock"
flock 6
fill_share "${files[@]}"
exec 6>&-

if [ -n "$shell" ]; then
	[ -t 0 ] || die "a login needs a terminal"
	exec python3 "$KV_ROOT/tests/vm/boot.py" --qemu "$l0_qemu" --image "$image" --share "$SHARE" \
		--out "$OUT" --smp "${smp:-2}" --slow "$slow" ${flavour:+--debug} --shell
fi

run_all "${files[@]}"
mapfile -t names < <(printf '%s\n' "${files[@]}" | names_of)
exec python3 "$KV_ROOT/tests/vm/boot.py" --out "$OUT" --report "${names[@]}"
