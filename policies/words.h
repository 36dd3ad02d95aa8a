/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_POLICIES_WORDS_H
#define LM_POLICIES_WORDS_H

#include "base/buf.h"

/* Numbers as people read them. */
void words_load(struct lm_buf *, double load); /* "53", "57.5": at most two decimals */
void words_times(struct lm_buf *, unsigned n); /* "once", "twice", "three times", "12 times" */
void words_count(struct lm_buf *, unsigned n); /* "one", "two", "12" */
void words_seconds(struct lm_buf *, long long t_ms); /* "10 s", "0.5 s" */

#endif
