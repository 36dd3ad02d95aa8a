#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Resource managers of others: what they can do is read when they are made known, and steps at their
# locations are asked of them.  tests/lib/simulated_manager.py plays one.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

managers=/api/resource-managers locations=/api/deploymentLocations descriptors=/api/catalog/descriptors

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer's body is in the file out.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 40 -X "$method" -o out -w '%{http_code}' "$@" "$url$path") || :
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want"
}

json() {
	ask "$1" "$2" "$3" -H 'Content-Type: application/json' -d "$4"
}

# is JQ-FILTER: true of the last answer.
is() {
	jq -e "$1" out >/dev/null || fail "$method $path: not '$1'"
}

explains() {
	is ".localizedMessage | contains(\"$1\")"
}

# await COMMAND...: until it succeeds.
await() {
	for _ in $(seq 600); do
		"$@" && return
		sleep 0.02
	done
	fail "in vain: $*"
}

# manager [PORT [CERTIFICATE KEY]]: the simulated one, whose folder is arm.
manager() {
	rm -f arm/url
	python3 "$root/tests/lib/simulated_manager.py" arm "$@" 2>>arm.log &
	manager_pid=$!
	await test -s arm/url
	arm=$(cat arm/url)
	port=${arm#*://127.0.0.1:}
	port=${port%%/*}
}

manager_stop() {
	kill "$manager_pid"
	wait "$manager_pid" || :
}

# ---- what it has -----------------------------------------------------------------------------------------

furnish() {
	mkdir -p packages arm/types
	cat >arm/types/box.yml <<-'END'
		name: resource::box::1.0
		description: made elsewhere
		properties:
		  deploymentLocation: {default: core}
		  resourceManager: {default: arm}
		  size: {type: integer, default: 2}
		  address: {read-only: true}
		lifecycle:
		  Install: {timeout: 60}
		  Start: {timeout: 20}
		  Stop: {}
		  Uninstall: {}
		capabilities: {up: {type: any}}
		requirements: {down: {type: any}}
		operations:
		  join: {properties: {colour: {default: red}, who: {}}}
		  leave: {}
	END
	cat >arm/types/hasty.yml <<-'END'
		name: resource::hasty::1.0
		properties: {deploymentLocation: {default: core}}
		lifecycle: {Install: {timeout: 3}, Uninstall: }
	END
	printf 'core Openstack\nedge Kubernetes\n' >arm/locations
	cat >packages/own.yml <<-'END'
		name: resource::mine::1.0
		properties: {}
	END
}

# ---- made known ------------------------------------------------------------------------------------------

# what is refused leaves nothing behind.
nothing_has_changed() {
	explains "nothing has changed"
	ask 200 GET $managers
	is 'length == 1'
	ask 200 GET $locations
	is 'length == 1'
	ask 404 GET $descriptors/resource::box::1.0
}

who_cannot_be_asked_is_refused() {
	json 502 POST $managers '{"name": "arm", "url": "http://127.0.0.1:9/api"}'
	explains "http://127.0.0.1:9/api/configuration: "
	nothing_has_changed
	# The manager itself is no resource manager of others: what is there answers, but not so.
	json 502 POST $managers "{\"name\": \"arm\", \"url\": \"$url/elsewhere\"}"
	explains "/elsewhere/configuration answers with status 404"
	nothing_has_changed
	for what in configuration types locations; do
		for fault in busy refuse strange; do
			echo 1 >"arm/faults/$what.$fault"
			json 502 POST $managers "{\"name\": \"arm\", \"url\": \"$arm\"}"
			nothing_has_changed
		done
	done
	json 400 POST $managers '{"name": "arm", "url": "what is this"}'
	json 409 POST $managers "{\"name\": \"brent\", \"url\": \"$arm\"}"
	json 404 PUT $managers/arm "{\"url\": \"$arm\"}"
}

what_it_can_do_is_read() {
	echo 'name: resource::unpublished::1.0' >arm/types/unpublished.yml
	printf 'name: resource::broken::1.0\nproperties: [\n' >arm/types/broken.yml
	printf 'name: resource::mine::1.0\ndescription: theirs\n' >arm/types/mine.yml
	json 201 POST $locations '{"name": "edge", "infrastructureType": "Elsewhere"}'
	json 201 POST $managers "{\"name\": \"arm\", \"url\": \"$arm/\", \"type\": \"ansible-rm\"}"
	is '.resourceManagerOperation == "ADD"'
	is '.deploymentLocations.core == {operation: "ADD", success: true, reason: null, details: {}}'
	is '.deploymentLocations.edge | (.success | not) and (.reason | contains("of the resource manager"))'
	is '.resourceTypes["resource::box::1.0"] == {operation: "ADD", success: true, reason: null, details: {}}'
	is '.resourceTypes["resource::broken::1.0"] | (.success | not) and (.reason | contains("LM0"))'
	is '.resourceTypes["resource::mine::1.0"] | (.success | not) and (.reason | contains("own.yml"))'
	is '.resourceTypes | length == 4' # what is not published is not told
	ask 200 GET $locations/core
	is '.resourceManager == "arm" and .infrastructureType == "Openstack"'
	ask 200 GET $locations/edge
	is '.resourceManager == "lm"'
	ask 200 GET $descriptors/resource::box::1.0
	cmp -s out arm/types/box.yml || fail "the descriptor is another"
	ask 200 GET $managers/arm
	is ". == {name: \"arm\", type: \"ansible-rm\", url: \"$arm\"}"
}

it_is_read_again() {
	rm arm/types/broken.yml arm/types/mine.yml arm/types/unpublished.yml
	echo 'name: resource::late::1.0' >arm/types/late.yml
	sed -i 's/^description:.*/description: changed/' arm/types/box.yml
	printf 'core Changed\nfar Openstack\n' >arm/locations
	json 200 PUT $locations/core '{"infrastructureSpecificProperties": {"mine": "yes"}}'
	: >arm/asked
	json 200 PUT $managers/arm "{\"name\": \"arm\", \"url\": \"$arm\", \"type\": \"ansible-rm\"}"
	is '.resourceManagerOperation == "UPDATE"'
	is '.resourceTypes["resource::late::1.0"].operation == "ADD" and .deploymentLocations.far.operation == "ADD"'
	is '.resourceTypes["resource::box::1.0"] == {operation: "UPDATE", success: true, reason: null, details: {}}'
	[ "$(grep -c 'GET type ' arm/asked)" = 1 ] || fail "descriptors that are known are read again"
	# Nothing is overridden.
	ask 200 GET $descriptors/resource::box::1.0
	grep -q 'made elsewhere' out || fail "the descriptor was replaced"
	ask 200 GET $locations/core
	is '.infrastructureType == "Openstack" and .infrastructureSpecificProperties.mine == "yes"'
	# A type goes when it is deleted here, and comes again when it is read.
	ask 204 DELETE $descriptors/resource::late::1.0
	ask 404 GET $descriptors/resource::late::1.0
	json 200 PUT $managers/arm "{\"url\": \"$arm\"}"
	ask 200 GET $descriptors/resource::late::1.0
	# One that is not there any more leaves everything as it was.
	json 502 PUT $managers/arm '{"url": "http://127.0.0.1:9/"}'
	ask 200 GET $managers/arm
	is ".url == \"$arm\""
	stop
	start state
	ask 200 GET $descriptors/resource::box::1.0
	ask 200 GET $descriptors/resource::late::1.0
	ask 200 GET $managers/arm
	is ".url == \"$arm\""
}

for program in python3 curl; do
	command -v $program >/dev/null || {
		echo "$program is missing: tests/depends names the packages"
		exit 77
	}
done
furnish
manager
start state
who_cannot_be_asked_is_refused
what_it_can_do_is_read
it_is_read_again
stop
manager_stop
echo "$name: ok"
