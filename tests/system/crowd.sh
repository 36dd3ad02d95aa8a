#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ten thousand connections that ask nothing, and thousands that take for ever to ask it: intents are done
# meanwhile.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
exec "$root/tests/system/crowd.py" "${SYSTEM_BUILD:-$root/build/release}/lm"
