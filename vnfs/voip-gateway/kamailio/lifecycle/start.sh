# SPDX-License-Identifier: Apache-2.0
# Start rtpengine and Kamailio and wait until both addresses answer.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment

fail() {
	tail -n 20 /var/log/kamailio.log /var/log/rtpengine.log >&2 || true
	echo "$1" >&2
	exit 1
}

start_rtpengine() {
	setsid rtpengine --foreground --log-stderr --log-level=4 --table=-1 --no-fallback \
		--interface="external/$external_address" --interface="internal/$internal_address" \
		--listen-ng=127.0.0.1:2223 --port-min=30000 --port-max=39999 --num-threads=2 --delete-delay=0 \
		--timeout=60 --silent-timeout=3600 \
		</dev/null >>/var/log/rtpengine.log 2>&1 &
	rtpengine=$!
	# Kamailio looks once, at its start, whether rtpengine is there, and else does without it for a while.
	# 08AF is 2223.
	i=0
	until grep -q ' 0100007F:08AF ' /proc/net/udp; do
		i=$((i + 1))
		if [ $i -gt 1000 ] || ! kill -0 $rtpengine; then
			fail 'rtpengine does not start'
		fi
		sleep 0.005
	done
	echo $rtpengine >"$LM_SERVICES/rtpengine.pid"
}

rm -f "$LM_SERVICES/kamailio.pid"
kill-processes kamailio report-integrity
mkdir -p "$LM_SERVICES" /run/kamailio
rm -f /run/kamailio/*

# A rtpengine that is alive has calls in progress: their media goes on.
rtpengine=$(cat "$LM_SERVICES/rtpengine.pid" 2>/dev/null || true)
if [ -z "$rtpengine" ] || ! kill -0 "$rtpengine" 2>/dev/null; then
	kill-processes rtpengine
	start_rtpengine
fi

# The second and all later lives in this container know that there were others.
restarted=
[ ! -e /run/kamailio.lived ] || restarted='-A RESTARTED'
: >/run/kamailio.lived
# shellcheck disable=SC2086 # two words, or none
setsid kamailio -DD -E $restarted -m 64 -M 8 -f /etc/kamailio/kamailio.cfg -P /run/kamailio/pid \
	</dev/null >>/var/log/kamailio.log 2>&1 &
kamailio=$!

if ! sip-ping 20000 "$external_address" 5060 $kamailio || ! sip-ping 5000 "$internal_address" 5060 $kamailio; then
	fail "Kamailio does not answer on $external_address and $internal_address"
fi
kill -0 "$rtpengine" || fail 'rtpengine has ended'
echo $kamailio >"$LM_SERVICES/kamailio.pid"
if [ "${publication_period:-1}" -gt 0 ]; then
	setsid report-integrity "${publication_period:-1}" "$external_address" "$internal_address" \
		</dev/null >/dev/null 2>&1 &
fi
