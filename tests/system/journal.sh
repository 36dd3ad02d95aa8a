#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The journal in trouble, with the real manager on a real disk that is really full: nothing half done,
# questions answered, and on with it when there is room.  A foreign lock, a second manager, a reader,
# a file that is damaged, of a later format, or of an older one.
set -eu
# A mount of its own, which goes with this script.
[ -n "${JOURNAL_IN_NAMESPACE:-}" ] || exec env JOURNAL_IN_NAMESPACE=1 unshare --mount "$0"
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
folder=$(mktemp -d)
pid= sqlite_pid=
clean() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	[ -z "$sqlite_pid" ] || kill "$sqlite_pid" 2>/dev/null || :
	umount -l "$folder/disk" 2>/dev/null || :
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM
command -v sqlite3 >/dev/null || {
	echo 'sqlite3 is needed to look into the journal'
	exit 77
}
mkdir "$folder/packages" "$folder/disk"
mount -t tmpfs -o size=6m none "$folder/disk"
state=$folder/disk/state
journal=$state/journal.db
await=${lm%/lm}/tests/demo/await
cat >"$folder/packages/one.yml" <<'END'
name: assembly::one::1.0
composition:
  part:
    type: resource::part::1.0
---
name: resource::part::1.0
END

fail() {
	echo "journal: $*"
	sed 's/^/    /' "$folder/log"
	exit 1
}

# serve [LINE]: the manager on a free port, until it says that it is ready, or LINE; or has ended.
serve() {
	mkfifo "$folder/pipe"
	"$lm" serve --insecure --packages "$folder/packages" --state "$state" --listen 127.0.0.1:0 \
		2>"$folder/pipe" &
	pid=$!
	url=
	: >"$folder/log"
	exec 3<"$folder/pipe"
	rm "$folder/pipe"
	while [ -z "$url" ] && read -r line <&3; do
		echo "$line" >>"$folder/log"
		case $line in
		*' manager.ready address='*) url=http://${line##*address=} ;;
		esac
	done
	cat <&3 >>"$folder/log" &
	exec 3<&-
}

started() {
	serve
	[ -n "$url" ] || fail 'the manager does not start'
}

stopped() {
	status=0
	kill -TERM "$pid"
	wait "$pid" || status=$?
	pid=
	[ "$status" = 0 ] || fail "the manager ended with status $status"
}

# refused TEXT: the manager does not start, and says why.
refused() {
	status=0
	serve
	wait "$pid" || status=$?
	pid=
	[ -z "$url" ] && [ "$status" = 1 ] || fail "it was not refused (status $status)"
	grep -qF "$1" "$folder/log" || fail "it does not say '$1'"
}

# ask STATUS PATH [CURL ARGUMENT...]: the answer's body is in $body.
ask() {
	want=$1 path=$2
	shift 2
	got=$(curl -sS -m 30 -o "$folder/body" -w '%{http_code}' "$@" "$url$path")
	body=$(cat "$folder/body")
	[ "$got" = "$want" ] || fail "$path answers $got, not $want: $body"
}

is() {
	echo "$body" | jq -e "$1" >/dev/null || fail "$path: not '$1' in: $body"
}

create() {
	ask "$1" /api/intent/createAssembly -H 'Content-Type: application/json' \
		-d "{\"assemblyName\": \"$2\", \"descriptorName\": \"assembly::one::1.0\", \"intendedState\": \"Active\"}"
}

# The stream of events is read up to the one that is waited for: nobody looks at a clock.
completed() {
	mkfifo "$folder/events"
	curl -sN -m 30 "$url/api/events?after=0&follow=true" >"$folder/events" &
	follower=$!
	exec 5<"$folder/events"
	rm "$folder/events"
	grep -m 1 -q "\"assemblyName\":\"$1\".*\"processState\":\"Completed\"" <&5 || fail "$1 is not completed"
	exec 5<&-
	kill "$follower" 2>/dev/null || :
	wait "$follower" || :
}

# said EVENT: the manager that was started last, in its log
said() {
	"$await" -l "$folder/log" 30 " $1 " >/dev/null || fail "it does not say $1"
}

# ---- the disk is full ----------------------------------------------------------------------------------

full() {
	started
	create 201 before
	completed before
	dd if=/dev/zero of="$folder/disk/ballast" bs=64k 2>/dev/null || : # until there is no room
	dd if=/dev/zero of="$folder/disk/crumbs" bs=512 2>/dev/null || :
	# The log has room that was used before: commits succeed until that is used up, too.
	n=0
	while [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$url/management/health")" = 200 ]; do
		n=$((n + 1))
		[ "$n" -lt 3000 ] || fail 'the disk is never full'
		curl -sS -m 30 -o "$folder/body" "$url/api/intent/createAssembly" \
			-H 'Content-Type: application/json' \
			-d "{\"assemblyName\": \"a$n\", \"descriptorName\": \"assembly::one::1.0\", \"intendedState\": \"Active\"}"
	done
	grep -qF 'unknown outcome' "$folder/body" || fail "the intent of the held turn is answered: $(cat "$folder/body")"
	[ "$(grep -c 'journal.held' "$folder/log")" = 1 ] || fail 'it is not said once'
	ask 503 /management/health
	is '.status == "DOWN" and .components.journal.status == "DOWN"'
	ask 200 /api/status
	is '.journal.writable == false and (.journal.trouble | contains("the disk is full"))'
	ask 200 '/api/topology/assemblies?name=before'
	is '.[0].name == "before"'
	create 503 refused
	is '.localizedMessage | contains("the disk is full")'
	ask 503 /api/doctor/repair -X POST # nothing is done by halves
	is '.localizedMessage | contains("the disk is full")'
	rm "$folder/disk/ballast" "$folder/disk/crumbs"
	said journal.written
	ask 200 /management/health
	completed "a$n"
	create 201 after
	completed after
	ask 404 /api/topology/assemblies/refused
	stopped
	started # and all of it is there
	ask 200 "/api/topology/assemblies?name=a$n"
	is 'length == 1'
	ask 200 /api/topology/assemblies?name=after
	is 'length == 1'
}

# ---- others at the same file ---------------------------------------------------------------------------

others() {
	[ "$(sqlite3 "$journal" 'SELECT count(*) FROM assembly WHERE root = "after"')" = 1 ] ||
		fail 'a journal in use cannot be read'
	"$lm" serve --insecure --state "$state" --listen 127.0.0.1:0 2>"$folder/second" && fail 'two managers on one journal'
	grep -q 'another manager works in' "$folder/second" || fail "$(cat "$folder/second")"
	mkfifo "$folder/sql"
	sqlite3 "$journal" <"$folder/sql" >"$folder/said" &
	sqlite_pid=$!
	exec 4>"$folder/sql"
	mkfifo "$folder/locked"
	printf 'BEGIN IMMEDIATE;\n.shell echo > %s\n' "$folder/locked" >&4
	timeout 30 cat "$folder/locked" >/dev/null
	create_later=$(mktemp -p "$folder")
	curl -sS -m 30 -o /dev/null -w '%{http_code}' "$url/api/intent/createAssembly" \
		-H 'Content-Type: application/json' \
		-d '{"assemblyName": "patient", "descriptorName": "assembly::one::1.0", "intendedState": "Active"}' >"$create_later" &
	curl_pid=$!
	said journal.held
	ask 503 /management/health
	is '.components.journal.status == "DOWN"'
	ask 200 /api/status
	is '.journal.trouble | contains("another process has it open")'
	echo 'ROLLBACK;' >&4
	wait "$curl_pid"
	[ "$(cat "$create_later")" = 201 ] || fail "the intent that waited is answered $(cat "$create_later")"
	completed patient
	stopped
	echo 'BEGIN IMMEDIATE;' >&4
	printf '.shell echo > %s\n' "$folder/locked" >&4
	timeout 30 cat "$folder/locked" >/dev/null
	refused 'another process has it open'
	exec 4>&-
	wait "$sqlite_pid" || :
	sqlite_pid=
}

# ---- files of other kinds ------------------------------------------------------------------------------

files() {
	cp "$journal" "$folder/good"
	sqlite3 "$journal" 'PRAGMA user_version = 99'
	refused 'it has format 99, and this lm knows formats 1 to 3'
	[ "$(sqlite3 "$journal" 'PRAGMA user_version')" = 99 ] || fail 'the file was touched'
	cp "$folder/good" "$journal"
	dd if=/dev/urandom of="$journal" bs=4096 seek=1 count=20 conv=notrunc 2>/dev/null
	cp "$journal" "$folder/damaged"
	refused 'the file is damaged'
	cmp -s "$journal" "$folder/damaged" || fail 'the damaged file was touched'
	rm "$journal"*
	sqlite3 "$journal" <"$root/tests/unit/journal-1.sql"
	refused 'cannot be built' # its packages are not here; but the file is of today's format now
	[ "$(sqlite3 "$journal" 'PRAGMA user_version')" = 3 ] || fail 'an older file was not raised'
	[ "$(sqlite3 "$journal.v1" 'PRAGMA user_version')" = 1 ] || fail 'there is no copy of the older file'
}

full
others
files
echo 'journal: a full disk, a foreign lock, damage and other formats'
