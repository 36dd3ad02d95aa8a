# SPDX-License-Identifier: Apache-2.0
# Start Asterisk and wait until it answers.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
rm -f "$LM_SERVICES/asterisk.pid"
kill-processes asterisk report-integrity
mkdir -p "$LM_SERVICES" /run/asterisk
rm -f /run/asterisk/*

# Let the gateway hang up what our former life has lost. Best effort: there need not be one.
printf '%s\r\n' "OPTIONS sip:started@$gw_address SIP/2.0" "Via: SIP/2.0/UDP $data_address:9;rport;branch=z9hG4bK$$" \
	'Max-Forwards: 5' "From: <sip:$data_address>;tag=$$" "To: <sip:started@$gw_address>" \
	"Call-ID: started$$@$data_address" 'CSeq: 1 OPTIONS' 'Content-Length: 0' '' |
	bash -c 'exec 3<>"/dev/udp/$0/5060" && cat >&3' "$gw_address" || true

setsid asterisk -f -C /etc/asterisk/asterisk.conf </dev/null >>/var/log/asterisk/output 2>&1 &
asterisk=$!

if ! sip-ping 30000 "$data_address" 5060 $asterisk; then
	tail -n 20 /var/log/asterisk/output /var/log/asterisk/messages >&2 || true
	echo "Asterisk does not answer on $data_address" >&2
	exit 1
fi
echo $asterisk >"$LM_SERVICES/asterisk.pid"
if [ "${publication_period:-1}" -gt 0 ]; then
	setsid report-integrity "${publication_period:-1}" "$data_address" </dev/null >/dev/null 2>&1 &
fi
