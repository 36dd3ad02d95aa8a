#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the manager tells of by itself: server-sent events, webhooks to a receiver that is written in
# another language and checks every signature, figures that the real promtool reads, a log in JSON.  The
# resources are records without anything behind them.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
for program in python3 promtool; do
	command -v $program >/dev/null || {
		echo "$program is missing: tests/depends names the packages"
		exit 77
	}
done
box_enter
secret='a secret that only two know'
reference='ProcessStateChangeEvent,ComponentStateChangeEvent'

# ---- words ---------------------------------------------------------------------------------------------

descriptors() {
	mkdir packages
	cat >packages/service.yml <<-'END'
		name: resource::part::1.0
		lifecycle: [Install, Start, Stop, Uninstall]
		metrics:
		  h_load: {type: metric::load, publication-period: 3600}
		  h_integrity: {type: metric::integrity, publication-period: 0}
		---
		name: assembly::service::1.0
		composition:
		  part: {type: 'resource::part::1.0'}
		  pool:
		    type: resource::part::1.0
		    cluster: {minimum-nodes: 1, initial-quantity: 2, maximum-nodes: 3}
	END
}

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer is in out.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 20 -X "$method" -o out -w '%{http_code}' "$@" "$url$path")
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want"
}

# is JQ-FILTER: true of the last answer.
is() {
	jq -e "$1" out >/dev/null || fail "not '$1'"
}

# hook STATUS METHOD PATH JSON
hook() {
	ask "$1" "$2" "/api/webhooks$3" -H 'Content-Type: application/json' -d "$4"
}

receive() {
	rm -f port
	python3 "$root/tests/lib/receiver.py" port "$secret" orders >>got 2>err &
	receiver=$!
	comes test -s port
	address=http://127.0.0.1:$(cat port)/in
}

apply() {
	echo "{assemblyName: $1, descriptorName: 'assembly::service::1.0'}" >intent.yml
	ends 0 apply --yes -f intent.yml
}

# The numbers of the events after that one which a webhook is sent, in order; nothing fails here.
numbers() {
	curl -sS -m 20 "$url/api/events?after=$1&type=$reference" |
		jq 'select(.processState != "Pending" and .newState != "Failed").seq'
}

# sse LAST [CURL ARGUMENT...]: the stream until that event, in the file sse
sse() {
	last=$1
	shift
	rm -f stream
	mkfifo stream
	curl -sS -m 60 -N -H 'Accept: text/event-stream' "$@" "$url/api/events?type=$reference" >stream 2>/dev/null &
	reader=$!
	sed -u "/^id: $last\$/,/^\$/ { /^\$/q }" <stream >sse
	kill "$reader"
	wait "$reader" || :
}

taken() {
	awk '$1 == 204 { print $2 }' got
}

has_state() {
	ask 200 GET "/api/webhooks/$1"
	jq -e --arg s "$2" '.state == $s' out >/dev/null
}

# all_taken: everything that has happened has come, each once, in order.
all_taken() {
	comes has_state pager idle
	numbers "$begun" >wanted
	taken >given
	cmp -s wanted given || fail "it was sent $(tr '\n' ' ' <given), not $(tr '\n' ' ' <wanted)"
}

# ---- chapters ------------------------------------------------------------------------------------------

# The two shapes of the reference, to the field; and who asked.
stream() {
	numbers 0 >all
	sse "$(tail -n 1 all)"
	sed -n 's/^data: //p' sse | jq -s . >out
	is 'map(select(.eventType == "ProcessStateChangeEvent") | keys) | unique == [["assemblyDescriptorName",
	    "assemblyId", "assemblyName", "eventCreatedAt", "eventId", "eventType", "intent", "intentType",
	    "processFinishedAt", "processId", "processStartedAt", "processState", "processStateReason",
	    "requestedBy"]]'
	is '[.[] | select(.eventType == "ProcessStateChangeEvent").processState] == ["In Progress", "Completed"]'
	is '.[0].intent == {assemblyName: "one", descriptorName: "assembly::service::1.0", intendedState: "Active"}
	    and .[0].processFinishedAt == null and (.[0].processStartedAt | startswith("20"))'
	is 'map(select(.resourceId) | keys) | unique == [["deploymentLocation", "eventCreatedAt", "eventId",
	    "eventType", "externalId", "newState", "previousState", "processId", "resourceId",
	    "resourceManager", "resourceName", "rootAssemblyId", "rootAssemblyName"]]'
	is '[.[] | select(.resourceName == "one__part") | [.previousState, .newState]] ==
	    [[null, "Created"], ["Created", "Installed"], ["Installed", "Inactive"], ["Inactive", "Active"]]'
	is 'map(select(.rootAssemblyId and (has("resourceId") | not)) | keys) | unique == [["eventCreatedAt",
	    "eventId", "eventType", "newState", "previousState", "processId", "rootAssemblyId", "rootAssemblyName"]]'
	[ "$(grep -c '^event: ComponentStateChangeEvent$' sse)" -ge 13 ] || fail 'events have no types'
	sed -n 's/^id: //p' sse | cmp -s - all || fail 'events are missing'
	sse "$(tail -n 1 all)" -H "Last-Event-ID: $(sed -n 2p all)"
	sed 1,2d all >rest
	sed -n 's/^id: //p' sse | cmp -s - rest || fail 'a replay does not begin after the last event that was seen'
	ask 400 GET '/api/events?type=Nonsense'
}

registry() {
	hook 201 POST '' "{\"name\": \"pager\", \"url\": \"$address\", \"secret\": \"$secret\"}"
	is '.name == "pager" and .state == "idle" and (has("secret") | not)'
	hook 409 POST '' "{\"name\": \"pager\", \"url\": \"$address\", \"secret\": \"$secret\"}"
	hook 400 POST '' "{\"name\": \"short\", \"url\": \"$address\", \"secret\": \"short\"}"
	is '.localizedMessage | contains("16")'
	hook 400 POST '' "{\"name\": \"file\", \"url\": \"file:///etc/passwd\", \"secret\": \"$secret\"}"
	hook 400 POST '' '{'
	hook 404 PUT /nobody '{}'
	hook 201 POST '' "{\"name\": \"other\", \"url\": \"http://127.0.0.1:1/\", \"secret\": \"$secret\",
	    \"types\": [\"StepEvent\"], \"giveUpAfterSeconds\": 1}"
	ask 200 GET /api/webhooks
	is 'map(.name) == ["other", "pager"] and (tostring | contains("secret") | not)'
	[ "$(stat -c %a state/shelf/webhooks/pager.json)" = 600 ] || fail 'others can read a secret'
}

retries() {
	printf '500\n302\n' >orders
	apply two
	all_taken
	[ "$(awk '{ print $1 }' got | sed -n 1,3p | tr '\n' ' ')" = '500 302 204 ' ] || fail 'it is not sent again'
	[ "$(awk '{ print $2 }' got | sed -n 1,3p | sort -u | wc -l)" = 1 ] || fail 'another event overtook it'
	! grep -q elsewhere got || fail 'a redirect is followed'
}

# Nobody listens at the other one's address.
given_up() {
	comes has_state other stopped
	is '.trouble != null and .delivered == 0'
	"$lm" events -o json | grep -q '"type":"WebhookEvent","webhook":"other","state":"stopped"' ||
		fail 'it is not said that a webhook was given up'
	grep -q 'error webhook.stopped webhook=other' log || fail 'the log does not say it'
	ask 204 DELETE /api/webhooks/other
	ask 404 GET /api/webhooks/other
}

# The manager dies while nobody listens, and what happened meanwhile is sent by the next one.
restart() {
	kill "$receiver"
	wait "$receiver" || :
	ends 0 delete two
	comes has_state pager retrying
	kill -KILL "$pid"
	wait "$pid" || :
	start state
	has_state pager retrying || fail 'it is forgotten that it cannot be delivered'
	receive
	hook 200 PUT /pager "{\"url\": \"$address\"}"
	comes has_state pager idle
	numbers "$begun" >wanted
	taken | awk '!seen[$0]++' >given # each at least once, in order
	cmp -s wanted given || fail "it was sent $(tr '\n' ' ' <given), not $(tr '\n' ' ' <wanted)"
}

figures() {
	token=$("$lm" token --state state --writer prometheus)
	key=$("$lm" get assembly one -o json | jq -r '.. | objects | select(.name? == "one__part").id')
	ask 200 POST /api/metrics -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
		-d "[{\"metricKey\": \"$key\", \"metricName\": \"h_load\", \"load\": 53.5},
		     {\"metricKey\": \"$key\", \"metricName\": \"h_integrity\", \"integrity\": \"OK\"}]"
	ask 404 GET '/nothing/is/here'
	ask 200 GET /metrics
	promtool check metrics <out >promtool 2>&1 || fail "promtool: $(cat promtool)"
	[ ! -s promtool ] || fail "promtool: $(cat promtool)"
	for line in 'lm_metric_load{assembly="one",component="one__part",metric="h_load"} 53.5' \
		'lm_metric_integrity{assembly="one",component="one__part",metric="h_integrity"} 1' \
		'lm_cluster_members{assembly="one",cluster="one__pool"} 2' \
		'lm_http_requests_total{method="",route="none",status="404"} 1' \
		'lm_samples_total{fate="accepted"} 2' 'lm_journal_writable 1' 'lm_assemblies 1' \
		'lm_webhook_state{webhook="pager",state="idle"} 1'; do
		grep -qxF "$line" out || fail "the figures lack '$line'"
	done
}

# With users, figures are for who may read; a Prometheus has a writer's token.
secured() {
	stop
	start state 127.0.0.1:0 --log-format=json
	ask 401 GET /metrics
	ask 401 GET /api/webhooks
	ask 200 GET /metrics -H "Authorization: Bearer $token"
	mine=$("$lm" token --state state --component "$key")
	ask 401 GET /metrics -H "Authorization: Bearer $mine"
	ask 200 GET /management/health
	is '. == {status: "UP"}'
	stop
	jq -se 'length > 1 and all(has("time") and has("level") and has("event") and has("message") and has("fields"))
	    and any(.event == "manager.ready" and .fields.address != null)' log >out || fail 'the log is no JSON'
	! grep -rqF "$secret" log out || fail 'a secret stands in the log'
}

descriptors
start state
apply one
stream
receive
registry
begun=$(numbers 0 | tail -n 1)
retries
given_up
restart
figures
secured
kill "$receiver"
echo 'what happens is told'
