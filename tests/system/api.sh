#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manager without any package, asked over HTTP: what the API answers, what it refuses, and that
# it starts, stops and starts again cleanly.  Needs what the local driver needs to open.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
folder=$(mktemp -d)
pid=
clean() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM
mkdir "$folder/packages"

fail() {
	echo "api: $*"
	sed 's/^/    /' "$folder/log"
	exit 1
}

# start [OPTION...]: starts the manager on a free port; waits for it to say which, or to end.
start() {
	mkfifo "$folder/pipe"
	"$lm" serve --insecure --packages "$folder/packages" --state "$folder/state" --listen 127.0.0.1:0 "$@" \
		2>"$folder/pipe" &
	pid=$!
	url=
	: >"$folder/log"
	exec 3<"$folder/pipe"
	rm "$folder/pipe"
	while [ -z "$url" ] && read -r line <&3; do
		echo "$line" >>"$folder/log"
		case $line in
		*' manager.ready address='*) url=http://${line##*address=} ;;
		esac
	done
	cat <&3 >>"$folder/log" &
	exec 3<&-
	[ -n "$url" ] || fail "the manager does not start"
}

stop() {
	status=0
	kill -TERM "$pid"
	wait "$pid" || status=$?
	pid=
	[ "$status" = 0 ] || fail "the manager ended with status $status"
}

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer's body is in $body.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 20 -X "$method" -o "$folder/body" -D "$folder/head" -w '%{http_code}' "$@" "$url$path")
	body=$(cat "$folder/body")
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want: $body"
}

# is JQ-FILTER: true of the last answer.
is() {
	echo "$body" | jq -e "$1" >/dev/null || fail "$method $path: not '$1' in: $body"
}

has_header() {
	grep -qi "^$1" "$folder/head" || fail "$method $path: no header '$1' in: $(cat "$folder/head")"
}

post() {
	want=$1 path=$2 text=$3
	ask "$want" POST "$path" -H 'Content-Type: application/json' -d "$text"
}

# ---- questions -----------------------------------------------------------------------------------------

questions() {
	ask 200 GET /management/health
	is '. == {status: "UP"}'
	has_header 'Content-Type: application/json.$'
	ask 200 GET /api/status
	is '.steps.asked == 0 and .steps.inFlight == 0 and .steps.timedOut == 0 and .journal.writable'
	is '.idle and .rssKb > 0 and .descriptors == 0 and .listeners[0].serves == "everything"'
	ask 200 GET /api/processes
	is '. == []'
	ask 200 GET '/api/processes?assemblyName=v*&limit=1&processStatuses=Failed&intentTypes=HealAssembly'
	is '. == []'
	ask 400 GET '/api/processes?limit=many'
	ask 200 GET '/api/processes?startDateTime=2026-01-01&endDateTime=2026-01-01T00:00:00%2B01:00&assemblyType=a'
	is '. == []'
	ask 400 GET '/api/processes?startDateTime=yesterday'
	is '.localizedMessage | contains("startDateTime")'
	ask 404 GET /api/processes/none
	is '.localizedMessage | contains("none")'
	ask 200 GET /api/topology/assemblies
	is '. == []'
	ask 200 GET '/api/topology/assemblies?name=voice'
	is '. == []'
	ask 200 GET '/api/topology/assemblies?nameContains=voice'
	is '. == {assemblies: [], partial: false}'
	ask 404 GET /api/topology/assemblies/voice
	ask 200 GET /api/catalog/descriptors
	is '. == []'
	ask 404 GET /api/catalog/descriptors/assembly::voice::1.0
	ask 404 GET /api/logs/voice
	ask 404 GET /api/metrics/voice
	ask 200 GET /api/inventory
	is '. == []'
	ask 200 GET /api/doctor
	is '. == {healthy: true, components: 0, resources: 0, things: 0, findings: []}'
	ask 200 GET /api/events
	[ -z "$body" ] || fail "there are events: $body"
	ask 400 GET '/api/events?after=-1'
}

# ---- refusals ------------------------------------------------------------------------------------------

refusals() {
	ask 404 GET /
	is '.url == "/" and .details == {}'
	ask 404 GET /api/unknown
	ask 405 DELETE /api/processes
	has_header 'Allow: GET'
	ask 405 GET /api/intent/createAssembly
	has_header 'Allow: POST'
	ask 415 POST /api/intent/createAssembly -H 'Content-Type: text/plain' -d '{}'
	ask 405 GET /api/doctor/repair
	ask 415 POST /api/doctor/repair -H 'Content-Type: text/plain' -d '{}'
	for body in '[]' '{' '{"subjects": 1}' '{"subjects": [1]}'; do
		post 400 /api/doctor/repair "$body"
	done
	post 200 /api/doctor/repair '{"subjects": ["nobody"]}'
	is '. == {repairs: []}'
	post 404 /api/intent/danceAssembly '{}'
	is '.localizedMessage | contains("createAssembly")'
	post 400 /api/intent/createAssembly '{'
	post 400 /api/intent/createAssembly '{}'
	post 400 /api/intent/createAssembly \
		'{"assemblyName":"v","descriptorName":"assembly::v::1.0","intendedState":"Active"}'
	is '.localizedMessage | contains("assembly::v::1.0")'
	post 400 /api/intent/deleteAssembly '{"assemblyName":"voice"}'
	is '.localizedMessage | contains("Cannot find assembly instance with name voice")'
	post 400 /api/intent/deleteAssembly '{"assemblyId":"7"}'
	is '.localizedMessage | contains("Cannot find assembly instance with id 7")'
	for intent in retry rollback cancel; do
		post 400 /api/intent/$intent '{"assemblyName":"voice"}'
		is '.localizedMessage | contains("processId")'
		post 400 /api/intent/$intent '{"processId":"7"}'
	done
	post 400 /api/intent/upgradeAssembly '{"assemblyName":"voice"}'
	is '.localizedMessage | contains("Cannot find assembly instance with name voice")'
	post 400 /api/intent/adoptAssembly \
		'{"assemblyName":"v","descriptorName":"assembly::v::1.0","intendedState":"Active","clusters":[]}'
	is '.localizedMessage | contains("clusters")'
	post 400 '/api/plan/deleteAssembly?format=text' '{"assemblyName":"voice"}'
	post 400 '/api/plan/deleteAssembly?format=xml' '{"assemblyName":"voice"}'
	head -c 1048577 /dev/zero | tr '\0' ' ' >"$folder/big"
	ask 413 POST /api/metrics -H 'Content-Type: application/json' --data-binary "@$folder/big"
	ask 413 POST /api/metrics -H 'Transfer-Encoding: chunked' --data-binary "@$folder/big"
}

# report STATUS PATH BODY: by a writer that may report about everybody.
report() {
	[ -n "${token:-}" ] || token=$("$lm" token --writer tester --state "$folder/state")
	ask "$1" POST "$2" -H "Authorization: Bearer $token" -d "$3"
}

metrics() {
	report 200 /api/metrics '{"metricKey":"k","metricName":"h_load","load":53}'
	is '. == {accepted: 0, dropped: 1, strangers: 1, errors: []}'
	report 400 /api/metrics '[{"metricId":"k.l","integrity":"OK"},{"load":1}]'
	is '.dropped == 1 and .errors[0].index == 1'
	report 400 /api/metrics 'load=53'
	report 200 /api/metrics/collectd '[{"values":[1],"host":"k","type":"h_load","time":1}]'
	is '.strangers == 1'
	report 400 /api/metrics/collectd '{}'
}

tokens() {
	for path in /api/metrics /api/metrics/collectd; do
		post 401 $path '[]'
		has_header 'WWW-Authenticate: Bearer'
		is '.localizedMessage | contains("LM_METRICS_TOKEN")'
		for token in x writer:tester "writer:tester.$(head -c 43 /dev/zero | tr '\0' A)"; do
			report 401 $path '[]'
			is '.localizedMessage | contains("lm token")'
		done
		token=
	done
	runs 2 'whose?' token
	runs 2 'whose?' token --writer a --component b
	runs 2 'letters, digits' token --writer 'a b'
	runs 2 'letters, digits' token --writer ''
	runs 1 'at its first start' token --writer a --state "$folder/nowhere"
	runs 1 'Cannot find assembly instance' token --component voice__gateway --state "$folder/state"
	[ "$(stat -c %a "$folder/state/metrics.key")" = 600 ] || fail 'others can read the key'
}

relay_off() {
	ask 403 GET '/api/send/load/k/?metricName=h_load&load=53'
	is '.localizedMessage | contains("--relay")'
	ask 403 GET '/api/send/integrity/k?metricName=h_integrity&integrity=BROKEN'
}

relay_on() {
	ask 200 GET '/api/send/load/k/?metricName=h_load&load=53'
	is '.dropped == 1'
	ask 200 GET '/api/send/integrity/k?metricName=h_integrity&integrity=BROKEN'
	ask 400 GET '/api/send/integrity/k?metricName=h_integrity&integrity=SOSO'
	ask 400 GET '/api/send/load/k?load=53'
	ask 400 GET '/api/send/load/k?metricName=h_load&load=nan'
}

# ---- the program ---------------------------------------------------------------------------------------

# runs STATUS TEXT COMMAND...: the program ends so, and says this.
runs() {
	want=$1 text=$2 status=0
	shift 2
	said=$("$lm" "$@" 2>&1) || status=$?
	[ "$status" = "$want" ] || fail "lm $*: status $status, not $want: $said"
	case $said in
	*"$text"*) ;;
	*) fail "lm $*: says '$said', not '$text'" ;;
	esac
}

program() {
	LM_SERVER=$url
	export LM_SERVER
	runs 0 'idle' status
	runs 0 'There are no assemblies' get assemblies
	runs 0 'There are no processes' get processes
	runs 0 'nothing on this machine' inventory
	[ -z "$("$lm" inventory 2>/dev/null)" ] || fail "an empty inventory is not empty for a script"
	runs 1 'Cannot find assembly instance with name voice' delete voice
	runs 2 'usage: lm scale NAME CLUSTER out|in' scale voice
	runs 2 "no command 'dance'" dance
	runs 3 "start it with 'lm serve'" status --server http://127.0.0.1:1
	runs 1 'another manager works in' serve --insecure --state "$folder/state" --listen 127.0.0.1:0
}

# ---- processes -----------------------------------------------------------------------------------------

# One assembly that asks nothing of a driver, and one whose only step cannot succeed.
given_packages() {
	mkdir -p "$folder/packages/part/lifecycle"
	echo 'echo never' >"$folder/packages/part/lifecycle/install.sh"
	printf 'name: resource::part::1.0\nlifecycle: {Install: }\n' >"$folder/packages/part/resource.yml"
	cat >"$folder/packages/all.yml" <<-END
		name: resource::quiet::1.0
		---
		name: assembly::good::1.0
		properties: {word: {default: a}}
		composition: {part: {type: 'resource::quiet::1.0'}}
		---
		name: assembly::bad::1.0
		composition: {part: {type: 'resource::part::1.0'}}
	END
	printf 'assemblyName: one\ndescriptorName: assembly::good::1.0\nproperties: {word: b}\n' >"$folder/one.yml"
	printf 'assemblyName: two\ndescriptorName: assembly::bad::1.0\n' >"$folder/two.yml"
}

processes() {
	LM_SERVER=$url
	export LM_SERVER
	runs 0 'one: CreateAssembly Completed' apply --yes -f "$folder/one.yml"
	runs 0 'one: nothing to do' plan apply -f "$folder/one.yml"
	runs 0 ': nothing to do' apply --yes -f "$folder/one.yml"
	runs 1 "there is an assembly instance 'one' already" create -f "$folder/one.yml"
	runs 0 'one: UpgradeAssembly Completed' upgrade one -p word=c
	ask 200 GET '/api/processes?assemblyName=one&limit=1'
	runs 0 'UpgradeAssembly' describe process "$(echo "$body" | jq -r '.[0].id')"
	is '.[0] | .assemblyProperties == {word: "c"} and (has("previousInstance") | not)'
	ask 200 GET "/api/processes/$(echo "$body" | jq -r '.[0].id')"
	is '.previousInstance.properties == [{name: "word", value: "b"}]'
	is '.desiredInstance | .properties == [{name: "word", value: "c"}] and .intendedState == "Active"'
	runs 1 'failed  part' apply --yes -f "$folder/two.yml"
	runs 0 'Completed' get processes
	ask 200 GET /api/processes
	is '[.[].assemblyName] == ["two", "one", "one", "one"] and all(.[]; has("executionPlan") | not)'
	is '.[0] | .status == "Failed" and .lifecycleAction == "Create" and .progress.failed == 1'
	is '.[3] | .progress.percent == 100 and .assemblyProperties == {word: "b"} and .context == {}'
	id=$(echo "$body" | jq -r '.[0].id')
	ask 200 GET "/api/processes/$id?shallow=True"
	is 'has("executionPlan") | not'
	ask 200 GET "/api/processes/$id?shallow=False"
	is '.executionPlan | length == 1 and (.[0] | .id == "'"$id"'/1" and .state == "Failed" and .attempt == 1)'
	is '.executionPlan[0] | .action == "Install" and .subject == "two__part" and .endedAt >= .startedAt'
	ask 200 GET '/api/processes?assemblyType=assembly::good::1.0'
	is 'length == 3'
	ask 200 GET '/api/processes?endDateTime=2020-01-01'
	is '. == []'
	ask 200 GET '/api/processes?startDateTime=2020-01-01&limit=1'
	is '.[0].assemblyName == "two"'
	runs 0 'Install  part' describe process "$id"
	runs 0 '0 of 1 steps done (0%), 1 failed' describe process "$id"
	runs 1 'Cannot find process with id 00000000-0000-8000-8000-000000000000' \
		describe process 00000000-0000-8000-8000-000000000000
	runs 1 "Cannot find process with id nobody: 'lm get processes nobody' lists those of an assembly" describe process nobody
	runs 2 "there is no kind 'one'" describe one x
	for verb in retry rollback cancel; do
		runs 1 'nobody' $verb nobody
		runs 2 "usage: lm $verb PROCESS" $verb
	done
	runs 2 "a property is NAME=VALUE, not 'codec'" upgrade one -p codec
	runs 1 "Cannot find assembly instance with name nobody" upgrade nobody --queue
	runs 1 'which file?' plan adopt
	runs 0 'one: nothing to do' plan state one Active
}

start
questions
refusals
metrics
relay_off
program
tokens
# somebody who follows does not keep the manager from stopping, and hears the end
mkfifo "$folder/followed"
curl -sSN -m 20 "$url/api/events?follow=true" >"$folder/followed" &
follower=$!
exec 4<"$folder/followed"
read -r _ <&4 # a blank line: it is connected
stop
wait "$follower" || fail "the stream of events does not end cleanly"
exec 4<&-
given_packages
start --relay
relay_on
ask 200 GET /management/health
processes
stop
start
LM_SERVER=$url
runs 0 'two' get processes
ask 200 GET "/api/processes/$id"
is '.executionPlan | length == 1'
stop
printf 'name: assembly::bad\n' >"$folder/packages/bad.yml"
runs 1 'bad.yml' serve --packages "$folder/packages" --state "$folder/state" --listen 127.0.0.1:0
[ "$(find "$folder/state" -name journal.db)" ] || fail "there is no journal"
echo "the API answers as it should"
