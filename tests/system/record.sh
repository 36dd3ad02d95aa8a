#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lm record against a real manager: what is reported is written down, what is lost with the connection
# is told, and lm simulate reads it.  In namespaces of its own; what is managed has nothing behind it.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

packages() {
	mkdir packages
	cat >packages/service.yml <<-'END'
		name: resource::gateway::1.0
		lifecycle: []
		metrics:
		  load: {type: 'metric::load', publication-period: 1}
		  integrity: {type: 'metric::integrity', publication-period: 0}
		---
		name: resource::server::1.0
		lifecycle: []
		---
		name: assembly::service::1.0
		composition:
		  gateway: {type: 'resource::gateway::1.0'}
		  pool:
		    type: resource::server::1.0
		    cluster: {initial-quantity: 1, minimum-nodes: 1, maximum-nodes: 3}
		policies:
		  grow:
		    type: policy::scale
		    metric: gateway.load
		    target: pool
		    properties: {scaleOut_threshold: 60, scaleIn_threshold: 20, smoothing: 100}
	END
	for name in voice other; do
		printf 'assemblyName: %s\ndescriptorName: assembly::service::1.0\n' $name
		[ $name = other ] || echo ---
	done >both.yml
}

is_in() {
	reported voice__gateway load '"load":1'
	grep -q -- "$2" "$1" 2>/dev/null
}

# until_there FILE PATTERN: reports until a line is in the file: the recorder does not say when it listens.
until_there() {
	comes is_in "$@"
}

ended() {
	status=0
	wait "$recorder" || status=$?
	[ "$status" = 0 ] || fail "lm record ended with status $status: $(cat errors)"
}

begin() {
	"$lm" record voice "$@" 2>errors &
	recorder=$!
}

what_is_reported_is_written() {
	begin -o first.csv
	until_there first.csv ',voice__gateway,load,1,'
	reported voice__gateway load '"load":53,"raw":{"calls":8,"servers":1,"capacity":15}'
	reported voice__gateway integrity '"integrity":"OK"'
	reported other__gateway load '"load":99'
	reported nobody load '"load":98'
	reported voice__gateway load '"load":2'
	until_there first.csv ',load,2,'
	kill -INT "$recorder"
	ended
	head -n 1 first.csv | grep -qx 'time,component,metric,value,calls,servers,capacity' ||
		fail "the columns are $(head -n 1 first.csv)"
	grep -q '^20..-..-..T..:..:..\....Z,voice__gateway,load,53,8,1,15$' first.csv ||
		fail "the sample is not there: $(cat first.csv)"
	grep -q ',voice__gateway,integrity,OK,,,$' first.csv || fail "its health is not there"
	! grep -q -e ',99' -e ',98' first.csv || fail "samples of others are there"
	grep -q 'lm: [0-9]* samples in ' errors || fail "it does not say how many: $(cat errors)"
}

what_is_lost_is_told() {
	begin -o second.csv
	until_there second.csv ',load,1,'
	stop
	told errors 'the connection is lost'
	start state "${url#http://}"
	until_there second.csv '^# no samples from 20.*Z to 20.*Z: the connection was lost$'
	reported voice__gateway load '"load":3'
	until_there second.csv ',load,3,'
	kill -TERM "$recorder"
	ended
	grep -q 'connected again; samples since 20.*Z are missing' errors || fail "$(cat errors)"
	grep -q 'are missing: the connection was lost 1 time$' errors || fail "$(cat errors)"
}

it_ends_by_itself() {
	begin --for 300ms >third.csv
	ended
	head -n 1 third.csv | grep -q '^time,' || fail "nothing on standard output"
}

mistakes() {
	ends 1 record nobody
	grep -q "nobody" err || fail "it does not say who: $(cat err)"
	ends 1 record voice -o first.csv
	grep -q 'first.csv is there already' err || fail "it writes over a file: $(cat err)"
	ends 1 record voice -o no/such/folder.csv
	ends 2 record voice --for ever
	ends 2 record
	LM_SERVER=http://127.0.0.1:9 ends 3 record voice
}

it_can_be_simulated() {
	printf '2030-01-01T00:00:00.000Z,voice__gateway,load,53,8,1,15\n' >tail.csv
	grep -v -e ',load,[0-9]*,,,$' first.csv >figures.csv
	cat tail.csv >>figures.csv
	ends 0 simulate assembly::service::1.0 --packages packages --load figures.csv --for 5s
	says 'nothing is decided'
}

packages
start state
token=$("$lm" token --writer tester --state state)
ends 0 apply --yes -f both.yml
what_is_reported_is_written
what_is_lost_is_told
it_ends_by_itself
mistakes
it_can_be_simulated
stop
echo "record: ok"
