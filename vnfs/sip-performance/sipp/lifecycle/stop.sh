# SPDX-License-Identifier: Apache-2.0
# Start no new calls, let those in progress end by themselves, then end SIPp.
# shellcheck shell=sh
sipp=$(cat "$LM_SERVICES/sipp.pid" 2>/dev/null || cat /run/sipp/stopping 2>/dev/null || true)
if [ -n "$sipp" ]; then
	# a stop that was cut short is gone on with
	echo "$sipp" >/run/sipp/stopping
	rm -f "$LM_SERVICES/sipp.pid"
	limit=$((${call_seconds:-5} + 10))
	[ $limit -lt 75 ] || limit=75
	if kill -USR1 "$sipp" 2>/dev/null; then
		timeout $limit tail --pid="$sipp" -s 0.05 -f /dev/null ||
			echo "calls have not ended within $limit s and are cut off"
	fi
fi
kill-processes sipp
# the last figures
if [ -e /run/sipp/reporter ]; then
	reporter=$(cat /run/sipp/reporter)
	timeout 2 tail --pid="$reporter" -s 0.02 -f /dev/null || kill -KILL "$reporter" 2>/dev/null || true
fi
rm -f /run/sipp/stopping /run/sipp/reporter
