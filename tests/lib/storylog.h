/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_STORYLOG_H
#define TESTS_LIB_STORYLOG_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

/*
 * What was seen while a story ran: one JSON object per line, each with "type" and "at_ms" (wall
 * clock, milliseconds).  Several files become one log in the order of time:
 *	the manager's journal      events, MetricSample
 *	the script's own marks     Chapter, Mark
 *	the witness on the wire    Sip
 */
struct storylog_event {
	int64_t at_ms;
	json_t *json; /* owned by the log */
};

struct storylog {
	LM_VEC(struct storylog_event) events; /* by time; equal times in the order they were read */
	unsigned skipped;                     /* lines that are not an event, e.g. cut by a crash */
};

void storylog_init(struct storylog *);
void storylog_fini(struct storylog *);

/* Adds one event, a line of 'n' characters; a bad one is only counted. */
void storylog_add(struct storylog *, const char *line, size_t n);
/* Adds a file's events.  A missing file is an error, a bad line is only counted. */
struct lm_err *storylog_read(struct storylog *, const char *path) LM_MUST_USE;
/* After the last file. */
void storylog_sort(struct storylog *);

/*
 * The first event at or after 'from' (an index) on which all conditions (tests/lib/match.h, ended
 * by NULL) hold; its index, or STORYLOG_NONE.  From STORYLOG_NONE nothing is found, so that
 * searches can be chained.
 */
#define STORYLOG_NONE SIZE_MAX
size_t storylog_find(const struct storylog *, size_t from, ...) __attribute__((sentinel));

const char *storylog_text(const struct storylog *, size_t i, const char *key); /* "" when absent */
double storylog_number(const struct storylog *, size_t i, const char *key);    /* 0 when absent */
/* Milliseconds from one event to the other; -1 when one of them was never seen. */
int64_t storylog_between(const struct storylog *, size_t from, size_t to);

#endif
