# SPDX-License-Identifier: Apache-2.0
# Start to call, and report.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
rm -f "$LM_SERVICES/sipp.pid"
kill-processes sipp tail
[ ! -e /run/sipp/reporter ] || kill -KILL "$(cat /run/sipp/reporter)" 2>/dev/null || true
rm -rf /run/sipp
mkdir -p "$LM_SERVICES" /run/sipp
cd /run/sipp || exit 1

# Four times the calls per second fill the generator in a quarter of a second; when every call fails, that is the
# rate at which they do.
setsid sipp "$target_sip_address:5060" -sf /package/config/calls.xml -s "${extension:-1001}" \
	-i "$data_address" -p 5060 -mi "$data_address" -mp 20000 \
	-l "${calls:-8}" -r $((${calls:-8} * 4)) -d $((${call_seconds:-5} * 1000)) \
	-trace_stat -fd 1 -stf /run/sipp/calls.csv -trace_err -error_file /run/sipp/errors \
	-nostdin </dev/null >/run/sipp/screen 2>&1 &
sipp=$!
if [ "${publication_period:-1}" -gt 0 ]; then
	setsid bash /package/config/report-calls "${publication_period:-1}" /run/sipp/calls.csv $sipp \
		</dev/null >/dev/null 2>&1 &
	echo $! >/run/sipp/reporter
fi
i=0
until [ -s /run/sipp/calls.csv ]; do
	i=$((i + 1))
	if [ $i -gt 500 ] || ! kill -0 $sipp; then
		tail -n 20 /run/sipp/screen /run/sipp/errors >&2 || true
		echo 'SIPp does not run' >&2
		exit 1
	fi
	sleep 0.01
done
echo $sipp >"$LM_SERVICES/sipp.pid"
