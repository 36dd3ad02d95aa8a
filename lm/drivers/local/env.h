/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_DRIVERS_LOCAL_ENV_H
#define LM_DRIVERS_LOCAL_ENV_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/kv.h"
#include "lm/core/step.h"

/*
 * What goes into a lifecycle script and what comes out of it.  Pure.
 */
#define SERVICES_IN_CONTAINER "/run/lm/services"

/* What the driver tells a script, beside the step itself. */
struct env_conf {
	const char *output;                      /* path of LM_OUTPUT in the container */
	const char *metrics_url, *metrics_token; /* NULL: none */
};

/*
 * The whole environment of a script, NULL-terminated, in the arena: the properties under names in
 * which every character outside [A-Za-z0-9_] has become '_', and ours, which no property replaces.
 */
char **env_build(struct lm_arena *, const struct step_request *, const struct env_conf *);

/* "LM_STEP=<step>": what marks a script's processes. */
char *env_step_mark(struct lm_arena *, const char *step);

enum { OUTPUTS_MAX = 256 };

/*
 * Reads "name=value" lines; blank lines are skipped, a later line replaces an earlier one of the
 * same name.  INVALID names the line that is something else, LIMIT when there are too many.
 */
struct lm_err *outputs_parse(struct lm_arena *, const char *text, struct lm_kvs *out) LM_MUST_USE;

/*
 * Makes UTF-8 text of whatever a program wrote: what is not, and control characters other than tab
 * and line ends, become '?'.
 */
void text_clean(char *p, size_t n);

#endif
