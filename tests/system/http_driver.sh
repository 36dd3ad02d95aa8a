#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A driver of others, asked over HTTP: tests/lib/driver.py makes files, and faults when it is told to.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

# ---- descriptors -----------------------------------------------------------------------------------------

package() {
	mkdir -p packages/box/Definitions/lm packages/box/Lifecycle/mini/scripts packages/box/Lifecycle/other
	cat >packages/box/Definitions/lm/resource.yaml <<-'END'
		name: resource::box::1.0
		properties:
		  deploymentLocation: {default: cloud}
		  size: {type: integer, default: 2}
		  login: {type: key, default: k1}
		  address: {read-only: true}
		lifecycle:
		  Install:
		    timeout: 60
		    drivers:
		      wrong: {selector: {infrastructure-type: [Elsewhere]}}
		      mini: {selector: {infrastructure-type: [Cloud]}, properties: {flavour: "m${size}"}}
		  Start: {timeout: 20}
		  Stop: {}
		  Uninstall: {}
		default-driver: {mini: {selector: {infrastructure-type: ["*"]}}}
		queries: {drivers: {mini: {selector: {infrastructure-type: ["*"]}}}}
		capabilities: {up: {type: any}}
		requirements: {down: {type: any}}
		operations:
		  join: {properties: {colour: {default: red}, who: {}}}
		  leave: {}
	END
	cat >packages/hasty.yml <<-'END'
		name: resource::hasty::1.0
		properties: {deploymentLocation: {default: cloud}}
		lifecycle: {Install: {timeout: 3}, Uninstall: }
		default-driver: {mini: {selector: {infrastructure-type: ["*"]}}}
	END
	echo 'install it' >packages/box/Lifecycle/mini/scripts/install.txt
	echo 'of another driver' >packages/box/Lifecycle/other/file
	cat >packages/assemblies.yml <<-'END'
		name: assembly::one::1.0
		properties: {where: {default: cloud}, size: {default: "3"}, login: {default: k1}}
		composition:
		  box:
		    type: resource::box::1.0
		    properties:
		      deploymentLocation: {value: "${where}"}
		      size: {value: "${size}"}
		      login: {value: "${login}"}
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
		    properties: {name: {value: "${wanted}"}, deploymentLocation: {value: cloud}}
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
}

# ---- asking ----------------------------------------------------------------------------------------------

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer's body is in the file out.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 20 -X "$method" -o out -w '%{http_code}' "$@" "$url$path") || :
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want"
}

json() {
	ask "$1" "$2" "$3" -H 'Content-Type: application/json' -d "$4"
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
}

# is REQUEST JQ-FILTER: true of the last request of this name.
is() {
	jq -e "$2" "driver/request.$1.json" >/dev/null ||
		fail "$1 was asked with $(cat "driver/request.$1.json"), not '$2'"
}

asked() {
	grep -c "^$1" driver/asked || :
}

was_asked() {
	[ "$(asked "$1")" -ge "$2" ]
}

was_answered() {
	grep -q "^$1\$" driver/answered
}

# driver [PORT [CERTIFICATE KEY]]
driver() {
	rm -f driver/port
	python3 "$root/tests/lib/driver.py" driver "$@" 2>>driver.log &
	driver_pid=$!
	comes test -s driver/port
	port=$(cat driver/port)
}

driver_stop() {
	kill "$driver_pid"
	wait "$driver_pid" || :
}

# ---- what is asked ---------------------------------------------------------------------------------------

nobody_there() {
	fails_with "there is no deployment location 'cloud': create it" x one
	ends 0 delete x # where nobody was asked, nothing is left to be taken back
	json 201 POST /api/deploymentLocations '{"name": "cloud", "resourceManager": "brent",
		"infrastructureType": "Cloud", "infrastructureSpecificProperties": {"url": "http://cloud", "port": 5}}'
	fails_with "nobody is registered as resource driver 'mini'" x one
	ends 0 delete x
	json 201 POST /api/resource-manager/resource-drivers "{\"type\": \"MINI\", \"baseUri\": \"http://127.0.0.1:$port/\"}"
	fails_with "there is no infrastructure key 'k1'" x one
	json 201 POST /api/resource-manager/infrastructure-keys/shared \
		'{"name": "k1", "publicKey": "ssh-ed25519 AAAA", "privateKey": "very secret"}'
	ends 0 delete x
	ask 409 DELETE /api/deploymentLocations/local
}

health() {
	of=/api/resource-manager/resource-drivers
	ask 200 GET "$of?type=mini"
	of=$of/$(jq -r .id out)/health
	ask 200 GET "$of"
	jq -e '. == {status: "UP", httpStatus: 200, vitals: {app: {status: "ok"}}}' out >/dev/null || fail "it is not up"
	driver_stop
	ask 200 GET "$of"
	jq -e '.status == "UNREACHABLE" and (.reason | length > 0)' out >/dev/null || fail "it is reached"
	driver "$port"
	ask 404 GET /api/resource-manager/resource-drivers/nobody/health
}

from_install_to_uninstall() {
	apply one one
	[ -f driver/made/cloud/one__box ] || fail "nothing was made"
	is Install '.systemProperties.resourceName == {type: "string", value: "one__box"}'
	is Install '.systemProperties.resourceType.value == "resource::box::1.0"'
	is Install '.systemProperties | (.resourceId == .metricKey) and .resourceManagerId.value == "brent"'
	is Install '.resourceProperties.size == {type: "integer", value: 3}'
	is Install '.resourceProperties.login == {type: "key", keyName: "k1",
		publicKey: "ssh-ed25519 AAAA", privateKey: "very secret"}'
	is Install '.requestProperties == {flavour: {type: "string", value: "m3"}}'
	is Install '.associatedTopology == {} and (.resourceProperties | has("address") | not)'
	is Install '.deploymentLocation == {name: "cloud", type: "Cloud", properties: {url: "http://cloud", port: 5}}'
	is Install '.headers["x-lm-callback"] | endswith("/api/driver/responses")'
	is Install '.headers | has("x-tracectx-transactionid")'
	[ "$(cat driver/files/scripts/install.txt)" = 'install it' ] || fail "the files are others"
	[ ! -e driver/files/file ] || fail "files of another driver are there"

	# What the Install has brought goes into the Start; what it calls null is forgotten after it.
	is Start '.resourceProperties.address.value == "10.0.0.7" and .resourceProperties.ports.value == "[5060,5061]"'
	is Start '.resourceProperties.ticket.value == "t-" + .systemProperties.resourceId.value'
	is Start '.associatedTopology | keys == ["draft", "file"]'
	is Start '.associatedTopology.draft == {id: "d1", type: "Draft"}'
	is Start '.requestProperties == {}'

	# One sees what is a property, and no more; no secret is in the log or the journal.
	ends 0 describe one -o json
	says '10.0.0.7'
	! grep -q 'ticket\|draft' out || fail "what is private is shown"
	! grep -q 'very secret' log || fail "a secret is in the log"
	! grep -q 'very secret' state/journal.db* || fail "a secret is in the journal"
	is_healthy

	ends 0 delete one
	is Uninstall '.associatedTopology | keys == ["file"]'
	[ ! -e driver/made/cloud/one__box ] || fail "something is left"
	is_healthy
}

operations_and_references() {
	apply pair pair
	grep -q 'join {"colour": "red", "who": "10.0.0.7"}' driver/made/cloud/pair__b || fail "the operation was not carried out"
	is join '.associatedTopology | has("file")'
	apply seek seeker wanted=pair__a
	fails_with "driver 'mini' finds no 'nobody' at 'cloud'" lost seeker wanted=nobody
	ends 0 delete lost
	ends 0 delete seek
	ends 0 delete pair
	[ "$(asked leave)" = 1 ] || fail "the relationship has not ceased"
}

# ---- what goes wrong -------------------------------------------------------------------------------------

failures() {
	for code in RESOURCE_ALREADY_EXISTS INFRASTRUCTURE_ERROR INSUFFICIENT_CAPACITY INTERNAL_ERROR; do
		echo $code >driver/faults/Install.fail
		fails_with "told to fail with $code" bad one
		ends 0 get processes bad -o json
		id=$(jq -r '.[0].id' out)
		ends 0 describe process "$id" -o json
		says "$code"
		# What a failed step has left behind is told to who removes it.
		ends 0 delete bad
		is Uninstall '.associatedTopology | has("file")'
		[ ! -e driver/made/cloud/bad__box ] || fail "something is left"
	done
	echo UNKNOWN >driver/faults/Install.fail
	fails_with 'told to fail with UNKNOWN' bad one
	ends 0 delete bad
	echo 'there is no script Install' >driver/faults/Install.refuse
	fails_with "driver 'mini' refuses it: there is no script Install" bad one
	ends 0 delete bad
}

patience() {
	echo 2 >driver/faults/Install.busy
	before=$(asked Install)
	apply busy one
	[ "$(asked Install)" = $((before + 3)) ] || fail "it was not asked three times"
	ends 0 delete busy

	# Nobody is there when it is asked, and somebody a little later.
	driver_stop
	want away one
	ends 0 apply --yes --no-wait -f want.yml
	driver "$port"
	comes test -f driver/made/cloud/away__box
	comes is_active away
	ends 0 delete away

	: >driver/faults/Install.silent
	fails_with 'has accepted it, but not answered within its time limit of 3 s' mute hasty
	ends 0 delete mute

	: >driver/faults/Install.strange
	apply strange one # what makes no sense is refused, and does not count
	was_answered 'Install 400' || fail "a reply that is none was taken"
	ends 0 delete strange

	: >driver/faults/Start.twice
	apply twice one
	comes was_answered 'Start 200 late'
	ends 0 delete twice
}

crowd() {
	echo 5 >driver/faults/any.busy
	apply many many
	[ "$(find driver/made/cloud -type f | wc -l)" = 40 ] || fail "there are not 40"
	ends 0 delete many
	[ "$(find driver/made/cloud -type f | wc -l)" = 0 ] || fail "something is left"
}

is_active() {
	"$lm" describe "$1" -o json | jq -e '.state == "Active"' >/dev/null
}

death_of_the_manager() {
	: >driver/faults/Install.hold
	want killed one
	before=$(asked 'Install killed__box')
	ends 0 apply --yes --no-wait -f want.yml
	comes was_asked 'Install killed__box' $((before + 1))
	kill -KILL "$pid"
	wait "$pid" || :
	start state "${url#http://}"
	comes was_asked 'Install killed__box' $((before + 2))
	rm driver/faults/Install.hold
	comes is_active killed
	[ "$(grep '^Install killed__box' driver/asked | sort -u | wc -l)" = 1 ] || fail "it was asked under another id"
	[ "$(find driver/done -name "$(sed -n 's|^Install killed__box \(.*\)/.*|\1|p' driver/asked | head -n 1)*" | wc -l)" = 2 ] ||
		fail "it was done more than once"
	is Start '.associatedTopology | has("file")'

	# Its topology has outlived the manager.
	stop
	start state "${url#http://}"
	ends 0 delete killed
	is Uninstall '.associatedTopology | has("file")'
	is_healthy
}

# Steps in flight end, in their time; no other begins.
cancelled() {
	: >driver/faults/Install.silent
	want off hasty
	ends 0 apply --yes --no-wait -f want.yml
	comes was_asked 'Install off__box' 1
	ends 0 get processes off -o json
	ends 0 cancel "$(jq -r '.[0].id' out)" --no-wait
	comes is_over off
	[ "$(asked 'Start off__box')" = 0 ] || fail "a step has begun after the cancel"
	ends 0 delete off
}

is_over() {
	"$lm" get processes "$1" -o json | jq -e '.[0].status == "Cancelled"' >/dev/null
}

forgeries() {
	: >driver/faults/Install.hold
	want held one
	ends 0 apply --yes --no-wait -f want.yml
	comes was_asked 'Install held__box' 1
	id=$(sed -n 's/^Install held__box //p' driver/asked)
	token=$(jq -r '.headers["x-lm-callback-token"]' driver/request.Install.json)
	reply="{\"requestId\": \"$id\", \"status\": \"COMPLETE\"}"
	responses=/api/driver/responses
	json 401 POST $responses "$reply"
	ask 403 POST $responses -H 'Content-Type: application/json' -H 'Authorization: Bearer x' -d "$reply"
	ask 403 POST $responses -H 'Content-Type: application/json' \
		-H "Authorization: Bearer $("$lm" token --state state --writer me)" -d "$reply"
	ask 403 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
		-d '{"requestId": "8c1f0000-0000-0000-0000-000000000000/1", "status": "COMPLETE"}'
	ask 400 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" -d '{"status": "COMPLETE"}'
	ask 400 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" -d '{"requestId"'
	ask 400 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
		-d "{\"requestId\": \"$id\", \"status\": \"DONE\"}"
	ask 400 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
		-d "{\"requestId\": \"$id\", \"status\": \"COMPLETE\", \"associatedTopology\": {\"x\": 5}}"
	ask 415 POST $responses -H 'Content-Type: text/plain' -d "$reply"
	ask 405 GET $responses
	! is_active held || fail "somebody else's answer was taken"
	# The token of the step is good for nothing else.
	ask 200 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" \
		-d "{\"requestId\": \"$id\", \"status\": \"IN_PROGRESS\"}"
	rm driver/faults/Install.hold
	comes is_active held
	ask 200 POST $responses -H 'Content-Type: application/json' -H "Authorization: Bearer $token" -d "$reply"
	jq -e '.taken == false' out >/dev/null || fail "a late answer was taken"
	ends 0 delete held
}

over_https() {
	driver_stop
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout driver.key -out driver.crt 2>/dev/null
	driver 0 driver.crt driver.key
	id=$(curl -sS "$url/api/resource-manager/resource-drivers?type=mini" | jq -r .id)
	ask 204 DELETE "/api/resource-manager/resource-drivers/$id"
	jq -n --arg uri "https://127.0.0.1:$port" --rawfile pem driver.crt \
		'{type: "mini", baseUri: $uri, certificate: $pem}' >new.json
	ask 201 POST /api/resource-manager/resource-drivers -H 'Content-Type: application/json' -d @new.json
	apply safe one
	ends 0 delete safe

	# Somebody else's certificate: nothing is said to whoever that is.
	id=$(curl -sS "$url/api/resource-manager/resource-drivers?type=mini" | jq -r .id)
	ask 204 DELETE "/api/resource-manager/resource-drivers/$id"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout other.key -out other.crt 2>/dev/null
	jq -n --arg uri "https://127.0.0.1:$port" --rawfile pem other.crt \
		'{type: "mini", baseUri: $uri, certificate: $pem}' >new.json
	ask 201 POST /api/resource-manager/resource-drivers -H 'Content-Type: application/json' -d @new.json
	before=$(asked Install)
	fails_with 'has not accepted it within its time limit of 3 s: https://127.0.0.1:.* certificate' unsafe hasty
	[ "$(asked Install)" = "$before" ] || fail "it was asked all the same"
}

for program in python3 curl openssl; do
	command -v $program >/dev/null || {
		echo "$program is missing: tests/depends names the packages"
		exit 77
	}
done
mkdir driver
: >driver/asked
: >driver/answered
package
driver
start state
nobody_there
health
from_install_to_uninstall
operations_and_references
failures
patience
crowd
death_of_the_manager
cancelled
forgeries
over_https
stop
driver_stop
echo "$name: ok"
