#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Metrics of the real voice service: a server that hangs, which no process sees die, is healed by the gateway's word.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/voice_metrics
# shellcheck source=tests/lib/story.sh
. "$here/../lib/story.sh"

for image in voip-gateway asterisk sipp; do
	[ -e "$STORY_IMAGES/$image" ] || {
		echo "there is no image '$image' in $STORY_IMAGES: make images"
		exit 77
	}
done
# shellcheck source=tests/lib/chapters.sh
. "$here/../lib/chapters.sh"

story_report() {
	sed 's/^/left behind: /' "$STORY_DIR/residue"
	[ ! -s "$STORY_DIR/residue" ]
}

# hang SERVER: stops its Asterisk where it is; sets hung_ms
hang() {
	victim=$(pid_of "$(server "$1")" asterisk)
	[ -n "$victim" ] || fail "found no Asterisk of $(server "$1")"
	hung_ms=$(now_ms)
	# shellcheck disable=SC2086 # one pid, or several of one service
	kill -STOP $victim
}

the_hang() {
	chapter hang 'A server hangs'
	hang 1
	await 'the gateway believed' 8 "$hung_ms" type=PolicyEvent action=heal
	[ "$(event policy)" = "$(server 1)__gatewaysWord" ] || fail "healed by $(event policy), because of $(event reason)"
	say "    after $(($(event at_ms) - hung_ms)) ms: $(event reason)"
	await_process HealAssembly voice 30 "$hung_ms"
	first=$(server_address 1)
	await_call_ended "$first"
	chapter_ends "healed by the gateway's word after $((ended_ms - hung_ms)) ms"
}

# Being restarted, being taken out and calls that end are no reasons to heal anybody.
the_quiet() {
	chapter quiet 'A server is restarted, another comes and goes'
	quiet_ms=$(now_ms)
	lm heal voice "$(server 1)" >>"$STORY_DIR/cli.log" 2>&1 || fail 'no heal'
	await_process HealAssembly voice 30 "$quiet_ms"
	lm scale voice voip-server out >>"$STORY_DIR/cli.log" 2>&1 || fail 'no scale-out'
	await_process ScaleOutAssembly voice 30 "$quiet_ms"
	await 'the decision to scale in, since one suffices' 30 "$ended_ms" type=PolicyEvent 'action=scale in'
	await_process ScaleInAssembly voice 60 "$ended_ms"
	await_call_ended "$(server_address 1)"
	! "$tools/await" "$journal" 0 "$quiet_ms" type=PolicyEvent action=heal >/dev/null || fail 'somebody was healed'
	chapter_ends 'nobody was healed for it'
}

story_begin
the_base
the_voice_service
the_first_calls
the_hang
the_quiet
the_end sipp1
