/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_PLAN_PLAN_PRINT_H
#define LM_CORE_PLAN_PLAN_PRINT_H

#include "lm/core/plan.h"

/* What the texts and the picture of a plan share. */

/* By step: its number, counted from 1; 0 for a gate.  In the plan's arena. */
int *plan_numbers(const struct plan *);
/* Why a step waits, in words.  False: it goes without saying. */
bool plan_put_cause(const struct plan *, const struct plan_edge *, struct lm_buf *out);

#endif
