#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An existing client: a manager is asked what lmctl asks (tests/lib/lmctl.py), and its answers are read
# as lmctl reads them.  Where $LMCTL names a checkout of lmctl, that one is asked to do the same.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
command -v python3 >/dev/null || {
	echo "python3 is missing: tests/depends names the packages"
	exit 77
}
box_enter

leaf() {
	cat <<-'END'
		name: resource::leaf::1.0
		properties: {word: {}}
		lifecycle: [Install, Start, Stop, Uninstall]
		requirements: {socket: {type: line}}
	END
}

gate() {
	cat <<-'END'
		name: resource::gate::1.0
		properties: {word: {default: plain}}
		lifecycle: [Install, Start, Stop, Uninstall]
		infrastructure: {local: {container: {image: box}}}
		capabilities: {plug: {type: line}}
		operations: {plug: {}, unplug: {}}
	END
}

assemblies() {
	cat <<-'END'
		name: assembly::leaf::1.0
		composition:
		  leaf: {type: 'resource::leaf::1.0'}
		---
		name: assembly::site::1.0
		properties: {word: {default: none}}
		composition:
		  hub: {type: 'resource::gate::1.0'}
		  pbx:
		    type: resource::leaf::1.0
		    cluster: {initial-quantity: 1, minimum-nodes: 1, maximum-nodes: 4}
		relationships:
		  line:
		    source-capabilities: [hub.plug]
		    target-requirements: [pbx.socket]
		    source-state: Active
		    target-state: Active
		    target-state-modifier: post
		    lifecycle: {Create: [source.plug], Cease: [source.unplug]}
		---
		name: assembly::voice::1.0
		description: one of each
		properties: {word: {default: plain}, size: {}, flag: {}, rate: {}}
		composition:
		  site: {type: 'assembly::site::1.0'}
		  gate: {type: 'resource::gate::1.0', properties: {word: {value: '${word}'}}}
		---
		name: assembly::caller::1.0
		references:
		  voice: {type: 'assembly::voice::^1.0', properties: {name: {value: voice}}}
		composition:
		  leaf: {type: 'resource::leaf::1.0'}
	END
}

packages() {
	lifecycle=packages/gate/lifecycle
	mkdir -p packages/leaf $lifecycle packages/voice
	leaf >packages/leaf/resource.yml
	gate >packages/gate/resource.yml
	assemblies >packages/voice/voice.yml
	# 'wait' waits for the test; 'bad' does not come up.
	cat >$lifecycle/start.sh <<-'END'
		[ "$word" != bad ] || { echo "cannot be $word"; exit 1; }
		if [ "$word" = wait ]; then
			echo >/package/lifecycle/begun
			read -r _ </package/lifecycle/gate
		fi
	END
	for script in stop plug unplug; do
		echo : >$lifecycle/$script.sh
	done
	mkfifo $lifecycle/begun $lifecycle/gate
}

# real ARGUMENT...: what lmctl itself does.
real() {
	PYTHONPATH=$LMCTL LMCTL_ALLOW_ALL_SCHEMES=true LMCONFIG=$PWD/lmctl.yaml HOME=$PWD \
		timeout 60 python3 -c 'from lmctl.cli.entry import init_cli; init_cli()' "$@" >out 2>err ||
		fail "lmctl $*"
}

the_real_one_is_content() {
	python3 -c 'import click, jwt, pkg_resources, pydantic, requests, ruamel.yaml, tabulate, yaml' 2>err ||
		fail "lmctl needs python3-click python3-jwt python3-pkg-resources python3-pydantic" \
			"python3-requests python3-ruamel.yaml python3-tabulate python3-yaml python3-distutils"
	printf 'active_environment: here\nenvironments:\n  here:\n    tnco: {address: "%s", secure: false}\n' \
		"$url" >lmctl.yaml
	real ping env here
	real get descriptors
	says assembly::voice::1.0
	real create assembly --set assemblyName=real --set descriptorName=assembly::leaf::1.0 \
		--set intendedState=Active
	says '^Accepted - Process: '
	process=$(sed -n 's/^Accepted - Process: //p' out)
	ends 0 state real Active --queue # when it has ended
	real get process "$process"
	says CreateAssembly
	real get assembly real
	says real
	real get assembly --name-contains rea -o json
	real delete assembly real
	real delete assembly none --ignore-missing
	echo "lmctl itself is content"
}

# A manager that asks who one is, by HTTPS, as lmctl wants it unless told otherwise.
secured() {
	export SECRET=a-secret-of-the-test
	echo "$SECRET" | "$lm" client add LmClient --state secured --role SLMAdmin \
		--grant client_credentials --grant password
	for user in jack:SLMAdmin jill:Portal kim:ReadOnly; do
		echo "${user%:*}-$SECRET" | "$lm" user add "${user%:*}" --state secured --role "${user#*:}"
	done
	start secured 127.0.0.1:0 --tls
	url=https://${url#http://}
}

packages
start state
python3 "$root/tests/system/lmctl.py" "$url" "$lifecycle" >out 2>err || fail "lmctl would stumble"
cat out
[ -z "${LMCTL:-}" ] || the_real_one_is_content
grep -q 'intent.accepted intent=healAssembly .* trace=order-66' log || fail "the log does not tell the transaction"
grep -q 'step.failed .* trace=order-67 ' log || fail "nor that of what failed"
is_healthy
stop
secured
python3 "$root/tests/system/lmctl_secured.py" "$url" "$SECRET" >out 2>err || fail "lmctl cannot log in"
cat out
stop
