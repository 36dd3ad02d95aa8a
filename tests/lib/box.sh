# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# The real manager and its local driver in namespaces of their own, with a file system of busybox for
# an image: for tests that need containers and no VNFs.  A test sources this and calls box_enter
# first; $root, and $lm, are set.  What 'lm' has said last is in the files out and err, what the
# manager says in log.

name=$(basename "$0" .sh)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
case $lm in /*) ;; *) lm=$PWD/$lm ;; esac
pid=

# Goes on in new namespaces and an empty folder; what the test leaves behind goes with them.
box_enter() {
	[ -n "${BOX_FOLDER:-}" ] && box_furnish && return
	folder=$(mktemp -d)
	box_clean() {
		# Control groups are all that namespaces do not take with them.
		for mark in $(cat "$folder/marks" 2>/dev/null); do
			rmdir /sys/fs/cgroup/lm-"$mark"-* /sys/fs/cgroup/*/lm-"$mark"-* 2>/dev/null || :
		done
		rm -rf "$folder"
	}
	trap box_clean EXIT
	trap 'exit 130' INT TERM
	for program in busybox tini-static runc jq; do
		command -v $program >/dev/null || {
			echo "$program is missing: tests/depends names the packages"
			exit 77
		}
	done
	BOX_FOLDER=$folder SYSTEM_BUILD=${lm%/lm} \
		unshare --mount --net --pid --fork --kill-child "$0"
	exit
}

box_furnish() {
	cd "$BOX_FOLDER"
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
	: >log >out >err
	mkdir -p images/box/bin images/box/usr/bin images/box/etc images/box/mnt images/box/var
	cp "$(command -v busybox)" images/box/bin/busybox
	for a in $(busybox --list); do
		[ "$a" = busybox ] || ln -s busybox "images/box/bin/$a"
	done
	cp "$(command -v tini-static)" images/box/usr/bin/tini
}

fail() {
	echo "$name: $*"
	for file in out err log; do
		sed "s/^/    $file: /" $file
	done
	exit 1
}

# start STATE-FOLDER [ADDRESS:PORT [OPTION]]: waits until it is ready; OPTION '' has it ask who one is.
start() {
	rm -f pipe
	mkfifo pipe
	"$lm" serve ${3---insecure} --packages packages --images images --state "$1" \
		--listen "${2:-127.0.0.1:0}" 2>pipe &
	pid=$!
	url=
	: >log
	exec 3<pipe
	while [ -z "$url" ] && read -r line <&3; do
		echo "$line" >>log
		case $line in
		*' manager.ready address='*) url=http://${line##*address=} ;;
		*'"manager.ready"'*)
			line=${line##*'"address":"'}
			url=http://${line%%'"'*}
			;;
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

# comes COMMAND...: until it succeeds; for what nobody tells of
comes() {
	tries=1200
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "waited in vain: $*"
		sleep 0.05
	done
}

# told FILE PATTERN: until there is such a line in a file that grows
told() {
	"${lm%/lm}/tests/demo/await" -l "$1" 60 "$2" >/dev/null || fail "there is no '$2' in $1: $(tail -n 5 "$1")"
}

# Begins to note what the manager tells of, in the file events; over its restarts.
events_begin() {
	: >events
	"$root/tests/lib/record.sh" "$LM_SERVER" events >record.log 2>&1 &
}

# await WHAT AFTER_MS CONDITION...: for an event, see tests/demo/await.c; it is in the file event then
await() {
	what=$1
	shift
	"${lm%/lm}/tests/demo/await" events 60 "$@" >event || fail "waited in vain for $what"
}

says() {
	grep -q -- "$1" out || fail "it does not say '$1'"
}

is_healthy() {
	ends 0 doctor
	says '^healthy: 0 findings'
}

# reported KEY METRIC VALUE: a sample, with the token of a writer, $token
reported() {
	curl -sS -f -o answer -H "Authorization: Bearer $token" \
		-d "{\"metricKey\":\"$1\",\"metricName\":\"$2\",$3}" "$url/api/metrics" ||
		fail "the report is refused: $(cat answer)"
}

# Once something exists: by this the control groups are known again.
note_mark() {
	ip -o link | sed -n 's/.*alias lm .* @\([0-9a-f]*\).*/\1/p' | sort -u >>"$BOX_FOLDER/marks"
}

container_of() {
	"$lm" inventory -o json |
		jq -r --arg name "$1" '.[] | select(.kind == "container" and .resourceName == $name).name'
}
