# SPDX-License-Identifier: Apache-2.0
# End everything, also what a dead main process left behind. When Kamailio has died of itself and rtpengine has not, this
# is the first half of a heal: rtpengine stays, and with it the media of the calls in progress.
# shellcheck shell=sh
kamailio=$(cat "$LM_SERVICES/kamailio.pid" 2>/dev/null || true)
if [ -n "$kamailio" ] && ! kill -0 "$kamailio" 2>/dev/null; then
	rm -f "$LM_SERVICES/kamailio.pid"
	kill-processes report-integrity kamailio
	exit 0
fi
rm -f "$LM_SERVICES/kamailio.pid" "$LM_SERVICES/rtpengine.pid"
kill-processes report-integrity kamailio rtpengine
