# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Put a server into the dispatch list. On return the running Kamailio uses it.
exec sh -eu /package/config/dispatch-list add
