/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_LIB_HEALED_H
#define TESTS_BENCH_LIB_HEALED_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/lib/calls.h"
#include "tests/lib/storylog.h"

/*
 * What the death of one of two servers meant for calls, as the witness on the wire saw it: the same
 * judgement whoever was to mend it.  The log holds a mark "kill", which says
 *	server		address of the one that was killed
 *	survivor	address of the other one
 *	gateway		address that both see
 * and a mark "over": calls that begin after it do not count.  A call is new to a server when its first
 * INVITE is sent there, and was sent to a dead one when nothing came back in the time in which a
 * living one says at least 100.  One that has said anything since is not dead.
 */
struct healed {
	int64_t last_ms; /* kill -> last new call sent to the dead server; 0: none was */
	int64_t back_ms; /* kill -> first call answered by another than the survivor; -1: never */
	int64_t slowest_ms; /* longest wait of a call begun after the kill for its answer */
	unsigned sent;      /* new calls sent to the dead server */
	unsigned begun;     /* calls begun after the kill */
	unsigned failed;    /* ... that failed */
	unsigned lost;      /* calls in progress on the server that failed with it */
};

/* False: nothing was killed in this log. */
bool healed_judge(const struct storylog *, const struct calls *, struct healed *out);

#endif
