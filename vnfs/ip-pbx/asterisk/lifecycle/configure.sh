# SPDX-License-Identifier: Apache-2.0
# Fill in the configuration and make the recording that callers hear.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
case ${drain_seconds:-30} in
*[!0-9]* | ?????*) limit=9999 ;;
*) limit=${drain_seconds:-30} ;;
esac
if [ "$limit" -gt 3600 ]; then
	echo "drain_seconds is '$drain_seconds'; give a number of seconds from 0 to 3600" >&2
	exit 1
fi
mkdir -p /etc/asterisk /var/lib/asterisk /var/log/asterisk /var/spool/asterisk /usr/share/asterisk/sounds/en
# Parts of Asterisk that are always there complain of a missing file, and are content with an empty one.
for part in acl ccss cel features indications pjproject udptl; do
	: >/etc/asterisk/$part.conf
done
printf '[general]\nenable = no\n' >/etc/asterisk/cdr.conf
cp /package/config/*.conf /etc/asterisk/
sed -e "s/@data@/$data_address/g" -e "s/@gateway@/$gw_address/g" /package/config/pjsip.conf >/etc/asterisk/pjsip.conf
second=$(awk -f /package/config/recording.awk)
recording=/usr/share/asterisk/sounds/en/recording.ulaw
for _ in 1 2 3 4 5 6 7 8 9 10; do
	# shellcheck disable=SC2059 # octal escapes
	printf "$second"
done >$recording
