/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_RESULTS_H
#define LM_DRIVERS_LOCAL_RESULTS_H

#include "lm/drivers/local/priv.h"

/*
 * The results of a resource's last steps, on disk, so that a step that is asked again after a crash
 * of the manager has the result that it had.  The oldest are forgotten; all go with the resource.
 */
enum { RESULTS_KEPT = 16 };

struct lm_err *result_save(const struct resource *, const struct step_result *) LM_MUST_USE;
/* False: not known.  The texts are the arena's. */
bool result_find(
    const struct resource *, struct lm_arena *, const char *step, struct step_result *out);

#endif
