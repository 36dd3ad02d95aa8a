# SPDX-License-Identifier: Apache-2.0
# Make the sound that callers send: a second of it, repeated for as long as a call lasts.
# shellcheck shell=sh
mkdir -p /var/lib/sipp
# shellcheck disable=SC2059 # octal escapes
printf "$(awk -f /package/config/recording.awk)" >/var/lib/sipp/recording.ulaw
