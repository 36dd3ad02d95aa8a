#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Spares on the real voice service: one server stands by, started and not called.  It takes the place of one
# that dies, and of one that is wanted more, without being started anew; what died or left stands by instead; a
# spare that dies is mended as a spare.  But for those on a killed server no call fails.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/spares
STORY_SERVICES=$STORY_DIR-services # ours without a policy that scales: this script does
# shellcheck source=tests/lib/story.sh
. "$here/../lib/story.sh"
# shellcheck source=tests/lib/chapters.sh
. "$here/../lib/chapters.sh"

for image in voip-gateway asterisk sipp; do
	[ -e "$STORY_IMAGES/$image" ] || {
		echo "there is no image '$image' in $STORY_IMAGES: make images"
		exit 77
	}
done

# shellcheck disable=SC2154 # set by story.sh
story_report() {
	"$tools/report" -t -j "$STORY_DIR/report.json" "$journal" "$marks" "$sip" >"$STORY_DIR/timeline.txt"
	verdict=$?
	sed 's/^/left behind: /' "$STORY_DIR/residue"
	[ "$verdict" = 0 ] || echo "see $STORY_DIR: timeline.txt, manager.log"
	return "$verdict"
}

# roles: "MEMBERS/SPARES", numbers of the servers that the gateway calls, and of those that stand by
roles() {
	api /api/topology/assemblies/voice | jq -r '
		[.relationships[].name | sub(".*__"; "")] as $serve |
		[.. | objects | .name? // empty | capture("^voice__voip-server__(?<n>[0-9]+)__asterisk$").n] as $all |
		"\($serve | sort | join(" "))/\($all - $serve | sort | join(" "))"'
}

# are ROLES: those are the roles, and all of these servers run
are() {
	said=$(roles)
	[ "$said" = "$1" ] || fail "the roles are $said, not $1"
	for n in $(echo "$1" | tr / ' '); do
		[ -n "$(pid_of "$(server "$n")" asterisk)" ] || fail "no Asterisk runs on server $n"
	done
}

# await_heal: until the heal is complete, with the mending of what is a spare then
await_heal() {
	await_process HealAssembly voice 30 "$killed_ms"
}

# is_not_called ADDRESS AFTER_MS: by calls that have begun since
is_not_called() {
	jq -se --arg to "$1" --argjson after "$2" 'group_by(.call) |
		all(.[]; (map(.at_ms) | min) <= $after or all(.[]; .method != "INVITE" or .to != $to))' "$sip" >/dev/null ||
		fail "a call went to $1, which stands by"
}

it_stands_by() {
	chapter spare 'A spare stands by'
	are 1/2
	standby=$(pid_of "$(server 2)" asterisk)
	first=$(server_address 1) second=$(server_address 2)
	create sipp1 30
	await_call_ended "$first"
	is_not_called "$second" 1
	chapter_ends "server 2 ($second) runs and is not called"
}

it_takes_the_place_of_a_dead_one() {
	chapter heal 'Server 1 is killed'
	kill_service kill-asterisk "$(server 1)" asterisk 'kill -9 Asterisk 1' "$first"
	await 'the spare in the dispatch list' 5 "$killed_ms" type=RelationshipEvent newState=Created
	served_ms=$(event at_ms)
	await_heal
	are 2/1
	[ "$(pid_of "$(server 2)" asterisk)" = "$standby" ] || fail 'the spare was started anew'
	[ "$served_ms" -lt "$ended_ms" ] || fail 'the spare had to wait until the dead one was mended'
	await_call_ended "$second"
	is_not_called "$first" "$ended_ms"
	chapter_ends "server 2 was called after $((served_ms - killed_ms)) ms, server 1 mended after $((ended_ms - killed_ms)) ms"
}

it_is_there_when_more_are_wanted() {
	chapter scale-out 'One more server is wanted'
	standby=$(pid_of "$(server 1)" asterisk)
	out_ms=$(now_ms)
	lm scale voice voip-server out >>"$STORY_DIR/cli.log" 2>&1 || fail "refused: $(tail -n 2 "$STORY_DIR/cli.log")"
	await 'the spare in the dispatch list' 5 "$out_ms" type=RelationshipEvent newState=Created
	served_ms=$(event at_ms)
	await_process ScaleOutAssembly voice 30 "$out_ms"
	are '1 2/3'
	[ "$(pid_of "$(server 1)" asterisk)" = "$standby" ] || fail 'the spare was started anew'
	await_call_ended "$first"
	chapter_ends "server 1 was called after $((served_ms - out_ms)) ms, another spare was there after $((ended_ms - out_ms)) ms"
}

it_is_mended_where_it_stands() {
	chapter spare-heal 'The spare is killed'
	third=$(server_address 3)
	kill_service kill-spare "$(server 3)" asterisk 'kill -9 Asterisk 3' "$third"
	await_heal
	are '1 2/3'
	is_not_called "$third" "$killed_ms"
	chapter_ends "server 3 stands by again after $((ended_ms - killed_ms)) ms"
}

it_stays_when_fewer_are_wanted() {
	chapter scale-in 'One server less is wanted'
	in_ms=$(now_ms)
	lm scale voice voip-server in >>"$STORY_DIR/cli.log" 2>&1 || fail "refused: $(tail -n 2 "$STORY_DIR/cli.log")"
	await_process ScaleInAssembly voice 60 "$in_ms"
	said=$(roles)
	[ "$(servers | wc -l)" = 2 ] || fail "of three servers are left: $said"
	are "$said"
	await_call_ended "$(server_address "${said%/*}")"
	chapter_ends "server ${said%/*} serves, server ${said#*/} stands by"
}

no_other_call_failed() {
	chapter reckoning 'No call failed but on the killed server'
	"$tools/report" -j "$STORY_DIR/figures.json" "$journal" "$marks" "$sip"
	jq -e '.calls.failed == .calls.lost_on_killed_server + .heal.new_calls_failed' "$STORY_DIR/figures.json" >/dev/null ||
		fail "$(jq -c .calls "$STORY_DIR/figures.json")"
	chapter_ends "$(jq -r '"\(.calls.attempted) calls, \(.calls.lost_on_killed_server) lost with their server"' "$STORY_DIR/figures.json")"
}

rm -rf "$STORY_SERVICES"
mkdir -p "${STORY_SERVICES%/*}"
cp -r "$root/services" "$STORY_SERVICES"
sed -i '/^policies:/,$d' "$STORY_SERVICES/voice-service/assembly.yml"
story_begin
echo '  spares: "1"' >"$STORY_DIR/voice.properties"
the_base
the_voice_service
it_stands_by
it_takes_the_place_of_a_dead_one
it_is_there_when_more_are_wanted
it_is_mended_where_it_stands
it_stays_when_fewer_are_wanted
the_end sipp1
no_other_call_failed
