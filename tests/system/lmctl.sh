#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An existing client: a manager is asked what lmctl asks (tests/lib/lmctl.py), and its answers are read
# as lmctl reads them.  Where $LMCTL names a checkout of lmctl, its own commands are run, too.
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

# sentences NAME ARGUMENT...: a test whose name is a sentence holds, and the others.
sentences() {
	told=$1
	shift
	python3 "$root/tests/system/$told.py" "$@" >out 2>err || fail "$told.py"
	cat out
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
sentences lmctl "$url" "$lifecycle"
[ -z "${LMCTL:-}" ] || sentences lmctl_real "$url" "$LMCTL"
grep -q 'intent.accepted intent=healAssembly .* trace=order-66' log || fail "the log does not tell the transaction"
grep -q 'step.failed .* trace=order-67 ' log || fail "nor that of what failed"
grep -q 'catalog.deleted descriptor=assembly::mine::1.0 ' log || fail "the log does not tell which descriptor went"
is_healthy
stop
secured
sentences lmctl_secured "$url" "$SECRET"
[ -z "${LMCTL:-}" ] || {
	sentences lmctl_real "$url" "$LMCTL" "$SECRET"
	sentences lmctl_real_logins "$url" "$LMCTL" "$SECRET"
}
stop
