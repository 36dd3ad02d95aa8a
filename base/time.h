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

#endif
