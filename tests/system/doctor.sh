#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The doctor on a real kernel: containers killed by hand, a bridge deleted, a journal lost; what is
# found is repaired, and journal and machine agree again.  In namespaces of its own, with a file
# system of busybox for an image.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/lib/box.sh"
box_enter

# ---- what is managed -------------------------------------------------------------------------------------

packages() {
	mkdir -p packages/site/wire packages/site/box/lifecycle
	cat >packages/site/wire/resource.yml <<-'END'
		name: resource::wire::1.0
		properties:
		  networkid: {read-only: true}
		lifecycle: [Install, Uninstall]
		infrastructure: {local: {network: {subnet: 10.77.0.0/24, management: "false"}}}
	END
	cat >packages/site/box/resource.yml <<-'END'
		name: resource::box::1.0
		properties:
		  network: {required: true}
		  peer: {default: nobody}
		  address: {read-only: true}
		lifecycle: [Install, Start, Stop, Uninstall]
		infrastructure:
		  local:
		    container:
		      image: box
		      networks: {a: {network: '${network}', address: address}}
	END
	cat >packages/site/site.yml <<-'END'
		name: assembly::site::1.0
		composition:
		  wire: {type: 'resource::wire::1.0'}
		  hub:
		    type: resource::box::1.0
		    properties: {network: {value: '${wire.networkid}'}}
		  leaf:
		    type: resource::box::1.0
		    properties: {network: {value: '${wire.networkid}'}, peer: {value: '${hub.address}'}}
	END
	echo 'setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >"$LM_SERVICES/nap.pid"' \
		>packages/site/box/lifecycle/start.sh
	echo 'p=$(cat "$LM_SERVICES/nap.pid"); rm "$LM_SERVICES/nap.pid"; kill -9 "$p" || :' \
		>packages/site/box/lifecycle/stop.sh
	printf 'assemblyName: site\ndescriptorName: assembly::site::1.0\n' >site.yml
}

# ---- what is there ---------------------------------------------------------------------------------------

# finds CODE SUBJECT...: just these, in this order.
finds() {
	code=$1
	shift
	ends 1 doctor -o json
	found=$(jq -r --arg code "$code" '[.findings[] | select(.code == $code).subject] | join(" ")' out)
	[ "$found" = "$*" ] || fail "$code: found '$found', not '$*'"
	[ "$(jq '.findings | length' out)" = $# ] || fail "there are other findings"
}

is_active() {
	ends 0 describe -o json site
	[ "$(jq -r '[.. | objects | select(.type == "Component").state] | unique | join(" ")' out)" = Active ] ||
		fail "not everything is Active"
	# The very processes run, not only the books.
	ends 0 inventory -o json
	[ "$(jq '[.[] | select(.kind == "process" and (.name | contains("(sleep)")) and .resourceName == "site__leaf")] | length' out)" -ge 1 ] ||
		fail "the service of the leaf does not run"
}

# ---- the story ------------------------------------------------------------------------------------------------

nobody_is_there() {
	LM_SERVER=http://127.0.0.1:1
	export LM_SERVER
	ends 3 doctor
	ends 2 doctor --journal site.yml
	ends 2 doctor --journal nothing.db
	ends 2 doctor leaf
	ends 2 doctor --repair --journal nothing.db
}

a_new_site_is_healthy() {
	ends 0 apply --yes -f site.yml
	note_mark
	is_healthy
	says '3 components in the journal, 3 resources outside'
	is_active
	ends 0 doctor --repair --yes
	ends 0 doctor --journal state/journal.db
}

another_manager_sees_nothing_of_it() {
	first=$pid first_url=$url
	cp log log.first
	start other
	is_healthy
	says '0 resources outside'
	stop
	pid=$first url=$first_url LM_SERVER=$first_url
	cp log.first log
}

a_container_killed_by_hand() {
	runc --root state/local/runc kill "$(container_of site__leaf)" KILL
	until "$lm" doctor >out 2>err || grep -q 'its container has ended' out; do :; done
	runc --root state/local/runc delete --force "$(container_of site__leaf)"
	finds partial site__leaf
	ends 2 doctor --repair # nobody can be asked
	finds partial site__leaf
	ends 0 doctor --repair --yes
	says 'heal    site: 1 component'
	is_healthy
	is_active
}

a_bridge_that_was_deleted() {
	ip link delete "$(ip -o link show type bridge | sed 's/^[0-9]*: \([^:@]*\).*/\1/')"
	finds partial site__wire site__hub site__leaf
	ends 0 doctor --repair --yes site
	is_healthy
	is_active
}

all_of_one_that_vanished() {
	container=$(container_of site__leaf)
	leaf=$("$lm" inventory -o json | jq -r '[.[] | select(.resourceName == "site__leaf").resourceId][0]')
	stop
	runc --root state/local/runc delete --force "$container"
	umount "state/local/resources/$leaf/rootfs" "state/local/resources/$leaf/netns"
	rm -rf "state/local/resources/$leaf"
	for link in $(ip -o link | sed -n "s/^[0-9]*: \(lmv[^@:]*\).*alias lm site__leaf .*/\1/p"); do
		ip link delete "$link" 2>/dev/null || : # it may have gone with the namespace
	done
	rm -f /run/netns/*
	start state
	ends 1 doctor -o json
	[ "$(jq -r '[.findings[] | select(.subject == "site__leaf").code] | join(" ")' out)" = missing ] ||
		fail "the leaf is not missing"
	ends 0 doctor --repair --yes
	is_healthy
	is_active
}

a_journal_that_was_lost() {
	stop
	rm state/journal.db*
	start state
	ends 1 doctor -o json
	[ "$(jq -r '[.findings[] | "\(.code) \(.subject)"] | sort | join(", ")' out)" = \
		'orphan site__hub, orphan site__leaf, orphan site__wire' ] || fail "not just three orphans"
	ends 1 doctor
	says 'no component of the journal has this id'
	says 'lm adopt'
	ends 1 doctor --repair --yes site__leaf
	says 'remove  site__leaf'
	ends 1 doctor -o json
	[ "$(jq -r '[.findings[].subject] | sort | join(" ")' out)" = 'site__hub site__wire' ] ||
		fail "not just the two others are left"
	ends 0 doctor --repair --yes
	is_healthy
	says '0 components in the journal, 0 resources outside'
	ends 0 inventory -o json
	[ "$(cat out)" = '[]' ] || fail "something is left"
}

packages
nobody_is_there
start state
a_new_site_is_healthy
another_manager_sees_nothing_of_it
a_container_killed_by_hand
a_bridge_that_was_deleted
all_of_one_that_vanished
a_journal_that_was_lost
stop
echo "what was broken is found, repaired and healthy"
