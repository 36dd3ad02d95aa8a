#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tests/floor/floor.sh [RUNS]
# The least time a voice service can take on this machine: what the manager makes, made by hand without one, gateway and
# server side by side. Prints, per run, the milliseconds until the first call through the gateway is answered.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "$0")/lib.sh"

# call: succeeds when a call through the gateway is answered
call() {
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec lmfloor-caller bash -c '
		exec 3<>/dev/udp/10.20.20.1/5060
		printf -v request "%s\r\n" "INVITE sip:1001@10.20.20.1 SIP/2.0" \
			"Via: SIP/2.0/UDP 10.20.20.99:9;rport;branch=z9hG4bK$$" "Max-Forwards: 5" \
			"From: <sip:floor@10.20.20.99>;tag=$$" "To: <sip:1001@10.20.20.1>" "Call-ID: floor$$" \
			"CSeq: 1 INVITE" "Contact: <sip:floor@10.20.20.99:9>" "Content-Type: application/sdp" \
			"Content-Length: $((${#1} + 1))" ""
		cat >&3 <<<"$request$1"
		for i in {1..20}; do
			answer=$(timeout 2 head -c 11 <&3) || exit 1
			case $answer in
			"SIP/2.0 1"*) ;;
			"SIP/2.0 200") exit 0 ;;
			*) echo "$answer" >&2; exit 1 ;;
			esac
		done
		exit 1' call $'v=0\r\no=- 1 1 IN IP4 10.20.20.99\r\ns=-\r\nc=IN IP4 10.20.20.99\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r'
}

caller() {
	ip netns add lmfloor-caller
	ip -batch - <<-END
		link add lmf-caller type veth peer name voice netns lmfloor-caller
		link set lmf-caller master lmfloor-ext up
	END
	ip -netns lmfloor-caller -batch - <<-END
		addr add 10.20.20.99/24 dev voice
		link set voice up
	END
}

gateway_side() {
	make_gateway
	script gw configure "${gateway[@]}"
	script gw start "${gateway[@]}"
	script gw integrity "${gateway[@]}"
}

server_side() {
	make_server 1
	server 1 configure
	server 1 start
	server 1 integrity
}

run() {
	local start gateway_side server_side
	setup
	trap 'ip link delete lmf-caller 2>/dev/null; ip netns delete lmfloor-caller 2>/dev/null; teardown' EXIT
	# known before they exist, for the sake of the teardown
	containers=(gw pbx1)
	now_ms
	start=$now
	networks
	gateway_side &
	gateway_side=$!
	server_side &
	server_side=$!
	wait $gateway_side
	wait $server_side
	script gw addToDispatchList ipaddr=10.0.0.11 port=5060
	now_ms
	ready=$((now - start))
	caller
	now_ms
	start=$now
	call
	now_ms
	echo "$((ready + now - start)) ms"
}

for ((i = 0; i < ${1:-1}; i++)); do
	(run)
done
