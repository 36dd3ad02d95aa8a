# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Take a server out of the dispatch list. On return no new call goes to it; those in progress go on.
exec sh -eu /package/config/dispatch-list delete
