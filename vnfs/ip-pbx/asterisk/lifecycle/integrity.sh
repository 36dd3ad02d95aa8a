# SPDX-License-Identifier: Apache-2.0
# The server answers a SIP request.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
if ! sip-ping 3000 "$data_address"; then
	echo "no SIP answer from $data_address" >&2
	exit 1
fi
