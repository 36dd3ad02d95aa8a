#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tests/floor/harness.sh
# The packages under calls, without the manager: every script, the reports, the death of a server, a drain.
# Says what holds, one line each; fails at the first thing that does not.
# shellcheck disable=SC2016 # for shells in containers
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "$0")/lib.sh"

reports=$work/reports

holds() {
	local claim=$1
	shift
	if ! "$@"; then
		echo "NOT: $claim" >&2
		show >&2
		exit 1
	fi
	echo "ok: $claim"
}

show() {
	tail -n 5 "$reports"
	inside gw tail -n 20 /var/log/kamailio.log /var/log/rtpengine.log || true
	inside gw kamcmd -s unix:/run/kamailio/ctl dlg.stats_active || true
	inside caller sh -c 'cat /run/sipp/errors | grep -a -v "^$" | cut -c1-300 | head -40' || true
}

# within SECONDS COMMAND...
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

# last KEY FIGURE: the latest value of a figure in the reports with that key
last() {
	grep "\"metricKey\":\"$1\"" "$reports" | grep -o "\"$2\":\"\{0,1\}[A-Z0-9.]*" | tail -n 1 | sed 's/.*:"\{0,1\}//'
}

is() {
	[ "$(last "$1" "$2")" = "$3" ]
}

live() {
	inside gw kamcmd -s unix:/run/kamailio/ctl dispatcher.list | grep -c 'URI:' || true
}

# listen: write the body of every report into a file, one per line
listen() {
	: >"$reports"
	# shellcheck disable=SC2016 # Perl
	perl -MIO::Socket::INET -e '
		$| = 1;
		my $s = IO::Socket::INET->new(LocalAddr => "10.20.1.254", LocalPort => 8290, Listen => 64, ReuseAddr => 1) or die $!;
		while (my $c = $s->accept) {
			my $n = 0;
			while (<$c>) { $n = $1 if /^content-length: *(\d+)/i; last if /^\r?$/; }
			read $c, my $body, $n;
			print "$body\n";
			print $c "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
			close $c;
		}' >>"$reports" &
	listener=$!
}

dispatch() {
	script gw "$1ToDispatchList" "ipaddr=10.0.0.$2" port=5060
}

generator=(data_address=10.20.20.101 target_sip_address=10.20.20.1 publication_period=1)

# ten operations at once, of which one in two is called in two tongues
storm() {
	local n pids=()
	for n in 21 22 23 24 25 26 27 28 29 30; do
		script gw "$1" "ipaddr=10.0.0.$n" port=5060 &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || return 1
	done
}

has_live() {
	[ "$(live)" = "$1" ]
}

# Calls that fail before they are answered; the others were up on a server that died.
unanswered() {
	inside caller sh -c 'cat /run/sipp/errors 2>/dev/null || true' | grep -a -c "INVITE\|'200' (index 4)" || true
}

all_figures_zero() {
	is caller 'current calls' 0 && is gw calls 0
}

timed() {
	local label=$1 start
	shift
	now_ms
	start=$now
	"$@" || return 1
	now_ms
	echo "   $((now - start)) ms: $label"
}

setup
listener=
trap '[ -z "$listener" ] || kill "$listener"; teardown' EXIT
networks
listen
timed 'gateway container' make_gateway
timed 'gateway configure' script gw configure "${gateway[@]}"
timed 'gateway start' script gw start "${gateway[@]}"
timed 'gateway integrity' script gw integrity "${gateway[@]}"
for n in 1 2; do
	timed "server $n container" make_server $n
	timed "server $n configure" server $n configure
	timed "server $n start" server $n start
	timed "server $n integrity" server $n integrity
done
container caller sipp sip-performance/sipp mgmt=mgmt=10.20.1.101 data=ext=10.20.20.101

holds 'load is 0 while nobody calls and there is no server' within 3 is gw load 0
timed 'add a server' script gw addToDispatchList ipaddr=10.0.0.11 port=5060
script gw addToDispatchList ipaddr=10.0.0.11 port=5060
holds 'a server added twice is there once' has_live 1
holds 'ten servers added at once are all there' storm addToDispatchList
holds '... and in the list that is used' has_live 11
holds 'ten servers deleted at once are all gone' storm deleteFromDispatchList
holds '... and from the list that is used' has_live 1
timed 'delete a server' script gw deleteFromDispatchList ipaddr=10.0.0.11 port=5060
holds 'the last server can be deleted' has_live 0
script gw deleteFromDispatchList ipaddr=10.0.0.11 port=5060
echo 'ok: deleting an absent server succeeds'
script gw addToDispatchList ipaddr=10.0.0.11 port=5060

timed 'generator configure' script caller configure "${generator[@]}"
timed 'generator start' script caller start "${generator[@]}" calls=8 call_seconds=3
timed 'generator integrity' script caller integrity "${generator[@]}"
holds '8 calls on one server are a load of 53' within 4 is gw load 53
holds 'SIPp reports 8 current calls' within 3 is caller 'current calls' 8
script gw addToDispatchList ipaddr=10.0.0.12 port=5060
holds 'and on two servers of 26' within 4 is gw load 26
holds 'integrity of the gateway is reported' within 3 is gw integrity OK
holds 'integrity of a server is reported' within 3 is pbx2 integrity OK
sleep 4
packets=$(inside caller cat /sys/class/net/data/statistics/rx_packets 2>/dev/null ||
	ip netns exec lmfloor-caller cat /sys/class/net/data/statistics/rx_packets)
sleep 1
more=$(ip netns exec lmfloor-caller cat /sys/class/net/data/statistics/rx_packets)
holds "sound comes back ($((more - packets)) packets a second)" test $((more - packets)) -gt 300
timed 'generator stop, 3 s calls' script caller stop "${generator[@]}" call_seconds=3
holds 'a generator that stops fails no call' is caller 'total failed calls' 0
holds 'load falls to 0 after it' within 3 is gw load 0

# a server dies while about 80 new calls a second come
script caller start "${generator[@]}" calls=80 call_seconds=1
within 4 is caller 'current calls' 80
inside pbx2 kill-processes asterisk
# a lost call ends with its BYE, which waits 5 s for an answer
sleep 9
echo "   $(last caller 'total failed calls') calls lost, of $(last caller 'total calls created')"
holds 'when a server dies no new call fails' test "$(unanswered)" = 0
holds 'a dead server is no capacity' is gw servers 1
lost=$(last caller 'total failed calls')
sleep 3
holds 'and no more calls are lost later' is caller 'total failed calls' "$lost"
holds 'a dead server is reported as broken' within 2 is pbx2 integrity BROKEN
timed 'stop of a dead server' server 2 stop drain_seconds=30
timed 'start again' server 2 start
holds 'a server that is back gets calls' within 4 is gw servers 2
inside pbx2 sh -c 'kill -STOP $(cat /run/lm/services/asterisk.pid)'
timed 'stop of a server that hangs' server 2 stop drain_seconds=30
timed 'start again' server 2 start
timed 'generator stop, 1 s calls' script caller stop "${generator[@]}" call_seconds=1
holds 'no call is left' within 4 all_figures_zero

# drain
script caller start "${generator[@]}" calls=20 call_seconds=4
within 6 is caller 'current calls' 20
sleep 1
script gw deleteFromDispatchList ipaddr=10.0.0.12 port=5060
timed 'stop of a server with 4 s calls up' server 2 stop drain_seconds=30
holds 'a server that is drained loses no call' is caller 'total failed calls' 0
sleep 4
holds '... and none later' is caller 'total failed calls' 0
script caller stop "${generator[@]}" call_seconds=4

# a server dies under long calls, and is healed before the gateway misses it
script gw addToDispatchList ipaddr=10.0.0.12 port=5060
server 2 start
script caller start "${generator[@]}" calls=8 call_seconds=600
within 4 is gw calls 8
sleep 1
inside pbx2 kill-processes asterisk
script gw deleteFromDispatchList ipaddr=10.0.0.12 port=5060
server 2 stop
server 2 start
script gw addToDispatchList ipaddr=10.0.0.12 port=5060
holds 'callers on a dead server are hung up within seconds, and call again' within 5 is caller 'total failed calls' 4
holds 'no call is counted that is not there' within 4 is gw calls 8
inside pbx2 sh -c 'kill -STOP $(cat /run/lm/services/asterisk.pid)'
holds 'a server that hangs is no capacity' within 5 is gw servers 1
holds '... and its calls are hung up' within 6 is caller 'total failed calls' 4
inside pbx2 sh -c 'kill -CONT $(cat /run/lm/services/asterisk.pid)'
inside caller kill-processes sipp
script caller stop "${generator[@]}" call_seconds=600

timed 'gateway dies' inside gw sh -c 'kill -KILL $(cat /run/lm/services/kamailio.pid)'
timed 'gateway stop' script gw stop "${gateway[@]}"
timed 'gateway start again' script gw start "${gateway[@]}"
holds 'the gateway begins with the list it had' has_live 2
timed 'server stop' server 1 stop
timed 'gateway stop' script gw stop "${gateway[@]}"
left() {
	inside gw sh -c 'cat /proc/[0-9]*/comm' | grep -c 'kamailio\|rtpengine\|report' || true
}
holds 'stop leaves no process in the gateway' test "$(left)" = 0
