# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What attacks on the kernel's interface share: a case is one that names its program.
# shellcheck source=tests/vm/l1/l1.sh
. /share/lib/l1.sh

# where PID: each thread's place in the kernel.
where() {
	local task
	for task in /proc/"$1"/task/*; do
		printf '# thread %s: %s\n' "${task##*/}" "$(grep -E '^State' "$task/status")"
		sed 's/^/#   /' "$task/stack"
	done
}

# watched CMD...: when it takes far longer than it should, print where its threads are and end it.
watched() {
	local pid dog ret=0
	local limit=$((KVMGT_SLOW * (60 + 2 * ${KVMGT_ATTACK_SECONDS:-20})))
	"$@" &
	pid=$!
	( sleep "$limit"; where "$pid"; kill -KILL "$pid" ) &
	dog=$!
	wait "$pid" || ret=$?
	pkill -P "$dog" sleep
	kill "$dog" 2>/dev/null
	return "$ret"
}

# attack NAME: the whole of a case that runs tests/attack/NAME.c.
attack() {
	local ret=0
	modules_load test_types=1 || bail "modules do not load"
	watched "/share/bin/attack-$1" || ret=$?
	modules_unload || { echo "# modules do not unload"; ret=1; }
	exit "$ret"
}
