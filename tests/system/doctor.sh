#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The doctor on a real kernel: containers killed by hand, a bridge deleted, a journal lost; what is
# found is repaired, and journal and machine agree again.  In namespaces of its own, with a file
# system of busybox for an image.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
case $lm in /*) ;; *) lm=$PWD/$lm ;; esac

if [ -z "${DOCTOR_INSIDE:-}" ]; then
	folder=$(mktemp -d)
	clean() {
		# Control groups are all that namespaces do not take with them.
		for mark in $(cat "$folder/marks" 2>/dev/null); do
			rmdir /sys/fs/cgroup/lm-"$mark"-* /sys/fs/cgroup/*/lm-"$mark"-* 2>/dev/null || :
		done
		rm -rf "$folder"
	}
	trap clean EXIT
	trap 'exit 130' INT TERM
	for program in busybox tini-static runc jq; do
		command -v $program >/dev/null || {
			echo "$program is missing: tests/depends names the packages"
			exit 77
		}
	done
	DOCTOR_INSIDE=1 FOLDER=$folder SYSTEM_BUILD=${lm%/lm} \
		unshare --mount --net --pid --fork --kill-child "$0"
	exit
fi

cd "$FOLDER"
mount --make-rprivate /
mount -t proc proc /proc
# /sys shows the links of the namespace in which it was mounted; control groups stay as they are.
mkdir cgroup
mount --rbind /sys/fs/cgroup cgroup
mount -t sysfs sysfs /sys
mount --move cgroup /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir volatile
mount -t tmpfs tmpfs volatile # an overlay does not go onto every file system
cd volatile
ip link set lo up
ip address add 198.51.100.1/24 dev lo
pid=

fail() {
	echo "doctor: $*"
	for file in out err log; do
		sed "s/^/    $file: /" $file
	done
	exit 1
}

# ---- what is managed -------------------------------------------------------------------------------------

image() {
	mkdir -p images/box/bin images/box/usr/bin images/box/etc images/box/mnt images/box/var
	cp "$(command -v busybox)" images/box/bin/busybox
	for a in $(busybox --list); do
		[ "$a" = busybox ] || ln -s busybox "images/box/bin/$a"
	done
	cp "$(command -v tini-static)" images/box/usr/bin/tini
}

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

# ---- the manager --------------------------------------------------------------------------------------------

# start STATE-FOLDER: waits until it is ready.
start() {
	rm -f pipe
	mkfifo pipe
	"$lm" serve --packages packages --images images --state "$1" --listen 127.0.0.1:0 2>pipe &
	pid=$!
	url=
	: >log
	exec 3<pipe
	while [ -z "$url" ] && read -r line <&3; do
		echo "$line" >>log
		case $line in
		*' manager.ready address='*) url=http://${line##*address=} ;;
		esac
	done
	cat <&3 >>log &
	exec 3<&-
	[ -n "$url" ] || fail "the manager does not start"
	LM_SERVER=$url
	export LM_SERVER
}

stop() {
	status=0
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" = 0 ] || fail "the manager ended with status $status"
}

# ends STATUS ARGUMENT...: lm ends so; its output is in out and err.
ends() {
	want=$1 status=0
	shift
	timeout 60 "$lm" "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$want" ] || fail "lm $*: status $status, not $want"
}

says() {
	grep -q -- "$1" out || fail "it does not say '$1'"
}

# finds CODE SUBJECT...: just these, in this order.
finds() {
	code=$1
	shift
	ends 1 doctor -o json
	found=$(jq -r --arg code "$code" '[.findings[] | select(.code == $code).subject] | join(" ")' out)
	[ "$found" = "$*" ] || fail "$code: found '$found', not '$*'"
	[ "$(jq '.findings | length' out)" = $# ] || fail "there are other findings"
}

is_healthy() {
	ends 0 doctor
	says '^healthy: 0 findings'
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

note_mark() {
	ip -o link | sed -n 's/.*alias lm .* @\([0-9a-f]*\).*/\1/p' | sort -u >>"$FOLDER/marks"
}

container_of() {
	"$lm" inventory -o json | jq -r --arg name "$1" '.[] | select(.kind == "container" and .resourceName == $name).name'
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
	ends 0 apply -f site.yml
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

: >log >out >err
image
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
