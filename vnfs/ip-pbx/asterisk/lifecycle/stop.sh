# SPDX-License-Identifier: Apache-2.0
# Let the calls in progress end, at most drain_seconds, then end Asterisk. The gateway sends no new ones by now.
# A server that is dead or does not answer on its control socket is ended at once.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
asterisk=$(cat "$LM_SERVICES/asterisk.pid" 2>/dev/null || true)
rm -f "$LM_SERVICES/asterisk.pid"
if [ -n "$asterisk" ] && ! kill -0 "$asterisk" 2>/dev/null; then
	kill-processes report-integrity asterisk
	exit 0
fi

console() {
	[ -S /run/asterisk/asterisk.ctl ] && timeout -s KILL "$1" asterisk -C /etc/asterisk/asterisk.conf -rx "$2" 2>/dev/null
}

# calls: how many are in progress; nothing when the server does not tell. One that is busy is given time: it has calls.
# One that hangs does not answer a SIP request either.
calls() {
	for limit in 0.5 1 2; do
		n=$(console $limit 'core show channels count' | sed -n 's/^\([0-9]*\) active channels\{0,1\}$/\1/p')
		[ -z "$n" ] && sip-ping 500 "$data_address" || break
	done
	echo "$n"
}

often=$(($(date +%s) + 5))
end=$(($(date +%s) + ${drain_seconds:-30}))
n=$(calls)
pause=0.1
while [ "${n:-0}" -gt 0 ] && [ "$(date +%s)" -lt $end ]; do
	sleep $pause
	# To ask costs more than to wait: after a few seconds a quarter of a second is often enough.
	[ "$(date +%s)" -lt $often ] || pause=0.25
	n=$(calls)
done
if [ "${n:-0}" -gt 0 ]; then
	echo "$n calls have not ended within ${drain_seconds:-30} s and are hung up"
	console 1 'channel request hangup all' >/dev/null || true
	sleep 0.2
fi
kill-processes report-integrity asterisk
