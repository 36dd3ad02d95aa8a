/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_TRACE_H
#define TESTS_SIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * What happens in a schedule, line by line: for people, and as a fingerprint.  Two runs of a
 * schedule with the same fingerprint did the same things at the same times, to the last letter of
 * the last record.
 */
struct trace {
	bool is_on;    /* lines are made at all */
	bool is_shown; /* and written to standard output */
	uint64_t hash;
};

void trace_line(struct trace *, int64_t now_ms, const char *fmt, ...) LM_PRINTF(3, 4);
/* Goes into the fingerprint alone. */
void trace_text(struct trace *, const char *text);

#endif
