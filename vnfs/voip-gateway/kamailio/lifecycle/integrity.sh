# SPDX-License-Identifier: Apache-2.0
# Both addresses answer a SIP request.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
for address in "$external_address" "$internal_address"; do
	if ! sip-ping 3000 "$address"; then
		echo "no SIP answer from $address" >&2
		exit 1
	fi
done
