# SPDX-License-Identifier: Apache-2.0
# SIPp runs.
# shellcheck shell=sh
if ! kill -0 "$(cat "$LM_SERVICES/sipp.pid")"; then
	tail -n 20 /run/sipp/screen /run/sipp/errors >&2 || true
	echo 'SIPp does not run' >&2
	exit 1
fi
