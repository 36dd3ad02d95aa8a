/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_INTAKE_METRICS_H
#define LM_SERVER_INTAKE_METRICS_H

#include <stddef.h>

#include "base/err.h"
#include "lm/server/intake/tally.h"

/*
 * The body of the metrics webhook: one element or an array of them,
 *
 *	{"metricKey": K, "metricName": N} or {"metricId": "K.N"}, and one of
 *	"load": percent | "integrity": "OK" or "BROKEN" | "values": {figure: number, ...},
 *	optionally "raw": {figure: number, ...} beside a load or an integrity,
 *	and "time": seconds since 1970, with fractions; without it the sample is of now.
 *
 * A load that is null or NaN is a sample that is no number; other members are left alone.
 */

/* Reads in place: body[n] is NUL, and the text is not what it was. */
void metrics_read(char *body, size_t n, intake_fn *, void *arg, struct tally *);

/* A value in text form, as the relay's address carries it: kind LOAD or INTEGRITY. */
struct lm_err *metrics_read_text(const char *text, struct sample *) LM_MUST_USE;

/* Seconds since 1970 as milliseconds; 0: they cannot be that. */
int64_t metrics_time_ms(double seconds);

#endif
