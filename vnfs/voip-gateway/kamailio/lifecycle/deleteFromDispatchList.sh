# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Take a server out of the dispatch list. On return no new call goes to it; those in progress go on.
# shellcheck disable=SC2034 # for what is sourced
change=delete
# shellcheck source=vnfs/voip-gateway/kamailio/config/dispatch-list
. /package/config/dispatch-list
