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

assemblies() {
	cat >assemblies.yml <<-'END'
		name: assembly::one::1.0
		properties: {where: {default: core}, size: {default: "3"}}
		composition:
		  box:
		    type: resource::box::1.0
		    properties:
		      deploymentLocation: {value: "${where}"}
		      size: {value: "${size}"}
		---
		name: assembly::pair::1.0
		composition:
		  a: {type: "resource::box::1.0"}
		  b: {type: "resource::box::1.0"}
		relationships:
		  tie:
		    source-capabilities: [a.up]
		    target-requirements: [b.down]
		    source-state: Active
		    target-state: Active
		    properties: {who: {value: "${a.address}"}}
		    lifecycle: {Create: [target.join], Cease: [target.leave]}
		---
		name: assembly::seeker::1.0
		properties: {wanted: {required: true}}
		references:
		  there:
		    type: resource::box::1.0
		    properties: {name: {value: "${wanted}"}, deploymentLocation: {value: core}}
		composition:
		  box: {type: "resource::box::1.0", properties: {size: {value: 5}}}
		---
		name: assembly::hasty::1.0
		composition: {box: {type: "resource::hasty::1.0"}}
		---
		name: assembly::many::1.0
		composition:
		  box: {type: "resource::box::1.0", quantity: 40}
	END
	csplit -z -f assembly. assemblies.yml '/^---$/' '{*}' >/dev/null
	for file in assembly.*; do
		grep -v '^---$' "$file" >text.yml
		ask 201 POST $descriptors -H 'Content-Type: application/yaml' --data-binary @text.yml
	done
}

# want NAME DESCRIPTOR [PROPERTY=VALUE...]: what 'lm apply' is to bring about.
want() {
	{
		echo "assemblyName: $1"
		echo "descriptorName: assembly::$2::1.0"
		shift 2
		[ $# = 0 ] || echo "properties:"
		for p; do echo "  ${p%%=*}: '${p#*=}'"; done
	} >want.yml
}

apply() {
	want "$@"
	ends 0 apply --yes -f want.yml
}

# fails_with TEXT NAME DESCRIPTOR [PROPERTY=VALUE...]: and is away again afterwards.
fails_with() {
	text=$1
	shift
	want "$@"
	ends 1 apply --yes -f want.yml
	cat out err >both
	grep -q -- "$text" both || fail "it does not say '$text'"
	ends 0 delete "$1"
}

# asked_for REQUEST JQ-FILTER: true of the last request of this name.
asked_for() {
	jq -e "$2" "arm/request.$1.json" >/dev/null ||
		fail "$1 was asked with $(cat "arm/request.$1.json"), not '$2'"
}

# how often a line beginning so is among what was asked
asked() {
	grep -c "^$1" arm/asked || :
}

was_asked() {
	[ "$(asked "$1")" -ge "$2" ]
}

is_active() {
	"$lm" describe "$1" -o json | jq -e '.state == "Active"' >/dev/null
}

has_no_notes() {
	[ -z "$(ls state/local/managers)" ]
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

# ---- steps -----------------------------------------------------------------------------------------------

from_install_to_uninstall() {
	apply one one
	asked_for Install '.resourceManagerId == "arm" and .deploymentLocation == "core" and
		.resourceType == "resource::box::1.0" and .transitionName == "Install" and .resourceName == "one__box"'
	asked_for Install '.properties == {deploymentLocation: "core", resourceManager: "arm", size: "3"} and
		(has("resourceId") | not) and (.metricKey | length == 36) and (.context.stepId | length > 0)'
	asked_for Install '.headers | has("x-tracectx-transactionid")'
	# What the manager calls it goes along from now on, and what it has told.
	asked_for Start '.resourceId == .metricKey and .properties.address == "10.0.0.9" and .properties.ports == "5060"'
	ends 0 describe one -o json
	says '10.0.0.9'
	! grep -q 'ports\|5060' out || fail "what is private is shown"
	is_active one
	await has_no_notes
	ends 0 delete one
	[ "$(asked 'Uninstall one__box')" = 1 ] || fail "it is not uninstalled"
	is_healthy
}

operations_and_references() {
	apply pair pair
	asked_for join '.transitionName == "join" and .properties.colour == "red" and .properties.who == "10.0.0.9"'
	apply seek seeker wanted=pair__a
	fails_with "resource manager 'arm' finds no 'pair__' at 'core'" lost seeker wanted=pair__
	ends 0 delete seek
	ends 0 delete pair
	[ "$(asked leave)" = 1 ] || fail "the relationship has not ceased"
}

failures() {
	for code in RESOURCE_ALREADY_EXISTS INFRASTRUCTURE_ERROR INSUFFICIENT_CAPACITY INTERNAL_ERROR; do
		echo $code >arm/faults/Install.fail
		want bad one
		ends 1 apply --yes -f want.yml
		ends 0 get processes bad -o json
		ends 0 describe process "$(jq -r '.[0].id' out)" -o json
		says "told to fail with $code"
		says "$code"
		ends 0 delete bad
	done
	echo 'there is no playbook' >arm/faults/Install.refuse
	fails_with "resource manager 'arm': there is no playbook" bad one
	: >arm/faults/Install.cancel
	fails_with "resource manager 'arm' has cancelled it: told to cancel" bad one
	: >arm/faults/Install.strange
	fails_with 'makes no sense' bad one
	: >arm/faults/Install.wordy # nothing is kept of it that the next manager could not read
	fails_with 'makes no sense' bad one
	stop
	start state
	: >arm/faults/status.forget
	fails_with 'knows nothing any more of request' bad one
}

patience() {
	echo 2 >arm/faults/Install.busy
	before=$(asked Install)
	apply busy one
	[ "$(asked Install)" = $((before + 3)) ] || fail "it was not asked three times"
	echo 2 >arm/faults/status.busy
	ends 0 delete busy

	# Nobody is there when it is asked, and somebody a little later.
	manager_stop
	want away one
	ends 0 apply --yes --no-wait -f want.yml
	manager "$port"
	await is_active away
	ends 0 delete away

	# It takes it, and the answer is lost: it is not asked for a second time.
	: >arm/faults/Install.lose
	before=$(asked Install)
	fails_with 'was asked, but has not said whether it does it' lost one
	[ "$(asked Install)" = $((before + 1)) ] || fail "it was asked twice"

	: >arm/faults/Install.hold
	echo 1 >arm/faults/status.busy
	fails_with 'has accepted it, but not answered within its time limit of 3 s' mute hasty
	! grep 'status 503' both || fail "it is still told of what has long passed"
	rm arm/faults/Install.hold
}

crowd() {
	echo 5 >arm/faults/any.busy
	apply many many
	ends 0 delete many
	[ "$(asked 'Install many')" -ge 40 ] || fail "there were not 40"
}

death_of_the_manager() {
	: >arm/faults/Install.hold
	want killed one
	ends 0 apply --yes --no-wait -f want.yml
	await is_noted
	kill -KILL "$pid"
	wait "$pid" || :
	start state "${url#http://}"
	rm arm/faults/Install.hold
	await is_active killed
	[ "$(asked 'Install killed__box')" = 1 ] || fail "it was asked twice"
	stop
	start state
	ends 0 delete killed
	asked_for Uninstall '.resourceId == .metricKey'
	await has_no_notes
	is_healthy
}

is_noted() {
	[ -n "$(ls state/local/managers)" ]
}

# Steps in flight end, in their time; no other begins.
cancelled() {
	: >arm/faults/Install.hold
	want off hasty
	ends 0 apply --yes --no-wait -f want.yml
	await was_asked 'Install off__box' 1
	ends 0 get processes off -o json
	ends 0 cancel "$(jq -r '.[0].id' out)" --no-wait
	await is_over off
	rm arm/faults/Install.hold
	ends 0 delete off
}

is_over() {
	"$lm" get processes "$1" -o json | jq -e '.[0].status == "Cancelled"' >/dev/null
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
assemblies
from_install_to_uninstall
operations_and_references
failures
patience
crowd
death_of_the_manager
cancelled
stop
manager_stop
echo "$name: ok"
