/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TESTS_OPERATOR_H
#define LM_TESTS_OPERATOR_H

#include "tests/lib/bench_lm.h"
#include "tests/lib/follow.h"

/* What is asked of a manager now and then, each on a connection of its own; seconds that it took. */

/* GET /api/status.  Aborts when the answer is not a 200. */
double operator_question(const struct bench_lm *);
/* An intent to heal this meter, which waits behind others.  Aborts when the answer is not a 201. */
double operator_intent(const struct bench_lm *, unsigned meter);
/*
 * A report that this meter is BROKEN, sent again as long as it is refused with 503 ('refused' counts
 * that): from the last byte of the one that was taken until the events tell of the heal, which is then
 * in the journal.  Returns when the heal is done.
 */
double operator_breach(const struct bench_lm *, struct follow *, unsigned meter, unsigned *refused);
/* 'n' samples of loads, each of another meter, as monitors write them: a whole request, free(). */
char *operator_report(const struct bench_lm *, unsigned n, size_t *size);

#endif
