#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ten thousand connections that ask nothing, and thousands that take for ever to ask it: intents are done
# meanwhile; and so they are over TLS.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
lm=${SYSTEM_BUILD:-$root/build/release}/lm
"$root/tests/system/crowd.py" "$lm"
"$root/tests/system/crowd.py" "$lm" --tls
