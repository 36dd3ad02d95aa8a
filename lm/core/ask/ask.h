/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CORE_ASK_H
#define LM_CORE_ASK_H

#include "lm/core/step.h"

/* What a driver is told with a step.  A part of engine_priv.h: include that. */

struct facts;
struct flight;
struct whom;

/* Values, infrastructure and drivers of a request; all of it in the arena of the facts. */
void request_tell(
    struct facts *, const struct flight *, const struct whom *, struct step_request *);

#endif
