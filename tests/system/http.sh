#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every operation of the API against the document that the manager gives of it.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
exec "$root/tests/system/operations.py" "${SYSTEM_BUILD:-$root/build/release}/lm"
