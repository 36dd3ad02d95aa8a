#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The real voice service, from create to delete: calls are answered by the pool, it scales out and in
# without a failed call, heals a killed server and a killed gateway, a killed manager finishes its
# scale-out, and nothing is left behind.  Asserts what happens, not how long it takes.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
STORY_DIR=${here%/tests/system}/build/system/voice
# shellcheck source=tests/lib/story.sh
. "$here/../lib/story.sh"

for image in voip-gateway asterisk sipp; do
	[ -e "$STORY_IMAGES/$image" ] || {
		echo "there is no image '$image' in $STORY_IMAGES: make images"
		exit 77
	}
done
# shellcheck source=tests/lib/chapters.sh
. "$here/../lib/chapters.sh"

# shellcheck disable=SC2154 # set by story.sh
story_report() {
	"$tools/report" -t -j "$STORY_DIR/report.json" "$journal" "$marks" "$sip" >"$STORY_DIR/timeline.txt"
	verdict=$?
	sed 's/^/left behind: /' "$STORY_DIR/residue"
	[ "$verdict" = 0 ] || echo "see $STORY_DIR: timeline.txt, manager.log"
	return "$verdict"
}

story_begin
tell_story
