/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_EXPOSITION_H
#define LM_SERVER_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "tosca/model/selector.h"

/*
 * The text in which Prometheus' exporters tell their figures (text exposition format 0.0.4):
 *
 *	name{label="value",...} value [milliseconds since 1970]
 *
 * a line each.  What begins with '#' is skipped, whatever it says, and so is what OpenMetrics puts
 * behind a value; all else must be of that form, or the whole text is refused: half an answer is
 * none.  Pure: no I/O, no clock.  A text is read in one pass, however many series are wanted.
 */

/* Which series are wanted; made once, used for every text of one source. */
struct exposition_wants;

/* The selectors are borrowed; they must live as long. */
struct exposition_wants *exposition_wants_new(const struct selector *const *, size_t n);
void exposition_wants_free(struct exposition_wants *); /* NULL is fine */

/* What came for one of the selectors. */
struct exposition_sum {
	double value;  /* of all series that fit, added up */
	size_t n;      /* so many fit; 0: it is not there */
	bool has_zero; /* one of them is 0 */
	int64_t at_ms; /* the oldest of their times; 0: one of them has none */
};

enum { EXPOSITION_LABELS_MAX = 64 };

/*
 * 'text' has 'n' bytes and a NUL behind them, and is overwritten.  'sums', one for each selector, are
 * set in any case and are of use only without an error.
 * Errors: INVALID, with the number of the line that is not of the form.
 */
struct lm_err *exposition_read(
    const struct exposition_wants *, char *text, size_t n, struct exposition_sum *sums) LM_MUST_USE;

#endif
