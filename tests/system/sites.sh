#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where things are made, and by whom, as an operator's client tells the manager: deployment locations,
# resource managers, resource drivers, infrastructure keys.  Every status, and all of it again after a
# restart.  A network of the local driver is what a location is in use by.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

locations=/api/deploymentLocations managers=/api/resource-managers
rm=/api/resource-manager
keys=$rm/infrastructure-keys/shared

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer's body is in the file out.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 20 -X "$method" -o out -D head -w '%{http_code}' "$@" "$url$path") || :
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want"
}

# json STATUS METHOD PATH BODY; yaml the same, with the body from standard input.
json() {
	ask "$1" "$2" "$3" -H 'Content-Type: application/json' -d "$4"
}

yaml() {
	ask "$1" "$2" "$3" -H 'Content-Type: application/yaml' --data-binary @-
}

# is JQ-FILTER: true of the last answer.
is() {
	jq -e "$1" out >/dev/null || fail "$method $path: not '$1'"
}

explains() {
	is ".localizedMessage | contains(\"$1\")"
	has_header 'Content-Type: application/json.$'
}

has_header() {
	grep -qi "^$1" head || fail "$method $path: no header '$1' in: $(cat head)"
}

is_empty() {
	[ ! -s out ] || fail "$method $path: there is a body"
}

# ---- deployment locations --------------------------------------------------------------------------------

locations() {
	ask 200 GET $locations
	is '. == [{id: "local", name: "local", description: "this machine", resourceManager: "lm",
		infrastructureType: "local", infrastructureSpecificProperties: {}}]'

	json 201 POST $locations '{"name": "core", "description": "a cloud", "resourceManager": "brent",
		"infrastructureType": "Openstack", "objectGroupId": "ignored",
		"infrastructureSpecificProperties": {"os_api_url": "http://10.0.0.1/v3", "os_ca": null, "port": 5000}}'
	has_header 'Location: /api/deploymentLocations/core.$'
	is '.id == "core" and .name == "core" and .resourceManager == "brent"'
	is '.infrastructureSpecificProperties == {os_api_url: "http://10.0.0.1/v3", os_ca: null, port: 5000}'
	json 409 POST $locations '{"name": "core"}'
	explains "'core' already"

	# The documents' form of properties, and what may be left out.
	json 201 POST $locations '{"name": "edge", "infrastructureSpecificProperties":
		[{"a": "1", "b": "2"}, {"name": "c", "value": "3"}]}'
	is '.infrastructureSpecificProperties == {a: "1", b: "2", c: "3"}'
	is '.resourceManager == "lm" and .infrastructureType == "local" and .description == ""'
	json 400 POST $locations '{"name": "x", "infrastructureSpecificProperties": [{"a": "1"}, {"a": "2"}]}'
	explains "has 'a' twice"
	json 400 POST $locations '{"name": "x", "infrastructureSpecificProperties": "a=1"}'
	explains 'an object {name: value}, or a list of such'
	json 400 POST $locations '{"description": "nameless"}'
	explains '\"name\" is missing'
	json 400 POST $locations '{"name": 5}'
	explains '\"name\" must be a text'
	json 400 POST $locations '{"name": "a/b"}'
	json 400 POST $locations '{"name": "a\u0007b"}'
	json 400 POST $locations '{"name": "x", "resourceManager": "nobody"}'
	explains "no resource manager 'nobody': create it first"
	printf '{"name": "x", "description": "%070000d"}' 0 >large
	ask 413 POST $locations -H 'Content-Type: application/json' --data-binary @large
	explains 'at most 65536 are kept of one'
	json 400 POST $locations '{"name": "x",'
	explains 'no JSON: line 1 column'
	json 400 POST $locations '["x"]'
	explains 'an object is needed'
	ask 415 POST $locations -H 'Content-Type: text/plain' -d 'name: x'
	ask 405 DELETE $locations
	ask 404 GET $locations/x
	ask 404 GET "$locations/%FF"
	ask 404 DELETE "$locations/..%2F..%2Flock"

	# Names as they are, in the Location and in addresses.
	json 201 POST $locations '{"name": "Büro 1"}'
	has_header 'Location: /api/deploymentLocations/B%C3%BCro%201.$'
	ask 200 GET $locations/B%C3%BCro%201
	is '.id == "Büro 1"'
	ask 204 DELETE $locations/B%C3%BCro%201
	is_empty

	ask 200 GET "$locations?name=e"
	is '[.[].name] == ["core", "edge"]'
	ask 200 GET "$locations?name=edge&objectGroupId=x"
	is '[.[].name] == ["edge"]'
	ask 200 GET "$locations?name=nowhere"
	is '. == []'
	ask 200 GET "$locations?resourceManagerName=lm"
	is '[.[].name] == ["core", "edge", "local"]'
	ask 200 GET "$locations?resourceManagerName=other"
	is '. == []'

	# What is not named stays; what a client was shown may come back.
	json 200 PUT $locations/core '{"description": "the cloud"}'
	is '.description == "the cloud" and .infrastructureSpecificProperties.port == 5000'
	json 200 PUT $locations/core "$(jq -c '.infrastructureSpecificProperties = {port: 6000}' out)"
	is '.infrastructureSpecificProperties == {port: 6000} and .infrastructureType == "Openstack"'
	json 200 PUT /api/deploymentLocation/core '{"infrastructureType": "Kubernetes"}'
	is '.infrastructureType == "Kubernetes"'
	json 400 PUT $locations/core '{"name": "other"}'
	explains 'nothing is renamed'
	json 404 PUT $locations/x '{}'
	json 409 PUT $locations/local '{"infrastructureType": "Openstack"}'
	json 200 PUT $locations/local '{"description": "here"}'
	is '.description == "here" and .infrastructureType == "local"'

	ask 200 GET /api/deploymentLocation/core
	is '.id == "core"'
	ask 404 GET /api/deploymentLocation
	ask 204 DELETE /api/deploymentLocation/core
	is_empty
	ask 404 DELETE $locations/core
	explains "no deployment location 'core'"
	ask 409 DELETE $locations/local
	explains 'always there'
}

packages() {
	mkdir -p packages/site/wire
	cat >packages/site/wire/resource.yml <<-'END'
		name: resource::wire::1.0
		lifecycle: [Install, Uninstall]
		infrastructure: {local: {network: {subnet: 10.77.0.0/24, management: "false"}}}
	END
	cat >packages/site/site.yml <<-'END'
		name: assembly::site::1.0
		properties:
		  where: {default: edge}
		composition:
		  wire:
		    type: 'resource::wire::1.0'
		    properties: {deploymentLocation: {value: '${where}'}}
	END
}

a_location_in_use() {
	printf 'assemblyName: site\ndescriptorName: assembly::site::1.0\n' >site.yml
	ends 0 apply -f site.yml --yes
	note_mark
	ask 409 DELETE $locations/edge
	explains "components exist at 'edge'"
	json 409 PUT $locations/edge '{"infrastructureType": "Openstack"}'
	explains 'something exists'
	json 200 PUT $locations/edge '{"description": "in use"}'
	again
	ask 409 DELETE $locations/edge
	ends 0 delete site
	ask 204 DELETE $locations/edge
}

# A location that nobody knows fails the step, and says what to do; then a retry goes on.
an_unknown_location() {
	printf 'assemblyName: lost\ndescriptorName: assembly::site::1.0\nproperties: {where: atlantis}\n' >lost.yml
	ends 1 apply -f lost.yml --yes
	ask 200 GET '/api/processes?assemblyName=lost'
	is '.[0].status == "Failed"'
	is '.[0].statusReason | contains("no deployment location \u0027atlantis\u0027")'
	process=$(jq -r '.[0].id' out)
	ask 200 GET "/api/processes/$process"
	is '[.. | .failure? // empty] == ["RESOURCE_NOT_FOUND"]'
	json 201 POST $locations '{"name": "atlantis"}'
	json 201 POST /api/intent/retry "{\"processId\": \"$process\"}"
	ends 0 apply -f lost.yml --yes
	ask 409 DELETE $locations/atlantis
	ends 0 delete lost
	ask 204 DELETE $locations/atlantis
}

# ---- resource managers -----------------------------------------------------------------------------------

managers() {
	ask 200 GET $managers
	is '[.[] | .name, .type] == ["lm", "lm"] and (.[0].url | length > 0)'
	ask 200 GET $managers/brent
	is '.name == "brent" and (.url | type == "string")'
	# What a client does when it has pushed a resource.
	json 200 PUT $managers/brent "$(cat out)"
	is '.resourceManagerOperation == "UPDATE" and .resourceTypes["resource::wire::1.0"].success'
	is '.deploymentLocations.local == {operation: "UPDATE", success: true, reason: null, details: {}}'
	json 409 POST $managers '{"name": "brent", "url": "http://brent:8291"}'
	explains 'this manager itself'
	ask 409 DELETE $managers/lm

	# Another one is asked what it can do; this one can do nothing.  tests/system/managers.sh has more.
	mkdir arm
	python3 "$root/tests/lib/simulated_manager.py" arm &
	arm_pid=$!
	for _ in $(seq 500); do [ -s arm/url ] || sleep 0.02; done
	arm=$(cat arm/url)
	json 201 POST $managers "{\"name\": \"arm\", \"url\": \"$arm\", \"type\": \"ansible\"}"
	has_header 'Location: /api/resource-managers/arm.$'
	is '. == {resourceManagerOperation: "ADD", deploymentLocations: {}, resourceTypes: {}}'
	json 409 POST $managers "{\"name\": \"arm\", \"url\": \"$arm\"}"
	json 400 POST $managers '{"name": "x"}'
	explains '\"url\" is missing'
	json 400 POST $managers '{"name": "x", "url": "http://user:secret@arm"}'
	explains 'without user'
	json 400 POST $managers '{"name": "x", "url": "arm:8291"}'
	ask 200 GET $managers/arm
	is ". == {name: \"arm\", type: \"ansible\", url: \"$arm\"}"
	json 200 PUT $managers/arm "{\"name\": \"arm\", \"url\": \"$arm/\", \"type\": \"ansible-rm\"}"
	is '.resourceManagerOperation == "UPDATE"'
	ask 200 GET $managers
	is "[.[].type][1] == \"ansible-rm\" and [.[].url][1] == \"$arm\" and length == 2"
	kill "$arm_pid"
	wait "$arm_pid" || :
	json 502 PUT $managers/arm "{\"name\": \"arm\", \"url\": \"$arm\"}"
	explains 'nothing has changed'
	json 404 PUT $managers/x '{"url": "http://x"}'
	ask 404 GET $managers/x
	ask 404 DELETE $managers/x

	json 201 POST $locations '{"name": "lab", "resourceManager": "arm"}'
	is '.infrastructureType == ""'
	ask 200 GET "$locations?resourceManagerName=arm"
	is '[.[].name] == ["lab"]'
	ask 409 DELETE $managers/arm
	explains '1 deployment location belongs'
	ask 204 DELETE $locations/lab
	ask 204 DELETE $managers/arm
	is_empty
}

# ---- resource drivers ------------------------------------------------------------------------------------

# drivers COLLECTION TYPE-FIELD
drivers() {
	at=$rm/$1
	ask 200 GET "$at"
	is '. == []'
	json 201 POST "$at" "{\"$2\": \"ansible\", \"baseUri\": \"http://ansible:8293/\"}"
	id=$(jq -r .id out)
	has_header "Location: $at/$id.\$"
	is ".type == \"ansible\" and .$2 == \"ansible\" and .baseUri == \"http://ansible:8293\""
	json 409 POST "$at" "{\"$2\": \"Ansible\", \"baseUri\": \"http://other:8293\"}"
	explains "of type 'ansible' already, $id"
	json 400 POST "$at" "{\"$2\": \"x\"}"
	explains '\"baseUri\" is missing'
	json 400 POST "$at" '{"baseUri": "http://x"}'
	explains "\\\"$2\\\" is missing"
	json 400 POST "$at" "{\"$2\": \"x\", \"baseUri\": \"ftp://x\"}"
	json 400 POST "$at" "{\"$2\": \"x\", \"baseUri\": \"https://x\"}"
	explains '\"certificate\" is missing: PEM'
	json 400 POST "$at" "{\"$2\": \"x\", \"baseUri\": \"https://x\", \"certificate\": \"x\"}"
	json 409 POST "$at" "{\"$2\": \"local\", \"baseUri\": \"http://x\"}"
	explains 'a part of the manager'
	ask 200 GET "$at/$id"
	is ".id == \"$id\""
	ask 200 GET "$at/ansible"
	is ".id == \"$id\""
	ask 200 GET "$at?$2=ansible"
	is ".id == \"$id\" and .baseUri == \"http://ansible:8293\""
	ask 200 GET "/api/v1${at#/api}?$2=ansible"
	is ".id == \"$id\""
	ask 404 GET "$at?type=terraform"
	explains "'terraform'"
	ask 404 GET "$at/nobody"

	json 200 PUT "$at/$id" "{\"$2\": \"ansible\", \"baseUri\": \"http://ansible:9000\"}"
	is ".baseUri == \"http://ansible:9000\" and .id == \"$id\""
	json 404 PUT "$at/nobody" "{\"$2\": \"ansible\", \"baseUri\": \"http://ansible:9000\"}"
	yaml 201 POST "$at" <<-END
		$2: terraform
		baseUri: https://terraform:8443
		certificate: |
		  -----BEGIN CERTIFICATE-----
		  MIIB
		  -----END CERTIFICATE-----
	END
	json 409 PUT "$at/$id" "{\"$2\": \"terraform\", \"baseUri\": \"http://ansible:9000\"}"
	ask 200 GET "$at"
	is '[.[].type] | sort == ["ansible", "terraform"]'
	ask 200 GET "$at" -H 'Accept: application/yaml'
	has_header 'Content-Type: application/yaml'
	grep -q '^- id: \|^  type: ansible$' out || fail 'no YAML'
	ask 204 DELETE "$at/terraform"
	is_empty
	ask 404 DELETE "$at/terraform"
	ask 200 GET "$at?$2=ansible"
}

# ---- infrastructure keys ---------------------------------------------------------------------------------

keys() {
	ask 200 GET $keys
	is '. == []'
	json 201 POST $keys '{"name": "ops", "description": "of the operators", "publicKey": "ssh-rsa AAAA",
		"privateKey": "-----BEGIN VERYSECRET-----\nabc\n-----END-----\n"}'
	has_header "Location: $keys/ops.\$"
	is '. == {name: "ops", description: "of the operators", publicKey: "ssh-rsa AAAA"}'
	json 409 POST $keys '{"name": "ops", "publicKey": "x"}'
	json 400 POST $keys '{"name": "none"}'
	explains '\"publicKey\" and \"privateKey\" are missing'
	json 400 POST $keys '{"name": "none", "privateKey": VERYSECRET}'
	explains 'no JSON: line 1 column'
	yaml 201 POST $keys <<-'END'
		name: build
		publicKey: ssh-ed25519 BBBB
		privateKey: |
		  -----BEGIN VERYSECRET-----
		  def
		  -----END-----
	END
	yaml 400 POST $keys <<-'END'
		name: [a
	END
	explains 'no YAML: line'
	ask 200 GET "$keys?includePrivateKey=False"
	is '[.[].name] == ["build", "ops"] and ([.[] | has("privateKey")] | any | not)'
	ask 200 GET "$keys?includePrivateKey=True"
	is '.[1].privateKey == "-----BEGIN VERYSECRET-----\nabc\n-----END-----\n"'
	ask 400 GET "$keys?includePrivateKey=perhaps"
	ask 200 GET $keys/ops
	is 'has("privateKey") | not'
	ask 200 GET "$keys/build?includePrivateKey=True" -H 'Accept: application/yaml'
	has_header 'Content-Type: application/yaml'
	printf 'privateKey: |\n  -----BEGIN VERYSECRET-----\n  def\n  -----END-----\n' >want
	sed -n '/^privateKey/,$p' out | cmp -s - want || fail 'another key than was given'
	ask 200 GET $rm/infrastructure-keys/ops
	is '.name == "ops"'
	ask 404 GET $keys/none

	# What a client was shown comes back without the private key, which stays.
	json 204 PUT $keys/ops '{"name": "ops", "description": "of all", "publicKey": "ssh-rsa CCCC"}'
	is_empty
	ask 200 GET "$keys/ops?includePrivateKey=true"
	is '.description == "of all" and .publicKey == "ssh-rsa CCCC" and (.privateKey | contains("abc"))'
	json 204 PUT $keys/ops '{"privateKey": null}'
	ask 200 GET "$keys/ops?includePrivateKey=true"
	is '.privateKey == null'
	json 404 PUT $keys/none '{"publicKey": "x"}'
	ask 204 DELETE $keys/ops
	ask 404 DELETE $keys/ops
}

# Nobody but the owner can read them, and no log has them.
secrets() {
	[ "$(find state/shelf ! -perm 0700 -type d | wc -l)" = 0 ] || fail 'a folder that others can enter'
	[ "$(find state/shelf ! -perm 0600 -type f | wc -l)" = 0 ] || fail 'a file that others can read'
	grep -rq VERYSECRET state/shelf/infrastructure-keys || fail 'the key is not where it should be'
	grep -q 'key.created name="build"' log.before || fail 'the log does not tell of keys'
	! grep -q VERYSECRET log log.before || fail 'a secret in the log'
}

# as NAME ARGUMENT...: ask, with that user's token.
as() {
	token=$(curl -sS -m 20 -H 'Content-Type: application/json' \
		-d "{\"username\": \"$1\", \"password\": \"long enough for $1\"}" "$url/ui/api/login" | jq -r .token)
	shift
	ask "$@" -H "Authorization: Bearer $token"
}

# Without --insecure: who may see, and who may change.
who_may() {
	for user in reader:ReadOnly admin:SLMAdmin; do
		echo "long enough for ${user%:*}" | "$lm" user add "${user%:*}" --role "${user#*:}" --state state 2>err
	done
	cat log >>log.before
	json 201 POST $locations '{"name": "gone", "infrastructureSpecificProperties": {"password": "VERYSECRET"}}'
	is '.infrastructureSpecificProperties.password == "VERYSECRET"'
	stop
	start state 127.0.0.1:0 ''
	for which in $locations $managers $rm/resource-drivers $keys; do
		ask 401 GET "$which"
		as reader 200 GET "$which"
		as reader 403 POST "$which" -H 'Content-Type: application/json' -d '{}'
		as reader 403 PUT "$which/x" -H 'Content-Type: application/json' -d '{}'
		as reader 403 DELETE "$which/x"
	done
	as reader 200 GET "$keys/build"
	is 'has("privateKey") | not'
	as reader 403 GET "$keys?includePrivateKey=True"
	as reader 403 GET "$keys/build?includePrivateKey=True"
	explains 'includePrivateKey'
	as admin 200 GET "$keys/build?includePrivateKey=True"
	is '.privateKey | contains("VERYSECRET")'
	as reader 200 GET $locations/gone
	is '.infrastructureSpecificProperties.password == "***"'
	as reader 200 GET $locations
	is '[.[] | select(.name == "gone").infrastructureSpecificProperties.password] == ["***"]'
	as admin 200 GET $locations/gone
	is '.infrastructureSpecificProperties.password == "VERYSECRET"'
	as admin 204 DELETE $locations/gone
	grep -q 'location.deleted name="gone" by=admin trace=[0-9a-f]' log || fail 'the log does not say who'
	cat log >>log.before
	stop
	start state
}

# ---- a restart -------------------------------------------------------------------------------------------

everything() {
	for path in $locations $managers $rm/resource-drivers $rm/lifecycle-drivers $rm/vim-drivers \
		"$keys?includePrivateKey=True"; do
		ask 200 GET "$path"
		cat out
	done
}

# The same manager after a restart, and it knows what it knew.
again() {
	everything >before
	cat log >>log.before
	stop
	start state
	everything >after
	cmp -s before after || fail 'something was forgotten over a restart'
}

a_damaged_file() {
	stop
	printf '{"name": "build", "privateKey": "VERYSECRET' >state/shelf/infrastructure-keys/build.json
	"$lm" serve --insecure --packages packages --state state --listen 127.0.0.1:0 2>err &&
		fail 'it starts on a damaged file'
	grep -q 'infrastructure-keys/build.json is no JSON, from line 1 .*restore it from a copy, or remove it' err ||
		fail 'it does not say what to do'
	! grep -q VERYSECRET err || fail 'a secret in the log'
	rm state/shelf/infrastructure-keys/build.json
	start state
	ask 200 GET $keys
	is '. == []'
}

packages
start state
locations
again
a_location_in_use
an_unknown_location
managers
drivers resource-drivers type
drivers lifecycle-drivers type
drivers vim-drivers infrastructureType
keys
again
who_may
secrets
a_damaged_file
stop
