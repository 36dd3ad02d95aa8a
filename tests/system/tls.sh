#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The API by HTTPS: with a certificate of the manager's own, which is made, kept and made again in
# time, and with a given one, which may be renewed while the manager runs.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
folder=$(mktemp -d)
state=$folder/state
pid=
clean() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM

fail() {
	echo "tls: $*"
	sed 's/^/    /' "$folder/log"
	exit 1
}

# start OPTION...: on a free port; waits for it to say which, or to end.
start() {
	mkfifo "$folder/pipe"
	"$lm" serve --insecure --state "$state" --listen 127.0.0.1:0 "$@" 2>"$folder/pipe" &
	pid=$! port=
	: >"$folder/log"
	exec 3<"$folder/pipe"
	rm "$folder/pipe"
	while [ -z "$port" ] && read -r line <&3; do
		echo "$line" >>"$folder/log"
		case $line in
		*' manager.ready address='*) port=${line##*:} ;;
		esac
	done
	cat <&3 >>"$folder/log" &
	exec 3<&-
}

starts() {
	start "$@"
	[ -n "$port" ] || fail "the manager does not start"
}

stop() {
	kill -TERM "$pid"
	wait "$pid" || fail "the manager ended with status $?"
	pid=
}

refuses() {
	why=$1
	shift
	start "$@"
	[ -z "$port" ] || fail "the manager starts with $*"
	wait "$pid" && fail "the manager ends with success"
	pid=
	for _ in 1 2 3 4 5 6 7 8 9 10; do # what it said comes through a pipe
		! grep -q "$why" "$folder/log" || return 0
		sleep 0.1
	done
	fail "the manager does not say '$why'"
}

# ask HOST CA: whether the server is believed.
ask() {
	[ "$(curl -sS -m 20 --cacert "$2" "https://$1:$port/management/health" 2>"$folder/why")" = '{"status":"UP"}' ]
}

shown() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint
}

make_pair() { # NAME DAYS
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$2" -subj "/CN=$1" \
		-addext 'subjectAltName=IP:127.0.0.1' -keyout "$folder/$1.key" -out "$folder/$1.crt" 2>/dev/null
	chmod 600 "$folder/$1.key"
}

# A certificate of its own.
starts --tls
own=$state/tls.crt
ask 127.0.0.1 "$own" || fail "the address is not believed: $(cat "$folder/why")"
ask localhost "$own" || fail "localhost is not believed: $(cat "$folder/why")"
[ "$(stat -c %a "$state/tls.key")" = 600 ] || fail "the key can be read by others"
openssl x509 -in "$own" -noout -ext subjectAltName | grep -q "DNS:$(hostname)" || fail "this machine's name is missing"
[ "$(curl -s -m 20 "http://127.0.0.1:$port/management/health" || :)" = '' ] || fail "plain HTTP is answered"
for version in 1 1_1; do
	! openssl s_client "-tls$version" -cipher 'ALL:@SECLEVEL=0' -connect "127.0.0.1:$port" </dev/null \
		>/dev/null 2>&1 || fail "TLS $version is spoken"
done
# Bodies of several records, several on one connection.
head -c 900000 /dev/zero | tr '\0' a >"$folder/big"
answers=$(curl -sS -m 60 --cacert "$own" -H 'Content-Type: application/json' --data-binary "@$folder/big" \
	"https://127.0.0.1:$port/api/intent/[1-3]" | grep -o 'there is no intent' | wc -l)
[ "$answers" = 3 ] || fail "of three large bodies $answers were answered"
was=$(cat "$own")
stop
starts --tls
[ "$(cat "$own")" = "$was" ] || fail "the certificate was made again without a reason"
stop

# One that ends soon is made again, and so is one whose key is another's.
make_pair soon 10
cp "$folder/soon.crt" "$own"
cp "$folder/soon.key" "$state/tls.key"
starts --tls
ask 127.0.0.1 "$own" || fail "the new one is not believed: $(cat "$folder/why")"
! cmp -s "$own" "$folder/soon.crt" || fail "one that ends soon is kept"
stop
cp "$folder/soon.key" "$state/tls.key"
starts --tls
ask 127.0.0.1 "$own" || fail "after a key of another: $(cat "$folder/why")"
stop

# A given one.
make_pair given 90
make_pair next 90
starts --tls-cert "$folder/given.crt" --tls-key "$folder/given.key"
ask 127.0.0.1 "$folder/given.crt" || fail "the given one is not believed: $(cat "$folder/why")"
! ask 127.0.0.1 "$own" || fail "another than the given one is shown"
# Renewed while the manager runs: it is looked at again within seconds.
cp "$folder/next.key" "$folder/given.key"
cp "$folder/next.crt" "$folder/given.crt"
next=$(openssl x509 -in "$folder/next.crt" -noout -fingerprint)
tries=0
until [ "$(shown)" = "$next" ]; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || fail "the renewed one is not shown"
	sleep 0.1
done
stop

# What is no pair is refused, and said.
make_pair given 90
refuses 'is not the key of the certificate' --tls-cert "$folder/given.crt" --tls-key "$folder/next.key"
refuses 'there is no file' --tls-cert "$folder/none.crt" --tls-key "$folder/next.key"
refuses 'is no chain of certificates in PEM' --tls-cert "$folder/next.key" --tls-key "$folder/next.key"
chmod 600 "$folder/given.crt"
refuses 'is no key in PEM' --tls-cert "$folder/given.crt" --tls-key "$folder/given.crt"
chmod 644 "$folder/given.key"
refuses "chmod 600" --tls-cert "$folder/given.crt" --tls-key "$folder/given.key"
! "$lm" serve --tls --tls-cert "$folder/given.crt" --tls-key "$folder/given.key" 2>/dev/null || fail "--tls beside a given one"
! "$lm" serve --tls-cert "$folder/given.crt" 2>/dev/null || fail "a certificate without a key"
