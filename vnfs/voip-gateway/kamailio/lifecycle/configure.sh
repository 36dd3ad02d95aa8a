# SPDX-License-Identifier: Apache-2.0
# Fill in the configuration. The dispatch list is begun once and then belongs to the operations.
# shellcheck shell=sh
# shellcheck disable=SC2154 # properties come in the environment
period=${publication_period:-1}
[ "$period" -gt 0 ] || period=86400
sed -e "s/@external@/$external_address/g" -e "s/@mgmt@/$mgmt_address/g" \
	-e "s/@internal@/$internal_address/g" \
	-e "s/@capacity@/${capacity:-15}/g" -e "s/@period@/$period/g" \
	-e "s/@patience@/${no_server_patience_ms:-2000}/g" -e "s/@settle@/${load_settle_seconds:-10}/g" \
	/package/config/kamailio.cfg >/etc/kamailio/kamailio.cfg
[ -e /etc/kamailio/dispatcher.list ] || : >/etc/kamailio/dispatcher.list
