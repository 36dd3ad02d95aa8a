# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the demonstration, the measurements and the system test have in common: a manager of their own
# with its journal recorded and the wire watched, waiting for events (never for time), killing what
# belongs to an instance, and finding what was left behind.  Sourced; the caller sets
#	STORY_DIR	folder for everything that is written; emptied by story_begin
#	STORY_BUILD	where the programs are (default build/release)
# and may set STORY_QUIET=1, STORY_SERVICES (instead of services/), STORY_VNFS (instead of vnfs/) and
# STORY_PRELOAD, a library for the manager.  Needs root.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
STORY_BUILD=${STORY_BUILD:-$root/build/release}
STORY_IMAGES=${STORY_IMAGES:-$root/build/images}
STORY_LISTEN=${STORY_LISTEN:-127.0.0.1:8290}
STORY_METRICS_PORT=${STORY_METRICS_PORT:-8291}
STORY_LOCK=/run/lm-story.lock # they would use the same addresses
tools=$STORY_BUILD/tests/demo
examples=$root/services/examples
LM_SERVER=http://$STORY_LISTEN
export LM_SERVER
manager=
chapter=

say() {
	[ -n "${STORY_QUIET:-}" ] || printf '%s\n' "$*"
}

now_ms() {
	date +%s%3N
}

lm() {
	"$STORY_BUILD/lm" "$@"
}

api() {
	curl -sS --max-time 10 "$LM_SERVER$1"
}

# ---- marks: what the script itself did, beside the journal ------------------------------------------

# mark_at MS NAME [MEMBER VALUE]...: a number stays a number
mark_at() {
	mark_ms=$1 mark_name=$2
	shift 2
	jq -cn --args '{type: "Mark", at_ms: ($ARGS.positional[0] | tonumber), name: $ARGS.positional[1]} +
		([$ARGS.positional[2:] | . as $a | range(0; length; 2) | {($a[.]): ($a[. + 1] | tonumber? // .)}] | add // {})' \
		"$mark_ms" "$mark_name" "$@" >>"$marks"
}

mark() {
	mark_at "$(now_ms)" "$@"
}

chapter_line() {
	jq -cn --args '{type: "Chapter", at_ms: ($ARGS.positional[0] | tonumber), name: $ARGS.positional[1],
		state: $ARGS.positional[2], title: $ARGS.positional[3], why: $ARGS.positional[4]}' \
		"$(now_ms)" "$chapter" "$1" "$2" "$3" >>"$marks"
}

# chapter NAME TITLE: what follows belongs to it until chapter_ends or fail
chapter() {
	chapter=$1
	chapter_line begun "$2" ''
	say ''
	say "$2"
}

chapter_ends() {
	chapter_line 'done' '' "$1"
	say "    ok: $1"
	chapter=
}

# fail WHY: the chapter, and with it the story, has failed
fail() {
	[ -z "${chapter:-}" ] || chapter_line failed '' "$1"
	chapter=
	echo "    FAILED: $1" >&2
	exit 1
}

# ---- waiting ----------------------------------------------------------------------------------------

# await WHAT SECONDS AFTER_MS CONDITION...: for an event of the journal; see event()
await() {
	await_in "$journal" "$@"
}

# await_sip WHAT SECONDS AFTER_MS CONDITION...: for a SIP message on the wire
await_sip() {
	await_in "$sip" "$@"
}

await_in() {
	await_file=$1 await_what=$2
	shift 2
	"$tools/await" "$await_file" "$@" >"$STORY_DIR/event" 9>&- || fail "waited in vain for $await_what ($1 s)"
}

# event KEY: of the event that was awaited last
event() {
	jq -r --arg key "$1" '.[$key]' "$STORY_DIR/event"
}

# await_process INTENT ASSEMBLY SECONDS AFTER_MS: until it has ended well; sets ended_ms
await_process() {
	await "$1 of $2" "$3" "$4" type=ProcessStateChangeEvent "intentType=$1" "assemblyName=$2" \
		'processState=Completed|Failed'
	[ "$(event processState)" = Completed ] || fail "$1 of $2: $(event processStateReason)"
	ended_ms=$(event at_ms)
}

# ---- the manager ------------------------------------------------------------------------------------

manager_start() {
	LD_PRELOAD=${STORY_PRELOAD:-} ASAN_OPTIONS=${STORY_PRELOAD:+verify_asan_link_order=0:}${ASAN_OPTIONS:-} \
		"$STORY_BUILD/lm" serve --insecure --packages "${STORY_VNFS:-$root/vnfs}" --packages "${STORY_SERVICES:-$root/services}" \
		--state "$STORY_DIR/state" --images "$STORY_IMAGES" --listen "$STORY_LISTEN" \
		--metrics-port "$STORY_METRICS_PORT" >>"$STORY_DIR/manager.log" 2>&1 9>&- &
	manager=$!
	echo "$manager" >>"$STORY_DIR/pids"
	manager_await_answer
}

manager_is_up() {
	[ -n "$manager" ] && kill -0 "$manager" 2>/dev/null
}

# Until it answers; not longer than it lives, and about 10 s.
manager_await_answer() {
	tries=500
	until curl -s -o "$STORY_DIR/status.json" --max-time 5 "$LM_SERVER/api/status"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] && manager_is_up || return 1
		sleep 0.02
	done
}

# What it has used so far, for the report.
manager_mark_use() {
	rss=$(awk '/^VmHWM:/ { print $2 }' "/proc/$manager/status")
	cpu=$(awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
		"/proc/$manager/stat")
	mark manager-used rss_kb "$rss" cpu_ms "$cpu"
}

# manager_crash LABEL: SIGKILL; sets killed_ms
manager_crash() {
	manager_mark_use
	killed_ms=$(now_ms)
	kill -KILL "$manager"
	mark_at "$killed_ms" kill-manager label "$1" text "SIGKILL to the manager, process $manager"
	wait "$manager" 2>/dev/null
	manager=
}

# In order; its status is the manager's.
manager_stop() {
	[ -n "$manager" ] || return 0
	kill -TERM "$manager" 2>/dev/null
	wait "$manager" 2>/dev/null
	stopped=$?
	manager=
	return "$stopped"
}

# ---- instances --------------------------------------------------------------------------------------

# create NAME SECONDS: from services/examples, with the further properties in $STORY_DIR/NAME.properties when there
# are any; until it is Active
create() {
	create_ms=$(now_ms)
	mark_at "$create_ms" "create-$1" label "create $1"
	cat "$examples/$1.yml" >"$STORY_DIR/$1.yml"
	[ ! -e "$STORY_DIR/$1.properties" ] || cat "$STORY_DIR/$1.properties" >>"$STORY_DIR/$1.yml"
	lm apply --yes --no-wait -f "$STORY_DIR/$1.yml" >>"$STORY_DIR/cli.log" 2>&1 ||
		fail "'lm apply -f services/examples/$1.yml' was refused: $(tail -n 2 "$STORY_DIR/cli.log")"
	await_process CreateAssembly "$1" "$2" "$create_ms"
	note_mark
	say "    $1 is Active after $((ended_ms - create_ms)) ms"
}

# remove NAME [LABEL]: begins to delete it; sets remove_ms
remove() {
	remove_ms=$(now_ms)
	mark_at "$remove_ms" "delete-$1" label "${2:-}"
	lm delete --no-wait "$1" >>"$STORY_DIR/cli.log" 2>&1 ||
		fail "'lm delete $1' was refused: $(tail -n 2 "$STORY_DIR/cli.log")"
}

# property ROOT RESOURCE PROPERTY: as the manager knows it
property() {
	api "/api/topology/assemblies/$1" |
		jq -r --arg name "$2" --arg property "$3" \
			'[.. | objects | select(.name? == $name) | .properties[]? | select(.name == $property) | .value][0] // empty'
}

server() {
	echo "voice__voip-server__${1}__asterisk"
}

server_address() {
	property voice "$(server "$1")" data_address
}

# Names of the servers that are there, a line each.
servers() {
	api /api/topology/assemblies/voice | jq -r '.. | objects | .name? // empty | strings |
		select(test("^voice__voip-server__[0-9]+__asterisk$"))' | sort -u
}

# is_ours PROCESS: a container's, of a manager that runs where we do; not one of a story in a place apart, whose
# processes we see as well: theirs are one level further down.
is_ours() {
	[ "$(awk '/^NSpid:/ { print NF - 1 }' "$1/status" 2>/dev/null)" = 2 ]
}

# pid_of RESOURCE COMMAND: on this machine, of the process whose parent is another program.  The
# services of an instance inherit LM_RESOURCE from its start script.
pid_of() {
	# shellcheck disable=SC2013 # paths without blanks
	for environment in $(grep -lzxF "LM_RESOURCE=$1" /proc/[0-9]*/environ 2>/dev/null); do
		process=${environment%/environ}
		[ "$(cat "$process/comm" 2>/dev/null)" = "$2" ] && is_ours "$process" || continue
		parent=$(awk '/^PPid:/ { print $2 }' "$process/status" 2>/dev/null)
		[ "$(cat "/proc/$parent/comm" 2>/dev/null)" = "$2" ] || echo "${process#/proc/}"
	done
}

# kill_service MARK RESOURCE COMMAND LABEL [ADDRESS]: SIGKILL, at the worst moment, when calls are just
# beginning; sets killed_ms
kill_service() {
	victim=$(pid_of "$2" "$3")
	[ -n "$victim" ] || fail "found no process '$3' of $2"
	await_sip 'a call beginning' 15 "$(now_ms)" method=INVITE code=0
	killed_ms=$(now_ms)
	# shellcheck disable=SC2086 # one pid, or several of one service
	kill -KILL $victim
	mark_at "$killed_ms" "$1" label "$4" text "SIGKILL to $3 of $2, process $victim" address "${5:-}"
}

# What the driver has on this machine, a line each.
inventory() {
	api /api/inventory | jq -r '.[] | "\(.kind) \(.name)"'
}

# ---- what is left behind ----------------------------------------------------------------------------

# process_names FILES: of /proc, that were found; a line for each process that is still there
process_names() {
	for found in $1; do
		found=${found#/proc/}
		name=$(cat "/proc/${found%%/*}/comm" 2>/dev/null) && echo "process ${found%%/*} $name"
	done
}

# Once something exists: by this mark our control groups are known, which namespaces do not keep apart from others'.
note_mark() {
	ip -o link | sed -n 's/.*alias lm .* @\([0-9a-f]*\).*/-o -name lm-\1-*/p' | sort -u >"$STORY_DIR/groups"
}

# Everything on this machine that a manager could have left, a line each; of the control groups those with our mark, of
# the processes those that carry the id of one of our instances, or the name of our folder.
snapshot() {
	{
		ip netns list 2>/dev/null | sed 's/ .*//; s/^/namespace /'
		ip -o link 2>/dev/null | awk '{ sub(/@.*/, "", $2); sub(/:$/, "", $2); print "link " $2 }'
		awk '{ print "mount " $2 }' /proc/self/mounts
		runc list -q 2>/dev/null | sed 's/^/container /'
		nft -s list ruleset 2>/dev/null | sed 's/^/nftables /'
		grep -o '"resourceId":"[^"]*"' "$journal" | sort -u | sed 's/.*:"/LM_INSTANCE_ID=/; s/"$//' >"$STORY_DIR/ids"
		# shellcheck disable=SC2046 # words of find
		(set -f && find /sys/fs/cgroup -mindepth 1 -type d \( -false $(cat "$STORY_DIR/groups") \) -printf 'cgroup %P\n')
		process_names "$(grep -lzxFf "$STORY_DIR/ids" /proc/[0-9]*/environ 2>/dev/null)"
		process_names "$(grep -lF "$STORY_DIR/state" /proc/[0-9]*/cmdline 2>/dev/null)"
	} | sort -u
}

# Notes what is there now and was not before.  The kernel may take a moment for the last of it.
note_residue() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		snapshot >"$STORY_DIR/after"
		comm -13 "$STORY_DIR/before" "$STORY_DIR/after" >"$STORY_DIR/residue"
		[ -s "$STORY_DIR/residue" ] || break
		sleep 0.2
	done
	jq -cR --argjson at_ms "$(now_ms)" '{type: "Residue", at_ms: $at_ms, what: .}' "$STORY_DIR/residue" >>"$marks"
	mark residue-searched
}

# ---- beginning and end ------------------------------------------------------------------------------

# Ends the processes that the story in this folder started, and no others.
end_processes() {
	[ -f "$STORY_DIR/pids" ] || return 0
	while read -r pid; do
		grep -qsF "$STORY_DIR" "/proc/$pid/cmdline" || continue
		kill -TERM "$pid" 2>/dev/null || :
		timeout 20 tail -s 0.05 --pid="$pid" -f /dev/null &
		wait $!
	done <"$STORY_DIR/pids"
	rm -f "$STORY_DIR/pids"
	manager=
}

# Deletes whatever there is, dependents first, without a story.  Starts a manager when none is up.
delete_all() {
	[ -e "$STORY_DIR/state/journal.db" ] || return 0
	manager_is_up || manager_start || return 1
	for name in sipp2 sipp1 voice base; do
		api /api/topology/assemblies | jq -e --arg name "$name" 'any(.[]; .name == $name)' >/dev/null || continue
		lm delete --queue --timeout 60 "$name" >>"$STORY_DIR/cli.log" 2>&1 || :
	done
}

story_files() {
	journal=$STORY_DIR/journal.ndjson sip=$STORY_DIR/sip.ndjson marks=$STORY_DIR/marks.ndjson
	: >>"$journal"
	: >>"$sip"
	: >>"$marks"
	: >>"$STORY_DIR/groups"
}

# Notes what the manager says; sets recorder.
recorder_start() {
	"$root/tests/lib/record.sh" "$LM_SERVER" "$journal" >>"$STORY_DIR/record.log" 2>&1 9>&- &
	recorder=$!
	echo "$recorder" >>"$STORY_DIR/pids"
}

# witness_start FILE: notes what passes on the wire; sets witness
witness_start() {
	"$tools/witness" "$1" >>"$STORY_DIR/witness.log" 2>&1 9>&- &
	witness=$!
	echo "$witness" >>"$STORY_DIR/pids"
}

# Takes the folder, clears what an earlier run has left, starts the manager and who watches it.
story_begin() {
	[ "$(id -u)" = 0 ] || fail "this needs root: it makes namespaces and containers"
	for image in voip-gateway asterisk sipp; do
		[ -e "$STORY_IMAGES/$image" ] || fail "there is no image '$image' in $STORY_IMAGES: make images"
	done
	mkdir -p "$STORY_DIR"
	exec 9>"$STORY_LOCK"
	flock -n 9 || {
		say "waiting for another run on this machine to end ($STORY_LOCK)"
		flock -w 600 9 || fail "another run on this machine does not end ($STORY_LOCK)"
	}
	story_files
	end_processes
	if [ -e "$STORY_DIR/state/journal.db" ]; then # a story that was killed: its journal knows what is there
		say "clearing away what an earlier run has left"
		delete_all
		left=$(inventory)
		manager_stop
		[ -z "$left" ] || fail "an earlier run has left what cannot be deleted: $left"
	fi
	rm -rf "$STORY_DIR"
	mkdir -p "$STORY_DIR"
	story_files
	snapshot >"$STORY_DIR/before"
	trap story_finish EXIT
	trap 'exit 130' INT TERM HUP
	recorder_start
	witness_start "$sip"
	manager_start || fail "the manager does not answer: $(tail -n 3 "$STORY_DIR/manager.log")"
}

# The orderly end: nothing is there any more.  Notes what is.
story_end() {
	! manager_is_up || manager_mark_use
	mark the-end
	manager_stop || {
		echo "the manager ended with status $stopped, see $STORY_DIR/manager.log" >&2
		status=1
	}
	end_processes
	note_residue
	[ -s "$STORY_DIR/residue" ] || rm -rf "$STORY_DIR/state"
}

# On every way out, however far the story came: everything is torn down and told.  The caller defines
# story_report, whose status is the verdict.
story_finish() {
	status=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [ "$status" != 0 ]; then
		for name in base voice sipp1 sipp2; do
			lm logs "$name"
		done >"$STORY_DIR/scripts.log" 2>&1
		delete_all
	fi
	story_end
	story_report || status=1
	exit "$status"
}
