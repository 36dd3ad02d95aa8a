#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# record.sh URL FILE: appends the manager's events to FILE, over crashes of the manager, until it is
# told to end (SIGTERM).  After a gap it asks for what came after the last number it has.
set -u
url=$1 file=$2
follower=
trap '[ -z "$follower" ] || kill "$follower" 2>/dev/null; exit 0' TERM INT

while :; do
	seen=$(grep -o '"seq":[0-9]*' "$file" | tail -n 1 | cut -d : -f 2)
	curl -sN "$url/api/events?after=${seen:-0}&follow=true" >>"$file" &
	follower=$!
	wait "$follower" || sleep 0.02 # nobody answers: a crash, or too early
	echo >>"$file"                 # a line that the crash has cut stays alone
done
