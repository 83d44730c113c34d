# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts of the test bed share: paths, messages, cache, Debian mirror, kernel version.
#
# Sourced, not run.  Everything built lands in the cache under a key made of what it was built
# from, so nothing is ever rebuilt in place and two runs can never see half a build.

KV_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
KV_BUILD=$KV_ROOT/build
KV_CACHE=${KVMGT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvmgt}
KV_SUITE=bookworm
KV_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
export KV_ROOT KV_BUILD KV_CACHE KV_SUITE
export LC_ALL=C.UTF-8
# A failure inside $(...) must stop the script like any other.
shopt -s inherit_errexit
mkdir -p "$KV_CACHE" "$KV_BUILD"

# Progress goes to stderr: the stdout of several scripts is a path for the caller.
say() { printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# tell_time WHAT CMD...: run CMD with its output in a log, say how long it took, show the log's
# tail when it fails and a sign of life every 20 s meanwhile.  Like cached() below it must not be
# called as part of a condition (if, ||, &&): bash then ignores errexit in everything called.
tell_time() {
	local what=$1 log=$KV_BUILD/log/${1//[^A-Za-z0-9._-]/_}.log t0=$SECONDS rc=0 ticker
	shift
	mkdir -p "$KV_BUILD/log"
	say "$what ... (log: ${log#"$KV_ROOT"/})"
	( while sleep 20; do
		say "$what: $((SECONDS - t0)) s, $(tail -n 1 "$log" 2>/dev/null | cut -c 1-90)"
	  done ) &
	ticker=$!
	set +e
	( set -e; "$@" ) >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	if [ "$rc" -ne 0 ]; then
		tail -n 40 "$log" >&2
		say "$what FAILED (exit $rc, $((SECONDS - t0)) s)"
		return "$rc"
	fi
	say "$what done ($((SECONDS - t0)) s)"
}

need_root() {
	[ "$(id -u)" -eq 0 ] || die "this needs root (chroots and mounts); run it as root"
}

# need CMD=PACKAGE...: install what this machine lacks.
need() {
	local pair missing=() log=$KV_BUILD/log/apt-install.log
	for pair in "$@"; do
		command -v "${pair%%=*}" >/dev/null 2>&1 || missing+=("${pair#*=}")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	need_root
	mkdir -p "$KV_BUILD/log"
	say "installing missing packages on this machine: ${missing[*]} (log: ${log#"$KV_ROOT"/})"
	(
		# Two scripts may want packages at once; apt itself waits for the dpkg lock only.
		exec 8>"$KV_CACHE/apt-install.lock"
		flock 8
		export DEBIAN_FRONTEND=noninteractive
		apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" ||
			{ apt-get -q update && apt-get -q -o DPkg::Lock::Timeout=300 install -y \
				--no-install-recommends "${missing[@]}"; }
	) >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		die "cannot install ${missing[*]}: install them by hand and run again"
	}
}

# hash_of FILE-or-=TEXT...: one key over the contents of files and literal texts.
hash_of() {
	local a
	for a in "$@"; do
		case $a in
		=*) printf '%s\n' "${a#=}" ;;
		*) sha256sum <"$a" ;;
		esac
	done | sha256sum | cut -c 1-16
}

# cached NAME KEY BUILDER [ARG...]: print the cache directory NAME-KEY; when it is missing, run
# "BUILDER [ARG...] TMPDIR" under a lock and move TMPDIR there only when the builder succeeded.
cached() {
	local name=$1 dir=$KV_CACHE/$1-$2 rc
	shift 2
	if [ ! -d "$dir" ]; then
		set +e
		( set -e; build_into "$name" "$dir" "$@" )
		rc=$?
		set -e
		[ "$rc" -eq 0 ] || die "building $name failed"
	fi
	touch "$dir"
	printf '%s\n' "$dir"
}

build_into() {
	local name=$1 dir=$2 tmp
	shift 2
	exec 9>"$KV_CACHE/$name.lock"
	flock -n 9 || { say "waiting for another build of $name"; flock 9; }
	[ -d "$dir" ] && return 0
	tmp=$(mktemp -d "$KV_CACHE/.tmp-$name-XXXXXX")
	# shellcheck disable=SC2064 # expand now: the path must not change
	trap "rm -rf --one-file-system '$tmp'" EXIT
	chmod 755 "$tmp"
	"$@" "$tmp" >&2 9>&-
	# A package unpacked into it has given it a date of its own.
	touch "$tmp"
	mv "$tmp" "$dir"
	# What nobody used for two weeks will not be missed: every use touches it.
	find "$KV_CACHE" -mindepth 1 -maxdepth 1 -name "$name-????????????????" -mtime +14 \
		-exec rm -rf --one-file-system {} +
}

# apt knows its mirrors only once it has seen them; a fresh machine has not.
apt_ready() {
	[ -n "$(apt_site "$KV_SUITE")" ] && return
	need_root
	say "apt-get update on this machine"
	apt-get -qq update >&2 </dev/null
}

# The mirror that apt of this machine uses for a suite; no host name is written in this project.
apt_site() {
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(RELEASE) $(SITE)' 'Created-By: Packages' |
		awk -v suite="$1" '$1 == suite { print $2; exit }'
}

# Deb lines for mmdebstrap and the private apt below.
apt_sources() {
	local site security s
	apt_ready
	site=$(apt_site "$KV_SUITE")
	[ -n "$site" ] || die "apt knows no mirror for $KV_SUITE (is this Debian 12?)"
	security=$(apt_site "$KV_SUITE-security")
	for s in "$KV_SUITE" "$KV_SUITE-updates" "$KV_SUITE-backports"; do
		printf 'deb [signed-by=%s] %s %s main\n' "$KV_KEYRING" "$site" "$s"
	done
	if [ -n "$security" ]; then
		printf 'deb [signed-by=%s] %s %s-security main\n' "$KV_KEYRING" "$security" "$KV_SUITE"
	fi
}

# kv_apt TOOL ARG...: an apt of our own (state in the cache) that also knows the backports,
# so that the apt configuration of this machine stays as it is.
kv_apt() {
	local tool=$1 d=$KV_CACHE/apt
	shift
	# One at a time: an index that is just being replaced looks like a mirror without packages.
	flock "$d.flock" "$tool" -o Dir::State="$d" -o Dir::State::status="$d/status" -o Dir::Cache="$d/cache" \
		-o Dir::Etc::sourcelist="$d/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- \
		-o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Architecture=amd64 "$@"
}

kv_apt_update() {
	local d=$KV_CACHE/apt
	mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
	touch "$d/status"
	apt_sources >"$d/sources.list.$$"
	mv "$d/sources.list.$$" "$d/sources.list"
	kv_apt apt-get -qq update >&2
}

# newest_kernel PREFIX: "VERSION ABI" of the newest linux-image-amd64 whose version has PREFIX.
newest_kernel() {
	local ver abi
	ver=$(kv_apt apt-cache madison linux-image-amd64 | awk -F'|' '{ gsub(/ /, "", $2); print $2 }' |
		grep -E "^$1" | sort -V | tail -n 1)
	[ -n "$ver" ] || die "the mirror offers no linux-image-amd64 $1"
	abi=$(kv_apt apt-cache show "linux-image-amd64=$ver" |
		sed -n 's/^Depends: linux-image-\([^ ]*\) .*/\1/p' | head -n 1)
	[ -n "$abi" ] || die "cannot tell which kernel linux-image-amd64 $ver means"
	printf '%s %s\n' "$ver" "$abi"
}

# The kernels are pinned once per cache, so that image, headers and guest always match; delete
# kernels.lock in the cache (or build from an empty cache) to move on to newer ones.
# Sets KV_VER KV_ABI (level 1, 6.12) and KV_GUEST_VER KV_GUEST_ABI (level 2, 6.1).
kernel_lock() {
	local lock=$KV_CACHE/kernels.lock
	if [ ! -s "$lock" ]; then
		exec 7>"$lock.flock"
		flock 7
		[ -s "$lock" ] || pin_kernels "$lock"
		exec 7>&-
	fi
	# shellcheck source=/dev/null
	. "$lock"
	export KV_VER KV_ABI KV_GUEST_VER KV_GUEST_ABI
}

pin_kernels() {
	local lock=$1 host guest
	say "asking the mirror for the current kernels"
	kv_apt_update
	host=$(newest_kernel '6\.12\.')
	guest=$(newest_kernel '6\.1\.')
	printf 'KV_VER=%s KV_ABI=%s\nKV_GUEST_VER=%s KV_GUEST_ABI=%s\n' \
		"${host% *}" "${host#* }" "${guest% *}" "${guest#* }" >"$lock.tmp"
	mv "$lock.tmp" "$lock"
}

kernel_still_there() {
	kv_apt_update
	kv_apt apt-cache show "linux-image-$KV_ABI=$KV_VER" >/dev/null 2>&1 &&
		kv_apt apt-cache show "linux-image-$KV_GUEST_ABI=$KV_GUEST_VER" >/dev/null 2>&1
}

# pin_for_build: before anything is built from the mirror, make sure the pinned kernels are
# still offered there; otherwise pin again.
pin_for_build() {
	need mmdebstrap=mmdebstrap
	kernel_lock
	if ! kernel_still_there; then
		say "the mirror no longer has $KV_ABI $KV_VER: pinning the current kernels"
		rm -f "$KV_CACHE/kernels.lock"
		kernel_lock
	fi
}

# bootstrap TARGET PINNED-FROM-BACKPORTS PACKAGES [mmdebstrap option...]: a Debian tree.
bootstrap() {
	local target=$1 pinned=$2 packages=$3 hook
	shift 3
	hook=$(mktemp)
	printf 'Package: %s\nPin: release n=%s-backports\nPin-Priority: 600\n' "$pinned" "$KV_SUITE" >"$hook"
	apt_sources | mmdebstrap --mode=root --variant=apt --format=directory --quiet \
		--skip=check/empty \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" && cp '$hook' \"\$1/etc/apt/preferences.d/kvmgt\"" \
		--include="$packages" "$@" "$KV_SUITE" "$target" -
	rm -f "$hook"
}

# fetch_deb DIR PACKAGE[=VERSION]...: unpack packages from the mirror into DIR, uninstalled: no
# maintainer script runs, so a kernel brings no initramfs generator and no boot loader along.
fetch_deb() {
	local dir=$1 debs p
	shift
	debs=$(mktemp -d)
	( cd "$debs" && kv_apt apt-get -q -o Acquire::Retries=3 download "$@" )
	for p in "$debs"/*.deb; do
		dpkg-deb -x "$p" "$dir"
	done
	rm -rf "$debs"
}

# unpack_modules DIR ABI: decompress the modules under DIR/lib/modules and write their index, so
# that the slow emulated CPU has nothing to unpack.
unpack_modules() {
	find "$1/lib/modules/$2" -name '*.ko.xz' -exec xz -d {} +
	depmod -b "$1" "$2"
}

# initramfs OUT TREE ABI "MODULE..." INIT [PROGRAM...]: busybox, INIT, programs, and the modules
# out of TREE with what they depend on (load order in /modules); uncompressed, for the emulated
# CPU's sake.
initramfs() {
	local out=$1 tree=$2 abi=$3 modules=$4 init=$5 dir m verb path
	shift 5
	dir=$(mktemp -d)
	mkdir -p "$dir"/{bin,dev,proc,sys,mnt,lib}
	cp "$tree/bin/busybox" "$dir/bin/busybox"
	cp "$init" "$dir/init"
	chmod 755 "$dir/init"
	ln -s busybox "$dir/bin/sh"
	[ $# -eq 0 ] || cp "$@" "$dir/bin/"
	: >"$dir/modules"
	for m in $modules; do
		modprobe -d "$tree" -S "$abi" --show-depends "$m" >"$dir/deps"
		while read -r verb path _; do
			[ "$verb" = insmod ] || continue
			m=/lib/$(basename "$path" .xz)
			grep -qx "$m" "$dir/modules" && continue
			case $path in
			*.xz)	xz -dc "$path" >"$dir$m" ;;
			*)	cp "$path" "$dir$m" ;;
			esac
			printf '%s\n' "$m" >>"$dir/modules"
		done <"$dir/deps"
	done
	rm -f "$dir/deps"
	( cd "$dir" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 ) >"$out"
	rm -rf "$dir"
}
