/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_BASE_TIME_H
#define LM_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "2026-11-20T22:42:59.123Z", "2026-11-20T23:42:59+01:00", "2026-11-20": ISO 8601 as milliseconds
 * since 1970.  Without an offset it is UTC; in place of a '+' a blank will do, since that is what
 * is left of one in an address.  False: no such time.
 */
bool lm_time_parse(const char *text, int64_t *out_ms);
/* "", "Z", "+01:00", "+0100" or "+01" in seconds; at most 14 hours.  False: no offset. */
bool lm_time_offset(const char *text, int *out_s);

enum { LM_TIME_SIZE = 32 };
/* "2026-11-20T22:42:59.123Z" */
void lm_time_text(int64_t ms, char out[LM_TIME_SIZE]);

/*
 * A length of time in milliseconds, at most 100 years: "90" and "1.5" are seconds, units are ms, s,
 * m or min, h and d, largest first ("1h30min"); "10:30" is hours and minutes, "10:30:15" has seconds too.
 */
bool lm_time_parse_span(const char *text, int64_t *out_ms);

#endif
