# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The story, a function per chapter: a voice service is created, called, scaled, broken in three ways
# and deleted, on real calls.  Sourced after story.sh.
# shellcheck disable=SC2154 # story.sh sets what the functions there leave behind

call_seconds=5 # how long the calls of the generators last

# calls_last SECONDS: before the generators are created
calls_last() {
	call_seconds=$1
	for name in sipp1 sipp2; do
		echo "  call_seconds: \"$1\"" >"$STORY_DIR/$name.properties"
	done
	mark calls-last seconds "$1"
}

# await_call_ended ADDRESS: a call that its server has answered since ended_ms is hung up in order
await_call_ended() {
	await_sip "a call answered by $1" $((call_seconds + 10)) "$ended_ms" method=INVITE code=200 "from=$1"
	await_sip "the end of a call on $1" $((call_seconds + 15)) "$(event at_ms)" method=BYE code=200 "from=$1" "call=$(event call)"
}

the_base() {
	chapter base 'The base: two networks and a router'
	create base 20
	chapter_ends "networks and router are there"
}

the_voice_service() {
	chapter voice 'The voice service: a gateway and one server'
	create voice 30
	await 'the server in the dispatch list' 5 "$create_ms" type=RelationshipEvent newState=Created
	first=$(server_address 1)
	[ -n "$first" ] || fail 'server 1 has no address'
	chapter_ends "server 1 ($first) is in the gateway's dispatch list"
}

the_first_calls() {
	chapter calls "Calls: sipp1 keeps up 8 calls of $call_seconds seconds"
	create sipp1 30
	await_call_ended "$first"
	await 'a load of about 53 %' 30 "$ended_ms" type=MetricSample metricName=h_load 'load>47' 'load<58'
	load=$(event load)
	! "$tools/await" "$journal" 0 "$create_ms" type=PolicyEvent >/dev/null || fail 'a policy acted, though there is no need'
	chapter_ends "calls are answered and last to their end, the load is $load % of one server"
}

the_scale_out() {
	chapter scale-out 'Scale-out: sipp2 doubles the traffic'
	create sipp2 30
	await 'the decision to scale out' 40 "$create_ms" type=PolicyEvent 'action=scale out'
	say "    policy: $(event reason)"
	await_process ScaleOutAssembly voice 30 "$create_ms"
	second=$(server_address 2)
	[ "$(servers | wc -l)" = 2 ] || fail "there are $(servers | wc -l) servers, not 2"
	for address in "$first" "$second"; do
		await_sip "a call on $address" $((call_seconds + 10)) "$ended_ms" method=INVITE code=0 "to=$address"
	done
	await_call_ended "$second"
	chapter_ends "server 2 ($second) registered itself; calls reach both"
}

# server_dies MARK LABEL: server 1 is killed and comes back; the calls go on
server_dies() {
	kill_service "$1" "$(server 1)" asterisk "$2" "$first"
	await 'the death seen' 5 "$killed_ms" type=DeathEvent "resourceName=$(server 1)"
	await 'the server out of the dispatch list' 10 "$killed_ms" type=StepEvent \
		action=deleteFromDispatchList state=Completed
	await_process HealAssembly voice 30 "$killed_ms"
	first=$(server_address 1)
	say "    healed after $((ended_ms - killed_ms)) ms"
	await_call_ended "$first"
}

the_death_of_one_of_two() {
	chapter heal-of-two 'Heal: one of two servers is killed'
	server_dies kill-asterisk-of-two 'kill -9 Asterisk 1'
	chapter_ends 'it was taken out of the dispatch list, healed and put back; the other one answered meanwhile'
}

the_scale_in() {
	chapter scale-in 'Scale-in: sipp2 goes away'
	remove sipp2 'delete sipp2'
	await_process DeleteAssembly sipp2 60 "$remove_ms"
	await 'the decision to scale in' $((call_seconds + 35)) "$remove_ms" type=PolicyEvent 'action=scale in'
	await 'the server out of the dispatch list' 10 "$remove_ms" type=StepEvent \
		action=deleteFromDispatchList state=Completed
	drained_ms=$(event at_ms)
	await_process ScaleInAssembly voice $((call_seconds + 55)) "$remove_ms"
	[ "$(servers)" = "$(server 1)" ] || fail "the servers that are left: $(servers | tr '\n' ' ')"
	! "$tools/await" "$sip" 0 $((drained_ms + 1)) method=INVITE code=0 "to=$second" >/dev/null ||
		fail "a new call went to the leaving server"
	chapter_ends 'server 2 got no new call, its calls ended, then it left'
}

the_death_of_the_server() {
	chapter heal 'Heal: the only server is killed'
	server_dies kill-asterisk 'kill -9 Asterisk'
	chapter_ends 'it was taken out of the dispatch list, healed and put back'
}

the_death_of_the_gateway() {
	chapter gateway-heal 'Heal: the Kamailio of the gateway is killed'
	kill_service kill-kamailio voice__gateway__kamailio kamailio 'kill -9 Kamailio'
	await 'the death seen' 5 "$killed_ms" type=DeathEvent resourceName=voice__gateway__kamailio
	await_process HealAssembly voice 30 "$killed_ms"
	await 'the server in the dispatch list again' 1 "$killed_ms" type=RelationshipEvent newState=Created
	await_call_ended "$first"
	chapter_ends "healed after $((ended_ms - killed_ms)) ms; every server is registered again"
}

the_crash() {
	chapter crash 'Crash: the manager is killed during a scale-out'
	create sipp2 30
	await 'the decision to scale out' 40 "$create_ms" type=PolicyEvent 'action=scale out'
	await 'the new server starting' 10 "$(event at_ms)" type=StepEvent action=Start state=Started
	process=$(event processId)
	manager_crash 'kill -9 manager'
	manager_start || fail "the manager does not start again: $(tail -n 3 "$STORY_DIR/manager.log")"
	mark manager-back
	await_process ScaleOutAssembly voice 30 "$killed_ms"
	[ "$(event processId)" = "$process" ] || fail 'another scale-out was completed'
	[ "$(servers | wc -l)" = 2 ] || fail "there are $(servers | wc -l) servers, not 2"
	second=$(server_address 2)
	recovery_ms=$((ended_ms - killed_ms))
	await_call_ended "$second"
	chapter_ends "started again, it finished the scale-out $recovery_ms ms after the kill"
}

# the_end GENERATOR...: callers first, then what they called
the_end() {
	chapter delete 'The end: everything is deleted'
	mark delete-all label 'delete all'
	for name in "$@"; do
		remove "$name"
	done
	for name in "$@"; do
		await_process DeleteAssembly "$name" 60 "$remove_ms"
	done
	for name in voice base; do
		remove "$name"
		await_process DeleteAssembly "$name" 90 "$remove_ms"
	done
	left=$(inventory)
	[ -z "$left" ] || fail "the driver still has: $left"
	chapter_ends 'the driver has nothing left on this machine'
}

# What the figures must say, whatever the chapters did.
the_reckoning() {
	chapter reckoning 'The reckoning'
	"$tools/report" -j "$STORY_DIR/figures.json" "$journal" "$marks" "$sip"
	while IFS='|' read -r figure condition; do
		jq -e "$condition" "$STORY_DIR/figures.json" >/dev/null || fail "$figure"
	done <<-'END'
		a call failed during the scale-in|.scale_in.failed_calls == 0
		a new call failed during the heal though a second server was up|.heal_of_two.new_calls_failed == 0
		the scale-out was not recovered after the crash|.crash.recovered
		calls were not answered by two servers|.calls.answered_by_server | length >= 2
		a call failed that was not lost with its server|.calls.failed == .calls.lost_on_killed_server + .heal.new_calls_failed
	END
	chapter_ends "$(jq -r '"of \(.calls.attempted) calls \(.calls.lost_on_killed_server) were lost with a killed server, " +
		"\(.heal.new_calls_failed) refused while there was no other; none failed else"' "$STORY_DIR/figures.json")"
}

# In this order; a chapter that fails ends the script.
tell_story() {
	the_base
	the_voice_service
	the_first_calls
	the_scale_out
	the_death_of_one_of_two
	the_scale_in
	the_death_of_the_server
	the_death_of_the_gateway
	the_crash
	the_end sipp1 sipp2
	the_reckoning
}
