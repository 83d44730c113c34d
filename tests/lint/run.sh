#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every lint, each one result in build/lint/lint.ktap; run.sh [NAME...] runs only those.
#
# All tools come from the sdk and from the kernel's own source package, so that every machine
# says the same.  What a lint found stands below its line and in build/lint/NAME.log.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"

OUT=$KV_BUILD/lint
SDK=$KV_ROOT/tests/vm/sdk.sh
ALL='modules sparse checkpatch clang-format kernel-doc shellcheck codespell python structure headers'

# Tools of the kernel that Debian ships only within its source.
kernel_tools() {
	local dir=$1
	tell_time "kernel source for its lint tools" fetch_deb "$dir/deb" "linux-source-6.12=$KV_VER"
	tar -C "$dir" --strip-components=1 -xf "$dir"/deb/usr/src/linux-source-6.12.tar.xz --wildcards \
		'*/.clang-format' '*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' '*/scripts/kernel-doc'
	rm -rf "$dir/deb"
}

c_files() {
	git ls-files -co --exclude-standard -- "$@" | grep -E '\.[ch]$' || true
}

# quiet_build LOG MAKEARG...: build the modules, fail on any line of LOG that names a file of ours.
quiet_build() {
	local dir=$1
	shift
	"$KV_ROOT/tests/vm/modules.sh" "$KV_BUILD/lint/$dir" KVMGT_TEST=1 KVMGT_PLANT=y "$@" 2>&1
	# Only our own words count: kbuild's notes on BTF or a missing compiler do not.
	! grep -rhE '(kvmgt|vgpu-core|uapi)/.*(warning|error):' "$KV_BUILD"/log/modules_in_build_lint_"$dir"_*.log
}

lint_modules() {
	rm -rf "$OUT/w1"
	quiet_build w1 W=1
}

lint_sparse() {
	rm -rf "$OUT/sparse"
	quiet_build sparse C=2 'CF=-D__CHECK_ENDIAN__'
}

# checkpatch TYPES FILE...: none of the findings but those TYPES may be there.
checkpatch() {
	local ignored=$1
	shift
	"$SDK" run perl "/cache/$tools/scripts/checkpatch.pl" --no-tree --no-summary --terse --strict \
		--max-line-length=100 --show-types --ignore "FILE_PATH_CHANGES,$ignored" -f "$@"
}

# env.h, the one place with typedefs and without the kernel's headers, is not looked at.  BIT() is
# for kernels: not in what userspace compiles too.  Trace events and compat.h have a form of their
# own: open lines, aligned fields, arguments that one kernel needs and another does not.
lint_checkpatch() {
	local special f plain=() bad=0
	special=$(c_files kvmgt | grep -E '_trace\.h$|/compat\.h$')
	for f in $(c_files kvmgt vgpu-core uapi); do
		case $f in */env.h) ;; *) grep -qxF "$f" <<<"$special" || plain+=("$f") ;; esac
	done
	checkpatch BIT_MACRO,MACRO_ARG_REUSE,COMPLEX_MACRO "${plain[@]}" || bad=1
	# shellcheck disable=SC2086 # a list of files
	checkpatch LINUX_VERSION_CODE,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,COMPLEX_MACRO,CONSTANT_COMPARISON \
		$special || bad=1
	return "$bad"
}

lint_clang-format() {
	diff <(sed 's/^ColumnLimit: 80$/ColumnLimit: 100/' "$KV_CACHE/$tools/.clang-format") .clang-format ||
		{ echo ".clang-format must be the kernel's but for ColumnLimit"; return 1; }
	# Headers keep their columns: constants and struct comments are tables.
	c_files kvmgt vgpu-core tools | grep '\.c$' |
		xargs "$SDK" run clang-format --dry-run -Werror --style=file 2>&1
}

lint_kernel-doc() {
	c_files kvmgt vgpu-core uapi |
		xargs "$SDK" run perl "/cache/$tools/scripts/kernel-doc" -none -Wall -Werror 2>&1
}

lint_shellcheck() {
	{
		git ls-files -co --exclude-standard -- '*.sh'
		git grep -lI --untracked '^#!/bin/\(ba\)\?sh' -- ':!*.sh'
	} | sort -u | xargs "$SDK" run shellcheck
}

lint_codespell() {
	git ls-files -co --exclude-standard |
		xargs "$SDK" run codespell --ignore-words tests/lint/words
}

lint_python() {
	git ls-files -co --exclude-standard -- '*.py' | xargs "$SDK" run python3 tests/lint/python.py
}

lint_structure() {
	git ls-files -co --exclude-standard | xargs "$SDK" run python3 tests/lint/structure.py
}

# Each header compiles alone, in the place it is made for.
lint_headers() {
	local h bad=0
	for h in $(c_files uapi vgpu-core | grep '\.h$'); do
		printf '#include "%s"\n' "$h" | "$SDK" run gcc -std=gnu11 -Wall -Wextra -Werror \
			-Wno-unused-parameter -I. -Ivgpu-core -Iuapi -fsyntax-only -x c - 2>&1 || bad=1
	done
	return "$bad"
}

run_lint() {
	local name=$1 n=$2 t0=$SECONDS rc
	set +e
	( set -e; "lint_$name" ) >"$OUT/$name.log" 2>&1
	rc=$?
	set -e
	if [ "$rc" -eq 0 ]; then
		printf 'ok %d %s\n' "$n" "$name" >>"$OUT/lint.ktap"
		say "lint: $name ok ($((SECONDS - t0)) s)"
	else
		printf 'not ok %d %s\n' "$n" "$name" >>"$OUT/lint.ktap"
		say "lint: $name FAILED ($((SECONDS - t0)) s, $(wc -l <"$OUT/$name.log") lines in build/lint/$name.log)"
		head -n 40 "$OUT/$name.log" | sed 's/^/    /' >&2
	fi
}

cd "$KV_ROOT"
need_root
need git=git
mkdir -p "$OUT"
kernel_lock
tools=$(cached lint "$(hash_of "=$KV_VER" "=1")" kernel_tools)
tools=${tools##*/}
"$SDK" >/dev/null
[ $# -gt 0 ] || read -ra names <<<"$ALL"
[ $# -eq 0 ] || names=("$@")
printf 'KTAP version 1\n1..%d\n' "${#names[@]}" >"$OUT/lint.ktap"
n=0
for name in "${names[@]}"; do
	declare -F "lint_$name" >/dev/null || die "no lint $name; there are: $ALL"
	n=$((n + 1))
	run_lint "$name" "$n"
done
exec python3 tests/vm/ktap.py total "$OUT/lint.ktap"
