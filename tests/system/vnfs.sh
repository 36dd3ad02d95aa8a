#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The voice packages without the manager, under calls, where the worst is done to them: ten operations at once, no server
# at all, servers that die and hang, all of them again and again, the death of Kamailio. Containers are made by hand.
# One line for each thing that holds; ends at the first that does not.
# shellcheck disable=SC2016 # for shells in containers
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# ---- outside: nothing may be left of what happens inside -----------------------------------------------

# left_behind NUMBER: what bears our name on this machine, a line each
left_behind() {
	ip netns list | grep lmfloor
	ip -o link | grep -o 'lmf[a-z]*-[^:@]*'
	grep -o '[^ ]*/lmfloor[^ ]*' /proc/mounts
	find /sys/fs/cgroup -type d -name "lmfloor-$1-*"
	grep -lzxF "LMFLOOR_NUMBER=$1" /proc/[0-9]*/environ 2>/dev/null | grep -vxF "/proc/$$/environ"
	[ ! -e /run/lmfloor ] || echo /run/lmfloor
}

outside() {
	local status=0 left number=$RANDOM$RANDOM
	# what ends us ends the inside, which cleans up; it is waited for
	trap : INT TERM HUP
	LMFLOOR_NUMBER=$number bash "$here/vnfs.sh" || status=$?
	left=$(left_behind "$number" || true)
	[ -n "$left" ] || { echo 'ok: nothing is left behind'; return "$status"; }
	find /sys/fs/cgroup -depth -type d -name "lmfloor-$number-*" -exec rmdir {} + 2>/dev/null || true
	echo "NOT: nothing is left behind: $left"
	return 1
}

[ "$(id -u)" = 0 ] || { echo 'root is needed to make namespaces and containers'; exit 77; }
[ -n "${LMFLOOR_NUMBER-}" ] || { outside; exit; }

# ---- asking and waiting --------------------------------------------------------------------------------

# shellcheck source=tests/floor/lib.sh
. "$here/../floor/lib.sh"
reports=$work/reports
generator=(data_address=10.20.20.101 target_sip_address=10.20.20.1 publication_period=1)
gateway+=(load_settle_seconds=2)

# holds CLAIM COMMAND...
holds() {
	local claim=$1
	shift
	if ! "$@"; then
		echo "NOT: $claim"
		show
		exit 1
	fi
	echo "ok: $claim"
}

show() {
	tail -n 5 "$reports"
	inside gw tail -n 20 /var/log/kamailio.log /var/log/rtpengine.log || true
	inside gw kamcmd -s unix:/run/kamailio/ctl dlg.stats_active || true
	inside caller sh -c 'cat /run/sipp/errors /run/errors-* | grep -a -v "^$" | cut -c1-300 | head -40' || true
}

# within SECONDS COMMAND...: until the command succeeds
within() {
	local end
	now_ms
	end=$((now + $1 * 1000))
	shift
	until "$@"; do
		now_ms
		[ "$now" -lt $end ] || return 1
		sleep 0.05
	done
}

# listen: write the body of every report that comes with its container's token into a file, one per line
listen() {
	: >"$reports"
	perl -MIO::Socket::INET -e '
		$| = 1;
		my $s = IO::Socket::INET->new(LocalAddr => "10.20.1.254", LocalPort => 8290, Listen => 64, ReuseAddr => 1) or die $!;
		while (my $c = $s->accept) {
			my ($n, $token, $status) = (0, "", "401 Unauthorized");
			while (<$c>) {
				$n = $1 if /^content-length: *(\d+)/i;
				$token = $1 if /^authorization: Bearer ([^\r]*)/i;
				last if /^\r?$/;
			}
			read $c, my $body, $n;
			my $writer = $body =~ /"metricKey":"([^"]*)"/ ? $1 : $body =~ /"metricId":/ ? "gw" : "";
			if ($token eq "$writer.token") {
				print "$body\n";
				$status = "204 No Content";
			}
			print $c "HTTP/1.1 $status\r\nConnection: close\r\n\r\n";
			close $c;
		}' >>"$reports" &
}

# last KEY FIGURE: the latest value of a figure in the reports with that key
last() {
	grep "\"metricKey\":\"$1\"" "$reports" | grep -o "\"$2\":\"\{0,1\}[A-Z0-9.]*" | tail -n 1 | sed 's/.*:"\{0,1\}//'
}

is() {
	[ "$(last "$1" "$2")" = "$3" ]
}

at_least() {
	local value
	value=$(last "$1" "$2")
	[ "${value:-0}" -ge "$3" ]
}

# what reports the gateway: load, calls, living servers
gateway_says() {
	is gw load "$1" && is gw calls "$2" && is gw servers "$3"
}

# words N: what the gateway has told of server N, in order, each word once
words() {
	sed -n "s/.*\"metricId\":\"pbx$1.h_gateway\",\"integrity\":\"\([A-Z]*\)\".*/\1/p" "$reports" | uniq | paste -sd ' '
}

told() {
	[ "$(words "$1")" = "$2" ]
}

gateway_command() {
	inside gw kamcmd -s unix:/run/kamailio/ctl "$@"
}

# lists N...: these servers, and no others, are in the list that is used and in the file it starts from
lists() {
	local n wanted
	wanted=$(for n; do echo "sip:10.0.0.$n:5060"; done | sort)
	[ "$(gateway_command dispatcher.list | awk '$1 == "URI:" { print $2 }' | sort)" = "$wanted" ] &&
		[ "$(inside gw awk '{ print $2 }' /etc/kamailio/dispatcher.list | sort)" = "$wanted" ]
}

dispatch() {
	script gw "$1ToDispatchList" "ipaddr=10.0.0.$2" port=5060 "metric_id=pbx${2#1}.h_gateway"
}

undispatch() {
	script gw deleteFromDispatchList "ipaddr=10.0.0.$1" port=5060
}

# at_once COMMAND/N...: all of them at the same time
at_once() {
	local job pids=()
	for job; do
		"${job%/*}" "${job#*/}" &
		pids+=($!)
	done
	for job in "${pids[@]}"; do
		wait "$job" || return 1
	done
}

add() {
	dispatch add "$1"
}

# ---- calls ---------------------------------------------------------------------------------------------

# call NAME: one call, up for 0.1 s; succeeds when it does
call() {
	inside caller sipp 10.20.20.1:5060 -sf /package/config/calls.xml -s 1001 -i 10.20.20.101 -p 5070 \
		-mi 10.20.20.101 -mp 21000 -m 1 -d 100 -nostdin -trace_err -error_file "/run/errors-$1" >/dev/null 2>&1
}

# waiting: the gateway has the first call; the other transactions are its own, that ask servers whether they live
waiting() {
	gateway_command tm.stats | awk '$1 == "total:" { all = $2 } $1 == "total_local:" { own = $2 } END { exit all <= own }'
}

# generate CALLS SECONDS: and wait until they are up
generate() {
	: >"$reports"
	script caller start "${generator[@]}" calls="$1" call_seconds="$2"
	within 8 is caller 'current calls' "$1"
}

# Calls that failed before they were answered.
unanswered() {
	inside caller sh -c 'cat /run/sipp/errors 2>/dev/null || true' | grep -a -c "INVITE\|'200' (index 4)" || true
}

# process NAME SERVICE: its pid in the container, when it lives
process() {
	inside "$1" sh -c 'pid=$(cat "/run/lm/services/$0.pid") && kill -0 "$pid" && echo "$pid"' "$2"
}

signal() {
	inside "$1" sh -c 'kill "-$0" $(cat "/run/lm/services/$1.pid")' "$2" "$3"
}

again() {
	server "$1" stop drain_seconds=0
	server "$1" start
}

# ---- what has to hold ----------------------------------------------------------------------------------

make_everything() {
	networks
	listen
	make_gateway
	container caller sipp sip-performance/sipp mgmt=mgmt=10.20.1.101 data=ext=10.20.20.101
	for n in 1 2; do
		make_server $n
		server $n configure
		server $n start
	done
	script gw configure "${gateway[@]}"
	script gw start "${gateway[@]}"
	script caller configure "${generator[@]}"
	for n in 1 2; do
		server $n integrity
	done
	holds 'a gateway is sound without a server' script gw integrity "${gateway[@]}"
}

the_operations() {
	holds 'ten servers are added at once' at_once add/{11,21,22,23,24,25,26,27,28,29}
	holds '... and all are in use' lists 11 {21..29}
	holds 'five are added while five are deleted' at_once {undispatch/2{1,2,3,4,5},add/3{1,2,3,4,5}}
	holds '... and the right ones are in use' lists 11 {26..29} {31..35}
	holds 'ten at once, each twice, are the same as once' \
		at_once add/{11,11} undispatch/{26,26,27,27,28,28,29,29}
	holds '... and all of them count' lists 11 {31..35}
	at_once undispatch/{11,31,32,33,34,35}
	holds 'the last server can be deleted' lists
	holds 'an absent server can be deleted' undispatch 11
	holds 'an address that is none is refused' refused not-an-address
	holds 'so is a metric that is none' not_a_metric
}

refused() {
	! dispatch add "$1" 2>/dev/null
}

not_a_metric() {
	! script gw addToDispatchList ipaddr=10.0.0.11 port=5060 'metric_id=a";b' 2>/dev/null
}

the_patience() {
	local call
	call none &
	call=$!
	holds 'a call that finds no server waits' within 10 waiting
	add 11
	holds '... and succeeds when one comes' wait $call
	undispatch 11
	holds 'a call that no server comes for fails' fails none
	holds '... with 503' inside caller grep -aq "received 'SIP/2.0 503" /run/errors-none
}

fails() {
	! call "$1"
}

# The call is under way to the dead one when the list changes.
the_replacement() {
	local call change
	add 11
	signal pbx1 KILL asterisk
	inside gw env LM_SERVICES=/run/lm/services sh -euc '
		until kamcmd -s unix:/run/kamailio/ctl dlg.stats_active | grep -q "starting: 1"; do :; done
		port=5060 ipaddr=10.0.0.12 sh -eu /package/lifecycle/addToDispatchList.sh
		port=5060 ipaddr=10.0.0.11 sh -eu /package/lifecycle/deleteFromDispatchList.sh' &
	change=$!
	call replaced &
	call=$!
	wait $change
	holds 'a call that was sent to a dead server goes to the one that has taken its place' wait $call
	again 1
	undispatch 12
}

the_failover() {
	local lost created
	at_once add/{11,12}
	holds '50 calls a second go to two servers' generate 50 1
	holds '... which are alive' within 4 is gw servers 2
	signal pbx2 KILL asterisk
	holds 'a dead server is no capacity' within 5 is gw servers 1
	created=$(last caller 'total calls created')
	holds 'the calls go on' within 10 at_least caller 'total calls created' $((created + 150))
	script caller stop "${generator[@]}" call_seconds=1
	lost=$(last caller 'total failed calls')
	holds "no new call fails when a server dies (of $(last caller 'total calls created'), $lost were lost with it)" \
		test "$(unanswered)" = 0
	holds '... and no more are lost than it had' test "$lost" -le 50
	again 2
	holds 'a server that is back is capacity' within 5 gateway_says 0 0 2
}

# A server that hangs, with nobody calling and with calls; then one that goes while the gateway complains of it.
the_word() {
	: >"$reports"
	script caller stop "${generator[@]}" call_seconds=1
	signal pbx2 STOP asterisk
	holds 'the gateway tells of a server that hangs' within 5 told 2 BROKEN
	signal pbx2 CONT asterisk
	holds '... and when it is back' within 3 told 2 'BROKEN OK'
	holds '8 calls are up' generate 8 1
	signal pbx2 STOP asterisk
	holds 'with calls, too' within 5 told 2 BROKEN
	again 2
	holds '... and when it has been started anew' within 5 told 2 'BROKEN OK'
	signal pbx2 STOP asterisk
	within 5 told 2 'BROKEN OK BROKEN'
	undispatch 12
	again 2
	add 12
	holds 'a server that was taken out is not complained of any more' within 3 forgotten
	holds 'what was told of it ends with that' told 2 'BROKEN OK BROKEN'
	holds 'of the other server nothing was told' told 1 ''
	script caller stop "${generator[@]}" call_seconds=1
}

# forgotten: the gateway finds nobody silent
forgotten() {
	[ -z "$(gateway_command htable.dump silent)" ]
}

# 24 calls are 80 percent of two servers and 160 of one.
the_load() {
	local signal failed
	holds '24 calls are up' generate 24 600
	holds 'the load is that of all calls over all living servers' within 5 gateway_says 80 24 2
	for signal in KILL STOP; do
		failed=$(last caller 'total failed calls')
		signal pbx2 $signal asterisk
		holds "after SIG$signal to one of two its calls are hung up" \
			within 10 at_least caller 'total failed calls' $((failed + 8))
		# A call whose INVITE was lost in between is given up by SIP's own timer, 32 s.
		holds '... and made again, and the load is that of the other' within 40 gateway_says 160 24 1
		again 2
		holds '... and that of both when it is back' within 5 gateway_says 80 24 2
		# all are on server 1 by now: new ones, for both
		script caller start "${generator[@]}" calls=24 call_seconds=600
		at_once again/{1,2}
		holds 'calls of a caller that is gone end with their servers' within 5 gateway_says 80 24 2
	done
}

# Calls are hung up as servers start anew (odd rounds) or are found dead (even rounds).
the_massacres() {
	local kamailio round failed
	kamailio=$(process gw kamailio)
	for round in 1 2 3 4 5; do
		failed=$(last caller 'total failed calls')
		at_once kill_server/{1,2}
		if [ $((round % 2)) = 0 ]; then
			holds 'calls on dead servers end, also when no server is back' within 8 gateway_says 0 0 0
		fi
		at_once again/{1,2}
		holds "when all servers are killed, time $round, every call learns of it" \
			within 8 at_least caller 'total failed calls' $((failed + 24))
		holds '... and is made again' within 40 gateway_says 80 24 2
		holds '... through the same Kamailio' test "$(process gw kamailio)" = "$kamailio"
	done
	inside caller kill-processes sipp
	at_once again/{1,2}
	holds 'no call is counted that is not there' within 5 gateway_says 0 0 2
}

kill_server() {
	signal "pbx$1" KILL asterisk
}

received() {
	inside caller awk '/data:/ { print $3 }' /proc/net/dev
}

has_received() {
	[ "$(received)" -ge "$1" ]
}

# 8 calls bring 400 packets of sound a second.
the_restart() {
	local rtpengine
	rtpengine=$(process gw rtpengine)
	holds '8 calls are up' generate 8 6
	signal gw KILL kamailio
	script gw stop "${gateway[@]}"
	script gw start "${gateway[@]}"
	holds 'rtpengine survives a restart of a Kamailio that died' test "$(process gw rtpengine)" = "$rtpengine"
	holds '... and sound goes on' within 2 has_received $(($(received) + 400))
	holds '... in the same calls' is caller 'total calls created' 8
	holds '... and the servers are those it had' lists 11 12
	script caller stop "${generator[@]}" call_seconds=6
	holds '... and every call ends as it should' is caller 'total failed calls' 0
	holds 'the load is right after a restart' within 5 gateway_says 0 0 2
}

the_end() {
	at_once {stop/pbx1,stop/pbx2}
	script gw stop "${gateway[@]}"
	holds 'stop leaves no process' no_process gw pbx1 pbx2 caller
}

stop() {
	script "$1" stop drain_seconds=5
}

no_process() {
	local name
	for name; do
		! inside "$name" sh -c 'cat /proc/[0-9]*/comm' | grep 'kamailio\|rtpengine\|asterisk\|sipp\|report' || return 1
	done
}

setup
make_everything
the_operations
the_patience
the_replacement
the_failover
the_word
the_load
the_massacres
the_restart
the_end
