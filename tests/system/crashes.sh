#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The manager killed at the commits of its journal, while the real voice service is created, scaled out,
# healed, scaled in and deleted: started again, it ends what it was asked for.  Every server is in the
# gateway's dispatch list once, what had been started runs on, and nothing is left over.
#
#	CRASHES=all				at each, before it is durable and after: 'make crashes'
#	CRASHES="scale-out:5:before ..."	at these; else at every third of all
#
# How many commits an intent takes is seen when it is carried out without a death.  Whether a commit has
# become durable or not is all that a death can make of the time between two.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/crashes
# shellcheck source=tests/lib/story.sh
. "$here/../lib/story.sh"
STORY_PRELOAD=$STORY_BUILD/tests/preload/die_at_commit.so
export LM_DIE=$STORY_DIR # where it counts, and is told

for image in voip-gateway asterisk sipp; do
	[ -e "$STORY_IMAGES/$image" ] || {
		echo "there is no image '$image' in $STORY_IMAGES: make images"
		exit 77
	}
done
points=0 failed=0
declare -A types=([create]=CreateAssembly [delete]=DeleteAssembly [scale-out]=ScaleOutAssembly
	[scale-in]=ScaleInAssembly [heal]=HealAssembly)
declare -A commits # how many an intent takes

# ---- what is asked for ---------------------------------------------------------------------------------

ask() {
	case $1 in
	create) lm apply --yes --no-wait -f "$examples/voice.yml" ;;
	delete) lm delete --yes --no-wait voice ;;
	scale-out) lm scale --no-wait voice voip-server out ;;
	scale-in) lm scale --no-wait voice voip-server in ;;
	heal) kill -KILL "$(running | awk -v server="$(server 1)" '$1 == server { print $2 }')" ;;
	esac >>"$STORY_DIR/cli.log" 2>&1
}

# processes TYPE: ids of the voice service's, a line each, the newest first
processes() {
	api "/api/processes?assemblyName=voice&intentTypes=$1" | jq -r '.[].id'
}

# Only who got no answer may ask again, and only when it was not heard: the death of a server is always seen.
ask_again() {
	[ "$1" = heal ] || [ "$(processes "${types[$1]}" | head -n 1)" != "$newest" ] || ask "$1"
}

# ---- what runs -----------------------------------------------------------------------------------------

# "RESOURCE PID" of each Kamailio and Asterisk: the ones that begin a session, as their start scripts have them do
running() {
	local line process pid name session
	while IFS= read -r -d '' line; do
		process=${line%%/environ*}
		{ read -r pid name _ _ _ session _ <"$process/stat"; } 2>/dev/null || continue
		# shellcheck disable=SC2015
		[[ $name = "(kamailio)" || $name = "(asterisk)" ]] && [ "$pid" = "$session" ] && is_ours "$process" || continue
		echo "${line#*LM_RESOURCE=} $pid"
	done < <(grep -sHzx 'LM_RESOURCE=voice__.*' /proc/[0-9]*/environ)
}

# was_started RESOURCE MS: at that time the journal said that it had been started
was_started() {
	grep -F "\"resource\":\"$1\"" "$journal" | grep -E '"action":"(Start|Stop)"' |
		awk -F '"at_ms":' -v ms="$2" '$2 + 0 < ms' | tail -n 1 | grep -q '"action":"Start","state":"Completed"'
}

# dispatched live|file: the URIs in the gateway's list
dispatched() {
	local gateway
	gateway=$(running | awk '$1 == "voice__gateway__kamailio" { print $2 }')
	if [ "$1" = live ]; then
		nsenter -t "$gateway" -m kamcmd -s unix:/run/kamailio/ctl dispatcher.list | awk '$1 == "URI:" { print $2 }'
	else
		nsenter -t "$gateway" -m cut -d ' ' -f 2 /etc/kamailio/dispatcher.list
	fi | sort
}

# ---- what has to hold ----------------------------------------------------------------------------------

# wrong WHY: this point is
wrong() {
	echo "    $*"
	return 1
}

# Figures of the topology that a whole service with N servers has.
is_whole() {
	local said
	said=$(api /api/topology/assemblies/voice | jq -c '[([.. | objects | .state? // empty] | unique),
		(.relationships | length), ([.. | objects | select(.cluster?)] | length)]')
	[ "$said" = "[[\"Active\"],$1,$1]" ] || wrong "states, relationships, servers: $said, not $1 of each and all Active"
}

# holds N: the service is whole and has N servers; 0: it is gone
holds() {
	local said wanted n list
	is_healthy || return 1
	if [ "$1" = 0 ]; then
		[ "$(inventory | sort)" = "$base" ] || wrong "outside, but not of the base: $(inventory | sort | comm -13 <(echo "$base") -)"
		return
	fi
	is_whole "$1" || return 1
	wanted=$(for ((n = 1; n <= $1; n++)); do echo "sip:$(server_address $n):5060"; done | sort)
	for list in live file; do
		said=$(dispatched $list)
		[ "$said" = "$wanted" ] || wrong "in the dispatch list ($list): ${said//$'\n'/ }; wanted: ${wanted//$'\n'/ }" || return 1
	done
	[ "$(running | wc -l)" = $(($1 + 1)) ] || wrong "what runs: $(running)"
}

is_healthy() {
	local said
	said=$(lm doctor 2>&1) || wrong "the doctor says: $said"
}

# What had been started when the manager died must be what runs now; it serves calls.
runs_on() {
	local resource pid after
	[ -n "$survivors" ] || return 0
	after=$(running)
	while read -r resource pid; do
		# shellcheck disable=SC2015
		grep -q "^$resource " <<<"$after" && was_started "$resource" "$back_ms" || continue
		grep -qxF "$resource $pid" <<<"$after" || wrong "$resource was started anew, though it ran when the manager died" || return 1
	done <<<"$survivors"
}

# ---- a change, and a death in it -----------------------------------------------------------------------

# back INTENT STATUS: the manager has been killed; 0 when it had acknowledged the intent
back() {
	wait "$manager" 2>/dev/null
	manager=
	rm -f "$STORY_DIR/at"
	survivors=$(running)
	back_ms=$(now_ms)
	manager_start || wrong "it does not start again: $(tail -n 3 "$STORY_DIR/manager.log")" || return 1
	[ "$2" = 0 ] || ask_again "$1"
}

# change INTENT SERVERS [COMMIT SIDE]: and wait until it is done, though the manager dies at that commit
change() {
	local intent=$1 began_ms before status watch
	began_ms=$(now_ms) before=$(cat "$STORY_DIR/commits") survivors=''
	newest=$(processes "${types[$1]}" | head -n 1)
	rm -f "$STORY_DIR/event"
	[ $# = 2 ] || echo "$((before + $3)) $4" >"$STORY_DIR/at"
	ask "$intent"
	status=$?
	"$tools/await" "$journal" 60 "$began_ms" type=ProcessStateChangeEvent "intentType=${types[$1]}" \
		assemblyName=voice 'processState=Completed|Failed' >"$STORY_DIR/event" 9>&- &
	watch=$!
	{
		while manager_is_up && kill -0 $watch; do
			sleep 0.02
		done
	} 2>/dev/null # where bash tells of the kill
	if ! manager_is_up; then
		back "$intent" $status || return 1
		wait $watch
	elif [ $# = 4 ]; then
		rm -f "$STORY_DIR/at"
		echo "    $intent was done before commit $3"
	else
		commits[$intent]=$(($(cat "$STORY_DIR/commits") - before))
	fi
	[ "$(event processState 2>/dev/null)" = Completed ] ||
		wrong "it has not been done: $(cat "$STORY_DIR/event")" || return 1
	holds "$2" && runs_on
}

# ---- all of it -----------------------------------------------------------------------------------------

# is_wanted INTENT COMMIT SIDE NUMBER
is_wanted() {
	case ${CRASHES:-} in
	all) true ;;
	'') [ $(($4 % 3)) = 1 ] ;;
	*) [[ " $CRASHES " == *" $1:$2:$3 "* ]] ;;
	esac
}

# points_of INTENT: those that are wanted, a line each
points_of() {
	local n side number=0
	for ((n = 1; n <= commits[$1]; n++)); do
		for side in before after; do
			! is_wanted "$1" $n $side $((number++)) || echo "$n $side"
		done
	done
}

# try INTENT SERVERS [COMMIT SIDE]
try() {
	[ $# = 2 ] || points=$((points + 1))
	change "$@" && return
	echo "NOT: $1, $([ $# = 2 ] && echo 'without a death' || echo "killed $4 commit $3")"
	failed=$((failed + 1))
	exit 1
}

# there_and_back INTENT SERVERS OPPOSITE SERVERS: a death in each, as often as one of them has points
there_and_back() {
	local there back i
	try "$1" "$2"
	try "$3" "$4"
	mapfile -t there < <(points_of "$1")
	mapfile -t back < <(points_of "$3")
	for ((i = 0; i < ${#there[@]} || i < ${#back[@]}; i++)); do
		# shellcheck disable=SC2086 # a number and a side, or nothing
		try "$1" "$2" ${there[i]:-} && try "$3" "$4" ${back[i]:-}
	done
	say "ok: $1, ${#there[@]} deaths at ${commits[$1]} commits; $3, ${#back[@]} at ${commits[$3]}"
}

again_and_again() {
	local i there
	try heal 1
	mapfile -t there < <(points_of heal)
	for ((i = 0; i < ${#there[@]}; i++)); do
		# shellcheck disable=SC2086
		try heal 1 ${there[i]}
	done
	say "ok: heal, ${#there[@]} deaths at ${commits[heal]} commits"
}

# Without the policy that scales: here the operator does, and there are no calls.
services() {
	STORY_SERVICES=$STORY_DIR.services
	rm -rf "$STORY_SERVICES"
	cp -r "$root/services" "$STORY_SERVICES"
	sed -i '/^policies:/,$d' "$STORY_SERVICES/voice-service/assembly.yml"
}

story_report() {
	rm -rf "$STORY_SERVICES"
	sed 's/^/left behind: /' "$STORY_DIR/residue"
	[ ! -s "$STORY_DIR/residue" ] || failed=$((failed + 1))
	echo "$points deaths of the manager"
	[ "$failed" = 0 ]
}

services
story_begin
create base 20
base=$(inventory | sort)
there_and_back create 1 delete 0
try create 1
there_and_back scale-out 2 scale-in 1
again_and_again
try delete 0
remove base
await_process DeleteAssembly base 30 "$remove_ms"
is_healthy || fail 'without anything to manage'
[ -z "$(inventory)" ] || fail "the driver still has: $(inventory)"
