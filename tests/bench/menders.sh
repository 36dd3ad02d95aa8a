# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Who mends a dead Asterisk, for tests/bench/healing.  Each has five functions, which begin with the variant's name up
# to its first "-":
#	_begin VARIANT		from now on it looks after the servers
#	_pause VARIANT ROUND	before a kill, so that kills do not come in step with it
#	_await N		until the death of server N is mended as far as it mends
#	_again N		until all is as before
#	_end			it does not any more
# shellcheck disable=SC2034,SC2154,SC2317,SC2329 # shared with healing, which calls them by name

# Kills come at any moment of who looks once a second.
a_moment() {
	sleep "0.$((RANDOM % 9 + 1))"
}

# ---- the manager -----------------------------------------------------------------------------------------

lm_begin() {
	others_leave
	spares "$([ "$1" = lm-spare ] && echo 1 || echo 0)"
}

lm_pause() { a_moment; }

lm_await() {
	await_process HealAssembly voice 30 "$killed_ms"
}

lm_again() {
	await_whole
	members_find
}

lm_end() { spares 0; }

# spares N: so many servers stand by
spares() {
	printf '  spares: "%s"\n' "$1" | cat "$examples/voice.yml" - >"$STORY_DIR/voice.yml"
	lm apply --yes -f "$STORY_DIR/voice.yml" >>"$STORY_DIR/cli.log" 2>&1 || fail "no spares: $(tail -n 2 "$STORY_DIR/cli.log")"
	await_whole
	members_find
}

# Until nothing goes on and every server, spares too, is as it should be.
await_whole() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(api /api/topology/assemblies/voice | jq -c '[.state, (.relationships | length)]')" != '["Active",2]' ] ||
			! lm doctor >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	fail "the service does not become whole: $(lm doctor 2>&1 | tail -n 3)"
}

# ---- others: without a manager, by pid -------------------------------------------------------------------

# Debian's packages, unpacked.
others_get() {
	local deb
	[ ! -x "$others/usr/bin/monit" ] || return 0
	rm -rf "$others"
	mkdir -p "$others/debs"
	(cd "$others/debs" && apt-get -qq download monit supervisor python3-pkg-resources) >"$others/log" 2>&1 || {
		echo "monit and supervisor cannot be fetched: $(tail -n 1 "$others/log"); try apt-get update" >&2
		exit 1
	}
	for deb in "$others"/debs/*.deb; do
		dpkg -x "$deb" "$others"
	done
}

# The manager goes; its servers stay where they are, and so does what calls.
others_come() {
	local n
	[ -n "$manager" ] || return 0
	manager_stop || fail 'the manager did not stop in order'
	kill "$recorder"
	for n in "${members[@]}"; do
		start_script "$n"
	done
}

others_leave() {
	[ -z "$manager" ] || return 0
	asterisks_end
	manager_start || fail 'the manager does not start again'
	recorder_start
	await_whole
}

command_of() {
	echo "/usr/bin/nsenter --target ${init[$1]} --mount --uts --ipc --net --pid /usr/bin/env -i" \
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin LM_RESOURCE=$(server "$1") asterisk -f -C /etc/asterisk/asterisk.conf"
}

# start_script N: what starts the Asterisk of server N in its container, and notes its pid on this machine
start_script() {
	cat >"$out/start-$1" <<-END
		#!/bin/sh
		setsid $(command_of "$1") </dev/null >/dev/null 2>&1 9>&- &
		until pid=\$(cat /proc/\$!/task/\$!/children) && [ -n "\$pid" ]; do sleep 0.005; done
		echo \$pid >$out/$1.pid
	END
	chmod 755 "$out/start-$1"
}

asterisks_start() {
	local n
	for n in "${members[@]}"; do
		"$out/start-$n"
	done
}

asterisks_end() {
	local n
	for n in "${members[@]}"; do
		inside "${init[$n]}" kill-processes asterisk
	done
}

# mender_start NAME COMMAND...
mender_start() {
	"${@:2}" >"$out/$1.log" 2>&1 9>&- &
	mender=$!
	echo "$mender" >>"$STORY_DIR/pids"
}

mender_end() {
	kill "$mender"
	wait "$mender"
	asterisks_end
}

# ---- supervisor ------------------------------------------------------------------------------------------

supervisord_begin() {
	local n
	others_come
	asterisks_end
	{
		printf '[supervisord]\nnodaemon=true\nlogfile=%s\npidfile=%s\n' "$out/supervisord.out" "$out/supervisord.pid"
		for n in "${members[@]}"; do
			printf '[program:asterisk-%s]\ncommand=%s\nstopasgroup=true\n' "$n" "$(command_of "$n")"
		done
	} >"$out/supervisord.conf"
	mender_start supervisord env PYTHONPATH="$others/usr/lib/python3/dist-packages" /usr/bin/python3 \
		"$others/usr/bin/supervisord" -c "$out/supervisord.conf"
}

supervisord_pause() { a_moment; }
supervisord_await() { await_served "${address[$1]}" 30 "$killed_ms"; }
supervisord_again() { :; }
supervisord_end() { mender_end; }

# ---- monit -----------------------------------------------------------------------------------------------

# monit_begin VARIANT: "monit-120s" looks every 120 s
monit_begin() {
	local seconds=${1#monit-} n
	others_come
	asterisks_end
	asterisks_start
	{
		printf 'set daemon %s\nset log %s\nset idfile %s\nset statefile %s\nset pidfile %s\n' "${seconds%s}" \
			"$out/monit.out" "$out/monit.id" "$out/monit.state" "$out/monit.pid"
		for n in "${members[@]}"; do
			printf 'check process asterisk-%s with pidfile %s\n  start program = "%s"\n' "$n" "$out/$n.pid" "$out/start-$n"
		done
	} >"$out/monitrc"
	chmod 600 "$out/monitrc"
	looked_ms=$(now_ms)
	mender_start monit "$others/usr/bin/monit" -I -c "$out/monitrc"
}

# Once a second: at any moment.  Every two minutes: each time later, by a part of them, since it has looked.
monit_pause() {
	if [ "$1" = monit-1s ]; then
		a_moment
	else
		sleep $(((120 * $2 + 60) / rounds - ($(now_ms) - looked_ms) / 1000 % 120))
	fi
}

monit_await() {
	await_served "${address[$1]}" 200 "$killed_ms"
	looked_ms=$(now_ms)
}

monit_again() { :; }
monit_end() { mender_end; }

# ---- nobody ----------------------------------------------------------------------------------------------

probing_begin() {
	others_come
	asterisks_end
	asterisks_start
}

probing_pause() { a_moment; }
probing_await() { sleep 4; }
probing_again() { "$out/start-$1"; }
probing_end() { asterisks_end; }
