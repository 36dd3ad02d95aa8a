/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_VIEW_H
#define LM_CORE_VIEW_H

#include "base/json.h"
#include "lm/core/engine_priv.h"

/* What the documents of the API have in common: topology.c, process.c, plan.c, metrics.c. */

void view_time(struct lm_json *, const char *key, int64_t ms); /* 0: null */
/* "executionPlan": a list of steps. */
void view_plan(struct lm_json *, const struct process *, const struct process_steps *);
/* filter.c */
bool view_passes(const struct process_filter *, const struct process *);
/* [{"name": .., "value": ..}] */
void view_pairs(struct lm_json *, const char *key, const struct lm_kvs *);

#endif
