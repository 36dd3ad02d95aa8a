#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The Scale test, on the real voice service: base, voice and sipp1 are there; sipp2 comes, the policy scales
# out; a wait; sipp2 goes, the policy scales in.  Over all of it no call may fail, by what the wire says and
# by what the generators say.
#
#	SCALE_RUNS (1)		so many times, each from nothing to nothing
#	SCALE_WAIT (10)		seconds between scale-out and the end of sipp2
#	SCALE_CALL_SECONDS (5)	length of a call
#	SCALE_DRAIN (30)	how long a server that leaves may wait for its calls
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${here%/tests/system}/build/system/scale
STORY_DIR=$out/run
STORY_QUIET=1
runs=${SCALE_RUNS:-1}
# shellcheck source=tests/lib/story.sh
. "$here/../lib/story.sh"
# shellcheck source=tests/lib/chapters.sh
. "$here/../lib/chapters.sh"

for image in voip-gateway asterisk sipp; do
	[ -e "$STORY_IMAGES/$image" ] || {
		echo "there is no image '$image' in $STORY_IMAGES: make images"
		exit 77
	}
done

# shellcheck disable=SC2154,SC2317 # set and called by story.sh
story_report() {
	"$tools/report" -t -j "$out/run-$run.json" "$journal" "$marks" "$sip" >"$STORY_DIR/timeline.txt"
	verdict=$?
	sed 's/^/left behind: /' "$STORY_DIR/residue"
	if [ "$verdict" = 0 ] && [ "$status" = 0 ]; then
		jq -r --arg run "$run" '"run \($run): \(.calls.attempted) calls, \(.calls.failed) failed; " +
			"load \(.scale_out.load) %: decided after \(.scale_out.since_traffic_ms) ms, served after " +
			"\(.scale_out.active_ms) ms; back: decided after \(.scale_in.decided_ms) ms, left after \(.scale_in.took_ms) ms"' \
			"$out/run-$run.json"
	else
		cp -r "$STORY_DIR" "$out/failed-$run"
		echo "run $run FAILED, see $out/failed-$run: timeline.txt, manager.log"
	fi
	return "$verdict"
}

no_call_failed() {
	chapter no-failure 'No call failed'
	"$tools/report" -j "$STORY_DIR/figures.json" "$journal" "$marks" "$sip"
	while IFS='|' read -r why condition; do
		jq -e "$condition" "$STORY_DIR/figures.json" >/dev/null || fail "$why: $(jq -c .calls "$STORY_DIR/figures.json")"
	done <<-'END'
		calls failed|.calls.failed == 0
		calls were cut off|.calls.abandoned_by_caller == 0
		the generators count failed calls|[.calls.as_the_generators_say[]."total failed calls"] == [0, 0]
		calls were not answered by two servers|.calls.answered_by_server | length == 2
	END
	chapter_ends 'none'
}

# A subshell, because a chapter that fails ends its shell.
scale_test() (
	story_begin
	echo "  drain_seconds: \"${SCALE_DRAIN:-30}\"" >"$STORY_DIR/voice.properties"
	calls_last "${SCALE_CALL_SECONDS:-5}"
	the_base
	the_voice_service
	the_first_calls
	the_scale_out
	sleep "${SCALE_WAIT:-10}"
	the_scale_in
	the_end sipp1
	no_call_failed
)

rm -rf "$out"
failed=0
for run in $(seq "$runs"); do
	scale_test || failed=$((failed + 1))
done
echo "$((runs - failed)) of $runs runs without a failed call"
[ "$failed" = 0 ]
