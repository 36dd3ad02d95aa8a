#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An Asterisk that dies again and again, on the real voice service under calls: it is healed five times, then left
# Failed and out of the dispatch list, with an alarm instead of a loop; a new member takes its place, calls go on,
# and an operator's heal gives it another chance.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/crashloop
STORY_SERVICES=$STORY_DIR-services # ours without a policy that scales
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

# dies: the Asterisk of server 1 is killed, once it is there; sets killed_ms
dies() {
	victim=$(pid_of "$(server 1)" asterisk)
	[ -n "$victim" ] || fail 'no Asterisk runs on server 1'
	killed_ms=$(now_ms)
	kill -KILL "$victim"
	mark_at "$killed_ms" kill-asterisk address "$first"
}

# states: "1 STATE, 2 STATE" of the servers
states() {
	api /api/topology/assemblies/voice | jq -r '[.. | objects | select(.name? // "" | test("__asterisk$")) |
		"\(.name | capture("(?<n>[0-9]+)__asterisk$").n) \(.state)"] | sort | join(", ")'
}

it_is_healed_five_times() {
	chapter heals 'Server 1 dies again and again'
	for time in 1 2 3 4 5; do
		dies
		await_process HealAssembly voice 30 "$killed_ms"
	done
	chapter_ends "it was healed $time times"
}

it_is_given_up() {
	chapter alarm 'It dies once more'
	dies
	await 'the alarm' 30 "$killed_ms" type=AlarmEvent "resourceName=$(server 1)"
	await_process ScaleOutAssembly voice 30 "$killed_ms"
	[ "$(states)" = '1 Failed, 2 Active' ] || fail "the servers are: $(states)"
	second=$(server_address 2)
	await_call_ended "$second"
	[ "$(jq -s '[.[] | select(.type == "ProcessStateChangeEvent" and .intentType == "HealAssembly" and
		.processState == "Completed") | .processId] | unique | length' "$journal")" = 5 ] || fail 'there were other heals'
	chapter_ends "it is Failed, and server 2 ($second) has taken its place after $((ended_ms - killed_ms)) ms"
}

it_gets_another_chance() {
	chapter chance 'An operator heals it'
	heal_ms=$(now_ms)
	lm heal voice voip-server__1__asterisk >>"$STORY_DIR/cli.log" 2>&1 || fail "refused: $(tail -n 2 "$STORY_DIR/cli.log")"
	await_process HealAssembly voice 30 "$heal_ms"
	[ "$(states)" = '1 Active, 2 Active' ] || fail "the servers are: $(states)"
	await_call_ended "$(server_address 1)"
	chapter_ends 'it is called again'
}

rm -rf "$STORY_SERVICES"
mkdir -p "${STORY_SERVICES%/*}"
cp -r "$root/services" "$STORY_SERVICES"
sed -i '/^policies:/,$d' "$STORY_SERVICES/voice-service/assembly.yml"
story_begin
the_base
the_voice_service
create sipp1 30
it_is_healed_five_times
it_is_given_up
it_gets_another_chance
the_end sipp1
