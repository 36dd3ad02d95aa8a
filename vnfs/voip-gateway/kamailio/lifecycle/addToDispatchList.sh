# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Put a server into the dispatch list. On return the running Kamailio uses it.
# shellcheck disable=SC2034 # for what is sourced
change=add
# shellcheck source=vnfs/voip-gateway/kamailio/config/dispatch-list
. /package/config/dispatch-list
