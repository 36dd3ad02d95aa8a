#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Metrics of the real voice service: a server that hangs, which no process sees die, is healed by the gateway's word; and
# the pool follows the load that Kamailio exports for Prometheus, as the manager fetches it.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/voice_metrics
STORY_SERVICES=${here%/tests/system}/build/system/voice_metrics.services
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
the_exported_load() {
	chapter exported 'The pool follows the load that Kamailio exports; nobody is healed for coming, going and restarting'
	quiet_ms=$(now_ms)
	await 'the exported load' 10 "$quiet_ms" type=MetricSample metricName=h_exported_load 'load>40' 'load<70'
	lm heal voice "$(server 1)" >>"$STORY_DIR/cli.log" 2>&1 || fail 'no heal'
	await_process HealAssembly voice 30 "$quiet_ms"
	create sipp2 30
	await 'the decision to scale out' 40 "$create_ms" type=PolicyEvent 'action=scale out'
	await_process ScaleOutAssembly voice 30 "$create_ms"
	await_call_ended "$(server_address 2)"
	remove sipp2
	await_process DeleteAssembly sipp2 60 "$remove_ms"
	await 'the decision to scale in' 40 "$remove_ms" type=PolicyEvent 'action=scale in'
	await_process ScaleInAssembly voice 60 "$remove_ms"
	await_call_ended "$(server_address 1)"
	! "$tools/await" "$journal" 0 "$quiet_ms" type=PolicyEvent action=heal >/dev/null || fail 'somebody was healed'
	chapter_ends 'out and in again, and nobody was healed'
}

# The services, with a voice service whose policy looks at the exported load.
rm -rf "$STORY_SERVICES"
cp -R "${here%/tests/system}/services" "$STORY_SERVICES"
sed -i -e 's/metric: gateway.h_load/metric: gateway.h_exported_load/' \
	-e '/^  gateway:/,/properties:/ s/^    properties:/&\n      exported_load_period: {value: "1"}/' \
	"$STORY_SERVICES/voice-service/assembly.yml"

story_begin
the_base
the_voice_service
the_first_calls
the_hang
the_exported_load
the_end sipp1
