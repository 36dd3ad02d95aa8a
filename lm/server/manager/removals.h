/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_MANAGER_REMOVALS_H
#define LM_SERVER_MANAGER_REMOVALS_H

#include <stdbool.h>

#include "base/vec.h"
#include "lm/core/step.h"

/*
 * Removals of what no component stands for: asked of a driver as steps of their own, of which the
 * engine knows nothing.  They are not in the journal: after a restart, who still wants one asks
 * again.  Only what is under way, or has failed, is remembered.
 */
struct removal {
	char *step, *resource_id;
	char *failure; /* why the last one failed; NULL: it is under way */
};

struct removals {
	LM_VEC(struct removal) all;
};

enum { REMOVALS_MAX = 1000 };

void removals_fini(struct removals *);
/* NULL: no removal of it is under way, and the last one has not failed. */
const struct removal *removals_find(const struct removals *, const char *resource_id);
/* The step to ask it under; NULL: one is under way, or too many are. */
const char *removals_begin(struct removals *, const char *resource_id);
/* False: the step is none of these. */
bool removals_end(struct removals *, const struct step_result *);

#endif
