#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lm policy against a real manager: what the policies have seen and counted is shown, why they do nothing,
# and what they have done.  In namespaces of its own; what is managed has nothing behind it.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter
export LC_ALL=C

packages() {
	mkdir packages
	cat >packages/service.yml <<-'END'
		name: resource::gateway::1.0
		lifecycle: []
		metrics:
		  load: {type: 'metric::load', publication-period: 1}
		  integrity: {type: 'metric::integrity', publication-period: 600}
		policies:
		  mend: {type: 'policy::heal', metric: integrity, properties: {smoothing: 2, maximum_heals: 3}}
		---
		name: resource::server::1.0
		lifecycle: []
		---
		name: assembly::service::1.0
		composition:
		  gateway: {type: 'resource::gateway::1.0'}
		  pool:
		    type: resource::server::1.0
		    cluster: {initial-quantity: 1, minimum-nodes: 1, maximum-nodes: 3, spares: 1}
		policies:
		  grow:
		    type: policy::scale
		    metric: gateway.load
		    target: pool
		    properties: {scaleOut_threshold: 60, scaleIn_threshold: 20, smoothing: 3, cooldown: 600}
		---
		name: assembly::plain::1.0
		composition: {server: {type: 'resource::server::1.0'}}
	END
	printf 'assemblyName: voice\ndescriptorName: assembly::service::1.0\n' >voice.yml
	printf 'assemblyName: plain\ndescriptorName: assembly::plain::1.0\n' >plain.yml
}

# report METRIC VALUE: of the gateway
report() {
	reported voice__gateway "$@"
}

nothing_is_seen_yet() {
	ends 0 policy voice
	says '^grow scales pool$'
	says '^  size *1  of 1 to 3, 1 spare$'
	says '^  load *-  *$'
	says '^  out *> 60  .*0 of 3 in a row, cool-down 600 s$'
	says '^  now *no load yet$'
	says '^gateway  mend    Active  -  *0 of 2    0 of 3$'
	! grep -q '^  last' out || fail "it tells of a last decision"
}

samples_are_counted() {
	report load '"load":70'
	report load '"load":80'
	report integrity '"integrity":"OK"'
	ends 0 policy voice
	says '^  load *80  70 80  .* ago$'
	says '^  out *> 60  .*2 of 3 in a row'
	says '^  now *2 of 3 samples above 60$'
	says '^gateway  mend    Active  OK '
	ends 0 policy
	says '^voice  *grow  *1 of 1-3  load 80  *2 of 3 samples above 60$'
	says '^  *1 heal policy  *1 OK$'
}

decisions_are_told_with_their_reasons() {
	report load '"load":90'
	await 'a scale-out' 0 type=ProcessStateChangeEvent intentType=ScaleOutAssembly processState=Completed
	ends 0 policy voice
	says '^  size *2  of'
	says '^  last *scale out to 2, .* ago: load 70, 80, 90 above 60 three times'
	for load in 70 70 70; do report load "\"load\":$load"; done
	ends 0 policy voice
	says '^  now *cool-down, .* left$'
}

programs_get_the_document() {
	ends 0 policy voice -o json
	jq -e '.policies | length == 2 and .[0].window.last.size == 2' out >/dev/null || fail "the document is another"
	ends 0 policy -o json
	jq -e '[.policies[].assembly] == ["voice", "voice"]' out >/dev/null || fail "the document is another"
}

# is_shown WORDS: the next time
is_shown() {
	while read -r line <&4; do
		# shellcheck disable=SC2086 # blanks count once
		case $(echo $line) in "$1"*) return ;; esac
	done
	fail "it has ended: $(cat err)"
}

it_is_shown_again_until_somebody_ends_it() {
	mkfifo watched
	"$lm" policy voice --watch >watched 2>err &
	watching=$!
	exec 4<watched
	is_shown 'grow scales pool'
	is_shown 'grow scales pool'
	stop
	start state "${url#http://}"
	is_shown 'now no load yet' # of a manager that has just begun
	exec 4<&-
	kill -TERM "$watching"
	wait "$watching" 2>/dev/null || :
}

mistakes() {
	ends 0 policy plain
	[ ! -s out ] || fail "it says something about no policies"
	grep -q 'no policies' err || fail "it does not say that there are none"
	ends 1 policy nobody
	grep -q nobody err || fail "it does not say who: $(cat err)"
	ends 2 policy voice pool
	ends 2 policy voice -o xml
	LM_SERVER=http://127.0.0.1:9 ends 3 policy voice
}

packages
start state
token=$("$lm" token --writer tester --state state)
ends 0 apply --yes -f voice.yml
ends 0 apply --yes -f plain.yml
events_begin
nothing_is_seen_yet
samples_are_counted
decisions_are_told_with_their_reasons
programs_get_the_document
mistakes
it_is_shown_again_until_somebody_ends_it
stop
echo "policy: ok"
