# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs an attack that may hang what it attacks.

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

# where PID: each thread's place in the kernel.
where() {
	local task
	for task in /proc/"$1"/task/*; do
		printf '# thread %s: %s\n' "${task##*/}" "$(grep -E '^State' "$task/status")"
		sed 's/^/#   /' "$task/stack"
	done
}
