#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The tutorial of packages, as it stands in vnfs/TUTORIAL.md: every file, every command, and what each prints; on the real
# images, in namespaces of its own.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
for image in sipp; do
	[ -d "$root/build/images/$image" ] || { echo "the image $image is missing: make images"; exit 77; }
done
# shellcheck source=tests/lib/box.sh
. "$root/tests/lib/box.sh"
box_enter
ln -s "$root/vnfs" vnfs
ln -s "$root/services" services
mkdir build
ln -s "$root/build/images" build/images
mkdir -p "$BOX_FOLDER/path"
ln -sf "$lm" "$BOX_FOLDER/path/lm"
PATH=$BOX_FOLDER/path:$PATH
export PATH
status=0
timeout 110 "$root/tests/lib/page.py" vnfs/TUTORIAL.md || status=$?
[ "$status" = 0 ] || tail -n 20 lm.log
exit "$status"
