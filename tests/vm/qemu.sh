#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the patched QEMU in the sdk and prints the directory that holds qemu-system-x86_64.
#
#   qemu.sh              build when needed, print the directory
#   qemu.sh --tree       the same, then print the source tree too (a git tree: tag "pristine" is
#                        Debian's source, the commit on top is that with all patches)
#
# The binary finds its firmware in /usr/share/seabios and /usr/share/qemu (Debian's packages
# seabios and qemu-system-data), without -L.  One source tree with its build is kept per Debian
# version, configuration and sdk: another patch set rebuilds only what the difference touches.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SERIES=$KV_ROOT/qemu-patches/10.0
UAPI=$KV_ROOT/uapi/linux/vfio_kvmgt.h
VERSION=$(cat "$SERIES/version")

# An apt of our own that knows the sources of Debian 13.
src_apt() {
	local tool=$1 d=$KV_CACHE/apt-qemu
	shift
	kv_apt "$tool" -o Dir::State="$d" -o Dir::State::status="$d/status" -o Dir::Cache="$d/cache" \
		-o Dir::Etc::sourcelist="$d/sources.list" "$@"
}

src_apt_update() {
	local d=$KV_CACHE/apt-qemu site security
	site=$(apt_site "$KV_SUITE")
	security=$(apt_site "$KV_SUITE-security")
	[ -n "$site" ] || die "apt knows no mirror for $KV_SUITE"
	mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
	: >"$d/status"
	{
		printf 'deb-src [signed-by=%s] %s trixie main\n' "$KV_KEYRING" "$site"
		[ -z "$security" ] ||
			printf 'deb-src [signed-by=%s] %s trixie-security main\n' "$KV_KEYRING" "$security"
	} >"$d/sources.list"
	src_apt apt-get -q update
}

# The pinned version, or when the mirror has moved on the newest 10.0 that it offers.
offered_version() {
	local all
	all=$(src_apt apt-cache showsrc --only-source qemu | sed -n 's/^Version: \(1:10\.0\.[^ ]*\)$/\1/p')
	grep -qxF "$VERSION" <<<"$all" && { echo "$VERSION"; return; }
	sort -V <<<"$all" | tail -n 1
}

download() {
	local dir=$1 version
	src_apt_update
	version=$(offered_version)
	[ -n "$version" ] || die "the mirror offers no source of QEMU 10.0"
	[ "$version" = "$VERSION" ] || say "QEMU $VERSION is gone from the mirror: taking $version"
	( cd "$dir" && src_apt apt-get -q -o Acquire::Retries=3 source --download-only "qemu=$version" )
}

#
# What follows runs in the sdk, as "qemu.sh inside STEP ...", with the cache at /cache.
#

unpack() {
	local src=$1 tree=$2 p
	rm -rf "$tree"
	mkdir -p "$tree"
	cd "$tree"
	tar -xf "$src"/qemu_*.orig.tar.xz --strip-components=1
	tar -xf "$src"/qemu_*.debian.tar.xz
	sed 's/[[:space:]].*//; /^#/d; /^$/d' debian/patches/series >"$tree/../.qemu-series"
	while read -r p; do
		patch -s -p1 -F0 --no-backup-if-mismatch <"debian/patches/$p"
	done <"$tree/../.qemu-series"
	rm -rf "$tree/../.qemu-series" debian roms/*/
	git init -q .
	printf '%s\n' /build/ /configs/devices/x86_64-softmmu/kvmgt.mak /.ready >.git/info/exclude
	git add -A -f .
	git_commit -q -m pristine
	git tag pristine
	cp "$SERIES/devices.mak" configs/devices/x86_64-softmmu/kvmgt.mak
	touch .ready
}

git_commit() {
	git -c user.name=kvmgt -c user.email=kvmgt@localhost -c gc.auto=0 commit "$@"
}

# Apply the series in a scratch index, then let git move the work tree there: files that do not
# change keep their time stamps.  git apply knows no fuzz.
switch_to_series() {
	local tree=$1 p commit
	cd "$tree"
	export GIT_INDEX_FILE=.git/kvmgt-index
	git read-tree pristine
	while read -r p; do
		echo "applying $p"
		git apply --cached --whitespace=nowarn "$SERIES/$p"
	done <"$SERIES/series"
	commit=$(git write-tree)
	unset GIT_INDEX_FILE
	commit=$(GIT_AUTHOR_NAME=kvmgt GIT_AUTHOR_EMAIL=kvmgt@localhost GIT_COMMITTER_NAME=kvmgt \
		GIT_COMMITTER_EMAIL=kvmgt@localhost git commit-tree -p pristine -m patched "$commit")
	git checkout -q -f --detach "$commit"
	cmp "$UAPI" linux-headers/linux/vfio_kvmgt.h ||
		die "the series carries another vfio_kvmgt.h than uapi/: run qemu-patches/refresh.sh --uapi"
}

compile() {
	local tree=$1
	mkdir -p "$tree/build"
	cd "$tree/build"
	if [ ! -f build.ninja ]; then
		mapfile -t args <"$SERIES/configure.args"
		../configure --python=/usr/bin/python3 --disable-download "${args[@]}"
	fi
	ninja -j "$(nproc)" qemu-system-x86_64
}

inside() {
	local src=$1 tree=$2 out=$3
	[ -f "$tree/.ready" ] || unpack "$src" "$tree"
	touch "$tree"
	switch_to_series "$tree"
	compile "$tree"
	strip -o "$out/qemu-system-x86_64" "$tree/build/qemu-system-x86_64"
	"$out/qemu-system-x86_64" --version >"$out/version"
}

#
# Outside
#

key_of_tree() {
	hash_of "=$VERSION" "$SERIES/configure.args" "$SERIES/devices.mak" "=$("$KV_ROOT/tests/vm/sdk.sh")"
}

tree_path() {
	printf '%s/qemu-tree-%s\n' "$KV_CACHE" "$(key_of_tree)"
}

key_of_result() {
	local p files=()
	while read -r p; do
		files+=("$SERIES/$p")
	done <"$SERIES/series"
	hash_of "=$(key_of_tree)" "$SERIES/series" "$UAPI" "${files[@]}"
}

build() {
	local out=$1 src
	need_root
	src=$(cached qemu-src "$(hash_of "=$VERSION")" download)
	# Each tree is a gigabyte: those of former configurations go after some days.
	find "$KV_CACHE" -maxdepth 1 -name 'qemu-tree-*' -mtime +3 ! -path "$(tree_path)" \
		-exec rm -rf {} +
	tell_time "QEMU ${VERSION#*:} with our patches" nice "$KV_ROOT/tests/vm/sdk.sh" run \
		/src/tests/vm/qemu.sh inside "/cache/${src##*/}" "/cache/$(basename "$(tree_path)")" \
		"/cache/${out##*/}"
}

case ${1:-} in
inside)	shift; inside "$@"; exit ;;
''|--tree) ;;
*)	die "usage: qemu.sh [--tree]" ;;
esac
key=$(key_of_result)
cached qemu "$key" build
[ -z "${1:-}" ] || tree_path
