/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_METRICS_H
#define LM_SERVER_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "lm/core/engine.h"

/*
 * The body of the metrics webhook: one element or an array of them,
 *
 *	{"metricKey": K, "metricName": N} or {"metricId": "K.N"}, and one of
 *	"load": percent | "integrity": "OK" or "BROKEN" | "values": {figure: number, ...},
 *	optionally "raw": {figure: number, ...} beside a load or an integrity
 *
 * Good elements are used even when others are bad.
 */

/* True when somebody knows the metric.  The sample is borrowed for the call. */
typedef bool metrics_sample_fn(void *arg, const struct sample *);

struct metrics_tally {
	size_t accepted, dropped, bad;
	struct lm_buf errors; /* JSON: [{"index": i, "message": ...}, ...], the first 100 */
};

void metrics_tally_init(struct metrics_tally *);
void metrics_tally_fini(struct metrics_tally *);

/* An error: the body is no JSON, or neither object nor array; nothing was used. */
struct lm_err *metrics_read(
    const char *body, size_t n, metrics_sample_fn *, void *arg, struct metrics_tally *) LM_MUST_USE;

/* A value in text form, as the relay's address carries it: kind LOAD or INTEGRITY. */
struct lm_err *metrics_read_text(const char *text, struct sample *) LM_MUST_USE;

/* {"accepted": n, "dropped": n, "errors": [...]} */
void metrics_tally_print(const struct metrics_tally *, struct lm_buf *out);

#endif
