/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_SCHEDULE_H
#define LM_POLICIES_SCHEDULE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Known busy hours of the week: "Mon-Fri 08:00-18:00 = 3; Sat,Sun 10:00-14:00 = 2".
 *
 *	schedule = rule { ";" rule }
 *	rule     = [ days ] [ from "-" to ] "=" size      at least one of days and hours
 *	days     = day [ "-" day ] { "," day [ "-" day ] }    Mon Tue Wed Thu Fri Sat Sun
 *	from, to = hh:mm                                      up to 24:00
 *
 * Without days a rule is for every day, without hours for the whole day.  Hours that end before
 * they begin go on into the next day; "Sun-Tue" goes over the weekend's end.  Where rules overlap,
 * the greatest size counts.  Times are in UTC plus a fixed offset: a schedule knows no summer time.
 */
enum {
	SCHEDULE_RULES_MAX = 32,
	SCHEDULE_TEXT_MAX = 1024,
	SCHEDULE_SIZE_MAX = 1000000,
};

struct schedule_rule {
	uint8_t days;      /* bit 0: Monday */
	uint16_t from, to; /* minutes since midnight; to > 1440: into the next day */
	uint32_t size;
};

/* A value: it may be copied. */
struct schedule {
	struct schedule_rule rules[SCHEDULE_RULES_MAX];
	unsigned n;
	int offset_min; /* to be added to UTC */
};

/*
 * 'offset': "+01:00", "-03:30"; "Z", "" or NULL is UTC.  An empty text has no rules.
 * Errors: LM_ERR_INVALID, naming the rule and what should stand there; 'out' is then untouched.
 */
struct lm_err *schedule_parse(const char *text, const char *offset, struct schedule *out)
    LM_MUST_USE;

/* What counts now, or NULL: nothing is wanted. */
const struct schedule_rule *schedule_at(const struct schedule *, int64_t now_ms);
/* When a rule next begins or ends, after now; INT64_MAX: there is none. */
int64_t schedule_next(const struct schedule *, int64_t now_ms);

/* "Mon-Fri 08:00-18:00" */
void schedule_print_rule(const struct schedule_rule *, struct lm_buf *out);

#endif
