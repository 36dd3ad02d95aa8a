/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_HOURS_H
#define LM_BASE_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Busy hours of a week, and how many of something are needed in them:
 *
 *	Mon-Fri 08:00-18:00 = 3; Sat,Sun = 2; 22:00-02:00 = 1
 *
 * Entries stand apart by ';'.  Without days it is every day, without hours the whole of those days.
 * The end does not belong to it; one that is earlier than the beginning is on the day after, and
 * the days are those on which it begins.  Where entries overlap the largest number counts.  An
 * empty text has no hours, and is in order.
 */
enum { LM_HOURS_MAX = 32, LM_HOURS_LEAST_MAX = 1000000 };

struct lm_hours_entry {
	unsigned least;
	uint16_t from, minutes; /* from the beginning of the day; how long */
	uint8_t days;           /* bit 0 is Monday */
};

struct lm_hours {
	struct lm_hours_entry v[LM_HOURS_MAX];
	size_t n;
	int offset_s; /* of the clock: 3600 is +01:00; 0, UTC, after parsing */
};

/* What is wrong with a text, and the bytes [at, at + n) of it that are. */
struct lm_hours_flaw {
	const char *what; /* static: "a day is Mon, Tue, ..." */
	size_t at, n;
	bool day; /* a day's name was expected there */
};

/* False: not such a text, and *out is without hours.  'flaw' may be NULL. */
bool lm_hours_parse(const char *text, struct lm_hours *out, struct lm_hours_flaw *);

/* What counts at a time, in ms since 1970, UTC; NULL: nothing. */
const struct lm_hours_entry *lm_hours_at(const struct lm_hours *, int64_t now_ms);
/* The next time, later than now, at which that may be another; INT64_MAX: never. */
int64_t lm_hours_next(const struct lm_hours *, int64_t now_ms);
/* "Mon-Fri 08:00-18:00" */
void lm_hours_print(const struct lm_hours_entry *, struct lm_buf *out);

extern const char *const lm_hours_days[]; /* "Mon", ..., "Sun", NULL */

#endif
