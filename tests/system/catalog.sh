#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The catalog while the manager runs: descriptors and packages come, are replaced and go, with every
# status; what is bad changes nothing; what was answered is there after a kill; and instances keep the
# texts and the scripts that they were made with.  Containers of busybox in namespaces of their own.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter
export LC_ALL=C

descriptors=/api/catalog/descriptors packs=/api/resource-manager/resource-packages

# ask STATUS METHOD PATH [CURL ARGUMENT...]: the answer's body is in the file out.
ask() {
	want=$1 method=$2 path=$3
	shift 3
	got=$(curl -sS -m 20 -X "$method" -o out -D head -w '%{http_code}' "$@" "$url$path") || :
	[ "$got" = "$want" ] || fail "$method $path answers $got, not $want"
}

# yaml STATUS METHOD PATH: the body is standard input.
yaml() {
	ask "$1" "$2" "$3" -H 'Content-Type: application/yaml' --data-binary @-
}

# pack STATUS METHOD PATH ARCHIVE
pack() {
	ask "$1" "$2" "$3" -F "file=@$4"
}

# is JQ-FILTER: true of the last answer.
is() {
	jq -e "$1" out >/dev/null || fail "$method $path: not '$1'"
}

explains() {
	is ".localizedMessage // .message | contains(\"$1\")"
	grep -qi '^Content-Type: application/json.$' head || fail "$method $path: $(cat head)"
}

location_is() {
	grep -q "^Location: $1.\$" head || fail "$method $path: $(cat head)"
}

# Names in the catalog, on one line.
names() {
	curl -sS -m 20 "$url$descriptors" | jq -r 'map(.name) | join(" ")'
}

has() {
	[ "$(names)" = "$1" ] || fail "the catalog has '$(names)', not '$1'"
}

has_folders() {
	[ "$(find state/packages -mindepth 1 -maxdepth 1 -not -name '.*' | wc -l)" = "$1" ]
}

# Folders of unpacked packages come to be so many.
folders() {
	comes has_folders "$1"
}

# Nothing is unfinished, or stays so.
is_tidy() {
	[ -z "$(find state/catalog state/packages -name '.new*' 2>/dev/null)" ]
}

no_traces() {
	comes is_tidy
}

# server VERSION FOLDER: a package of the layout that other managers have, for one container.
server() {
	rm -rf "$2"
	mkdir -p "$2/Definitions/lm" "$2/lifecycle" "$2/config"
	cat >"$2/Definitions/lm/resource.yaml" <<-END
		name: resource::server::1.0
		description: version $1
		properties: {said: {read-only: true}}
		infrastructure: {local: {container: {image: box}}}
		lifecycle: [Install, Start, Stop, Uninstall]
		operations: {tell: {properties: {}}}
	END
	printf 'echo said=%s >>"$LM_OUTPUT"\n' "$1" >"$2/lifecycle/start.sh"
	printf 'echo said=%s >>"$LM_OUTPUT"\n' "$1" >"$2/lifecycle/tell.sh"
	printf 'true\n' >"$2/lifecycle/stop.sh"
	printf 'a: template\n' >"$2/config/server.yml"
	rm -f "$2.zip"
	(cd "$2" && zip -qr "../$2.zip" .)
}

service() {
	cat <<-END
		name: assembly::service::1.0
		description: $1
		properties: {said: {read-only: true, value: '\${server.said}'}}
		composition: {server: {type: 'resource::server::1.0'}}
	END
}

# ---- descriptors -----------------------------------------------------------------------------------------

descriptors() {
	has 'assembly::given::1.0'
	service one | yaml 400 POST $descriptors
	explains "unknown component type 'resource::server::1.0'"
	is '.details.diagnostics | map(select(.severity == "error")) == [.[] | select(.code == "LM0302" and .line == 4)]'
	has 'assembly::given::1.0'

	printf 'name: assembly::alone::1.0\ndescription: one\ncolour: red\n' | yaml 201 POST $descriptors
	location_is $descriptors/assembly::alone::1.0
	is '.descriptorName == "assembly::alone::1.0" and (.validationWarnings | length) == 1'
	is '.validationWarnings[0] | .severity == "warning" and .line == 3 and .file != null and .code != null'
	has 'assembly::alone::1.0 assembly::given::1.0'
	printf 'name: assembly::alone::1.0\n' | yaml 409 POST $descriptors
	explains 'PUT replaces it'
	printf 'name: assembly::given::1.0\n' | yaml 409 POST $descriptors
	explains 'the manager was started with it'

	printf 'name: assembly::alone::1.0\ndescription: two\n' | yaml 200 PUT $descriptors/assembly%3A%3Aalone%3A%3A1.0
	is '. == {descriptorName: "assembly::alone::1.0", validationWarnings: []}'
	printf 'name: assembly::alone::1\ndescription: three\n' | yaml 200 PUT $descriptors/assembly::alone::1.0
	printf 'name: assembly::other::1.0\n' | yaml 400 PUT $descriptors/assembly::alone::1.0
	explains 'and not assembly::alone::1.0'
	printf 'name: assembly::other::1.0\n' | yaml 404 PUT $descriptors/assembly::other::1.0
	ask 200 GET "$descriptors/assembly::alone::1.0?effective=False"
	[ "$(cat out)" = "$(printf 'name: assembly::alone::1\ndescription: three')" ] || fail 'it has another text'
	grep -qi '^Content-Type: application/yaml.$' head || fail 'it is no YAML'
	ask 200 GET "$descriptors/assembly::alone::1.0?effective=True"
	ask 400 GET "$descriptors/assembly::alone::1.0?effective=perhaps"

	ask 201 POST $descriptors -H 'Content-Type: application/json' -d '{"name": "assembly::json::1.0"}'
	ask 204 DELETE $descriptors/assembly::json::1.0
	ask 404 DELETE $descriptors/assembly::json::1.0
	ask 409 DELETE $descriptors/assembly::given::1.0
	explains 'the manager was started with it, from'
}

bad_descriptors_change_nothing() {
	before=$(names)
	printf 'name: assembly::bad::1.0\nproperties: [\n' | yaml 400 POST $descriptors
	is '.details.diagnostics[0] | .line == 2 and .column == 13 and .code == "LM0122"'
	: | yaml 400 POST $descriptors
	printf 'just a text' | yaml 400 POST $descriptors
	printf 'name: assembly::a::1\n---\nname: assembly::b::1\n' | yaml 400 POST $descriptors
	explains 'one by one'
	printf 'name: resource::a::1\nlifecycle: []\n' | yaml 400 POST $descriptors
	explains "$packs"
	printf 'name: assembly::alone::1\ncomposition: {x: {type: "assembly::alone::1"}}\n' |
		yaml 400 PUT $descriptors/assembly::alone::1
	ask 200 GET $descriptors/assembly::alone::1.0
	grep -q three out || fail 'a refused text is there'
	{
		printf 'name: assembly::long::1\ndescription: "'
		head -c 2000000 /dev/zero | tr '\0' x
		printf '"\n'
	} | yaml 413 POST $descriptors
	ask 415 POST $descriptors -H 'Content-Type: text/plain' -d 'name: assembly::a::1'
	ask 405 PUT $descriptors
	has "$before"
	no_traces
}

shadows() {
	printf 'name: assembly::given::1.0\ndescription: replaced\n' | yaml 200 PUT $descriptors/assembly::given::1.0
	ask 200 GET $descriptors/assembly::given::1.0
	grep -q replaced out || fail 'the old text counts still'
	has 'assembly::alone::1 assembly::given::1.0'
	ask 204 DELETE $descriptors/assembly::given::1.0
	ask 200 GET $descriptors/assembly::given::1.0
	grep -q 'from the beginning' out || fail 'what the manager was started with does not count again'
}

# ---- packages --------------------------------------------------------------------------------------------

packages() {
	server 1 one
	server 2 two
	ask 200 GET $packs
	is '. == []'
	pack 201 POST $packs one.zip
	location_is $packs/resource::server::1.0
	is '.name == "resource::server::1.0"'
	pack 409 POST $packs two.zip
	pack 404 PUT $packs/resource::other::1.0 one.zip
	ask 200 GET $packs
	is 'length == 1 and (.[0] | .name == "resource::server::1.0" and .origin == "uploaded" and .size > 100
		and .descriptors == ["resource::server::1.0"])'
	ask 200 GET $packs/resource::server::1.0
	is '[.files[].path] == ["Definitions/lm/resource.yaml", "config/server.yml", "lifecycle/start.sh",
		"lifecycle/stop.sh", "lifecycle/tell.sh"]'
	ask 404 GET $packs/resource::other::1.0
	service one | yaml 201 POST $descriptors
	has 'assembly::alone::1 assembly::service::1.0 resource::server::1.0 assembly::given::1.0'

	# What a client does that brings a package anew: the descriptor, the package, the package.
	ask 204 DELETE $descriptors/resource::server::1.0
	ask 404 DELETE $packs/resource::server::1.0
	service two | yaml 400 PUT $descriptors/assembly::service::1.0
	pack 201 POST $packs one.zip
	service two | yaml 200 PUT $descriptors/assembly::service::1.0
	folders 1
}

old_layouts() {
	mkdir -p old/descriptor old/Meta-Inf old/lifecycle
	printf 'name: resource::old::1.0\nproperties: {a: {}}\nlifecycle: [Install]\n' >old/descriptor/old.yml
	printf 'name: old\nversion: 1.0\nresource-manager: ansible\n' >old/Meta-Inf/manifest.MF
	printf -- '- hosts: all\n' >old/lifecycle/Install.yml
	(cd old && zip -qr ../old.csar .)
	pack 201 POST $packs old.csar
	is '.name == "resource::old::1.0"'
	ask 204 DELETE $packs/resource::old::1.0

	mkdir -p middle/Definitions/lm middle/Definitions/infrastructure middle/Lifecycle/ansible
	printf 'name: resource::middle::1.0\nlifecycle: {Install: {drivers: {ansible: {selector: {infrastructure-type: ["*"]}}}}}\n' \
		>middle/Definitions/lm/resource.yaml
	printf 'discover: {}\n' >middle/Definitions/infrastructure/infrastructure.yaml
	printf 'types:\n' >middle/Lifecycle/lifecycle.mf
	printf -- '- hosts: all\n' >middle/Lifecycle/ansible/Install.yaml
	tar -C middle -czf middle.tgz .
	pack 201 POST $packs middle.tgz
	ask 204 DELETE $packs/resource::middle::1.0
}

bad_packages_change_nothing() {
	before=$(names)
	cp -r one broken
	printf 'name: resource::server::1.0\nproperties: [\n' >broken/Definitions/lm/resource.yaml
	(cd broken && zip -qr ../broken.zip .)
	pack 400 PUT $packs/resource::server::1.0 broken.zip
	is '.details.diagnostics | map(select(.severity == "error"))[0] | .line == 2 and .code != null and
		(.file | endswith("/Definitions/lm/resource.yaml"))'
	head -c 300 one.zip >cut.zip
	pack 400 PUT $packs/resource::server::1.0 cut.zip
	printf hello >text.zip
	pack 400 POST $packs text.zip
	explains LM0610
	pack 400 PUT $packs/resource::server::1.0 old.csar
	explains 'the package of resource::old::1.0'
	ask 400 POST $packs -F other=@one.zip
	explains "part 'file'"
	ask 415 POST $packs -H 'Content-Type: application/zip' --data-binary @one.zip
	mkdir both
	printf 'name: assembly::a::1\n' >both/a.yml
	printf 'name: assembly::b::1\n' >both/b.yml
	(cd both && zip -qr ../both.zip .)
	pack 400 POST $packs both.zip
	explains 'a package of each'
	has "$before"
	folders 1
	no_traces
}

# ---- lm push ----------------------------------------------------------------------------------------------

push() {
	server 3 three
	ends 0 push three
	says '^package resource::server::1.0: updated$'
	ends 0 push three
	folders 1 # the same files are the same package
	ends 0 push one.zip
	mkdir -p own/part
	printf 'name: assembly::own::1.0\ncomposition: {part: {type: "resource::part::1.0"}}\n' >own/assembly.yml
	printf 'name: resource::part::1.0\nlifecycle: []\n' >own/part/resource.yml
	ends 0 push own
	says '^package assembly::own::1.0: created$'
	printf 'name: assembly::own::1.0\ncomposition: {part: {type: "resource::past::1.0"}}\n' >own/assembly.yml
	ends 1 push own
	grep -q "unknown component type 'resource::past::1.0'" err || fail 'it does not say what is wrong'
	printf 'name: assembly::own::1.0\ncomposition: [\n' >own/assembly.yml
	ends 1 push own
	grep -q '^own/assembly.yml:2:14: error: ' err || fail 'it does not say where'
	ends 1 push nowhere
	ends 0 delete package assembly::own::1.0
	ends 0 get packages
	says resource::server
	[ -z "$(find /tmp -maxdepth 1 -name 'lm-push-*' -newer own/part)" ] || fail 'something was left behind'
}

# ---- instances -------------------------------------------------------------------------------------------

said() {
	curl -sS -m 20 "$url/api/topology/assemblies?name=$1" |
		jq -r '.[0].properties[] | select(.name == "said").value'
}

kill_containers() {
	for c in $(runc --root state/local/runc list -q); do
		runc --root state/local/runc kill "$c" KILL
	done
}

is_broken() {
	curl -sS -m 20 "$url/api/topology/assemblies?name=$1" | jq -e '.[0].state == "Broken"' >/dev/null
}

instances_keep_their_scripts() {
	printf 'assemblyName: a\ndescriptorName: assembly::service::1.0\n' >a.yml
	ends 0 apply --yes -f a.yml
	note_mark
	[ "$(said a)" = 1 ] || fail "a says '$(said a)'"
	pack 200 PUT $packs/resource::server::1.0 two.zip
	folders 2 # one has instances, the other the catalog
	printf 'assemblyName: b\ndescriptorName: assembly::service::1.0\n' >b.yml
	ends 0 apply --yes -f b.yml
	[ "$(said b)" = 2 ] || fail "b says '$(said b)'"
	ends 0 heal a a__server
	[ "$(said a)" = 1 ] || fail "a was mended to '$(said a)'"
	ask 204 DELETE $descriptors/assembly::service::1.0
	ask 204 DELETE $packs/resource::server::1.0
	folders 2
	ends 0 heal b b__server
	[ "$(said b)" = 2 ] || fail "b was mended to '$(said b)'"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || :
	start state
	folders 2
	# Without their containers nothing holds the folders but that the instances need them.
	kill_containers
	comes is_broken a
	comes is_broken b
	pack 201 POST $packs two.zip
	ask 204 DELETE $packs/resource::server::1.0
	folders 2
	ends 0 heal a a__server
	[ "$(said a)" = 1 ] || fail "a was mended to '$(said a)' after a restart"
	ends 0 heal b b__server
	[ "$(said b)" = 2 ] || fail "b was mended to '$(said b)' after a restart"
	ends 0 delete a
	ends 0 delete b
	ends 0 doctor
	stop
	start state
	folders 0
	pack 201 POST $packs one.zip
}

# An instance that has gone on to another version of a package, without being made anew, still has the
# old one mounted.
upgraded_instances_go_on() {
	service one | yaml 201 POST $descriptors
	sed 's/^assemblyName: a/assemblyName: c/' a.yml >c.yml
	ends 0 apply --yes -f c.yml
	[ "$(said c)" = 1 ] || fail "c says '$(said c)'"
	pack 200 PUT $packs/resource::server::1.0 two.zip
	ends 0 upgrade c
	stop
	start state
	# Whatever is tidied up after a start comes before the next package.
	pack 201 POST $packs old.csar
	ask 204 DELETE $packs/resource::old::1.0
	folders 2
	ends 0 heal c c__server
	[ "$(said c)" = 1 ] || fail "c was mended to '$(said c)'"
	kill_containers
	comes is_broken c
	ends 0 heal c c__server
	[ "$(said c)" = 2 ] || fail "c was made anew as '$(said c)'"
	ends 0 delete c
	ask 204 DELETE $descriptors/assembly::service::1.0
	pack 200 PUT $packs/resource::server::1.0 one.zip
	folders 1
}

# ---- deaths ----------------------------------------------------------------------------------------------

# Whatever was answered is there, whatever was not is there or not, and nothing is half there.
deaths() {
	for i in 1 2 3 4 5 6 7 8; do
		{
			n=0
			while [ $n -lt 1000 ]; do
				n=$((n + 1))
				printf 'name: assembly::d%s-%s::1.0\n' "$i" "$n" |
					curl -sS -m 5 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/yaml' \
						--data-binary @- "$url$descriptors" >answer.$i 2>/dev/null || break
				grep -q 201 answer.$i || break
				echo "assembly::d$i-$n::1" >>answered
				file=one.zip
				[ $((n % 2)) = 0 ] || file=two.zip
				curl -sS -m 5 -o /dev/null -X PUT -F file=@$file "$url$packs/resource::server::1.0" 2>/dev/null || break
			done
		} &
		client=$!
		# As soon as some were taken; where exactly it dies, the machine decides.
		until [ -s answered ] && [ "$(grep -c "d$i-" answered)" -ge "$i" ]; do sleep 0.01; done
		kill -9 "$pid"
		wait "$pid" 2>/dev/null || :
		wait $client || :
		start state
		! grep -q 'catalog.stored\|catalog.broken' log || fail 'something was left half done'
		no_traces
		names | tr ' ' '\n' | sort >there
		while read -r name; do
			grep -qx "$name.*" there || fail "$name was answered, and is gone"
		done <answered
		grep -qx resource::server::1.0 there || fail 'the package is gone'
	done
	folders 1
}

# What lies there and is no good is told, and left out.
damage() {
	stop
	printf 'PK\003\004 and no more' >state/catalog/packages/resource::gone::1.zip
	printf 'name: assembly::broken::1\ncomposition: {x: {type: "resource::none::1"}}\n' \
		>state/catalog/descriptors/assembly::broken::1.yml
	printf x >state/catalog/descriptors/.new
	printf x >state/catalog/descriptors/README
	start state
	grep -q "catalog.stored 'resource::gone::1' in .* is left out" log || fail 'nothing is said of the package'
	grep -q 'catalog.stored .*README' log || fail 'nothing is said of the other file'
	grep -q 'catalog.broken file=assembly::broken::1.yml errors=1' log || fail 'nothing is said of the descriptor'
	no_traces
	ask 204 DELETE $descriptors/assembly::broken::1.0
}

# What cannot be stored is not there.
nowhere_to_store() {
	before=$(names)
	rm -r state/catalog/descriptors
	printf 'name: assembly::lost::1.0\n' | yaml 500 POST $descriptors
	explains 'into the folder'
	has "$before"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || :
	start state
}

mkdir packages
printf 'name: assembly::given::1.0\ndescription: from the beginning\n' >packages/given.yml
start state
descriptors
bad_descriptors_change_nothing
shadows
packages
old_layouts
bad_packages_change_nothing
push
instances_keep_their_scripts
upgraded_instances_go_on
deaths
damage
nowhere_to_store
stop
